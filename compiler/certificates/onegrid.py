"""The step of a linear scheme on the file's own grid as an exact matrix, read off the replay.

Impulses so far apart that their answers do not meet are sent through one step together; random
states, stepped once more by definition, then say that nothing was mixed up.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from itertools import accumulate, product
from math import prod
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from sympy import Expr, Symbol

from ..reference.arithmetic import Values
from ..scheme import Scheme, Unknown
from .base import Unprovable, is_implicit
from .leftsides import left_side, right_side
from .linearity import held_at_values, used_names
from .modes import state_arrays
from .replay import NoReplay, Replay, replays
from .states import reach

Row: TypeAlias = dict[int, Fraction]
Index: TypeAlias = tuple[int, ...]
Floats: TypeAlias = npt.NDArray[np.float64]
MOST_VALUES = 512  # of a state


@dataclass(frozen=True, kw_only=True)
class OneGrid:
    """left * new = rows * old on the arrays of the state, one after another."""

    scheme: Scheme
    arrays: tuple[str, ...]
    rows: list[Row]
    left: list[Row]
    volumes: list[Fraction]
    names: frozenset[Symbol]  # whose values were used
    sizes: tuple[int, ...]  # of the arrays

    @property
    def explicit(self) -> bool:
        """Whether the left side is the newest state itself."""
        return all(row == {k: 1} for k, row in enumerate(self.left))

    def dense(self) -> Floats:
        """The matrix of the step in floats."""
        rows = floats(self.rows)
        return rows if self.explicit else np.asarray(np.linalg.solve(floats(self.left), rows))

    def parts(self, vector: list[float]) -> dict[str, list[float]]:
        """A vector as the arrays of a state, each in one line."""
        ends = list(accumulate(self.sizes))
        return {
            name: vector[end - size : end]
            for name, size, end in zip(self.arrays, self.sizes, ends, strict=True)
        }


def floats(rows: list[Row]) -> Floats:
    """A square matrix by its rows."""
    found = np.zeros((len(rows), len(rows)))
    for i, row in enumerate(rows):
        for j, c in row.items():
            found[i, j] = float(c)
    return found


def one_grid(
    scheme: Scheme,
    tau: Expr,
    *,
    counts: Index | None = None,
    most: int = MOST_VALUES,
    whole_sets: bool = True,
) -> OneGrid:
    """The matrix on the grid of the file, or on `counts`; raises Unprovable where there is none.

    `whole_sets`: a parameter that is trained, or has a declared set, is not held at its value.
    """
    stated = tuple(axis.count for axis in scheme.axes if axis.count is not None)
    sizes = stated if counts is None else counts
    if scheme.step is None or len(sizes) != len(scheme.axes):
        raise Unprovable("the number of points is not known")
    names = used_names(scheme)
    if whole_sets:
        held_at_values(scheme, names)
    try:
        if not is_implicit(scheme):
            return _read_off(scheme, sizes, tau, most, names)
        found = _read_off(right_side(scheme), sizes, tau, most, names)
        left = _read_off(left_side(scheme), sizes, tau, most, names)
        return replace(found, scheme=scheme, left=left.rows)
    except NoReplay as trouble:
        raise Unprovable(str(trouble)) from None


def _read_off(
    scheme: Scheme, sizes: Index, tau: Expr, most: int, names: frozenset[Symbol]
) -> OneGrid:
    replay = replays(scheme, sizes, tau)
    if not replay.exactly:
        raise Unprovable("a number of the scheme is not rational")
    probe = Probe(scheme=scheme, replay=replay)
    if sum(map(prod, probe.shapes)) > most:
        raise Unprovable(f"a state has more than {most} values: too many for a matrix")
    rows = probe.matrix()
    homes = [replay.problem.place(n) for n in probe.arrays]
    volumes = [v for u, shape in zip(homes, probe.shapes, strict=True) for v in cells(u, shape)]
    return OneGrid(
        scheme=scheme,
        arrays=probe.arrays,
        rows=rows,
        left=[{k: Fraction(1)} for k in range(len(rows))],
        volumes=volumes,
        names=names,
        sizes=tuple(map(prod, probe.shapes)),
    )


def cells(unknown: Unknown, shape: Index) -> Iterator[Fraction]:
    """The volume of each point, 1 inside, half of that for each wall that it lies on."""
    for index in np.ndindex(*shape):
        volume = Fraction(1)
        for axis, pair in enumerate(unknown.edges):
            for end, edge in ((0, pair[0]), (shape[axis] - 1, pair[1])):
                if edge.rule == "wall" and edge.mirror == 1 and index[axis] == end:
                    volume /= 2
        yield volume


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One step of many states."""

    scheme: Scheme
    replay: Replay
    rows: list[Row] = field(default_factory=list)

    @cached_property
    def arrays(self) -> tuple[str, ...]:
        """What lives from one step to the next."""
        return state_arrays(self.scheme)

    @cached_property
    def shapes(self) -> tuple[Index, ...]:
        """The shapes of these arrays."""
        return tuple(self.replay.problem.shape(n) for n in self.arrays)

    @cached_property
    def base(self) -> list[Fraction]:
        """One step of the zero state: sources."""
        return [v for _, v in self._stepped({})]

    def matrix(self) -> list[Row]:
        """Row by row; raises Unprovable where the step is not linear."""
        apart = 2 * max(r for pair in reach(self.scheme) for r in pair) + 1
        while True:
            self.rows[:] = [{} for _ in self.base]
            starts = accumulate(map(prod, self.shapes), initial=0)
            for name, start, shape in zip(self.arrays, starts, self.shapes, strict=False):
                for colour in product(*(range(min(apart, n)) for n in shape)):
                    for group in self._groups(shape, colour, apart):
                        self._answered(name, start, shape, group)
            if all(map(self._agrees, range(2))):
                return self.rows
            if apart > max(n for shape in self.shapes for n in shape):
                raise Unprovable("the step is not linear")
            apart *= 2

    def _groups(self, shape: Index, colour: Index, apart: int) -> Iterator[list[Index]]:
        """Places of one colour, `apart` from each other: one too near around an axis is alone."""
        lines: list[list[list[int]]] = []
        for axis, first, n in zip(self.scheme.axes, colour, shape, strict=True):
            line = list(range(first, n, apart))
            meets = axis.periodic and len(line) > 1 and n - line[-1] + first < apart
            lines.append([line[:-1], line[-1:]] if meets else [line])
        for chosen in product(*lines):
            yield list(product(*chosen))

    def _answered(self, name: str, start: int, shape: Index, group: list[Index]) -> None:
        """One step of impulses; each answer belongs to the nearest of them."""
        values = self.replay.arithmetic.full(shape)
        for place in group:
            values[place] = Fraction(1)
        for i, (at, value) in enumerate(self._stepped({name: values})):
            if value != self.base[i]:
                place = min(group, key=lambda p: self._distance(shape, p, at))
                column = start + int(np.ravel_multi_index(place, shape))
                self.rows[i][column] = value - self.base[i]

    def _distance(self, shape: Index, a: Index, b: Index) -> int:
        found = 0
        for axis, n, i, j in zip(self.scheme.axes, shape, a, b, strict=True):
            gap = abs(i - j)
            found = max(found, min(gap, n - gap) if axis.periodic else gap)
        return found

    def _agrees(self, seed: int) -> bool:
        draw = random.Random(seed)
        vector = [Fraction(draw.randint(-(10**6), 10**6)) for _ in self.rows]
        for i, (_, value) in enumerate(self._stepped(self.split(vector))):
            own = sum((c * vector[j] for j, c in self.rows[i].items()), Fraction(0))
            if value - self.base[i] != own:
                return False
        return True

    def _stepped(self, given: dict[str, Values]) -> Iterator[tuple[Index, Fraction]]:
        """Every value of the state after one step, with its place."""
        state = self.replay.step(self.replay.arrays(given))
        for name in self.arrays:
            yield from np.ndenumerate(state[name])

    def split(self, vector: list[Fraction]) -> dict[str, Values]:
        """A vector as the arrays of a state."""
        found, start = {}, 0
        for name, shape in zip(self.arrays, self.shapes, strict=True):
            part = np.empty(prod(shape), dtype=object)
            part[:] = vector[start : start + prod(shape)]
            found[name] = part.reshape(shape)
            start += prod(shape)
        return found
