"""Splittings: one method advances the first additive term of each equation, another the rest.

lie_splitting(a, b): a with tau, then b with tau. Order 1.
strang(a, b):        a with tau/2, b with tau, a with tau/2. Order 2 if a and b have it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sympy import Rational

from ..scheme import TAU, Array, Stage, Step
from .base import Facts, Integrator, Problem, one_step


def facts(options: Mapping[str, Any]) -> Facts:
    """Nothing follows from z alone: each part has its own operator."""
    return Facts()


def _parts(problem: Problem, name: str) -> tuple[Any, Any] | None:
    """The two methods by name; they must be one-step methods without a start."""
    from . import METHODS  # noqa: PLC0415 (the table holds this file)

    words = [str(a) for a in problem.arguments]
    if len(words) != 2 or any(w not in METHODS or w == name for w in words):
        problem.faults.error(
            problem.span,
            f"{name} needs the names of two explicit methods",
            f"write {name}(explicit_euler, heun): the first advances the first additive term",
        )
        return None
    return METHODS[words[0]], METHODS[words[1]]


def _shares(problem: Problem) -> tuple[dict[Any, tuple[int, ...]], dict[Any, tuple[int, ...]]]:
    """Which terms each part advances."""
    first: dict[Any, tuple[int, ...]] = {r.unknown: (0,) for r in problem.rates}
    rest = {r.unknown: tuple(range(1, len(r.terms))) for r in problem.rates}
    return first, rest


def _run(problem: Problem, plan: list[tuple[Any, Any, Any, str]]) -> Step:
    """The stages of (method, selection, share of tau, prefix) one after the other."""
    body: list[Stage] = []
    arrays: dict[str, Array] = {}
    clock = problem.clock
    for method, selection, share, prefix in plan:
        part = replace(problem, selection=selection, tau=share * TAU, clock=clock, arguments=())
        step = method.build(part)
        if step.start or step.finish or step.inner != 1:
            problem.faults.error(
                problem.span,
                f"{method.name} keeps a history of its own, so it cannot be a part of a splitting",
                "one-step methods can: explicit_euler, heun, ssprk3, rk4, rkl2",
            )
        body += [replace(s, name=f"{prefix}_{s.name}") for s in step.body]
        arrays |= {a.name: a for a in step.arrays}
    return one_step("splitting", body, tuple(arrays.values()))


def build_lie(problem: Problem) -> Step:
    """a then b."""
    methods = _parts(problem, "lie_splitting")
    if methods is None:
        return one_step("lie_splitting", [])
    (first, rest), (a, b) = _shares(problem), methods
    return _run(problem, [(a, first, 1, "a"), (b, rest, 1, "b")])


def build_strang(problem: Problem) -> Step:
    """Half of a, b, half of a; each part starts where the other's clock stands."""
    methods = _parts(problem, "strang")
    if methods is None:
        return one_step("strang", [])
    (first, rest), (a, b), half = _shares(problem), methods, Rational(1, 2)
    return _run(problem, [(a, first, half, "a"), (b, rest, 1, "b"), (a, first, half, "c")])


LIE = Integrator(name="lie_splitting", order=1, laws=(1,), facts=facts, build=build_lie)
STRANG = Integrator(name="strang", order=2, laws=(1,), facts=facts, build=build_strang)
