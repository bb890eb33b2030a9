"""Symplectic Euler: the equations in file order, each with the values already advanced. Order 1.

For two groups a, b it is a <- a + tau f_a(b); b <- b + tau f_b(a): stable strictly below
tau^2 ||A|| = 4, as leapfrog is, of which it is a shifted reading.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import groupby
from typing import Any

from ..scheme import Step
from .base import Facts, Integrator, Problem, one_step, stage, update


def facts(options: Mapping[str, Any]) -> Facts:
    """The bound of pairs."""
    return Facts(pair_squared=Fraction(4))


def build(problem: Problem) -> Step:
    """One stage for each equation as it was written; the components of a vector go together."""
    body = []
    for number, (_, group) in enumerate(groupby(problem.rates, key=lambda r: r.span)):
        updates = [
            update(problem, r.unknown, r.unknown.name, {r.unknown.name: 1}, problem.tau)
            for r in group
        ]
        body.append(stage(f"equation{number + 1}", updates, time=problem.time(0)))
    return one_step("symplectic_euler", body)


METHOD = Integrator(name="symplectic_euler", order=1, laws=(1,), facts=facts, build=build)
