"""Exact stability intervals of a polynomial: on the negative real and on the imaginary axis."""

from __future__ import annotations

from fractions import Fraction
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
    """p >= 0 on [0, 1]: its root at 0 left out, boxes halved until all coefficients are >= 0.

    The Bernstein coefficients of p, up to factors > 0, are the coefficients of
    (1 + x)^n p(1/(1 + x)); the halves of a box are those of p(x/2) and p((x + 1)/2).
    """
    coefficients = p.numer().coeffs()
    while coefficients and coefficients[0] == 0:
        coefficients = coefficients[1:]
    stack = [flint.fmpz_poly(coefficients)]
    n = len(coefficients) - 1
    shift = flint.fmpz_poly([1, 1])
    for _ in range(300):
        part = stack.pop()
        if part(0) < 0 or part(1) < 0:
            return False
        turned = flint.fmpz_poly([part[k] for k in range(n, -1, -1)])
        if any(c < 0 for c in turned(shift).coeffs()):
            half = flint.fmpz_poly([part[k] * 2 ** (n - k) for k in range(n + 1)])
            stack += [half, half(shift)]
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
