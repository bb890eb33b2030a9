"""Marching small grids: halos, bodies and the loop itself in one compiled graph.

On 256 points a call costs more than the work. Here any number of bodies is one call: halos by
torch.cat, torch's while_loop with the number of bodies as a tensor, behind a C++ wrapper.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from typing import Any

import torch
from torch import Tensor
from torch._higher_order_ops import while_loop

from ..kernels import Kernel, looper
from ..problem import Arrays, Problem, apply

ONE_THREAD = 2**15  # values below which threads cost more than they save


class Loop:
    """Marches in one graph, whose arguments are all tensors: kept for every run of this shape.

    If it cannot be compiled, the plain function does the same, eagerly, with one line of notice.
    """

    name = "loop"

    def __init__(self, problem: Problem, static: Arrays) -> None:
        plan = problem.plan
        self.names = plan.levels
        self.levels = tuple(
            torch.zeros(problem.shape(name), dtype=problem.dtype, device=problem.device)
            for name in plan.levels
        )
        given = _given(problem, static)
        tau = torch.tensor(problem.tau, dtype=torch.float64)
        self.rest = (tau, *(a.contiguous() for a in given.values()), *problem.scalars.values())
        values = max(math.prod(a.shape) for a in self.levels)
        function = chunk(problem, tuple(given))
        fast = looper(
            self.key(problem, static),
            function,
            2 + len(self.levels) + len(self.rest),
            threads=1 if values < ONE_THREAD else None,
        )
        self.run = Kernel(fast, function)

    @staticmethod
    def key(problem: Problem, static: Arrays) -> Hashable:
        """What the graph is made for: the plan, and the shapes of its arrays."""
        arrays = [tuple(a.shape) for a in _given(problem, static).values()]
        levels = [problem.shape(name) for name in problem.plan.levels]
        return (id(problem.plan), *arrays, *levels, problem.dtype)

    def put(self, levels: Arrays) -> None:
        """Start from these arrays."""
        self.levels = tuple(levels[name].clone().contiguous() for name in self.names)

    def advance(self, first: int, count: int) -> None:
        """Run bodies first, ..., first + count - 1."""
        ends = torch.tensor(first), torch.tensor(first + count)
        self.levels = self.run(*ends, *self.levels, *self.rest)

    def take(self) -> Arrays:
        """The levels now."""
        return dict(zip(self.names, self.levels, strict=True))


def _given(problem: Problem, static: Arrays) -> Arrays:
    """The static arrays that a body reads."""
    read = {name for s in problem.plan.body for name in (*s.padded, *s.plain)}
    return {name: array for name, array in static.items() if name in read}


def chunk(problem: Problem, given: tuple[str, ...]) -> Callable[..., tuple[Tensor, ...]]:
    """The function (first, last, *levels, tau, *given, *scalars) -> levels after those bodies."""
    plan, turns, dtype = problem.plan, problem.turns, problem.dtype
    names, scalars = plan.levels, tuple(problem.scalars)

    def run(first: Tensor, last: Tensor, *tensors: Tensor) -> tuple[Tensor, ...]:
        levels, (tau, *rest) = tensors[: len(names)], tensors[len(names) :]
        static = dict(zip(given, rest, strict=False))
        numbers = dict(zip(scalars, rest[len(given) :], strict=True))

        def more(k: Tensor, *_: Tensor) -> Tensor:
            return k < last

        def body(k: Tensor, *levels: Tensor) -> tuple[Tensor, ...]:
            begin = plan.start_steps + k * plan.advance

            def clock(offset: float) -> Tensor:
                return ((begin + offset) * tau).to(dtype)

            arrays: dict[str, Any] = {**static, **dict(zip(names, levels, strict=True))}
            arrays = apply(turns, plan.places, arrays, numbers, clock)
            return (k + 1, *(arrays[name].clone() for name in names))

        _, *after = while_loop(more, body, (first, *levels))  # type: ignore[no-untyped-call]
        return tuple(after)

    return run
