"""Discriminants in y of polynomials in m and y, compared with products of polynomials in m.

Both sides are compared at more points than their degree in m: then they are one polynomial.
D = (-1)^(n(n-1)/2) Res(f, f_y) / f_n.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias

from .linear_cells import at
from .linear_planes import columns

Lines: TypeAlias = list[list[int]]  # the coefficients of y^0, y^1, ... by powers of m
Terms: TypeAlias = tuple[tuple[tuple[int, int], int], ...]
Product: TypeAlias = tuple[tuple[tuple[int, ...], int], ...]  # polynomials in m, multiplicities


@lru_cache(maxsize=256)  # the same factor stands in several conditions and parts
def is_discriminant(terms: Terms, constant: Fraction, product: Product) -> bool:
    """Whether the discriminant of f in y is constant * prod polynomials^multiplicity, not 0."""
    lines = [[int(c) for c in p] for p in columns(dict(terms))]
    low, high = _degrees(lines)
    degree = sum(e * (len(p) - 1) for p, e in product)
    least = sum(e * next(k for k, c in enumerate(p) if c) for p, e in product)
    if not constant or degree > high or least < low:
        return False
    turned = -1 if len(lines) % 4 in (0, 3) else 1  # (-1)^(n(n-1)/2), n = len - 1
    agreed, t = 0, 0
    while agreed <= high - low:  # both are m^low times polynomials of degree high - low
        t = -t if t > 0 else 1 - t
        values = [at(p, Fraction(t)) for p in lines]
        if not t or not values[-1]:
            continue
        expected = constant * turned * values[-1]
        for p, e in product:
            expected *= at(p, Fraction(t)) ** e
        if _resultant(values, [j * c for j, c in enumerate(values)][1:]) != expected:
            return False
        agreed += 1
    return True


def _degrees(lines: Lines) -> tuple[int, int]:
    """Between which powers of m the discriminant lies.

    It is a sum of products of 2n - 2 coefficients whose places in y sum up to n(n - 1). If all
    powers of m at y^j are at most a + b j, those in it are at most (2n - 2) a + n(n - 1) b.
    """
    n = len(lines) - 1
    ends = [(j, min(k for k, c in enumerate(p) if c), max(k for k, c in enumerate(p) if c))
            for j, p in enumerate(lines) if any(p)]  # fmt: skip
    slopes = {Fraction(0)} | {
        Fraction(b - a, j - i) for i, *x in ends for j, *y in ends if i < j for a in x for b in y
    }
    lows = [(2 * n - 2) * min(a - s * j for j, a, _ in ends) + n * (n - 1) * s for s in slopes]
    highs = [(2 * n - 2) * max(b - s * j for j, _, b in ends) + n * (n - 1) * s for s in slopes]
    return max(0, -(-max(lows) // 1)), min(highs) // 1


def _resultant(f: list[int], g: list[int]) -> int:
    """Res(f, g) by subresultants; deg f > deg g > 0."""
    lead, h, sign = 1, 1, 1
    while len(g) > 1:
        apart = len(f) - len(g)
        sign = -sign if not len(f) % 2 and not len(g) % 2 else sign
        over = lead * h**apart
        f, g = g, [c // over for c in _pseudo(f, g)]
        if not g:
            return 0
        lead = f[-1]
        h = lead if apart == 1 else lead**apart // h ** (apart - 1)
    degree = len(f) - 1
    last: int = g[0] ** degree // h ** (degree - 1)
    return sign * last


def _pseudo(f: list[int], g: list[int]) -> list[int]:
    """The remainder of g_n^(deg f - deg g + 1) f by g."""
    for shift in range(len(f) - len(g), -1, -1):
        top = f[-1]
        f = [c * g[-1] for c in f[:-1]]
        for j, c in enumerate(g[:-1], shift):
            f[j] -= top * c
    while f and not f[-1]:
        f = f[:-1]
    return f
