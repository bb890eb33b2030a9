"""Image files for tests, written and read by libraries that are not the ones under test."""

from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import tifffile

RANDOM = np.random.default_rng(0)
SIZES = [(1, 1), (1, 7), (5, 1), (4, 6)]


def samples(mode: str, dtype: str, size: tuple[int, int]) -> Any:
    """Random samples (H, W[, channels]) of a mode of pillow."""
    channels = {"L": (), "LA": (2,), "RGB": (3,), "RGBA": (4,)}[mode]
    if dtype.startswith("f"):
        return RANDOM.random((*size, *channels)).astype(dtype)
    most = np.iinfo(dtype).max
    return RANDOM.integers(0, most, (*size, *channels), dtype=dtype, endpoint=True)


def put(path: Path, values: Any) -> None:
    """Write samples with a library that is not the one under test, where there are two."""
    if path.suffix == ".tif":
        tifffile.imwrite(
            path,
            values,
            photometric="rgb" if values.ndim == 3 and values.shape[2] > 2 else "minisblack",
            planarconfig="contig" if values.ndim == 3 else None,
            extrasamples=["unassalpha"] if values.shape[2:] in {(2,), (4,)} else None,
        )
    else:
        path.write_bytes(imagecodecs.png_encode(np.ascontiguousarray(values)))


def get(path: Path) -> Any:
    """Read samples back."""
    raw = path.read_bytes()
    return tifffile.imread(path) if path.suffix == ".tif" else imagecodecs.png_decode(raw)
