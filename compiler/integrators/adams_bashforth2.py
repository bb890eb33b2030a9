"""Adams-Bashforth of order 2: u <- u + tau (3/2 f(u) - 1/2 f_old), f_old <- f(u).

The first step is Heun's, so that the start has the method's order. On the real axis the root
condition holds on [-1, 0]; on the imaginary axis only at 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from sympy import Rational

from ..scheme import Array, Step
from .base import Facts, Integrator, Problem, one_step, stage, update
from .heun import stages as heun_stages


def facts(options: Mapping[str, Any]) -> Facts:
    """Roots of lambda^2 - (1 + 3z/2) lambda + z/2 lie in the disc for real z in [-1, 0]."""
    return Facts(real=Fraction(1), imaginary_squared=Fraction(0))


def build(problem: Problem) -> Step:
    """One evaluation a step; the older slope is part of the state."""
    us, tau = problem.unknowns, problem.tau
    old = {u: problem.extra(u, "slope_old") for u in us}
    updates = []
    for u in us:
        updates.append(
            update(problem, u, u.name, {u.name: 1, old[u]: -tau / 2}, tau * Rational(3, 2))
        )
        updates.append(update(problem, u, old[u], {}, 1))
    start, arrays = heun_stages(problem)
    keep = [update(problem, u, old[u], {}, 1) for u in us]
    start[0] = replace(start[0], updates=(*start[0].updates, *keep))
    levels = [Array(name=old[u], like=u, level=True) for u in us]
    body = [stage("advance", updates, time=problem.time(0))]
    return one_step("adams_bashforth2", body, [*arrays, *levels], start=start, start_steps=1)


METHOD = Integrator(name="adams_bashforth2", order=2, laws=(1,), facts=facts, build=build)
