"""Filling the halo of a tensor: functionally for gradients, in place for speed, and its adjoint.

Letters: u (..., X, Y) the values inside, p (..., X + low + high, ...) the same with their halo.
Axes are filled in their order, each over the halo of those before it, so corners are well defined.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import torch
from torch import Tensor

from .ghosts import Run, runs
from .plan import Place

Operation: TypeAlias = tuple[Callable[..., Any], tuple[Any, ...]]


def crop(padded: Tensor, place: Place) -> Tensor:
    """The values inside a padded tensor, as a view."""
    first = padded.ndim - len(place.halo)
    for axis, (low, high) in enumerate(place.halo):
        size = padded.shape[first + axis]
        padded = padded.narrow(first + axis, low, size - low - high)
    return padded


def line(
    place: Place, axis: int, first: float, count: int, like: Tensor, *, around: int | None = None
) -> Tensor:
    """Coordinates of `count` points from index `first` on, shaped to broadcast along one axis.

    `around` is the number of points after which the index starts again.
    """
    index = torch.arange(count, dtype=torch.float64, device=like.device) + first
    if around is not None:
        index = index.remainder(around)
    values = place.origin[axis] + index * place.spacing[axis]
    shape = [1] * len(place.origin)
    shape[axis] = count
    return values.to(like.dtype).reshape(shape)


@dataclass(frozen=True, slots=True)
class _Axis:
    """One axis about to be filled: the sizes inside, the time, a tensor of the wanted kind."""

    place: Place
    axis: int
    sizes: tuple[int, ...]
    t: Tensor | None
    like: Tensor

    @property
    def runs(self) -> tuple[Run, ...]:
        """The ghosts of both sides."""
        place, a = self.place, self.axis
        # a compiler sees through the cache anyway, and warns about it
        found = runs.__wrapped__ if torch.compiler.is_compiling() else runs
        return found(place.sides[a], place.halo[a], self.sizes[a], place.spacing[a])

    def base(self, run: Run) -> Tensor | float:
        """What the right sides add to a run of ghosts: a number, or values on the wall."""
        total: Tensor | float = 0.0
        for far, coefficient in enumerate((run.low, run.high)):
            if coefficient:
                total = total + coefficient * self.right(far, self.t)
        return total

    def right(self, far: int, t: Tensor | None) -> Tensor | float:
        """The right side of a condition; the wall extends over the halo of the axes before it."""
        side = self.place.sides[self.axis][far]
        if not callable(side.right):
            return side.right
        lines = []
        for other, n in enumerate(self.sizes):
            low, high = self.place.halo[other] if other < self.axis else (0, 0)
            first, count = float(-low), low + n + high
            around = n if self.place.sides[other][0].rule == "periodic" else None
            if other == self.axis:
                outside = (side.mirror - 1) / 2  # in spacings: -1/2 for cells, 0 on a point, -1
                first, count = (n - 1 - outside if far else outside), 1
            lines.append(line(self.place, other, first, count, self.like, around=around))
        time = torch.zeros((), dtype=self.like.dtype, device=self.like.device) if t is None else t
        values = torch.as_tensor(side.right(time, tuple(lines)))
        return values.to(device=self.like.device, dtype=self.like.dtype)

    def steady(self, run: Run) -> bool:
        """Whether the right sides of a run do not depend on the time: they must not look at it."""
        try:
            for far, coefficient in enumerate((run.low, run.high)):
                if coefficient:
                    self.right(far, _UNSEEN)
        except _TimeSeenError:
            return False
        return True


class _Unseen(Tensor):
    """A time that nobody may look at."""

    @classmethod
    def __torch_function__(cls, *_: Any, **__: Any) -> Any:
        raise _TimeSeenError


class _TimeSeenError(Exception):
    pass


_UNSEEN = _Unseen()


# ---- in one graph, of torch.cat alone: for compilers and transforms


def concatenated(u: Tensor, place: Place, t: Tensor | None = None) -> Tensor:
    """u with its halo: traceable, and differentiable to any order."""
    sizes = tuple(u.shape[u.ndim - len(place.halo) :])
    for axis in range(len(sizes)):
        along = u.ndim - len(sizes) + axis
        ghosts = _Axis(place, axis, sizes, t, u)
        low, high = place.halo[axis]
        blocks = [(run.start, _block(u, run, along, ghosts.base(run))) for run in ghosts.runs]
        before = [block for start, block in blocks if start < low]
        after = [block for start, block in blocks if start >= low]
        u = torch.cat([*before, u, *after], dim=along) if low + high else u
    return u


def _block(u: Tensor, run: Run, along: int, base: Tensor | float) -> Tensor:
    """The ghosts of one run, as a tensor of their own."""
    total: Tensor | None = None
    for first, coefficient in run.sources:
        piece = u.narrow(along, first, run.length)
        piece = piece.flip(along) if run.flipped else piece
        piece = piece if coefficient == 1.0 else coefficient * piece
        total = piece if total is None else total + piece
    if total is None:
        shape = [*u.shape[:along], run.length, *u.shape[along + 1 :]]
        total = torch.zeros(shape, dtype=u.dtype, device=u.device)
    return total if isinstance(base, float) and not base else total + base


# ---- in place, few copies a face: for speed


def refresh_(padded: Tensor, place: Place, t: Tensor | None = None) -> Tensor:
    """Fill the halo of a padded tensor in place."""
    calls = operations(padded, place, t)
    for function, arguments in (*calls.still, *calls.moving):
        function(*arguments)
    return padded


@dataclass(frozen=True, slots=True)
class Calls:
    """What fills a halo: calls that always write the same, and those of every step.

    A still call may run once before all others: they overwrite only corners that are theirs.
    `timed`: some of the moving ones read the time.
    """

    still: tuple[Operation, ...]
    moving: tuple[Operation, ...]
    timed: bool


def operations(padded: Tensor, place: Place, t: Tensor | None = None) -> Calls:
    """The calls that fill the halo of one tensor; views are made here, once.

    `t` is a 0-dim tensor that they read when they are called.
    """
    still: list[Operation] = []
    moving: list[Operation] = []
    timed = False
    inside = crop(padded, place)
    sizes = tuple(inside.shape[inside.ndim - len(place.halo) :])
    for axis in range(len(sizes)):
        ghosts = _Axis(place, axis, sizes, t, padded)
        region = _over_earlier_axes(padded, place, axis)
        for run in itertools.chain.from_iterable(map(_planes, ghosts.runs)):
            steady = ghosts.steady(run)
            call = _fill(region, run, ghosts, steady)
            (still if steady and not run.sources else moving).append(call)
            timed = timed or not steady
    return Calls(tuple(still), tuple(moving), timed)


def _over_earlier_axes(padded: Tensor, place: Place, axis: int) -> Tensor:
    """The part that one axis fills: with the halo of the axes before it, without later ones'."""
    first = padded.ndim - len(place.halo)
    for later in range(axis + 1, len(place.halo)):
        low, high = place.halo[later]
        along = first + later
        padded = padded.narrow(along, low, padded.shape[along] - low - high)
    return padded


def _planes(run: Run) -> list[Run]:
    """A run as it can be copied without a temporary: a reflected one plane by plane."""
    if not run.flipped:
        return [run]
    last = run.length - 1
    return [
        replace(
            run,
            start=run.start + i,
            length=1,
            sources=tuple((first + last - i, c) for first, c in run.sources),
            flipped=False,
        )
        for i in range(run.length)
    ]


def _fill(region: Tensor, run: Run, ghosts: _Axis, steady: bool) -> Operation:
    """The call that fills one run of ghosts that is not flipped."""
    along = region.ndim - len(ghosts.sizes) + ghosts.axis
    inside = ghosts.place.halo[ghosts.axis][0]
    target = _slab(region, along, run.start, run.length)
    sources = [(_slab(region, along, inside + i, run.length), c) for i, c in run.sources]

    def base() -> Tensor:
        values = torch.as_tensor(ghosts.base(run), dtype=region.dtype, device=region.device)
        thin = run.length == 1 and values.ndim > 0
        return values.select(ghosts.axis, 0) if thin else values

    if not steady:
        return lambda: _combine(target, sources, base()), ()
    values = ghosts.base(run)
    if not sources or isinstance(values, Tensor) or values:
        return _combine, (target, sources, base())
    match sources:
        case [(source, 1.0)]:
            return target.copy_, (source,)
        case [(source, -1.0)]:
            return _negate, (source, target)
    return _combine, (target, sources, None)


def _slab(region: Tensor, along: int, start: int, length: int) -> Tensor:
    """Some planes; a single one without its axis, which is cheaper to copy."""
    return region.select(along, start) if length == 1 else region.narrow(along, start, length)


def _negate(source: Tensor, target: Tensor) -> None:
    torch.neg(source, out=target)


def _combine(target: Tensor, sources: list[tuple[Tensor, float]], base: Tensor | None) -> None:
    """target <- base + sum of coefficient * source, with one kernel for one source."""
    if not sources and base is not None:
        target.copy_(base)
    for number, (source, coefficient) in enumerate(sources):
        if number:
            target.add_(source, alpha=coefficient)
        elif base is not None:
            torch.add(base, source, alpha=coefficient, out=target)
        else:
            torch.mul(source, coefficient, out=target)


def fold_(padded: Tensor, place: Place) -> Tensor:
    """Add to the values inside what their ghosts received: the adjoint of filling the halo.

    Overwrites `padded` and returns the view inside: <pad(u), w> = <u, fold_(w)> for homogeneous
    conditions. Axes are undone in reverse order.
    """
    sizes = tuple(crop(padded, place).shape[padded.ndim - len(place.halo) :])
    for axis in reversed(range(len(sizes))):
        region = _over_earlier_axes(padded, place, axis)
        along = region.ndim - len(sizes) + axis
        inside = place.halo[axis][0]
        for run in _Axis(place, axis, sizes, None, padded).runs:
            ghosts = region.narrow(along, run.start, run.length)
            values = ghosts.flip(along) if run.flipped else ghosts
            for first, coefficient in run.sources:
                region.narrow(along, inside + first, run.length).add_(values, alpha=coefficient)
    return crop(padded, place)
