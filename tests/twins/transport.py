"""Twins of advection, beam_warming, burgers (without its network) and gray_scott (explicit).

Letters: u, v concentrations or speeds; h spacing; tau step; c speed or Courant number.
"""

from collections.abc import Sequence

import numpy as np

from . import methods
from .diffusion import spacings
from .stencils import engquist_osher, laplacian, upwind
from .walls import PERIODIC, Array


def advection(
    u: Array,
    *,
    n_steps: int,
    tau: float,
    length: float = 1.0,
    c: float = 1.0,
    order: int = 1,
) -> Array:
    """dt(u) = -c dx(u), periodic, upwind, explicit Euler."""
    h = length / len(u)
    for _ in range(n_steps):
        u = u - tau * upwind(u, c, h, order=order)
    return u


def beam_warming(u: Array, *, n_steps: int, c: float = 1.5) -> Array:
    """The scheme node by node, periodic; c is the Courant number.

    u_i - c/2 (3 u_i - 4 u_(i-1) + u_(i-2)) + c^2/2 (u_i - 2 u_(i-1) + u_(i-2)).
    """
    n = len(u)
    for _ in range(n_steps):
        new = np.empty_like(u)
        for i in range(n):
            here, one, two = u[i], u[(i - 1) % n], u[(i - 2) % n]
            new[i] = here - c / 2 * (3 * here - 4 * one + two) + c**2 / 2 * (here - 2 * one + two)
        u = new
    return u


def burgers(
    u: Array,
    *,
    n_steps: int,
    tau: float,
    length: float = 1.0,
    nu: float = 1e-3,
    order: int = 1,
) -> Array:
    """dt(u) = -dx(u^2/2) + nu dxx(u), periodic: Engquist-Osher flux, central dxx, ssprk3."""
    h = length / len(u)

    def rate(_: float, state: Array) -> Array:
        spread = nu * laplacian(state, [PERIODIC], [h])
        return spread - engquist_osher(state, h, order=order)

    return methods.march(methods.ssprk3, rate, u, tau=tau, n_steps=n_steps)


def gray_scott(
    u: Array,
    v: Array,
    *,
    n_steps: int,
    tau: float,
    lengths: Sequence[float] = (2.5, 2.5),
    F: float = 37 / 1000,
    k: float = 6 / 100,
    Du: float = 2e-5,
    Dv: float = 1e-5,
) -> tuple[Array, Array]:
    """dt(u) = Du lap(u) - u v^2 + F (1-u), dt(v) = Dv lap(v) + u v^2 - (F+k) v, explicit Euler."""
    h, walls = spacings(u, lengths), [PERIODIC] * u.ndim
    for _ in range(n_steps):
        eaten = u * v**2
        new_u = u + tau * (Du * laplacian(u, walls, h) - eaten + F * (1 - u))
        new_v = v + tau * (Dv * laplacian(v, walls, h) + eaten - (F + k) * v)
        u, v = new_u, new_v
    return u, v
