"""The grid: counts or a spacing, on cells, nodes, quadrature points or a lattice."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from sympy import Expr

from .. import syntax as tree
from ..model import Axis, Grid, Method
from ..source import Given, Span
from . import exact
from .declare import every, keyword
from .options import Options, read_options
from .params import NUMBERS
from .place import Place, number_word
from .scope import Scope
from .words import GRAPH, GRID

UNKNOWNS = 10**10


def read_graph(statements: Sequence[tree.Statement], scope: Scope) -> Method | None:
    """`graph undirected, weighted`."""
    place = Place(scope=scope, what="a trait of a graph", kinds=NUMBERS)
    for statement in every(statements, tree.GraphStatement)[:1]:
        options = read_options(statement.options, GRAPH, place, of="a graph")
        if "undirected" in options and "directed" in options:
            scope.faults.error(
                options.places["directed"], "a graph is either directed or undirected"
            )
        return Method(
            name="graph", name_span=keyword(statement), options=options.pairs(), span=statement.span
        )
    return None


def read_grid(
    statements: Sequence[tree.Statement], scope: Scope, given: Given[tuple[int, ...]] | None
) -> Grid | None:
    """`grid 128, 64, nodes`; `given` replaces the counts. None where there is no grid statement."""
    for statement in every(statements, tree.GridStatement)[:1]:
        place = Place(scope=scope, what="a grid", kinds=NUMBERS)
        options = read_options(statement.options, GRID, place, of="a grid")
        counts = _given(given, scope) if given else _counts(statement, options, scope)
        spacing = None if given else _spacing(statement, options, scope)
        placement = "nodes" if "nodes" in options else "cells"
        if "quadrature" in options:
            placement = "quadrature"
            if "nodes" in options:
                scope.faults.error(options.places["nodes"], "a quadrature has points of its own")
            if spacing:
                scope.faults.error(options.places["spacing"], "a quadrature has a count of points")
        return Grid(
            counts=counts,
            spacing=spacing,
            placement=placement,
            quadrature=options.get("quadrature"),
            span=statement.span,
        )
    return None


def _given(given: Given[tuple[int, ...]], scope: Scope) -> tuple[int, ...] | None:
    """Counts from outside, by the rules of counts in the file."""
    counts, place, names = given.value, given.span, [axis.name for axis in scope.axes]
    if not names or scope.disputed.intersection(names):
        return None
    example = f"{place.source.name if place.source else 'grid'} {','.join(['64'] * len(names))}"
    if any(axis.low is None for axis in scope.axes):
        scope.faults.error(
            place,
            "the file has `grid spacing`, so the size of the grid is that of the input",
            f"leave it out, or write intervals into the file: domain {names[0]} in [0, 1]",
        )
        return None
    if len(counts) != len(names):
        scope.faults.error(
            place,
            f"{number_word(len(counts))} size{'s' * (len(counts) != 1)} for"
            f" {_coordinates(scope)}: {', '.join(names)}",
            f"as in {example}",
        )
        return None
    if min(counts) < 1:
        scope.faults.error(
            place,
            f"a size is a whole number, 1 or more, not {min(counts)}",
            f"as in {example}",
        )
        return None
    return _bearable(counts, place, scope)


def _coordinates(scope: Scope) -> str:
    number = len(scope.axes)
    return f"{number_word(number)} coordinate{'s' * (number != 1)}"


def _counts(
    statement: tree.GridStatement, options: Options, scope: Scope
) -> tuple[int, ...] | None:
    if not statement.sizes:
        if "spacing" not in options:
            scope.faults.error(
                keyword(statement), "a grid needs a size for each coordinate, or a spacing"
            )
        return None
    if "spacing" in options:
        scope.faults.error(options.places["spacing"], "a grid has sizes or a spacing, and not both")
        return None
    counts = []
    for size in statement.sizes:
        if size.value.denominator != 1 or size.value < 1:
            scope.faults.error(size.span, f"a size is a whole number, 1 or more, not {size.value}")
            return None
        counts.append(size.value.numerator)
    if not scope.axes or scope.disputed.intersection(axis.name for axis in scope.axes):
        return None
    if len(counts) != len(scope.axes):
        many = len(counts) > len(scope.axes)
        place = statement.sizes[len(scope.axes)].span if many else keyword(statement)
        sizes = f"{number_word(len(counts))} size{'s' * (len(counts) != 1)}"
        scope.faults.error(place, f"the grid has {sizes} for {_coordinates(scope)}")
        return None
    for axis in scope.axes:
        if axis.low is None:
            scope.faults.error(
                axis.span,
                f"'{axis.name}' has no interval, and a grid with sizes needs one",
                f"as in {axis.name} in [0, 1]; or write grid spacing 1",
            )
            return None
    return _bearable(tuple(counts), statement.sizes[0].span | statement.sizes[-1].span, scope)


def _bearable(counts: tuple[int, ...], place: Span, scope: Scope) -> tuple[int, ...] | None:
    each = sum(
        len(term.parts) * (term.channels or 1)
        for name in scope.of_kind("field")
        if (term := scope.names[name].term)
    )
    if prod(counts) * max(1, each) > UNKNOWNS:
        scope.faults.error(place, "this grid has more than 10^10 unknowns")
        return None
    return counts


def _spacing(
    statement: tree.GridStatement, options: Options, scope: Scope
) -> tuple[Expr, ...] | None:
    """One spacing for all axes or one for each; in an interval it fits a whole number of times."""
    spacing = options.get("spacing")
    if spacing is None or not scope.axes or statement.sizes:
        return None
    spacing = spacing * len(scope.axes) if len(spacing) == 1 else spacing
    if len(spacing) != len(scope.axes):
        scope.faults.error(
            options.places["spacing"],
            f"{number_word(len(spacing))} spacings for {_coordinates(scope)}",
        )
        return None
    found = tuple(h.xreplace(scope.values) for h in spacing)
    for axis, h in zip(scope.axes, found, strict=True):
        _check_fit(axis, h, options.places["spacing"], scope)
    return found


def _check_fit(axis: Axis, h: Expr, place: Span, scope: Scope) -> None:
    if axis.low is None or axis.high is None:
        return
    count = (axis.high - axis.low) / h
    if not (count.is_Rational and count.is_Integer):
        scope.faults.error(place, f"the length of '{axis.name}' is no multiple of this spacing")
    elif exact.number_sign(count - UNKNOWNS) == 1:
        scope.faults.error(place, "this grid has more than 10^10 unknowns")


def gridless(
    statements: Sequence[tree.Statement], scope: Scope, given: Given[tuple[int, ...]] | None
) -> Grid:
    """Of a scheme without a grid statement: the lattice of an iterate, a graph, random points."""
    if given is not None and not every(statements, tree.GridStatement):
        scope.faults.error(
            given.span, "the file has no `grid`: its size is that of the input", "leave it out"
        )
    graph = bool(every(statements, tree.GraphStatement))
    iterated = bool(every(statements, tree.IterateStatement))
    placement = "graph" if graph else "lattice" if iterated and not scope.axes else "sampled"
    span = statements[0].span if statements else Span(0, 0)
    return Grid(counts=None, spacing=None, placement=placement, quadrature=None, span=span)
