"""Two groups of unknowns each driven by the other: a' = B b, b' = C a with B = -lambda C^T.

With one unknown p in a group lambda may differ from q to q, and A = -sum_q B_pq C_qp. With three
unknowns in each group C must be antisymmetric about its middle, a curl: then |C v|^2 <= |k|^2 |v|^2
(Lagrange's identity), and lambda |k|^2 is half the trace of -B C.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from . import walls
from .atoms import Atom, parts
from .dissipative import Operator
from .document import Document, Stencil, parameter_names
from .forms import Sum, laurent, plus, positive, scaled, times
from .ranges import Rejected
from .trees import Tree
from .walls import Wall, parity
from .words import Claimed

Ratio = tuple[Sum, Sum]


def coupled(document: Document, claimed: Claimed, rates: list[dict[str, Any]]) -> list[Operator]:
    """The operator A of the pair, on the first unknown of the smaller group."""
    first, second = (list(g) for g in claimed.proof["groups"])
    if sorted(first + second) != sorted(r["unknown"] for r in rates) or set(first) & set(second):
        raise Rejected("the groups are not all unknowns")
    small, large = (first, second) if len(first) == 1 else (second, first)
    own = _driven(document, claimed, rates, (small, large))
    curl = len(small) > 1
    missing = _curl(document, own, small, large) if curl else set()
    composed: list[Atom] = []
    ratios: list[Ratio] = []
    for p in small:
        for q in large:
            back = [a for a in own[p] if a.field == q]
            forth = [a for a in own[q] if a.field == p]
            if (p, q) in missing and not back:
                continue
            ratios.append(_adjoint(document, back, forth))
            _mirrors(document, p, q, forth)
            composed += [_composed(b, c, small[0], curl=curl) for b in back for c in forth]
    if curl and not _equal(ratios):
        raise Rejected("the two curls are not adjoint with one constant")
    proofs = claimed.proof["equations"]
    if len(proofs) != 1:
        raise Rejected("the proof speaks of other equations")
    sources = [a for atoms in own.values() for a in atoms if a.kind == "source"]
    found = Operator(document, small[0], composed + sources, proofs[0])
    for atoms in own.values():
        for atom in atoms:
            if atom.kind != "source":
                found.names |= parameter_names(atom.coefficient, document)
    return [found]


def _driven(
    document: Document,
    claimed: Claimed,
    rates: list[dict[str, Any]],
    groups: tuple[list[str], list[str]],
) -> dict[str, list[Atom]]:
    """The atoms of every equation, each of a field of the other group."""
    small, large = groups
    if any(r["order"] != 1 for r in rates) or not small or not large:
        raise Rejected("the equations are not those of two groups")
    own = {r["unknown"]: parts(document, r, claimed.part) for r in rates}
    for name, atoms in own.items():
        other = large if name in small else small
        for atom in atoms:
            if atom.kind != "source" and (atom.kind != "stencil" or atom.field not in other):
                raise Rejected("a group is not driven by the other alone")
    return own


def _composed(b: Atom, c: Atom, field: str, *, curl: bool) -> Atom:
    """A part of B C; of a curl it counts half."""
    half = "1/2" if curl else "1"
    coefficient = ["*", half, b.coefficient, c.coefficient]
    return Atom("stencil", coefficient, b.stencil.after(c.stencil), 0, field)


# ---- adjoint


def _adjoint(document: Document, back: list[Atom], forth: list[Atom]) -> Ratio:
    """The lambda > 0 of B = -lambda C^T, one for all stencils of a pair."""
    rest = list(forth)
    ratios: list[Ratio] = []
    for b in back:
        for c in rest:
            factor = _multiple(b.stencil, c.stencil.adjoint())
            if factor is not None:
                break
        else:
            raise Rejected("the couplings of the groups are not adjoint")
        rest.remove(c)
        top = scaled(laurent(_scale(b), document.signs), -factor)
        ratios.append((top, laurent(_scale(c), document.signs)))
    if rest or not ratios or not _equal(ratios):
        raise Rejected("the couplings of the groups are not adjoint with one constant")
    top, bottom = ratios[0]
    if positive(scaled(bottom, Fraction(-1))):
        top, bottom = scaled(top, Fraction(-1)), scaled(bottom, Fraction(-1))
    if not positive(top) or not positive(bottom):
        raise Rejected("the couplings of the groups are not of opposite sign")
    return top, bottom


def _equal(ratios: list[Ratio]) -> bool:
    """All quotients are one."""
    top, bottom = ratios[0]
    return not any(
        plus(times(top, under), scaled(times(other, bottom), Fraction(-1)))
        for other, under in ratios[1:]
    )


def _scale(atom: Atom) -> Tree:
    return ["*", atom.coefficient, atom.stencil.scale]


def _multiple(a: Stencil, b: Stencil) -> Fraction | None:
    """The f with weights of a = f * weights of b."""
    if a.shift != b.shift or a.weights.keys() != b.weights.keys() or not a.weights:
        return None
    factors = {w / b.weights[o] for o, w in a.weights.items()}
    return factors.pop() if len(factors) == 1 else None


# ---- curls


def _curl(
    document: Document, own: dict[str, list[Atom]], small: list[str], large: list[str]
) -> set[tuple[str, str]]:
    """The pairs that a curl leaves out; C_qp = -C_pq about the middles in their order."""
    if len(small) != 3 or len(large) != 3:
        raise Rejected("neither group has a single unknown, and there is no curl")
    links = {(p, q): [a for a in own[q] if a.field == p] for p in small for q in large}
    without = {p: [q for q in large if not links[p, q]] for p in small}
    if any(len(qs) != 1 for qs in without.values()):
        raise Rejected("the coupling of the groups is no curl")
    order = {p: qs[0] for p, qs in without.items()}
    if len(set(order.values())) != len(small):
        raise Rejected("the coupling of the groups is no curl")
    for p in small:
        for r in small:
            if p != r and not _opposite(document, links[p, order[r]], links[r, order[p]]):
                raise Rejected("the coupling of the groups is no curl")
    return set(order.items())


def _opposite(document: Document, one: list[Atom], other: list[Atom]) -> bool:
    """A single stencil each, the same about its middle but for the sign."""
    if len(one) != 1 or len(other) != 1:
        return False
    total: dict[tuple[int, ...], Sum] = {}
    for atom in (one[0], other[0]):
        unit = laurent(_scale(atom), document.signs)
        for offset, weight in atom.stencil.weights.items():
            at = tuple(2 * o + s for o, s in zip(offset, atom.stencil.shift, strict=True))
            total[at] = plus(total.get(at, {}), scaled(unit, weight))
    return not any(total.values())


# ---- walls


def _mirrors(document: Document, p: str, q: str, forth: list[Atom]) -> None:
    """At every wall the images of p are mapped to those of q."""
    own, other = document.home(p), document.home(q)
    for axis, end in walls.sides(own):
        edge = other["edges"][axis][end]
        if edge["rule"] != "wall":
            raise Rejected("the groups have different walls")
        wall = Wall(document, axis, end, walls.place(own, axis, end))
        if walls.place(other, axis, end) != wall.place:
            raise Rejected("the walls of the groups lie in different places")
        for atom in forth:
            image = wall.along(atom.stencil) * parity(own["edges"][axis][end])
            if not image or image != parity(edge):
                raise Rejected("an unknown does not mirror as its equation does")
