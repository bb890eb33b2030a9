"""Real algebraic numbers: roots of integer polynomials, isolated, ordered, and shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, total_ordering
from itertools import pairwise
from typing import Any

import flint
import sympy
from sympy import Expr

DIGITS = 128  # bits to which isolating intervals are refined at first


@total_ordering
@dataclass(frozen=True, eq=False)
class Algebraic:
    """The one root of an irreducible integer polynomial in [low, high]."""

    polynomial: tuple[int, ...]  # c_0, ..., c_n, primitive, leading coefficient positive
    low: Fraction
    high: Fraction

    @property
    def rational(self) -> Fraction | None:
        """The number itself, where it is rational."""
        return self.low if self.low == self.high else None

    @cached_property
    def radical(self) -> Expr | None:
        """The number by square roots alone, None where it takes more."""
        if self.rational is not None:
            return sympy.Rational(self.low.numerator, self.low.denominator)
        c = self.polynomial
        if len(c) == 3:
            return self._root_of(c[2], c[1], c[0])
        if len(c) == 5 and not c[1] and not c[3]:
            square = self._squared()
            inner = square._root_of(c[4], c[2], c[0])
            return None if inner is None else sympy.sqrt(inner) * (1 if self.low > 0 else -1)
        return None

    def _root_of(self, a: int, b: int, c: int) -> Expr | None:
        """That root of a x^2 + b x + c which lies in the isolating interval."""
        middle = Fraction(-b, 2 * a)
        part = sympy.sqrt(sympy.Rational(b * b - 4 * a * c, 4 * a * a))
        center = sympy.Rational(middle.numerator, middle.denominator)
        if self.low >= middle:
            return center + part
        return center - part if self.high <= middle else None

    def _squared(self) -> Algebraic:
        """The square, a root of the polynomial in x^2."""
        ends = sorted((self.low**2, self.high**2))
        return Algebraic(polynomial=self.polynomial[::2], low=ends[0], high=ends[1])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Algebraic) and (
            self.polynomial == other.polynomial
            and self.low <= other.high
            and other.low <= self.high
        )

    def __hash__(self) -> int:
        return hash(self.polynomial)

    def __lt__(self, other: Algebraic) -> bool:
        return not self == other and self.high <= other.low


def real_roots(polynomials: Iterable[flint.fmpz_poly]) -> list[Algebraic]:
    """All real roots of all of them, each once, in order."""
    factors = {
        tuple(int(c) for c in f.coeffs())
        for p in polynomials
        if p.degree() > 0
        for f, _ in p.factor()[1]
    }
    precision = DIGITS
    while True:
        found = [r for f in sorted(factors) for r in _isolated(f, precision)]
        found.sort(key=lambda r: (r.low, r.high))
        if all(a.high < b.low for a, b in pairwise(found)):
            return found
        precision *= 2


def _isolated(factor: tuple[int, ...], precision: int) -> list[Algebraic]:
    if len(factor) == 2:
        value = Fraction(-factor[0], factor[1])
        return [Algebraic(polynomial=factor, low=value, high=value)]
    before = flint.ctx.prec
    flint.ctx.prec = precision
    try:
        roots: Any = flint.fmpz_poly(list(factor)).complex_roots()
        return [
            Algebraic(polynomial=factor, low=_fraction(r.real.lower()),
                      high=_fraction(r.real.upper()))
            for r, _ in roots
            if r.imag == 0
        ]  # fmt: skip
    finally:
        flint.ctx.prec = before


def _fraction(x: flint.arb) -> Fraction:
    mantissa, exponent = x.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
