"""One step of a linear scheme on one grid as matrices, run by its stages on rows of numbers.

left * new = rows * old. Newest levels that follow from left sides are columns of their own, behind
those of the state, and each equation is a row of the same width that is 0; in the state after the
step every newest level has a place, and the equations are the rows of these places.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .document import Document
from .mesh import MOST_POINTS, Index, Mesh
from .mesh_rows import Reading, Row, Values, add, clean
from .methods import stages
from .ranges import Rejected


class Step:
    """left * new = rows * old on all arrays of the state."""

    def __init__(self, document: Document) -> None:
        if document.step is None:
            raise Rejected("there is no time step")
        self.document, self.mesh = document, Mesh(document)
        self.moving = [bool(document.reads(k)) for k in range(len(document.nodes))]
        self.sources = any(not self.moving[t["node"]] for r in document.rates for t in r["terms"])
        fields = [n for n, u in document.unknowns.items() if u["kind"] == "field"]
        levels = [a["name"] for a in document.step["arrays"] if a["level"]]
        self.arrays = list(dict.fromkeys([*fields, *levels]))
        self.volumes: list[Fraction] = []
        state: dict[str, Values] = {}
        for name in self.arrays:
            home = self.mesh.home(name)
            start = len(self.volumes)
            points = self.mesh.points(home)
            state[name] = {p: {start + k: Fraction(1)} for k, p in enumerate(points)}
            self.volumes += self.mesh.volumes(home)
        if len(self.volumes) > MOST_POINTS:
            raise Rejected("the grid is too large")
        self.numbers: dict[tuple[int, Index], Fraction] = {}
        self.width = len(self.volumes)  # columns so far
        self.equations: list[Row] = []
        for stage in stages(document.step["body"]):
            state = self._staged(stage, state)
        after = [clean(row) for name in self.arrays for row in state[name].values()]
        self.left, self.rows = self._pencil(after)

    def _pencil(self, after: list[Row]) -> tuple[list[Row], list[Row]]:
        """Both sides, the newest levels at the places where they are found after the step."""
        size = len(self.volumes)
        places: dict[int, int] = {}
        for k, row in enumerate(after):
            (column, factor), *more = row.items() or [(0, Fraction(0))]
            if not more and column >= size and factor == 1:
                places.setdefault(column, k)
        if len(places) != self.width - size or len(places) != len(self.equations):
            raise Rejected("a newest level is not kept, or a left side has too few equations")
        whole = {k: add({-1 - k: Fraction(1)}, row, Fraction(-1)) for k, row in enumerate(after)}
        whole |= dict(zip(sorted(places.values()), self.equations, strict=True))
        left, rows = [], []
        for k in range(size):
            here, there = Row(), Row()
            for column, c in whole[k].items():
                if 0 <= column < size:
                    add(there, {column: -c})
                else:
                    add(here, {-1 - column if column < 0 else places[column]: c})
            left.append(clean(here))
            rows.append(clean(there))
        return left, rows

    def _staged(self, stage: dict[str, Any], state: dict[str, Values]) -> dict[str, Values]:
        read = {**state, **{name: state[array] for name, array in stage["at"]}}
        reading = Reading(self.mesh, self.moving, read, self.numbers, {})
        new = {u["target"]: self._updated(u, state, reading) for u in stage["updates"]}
        targets = [target for target, _ in stage["moves"]]
        if len(new) != len(stage["updates"]) or len(set(targets)) != len(targets):
            raise Rejected("an array is written twice in one stage")
        after = {**state, **new, **self._solved(stage, state, new)}
        return after | {target: after[source] for target, source in stage["moves"]}

    def _solved(
        self, stage: dict[str, Any], state: dict[str, Values], rights: dict[str, Values]
    ) -> dict[str, Values]:
        """The targets of a stage that follow from left sides: columns of their own."""
        pairs = stage.get("solves", [])
        rates = {r["unknown"]: r for r in self.document.rates}
        lefts = {
            u["target"]: left
            for u in stage["updates"]
            if u["unknown"] is not None and (left := rates[u["unknown"]].get("left"))
        }
        newest: dict[str, Values] = {}
        for name, target in pairs:
            points = self.mesh.points(self.mesh.home(target))
            newest[name] = {p: {self.width + k: Fraction(1)} for k, p in enumerate(points)}
            self.width += len(points)
        if len(newest) != len(pairs) or sorted(t for _, t in pairs) != sorted(lefts):
            raise Rejected("a stage does not solve for what its left sides determine")
        reading = Reading(self.mesh, self.moving, newest, self.numbers, {})
        for target, left in lefts.items():
            for point, right in rights[target].items():
                equation = add({}, right, Fraction(-1))
                for term in left:
                    if not self.document.reads(term["node"]) <= newest.keys():
                        raise Rejected("a left side reads what its stage does not solve for")
                    factor = self.mesh.value(term["coefficient"])
                    add(equation, reading.row(term["node"], point), factor)
                self.equations.append(clean(equation))
        return {target: newest[name] for name, target in pairs}

    def _updated(
        self, update: dict[str, Any], state: dict[str, Values], reading: Reading
    ) -> Values:
        found: Values = {p: {} for p in self.mesh.points(self.mesh.home(update["target"]))}
        for tree, name in update["combination"]:
            factor = self.mesh.value(tree)
            for point, row in found.items():
                add(row, state[name][point], factor)
        if update["unknown"] is not None:
            (rate,) = (r for r in self.document.rates if r["unknown"] == update["unknown"])
            slope = self.mesh.value(update["slope"])
            for term in _chosen(rate["terms"], update["terms"]):
                if self.moving[term["node"]]:
                    factor = slope * self.mesh.value(term["coefficient"])
                    for point, row in found.items():
                        add(row, reading.row(term["node"], point), factor)
        return found


def _chosen(terms: list[Any], chosen: list[int] | None) -> list[Any]:
    """The terms of a rate that an update takes."""
    if chosen is None:
        return terms
    if len(set(chosen)) != len(chosen) or any(k < 0 for k in chosen):
        raise Rejected("an update takes a term twice")
    return [terms[k] for k in chosen]
