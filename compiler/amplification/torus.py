"""Positivity on tori of several axes: quantities in y_a and s_a by charts.

A quantity without s is a polynomial on the cube of m / M and y. With s, each axis that carries one
is covered by four charts with x in [0, 1]: theta = +-2 atan(x), where y = x^2 / (1 + x^2), and
theta = pi -+ 2 atan(x), where y = 1 / (1 + x^2); s = +-2x / (1 + x^2) in both. A chart is (0 or 1:
near 0 or near pi, sign of s). Real schemes take conjugate values at -theta: the sign on the first
such axis is +.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any, TypeAlias

import flint

from ...runtime.contract import Json
from .cube import Budget, Ends, Undecided, context, tree
from .ring import Element, Ring
from .schur import Quantity

Chart: TypeAlias = tuple[tuple[int, int] | None, ...]  # per axis; None: y itself


@dataclass(frozen=True)
class Piece:
    """A factor of a quantity: powers (m, y..., s...) -> coefficient, and its multiplicity."""

    terms: dict[tuple[int, ...], flint.fmpq]
    power: int
    dim: int

    @property
    def variable(self) -> bool:
        """The factor is m itself."""
        return self.terms.keys() == {(1, *[0] * (2 * self.dim))}

    @property
    def odd(self) -> tuple[int, ...]:
        """The axes whose sine occurs."""
        return tuple(a for a in range(self.dim) if any(k[1 + self.dim + a] for k in self.terms))


@dataclass(frozen=True)
class Demand:
    """constant * prod pieces^power >= 0, or > 0 if strict."""

    name: str
    constant: Fraction
    pieces: tuple[Piece, ...]
    strict: bool
    divisor: Piece


def demand(ring: Ring, quantity: Quantity) -> Demand:
    """A quantity by its factors over Q."""
    factored: Any = quantity.value.factor() if quantity.value else (flint.fmpq(0), [])
    constant, factors = factored
    return Demand(
        name=quantity.name,
        constant=Fraction(int(constant.p), int(constant.q)),
        pieces=tuple(piece(ring, f, int(e)) for f, e in factors),
        strict=quantity.strict,
        divisor=piece(ring, quantity.divisor, 1),
    )


def piece(ring: Ring, p: Element, power: int) -> Piece:
    """An element without i and lambda by its terms."""
    d = ring.dim
    terms = {
        tuple(map(int, (k[2 + 2 * d], *k[2 + d : 2 + 2 * d], *k[1 : 1 + d]))): v
        for k, v in p.to_dict().items()
    }
    return Piece(terms=terms, power=power, dim=d)


def charts(odd: tuple[int, ...], dim: int) -> Iterator[Chart]:
    """All charts for a quantity in which these axes carry a sine."""
    ways = [
        [(near, sign) for near in (0, 1) for sign in ((1,) if a == odd[0] else (1, -1))]
        if a in odd
        else [None]
        for a in range(dim)
    ]
    yield from product(*ways)


@dataclass(frozen=True)
class Span:
    """m^step = low + (high - low) x_0, or low + x_0 / (1 - x_0) without an end.

    Where step is not 1 or there is no end, low is 0. `ends`: whether x_0 = 0 and 1 belong to it.
    """

    low: Fraction
    high: Fraction | None
    step: int
    ends: Ends


def on_cube(f: Piece, chart: Chart, span: Span) -> flint.fmpq_mpoly:
    """The piece in x_0 and the coordinates of a chart, times powers of 1 + x^2."""
    size = 1 + f.dim
    x = context(size).gens()
    degree = [max(k[1 + a] + k[1 + f.dim + a] for k in f.terms) for a in range(f.dim)]
    total = context(size).constant(0)
    most = max(k[0] for k in f.terms) // span.step
    variable, left = _along(span, x[0])
    for key, value in f.terms.items():
        k = key[0] // span.step
        term = variable**k * left ** (most - k) * value
        for a, way in enumerate(chart):
            y, s, t = key[1 + a], key[1 + f.dim + a], x[1 + a]
            if way is None:
                term *= t**y
                continue
            near, sign = way
            term *= (1 + t * t) ** (degree[a] - y - s) * (2 * sign * t) ** s
            term *= t ** (2 * y) if near == 0 else 1
        total += term
    return total


def _along(span: Span, x: flint.fmpq_mpoly) -> tuple[flint.fmpq_mpoly, flint.fmpq_mpoly]:
    """Numerator and denominator of m^step."""
    if span.high is None:
        return x, 1 - x
    low, high = (flint.fmpq(e.numerator, e.denominator) for e in (span.low, span.high))
    return low + (high - low) * x, 1 + 0 * x


def evidence(demands: tuple[Demand, ...], span: Span, budget: Budget) -> list[Json]:
    """Trees for every factor whose sign counts; raises Undecided."""
    return [_stated(d, span, budget) for d in demands]


def _stated(d: Demand, span: Span, budget: Budget) -> Json:
    sign = 1 if d.constant > 0 else -1 if d.constant < 0 else 0
    factors: list[Json] = []
    for f in d.pieces:
        found: dict[str, Json] = {"terms": _terms(f), "power": f.power}
        if f.variable:
            if d.strict and span.low <= 0 and span.ends[0]:
                raise Undecided(f"{d.name} is 0 at m = 0")
        elif d.strict or f.power % 2:
            strict = span.ends if d.strict else None
            own, found["charts"] = _signed(f, span, budget, strict)
            found["sign"] = own
            sign *= own if f.power % 2 else 1
        factors.append(found)
    if sign < 0 or (d.strict and not sign):
        raise Undecided(f"{d.name} is negative")
    return {
        "name": d.name,
        "strict": d.strict,
        "constant": str(d.constant),
        "factors": factors,
        "divisor": _terms(d.divisor),
    }


def _signed(f: Piece, span: Span, budget: Budget, strict: Ends | None) -> tuple[int, Json]:
    """The sign of a factor and a tree for each chart."""
    ways = list(charts(f.odd, f.dim))
    sign = _sign_inside(on_cube(f, ways[0], span))
    trees: list[Json] = []
    for way in ways:
        g = on_cube(f, way, span)
        shown: list[Json] = [None if w is None else list(w) for w in way]
        trees.append([shown, tree(g if sign > 0 else -g, budget, strict=strict)])
    return sign, trees


def _sign_inside(f: flint.fmpq_mpoly) -> int:
    """The sign at some point inside where f does not vanish."""
    size = len(f.context().gens())
    for k in range(2, 50):
        point = [flint.fmpq(1, k + a) for a in range(size)]
        value = f.compose(*(context(size).constant(v) for v in point), ctx=context(size))
        constant = value.to_dict().get((0,) * size, flint.fmpq(0))
        if constant != 0:
            return 1 if constant > 0 else -1
    return 1


def _terms(f: Piece) -> Json:
    return [[*k, str(v)] for k, v in sorted(f.terms.items())]
