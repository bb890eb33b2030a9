"""Twins of heat, variable_heat, perona_malik and fsi, with the fluxes they share.

Letters: u temperature or grey value of shape (n_1, ..., n_d); k conductivity at the unknowns;
g(|grad u|^2) diffusivity; h spacing per axis; tau step. Faces along an axis: one more than cells.
"""

from collections.abc import Callable, Sequence

import numpy as np

from . import methods
from .stencils import laplacian
from .walls import CLOSED, PERIODIC, Array, Pair, Wall, dirichlet, mesh, neumann, pad, place

PLATE: tuple[Pair, ...] = (
    (dirichlet(1.0), Wall(2.0, 1.0, 0.0)),
    (neumann(0.0), neumann(0.5)),
)


def spacings(u: Array, lengths: Sequence[float]) -> list[float]:
    """h = L/n for every axis: cells, whatever the walls."""
    return [length / n for length, n in zip(lengths, u.shape, strict=True)]


def heat(
    u: Array,
    *,
    n_steps: int,
    tau: float,
    lengths: Sequence[float] = (1.0, 1.0),
    kappa: float = 0.1,
    order: int = 2,
) -> Array:
    """dt(u) = kappa lap(u), periodic, explicit Euler: u + tau kappa lap(u)."""
    h = spacings(u, lengths)
    for _ in range(n_steps):
        u = u + tau * kappa * laplacian(u, [PERIODIC] * u.ndim, h, order=order)
    return u


def conduction(u: Array, k: Array, walls: Sequence[Pair], spacing: Sequence[float]) -> Array:
    """div(k grad(u)) on cells: fluxes at all faces from ghosts of u, then their differences.

    k at a face is the harmonic average 2 k_- k_+/(k_- + k_+) of the two cells; beyond a wall k
    continues evenly, so a wall face has the k of its cell.
    """
    p = pad(u, walls, spacing, 1)
    q = pad(k, [PERIODIC if pair is None else CLOSED for pair in walls], spacing, 1)
    total = np.zeros_like(u)
    for axis, h in enumerate(spacing):
        low, high = _sides(p, axis)
        k_low, k_high = _sides(q, axis)
        flux = 2 * k_low * k_high / (k_low + k_high) * (high - low) / h
        total += np.diff(flux, axis=axis) / h
    return total


def variable_heat(
    u: Array,
    *,
    n_steps: int,
    tau: float,
    lengths: Sequence[float] = (2.0, 1.0),
    stages: int = 8,
    k: Array | None = None,
    walls: Sequence[Pair] = PLATE,
) -> Array:
    """dt(u) = div(k grad(u)) on cells by RKL2; k = 1 for x < 1, 1/10 elsewhere unless given.

    Walls: u = 1 on x low, 2u + dn(u) = 0 on x high, dn(u) = 0 on y low, dn(u) = 1/2 on y high.
    """
    h = spacings(u, lengths)
    if k is None:
        axes = [place(n, 0, length, CLOSED)[0] for n, length in zip(u.shape, lengths, strict=True)]
        k = np.where(mesh(*axes)[0] < 1, 1.0, 0.1)
    conductivity = k

    def rate(_: float, state: Array) -> Array:
        return conduction(state, conductivity, walls, h)

    return methods.march(methods.rkl2(stages), rate, u, tau=tau, n_steps=n_steps)


def perona_malik(
    u: Array,
    *,
    n_steps: int,
    tau: float,
    contrast: float = 0.05,
    spacing: Sequence[float] | None = None,
) -> Array:
    """dt(u) = div(g grad(u)), g = 1/(1 + |grad u|^2/contrast^2), reflecting, explicit Euler."""
    h = spacing or (1.0,) * u.ndim
    for _ in range(n_steps):
        g = face_diffusivities(u, lambda s2: 1 / (1 + s2 / contrast**2), h)
        u = u + tau * weighted_divergence(u, g, h)
    return u


def fsi(
    u: Array,
    *,
    n_steps: int,
    tau: float,
    contrast: float = 0.05,
    cycle: int = 10,
    spacing: Sequence[float] | None = None,
) -> Array:
    """dt(u) = div(g grad(u)), g = 1/sqrt(1 + |grad u|^2/contrast^2), reflecting.

    Cycles of u_(k+1) = a_k (u_k + tau div(g grad u_k)) + (1-a_k) u_(k-1), a_k = (4k+2)/(2k+3),
    u_(-1) = u_0; n_steps counts these inner steps. g is frozen at the start of each cycle.
    """
    assert n_steps % cycle == 0
    h = spacing or (1.0,) * u.ndim
    for _ in range(n_steps // cycle):
        g = face_diffusivities(u, lambda s2: 1 / np.sqrt(1 + s2 / contrast**2), h)

        def rate(_: float, state: Array, g: list[Array] = g) -> Array:
            return weighted_divergence(state, g, h)

        u = methods.fsi_cycle(rate, u, tau=tau, n=cycle)
    return u


def face_diffusivities(
    u: Array, g: Callable[[Array], Array], spacing: Sequence[float], walls: Pair = CLOSED
) -> list[Array]:
    """g(|grad u|^2) at the faces of each axis (`flux half_points`).

    |grad u|^2 = (difference across the face)^2 + the squares, over the other axes, of the mean of
    the central differences in the two cells that share the face.
    """
    p = pad(u, [walls] * u.ndim, spacing, 1)
    faces = []
    for axis, h in enumerate(spacing):
        low, high = _sides(p, axis)
        s2 = ((high - low) / h) ** 2
        for other, h_other in enumerate(spacing):
            if other != axis:
                ahead, behind = _sides(p, axis, other, 1), _sides(p, axis, other, -1)
                slope = (ahead[0] - behind[0] + ahead[1] - behind[1]) / (4 * h_other)
                s2 = s2 + slope**2
        faces.append(g(s2))
    return faces


def weighted_divergence(
    u: Array, g: Sequence[Array], spacing: Sequence[float], walls: Pair = CLOSED
) -> Array:
    """div(g grad(u)) with g given at the faces of each axis."""
    p = pad(u, [walls] * u.ndim, spacing, 1)
    total = np.zeros_like(u)
    for axis, h in enumerate(spacing):
        low, high = _sides(p, axis)
        total += np.diff(g[axis] * (high - low) / h, axis=axis) / h
    return total


def _sides(p: Array, axis: int, other: int = 0, offset: int = 0) -> tuple[Array, Array]:
    """The cells below and above every face of an axis, moved by `offset` along another one."""
    window = [slice(1, -1)] * p.ndim
    if offset:
        window[other] = slice(1 + offset, p.shape[other] - 1 + offset)
    low, high = list(window), list(window)
    low[axis], high[axis] = slice(None, -1), slice(1, None)
    return p[tuple(low)], p[tuple(high)]
