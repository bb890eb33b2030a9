"""Du Fort-Frankel: leapfrog with a term -alpha (u_new - 2u + u_old) that makes it stable. Order 2
while alpha tau^2 -> 0.

u_new = ((1 - b) u_old + 2b u + 2 tau f(u)) / (1 + b),  b = 2 tau alpha, with alpha >= ||A||/4.
Roots lie in the closed disc for every tau (linear, symmetric A), but the norm may grow by up to
b on the way, and layers that change only keep max(||u||, ||u_old||) for b <= 1. The first step is
explicit, shortened for b > 1, where a full one would amplify. Source: Gottlieb, Gustafsson 1976.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from sympy import Min, Symbol

from ..scheme import Array, Step
from .base import Facts, Integrator, Problem, one_step, stage, update

ALPHA = Symbol("alpha", positive=True)  # resolved to ||A||/4 unless the option `alpha` gives it


def facts(options: Mapping[str, Any]) -> Facts:
    """No interval in z alone: see certificates on du_fort_frankel."""
    return Facts(imaginary_squared=Fraction(0))


def build(problem: Problem) -> Step:
    """Two levels; alpha from the option or from the operator's certified norm."""
    us, tau = problem.unknowns, problem.tau
    alpha = problem.options.get("alpha", ALPHA)
    b = 2 * tau * alpha
    old = {u: problem.extra(u, "old") for u in us}
    body = [
        update(
            problem,
            u,
            old[u],
            {u.name: 2 * b / (1 + b), old[u]: (1 - b) / (1 + b)},
            2 * tau / (1 + b),
        )
        for u in us
    ]
    first = [update(problem, u, old[u], {u.name: 1}, Min(tau, 2 * tau / (1 + b))) for u in us]
    swap = tuple(m for u in us for m in ((u.name, old[u]), (old[u], u.name)))
    return one_step(
        "du_fort_frankel",
        [stage("advance", body, moves=swap, time=problem.time(0))],
        [Array(name=old[u], like=u, level=True) for u in us],
        start=[stage("start", first, moves=swap, time=problem.time(0))],
        start_steps=1,
    )


METHOD = Integrator(name="du_fort_frankel", order=2, laws=(1,), facts=facts, build=build)
