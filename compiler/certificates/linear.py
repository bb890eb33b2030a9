"""`linear`: schemes with constant coefficients on a torus, by the roots of their step.

Statement: for all modes the eigenvalues of a step lie in the closed unit disc, and on its circle
they are simple; hence the powers of the step stay bounded, uniformly in steps and points. With one
array as state the eigenvalue is the amplification factor and the norm never grows. Hypotheses:
periodic axes or Z^d, coefficients that do not vary in space. Sources: Miller 1971; Hairer, Wanner,
Solving Ordinary Differential Equations II, lemma V.7.3 (uniformly bounded powers).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import sympy
from sympy import Expr

from ...runtime.contract import Json
from ..amplification.algebraic import Algebraic
from ..amplification.evidence import evidence
from ..amplification.line import Part, condition, parts
from ..amplification.region import Patch, patches
from ..grid import reads
from ..model import Param
from ..scheme import TAU, Scheme
from .base import Bounded, Proved, Question, Theorem, Unprovable
from .families import Family, parameter_family, quantities, time_family
from .forms import signs, text
from .scan import reach
from .steps import exact

BOUNDED = "powers of the step stay bounded, uniformly in steps and points"
LEFT_OUT = "sources are left out: the difference of two solutions"


@dataclass(frozen=True)
class Stretch:
    """A connected part of the set of m that was proved, and its proof; None: no end."""

    low: Expr | None
    high: Expr | None
    inside: tuple[Fraction | None, Fraction | None]  # rationals in the part, next to its ends
    closed: tuple[bool, bool]
    exactly: bool  # `high` is its end, not a number below it
    proof: dict[str, Json]


def _prove(question: Question) -> Proved:
    scheme = question.scheme
    if question.part is not None or any(r.order > 1 for r in scheme.rates):
        raise Unprovable("it speaks of whole equations of first order in time")
    if question.claim.parameter is not None:
        return _over_parameter(question)
    found = time_family(scheme)
    part = next(_stretches(found, Fraction(0), None), None)
    if part is None or part.low != 0:
        raise Unprovable("no interval of steps that begins at 0 is stable for every mode")
    return _proved(scheme, found, (part,), bounds=_bounds(found, part))


def _over_parameter(question: Question) -> Proved:
    """The whole set of a parameter."""
    scheme = question.scheme
    param = next(p for p in scheme.model.params if p.symbol.name == question.claim.parameter)
    known: dict[Expr, Expr] = {} if question.tau is None else {TAU: question.tau}
    found = parameter_family(scheme, param.symbol, known)
    region = tuple(_stretches(found, *declared(param)))
    if not region:
        raise Unprovable(f"no interval of {param.symbol.name} is stable for every mode")
    return _proved(scheme, found, region, parameter=str(param.symbol.name))


def _stretches(found: Family, low: Fraction | None, high: Fraction | None) -> Iterator[Stretch]:
    """The set of m in [low, high], part by part."""
    asked, ring = quantities(found), found.reduced.ring
    if ring.dim == 1:
        d = ring.dim
        listed = tuple(condition(q, y=2 + d, m=2 + 2 * d) for q in asked)
        for part in parts(listed, low, high):
            yield _of_line(part, evidence(listed, part))
        return
    for patch in patches(ring, asked, low, high, reach(ring, found.reduced.coefficients)):
        yield _of_patch(patch)


def _of_line(part: Part, proof: dict[str, Json]) -> Stretch:
    (low, _), (high, exactly) = _stated(part.low, up=True), _stated(part.high, up=False)
    return Stretch(
        low=low,
        high=high,
        inside=(
            None if part.low is None else part.low.high,
            None if part.high is None else part.high.low,
        ),
        closed=(part.closed_low, part.closed_high),
        exactly=exactly,
        proof=proof,
    )


def _of_patch(patch: Patch) -> Stretch:
    span = patch.span
    high = None if span.high is None else _rational(span.high) ** sympy.Rational(1, span.step)
    ends: dict[str, Json] = {
        "low": str(span.low),
        "high": None if span.high is None else str(span.high),
        "step": span.step,
        "closed": patch.closed,
        "conditions": list(patch.conditions),
    }
    below = None if high is None else _below(high)
    return Stretch(
        low=_rational(span.low),
        high=high,
        inside=(span.low, below),
        closed=(True, patch.closed and below == span.high),
        exactly=patch.sharp,
        proof=ends,
    )


def _rational(x: Fraction) -> Expr:
    return sympy.Rational(x.numerator, x.denominator)


def _below(number: Expr) -> Fraction:
    """A rational not above a root of a rational; the number itself where it is rational."""
    if number.is_Rational:
        return Fraction(int(number.p), int(number.q))
    return Fraction(int(sympy.floor(number * 10**12)), 10**12)


def declared(param: Param) -> tuple[Fraction | None, Fraction | None]:
    """The ends of the set of a parameter; None for an infinite one."""
    low, high = param.interval or (sympy.S.Zero if param.positive else None, None)
    return _end(low), _end(high)


def _end(value: Expr | None) -> Fraction | None:
    if value is None or value.is_infinite:
        return None
    if not value.is_Rational:
        raise Unprovable(f"the end {value} of the parameter's set is not rational")
    return Fraction(int(value.p), int(value.q))


def _proved(
    scheme: Scheme,
    found: Family,
    region: tuple[Stretch, ...],
    *,
    bounds: tuple[Bounded, ...] = (),
    parameter: str | None = None,
) -> Proved:
    name = found.arrays[0]
    assert scheme.step is not None
    statement = BOUNDED
    if len(found.arrays) == 1:
        cycle = " at cycle ends" if scheme.step.inner > 1 else ""
        statement = f"||{name}[k+1]|| <= ||{name}[k]||{cycle}"
    if parameter is not None:
        statement += f" for {parameter} in {' or '.join(map(shown, region))}"
    fixed: list[Json] = list(found.fixed)
    stated: list[Json] = [part.proof for part in region]
    return Proved(
        kind="linear",
        statement=statement,
        norm="l2",
        domain="all periodic grids",
        hypotheses=_hypotheses(scheme, found, parameter),
        bound=f"m = {text(found.monomial)}",
        proof={"variable": _powers(found.monomial), "fixed": fixed, "parts": stated},
        bounds=bounds,
        sharp=all(part.exactly for part in region),
        parameter=parameter,
        set=() if parameter is None else tuple(_as_set(p) for p in region),
    )


def _hypotheses(scheme: Scheme, found: Family, parameter: str | None) -> tuple[str, ...]:
    free = {str(s) for s in found.monomial.free_symbols} - {str(TAU), parameter}
    values = {str(s): v for s, v in exact(scheme).items()}
    texts = {*signs(scheme).hypotheses(free), *(f"{n} = {text(values[n])}" for n in found.fixed)}
    if any(not reads(term.value) for rate in scheme.rates for term in rate.terms):
        texts.add(LEFT_OUT)
    return tuple(sorted(texts))


def _bounds(found: Family, part: Stretch) -> tuple[Bounded, ...]:
    """tau^e rest <= m*."""
    power = found.monomial.as_powers_dict().get(TAU, 0)
    if part.high is None or not power:
        return ()
    rest = found.monomial / TAU**power
    form = sympy.powdenest((part.high / rest) ** sympy.Rational(1, power), force=True)
    return (Bounded(form=form, attained=part.closed[1] or not part.exactly),)


def _stated(end: Algebraic | None, *, up: bool) -> tuple[Expr | None, bool]:
    """The number where its square is rational, else a rational of twelve digits inside."""
    if end is None:
        return None, True
    number = end.radical
    if number is not None and (number**2).is_Rational:
        return number, True
    scale = 10**12
    digits = -int(-end.high * scale // 1) if up else int(end.low * scale // 1)
    return sympy.Rational(digits, scale), False


def _powers(monomial: Expr) -> Json:
    return {str(n): int(e) for n, e in sorted(monomial.as_powers_dict().items(), key=str) if e != 0
            and not n.is_number}  # fmt: skip


# ---- sets as text and as data


def shown(part: Stretch) -> str:
    """An interval: [0, 2], (0, sqrt(2)), [1, oo)."""
    low = f"{'[' if part.closed[0] else '('}{'-oo' if part.low is None else text(part.low)}"
    high = "oo" if part.high is None else text(part.high)
    return f"{low}, {high}{']' if part.closed[1] else ')'}"


def _as_set(part: Stretch) -> Json:
    low, high = part.inside
    return {
        "low": None if part.low is None else text(part.low),
        "high": None if part.high is None else text(part.high),
        "low_value": None if low is None else str(low),
        "high_value": None if high is None else str(high),
        "low_closed": part.closed[0],
        "high_closed": part.closed[1],
    }


THEOREM = Theorem(name="linear", claims=("l2_stable",), prove=_prove, sets=True)
