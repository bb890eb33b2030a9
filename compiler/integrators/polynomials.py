"""Exact stability bounds of a polynomial P, P(0) = 1: on the negative and imaginary axis."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import sympy

Polynomial = tuple[Fraction, ...]
_Z = sympy.Symbol("z", real=True)
_DIGITS = 12


def _expression(p: Polynomial, at: sympy.Expr) -> sympy.Expr:
    return sum(
        (sympy.Rational(c.numerator, c.denominator) * at**n for n, c in enumerate(p)), sympy.S.Zero
    )


@lru_cache(maxsize=64)
def real_bound(p: Polynomial) -> Fraction:
    """Largest beta (rounded down) with |P| <= 1 on [-beta, 0], by isolating roots of 1 - P^2."""
    return _first_exit(sympy.Poly(1 - _expression(p, -_Z) ** 2, _Z))


@lru_cache(maxsize=64)
def imaginary_bound_squared(p: Polynomial) -> Fraction:
    """Largest b^2 (rounded down) with |P(iy)| <= 1 for y^2 <= b^2: 1 - |P|^2 as one of y^2."""
    even = sum(
        (
            sympy.Rational(c.numerator, c.denominator) * (-1) ** (n // 2) * _Z ** (n // 2)
            for n, c in enumerate(p)
            if n % 2 == 0
        ),
        sympy.S.Zero,
    )
    odd = sum(
        (
            sympy.Rational(c.numerator, c.denominator) * (-1) ** (n // 2) * _Z ** (n // 2)
            for n, c in enumerate(p)
            if n % 2
        ),
        sympy.S.Zero,
    )
    return _first_exit(sympy.Poly(sympy.expand(1 - even**2 - _Z * odd**2), _Z))


def _first_exit(gap: sympy.Poly) -> Fraction:
    """The first z >= 0 after which gap(z) is negative (rounded down), 0 if it is so at once."""
    fine = sympy.Rational(1, 10 ** (_DIGITS + 2))
    ends = [(low, high) for (low, high), _ in gap.intervals(eps=fine) if high > 0]
    at = [(sympy.S.Zero, sympy.S.Zero), *ends]
    for (low, high), following in zip(at, [*at[1:], None], strict=True):
        sample = (high + following[0]) / 2 if following is not None else high + 1
        if gap.eval(sample) < 0:
            return _rounded_down(low if low != high else high)
    raise AssertionError("a stability polynomial of positive degree is bounded nowhere")


def _rounded_down(value: sympy.Rational) -> Fraction:
    """A rational of at most 12 digits after the point, not above the value."""
    exact = Fraction(int(value.p), int(value.q))
    scale = 10**_DIGITS
    return exact if scale % exact.denominator == 0 else Fraction(exact * scale // 1, scale)
