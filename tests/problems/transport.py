"""Linear transport of smooth data, periodic and with inflow.

The data have an offset, so that a scheme that fails to keep constants is seen.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy import arctan, cos, exp, pi, sin, tan

from twins.methods import explicit_euler, march, midpoint_leapfrog, rk4, ssprk3
from twins.stencils import central, upwind
from twins.transport import beam_warming
from twins.walls import CLOSED, Array, dirichlet, pad_line

from .base import PERIODIC, Exact, Fraction, Grid, Problem, State, Steps, collocated, document

Operator = Callable[..., Array]  # (x, u, h) -> du/dt
TIMES = {"explicit_euler": explicit_euler, "ssprk3": ssprk3, "rk4": rk4}
HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)


def line(
    *,
    name: str,
    equation: str,
    operator: Operator,
    exact: Exact,
    order: int,
    space: str,
    time: str,
    initial: str = "3/2 + sin(2*pi*x)",
    sizes: tuple[int, ...] = (64, 128, 256),
    until: Fraction = QUARTER,
    steps: Steps = lambda n: n // 2,
) -> Problem:
    """A problem on the periodic unit interval."""
    grid = Grid()
    solve = midpoint_leapfrog if time == "leapfrog" else partial(march, TIMES[time])
    return collocated(
        name=name,
        order=order,
        sizes=sizes,
        grid=grid,
        statements=[
            "boundary periodic",
            "field u",
            f"equation dt(u) = {equation}",
            f"initial u = {initial}",
            f"space {space}",
        ],
        time=time,
        until=until,
        steps=steps,
        exact={"u": exact},
        rate=lambda n: lambda _, u: operator(grid.points(n)[0], u, grid.spacing(n)[0]),
        solve=solve,
    )


def moved(x: Array, t: float) -> Array:
    """The wave 3/2 + sin(2 pi x) moved by t."""
    return 1.5 + sin(2 * pi * (x - t))


def one_way(order: int) -> Problem:
    """dt(u) = -dx(u), upwind."""
    return line(
        name=f"advection_upwind_{order}",
        equation="-dx(u)",
        operator=lambda _, u, h: -upwind(u, 1.0, h, order=order),
        exact=moved,
        order=order,
        space=f"upwind, order {order}",
        time="explicit_euler" if order == 1 else "ssprk3",
    )


def other_way() -> Problem:
    """dt(u) = dx(u): the wind blows the other way."""
    return line(
        name="advection_upwind_back",
        equation="dx(u)",
        operator=lambda _, u, h: -upwind(u, -1.0, h),
        exact=lambda x, t: moved(x, -t),
        order=1,
        space="upwind, order 1",
        time="explicit_euler",
    )


def turning(order: int) -> Problem:
    """A speed sin(2 pi x)/(2 pi) that changes sign: tan(pi x) grows by e^t along a path."""
    return line(
        name=f"advection_turning_{order}",
        equation="-sin(2*pi*x)/(2*pi)*dx(u)",
        operator=lambda x, u, h: -upwind(u, sin(2 * pi * x) / (2 * pi), h, order=order),
        exact=lambda x, t: 1.5 + sin(2 * arctan(exp(-t) * tan(pi * x))),
        order=order,
        space=f"upwind, order {order}",
        time="explicit_euler" if order == 1 else "ssprk3",
        until=HALF,
    )


def centred(order: int, time: str = "rk4") -> Problem:
    """dt(u) = -dx(u) by central differences; tau ~ h, beyond order 4 tau ~ h^(3/2)."""
    return line(
        name=f"advection_central_{order}" + ("" if time == "rk4" else f"_{time}"),
        equation="-dx(u)",
        operator=lambda _, u, h: -central(u, h, order=order),
        exact=moved,
        order=order,
        space=f"order {order}",
        time=time,
        sizes=(16, 24, 32) if order > 2 else (32, 48, 64),
        steps=(lambda n: n // 2) if order <= 4 else (lambda n: round(n**1.5 / 4)),
    )


def plane() -> Problem:
    """dt(u) = -dx(u) + dy(u)/2 on a periodic square, upwind."""
    grid = Grid(intervals=((0, 1),) * 2, walls=(PERIODIC, PERIODIC))

    def operator(u: Array, h: list[float]) -> Array:
        return -upwind(u, 1.0, h[0]) - upwind(u, -0.5, h[1], axis=1)

    return collocated(
        name="advection_plane",
        order=1,
        sizes=(48, 96, 144),
        grid=grid,
        statements=[
            "boundary periodic",
            "field u",
            "equation dt(u) = -dx(u) + dy(u)/2",
            "initial u = 3/2 + sin(2*pi*x)*cos(2*pi*y)/2",
            "space upwind, order 1",
        ],
        time="explicit_euler",
        until=Fraction(1, 8),
        steps=lambda n: n // 4,
        exact={
            "u": lambda x, y, t: 1.5 + sin(2 * pi * (x - t)) * cos(2 * pi * (y + t / 2)) / 2,
        },
        rate=lambda n: lambda _, u: operator(u, grid.spacing(n)),
        solve=partial(march, explicit_euler),
    )


def inflow() -> Problem:
    """dt(u) = -dx(u) with u given at the left wall; nothing is needed where all leaves."""
    grid = Grid(walls=(CLOSED,))

    def operator(t: float, u: Array, h: float) -> Array:
        low = dirichlet(1.5 - float(sin(2 * pi * t)))
        p = pad_line(u, (low, low), h, 1)
        return -(p[1:-1] - p[:-2]) / h

    return collocated(
        name="advection_inflow",
        order=1,
        sizes=(64, 128, 256),
        grid=grid,
        statements=[
            "boundary u = 3/2 - sin(2*pi*t) on x low",
            "field u",
            "equation dt(u) = -dx(u)",
            "initial u = 3/2 + sin(2*pi*x)",
            "space upwind, order 1",
        ],
        time="explicit_euler",
        until=HALF,
        steps=lambda n: 2 * n,
        exact={"u": moved},
        rate=lambda n: lambda t, u: operator(t, u, grid.spacing(n)[0]),
        solve=partial(march, explicit_euler),
    )


def node_by_node(c: Fraction) -> Problem:
    """Beam-Warming on Z^d, run on a period of n points: n/4 steps move the data by c/4."""

    def text(n: int) -> str:
        return document(
            name,
            f"param c = {c}",
            "iterate u[k+1, i] = u[k, i] - c/2*(3*u[k, i] - 4*u[k, i-1] + u[k, i-2])",
            f"  + c^2/2*(u[k, i] - 2*u[k, i-1] + u[k, i-2]), steps {n // 4}",
        )

    def inputs(n: int) -> State:
        return {"u": moved(np.arange(n) / n, 0.0)}

    name = f"beam_warming_{str(c).replace('/', '_')}"
    return Problem(
        name=name,
        order=2,
        sizes=(64, 128, 256),
        until=float(c) / 4,
        text=text,
        width=lambda n: 1 / n,
        points=lambda n: {"u": (np.arange(n) / n,)},
        exact={"u": moved},
        twin=lambda n: {"u": beam_warming(inputs(n)["u"], n_steps=n // 4, c=float(c))},
        inputs=inputs,
    )


PROBLEMS = (
    one_way(1),
    one_way(3),
    other_way(),
    turning(1),
    turning(3),
    centred(2),
    centred(4),
    centred(6),
    centred(2, "leapfrog"),
    plane(),
    inflow(),
    node_by_node(Fraction(3, 2)),
    node_by_node(HALF),
)
