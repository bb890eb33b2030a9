"""Choosing how to march: eagerly, in place with compiled kernels, or in one graph.

Compiling costs seconds, so it must save more. The eager step is measured on the spot; what a
compiled one would cost is estimated by constants measured once (seconds a call and a value).
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any, Protocol

import torch

from .. import kernels
from ..faults import UserError
from ..problem import Arrays, Problem, apply
from .functional import Functional
from .inplace import InPlace
from .loop import Loop

# seconds a call of a stage, seconds a value: a linear stencil in two dimensions
EAGER = (30e-6, 1.4e-9)
COMPILED = (30e-6, 0.2e-9)
LOOPED = (2e-6, 0.4e-9)
FIRST = 4.0  # the first compilation of a process
EACH = 1.2  # one kernel
MOST_VALUES = 2**17  # of an array in one graph with the loop
MOST_TURNS = 12


class Way(Protocol):
    """How bodies are run: in place, in one graph, or functionally."""

    name: str

    def put(self, levels: Arrays) -> None:
        """Start from these arrays."""

    def advance(self, first: int, count: int) -> None:
        """Run bodies first, ..., first + count - 1."""

    def take(self) -> Arrays:
        """The levels now; the next body may overwrite them."""


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
    """A way of marching; a resumed run goes on in the way that it went `before`."""
    if wish not in {"auto", "never", "always"}:
        raise UserError(f"{wish!r} is no wish for compiling", "known: auto, never, always")
    if problem.plan.weights and not differentiable:
        return Functional(problem, static)  # convolutions gain nothing from being compiled
    if differentiable:
        length = None if segments is None else max(1, -(-bodies // segments))
        using = _compiled if _worth_gradients(problem, levels, static, bodies, wish) else None
        return Functional(problem, static, using=using, length=length)
    name = before or _name(problem, levels, static, bodies, wish)
    return make(name, problem, static)


def make(name: str, problem: Problem, static: Arrays) -> Way:
    """A way of marching by its name."""
    match name:
        case "loop":
            return Loop(problem, static)
        case "compiled":
            return InPlace(problem, static, kernels.fast, name=name)
        case "eager":
            return InPlace(problem, static, kernels.plain, name=name)
    raise UserError(f"{name!r} is no way of marching")


def _compiled(function: Any, arguments: Sequence[Any]) -> Any:
    return kernels.caller(function, arguments)(*arguments)


def _values(problem: Problem) -> int:
    """Values of the largest level."""
    return max(math.prod(problem.shape(name)) for name in problem.plan.levels)


def _loops(problem: Problem) -> bool:
    """Whether the whole run may be one graph: inner solves may not."""
    if any(turn.stage.solves for turn in problem.turns):
        return False
    small = _values(problem) <= MOST_VALUES and len(problem.turns) <= MOST_TURNS
    return small and problem.device.type == "cpu" and not kernels.learned(problem.scalars.values())


def _name(problem: Problem, levels: Arrays, static: Arrays, bodies: int, wish: str) -> str:
    """The way that ends first."""
    if wish == "never" or (wish == "auto" and not kernels.working()):
        return "eager"
    if wish == "always":
        return "loop" if _loops(problem) else "compiled"
    calls, values = len(problem.turns), _values(problem)
    if bodies * calls * (500e-6 + 20e-9 * values) < 1.0:
        return "eager"  # done before anything could be compiled
    spent = _measured(problem, levels, static)
    work = spent / (calls * (EAGER[0] + EAGER[1] * values))  # in units of a linear stencil
    functions = _compilable(problem)
    new = sum(not kernels.known(function) for function in functions)
    first = 0.0 if kernels.warm() else FIRST
    ends = {
        "eager": bodies * spent,
        "compiled": bodies * calls * (COMPILED[0] + COMPILED[1] * work * values)
        + EACH * new
        + first * bool(new),
    }
    if _loops(problem):
        made = kernels.known(Loop.key(problem, static))
        ends["loop"] = bodies * (LOOPED[0] + LOOPED[1] * work * calls * values)
        ends["loop"] += 0.0 if made else first + EACH * (1 + calls / 2)
    return min(ends, key=ends.__getitem__)


def _compilable(problem: Problem) -> set[Any]:
    """The functions that kernels may be made of."""
    return {t.stage.function for t in problem.turns if not t.stage.solves} - {None}


def _measured(problem: Problem, levels: Arrays, static: Arrays) -> float:
    """Seconds of an eager body, on a copy."""
    way = make("eager", problem, static)
    way.put(levels)
    way.advance(0, 1)
    best = math.inf
    for repeat in range(3):
        begin = time.perf_counter()
        way.advance(1 + repeat, 1)
        if problem.device.type == "cuda":
            torch.cuda.synchronize(problem.device)
        best = min(best, time.perf_counter() - begin)
    return best


def _worth_gradients(
    problem: Problem, levels: Arrays, static: Arrays, bodies: int, wish: str
) -> bool:
    """Whether compiled functions pay in a differentiable run: forward, and twice that backward."""
    if problem.plan.weights:
        return False
    if wish != "auto" or not kernels.working():
        return wish == "always"
    with torch.no_grad():
        begin = time.perf_counter()
        apply(
            problem.turns,
            problem.plan.places,
            {**static, **levels},
            problem.scalars,
            lambda offset: problem.tensor(problem.time(0, offset)),
        )
        spent = time.perf_counter() - begin
    functions = _compilable(problem)
    new = sum(not kernels.known(function) for function in functions)
    cost = 2 * EACH * new + (0.0 if kernels.warm() or not new else FIRST)
    return 3 * bodies * spent / 2 > cost
