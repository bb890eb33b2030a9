"""Leapfrog, in the three forms that its name has. Order 2.

dtt(u) = f(u):      u_new = 2 u - u_old + tau^2 f(u); start u_old = u - tau u_t + tau^2/2 f(u).
two groups a, b:    a half a step ahead: b <- b + tau f_b(a); a <- a + tau f_a(b); inputs and
                    outputs are synchronised by half steps of a.
else:               three-level midpoint u_new = u_old + 2 tau f(u); the first step is Heun's.
Stable strictly below tau^2 ||A|| = 4 (pairs and dtt), tau |y| = 1 (midpoint, skew operators).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from sympy import Rational, Symbol

from ..scheme import Array, Step, Update
from .base import Facts, Integrator, Problem, groups, one_step, stage, update
from .heun import stages as heun_stages


def facts(options: Mapping[str, Any]) -> Facts:
    """The bound of pairs; the midpoint form has |Im z| < 1 and no real interval."""
    return Facts(real=Fraction(0), imaginary_squared=Fraction(1), pair_squared=Fraction(4))


def build(problem: Problem) -> Step:
    """Choose the form by the equations."""
    if all(r.order == 2 for r in problem.rates):
        return second_order(problem)
    pair = groups(problem)
    return staggered(problem, *pair) if pair is not None else midpoint(problem)


def second_order(problem: Problem) -> Step:
    """Two levels of u; the new one takes the place of the old one."""
    us, tau = problem.unknowns, problem.tau
    old = {u: problem.extra(u, "old") for u in us}
    rate = {u: problem.extra(u, "t") for u in us}
    body = [update(problem, u, old[u], {u.name: 2, old[u]: -1}, tau**2) for u in us]
    start = [update(problem, u, old[u], {u.name: 1, rate[u]: -tau}, tau**2 / 2) for u in us]
    swap = tuple(m for u in us for m in ((u.name, old[u]), (old[u], u.name)))
    arrays = [Array(name=old[u], like=u, level=True) for u in us]
    arrays += [Array(name=rate[u], like=u, rate_of=u) for u in us]
    return one_step(
        "leapfrog",
        [stage("advance", body, moves=swap, time=problem.time(0))],
        arrays,
        start=[stage("start", start, time=problem.time(0))],
    )


def staggered(problem: Problem, a: tuple[Symbol, ...], b: tuple[Symbol, ...]) -> Step:
    """The first equation's group half a step ahead of the other."""

    def push(group: tuple[Symbol, ...], share: Any) -> list[Update]:
        return [update(problem, u, u.name, {u.name: 1}, share * problem.tau) for u in group]

    half = Rational(1, 2)
    ahead = push(a, half)
    body = [
        stage("advance_second", push(b, 1), time=problem.time(half)),
        stage("advance_first", push(a, 1), time=problem.time(1)),
    ]
    return one_step(
        "leapfrog",
        body,
        start=[stage("start", ahead, time=problem.time(0))],
        finish=[stage("finish", push(a, -half), time=problem.time(0))],
    )


def midpoint(problem: Problem) -> Step:
    """Three levels for any other system."""
    us, tau = problem.unknowns, problem.tau
    old = {u: problem.extra(u, "old") for u in us}
    body = [update(problem, u, old[u], {old[u]: 1}, 2 * tau) for u in us]
    swap = tuple(m for u in us for m in ((u.name, old[u]), (old[u], u.name)))
    start, arrays = heun_stages(problem)
    keep = [update(problem, u, old[u], {u.name: 1}, 0) for u in us]
    start[0] = replace(start[0], updates=(*start[0].updates, *keep))
    levels = [Array(name=old[u], like=u, level=True) for u in us]
    bodies = [stage("advance", body, moves=swap, time=problem.time(0))]
    return one_step("leapfrog", bodies, [*arrays, *levels], start=start, start_steps=1)


METHOD = Integrator(name="leapfrog", order=2, laws=(1, 2), facts=facts, build=build)
