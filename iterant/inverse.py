"""The newest level of a certificate's scheme: left sides on a torus, inverted mode by mode."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np


def inverted(
    left: Callable[[Mapping[str, Any]], Sequence[Any]], new: Sequence[str], rights: Sequence[Any]
) -> dict[str, Any]:
    """Arrays by name with left(arrays) = rights, a row each; not numbers where a wall is read.

    `left` is linear and the same at every point: its answers to impulses at the origin are its
    columns, and their Fourier transforms a matrix for each mode.
    """
    shape = np.shape(rights[0])
    impulse = np.zeros(shape)
    impulse[(0,) * len(shape)] = 1.0
    zero = np.zeros(shape)
    columns = [left({name: impulse if name == one else zero for name in new}) for one in new]
    found = np.array([[np.broadcast_to(row, shape) for row in column] for column in columns])
    if not np.isfinite(found).all():
        return {name: np.full(shape, np.nan) for name in new}
    axes = tuple(range(-len(shape), 0))
    matrices = np.moveaxis(np.fft.fftn(found, axes=axes), (0, 1), (-1, -2))
    waves = np.moveaxis(np.fft.fftn(np.array(rights), axes=axes), 0, -1)[..., None]
    solved = np.moveaxis(np.linalg.solve(matrices, waves)[..., 0], -1, 0)
    return dict(zip(new, np.fft.ifftn(solved, axes=axes).real, strict=True))
