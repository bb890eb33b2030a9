"""Counter-examples to claims about nonlinear fluxes: how far two states come apart in one body.

nonexpansive: u and (1 + e) u for a mode u whose slopes have one size s: they move apart by
1 - tau Phi'(s) ||K||^2, more than 1 where Phi'(s) < 0. l2_stable: u alone grows where Phi(s)/s < 0.
The size of u is looked for in floats; the ratio that is stated is replayed in rationals, or
enclosed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from math import frexp, isfinite, sqrt
from typing import Any

import numpy as np
from sympy import Expr

from ...runtime.contract import Witness
from ..grid import reads
from ..reference.arithmetic import Values
from ..scheme import Scheme, Unknown
from .advice import grows
from .atoms import Constant, Diffusive, Source, atoms, equations, home
from .laws import as_flux
from .natures import has_one_level, is_linear
from .quotients import root_below
from .replay import NoReplay, Replay, lower, replays
from .states import grids, modes

NEAR = Fraction(1, 2**13)  # relative distance of the two states
COARSE = 3  # sizes a decade
DECADES = range(-5, 4)
FINE = 20  # halvings of the step between sizes: a maximum is flat
MOST_GRIDS = 2
MOST_REPLAYED = 3
ROUNDING = 1e-9
Found = tuple[str, Witness]
Ratio = Callable[[Fraction], float]


def two_states(scheme: Scheme, tau: Expr) -> Found | None:
    """Two states that one body moves apart."""
    if not has_one_level(scheme):
        return None
    found = _widest(scheme, tau, pairs=True)
    if found is None:
        return None
    growth, mode, size, unknown, counts, values = found
    name = str(unknown.symbol.name)
    linear = is_linear(scheme)
    one, two = size * values, (0 if linear else 1 + NEAR) * size * values
    witness = Witness(
        mode=f"two states, {mode}",
        points=counts,
        growth=str(growth),
        steps=scheme.step.inner if scheme.step is not None else 1,
        state={name: [str(v) for v in one.flat]},
        other={name: [str(v) for v in two.flat]},
    )
    words = grows(growth, witness.steps, repeated=False).removeprefix("grows by ")
    return f"two states, {mode}, come apart by {words}", witness


def one_state(scheme: Scheme, tau: Expr) -> Found | None:
    """A state that grows in one body because a flux goes backward."""
    if not has_one_level(scheme) or not _by_fluxes(scheme):
        return None
    found = _widest(scheme, tau, pairs=False)
    if found is None:
        return None
    growth, mode, size, unknown, counts, values = found
    state = size * values
    witness = Witness(
        mode=mode,
        points=counts,
        growth=str(growth),
        steps=scheme.step.inner if scheme.step is not None else 1,
        state={str(unknown.symbol.name): [str(v) for v in state.flat]},
    )
    return f"a state, {mode}, {grows(growth, witness.steps, repeated=False)}", witness


def _by_fluxes(scheme: Scheme) -> bool:
    """Only stencils and fluxes, some flux nonlinear, and walls without values."""
    parts = [as_flux(a) for rate in scheme.rates for a in atoms(scheme, rate, None)]
    if not all(isinstance(a, Constant | Diffusive) for a in parts if not isinstance(a, Source)):
        return False
    if any(isinstance(a, Source) for a in parts):
        return False
    given = [e.right for u in scheme.unknowns for pair in u.edges for e in pair]
    fluxes = [f for a in parts if isinstance(a, Diffusive) for f in a.flux.faces]
    own = [f for f in fluxes if f.weight is None or reads(f.weight)]
    return bool(own) and all(r == 0 for r in given)


Candidate = tuple[Fraction, str, Fraction, Unknown, tuple[int, ...], Values]


def _widest(scheme: Scheme, tau: Expr, *, pairs: bool) -> Candidate | None:
    """The state, its size and its growth on the first grid where something grows."""
    for counts in islice(grids(scheme), MOST_GRIDS):
        replay = replays(scheme, counts, tau)
        rough = replace(replay, roughly=True)
        found = []
        for owner in equations(scheme, None):
            unknown = home(scheme, owner.unknown)
            shape = replay.problem.shape(str(unknown.symbol.name))
            for mode, values in _states(scheme, unknown, shape):
                ratio = _ratio(rough, unknown, values, pairs=pairs)
                growth, size = _largest(ratio, linear=is_linear(scheme))
                found.append((growth, mode, size, unknown, values))
        found.sort(key=lambda entry: -entry[0])
        for growth, mode, size, unknown, values in found[:MOST_REPLAYED]:
            if growth > 1 + ROUNDING:
                square = _exactly(replay, unknown, values, size, pairs=pairs)
                if square > 1 and (exact := root_below(square)) > 1:
                    return exact, mode, size, unknown, counts, values
    return None


def _exactly(
    replay: Replay, unknown: Unknown, values: Values, size: Fraction, *, pairs: bool
) -> Fraction:
    """A lower bound of the square of the growth; 0 where a value is not enclosed."""
    try:
        return lower(_squares(replay, unknown, values, size, pairs=pairs))
    except NoReplay:
        return Fraction(0)


def _states(
    scheme: Scheme, unknown: Unknown, shape: tuple[int, ...]
) -> Iterator[tuple[str, Values]]:
    """The same wave along all axes; alternating signs up to walls where the grid has any size."""
    for mode, values in modes(scheme, shape):
        kinds = {part.partition(" along ")[0] for part in mode.split(", ")}
        if len(kinds) == 1 and kinds != {"constant"}:
            yield mode, values
    walled = [a.count for a in scheme.axes if not a.periodic]
    if walled and not any(walled) and not any(unknown.extra):
        signs = np.array([(-1) ** int(sum(i)) for i in np.ndindex(shape)], dtype=object)
        yield "alternating", np.array([Fraction(s) for s in signs], dtype=object).reshape(shape)


def _squares(
    replay: Replay, unknown: Unknown, values: Values, size: Fraction, *, pairs: bool
) -> Any:
    """The square of the growth of a state, or of the distance of two, in one body."""
    name = str(unknown.symbol.name)

    def moved(factor: Fraction) -> Values:
        return replay.step(replay.arrays({name: factor * values}))[name]

    if is_linear(replay.scheme) and pairs:
        before, after = size * values, replay.difference({name: size * values})[name]
    elif pairs:
        before, after = size * NEAR * values, moved(size * (1 + NEAR)) - moved(size)
    else:
        before, after = size * values, moved(size)
    start = _squared(replay, unknown, replay.arithmetic.array(before))
    return _squared(replay, unknown, after) / start


def _squared(replay: Replay, unknown: Unknown, values: Values) -> Any:
    """The square of the norm; in floats all points at once."""
    if not replay.roughly:
        return replay.squared(unknown, values)
    weights = np.ones(values.shape)
    for axis, pair in enumerate(unknown.edges):
        for end, edge in ((0, pair[0]), (-1, pair[1])):
            if edge.rule == "wall" and edge.mirror == 1:
                np.moveaxis(weights, axis, 0)[end] /= 2
    return (weights * values**2).sum()


def _ratio(replay: Replay, unknown: Unknown, values: Values, *, pairs: bool) -> Ratio:
    """The growth by the size of the state, in floats; 0 where there is none."""

    def ratio(size: Fraction) -> float:
        try:
            with np.errstate(all="ignore"):
                square = float(_squares(replay, unknown, values, size, pairs=pairs))
        except (NoReplay, ArithmeticError):
            return 0.0
        return sqrt(square) if isfinite(square) else 0.0

    return ratio


def _largest(ratio: Ratio, *, linear: bool) -> tuple[float, Fraction]:
    """The largest growth over sizes of the state, and that size."""
    if linear:
        return ratio(Fraction(1)), Fraction(1)
    sizes = [
        _binary(10.0 ** (DECADES.start + k / COARSE)) for k in range(len(DECADES) * COARSE + 1)
    ]
    found = {size: ratio(size) for size in sizes}
    best = max(sizes, key=lambda s: found[s])
    step = Fraction(1, 4)
    for _ in range(FINE if found[best] > 1 - 1 / COARSE else 0):
        near = [_binary(float(best * (1 + d))) for d in (-step, step)]
        for size in near:
            found.setdefault(size, ratio(size))
        top = max((best, *near), key=lambda s: found[s])
        step, best = (step / 2, best) if top == best else (step, top)
    return found[best], best


def _binary(x: float) -> Fraction:
    """Near x, and a number of few binary digits: sums and differences of balls of it are exact."""
    scale = Fraction(2) ** (24 - frexp(x)[1])
    return Fraction(round(Fraction(x) * scale)) / scale
