"""Diffusion with variable and nonlinear coefficients: manufactured and layered solutions.

dt(u) = div(k grad(u)) + f with f chosen so that the stated u solves it; sources are evaluated at
the unknowns and at the time of each stage.
"""

from functools import partial

from numpy import arccos, cos, exp, pi, sin, sqrt, where

from twins.diffusion import conduction, face_diffusivities, weighted_divergence
from twins.methods import heun, march, rkl2
from twins.walls import ZERO

from .base import CLOSED, Array, Fraction, Grid, Problem, Rate, collocated


def ring() -> Problem:
    """k = 2 + cos(2 pi x) on a periodic line, u = sin(2 pi x) exp(-t), RKL2 with tau ~ h^2."""
    grid = Grid()

    def rate(n: int) -> Rate:
        h, (x,) = grid.spacing(n), grid.points(n)
        k = 2 + cos(2 * pi * x)
        source = (8 * pi**2 * (1 + cos(2 * pi * x)) - 1) * sin(2 * pi * x)
        return lambda t, u: conduction(u, k, grid.walls, h) + source * exp(-t)

    return collocated(
        name="conductivity_ring",
        order=2,
        sizes=(16, 24, 32),
        grid=grid,
        statements=[
            "boundary periodic",
            "field u",
            "data k = 2 + cos(2*pi*x)",
            "equation dt(u) = div(k*grad(u))",
            "  + (8*pi^2*(1 + cos(2*pi*x)) - 1)*sin(2*pi*x)*exp(-t)",
            "initial u = sin(2*pi*x)",
        ],
        time="rkl2, stages 6",
        until=Fraction(1, 4),
        steps=lambda n: n * n // 4,
        exact={"u": lambda x, t: sin(2 * pi * x) * exp(-t)},
        rate=rate,
        solve=partial(march, rkl2(6)),
    )


def plate() -> Problem:
    """k = 1 + x/2 + y/4, cold along x, insulated along y, u = sin(pi x) cos(pi y) exp(-t)."""
    grid = Grid(intervals=((0, 1),) * 2, walls=(ZERO, CLOSED))

    def rate(n: int) -> Rate:
        h, (x, y) = grid.spacing(n), grid.points(n)
        k = 1 + x / 2 + y / 4
        source = (
            (2 * pi**2 * k - 1) * sin(pi * x) * cos(pi * y)
            - pi / 2 * cos(pi * x) * cos(pi * y)
            + pi / 4 * sin(pi * x) * sin(pi * y)
        )
        return lambda t, u: conduction(u, k, grid.walls, h) + source * exp(-t)

    return collocated(
        name="conductivity_plate",
        order=2,
        sizes=(12, 16, 24),
        grid=grid,
        statements=[
            "boundary u = 0 on x, dn(u) = 0 on y",
            "field u",
            "data k = 1 + x/2 + y/4",
            "equation dt(u) = div(k*grad(u))",
            "  + ((2*pi^2*(1 + x/2 + y/4) - 1)*sin(pi*x)*cos(pi*y)",
            "  - pi/2*cos(pi*x)*cos(pi*y) + pi/4*sin(pi*x)*sin(pi*y))*exp(-t)",
            "initial u = sin(pi*x)*cos(pi*y)",
        ],
        time="rkl2, stages 8",
        until=Fraction(1, 4),
        steps=lambda n: n * n // 8,
        exact={"u": lambda x, y, t: sin(pi * x) * cos(pi * y) * exp(-t)},
        rate=rate,
        solve=partial(march, rkl2(8)),
    )


def layers() -> Problem:
    """k = 1 below x = 1 and 1/4 above, u = 0 at 0 and 2: a mode with a kink at the interface.

    sin(a x) and B sin(2a (2-x)) meet with equal values and fluxes when cos(a) = 1/sqrt(6),
    B = sqrt(6)/2; both parts decay as exp(-a^2 t).
    """
    a = float(arccos(1 / sqrt(6)))
    grid = Grid(intervals=((0, 2),), walls=(ZERO,))

    def rate(n: int) -> Rate:
        h, (x,) = grid.spacing(n), grid.points(n)
        k = where(x < 1, 1.0, 0.25)
        return lambda _, u: conduction(u, k, grid.walls, h)

    def exact(x: Array, t: float) -> Array:
        mode = where(x < 1, sin(a * x), sqrt(6) / 2 * sin(2 * a * (2 - x)))
        return mode * exp(-(a**2) * t)

    return collocated(
        name="conductivity_layers",
        order=2,
        sizes=(16, 24, 32),
        grid=grid,
        statements=[
            "boundary u = 0",
            "field u",
            "data k = where(x < 1, 1, 1/4)",
            f"param a = {a}",
            "equation dt(u) = div(k*grad(u))",
            "initial u = where(x < 1, sin(a*x), sqrt(6)/2*sin(2*a*(2 - x)))",
        ],
        time="rkl2, stages 8",
        until=Fraction(1, 2),
        steps=lambda n: n * n // 32,
        exact={"u": exact},
        rate=rate,
        solve=partial(march, rkl2(8)),
    )


def g(s2: Array) -> Array:
    """The diffusivity of the nonlinear problems; gradients stay below its turning point s = 4."""
    return 1 / (1 + s2 / 16)


def nonlinear_line() -> Problem:
    """div(g(|grad u|^2) grad u) on a line: u = cos(pi x) exp(-t).

    The flux s g(s^2) has the derivative (1 - s^2/16) g^2.
    """
    grid = Grid(walls=(CLOSED,))

    def rate(n: int) -> Rate:
        h, (x,) = grid.spacing(n), grid.points(n)

        def at(t: float, u: Array) -> Array:
            s2 = (pi * sin(pi * x) * exp(-t)) ** 2
            source = (pi**2 * (1 - s2 / 16) * g(s2) ** 2 - 1) * cos(pi * x) * exp(-t)
            return weighted_divergence(u, face_diffusivities(u, g, h), h) + source

        return at

    return collocated(
        name="nonlinear_line",
        order=2,
        sizes=(16, 24, 32),
        grid=grid,
        statements=[
            "boundary reflecting",
            "field u",
            "function g(s) = 1/(1 + s/16)",
            "function source(s) = pi^2*(1 - s/16)*g(s)^2 - 1",
            "equation dt(u) = div(g(norm2(grad(u)))*grad(u))",
            "  + source((pi*sin(pi*x)*exp(-t))^2)*cos(pi*x)*exp(-t)",
            "initial u = cos(pi*x)",
        ],
        time="heun",
        until=Fraction(1, 8),
        steps=lambda n: n * n // 2,
        exact={"u": lambda x, t: cos(pi * x) * exp(-t)},
        rate=rate,
        solve=partial(march, heun),
    )


def nonlinear_square() -> Problem:
    """The same in the plane, with the half-point flux: u = cos(pi x) cos(pi y) exp(-t).

    div(g grad u) = g lap(u) + 2 g' (u_x^2 u_xx + 2 u_x u_y u_xy + u_y^2 u_yy), g' = -g^2/16.
    """
    grid = Grid(intervals=((0, 1),) * 2, walls=(CLOSED, CLOSED))

    def rate(n: int) -> Rate:
        h, (x, y) = grid.spacing(n), grid.points(n)

        def at(t: float, u: Array) -> Array:
            a = exp(-t)
            exact = a * cos(pi * x) * cos(pi * y)
            ux, uy = -pi * a * sin(pi * x) * cos(pi * y), -pi * a * cos(pi * x) * sin(pi * y)
            uxy = pi**2 * a * sin(pi * x) * sin(pi * y)
            q = ux**2 + uy**2
            bend = -(pi**2) * exact * q + 2 * ux * uy * uxy
            source = (2 * pi**2 * g(q) - 1) * exact + g(q) ** 2 / 8 * bend
            return weighted_divergence(u, face_diffusivities(u, g, h), h) + source

        return at

    return collocated(
        name="nonlinear_square",
        order=2,
        sizes=(12, 16, 24),
        grid=grid,
        statements=[
            "boundary reflecting",
            "field u",
            "function g(s) = 1/(1 + s/16)",
            "function U(a, x, y) = a*cos(pi*x)*cos(pi*y)",
            "function Ux(a, x, y) = -pi*a*sin(pi*x)*cos(pi*y)",
            "function Uxy(a, x, y) = pi^2*a*sin(pi*x)*sin(pi*y)",
            "function Q(a, x, y) = Ux(a, x, y)^2 + Ux(a, y, x)^2",
            "function bend(a, x, y) = -pi^2*U(a, x, y)*Q(a, x, y)",
            "  + 2*Ux(a, x, y)*Ux(a, y, x)*Uxy(a, x, y)",
            "equation dt(u) = div(g(norm2(grad(u)))*grad(u))",
            "  + (2*pi^2*g(Q(exp(-t), x, y)) - 1)*U(exp(-t), x, y)",
            "  + g(Q(exp(-t), x, y))^2/8*bend(exp(-t), x, y)",
            "initial u = cos(pi*x)*cos(pi*y)",
        ],
        time="heun",
        until=Fraction(1, 10),
        steps=lambda n: n * n // 2,
        exact={"u": lambda x, y, t: cos(pi * x) * cos(pi * y) * exp(-t)},
        rate=rate,
        solve=partial(march, heun),
    )


PROBLEMS = (ring(), plate(), layers(), nonlinear_line(), nonlinear_square())
