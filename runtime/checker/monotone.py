"""Kind "monotone": ||F(u) - F(v)|| <= ||u - v||, A(u) - A(v) = A_d (u - v) with 0 <= A_d <= rho."""

from __future__ import annotations

from . import walls
from .atoms import equations, parts
from .dissipative import NORM, SOURCES, Operator, allowed, grids, hypotheses
from .document import Document
from .ranges import Rejected
from .words import Claimed


def check(document: Document, claimed: Claimed) -> None:
    """The certificate states exactly what is shown."""
    rates = equations(document, claimed.part)
    proofs = claimed.proof["equations"]
    if len(proofs) != len(rates):
        raise Rejected("the proof speaks of other equations")
    found = [
        Operator(document, r["unknown"], parts(document, r, claimed.part), p, laws="slope")
        for r, p in zip(rates, proofs, strict=True)
    ]
    if any(r["order"] != 1 for r in rates):
        raise Rejected("an equation is not of first order in time")
    for operator in found:
        _walls(document, operator)
    assert document.step is not None
    names = [o.name for o in found]
    claimed.says(
        claim="nonexpansive",
        statement=" and ".join(map(statement, names))
        + (" at cycle ends" if document.step["inner"] > 1 else ""),
        norm=NORM,
        domain=grids(document, found),
        hypotheses=hypotheses(document, found) - {SOURCES},
    )
    claimed.bounds("||A|| <= ", [(o.name, o.rho) for o in found])
    rule = claimed.proof["method"]["by"]
    linear = all(o.weights.linear for o in found)
    if not (rule == "euler" or (rule in {"polynomial", "cycle"} and linear)):
        raise Rejected("the method is not shown to keep two states together")
    beta = allowed(document, claimed, found)
    claimed.limits([(o.rho, beta) for o in found], squared=False, strict=False)


def statement(name: str) -> str:
    """What is shown of one unknown."""
    return (
        f"||{name}[k+1] - {name}'[k+1]|| <= ||{name}[k] - {name}'[k]||"
        f" for any two states {name}, {name}'"
    )


def _walls(document: Document, operator: Operator) -> None:
    """Two states share a wall's values: they leave a sum over edges, or where they are 0 a mirror.

    Slopes of several axes act together where walls mirror, or where none flows across.
    """
    unknown, active = operator.unknown, operator.active
    edges = [e for pair in unknown["edges"] for e in pair if e["rule"] == "wall"]
    given = not all(e["homogeneous"] for e in edges)
    if operator.weights.linear or not edges:
        return
    if operator.gradient:
        still = not given and all(walls.vanishes(e["value"]) for e in edges)
        mirrors = not given and walls.mirrors_everywhere(document, unknown, active)
        if not (still or mirrors):
            raise Rejected("slopes of several axes act together at such a wall")
    elif given and not walls.edges_everywhere(document, unknown, active):
        raise Rejected("a wall has a value, and the operator is no sum of edges")
