"""Elementary functions on intervals: enclosed by Arb balls and rounded outward."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import inf
from typing import TypeAlias

import flint
import sympy

from ..operators import Gelu, HarmonicMean, Relu, Sigmoid, Softplus
from .interval import Bound, Interval, NoRange, add, inverse, multiply, point, reciprocal


def ball_interval(ball: flint.arb) -> Interval:
    """The rationals around a ball."""
    low, high = ball.lower(), ball.upper()
    return Interval(_fraction(low), _fraction(high))


def _fraction(x: flint.arb) -> Fraction:
    mantissa, exponent = x.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _arb(x: Fraction) -> flint.arb:
    return flint.arb(flint.fmpq(x.numerator, x.denominator))


Real: TypeAlias = Callable[[flint.arb], flint.arb]


def monotone(rule: tuple[Real, Bound, Bound, Mapping[int, int]], a: Interval) -> Interval:
    """Range of an increasing function with its limits at -oo and oo, and its rational values."""
    function, lowest, highest, known = rule
    ends: list[Bound] = []
    sides: tuple[tuple[Bound, int], ...] = ((a.low, 0), (a.high, 1))
    for x, side in sides:
        if x == (inf if side else -inf):
            ends.append(highest if side else lowest)
        elif x in known:
            ends.append(Fraction(known[int(x)]))
        elif not -(10**6) <= x <= 10**6:
            ends.append(_clamped(x, side, lowest, highest))
        else:
            found = ball_interval(function(_arb(Fraction(x))))
            ends.append((found.low, found.high)[side])
    return Interval(max(ends[0], lowest), min(ends[1], highest))


def _clamped(x: Bound, side: int, lowest: Bound, highest: Bound) -> Bound:
    """A valid but wide end for arguments that no formula means; e^x is never 0."""
    if side:
        return Fraction(1, 2**1000) if x < 0 and lowest == 0 else highest
    return lowest


EXP: tuple[Real, Bound, Bound, Mapping[int, int]] = (flint.arb.exp, Fraction(0), inf, {0: 1})
_tanh = (flint.arb.tanh, Fraction(-1), Fraction(1), {0: 0})
_erf = (flint.arb.erf, Fraction(-1), Fraction(1), {0: 0})
_sinh = (flint.arb.sinh, -inf, inf, {0: 0})
_half = Fraction(1, 2)


def logarithm(a: Interval) -> Interval:
    """Log of numbers >= 0."""
    if a.low < 0:
        raise NoRange("a logarithm may meet a negative number")
    ends = [-inf if x == 0 else inf if x == inf else None for x in (a.low, a.high)]
    low = ends[0] if ends[0] is not None else _log_end(a.low).low
    high = ends[1] if ends[1] is not None else _log_end(a.high).high
    return Interval(low, high)


def _log_end(x: Bound) -> Interval:
    return point(0) if x == 1 else ball_interval(_arb(Fraction(x)).log())


def square_root(a: Interval) -> Interval:
    """The square root of numbers >= 0."""
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
    return ball_interval(_arb(x).sqrt())


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
        found = ball_interval(function(_arb(middle)))
        wide = Interval(found.low - radius, found.high + radius)  # slope at most 1
        return Interval(max(wide.low, Fraction(-1)), min(wide.high, Fraction(1)))
    return Interval(Fraction(-1), Fraction(1))


def _sigmoid(a: Interval) -> Interval:
    return _affine(_half, _half, monotone(_tanh, multiply(point(_half), a)))


def _softplus(a: Interval) -> Interval:
    return logarithm(add(point(1), monotone(EXP, a)))


def _gelu(a: Interval) -> Interval:
    half_root = ball_interval(flint.arb(flint.fmpq(1, 2)).sqrt())
    bell = _affine(_half, _half, monotone(_erf, multiply(half_root, a)))
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
    value = inverse(x)
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


RULES: Mapping[type, Callable[..., Interval]] = {
    sympy.exp: lambda a: monotone(EXP, a),
    sympy.log: logarithm,
    sympy.tanh: lambda a: monotone(_tanh, a),
    sympy.erf: lambda a: monotone(_erf, a),
    sympy.sinh: lambda a: monotone(_sinh, a),
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
