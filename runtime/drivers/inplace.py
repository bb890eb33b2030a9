"""Marching in place: the calls of a body are recorded once, then only repeated.

A stage that reads an array with its halo writes into another buffer and the names swap; a stage
that reads an array point by point may write over it, so leapfrog needs two buffers, not three. The
names come back to the same buffers after a few bodies, one program for each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch

from .. import kernels
from ..halo import Operation
from ..kernels import LOG, Task
from ..problem import Arrays, Problem, Turn
from .buffers import Buffer, allocate, fixed, needed, storage, with_halo

Maker: TypeAlias = Callable[[Task], Operation]  # how a stage becomes a call


@dataclass(eq=False, slots=True)
class Program:
    """The calls of one body, where every array lives before and after it, and what follows.

    On a GPU a body is dozens of launches of a few microseconds each: after two runs, which compile
    and warm up, they become one CUDA graph.
    """

    before: dict[str, Buffer]
    after: dict[str, Buffer]
    calls: Sequence[Operation]
    captures: bool = False
    next: Program | None = None
    runs: int = 0
    graph: Any = None

    def run(self) -> None:
        """Do the calls."""
        if self.graph is not None:
            self.graph.replay()
            return
        self._call()
        self.runs += 1
        if self.captures and self.runs == 2:
            self._capture()

    def _call(self) -> None:
        for function, arguments in self.calls:
            function(*arguments)

    def _capture(self) -> None:
        """Record the launches; recording runs none of them."""
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph):
                self._call()
            self.graph = graph
        except RuntimeError as error:
            self.captures = False
            LOG.warning("running without CUDA graphs: %s", str(error).partition("\n")[0])


class InPlace:
    """Marches a problem in place; `make` turns a stage's function into a kernel."""

    def __init__(self, problem: Problem, static: Arrays, make: Maker, *, name: str) -> None:
        turns = problem.turns
        self.problem, self.turns, self.make, self.name = problem, turns, make, name
        self.clocks = {turn.offset: problem.tensor(0.0) for turn in turns}
        self.pool: list[Buffer] = []
        self.programs: dict[tuple[int, ...], Program] = {}
        self.storage = storage(problem, turns)
        self.needed = needed(turns, problem.plan.levels)
        padded = {name for turn in turns for name in turn.stage.padded}
        plain = {name for turn in turns for name in turn.stage.plain}
        self.static = {
            name: fixed(problem, value, with_halo(problem, name) if name in padded else None)
            for name, value in static.items()
            if name in padded | plain
        }
        self.home = {name: self._new(name) for name in problem.plan.levels}
        self.program = self._at(self.home)
        self.ticks = [
            (clock, offset)
            for offset, clock in self.clocks.items()
            if any(turn.stage.timed and turn.offset == offset for turn in turns)
            or any(buffer.timed for buffer in (*self.pool, *self.static.values()))
        ]

    def put(self, levels: Arrays) -> None:
        """Start from these arrays."""
        for name, buffer in self.home.items():
            buffer.inner.copy_(levels[name])
        self.program = self._at(self.home)

    def advance(self, first: int, count: int) -> None:
        """Run bodies first, ..., first + count - 1."""
        for k in range(first, first + count):
            for clock, offset in self.ticks:
                clock.fill_(self.problem.time(k, offset))
            self.program.run()
            if self.program.next is None:
                self.program.next = self._at(self.program.after)
            self.program = self.program.next

    def take(self) -> Arrays:
        """The levels now, as views that the next step overwrites."""
        return {name: buffer.inner for name, buffer in self.program.before.items()}

    # ---- recording

    def _at(self, bound: dict[str, Buffer]) -> Program:
        """The program of a body that begins with its levels in these buffers."""
        levels = {name: bound[name] for name in self.problem.plan.levels}
        key = tuple(id(buffer) for buffer in levels.values())
        if key not in self.programs:
            self.programs[key] = self._record(levels)
        return self.programs[key]

    def _record(self, levels: dict[str, Buffer]) -> Program:
        bound = {**self.static, **levels}
        calls: list[Operation] = []
        filled: dict[Buffer, float | None] = {}
        for turn, live in zip(self.turns, self.needed, strict=True):
            for name in turn.stage.padded:
                calls += self._fill(bound[name], turn.offset, filled)
            if turn.stage.function is not None:
                outs = self._targets(turn, bound, live)
                calls.append(self._call(turn.stage.function, turn, bound, outs))
                for name, out in zip(turn.stage.writes, outs, strict=True):
                    bound[name] = out
                    filled.pop(out, None)
            calls += self._move(turn, bound, filled)
        captures = self.problem.device.type == "cuda"
        return Program(levels, bound, calls, captures)

    def _fill(
        self, buffer: Buffer, offset: float, filled: dict[Buffer, float | None]
    ) -> Sequence[Operation]:
        """The calls that make a halo true, none if it is."""
        key = offset if buffer.timed else None
        if (buffer.fixed and not buffer.timed) or (buffer in filled and filled[buffer] == key):
            return ()
        filled[buffer] = key
        return buffer.fill(offset, self.clocks[offset])

    def _call(
        self, function: Any, turn: Turn, bound: dict[str, Buffer], outs: list[Buffer]
    ) -> Operation:
        """The kernel of a stage and its tensors."""
        stage = turn.stage
        plain = [bound[name] for name in stage.plain]
        arrays = [*(bound[name].full for name in stage.padded), *(b.inner for b in plain)]
        scalars = [self.problem.scalars[name] for name in turn.scalars]
        clock = [self.clocks[turn.offset]] if stage.timed else []
        over = tuple(len(stage.padded) + plain.index(b) if b in plain else -1 for b in outs)
        task = Task(
            function=function,
            operands=(*arrays, *scalars, *clock),
            own=tuple(b.inner for b, position in zip(outs, over, strict=True) if position < 0),
            over=over,
            constant=tuple(range(len(arrays), len(arrays) + len(scalars))),
        )
        return kernels.plain(task) if stage.solves else self.make(task)

    def _targets(self, turn: Turn, bound: dict[str, Buffer], live: frozenset[str]) -> list[Buffer]:
        """A buffer for each result: over an operand where it may be, else a free one, else new."""
        stage = turn.stage
        busy = {bound[name] for name in live - set(stage.writes) if name in bound}
        busy |= {bound[name] for name in stage.padded}
        over = [bound[name] for name in stage.plain]
        busy |= {buffer for buffer in over if over.count(buffer) > 1}
        outs: list[Buffer] = []
        for name in stage.writes:
            outs.append(self._free(name, busy, over) or self._new(name))
            busy.add(outs[-1])
        return outs

    def _free(self, name: str, busy: set[Buffer], first: list[Buffer]) -> Buffer | None:
        """A buffer of the right kind that nobody needs, the `first` ones preferred."""
        place, shape = self.storage[name], self.problem.shape(name)
        for buffer in (*first, *self.pool):
            fits = buffer.place == place and buffer.inner.shape == shape
            if fits and not buffer.fixed and buffer not in busy:
                return buffer
        return None

    def _move(
        self, turn: Turn, bound: dict[str, Buffer], filled: dict[Buffer, float | None]
    ) -> list[Operation]:
        """Rename arrays: a swap of pointers, or a copy between arrays of different ghosts."""
        calls: list[Operation] = []
        moved: dict[str, Buffer] = {}
        for target, source in turn.stage.moves:
            buffer = bound[source]
            if buffer.fixed or buffer.place != self.storage[target]:
                busy = {*bound.values(), *moved.values()}
                copied = self._free(target, busy, []) or self._new(target)
                calls.append((copied.inner.copy_, (buffer.inner,)))
                filled.pop(copied, None)
                buffer = copied
            moved[target] = buffer
        bound.update(moved)
        return calls

    def _new(self, name: str) -> Buffer:
        self.pool.append(allocate(self.problem, self.problem.shape(name), self.storage[name]))
        return self.pool[-1]
