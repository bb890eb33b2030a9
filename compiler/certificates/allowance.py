"""Which steps a time method allows for 0 <= A <= rho."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from sympy import Expr

from ...runtime.contract import Json
from ..integrators import METHODS
from ..scheme import Scheme
from .base import Unprovable
from .energy import Energy
from .forms import Signs
from .intervals_of_methods import real_interval, short, within
from .methods import Foreign, box_filter_cycle, keeps_weights, strong_stability, tableau
from .pairs import pair_weight, two_level_limit, two_levels
from .steps import exact

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


def allowance(scheme: Scheme, found: list[Energy], marks: Signs) -> Allowance:
    """What the time method allows; raises Unprovable."""
    try:
        method = tableau(scheme)
    except Foreign as trouble:
        return _two_levels(scheme, found, marks, trouble)
    assert scheme.step is not None
    cycle = scheme.step.inner > 1
    constant = all(e.linear and e.steady for e in found) or method.frozen
    if constant:
        stated = short(stated_interval(scheme))
        known = within(method.polynomial, stated)
        beta = stated if known else min(real_interval(method.polynomial), stated)
        return Allowance(beta=beta, rule={"by": "polynomial", "beta": str(beta)}, cycle=cycle)
    if cycle:
        raise Unprovable(UNFROZEN)
    r = strong_stability(method)
    if r > 0:
        beta = 2 * r
        return Allowance(beta=beta, rule={"by": "euler", "beta": str(beta)}, cycle=cycle)
    raise Unprovable(
        f"{scheme.step.method} is no convex combination of Euler steps, and the operator changes"
        " between its stages; explicit_euler, heun and ssprk3 are"
    )


def _two_levels(scheme: Scheme, found: list[Energy], marks: Signs, trouble: Foreign) -> Allowance:
    """Cycles of Euler steps of unequal length, and methods that keep an older level."""
    n = box_filter_cycle(scheme)
    if n is not None:
        if not (all(e.linear and e.steady for e in found) or keeps_weights(scheme)):
            raise Unprovable(UNFROZEN)
        return Allowance(beta=Fraction(2), rule={"by": "cycle", "beta": "2"}, cycle=True)
    weight = pair_weight(scheme)
    if weight is not None:
        alpha = 1 / (2 * weight)
        if not all(_at_most(scheme, marks.back(e.rho), 2 / weight) for e in found):
            raise Unprovable(
                "alpha is below ||A||/4, where the roots leave the unit disc; leave it out or"
                " choose it larger"
            )
        rule: Json = {"by": "pair", "alpha": str(alpha)}
        return Allowance(beta=Fraction(0), rule=rule, fixed=1 / (2 * alpha))
    if not all(e.linear and e.steady for e in found):
        raise Unprovable(f"the operator changes from level to level, and {trouble}")
    same_every_step(scheme, found)
    try:
        beta = two_level_limit(two_levels(scheme))
    except Foreign as second:
        raise Unprovable(f"no theorem of this release covers the time method: {second}") from None
    return Allowance(beta=beta, rule={"by": "levels", "beta": str(beta)})


def _at_most(scheme: Scheme, rho: Expr, most: Expr) -> bool:
    """||A|| <= most for the numbers of the file."""
    number = rho.subs(exact(scheme))
    if not number.is_Rational:
        raise Unprovable("alpha is a number, and the operator's norm is not one")
    return bool(number <= most)


def stated_interval(scheme: Scheme) -> Fraction:
    """The real interval that the method's file states, if there is one, else no bound.

    A cycle of FSI is stable a little beyond the interval on which all its inner steps are.
    """
    time = scheme.model.time
    if time is None or time.method.name not in METHODS:
        return Fraction(10**6)
    found = METHODS[time.method.name].facts(dict(time.method.options)).real
    return Fraction(10**6) if found is None else found


def same_every_step(scheme: Scheme, found: list[Energy]) -> None:
    """Bounded powers are those of one step: its parameters do not change from step to step."""
    varying = {str(p.name) for p in scheme.model.params if p.per_step or p.per_channel}
    changed = sorted(varying.intersection(*[set[str]().union(*(e.names for e in found))]))
    if changed:
        raise Unprovable(f"{', '.join(changed)} may differ from step to step")
