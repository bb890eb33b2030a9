"""Values to pixels: panels side by side, one colour map for all, drawn without a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module

import numpy as np

from .base import Array, Meta

SMALLEST, LARGEST = 360, 1080  # pixels along the longer side of a film's panel
GAP = 6
EMPTY = 255  # the colour of gaps


@dataclass(frozen=True, slots=True)
class Panel:
    """A scalar picture of one variable: which entry of its leading axes, under which label."""

    label: str
    variable: str
    index: tuple[int, ...]


def panels(meta: Meta, fields: Mapping[str, Array], *, most: int = 4) -> tuple[Panel, ...]:
    """What a picture of the run shows: each scalar, each component, the first of a batch."""
    found = []
    for variable in meta.variables:
        ahead = fields[variable.name].ndim - len(meta.axes)
        head = (0,) * (ahead - bool(variable.components))
        ends = enumerate(variable.components) if variable.components else [(None, "")]
        for i, name in ends:
            label = f"{variable.name}_{name}" if name else variable.name
            found.append(Panel(label, variable.name, head if i is None else (*head, i)))
    return tuple(found[:most])


def plane(panel: Panel, meta: Meta, fields: Mapping[str, Array]) -> Array:
    """What a panel shows, 1-D or 2-D: the middle plane along the third and further axes.

    The colour planes of an image are shown as their mean.
    """
    values: Array = fields[panel.variable]
    values = values.mean(axis=0) if meta.image and panel.index else values[panel.index]
    for _ in range(len(meta.axes) - 2):
        values = values[..., values.shape[-1] // 2]
    return values


def raster(values: Array, *, image: bool) -> Array:
    """Rows and columns of a picture: x to the right and y upwards, or an image as it lies."""
    return values if image else values.T[::-1]


def colour_range(values: Sequence[tuple[float, float]]) -> tuple[float, float, bool]:
    """(low, high, diverging) over the ranges of all frames.

    Values of both signs and like size are shown symmetric about zero.
    """
    finite = [pair for pair in values if np.isfinite(pair).all()]
    low = min((a for a, _ in finite), default=0.0)
    high = max((b for _, b in finite), default=1.0)
    if low < 0 < high and max(-low, high) < 4 * min(-low, high):
        bound = max(-low, high)
        return -bound, bound, True
    return low, high if high > low else low + 1.0, False


def colour_table(*, image: bool, diverging: bool) -> Array:
    """Colours (256, 3) as bytes: grey for images; else a map of 255, and white for what is empty.

    Without matplotlib the map is grey, too.
    """
    grey = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    if image:
        return grey
    try:
        colormaps = import_module("matplotlib").colormaps
    except ImportError:
        return grey
    colours = colormaps["RdBu_r" if diverging else "viridis"](np.linspace(0, 1, EMPTY))[:, :3]
    return np.concatenate([np.round(colours * 255), [[255, 255, 255]]]).astype(np.uint8)


def levels(values: Array, low: float, high: float, *, top: int = EMPTY - 1) -> Array:
    """Values as whole numbers 0 ... top; what is not finite is 0."""
    scaled = (np.asarray(values, dtype=np.float64) - low) * (top / (high - low))
    return np.asarray(np.clip(np.nan_to_num(np.round(scaled)), 0, top), dtype=np.uint8)


def enlarged(rows: Array) -> Array:
    """Small pictures repeat each pixel a whole number of times; large ones skip rows evenly."""
    longer = max(rows.shape)
    if longer > LARGEST:
        step = -(-longer // LARGEST)
        return rows[::step, ::step]
    times = max(1, SMALLEST // max(1, longer))
    return rows.repeat(times, axis=0).repeat(times, axis=1)
