"""Polynomials in several variables with whole coefficients: {powers: coefficient}.

Products and quotients pack the coefficients as digits of one long number, Kronecker substitution:
the last variable is 2^b, each one before it a power of the next. A quotient is taken for one only
after it was multiplied out again. On one axis the variables are m and y.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import gcd, prod
from typing import TypeAlias

from .polynomials import Line, trimmed
from .ranges import Rejected

Powers: TypeAlias = tuple[int, ...]
Plane: TypeAlias = dict[Powers, int]
MOST_DIGITS = 8_000_000
DIGIT = 6  # how much longer a product of two terms takes than a digit of a packed product


def one(size: int) -> Plane:
    """The number 1 as a polynomial in so many variables."""
    return {(0,) * size: 1}


def degrees(p: Plane) -> Powers:
    """The highest power of each variable of a polynomial that is not 0."""
    return tuple(map(max, zip(*p, strict=True)))


def plus(p: Plane, q: Plane, factor: int = 1) -> Plane:
    """p + factor q."""
    found = dict(p)
    for key, c in q.items():
        found[key] = found.get(key, 0) + factor * c
    return {key: c for key, c in found.items() if c}


def times(p: Plane, q: Plane) -> Plane:
    """p q."""
    if not p or not q:
        return {}
    sizes = tuple(a + b + 1 for a, b in zip(degrees(p), degrees(q), strict=True))
    if prod(sizes) > MOST_DIGITS:
        raise Rejected("a polynomial of the proof is too large")
    if DIGIT * len(p) * len(q) < prod(sizes):
        return _term_by_term(p, q)
    largest = min(len(p), len(q)) * height(p) * height(q)
    width = largest.bit_length() // 8 + 1
    return _unpacked(_packed(p, width, sizes) * _packed(q, width, sizes), width, sizes)


def _term_by_term(p: Plane, q: Plane) -> Plane:
    found: Plane = {}
    for k, c in p.items():
        for j, e in q.items():
            key = tuple(map(int.__add__, k, j))
            found[key] = found.get(key, 0) + c * e
    return {key: c for key, c in found.items() if c}


def power(p: Plane, n: int) -> Plane:
    """p^n of a polynomial that is not 0."""
    found = one(len(next(iter(p), ())))
    for _ in range(n):
        found = times(found, p)
    return found


def quotient(p: Plane, q: Plane) -> Plane:
    """p / q, which must be a polynomial with whole coefficients."""
    if not p or q == one(len(next(iter(p)))):
        return p
    sizes = tuple(a + 1 for a in degrees(p))
    if any(b >= a for a, b in zip(sizes, degrees(q), strict=True)):
        raise Rejected("a division leaves a remainder")
    width = max(height(p), height(q)).bit_length() // 8 + 1
    for wider in (width + 1, 2 * width + sum(sizes) // 8 + 2):
        whole, rest = divmod(_packed(p, wider, sizes), _packed(q, wider, sizes))
        if not rest:
            try:
                found = _unpacked(whole, wider, sizes)
            except Rejected:
                continue
            if times(found, q) == p:
                return found
    raise Rejected("a division leaves a remainder")


def height(p: Plane) -> int:
    """The largest coefficient in size."""
    return max(abs(c) for c in p.values())


def content(planes: Iterable[Plane]) -> int:
    """The common divisor of all coefficients; 1 if there are none."""
    return gcd(*(c for p in planes for c in p.values())) or 1


def without(p: Plane, divisor: int) -> Plane:
    """p / divisor for a common divisor of its coefficients."""
    return p if divisor == 1 else {key: c // divisor for key, c in p.items()}


def _packed(p: Plane, width: int, sizes: Powers) -> int:
    """The value at 2^(8 width) for the last variable."""
    places = {}
    for key, c in p.items():
        at = 0
        for k, size in zip(key, sizes, strict=True):
            at = at * size + k
        places[at * width] = c
    length = max(places) + width
    above, below = bytearray(length), bytearray(length)
    for at, c in places.items():
        (above if c > 0 else below)[at : at + width] = abs(c).to_bytes(width, "little")
    return int.from_bytes(above, "little") - int.from_bytes(below, "little")


def _unpacked(value: int, width: int, sizes: Powers) -> Plane:
    """The polynomial with coefficients below 2^(8 width - 1) that has this value."""
    count, half = prod(sizes), 1 << (8 * width - 1)
    value += int.from_bytes((bytes(width - 1) + b"\x80") * count, "little")
    if value < 0 or value.bit_length() > 8 * width * count:
        raise Rejected("a division leaves a remainder")
    digits = value.to_bytes(width * count, "little")
    nothing = half.to_bytes(width, "little")
    found = {}
    for at in range(count):
        digit = digits[at * width : (at + 1) * width]
        if digit != nothing:
            found[_powers(at, sizes)] = int.from_bytes(digit, "little") - half
    return found


def _powers(at: int, sizes: Powers) -> Powers:
    key = []
    for size in reversed(sizes):
        at, k = divmod(at, size)
        key.append(k)
    return tuple(reversed(key))


# ---- one variable at a time


def column(p: Plane, y: int) -> Line:
    """p(m, y) for y = 0 or 1 by powers of m; of a mode at theta = 0."""
    found = [Fraction(0)] * (degrees(p)[0] + 1)
    for key, c in p.items():
        if y or not any(key[1:]):
            found[key[0]] += c
    return trimmed(found)


def row(p: Plane, m: Fraction) -> Line:
    """A positive multiple of p(m, y) by powers of y, with whole coefficients."""
    high, wide = degrees(p)
    a, b = m.numerator, m.denominator
    found = [Fraction(0)] * (wide + 1)
    for (k, j), c in p.items():
        found[j] += c * a**k * b ** (high - k)
    return trimmed(found)


def columns(p: Plane) -> list[Line]:
    """The coefficients of y^0, y^1, ... by powers of m."""
    high, wide = degrees(p)
    found = [[Fraction(0)] * (high + 1) for _ in range(wide + 1)]
    for (k, j), c in p.items():
        found[j][k] += c
    return found
