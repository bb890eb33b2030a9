"""Ghost values, axis after axis, as the language's placement rules state them.

Letters: u unknowns of shape (n_1, ..., n_d); h spacing; j = 1, 2, ... a ghost, counted outward;
a u + b dn(u) = c the condition of a wall, dn the outward normal derivative; g = c/b a given slope.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Wall:
    """One condition a u + b dn(u) = c; an array c holds one value for each line that ends there."""

    a: float
    b: float
    c: float | Array = 0.0


Pair = tuple[Wall, Wall] | None  # the low and the high wall of an axis; None: periodic
PERIODIC: Pair = None
CLOSED: Pair = (Wall(0.0, 1.0), Wall(0.0, 1.0))
ZERO: Pair = (Wall(1.0, 0.0), Wall(1.0, 0.0))


def dirichlet(c: float | Array = 0.0) -> Wall:
    """The wall u = c."""
    return Wall(1.0, 0.0, c)


def neumann(g: float = 0.0) -> Wall:
    """The wall dn(u) = g."""
    return Wall(0.0, 1.0, g)


def place(
    n: int, low: float, high: float, pair: Pair, *, nodes: bool = False
) -> tuple[Array, float]:
    """The positions of n unknowns in [low, high] and their spacing h.

    Cells: low + (i + 1/2) h, h = L/n. Nodes: a Dirichlet end is no unknown, another end is, so
    h = L/(n+1), L/n, L/(n-1) for two, one, no Dirichlet ends; periodic low + i h, h = L/n.
    """
    i = np.arange(n, dtype=float)
    if not nodes:
        h = (high - low) / n
        return low + (i + 0.5) * h, h
    if pair is None:
        h = (high - low) / n
        return low + i * h, h
    fixed = [wall.b == 0 for wall in pair]
    h = (high - low) / (n - 1 + sum(fixed))
    return low + (i + fixed[0]) * h, h


def mesh(*axes: Array) -> tuple[Array, ...]:
    """The coordinates of every unknown, x along the first axis."""
    return tuple(np.meshgrid(*axes, indexing="ij"))


def pad(
    u: Array, walls: Sequence[Pair], spacing: Sequence[float], halo: int, *, nodes: bool = False
) -> Array:
    """Surround u by `halo` ghosts, one axis after another in the order of the axes.

    The later axes see the ghosts of the earlier ones, so the corners are filled as well.
    """
    for axis in range(u.ndim):
        line = np.moveaxis(u, axis, 0)
        line = pad_line(line, walls[axis], spacing[axis], halo, nodes=nodes)
        u = np.moveaxis(line, 0, axis)
    return u


def pad_line(u: Array, pair: Pair, h: float, halo: int, *, nodes: bool = False) -> Array:
    """Surround u by `halo` ghosts along its first axis."""
    n = len(u)
    if pair is None:
        return np.array([u[k % n] for k in range(-halo, n + halo)])
    value = _on_nodes if nodes else _on_cells
    return np.array([value(u, k, pair, h) for k in range(-halo, n + halo)])


def _on_cells(u: Array, k: int, pair: Pair, h: float) -> Array:
    """The value in cell k; outside, a (u_g + u_m)/2 + b (u_g - u_m)/((2j-1) h) = c for u_g.

    The mirror u_m may itself lie beyond the other wall: the reflection repeats.
    """
    assert pair is not None
    n = len(u)
    if 0 <= k < n:
        return u[k]
    if k < 0:
        j, mirror, wall = -k, -k - 1, pair[0]
    else:
        j, mirror, wall = k - n + 1, 2 * n - 1 - k, pair[1]
    inside = _on_cells(u, mirror, pair, h)
    slope = wall.b / ((2 * j - 1) * h)
    return (wall.c - (wall.a / 2 - slope) * inside) / (wall.a / 2 + slope)


def _on_nodes(u: Array, k: int, pair: Pair, h: float) -> Array:
    """The value at node k; a Dirichlet wall stands one node outside, another one on the last node.

    Dirichlet: the wall is c, then 2c - mirror. Else: mirror + 2 j h g with g = (c - a u_wall)/b.
    """
    assert pair is not None
    n = len(u)
    if 0 <= k < n:
        return u[k]
    wall = pair[0] if k < 0 else pair[1]
    if wall.b == 0:
        at = -1 if k < 0 else n
        c = np.broadcast_to(np.asarray(wall.c / wall.a, dtype=float), u[0].shape)
        return c if k == at else 2 * c - _on_nodes(u, 2 * at - k, pair, h)
    at = 0 if k < 0 else n - 1
    g = (wall.c - wall.a * u[at]) / wall.b
    return _on_nodes(u, 2 * at - k, pair, h) + 2 * abs(k - at) * h * g
