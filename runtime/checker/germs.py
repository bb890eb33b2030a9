"""Sizes u^p * part for 0 < u <= top: ranges that know how fast they grow or vanish.

Near s = 0 u is |s|, near infinity 1/|s|. There s / sqrt(1 + s^2) is u^0 times a range near 1, where
the plain product of ranges would be 0 times infinity. On a box that is neither all powers are 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .functions import exp as exp_of, sqrt as sqrt_of
from .ranges import LINE, ONE, ZERO, Range, Rejected, only

DECAY = 12  # the fastest power by which an exponential is bounded


@dataclass(frozen=True, slots=True)
class Size:
    """All numbers u^power * x with x in `part`."""

    power: Fraction
    part: Range


def plain(part: Range) -> Size:
    """A range that says nothing about growth."""
    return Size(ZERO, part)


ANY = plain(LINE)
NOTHING = plain(only(0))


class Germ:
    """Arithmetic of sizes for 0 < u <= top."""

    def __init__(self, top: Fraction = ONE) -> None:
        self.top = top

    def range(self, a: Size) -> Range:
        """Every value that a size may have."""
        return a.part if not a.power else a.part * self.unit(a.power)

    def unit(self, power: Fraction) -> Range:
        """u^power."""
        if not power:
            return only(1)
        below = Range(ZERO, self._at_top(abs(power)).high)
        return below if power > 0 else below.inverse()

    def _at_top(self, power: Fraction) -> Range:
        if power.denominator == 1:
            return only(self.top).power(int(power))
        if power.denominator == 2:
            return sqrt_of(only(self.top)).power(power.numerator)
        raise Rejected("a germ grows by a power that is no half of a whole number")

    def add(self, a: Size, b: Size) -> Size:
        """a + b: the slower part leads."""
        if a.part == only(0):
            return b
        if b.part == only(0):
            return a
        slow, fast = (a, b) if a.power <= b.power else (b, a)
        return Size(slow.power, slow.part + fast.part * self.unit(fast.power - slow.power))

    def times(self, a: Size, b: Size) -> Size:
        """a * b."""
        return Size(a.power + b.power, a.part * b.part)

    def scaled(self, c: Fraction, a: Size) -> Size:
        """c * a."""
        return Size(a.power, only(c) * a.part)

    def raised(self, a: Size, n: Fraction) -> Size:
        """a^n; n a whole number or half of one, else by exp and log."""
        if n.denominator == 1:
            return Size(a.power * n, a.part.power(int(n)))
        if n.denominator == 2:
            return Size(a.power * n, sqrt_of(a.part).power(n.numerator))
        raise Rejected("no rule for this power")

    def exp(self, a: Size) -> Size:
        """e^a; where a tends to -oo faster than each power: v^k e^(-c v^q) falls for c q v^q >= k.

        Here v = 1/u >= 1/top, so its supremum is the value at 1/top.
        """
        high = a.part.high
        if a.power < 0 and isinstance(high, Fraction) and high < 0:
            speed = self._at_top(-a.power).inverse()
            assert isinstance(speed.low, Fraction)
            k = min(DECAY, int(-high * -a.power * speed.low))
            if k > 0:
                most = exp_of(only(high) * speed) * only(1 / self.top).power(k)
                return Size(Fraction(k), Range(ZERO, most.high))
        return plain(exp_of(self.range(a)))

    def meet(self, a: Size, b: Size) -> Size:
        """Both hold: the one that vanishes faster, their common part where they are alike."""
        if a.power != b.power:
            return a if a.power > b.power else b
        return Size(a.power, met(a.part, b.part))

    def positive(self, a: Size) -> bool:
        """The part stays away from 0 on the right."""
        return a.part.low > 0

    def join(self, a: Size, b: Size) -> Size:
        """One of the two."""
        return plain(self.range(a).joined(self.range(b)))


def met(a: Range, b: Range) -> Range:
    """The common part of two ranges that both hold all values."""
    return Range(max(a.low, b.low), min(a.high, b.high))
