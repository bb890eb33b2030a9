"""Image files as arrays of samples, by the library that keeps each kind whole.

Samples have shape (H, W) or (H, W, channels) in the dtype of the file, upright, palettes expanded.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from .faults import UserError, need
from .output.base import Array

READABLE = "PNG, JPEG and TIFF are read: 8 or 16 bits or floats, grey or colour, with alpha or not"
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_PNG = b"\x89PNG\r\n\x1a\n"
_BILEVEL = "the black-and-white image is written back in 8 bits of grey"
_PALETTE = "the palette is written back as plain colour"


@dataclass(frozen=True, slots=True)
class Samples:
    """What a file holds: samples, the colour profile, and what the user should know."""

    values: Array
    profile: bytes | None = None
    notes: tuple[str, ...] = ()


# ---- decoding: (path for messages, content) -> samples


def decode(path: Path, raw: bytes) -> Samples:
    """Decode by content; whatever a decoder raises on a foreign file is the file's fault."""
    decoder = _pillow
    if raw.startswith(_TIFF):
        decoder = _tiff
    elif raw.startswith(_PNG) and raw[24:25] == b"\x10":
        decoder = _deep_png  # pillow cuts 16-bit colour down to 8
    try:
        return decoder(path, raw)
    except UserError:
        raise
    except MemoryError as fault:
        raise UserError(f"{path} is larger than the memory of this machine") from fault
    except Exception as fault:
        if type(fault).__name__ == "UnidentifiedImageError":
            raise UserError(f"{path} is not an image", READABLE) from fault
        reason = " ".join(str(fault).split())[:120] or type(fault).__name__
        raise UserError(f"{path} is damaged or cut short: {reason}") from fault


def _pillow(path: Path, raw: bytes) -> Samples:
    """JPEG, PNG up to 8 bits, and what else pillow opens."""
    pillow = need("PIL.Image", extra="io", to="reading an image")
    upright = need("PIL.ImageOps", extra="io", to="reading an image").exif_transpose
    with pillow.open(BytesIO(raw)) as opened:
        if getattr(opened, "n_frames", 1) > 1:
            raise UserError(f"{path} holds {opened.n_frames} pictures; one is needed")
        opened.load()
        profile = opened.info.get("icc_profile")
        shown = upright(opened)
    notes = {"1": (_BILEVEL,), "P": (_PALETTE,), "PA": (_PALETTE,)}.get(shown.mode, ())
    if shown.mode == "1":
        shown = shown.convert("L")
    elif "transparency" in shown.info or shown.mode == "PA":
        shown = shown.convert("RGBA")
    elif shown.mode not in {"L", "LA", "RGB", "RGBA"}:
        notes = notes or (f"{shown.mode} samples are written back as RGB",)
        profile = profile if shown.mode == "P" else None
        shown = shown.convert("RGB")
    return Samples(np.asarray(shown), profile, notes)


def _deep_png(path: Path, raw: bytes) -> Samples:
    """PNG of 16 bits a channel."""
    imagecodecs = need("imagecodecs", extra="io", to=f"reading the 16-bit PNG {path}")
    return Samples(imagecodecs.png_decode(raw))


def _tiff(path: Path, raw: bytes) -> Samples:
    """The one page of a TIFF, whatever its depth, order of samples and orientation."""
    tifffile = need("tifffile", extra="io", to="reading a TIFF")
    with tifffile.TiffFile(BytesIO(raw)) as tiff:
        pages = [page for page in tiff.pages if not getattr(page, "is_reduced", False)]
        if len(pages) != 1:
            raise UserError(f"{path} holds {len(pages)} pictures; one is needed")
        page = pages[0]
        values = page.asarray()
        if int(page.planarconfig) == 2 and values.ndim == 3:  # one plane after the other
            values = np.moveaxis(values, 0, -1)
        if len(page.extrasamples) > 1:
            raise UserError(f"{path} holds {len(page.extrasamples)} channels besides its colours")
        kind = tifffile.PHOTOMETRIC(page.photometric).name
        colours = page.colormap if kind == "PALETTE" else None
        tags = {name: page.tags[name].value for name in ("InterColorProfile", "Orientation")
                if name in page.tags}  # fmt: skip
    values, notes = _as_shown(path, values, kind, colours)
    turned = _upright(values, int(tags.get("Orientation", 1)))
    return Samples(turned, tags.get("InterColorProfile"), notes)


def _as_shown(
    path: Path, values: Array, kind: str, colours: Array | None
) -> tuple[Array, tuple[str, ...]]:
    """TIFF samples of one photometric kind as grey that grows to white, or RGB."""
    notes: tuple[str, ...] = ()
    if values.dtype == bool:
        values, notes = values.astype(np.uint8) * np.uint8(255), (_BILEVEL,)
    if kind == "PALETTE" and colours is not None:
        # Palettes hold 8-bit colours as their upper byte.
        values = np.moveaxis(colours[:, values] >> 8, 0, -1).astype(np.uint8)
        return values, (_PALETTE,)
    if kind == "MINISWHITE" and values.dtype.kind == "u":
        return np.iinfo(values.dtype).max - values, notes
    # The decoder of JPEG inside TIFF has turned YCbCr into RGB.
    if kind not in {"MINISBLACK", "RGB", "YCBCR"}:
        raise UserError(f"{path} holds {kind} samples", READABLE)
    return values, notes


def _upright(values: Array, orientation: int) -> Array:
    """Undo the orientation of TIFF: 1 as it lies, 2 to 4 mirrored, 5 to 8 transposed first."""
    if orientation >= 5:
        values = values.swapaxes(0, 1)
    rows = -1 if orientation in {3, 4, 7, 8} else 1
    columns = -1 if orientation in {2, 3, 6, 7} else 1
    return values[::rows, ::columns]


# ---- encoding: (path, samples of shape (H, W, channels), colour profile)


def encode_png(path: Path, values: Array, profile: bytes | None) -> None:
    """PNG of 8 or 16 bits."""
    flat = values[..., 0] if values.shape[-1] == 1 else values
    if values.dtype == np.uint16:
        imagecodecs = need("imagecodecs", extra="io", to="writing a 16-bit PNG")
        # A copy has plain strides even along axes of one pixel, which the encoder asks for.
        path.write_bytes(imagecodecs.png_encode(flat.copy(order="C")))
        return
    _save(path, flat, {"icc_profile": profile} if profile else {})


def encode_jpeg(path: Path, values: Array, profile: bytes | None) -> None:
    """JPEG at a quality that hides its blocks."""
    flat = values[..., 0] if values.shape[-1] == 1 else values
    options = {"quality": 95, "subsampling": 0}
    _save(path, flat, {**options, "icc_profile": profile} if profile else options)


def encode_tiff(path: Path, values: Array, profile: bytes | None) -> None:
    """TIFF of any depth."""
    tifffile = need("tifffile", extra="io", to="writing a TIFF")
    channels = values.shape[-1]
    options: dict[str, Any] = {"photometric": "rgb" if channels > 2 else "minisblack"}
    if channels in {2, 4}:
        options["extrasamples"] = ["unassalpha"]
    flat = np.ascontiguousarray(values[..., 0] if channels == 1 else values)
    tifffile.imwrite(
        path, flat, metadata=None, iccprofile=profile, planarconfig="contig", **options
    )


def _save(path: Path, values: Array, options: dict[str, Any]) -> None:
    """Write 8-bit samples with pillow."""
    pillow = need("PIL.Image", extra="io", to="writing an image")
    pillow.fromarray(np.ascontiguousarray(values)).save(path, **options)
