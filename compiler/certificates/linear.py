"""`linear`: schemes with constant coefficients on a torus, by the roots of their step.

Statement: for all modes the eigenvalues of a step lie in the closed unit disc, and on its circle
they are simple; hence the powers of the step stay bounded, uniformly in steps and points. With one
array as state the eigenvalue is the amplification factor and the norm never grows. Hypotheses:
periodic axes or Z^d, coefficients that do not vary in space. Sources: Miller 1971; Hairer, Wanner,
Solving Ordinary Differential Equations II, lemma V.7.3 (uniformly bounded powers).
"""

from __future__ import annotations

from fractions import Fraction

import sympy
from sympy import Expr

from ...runtime.contract import Json
from ..amplification.algebraic import Algebraic
from ..amplification.evidence import evidence
from ..amplification.line import Condition, End, Part, parts
from ..grid import reads
from ..model import Param
from ..scheme import TAU, Scheme
from .base import Bounded, Proved, Question, Theorem, Unprovable
from .families import Family, conditions, parameter_family, time_family
from .forms import signs, text
from .steps import exact

BOUNDED = "powers of the step stay bounded, uniformly in steps and points"
LEFT_OUT = "sources are left out: the difference of two solutions"


def _prove(question: Question) -> Proved:
    scheme = question.scheme
    if question.part is not None or any(r.order > 1 for r in scheme.rates):
        raise Unprovable("it speaks of whole equations of first order in time")
    if len(scheme.axes) != 1:
        raise Unprovable("it speaks of one axis")
    if question.claim.parameter is not None:
        return _over_parameter(question)
    found = time_family(scheme)
    asked = conditions(found)
    part = next(iter(parts(asked, Fraction(0), None)), None)
    if part is None or part.low is None or part.low.rational != 0:
        raise Unprovable("no interval of steps that begins at 0 is stable for every mode")
    return _proved(scheme, found, asked, (part,), bounds=_bounds(found, part))


def _over_parameter(question: Question) -> Proved:
    """The whole set of a parameter."""
    scheme = question.scheme
    param = next(p for p in scheme.model.params if p.symbol.name == question.claim.parameter)
    known = {} if question.tau is None else {TAU: question.tau}
    found = parameter_family(scheme, param.symbol, known)
    asked = conditions(found)
    region = tuple(parts(asked, *declared(param)))
    if not region:
        raise Unprovable(f"no interval of {param.symbol.name} is stable for every mode")
    return _proved(scheme, found, asked, region, parameter=str(param.symbol.name))


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
    asked: tuple[Condition, ...],
    region: tuple[Part, ...],
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
    stated: list[Json] = [evidence(asked, part) for part in region]
    fixed: list[Json] = list(found.fixed)
    return Proved(
        kind="linear",
        statement=statement,
        norm="l2",
        domain="all periodic grids",
        hypotheses=_hypotheses(scheme, found, parameter),
        bound=f"m = {text(found.monomial)}",
        proof={"variable": _powers(found.monomial), "fixed": fixed, "parts": stated},
        bounds=bounds,
        sharp=True,
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


def _bounds(found: Family, part: Part) -> tuple[Bounded, ...]:
    """tau^e rest <= m*."""
    power = found.monomial.as_powers_dict().get(TAU, 0)
    if part.high is None or not power:
        return ()
    rest = found.monomial / TAU**power
    most, exactly = _stated(part.high)
    form = sympy.powdenest((most / rest) ** sympy.Rational(1, power), force=True)
    return (Bounded(form=form, attained=part.closed_high or not exactly),)


def _stated(end: Algebraic) -> tuple[Expr, bool]:
    """The number where its square is rational, else a rational of twelve digits below it."""
    number = end.radical
    if number is not None and (number**2).is_Rational:
        return number, True
    scale = 10**12
    low = Fraction(int(end.low * scale), scale)
    return sympy.Rational(low.numerator, low.denominator), False


def _powers(monomial: Expr) -> Json:
    return {str(n): int(e) for n, e in sorted(monomial.as_powers_dict().items(), key=str) if e != 0
            and not n.is_number}  # fmt: skip


# ---- sets as text and as data


def shown(part: Part) -> str:
    """An interval: [0, 2], (0, sqrt(2)), [1, oo)."""
    low = f"{'[' if part.closed_low else '('}{_number(part.low, '-oo')}"
    return f"{low}, {_number(part.high, 'oo')}{']' if part.closed_high else ')'}"


def _number(end: End, infinite: str) -> str:
    if end is None:
        return infinite
    return text(end.radical) if end.radical is not None else f"{float(end.low):.12g}..."


def _as_set(part: Part) -> Json:
    return {
        "low": None if part.low is None else _number(part.low, ""),
        "high": None if part.high is None else _number(part.high, ""),
        "low_value": None if part.low is None else str(part.low.high),
        "high_value": None if part.high is None else str(part.high.low),
        "low_closed": part.closed_low,
        "high_closed": part.closed_high,
    }


THEOREM = Theorem(name="linear", claims=("l2_stable",), prove=_prove, sets=True)
