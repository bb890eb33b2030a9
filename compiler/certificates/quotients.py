"""Waves between walls, refuted by a quotient: no mode of the walls need be known.

dtt(u) = -A u, or one unknown u of a pair whose coupling squared is -A; A is self-adjoint in the
product of cell volumes. Each eigenvalue a of A has a 2 x 2 step of trace t(a), determinant d(a).

Shears have d = 1, so that u[k+2] + u[k] = t(A) u[k+1]. A state with |<t(A) w, w>| > 2 <w, w>,
w = u[k+1], has a part in a mode with |t(a)| as large; that mode grows by (|t| + sqrt(t^2 - 4))/2 or
more in each body.
A one-step method of polynomial P has eigenvalues P(+-i sqrt(a)) and d = |P|^2. Where the other
arrays are 0, u[k+1] = t(A)/2 u[k]: so d(A) u = t(A) u[k+1] - u[k+2], and a state with
<d(A) u, u> > <u, u> has a part in a mode that grows by sqrt(d) or more.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Any

import numpy as np
from sympy import Expr, Symbol

from ..reference.arithmetic import Values
from ..scheme import Scheme, Unknown
from .atoms import home
from .base import Proved
from .replay import Replay, lower, replays
from .states import grids, modes, reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A state of one unknown with a part that grows: which wave, on which grid, how fast."""

    growth: Fraction
    mode: str
    counts: tuple[int, ...]
    state: dict[str, Values]


def growing_part(scheme: Scheme, tau: Expr, proved: Proved) -> Part | None:
    """The state with the largest quotient on the first grid that has one above 2."""
    method, form = proved.proof.get("method"), proved.proof.get("form")
    rule = method.get("by") if isinstance(method, dict) else None
    ways = {
        ("dtt", "shears"): _by_trace,
        ("pair", "shears"): _by_trace,
        ("pair", "polynomial"): _by_determinant,
        ("velocity", "polynomial"): _by_determinant,
    }
    if (form, rule) not in ways:
        return None
    way = ways[str(form), str(rule)]
    for counts in grids(scheme):
        replay = replays(scheme, counts, tau)
        found = [
            Part(growth=growth, mode=mode, counts=counts, state={name: values})
            for name in _operands(proved)
            for mode, values in modes(scheme, replay.problem.shape(name))
            if (growth := way(scheme, replay, name, values)) is not None
        ]
        if found:
            return max(found, key=lambda part: part.growth)
    return None


def _operands(proved: Proved) -> list[str]:
    """The unknowns on which A acts."""
    equations = proved.proof["equations"]
    assert isinstance(equations, list)
    return [str(e["unknown"]) for e in equations if isinstance(e, dict)]


def _by_trace(scheme: Scheme, replay: Replay, name: str, values: Values) -> Fraction | None:
    """A lower bound of the growth of a body of shears, where the quotient is above 2."""
    unknown = home(scheme, symbol(scheme, name))
    first, second, third = _orbit(scheme, replay, name, values)
    below = replay.squared(unknown, second)
    if not _inside(scheme, replay.counts, (first, second)) or lower(below) <= 0:
        return None
    quotient = _product(replay, unknown, third + first, second) / below
    size = max(lower(quotient), lower(-quotient))
    return (size + root_below(size * size - 4)) / 2 if size > 2 else None


def _by_determinant(scheme: Scheme, replay: Replay, name: str, values: Values) -> Fraction | None:
    """A lower bound of the growth of a one-step method, where the quotient is above 1."""
    unknown = home(scheme, symbol(scheme, name))
    first, second, third = _orbit(scheme, replay, name, values)
    half = replay.difference({name: second})[name]
    below = replay.squared(unknown, first)
    if not _inside(scheme, replay.counts, (first, second, half)) or lower(below) <= 0:
        return None
    size = lower(_product(replay, unknown, 2 * half - third, first) / below)
    return root_below(size) if size > 1 else None


def symbol(scheme: Scheme, name: str) -> Symbol:
    """The unknown of that name."""
    return next(u.symbol for u in scheme.unknowns if str(u.symbol.name) == name)


def _orbit(
    scheme: Scheme, replay: Replay, name: str, values: Values
) -> tuple[Values, Values, Values]:
    """u at the start and after each of two bodies, less those of the zero state."""
    state, base = replay.arrays(levels(scheme, name, values)), replay.arrays({})
    found = [state[name] - base[name]]
    for _ in range(2):
        state, base = replay.step(state), replay.step(base)
        found.append(state[name] - base[name])
    return found[0], found[1], found[2]


def levels(scheme: Scheme, name: str, values: Values) -> dict[str, Values]:
    """Both levels of a two-level scheme hold the state."""
    assert scheme.step is not None
    older = {a.name: values for a in scheme.step.arrays
             if a.level and a.rate_of is None and str(a.like.name) == name}  # fmt: skip
    return {name: values, **older}


def _inside(scheme: Scheme, counts: tuple[int, ...], orbit: tuple[Values, ...]) -> bool:
    """Where a small grid stands for a larger one, no body reads a value beside its walls."""
    for axis, (place, n) in enumerate(zip(scheme.axes, counts, strict=True)):
        if place.periodic or place.count is None or place.count == n:
            continue
        width = reach(scheme)[axis][0] // 2
        for values in orbit:
            lines = np.moveaxis(values, axis, 0)
            if any(v != 0 for v in (*lines[:width].flat, *lines[-width:].flat)):
                return False
    return True


def _product(replay: Replay, unknown: Unknown, a: Values, b: Values) -> Any:
    """<a, b> in the product of cell volumes."""
    return (replay.squared(unknown, a + b) - replay.squared(unknown, a - b)) / 4


def root_below(x: Fraction) -> Fraction:
    """A rational of nine digits not above the square root."""
    scale = 10**9
    return Fraction(isqrt(x.numerator * scale**2 // x.denominator), scale)
