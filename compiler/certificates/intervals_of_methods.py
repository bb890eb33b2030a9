"""Exact stability intervals of a polynomial: on the negative real and on the imaginary axis."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import comb
from typing import Any

import flint


def real_interval(p: flint.fmpq_poly) -> Fraction:
    """The largest beta, or a rational just below it, with |p| <= 1 on [-beta, 0]."""
    backward = flint.fmpq_poly([0, -1])
    return first_excess(((1 - p) * (1 + p))(backward))


def within(p: flint.fmpq_poly, beta: Fraction) -> bool:
    """|p| <= 1 on [-beta, 0], shown by Bernstein coefficients; False where that takes too long."""
    z = flint.fmpq_poly([0, -flint.fmpq(beta.numerator, beta.denominator)])
    return all(_positive(q(z)) for q in (1 - p, 1 + p))


def _positive(p: flint.fmpq_poly) -> bool:
    """p >= 0 on [0, 1]: its root at 0 left out, boxes halved until all coefficients are >= 0."""
    coefficients = p.coeffs()
    while coefficients and coefficients[0] == 0:
        coefficients = coefficients[1:]
    n = len(coefficients) - 1
    rows = [flint.fmpq(0)] * (n + 1)
    for k in range(n + 1):
        share = [flint.fmpq(comb(k, j), comb(n, j)) * coefficients[j] for j in range(k + 1)]
        rows[k] = sum(share, flint.fmpq(0))
    stack = [rows]
    for _ in range(300):
        row = stack.pop()
        if row[0] < 0 or row[-1] < 0:
            return False
        if min(row) < 0:
            low, high = [row[0]], [row[-1]]
            while len(row) > 1:
                row = [(x + y) / 2 for x, y in pairwise(row)]
                low.append(row[0])
                high.append(row[-1])
            stack += [low, high[::-1]]
        if not stack:
            return True
    return False


def short(x: Fraction) -> Fraction:
    """The number itself, or twelve digits of it rounded down where it is long."""
    scale = 10**12
    return x if x.denominator <= scale else Fraction(x * scale // 1, scale)


def imaginary_squared(p: flint.fmpq_poly) -> Fraction:
    """The largest q, or a rational just below it, with |p(iy)|^2 <= 1 for 0 <= y^2 <= q."""
    even = flint.fmpq_poly([c * (-1) ** k for k, c in enumerate(p.coeffs()[0::2])] or [0])
    odd = flint.fmpq_poly([c * (-1) ** k for k, c in enumerate(p.coeffs()[1::2])] or [0])
    return first_excess(1 - even**2 - flint.fmpq_poly([0, 1]) * odd**2)


def first_excess(gap: flint.fmpq_poly, *, strict: bool = False) -> Fraction:
    """The first x > 0 beyond which gap < 0 (strict: at which gap <= 0), rounded down."""
    coefficients = [c for c in gap.coeffs() if c != 0]
    if not coefficients or coefficients[0] < 0:
        return Fraction(0)
    _, factors = gap.numer().factor()
    found = [
        r for f, k in factors if f.degree() > 0 and (k % 2 or strict) for r in _positive_roots(f)
    ]
    return min(found, default=Fraction(10**6))


def _positive_roots(factor: flint.fmpz_poly) -> list[Fraction]:
    """The positive roots of an irreducible polynomial, exact or twelve digits rounded down."""
    if factor.degree() == 1:
        root = -Fraction(int(factor[0]), int(factor[1]))
        return [root] if root > 0 else []
    found: list[Fraction] = []
    # Flint tells real roots of exact polynomials apart: their imaginary part is exactly 0.
    roots: Any = factor.complex_roots()
    real = [root.real for root, _ in roots if root.imag == 0]
    for root in real:
        if root > 0:
            mantissa, exponent = root.lower().man_exp()
            exact = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
            found.append(Fraction(exact * 10**12 // 1, 10**12))
    return found
