"""Ranges u^p [a, b] for 0 < u <= top: near 0, where u = |s|, and towards infinity, where u = 1/|s|.

A plain range of s / sqrt(1 + s^2) on [T, oo) is [0, oo]; with powers of u kept apart it is u^0
times a range near 1. Everywhere else all powers are 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .functions import EXP, monotone, square_root
from .interval import (
    LINE,
    Interval,
    NoRange,
    add,
    hull,
    integer_power,
    multiply,
    point,
    reciprocal,
)

ZERO, ONE = Fraction(0), Fraction(1)
FASTEST = 12  # the power by which the decay of an exponential is bounded


@dataclass(frozen=True, slots=True)
class Growth:
    """u^power * x for x in `range`."""

    power: Fraction
    range: Interval


def steady(found: Interval) -> Growth:
    """A range with no power of u."""
    return Growth(ZERO, found)


NONE = steady(point(0))
UNIT = steady(point(1))
UNKNOWN = steady(LINE)


def whole_power(base: Interval, n: int) -> Interval:
    """base^n for any whole n."""
    found = integer_power(base, abs(n))
    return found if n >= 0 else reciprocal(found)


@dataclass(frozen=True, slots=True)
class Germ:
    """The arithmetic for 0 < u <= top."""

    top: Fraction = ONE

    def values(self, a: Growth) -> Interval:
        """All values."""
        return multiply(a.range, self.unit(a.power)) if a.power else a.range

    def unit(self, power: Fraction) -> Interval:
        """u^power on (0, top]."""
        if not power:
            return point(1)
        within = Interval(ZERO, self.largest(abs(power)).high)
        return within if power > 0 else reciprocal(within)

    def largest(self, power: Fraction) -> Interval:
        """top^power."""
        if power.denominator == 1:
            return whole_power(point(self.top), int(power))
        if power.denominator == 2:
            return whole_power(square_root(point(self.top)), power.numerator)
        raise NoRange("a power that is no half of a whole number")

    def add(self, a: Growth, b: Growth) -> Growth:
        """a + b, by the smaller power."""
        if a is NONE or b is NONE:
            return b if a is NONE else a
        if a.power > b.power:
            a, b = b, a
        return Growth(a.power, add(a.range, multiply(b.range, self.unit(b.power - a.power))))

    def times(self, a: Growth, b: Growth) -> Growth:
        """a * b."""
        if a is NONE or b is NONE:
            return NONE
        if a is UNIT or b is UNIT:
            return b if a is UNIT else a
        return Growth(a.power + b.power, multiply(a.range, b.range))

    def scaled(self, factor: Fraction, a: Growth) -> Growth:
        """factor * a."""
        return a if a is NONE or factor == 1 else Growth(a.power, multiply(point(factor), a.range))

    def raised(self, a: Growth, n: Fraction) -> Growth:
        """a^n for whole and half n."""
        if n in {0, 1}:
            return UNIT if n == 0 else a
        if n.denominator == 1:
            return Growth(a.power * n, whole_power(a.range, int(n)))
        if n.denominator == 2:
            return Growth(a.power * n, whole_power(square_root(a.range), n.numerator))
        raise NoRange("a power that is no half of a whole number")

    def exponential(self, a: Growth) -> Growth:
        """e^a; e^(-c v^q) <= u^k V^k e^(-c V^q) for v = 1/u >= V = 1/top and c q V^q >= k."""
        high = a.range.high
        if a.power < 0 and isinstance(high, Fraction) and high < 0:
            far = reciprocal(self.largest(-a.power))
            assert isinstance(far.low, Fraction)
            k = min(FASTEST, int(high * a.power * far.low))
            if k >= 1:
                bound = multiply(monotone(EXP, multiply(point(high), far)),
                                 point((1 / self.top) ** k))  # fmt: skip
                return Growth(Fraction(k), Interval(ZERO, bound.high))
        return steady(monotone(EXP, self.values(a)))

    def both(self, a: Growth, b: Growth) -> Growth:
        """Two enclosures of the same values: the smaller for small u."""
        if a.power != b.power:
            return max(a, b, key=lambda g: g.power)
        return Growth(a.power, meet(a.range, b.range))

    def either(self, a: Growth, b: Growth) -> Growth:
        """Values of one or of the other."""
        return steady(hull(self.values(a), self.values(b)))


def meet(a: Interval, b: Interval) -> Interval:
    """The common part."""
    return Interval(max(a.low, b.low), min(a.high, b.high))
