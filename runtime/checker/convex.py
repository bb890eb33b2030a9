"""Kind "convex": every new value is a combination of old ones with weights >= 0 and sum <= 1.

One Euler step is u_i + tau (sum_j w_ij u_j - d_i u_i). The weights of stencils add up offset by
offset; faces that share a weight g form one matrix g sum_a K_a^T K_a on their points, whose entries
off the diagonal must be <= 0. Ghosts of odd walls take their weight from the point.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from . import walls
from .atoms import Atom, equations, parts
from .document import Document, Offset, parameter_names
from .forms import ONE, Sum, laurent, nonnegative, plus, scaled, times
from .laws import bounded, is_law
from .methods import tableau
from .places import adjoint, joined, of_unknown
from .ranges import Rejected
from .walls import vanishes
from .weights import Weights
from .words import Claimed, fractions

NORMS = {"l2_stable": "l2, weighted by cell volumes", "max_principle": "maximum norm"}


class Rows:
    """The weights of one equation's rows per unit of tau, rebuilt from the scheme."""

    def __init__(self, document: Document, rate: dict[str, Any], atoms: list[Atom],
                 proof: dict[str, Any]) -> None:  # fmt: skip
        self.document, self.name = document, rate["unknown"]
        if proof["unknown"] != self.name:
            raise Rejected("the proof speaks of another unknown")
        self.unknown = document.home(self.name)
        self.weights = Weights(document, list(proof["weights"]))
        self.names: set[str] = set()
        self.sources = any(a.kind == "source" for a in atoms)
        self.constant = all(a.kind != "flux" for a in atoms)
        self.near: dict[Offset, Sum] = {}
        self.loss: Sum = {}
        self.balance: Sum = {}
        self.pairs: set[int] = set()
        self._stencils([a for a in atoms if a.kind != "source"])
        for atom in atoms:
            if atom.kind == "flux":
                self._flux(atom)
        self.weights.finished()
        for axis in range(document.dim):
            self._walls(axis)
        self.loss = {m: c for m, c in self.loss.items() if c > 0}
        if not self.loss:
            raise Rejected("there is no operator in this part")

    def _stencils(self, atoms: list[Atom]) -> None:
        total: dict[Offset, Sum] = {}
        for atom in atoms:
            if atom.field != self.name or atom.kind not in {"stencil", "flux"}:
                raise Rejected("a term is no combination of the unknown's own values")
            self.names |= parameter_names(atom.coefficient, self.document)
            if atom.kind == "stencil":
                scale = ["*", atom.coefficient, atom.stencil.scale]
                unit = laurent(scale, self.document.signs)
                for offset, w in atom.stencil.weights.items():
                    total[offset] = plus(total.get(offset, {}), scaled(unit, w))
        for offset, weight in total.items():
            self.balance = plus(self.balance, weight)
            if not any(offset):
                self.loss = plus(self.loss, scaled(weight, Fraction(-1)))
            elif nonnegative(weight):
                self.near[offset] = weight
            else:
                raise Rejected("a weight may be negative")

    def _flux(self, atom: Atom) -> None:
        signs = self.document.signs
        if not nonnegative(laurent(atom.coefficient, signs)):
            raise Rejected("the coefficient of a flux may be negative")
        groups: dict[Any, list[dict[str, Any]]] = {}
        flux = self.document.nodes[atom.node]
        for face in flux["faces"]:
            where = tuple(self.document.nodes[face["slope"]]["location"])
            groups.setdefault((face["weight"], where), []).append(face)
        for (weight, _), faces in groups.items():
            high, size = Fraction(1), ONE
            if weight is not None and self.weights.entries and is_law(self.weights.entries[0]):
                high, size, _ = bounded(self.weights, flux, faces[0], "sector")
            elif weight is not None:
                window = of_unknown(self.unknown)
                stencils = [self.document.stencil(f["difference"]) for f in faces]
                high = self.weights.next_bound(
                    weight, joined([adjoint(window, s) for s in stencils])
                )
            matrix: dict[tuple[Offset, Offset], Sum] = {}
            for face in faces:
                difference = self.document.stencil(face["difference"])
                if sum(difference.weights.values()) != 0:
                    raise Rejected("a slope does not vanish on constants")
                square = ["*", atom.coefficient, ["^", difference.scale, "2"]]
                unit = times(laurent(square, signs), size)
                for o, v in difference.weights.items():
                    for p, w in difference.weights.items():
                        matrix[o, p] = plus(matrix.get((o, p), {}), scaled(unit, v * w))
            for (o, p), entry in matrix.items():
                if o == p:
                    self.loss = plus(self.loss, scaled(entry, high))
                    continue
                if not nonnegative(scaled(entry, Fraction(-1))):
                    raise Rejected("a weight between two points of a flux may be negative")
                offset = tuple(b - a for a, b in zip(o, p, strict=True))
                self.near[offset] = plus(self.near.get(offset, {}), scaled(entry, -high))

    def _walls(self, axis: int) -> None:
        taken = [self._taken(axis, end) for end in (0, 1)]
        if taken[0] and taken[0] == taken[1] and self.document.axes[axis]["count"] != 1:
            self.pairs.add(axis)
            taken.pop()
        for weight in taken:
            self.loss = plus(self.loss, weight)

    def _taken(self, axis: int, end: int) -> Sum:
        """What the ghosts of one wall take from the weight at the point beside it."""
        edge = self.unknown["edges"][axis][end]
        outside = {
            o: w for o, w in self.near.items() if w and (o[axis] > 0 if end else o[axis] < 0)
        }
        if not outside or edge["rule"] in {"periodic", "zero"}:
            return {}
        if edge["rule"] != "wall":
            raise Rejected("values are read where nothing is said about them")
        if vanishes(edge["value"]) and not vanishes(edge["slope"]):
            return {}
        if any(sum(abs(k) for k in o) != 1 for o in outside):
            raise Rejected("a stencil reaches beyond the first ghost of a wall")
        if edge["mirror"] == -1 and vanishes(edge["slope"]) and not vanishes(edge["value"]):
            return {}
        product = laurent(["*", edge["value"], edge["slope"]], self.document.signs)
        if edge["mirror"] != 0 or not nonnegative(product):
            raise Rejected("ghosts of a wall are no combination of values")
        total: Sum = {}
        for weight in outside.values():
            total = plus(total, weight)
        return total

    def columns(self) -> None:
        """Columns sum to at most 1 as well."""
        if not self.constant:
            raise Rejected("weights by the state say nothing about columns")
        for axis, pair in enumerate(self.unknown["edges"]):
            for end, edge in enumerate(pair):
                read = any(o[axis] > 0 if end else o[axis] < 0 for o in self.near)
                if edge["rule"] == "wall" and read and not vanishes(edge["slope"]):
                    raise Rejected("a wall adds to the columns beside it")

    def statement(self, claim: str) -> str:
        """The claim in symbols."""
        u = self.name
        edges = [e for pair in self.unknown["edges"] for e in pair]
        if claim == "l2_stable":
            return f"||{u}[k+1]|| <= ||{u}[k]||"
        if claim == "positivity":
            return f"{u}[k+1] >= 0 where {u}[k] >= 0 and wall values are"
        values = [f"{u}[k]"]
        if any(e["rule"] == "wall" and not vanishes(e["value"]) for e in edges):
            values.append("wall values")
        if self.balance or any(e["rule"] == "zero" for e in edges):
            values.append("0")
        text = ", ".join(values)
        return f"min({text}) <= {u}[k+1] <= max({text})"

    def hypotheses(self) -> set[str]:
        """What the proof rests on."""
        texts = self.weights.hypotheses(self.names)
        edges = [e for pair in self.unknown["edges"] for e in pair]
        inflow = any(
            e["rule"] == "wall" and not e["homogeneous"] and vanishes(e["value"]) for e in edges
        )
        return texts | ({"sources and inflow are left out"} if self.sources or inflow else set())


def check(document: Document, claimed: Claimed) -> None:
    """The certificate states exactly what is shown."""
    claim = str(claimed.proof["claim"])
    if claim not in {"max_principle", "positivity", "l2_stable"}:
        raise Rejected("convex combinations do not show this claim")
    rates, proofs = equations(document, claimed.part), claimed.proof["equations"]
    if len(rates) != len(proofs) or any(r["order"] != 1 for r in rates):
        raise Rejected("the proof speaks of other equations")
    found = [
        Rows(document, r, parts(document, r, claimed.part), p)
        for r, p in zip(rates, proofs, strict=True)
    ]
    (r,) = fractions(claimed.proof["method"], "beta")
    if r <= 0 or not tableau(document).convex_at(r):
        raise Rejected("the method is no such combination of Euler steps")
    for rows in found:
        if claim != "positivity" and not nonnegative(scaled(rows.balance, Fraction(-1))):
            raise Rejected("weights may sum to more than 1")
        if claim == "l2_stable":
            rows.columns()
    named = [(rows.name, walls.domain(document, rows.unknown)) for rows in found]
    least = dict.fromkeys(set[int]().union(*(rows.pairs for rows in found)), 2)
    for axis in set[int]().union(*(rows.weights.beyond for rows in found)):
        least[axis] = max(document.axes[axis]["count"], least.get(axis, 0))
    claimed.says(
        claim=claim,
        statement=" and ".join(rows.statement(claim) for rows in found),
        norm=NORMS.get(claim, "componentwise"),
        domain=walls.grids(document, named, least),
        hypotheses=set[str]().union(*(rows.hypotheses() for rows in found)),
    )
    claimed.bounds("loss <= ", [(rows.name, rows.loss) for rows in found])
    claimed.limits([(rows.loss, r) for rows in found], squared=False, strict=False)
