"""Counter-examples to plain steps: states that grow, replayed exactly before anything is said.

A state on a small grid with the file's spacings is one on every larger grid: it repeats along
periodic axes, and vanishes near walls otherwise, or the small grid is the file's own.
For a symmetric operator (and for stencils on a torus, which are normal) growth of one norm in one
step is growth of a mode; for the blocks it contradicts the claim itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
from sympy import Expr

from ...runtime.contract import Json, Limit, Refutation, Witness
from ..budget import at_work
from ..model import Claim
from ..reference.arithmetic import Values
from ..scheme import Scheme, Unknown
from .advice import alternatives, grows
from .apart import one_state, two_states
from .atoms import equations, home
from .base import Proved, claim_text, is_implicit
from .defects import slow_growth
from .eigenpairs import growing_state
from .forms import text
from .modes import growing_mode, state_arrays
from .natures import has_one_level, is_constant, is_linear, is_normal, is_steady
from .quotients import growing_part, levels, root_below
from .replay import NoReplay, Replay, lower, replays
from .states import MOST_POINTS, grids, modes, reach, varies

MANY_FIELDS = 3  # exact orbits of each field take long: modes come first where they speak
SMALL = Fraction(1, 10**9)  # so small that a flux is linear


def refute(
    scheme: Scheme, claim: Claim, tau: Expr, proved: Proved | None, limit: Limit | None
) -> Refutation | None:
    """A refutation of the claim at this step, or None when no witness was found."""
    seekers = {
        "l2_stable": _norms,
        "nonexpansive": _distances,
        "max_principle": _extremes,
        "positivity": _extremes,
    }
    if claim.name not in seekers or scheme.step is None:
        return None
    if claim.part is not None or len({r.order for r in scheme.rates}) != 1:
        return None
    at_work(f"{claim_text(claim)}: a counter-example")
    try:
        many = len(scheme.rates) > MANY_FIELDS and is_constant(scheme)
        plain = claim.parameter is None and not is_implicit(scheme) and not many
        found = seekers[claim.name](scheme, tau, proved) if plain else None
        if found is None and claim.name == "l2_stable" and is_constant(scheme):
            found = _mode(scheme, tau) or _slow(scheme, tau)
        if found is None and claim.name == "l2_stable":
            found = _on_one_grid(scheme, tau)
    except NoReplay:
        return None
    if found is None:
        return None
    statement, witness = found
    return Refutation(
        claim=claim_text(claim),
        statement=statement + (f" for tau = {text(tau)}" if scheme.model.time else ""),
        witness=witness,
        limit=limit,
        hint=alternatives(scheme, claim, tau, proved, limit),
    )


Found = tuple[str, Witness]


# ---- norms


def _distances(scheme: Scheme, tau: Expr, _: Proved | None) -> Found | None:
    return two_states(scheme, tau)


def _norms(scheme: Scheme, tau: Expr, proved: Proved | None) -> Found | None:
    derivative = proved is not None and proved.proof.get("form") == "derivative"
    if proved is not None and proved.kind == "skew" and not (derivative or is_normal(scheme)):
        return _traces(scheme, tau) or _quotient(scheme, tau, proved)
    selfadjoint = proved is not None and (derivative or proved.kind in {"block", "symmetric"})
    if selfadjoint and not has_one_level(scheme) and is_linear(scheme):
        return _traces(scheme, tau)
    if proved is None and not is_linear(scheme):
        return one_state(scheme, tau)
    if not (selfadjoint or is_normal(scheme)) or not has_one_level(scheme):
        return None
    for counts in grids(scheme):
        found = list(_growing(scheme, replays(scheme, counts, tau)))
        if found:
            growth, mode, state = max(found, key=lambda entry: entry[0])
            witness = _witness(scheme, mode, counts, growth, state)
            repeated = is_linear(scheme) and is_steady(scheme)
            return f"a state, {mode}, {grows(growth, witness.steps, repeated=repeated)}", witness
    return None


def _growing(scheme: Scheme, replay: Replay) -> Iterator[tuple[Fraction, str, dict[str, Values]]]:
    """States of one unknown whose norm grows in one body."""
    linear = is_linear(scheme)
    for owner in equations(scheme, None):
        unknown = home(scheme, owner.unknown)
        for mode, values in modes(scheme, replay.problem.shape(str(owner.unknown.name))):
            state = {str(owner.unknown.name): values * (1 if linear else SMALL)}
            try:
                growth = _grown(replay, unknown, state, linear=linear)
            except NoReplay:  # a constant state has slopes 0, of which some formulas have no value
                continue
            if growth is not None and growth > 1:
                yield growth, mode, state


def _grown(
    replay: Replay, unknown: Unknown, state: dict[str, Values], *, linear: bool
) -> Fraction | None:
    """A lower bound of the growth of the norm in one body."""
    name = str(unknown.symbol.name)
    end = replay.difference(state) if linear else replay.step(replay.arrays(state))
    before = replay.squared(unknown, replay.arithmetic.array(state[name]))
    ratio = lower(replay.squared(unknown, end[name]) / before)
    return root_below(ratio) if ratio > 1 else None


def _witness(
    scheme: Scheme, mode: str, counts: tuple[int, ...], growth: Fraction, state: dict[str, Values]
) -> Witness:
    inner = scheme.step.inner if scheme.step is not None else 1
    return Witness(mode=mode, points=counts, growth=str(growth), steps=inner, state=_flat(state))


def _flat(state: dict[str, Values]) -> Json:
    return {name: [str(v) for v in values.flat] for name, values in state.items()}


# ---- modes on a torus: an eigenvalue of the step outside the unit disc


def _mode(scheme: Scheme, tau: Expr) -> Found | None:
    witness = growing_mode(scheme, tau)
    if witness is None:
        return None
    words = grows(Fraction(witness.growth), witness.steps, repeated=True)
    return f"the mode {witness.mode} {words}", witness


def _slow(scheme: Scheme, tau: Expr) -> Found | None:
    """Growth in proportion to the steps."""
    found = slow_growth(scheme, tau)
    if found is None:
        return None
    words, witness = found
    by = f"by a factor {float(Fraction(witness.growth)):.6g} in {witness.steps} steps"
    return f"{words}: the mode {witness.mode}, {by}", witness


def _on_one_grid(scheme: Scheme, tau: Expr) -> Found | None:
    witness = growing_state(scheme, tau)
    if witness is None:
        return None
    words = grows(Fraction(witness.growth), witness.steps, repeated=True)
    return f"{witness.mode} {words}", witness


# ---- waves, and two levels: a mode whose multiplier has modulus above 1


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
                state = replay.arrays(levels(scheme, name, values))
                recurrence = _orbit(replay, state, name, values)
                growth = Fraction(0) if recurrence is None else _largest_root(*recurrence)
                if growth > 1:
                    witness = _witness(scheme, mode, counts, growth, {name: values})
                    return f"the mode {mode} {grows(growth, witness.steps, repeated=True)}", witness
    return None


def _quotient(scheme: Scheme, tau: Expr, proved: Proved) -> Found | None:
    """A state with a part in a mode that grows."""
    found = growing_part(scheme, tau, proved)
    if found is None:
        return None
    witness = _witness(scheme, found.mode, found.counts, found.growth, found.state)
    words = grows(found.growth, witness.steps, repeated=True)
    return f"a part of the state {found.mode} {words}", witness


def _largest_root(t: Fraction, d: Fraction) -> Fraction:
    """A lower bound of the largest root of x^2 - t x + d."""
    if t * t >= 4 * d:
        return (abs(t) + root_below(t * t - 4 * d)) / 2
    return root_below(d)


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
    if proved is None or not has_one_level(scheme) or len(scheme.rates) != 1:
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
