"""Modes of a periodic box, or of a closed one for half wave numbers, and how fast they decay."""

import numpy as np

from .walls import Array, mesh


def cells(n: int) -> Array:
    """Centres of n cells in [0, 1]."""
    return (np.arange(n) + 0.5) / n


def cosine(shape: tuple[int, ...], wave: tuple[float, ...]) -> Array:
    """The product of cos(2 pi k x) over the axes of the unit box."""
    total = np.ones(shape)
    for k, x in zip(wave, mesh(*map(cells, shape)), strict=True):
        total *= np.cos(2 * np.pi * k * x)
    return total


def decay(shape: tuple[int, ...], wave: tuple[float, ...]) -> float:
    """The eigenvalue of -lap, second order, that belongs to it: sum of 4/h^2 sin^2(pi k h)."""
    return sum(4 * n * n * np.sin(np.pi * k / n) ** 2 for n, k in zip(shape, wave, strict=True))
