"""Fast semi-iterative scheme: cycles of n extrapolated explicit steps, time n(n+1)/3 tau. Order 1.

u_new = a_k (u + tau f(u)) + (1 - a_k) u_old,  a_k = (4k+2)/(2k+3),  k = 0..n-1, u_old = u at 0.
With a fixed symmetric operator |R_k| <= 1 at every inner step for tau rho <= 2. With the flux
re-evaluated inside a cycle the norm may grow; `frozen` holds the weights over a cycle.
Source: Hafner, Ochs, Weickert, Reissel, Grewenig 2016.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from sympy import Integer, Rational

from ..scheme import Array, Step
from .base import Facts, Integrator, Problem, one_step, stage, update


def facts(options: Mapping[str, Any]) -> Facts:
    """Of one inner step: tau rho <= 2."""
    return Facts(real=Fraction(2), imaginary_squared=Fraction(0))


def build(problem: Problem) -> Step:
    """A cycle is a step of the module; `steps` counts inner steps."""
    us, tau = problem.unknowns, problem.tau
    a, c = problem.letter("a"), problem.letter("c")
    n = int(problem.options.get("cycle", 10))
    frozen = bool(problem.options.get("frozen", False))
    use = "use" if frozen else ""
    old = {u: problem.extra(u, "old") for u in us}
    swap = tuple(m for u in us for m in ((u.name, old[u]), (old[u], u.name)))
    a0 = Rational(2, 3)
    first = [update(problem, u, old[u], {u.name: 1}, a0 * tau) for u in us]
    inner = [update(problem, u, old[u], {u.name: a, old[u]: 1 - a}, a * tau) for u in us]
    rows = tuple(Rational(4 * k + 2, 2 * k + 3) for k in range(1, n))
    times = tuple(Rational(k * (k + 1), 3) for k in range(1, n))
    body = [stage("freeze", [], frozen="save", time=problem.time(0))] if frozen else []
    body.append(stage("first", first, moves=swap, frozen=use, time=problem.time(0)))
    if n > 1:
        body.append(
            stage(
                "extrapolate",
                inner,
                moves=swap,
                frozen=use,
                table=((a, rows), (c, times)),
                time=problem.time(c),
            )
        )
    return one_step(
        "fsi",
        body,
        [Array(name=old[u], like=u) for u in us],
        inner=n,
        advance=Integer(n * (n + 1)) / 3,
    )


METHOD = Integrator(name="fsi", order=1, laws=(1,), facts=facts, build=build)
