"""Where flux weights are read along the axes, and the coordinates that they meet there.

Point i of location l (1: half a cell lower) lies at low + (first + i - l/2) h; cells have first =
1/2, nodes 0, or 1 after a Dirichlet end. An index wraps around a periodic axis and goes on beyond
walls. For n points a window (a, b) is the indices from a to n - 1 + b. So what lies outside the
domain is a number of spacings that does not depend on n, and finer grids stay within it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from math import inf
from typing import TypeAlias

import sympy
from sympy import Expr, Symbol

from ..grid import Grid, Linear, Point, Read, reads
from ..model import TIME
from ..scheme import Scheme, Unknown
from ..stencil import Offset, Stencil
from .expression import inline
from .extent import extent
from .interval import LINE, Bound, Box, Interval, NoRange, add, multiply, point

Window: TypeAlias = tuple[tuple[int, int], ...]


def of_unknown(unknown: Unknown) -> Window:
    """The points of an unknown."""
    return tuple((0, extra) for extra in unknown.extra)


def moved(window: Window, offsets: Iterable[Offset]) -> Window:
    """What a stencil with these offsets reads."""
    columns = list(zip(*offsets, strict=True))
    return tuple((a + min(o), b + max(o)) for (a, b), o in zip(window, columns, strict=True))


def read_by(unknown: Unknown, differences: Iterable[Stencil]) -> Window:
    """The faces that K^T reads for the points of an unknown, for all of some K."""
    found = [
        moved(of_unknown(unknown), [tuple(-k for k in o) for o, _ in d.weights])
        for d in differences
    ]
    return tuple(
        (min(a for a, _ in pairs), max(b for _, b in pairs)) for pairs in zip(*found, strict=True)
    )


@dataclass(slots=True)
class Ranges:
    """Ranges of grid functions, whatever the fields are, for parameters in a box.

    `beyond`: axes along which a coordinate is read outside the domain; then the ranges hold for
    the file's number of points along these, or more.
    """

    scheme: Scheme
    box: Box
    beyond: set[int] = field(default_factory=set)

    def of(self, node: Grid, window: Window) -> Interval:
        """An interval that holds every value of a grid function in a window; raises NoRange."""
        match node:
            case Read(kind="data", symbol=symbol):
                return self._data(symbol)
            case Read(kind="coordinate", symbol=symbol, location=location):
                axis = [a.symbol for a in self.scheme.axes].index(symbol)
                return self._coordinate(axis, location[axis], window[axis])
            case Linear(terms=terms) if not reads(node):
                return reduce(add, (self._combined(s, v, window) for s, v in terms))
            case Point():
                formula = inline(node.expression, self.scheme.model)
                return extent(formula, self.operands(node, window))
            case _:
                return LINE

    def operands(self, node: Point, window: Window) -> dict[Symbol, Interval]:
        """The ranges of a pointwise formula's operands, parameters and the time."""
        found = dict(self.box) | {TIME: Interval(Fraction(0), inf)}
        return found | {s: self.of(v, window) for s, v in node.operands}

    def _combined(self, stencil: Stencil, operand: Grid, window: Window) -> Interval:
        inner = self.of(operand, moved(window, [o for o, _ in stencil.weights]))
        spacings = {a.spacing: Interval(Fraction(0), inf) for a in self.scheme.axes}
        total = reduce(add, (multiply(point(w), inner) for _, w in stencil.weights))
        return multiply(extent(stencil.scale, {**self.box, **spacings}), total)

    def _coordinate(self, axis: int, location: int, indices: tuple[int, int]) -> Interval:
        """The closed interval of an axis, and what is read beyond; the line where it is free."""
        data = self.scheme.axes[axis]
        found = _layout(self.scheme, axis)
        if found is None or data.count is None or data.length is None:
            return LINE
        first, intervals = found
        low, high = (0, 0) if data.periodic else indices
        before = Fraction(location, 2) - first - low
        after = first + data.count - 1 + high - Fraction(location, 2) - intervals
        if max(before, after) > 0:
            self.beyond.add(axis)
        h, start = extent(data.spacing_value, {}), extent(data.low, {})
        end = extent(data.low + data.length, {})
        return Interval(
            add(start, multiply(point(min(-before, Fraction(0))), h)).low,
            add(end, multiply(point(max(after, Fraction(0))), h)).high,
        )

    def _data(self, symbol: Symbol) -> Interval:
        """The declared range of data, or that of their formula at the points."""
        data = next(d for d in self.scheme.model.data if symbol in d.symbols)
        if data.formula is not None:
            own = self.scheme.unknown(symbol)
            window = of_unknown(own)
            places = {
                a.symbol: self._coordinate(k, own.location[k], window[k])
                for k, a in enumerate(self.scheme.axes)
            }
            formula = inline(data.formula[data.symbols.index(symbol)], self.scheme.model)
            return extent(formula, {**self.box, **places})
        if data.interval is None:
            raise NoRange(
                f"data {data.name} have no declared range; write `data {data.name}, in [a, b]`"
            )
        low, high = data.interval
        return Interval(_end(low, self.box, -inf), _end(high, self.box, inf))


def _end(end: Expr, box: Box, infinite: float) -> Bound:
    if end in {sympy.oo, -sympy.oo}:
        return infinite
    found = extent(end, box)
    return found.low if infinite < 0 else found.high


def _layout(scheme: Scheme, axis: int) -> tuple[Fraction, int] | None:
    """The first point in spacings after the low end, and the number of spacings of the axis."""
    data, placement = scheme.axes[axis], scheme.model.grid.placement
    if data.count is None or data.length is None or placement not in {"cells", "nodes"}:
        return None
    first, intervals = Fraction(1, 2), data.count
    if placement == "nodes":
        ends = [
            any(u.edges[axis][end].mirror == -1 for u in scheme.unknowns
                if u.kind == "field" and not u.location[axis])
            for end in (0, 1)
        ]  # fmt: skip
        first = Fraction(ends[0])
        intervals += 0 if data.periodic else sum(ends) - 1
    known = data.length.subs(sympy.pi, 1).is_Rational
    if (
        intervals < 1
        or not known
        or sympy.expand(data.spacing_value * intervals - data.length) != 0
    ):
        return None
    return first, intervals
