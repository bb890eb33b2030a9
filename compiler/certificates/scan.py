"""Where modes begin to grow, in floats: a guide for where a proof is worth trying."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from ..amplification.ring import Element, Ring, coefficients
from ..amplification.step import Matrix
from ..budget import checkpoint

POINTS = {1: 512, 2: 64, 3: 16}
LONG = 20
Table = npt.NDArray[np.complex128]


def reach(
    ring: Ring, polynomial: tuple[Element, ...]
) -> Callable[[Fraction, Fraction], tuple[float, float]]:
    """(low, high) -> about the interval between them in which no mode of a grid grows.

    It begins at low where that is possible, else it is the longest one.
    """
    tables: list[dict[int, Table]] = []  # on one axis nobody asks

    def largest(m: float) -> float:
        checkpoint()
        if not tables:
            tables.extend(_tables(ring, polynomial))
        still: Table = np.zeros(next(iter(tables[-1].values())).shape, dtype=complex)
        table = np.stack([sum((m**k * t for k, t in own.items()), still) for own in tables])
        return float(np.max(_radius(table)))

    # double roots on the circle are off by the root of the rounding
    most = 1 + (1e-9 if len(polynomial) < 3 else 1e-6)

    def end(good: float, bad: float) -> float:
        for _ in range(60):
            middle = (good + bad) / 2
            good, bad = (good, middle) if largest(middle) > most else (middle, bad)
        return good

    def found(low: Fraction, high: Fraction) -> tuple[float, float]:
        points = [float(x) for x in np.linspace(float(low), float(high), 33)]
        good = [largest(x) <= most for x in points]
        runs = _runs(good)
        if not runs:
            return points[0], points[0]
        first, last = runs[0] if good[0] else max(runs, key=lambda r: r[1] - r[0])
        a = points[0] if first == 0 else end(points[first], points[first - 1])
        b = points[-1] if last == len(points) - 1 else end(points[last], points[last + 1])
        return a, b

    return found


def _tables(ring: Ring, polynomial: tuple[Element, ...]) -> list[dict[int, Table]]:
    """Each coefficient by powers of m, at all modes."""
    modes, place = _modes(ring.dim), 2 + 2 * ring.dim
    return [
        {int(k): _value(ring, c, modes, 1.0) for k, c in coefficients(p, place).items()}
        for p in polynomial
    ]


def _runs(good: list[bool]) -> list[tuple[int, int]]:
    """First and last places of what is true in a row."""
    found: list[tuple[int, int]] = []
    for k, own in enumerate(good):
        if own and found and found[-1][1] == k - 1:
            found[-1] = found[-1][0], k
        elif own:
            found.append((k, k))
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
    """A grid of modes, and on several axes a finer one of long waves."""
    n = POINTS.get(dim, 16)
    theta = 2 * np.pi * np.arange(n) / n
    grids = [theta] if dim == 1 else [theta, (theta - np.pi) / LONG]
    parts = [np.meshgrid(*[line] * dim, indexing="ij") for line in grids]
    return [np.concatenate([p[a].ravel() for p in parts]) for a in range(dim)]


def _value(ring: Ring, p: Element, modes: list[npt.NDArray[np.float64]], m: float) -> Table:
    """A coefficient at all modes."""
    d = ring.dim
    total: Table = np.zeros(modes[0].shape, dtype=complex)
    for key, c in p.to_dict().items():
        term: Any = complex(int(c.p) / int(c.q)) * 1j ** int(key[0]) * m ** int(key[2 + 2 * d])
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
