"""Burgers' equation dt(u) = -dx(u^2/2) + nu dxx(u): before the shock, and with Cole and Hopf.

The data have an offset that keeps the speed of one sign, so that the upwind flux shows its own
order: at a sonic point both sides of the flux vanish.
"""

import numpy as np
from numpy import cos, exp, pi, sin

from twins.stencils import central, engquist_osher, laplacian
from twins.walls import PERIODIC, Array

from .base import Fraction, Problem
from .transport import Operator, line


def along_characteristics(x: Array, t: float) -> Array:
    """dt(u) = -u dx(u) from 3/2 + sin(2 pi x)/4: the fixed point u = u_0(x - u t), t < 2/pi."""
    u = np.full_like(x, 1.5)
    for _ in range(60):
        phase = 2 * pi * (x - u * t)
        residual = u - 1.5 - sin(phase) / 4
        u = u - residual / (1 + pi * t / 2 * cos(phase))
    return u


def inviscid(space: str, order: int) -> Problem:
    """dt(u) = -dx(u^2/2) before the shock: Engquist-Osher or central."""
    operators: dict[str, Operator] = {
        "upwind": lambda _, u, h: -engquist_osher(u, h, order=order),
        "central": lambda _, u, h: -central(u**2 / 2, h, order=order),
    }
    first = order == 1
    return line(
        name=f"burgers_{space}_{order}",
        equation="-dx(u^2/2)",
        operator=operators[space],
        exact=along_characteristics,
        order=order,
        space=f"upwind, order {order}" if space == "upwind" else f"order {order}",
        time="ssprk3" if space == "upwind" else "rk4",
        initial="3/2 + sin(2*pi*x)/4",
        sizes=(128, 256, 512) if first else (64, 96, 128),
        until=Fraction(1, 8),
        steps=lambda n: n // 2,
    )


def cole_hopf(x: Array, t: float) -> Array:
    """dt(u) = -u dx(u) + nu dxx(u), nu = 1/20: u = 1 - 2 nu phi'/phi in the frame x - t.

    phi = 2 + exp(-4 pi^2 nu t) cos(2 pi x) solves the heat equation.
    """
    nu = 1 / 20
    a, phase = exp(-4 * pi**2 * nu * t), 2 * pi * (x - t)
    return 1 + 4 * pi * nu * a * sin(phase) / (2 + a * cos(phase))


def viscous(space: str, order: int) -> Problem:
    """dt(u) = -dx(u^2/2) + dxx(u)/20 with tau ~ h^2; the viscous term is always central."""
    diffusion = order if space == "central" else 2
    operators: dict[str, Operator] = {
        "upwind": lambda _, u, h: engquist_osher(u, h, order=order),
        "central": lambda _, u, h: central(u**2 / 2, h, order=order),
    }

    def operator(_: Array, u: Array, h: float) -> Array:
        spread = laplacian(u, [PERIODIC], [h], order=diffusion) / 20
        return spread - operators[space](_, u, h)

    return line(
        name=f"burgers_viscous_{space}_{order}",
        equation="-dx(u^2/2) + dxx(u)/20",
        operator=operator,
        exact=cole_hopf,
        order=order,
        space=f"upwind, order {order}" if space == "upwind" else f"order {order}",
        time="ssprk3",
        initial="1 + pi/5*sin(2*pi*x)/(2 + cos(2*pi*x))",
        sizes=(64, 128, 192) if order == 1 else (32, 48, 64),
        until=Fraction(1, 4),
        steps=lambda n: n * n // 32,
    )


PROBLEMS = (
    inviscid("upwind", 1),
    inviscid("upwind", 3),
    inviscid("central", 2),
    inviscid("central", 4),
    viscous("upwind", 1),
    viscous("central", 2),
    viscous("central", 4),
)
