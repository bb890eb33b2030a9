"""Parts of the set of m that were proved: their ends as closed forms, and their proofs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

import sympy
from sympy import Expr

from ...runtime.contract import Json
from ..amplification.algebraic import Algebraic
from ..amplification.cube import Budget
from ..amplification.evidence import evidence
from ..amplification.line import Part, condition, parts
from ..amplification.region import Estimate, Patch, heavy, patches
from ..amplification.ring import Element, Ring
from ..amplification.schur import Quantity
from ..amplification.through import through, through_number
from .forms import text

Y_OF_ONE, M_OF_ONE = 3, 4  # places of the generators on one axis
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
    estimate: Estimate,
    *,
    polynomial: tuple[Element, ...] = (),
) -> Iterator[Stretch]:
    """The set of m in [low, high] on which all quantities have their signs, part by part.

    The coefficients of a polynomial in lambda show numbers through which modes may enter.
    """
    if ring.dim == 1:
        listed = tuple(condition(q, y=Y_OF_ONE, m=M_OF_ONE) for q in asked)
        for part in parts(listed, low, high):
            yield _of_line(part, evidence(listed, part))
        return
    found = through(ring, polynomial, asked, Budget())
    listed = tuple(condition(q, y=Y_OF_ONE, m=M_OF_ONE) for q in found.asked) if found else ()
    if found is not None and not any(heavy(f.plane) for c in listed for f in c.factors):
        for part in parts(listed, low, high):
            proof = through_number(evidence(listed, part), ring, found, asked)
            yield _of_line(part, proof, exactly=found.exactly)
        return
    for patch in patches(ring, asked, low, high, estimate):
        yield _of_patch(patch)


def _of_line(part: Part, proof: dict[str, Json], *, exactly: bool = True) -> Stretch:
    low, _ = _stated(part.low, up=True, exactly=exactly)
    high, sharp = _stated(part.high, up=False, exactly=exactly)
    return Stretch(
        low=low,
        high=high,
        inside=(
            None if part.low is None else part.low.high,
            None if part.high is None else part.high.low,
        ),
        closed=(part.closed_low, part.closed_high),
        exactly=sharp,
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


def _stated(end: Algebraic | None, *, up: bool, exactly: bool) -> tuple[Expr | None, bool]:
    """The number where its square is rational, else a rational of twelve digits inside.

    Digits too where a longer set may hold, unless the end is 0.
    """
    if end is None:
        return None, exactly
    number = end.radical
    if number is not None and (number**2).is_Rational and (exactly or number == 0):
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
