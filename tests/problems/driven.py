"""Time methods that advance an equation in parts, where sources and walls move in every part.

Solutions are straight lines in x, on which second differences and ghosts are exact; so the order is
the one in time. n counts steps.
"""

from functools import partial

import numpy as np
from numpy import cos, sin

from twins.methods import Rate, Step, heun, lie_splitting, march, rk4, ssprk3, strang, verlet
from twins.stencils import laplacian
from twins.walls import Pair, Wall, dirichlet

from .base import Array, Fraction, Grid, Problem, Solve, collocated

GRID = Grid(fixed=4, walls=((dirichlet(), Wall(2.0, 1.0)),))
WALLS = "boundary u = cos(2*t) on x low, 2*u + dn(u) = 2*cos(2*t) + 3*sin(3*t) on x high"
LINE, SPEED = "cos(2*t) + x*sin(3*t)", "3*x*cos(3*t) - 2*sin(2*t)"


def line(x: Array, t: float) -> Array:
    """u of every problem here."""
    return cos(2 * t) + x * sin(3 * t)


def speed(x: Array, t: float) -> Array:
    """dt(u)."""
    return 3 * x * cos(3 * t) - 2 * sin(2 * t)


def diffusion(t: float, u: Array) -> Array:
    """dxx(u)/10 between the walls as they stand at t."""
    walls: Pair = (dirichlet(cos(2 * t)), Wall(2.0, 1.0, 2 * cos(2 * t) + 3 * sin(3 * t)))
    return laplacian(u, (walls,), GRID.spacing(GRID.size(0))) / 10


def source(t: float, u: Array) -> Array:
    """What makes the line solve dt(u) = dxx(u)/10 - u^3 + s."""
    (x,) = GRID.points(GRID.size(0))
    return speed(x, t) + line(x, t) ** 3


TERMS: dict[str, tuple[str, Rate]] = {
    "wall": ("dxx(u)/10", diffusion),
    "source": (f"({SPEED} + ({LINE})^3)", source),
    "cube": ("-u^3", lambda _, u: -(u**3)),
}


def total(names: tuple[str, ...]) -> Rate:
    """The sum of some terms as one rate."""
    return lambda t, u: sum((TERMS[name][1](t, u) for name in names), 0 * u)


def split(method: str, order: int, first: tuple[str, ...], step: Step) -> Problem:
    """dt(u) = (first terms) + the other terms, advanced by a splitting of two methods."""
    rest = tuple(name for name in TERMS if name not in first)
    one = " + ".join(TERMS[name][0] for name in first)
    right = " + ".join([one if len(first) == 1 else f"({one})", *(TERMS[n][0] for n in rest)])
    return collocated(
        name=f"driven_{method.partition('(')[0]}_{'_'.join(first)}",
        order=order,
        sizes=(128, 256, 512) if order == 1 else (64, 128, 256),
        grid=GRID,
        statements=[WALLS, "field u", f"equation dt(u) = {right}", "initial u = 1"],
        time=method,
        until=Fraction(1, 2),
        steps=lambda n: n,
        exact={"u": line},
        rate=lambda _: total(tuple(TERMS)),
        solve=partial(march, step),
    )


def splittings(first: tuple[str, ...]) -> tuple[Problem, Problem]:
    """Both splittings with these terms as the first addend."""
    rest = tuple(name for name in TERMS if name not in first)
    a, b = total(first), total(rest)
    return (
        split("lie_splitting(rk4, heun)", 1, first, lie_splitting(((rk4, a), (heun, b)))),
        split("strang(heun, ssprk3)", 2, first, strang((heun, a), (ssprk3, b))),
    )


def string(method: str) -> Problem:
    """dt(v) = dxx(u) + s, dt(u) = v: two groups, the first of which sees walls and the source."""

    def kick(t: float, u: Array) -> Array:
        (x,) = GRID.points(GRID.size(0))
        return 10 * diffusion(t, u) - 4 * cos(2 * t) - 9 * x * sin(3 * t)

    def solve(_: Rate, state: Array, *, tau: float, n_steps: int) -> Array:
        run: Solve = partial(verlet, kick, lambda _, v: v)
        return np.array(run(state[0], state[1], tau=tau, n_steps=n_steps))

    return collocated(
        name=f"string_{method}",
        order=2,
        sizes=(32, 64, 128),
        grid=GRID,
        statements=[
            WALLS,
            "field v, u",
            "equation dt(v) = dxx(u) - 4*cos(2*t) - 9*x*sin(3*t)",
            "equation dt(u) = v",
            "initial v = 3*x, u = 1",
        ],
        time=method,
        until=Fraction(1, 2),
        steps=lambda n: n,
        exact={"v": speed, "u": line},
        rate=lambda _: lambda _, u: u,
        solve=solve,
    )


PROBLEMS = (
    *splittings(("wall",)),
    *splittings(("source",)),
    *splittings(("cube",)),
    *splittings(("wall", "source")),
    string("verlet"),
    string("leapfrog"),
)
