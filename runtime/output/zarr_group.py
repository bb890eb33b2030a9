"""Zarr groups that `xarray.open_zarr` reads: named dimensions, coordinates, attributes."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..faults import UserError, need
from .base import Array, Meta, dimensions

CHUNK = 2**25  # bytes: a frame beyond this is cut along its leading axes


class ZarrWriter:
    """Appends frame by frame; a frame is visible once its consolidated metadata is replaced.

    Readers take all shapes from the consolidated metadata, one file that is replaced in one go,
    so a run that dies between two arrays leaves the frames before it consistent.
    """

    def open(self, path: Path, meta: Meta) -> None:
        self._zarr: Any = need("zarr", extra="io", to="a .zarr output")
        self._meta = meta
        if meta.resume is not None and path.exists():
            self._group = _existing(self._zarr, path, meta)
            self._count = _cut(self._group, meta)
            return
        if path.exists():
            shutil.rmtree(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._count = 0
        about = {"scheme": meta.name, "title": meta.title, **meta.attributes}
        self._group = self._zarr.create_group(str(path), zarr_format=3, attributes=about)
        for name, values in dimensions(meta)[1].items():
            label = {"axis": name.split("_")[0].upper(), "units": "1"}
            self._new(name, (name,), values.shape, values.dtype, label)[:] = values
        self._new("t", ("t",), (0,), np.dtype(np.float64), {"long_name": "time", "units": "1"})

    def frame(self, t: float, fields: Mapping[str, Array]) -> None:
        dims = dimensions(self._meta)[0]
        k = self._count
        for variable in self._meta.variables:
            values = fields[variable.name]
            if variable.name not in self._group:
                names = ("t", *dims[variable.name])
                about = {"units": "1", "field": variable.field}
                self._new(variable.name, names, (0, *values.shape), values.dtype, about)
                if variable.components:
                    self._components(variable.components)
            _put(self._group[variable.name], k, values)
        _put(self._group["t"], k, np.float64(t))
        self._count += 1
        self._publish()

    def close(self) -> None:
        self._publish()

    def _new(
        self,
        name: str,
        dims: tuple[str, ...],
        shape: tuple[int, ...],
        dtype: np.dtype[Any],
        about: Mapping[str, str],
    ) -> Any:
        chunks = _chunks(shape, dtype.itemsize) if dims[0] == "t" else shape
        return self._group.create_array(
            name,
            shape=shape,
            chunks=tuple(max(1, n) for n in chunks),
            dtype=dtype,
            dimension_names=dims,
            attributes=dict(about),
        )

    def _components(self, names: tuple[str, ...]) -> None:
        if "component" not in self._group:
            values = np.array(names, dtype=np.dtypes.StringDType())
            self._group.create_array("component", data=values, dimension_names=("component",))

    def _publish(self) -> None:
        with warnings.catch_warnings():
            # zarr warns that other readers may ignore the consolidated part of format 3.
            warnings.simplefilter("ignore")
            self._zarr.consolidate_metadata(self._group.store)


def _put(array: Any, k: int, values: Any) -> None:
    """Write frame k, growing the array to exactly k + 1 frames."""
    array.resize((k + 1, *array.shape[1:]))
    array[k] = values


def _chunks(shape: tuple[int, ...], itemsize: int) -> tuple[int, ...]:
    """One frame a chunk; large frames are cut along their first axes. Times come in blocks."""
    if len(shape) == 1:
        return (1024,)
    sizes = list(shape[1:])
    for i in range(len(sizes)):
        rest = int(np.prod(sizes)) * itemsize
        if rest <= CHUNK:
            break
        sizes[i] = max(1, sizes[i] * CHUNK // rest)
    return (1, *sizes)


def _existing(zarr: Any, path: Path, meta: Meta) -> Any:
    """The group of an earlier run, if it is one of this scheme."""
    group = zarr.open_group(str(path), mode="a", use_consolidated=False)
    if group.attrs.get("scheme") != meta.name or "t" not in group:
        raise UserError(f"{path} does not hold an earlier run of {meta.name}")
    return group


def _cut(group: Any, meta: Meta) -> int:
    """Drop the frames after the time at which the run is resumed; return how many stay."""
    arrays = [group[name] for name in ("t", *(v.name for v in meta.variables)) if name in group]
    # An interrupted append may have grown one array and not the other.
    stay: int = min(int(np.sum(group["t"][:] <= meta.resume)), *(a.shape[0] for a in arrays))
    for array in arrays:
        array.resize((stay, *array.shape[1:]))
    return stay
