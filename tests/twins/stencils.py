"""Finite differences on uniform grids, one axis and one neighbour at a time.

Letters: u unknowns of shape (n_1, ..., n_d); p padded by ghosts; h spacing; m = order/2.
The closed formulas of the weights are Fornberg's (Math. Comp. 51, 1988), recalled and checked by
the tests on polynomials.
"""

from collections.abc import Sequence
from math import factorial

import numpy as np

from .walls import Array, Pair, pad, pad_line

HALF = (1, 3, 15, 105)  # (2m - 1)!!
UPWIND = {1: {0: 1.0, -1: -1.0}, 3: {1: 1 / 3, 0: 1 / 2, -1: -1.0, -2: 1 / 6}}


def second_weights(order: int) -> dict[int, float]:
    """Offset -> weight of h^2 d^2/dx^2: 2 (-1)^(k+1) (m!)^2 / (k^2 (m-k)! (m+k)!)."""
    m = order // 2
    side = {
        k: 2 * (-1) ** (k + 1) * factorial(m) ** 2 / (k**2 * factorial(m - k) * factorial(m + k))
        for k in range(1, m + 1)
    }
    return {**{-k: w for k, w in side.items()}, 0: -2 * sum(side.values()), **side}


def first_weights(order: int) -> dict[int, float]:
    """Offset -> weight of h d/dx at the node: (-1)^(k+1) (m!)^2 / (k (m-k)! (m+k)!), odd in k."""
    m = order // 2
    side = {
        k: (-1) ** (k + 1) * factorial(m) ** 2 / (k * factorial(m - k) * factorial(m + k))
        for k in range(1, m + 1)
    }
    return {**{-k: -w for k, w in side.items()}, **side}


def staggered_weights(order: int) -> list[float]:
    """Weights of u[+(k-1/2)] - u[-(k-1/2)], k = 1..m, in h d/dx half-way between the unknowns.

    (-1)^(k+1) ((2m-1)!!)^2 / (2^(2m-2) (m-k)! (m+k-1)! (2k-1)^2).
    """
    m = order // 2
    top = HALF[m - 1] ** 2 / 2 ** (2 * m - 2)
    return [
        (-1) ** (k + 1) * top / (factorial(m - k) * factorial(m + k - 1) * (2 * k - 1) ** 2)
        for k in range(1, m + 1)
    ]


def shifted(p: Array, axis: int, offset: int, halo: int) -> Array:
    """The interior of a padded array, seen `offset` unknowns further along one axis."""
    window = [slice(halo, size - halo) for size in p.shape]
    window[axis] = slice(halo + offset, p.shape[axis] - halo + offset)
    return p[tuple(window)]


def laplacian(
    u: Array,
    walls: Sequence[Pair],
    spacing: Sequence[float],
    *,
    order: int = 2,
    nodes: bool = False,
) -> Array:
    """lap(u): the sum over the axes of central second differences."""
    halo = order // 2
    p = pad(u, walls, spacing, halo, nodes=nodes)
    total = np.zeros_like(u)
    for axis, h in enumerate(spacing):
        for offset, weight in second_weights(order).items():
            total += weight * shifted(p, axis, offset, halo) / h**2
    return total


def central(u: Array, h: float, *, axis: int = 0, order: int = 2) -> Array:
    """dx(u) at the nodes of a periodic axis."""
    weights = first_weights(order).items()
    return sum((w * np.roll(u, -k, axis) for k, w in weights), np.zeros_like(u)) / h


def one_sided(u: Array, h: float, *, axis: int = 0, order: int = 1, up: bool = False) -> Array:
    """dx(u) on a periodic axis from the side below the point, or above it."""
    side = -1 if up else 1
    terms = (side * w * np.roll(u, -side * k, axis) for k, w in UPWIND[order].items())
    return sum(terms, np.zeros_like(u)) / h


def upwind(u: Array, speed: Array | float, h: float, *, axis: int = 0, order: int = 1) -> Array:
    """speed * dx(u) on a periodic axis by the sign of the speed at the point."""
    below = one_sided(u, h, axis=axis, order=order)
    above = one_sided(u, h, axis=axis, order=order, up=True)
    return np.maximum(speed, 0) * below + np.minimum(speed, 0) * above


def engquist_osher(u: Array, h: float, *, order: int = 1) -> Array:
    """dx(u^2/2) on a periodic axis: the part with speed u > 0 from below, the rest from above."""
    rising, falling = np.maximum(u, 0) ** 2 / 2, np.minimum(u, 0) ** 2 / 2
    return one_sided(rising, h, order=order) + one_sided(falling, h, order=order, up=True)


def to_faces(u: Array, pair: Pair, h: float, *, axis: int = 0, order: int = 2) -> Array:
    """The first difference along an axis at its faces, of u in the cells.

    Face k lies at low + k h, below cell k: n+1 faces between walls, n on a periodic axis, whose
    last face is its first one.
    """
    m = order // 2
    line = np.moveaxis(u, axis, 0)
    p = pad_line(line, pair, h, m)
    faces = [
        sum(w * (p[m + i + k] - p[m + i - 1 - k]) for k, w in enumerate(staggered_weights(order)))
        for i in range(len(line) + (pair is not None))
    ]
    return np.moveaxis(np.array(faces), 0, axis) / h


def to_cells(v: Array, pair: Pair, h: float, *, axis: int = 0, order: int = 2) -> Array:
    """The first difference along an axis in its cells, of v at the faces.

    Wall faces are unknowns, so order 2 needs no ghosts; higher orders only on a periodic axis.
    """
    line = np.moveaxis(v, axis, 0)
    assert pair is None or order == 2
    n = len(line) - (pair is not None)
    cells = [
        sum(
            w * (line[(i + 1 + k) % len(line)] - line[(i - k) % len(line)])
            for k, w in enumerate(staggered_weights(order))
        )
        for i in range(n)
    ]
    return np.moveaxis(np.array(cells), 0, axis) / h
