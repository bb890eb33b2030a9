"""Polynomials over the torus: Q[i, s, y, lambda, names] with i^2 = -1 and s_a^2 = 4 y_a (1 - y_a).

y_a = sin^2(theta_a / 2) lies in [0, 1] and s_a = sin(theta_a), so that
e^{i k theta} = T_k(1 - 2y) + i s U_{k-1}(1 - 2y) is a polynomial: symbols of stencils,
amplification matrices and their characteristic polynomials need neither exp nor simplification.
Every name n has a partner 1/n, because spacings stand in denominators.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any, TypeAlias

import flint
from sympy import Expr, Symbol

from ..budget import checkpoint
from ..stencil import Stencil

Element: TypeAlias = flint.fmpq_mpoly


MOST_AT_ONCE = 10_000_000  # products of terms: 0.3 s


class NotPolynomial(ValueError):
    """A coefficient that is no rational function of the names with rational coefficients."""


@dataclass(frozen=True)
class Ring:
    """The ring over a torus of `dim` axes and over positive `names`."""

    dim: int
    names: tuple[Symbol, ...]

    @cached_property
    def context(self) -> flint.fmpq_mpoly_ctx:
        """Generators by decreasing order: i, s_a, lambda, y_a, names, their inverses."""
        axes = range(self.dim)
        marks = ["i", *(f"s{a}" for a in axes), "l", *(f"y{a}" for a in axes)]
        marks += [f"p{k}" for k in range(len(self.names))]
        marks += [f"q{k}" for k in range(len(self.names))]
        return flint.fmpq_mpoly_ctx.get(marks, flint.Ordering.lex)

    @cached_property
    def generators(self) -> tuple[Element, ...]:
        """All generators, in the order of the context."""
        return tuple(self.context.gens())

    @property
    def i(self) -> Element:
        """The imaginary unit."""
        return self.generators[0]

    @property
    def s(self) -> tuple[Element, ...]:
        """The sines."""
        return self.generators[1 : 1 + self.dim]

    @property
    def root(self) -> Element:
        """lambda, the variable of characteristic polynomials."""
        return self.generators[1 + self.dim]

    @property
    def y(self) -> tuple[Element, ...]:
        """The squared sines of half angles."""
        return self.generators[2 + self.dim : 2 + 2 * self.dim]

    def name(self, symbol: Symbol, power: int = 1) -> Element:
        """A name to an integer power."""
        first = 2 + 2 * self.dim + self.names.index(symbol)
        shift = 0 if power >= 0 else len(self.names)
        return self.generators[first + shift] ** abs(power)

    def number(self, value: int | Fraction | Expr) -> Element:
        """A rational."""
        return self.context.constant(flint.fmpq(*_ratio(value)))

    @cached_property
    def _relations(self) -> tuple[tuple[int, int, Element], ...]:
        """(generator, degree from which it acts, relation), each with a leading term of its own."""
        found = [(0, 2, self.i**2 + 1)]
        for a in range(self.dim):
            y = self.y[a]
            found.append((1 + a, 2, self.s[a] ** 2 - 4 * y + 4 * y * y))
        return tuple(found)

    def reduced(self, p: Element) -> Element:
        """The normal form: degree at most 1 in i and in each s, no product of a name and 1/name."""
        degrees = p.degrees()
        for place, degree, relation in self._relations:
            if degrees[place] >= degree:
                p = divmod(p, relation)[1]
        for symbol in self.names:
            k = self.names.index(symbol) + 2 + 2 * self.dim
            if degrees[k] and degrees[k + len(self.names)]:
                p = divmod(p, self.name(symbol) * self.name(symbol, -1) - 1)[1]
        return p

    def times(self, a: Element, b: Element) -> Element:
        """a * b in normal form; of large ones the deadline is asked after each part."""
        checkpoint()
        if len(a) * len(b) <= MOST_AT_ONCE:
            return self.reduced(a * b)
        found, size = self.number(0), max(1, MOST_AT_ONCE // len(a))
        rows = iter(b.to_dict().items())
        while some := dict(islice(rows, size)):
            found += self.reduced(a * self.context.from_dict(some))
            checkpoint()
        return found

    def conjugate(self, p: Element) -> Element:
        """i -> -i."""
        if not p.degrees()[0]:
            return p
        return p.compose(-self.i, *self.generators[1:], ctx=self.context)

    def wave(self, offset: Iterable[int]) -> Element:
        """e^{i sum_a k_a theta_a}."""
        found = self.number(1)
        for axis, k in enumerate(offset):
            if k:
                found = self.times(found, self._wave(axis, k))
        return found

    @lru_cache(maxsize=256)  # noqa: B019 (a ring lives as long as one proof)
    def _wave(self, axis: int, k: int) -> Element:
        """e^{i k theta} of one axis by repeated multiplication."""
        y, s = self.y[axis], self.s[axis]
        one = 1 - 2 * y + (self.i * s if k > 0 else -self.i * s)
        return one if abs(k) == 1 else self.times(self._wave(axis, k - (1 if k > 0 else -1)), one)

    def symbol(self, stencil: Stencil) -> Element:
        """sum_o w_o e^{i o theta}, without the scale."""
        found = self.number(0)
        for offset, weight in stencil.weights:
            found += self.number(weight) * self.wave(offset)
        return found

    def fraction(self, expression: Expr) -> tuple[Element, Element]:
        """(numerator, denominator) of a rational function of the names; raises NotPolynomial.

        Nothing is cancelled: (1 + r)/(1 + r) keeps its denominator, which vanishes for r = -1.
        """
        if expression.is_Rational:
            return self.number(expression), self.number(1)
        if expression in self.names:
            return self.name(expression), self.number(1)
        if expression.is_Pow and expression.exp.is_Integer:
            above, below = self.fraction(expression.base)
            power = int(expression.exp)
            if power < 0 and not above:
                raise NotPolynomial("a coefficient divides by 0")
            return (above**power, below**power) if power > 0 else (below**-power, above**-power)
        if not (expression.is_Add or expression.is_Mul):
            raise NotPolynomial(f"{expression} is no power of a parameter")
        parts = [self.fraction(e) for e in expression.args]
        above, below = parts[0]
        for top, bottom in parts[1:]:
            if expression.is_Mul:
                above, below = above * top, below * bottom
                continue
            rest = bottom / below.gcd(bottom)
            above, below = above * rest + top * (below * rest / bottom), below * rest
        return above, below


def _ratio(value: Any) -> tuple[int, int]:
    """The two integers of a rational of any kind."""
    if isinstance(value, int | Fraction):
        return value.numerator, value.denominator
    return int(value.p), int(value.q)


def coefficients(p: Element, place: int) -> dict[int, Element]:
    """p by powers of one generator."""
    found: dict[int, dict[tuple[int, ...], flint.fmpq]] = {}
    for powers, value in p.to_dict().items():
        key = (*powers[:place], 0, *powers[place + 1 :])
        found.setdefault(powers[place], {})[key] = value
    return {k: p.context().from_dict(terms) for k, terms in sorted(found.items())}
