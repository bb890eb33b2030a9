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
from math import comb, lcm
from typing import TypeAlias

import flint
import numpy as np

from ...runtime.contract import Json
from .bernstein import Cells, of_powers
from .cube import Budget, Ends, Undecided, tree
from .heavy import factored
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
    constant, factors = factored(quantity.value) if quantity.value else (flint.fmpq(0), [])
    return Demand(
        name=quantity.name,
        constant=Fraction(int(constant.p), int(constant.q)),
        pieces=tuple(piece(ring, f, e) for f, e in factors),
        strict=quantity.strict,
        divisor=piece(ring, quantity.divisor, 1),
    )


def piece(ring: Ring, p: Element, power: int) -> Piece:
    """An element without i and lambda by its terms."""
    d = ring.dim
    found = {
        tuple(map(int, (k[2 + 2 * d], *k[2 + d : 2 + 2 * d], *k[1 : 1 + d]))): v
        for k, v in p.to_dict().items()
    }
    return Piece(terms=found, power=power, dim=d)


def charts(odd: tuple[int, ...], dim: int, *, mirrored: bool = True) -> Iterator[Chart]:
    """All charts for a quantity in which these axes carry a sine.

    `mirrored`: the quantity is the same at -theta.
    """
    ways = [
        [
            (near, sign)
            for near in (0, 1)
            for sign in ((1,) if mirrored and a == odd[0] else (1, -1))
        ]
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


def on_cube(f: Piece, chart: Chart, span: Span) -> Cells:
    """The piece on the cube of x_0 and the coordinates of a chart, times powers of 1 + x^2."""
    d = f.dim
    common = lcm(*(int(c.q) for c in f.terms.values()))
    sizes = np.array(list(f.terms)).max(axis=0) + 1
    sizes[0] = (sizes[0] - 1) // span.step + 1
    found = np.zeros(sizes, dtype=object)
    for (m, *rest), c in f.terms.items():
        found[(m // span.step, *rest)] = int(c.p) * (common // int(c.q))
    found = np.tensordot(found, _along(span, int(sizes[0]) - 1), axes=([0], [0]))
    for a, way in enumerate(chart):  # the first y and the first s give way to a last coordinate
        degree = max(k[1 + a] + k[1 + d + a] for k in f.terms)
        table = _coordinate(way, degree, (int(sizes[1 + a]), int(sizes[1 + d + a])))
        found = np.tensordot(found, table, axes=([0, d - a], [0, 1]))
    return of_powers(found)


def _sizes(f: Piece, chart: Chart, span: Span) -> list[int]:
    """How many coefficients the piece has along each axis of the cube."""
    d = f.dim
    degrees = [max(k[1 + a] + k[1 + d + a] for k in f.terms) for a in range(d)]
    most = max(k[0] for k in f.terms) // span.step
    ways = zip(degrees, chart, strict=True)
    return [most + 1, *(n + 1 if way is None else 2 * n + 1 for n, way in ways)]


def _along(span: Span, most: int) -> Cells:
    """m^(step k) for k = 0, ..., most by powers of x_0, times one positive polynomial."""
    if span.high is None:
        above, below = [0, 1], [1, -1]
    else:
        unit = lcm(span.low.denominator, span.high.denominator)
        above, below = [int(span.low * unit), int((span.high - span.low) * unit)], [unit, 0]
    found = np.zeros((most + 1, most + 1), dtype=object)
    for k in range(most + 1):
        row = np.ones(1, dtype=object)
        for factor in [above] * k + [below] * (most - k):
            row = np.convolve(row, np.array(factor, dtype=object))
        found[k] = row
    return found


def _coordinate(way: tuple[int, int] | None, degree: int, sizes: tuple[int, int]) -> Cells:
    """y^j sin^e by powers of the coordinate of an axis, times (1 + x^2)^degree: [j, e, power]."""
    found = np.zeros((*sizes, degree + 1 if way is None else 2 * degree + 1), dtype=object)
    for j, e in product(range(sizes[0]), range(sizes[1])):
        if way is None:
            found[j, e, j] = 1
        elif j + e <= degree:
            near, sign = way
            rest, shift = degree - j - e, e + (0 if near else 2 * j)
            for k in range(rest + 1):
                found[j, e, shift + 2 * k] = (2 * sign) ** e * comb(rest, k)
    return found


def evidence(demands: tuple[Demand, ...], span: Span, budget: Budget) -> list[Json]:
    """Trees for every factor whose sign counts; raises Undecided."""
    return [_stated(d, span, budget) for d in demands]


def _stated(d: Demand, span: Span, budget: Budget) -> Json:
    sign = 1 if d.constant > 0 else -1 if d.constant < 0 else 0
    factors: list[Json] = []
    for f in d.pieces:
        found: dict[str, Json] = {"terms": terms(f), "power": f.power}
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
        "divisor": terms(d.divisor),
    }


def _signed(f: Piece, span: Span, budget: Budget, strict: Ends | None) -> tuple[int, Json]:
    """The sign of a factor and a tree for each chart."""
    ways = list(charts(f.odd, f.dim))
    budget.fill(_sizes(f, ways[0], span), len(ways))
    cubes = [on_cube(f, way, span) for way in ways]
    sign = _sign_inside(cubes[0])
    trees: list[Json] = []
    for way, g in zip(ways, cubes, strict=True):
        shown: list[Json] = [None if w is None else list(w) for w in way]
        trees.append([shown, tree(g if sign > 0 else -g, budget, strict=strict)])
    return sign, trees


def _sign_inside(cells: Cells) -> int:
    """The sign that most of the coefficients have, in sum."""
    return 1 if sum(cells.flat) > 0 else -1


def terms(f: Piece) -> Json:
    """[powers of m, of y, of the sines, coefficient] of every term."""
    return [[*k, str(v)] for k, v in sorted(f.terms.items())]
