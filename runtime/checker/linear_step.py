"""One step of a linear scheme with constant coefficients on a torus, run on the waves of its state.

below_j U_j[k+1] = sum_l entries_jl U_l[k]: the stages of the body are run once on rows of elements.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from .document import Document
from .linear_names import Element, Names, plus, times, wave
from .linear_rows import Left, Row, added, coupled, solved, times_factor
from .methods import stages
from .ranges import Rejected
from .trees import Tree

MOST_ARRAYS = 8


class Step:
    """The rows of a step by the arrays of its state, and whether a source was left out.

    `lefts` are the left sides that were solved for, `polynomial` is the one that a proof states.
    """

    def __init__(self, document: Document, names: Names, polynomial: Any = None) -> None:
        self.document, self.names, self.polynomial = document, names, polynomial
        self.lefts: list[Left] = []
        self.sources = any(
            not document.reads(t["node"]) for rate in document.rates for t in rate["terms"]
        )
        self.arrays = arrays(document)
        self.moving = [bool(document.reads(k)) for k in range(len(document.nodes))]
        one = names.number(1)
        state = {name: Row({name: one}) for name in self.arrays}
        assert document.step is not None
        for stage in stages(document.step["body"]):
            state = self._staged(stage, state)
        self.rows = [state[name] for name in self.arrays]

    def _staged(self, stage: dict[str, Any], state: dict[str, Row]) -> dict[str, Row]:
        read = {**state, **{name: state[array] for name, array in stage["at"]}}
        seen: dict[int, Row | None] = {}
        new = {u["target"]: self._updated(u, state, read, seen) for u in stage["updates"]}
        targets = [target for target, _ in stage["moves"]]
        if len(new) != len(stage["updates"]) or len(set(targets)) != len(targets):
            raise Rejected("an array is written twice in one stage")
        after = {**state, **new, **self._solved(stage, new)}
        return after | {target: after[source] for target, source in stage["moves"]}

    def _solved(self, stage: dict[str, Any], rights: dict[str, Row]) -> dict[str, Row]:
        """The targets of a stage that follow from left sides."""
        pairs = stage.get("solves", [])
        rates = {u["target"]: self._rate(u["unknown"]) for u in stage["updates"] if u["unknown"]}
        one, newest = self.names.number(1), [name for name, _ in pairs]
        own = {name: Row({name: one}) for name in newest}
        lefts = {t: self._left(r["left"], own) for t, r in rates.items() if r.get("left")}
        targets = list(lefts)
        if len(own) != len(newest) or sorted(t for _, t in pairs) != sorted(targets):
            raise Rejected("a stage does not solve for what its left sides determine")
        found: dict[str, Row] = {}
        for group in coupled(list(lefts.values())):
            rows = [lefts[targets[k]] for k in group]
            unknowns = [n for n in newest if any(n in row.entries for row in rows)]
            new, left = solved(self.names, rows, [rights[targets[k]] for k in group], unknowns)
            found |= dict(zip(unknowns, new, strict=True))
            self.lefts.append(left)
        return {target: found[name] for name, target in pairs}

    def _left(self, terms: list[dict[str, Any]], own: dict[str, Row]) -> Row:
        """A left side on the waves of the newest levels."""
        parts = []
        for term in terms:
            if not self.document.reads(term["node"]) <= own.keys():
                raise Rejected("a left side reads what its stage does not solve for")
            row = self._node(term["node"], own, {})
            if row is not None:
                parts.append(self._scaled(term["coefficient"], row))
        return self._sum(parts)

    def _rate(self, unknown: str) -> dict[str, Any]:
        (rate,) = (r for r in self.document.rates if r["unknown"] == unknown)
        return rate

    def _updated(
        self,
        update: dict[str, Any],
        state: dict[str, Row],
        read: dict[str, Row],
        seen: dict[int, Row | None],
    ) -> Row:
        parts = [self._scaled(c, state[name]) for c, name in update["combination"]]
        if update["unknown"] is not None:
            for term in _chosen(self._rate(update["unknown"])["terms"], update["terms"]):
                row = self._node(term["node"], read, seen)
                if row is not None:
                    factor = ["*", update["slope"], term["coefficient"]]
                    parts.append(self._scaled(factor, row))
        return self._sum(parts)

    # ---- grid expressions: a row, or None where no field is read

    def _node(self, number: int, read: dict[str, Row], seen: dict[int, Row | None]) -> Row | None:
        if not self.moving[number]:
            return None
        if number not in seen:
            node = self.document.nodes[number]
            match node["is"]:
                case "read":
                    seen[number] = read[node["name"]]
                case "linear":
                    inner = [(data, self._node(k, read, seen)) for data, k in node["terms"]]
                    seen[number] = self._sum(self._moved(data, row) for data, row in inner)
                case "point":
                    operands = [self._node(k, read, seen) for k in node["operands"]]
                    seen[number] = self._point(node["expression"], operands)
                case "flux":
                    seen[number] = self._sum(
                        self._moved(_transposed(face), self._node(face["flux"], read, seen))
                        for face in node["faces"]
                    )
                case _:
                    raise Rejected("a learned function is not linear")
        return seen[number]

    def _point(self, tree: Tree, operands: list[Row | None]) -> Row | None:
        """A formula that is linear in the operands that are rows."""
        if isinstance(tree, str):
            return operands[int(tree[1:])] if tree.startswith("$") else None
        word, *rest = tree
        inside = [self._point(a, operands) for a in rest]
        if all(row is None for row in inside):
            return None
        if word == "+":
            self.sources = self.sources or None in inside
            return self._sum(row for row in inside if row is not None)
        own = [k for k, row in enumerate(inside) if row is not None]
        others = [a for k, a in enumerate(rest) if k not in own]
        if word != "*" or len(own) != 1 or any(map(_holds_operand, others)):
            raise Rejected("the equations are not linear with constant coefficients")
        row = inside[own[0]]
        return None if row is None else self._scaled(["*", "1", *others], row)

    # ---- arithmetic of rows

    def _moved(self, data: Any, row: Row | None) -> Row:
        """A stencil applied to a row."""
        if row is None:
            self.sources = True
            return Row({})
        stencil = self.document.stencil(data)
        symbol: Element = {}
        for offset, weight in stencil.weights.items():
            waves = wave(offset, len(self.names.kept))
            symbol = plus(symbol, {k: c * weight for k, c in waves.items()})
        moved = {n: times(symbol, e) for n, e in row.entries.items()}
        return self._scaled(stencil.scale, Row(moved, row.below))

    def _scaled(self, tree: Tree, row: Row) -> Row:
        top, bottom = self.names.split(tree)
        entries = {n: times(top, e) for n, e in row.entries.items()}
        return Row(entries, times_factor(row.below, bottom))

    def _sum(self, rows: Iterable[Row]) -> Row:
        return added(self.names, rows)


def arrays(document: Document) -> list[str]:
    """The arrays that live from one step to the next, on a torus of up to three axes."""
    step = document.step
    if step is None or document.dim not in (1, 2, 3):
        raise Rejected("the theorem speaks of steps on one, two or three axes")
    edges = [e for u in document.unknowns.values() for pair in u["edges"] for e in pair]
    if not all(a["periodic"] for a in document.axes) or any(e["rule"] != "periodic" for e in edges):
        raise Rejected("modes on a torus say nothing about walls")
    if any(any(u["extra"]) for u in document.unknowns.values()):
        raise Rejected("the unknowns are of different sizes")
    implicit = {r["unknown"] for r in document.rates if r.get("left")}
    for stage in (*step["start"], *step["finish"]):
        if stage.get("solves") or implicit & {u["unknown"] for u in stage["updates"]}:
            raise Rejected("a newest level is solved for outside of the body")
    if any(s["frozen"] for s in step["body"]) and any(
        n["is"] == "flux" and any(f["weight"] is not None for f in n["faces"])
        for n in document.nodes
    ):
        raise Rejected("weights are kept from another stage")
    found = [n for n, u in document.unknowns.items() if u["kind"] == "field"]
    found += [a["name"] for a in step["arrays"] if a["level"]]
    if len(set(found)) != len(found) or not 0 < len(found) <= MOST_ARRAYS:
        raise Rejected("the arrays of the state are not told apart")
    return found


def _chosen(terms: list[Any], chosen: list[int] | None) -> list[Any]:
    """The terms of a rate that an update takes."""
    if chosen is None:
        return terms
    if len(set(chosen)) != len(chosen) or any(k < 0 for k in chosen):
        raise Rejected("an update takes a term twice")
    return [terms[k] for k in chosen]


def _transposed(face: dict[str, Any]) -> dict[str, Any]:
    """-K^T of a face's difference K."""
    data = face["difference"]
    weights = [[[-k for k in offset], str(-Fraction(w))] for offset, w in data["weights"]]
    return {**data, "weights": weights}


def _holds_operand(tree: Tree) -> bool:
    if isinstance(tree, str):
        return tree.startswith("$")
    return any(_holds_operand(a) for a in tree[1:])
