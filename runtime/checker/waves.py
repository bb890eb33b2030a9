"""Kind "skew": dtt equations, pairs of groups and skew stencils, all by the norm of one operator A.

dtt(u) = -A u; a' = B b, b' = C a with A = -B C; u' = S u with S^T = -S and A = S^T S. The time
method allows tau^2 ||A|| up to a beta that is shown on its stages.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from . import walls
from .atoms import equations, parts
from .couplings import coupled
from .dissipative import Operator, hypotheses, same_every_step, squared
from .document import Document, Stencil, parameter_names
from .forms import Sum, laurent, plus, positive, scaled, times
from .polynomials import Bernstein
from .ranges import Rejected
from .wavesteps import allows, bounded_by_midpoint, group_word, one_step, second_order_word
from .words import Claimed, fractions

DRIFT = "a linear drift in the kernel of A is the equation's own"
NORMS = {
    "dtt": "energy of ((u[k+1] - u[k])/tau, sqrt(A) u)",
    "velocity": "energy of (dt(u), sqrt(A) u)",
    "pair": "l2, weighted by cell volumes and positive constants",
    "derivative": "l2, weighted by cell volumes",
}


def check(document: Document, claimed: Claimed) -> None:
    """The certificate states exactly what is shown."""
    form = str(claimed.proof["form"])
    rates = equations(document, claimed.part)
    if len(rates) != len(document.rates) and form == "pair":
        raise Rejected("a pair of groups needs all equations")
    found = FORMS[form](document, claimed, rates)
    for operator in found:
        if not (operator.weights.linear and operator.weights.steady):
            raise Rejected("the operator depends on fields or on the time")
    strict = _method(document, claimed, form, found)
    by = claimed.proof["method"]["by"]
    if (form, by) != ("derivative", "polynomial"):
        same_every_step(document, found)
    claimed.says(
        claim="l2_stable",
        statement=_statement(form, by),
        norm=NORMS[form],
        domain=_domain(document, rates, found),
        hypotheses=hypotheses(document, found),
    )
    claimed.bounds("||A|| <= ", [(o.name, o.rho) for o in found])
    (beta,) = fractions(claimed.proof["method"], "beta")
    claimed.limits([(o.rho, beta) for o in found], squared=True, strict=strict)


def _domain(document: Document, rates: list[dict[str, Any]], found: list[Operator]) -> str:
    named = [(r["unknown"], walls.domain(document, document.home(r["unknown"]))) for r in rates]
    beyond = set[int]().union(*(o.weights.beyond for o in found))
    return walls.grids(document, named, {a: document.axes[a]["count"] for a in beyond})


def _statement(form: str, by: str) -> str:
    if form in {"dtt", "velocity"}:
        grows = (
            "never grows" if by == "polynomial" else "stays bounded, uniformly in steps and points"
        )
        return f"the energy {grows}; {DRIFT}"
    if by == "polynomial":
        return "the norm of the state never grows"
    return "powers of the step stay bounded, uniformly in steps and points"


def _method(document: Document, claimed: Claimed, form: str, found: list[Operator]) -> bool:
    """The stages allow tau^2 ||A|| up to beta; returns whether the limit itself is excluded."""
    (beta,) = fractions(claimed.proof["method"], "beta")
    rule = (form, claimed.proof["method"]["by"])
    if beta <= 0:
        raise Rejected("the method allows no step")
    if rule == ("dtt", "shears"):
        for o in found:
            allows(second_order_word(document, o.name), beta)
    elif rule == ("pair", "shears"):
        first, second = claimed.proof["groups"]
        allows(group_word(document, first, second), beta)
    elif rule[1] == "polynomial" and form != "dtt":
        one_step(document, beta)
        return False
    elif rule == ("derivative", "midpoint"):
        bounded_by_midpoint(document, beta)
    else:
        raise Rejected("the rule of the time method does not fit the equations")
    return True


# ---- the operator in its four forms


def _proofs(claimed: Claimed, size: int) -> list[dict[str, Any]]:
    proofs: list[dict[str, Any]] = claimed.proof["equations"]
    if len(proofs) != size:
        raise Rejected("the proof speaks of other equations")
    return proofs


def _dtt(document: Document, claimed: Claimed, rates: list[dict[str, Any]]) -> list[Operator]:
    if any(r["order"] != 2 for r in rates):
        raise Rejected("an equation is not of second order in time")
    return [
        Operator(document, r["unknown"], parts(document, r, claimed.part), p)
        for r, p in zip(rates, _proofs(claimed, len(rates)), strict=True)
    ]


def _velocity(document: Document, claimed: Claimed, rates: list[dict[str, Any]]) -> list[Operator]:
    """dt(u) = v, dt(v) = -A u, where v is declared as the velocity of u."""
    assert document.step is not None
    by_name = {r["unknown"]: r for r in rates}
    velocities = {
        a["name"]: a["rate_of"]
        for a in document.step["arrays"]
        if a["rate_of"] is not None and a["name"] in by_name
    }
    if by_name.keys() != velocities.keys() | set(velocities.values()) or (
        len(by_name) != 2 * len(velocities)
    ):
        raise Rejected("the equations are not those of unknowns and their velocities")
    found = []
    for (v, u), proof in zip(velocities.items(), _proofs(claimed, len(velocities)), strict=True):
        drift = parts(document, by_name[u], None)
        if len(drift) != 1 or drift[0].kind != "stencil" or drift[0].field != v:
            raise Rejected("the equation of an unknown is not that of its velocity")
        whole = drift[0].stencil.weights == {(0,) * document.dim: Fraction(1)}
        rate = ["*", drift[0].coefficient, drift[0].stencil.scale]
        if not whole or laurent(rate, document.signs) != {(): Fraction(1)}:
            raise Rejected("the equation of an unknown is not that of its velocity")
        found.append(Operator(document, u, parts(document, by_name[v], claimed.part), proof))
    return found


class _Derivative(Operator):
    """u' = S u with skew stencils: rho is the square of the sum of the norms of its parts."""

    def _rho(self) -> Sum:
        signs, total = self.document.signs, Sum()
        norms = list(self.proof["parts"])
        if walls.sides(self.unknown):
            raise Rejected("skew stencils need a torus")
        for atom in self.active:
            stencil = atom.stencil
            if atom.kind != "stencil" or atom.field != self.name:
                raise Rejected("a term is no stencil of its own unknown")
            flipped = {tuple(-k for k in o): -w for o, w in stencil.weights.items()}
            if flipped != stencil.weights or any(stencil.shift):
                raise Rejected("a stencil is not antisymmetric")
            self.names |= parameter_names(atom.coefficient, self.document)
            unit = laurent(["*", atom.coefficient, stencil.scale], signs)
            if not positive(unit):
                unit = scaled(unit, Fraction(-1))
            if not positive(unit):
                raise Rejected("a coefficient has no known sign")
            for part in by_axis(stencil):
                if not norms:
                    raise Rejected("the proof leaves out a part of a stencil")
                total = plus(total, scaled(unit, shown_norm(part, norms.pop(0))))
        if norms:
            raise Rejected("the proof bounds parts that the stencils do not have")
        return times(total, total)


def by_axis(stencil: Stencil) -> list[Stencil]:
    """The parts of a stencil along each axis alone, then what is left, as they come."""
    groups: dict[int, dict[tuple[int, ...], Fraction]] = {}
    for offset, weight in sorted(stencil.weights.items()):
        axes = [a for a, k in enumerate(offset) if k]
        groups.setdefault(axes[0] if len(axes) == 1 else -1, {})[offset] = weight
    return [Stencil(g, "1", stencil.shift) for g in groups.values()]


def shown_norm(part: Stencil, entry: dict[str, Any]) -> Fraction:
    """A number whose square is shown to bound the symbol of S^T S."""
    norm = Fraction(entry["norm"])
    if norm <= 0:
        raise Rejected("a norm is not positive")
    Bernstein.of(squared(part), len(part.shift)).below(norm**2, entry["tree"])
    return norm


def _derivative(
    document: Document, claimed: Claimed, rates: list[dict[str, Any]]
) -> list[Operator]:
    if len(rates) != 1 or rates[0]["order"] != 1:
        raise Rejected("skew stencils are shown for one equation")
    (proof,) = _proofs(claimed, 1)
    atoms = parts(document, rates[0], claimed.part)
    return [_Derivative(document, rates[0]["unknown"], atoms, proof)]


FORMS = {"dtt": _dtt, "velocity": _velocity, "pair": coupled, "derivative": _derivative}
