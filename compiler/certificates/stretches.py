"""Parts of the set of m that were proved: their ends as closed forms, and their proofs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

import sympy
from sympy import Expr

from ...runtime.contract import Json
from ..amplification.algebraic import Algebraic
from ..amplification.evidence import evidence
from ..amplification.line import Part, condition, parts
from ..amplification.region import Patch, patches
from ..amplification.ring import Ring
from ..amplification.schur import Quantity
from .forms import text

Number = TypeVar("Number", Expr, Fraction)


@dataclass(frozen=True)
class Stretch:
    """A connected part of the set of m that was proved, and its proof; None: no end."""

    low: Expr | None
    high: Expr | None
    inside: tuple[Fraction | None, Fraction | None]  # rationals in the part, next to its ends
    closed: tuple[bool, bool]
    exactly: bool  # `high` is its end, not a number below it
    proof: dict[str, Json]


def stretches(
    ring: Ring,
    asked: list[Quantity],
    low: Fraction | None,
    high: Fraction | None,
    estimate: Callable[[Fraction, Fraction], float],
) -> Iterator[Stretch]:
    """The set of m in [low, high] on which all quantities have their signs, part by part."""
    if ring.dim == 1:
        listed = tuple(condition(q, y=2 + ring.dim, m=2 + 2 * ring.dim) for q in asked)
        for part in parts(listed, low, high):
            yield _of_line(part, evidence(listed, part))
        return
    for patch in patches(ring, asked, low, high, estimate):
        yield _of_patch(patch)


def _of_line(part: Part, proof: dict[str, Json]) -> Stretch:
    (low, _), (high, exactly) = _stated(part.low, up=True), _stated(part.high, up=False)
    return Stretch(
        low=low,
        high=high,
        inside=(
            None if part.low is None else part.low.high,
            None if part.high is None else part.high.low,
        ),
        closed=(part.closed_low, part.closed_high),
        exactly=exactly,
        proof=proof,
    )


def _of_patch(patch: Patch) -> Stretch:
    span = patch.span
    high = None if span.high is None else _rational(span.high) ** sympy.Rational(1, span.step)
    ends: dict[str, Json] = {
        "low": str(span.low),
        "high": None if span.high is None else str(span.high),
        "step": span.step,
        "mirrored": patch.mirrored,
        "closed": list(patch.closed),
        "conditions": list(patch.conditions),
    }
    below = None if high is None else _below(high)
    return Stretch(
        low=_mirrored(patch, high, _rational(span.low)),
        high=high,
        inside=(_mirrored(patch, below, span.low), below),
        closed=patch.closed,
        exactly=patch.sharp,
        proof=ends,
    )


def _mirrored(patch: Patch, high: Number | None, low: Number) -> Number | None:
    """The low end of a part: that of its own, or the mirror image of the high one."""
    if not patch.mirrored:
        return low
    return None if high is None else -high


def _rational(x: Fraction) -> Expr:
    return sympy.Rational(x.numerator, x.denominator)


def _below(number: Expr) -> Fraction:
    """A rational not above a root of a rational; the number itself where it is rational."""
    if number.is_Rational:
        return Fraction(int(number.p), int(number.q))
    return Fraction(int(sympy.floor(number * 10**12)), 10**12)


def _stated(end: Algebraic | None, *, up: bool) -> tuple[Expr | None, bool]:
    """The number where its square is rational, else a rational of twelve digits inside."""
    if end is None:
        return None, True
    number = end.radical
    if number is not None and (number**2).is_Rational:
        return number, True
    scale = 10**12
    digits = -int(-end.high * scale // 1) if up else int(end.low * scale // 1)
    return sympy.Rational(digits, scale), False


# ---- sets as text and as data


def shown(part: Stretch) -> str:
    """An interval: [0, 2], (0, sqrt(2)), [1, oo)."""
    low = f"{'[' if part.closed[0] else '('}{'-oo' if part.low is None else text(part.low)}"
    high = "oo" if part.high is None else text(part.high)
    return f"{low}, {high}{']' if part.closed[1] else ')'}"


def as_set(part: Stretch) -> Json:
    """An interval as data; see the contract."""
    low, high = part.inside
    return {
        "low": None if part.low is None else text(part.low),
        "high": None if part.high is None else text(part.high),
        "low_value": None if low is None else str(low),
        "high_value": None if high is None else str(high),
        "low_closed": part.closed[0],
        "high_closed": part.closed[1],
    }
