"""One step of each scheme by hand, for any array library: u with its halo in, new u out.

Plain slices in the order x, y, z; `p` holds one value more than the unknowns on every side (four
for the wave). Coefficients are r = tau kappa / h^2 (heat), m = (c tau / h)^2 (wave).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .cases import Setting

# Second derivative of order 8: weights of the centre and of both neighbours 1, ..., 4 away.
CENTRE, NEAR = -205 / 72, (8 / 5, -1 / 5, 8 / 315, -1 / 560)


def heat1d(p: Any, r: Any) -> Any:
    """u + r (u_W + u_E - 2 u)."""
    c = p[1:-1]
    return c + r * (p[2:] + p[:-2] - 2 * c)


def heat2d(p: Any, r: Any) -> Any:
    """u + r (u_N + u_S + u_W + u_E - 4 u)."""
    c = p[1:-1, 1:-1]
    return c + r * (p[2:, 1:-1] + p[:-2, 1:-1] + p[1:-1, 2:] + p[1:-1, :-2] - 4 * c)


def heat3d(p: Any, r: Any) -> Any:
    """u + r (the six neighbours - 6 u)."""
    c = p[1:-1, 1:-1, 1:-1]
    near = p[2:, 1:-1, 1:-1] + p[:-2, 1:-1, 1:-1]
    near = near + p[1:-1, 2:, 1:-1] + p[1:-1, :-2, 1:-1]
    near = near + p[1:-1, 1:-1, 2:] + p[1:-1, 1:-1, :-2]
    return c + r * (near - 6 * c)


def wave(p: Any, old: Any, m: Any) -> Any:
    """2 u - u_old + m h^2 lap(u), to eighth order; `old` has no halo."""
    i = slice(4, -4)
    c = p[i, i, i]
    lap = 3 * CENTRE * c
    for j, w in enumerate(NEAR, 1):
        low, high = slice(4 - j, -4 - j), slice(4 + j, (-4 + j) or None)
        near = p[low, i, i] + p[high, i, i] + p[i, low, i] + p[i, high, i]
        lap = lap + w * (near + p[i, i, low] + p[i, i, high])
    return 2 * c - old + m * lap


def perona_malik(p: Any, tau: Any, inv_k2: Any) -> Any:
    """u + tau div(g grad u), g = 1 / (1 + |grad u|^2 / k^2) on the faces."""
    dx = p[1:, 1:-1] - p[:-1, 1:-1]
    ex = 0.25 * (p[:-1, 2:] - p[:-1, :-2] + p[1:, 2:] - p[1:, :-2])
    fx = dx / (1 + (dx * dx + ex * ex) * inv_k2)
    dy = p[1:-1, 1:] - p[1:-1, :-1]
    ey = 0.25 * (p[2:, :-1] - p[:-2, :-1] + p[2:, 1:] - p[:-2, 1:])
    fy = dy / (1 + (dy * dy + ey * ey) * inv_k2)
    return p[1:-1, 1:-1] + tau * (fx[1:] - fx[:-1] + fy[:, 1:] - fy[:, :-1])


def gray_scott(p: Any, q: Any, *numbers: Any) -> tuple[Any, Any]:
    """u + tau (a lap u - u v^2 + F (1 - u)), v + tau (b lap v + u v^2 - (F + k) v); h = 1."""
    tau, f, k, a, b = numbers
    u, v = p[1:-1, 1:-1], q[1:-1, 1:-1]
    lap_u = p[2:, 1:-1] + p[:-2, 1:-1] + p[1:-1, 2:] + p[1:-1, :-2] - 4 * u
    lap_v = q[2:, 1:-1] + q[:-2, 1:-1] + q[1:-1, 2:] + q[1:-1, :-2] - 4 * v
    uvv = u * v * v
    new_u = u + tau * (a * lap_u - uvv + f * (1 - u))
    return new_u, v + tau * (b * lap_v + uvv - (f + k) * v)


HEAT = {1: heat1d, 2: heat2d, 3: heat3d}


def formula(setting: Setting) -> tuple[Callable[..., Any], tuple[float, ...]]:
    """The function of a case, and its coefficients."""
    case, h, tau = setting.case, setting.spacing, setting.tau
    numbers = case.numbers
    match case.kind:
        case "heat":
            return HEAT[case.axes], (tau * numbers["kappa"] / h**2,)
        case "wave":
            return wave, ((numbers["c"] * tau / h) ** 2,)
        case "perona_malik":
            return perona_malik, (tau, numbers["contrast"] ** -2)
        case "gray_scott":
            diffusion = numbers["Du"] / h**2, numbers["Dv"] / h**2
            return gray_scott, (tau, numbers["F"], numbers["k"], *diffusion)
    raise ValueError(f"{case.kind} has no formula")


def halo(setting: Setting) -> int:
    """How many values a formula reads outside."""
    return 4 if setting.case.kind == "wave" else 1
