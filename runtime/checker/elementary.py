"""Enclosures of elementary functions at one rational: Taylor sums with their remainders."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import isqrt

from .ranges import BITS, ONE, ZERO, Range, Rejected, only, outward

_UNIT = 1 << (BITS + 100)  # sums of positive terms are taken in whole units, down and up


def _fixed(x: Fraction) -> tuple[int, int]:
    """Whole units below and above a number."""
    return x.numerator * _UNIT // x.denominator, _up(x.numerator * _UNIT, x.denominator)


def _up(a: int, b: int) -> int:
    """The least whole number not below a/b, b > 0."""
    return -(-a // b)


def exp_at(x: Fraction) -> Range:
    """Enclose e^x: halve x until |x| <= 1/2, sum the series, square back."""
    if x == 0:
        return only(1)
    if x < -4000:
        return Range(ZERO, Fraction(1, 2**4000))
    if x < 0:
        return exp_at(-x).inverse()
    if x > 4000:
        raise Rejected("an exponent is too large")
    halvings = max(0, (2 * x.numerator // x.denominator).bit_length())
    small = _fixed(x / 2**halvings)
    low, high = term, over = _UNIT, _UNIT
    for n in range(1, 50):
        term, over = term * small[0] // (_UNIT * n), _up(over * small[1], _UNIT * n)
        low, high = low + term, high + over
    # the rest is below the last term twice
    found = outward(Fraction(low, _UNIT), Fraction(high + 2 * over, _UNIT))
    for _ in range(halvings):
        found = found.power(2)
        scale = 1 << (BITS + 20)
        assert isinstance(found.low, Fraction)
        assert isinstance(found.high, Fraction)
        found = Range(Fraction(found.low * scale // 1, scale),
                      Fraction(-(-found.high * scale // 1), scale))  # fmt: skip
    return found


def _two_atanh(z: Fraction) -> Range:
    """2 atanh(z) for 0 <= z <= 1/3: sum of 2 z^n / n over odd n."""
    power, over = _fixed(z)
    square = _fixed(z * z)
    low = high = 0
    for n in range(1, 150, 2):
        low, high = low + 2 * power // n, high + _up(2 * over, n)
        power, over = power * square[0] // _UNIT, _up(over * square[1], _UNIT)
    return outward(Fraction(low, _UNIT), Fraction(high + 3 * over, _UNIT))


@lru_cache(maxsize=256)
def log_at(x: Fraction) -> Range:
    """Enclose log x for x > 0: x = m 2^k with m in [1, 2)."""
    if x <= 0:
        raise Rejected("the logarithm of a number that is not positive")
    k = x.numerator.bit_length() - x.denominator.bit_length()
    k -= int(Fraction(2) ** k > x)
    m = x / Fraction(2) ** k
    return _two_atanh((m - 1) / (m + 1)) + only(k) * _two_atanh(Fraction(1, 3))


def sqrt_at(x: Fraction) -> Range:
    """Enclose the square root; exact for squares."""
    if x < 0:
        raise Rejected("the square root of a negative number")
    p, q = isqrt(x.numerator), isqrt(x.denominator)
    if p * p == x.numerator and q * q == x.denominator:
        return only(Fraction(p, q))
    scale = 1 << (2 * BITS)
    low = isqrt(x.numerator * scale // x.denominator)
    return Range(Fraction(low, 1 << BITS), Fraction(low + 1, 1 << BITS))


@lru_cache(maxsize=1)
def pi_range() -> Range:
    """Machin: pi = 16 atan(1/5) - 4 atan(1/239), alternating series."""

    def arctan(k: int) -> Range:
        terms = [Fraction((-1) ** n, (2 * n + 1) * k ** (2 * n + 1)) for n in range(60)]
        total = sum(terms, ZERO)
        return Range(total - abs(terms[-1]), total + abs(terms[-1]))

    found = only(16) * arctan(5) + only(-4) * arctan(239)
    assert isinstance(found.low, Fraction)
    assert isinstance(found.high, Fraction)
    return outward(found.low, found.high)


def _series(x: Fraction, first: Fraction, start: int) -> Range:
    """The alternating series of sin (start 1) and cos (start 0), for |x| <= 8."""
    total, term = ZERO, first
    n = start
    while abs(term) > Fraction(1, 1 << (BITS + 10)) or n < 12:
        total += term
        term = -term * x * x / ((n + 1) * (n + 2))
        n += 2
    return outward(total - abs(term), total + abs(term))


def wave_at(x: Fraction, *, sine: bool) -> Range:
    """Enclose sin or cos: whole turns taken off, the error of 2 pi k added (slope at most 1)."""
    turn = only(2) * pi_range()
    assert isinstance(turn.low, Fraction)
    assert isinstance(turn.high, Fraction)
    k = round(x / turn.low)
    r = x - k * turn.low
    error = abs(k) * (turn.high - turn.low)
    found = _series(r, r, 1) if sine else _series(r, ONE, 0)
    return found + Range(-error, error)


def tanh_at(x: Fraction) -> Range:
    """1 - 2 / (e^2x + 1)."""
    if x > 100:
        return Range(1 - Fraction(1, 1 << 200), ONE)
    if x < 0:
        return -tanh_at(-x)
    return only(1) + only(-2) * (exp_at(2 * x) + only(1)).inverse()


def erf_at(x: Fraction) -> Range:
    """2/sqrt(pi) * sum (-1)^n x^(2n+1) / (n! (2n+1)); beyond 6 within 2^-50 of 1."""
    if x < 0:
        return -erf_at(-x)
    if x > 6:
        return Range(1 - Fraction(1, 1 << 50), ONE)
    power, over = _fixed(x)
    square = _fixed(x * x)
    low = high = n = 0
    while over > _UNIT >> (BITS + 10) or n < 2 * x * x:
        least, most = power // (2 * n + 1), _up(over, 2 * n + 1)
        low, high = (low - most, high - least) if n % 2 else (low + least, high + most)
        n += 1
        power, over = power * square[0] // (_UNIT * n), _up(over * square[1], _UNIT * n)
    area = outward(Fraction(low - over, _UNIT), Fraction(high + over, _UNIT))
    pi = pi_range()
    assert isinstance(pi.low, Fraction)
    assert isinstance(pi.high, Fraction)
    root = Range(sqrt_at(pi.low).low, sqrt_at(pi.high).high)
    return area * only(2) * root.inverse()


def sinh_at(x: Fraction) -> Range:
    """(e^x - e^-x) / 2."""
    grown = exp_at(x)
    return only(Fraction(1, 2)) * (grown + -grown.inverse())
