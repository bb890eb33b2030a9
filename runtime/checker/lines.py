"""The two sides of an iterate as stencils whose weights are numbers, or lines in one parameter."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from .document import Document, Offset
from .mesh import exact
from .ranges import Rejected
from .trees import Tree

Line: TypeAlias = tuple[Fraction, Fraction]  # p + q r
Stencils: TypeAlias = dict[str, dict[Offset, Line]]  # by the array that is read
NOTHING: Line = (Fraction(0), Fraction(0))


def plus(a: Line, b: Line, factor: Fraction = Fraction(1)) -> Line:
    """a + factor b."""
    return a[0] + factor * b[0], a[1] + factor * b[1]


@dataclass(slots=True)
class Weights:
    """The stencils of an equation; `used` are the names whose values were needed."""

    document: Document
    parameter: str | None
    used: set[str]
    sources: bool = False

    def line(self, tree: Tree) -> Line:
        """An expression that is p + q r."""
        if isinstance(tree, str) and tree == self.parameter:
            return Fraction(0), Fraction(1)
        if isinstance(tree, str) or not self._holds(tree):
            return self.value(tree), Fraction(0)
        parts = [self.line(a) for a in tree[1:]]
        if tree[0] == "+":
            total = NOTHING
            for part in parts:
                total = plus(total, part)
            return total
        if tree[0] != "*":
            raise Rejected("a weight is no line in the parameter")
        product: Line = (Fraction(1), Fraction(0))
        for p, q in parts:
            if q and product[1]:
                raise Rejected("a weight is no line in the parameter")
            product = (product[0] * p, product[0] * q + product[1] * p)
        return product

    def _holds(self, tree: Tree) -> bool:
        if isinstance(tree, str):
            return tree == self.parameter
        return any(self._holds(a) for a in tree[1:])

    def value(self, tree: Tree) -> Fraction:
        """A number, by the values of the file; a parameter that may differ has none."""
        known: dict[str, Fraction] = {}
        for name, p in self.document.parameters.items():
            held = not (p["trainable"] or p["varies"] or p["declared"])
            if held and p["value"] is not None and name != self.parameter:
                known[name] = exact(p["value"], known)
        for axis in self.document.axes:
            known[axis["spacing"]] = exact(axis["value"], known)
        return exact(tree, known, self.used)

    def of(self, terms: list[dict[str, Any]]) -> Stencils:
        """The sum of terms."""
        total: Stencils = {}
        for term in terms:
            if not self.document.reads(term["node"]):
                self.sources = True
                continue
            self._into(total, self.node(term["node"]), self.line(term["coefficient"]))
        return total

    def node(self, k: int) -> Stencils:
        """What a grid expression reads."""
        node, found = self.document.nodes[k], Stencils()
        match node["is"]:
            case "read" if node["kind"] == "field":
                return {node["name"]: {(0,) * self.document.dim: (Fraction(1), Fraction(0))}}
            case "linear":
                for data, inner in node["terms"]:
                    stencil = self.document.stencil(data)
                    scale = self.line(stencil.scale)
                    for offset, weight in stencil.weights.items():
                        factor = plus(NOTHING, scale, weight)
                        self._into(found, self.node(inner), factor, offset)
                return found
            case "point":
                return self._point(node["expression"], node["operands"])
        raise Rejected("a term is no stencil")

    def _point(self, tree: Tree, operands: list[int]) -> Stencils:
        found = Stencils()
        if isinstance(tree, str) and tree.startswith("$"):
            return self.node(operands[int(tree[1:])])
        if tree[0] == "+":
            for part in tree[1:]:
                self._into(found, self._point(part, operands), (Fraction(1), Fraction(0)))
            return found
        own = [a for a in tree[1:] if any(n.startswith("$") for n in _leaves(a))]
        if isinstance(tree, str) or tree[0] != "*" or len(own) != 1:
            raise Rejected("a term is no stencil")
        others = [a for a in tree[1:] if a is not own[0]]
        self._into(found, self._point(own[0], operands), self.line(["*", "1", *others]))
        return found

    @staticmethod
    def _into(total: Stencils, more: Stencils, factor: Line, shift: Offset | None = None) -> None:
        for name, stencil in more.items():
            here = total.setdefault(name, {})
            for offset, (p, q) in stencil.items():
                at = offset if shift is None else tuple(
                    a + b for a, b in zip(offset, shift, strict=True))  # fmt: skip
                if q and factor[1]:
                    raise Rejected("a weight is no line in the parameter")
                weight = (factor[0] * p, factor[0] * q + factor[1] * p)
                here[at] = plus(here.get(at, NOTHING), weight)


def _leaves(tree: Tree) -> set[str]:
    return {tree} if isinstance(tree, str) else set[str]().union(*map(_leaves, tree[1:]))
