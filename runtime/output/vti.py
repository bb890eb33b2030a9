"""ParaView: one `.vti` image a frame, and a `.pvd` collection that names them with their times.

Data are appended in base64, so that a file is well-formed XML; each block is its length as a
UInt64 followed by the values, encoded together. In VTK the first axis runs fastest.
"""

from __future__ import annotations

import base64
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

import numpy as np

from ..faults import UserError
from ..files import replacing
from .base import Array, Meta, Variable

_HEAD = '<VTKFile type="ImageData" version="1.0" byte_order="LittleEndian" header_type="UInt64">'
_KINDS = {"f4": "Float32", "f8": "Float64"}


@dataclass(frozen=True, slots=True)
class Block:
    """Arrays on one set of points: VTK's origin, spacing and extent, and data of shape (n, c)."""

    cells: bool
    origin: tuple[float, ...]
    spacing: tuple[float, ...]
    extent: tuple[int, ...]
    data: tuple[tuple[str, Array], ...]


class VtiWriter:
    """`-o run.vti` makes run.vti (the last frame), run.pvd, and the frames run/0000.vti, ...

    Fields on different points go to different parts of the collection. The components of a
    staggered vector are brought to the middle of the cell by the mean of the two faces.
    """

    def open(self, path: Path, meta: Meta) -> None:
        if len(meta.axes) > 3:
            raise UserError(f"a .vti output holds at most 3 axes, and {meta.name} has more")
        self._path, self._meta = path, meta
        self._entries: list[tuple[float, int, str]] = []
        self._folder = path.with_suffix("")
        if meta.resume is not None:
            self._entries = [e for e in _read(path.with_suffix(".pvd")) if e[0] <= meta.resume]
        elif self._folder.exists():
            _remove_frames(self._folder)
        self._count = len({t for t, _, _ in self._entries})
        self._last: tuple[Block, ...] = ()

    def frame(self, t: float, fields: Mapping[str, Array]) -> None:
        self._last = blocks(self._meta, fields)
        for part, block in enumerate(self._last):
            suffix = f"_{part}" if len(self._last) > 1 else ""
            name = f"{self._folder.name}/{self._count:04d}{suffix}.vti"
            _write_image(self._path.parent / name, block)
            self._entries.append((t, part, name))
        self._count += 1
        _write_collection(self._path.with_suffix(".pvd"), self._entries)

    def close(self) -> None:
        if self._last and self._path.suffix == ".vti":
            _write_image(self._path, self._last[0])


def blocks(meta: Meta, fields: Mapping[str, Array]) -> tuple[Block, ...]:
    """The frame as VTK sees it: fields that share their points together."""
    groups: dict[tuple[object, ...], list[tuple[Variable, Array]]] = {}
    for variable, values in _unstaggered(meta, fields):
        points = tuple(c.tobytes() for c in variable.coordinates)
        groups.setdefault((*points, *variable.cells), []).append((variable, values))
    return tuple(_block(members) for members in groups.values())


def _block(members: Sequence[tuple[Variable, Array]]) -> Block:
    first = members[0][0]
    cells = all(first.cells)
    ends = [n if cells else n - 1 for n in first.counts]
    starts = zip(first.coordinates, first.spacing, strict=True)
    low = [c[0] - h / 2 if cells else c[0] for c, h in starts]
    missing = 3 - len(ends)
    data = [named for variable, values in members for named in _columns(variable, values)]
    return Block(
        cells,
        (*map(float, low), *[0.0] * missing),
        (*map(float, first.spacing), *[1.0] * missing),
        (*ends, *[0] * missing),
        tuple(data),
    )


def _columns(variable: Variable, values: Array) -> list[tuple[str, Array]]:
    """The arrays of a variable as (name, shape (points, components)); leading axes are unrolled."""
    d = len(variable.counts)
    vector = bool(variable.lead) and variable.lead[-1] == "component" and len(values) <= 3
    ahead = values.ndim - d - vector
    found = []
    for index in product(*(range(n) for n in values.shape[:ahead])):
        name = "_".join([variable.name, *map(str, index)])
        one = values[index]
        parts = [*one] if vector else [one]
        columns = [p.ravel(order="F") for p in parts]
        columns += [np.zeros_like(columns[0])] * (3 - len(columns) if vector else 0)
        kind = columns[0].dtype if columns[0].dtype.str[1:] in _KINDS else np.dtype(np.float64)
        found.append((name, np.stack(columns, axis=-1).astype(kind.newbyteorder("<"))))
    return found


def _unstaggered(meta: Meta, fields: Mapping[str, Array]) -> list[tuple[Variable, Array]]:
    """Variables with split vectors joined at the middle of the cell."""
    found: list[tuple[Variable, Array]] = []
    split: dict[str, list[Variable]] = {}
    for variable in meta.variables:
        split.setdefault(variable.field, []).append(variable)
    alone = next((vs[0] for vs in split.values() if len(vs) == 1), None)
    for name, parts in split.items():
        if len(parts) == 1:
            found.append((parts[0], fields[parts[0].name]))
            continue
        centre = alone or _centre(name, parts)
        joined = [_moved(fields[p.name], p, centre) for p in parts]
        about = Variable(
            name=name,
            field=name,
            coordinates=centre.coordinates,
            spacing=centre.spacing,
            lead=(*parts[0].lead, "component"),
            cells=centre.cells,
        )
        found.append((about, np.stack(joined, axis=len(parts[0].lead))))
    return found


def _centre(name: str, parts: Sequence[Variable]) -> Variable:
    """Where a vector goes when no field lies at centres: along axis i the points of component j."""
    d = len(parts[0].counts)
    coordinates = [parts[(i + 1) % d].coordinates[i] for i in range(d)]
    if d == 1 and len(coordinates[0]) > 1:
        coordinates = [(coordinates[0][1:] + coordinates[0][:-1]) / 2]
    return Variable(
        name=name,
        field=name,
        coordinates=tuple(coordinates),
        spacing=parts[0].spacing,
        cells=(True,) * d,
    )


def _moved(values: Array, variable: Variable, centre: Variable) -> Array:
    """Linear interpolation to other points; equally many points half a cell off are periodic."""
    d = len(centre.coordinates)
    for i, (have, want) in enumerate(zip(variable.coordinates, centre.coordinates, strict=True)):
        place = (want - have[0]) / variable.spacing[i]
        low = np.floor(place + 1e-6).astype(int)
        weight = np.clip(place - low, 0.0, 1.0)
        periodic = len(have) == len(want)
        ends = [
            (low + k) % len(have) if periodic else np.clip(low + k, 0, len(have) - 1)
            for k in (0, 1)
        ]
        axis = values.ndim - d + i
        shape = [-1 if a == axis else 1 for a in range(values.ndim)]
        w = weight.reshape(shape)
        values = (1 - w) * values.take(ends[0], axis) + w * values.take(ends[1], axis)
    return values


def _write_image(path: Path, block: Block) -> None:
    """One `.vti` file, replaced whole."""
    extent = " ".join(f"0 {n}" for n in block.extent)
    shape = f"Origin={_numbers(block.origin)} Spacing={_numbers(block.spacing)}"
    place = "CellData" if block.cells else "PointData"
    heads, texts, offset = [], [], 0
    for name, values in block.data:
        kind = _KINDS[values.dtype.str[1:]]
        heads.append(
            f'        <DataArray type="{kind}" Name={quoteattr(name)} format="appended"'
            f' NumberOfComponents="{values.shape[1]}" offset="{offset}"/>'
        )
        raw = np.uint64(values.nbytes).astype("<u8").tobytes() + values.tobytes()
        texts.append(base64.b64encode(raw))
        offset += len(texts[-1])
    with replacing(path) as part, part.open("wb") as file:
        lines = [
            '<?xml version="1.0"?>',
            _HEAD,
            f'  <ImageData WholeExtent="{extent}" {shape}>',
            f'    <Piece Extent="{extent}">',
            f"      <{place}>",
            *heads,
            f"      </{place}>",
            "    </Piece>",
            "  </ImageData>",
            '  <AppendedData encoding="base64">',
        ]
        file.write("\n".join(lines).encode() + b"\n_")
        file.writelines(texts)
        file.write(b"\n  </AppendedData>\n</VTKFile>\n")


def _numbers(values: Sequence[float]) -> str:
    return '"' + " ".join(repr(float(v)) for v in values) + '"'


def _write_collection(path: Path, entries: Sequence[tuple[float, int, str]]) -> None:
    lines = [
        f'    <DataSet timestep="{t!r}" part="{part}" file={quoteattr(name)}/>'
        for t, part, name in entries
    ]
    head = '<VTKFile type="Collection" version="1.0" byte_order="LittleEndian">'
    with replacing(path) as part_file:
        text = ['<?xml version="1.0"?>', head, "  <Collection>", *lines, "  </Collection>"]
        part_file.write_text("\n".join([*text, "</VTKFile>", ""]))


def _read(path: Path) -> list[tuple[float, int, str]]:
    """The entries of a collection of an earlier run; none if there is none."""
    if not path.exists():
        return []
    found = ET.parse(path).iter("DataSet")
    return [(float(e.get("timestep", 0)), int(e.get("part", 0)), e.get("file", "")) for e in found]


def _remove_frames(folder: Path) -> None:
    """Remove the frames of an earlier run, and nothing that is not one."""
    if any(p.suffix != ".vti" for p in folder.iterdir()):
        raise UserError(f"{folder} holds other files than frames", "choose another output path")
    shutil.rmtree(folder)
