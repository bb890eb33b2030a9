"""The memory of a march in place: buffers with their halo, and which array may live in which.

Two arrays share a pool of buffers when one is renamed to the other: then both names have the
ghosts that the one of them has which is read with its halo.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from .. import kernels
from ..halo import Operation, crop, operations, refresh_
from ..plan import Place
from ..problem import Problem, Turn

LINE, PAGE = 64, 4096  # bytes
SHORT = 128  # values of a row that is not worth it


@dataclass(eq=False, slots=True)
class Buffer:
    """Memory of one array: `full` with its halo, `inner` the view inside.

    `fixed`: given data, never written again. `timed`: its ghosts depend on the time; the calls
    that fill them are kept for each offset of time, None where the time does not matter.
    """

    full: Tensor
    inner: Tensor
    place: Place | None
    fixed: bool = False
    timed: bool = False
    fills: dict[float | None, Sequence[Operation]] = field(default_factory=dict)

    def fill(self, offset: float, clock: Tensor | None) -> Sequence[Operation]:
        """The calls that fill the halo, views made once."""
        key = offset if self.timed else None
        if self.place is not None and key not in self.fills:
            self.fills[key] = operations(self.full, self.place, clock).moving
        return self.fills.get(key, ())


def allocate(problem: Problem, shape: Sequence[int], place: Place | None) -> Buffer:
    """A new buffer; ghosts that never change are filled here."""
    kind = {"dtype": problem.dtype, "device": problem.device}
    if place is None:
        memory = torch.empty(tuple(shape), **kind)  # type: ignore[call-overload]
        return Buffer(memory, memory, None)
    lead = len(shape) - len(place.halo)
    wider = [n + low + high for n, (low, high) in zip(shape[lead:], place.halo, strict=True)]
    # a network's layers would copy rows that do not follow each other; on three axes the ghosts
    # of a row, in lines of their own, would cost more than the kernel gains
    aligned = len(place.halo) == 2 and not kernels.learned(problem.scalars.values())
    full = _zeros([*shape[:lead], *wider], place.halo[-1][0] if aligned else 0, problem)
    calls = operations(full, place, problem.tensor(0.0))
    for function, arguments in calls.still:
        function(*arguments)
    return Buffer(full, crop(full, place), place, timed=calls.timed)


def _zeros(shape: Sequence[int], low: int, problem: Problem) -> Tensor:
    """Zeros; value `low` of each row begins a cache line, if the rows are long enough for that.

    A vector that lies across two lines costs two accesses: a tenth of the time of Gray-Scott. Rows
    a multiple of a page apart would share a few places of the cache.
    """
    kind = {"dtype": problem.dtype, "device": problem.device}
    size = torch.zeros((), dtype=problem.dtype).element_size()
    line, length = LINE // size, shape[-1]
    if not low or length < SHORT:
        return torch.zeros(list(shape), **kind)  # type: ignore[call-overload, no-any-return]
    row = -(-length // line) * line
    row += line * (row * size % PAGE == 0)
    strides = [row * math.prod(shape[axis + 1 : -1]) for axis in range(len(shape) - 1)]
    first = -low % line
    memory = torch.zeros(first + row * math.prod(shape[:-1]), **kind)  # type: ignore[call-overload]
    return memory.as_strided(list(shape), [*strides, 1], first)  # type: ignore[no-any-return]


def fixed(problem: Problem, value: Tensor, place: Place | None) -> Buffer:
    """A buffer of given data, its halo filled (at time 0); without a halo, the data itself."""
    if place is None:
        return Buffer(value, value, None, fixed=True)
    buffer = allocate(problem, value.shape, place)
    buffer.inner.copy_(value)
    buffer.fixed = True
    refresh_(buffer.full, place)
    return buffer


def with_halo(problem: Problem, name: str) -> Place | None:
    """The place of an array, None if it has no halo."""
    place = problem.plan.places.get(name)
    return place if place is not None and any(map(any, place.halo)) else None


def storage(problem: Problem, turns: tuple[Turn, ...]) -> dict[str, Place | None]:
    """Which halo the memory of each array has that is written: its own, or that of its kin."""
    kin: dict[str, set[str]] = {name: {name} for name in problem.plan.levels}
    for turn in turns:
        for name in (*turn.stage.writes, *(n for move in turn.stage.moves for n in move)):
            kin.setdefault(name, {name})
        for target, source in turn.stage.moves:
            joined = kin[target] | kin[source]
            for name in joined:
                kin[name] = joined
    read = {name for turn in turns for name in turn.stage.padded}
    found: dict[str, Place | None] = {}
    for name, joined in kin.items():
        places = {with_halo(problem, other) for other in joined & read}
        own = with_halo(problem, name) if name in read else None
        found[name] = places.pop() if len(places) == 1 else own
    return found


def needed(turns: tuple[Turn, ...], levels: Iterable[str]) -> list[frozenset[str]]:
    """After the call of each turn, before its moves: the names whose values are still read."""
    later = set(levels)
    found: list[frozenset[str]] = []
    for turn in reversed(turns):
        stage = turn.stage
        moved = dict(stage.moves)
        now = {moved.get(name, name) for name in later}
        found.append(frozenset(now))
        later = (now - set(stage.writes)) | {*stage.padded, *stage.plain}
    return found[::-1]
