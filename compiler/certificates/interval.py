"""Rigorous ranges of formulas over boxes that may be unbounded: natural interval extension.

Endpoints are rationals or infinite; an infinite endpoint is never attained, so 0 * oo counts as 0.
Elementary functions are enclosed by Arb balls and rounded outward.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import inf
from typing import TypeAlias

import flint
import sympy
from sympy import Expr, Symbol

from ..operators import Gelu, HarmonicMean, Relu, Sigmoid, Softplus, Where

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


def point(value: object) -> Interval:
    """The interval of one number."""
    number = Fraction(str(value))
    return Interval(number, number)


def extent(expression: Expr, box: Box) -> Interval:
    """An interval that holds every value of the expression on the box; raises NoRange."""
    if expression.is_Rational:
        return point(expression)
    if expression.is_Symbol:
        if expression not in box:
            raise NoRange(f"nothing is known about the range of '{expression}'")
        return box[expression]
    if expression is sympy.pi:
        return _ball(flint.arb.pi())
    if expression is sympy.E:
        return _monotone(_exp, point(1))
    if expression.is_Pow:
        return _power(extent(expression.base, box), expression.exp, box)
    if isinstance(expression, Where):
        return _where(expression, box)
    if isinstance(expression, sympy.Piecewise):
        return reduce(hull, (extent(value, box) for value, _ in expression.args))
    parts = [extent(a, box) for a in expression.args]
    if expression.is_Add:
        return reduce(add, parts)
    if expression.is_Mul:
        return reduce(multiply, parts)
    rule = _RULES.get(expression.func)
    if rule is None:
        raise NoRange(f"no rule bounds '{expression.func}'")
    return rule(*parts[: 1 if isinstance(expression, sympy.Heaviside) else None])


# ---- arithmetic


def add(a: Interval, b: Interval) -> Interval:
    """a + b."""
    return Interval(_sum(a.low, b.low, -inf), _sum(a.high, b.high, inf))


def _sum(a: Bound, b: Bound, infinite: float) -> Bound:
    return infinite if infinite in {a, b} else a + b


def multiply(a: Interval, b: Interval) -> Interval:
    """a * b."""
    ends = [_product(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    return Interval(min(ends), max(ends))


def _product(a: Bound, b: Bound) -> Bound:
    return Fraction(0) if not a or not b else a * b


def reciprocal(a: Interval) -> Interval:
    """1 / a, where a keeps one sign; it may touch 0."""
    if a.low < 0 < a.high or a.low == a.high == 0:
        raise NoRange("a denominator may be 0")
    if a.low >= 0:
        return Interval(_inverse(a.high), _inverse(a.low) if a.low else inf)
    return Interval(_inverse(a.high) if a.high else -inf, _inverse(a.low))


def _inverse(a: Bound) -> Bound:
    return 1 / a if isinstance(a, Fraction) else Fraction(0)


def hull(a: Interval, b: Interval) -> Interval:
    """The smallest interval around both."""
    return Interval(min(a.low, b.low), max(a.high, b.high))


def _power(base: Interval, exponent: Expr, box: Box) -> Interval:
    if exponent.is_Integer:
        n = abs(int(exponent))
        result = _integer_power(base, n)
        return result if exponent >= 0 else reciprocal(result)
    if exponent.is_Rational and exponent.q == 2:
        root = _integer_power(_sqrt(base), abs(int(exponent.p)))
        return root if exponent > 0 else reciprocal(root)
    logarithm = _log(base)
    return _monotone(_exp, multiply(extent(exponent, box), logarithm))


def _integer_power(base: Interval, n: int) -> Interval:
    ends = [x**n if n else Fraction(1) for x in (base.low, base.high)]
    if n % 2 == 0 and base.low < 0 < base.high:
        return Interval(Fraction(0), max(ends))
    return Interval(min(ends), max(ends))


# ---- functions


def _ball(ball: flint.arb) -> Interval:
    """The rationals around a ball."""
    low, high = ball.lower(), ball.upper()
    return Interval(_fraction(low), _fraction(high))


def _fraction(x: flint.arb) -> Fraction:
    mantissa, exponent = x.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _arb(x: Fraction) -> flint.arb:
    return flint.arb(flint.fmpq(x.numerator, x.denominator))


Real: TypeAlias = Callable[[flint.arb], flint.arb]


def _monotone(rule: tuple[Real, Bound, Bound, Mapping[int, int]], a: Interval) -> Interval:
    """Range of an increasing function with its limits at -oo and oo, and its rational values."""
    function, lowest, highest, known = rule
    ends: list[Bound] = []
    for x, side in ((a.low, 0), (a.high, 1)):
        if not isinstance(x, Fraction):
            ends.append(lowest if x < 0 else highest)
        elif x in known:
            ends.append(Fraction(known[int(x)]))
        elif abs(x) > 10**6:
            ends.append(_clamped(x, side, lowest, highest))
        else:
            found = _ball(function(_arb(x)))
            ends.append((found.low, found.high)[side])
    return Interval(max(ends[0], lowest), min(ends[1], highest))


def _clamped(x: Fraction, side: int, lowest: Bound, highest: Bound) -> Bound:
    """A valid but wide end for arguments that no formula means."""
    if side:
        return highest if x > 0 else Fraction(0) if lowest == 0 else highest
    return lowest if x < 0 else Fraction(0) if lowest == 0 else lowest


_exp: tuple[Real, Bound, Bound, Mapping[int, int]] = (flint.arb.exp, Fraction(0), inf, {0: 1})
_tanh = (flint.arb.tanh, Fraction(-1), Fraction(1), {0: 0})
_erf = (flint.arb.erf, Fraction(-1), Fraction(1), {0: 0})
_sinh = (flint.arb.sinh, -inf, inf, {0: 0})
_half = Fraction(1, 2)


def _log(a: Interval) -> Interval:
    if a.low < 0:
        raise NoRange("a logarithm may meet a negative number")
    ends = [-inf if x == 0 else inf if x == inf else None for x in (a.low, a.high)]
    low = ends[0] if ends[0] is not None else _log_end(a.low).low
    high = ends[1] if ends[1] is not None else _log_end(a.high).high
    return Interval(low, high)


def _log_end(x: Bound) -> Interval:
    return point(0) if x == 1 else _ball(_arb(Fraction(x)).log())


def _sqrt(a: Interval) -> Interval:
    if a.low < 0:
        raise NoRange("a square root may meet a negative number")
    low, high = (_root(x) for x in (a.low, a.high))
    return Interval(low.low, high.high)


def _root(x: Bound) -> Interval:
    if not isinstance(x, Fraction):
        return Interval(inf, inf)
    p, q = flint.fmpz(x.numerator).isqrt(), flint.fmpz(x.denominator).isqrt()
    if p * p == x.numerator and q * q == x.denominator:
        return point(Fraction(int(p), int(q)))
    return _ball(_arb(x).sqrt())


def absolute(a: Interval) -> Interval:
    """|a|."""
    if a.low >= 0:
        return a
    negative = Interval(-a.high, -a.low)
    return negative if a.high <= 0 else Interval(Fraction(0), max(negative.high, a.high))


def _affine(scale: Fraction, shift: Fraction, a: Interval) -> Interval:
    return add(multiply(point(scale), a), point(shift))


def _wave(function: Real, a: Interval) -> Interval:
    """sin and cos: the whole range [-1, 1] unless the interval is a point or short."""
    if isinstance(a.low, Fraction) and isinstance(a.high, Fraction) and a.high - a.low < 1:
        middle, radius = (a.low + a.high) / 2, (a.high - a.low) / 2
        found = _ball(function(_arb(middle)))
        wide = Interval(found.low - radius, found.high + radius)  # slope at most 1
        return Interval(max(wide.low, Fraction(-1)), min(wide.high, Fraction(1)))
    return Interval(Fraction(-1), Fraction(1))


def _sigmoid(a: Interval) -> Interval:
    return _affine(_half, _half, _monotone(_tanh, multiply(point(_half), a)))


def _softplus(a: Interval) -> Interval:
    return _log(add(point(1), _monotone(_exp, a)))


def _gelu(a: Interval) -> Interval:
    half_root = _ball(flint.arb(flint.fmpq(1, 2)).sqrt())
    bell = _affine(_half, _half, _monotone(_erf, multiply(half_root, a)))
    return multiply(a, bell)


def _harmonic(a: Interval, b: Interval) -> Interval:
    """2ab / (a + b) of numbers >= 0: rising in both."""
    if min(a.low, b.low) < 0:
        raise NoRange("a harmonic mean of numbers that may be negative")
    two = point(2)
    ends = [
        Fraction(0) if 0 in {x, y} else multiply(two, reciprocal(add(_one_over(x), _one_over(y))))
        for x, y in ((a.low, b.low), (a.high, b.high))
    ]
    low, high = (Interval(e, e) if isinstance(e, Fraction) else e for e in ends)
    return Interval(low.low, high.high)


def _one_over(x: Bound) -> Interval:
    value = _inverse(x)
    return Interval(value, value)


def _sign(a: Interval) -> Interval:
    one = Fraction(1)
    return Interval(
        -one if a.low < 0 else one * (a.low > 0), one if a.high > 0 else -one * (a.high < 0)
    )


def _heaviside(a: Interval) -> Interval:
    return Interval(Fraction(int(a.low > 0)), Fraction(int(a.high >= 0)))


def _least(*parts: Interval) -> Interval:
    return Interval(min(p.low for p in parts), min(p.high for p in parts))


def _greatest(*parts: Interval) -> Interval:
    return Interval(max(p.low for p in parts), max(p.high for p in parts))


_RULES: Mapping[type, Callable[..., Interval]] = {
    sympy.exp: lambda a: _monotone(_exp, a),
    sympy.log: _log,
    sympy.tanh: lambda a: _monotone(_tanh, a),
    sympy.erf: lambda a: _monotone(_erf, a),
    sympy.sinh: lambda a: _monotone(_sinh, a),
    sympy.sin: lambda a: _wave(flint.arb.sin, a),
    sympy.cos: lambda a: _wave(flint.arb.cos, a),
    sympy.Abs: absolute,
    sympy.sign: _sign,
    sympy.Heaviside: _heaviside,
    sympy.Min: _least,
    sympy.Max: _greatest,
    Sigmoid: _sigmoid,
    Softplus: _softplus,
    Gelu: _gelu,
    Relu: lambda a: _greatest(a, point(0)),
    HarmonicMean: _harmonic,
}


def _where(expression: Expr, box: Box) -> Interval:
    """Both branches; a branch whose condition never holds on the box is left out."""
    condition, yes, no = expression.args
    held = decided(condition, box)
    if held is not None:
        return extent(yes if held else no, box)
    return hull(extent(yes, box), extent(no, box))


def decided(condition: Expr, box: Box) -> bool | None:
    """True or False where a condition holds everywhere or nowhere on the box."""
    if condition in {sympy.true, sympy.false}:
        return bool(condition)
    if isinstance(condition, sympy.Not):
        found = decided(condition.args[0], box)
        return None if found is None else not found
    if isinstance(condition, sympy.And | sympy.Or):
        stop = isinstance(condition, sympy.Or)
        parts = [decided(c, box) for c in condition.args]
        return stop if stop in parts else None if None in parts else not stop
    a, b = (extent(side, box) for side in condition.args)
    match condition:
        case sympy.StrictLessThan():
            return True if a.high < b.low else False if a.low >= b.high else None
        case sympy.LessThan():
            return True if a.high <= b.low else False if a.low > b.high else None
        case sympy.StrictGreaterThan():
            return True if a.low > b.high else False if a.high <= b.low else None
        case sympy.GreaterThan():
            return True if a.low >= b.high else False if a.high < b.low else None
    return None
