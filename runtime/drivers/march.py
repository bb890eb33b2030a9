"""The march: an emitted module's own scheme, body after body, in the way chosen for it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from ..checkpoint import Stand, digest, load, save
from ..contract import Outcome, Status
from ..faults import UserError
from ..observe import Record, Watch, finite, first_fault
from ..plan import Plan
from ..problem import Arrays, Problem, bind, plan_of
from ..solve import solve
from ..store import saved_steps
from ..watching import watches
from . import memory
from .ways import Way, choose

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
    levels: Arrays = field(init=False)
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
        self.levels = {name: level.detach() for name, level in levels.items()}
        return units

    def first(self) -> Mapping[str, Tensor]:
        """The levels that the run began with."""
        return self.levels

    def step(self, first: int, count: int) -> None:
        """Run bodies."""
        self.way.advance(first, count)
        if self.problem.device.type == "cuda":
            torch.cuda.synchronize(self.problem.device)

    def done(self, units: int) -> Status | None:
        """A march ends with its last body."""
        return Status.DONE if units >= self.bodies else None

    def left(self, units: int) -> int:
        """Bodies still to go."""
        return self.bodies - units

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

    def called(self, name: str) -> str:
        """The name of an array in the file."""
        return self.problem.plan.called(name)

    def place(self, name: str, index: Sequence[int]) -> str:
        """`x = 0.25, y = 0.75 (index 4, 12), sample 2`."""
        return located(self.problem.plan, name, index)

    def save(self, units: int, record: Record) -> str:
        """Leave a checkpoint, if one is wanted."""
        if self.keep is None:
            return ""
        return self.keep(self.way.take(), bodies=units, way=self.way.name, record=record)


def located(plan: Plan, name: str, index: Sequence[int]) -> str:
    """Where an index of an array lies: `x = 0.25, y = 0.75 (index 4, 12), sample 2`."""
    place, axes = plan.places[name], plan.axes
    lead, at = index[: -len(axes)], index[-len(axes) :]
    points = (o + i * h for o, i, h in zip(place.origin, at, place.spacing, strict=True))
    where = ", ".join(f"{axis} = {x:.6g}" for axis, x in zip(axes, points, strict=True))
    sample = f", sample {', '.join(map(str, lead))}" if lead else ""
    return f"{where} (index {', '.join(map(str, at))}){sample}"


def changing(plan: Plan) -> set[str]:
    """The arrays that a march writes."""
    written = {name for stage in plan.body for name in stage.writes}
    return written | {target for s in plan.body for target, _ in s.moves} | set(plan.levels)


def march(
    module: nn.Module,
    inputs: Mapping[str, Any],
    *,
    steps: int | None = None,
    until: float | None = None,
    every: float | None = None,
    on_frame: Callable[[float, Mapping[str, Any]], None] | None = None,
    watch: Mapping[str, Watch] | None = None,
    dtype: torch.dtype | str | None = None,
    device: torch.device | str | None = None,
    progress: bool = False,
    checkpoint: str | None = None,
    resume: str | None = None,
    guard: bool = True,
    differentiable: bool = False,
    segments: int | None = None,
    compile: str = "auto",  # noqa: A002  (the user's word)
    throw: bool = False,
) -> Outcome:
    """Run an emitted module's scheme from its inputs (fields and data by name).

    `steps` counts the user's steps; `until` shortens the step so that the run ends there. Frames,
    what the scheme watches, and `watch`, functions (fields, t) -> number, are recorded at the first
    state at or after each multiple of `every`, by default about 100 times. With `differentiable`,
    gradients flow to inputs and parameters; `segments` keeps that many states and runs the scheme
    again in the backward pass. `compile` is "auto", "never" or "always". `checkpoint` is a folder
    that is written at the end, also of an interrupted run; `resume` goes on from one, bit for bit.
    With `throw`, a run that blew up raises RunFailedError.
    """
    wanted = getattr(torch, dtype) if isinstance(dtype, str) else dtype
    tau, count = _length(module, steps, until)
    how: dict[str, Any] = {"dtype": wanted, "device": device, "differentiable": differentiable}
    with torch.set_grad_enabled(differentiable):
        problem, running, state = bind(module, inputs, tau=tau, check=memory.check, **how)
        if guard:
            _check_data(problem, state)
        record = Record({**watches(problem, state), **(watch or {})}, on_frame)
        stamp = digest(running, problem) if checkpoint or resume else ""
        stand, levels = _take_up(resume, stamp, problem, record) if resume else (None, None)
        driver = March(
            module=running,
            problem=problem,
            initial=state,
            bodies=(count - problem.plan.start_steps) // problem.plan.inner,
            choose=partial(
                choose,
                wish=compile,
                before=stand.way if stand else None,
                differentiable=differentiable,
                segments=segments,
            ),
            keep=partial(save, checkpoint, stamp) if checkpoint else None,
            resumed=(levels, stand.bodies) if stand and levels else None,
        )
        stops = _stops(driver, count, every) if record.watch or on_frame else ()
        return solve(driver, record, stops, guard=guard, progress=progress, throw=throw)


def _check_data(problem: Problem, state: Arrays) -> None:
    """Given data are finite: where they are not is told by their own name."""
    plan = problem.plan
    for name in plan.data:
        arrays = {part: state[part].detach() for part in plan.components[name] if part in state}
        fault = None if finite(arrays) else first_fault(arrays)
        if fault is not None:
            part, index, value = fault
            where = located(plan, part, index)
            raise UserError(f"the data {plan.called(part)} are {value} at {where}", about=name)


def _length(module: nn.Module, steps: int | None, until: float | None) -> tuple[float | None, int]:
    """The step, if it is not the module's own, and the number of steps."""
    plan = plan_of(module)
    if until is not None:
        own = float(torch.as_tensor(getattr(module, "tau", 1.0)).detach())
        if not 0 <= until < math.inf:
            raise UserError(f"a run cannot end at the time {until:g}")
        rest = (until / own - plan.start_steps) / plan.advance
        bodies = max(0, math.ceil(rest * (1 - 1e-12)))
        taus = plan.start_steps + bodies * plan.advance
        if not until and taus:
            raise UserError("a run of this scheme cannot end at the time 0: its start takes steps")
        return until / taus if taus else None, plan.start_steps + bodies * plan.inner
    count = plan.steps if steps is None else steps
    if plan.per_step and count > plan.steps:
        hint = "fewer steps take the first of them"
        raise UserError(f"this network has weights for {plan.steps} steps, not for {count}", hint)
    if count < plan.start_steps or (count - plan.start_steps) % plan.inner:
        among = f"{plan.start_steps} + " if plan.start_steps else ""
        hint = f"it runs {among}a multiple of {plan.inner} steps"
        raise UserError(f"this scheme cannot run {count} steps", hint)
    return None, count


def _stops(driver: March, count: int, every: float | None) -> list[int]:
    """The bodies after which something is recorded."""
    plan = driver.problem.plan
    length = plan.advance * driver.problem.tau / plan.inner
    at = saved_steps(count, tau=length, every=every, stride=plan.inner)
    return [(s - plan.start_steps) // plan.inner for s in at if s >= plan.start_steps]


def _take_up(
    folder: str, stamp: str, problem: Problem, record: Record
) -> tuple[Stand, dict[str, Tensor]]:
    """Read a checkpoint of this very run, and what it had recorded."""
    levels, stand = load(folder, device=problem.device)
    if stand.digest != stamp:
        raise UserError(
            f"{folder} is the checkpoint of another run",
            "scheme, parameters, step, grid, batch and dtype must be the same to resume it",
            about="resume",
        )
    record.times, record.values = list(stand.times), dict(stand.watched)
    return stand, levels
