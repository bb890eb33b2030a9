"""From `step` and `until` to an exact step: the certified limit, the number of steps, alpha."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

import sympy
from sympy import Expr, Rational

from ..runtime.contract import Limit, Unproved
from .certificates.base import Unprovable
from .certificates.certify import limit as certified_limit, prove
from .certificates.learned import limits
from .integrators import explicit_step
from .integrators.du_fort_frankel import ALPHA
from .model import LIMIT, Claim, Param, Time
from .scheme import Scheme, Stage, Step, Update
from .source import Faults, Source, Span

STEP_CLAIMS = frozenset(
    ("l2_stable", "max_principle", "positivity", "nonexpansive", "contraction", "energy_decay")
)
_DIGITS = 30


def settle(scheme: Scheme, faults: Faults) -> tuple[Scheme, Limit | None]:
    """The scheme with its exact step and number of steps, and the limit if the file asks for it.

    A `limit` without a certificate is a fault, never a guess.
    """
    found, limit = _settled(scheme, faults)
    _check_rows(found, faults)
    return found, limit


def _check_rows(scheme: Scheme, faults: Faults) -> None:
    """What is learned `per step` has a row for each step: they are counted, and alike."""
    model, step = scheme.model, scheme.step
    own = [k.span for k in model.kernels if k.per_step]
    own += [f.span for f in model.functions if f.per_step]
    own += [p.span for p in model.params if p.per_step and p.trainable]
    if not own or step is None:
        return
    if scheme.steps is None:
        faults.error(
            own[0],
            "weights of their own `per step` need a number of steps",
            "end the iterate with it, as in `iterate u[k+1] = ..., steps 10`",
        )
    elif step.inner != 1 or step.start_steps:
        faults.error(
            own[0],
            f"`per step` beside {step.method}, whose steps differ, is not there yet",
            "methods of one kind of step, and iterates, take weights of their own a step",
        )


def _settled(scheme: Scheme, faults: Faults) -> tuple[Scheme, Limit | None]:
    """The step and the number of steps."""
    time = scheme.model.time
    if scheme.step is None or time is None:
        scheme = replace(scheme, steps=scheme.model.iterate_steps)
        return _with_limits(scheme, faults), None
    scheme = _with_alpha(scheme, time, faults)
    assert scheme.step is not None
    step, found = time.step if time.step is not None else Rational(9, 10) * LIMIT, None
    if step.has(LIMIT):
        found = least_limit(scheme, time, faults)
        if found is not None and not found.attained and step.subs(LIMIT, 1) >= 1:
            faults.error(
                _where(faults.source, time.span),
                f"every step below {found.closed_form} is stable, that step itself is not",
                "write `step 0.99 * limit`",
            )
        step = step.subs(LIMIT, rational(found.value) if found else 1)
    step = step.subs({p.symbol: p.value for p in scheme.model.params})
    tau, steps = _length(scheme.step, time, rounded_down(step))
    return replace(scheme, step_value=tau, steps=steps), found


def _with_limits(scheme: Scheme, faults: Faults) -> Scheme:
    """Parameters of an iterate that hold `limit`: formulas of learned weights, or numbers."""
    params = [p for p in scheme.model.params if p.of_limit]
    if not params:
        return scheme
    try:
        if scheme.model.kernels:
            return replace(scheme, limits=limits(scheme))
        model = replace(scheme.model, params=_numbers(scheme, params, faults))
        return replace(scheme, model=model)
    except Unprovable as trouble:
        faults.error(
            _where(faults.source, params[0].span),
            f"`limit` has no certificate here: {str(trouble).rstrip('.')}",
            "give the step as a number, such as 1/10; it runs unproved",
        )
        return scheme


def _numbers(scheme: Scheme, params: list[Param], faults: Faults) -> tuple[Param, ...]:
    """All parameters, the one that holds `limit` by its value; raises Unprovable."""
    if len(params) > 1:
        raise Unprovable("two parameters hold it, and each would depend on the other")
    (param,) = params
    claims = [c for c in scheme.model.claims if c.name in STEP_CLAIMS and c.part is None]
    plain = Claim(name="l2_stable", value=None, part=None, parameter=None, span=param.span)
    ends = [_end_of_set(scheme, param, claim) for claim in claims or [plain]]
    limit, attained = min(ends)
    if not attained and param.value.subs(LIMIT, 1) == 1:
        raise Unprovable(f"every value below {limit} is stable, that value itself is not")
    value = rounded_down(param.value.subs(LIMIT, limit))
    known = replace(param, value=value, of_limit=False)
    return tuple(known if p is param else p for p in scheme.model.params)


def _end_of_set(scheme: Scheme, param: Param, claim: Claim) -> tuple[Rational, bool]:
    """The end of the interval of values that begins at 0, and whether it belongs to it."""
    found = prove(scheme, replace(claim, parameter=str(param.symbol.name)))
    for part in found.set:
        assert isinstance(part, dict)
        low, high = part["low_value"], part["high_value"]
        if low is not None and rational(str(low)) > 0:
            continue
        if high is None:
            raise Unprovable(f"{claim.name} holds for every {param.name} from 0 on")
        if rational(str(high)) > 0:
            return rational(str(high)), bool(part["high_closed"])
    raise Unprovable(f"{claim.name} holds for no interval of {param.name} that begins at 0")


def least_limit(scheme: Scheme, time: Time, faults: Faults) -> Limit | None:
    """The least of the limits of all step-dependent claims, of l2_stable if there is none."""
    claims = [c for c in scheme.model.claims if c.name in STEP_CLAIMS]
    if not claims:
        claims = [Claim(name="l2_stable", value=None, part=None, parameter=None, span=time.span)]
    limits: list[Limit] = []
    for claim in claims:
        found = certified_limit(scheme, claim)
        if isinstance(found, Unproved):
            faults.error(
                _where(faults.source, time.span),
                f"`limit` has no certificate here: {found.reason.rstrip('.')}",
                "give the step as a number, such as `step 1/1000`; it runs unproved",
            )
        else:
            limits.append(found)
    return min(limits, key=lambda x: Fraction(x.value), default=None)


def _where(source: Source, span: Span) -> Span:
    """The word `limit` in a time statement, or the statement if the limit is its default."""
    found = re.search(r"\blimit\b", source.quote(span).split("#")[0])
    if found is None:
        return span
    return Span(span.start + found.start(), span.start + found.end())


def rational(text: str) -> Rational:
    """The rational that a text "p/q" states."""
    value = Fraction(text)
    return Rational(value.numerator, value.denominator)


def rounded_down(value: Expr) -> Rational:
    """The value itself if it is rational, else a rational of 30 digits not above it."""
    if value.is_Rational:
        return value
    scale = sympy.Integer(10) ** _DIGITS
    return Rational(int(sympy.floor(value * scale)), scale)


def _length(step: Step, time: Time, tau: Rational) -> tuple[Expr, int | None]:
    """(tau, number of steps): `until T` takes n = ceil(T/S) steps of T/n."""
    if time.until is None:
        return tau, time.steps
    until = rounded_down(time.until)
    bodies = max(1, int(sympy.ceiling(until / (tau * step.advance))))
    return until / (bodies * step.advance), bodies * step.inner


def _with_alpha(scheme: Scheme, time: Time, faults: Faults) -> Scheme:
    """Du Fort-Frankel's alpha = ||A||/4, from the limit 2/||A|| of the explicit step."""
    assert scheme.step is not None
    if not any(ALPHA in c.free_symbols for s in scheme.step.body for c in coefficients(s)):
        return scheme
    explicit = replace(scheme, step=explicit_step(scheme.rates, faults))
    claim = Claim(name="l2_stable", value=None, part=None, parameter=None, span=time.span)
    found = certified_limit(explicit, claim)
    if isinstance(found, Unproved):
        faults.error(
            time.method.name_span,
            "the norm of the operator, which alpha needs, has no"
            f" certificate: {found.reason.rstrip('.')}",
            "give it: `time du_fort_frankel, alpha 1/2`",
        )
        return scheme
    alpha = 1 / (2 * rational(found.value))
    return replace(scheme, step=substituted(scheme.step, {ALPHA: alpha}))


def coefficients(stage: Stage) -> tuple[Expr, ...]:
    """All scalar expressions of a stage."""
    return tuple(e for u in stage.updates for e in (u.slope, *(c for c, _ in u.combination)))


def substituted(step: Step, values: dict[sympy.Symbol, Expr]) -> Step:
    """The step with symbols replaced by values in all coefficients."""

    def update(u: Update) -> Update:
        pairs = tuple((c.subs(values), a) for c, a in u.combination)
        return replace(u, combination=pairs, slope=u.slope.subs(values))

    def stages(all_: tuple[Stage, ...]) -> tuple[Stage, ...]:
        return tuple(replace(s, updates=tuple(map(update, s.updates))) for s in all_)

    return replace(
        step, start=stages(step.start), body=stages(step.body), finish=stages(step.finish)
    )
