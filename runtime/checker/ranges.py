"""Closed intervals with rational or infinite ends; an infinite end is never attained: 0 oo = 0."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import TypeAlias

BITS = 200
End: TypeAlias = "Fraction | float"  # a float is an infinity
ZERO, ONE = Fraction(0), Fraction(1)


class Rejected(ValueError):
    """Something in a certificate is not shown."""


@dataclass(frozen=True, slots=True)
class Range:
    """All reals from `low` to `high`."""

    low: End
    high: End

    def __add__(self, other: Range) -> Range:
        low = -inf if -inf in {self.low, other.low} else self.low + other.low
        return Range(low, inf if inf in {self.high, other.high} else self.high + other.high)

    def __neg__(self) -> Range:
        return Range(-self.high, -self.low)

    def __mul__(self, other: Range) -> Range:
        ends = [a * b if a and b else ZERO for a in self.ends for b in other.ends]
        return Range(min(ends), max(ends))

    @property
    def ends(self) -> tuple[End, End]:
        """Both ends."""
        return self.low, self.high

    def inverse(self) -> Range:
        """1 / x; the interval may touch 0 but not hold it inside."""
        if self.low < 0 < self.high or self.low == self.high == 0:
            raise Rejected("a denominator may vanish")
        if self.low < 0:
            return -((-self).inverse())
        return Range(ZERO if self.high == inf else 1 / self.high, 1 / self.low if self.low else inf)

    def power(self, n: int) -> Range:
        """x^n for an integer n."""
        if n < 0:
            return self.power(-n).inverse()
        ends = [a**n if n else ONE for a in self.ends]
        low = ZERO if n % 2 == 0 and n and self.low < 0 < self.high else min(ends)
        return Range(low, max(ends))

    def joined(self, other: Range) -> Range:
        """The smallest interval that holds both."""
        return Range(min(self.low, other.low), max(self.high, other.high))


LINE = Range(-inf, inf)


def only(x: Fraction | int) -> Range:
    """The interval of one number."""
    return Range(Fraction(x), Fraction(x))


def outward(low: Fraction, high: Fraction) -> Range:
    """Both ends rounded outward to BITS binary places."""
    scale = 1 << BITS
    return Range(Fraction(low * scale // 1, scale), Fraction(-(-high * scale // 1), scale))
