"""Heat between walls of every kind: eigenmodes, on cells and on nodes.

dt(u) = kappa lap(u). A mode with wave numbers k decays as exp(-kappa |k|^2 t); walls that are not
homogeneous add a linear or harmonic profile that does not move.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy import cos, exp, pi, sin, sinh

from twins.methods import Step, explicit_euler, heun, march, rk4
from twins.stencils import laplacian
from twins.walls import ZERO, Wall, dirichlet, neumann

from .base import CLOSED, PERIODIC, Array, Exact, Fraction, Grid, Problem, Rate, Steps, collocated

TENTH = Fraction(1, 10)
MU = 2.288929728103404  # tan(mu) = -mu/2: u = 0 at 0, 2u + u' = 0 at 1
NU = 1.7206671780387595  # nu/2 tan(nu/2) = 1: 2u + dn(u) = 0 at both ends, even about 1/2
RHO = 1.0768739863118038  # rho tan(rho) = 2: u' = 0 at 0, 2u + u' = 0 at 1


def heat(
    *,
    name: str,
    grid: Grid,
    boundary: str,
    initial: str,
    exact: Exact,
    sizes: tuple[int, ...],
    steps: Steps,
    order: int = 2,
    until: Fraction = TENTH,
    method: tuple[str, Step] = ("rk4", rk4),
) -> Problem:
    """A problem dt(u) = lap(u) of the given order in space."""

    def rate(n: int) -> Rate:
        h = grid.spacing(n)
        return lambda _, u: laplacian(u, grid.walls, h, order=order, nodes=grid.nodes)

    return collocated(
        name=name,
        order=order,
        sizes=sizes,
        grid=grid,
        statements=[
            f"boundary {boundary}",
            "field u",
            "equation dt(u) = lap(u)",
            f"initial u = {initial}",
            f"space order {order}",
        ],
        time=method[0],
        until=until,
        steps=steps,
        exact={"u": exact},
        rate=rate,
        solve=partial(march, method[1]),
    )


def periodic(order: int, sizes: tuple[int, ...]) -> Problem:
    """One mode on a periodic line, fourth order in time with tau ~ h^2."""
    return heat(
        name=f"heat_periodic_{order}",
        grid=Grid(),
        boundary="periodic",
        initial="1 + cos(2*pi*x)",
        exact=lambda x, t: 1 + cos(2 * pi * x) * exp(-4 * pi**2 * t),
        order=order,
        sizes=sizes,
        until=Fraction(1, 40),
        steps=lambda n: n * n // 8,
    )


def square() -> Problem:
    """A mode on a periodic square by explicit Euler with tau = h^2/5."""
    return heat(
        name="heat_square",
        grid=Grid(intervals=((0, 1),) * 2, walls=(PERIODIC,) * 2),
        boundary="periodic",
        initial="1 + cos(2*pi*x)*cos(2*pi*y)",
        exact=lambda x, y, t: 1 + cos(2 * pi * x) * cos(2 * pi * y) * exp(-8 * pi**2 * t),
        sizes=(16, 24, 32),
        until=Fraction(1, 80),
        steps=lambda n: n * n // 16,
        method=("explicit_euler", explicit_euler),
    )


def cube() -> Problem:
    """A mode on a periodic cube, fourth order in space."""

    def exact(x: Array, y: Array, z: Array, t: float) -> Array:
        return 1 + cos(2 * pi * x) * cos(2 * pi * y) * sin(2 * pi * z) * exp(-12 * pi**2 * t)

    return heat(
        name="heat_cube_4",
        grid=Grid(intervals=((0, 1),) * 3, walls=(PERIODIC,) * 3),
        boundary="periodic",
        initial="1 + cos(2*pi*x)*cos(2*pi*y)*sin(2*pi*z)",
        exact=exact,
        order=4,
        sizes=(16, 24, 32),
        until=Fraction(1, 100),
        steps=lambda n: n * n // 16,
    )


@dataclass(frozen=True, slots=True)
class Ends:
    """What stands at the two ends of [0, 1], and a solution that obeys it."""

    name: str
    boundary: str
    pair: tuple[Wall, Wall]
    initial: str
    exact: Callable[[Array, float], Array]


ENDS = (
    Ends("dirichlet", "u = 0", (dirichlet(), dirichlet()), "sin(pi*x)",
         lambda x, t: sin(pi * x) * exp(-(pi**2) * t)),
    Ends("reflecting", "reflecting", (neumann(), neumann()), "cos(pi*x)",
         lambda x, t: cos(pi * x) * exp(-(pi**2) * t)),
    Ends("given", "u = 1 on x low, dn(u) = 1/2 on x high", (dirichlet(1.0), neumann(0.5)),
         "1 + x/2 + sin(pi*x/2)",
         lambda x, t: 1 + x / 2 + sin(pi * x / 2) * exp(-(pi**2) / 4 * t)),
    Ends("robin", "u = 0 on x low, 2*u + dn(u) = 0 on x high", (dirichlet(), Wall(2, 1)),
         f"sin({MU}*x)", lambda x, t: sin(MU * x) * exp(-(MU**2) * t)),
    Ends("robin_given", "2*u + dn(u) = 3", (Wall(2, 1, 3), Wall(2, 1, 3)),
         f"3/2 + cos({NU}*(x - 1/2))",
         lambda x, t: 1.5 + cos(NU * (x - 0.5)) * exp(-(NU**2) * t)),
)  # fmt: skip


def between(ends: Ends, *, nodes: bool, order: int = 2) -> Problem:
    """A mode on [0, 1] between two walls."""
    return heat(
        name=f"heat_{ends.name}_{'nodes' if nodes else 'cells'}_{order}",
        grid=Grid(walls=(ends.pair,), nodes=nodes),
        boundary=ends.boundary,
        initial=ends.initial,
        exact=ends.exact,
        order=order,
        sizes=(16, 24, 32),
        steps=lambda n: n * n // 4,
    )


def profile() -> Problem:
    """A wall value that varies along the wall: u = sin(pi y) at x = 1."""

    def rate(n: int) -> Rate:
        h = grid.spacing(n)
        y = grid.points(n)[1][0]
        walls = ((dirichlet(), dirichlet(sin(pi * y))), ZERO)
        return lambda _, u: laplacian(u, walls, h)

    grid = Grid(intervals=((0, 1),) * 2, walls=(ZERO, ZERO))
    return collocated(
        name="heat_profile",
        order=2,
        sizes=(12, 16, 24),
        grid=grid,
        statements=[
            "boundary u = 0 on x low, u = sin(pi*y) on x high, u = 0 on y",
            "field u",
            "equation dt(u) = lap(u)",
            "initial u = (sinh(pi*x)/sinh(pi) + sin(2*pi*x))*sin(pi*y)",
        ],
        time="rk4",
        until=Fraction(1, 50),
        steps=lambda n: n * n // 12,
        exact={
            "u": lambda x, y, t: (
                (sinh(pi * x) / sinh(pi) + sin(2 * pi * x) * exp(-5 * pi**2 * t)) * sin(pi * y)
            )
        },
        rate=rate,
        solve=partial(march, rk4),
    )


def moving() -> Problem:
    """Wall values that change in time: u = cos(x) exp(-t)."""

    def rate(n: int) -> Rate:
        h = grid.spacing(n)

        def at(t: float, u: Array) -> Array:
            pair = (dirichlet(float(exp(-t))), dirichlet(float(cos(1.0) * exp(-t))))
            return laplacian(u, [pair], h)

        return at

    grid = Grid(walls=(ZERO,))
    return collocated(
        name="heat_moving_walls",
        order=2,
        sizes=(8, 16, 24),
        grid=grid,
        statements=[
            "boundary u = exp(-t) on x low, u = cos(1)*exp(-t) on x high",
            "field u",
            "equation dt(u) = lap(u)",
            "initial u = cos(x)",
        ],
        time="heun",
        until=Fraction(1, 4),
        steps=lambda n: n * n,
        exact={"u": lambda x, t: cos(x) * np.exp(-t)},
        rate=rate,
        solve=partial(march, heun),
    )


def mixed_square() -> Problem:
    """Periodic along x; insulated below, a Robin wall above."""
    return heat(
        name="heat_mixed_square",
        grid=Grid(intervals=((0, 1),) * 2, walls=(PERIODIC, (neumann(), Wall(2, 1)))),
        boundary="periodic on x, dn(u) = 0 on y low, 2*u + dn(u) = 0 on y high",
        initial=f"cos(2*pi*x)*cos({RHO}*y)",
        exact=lambda x, y, t: cos(2 * pi * x) * cos(RHO * y) * exp(-(4 * pi**2 + RHO**2) * t),
        sizes=(12, 16, 24),
        until=Fraction(1, 40),
        steps=lambda n: n * n // 8,
    )


def mixed_cube() -> Problem:
    """Insulated along x, cold along y, periodic along z."""

    def exact(x: Array, y: Array, z: Array, t: float) -> Array:
        return cos(pi * x) * sin(pi * y) * sin(2 * pi * z) * exp(-6 * pi**2 * t)

    return heat(
        name="heat_mixed_cube",
        grid=Grid(intervals=((0, 1),) * 3, walls=(CLOSED, ZERO, PERIODIC)),
        boundary="dn(u) = 0 on x, u = 0 on y, periodic on z",
        initial="cos(pi*x)*sin(pi*y)*sin(2*pi*z)",
        exact=exact,
        sizes=(12, 16, 24),
        until=Fraction(1, 80),
        steps=lambda n: n * n // 8,
    )


PROBLEMS = (
    periodic(2, (16, 24, 32)),
    periodic(4, (16, 24, 32)),
    periodic(6, (16, 24, 32)),
    square(),
    cube(),
    *(between(ends, nodes=nodes) for ends in ENDS for nodes in (False, True)),
    *(between(ENDS[2], nodes=nodes, order=4) for nodes in (False, True)),
    profile(),
    moving(),
    mixed_square(),
    mixed_cube(),
)
