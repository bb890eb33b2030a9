"""Choosing how to march."""

from __future__ import annotations

from ..problem import Arrays, Problem
from .functional import Functional
from .inplace import InPlace, eager
from .march import Way


def choose(
    problem: Problem,
    levels: Arrays,
    static: Arrays,
    bodies: int,
    *,
    wish: str,
    before: str | None,
    differentiable: bool,
    segments: int | None,
) -> Way:
    """A way of marching."""
    turns = problem.turns(problem.plan.body)
    if differentiable:
        length = None if segments is None else max(1, -(-bodies // segments))
        return Functional(problem, turns, static, using=lambda f: f, length=length)
    return InPlace(problem, turns, static, eager, name="eager")
