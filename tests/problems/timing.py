"""The order in time of every explicit method, free of any error in space.

Ordinary differential equations hold at every point of a fixed grid. The linear diffusion problems
know the decay of their discrete mode exactly. n counts steps, or cycles.
"""

from functools import partial

import numpy as np
from numpy import cos, cosh, exp, pi, sin, sqrt, tanh

from twins.methods import (
    Rate,
    Step,
    adams_bashforth2,
    du_fort_frankel,
    explicit_euler,
    fed_cycle,
    fsi_cycle,
    heun,
    lie_splitting,
    march,
    midpoint_leapfrog,
    rk4,
    rkc,
    rkl2,
    ssprk3,
    staggered,
    strang,
    symplectic_euler,
    two_level,
)
from twins.stencils import laplacian

from .base import (
    Array,
    Fraction,
    Grid,
    Problem,
    Solve,
    State,
    collocated,
    document,
    timing as time_line,
)

POINTS = Grid(fixed=8)
PERIODIC = ("boundary periodic", "field u")
SPLIT: tuple[Rate, Rate] = (lambda _, u: u, lambda _, u: -(u**3))
AB2, MIDPOINT = adams_bashforth2, midpoint_leapfrog


def identifier(method: str) -> str:
    """A method's text as part of a name."""
    return "".join(c if c.isalnum() else "_" for c in method).strip("_").replace("__", "_")


def reaction(method: str, order: int, solve: Solve, sizes: tuple[int, ...]) -> Problem:
    """dt(u) = u - u^3: u_0 e^t / sqrt(1 + u_0^2 (e^(2t) - 1))."""

    def exact(x: Array, t: float) -> Array:
        start = 0.5 + cos(2 * pi * x) / 4
        return start * exp(t) / sqrt(1 + start**2 * (exp(2 * t) - 1))

    return collocated(
        name=f"reaction_{identifier(method)}",
        order=order,
        sizes=sizes,
        grid=POINTS,
        statements=[*PERIODIC, "equation dt(u) = u - u^3", "initial u = 1/2 + cos(2*pi*x)/4"],
        time=method,
        until=Fraction(1),
        steps=lambda n: n,
        exact={"u": exact},
        rate=lambda _: lambda _, u: u - u**3,
        solve=solve,
    )


def forced(method: str, order: int, solve: Solve, sizes: tuple[int, ...]) -> Problem:
    """dt(u) = -u^2 cos(t): 1/(1/u_0 + sin(t)); each stage must see its own time."""
    return collocated(
        name=f"forced_{identifier(method)}",
        order=order,
        sizes=sizes,
        grid=POINTS,
        statements=[*PERIODIC, "equation dt(u) = -u^2*cos(t)", "initial u = 1 + cos(2*pi*x)/4"],
        time=method,
        until=Fraction(1, 2),
        steps=lambda n: n,
        exact={"u": lambda x, t: 1 / (1 / (1 + cos(2 * pi * x) / 4) + sin(t))},
        rate=lambda _: lambda t, u: -(u**2) * cos(t),
        solve=solve,
    )


def swing(method: str, order: int) -> Problem:
    """dt(q) = 2 p, dt(p) = -2 q: two groups, each driven by the other."""

    def solve(_: Rate, u: Array, *, tau: float, n_steps: int) -> Array:
        run = symplectic_euler if method == "symplectic_euler" else staggered
        return np.array(run(push, pull, u[0], u[1], tau=tau, n_steps=n_steps))

    def push(q: Array, p: Array, tau: float) -> Array:
        return q + 2 * tau * p

    def pull(p: Array, q: Array, tau: float) -> Array:
        return push(p, q, -tau)

    return collocated(
        name=f"swing_{method}",
        order=order,
        sizes=(32, 64, 128),
        grid=POINTS,
        statements=[
            "boundary periodic",
            "field q, p",
            "equation dt(q) = 2*p",
            "equation dt(p) = -2*q",
            "initial q = cos(2*pi*x), p = sin(2*pi*x)",
        ],
        time=method,
        until=Fraction(1),
        steps=lambda n: n,
        exact={
            "q": lambda x, t: cos(2 * pi * x - 2 * t),
            "p": lambda x, t: sin(2 * pi * x - 2 * t),
        },
        rate=lambda _: lambda _, u: u,
        solve=solve,
    )


def kink(method: str) -> Problem:
    """dtt(u) = 2 u^3 - 2 u: u = tanh(x + t), a velocity at the start and a nonlinear force."""

    def text(n: int) -> str:
        return document(
            f"kink_{method}",
            *POINTS.statements(n),
            "boundary periodic",
            "field u",
            "equation dtt(u) = 2*u^3 - 2*u",
            "initial u = tanh(x), dt(u) = 1 - tanh(x)^2",
            time_line(method, Fraction(1), n),
        )

    def twin(n: int) -> State:
        (x,) = POINTS.points(n)
        speed = cosh(x) ** -2.0
        u = two_level(lambda u: 2 * u**3 - 2 * u, tanh(x), speed, tau=1 / n, n_steps=n)
        return {"u": u}

    return Problem(
        name=f"kink_{method}",
        order=2,
        sizes=(16, 32, 64),
        until=1.0,
        text=text,
        width=lambda n: 1 / n,
        points=lambda n: {"u": POINTS.points(n)},
        exact={"u": lambda x, t: tanh(x + t)},
        twin=twin,
    )


def diffusing(method: str, order: int, step: Step, sizes: tuple[int, ...]) -> Problem:
    """dt(u) = lap(u) on 16 periodic cells, whose mode decays by (2 - 2 cos(2 pi h))/h^2."""
    grid = Grid(fixed=16)
    decay = 2 * 16**2 * (1 - cos(2 * pi / 16))
    return collocated(
        name=f"diffusing_{identifier(method)}",
        order=order,
        sizes=sizes,
        grid=grid,
        statements=[
            "boundary periodic",
            "field u",
            "equation dt(u) = lap(u)",
            "initial u = 1 + cos(2*pi*x)",
        ],
        time=method,
        until=Fraction(1, 20),
        steps=lambda n: n,
        exact={"u": lambda x, t: 1 + cos(2 * pi * x) * exp(-decay * t)},
        rate=lambda n: lambda _, u: laplacian(u, grid.walls, grid.spacing(n)),
        solve=partial(march, step),
    )


def cycling(method: str) -> Problem:
    """The same by n cycles of 4 inner steps, each cycle 4*5/3 inner steps long in time."""
    grid, until, cycle = Grid(fixed=16), Fraction(1, 20), 4
    decay = 2 * 16**2 * (1 - cos(2 * pi / 16))
    run = {"fed": fed_cycle, "fsi": fsi_cycle}[method]

    def inner(n: int) -> Fraction:
        return until / n / Fraction(cycle * (cycle + 1), 3)

    def text(n: int) -> str:
        return document(
            f"diffusing_{method}",
            *grid.statements(n),
            "boundary periodic",
            "field u",
            "equation dt(u) = div(grad(u))",
            "initial u = 1 + cos(2*pi*x)",
            f"time {method}, cycle {cycle}, step {inner(n)}, steps {cycle * n}",
        )

    def twin(n: int) -> State:
        u = 1 + cos(2 * pi * grid.points(n)[0])
        for _ in range(n):
            u = run(
                lambda _, u: laplacian(u, grid.walls, grid.spacing(n)),
                u,
                tau=float(inner(n)),
                n=cycle,
            )
        return {"u": u}

    return Problem(
        name=f"diffusing_{method}",
        order=1,
        sizes=(64, 128, 256),
        until=float(until),
        text=text,
        width=lambda n: float(until) / n,
        points=lambda n: {"u": grid.points(n)},
        exact={"u": lambda x, t: 1 + cos(2 * pi * x) * exp(-decay * t)},
        twin=twin,
    )


def alternating() -> Problem:
    """Du Fort-Frankel for dt(u) = lap(u) with tau = h^2/8: its error is of order (tau/h)^2."""
    grid = Grid()

    def solve(rate: Rate, u: Array, *, tau: float, n_steps: int) -> Array:
        return du_fort_frankel(rate, u, alpha=float(len(u)) ** 2, tau=tau, n_steps=n_steps)

    return collocated(
        name="du_fort_frankel",
        order=2,
        sizes=(24, 32, 48),
        grid=grid,
        statements=[
            "boundary periodic",
            "field u",
            "equation dt(u) = lap(u)",
            "initial u = 1 + cos(2*pi*x)",
        ],
        time="du_fort_frankel",
        until=Fraction(1, 32),
        steps=lambda n: n * n // 4,
        exact={"u": lambda x, t: 1 + cos(2 * pi * x) * exp(-4 * pi**2 * t)},
        rate=lambda n: lambda _, u: laplacian(u, grid.walls, grid.spacing(n)),
        solve=solve,
    )


def halves(step: Step) -> tuple[tuple[Step, Rate], tuple[Step, Rate]]:
    """The two terms of the reaction, each advanced by the same step."""
    return (step, SPLIT[0]), (step, SPLIT[1])


FINE, MIDDLE, COARSE = (64, 128, 256), (32, 64, 128), (8, 16, 32)
PROBLEMS = (
    reaction("explicit_euler", 1, partial(march, explicit_euler), FINE),
    reaction("heun", 2, partial(march, heun), MIDDLE),
    reaction("ssprk3", 3, partial(march, ssprk3), MIDDLE),
    reaction("rk4", 4, partial(march, rk4), COARSE),
    reaction("adams_bashforth2", 2, AB2, MIDDLE),
    reaction("rkc, stages 5", 2, partial(march, rkc(5)), MIDDLE),
    reaction("rkl2, stages 5", 2, partial(march, rkl2(5)), MIDDLE),
    reaction("lie_splitting(rk4, rk4)", 1, partial(march, lie_splitting(halves(rk4))), FINE),
    reaction("strang(heun, heun)", 2, partial(march, strang(*halves(heun))), MIDDLE),
    forced("explicit_euler", 1, partial(march, explicit_euler), FINE),
    forced("heun", 2, partial(march, heun), MIDDLE),
    forced("ssprk3", 3, partial(march, ssprk3), COARSE),
    forced("rk4", 4, partial(march, rk4), (16, 32, 64)),
    forced("adams_bashforth2", 2, AB2, MIDDLE),
    forced("leapfrog", 2, MIDPOINT, MIDDLE),
    forced("rkc, stages 5", 2, partial(march, rkc(5)), MIDDLE),
    forced("rkl2, stages 5", 2, partial(march, rkl2(5)), MIDDLE),
    swing("symplectic_euler", 1),
    swing("leapfrog", 2),
    swing("verlet", 2),
    kink("leapfrog"),
    kink("verlet"),
    diffusing("rkc, stages 6", 2, rkc(6), MIDDLE),
    diffusing("rkl2, stages 7", 2, rkl2(7), MIDDLE),
    cycling("fed"),
    cycling("fsi"),
    alternating(),
)
