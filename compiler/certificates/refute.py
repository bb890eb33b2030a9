"""Counter-examples to plain steps: states that grow, replayed exactly before anything is said.

A state on a small grid with the file's spacings is one on every larger grid: it repeats along
periodic axes, and vanishes near walls otherwise, or the small grid is the file's own.
For a symmetric operator (and for stencils on a torus, which are normal) growth of one norm in one
step is growth of a mode; for the blocks it contradicts the claim itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import ceil, isqrt, log, prod
from typing import Any

import numpy as np
from sympy import Expr

from ...runtime.contract import Json, Limit, Refutation, Witness
from ..grid import reads
from ..model import TIME, Claim
from ..reference.arithmetic import Values
from ..scheme import Scheme, Unknown
from .atoms import Constant, Diffusive, Source, atoms, equations, home
from .base import Proved, claim_text, is_implicit
from .forms import text
from .modes import growing_mode, state_arrays
from .replay import NoReplay, Replay, lower, replays
from .states import MOST_POINTS, grids, modes, reach, varies

SMALL = Fraction(1, 10**9)  # so small that a flux is linear


def refute(
    scheme: Scheme, claim: Claim, tau: Expr, proved: Proved | None, limit: Limit | None
) -> Refutation | None:
    """A refutation of the claim at this step, or None when no witness was found."""
    seekers = {"l2_stable": _norms, "max_principle": _extremes, "positivity": _extremes}
    if claim.name not in seekers or scheme.step is None:
        return None
    if claim.part is not None or len({r.order for r in scheme.rates}) != 1:
        return None
    try:
        plain = claim.parameter is None and not is_implicit(scheme)
        found = seekers[claim.name](scheme, tau, proved) if plain else None
        if found is None and claim.name == "l2_stable" and _constant(scheme):
            found = _mode(scheme, tau)
    except NoReplay:
        return None
    if found is None:
        return None
    statement, witness = found
    hint = "" if limit is None else (
        f"a step of at most {limit.closed_form} is certified; rkl2 with more stages, or an"
        " implicit method, takes longer ones"
    )  # fmt: skip
    return Refutation(
        claim=claim_text(claim),
        statement=statement + (f" for tau = {text(tau)}" if scheme.model.time else ""),
        witness=witness,
        limit=limit,
        hint=hint,
    )


Found = tuple[str, Witness]


# ---- norms


def _norms(scheme: Scheme, tau: Expr, proved: Proved | None) -> Found | None:
    if proved is not None and proved.kind == "skew" and not _normal(scheme):
        return _traces(scheme, tau)
    selfadjoint = proved is not None and proved.kind in {"block", "symmetric"}
    if not (selfadjoint or _normal(scheme)) or not _one_level(scheme):
        return None
    linear = _linear(scheme)
    (rate, *others) = equations(scheme, None)
    for counts in grids(scheme):
        replay = replays(scheme, counts, tau)
        for owner in (rate, *others):
            unknown = home(scheme, owner.unknown)
            for mode, values in modes(scheme, replay.problem.shape(str(owner.unknown.name))):
                state = {str(owner.unknown.name): values * (1 if linear else SMALL)}
                found = _grown(replay, unknown, state, linear=linear)
                if found is not None and found > 1:
                    return _witness(scheme, mode, counts, found, state)
    return None


def _grown(
    replay: Replay, unknown: Unknown, state: dict[str, Values], *, linear: bool
) -> Fraction | None:
    """A lower bound of the growth of the norm in one body."""
    name = str(unknown.symbol.name)
    end = replay.difference(state) if linear else replay.step(replay.arrays(state))
    before = replay.squared(unknown, replay.arithmetic.array(state[name]))
    ratio = lower(replay.squared(unknown, end[name]) / before)
    return root_below(ratio) if ratio > 1 else None


def root_below(x: Fraction) -> Fraction:
    """A rational of nine digits not above the square root."""
    scale = 10**9
    return Fraction(isqrt(x.numerator * scale**2 // x.denominator), scale)


def _witness(
    scheme: Scheme, mode: str, counts: tuple[int, ...], growth: Fraction, state: dict[str, Values]
) -> Found:
    inner = scheme.step.inner if scheme.step is not None else 1
    witness = Witness(mode=mode, points=counts, growth=str(growth), steps=inner,
                      state=_flat(state))  # fmt: skip
    steps = f"{inner} step" + "s" * (inner > 1)
    return f"a state grows by a factor {float(growth):.6g} in {steps}", witness


def _flat(state: dict[str, Values]) -> Json:
    return {name: [str(v) for v in values.flat] for name, values in state.items()}


def _normal(scheme: Scheme) -> bool:
    """One unknown, stencils with constant coefficients, on a torus."""
    if len(scheme.rates) != 1 or scheme.rates[0].order > 1:
        return False
    (rate,) = scheme.rates
    parts = atoms(scheme, rate, None)
    periodic = all(axis.periodic for axis in scheme.axes)
    return periodic and all(
        isinstance(a, Source) or (isinstance(a, Constant) and a.field == rate.unknown)
        for a in parts
    )


def _linear(scheme: Scheme) -> bool:
    """No weight depends on a field: growth is that of a difference of two solutions."""
    return all(
        isinstance(a, Source | Constant)
        or (
            isinstance(a, Diffusive) and not any(f.weight and reads(f.weight) for f in a.flux.faces)
        )
        for rate in scheme.rates
        for a in atoms(scheme, rate, None)
    )


def _one_level(scheme: Scheme) -> bool:
    """The state between steps is the fields alone."""
    return scheme.step is not None and not any(a.level for a in scheme.step.arrays)


# ---- modes on a torus: an eigenvalue of the step outside the unit disc


def _constant(scheme: Scheme) -> bool:
    """Linear with coefficients that vary neither in space nor in time."""
    if any(term.coefficient.has(TIME) for rate in scheme.rates for term in rate.left):
        return False
    return all(
        isinstance(a, Source)
        or (isinstance(a, Constant) and not a.coefficient.has(TIME))
        or (
            isinstance(a, Diffusive)
            and not a.coefficient.has(TIME)
            and all(f.weight is None for f in a.flux.faces)
        )
        for rate in scheme.rates
        for a in atoms(scheme, rate, None)
    )


def _mode(scheme: Scheme, tau: Expr) -> Found | None:
    witness = growing_mode(scheme, tau)
    if witness is None:
        return None
    growth = float(Fraction(witness.growth))
    steps = f"{witness.steps} step" + "s" * (witness.steps > 1)
    many = witness.steps * ceil(log(1e6) / log(growth)) if growth > 1 else 0
    grows = f"grows by a factor {growth:.6g} in {steps}, by 10^6 in {many} steps"
    return f"the mode {witness.mode} {grows}", witness


# ---- waves: a mode whose multiplier has modulus above 1


def _traces(scheme: Scheme, tau: Expr) -> Found | None:
    """Three steps on a mode: the states satisfy s_2 = t s_1 - d s_0, so t, d give eigenvalues."""
    rates = equations(scheme, None)
    for counts in grids(scheme):
        for rate in rates:
            replay = replays(scheme, counts, tau)
            name = str(rate.unknown.name)
            for mode, values in modes(scheme, replay.problem.shape(name)):
                if not replay.exactly:
                    return None
                state = replay.arrays(_levels(scheme, name, values))
                recurrence = _orbit(replay, state, name, values)
                growth = Fraction(0) if recurrence is None else _largest_root(*recurrence)
                if growth > 1:
                    return _witness(scheme, mode, counts, growth, {name: values})
    return None


def _largest_root(t: Fraction, d: Fraction) -> Fraction:
    """A lower bound of the largest root of x^2 - t x + d."""
    if t * t >= 4 * d:
        return (abs(t) + root_below(t * t - 4 * d)) / 2
    return root_below(d)


def _levels(scheme: Scheme, name: str, values: Values) -> dict[str, Values]:
    """Both levels of a two-level scheme hold the mode."""
    assert scheme.step is not None
    older = {a.name: values for a in scheme.step.arrays
             if a.level and a.rate_of is None and str(a.like.name) == name}  # fmt: skip
    return {name: values, **older}


def _orbit(
    replay: Replay, state: dict[str, Any], name: str, values: Values
) -> tuple[Fraction, Fraction] | None:
    """The t and d of the recurrence that the states of three steps satisfy."""
    zero = replay.arrays({})
    found, orbit = [Fraction(1)], [_flattened(replay, state, zero)]
    base = zero
    for _ in range(3):
        state, base = replay.step(state), replay.step(base)
        orbit.append(_flattened(replay, state, base))
        moved = state[name] - base[name]
        index = next(i for i in np.ndindex(values.shape) if values[i])
        factor: Any = moved[index] / values[index]
        if any(moved[i] != factor * values[i] for i in np.ndindex(values.shape)):
            return None
        found.append(Fraction(factor))
    recurrence = _recurrence(found)
    if recurrence is None:
        return None
    t, d = recurrence
    # Other arrays may hold parts of further eigenvectors: all of them must follow the recurrence.
    follows = all(c == t * b - d * a for a, b, c in zip(*orbit[:3], strict=True))
    return recurrence if follows else None


def _flattened(replay: Replay, state: Mapping[str, Any], base: Mapping[str, Any]) -> list[Any]:
    """All arrays that live from step to step, less those of the zero state."""
    names = state_arrays(replay.scheme)
    return [v for n in names for v in (state[n] - base[n]).flat]


def _recurrence(multiples: list[Fraction]) -> tuple[Fraction, Fraction] | None:
    """t and d of a_2 = t a_1 - d a_0 and a_3 = t a_2 - d a_1."""
    a0, a1, a2, a3 = multiples
    determinant = a1 * a1 - a0 * a2
    if not determinant:
        return None
    return (a1 * a2 - a0 * a3) / determinant, (a2 * a2 - a1 * a3) / determinant


# ---- extremes


def _extremes(scheme: Scheme, tau: Expr, proved: Proved | None) -> Found | None:
    """A single small bump that becomes negative somewhere."""
    if proved is None or not _one_level(scheme) or len(scheme.rates) != 1:
        return None
    (rate,) = scheme.rates
    name = str(rate.unknown.name)
    size = max(4, 2 * max(r for pair in reach(scheme) for r in pair) + 2)
    counts = []
    for axis in scheme.axes:
        if axis.count is not None and axis.count < size:
            size = min(size, axis.count)
        n = size if axis.count is None else axis.count
        counts.append(n if n < size or (axis.periodic and varies(scheme, axis)) else size)
    if prod(counts) > MOST_POINTS:
        return None
    replay = replays(scheme, tuple(counts), tau)
    shape = replay.problem.shape(name)
    for place in sorted({tuple(n // 2 for n in shape), (0,) * len(shape)}, reverse=True):
        values = np.full(shape, Fraction(0), dtype=object)
        values[place] = SMALL
        end = replay.difference({name: values})[name]
        lowest = min(_upper(v) for v in end.flat)
        if lowest < 0:
            drop = -lowest / SMALL
            witness = Witness(mode=f"a single bump at {place}", points=tuple(counts),
                              growth=str(drop), steps=1, state=_flat({name: values}))  # fmt: skip
            return f"a bump of height 1 leaves a value of {-float(drop):.6g}", witness
    return None


def _upper(value: Any) -> Fraction:
    return -lower(-value)
