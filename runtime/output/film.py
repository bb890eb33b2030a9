"""Films of a run: GIF by pillow with the exact colours of the map, MP4 by imageio's ffmpeg."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from ..faults import need
from ..files import replacing
from .base import Array, Meta, Spool
from .colours import (
    EMPTY,
    GAP,
    Panel,
    colour_range,
    colour_table,
    enlarged,
    levels,
    panels,
    plane,
    raster,
)

RATE = 20  # frames a second
CURVE = 240  # pixel rows of the picture of a 1-D field
# (path, pictures that index the colour table, colour table) -> a film at the path
Encoder: TypeAlias = Callable[[Path, Iterator[Array], Array], None]


class Film:
    """Keeps small float32 pictures on disk; the film is made at the end, with one colour range."""

    def __init__(self, encode: Encoder) -> None:
        self._encode = encode

    def open(self, path: Path, meta: Meta) -> None:
        self._path, self._meta = path, meta
        self._spools: dict[Panel, Spool] = {}
        self._ranges: dict[Panel, list[tuple[float, float]]] = {}

    def frame(self, t: float, fields: Mapping[str, Array]) -> None:
        if not self._spools:
            shown = panels(self._meta, fields)
            self._spools = {p: Spool(self._path.parent) for p in shown}
            self._ranges = {p: [] for p in shown}
        for panel, spool in self._spools.items():
            flat = plane(panel, self._meta, fields)
            kept = flat if flat.ndim == 1 else enlarged(raster(flat, image=self._meta.image))
            spool.append(kept.astype(np.float32))
            finite = flat[np.isfinite(flat)]
            pair = (float(finite.min()), float(finite.max())) if finite.size else (np.nan, np.nan)
            self._ranges[panel].append(pair)

    def close(self) -> None:
        if self._spools:
            diverging = all(colour_range(r)[2] for r in self._ranges.values())
            plain = self._meta.image or len(self._meta.axes) == 1
            table = colour_table(image=plain, diverging=diverging)
            with replacing(self._path) as part:
                self._encode(part, self._pictures(), table)
        for spool in self._spools.values():
            spool.close()

    def _pictures(self) -> Iterator[Array]:
        """The frames as bytes that index the colour table."""
        top = 255 if self._meta.image else EMPTY - 1
        limits = {p: self._limits(self._ranges[p]) for p in self._spools}
        for shown in zip(*self._spools.values(), strict=True):
            tiles = [
                levels(values, *limits[p], top=top)
                if values.ndim == 2
                else _curve(values, *limits[p])
                for p, values in zip(self._spools, shown, strict=True)
            ]
            yield _beside(tiles)

    def _limits(self, ranges: list[tuple[float, float]]) -> tuple[float, float]:
        return (0.0, 1.0) if self._meta.image else colour_range(ranges)[:2]


def gif() -> Film:
    """An endless GIF whose palette is the colour map itself."""
    pillow: Any = need("PIL.Image", extra="io", to="a .gif output")

    def encode(path: Path, pictures: Iterator[Array], table: Array) -> None:
        def picture(rows: Array) -> Any:
            shown = pillow.fromarray(rows)
            shown.putpalette(table.tobytes())
            return shown

        first = picture(next(pictures))
        rest = (picture(rows) for rows in pictures)
        options = {"duration": 1000 // RATE, "loop": 0, "optimize": False}
        first.save(path, save_all=True, append_images=rest, **options)

    return Film(encode)


def mp4() -> Film:
    """An H.264 film that browsers play."""
    need("imageio_ffmpeg", extra="film", to="an .mp4 output")
    imageio: Any = need("imageio.v2", extra="film", to="an .mp4 output")

    def encode(path: Path, pictures: Iterator[Array], table: Array) -> None:
        options = {"fps": RATE, "macro_block_size": 2, "quality": 8, "ffmpeg_log_level": "error"}
        with imageio.get_writer(path, format="FFMPEG", **options) as film:
            for rows in pictures:
                film.append_data(table[_even(rows)])

    return Film(encode)


def _even(rows: Array) -> Array:
    """H.264 wants even sizes: the last row or column is repeated."""
    return np.pad(rows, [(0, n % 2) for n in rows.shape], mode="edge")


def _beside(tiles: list[Array]) -> Array:
    """Panels from left to right with a gap."""
    height = max(t.shape[0] for t in tiles)
    gaps = [((0, height - t.shape[0]), (0, GAP)) for t in tiles]
    padded = [np.pad(t, g, constant_values=EMPTY) for t, g in zip(tiles, gaps, strict=True)]
    return np.ascontiguousarray(np.hstack(padded)[:, :-GAP])


def _curve(values: Array, low: float, high: float) -> Array:
    """A 1-D field as a dark curve on white ground."""
    wide = np.repeat(values, max(1, -(-480 // max(1, len(values)))))
    height = levels(wide, low, high, top=CURVE - 9).astype(int) + 4
    before = np.concatenate([height[:1], height[:-1]])
    rows = np.arange(CURVE - 1, -1, -1)[:, None]
    hit = (rows >= np.minimum(before, height) - 1) & (rows <= np.maximum(before, height) + 1)
    return np.where(hit, np.uint8(40), np.uint8(255))
