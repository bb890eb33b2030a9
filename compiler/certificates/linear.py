"""`linear`: schemes with constant coefficients on a torus, by the roots of their step.

Statement: for all modes the eigenvalues of a step lie in the closed unit disc, and on its circle
they are simple; hence the powers of the step stay bounded, uniformly in steps and points. With one
array as state the eigenvalue is the amplification factor and the norm never grows. Hypotheses:
periodic axes or Z^d, coefficients that do not vary in space; where the newest level stands on both
sides, a left side that is singular for no mode. Sources: Miller 1971; Hairer, Wanner, Solving
Ordinary Differential Equations II, lemma V.7.3 (uniformly bounded powers).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

import sympy
from sympy import Expr

from ...runtime.contract import Json
from ..amplification.cube import Undecided
from ..amplification.evidence import numbers
from ..budget import OutOfTime
from ..grid import reads
from ..model import Param
from ..scheme import TAU, Scheme
from .base import Bounded, Proved, Question, Theorem, Unprovable
from .cases import Case, conserved, energy, left_sides, roots, waves
from .families import Family, parameter_family, time_family
from .forms import signs, text
from .scan import reach
from .steps import exact
from .stretches import Stretch, as_set, shown, stretches

MOST_TERMS = 1500  # of a polynomial on several axes: its squares are factored in seconds
LEFT_OUT = "sources are left out: the difference of two solutions"


def _prove(question: Question) -> Proved:
    scheme = question.scheme
    if question.part is not None:
        raise Unprovable("it speaks of whole equations")
    if question.claim.parameter is not None:
        return _over_parameter(question)
    plain = time_family(scheme)
    for found, case in _ways(scheme, plain, lambda: parameter_family(scheme, TAU, {})):
        part = next(_stretches(found, case, Fraction(0), None), None)
        if part is not None and part.low == 0:
            return _proved(scheme, found, case, (part,), bounds=_bounds(found, part))
    missing = "no interval of steps that begins at 0 is stable for every mode"
    raise Unprovable(_singular(plain, Fraction(0), None) or missing)


def _ways(
    scheme: Scheme, found: Family, numeric: Callable[[], Family]
) -> Iterator[tuple[Family, Case]]:
    """The cases that may hold, the simplest first; weights need numbers for all names but one."""
    terms = sum(len(p.to_dict()) for p in found.reduced.coefficients)
    if found.reduced.ring.dim > 1 and terms > MOST_TERMS:
        raise Unprovable("the characteristic polynomial of a step on several axes is too large")
    yield found, roots(found)
    if (case := waves(found)) is not None:
        yield found, case
    if scheme.step is not None:
        plain = numeric() if len(found.reduced.ring.names) > 1 or not found.fixed else found
        one_level = not any(a.level for a in scheme.step.arrays)
        if one_level and (case := energy(plain.matrix, Fraction(1, 8))) is not None:
            yield plain, case
        if (case := conserved(plain.matrix)) is not None:
            yield plain, case
        for other, value in _along(scheme, plain):
            if (case := conserved(plain.matrix, (other.matrix, value))) is not None:
                yield plain, case


def _along(scheme: Scheme, plain: Family) -> Iterator[tuple[Family, Fraction]]:
    """A step in which no name is left, in one of the names that have values."""
    if plain.monomial.free_symbols:
        return
    for symbol, value in exact(scheme).items():
        if str(symbol) in plain.fixed and value.is_Rational:
            assert isinstance(symbol, sympy.Symbol)
            yield parameter_family(scheme, symbol, {}), Fraction(int(value.p), int(value.q))


def _over_parameter(question: Question) -> Proved:
    """The whole set of a parameter."""
    scheme = question.scheme
    param = next(p for p in scheme.model.params if p.symbol.name == question.claim.parameter)
    known: dict[Expr, Expr] = {} if question.tau is None else {TAU: question.tau}
    plain = parameter_family(scheme, param.symbol, known)
    for found, case in _ways(scheme, plain, lambda: plain):
        region = _in_time(_stretches(found, case, *declared(param)))
        if region:
            name = str(param.symbol.name)
            return _proved(scheme, found, case, region, parameter=name, tau=question.tau)
    missing = f"no interval of {param.symbol.name} is stable for every mode"
    raise Unprovable(_singular(plain, *declared(param)) or missing)


def _in_time(found: Iterator[Stretch]) -> tuple[Stretch, ...]:
    """Parts of a set, those that were found before the time was over."""
    region: list[Stretch] = []
    try:
        while (part := next(found, None)) is not None:
            region.append(part)
    except OutOfTime:
        if not region:
            raise
        region[-1] = replace(region[-1], exactly=False)
    return tuple(region)


def _singular(found: Family, low: Fraction | None, high: Fraction | None) -> str:
    """Words for a left side that is singular for some mode at every m, "" where it is not."""
    ring = found.reduced.ring
    asked = left_sides(ring, found.lefts)
    if not asked or ring.dim > 1:
        return ""
    far = reach(ring, found.reduced.coefficients)
    if any(True for _ in stretches(ring, asked, low, high, far)):
        return ""
    return "the left side is singular for some mode, which has no newest level then"


def _stretches(
    found: Family, case: Case, low: Fraction | None, high: Fraction | None
) -> Iterator[Stretch]:
    ring, polynomial = found.reduced.ring, found.reduced.coefficients
    far = reach(ring, polynomial)
    try:
        yield from stretches(ring, case.asked, low, high, far, polynomial=polynomial)
    except Undecided as trouble:
        raise Unprovable(str(trouble)) from None


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
    case: Case,
    region: tuple[Stretch, ...],
    *,
    bounds: tuple[Bounded, ...] = (),
    parameter: str | None = None,
    tau: Expr | None = None,
) -> Proved:
    assert scheme.step is not None
    _whole_sets(scheme, found)
    cycle = " at cycle ends" if scheme.step.inner > 1 and len(found.arrays) == 1 else ""
    statement = f"{case.statement}{cycle}"
    if parameter is not None:
        statement += f" for {parameter} in {' or '.join(map(shown, region))}"
    fixed: list[Json] = list(found.fixed)
    stated: list[Json] = [part.proof for part in region]
    proof: dict[str, Json] = {
        "case": case.name,
        "weights": [str(w) for w in case.weights],
        "variable": _powers(found.monomial),
        "fixed": fixed,
        "parts": stated,
    }
    if case.form:
        proof["form"] = [numbers(found.reduced.ring, row) for row in case.form]
    if found.lefts:
        proof["polynomial"] = numbers(found.reduced.ring, found.reduced.coefficients)
    return Proved(
        kind="linear",
        statement=statement,
        norm=case.norm,
        domain="all periodic grids",
        hypotheses=_hypotheses(scheme, found, parameter, tau),
        bound=f"m = {text(found.monomial)}",
        proof=proof,
        bounds=bounds,
        sharp=all(part.exactly for part in region),
        parameter=parameter,
        set=() if parameter is None else tuple(as_set(p) for p in region),
        ends=() if parameter is None else tuple((p.low, p.high) for p in region),
    )


def _whole_sets(scheme: Scheme, found: Family) -> None:
    """A parameter with a declared set is not held at one value, and none differs between steps."""
    used = {str(s) for s in found.monomial.free_symbols} | set(found.fixed)
    for param in scheme.model.params:
        name = str(param.symbol.name)
        if name in used and (param.per_step or param.per_channel):
            raise Unprovable(f"'{name}' differs between steps or channels")
        if name in found.fixed and param.interval is not None:
            raise Unprovable(
                f"the set of '{name}' was declared, and the proof holds it at its value"
            )


def _hypotheses(
    scheme: Scheme, found: Family, parameter: str | None, tau: Expr | None
) -> tuple[str, ...]:
    free = {str(s) for s in found.monomial.free_symbols} - {str(TAU), parameter}
    values = {str(TAU): tau, **{str(s): v for s, v in exact(scheme).items()}}
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


def _powers(monomial: Expr) -> Json:
    return {str(n): int(e) for n, e in sorted(monomial.as_powers_dict().items(), key=str) if e != 0
            and not n.is_number}  # fmt: skip


THEOREM = Theorem(name="linear", claims=("l2_stable",), prove=_prove, sets=True, implicit=True)
