"""Twins of schemes with the newest level on both sides: heat by Crank and Nicolson, and by ADI.

Letters: u unknowns; r = tau / h^2; a line is one row or column between walls u = 0, or a ring.
"""

import numpy as np

from .walls import Array


def crank_nicolson_nodes(u: Array, *, n_steps: int, r: float = 5.0) -> Array:
    """The scheme node by node, periodic: new - r/2 d2(new) = u + r/2 d2(u), d2 the difference.

    The ring is cut open by Sherman and Morrison's formula: corners are a product of two vectors.
    """
    n = len(u)
    for _ in range(n_steps):
        right = np.array(
            [u[i] + r / 2 * (u[(i + 1) % n] - 2 * u[i] + u[(i - 1) % n]) for i in range(n)]
        )
        u = ring(right, -r / 2, 1 + r)
    return u


def crank_nicolson_walls(u: Array, *, n_steps: int, r: float) -> Array:
    """The same on the nodes inside an interval whose ends are held at 0."""
    for _ in range(n_steps):
        p = np.concatenate([[0.0], u, [0.0]])
        u = line(u + r / 2 * (p[2:] - 2 * u + p[:-2]), -r / 2, 1 + r)
    return u


def peaceman_rachford(u: Array, *, n_steps: int, r: float) -> Array:
    """Half a step implicit along x, half a step implicit along y, on nodes between walls u = 0."""
    for _ in range(n_steps):
        p = np.pad(u, ((0, 0), (1, 1)))
        half = u + r / 2 * (p[:, 2:] - 2 * u + p[:, :-2])
        w = np.stack([line(column, -r / 2, 1 + r) for column in half.T], axis=1)
        p = np.pad(w, ((1, 1), (0, 0)))
        half = w + r / 2 * (p[2:] - 2 * w + p[:-2])
        u = np.stack([line(row, -r / 2, 1 + r) for row in half])
    return u


def line(right: Array, off: float, diagonal: float, ends: tuple[float, float] = (0, 0)) -> Array:
    """off x[i-1] + diagonal x[i] + off x[i+1] = right[i], 0 beyond both ends: Thomas' algorithm.

    `ends` is added to the first and the last entry of the diagonal.
    """
    n = len(right)
    middle = np.full(n, diagonal)
    middle[0] += ends[0]
    middle[-1] += ends[1]
    c, d = np.zeros(n + 1), np.zeros(n + 1)  # the last ones stand before the first
    for i in range(n):
        below = middle[i] - off * c[i - 1]
        c[i] = off / below
        d[i] = (right[i] - off * d[i - 1]) / below
    for i in reversed(range(n - 1)):
        d[i] -= c[i] * d[i + 1]
    return d[:n]


def ring(right: Array, off: float, diagonal: float) -> Array:
    """The same with x[n] = x[0]: (T + v w^T) x = right, T a line; v = (g, 0.., off), w = v/g.

    On one point both neighbours are the point itself, on two they are the other one.
    """
    n = len(right)
    if n < 3:
        swing = right - right.mean()
        return right.mean() / (diagonal + 2 * off) + swing / (diagonal - 2 * off)
    g = -diagonal
    v = np.array([g, *np.zeros(n - 2), off])
    corners = (-g, -off * off / g)
    y, z = line(right, off, diagonal, corners), line(v, off, diagonal, corners)
    return y - z * ((y[0] + off / g * y[-1]) / (1 + z[0] + off / g * z[-1]))
