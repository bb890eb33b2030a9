"""Bounds 0 <= g <= sup of flux weights over all states and parameters, by the leaves of a proof."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .document import Document, parameter_names, set_text
from .places import Ranges, Window
from .ranges import Range, Rejected
from .trees import Tree, extent, replaced


@dataclass(slots=True)
class Weights:
    """The entries of a proof, used up in the order of the faces, and what they rest on."""

    document: Document
    entries: list[dict[str, Any]]
    names: set[str] = field(default_factory=set)
    fixed: set[str] = field(default_factory=set)
    data: set[str] = field(default_factory=set)
    linear: bool = True  # no weight reads a field
    steady: bool = True  # no weight depends on the time
    beyond: set[int] = field(default_factory=set)  # axes along which coordinates leave the domain

    def next_bound(self, number: int, window: Window) -> Fraction:
        """0 <= g <= sup for a weight in a window, shown by its tree of halvings."""
        if not self.entries:
            raise Rejected("the proof leaves out a flux weight")
        entry, *self.entries = self.entries
        sup = Fraction(entry["sup"])
        box: dict[str, Range] = dict(self.document.sets)
        for name in entry["fixed"]:
            if self.document.parameters[name]["trainable"]:
                raise Rejected("a trained parameter is held fixed")
            box[name] = self.document.values[name]
        self.fixed |= set(entry["fixed"])
        self._depends_on(number)
        node = self.document.nodes[number]
        ranges = Ranges(self.document, box, self.beyond)
        if entry["substitute"] is None:
            within(ranges.of(number, window), sup)
            return sup
        inner = ranges.operands(node, window)
        single = replaced(node["expression"], entry["substitute"], "@")
        halved(single, extent(entry["substitute"], inner), sup, entry["tree"])
        return sup

    def finished(self) -> None:
        """Every entry of the proof was needed."""
        if self.entries:
            raise Rejected("the proof bounds more weights than there are")

    def _depends_on(self, number: int) -> None:
        for node in self.document.below(number):
            match node["is"]:
                case "read":
                    self.linear = self.linear and node["kind"] != "field"
                    if node["kind"] == "data":
                        self.data.add(node["name"])
                        formula = self.document.unknowns[node["name"]]["formula"]
                        self.names |= parameter_names(formula or "0", self.document)
                case "point":
                    self.names |= parameter_names(node["expression"], self.document)
                    self.steady = self.steady and "t" not in leaves(node["expression"])
                case "flux" | "network":
                    raise Rejected("a flux weight holds a flux or a learned function")

    def hypotheses(self, others: set[str]) -> set[str]:
        """The sets of the parameters and data that the bounds rest on, and of `others`."""
        document = self.document
        texts = {document.texts[n] for n in (self.names | others) - self.fixed}
        texts |= {f"{n} = {_value(document, n)}" for n in self.fixed}
        for name in self.data:
            data = document.unknowns[name]
            if data["formula"] is None:
                texts.add(f"{data['field']} in {set_text(data)}")
        return texts


def _value(document: Document, name: str) -> str:
    value = document.values[name]
    return str(value.low) if value.low == value.high else "?"


def leaves(tree: Tree) -> set[str]:
    """The names and numbers in an expression."""
    return {tree} if isinstance(tree, str) else set().union(*(leaves(a) for a in tree[1:]))


def within(found: Range, sup: Fraction) -> None:
    """The range lies in [0, sup]."""
    if found.low < 0 or found.high > sup:
        raise Rejected("a flux weight is not shown to lie in its bounds")


def halved(tree: Tree, box: Range, sup: Fraction, proof: Any) -> None:
    """0 <= formula in "@" <= sup, shown on every leaf of a tree [cut, lower, upper]."""
    if proof == 0 and not isinstance(proof, bool):
        within(extent(tree, {"@": box}), sup)
        return
    text, lower, upper = proof
    cut = Fraction(text)
    if not box.low < cut < box.high:
        raise Rejected("a cut lies outside its box")
    halved(tree, Range(box.low, cut), sup, lower)
    halved(tree, Range(cut, box.high), sup, upper)
