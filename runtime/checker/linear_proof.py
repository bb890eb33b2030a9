"""The parts of a proof of kind "linear": identities, cells, samples, ends.

Between roots of f(m, 0), f(m, 1) and the discriminant of f in y the number of roots of f(m, .) in
[0, 1] does not change, so a sample decides a cell; conditions >= 0 hold on its closure then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from .linear_cells import Number, algebraic, at, count, polynomial, rational, sign_at, sign_inside
from .linear_marks import used_by
from .linear_modes import MOST
from .linear_planes import Plane
from .ranges import Rejected

COARSE = 1 << 20


@dataclass(frozen=True, slots=True)
class Factor:
    """An irreducible factor, its multiplicity, and what is stated of its ends."""

    plane: Plane
    power: int
    stated: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Condition:
    """constant * prod factor^power > 0 (strict) or >= 0."""

    name: str
    strict: bool
    constant: Fraction
    factors: list[Factor]
    divisor: Plane

    def needed(self) -> list[Factor]:
        """The factors whose sign counts."""
        return [f for f in self.factors if self.strict or f.power % 2]


@dataclass(frozen=True, slots=True)
class Part:
    """An interval of m."""

    low: Number | None
    high: Number | None
    closed: tuple[bool, bool]


def part(data: dict[str, Any], expected: Callable[[list[Condition]], None]) -> Part:
    """One part: its conditions are the expected ones and hold for all its m and all modes."""
    low, high = algebraic(data["low"]), algebraic(data["high"])
    closed = (data["closed"][0], data["closed"][1])
    if any(not isinstance(c, bool) for c in closed) or len(data["closed"]) != 2:
        raise Rejected("the ends of a part are malformed")
    if (closed[0] and low is None) or (closed[1] and high is None):
        raise Rejected("an infinite end does not belong to a part")
    conditions = [condition(c, 2) for c in data["conditions"]]
    expected(conditions)
    found = Part(low, high, closed)
    marks = [polynomial(m) for m in data["marks"]]
    _cells(found, data, conditions, marks)
    return found


# ---- reading


def plane(data: Any, size: int) -> Plane:
    """Terms [powers of m, of y and, on several axes, of the sines, coefficient]."""
    found: Plane = {}
    for *key, text in data:
        whole = all(isinstance(k, int) and not isinstance(k, bool) for k in key)
        if len(key) != size or not whole or not all(0 <= k <= MOST for k in key):
            raise Rejected("a factor of the proof is malformed")
        c = rational(text)
        if c.denominator != 1 or not c or tuple(key) in found:
            raise Rejected("a factor of the proof is malformed")
        found[tuple(key)] = int(c)
    return found


def condition(data: dict[str, Any], size: int) -> Condition:
    """A condition whose polynomials are in so many variables."""
    if not isinstance(data["strict"], bool):
        raise Rejected("a condition of the proof is malformed")
    factors = []
    for f in data["factors"]:
        e = f["power"]
        if isinstance(e, bool) or not isinstance(e, int) or not 0 < e <= MOST:
            raise Rejected("a factor of the proof is malformed")
        terms = plane(f["terms"], size)
        if not terms:
            raise Rejected("a factor of the proof is malformed")
        factors.append(Factor(terms, e, f))
    constant = rational(data["constant"])
    divisor = plane(data["divisor"], size)
    return Condition(str(data["name"]), data["strict"], constant, factors, divisor)


# ---- cells


def _cells(
    found: Part, data: dict[str, Any], conditions: list[Condition], marks: list[list[int]]
) -> None:
    """Every cell holds a sample, and every condition holds in it, between cells and at ends."""
    needed = [f for c in conditions for f in c.needed()]
    strict = [f for c in conditions if c.strict for f in c.factors]
    used = set[int]().union(*(used_by(f.plane, f.stated, marks) for f in needed))
    lines = [marks[k] for k in sorted(used)]
    samples = [rational(s) for s in data["samples"]]
    inside = [algebraic(x) for x in data["inside"]]
    if not samples or len(inside) != len(samples) - 1:
        raise Rejected("a cell has no sample")
    if any(not at(p, s) for p in lines for s in samples):
        raise Rejected("a sample is a critical value")
    _beside(lines, found.low, samples[0], below=True)
    _beside(lines, found.high, samples[-1], below=False)
    for (a, b), x in zip(pairwise(samples), inside, strict=True):
        _between(lines, a, b, x)
    for sample in samples:
        for c in conditions:
            _holds(c, sample)
    ends = [e for e, closed in zip((found.low, found.high), found.closed, strict=True) if closed]
    for f in strict:
        for m in (*inside, *ends):
            if m is not None:
                sign_at(f.plane, m)


def _holds(condition: Condition, m: Fraction) -> None:
    """A condition at a rational m."""
    sign = (condition.constant > 0) - (condition.constant < 0)
    for f in condition.needed():
        exact = Number([], m, m)
        found = sign_at(f.plane, exact) if condition.strict else sign_inside(f.plane, m)
        sign *= found if f.power % 2 else 1
    if sign < 0 or (condition.strict and not sign):
        raise Rejected("a condition fails at a sample")


def _between(lines: list[list[int]], a: Fraction, b: Fraction, x: Number | None) -> None:
    """At most one critical value lies between two samples; then it is x."""
    if x is None or not a < x.low <= x.high < b:
        raise Rejected("the samples are not in order")
    crossing = [(p, n) for p in lines if (n := count(p, a, b))]
    if sum(n for _, n in crossing) > 1:
        raise Rejected("a cell has no sample")
    for p, _ in crossing:
        low, high = at(p, x.low), at(p, x.high)
        if low * high > 0 or (x.low == x.high and low):
            raise Rejected("a critical value is not the one stated")


def _beside(lines: list[list[int]], end: Number | None, sample: Fraction, *, below: bool) -> None:
    """No critical value lies between an end and its sample; the end is the one root it is."""
    if end is None:
        free = all(not count(p, *((None, sample) if below else (sample, None))) for p in lines)
    elif not (end.high < sample if below else sample < end.low):
        raise Rejected("the samples are not in order")
    elif end.rational:
        free = all(not count(p, *_ordered(end.low, sample)) for p in lines)
    else:
        exact = end.low if below else end.high
        coarse = Fraction(exact * COARSE // 1 if below else -(-exact * COARSE // 1), COARSE)
        free = any(_only(lines, end, *_ordered(outer, sample)) for outer in (coarse, exact))
    if not free:
        raise Rejected("a cell has no sample")


def _ordered(a: Fraction, b: Fraction) -> tuple[Fraction, Fraction]:
    return min(a, b), max(a, b)


def _only(lines: list[list[int]], end: Number, a: Fraction, b: Fraction) -> bool:
    """The end is the one root of its polynomial and the one critical value in (a, b)."""
    own = end.polynomial
    return count(own, a, b) == 1 and not any(count(p, a, b) for p in lines if p != own)
