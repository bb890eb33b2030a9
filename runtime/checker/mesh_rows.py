"""Grid expressions of a linear scheme on one grid, at an index, as rows of numbers.

A row {column: factor} says which values of a state a value is made of; what reads no field is a
number, and a source where it is added.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any, TypeAlias

from .mesh import Index, Mesh
from .ranges import Rejected
from .trees import Tree

Row: TypeAlias = dict[int, Fraction]
Values: TypeAlias = dict[Index, Row]  # an array: a row a point


def add(into: Row, row: Row, factor: Fraction = Fraction(1)) -> Row:
    """into += factor * row."""
    for column, c in row.items():
        into[column] = into.get(column, Fraction(0)) + factor * c
    return into


def clean(row: Row) -> Row:
    """Without zeros."""
    return {column: c for column, c in row.items() if c}


@dataclass(slots=True)
class Reading:
    """Grid expressions on one state: numbers where no field is read, else rows."""

    mesh: Mesh
    moving: list[bool]
    arrays: dict[str, Values]
    numbers: dict[tuple[int, Index], Fraction]
    rows: dict[tuple[int, Index], Row]

    def row(self, node: int, index: Index) -> Row:
        """A node that reads fields, at an index in or outside the grid."""
        if (node, index) not in self.rows:
            self.rows[node, index] = clean(self._row(node, index))
        return self.rows[node, index]

    def _row(self, number: int, index: Index) -> Row:
        node = self.mesh.document.nodes[number]
        match node["is"]:
            case "read":
                values, found = self.arrays[node["name"]], Row()
                for factor, at in self.mesh.inside(self.mesh.home(node["name"]), index):
                    add(found, values[at], factor)
                return found
            case "linear":
                return self._applied([(s, k) for s, k in node["terms"]], index, Fraction(1))
            case "point":
                operands = node["operands"]
                found_row = self._point(node["expression"], operands, index)
                return {} if isinstance(found_row, Fraction) else found_row
            case "flux":
                faces = [(_turned(f["difference"]), f["flux"]) for f in node["faces"]]
                return self._applied(faces, index, Fraction(-1))
        raise Rejected("a learned function is not linear")

    def _applied(self, terms: list[tuple[Any, int]], index: Index, factor: Fraction) -> Row:
        found = Row()
        for data, operand in terms:
            if not self.moving[operand]:
                continue
            stencil = self.mesh.document.stencil(data)
            scale = factor * self.mesh.value(stencil.scale)
            for offset, weight in stencil.weights.items():
                at = tuple(i + o for i, o in zip(index, offset, strict=True))
                add(found, self.row(operand, at), scale * weight)
        return found

    def _point(self, tree: Tree, operands: list[int], index: Index) -> Row | Fraction:
        """A formula that is linear in the operands that read fields."""
        if not self._moves(tree, operands):
            return self._number(tree, operands, index)
        if isinstance(tree, str):
            return self.row(operands[int(tree[1:])], index)
        word, *rest = tree
        if word == "+":
            found = Row()
            for part in rest:
                value = self._point(part, operands, index)
                if not isinstance(value, Fraction):
                    add(found, value)
            return found
        own = [a for a in rest if self._moves(a, operands)]
        if word != "*" or len(own) != 1:
            raise Rejected("the equations are not linear")
        factor = prod(
            (self._number(a, operands, index) for a in rest if a is not own[0]), start=Fraction(1)
        )
        value = self._point(own[0], operands, index)
        assert not isinstance(value, Fraction)
        return add({}, value, factor)

    def _moves(self, tree: Tree, operands: list[int]) -> bool:
        if isinstance(tree, str):
            return tree.startswith("$") and self.moving[operands[int(tree[1:])]]
        return any(self._moves(a, operands) for a in tree[1:])

    # ---- what reads no field

    def _number(self, tree: Tree, operands: list[int], index: Index) -> Fraction:
        known = {
            f"${k}": self.number(operand, index)
            for k, operand in enumerate(operands)
            if f"${k}" in _leaves(tree)
        }
        return self.mesh.value(tree, known)

    def number(self, number: int, index: Index) -> Fraction:
        """A node that reads no field, at an index in or outside the grid."""
        if (number, index) not in self.numbers:
            self.numbers[number, index] = self._value(number, index)
        return self.numbers[number, index]

    def _value(self, number: int, index: Index) -> Fraction:
        node = self.mesh.document.nodes[number]
        if node["is"] == "read" and node["kind"] == "coordinate":
            axis = [a["name"] for a in self.mesh.document.axes].index(node["name"])
            return self.mesh.coordinate(axis, node["location"][axis], index[axis])
        if node["is"] == "read":
            return self._data(node["name"], index)
        if node["is"] == "point":
            return self._number(node["expression"], node["operands"], index)
        if node["is"] != "linear":
            raise Rejected("a coefficient is no formula")
        total = Fraction(0)
        for data, operand in node["terms"]:
            stencil = self.mesh.document.stencil(data)
            scale = self.mesh.value(stencil.scale)
            for offset, weight in stencil.weights.items():
                at = tuple(i + o for i, o in zip(index, offset, strict=True))
                total += scale * weight * self.number(operand, at)
        return total

    def _data(self, name: str, index: Index) -> Fraction:
        """Given data by their formula at the points, by their walls outside."""
        data = self.mesh.document.unknowns[name]
        walls = [e for pair in data["edges"] for e in pair]
        if data["formula"] is None or not all(e["homogeneous"] for e in walls):
            raise Rejected("data of a coefficient are not known")
        total = Fraction(0)
        for factor, at in self.mesh.inside(data, index):
            places = {
                a["name"]: self.mesh.coordinate(k, data["location"][k], at[k])
                for k, a in enumerate(self.mesh.document.axes)
            }
            total += factor * self.mesh.value(data["formula"], places)
        return total


def _leaves(tree: Tree) -> set[str]:
    return {tree} if isinstance(tree, str) else set[str]().union(*map(_leaves, tree[1:]))


def _turned(data: dict[str, Any]) -> dict[str, Any]:
    """The transpose of a difference."""
    return {**data, "weights": [[[-k for k in o], w] for o, w in data["weights"]]}
