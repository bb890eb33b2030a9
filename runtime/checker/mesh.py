"""One grid of a scheme: the points of its arrays, their coordinates, cell volumes and ghosts.

Everything is an exact rational: a grid on which some number has no rational value is rejected.
A ghost is a sum of values inside, for wall values that are 0: pairs (factor, index).
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from itertools import product
from math import isqrt, prod
from typing import Any, TypeAlias

from .document import Document
from .ranges import Rejected
from .trees import Tree, number

Index: TypeAlias = tuple[int, ...]
Shape: TypeAlias = tuple[int, ...]
Inside: TypeAlias = list[tuple[Fraction, Index]]
MOST_POINTS = 512  # values of a state: the work grows with their cube
HALF = Fraction(1, 2)


def exact(tree: Tree, names: dict[str, Fraction], used: set[str] | None = None) -> Fraction:
    """The value of an expression that is rational by the four operations, powers and cases."""
    if isinstance(tree, str):
        value = number(tree)
        if value is not None:
            return value
        if tree not in names:
            raise Rejected(f"{tree!r} has no value that is a known rational number")
        if used is not None:
            used.add(tree)
        return names[tree]
    word, *rest = tree
    if word == "where":
        return exact(rest[1 if _holds(rest[0], names, used) else 2], names, used)
    parts = [exact(a, names, used) for a in rest]
    match word:
        case "+":
            return sum(parts, Fraction(0))
        case "*":
            return prod(parts, start=Fraction(1))
        case "^":
            return _power(*parts)
        case "abs":
            return abs(parts[0])
        case "min" | "max":
            return min(parts) if word == "min" else max(parts)
    raise Rejected(f"a value of {word!r} is no rational number")


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator == 2 and base >= 0:
        roots = [isqrt(base.numerator), isqrt(base.denominator)]
        if [r * r for r in roots] == [base.numerator, base.denominator]:
            return Fraction(*roots) ** exponent.numerator
    if exponent.denominator != 1 or abs(exponent) > MOST_POINTS:
        raise Rejected("a power is no rational number")
    return Fraction(base ** int(exponent))


def _holds(tree: Tree, names: dict[str, Fraction], used: set[str] | None) -> bool:
    word, *rest = tree
    if word in {"and", "or"}:
        found = [_holds(a, names, used) for a in rest]
        return all(found) if word == "and" else any(found)
    if word == "not":
        return not _holds(rest[0], names, used)
    a, b = (exact(r, names, used) for r in rest)
    answers = {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b, "!=": a != b}
    return answers[word]


class Mesh:
    """A document on its own grid; `used` are the names whose values were needed."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.used: set[str] = set()
        self.names: dict[str, Fraction] = {}
        for name, parameter in document.parameters.items():
            if parameter["value"] is not None and not self._may_differ(parameter):
                try:
                    self.names[name] = exact(parameter["value"], self.names)
                except Rejected:
                    continue
        for axis in document.axes:
            self.names[axis["spacing"]] = exact(axis["value"], self.names)
        if document.step is not None and document.step["tau"] is not None:
            self.names["tau"] = exact(document.step["tau"], self.names)
            if self.names["tau"] <= 0:
                raise Rejected("the step is not positive")
        if any(axis["count"] is None or axis["count"] < 1 for axis in document.axes):
            raise Rejected("the grid has no known number of points")
        self.counts: Shape = tuple(axis["count"] for axis in document.axes)

    @staticmethod
    def _may_differ(parameter: dict[str, Any]) -> bool:
        """It is trained, it differs between steps, or a set was declared for it."""
        return bool(parameter["trainable"] or parameter["varies"] or parameter["declared"])

    def value(self, tree: Tree, more: dict[str, Fraction] | None = None) -> Fraction:
        """A number of the scheme, coordinates and operands in `more`."""
        return exact(tree, {**self.names, **more} if more else self.names, self.used)

    def spacing(self, axis: int) -> Fraction:
        """The spacing along an axis."""
        return self.names[self.document.axes[axis]["spacing"]]

    # ---- places

    def home(self, name: str) -> dict[str, Any]:
        """The unknown whose place and walls an array has; newest levels are their targets'."""
        step = self.document.step
        assert step is not None
        for stage in step["body"]:
            for newest, target in stage.get("solves", ()):
                name = target if newest == name else name
        return self.document.home(name)

    def shape(self, unknown: dict[str, Any]) -> Shape:
        """How many points an unknown has along each axis."""
        found = tuple(n + e for n, e in zip(self.counts, unknown["extra"], strict=True))
        if min(found) < 1 or prod(found) > MOST_POINTS:
            raise Rejected("the grid is too large, or has no point")
        return found

    def points(self, unknown: dict[str, Any]) -> list[Index]:
        """Its points, the last axis fastest."""
        return list(product(*map(range, self.shape(unknown))))

    def volumes(self, unknown: dict[str, Any]) -> list[Fraction]:
        """1 for each point, half of that for each wall that it lies on."""
        shape, found = self.shape(unknown), []
        for index in self.points(unknown):
            volume = Fraction(1)
            for i, n, pair in zip(index, shape, unknown["edges"], strict=True):
                for end, edge in ((0, pair[0]), (n - 1, pair[1])):
                    on_wall = edge["rule"] == "wall" and edge["mirror"] == 1
                    volume *= HALF if on_wall and i == end else 1
            found.append(volume)
        return found

    @cached_property
    def first(self) -> list[Fraction]:
        """Point 0 of location 0 along each axis."""
        found = []
        for axis, data in enumerate(self.document.axes):
            if data["placement"] not in ("cells", "nodes"):
                raise Rejected("a coordinate without a domain")
            low, h = exact(data["low"], self.names), self.spacing(axis)
            ends = [
                u["edges"][axis][0]["mirror"]
                for u in self.document.unknowns.values()
                if u["kind"] == "field" and not u["location"][axis]
            ]
            cells = data["placement"] == "cells"
            found.append(low + (h / 2 if cells else h if -1 in ends else 0))
        return found

    def coordinate(self, axis: int, location: int, index: int) -> Fraction:
        """Linear over walls too; an index wraps around a periodic axis."""
        if self.document.axes[axis]["periodic"]:
            index %= self.counts[axis]
        return self.first[axis] + (index - Fraction(location, 2)) * self.spacing(axis)

    # ---- ghosts

    def inside(self, unknown: dict[str, Any], index: Index) -> Inside:
        """The value at an index, in or outside the grid, as a sum of values inside.

        Of an index outside along several axes the last one is brought inside first.
        """
        shape = self.shape(unknown)
        for axis in range(len(shape) - 1, -1, -1):
            if not 0 <= index[axis] < shape[axis]:
                parts = self._along(unknown, axis, shape[axis], index[axis])
                found = []
                for factor, place in parts:
                    moved = (*index[:axis], place, *index[axis + 1 :])
                    found += [(factor * c, at) for c, at in self.inside(unknown, moved)]
                return found
        return [(Fraction(1), index)]

    def _along(
        self, unknown: dict[str, Any], axis: int, n: int, i: int
    ) -> list[tuple[Fraction, int]]:
        """A place outside one axis by places further in, which may lie beyond the other end."""
        pair = unknown["edges"][axis]
        end = int(i >= n)
        edge, j = pair[end], (i - n + 1 if end else -i)

        def place(inward: int) -> int:
            return n - 1 - inward if end else inward

        if edge["rule"] == "periodic":
            return [(Fraction(1), i % n)]
        if edge["rule"] == "zero":
            return []
        if edge["rule"] == "none":
            if n == 1:
                return [(Fraction(1), 0)]
            return [(Fraction(1 + j), place(0)), (Fraction(-j), place(1))]
        alone = n == 1 and all(e["rule"] == "wall" and e["mirror"] == 1 for e in pair)
        image = place(0 if alone else j - 1 + edge["mirror"])
        a, b = self.value(edge["value"]), self.value(edge["slope"])
        h = self.spacing(axis)
        if edge["mirror"] == 0:
            slope = b / ((2 * j - 1) * h)
            return [((slope - a / 2) / (slope + a / 2), image)]
        if not b and a:
            return [] if edge["mirror"] == -1 and j == 1 else [(Fraction(-1), image)]
        if edge["mirror"] != 1:
            raise Rejected("a wall of the scheme has no ghosts")
        return [(Fraction(1), image), (-2 * j * h * a / b, place(0))]
