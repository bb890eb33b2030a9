"""Where grid functions are read along the axes, and the values that they may have there.

The point of index i at location l (0, or 1: half a cell lower) lies at low + (first + i - l/2) h
along an axis of length N h. With n points: cells have first = 1/2, N = n; nodes first = 0, N = n
where periodic; else first = 1 after a Dirichlet end, which carries no unknown, and N = n - 1 + the
number of Dirichlet ends. An index wraps around a periodic axis, and goes on beyond walls.

A window (a, b) holds the indices from a to n - 1 + b. What lies outside the domain is then a fixed
number of spacings, whatever n is; finer grids stay in the interval of a coarser one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from math import inf
from typing import Any, TypeAlias

from .document import Document, Offset, Stencil
from .forms import plus, quotient, scaled, times
from .ranges import LINE, Range, Rejected, only
from .trees import Box, extent
from .walls import EVEN, parity

Window: TypeAlias = tuple[tuple[int, int], ...]
HALF = Fraction(1, 2)


def of_unknown(unknown: dict[str, Any]) -> Window:
    """The points of an unknown."""
    return tuple((0, extra) for extra in unknown["extra"])


def moved(window: Window, offsets: Iterable[Offset]) -> Window:
    """What a stencil with these offsets reads."""
    columns = list(zip(*offsets, strict=True))
    return tuple((a + min(o), b + max(o)) for (a, b), o in zip(window, columns, strict=True))


def adjoint(window: Window, difference: Stencil) -> Window:
    """The faces that K^T reads for the points of a window."""
    return moved(window, [tuple(-k for k in o) for o in difference.weights])


def joined(windows: list[Window]) -> Window:
    """The smallest window that holds all."""
    return tuple(
        (min(a for a, _ in pairs), max(b for _, b in pairs)) for pairs in zip(*windows, strict=True)
    )


def layout(document: Document, axis: int) -> tuple[Fraction, int] | None:
    """(first, N) of an axis with n points on an interval of known length, else None."""
    data = document.axes[axis]
    placed = data["placement"] in ("cells", "nodes")
    if data["count"] is None or data["length"] is None or not placed:
        return None
    first, intervals = HALF, data["count"]
    if data["placement"] == "nodes":
        ends = [_dirichlet(document, axis, end) for end in (0, 1)]
        first = Fraction(ends[0])
        intervals += 0 if data["periodic"] else sum(ends) - 1
    if intervals < 1:
        return None
    try:
        (a, b), (c, d) = quotient(data["value"], {}), quotient(data["length"], {})
    except Rejected:
        return None
    gap = plus(scaled(times(a, d), Fraction(intervals)), scaled(times(c, b), Fraction(-1)))
    return None if gap else (first, intervals)


def _dirichlet(document: Document, axis: int, end: int) -> bool:
    """An end of nodes that carries no unknown."""
    return any(
        u["kind"] == "field" and not u["location"][axis] and u["edges"][axis][end]["mirror"] == -1
        for u in document.unknowns.values()
    )


@dataclass(slots=True)
class Ranges:
    """Ranges of grid functions, whatever the fields are, for parameters in a box.

    `beyond`: the axes along which a coordinate is read outside the domain. Then the ranges hold for
    the file's number of points along these axes, or more.
    """

    document: Document
    box: Box
    beyond: set[int] = field(default_factory=set)

    def of(self, number: int, window: Window) -> Range:
        """A range that holds every value of a node in a window."""
        node = self.document.nodes[number]
        match node["is"]:
            case "read" if node["kind"] == "data":
                return self._data(node["name"])
            case "read" if node["kind"] == "coordinate":
                names = [a["name"] for a in self.document.axes]
                axis = names.index(node["name"])
                return self._coordinate(axis, node["location"][axis], window[axis])
            case "linear" if not self.document.reads(number):
                return self._linear(node, window)
            case "point":
                return extent(node["expression"], self.operands(node, window))
        return LINE

    def operands(self, node: dict[str, Any], window: Window) -> dict[str, Range]:
        """The ranges of a pointwise formula's operands, parameters and the time."""
        found = {**self.box, "t": Range(Fraction(0), inf)}
        for k, operand in enumerate(node["operands"]):
            found[f"${k}"] = self.of(operand, window)
        return found

    def _linear(self, node: dict[str, Any], window: Window) -> Range:
        spacings = dict.fromkeys(self.document.spacings, Range(Fraction(0), inf))
        total = only(0)
        for data, operand in node["terms"]:
            stencil = self.document.stencil(data)
            inner, part = self.of(operand, moved(window, stencil.weights)), only(0)
            for w in stencil.weights.values():
                part += only(w) * inner
            total += extent(stencil.scale, {**self.box, **spacings}) * part
        return total

    def _coordinate(self, axis: int, location: int, indices: tuple[int, int]) -> Range:
        data = self.document.axes[axis]
        found = layout(self.document, axis)
        if found is None:
            return LINE
        first, intervals = found
        low, high = (0, 0) if data["periodic"] else indices
        before = Fraction(location, 2) - first - low
        after = first + data["count"] - 1 + high - Fraction(location, 2) - intervals
        if max(before, after) > 0:
            self.beyond.add(axis)
        h, start = extent(data["value"], {}), extent(data["low"], {})
        end = start + extent(data["length"], {})
        return Range(
            (start + only(min(-before, Fraction(0))) * h).low,
            (end + only(max(after, Fraction(0))) * h).high,
        )

    def _data(self, name: str) -> Range:
        """Given data at the points; beyond walls they continue evenly, so with values from inside.

        Data have locations 0, so that their points lie in the domain.
        """
        data = self.document.unknowns[name]
        edges = [e for pair in data["edges"] for e in pair if e["rule"] != "periodic"]
        if any(parity(e) != EVEN for e in edges):
            raise Rejected("data do not continue evenly over a wall")
        if data["formula"] is not None:
            places = {
                a["name"]: self._coordinate(k, data["location"][k], of_unknown(data)[k])
                for k, a in enumerate(self.document.axes)
            }
            return extent(data["formula"], {**self.box, **places})
        if data["low"] is None and data["high"] is None:
            raise Rejected(f"data {name} have no range")
        low = -inf if data["low"] is None else extent(data["low"], self.box).low
        high = inf if data["high"] is None else extent(data["high"], self.box).high
        return Range(low, high)
