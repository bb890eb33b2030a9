"""Learned kernels: K u, its exact adjoint under the ghosts in use, and how kernels start.

Letters: B batch, C channels in, O channels out, X, Y, Z grid axes; K (O, C, k_x, k_y, k_z), with a
leading axis of steps where each step has its own. Where there is one channel, arrays have no axis
for it: u (B, X, Y) or (B, C, X, Y). Of a size k a kernel reads (k - 1) // 2 points below and k // 2
above.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from math import cos, pi, sqrt
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from .padding import fold
from .plan import Place

_FORWARD: dict[int, Callable[..., Tensor]] = {
    1: functional.conv1d,
    2: functional.conv2d,
    3: functional.conv3d,
}
_ADJOINT: dict[int, Callable[..., Tensor]] = {
    1: functional.conv_transpose1d,
    2: functional.conv_transpose2d,
    3: functional.conv_transpose3d,
}


def convolve(u: Tensor, K: Tensor) -> Tensor:
    """K u [o, i] = sum_{c, q} K[o, c, q] u[c, i + q], u with its halo: (..., [C,] X + k - 1, ...).

    Returns (..., [O,] X, ...).
    """
    return _applied(_FORWARD[K.ndim - 2], u, K, K.shape[1], K.shape[0])


def convolve_adjoint(
    w: Tensor, K: Tensor, place: Place | None = None, beyond: tuple[tuple[int, int], ...] = ()
) -> Tensor:
    """K^T w [c, i + q] = sum_{o, q} K[o, c, q] w[o, i]: (..., [O,] X) to (..., [C,] X + k - 1).

    With a place its ghosts are folded back, the adjoint of `pad`: <K pad(u), w> = <u, K^T w> for
    homogeneous conditions. `beyond` is how far w itself reaches outside the grid.
    """
    spread = _applied(_ADJOINT[K.ndim - 2], w, K, K.shape[0], K.shape[1])
    if place is None:
        return spread
    outer = beyond or ((0, 0),) * (K.ndim - 2)
    pairs = zip(outer, K.shape[2:], strict=True)
    halo = tuple((low + (k - 1) // 2, high + k // 2) for (low, high), k in pairs)
    return fold(spread, replace(place, halo=halo))


def _applied(
    function: Callable[..., Tensor], u: Tensor, K: Tensor, inputs: int, outputs: int
) -> Tensor:
    """A convolution of torch on any leading axes."""
    dim = K.ndim - 2
    lead = u.shape[: u.ndim - dim - (inputs > 1)]
    flat = function(u.reshape(-1, inputs, *u.shape[u.ndim - dim :]), K)
    channels = (outputs,) if outputs > 1 else ()
    return flat.reshape(*lead, *channels, *flat.shape[2:])


# ---- how kernels start


def derivative_kernel(shape: tuple[int, ...], *, steps: int = 0, seed: int = 0) -> Tensor:
    """Differences first, so that K^T K is diffusion, then DCT atoms, then seeded ones; mean 0.

    shape (O, C, k...); each output reads one input, in turn. The first differences are u[i + 1] -
    u[i] as they are; every other atom has the norm of a difference, sqrt 2.
    """
    outputs, inputs, *sizes = shape
    kernel = np.zeros(shape)
    atoms = {c: _atoms(tuple(sizes), seed + c) for c in range(inputs)}
    for o in range(outputs):
        kernel[o, o % inputs] = next(atoms[o % inputs])
    return _repeated(kernel, steps)


def random_kernel(shape: tuple[int, ...], *, steps: int = 0, seed: int = 0) -> Tensor:
    """Normal values with the standard deviation 1 / sqrt(C k_x k_y k_z); each step its own."""
    generator = np.random.Generator(np.random.PCG64(seed))
    scale = 1 / sqrt(np.prod(shape[1:]))
    lead = (steps,) if steps else ()
    return torch.from_numpy(scale * generator.standard_normal((*lead, *shape)))


def _repeated(kernel: Any, steps: int) -> Tensor:
    start = torch.from_numpy(kernel)
    return start.expand(steps, *start.shape).clone() if steps else start


def _atoms(sizes: tuple[int, ...], seed: int) -> Iterator[Any]:
    """Differences along each axis, DCT atoms from low to high frequency, then random ones."""
    for axis, size in enumerate(sizes):
        if size > 1:
            atom = np.zeros(sizes)
            place = [(k - 1) // 2 for k in sizes]
            atom[tuple(place)] = -1.0
            place[axis] += 1
            atom[tuple(place)] = 1.0
            yield atom
    waves = sorted(itertools.product(*(range(k) for k in sizes)), key=lambda f: (sum(f), f))
    for frequencies in waves[1:]:
        atom = np.ones(())
        for f, k in zip(frequencies, sizes, strict=True):
            line = np.array([cos(pi * f * (2 * i + 1) / (2 * k)) for i in range(k)])
            atom = np.multiply.outer(atom, line)
        yield sqrt(2) * atom / np.linalg.norm(atom)
    generator = np.random.Generator(np.random.PCG64(seed))
    while True:
        atom = generator.standard_normal(sizes)
        atom -= atom.mean() if atom.size > 1 else 0.0
        yield sqrt(2) * atom / np.linalg.norm(atom)
