"""Velocity Verlet: half a kick, a drift, half a kick. Order 2, all values at the same time.

dtt(u) = f(u):    v = u_t + tau/2 f(u);  u <- u + tau v;  u_t <- v + tau/2 f(u).
two groups a, b:  a <- a + tau/2 f_a(b);  b <- b + tau f_b(a);  a <- a + tau/2 f_a(b).
Stable strictly below tau^2 ||A|| = 4. Source: Hairer, Lubich, Wanner 2003.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from sympy import Rational

from ..scheme import Array, Step
from .base import Facts, Integrator, Problem, groups, one_step, stage, update


def facts(options: Mapping[str, Any]) -> Facts:
    """The bound of pairs."""
    return Facts(pair_squared=Fraction(4))


def build(problem: Problem) -> Step:
    """For dtt equations, or for a system of two groups."""
    if all(r.order == 2 for r in problem.rates):
        return _second_order(problem)
    pair = groups(problem)
    if pair is None:
        problem.faults.error(
            problem.span,
            "verlet needs dtt, or two groups of unknowns each driven only by the other",
            "leapfrog takes any first-order system; so does rk4",
        )
        return one_step("verlet", [])
    a, b = pair
    half = Rational(1, 2)

    def push(group: Any, share: Any, at: Any) -> Any:
        updates = [update(problem, u, u.name, {u.name: 1}, share * problem.tau) for u in group]
        return stage("kick" if group is a else "drift", updates, time=problem.time(at))

    return one_step("verlet", [push(a, half, 0), push(b, 1, half), push(a, half, 1)])


def _second_order(problem: Problem) -> Step:
    """The velocity is part of the state."""
    us, tau = problem.unknowns, problem.tau
    v = {u: problem.extra(u, "t") for u in us}
    kick, drift = [], []
    for u in us:
        kick.append(update(problem, u, v[u], {v[u]: 1}, tau / 2))
        drift.append(update(problem, u, u.name, {u.name: 1, v[u]: tau}, 0))
    body = [
        stage("kick", kick, time=problem.time(0)),
        stage("drift", drift),
        stage("kick_again", kick, time=problem.time(1)),
    ]
    arrays = [Array(name=v[u], like=u, level=True, rate_of=u) for u in us]
    return one_step("verlet", body, arrays)


METHOD = Integrator(name="verlet", order=2, laws=(1, 2), facts=facts, build=build)
