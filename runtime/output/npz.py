"""NumPy archives: `t`, the coordinates, and each variable with time as its first axis."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ..files import replacing
from .base import Array, Meta, Spool, dimensions


class NpzWriter:
    """Streams frames to disk and packs them into one `.npz` at the end, uncompressed.

    `numpy.load(path)["u"]` has shape (frames, ..., x, y).
    """

    def open(self, path: Path, meta: Meta) -> None:
        self._path, self._meta = path, meta
        self._times: list[float] = []
        self._spools = {v.name: Spool(path.parent) for v in meta.variables}

    def frame(self, t: float, fields: Mapping[str, Array]) -> None:
        for name, spool in self._spools.items():
            spool.append(fields[name])
        self._times.append(t)

    def close(self) -> None:
        coordinates = dimensions(self._meta)[1]
        with replacing(self._path) as part, zipfile.ZipFile(part, "w") as archive:
            for name, values in {"t": np.array(self._times), **coordinates}.items():
                with archive.open(f"{name}.npy", "w") as stream:
                    np.lib.format.write_array(stream, values)
            for name, spool in self._spools.items():
                _write_stack(archive, name, spool)
        for spool in self._spools.values():
            spool.close()


def _write_stack(archive: zipfile.ZipFile, name: str, spool: Spool) -> None:
    """One entry with all frames of a variable, never held in memory together."""
    header = {
        "descr": np.lib.format.dtype_to_descr(spool.dtype),
        "fortran_order": False,
        "shape": (len(spool), *spool.shape),
    }
    with archive.open(f"{name}.npy", "w", force_zip64=True) as stream:
        np.lib.format.write_array_header_1_0(stream, header)
        for array in spool:
            stream.write(array.tobytes())
