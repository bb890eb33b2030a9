"""Heun's method, SSPRK(2,2): v = u + tau f(u); u <- u/2 + (v + tau f(v))/2. Order 2.

P(z) = 1 + z + z^2/2; strong-stability coefficient 1. Source: Shu and Osher 1988.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from sympy import Rational

from ..scheme import Array, Stage, Step
from .base import Facts, Integrator, Problem, one_step, stage, update


def facts(options: Mapping[str, Any]) -> Facts:
    """|P| <= 1 on [-2, 0]; |P(iy)|^2 = 1 + y^4/4 > 1."""
    return Facts(
        real=Fraction(2),
        imaginary_squared=Fraction(0),
        ssp=Fraction(1),
        polynomial=(Fraction(1), Fraction(1), Fraction(1, 2)),
    )


def stages(problem: Problem) -> tuple[list[Stage], list[Array]]:
    """The two stages and the array between them; starts of multi-step methods use them too."""
    mid = {u: problem.extra(u, "mid") for u in problem.unknowns}
    half, tau = Rational(1, 2), problem.tau
    first = [update(problem, u, mid[u], {u.name: 1}, tau) for u in problem.unknowns]
    second = [
        update(problem, u, u.name, {u.name: half, mid[u]: half}, tau / 2) for u in problem.unknowns
    ]
    at = tuple((u, mid[u]) for u in problem.unknowns)
    body = [
        stage("predict", first, time=problem.time(0)),
        stage("correct", second, at=at, time=problem.time(1)),
    ]
    return body, [Array(name=mid[u], like=u) for u in problem.unknowns]


def build(problem: Problem) -> Step:
    """Predictor and corrector."""
    body, arrays = stages(problem)
    return one_step("heun", body, arrays)


METHOD = Integrator(name="heun", order=2, laws=(1,), facts=facts, build=build)
