"""Kind "telescoping": a weighted sum of fields does not change, since every term sums to 0."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

from . import walls
from .atoms import Atom, parts
from .document import Document
from .forms import ONE, Quotient, Sum, laurent, plus, quotient, scaled, times
from .methods import stages, tableau
from .ranges import Rejected
from .trees import Tree, parsed, rational
from .walls import EVEN, Wall, is_edge, parity
from .words import Claimed

Left = dict[str, Sum]


def check(document: Document, claimed: Claimed) -> None:
    """The certificate states exactly what is shown."""
    factors = {n: Fraction(c) for n, c in claimed.proof["factors"].items()}
    value = _value_text(claimed, factors)
    left: Left = {}
    sources = False
    for name, factor in factors.items():
        rate = next((r for r in document.rates if r["unknown"] == name), None)
        if rate is None:
            raise Rejected(f"the scheme has no equation of {name!r}")
        if rate["order"] != 1:
            raise Rejected("an equation is not of first order in time")
        unknown = document.unknowns[name]
        sources = sources or not all(e["homogeneous"] for pair in unknown["edges"] for e in pair)
        for atom in parts(document, rate, claimed.part):
            sources = sources or atom.kind == "source"
            _take(document, atom, unknown, factor, left)
    if any(left.values()):
        raise Rejected("terms are left that do not cancel")
    if left:
        tableau(document)
    _keeps(document)
    named = [(n, walls.domain(document, document.unknowns[n])) for n in factors]
    text = "sources and wall values are left out: the difference of two solutions"
    claimed.says(
        claim=f"conserves integral({value})",
        statement=f"integral({value}) is the same after every step",
        norm="sum weighted by cell volumes",
        domain=walls.grids(document, named),
        hypotheses=({text} if sources else set()) | walls.held_faces(document),
    )
    if claimed.certificate["bound"] != "":
        raise Rejected("a bound is stated where there is none")
    claimed.no_limit()


def _value_text(claimed: Claimed, factors: dict[str, Fraction]) -> str:
    """The text inside integral(...), which must be the sum of the factors times the fields."""
    text = str(claimed.certificate["claim"]).split("integral(", 1)[1]
    value = text[: text.rindex(")")]
    signs = dict.fromkeys(factors, 1)
    top, bottom = quotient(parsed(value), signs)
    expected: Sum = {((n, 1),): c for n, c in factors.items()}
    if not factors or plus(top, scaled(times(expected, bottom), Fraction(-1))):
        raise Rejected("the certificate speaks of another quantity")
    return value


def _take(
    document: Document, atom: Atom, unknown: dict[str, Any], factor: Fraction, left: Left
) -> None:
    """Drop an atom that sums to 0, or keep it to be cancelled."""
    if atom.kind == "source":
        return
    if atom.kind == "flux":
        faces = document.nodes[atom.node]["faces"]
        differences = [document.stencil(f["difference"]) for f in faces]
        zero = all(sum(d.weights.values()) == 0 for d in differences)
    else:
        zero = sum(atom.stencil.weights.values()) == 0
    if zero:
        for axis, end in walls.sides(unknown):
            _closed(document, atom, unknown, axis, end)
        return
    scale = laurent(["*", atom.coefficient, atom.stencil.scale], document.signs)
    place = sorted([list(o), str(w)] for o, w in atom.stencil.weights.items())
    name = json.dumps([place, list(atom.stencil.shift), atom.node, atom.kind])
    left[name] = plus(left.get(name, {}), scaled(scale, factor))


def _closed(document: Document, atom: Atom, unknown: dict[str, Any], axis: int, end: int) -> None:
    """Nothing passes through one wall."""
    edge = unknown["edges"][axis][end]
    wall = Wall(document, axis, end, walls.place(unknown, axis, end))
    if not edge["homogeneous"] and _by_state(document, atom):
        raise Rejected("what comes in through a wall depends on the state")
    if atom.kind == "flux":
        faces = document.nodes[atom.node]["faces"]
        insulated = parity(edge) == EVEN and edge["mirror"] == 0 and not any(unknown["location"])
        if insulated and all(is_edge(document.stencil(f["difference"]), f["axis"]) for f in faces):
            return
        even = wall.of(atom.node) == EVEN
    else:
        even = wall.along(atom.stencil) * wall.of(atom.node) == EVEN
    if not even:
        raise Rejected("something may pass through a wall")


def _by_state(document: Document, atom: Atom) -> bool:
    """Not shown to be linear."""
    if atom.kind == "flux":
        weights = [f["weight"] for f in document.nodes[atom.node]["faces"]]
        return any(w is not None and document.reads(w) for w in weights)
    return atom.kind == "other"


# ---- the time method


def _keeps(document: Document) -> None:
    """With all slopes 0 the stages return what they were given."""
    step = document.step
    if step is None:
        raise Rejected("there is no time step")
    fields = [r["unknown"] for r in document.rates]
    state = dict.fromkeys(fields, 1)
    signs = {**document.signs, "tau": 1, "alpha": 1}
    _run(step["start"], state, signs)
    levels = {a["name"] for a in step["arrays"] if a["level"]} | set(fields)
    before = {n: v for n, v in state.items() if n in levels}
    _run(step["body"], state, signs)
    if any(state[n] != v for n, v in before.items()):
        raise Rejected("the time method does not keep sums")
    _run(step["finish"], state, signs)
    if any(state[f] != 1 for f in fields):
        raise Rejected("the time method does not keep sums")


def _run(listed: list[dict[str, Any]], state: dict[str, int], signs: dict[str, int]) -> None:
    for stage in stages(listed):
        fresh = {}
        for update in stage["updates"]:
            held = [tree for tree, name in update["combination"] if state[name]]
            fresh[update["target"]] = _zero_or_one(held, signs)
        state |= fresh
        before = dict(state)
        for target, source in stage["moves"]:
            state[target] = before[source]


def _zero_or_one(trees: list[Tree], signs: dict[str, int]) -> int:
    numbers = [rational(t) for t in trees]
    total: Quotient = ({}, ONE)
    for tree, value in zip(trees, numbers, strict=True):
        top, bottom = quotient(tree if value is None else str(value), signs)
        total = (plus(times(total[0], bottom), times(top, total[1])), times(total[1], bottom))
    if not total[0]:
        return 0
    if not plus(total[0], scaled(total[1], Fraction(-1))):
        return 1
    raise Rejected("the time method does not keep sums")
