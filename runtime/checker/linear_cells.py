"""Roots of whole polynomials in intervals, and signs of f(m, y) for y in [0, 1].

Roots are counted by Descartes' rule on (0, 1) with halving (Vincent, Collins, Akritas): no change
of sign means no root, one change one root.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise
from math import comb, lcm
from typing import Any

from .linear_planes import Plane, columns, row
from .polynomials import Line, value
from .ranges import Range, Rejected, only
from .trees import number

DEEPEST = 400
HALVINGS = 2000
MOST_TERMS = 500


@dataclass(frozen=True, slots=True)
class Number:
    """The one root of a polynomial in [low, high]; low = high where it is rational."""

    polynomial: list[int]
    low: Fraction
    high: Fraction

    @property
    def rational(self) -> bool:
        """Whether the number is its own enclosure."""
        return self.low == self.high


def whole(text: Any) -> int:
    """A whole number of the proof."""
    found = number(text)
    if found is None or found.denominator != 1:
        raise Rejected("a number of the proof is not whole")
    return int(found)


def rational(text: Any) -> Fraction:
    """A rational of the proof."""
    found = number(text)
    if found is None:
        raise Rejected("a number of the proof is not rational")
    return found


def polynomial(data: Any) -> list[int]:
    """c_0, ..., c_n with c_n != 0 and n > 0."""
    found = [whole(c) for c in data]
    if not 1 < len(found) <= MOST_TERMS or not found[-1]:
        raise Rejected("a polynomial of the proof is malformed")
    return found


def algebraic(data: Any) -> Number | None:
    """An end of a set: the polynomial vanishes there, or changes sign between low and high."""
    if data is None:
        return None
    if data.keys() != {"polynomial", "low", "high"}:
        raise Rejected("a number of the proof is malformed")
    p, low, high = polynomial(data["polynomial"]), rational(data["low"]), rational(data["high"])
    a, b = (at(p, x) for x in (low, high))
    if low > high or (low == high and a) or (low < high and a * b >= 0):
        raise Rejected("a critical value is no root of its polynomial")
    return Number(p, low, high)


def at(p: Sequence[int], x: Fraction) -> int:
    """p(x) times a positive number."""
    total, power = 0, 1
    for c in reversed(p):
        total = total * x.numerator + c * power
        power *= x.denominator
    return total


# ---- how many roots


def count(p: list[int], low: Fraction | None, high: Fraction | None) -> int:
    """Different roots in the open interval (None: infinite) of a polynomial without squares."""
    if low is None and high is None:
        zero = Fraction(0)
        return count(p, None, zero) + (not p[0]) + count(p, zero, None)
    if low is None:
        mirrored = [c * (-1) ** k for k, c in enumerate(p)]
        return count(mirrored, None if high is None else -high, None)
    if high is not None:
        return _inside(_mapped(p, low, high - low), 0) if low < high else 0
    shifted = _mapped(p, low, Fraction(1))  # (0, oo) by t/(1 - t) to (0, 1)
    found, rest = [shifted[-1]], [1]
    for c in reversed(shifted[:-1]):
        rest = [a - b for a, b in zip([*rest, 0], [0, *rest], strict=True)]
        found = [a + c * b for a, b in zip([0, *found], rest, strict=True)]
    return _inside(found, 0)


def _mapped(p: list[int], low: Fraction, width: Fraction) -> list[int]:
    """A positive multiple of p(low + width t)."""
    common = low.denominator * width.denominator
    a, b = int(low * common), int(width * common)
    found, power = [p[-1]], 1
    for c in reversed(p[:-1]):
        power *= common
        found = [a * x + b * y for x, y in zip([*found, 0], [0, *found], strict=True)]
        found[0] += c * power
    return found


def _inside(q: list[int], depth: int) -> int:
    """Roots in (0, 1)."""
    while not q[0]:
        q = q[1:]
    while not sum(q):
        q = list(accumulate(q))[:-1]  # q / (1 - t)
    if depth > DEEPEST:
        raise Rejected("the roots of a polynomial are not told apart")
    changes = _changes(_shifted(q[::-1]))
    if changes < 2:
        return changes
    n = len(q) - 1
    lower = [c << (n - k) for k, c in enumerate(q)]
    upper = _shifted(lower)
    return _inside(lower, depth + 1) + (not upper[0]) + _inside(upper, depth + 1)


def _shifted(q: list[int]) -> list[int]:
    """q(t + 1)."""
    found = list(reversed(q))
    for size in range(len(q), 1, -1):
        found[:size] = accumulate(found[:size])
    return found[::-1]


def _changes(q: list[int]) -> int:
    signs = [c > 0 for c in q if c]
    return sum(a != b for a, b in pairwise(signs))


# ---- signs for all y


def sign_inside(f: Plane, m: Fraction) -> int:
    """The sign of f(m, y) on 0 < y < 1."""
    p = row(f, m)
    if not p:
        raise Rejected("a factor vanishes at a sample")
    while not p[0]:
        p = p[1:]
    while not sum(p):
        p = list(accumulate(p))[:-1]  # p / (1 - y)
    return _sign(p)


def sign_at(f: Plane, m: Number) -> int:
    """The sign of f(m, y) on 0 <= y <= 1."""
    if m.rational:
        return _sign(row(f, m.low))
    ranges = [_range(p, Range(m.low, m.high)) for p in columns(f)]
    above, below = [_low(r) for r in ranges], [_low(-r) for r in ranges]
    # f >= sum_j above_j y^j and -f >= sum_j below_j y^j, because y^j >= 0
    sign = 1 if value(above, Fraction(1, 2)) > 0 else -1
    if _sign(above if sign > 0 else below) < 0:
        raise Rejected("a factor is not shown to keep its sign")
    return sign


def _sign(p: Line) -> int:
    """The sign of p on 0 <= y <= 1."""
    sign = 1 if p and p[0] > 0 else -1
    if not p or not _positive([sign * c for c in p]):
        raise Rejected("a factor is not shown to keep its sign")
    return sign


def _positive(p: Line) -> bool:
    """p > 0 on 0 <= y <= 1: coefficients of Bernstein >= 0 and > 0 at both ends, on halves.

    The coefficients are whole numbers; a half carries 2^n times its own, which keeps signs.
    """
    n = len(p) - 1
    scale = lcm(*(c.denominator for c in p)) * lcm(*(comb(n, j) for j in range(n + 1)))
    powers = [int(c * scale / comb(n, j)) for j, c in enumerate(p)]
    stack = [[sum(comb(k, j) * powers[j] for j in range(k + 1)) for k in range(n + 1)]]
    for _ in range(HALVINGS):
        here = stack.pop()
        if here[0] <= 0 or here[-1] <= 0:
            return False
        if min(here) < 0:
            low, high = [here[0] << n], [here[-1] << n]
            for k in range(1, n + 1):
                here = [x + y for x, y in pairwise(here)]
                low.append(here[0] << (n - k))
                high.append(here[-1] << (n - k))
            stack += [low, high[::-1]]
        if not stack:
            return True
    return False


def _range(p: Line, m: Range) -> Range:
    found = only(0)
    for c in reversed(p):
        found = found * m + only(c)
    return found


def _low(r: Range) -> Fraction:
    assert isinstance(r.low, Fraction)
    return r.low
