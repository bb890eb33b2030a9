"""Twins of wave, acoustic_fdtd, maxwell_tm and schroedinger.

Letters: u displacement, v velocity (faces), p pressure (cells), E, H fields, re and im parts of a
wave function; h spacing per axis; tau step. Shapes: cells (n_1, ..., n_d); a face component along
a wall axis has n+1 entries there, along a periodic axis n: entry k lies at low + k h.
"""

from collections.abc import Callable, Sequence

import numpy as np

from .diffusion import spacings
from .methods import staggered, symplectic_euler, two_level
from .stencils import laplacian, to_cells, to_faces
from .walls import PERIODIC, ZERO, Array


def wave(
    u: Array,
    velocity: Array | None = None,
    *,
    n_steps: int,
    tau: float,
    lengths: Sequence[float] = (1.0, 1.0, 1.0),
    c: float = 1.0,
    order: int = 8,
) -> Array:
    """dtt(u) = c^2 lap(u) by two-level leapfrog: u_(k+1) = 2 u_k - u_(k-1) + (c tau)^2 lap(u_k).

    The start u_1 = u_0 + tau dt(u)_0 + (c tau)^2/2 lap(u_0) keeps the second order in time.
    """
    h = spacings(u, lengths)
    start = np.zeros_like(u) if velocity is None else velocity

    def acceleration(state: Array) -> Array:
        return c**2 * laplacian(state, [PERIODIC] * u.ndim, h, order=order)

    return two_level(acceleration, u, start, tau=tau, n_steps=n_steps)


def acoustic_fdtd(
    p: Array,
    v: Array | None = None,
    *,
    n_steps: int,
    tau: float,
    lengths: Sequence[float] = (1.0, 1.0),
    c: float = 1.0,
    rho: float = 1.0,
    order: int = 2,
) -> tuple[Array, Array]:
    """dt(v) = -grad(p)/rho, dt(p) = -rho c^2 div(v), periodic, staggered in space and time.

    v, of shape (d, n_1, ..., n_d), runs half a step ahead; it goes in and comes out at the time
    of p: half a step from the given v at the start, half a step back at the end.
    """
    h = spacings(p, lengths)
    axes = range(p.ndim)

    def push_v(v: Array, p: Array, tau: float) -> Array:
        parts = [to_faces(p, PERIODIC, h[axis], axis=axis, order=order) for axis in axes]
        return v - tau / rho * np.array(parts)

    def push_p(p: Array, v: Array, tau: float) -> Array:
        for axis in axes:
            flow = to_cells(v[axis], PERIODIC, h[axis], axis=axis, order=order)
            p = p - tau * rho * c**2 * flow
        return p

    v = np.zeros((p.ndim, *p.shape)) if v is None else v
    v, p = staggered(push_v, push_p, v, p, tau=tau, n_steps=n_steps)
    return p, v


def maxwell_tm(
    E: Array,
    H: tuple[Array, Array] | None = None,
    *,
    n_steps: int,
    tau: float,
    lengths: Sequence[float] = (1.0, 1.0),
    mu: float = 1.0,
    epsilon: float = 1.0,
) -> tuple[Array, tuple[Array, Array]]:
    """dt(H) = (-dy(E), dx(E))/mu, dt(E) = (dx(H_y) - dy(H_x))/epsilon, walls E = 0.

    E in cells (n_x, n_y); H_x on the faces between rows in y (n_x, n_y+1), H_y on those in x
    (n_x+1, n_y), half a step ahead; both go in and come out at the time of E.
    """
    h = spacings(E, lengths)
    nx, ny = E.shape
    H = (np.zeros((nx, ny + 1)), np.zeros((nx + 1, ny))) if H is None else H

    def push_H(H: tuple[Array, Array], E: Array, tau: float) -> tuple[Array, Array]:
        return (
            H[0] - tau / mu * to_faces(E, ZERO, h[1], axis=1),
            H[1] + tau / mu * to_faces(E, ZERO, h[0], axis=0),
        )

    def push_E(E: Array, H: tuple[Array, Array], tau: float) -> Array:
        curl = to_cells(H[1], ZERO, h[0], axis=0) - to_cells(H[0], ZERO, h[1], axis=1)
        return E + tau / epsilon * curl

    H, E = staggered(push_H, push_E, H, E, tau=tau, n_steps=n_steps)
    return E, H


def schroedinger(
    re: Array,
    im: Array,
    *,
    n_steps: int,
    tau: float,
    length: float = 20.0,
    order: int = 2,
    march: Callable[..., tuple[Array, Array]] = symplectic_euler,
) -> tuple[Array, Array]:
    """dt(re) = -dxx(im)/2, then dt(im) = dxx(re)/2 with the new re; walls re = im = 0 on cells.

    `march` may be `staggered` instead: leapfrog with re half a step ahead.
    """
    (h,) = spacings(re, (length,))

    def push_re(re: Array, im: Array, tau: float) -> Array:
        return re - tau / 2 * laplacian(im, [ZERO], [h], order=order)

    def push_im(im: Array, re: Array, tau: float) -> Array:
        return im + tau / 2 * laplacian(re, [ZERO], [h], order=order)

    return march(push_re, push_im, re, im, tau=tau, n_steps=n_steps)
