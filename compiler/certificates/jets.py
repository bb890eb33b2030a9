"""Ranges of f, f', f'' and f/s of a formula in one variable s on a box: interval jets.

The slope of a product A B is A'B + AB' and B (A' + A (B'/B)) at once; the second keeps signs:
(s (1 + s^2)^(-1/2))' = (1 + s^2)^(-1/2) (1 - s^2/(1 + s^2)). At kinks of |x|, min and max a slope
is anything between both sides. Source: Griewank, Walther, Evaluating Derivatives, 2008.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import TypeAlias

import flint
import sympy
from sympy import Expr, Symbol

from ..operators import Gelu, Relu, Sigmoid, Softplus
from .extent import extent
from .functions import RULES as RANGES, ball_interval, logarithm, square_root
from .germs import NONE, ONE, UNIT, UNKNOWN, Germ, Growth, steady
from .interval import Box, Interval, NoRange, add, integer_power, multiply, point, reciprocal

HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Jet:
    """f, f', f''; f'/f and f/s where they are known."""

    value: Growth
    slope: Growth
    bend: Growth
    relative: Growth | None = None
    ratio: Growth | None = None


Rule: TypeAlias = Callable[["Jets", Jet], Jet]


def number(value: Interval) -> Jet:
    """A constant."""
    relative = NONE if value.low > 0 or value.high < 0 else None
    return Jet(steady(value), NONE, NONE, relative, NONE if value == point(0) else None)


@dataclass(frozen=True, slots=True)
class Jets:
    """The rules on one box of s, with the other names in a box of their own."""

    variable: Symbol
    line: Interval
    others: Box
    germ: Germ
    s: Jet

    def of(self, formula: Expr) -> Jet:
        """The jet of a formula; raises NoRange for what has no rule."""
        if formula == self.variable:
            return self.s
        if not formula.args or not formula.has(self.variable):
            return number(extent(formula, self.others))
        if formula.is_Pow:
            return self._power(formula)
        parts = [self.of(a) for a in formula.args]
        match formula:
            case sympy.Add():
                return reduce(self.sum, parts)
            case sympy.Mul():
                return reduce(self.product, parts)
            case sympy.Max():
                return reduce(self.larger, parts)
            case sympy.Min():
                return reduce(self._smaller, parts)
        rule = RULES.get(formula.func)
        if rule is None:
            raise NoRange(f"no rule for the slope of '{formula.func}'")
        return rule(self, parts[0])

    def sum(self, a: Jet, b: Jet) -> Jet:
        """a + b."""
        plus = self.germ.add
        value, slope = plus(a.value, b.value), plus(a.slope, b.slope)
        ratio = plus(a.ratio, b.ratio) if a.ratio and b.ratio else None
        return Jet(value, slope, plus(a.bend, b.bend), self._relative(value, slope), ratio)

    def _relative(self, value: Growth, slope: Growth) -> Growth | None:
        if value.range.low <= 0 <= value.range.high:
            return None
        return self.germ.times(slope, self.germ.raised(value, -ONE))

    def product(self, a: Jet, b: Jet) -> Jet:
        """a * b."""
        times, plus = self.germ.times, self.germ.add
        slope = plus(times(a.slope, b.value), times(a.value, b.slope))
        for x, y in ((a, b), (b, a)):
            if y.relative:
                signed = times(y.value, plus(x.slope, times(x.value, y.relative)))
                slope = self.germ.both(signed, slope)
        cross = self.germ.scaled(Fraction(2), times(a.slope, b.slope))
        bend = plus(plus(times(a.bend, b.value), times(a.value, b.bend)), cross)
        relative = plus(a.relative, b.relative) if a.relative and b.relative else None
        ratio = times(a.ratio, b.value) if a.ratio else None
        ratio = times(a.value, b.ratio) if b.ratio else ratio
        return Jet(times(a.value, b.value), slope, bend, relative, ratio)

    def _power(self, formula: Expr) -> Jet:
        base, exponent = self.of(formula.base), formula.exp
        if not (exponent.is_Rational and exponent.q <= 2):
            if base.value.range.low < 0:
                raise NoRange("a power of a number that may be negative")
            return self.exponential(self.product(self.of(exponent), self.log(base)))
        germ, n = self.germ, Fraction(int(exponent.p), int(exponent.q))
        value = germ.raised(base.value, n)
        first = germ.scaled(n, germ.raised(base.value, n - 1))
        second = germ.scaled(n * (n - 1), germ.raised(base.value, n - 2)) if n != 1 else NONE
        relative = germ.scaled(n, base.relative) if base.relative else None
        ratio = None
        if base.ratio and n.denominator == 1 and n > 0:
            ratio = germ.times(base.ratio, germ.raised(base.value, n - 1))
        return self.chain(base, (value, first, second), relative, ratio)

    def chain(
        self,
        inner: Jet,
        outer: tuple[Growth, Growth, Growth],
        relative: Growth | None = None,
        ratio: Growth | None = None,
    ) -> Jet:
        """The chain rule: outer is f, f', f'' at the values of `inner`."""
        times = self.germ.times
        value, first, second = outer
        slope = times(first, inner.slope)
        square = times(inner.slope, inner.slope)
        bend = self.germ.add(times(second, square), times(first, inner.bend))
        return Jet(value, slope, bend, relative or self._relative(value, slope), ratio)

    # ---- kinks

    def larger(self, a: Jet, b: Jet) -> Jet:
        """max(a, b)."""
        germ = self.germ
        gap = germ.add(a.value, germ.scaled(-ONE, b.value)).range
        if gap.low >= 0 or gap.high <= 0:
            return a if gap.low >= 0 else b
        value = RANGES[sympy.Max](germ.values(a.value), germ.values(b.value))
        ratio = germ.either(a.ratio, b.ratio) if a.ratio and b.ratio else None
        return Jet(steady(value), germ.either(a.slope, b.slope), UNKNOWN, None, ratio)

    def _smaller(self, a: Jet, b: Jet) -> Jet:
        return self.minus(self.larger(self.minus(a), self.minus(b)))

    def minus(self, a: Jet) -> Jet:
        """-a."""
        return self.product(number(point(-1)), a)

    # ---- elementary functions

    def exponential(self, a: Jet) -> Jet:
        """e^a; its relative slope is a'."""
        germ = self.germ
        value = germ.exponential(a.value)
        bend = germ.times(value, germ.add(a.bend, germ.times(a.slope, a.slope)))
        return Jet(value, germ.times(value, a.slope), bend, a.slope)

    def log(self, a: Jet) -> Jet:
        """Log a."""
        germ = self.germ
        inverse = germ.raised(a.value, -ONE)
        value = steady(logarithm(germ.values(a.value)))
        return self.chain(a, (value, inverse, germ.scaled(-ONE, germ.times(inverse, inverse))))

    def tanh(self, a: Jet) -> Jet:
        """1 - tanh^2 <= 4 e^(-2|a|)."""
        germ = self.germ
        value = RANGES[sympy.tanh](germ.values(a.value))
        slope = steady(add(point(1), multiply(point(-1), _square(value))))
        part = a.value.range
        if a.value.power < 0 and not part.low <= 0 <= part.high:
            fall = germ.scaled(Fraction(2 if part.high < 0 else -2), a.value)
            faded = germ.scaled(Fraction(4), germ.exponential(fall))
            slope = faded if faded.power > 0 else slope
        second = germ.scaled(Fraction(-2), germ.times(steady(value), slope))
        return self.chain(a, (steady(value), slope, second))

    def sigmoid(self, a: Jet) -> Jet:
        """(1 + tanh(a/2)) / 2."""
        half = number(point(HALF))
        return self.product(half, self.sum(number(point(1)), self.tanh(self.product(half, a))))

    def softplus(self, a: Jet) -> Jet:
        """log(1 + e^a): its slope is the sigmoid."""
        value = RANGES[Softplus](self.germ.values(a.value))
        first = self.sigmoid(Jet(a.value, UNIT, NONE))
        return self.chain(a, (steady(value), first.value, first.slope))

    def erf(self, a: Jet) -> Jet:
        """Its slope is 2 / sqrt(pi) e^(-a^2)."""
        germ = self.germ
        value = RANGES[sympy.erf](germ.values(a.value))
        bell = germ.exponential(germ.scaled(-ONE, germ.raised(a.value, Fraction(2))))
        root = square_root(ball_interval(flint.arb.pi()))
        first = germ.times(steady(multiply(point(2), reciprocal(root))), bell)
        second = germ.scaled(Fraction(-2), germ.times(a.value, first))
        return self.chain(a, (steady(value), first, second))

    def gelu(self, a: Jet) -> Jet:
        """A (1 + erf(a / sqrt 2)) / 2."""
        half = number(point(HALF))
        inner = self.product(number(square_root(point(HALF))), a)
        return self.product(a, self.sum(half, self.product(half, self.erf(inner))))

    def wave(self, a: Jet, value: type, other: type, signs: tuple[int, int]) -> Jet:
        """f' = +-other, f'' = +-f."""
        found = _range(value, self.germ.values(a.value))
        slope = multiply(point(signs[0]), _range(other, self.germ.values(a.value)))
        bend = multiply(point(signs[1]), found)
        return self.chain(a, (steady(found), steady(slope), steady(bend)))


def _square(a: Interval) -> Interval:
    return integer_power(a, 2)


def _range(function: type, a: Interval) -> Interval:
    if function is sympy.cosh:
        return square_root(add(point(1), _square(RANGES[sympy.sinh](a))))
    return RANGES[function](a)


RULES: Mapping[type, Rule] = {
    sympy.exp: Jets.exponential,
    sympy.log: Jets.log,
    sympy.tanh: Jets.tanh,
    sympy.erf: Jets.erf,
    Sigmoid: Jets.sigmoid,
    Softplus: Jets.softplus,
    Gelu: Jets.gelu,
    sympy.Abs: lambda j, a: j.larger(a, j.minus(a)),
    Relu: lambda j, a: j.larger(a, number(point(0))),
    sympy.sin: lambda j, a: j.wave(a, sympy.sin, sympy.cos, (1, -1)),
    sympy.cos: lambda j, a: j.wave(a, sympy.cos, sympy.sin, (-1, -1)),
    sympy.sinh: lambda j, a: j.wave(a, sympy.sinh, sympy.cosh, (1, 1)),
    sympy.cosh: lambda j, a: j.wave(a, sympy.cosh, sympy.sinh, (1, 1)),
}
