"""l2_stable of dissipative equations: which steps a time method allows, and the statement."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import sympy
from sympy import Expr, Symbol

from ...runtime.contract import Json
from ..integrators import METHODS
from ..scheme import Scheme
from .base import Bounded, Proved, Question, Unprovable
from .energy import Energy, energies
from .forms import Signs, names_in, signs, text, written
from .intervals_of_methods import real_interval, short, within
from .methods import Foreign, box_filter_cycle, keeps_weights, strong_stability, tableau
from .pairs import pair_weight, two_level_limit, two_levels
from .steps import exact
from .walls import domain, grids

NORM = "l2, weighted by cell volumes"
UNFROZEN = (
    "weights that are evaluated again within a cycle may let the norm grow: Huber flux, K = 1,"
    " tau = 2, u = 4.67 grows to 6.995 in 20 steps; write `frozen` in the time statement to hold"
    " them"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """tau * rho may go up to `beta`; `rule` says by which property of the method."""

    beta: Fraction
    rule: Json
    cycle: bool = False
    fixed: Expr | None = None  # the bound itself, where it is not beta / rho


def prove(question: Question, kind: str) -> Proved:
    """||u[k+1]|| <= ||u[k]|| for every unknown, up to the step that the method allows."""
    scheme = question.scheme
    marks = signs(scheme)
    found = energies(scheme, question.part, marks)
    fluxes = any(e.fluxes for e in found)
    if fluxes != (kind == "block"):
        raise Unprovable("there is no flux" if kind == "block" else "there are fluxes with weights")
    _homogeneous(scheme, found)
    allowed = allowance(scheme, found)
    beta = sympy.Rational(allowed.beta.numerator, allowed.beta.denominator)
    bounds = tuple(
        Bounded(
            form=allowed.fixed or sympy.factor(marks.back(beta / e.rho)),
            attained=True,
        )
        for e in found
    )
    return Proved(
        kind=kind,
        statement=_statement(found, allowed),
        norm=NORM,
        domain=in_words(scheme, found),
        hypotheses=tuple(
            sorted({*hypotheses(scheme, found, marks), *_numbers(scheme, found, allowed, marks)})
        ),
        bound="; ".join(
            f"||A|| <= {text(marks.back(e.rho))} for {e.unknown.symbol.name}" for e in found
        ),
        proof={"equations": [e.proof for e in found], "method": allowed.rule},
        bounds=bounds,
        sharp=all(p.sharp for e in found for p in e.groups.values()),
    )


def allowance(scheme: Scheme, found: list[Energy]) -> Allowance:
    """What the time method allows; raises Unprovable."""
    try:
        method = tableau(scheme)
    except Foreign as trouble:
        return _two_levels(scheme, found, trouble)
    assert scheme.step is not None
    cycle = scheme.step.inner > 1
    constant = all(e.linear and e.steady for e in found) or method.frozen
    if constant:
        stated = short(stated_interval(scheme))
        known = within(method.polynomial, stated)
        beta = stated if known else min(real_interval(method.polynomial), stated)
        return Allowance(beta=beta, rule={"by": "polynomial", "beta": str(beta)}, cycle=cycle)
    r = strong_stability(method)
    if r > 0:
        beta = 2 * r
        return Allowance(beta=beta, rule={"by": "euler", "beta": str(beta)}, cycle=cycle)
    if cycle:
        raise Unprovable(UNFROZEN)
    raise Unprovable(
        f"{scheme.step.method} is no convex combination of Euler steps, and the operator changes"
        " between its stages; explicit_euler, heun and ssprk3 are"
    )


def _two_levels(scheme: Scheme, found: list[Energy], trouble: Foreign) -> Allowance:
    """Cycles of Euler steps of unequal length, and methods that keep an older level."""
    n = box_filter_cycle(scheme)
    if n is not None:
        if not (all(e.linear and e.steady for e in found) or keeps_weights(scheme)):
            raise Unprovable(UNFROZEN)
        return Allowance(beta=Fraction(2), rule={"by": "cycle", "beta": "2"}, cycle=True)
    weight = pair_weight(scheme)
    if weight is not None:
        alpha = 1 / (2 * weight)
        if not all(_at_most(scheme, e, 2 / weight) for e in found):
            raise Unprovable(
                "alpha is below ||A||/4, where the roots leave the unit disc; leave it out or"
                " choose it larger"
            )
        rule: Json = {"by": "pair", "alpha": str(alpha)}
        return Allowance(beta=Fraction(0), rule=rule, fixed=1 / (2 * alpha))
    if not all(e.linear and e.steady for e in found):
        raise Unprovable(f"the operator changes from level to level, and {trouble}")
    try:
        beta = two_level_limit(two_levels(scheme))
    except Foreign as second:
        raise Unprovable(f"no theorem of this release covers the time method: {second}") from None
    return Allowance(beta=beta, rule={"by": "levels", "beta": str(beta)})


def _at_most(scheme: Scheme, e: Energy, most: Expr) -> bool:
    """||A|| <= most for the numbers of the file, none of them trained."""
    trained = {str(p.name) for p in scheme.model.params if p.trainable}
    if names_in([e.rho]) & trained:
        raise Unprovable("alpha is a number, and the operator's norm depends on what is trained")
    number = e.rho.subs({str(s): v for s, v in exact(scheme).items()})
    number = number.subs({Symbol(str(s), positive=True): abs(v) for s, v in exact(scheme).items()})
    return bool(number <= most)


def _numbers(
    scheme: Scheme, found: list[Energy], allowed: Allowance, marks: Signs
) -> tuple[str, ...]:
    """The values that a comparison with alpha rests on."""
    if allowed.fixed is None:
        return ()
    values = {str(s): v for s, v in exact(scheme).items()}
    names = names_in([e.rho for e in found]) & values.keys()
    return tuple(f"{n} = {text(values[n])}" for n in sorted(names))


def stated_interval(scheme: Scheme) -> Fraction:
    """The real interval that the method's file states, if there is one, else no bound.

    A cycle of FSI is stable a little beyond the interval on which all its inner steps are.
    """
    time = scheme.model.time
    if time is None or time.method.name not in METHODS:
        return Fraction(10**6)
    found = METHODS[time.method.name].facts(dict(time.method.options)).real
    return Fraction(10**6) if found is None else found


def _homogeneous(scheme: Scheme, found: list[Energy]) -> None:
    """A nonlinear equation has no homogeneous part to which the claim could be restricted."""
    for e in found:
        if e.linear:
            continue
        if e.sources:
            raise Unprovable(f"the nonlinear equation of '{e.unknown.symbol.name}' has a source")
        if any(edge.right != 0 for pair in e.unknown.edges for edge in pair):
            raise Unprovable(
                f"the walls of '{e.unknown.symbol.name}' have values, and its equation is nonlinear"
            )


def _statement(found: list[Energy], allowed: Allowance) -> str:
    names = [str(e.unknown.symbol.name) for e in found]
    if allowed.fixed is not None:
        return " and ".join(
            f"max(||{n}[k+1]||, ||{n}[k]||) <= max(||{n}[k]||, ||{n}[k-1]||)" for n in names
        )
    if isinstance(allowed.rule, dict) and allowed.rule["by"] == "levels":
        return "powers of the step stay bounded, uniformly in steps and points"
    text = " and ".join(f"||{n}[k+1]|| <= ||{n}[k]||" for n in names)
    return text + (" at cycle ends" if allowed.cycle else "")


def in_words(scheme: Scheme, found: list[Energy]) -> str:
    """The grids on which it holds."""
    return grids(scheme, [(str(e.unknown.symbol.name), domain(scheme, e.unknown)) for e in found])


def hypotheses(scheme: Scheme, found: list[Energy], marks: Signs) -> tuple[str, ...]:
    """What the proof rests on, in words, sorted."""
    fixed = set[str]().union(*(e.fixed for e in found))
    names = set[str]().union(*(e.names for e in found)) - fixed
    texts = set(marks.hypotheses(names))
    values = {p.name: p.value for p in scheme.model.params}
    texts |= {f"{n} = {text(values[n])}" for n in fixed}
    for e in found:
        texts |= {data_text(scheme, n) for n in e.data}
        if e.sources or any(edge.right != 0 for pair in e.unknown.edges for edge in pair):
            texts.add("sources and wall values are left out: the difference of two solutions")
    return tuple(sorted(texts - {""}))


def data_text(scheme: Scheme, name: str) -> str:
    """The declared range of data; nothing for data by a formula."""
    data = next(d for d in scheme.model.data if name in [str(s.name) for s in d.symbols])
    if data.formula is not None or data.interval is None:
        return ""
    low, high = data.interval
    return f"{data.name} in [{written(low, '-oo')}, {written(high, 'oo')}]"
