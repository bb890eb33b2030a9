"""What every output format is told and how it is fed: variables, their places, frames in time."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np

Array: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One saved array of shape (sizes of `lead`..., one size an axis of the domain).

    `lead` names what stands before the axes, such as "channel"; its last entry is "component" for
    a vector whose components lie at the same points, and `components` then names them. A vector
    on a staggered grid is one variable a component; they share `field`.
    """

    name: str
    field: str
    coordinates: tuple[Array, ...]
    spacing: tuple[float, ...]
    lead: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    cells: tuple[bool, ...] = ()  # per axis: a value stands for a cell, not for a node

    @property
    def counts(self) -> tuple[int, ...]:
        """Points an axis."""
        return tuple(len(c) for c in self.coordinates)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """What is written once: the scheme, its axes in `domain` order, and its variables.

    `image`: rows and columns of a picture, x downwards; else x to the right and y upwards.
    `resume`: frames up to this time are already in the file and stay there.
    """

    name: str
    axes: tuple[str, ...]
    variables: tuple[Variable, ...]
    title: str = ""
    image: bool = False
    resume: float | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


class Writer(Protocol):
    """A file format: `open` once, `frame` at each saved time in order, `close` once.

    A frame holds the arrays of all variables by name. After `close`, also of an interrupted run,
    the file is readable and holds the frames written so far.
    """

    def open(self, path: Path, meta: Meta) -> None: ...
    def frame(self, t: float, fields: Mapping[str, Array]) -> None: ...
    def close(self) -> None: ...


def dimensions(meta: Meta) -> tuple[dict[str, tuple[str, ...]], dict[str, Array]]:
    """The names of each variable's dimensions, and the coordinate values of each of those names.

    An axis gives its own name to the points of the fields that are not staggered; points half a
    spacing off are called x_face, and any further ones after their variable.
    """
    parts = [v.field for v in meta.variables]
    whole_first = sorted(meta.variables, key=lambda v: parts.count(v.field) > 1)
    named: dict[str, Array] = {}
    of: dict[str, tuple[str, ...]] = {}
    for variable in whole_first:
        dims = [_dimension(axis, i, variable, named) for i, axis in enumerate(meta.axes)]
        of[variable.name] = (*variable.lead, *dims)
    return of, named


def _dimension(axis: str, i: int, variable: Variable, named: dict[str, Array]) -> str:
    """The name of one axis of a variable; new points are entered into `named`."""
    points = variable.coordinates[i]
    for name, known in named.items():
        if name.split("_")[0] == axis and np.array_equal(known, points):
            return name
    name = axis
    if axis in named:
        shift = abs(points[0] - named[axis][0]) / variable.spacing[i] if len(points) else 0.0
        face = f"{axis}_face"
        off = abs(shift - 0.5) < 1e-6 and face not in named
        name = face if off else f"{axis}_{variable.name}"
    named[name] = points
    return name


class Spool:
    """Arrays of equal shape and dtype kept on disk in order, so that a long run costs no memory."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  open until `close`
        self._count = 0
        self.shape: tuple[int, ...] = ()
        self.dtype: np.dtype[Any] = np.dtype(np.float64)

    def __len__(self) -> int:
        return self._count

    def append(self, array: Array) -> None:
        """Keep one more array."""
        if not self._count:
            self.shape, self.dtype = array.shape, array.dtype
        if (array.shape, array.dtype) != (self.shape, self.dtype):
            raise ValueError(f"a frame of {array.shape} {array.dtype} follows {self.shape}")
        self._file.seek(0, os.SEEK_END)
        self._file.write(np.ascontiguousarray(array).tobytes())
        self._count += 1

    def __iter__(self) -> Iterator[Array]:
        size = int(np.prod(self.shape)) * self.dtype.itemsize
        for i in range(self._count):
            self._file.seek(i * size)
            yield np.frombuffer(self._file.read(size), self.dtype).reshape(self.shape)

    def close(self) -> None:
        """Forget everything."""
        self._file.close()
