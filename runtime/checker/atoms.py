"""The terms of an equation taken apart: stencils of a field, fluxes with weights, the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .document import Document, Stencil, identity
from .ranges import Rejected
from .trees import Tree


@dataclass(frozen=True, slots=True)
class Atom:
    """coefficient * S f. kind "stencil": f is a field; "flux": S is the identity and f a flux;
    "source": f reads no field; "other": anything else. `node` is the number of f.
    """

    kind: str
    coefficient: Tree
    stencil: Stencil
    node: int
    field: str = ""


def parts(document: Document, rate: dict[str, Any], part: str | None) -> list[Atom]:
    """The atoms of the terms of one equation that a claim speaks of."""
    found: list[Atom] = []
    for term in chosen(document, rate, part):
        whole = identity(document.dim)
        found += _apart(document, term["coefficient"], whole, term["node"])
    return found


def equations(document: Document, part: str | None) -> list[dict[str, Any]]:
    """The equations that a claim speaks of: that of an unknown `of u`, else all."""
    own = [r for r in document.rates if part is not None and part in _names(document, r)]
    return own or document.rates


def _names(document: Document, rate: dict[str, Any]) -> set[str]:
    unknown = document.unknowns.get(rate["unknown"])
    return {rate["unknown"]} | ({unknown["field"]} if unknown else set())


def chosen(document: Document, rate: dict[str, Any], part: str | None) -> list[dict[str, Any]]:
    """The terms `of PART`; a learned function of a derivative is no derivative."""
    terms: list[dict[str, Any]] = rate["terms"]
    fields = set[str]().union(*(_names(document, r) for r in document.rates))
    if part is None or part in fields:
        return terms
    return [
        t for t in terms
        if part in t["words"] and document.nodes[t["node"]]["is"] != "network"
    ]  # fmt: skip


def _apart(document: Document, coefficient: Tree, outer: Stencil, number: int) -> Iterator[Atom]:
    node = document.nodes[number]
    if not document.reads(number):
        yield Atom("source", coefficient, outer, number)
    elif node["is"] == "read":
        yield Atom("stencil", coefficient, outer, number, node["name"])
    elif node["is"] == "linear":
        for data, inner in node["terms"]:
            yield from _apart(document, coefficient, outer.after(document.stencil(data)), inner)
    elif node["is"] == "point" and (summands := _affine(document, node)) is not None:
        for factor, inner in summands:
            yield from _apart(document, ["*", coefficient, factor], outer, inner)
    elif (
        node["is"] == "flux"
        and outer.weights == identity(document.dim).weights
        and (field := diffused(document, node))
    ):
        yield Atom("flux", coefficient, outer, number, field)
    else:
        yield Atom("other", coefficient, outer, number)


def _affine(document: Document, node: dict[str, Any]) -> list[tuple[Tree, int]] | None:
    """(factor, operand) of a formula that is a sum of parameters times one operand each."""
    found: list[tuple[Tree, int]] = []
    for summand in _summands(node["expression"]):
        factors = summand[1:] if isinstance(summand, list) and summand[0] == "*" else [summand]
        own = [f for f in factors if _operands_in(f)]
        reading = [
            f for f in own
            if any(document.reads(node["operands"][k]) for k in _operands_in(f))
        ]  # fmt: skip
        if not reading:
            continue
        if len(own) != 1 or not isinstance(own[0], str):
            return None
        rest = [f for f in factors if f is not own[0]]
        found.append((["*", "1", *rest], node["operands"][int(own[0][1:])]))
    return found


def _summands(tree: Tree) -> list[Tree]:
    """The summands of a formula, products of a sum with other factors multiplied out."""
    if isinstance(tree, str):
        return [tree]
    if tree[0] == "+":
        return [s for a in tree[1:] for s in _summands(a)]
    if tree[0] == "*":
        sums = [k for k, a in enumerate(tree) if isinstance(a, list) and a[0] == "+"]
        if sums:
            k = sums[0]
            rest = [*tree[1:k], *tree[k + 1 :]]
            return [s for a in tree[k][1:] for s in _summands(_product([*rest, a]))]
    return [tree]


def _product(factors: list[Tree]) -> Tree:
    flat: list[Tree] = []
    for f in factors:
        flat += f[1:] if isinstance(f, list) and f[0] == "*" else [f]
    return ["*", *flat]


def _operands_in(tree: Tree) -> set[int]:
    if isinstance(tree, str):
        return {int(tree[1:])} if tree.startswith("$") else set()
    return set().union(*(_operands_in(a) for a in tree[1:]))


def diffused(document: Document, node: dict[str, Any]) -> str:
    """The v of -K^T G K v when each slope is its face's own difference of v, else ''."""
    operand = document.nodes[node["operand"]]
    if operand["is"] != "read" or operand["kind"] != "field":
        return ""
    for face in node["faces"]:
        slope = document.nodes[face["slope"]]
        if slope["is"] != "linear" or slope["terms"] != [[face["difference"], node["operand"]]]:
            return ""
        if face["weight"] is None:
            if face["flux"] != face["slope"]:
                return ""
            continue
        if not is_product(document, face):
            return ""
    return str(operand["name"])


def is_product(document: Document, face: dict[str, Any]) -> bool:
    """The flux of a face is weight * slope, as its formula says."""
    flux = document.nodes[face["flux"]]
    if flux["is"] != "point" or flux["expression"] not in (["*", "$0", "$1"], ["*", "$1", "$0"]):
        return False
    return set(flux["operands"]) == {face["weight"], face["slope"]} and len(flux["operands"]) == 2


def refuse_empty(atoms: list[Atom]) -> list[Atom]:
    """The atoms that read fields; there must be one."""
    active = [a for a in atoms if a.kind != "source"]
    if not active:
        raise Rejected("there is no operator in this part")
    return active
