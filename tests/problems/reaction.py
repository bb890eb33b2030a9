"""Reaction and diffusion together: a manufactured Gray-Scott, and the Allen-Cahn front."""

from functools import partial

from numpy import array, cos, exp, pi, sin, sqrt, tanh

from twins.methods import explicit_euler, heun, march, strang
from twins.stencils import laplacian
from twins.walls import CLOSED, PERIODIC

from .base import Array, Fraction, Grid, Problem, Rate, collocated


def spots() -> Problem:
    """Gray-Scott with sources for u = 1/2 + cos(2 pi x) cos(2 pi y) exp(-t)/4,

    v = 1/4 + sin(2 pi x) cos(2 pi y) exp(-2t)/8; explicit Euler with tau ~ h^2.
    """
    grid = Grid(intervals=((0, 1),) * 2, walls=(PERIODIC, PERIODIC))
    F, k, Du, Dv = 0.037, 0.06, 0.1, 0.05

    def exact_u(x: Array, y: Array, t: float) -> Array:
        return 0.5 + cos(2 * pi * x) * cos(2 * pi * y) * exp(-t) / 4

    def exact_v(x: Array, y: Array, t: float) -> Array:
        return 0.25 + sin(2 * pi * x) * cos(2 * pi * y) * exp(-2 * t) / 8

    def rate(n: int) -> Rate:
        h, at = grid.spacing(n), grid.points(n)

        def total(t: float, state: Array) -> Array:
            (u, v), (U, V) = state, (exact_u(*at, t), exact_v(*at, t))
            su = (8 * pi**2 * Du - 1) * (U - 0.5) + U * V**2 - F * (1 - U)
            sv = (8 * pi**2 * Dv - 2) * (V - 0.25) - U * V**2 + (F + k) * V
            du = Du * laplacian(u, grid.walls, h) - u * v**2 + F * (1 - u) + su
            dv = Dv * laplacian(v, grid.walls, h) + u * v**2 - (F + k) * v + sv
            return array([du, dv])

        return total

    return collocated(
        name="gray_scott_manufactured",
        order=2,
        sizes=(16, 24, 32),
        grid=grid,
        statements=[
            "boundary periodic",
            "field u, v",
            "param F = 37/1000, k = 6/100, Du = 1/10, Dv = 1/20",
            "function U(a, x, y) = 1/2 + a*cos(2*pi*x)*cos(2*pi*y)/4",
            "function V(a, x, y) = 1/4 + a^2*sin(2*pi*x)*cos(2*pi*y)/8",
            "function su(p, q) = (8*pi^2*Du - 1)*(p - 1/2) + p*q^2 - F*(1 - p)",
            "function sv(p, q) = (8*pi^2*Dv - 2)*(q - 1/4) - p*q^2 + (F + k)*q",
            "equation dt(u) = Du*lap(u) - u*v^2 + F*(1 - u)",
            "  + su(U(exp(-t), x, y), V(exp(-t), x, y))",
            "equation dt(v) = Dv*lap(v) + u*v^2 - (F + k)*v",
            "  + sv(U(exp(-t), x, y), V(exp(-t), x, y))",
            "initial u = U(1, x, y), v = V(1, x, y)",
        ],
        time="explicit_euler",
        until=Fraction(1, 8),
        steps=lambda n: n * n // 8,
        exact={"u": exact_u, "v": exact_v},
        rate=rate,
        solve=partial(march, explicit_euler),
    )


def front() -> Problem:
    """dt(u) = lap(u) + u - u^3: u = (1 - tanh((x - 3t/sqrt(2))/(2 sqrt(2))))/2 moves on a line.

    Strang splitting with tau ~ h^2; the walls stand where the front is flat.
    """
    grid = Grid(intervals=((-20, 20),), walls=(CLOSED,))

    def solve(diffuse: Rate, u: Array, *, tau: float, n_steps: int) -> Array:
        step = strang((heun, diffuse), (heun, lambda _, u: u - u**3))
        return march(step, diffuse, u, tau=tau, n_steps=n_steps)

    return collocated(
        name="allen_cahn_front",
        order=2,
        sizes=(120, 160, 240),
        grid=grid,
        statements=[
            "boundary reflecting",
            "field u",
            "equation dt(u) = lap(u) + u - u^3",
            "initial u = 1/2 - tanh(x/(2*sqrt(2)))/2",
        ],
        time="strang(heun, heun)",
        until=Fraction(1),
        steps=lambda n: n * n // 200,
        exact={"u": lambda x, t: 0.5 - tanh((x - 3 * t / sqrt(2)) / (2 * sqrt(2))) / 2},
        rate=lambda n: lambda _, u: laplacian(u, grid.walls, grid.spacing(n)),
        solve=solve,
    )


PROBLEMS = (spots(), front())
