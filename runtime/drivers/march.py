"""The march: an emitted module's own scheme, body after body, in the way chosen for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

import torch
from torch import Tensor, nn

from ..contract import Status
from ..observe import Record
from ..plan import Plan
from ..problem import Arrays, Problem


class Way(Protocol):
    """How bodies are run: in place, in one graph, or functionally."""

    name: str

    def put(self, levels: Arrays) -> None:
        """Start from these arrays."""

    def advance(self, first: int, count: int) -> None:
        """Run bodies first, ..., first + count - 1."""

    def take(self) -> Arrays:
        """The levels now; the next body may overwrite them."""


Choice: TypeAlias = Callable[[Problem, Arrays, Arrays, int], Way]


@dataclass(slots=True)
class March:
    """The driver of a march; its units are bodies.

    `module` is the one that runs, `initial` the state that its `start` made; `choose` takes the
    problem, the levels, the static arrays and the number of bodies, and returns a way of marching.
    `resumed` are the levels of a checkpoint and the bodies done before it; `keep` writes one.
    """

    module: nn.Module
    problem: Problem
    initial: Arrays
    bodies: int
    choose: Choice
    keep: Callable[..., str] | None = None
    resumed: tuple[Arrays, int] | None = None
    static: Arrays = field(init=False)
    way: Way = field(init=False)

    @property
    def title(self) -> str:
        """What the progress bar calls the run."""
        return type(self.module).__name__.removeprefix("Parametrized")

    def init(self) -> int:
        """Take the initial state, or that of a checkpoint, and choose a way."""
        plan = self.problem.plan
        written = changing(plan)
        self.static = {n: a for n, a in self.initial.items() if n not in written}
        levels = {name: self.initial[name] for name in plan.levels}
        levels, units = self.resumed or (levels, 0)
        self.way = self.choose(self.problem, levels, self.static, self.bodies - units)
        self.way.put(levels)
        return units

    def step(self, first: int, count: int) -> None:
        """Run bodies."""
        self.way.advance(first, count)
        if self.problem.device.type == "cuda":
            torch.cuda.synchronize(self.problem.device)

    def done(self, units: int) -> Status | None:
        """A march ends with its last body."""
        return Status.DONE if units >= self.bodies else None

    def state(self) -> Mapping[str, Tensor]:
        """The levels now."""
        return self.way.take()

    def restore(self, arrays: Mapping[str, Tensor]) -> None:
        """Take these levels."""
        self.way.put(dict(arrays))

    def steps(self, units: int) -> int:
        """The user's steps in that many bodies."""
        return self.problem.plan.start_steps + units * self.problem.plan.inner

    def time(self, units: int) -> float:
        """The time after that many bodies."""
        return self.problem.time(units)

    def fields(self, units: int) -> Mapping[str, Any]:
        """The fields by name, brought to one time by the module's `finish`, on a copy."""
        levels = self.way.take()
        if not any(level.requires_grad for level in levels.values()):
            levels = {name: level.clone() for name, level in levels.items()}
        found = self.module.finish({**self.static, **levels}, units)  # type: ignore[operator]
        return found if isinstance(found, dict) else {self.problem.plan.fields[0]: found}

    def place(self, name: str, index: Sequence[int]) -> str:
        """`x = 0.25, y = 0.75 (index 4, 12), sample 2`."""
        place, axes = self.problem.plan.places[name], self.problem.plan.axes
        lead, at = index[: -len(axes)], index[-len(axes) :]
        points = (o + i * h for o, i, h in zip(place.origin, at, place.spacing, strict=True))
        where = ", ".join(f"{axis} = {x:.6g}" for axis, x in zip(axes, points, strict=True))
        sample = f", sample {', '.join(map(str, lead))}" if lead else ""
        return f"{where} (index {', '.join(map(str, at))}){sample}"

    def save(self, units: int, record: Record) -> str:
        """Leave a checkpoint, if one is wanted."""
        if self.keep is None:
            return ""
        return self.keep(self.way.take(), bodies=units, way=self.way.name, record=record)


def changing(plan: Plan) -> set[str]:
    """The arrays that a march writes."""
    written = {name for stage in plan.body for name in stage.writes}
    return written | {target for s in plan.body for target, _ in s.moves} | set(plan.levels)
