"""The second-order wave equation dtt(u) = lap(u): plane waves, and modes between walls.

A mode with wave numbers k swings as cos(|k| t). The step is tied to h^(order/2), small enough that
a lower order in space would show.
"""

from numpy import cos, pi, sin, sqrt

from twins.methods import two_level
from twins.stencils import laplacian
from twins.walls import ZERO

from .base import (
    CLOSED,
    PERIODIC,
    Array,
    Exact,
    Fraction,
    Grid,
    Problem,
    State,
    Steps,
    document,
    timing,
)

QUARTER = Fraction(1, 4)


def wave(
    *,
    name: str,
    grid: Grid,
    boundary: str,
    order: int,
    initial: str,
    exact: Exact,
    velocity: Exact,
    sizes: tuple[int, ...],
    steps: Steps,
    until: Fraction = QUARTER,
    time: str = "leapfrog",
) -> Problem:
    """A problem dtt(u) = lap(u); `velocity` is dt(u) at the start."""

    def text(n: int) -> str:
        return document(
            name,
            *grid.statements(n),
            f"boundary {boundary}",
            "field u",
            "equation dtt(u) = lap(u)",
            f"initial {initial}",
            f"space order {order}",
            timing(time, until, steps(n)),
        )

    def twin(n: int) -> State:
        at, h = grid.points(n), grid.spacing(n)

        def acceleration(u: Array) -> Array:
            return laplacian(u, grid.walls, h, order=order, nodes=grid.nodes)

        u, v, count = exact(*at, 0.0), velocity(*at), steps(n)
        return {"u": two_level(acceleration, u, v, tau=float(until) / count, n_steps=count)}

    return Problem(
        name=name,
        order=order,
        sizes=sizes,
        until=float(until),
        text=text,
        width=lambda n: grid.spacing(n)[0],
        points=lambda n: {"u": grid.points(n)},
        exact={"u": exact},
        twin=twin,
    )


def plane_wave(order: int, sizes: tuple[int, ...], steps: Steps, time: str = "leapfrog") -> Problem:
    """sin(2 pi (x - t)) with tau ~ h^(order/2)."""
    return wave(
        name=f"wave_{order}" + ("" if time == "leapfrog" else f"_{time}"),
        grid=Grid(),
        boundary="periodic",
        order=order,
        initial="u = sin(2*pi*x), dt(u) = -2*pi*cos(2*pi*x)",
        exact=lambda x, t: sin(2 * pi * (x - t)),
        velocity=lambda x: -2 * pi * cos(2 * pi * x),
        sizes=sizes,
        steps=steps,
        time=time,
    )


def wave_cube() -> Problem:
    """Eighth order in a periodic cube, on nodes: a standing wave that starts at rest."""

    def exact(x: Array, y: Array, z: Array, t: float) -> Array:
        swing = cos(2 * pi * sqrt(3) * t)
        return cos(2 * pi * x) * cos(2 * pi * y) * sin(2 * pi * z) * swing

    return wave(
        name="wave_cube_8",
        grid=Grid(intervals=((0, 1),) * 3, walls=(PERIODIC,) * 3, nodes=True),
        boundary="periodic",
        order=8,
        initial="u = cos(2*pi*x)*cos(2*pi*y)*sin(2*pi*z), dt(u) = 0",
        exact=exact,
        velocity=lambda x, y, z: 0 * x,
        sizes=(12, 16, 20),
        until=Fraction(1, 8),
        steps=lambda n: n**4 // 256,
    )


def drum() -> Problem:
    """A square membrane held at u = 0, on cells."""
    return wave(
        name="wave_drum",
        grid=Grid(intervals=((0, 1),) * 2, walls=(ZERO, ZERO)),
        boundary="u = 0",
        order=2,
        initial="u = sin(pi*x)*sin(pi*y), dt(u) = 0",
        exact=lambda x, y, t: sin(pi * x) * sin(pi * y) * cos(sqrt(2) * pi * t),
        velocity=lambda x, y: 0 * x,
        sizes=(16, 24, 32),
        steps=lambda n: n // 2,
    )


def basin() -> Problem:
    """A closed basin dn(u) = 0 on nodes, fourth order in space, tau ~ h^2."""
    return wave(
        name="wave_basin_4",
        grid=Grid(intervals=((0, 1),) * 2, walls=(CLOSED, CLOSED), nodes=True),
        boundary="dn(u) = 0",
        order=4,
        initial="u = 1 + cos(pi*x)*cos(2*pi*y), dt(u) = 0",
        exact=lambda x, y, t: 1 + cos(pi * x) * cos(2 * pi * y) * cos(sqrt(5) * pi * t),
        velocity=lambda x, y: 0 * x,
        sizes=(17, 25, 33),
        steps=lambda n: (n - 1) ** 2 // 16,
    )


PROBLEMS = (
    plane_wave(2, (16, 24, 32), lambda n: n // 2),
    plane_wave(2, (16, 24, 32), lambda n: n // 2, "verlet"),
    plane_wave(4, (16, 24, 32), lambda n: n**2 // 8),
    plane_wave(6, (12, 16, 24), lambda n: n**3 // 32),
    plane_wave(8, (12, 16, 20), lambda n: n**4 // 128),
    wave_cube(),
    drum(),
    basin(),
)
