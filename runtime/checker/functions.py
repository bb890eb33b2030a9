"""Ranges of elementary functions over intervals, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial
from math import inf

from .elementary import erf_at, exp_at, log_at, sinh_at, sqrt_at, tanh_at, wave_at
from .ranges import LINE, ONE, ZERO, End, Range, Rejected, only


def _rising(rule: Callable[[Fraction], Range], ends: Range, x: Range) -> Range:
    """The range of an increasing function with its limits at -oo and oo, which it never takes."""
    low = rule(x.low).low if isinstance(x.low, Fraction) else ends.low
    high = rule(x.high).high if isinstance(x.high, Fraction) else ends.high
    return Range(max(low, ends.low), min(high, ends.high))


def log(x: Range) -> Range:
    """Log of numbers >= 0."""
    if x.low < 0:
        raise Rejected("the logarithm of a number that may be negative")
    low = log_at(x.low).low if isinstance(x.low, Fraction) and x.low > 0 else (
        -inf if x.low == 0 else inf)  # fmt: skip
    high = log_at(x.high).high if isinstance(x.high, Fraction) and x.high > 0 else (
        -inf if x.high == 0 else inf)  # fmt: skip
    return Range(low, high)


def sqrt(x: Range) -> Range:
    """Square root of numbers >= 0."""
    if x.low < 0:
        raise Rejected("the square root of a number that may be negative")
    return _rising(sqrt_at, Range(ZERO, inf), x)


def _wave(x: Range, *, sine: bool) -> Range:
    if not (isinstance(x.low, Fraction) and isinstance(x.high, Fraction)) or x.high - x.low >= 1:
        return Range(-ONE, ONE)
    radius = (x.high - x.low) / 2
    found = wave_at((x.high + x.low) / 2, sine=sine) + Range(-radius, radius)
    return Range(max(found.low, -ONE), min(found.high, ONE))


def least(*xs: Range) -> Range:
    """The minimum."""
    return Range(min(x.low for x in xs), min(x.high for x in xs))


def largest(*xs: Range) -> Range:
    """The maximum."""
    return Range(max(x.low for x in xs), max(x.high for x in xs))


def magnitude(x: Range) -> Range:
    """|x|."""
    return largest(x, -x) if not x.low < 0 < x.high else Range(ZERO, max(-x.low, x.high))


def _sign(x: Range) -> Range:
    def of(end: End) -> Fraction:
        return Fraction((end > 0) - (end < 0))

    return Range(of(x.low), of(x.high))


def _step(x: Range) -> Range:
    return Range(Fraction(int(x.low > 0)), Fraction(int(x.high >= 0)))


def _logistic(x: Range) -> Range:
    half = only(Fraction(1, 2))
    return half + half * _tanh(half * x)


def _harmonic(a: Range, b: Range) -> Range:
    """2ab / (a + b) of numbers >= 0, 0 where both vanish: rising in both."""
    if a.low < 0 or b.low < 0:
        raise Rejected("a harmonic mean of numbers that may be negative")

    def of(x: End, y: End) -> End:
        if x == 0 or y == 0:
            return ZERO
        slow = (0 if x == inf else 1 / x) + (0 if y == inf else 1 / y)
        return 2 / slow if slow else inf

    return Range(of(a.low, b.low), of(a.high, b.high))


exp = partial(_rising, exp_at, Range(ZERO, inf))
_tanh = partial(_rising, tanh_at, Range(-ONE, ONE))
_erf = partial(_rising, erf_at, Range(-ONE, ONE))


def _gelu(x: Range) -> Range:
    half = only(Fraction(1, 2))
    return x * (half + half * _erf(x * sqrt(half)))


FUNCTIONS: Mapping[str, Callable[..., Range]] = {
    "exp": exp,
    "log": log,
    "sqrt": sqrt,
    "sin": partial(_wave, sine=True),
    "cos": partial(_wave, sine=False),
    "sinh": partial(_rising, sinh_at, LINE),
    "tanh": _tanh,
    "erf": _erf,
    "abs": magnitude,
    "sign": _sign,
    "heaviside": _step,
    "min": least,
    "max": largest,
    "sigmoid": _logistic,
    "relu": lambda x: largest(x, only(0)),
    "softplus": lambda x: log(only(1) + exp(x)),
    "gelu": _gelu,
    "harmonic": _harmonic,
}
