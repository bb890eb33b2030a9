"""Polynomials in m and y with whole coefficients: {(power of m, power of y): coefficient}.

Products and quotients pack the coefficients as digits of one long number, y = 2^b and m = y^size:
Kronecker substitution. A quotient is taken for one only after it was multiplied out again.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import gcd
from typing import TypeAlias

from .polynomials import Line, trimmed
from .ranges import Rejected

Plane: TypeAlias = dict[tuple[int, int], int]
ONE: Plane = {(0, 0): 1}


def degrees(p: Plane) -> tuple[int, int]:
    """The highest powers of m and of y; (0, 0) for the zero polynomial."""
    return max((k for k, _ in p), default=0), max((j for _, j in p), default=0)


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
    (a, b), (c, d) = degrees(p), degrees(q)
    largest = min(len(p), len(q)) * height(p) * height(q)
    width = largest.bit_length() // 8 + 1
    size, rows = b + d + 1, a + c + 1
    return _unpacked(_packed(p, width, size) * _packed(q, width, size), width, size, rows)


def power(p: Plane, n: int) -> Plane:
    """p^n."""
    found = ONE
    for _ in range(n):
        found = times(found, p)
    return found


def quotient(p: Plane, q: Plane) -> Plane:
    """p / q, which must be a polynomial with whole coefficients."""
    if not p or q == ONE:
        return p
    (a, b), (c, d) = degrees(p), degrees(q)
    if a < c or b < d:
        raise Rejected("a division leaves a remainder")
    width = max(height(p), height(q)).bit_length() // 8 + 1
    for wider in (width + 1, 2 * width + (a + b) // 8 + 2):
        whole, rest = divmod(_packed(p, wider, b + 1), _packed(q, wider, b + 1))
        if not rest:
            try:
                found = _unpacked(whole, wider, b + 1, a - c + 1)
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


def _packed(p: Plane, width: int, size: int) -> int:
    """The value at y = 2^(8 width), m = y^size."""
    length = width * size * (degrees(p)[0] + 1)
    above, below = bytearray(length), bytearray(length)
    for (k, j), c in p.items():
        at = (k * size + j) * width
        (above if c > 0 else below)[at : at + width] = abs(c).to_bytes(width, "little")
    return int.from_bytes(above, "little") - int.from_bytes(below, "little")


def _unpacked(value: int, width: int, size: int, rows: int) -> Plane:
    """The polynomial with coefficients below 2^(8 width - 1) that has this value."""
    count, half = size * rows, 1 << (8 * width - 1)
    value += int.from_bytes((bytes(width - 1) + b"\x80") * count, "little")
    if value < 0 or value.bit_length() > 8 * width * count:
        raise Rejected("a division leaves a remainder")
    digits = value.to_bytes(width * count, "little")
    found = {}
    for at in range(count):
        c = int.from_bytes(digits[at * width : (at + 1) * width], "little") - half
        if c:
            found[divmod(at, size)] = c
    return found


# ---- one variable at a time


def column(p: Plane, y: int) -> Line:
    """p(m, y) for y = 0 or 1 by powers of m."""
    found = [Fraction(0)] * (degrees(p)[0] + 1)
    for (k, j), c in p.items():
        if y or not j:
            found[k] += c
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
