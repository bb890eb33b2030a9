"""`monotone`: u - tau A(u) with A = sum_j K_j^T Phi_j(K_j u) + S, 0 <= Phi_j' <= L_j, S >= 0.

Statement: ||F(u) - F(v)|| <= ||u - v|| for tau rho <= 2r: A(u) - A(v) = A_d (u - v) with a
symmetric A_d between 0 and rho, the bound of `block` with slopes in place of weights; compositions
and convex combinations of such steps keep it, a polynomial of A does for linear A only. Sources and
wall values cancel. Sources: Meunier, Delattre, Araujo, Allauzen 2022; Baillon, Haddad 1977.
"""

from __future__ import annotations

import sympy

from ..scheme import Scheme
from .allowance import Allowance, allowance
from .atoms import equations
from .base import Bounded, Proved, Question, Theorem, Unprovable
from .dissipative import NORM, SOURCES, hypotheses, in_words
from .energy import Energy, energies
from .forms import Signs, signs, text
from .laws import SLOPE
from .walls import edges_everywhere, mirrors_everywhere

NOT_KEPT = (
    "is no convex combination of Euler steps, and a step that is none may move two states apart;"
    " explicit_euler, heun and ssprk3 are"
)


def _prove(question: Question) -> Proved:
    scheme = question.scheme
    marks = signs(scheme)
    if any(r.order != 1 for r in equations(scheme, question.part)):
        raise Unprovable("an equation is not of first order in time")
    found = energies(scheme, question.part, marks, laws=SLOPE)
    for e in found:
        _walls(scheme, e, marks)
    allowed = allowance(scheme, found, marks)
    _kept(scheme, found, allowed)
    beta = sympy.Rational(allowed.beta.numerator, allowed.beta.denominator)
    return Proved(
        kind="monotone",
        statement=" and ".join(statement(str(e.unknown.symbol.name)) for e in found)
        + (" at cycle ends" if allowed.cycle else ""),
        norm=NORM,
        domain=in_words(scheme, found),
        hypotheses=tuple(t for t in hypotheses(scheme, found, marks) if t != SOURCES),
        bound="; ".join(
            f"||A|| <= {text(marks.back(e.rho))} for {e.unknown.symbol.name}" for e in found
        ),
        proof={"equations": [e.proof for e in found], "method": allowed.rule},
        bounds=tuple(
            Bounded(form=sympy.factor(marks.back(beta / e.rho)), attained=True) for e in found
        ),
        sharp=all(p.sharp for e in found for p in e.groups.values()),
    )


def statement(name: str) -> str:
    """What is shown of one unknown."""
    return (
        f"||{name}[k+1] - {name}'[k+1]|| <= ||{name}[k] - {name}'[k]||"
        f" for any two states {name}, {name}'"
    )


def _kept(scheme: Scheme, found: list[Energy], allowed: Allowance) -> None:
    """The rule of the method is one for differences of two states."""
    by = allowed.rule["by"] if isinstance(allowed.rule, dict) else ""
    if by == "euler" or (by in {"polynomial", "cycle"} and all(e.linear for e in found)):
        return
    assert scheme.step is not None
    raise Unprovable(f"{scheme.step.method} {NOT_KEPT}")


def _walls(scheme: Scheme, e: Energy, marks: Signs) -> None:
    """Two states share a wall's values: they leave a sum over edges, or where they are 0 a mirror.

    Slopes of several axes act together where walls mirror, or where none flows across.
    """
    edges = [edge for pair in e.unknown.edges for edge in pair if edge.rule == "wall"]
    given = any(edge.right != 0 for edge in edges)
    if e.linear or not edges:
        return
    if e.gradient:
        still = all(edge.value == 0 for edge in edges) and not given
        mirrors = not given and mirrors_everywhere(scheme, e.unknown, e.active)
        if not (still or mirrors):
            raise Unprovable("slopes of several axes act together at a wall that is not reflecting")
    elif given and not edges_everywhere(scheme, e.unknown, e.active, marks):
        raise Unprovable("a wall has a value, and the operator is no sum of edges")


THEOREM = Theorem(name="monotone", claims=("nonexpansive",), prove=_prove)
