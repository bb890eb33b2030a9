"""Saving a run: which steps are saved, what the saved variables are, and the files they go to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from .faults import UserError
from .files import writing
from .output import BESIDE, CONTINUED, WRITERS
from .output.base import Array, Meta, Variable, Writer
from .plan import Place, Plan
from .table import UnknownName

FRAMES = 100  # saved by default


def saved_steps(
    steps: int, *, tau: float = 1.0, every: float | None = None, stride: int = 1
) -> tuple[int, ...]:
    """The step numbers at which a frame is saved: 0, the last one, and evenly in between.

    `every` is a time between frames; without it there are at most `FRAMES` of them. Only
    multiples of `stride` (the inner steps of a cycle) can be saved.

    >>> saved_steps(6), saved_steps(10, tau=0.1, every=0.25)
    ((0, 1, 2, 3, 4, 5, 6), (0, 3, 5, 8, 10))
    """
    rounds = steps // stride
    if every is None:
        count = min(rounds, FRAMES - 1)
        found = {round(i * rounds / count) for i in range(count + 1)} if count else {0}
    else:
        if not every > 0:
            message = f"the time between two frames must be positive, and {every:g} is not"
            raise UserError(message, about="every")
        length = tau * stride
        gap = max(1.0, every / length) if length > 0 else 1.0
        count = int(rounds / gap * (1 + 1e-12))
        # The first state at or after each multiple of `every`.
        found = {min(rounds, int(np.ceil(i * gap * (1 - 1e-12)))) for i in range(count + 1)}
    return tuple(sorted({*(i * stride for i in found), steps}))


def variables(
    plan: Plan, value: Mapping[str, Any], lead: Sequence[str] = ()
) -> tuple[Variable, ...]:
    """The saved variables of the fields in `value` (name -> array, or a tuple of components).

    `lead` names the axes before the fields' own, such as ("channel",) for the planes of an image.
    """
    return tuple(v for name in value for v, _ in _split(plan, name, value[name], tuple(lead)))


def arrays(plan: Plan, value: Mapping[str, Any]) -> dict[str, Array]:
    """The arrays of those variables as NumPy arrays on the host."""
    return {v.name: a for name in value for v, a in _split(plan, name, value[name], ())}


def _split(
    plan: Plan, name: str, value: Any, lead: tuple[str, ...]
) -> list[tuple[Variable, Array]]:
    """A field as its variables: one, or one a component where their points differ."""
    parts = plan.components[name]
    places = [plan.places[p] for p in parts]
    if isinstance(value, (tuple, list)):
        found = [_host(v) for v in value]
    else:
        whole = _host(value)
        if not plan.is_vector(name):
            return [(_variable(name, name, places[0], whole, lead), whole)]
        if all((p.origin, p.extra) == (places[0].origin, places[0].extra) for p in places):
            about = _variable(name, name, places[0], whole, (*lead, "component"))
            return [(replace(about, components=parts), whole)]
        found = [whole.take(i, axis=whole.ndim - len(plan.axes) - 1) for i in range(len(parts))]
    return [
        (_variable(part, name, place, values, lead), values)
        for part, place, values in zip(parts, places, found, strict=True)
    ]


def _variable(
    name: str, field: str, place: Place, values: Array, lead: tuple[str, ...]
) -> Variable:
    """Where the values of one array are."""
    ahead = values.ndim - len(place.origin)
    batch = [f"batch_{i}" if i else "batch" for i in range(ahead - len(lead))]
    points = zip(place.origin, place.spacing, values.shape[ahead:], strict=True)
    return Variable(
        name=name,
        field=field,
        coordinates=tuple(origin + h * np.arange(n) for origin, h, n in points),
        spacing=place.spacing,
        lead=(*batch, *lead) if ahead >= len(lead) else lead[len(lead) - ahead :],
        cells=tuple(all(side.mirror == 0 for side in sides) for sides in place.sides),
    )


def _host(value: Any) -> Array:
    """A tensor or array as a NumPy array on the host."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    return np.asarray(value)


class Store:
    """The output files of one run; every frame goes to each of them.

    Refuses to write over a file unless `overwrite`; closes all files, also when one of them fails.
    """

    def __init__(
        self, paths: Iterable[Path], *, overwrite: bool = False, resume: bool = False
    ) -> None:
        self._writers: list[tuple[Path, Writer]] = [(p, writer_of(p)) for p in paths]
        self._open: list[tuple[Path, Writer]] = []
        for path, _ in self._writers:
            kind = path.suffix[1:].lower()
            continued = resume and kind in CONTINUED
            for file in () if continued else (path, *map(path.with_suffix, BESIDE.get(kind, ()))):
                refuse_existing(file, overwrite=overwrite, resume=resume)

    def open(self, meta: Meta) -> None:
        """Start every file."""
        for path, writer in self._writers:
            with writing(path):
                writer.open(path, meta)
            self._open.append((path, writer))

    def frame(self, t: float, fields: Mapping[str, Array]) -> None:
        """Write one frame to every file."""
        for path, writer in self._open:
            with writing(path):
                writer.frame(t, fields)

    def close(self) -> None:
        """Finish every file."""
        while self._open:
            path, writer = self._open.pop()
            try:
                with writing(path):
                    writer.close()
            except BaseException:
                self.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def writer_of(path: Path) -> Writer:
    """A new writer for the suffix of a path."""
    suffix = path.suffix.removeprefix(".").lower()
    if not suffix:
        known = ", ".join(f".{name}" for name in WRITERS)
        raise UserError(f"the output path {path} names no format", f"end it in one of {known}")
    try:
        return WRITERS[suffix]()
    except UnknownName as fault:
        raise UserError(f"unknown output format .{suffix}", fault.hint) from fault


def refuse_existing(path: Path, *, overwrite: bool, resume: bool = False) -> None:
    """A result is written over only when the user says so; a folder only if it is a zarr group."""
    with writing(path):
        exists, folder = path.exists(), path.is_dir()
    if not exists:
        return
    if folder and not (path / "zarr.json").exists():
        raise UserError(f"{path} is a folder that holds no earlier output", "choose another path")
    if not overwrite:
        kept = ", ".join(f".{kind}" for kind in CONTINUED)
        hint = f"a resumed run goes on in {kept}; choose another path" if resume else ""
        hint = hint or "choose another path, or add --overwrite"
        raise UserError(f"{path} exists already", hint)
