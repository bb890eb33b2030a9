"""Photographs in and out: any PNG, JPEG or TIFF as colour planes in [0, 1], and back as it was.

The planes have shape (C, H, W): 1 for grey, 3 for colour; an image is a batch of its planes. What
the file holds besides (depth, alpha, colour profile, the scale of float values) is kept in a `Form`
and goes into the file that is written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from .faults import UserError
from .files import content, replacing, writing
from .image_files import READABLE, Samples, decode, encode_jpeg, encode_png, encode_tiff
from .output.base import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What is needed to write planes back in the depth and mode of the file they came from.

    `dtype` is that of the samples, unsigned integer or float; a float sample is
    low + (high - low) * plane. `alpha` (H, W) is kept in the dtype of the file, untouched.
    """

    source: str
    dtype: str
    low: float = 0.0
    high: float = 1.0
    alpha: Array | None = None
    profile: bytes | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An image in memory: planes (C, H, W) in [0, 1], float64, and the form of its file."""

    planes: Array
    form: Form

    @property
    def described(self) -> str:
        """One line for the user: "512 x 768 pixels, colour, uint16, alpha"."""
        colours, rows, columns = self.planes.shape
        kind = "grey" if colours == 1 else "colour"
        words = [f"{rows} x {columns} pixels", kind, self.form.dtype]
        return ", ".join([*words, "alpha"] if self.form.alpha is not None else words)


def read(path: str | Path) -> Picture:
    """Read an image file; one that is missing, no image, or only half of one is a `UserError`."""
    path = Path(path)
    samples = decode(path, content(path))
    values = samples.values[..., None] if samples.values.ndim == 2 else samples.values
    if values.ndim != 3 or values.shape[-1] not in {1, 2, 3, 4}:
        raise UserError(f"{path} holds samples of shape {samples.values.shape}", READABLE)
    if not values.size:
        raise UserError(f"{path} is an image without pixels")
    return _picture(path, samples, values)


def _picture(path: Path, samples: Samples, values: Array) -> Picture:
    """Samples (H, W, channels) as planes; the last of 2 or 4 channels is alpha."""
    channels = values.shape[-1]
    colours = 1 if channels < 3 else 3
    planes = np.moveaxis(values[..., :colours], -1, 0)
    form = Form(
        source=str(path),
        dtype=values.dtype.name,
        alpha=values[..., colours].copy() if channels > colours else None,
        profile=samples.profile,
        notes=samples.notes,
    )
    match values.dtype.kind:
        case "u":
            scaled = planes / np.float64(np.iinfo(values.dtype).max)
        case "f":
            form = _scale(path, planes, form)
            scaled = (planes.astype(np.float64) - form.low) / (form.high - form.low)
        case _:
            raise UserError(f"{path} holds samples of type {values.dtype}", READABLE)
    return Picture(planes=np.ascontiguousarray(scaled), form=form)


def _scale(path: Path, planes: Array, form: Form) -> Form:
    """Floats stay as they are when in [0, 1]; else their range is brought there, and told."""
    bad = np.argwhere(~np.isfinite(planes))
    if len(bad):
        many = "a value that is no finite number" if len(bad) == 1 else (
            f"{len(bad)} values that are no finite numbers, the first"
        )  # fmt: skip
        where = f"in row {bad[0][1]}, column {bad[0][2]}, counted from 0"
        raise UserError(f"{path} holds {many} {where}")
    low, high = float(planes.min()), float(planes.max())
    if low >= 0 and high <= 1:
        return form
    high = high if high > low else low + 1.0
    note = f"values from {low:g} to {high:g} are computed as [0, 1] and written back"
    return replace(form, low=low, high=high, notes=(*form.notes, note))


@dataclass(frozen=True, slots=True)
class _Format:
    """An image format: how it is written and which depths it holds, the deepest last."""

    encode: Callable[[Path, Array, bytes | None], None]
    name: str
    depths: tuple[str, ...]
    alpha: bool = True


_PNG = _Format(encode_png, "PNG", ("uint8", "uint16"))
_JPEG = _Format(encode_jpeg, "JPEG", ("uint8",), alpha=False)
_TIFF = _Format(encode_tiff, "TIFF", ("uint8", "uint16", "uint32", "float16", "float32", "float64"))
FORMATS = {".png": _PNG, ".jpg": _JPEG, ".jpeg": _JPEG, ".tif": _TIFF, ".tiff": _TIFF}


def write(path: str | Path, planes: Array, form: Form) -> tuple[str, ...]:
    """Write planes (C, H, W) as the file they came from was; return what the user should know.

    Values outside [0, 1] are clipped where samples are integers. A depth that the format of the
    new file cannot hold becomes the deepest one it can.
    """
    path = Path(path)
    found = format_for(path, form)
    notes: tuple[str, ...] = ()
    depth = form.dtype
    if depth not in found.depths:
        depth = found.depths[-1]
        notes = (f"{path.name} is written as {depth}: {found.name} does not hold {form.dtype}",)
    values = np.moveaxis(_samples(planes, np.dtype(depth), form), 0, -1)
    if form.alpha is not None:
        values = np.concatenate([values, _alpha(form.alpha, values.dtype)[..., None]], axis=-1)
    with writing(path), replacing(path) as part:
        found.encode(part, values, form.profile)
    return notes


def format_for(path: Path, form: Form) -> _Format:
    """The format of a path that is to hold an image of this form."""
    found = format_of(path)
    if form.alpha is not None and not found.alpha:
        raise UserError(
            f"{path} cannot hold the alpha channel of {form.source}", "write to .png or .tif"
        )
    return found


def format_of(path: Path) -> _Format:
    """The image format of a path that is to be written."""
    if path.suffix.lower() not in FORMATS:
        known = ", ".join(FORMATS)
        raise UserError(f"the image {path} names no known format", f"end it in one of {known}")
    return FORMATS[path.suffix.lower()]


def _samples(planes: Array, dtype: np.dtype[Any], form: Form) -> Array:
    """Planes in [0, 1] as samples of a depth."""
    values = np.asarray(planes, dtype=np.float64)
    if dtype.kind == "f":
        return (form.low + (form.high - form.low) * values).astype(dtype)
    most = np.iinfo(dtype).max
    return np.asarray(np.round(np.clip(np.nan_to_num(values), 0, 1) * most)).astype(dtype)


def _alpha(alpha: Array, dtype: np.dtype[Any]) -> Array:
    """The alpha channel in the depth that is written."""
    if alpha.dtype == dtype:
        return alpha
    unit = alpha / np.iinfo(alpha.dtype).max if alpha.dtype.kind == "u" else alpha
    return np.asarray(np.round(np.clip(unit, 0, 1) * np.iinfo(dtype).max)).astype(dtype)
