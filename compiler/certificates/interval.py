"""Closed intervals with rational or infinite ends, and the four operations on them.

An infinite end is never attained, so 0 * oo counts as 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import TypeAlias

from sympy import Rational, Symbol

Bound: TypeAlias = "Fraction | float"  # a float is an infinity


class NoRange(ArithmeticError):
    """A formula whose range has no finite enclosure by this method, or an unknown function."""


@dataclass(frozen=True, slots=True)
class Interval:
    """All reals between two ends."""

    low: Bound
    high: Bound

    def __contains__(self, value: Bound) -> bool:
        return self.low <= value <= self.high


Box: TypeAlias = Mapping[Symbol, Interval]
LINE = Interval(-inf, inf)
UNIT = Interval(Fraction(0), Fraction(1))


def point(value: Fraction | int | Rational) -> Interval:
    """The interval of one number."""
    number = Fraction(int(value.numerator), int(value.denominator))
    return Interval(number, number)


def add(a: Interval, b: Interval) -> Interval:
    """a + b."""
    return Interval(_sum(a.low, b.low, -inf), _sum(a.high, b.high, inf))


def _sum(a: Bound, b: Bound, infinite: float) -> Bound:
    return infinite if infinite in {a, b} else a + b


def multiply(a: Interval, b: Interval) -> Interval:
    """a * b."""
    if a.low >= 0 and b.low >= 0:
        return Interval(_product(a.low, b.low), _product(a.high, b.high))
    ends = [_product(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    return Interval(min(ends), max(ends))


def _product(a: Bound, b: Bound) -> Bound:
    return Fraction(0) if not a or not b else a * b


def reciprocal(a: Interval) -> Interval:
    """1 / a, where a keeps one sign; it may touch 0."""
    if a.low < 0 < a.high or a.low == a.high == 0:
        raise NoRange("a denominator may be 0")
    if a.low >= 0:
        return Interval(inverse(a.high), inverse(a.low) if a.low else inf)
    return Interval(inverse(a.high) if a.high else -inf, inverse(a.low))


def inverse(a: Bound) -> Bound:
    """1 / a of a number that is not 0, 0 of an infinity."""
    return 1 / a if isinstance(a, Fraction) else Fraction(0)


def hull(a: Interval, b: Interval) -> Interval:
    """The smallest interval around both."""
    return Interval(min(a.low, b.low), max(a.high, b.high))


def integer_power(base: Interval, n: int) -> Interval:
    """base^n for n >= 0."""
    ends = [x**n if n else Fraction(1) for x in (base.low, base.high)]
    if n % 2 == 0 and base.low < 0 < base.high:
        return Interval(Fraction(0), max(ends))
    return Interval(min(ends), max(ends))
