"""`skew`: waves. dtt(u) = -A u, pairs (-B^T, B) up to positive constants, and skew stencils.

dtt: A = sum c_j K_j^T W_j K_j + S as in `energy`, constant in time; the energy of
((u[k+1] - u[k])/tau, sqrt(A) u) is kept up to a constant factor. Pairs: for each q of one group
B_pq = -lambda_q C_qp^T with lambda_q > 0, so that with A = -B C the coupling has singular values
sqrt(A), in a product with positive constants. Skew stencils: S^T = -S along each axis.
Methods: a word of shears allows tau^2 ||A|| < beta (`pairs`); a one-step method whose polynomial
has |P(iy)| <= 1 for y^2 <= beta allows tau^2 ||A|| <= beta, since A is normal; the midpoint rule
u_old + c tau f allows tau^2 ||A|| < 4/c^2.
Sources: Courant, Friedrichs, Lewy 1928; Yee 1966; Hairer, Lubich, Wanner 2003.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import sympy
from sympy import Symbol

from ...runtime.contract import Json
from ..scheme import Scheme
from .allowance import same_every_step
from .atoms import Atom, Constant, Source, atoms, equations, home
from .base import Bounded, Proved, Question, Theorem, Unprovable
from .dissipative import hypotheses
from .energy import Energy, energy
from .forms import Signs, signs, simple, text
from .intervals_of_methods import imaginary_squared
from .methods import Foreign, tableau
from .pairs import group_word, second_order_word, two_levels, word_limit
from .systems import Coupling, coupling, derivative_bound
from .walls import domain, grids

DRIFT = "a linear drift in the kernel of A is the equation's own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waves:
    """The operator A of a wave equation: its bounds by unknown, and how the method sees it."""

    form: str  # "dtt" | "velocity" | "pair" | "derivative"
    energies: list[Energy]
    pair: Coupling | None = None


def _prove(question: Question) -> Proved:
    scheme = question.scheme
    marks = signs(scheme)
    waves = _waves(scheme, question.part, marks)
    for e in waves.energies:
        if not (e.linear and e.steady):
            raise Unprovable("the operator depends on the fields or on the time")
    beta, rule, strict = _method(scheme, waves)
    if waves.form != "derivative" or rule != "polynomial":
        same_every_step(scheme, waves.energies)
    root = sympy.sqrt(sympy.Rational(beta.numerator, beta.denominator))
    bounds = tuple(
        Bounded(form=marks.back(simple(root / sympy.sqrt(sympy.factor(e.rho)))),
                attained=not strict)
        for e in waves.energies
    )  # fmt: skip
    names = [str(e.unknown.symbol.name) for e in waves.energies]
    proof: dict[str, Json] = {
        "form": waves.form,
        "equations": [e.proof for e in waves.energies],
        "method": {"by": rule, "beta": str(beta)},
    }
    if waves.pair is not None:
        proof["groups"] = [[str(s.name) for s in g] for g in waves.pair.groups]
    return Proved(
        kind="skew",
        statement=_statement(waves, rule),
        norm=_norm(waves),
        domain=grids(scheme, [(str(r.unknown.name), domain(scheme, home(scheme, r.unknown)))
                              for r in equations(scheme, question.part)],
                     beyond=set[int]().union(*(e.beyond for e in waves.energies))),
        hypotheses=hypotheses(scheme, waves.energies, marks),
        bound="; ".join(
            f"||A|| <= {text(marks.back(e.rho))} for {n}"
            for e, n in zip(waves.energies, names, strict=True)
        ),
        proof=proof,
        bounds=bounds,
        sharp=all(p.sharp for e in waves.energies for p in e.groups.values()),
    )  # fmt: skip


# ---- the operator


def _waves(scheme: Scheme, part: str | None, marks: Signs) -> Waves:
    rates = equations(scheme, part)
    if all(r.order == 2 for r in rates):
        found = [
            energy(scheme, atoms(scheme, r, part), r.unknown, home(scheme, r.unknown), marks)
            for r in rates
        ]
        return Waves(form="dtt", energies=found)
    if any(r.order != 1 for r in rates):
        raise Unprovable("equations of first and of second order in time are mixed")
    velocities = _velocities(scheme)
    if velocities and len(velocities) * 2 == len(rates):
        found = []
        for v, u in velocities.items():
            _is_velocity(scheme, u, v)
            parts = atoms(scheme, scheme.rate(v), part)
            found.append(energy(scheme, parts, u, home(scheme, u), marks))
        return Waves(form="velocity", energies=found)
    if len(rates) > 1:
        pair = coupling(scheme, part, marks)
        return Waves(form="pair", energies=[_coupled(scheme, pair, p, marks) for p in pair.small],
                     pair=pair)  # fmt: skip
    (rate,) = rates
    parts = atoms(scheme, rate, part)
    return Waves(form="derivative",
                 energies=[derivative_bound(scheme, parts, rate.unknown, marks)])  # fmt: skip


def _velocities(scheme: Scheme) -> dict[Symbol, Symbol]:
    """velocity -> unknown, for dtt equations written as two of first order."""
    arrays = () if scheme.step is None else scheme.step.arrays
    rates = {str(r.unknown.name): r.unknown for r in scheme.rates}
    return {rates[a.name]: a.rate_of for a in arrays if a.rate_of is not None and a.name in rates}


def _is_velocity(scheme: Scheme, u: Symbol, v: Symbol) -> None:
    """dt(u) = v."""
    parts = atoms(scheme, scheme.rate(u), None)
    (only,) = parts
    if (
        not isinstance(only, Constant)
        or only.coefficient != 1
        or only.field != v
        or (dict(only.stencil.weights) != {(0,) * only.stencil.dim: 1})
    ):
        raise Unprovable(f"'{v}' is not the velocity of '{u}'")


def _coupled(scheme: Scheme, pair: Coupling, p: Symbol, marks: Signs) -> Energy:
    """A = -B C on one unknown of the group that has one."""
    parts: tuple[Atom, ...] = tuple(a for a in pair.composed if not isinstance(a, Source))
    found = energy(scheme, parts, p, home(scheme, p), marks)
    found.names |= pair.names
    found.sources = pair.sources
    return found


# ---- the method


def _method(scheme: Scheme, waves: Waves) -> tuple[Fraction, str, bool]:
    """(bound of tau^2 ||A||, by which rule, strictly below it)."""
    try:
        if waves.form == "dtt":
            found = {word_limit(second_order_word(scheme, e.unknown.symbol))
                     for e in waves.energies}  # fmt: skip
            return min(found), "shears", True
        if waves.form == "pair" and waves.pair is not None:
            try:
                return word_limit(group_word(scheme, *waves.pair.groups)), "shears", True
            except Foreign:
                pass
        try:
            return _one_step(scheme)
        except Foreign:
            if waves.form != "derivative":
                raise
        midpoint = two_levels(scheme).midpoint
        if midpoint <= 0:
            raise Foreign("the method is neither a one-step method nor the midpoint rule")
        return 4 / midpoint**2, "midpoint", True
    except Foreign as trouble:
        raise Unprovable(f"no theorem of this release covers the time method: {trouble}") from None


def _one_step(scheme: Scheme) -> tuple[Fraction, str, bool]:
    beta = imaginary_squared(tableau(scheme).polynomial)
    if beta <= 0:
        raise Unprovable(
            f"the stability region of {scheme.step.method if scheme.step else ''} holds no part of"
            " the imaginary axis; leapfrog, ssprk3 and rk4 do"
        )
    return beta, "polynomial", False


# ---- in words


def _statement(waves: Waves, rule: str) -> str:
    if waves.form in {"dtt", "velocity"}:
        kept = (
            "never grows"
            if rule == "polynomial"
            else "stays bounded, uniformly in steps and points"
        )
        return f"the energy {kept}; {DRIFT}"
    if rule == "polynomial":
        return "the norm of the state never grows"
    return "powers of the step stay bounded, uniformly in steps and points"


def _norm(waves: Waves) -> str:
    return {
        "dtt": "energy of ((u[k+1] - u[k])/tau, sqrt(A) u)",
        "velocity": "energy of (dt(u), sqrt(A) u)",
        "pair": "l2, weighted by cell volumes and positive constants",
        "derivative": "l2, weighted by cell volumes",
    }[waves.form]


THEOREM = Theorem(name="skew", claims=("l2_stable",), prove=_prove)
