"""Fast explicit diffusion: a cycle of n unequal explicit steps, time n(n+1)/3 tau. Order 1.

u <- u + c_i tau f(u),  c_i = 1 / (2 cos^2(pi (2i+1) / (4n+2))): the polynomial of the cycle is that
of FSI. Single steps may exceed the limit, so they are taken in an order that keeps rounding small.
Source: Grewenig, Weickert, Bruhn 2010.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import sympy
from sympy import Integer

from ..scheme import Step
from .base import Facts, Integrator, Problem, one_step, stage, update


def facts(options: Mapping[str, Any]) -> Facts:
    """Of the whole cycle: tau rho <= 2."""
    return Facts(real=Fraction(2), imaginary_squared=Fraction(0))


def order_of_steps(n: int) -> tuple[int, ...]:
    """A permutation i -> (i kappa) mod p that spreads long steps (p the prime after n)."""
    prime = next(p for p in range(n + 1, 2 * n + 3) if all(p % q for q in range(2, p)))
    kappa = max(1, round(n * 0.38))
    found = [(i * kappa) % prime - 1 for i in range(1, prime)]
    return tuple(i for i in found if 0 <= i < n)


def build(problem: Problem) -> Step:
    """A cycle is a step of the module."""
    us, tau = problem.unknowns, problem.tau
    c, begin = problem.letter("c"), problem.letter("begin")
    n = int(problem.options.get("cycle", 10))
    frozen = bool(problem.options.get("frozen", False))
    rows = tuple(
        1 / (2 * sympy.cos(sympy.pi * (2 * i + 1) / (4 * n + 2)) ** 2) for i in order_of_steps(n)
    )
    times = tuple(sympy.Add(*rows[:i]) for i in range(n))
    updates = [update(problem, u, u.name, {u.name: 1}, c * tau) for u in us]
    body = [stage("freeze", [], frozen="save", time=problem.time(0))] if frozen else []
    body.append(
        stage(
            "advance",
            updates,
            frozen="use" if frozen else "",
            table=((c, rows), (begin, times)),
            time=problem.time(begin),
        )
    )
    return one_step("fed", body, inner=n, advance=Integer(n * (n + 1)) / 3)


METHOD = Integrator(name="fed", order=1, laws=(1,), facts=facts, build=build)
