"""SSPRK(3,3): three convex combinations of explicit Euler steps. Order 3.

v = u + tau f(u);  w = 3/4 u + 1/4 (v + tau f(v));  u <- 1/3 u + 2/3 (w + tau f(w)).
P(z) = 1 + z + z^2/2 + z^3/6; strong-stability coefficient 1. Source: Shu and Osher 1988.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from sympy import Rational

from ..scheme import Array, Step
from .base import Facts, Integrator, Problem, one_step, stage, update

# the real root of z^3/6 - z^2/2 + z - 2 is 2.51274532661...; rounded down
REAL = Fraction(251274532661, 100000000000)


def facts(options: Mapping[str, Any]) -> Facts:
    """|P| <= 1 on [-2.5127.., 0]; |P(iy)|^2 = 1 - y^4/12 + y^6/36 <= 1 for y^2 <= 3."""
    return Facts(
        real=REAL,
        imaginary_squared=Fraction(3),
        ssp=Fraction(1),
        polynomial=(Fraction(1), Fraction(1), Fraction(1, 2), Fraction(1, 6)),
    )


def build(problem: Problem) -> Step:
    """Three stages; the two intermediate states are arrays of their own."""
    us, tau = problem.unknowns, problem.tau
    v = {u: problem.extra(u, "s1") for u in us}
    w = {u: problem.extra(u, "s2") for u in us}
    q = Rational(1, 4)
    first = [update(problem, u, v[u], {u.name: 1}, tau) for u in us]
    second = [update(problem, u, w[u], {u.name: 3 * q, v[u]: q}, tau * q) for u in us]
    third = [
        update(problem, u, u.name, {u.name: Rational(1, 3), w[u]: Rational(2, 3)}, tau * 2 / 3)
        for u in us
    ]
    body = [
        stage("stage1", first, time=problem.time(0)),
        stage("stage2", second, at=tuple(v.items()), time=problem.time(1)),
        stage("stage3", third, at=tuple(w.items()), time=problem.time(Rational(1, 2))),
    ]
    arrays = [Array(name=a[u], like=u) for a in (v, w) for u in us]
    return one_step("ssprk3", body, arrays)


METHOD = Integrator(name="ssprk3", order=3, laws=(1,), facts=facts, build=build)
