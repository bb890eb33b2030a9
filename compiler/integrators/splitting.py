"""Splittings: one method advances the first additive term of each equation, another the rest.

lie_splitting(a, b): a over [t, t + tau], b over [t, t + tau]. Order 1.
strang(a, b):        a over [t, t + tau/2], b over [t, t + tau], a over [t + tau/2, t + tau].
                     Order 2 if a and b have it.
Sources and walls move on a part's own clock. For du/dt = A(t, u) + B(t, u) this is the splitting of
the autonomous system in which A and B each advance a time of their own, so the orders are those
without a time. Source: Strang 1968; Hundsdorfer, Verwer 2003, chapter IV.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sympy import Rational, sympify

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
    """Which terms each part advances: all of the first addend, all others.

    The velocity of a dtt equation is no addend of the file; u' = v goes with the first.
    """
    first, rest = (
        {
            r.unknown: tuple(k for k, t in enumerate(r.terms) if bool(t.addend) is later)
            for r in problem.rates
        }
        for later in (False, True)
    )
    return first, rest


def _run(problem: Problem, name: str, plan: list[tuple[str, Any, Any, Any, Any]]) -> Step:
    """The stages of (prefix, method, selection, start, length) in turn, times in units of tau."""
    body: list[Stage] = []
    arrays: dict[str, Array] = {}
    for prefix, method, selection, start, length in plan:
        part = replace(
            problem, selection=selection, tau=length * TAU, clock=sympify(start), arguments=()
        )
        step = method.build(part)
        if step.start or step.finish or step.inner != 1:
            problem.faults.error(
                problem.span,
                f"{method.name} keeps a history of its own, so it cannot be a part of a splitting",
                "one-step methods can: explicit_euler, heun, ssprk3, rk4, rkl2",
            )
        body += [replace(s, name=f"{prefix}_{s.name}") for s in step.body]
        arrays |= {a.name: a for a in step.arrays}
    first, second = (m.name for _, m, *_ in plan[:2])
    return one_step(f"{name}({first}, {second})", body, tuple(arrays.values()))


def build_lie(problem: Problem) -> Step:
    """a then b."""
    methods = _parts(problem, "lie_splitting")
    if methods is None:
        return one_step("lie_splitting", [])
    (first, rest), (a, b) = _shares(problem), methods
    return _run(problem, "lie_splitting", [("a", a, first, 0, 1), ("b", b, rest, 0, 1)])


def build_strang(problem: Problem) -> Step:
    """Half of a, b, half of a; the halves of a follow one another on a's clock."""
    methods = _parts(problem, "strang")
    if methods is None:
        return one_step("strang", [])
    (first, rest), (a, b), half = _shares(problem), methods, Rational(1, 2)
    halves = [("a", a, first, start, half) for start in (0, half)]
    return _run(problem, "strang", [halves[0], ("b", b, rest, 0, 1), halves[1]])


LIE = Integrator(
    name="lie_splitting", order=1, laws=(1,), facts=facts, build=build_lie, splits=True
)
STRANG = Integrator(name="strang", order=2, laws=(1,), facts=facts, build=build_strang, splits=True)
