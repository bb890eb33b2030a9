"""Explicit Euler: u <- u + tau f(u). Order 1; P(z) = 1 + z; strong-stability coefficient 1."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from ..scheme import Step
from .base import Facts, Integrator, Problem, one_step, stage, update


def facts(options: Mapping[str, Any]) -> Facts:
    """|1 + z| <= 1 on [-2, 0]; on the imaginary axis only at 0."""
    return Facts(
        real=Fraction(2),
        imaginary_squared=Fraction(0),
        ssp=Fraction(1),
        polynomial=(Fraction(1), Fraction(1)),
    )


def build(problem: Problem) -> Step:
    """One stage, all unknowns at once."""
    updates = [update(problem, u, u.name, {u.name: 1}, problem.tau) for u in problem.unknowns]
    return one_step("explicit_euler", [stage("advance", updates, time=problem.time(0))])


METHOD = Integrator(name="explicit_euler", order=1, laws=(1,), facts=facts, build=build)
