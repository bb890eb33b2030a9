"""Marching functionally: every body makes new arrays, so that gradients flow through the run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor
from torch.utils.checkpoint import checkpoint

from ..problem import Arrays, Problem, apply


class Functional:
    """Marches differentiably: halos are filled outside the graph of a compiled function.

    A compiled function saves its operands alone, one array a step, and recomputes the rest. Parts
    of `length` bodies keep only their first levels and are run again by the backward pass.
    """

    name = "functional"

    def __init__(
        self,
        problem: Problem,
        static: Arrays,
        *,
        using: Callable[..., Any] | None = None,
        length: int | None = None,
    ) -> None:
        self.problem, self.static, self.using, self.length = problem, static, using, length
        self.levels: Arrays = {}

    def put(self, levels: Arrays) -> None:
        """Start from these arrays."""
        self.levels = dict(levels)

    def advance(self, first: int, count: int) -> None:
        """Run bodies first, ..., first + count - 1."""
        last = first + count
        while first < last:
            end = last if self.length is None else min(last, first + self.length)
            if self.length is None:
                self.levels = self._bodies(first, end, *self.levels.values())
            else:
                self.levels = checkpoint(
                    self._bodies, first, end, *self.levels.values(), use_reentrant=False
                )
            first = end

    def take(self) -> Arrays:
        """The levels now."""
        return self.levels

    def _bodies(self, first: int, end: int, *levels: Tensor) -> Arrays:
        problem = self.problem
        arrays = dict(zip(self.levels, levels, strict=True))
        for k in range(first, end):

            def clock(offset: float, k: int = k) -> Tensor:
                return problem.tensor(problem.time(k, offset))

            arrays = apply(
                problem.turns,
                problem.plan.places,
                {**self.static, **arrays},
                problem.row(k),
                clock,
                using=self.using,
            )
            arrays = {name: arrays[name] for name in self.levels}
        return arrays
