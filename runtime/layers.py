"""The words that emitted modules are written in: ghosts and their adjoint, constrained weights.

Letters: u (..., X, Y) values inside, w (..., X + halo, Y + halo) values with a halo; any leading
batch axes; x is the first spatial axis.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .convolutions import convolve, convolve_adjoint, derivative_kernel, random_kernel
from .curves import curve, identity_curve, keep_sector, sector
from .halo import crop, line, refresh_
from .norms import diagonal_step, norm_bound
from .padding import fold, pad, transformed
from .plan import Place
from .shapes import check_faces, components, fill, half_ends, joined
from .weights import Mlp, keep_positive, keep_within, random_normal, random_uniform

__all__ = [
    "Mlp",
    "check_faces",
    "components",
    "convolve",
    "convolve_adjoint",
    "coordinates",
    "crop",
    "curve",
    "derivative_kernel",
    "diagonal_step",
    "fill",
    "fold",
    "half_ends",
    "identity_curve",
    "joined",
    "keep_positive",
    "keep_sector",
    "keep_within",
    "norm_bound",
    "pad",
    "random_kernel",
    "random_normal",
    "random_uniform",
    "refresh_",
    "sector",
    "transformed",
]


def coordinates(
    place: Place, counts: tuple[int, ...], *, like: Tensor, halo: bool = False, whole: bool = False
) -> tuple[Tensor, ...]:
    """Coordinates of the points of a place, one broadcastable array an axis: (X, 1), (1, Y).

    `counts` are the points of each axis without the place's extra ones; `halo` adds the ghosts,
    which on a periodic axis are points inside: both ends of the axis then read one value. With
    `whole` each array has the size of the grid.
    """
    lines = []
    for axis, (n, extra) in enumerate(zip(counts, place.extra, strict=True)):
        low, high = place.halo[axis] if halo else (0, 0)
        around = n if place.sides[axis][0].rule == "periodic" else None
        lines.append(line(place, axis, -low, low + n + extra + high, like, around=around))
    return tuple(torch.broadcast_tensors(*lines)) if whole else tuple(lines)  # type: ignore[no-untyped-call]
