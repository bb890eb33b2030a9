"""Where modes begin to grow, in floats: a guide for where a proof is worth trying."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from ..amplification.ring import Element, Ring, coefficients
from ..amplification.step import Matrix

POINTS = {1: 512, 2: 64, 3: 16}
Table = npt.NDArray[np.complex128]


def reach(ring: Ring, polynomial: tuple[Element, ...]) -> Callable[[Fraction, Fraction], float]:
    """(low, high) -> about the largest m between them up to which no mode of a grid grows."""
    modes = _modes(ring.dim)
    tables = [
        {int(k): _value(ring, c, modes, 1.0) for k, c in coefficients(p, 2 + 2 * ring.dim).items()}
        for p in polynomial
    ]

    def largest(m: float) -> float:
        still: Table = np.zeros(modes[0].shape, dtype=complex)
        table = np.stack([sum((m**k * t for k, t in own.items()), still) for own in tables])
        return float(np.max(_radius(table)))

    # double roots on the circle are off by the root of the rounding
    most = 1 + (1e-9 if len(polynomial) < 3 else 1e-6)

    def found(low: Fraction, high: Fraction) -> float:
        a, b = float(low), float(high)
        for m in np.linspace(a, b, 33)[1:]:
            if largest(float(m)) > most:
                b = float(m)
                break
            a = float(m)
        for _ in range(40):
            middle = (a + b) / 2
            a, b = (a, middle) if largest(middle) > most else (middle, b)
        return a

    return found


def values(matrix: Matrix, m: float) -> Table:
    """G at one mode that is like no other, of a ring with one name."""
    mode = [np.array([0.9 + 0.7 * a]) for a in range(matrix.ring.dim)]
    size = len(matrix.arrays)
    found: Table = np.empty((size, size), dtype=complex)
    for i, row in enumerate(matrix.rows):
        below = _value(matrix.ring, row.below, mode, m)[0]
        for j in range(size):
            found[i, j] = _value(matrix.ring, matrix.entry(i, j), mode, m)[0] / below
    return found


def _modes(dim: int) -> list[npt.NDArray[np.float64]]:
    n = POINTS.get(dim, 16)
    theta = 2 * np.pi * np.arange(n) / n
    return [a.ravel() for a in np.meshgrid(*[theta] * dim, indexing="ij")]


def _value(ring: Ring, p: Element, modes: list[npt.NDArray[np.float64]], m: float) -> Table:
    """A coefficient at all modes."""
    d = ring.dim
    total: Table = np.zeros(modes[0].shape, dtype=complex)
    for key, c in p.to_dict().items():
        term: Any = complex(float(c.p) / float(c.q)) * 1j ** int(key[0]) * m ** int(key[2 + 2 * d])
        for a, theta in enumerate(modes):
            term = term * np.sin(theta) ** int(key[1 + a])
            term = term * np.sin(theta / 2) ** (2 * int(key[2 + d + a]))
        total += term
    return total


def _radius(table: Table) -> npt.NDArray[np.float64]:
    """The largest modulus of the roots, by companion matrices; table[k] belongs to lambda^k."""
    n = len(table) - 1
    if n == 0:
        return np.zeros(table.shape[1])
    matrix = np.zeros((table.shape[1], n, n), dtype=complex)
    matrix[:, np.arange(n - 1), np.arange(1, n)] = 1
    with np.errstate(divide="ignore", invalid="ignore"):
        matrix[:, -1, :] = -(table[:-1] / table[-1]).T
    matrix[~np.isfinite(matrix).all(axis=(1, 2))] = np.eye(n) * 1e9
    return np.asarray(np.abs(np.linalg.eigvals(matrix)).max(axis=1))
