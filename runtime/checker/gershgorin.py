"""Kind "gershgorin": rows of a symmetric matrix A, walls included, whose discs lie in [0, rho].

Neighbour stencils with constant weights: off the diagonal -A is >= 0, its rows sum to 0 at most. A
wall leaves the sum of moduli of an inner row or less, but for Robin ends of nodes with a b >= 0:
their ghost u_1 - 2 h (a/b) u_0 adds 2 h (a/b) w to the diagonal. Symmetric in cell volumes.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from . import walls
from .atoms import equations, parts
from .dissipative import NORM, SOURCES
from .document import Document, Offset, parameter_names
from .forms import Sum, laurent, nonnegative, plus, scaled, times
from .methods import real_interval_holds, tableau
from .ranges import Rejected
from .trees import names
from .walls import neighbours_only, vanishes
from .words import Claimed, fractions


class Rows:
    """The bound rho of one equation's operator."""

    def __init__(self, document: Document, rate: dict[str, Any], part: str | None) -> None:
        self.document, self.name = document, rate["unknown"]
        self.unknown = document.home(self.name)
        self.names: set[str] = set()
        self.pairs: set[int] = set()
        if any(self.unknown["extra"]) or any(self.unknown["location"]):
            raise Rejected("an unknown lies on faces")
        listed = parts(document, rate, part)
        edges = [e for pair in self.unknown["edges"] for e in pair]
        self.sources = any(a.kind == "source" for a in listed) or not all(
            e["homogeneous"] for e in edges
        )
        weights: dict[Offset, Sum] = {}
        for atom in listed:
            if atom.kind == "source":
                continue
            if atom.kind != "stencil" or atom.field != self.name:
                raise Rejected("a term is no stencil of its own unknown")
            if not neighbours_only(atom.stencil):
                raise Rejected("a stencil reaches beyond neighbours")
            self.names |= parameter_names(atom.coefficient, document)
            unit = laurent(["*", atom.coefficient, atom.stencil.scale], document.signs)
            for offset, w in atom.stencil.weights.items():
                weights[offset] = plus(weights.get(offset, {}), scaled(unit, w))
        self.rho = self._bounded(weights)

    def _bounded(self, weights: dict[Offset, Sum]) -> Sum:
        centre = weights.pop((0,) * self.document.dim, {})
        total: Sum = {}
        for line in weights.values():
            if not nonnegative(line):
                raise Rejected("an entry off the diagonal has the wrong sign")
            total = plus(total, line)
        if not nonnegative(scaled(plus(centre, total), Fraction(-1))):
            raise Rejected("a diagonal does not dominate its row")
        rho = plus(total, scaled(centre, Fraction(-1)))
        for axis, pair in enumerate(self.unknown["edges"]):
            for end, edge in enumerate(pair):
                unit = tuple((2 * end - 1) * int(a == axis) for a in range(self.document.dim))
                if weights.get(unit) and self._adds(edge):
                    h = self.document.axes[axis]["spacing"]
                    share = ["*", "2", h, edge["value"], ["^", edge["slope"], "-1"]]
                    more = times(weights[unit], laurent(share, self.document.signs))
                    if not nonnegative(more):
                        raise Rejected("a wall takes from its row")
                    rho = plus(rho, more)
                    self.pairs.add(axis)
                    self.names |= names(share) & self.document.parameters.keys()
        if not rho:
            raise Rejected("there is no operator")
        return rho

    def _adds(self, edge: dict[str, Any]) -> bool:
        """Whether a wall adds to its row; Rejected where its ghosts are other sums."""
        if edge["rule"] in {"periodic", "zero"}:
            return False
        still = vanishes(edge["slope"])
        if edge["rule"] != "wall" or (vanishes(edge["value"]) and still):
            raise Rejected("values are read where nothing is said about them")
        if still or vanishes(edge["value"]):
            if edge["mirror"] == (1 if still else -1):
                raise Rejected("a wall has no such ghosts")
            return False
        product = laurent(["*", edge["value"], edge["slope"]], self.document.signs)
        if edge["mirror"] == -1 or not nonnegative(product):
            raise Rejected("a wall may feed the norm")
        return bool(edge["mirror"] == 1)


def check(document: Document, claimed: Claimed) -> None:
    """The certificate states exactly what is shown."""
    rates = equations(document, claimed.part)
    if [r["unknown"] for r in rates] != claimed.proof["equations"]:
        raise Rejected("the proof speaks of other equations")
    if claimed.proof["claim"] != "l2_stable" or any(r["order"] != 1 for r in rates):
        raise Rejected("the theorem does not show this claim")
    found = [Rows(document, r, claimed.part) for r in rates]
    (beta,) = fractions(claimed.proof["method"], "beta")
    if beta <= 0 or not real_interval_holds(tableau(document).polynomial(), beta):
        raise Rejected("the stability polynomial leaves [-1, 1]")
    used = set[str]().union(*(r.names for r in found))
    texts = {document.texts[n] for n in used}
    assert document.step is not None
    cycle = " at cycle ends" if document.step["inner"] > 1 else ""
    claimed.says(
        claim="l2_stable",
        statement=" and ".join(f"||{r.name}[k+1]|| <= ||{r.name}[k]||" for r in found) + cycle,
        norm=NORM,
        domain=walls.grids(
            document,
            [(r.name, walls.domain(document, r.unknown)) for r in found],
            dict.fromkeys(set[int]().union(*(r.pairs for r in found)), 2),
        ),
        hypotheses=texts | ({SOURCES} if any(r.sources for r in found) else set()),
    )
    claimed.bounds("||A|| <= ", [(r.name, r.rho) for r in found])
    claimed.limits([(r.rho, beta) for r in found], squared=False, strict=False)
