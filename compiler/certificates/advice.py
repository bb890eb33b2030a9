"""What to do about a step that is refuted: a smaller one, more stages, another method."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, log

from sympy import Expr

from ...runtime.contract import Limit
from ..integrators import METHODS
from ..model import Claim
from ..scheme import Scheme
from .atoms import Constant, Source, atoms
from .base import Proved
from .steps import exact

MANY = 10**6
LARGEST = 700.0  # a logarithm: larger numbers are no floats
MOST_STAGES = 200  # of rkl2; more lose digits in float32
CONSTANT = frozenset({"polynomial", "levels", "cycle"})  # rules for operators that do not change


def grows(growth: Fraction, inner: int, *, repeated: bool) -> str:
    """`grows by a factor 1.2 in 1 step, by 10^6 in 76 steps`, the latter where growth repeats."""
    steps = f"{inner} step" + "s" * (inner > 1)
    size = log(growth.numerator) - log(growth.denominator)  # of a number of any size
    shown = f"{float(growth):.6g}" if size < LARGEST else f"10^{int(size / log(10))}"
    words = f"grows by a factor {shown} in {steps}"
    if not repeated or growth <= 1:
        return words
    return f"{words}, by 10^6 in {inner * ceil(log(MANY) / size)} steps"


def alternatives(
    scheme: Scheme, claim: Claim, tau: Expr, proved: Proved | None, limit: Limit | None
) -> str:
    """Smaller steps, rkl2 with enough stages for this one, or another kind of method."""
    if limit is None or proved is None:
        return _without_limit(scheme, claim)
    value = float(Fraction(limit.value))
    relation = "at most" if limit.attained else "less than"
    found = [f"a step of {relation} {limit.closed_form} = {value:.6g} is certified"]
    stages = _stages(scheme, claim, tau, proved, limit)
    if stages is not None:
        found.append(f"rkl2 with {stages} stages takes this one")
    found.append("an implicit method takes longer ones")
    return "; ".join(found)


def _stages(scheme: Scheme, claim: Claim, tau: Expr, proved: Proved, limit: Limit) -> int | None:
    """The least s with tau rho <= (s^2 + s - 2)/2, for a constant dissipative operator.

    The method allows beta = limit * rho, which gives rho.
    """
    rule = proved.proof.get("method")
    if proved.kind not in {"block", "symmetric"} or not isinstance(rule, dict):
        return None
    if claim.name != "l2_stable" or rule.get("by") not in CONSTANT:
        return None
    number = tau.subs(exact(scheme))
    if not number.is_Rational:
        return None
    step = Fraction(int(number.p), int(number.q))
    wanted = step / Fraction(limit.value) * Fraction(str(rule["beta"]))
    return next((s for s in range(2, MOST_STAGES + 1) if wanted <= _reach(s)), None)


def _reach(stages: int) -> Fraction:
    found = METHODS["rkl2"].facts({"stages": stages}).real
    return Fraction(0) if found is None else found


def _without_limit(scheme: Scheme, claim: Claim) -> str:
    """Where no step is certified: methods that bear waves, if this one bears none."""
    time = scheme.model.time
    if time is None or claim.name != "l2_stable" or time.method.name not in METHODS:
        return ""
    imaginary = METHODS[time.method.name].facts(dict(time.method.options)).imaginary_squared
    if imaginary != 0 or not _skew(scheme):
        return ""
    return (
        f"no step of {time.method.name} is certified here: its stability region holds no part of"
        " the imaginary axis; ssprk3, rk4 and leapfrog, or an implicit method, bear waves"
    )


def _skew(scheme: Scheme) -> bool:
    """Every term is a difference whose weights change sign with the offset."""
    found = [a for rate in scheme.rates for a in atoms(scheme, rate, None)]
    moving = [a for a in found if not isinstance(a, Source)]
    return bool(moving) and all(
        isinstance(a, Constant)
        and all(
            dict(a.stencil.weights).get(tuple(-k for k in o)) == -w for o, w in a.stencil.weights
        )
        for a in moving
    )
