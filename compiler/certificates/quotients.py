"""Waves between walls, refuted by a quotient: no mode of the walls need be known.

dtt(u) = -A u, A self-adjoint in the product of cell volumes, advanced by shears: each eigenvalue a
of A has a 2 x 2 step of determinant 1 and trace t(a), so that u[k+2] + u[k] = t(A) u[k+1]. A state
with |<t(A) w, w>| > 2 <w, w>, w = u[k+1], has a part in a mode with |t(a)| as large; that mode
grows by (|t| + sqrt(t^2 - 4))/2 or more in each body.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Any

import numpy as np
from sympy import Expr

from ..reference.arithmetic import Values
from ..scheme import Scheme, Unknown
from .atoms import equations, home
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
    rule = proved.proof.get("method")
    shears = isinstance(rule, dict) and rule.get("by") == "shears"
    if not shears or proved.proof.get("form") != "dtt":
        return None
    for counts in grids(scheme):
        found = list(_parts(scheme, replays(scheme, counts, tau), counts))
        if found:
            return max(found, key=lambda part: part.growth)
    return None


def _parts(scheme: Scheme, replay: Replay, counts: tuple[int, ...]) -> Iterator[Part]:
    for rate in equations(scheme, None):
        unknown = home(scheme, rate.unknown)
        name = str(rate.unknown.name)
        for mode, values in modes(scheme, replay.problem.shape(name)):
            orbit = _orbit(scheme, replay, name, values)
            if not _inside(scheme, counts, orbit[:2]):
                continue
            first, second, third = orbit
            below = replay.squared(unknown, second)
            if lower(below) <= 0:
                continue
            quotient = _product(replay, unknown, third + first, second) / below
            size = max(lower(quotient), lower(-quotient))
            if size > 2:
                growth = (size + root_below(size * size - 4)) / 2
                yield Part(growth=growth, mode=mode, counts=counts, state={name: values})


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
