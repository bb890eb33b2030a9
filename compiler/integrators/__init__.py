"""Time methods: an open set, one line each; `build_step` lays a model's method out as stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sympy import S, Symbol

from ...runtime.table import Table
from ..grid import Read
from ..model import Model
from ..scheme import Array, Rate, Step, Term
from ..source import Faults
from .base import Integrator, Problem, one_step, stage, update
from .iterate import build_iterate

METHODS: Table[Integrator] = Table(
    "time method",
    __name__,
    "explicit_euler:METHOD",
    "heun:METHOD",
    "ssprk3:METHOD",
    "rk4 = butcher:RK4",
    "midpoint = butcher:MIDPOINT",
    "ralston = butcher:RALSTON",
    "kutta3 = butcher:KUTTA3",
    "bogacki_shampine = butcher:BOGACKI_SHAMPINE",
    "rk38 = butcher:RK38",
    "dormand_prince = butcher:DORMAND_PRINCE",
    "runge_kutta = butcher:RUNGE_KUTTA",
    "adams_bashforth2:METHOD",
    "leapfrog:METHOD",
    "symplectic_euler:METHOD",
    "verlet:METHOD",
    "du_fort_frankel:METHOD",
    "fsi:METHOD",
    "fed:METHOD",
    "rkc = chebyshev:RKC",
    "rkl2 = chebyshev:RKL2",
    "lie_splitting = splitting:LIE",
    "strang = splitting:STRANG",
)


def build_step(
    model: Model, rates: tuple[Rate, ...], depth: Mapping[Symbol, int], faults: Faults
) -> tuple[tuple[Rate, ...], Step | None]:
    """The step of a model and its rates, the latter with velocities where a method wants them."""
    taken = model.names
    if rates and rates[0].order == 0:
        span = rates[0].span
        problem = Problem(
            rates=rates,
            options={},
            arguments=(),
            faults=faults,
            span=span,
            taken=taken,
            depth=depth,
        )
        return rates, build_iterate(problem)
    if model.time is None:
        return rates, None
    chosen = model.time.method
    method = METHODS[chosen.name]
    problem = Problem(
        rates=rates,
        options={k: True if v is None else v for k, v in chosen.options},
        arguments=chosen.arguments,
        faults=faults,
        span=chosen.name_span,
        taken=taken,
    )
    second = any(r.order == 2 for r in rates)
    first = any(r.order == 1 for r in rates)
    if second and (first or 2 not in method.laws):
        return _with_velocities(problem, method)
    if first and 1 not in method.laws:
        faults.error(chosen.name_span, f"{chosen.name} needs dtt equations", "leapfrog takes both")
        return rates, None
    return rates, method.build(problem)


def explicit_step(rates: tuple[Rate, ...], faults: Faults) -> Step:
    """Explicit Euler on the same equations: what other methods' coefficients are measured by."""
    span = rates[0].span
    problem = Problem(rates=rates, options={}, arguments=(), faults=faults, span=span)
    return METHODS["explicit_euler"].build(problem)


def _with_velocities(problem: Problem, method: Integrator) -> tuple[tuple[Rate, ...], Step]:
    """dtt(u) = f as dt(u) = v, dt(v) = f: what a method for first-order systems advances."""
    rates: list[Rate] = []
    arrays = []
    for rate in problem.rates:
        if rate.order == 1:
            rates.append(rate)
            continue
        velocity = Symbol(problem.extra(rate.unknown, "t"), real=True)
        location = rate.terms[0].value.location if rate.terms else ()
        read = Read(symbol=velocity, kind="field", location=location)
        term = Term(words=(), coefficient=S.One, value=read, span=rate.span)
        rates.append(Rate(unknown=rate.unknown, order=1, terms=(term,), span=rate.span))
        rates.append(Rate(unknown=velocity, order=1, terms=rate.terms, span=rate.span))
        arrays.append(
            Array(name=velocity.name, like=rate.unknown, level=True, rate_of=rate.unknown)
        )

    step = method.build(replace(problem, rates=tuple(rates)))
    # A stage of a velocity lies where its unknown does.
    home = {Symbol(a.name, real=True): a.like for a in arrays}
    stages = (replace(a, like=home.get(a.like, a.like)) for a in step.arrays)
    return tuple(rates), replace(step, arrays=(*stages, *arrays))


__all__ = ["METHODS", "Integrator", "Problem", "build_step", "one_step", "stage", "update"]
