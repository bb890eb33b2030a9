"""First-order pairs: sound, light in a cavity, a particle in a box.

Staggered vectors have one set of points for each component: entry k of a face axis lies at
low + k h. Values come out at one time level.
"""

from collections.abc import Callable

import numpy as np
from numpy import cos, pi, sin, sqrt

from twins.methods import staggered, symplectic_euler
from twins.walls import ZERO
from twins.waves import acoustic_fdtd, maxwell_tm, schroedinger

from .base import PERIODIC, Array, Exact, Fraction, Grid, Problem, State, Steps, document, timing

EIGHTH = Fraction(1, 8)
SQUARE = Grid(intervals=((0, 1),) * 2, walls=(PERIODIC,) * 2)
C, RHO = 2.0, 0.5  # speed of sound and density of the acoustic problems
OMEGA = C * 2 * pi * 2**0.5  # of the wave numbers (2 pi, 2 pi)
Flow = tuple[Exact, Exact]


def acoustic(
    *,
    name: str,
    order: int,
    initial: str,
    p: Exact,
    v: Flow,
    sizes: tuple[int, ...],
    steps: Steps,
    until: Fraction = EIGHTH,
) -> Problem:
    """A problem dt(v) = -grad(p)/rho, dt(p) = -rho c^2 div(v) on a periodic square."""

    def text(n: int) -> str:
        return document(
            name,
            *SQUARE.statements(n),
            "boundary periodic",
            "field p",
            "field v: vector, staggered",
            "param c = 2, rho = 1/2, positive",
            "equation dt(v) = -grad(p)/rho",
            "equation dt(p) = -rho*c^2*div(v)",
            f"initial {initial}",
            f"space order {order}",
            timing("leapfrog", until, steps(n)),
        )

    def twin(n: int) -> State:
        start = np.array([part(*SQUARE.faces(n, axis), 0.0) for axis, part in enumerate(v)])
        count = steps(n)
        tau = float(until) / count
        after = acoustic_fdtd(
            p(*SQUARE.points(n), 0.0), start, n_steps=count, tau=tau, c=C, rho=RHO, order=order
        )
        return {"p": after[0], "v": tuple(after[1])}

    return Problem(
        name=name,
        order=order,
        sizes=sizes,
        until=float(until),
        text=text,
        width=lambda n: SQUARE.spacing(n)[0],
        points=lambda n: {
            "p": SQUARE.points(n),
            "v": (SQUARE.faces(n, 0), SQUARE.faces(n, 1)),
        },
        exact={"p": p, "v": v},
        twin=twin,
    )


def standing_sound(order: int) -> Problem:
    """p = cos(2 pi x) cos(2 pi y) cos(omega t) from rest; order 4 needs tau ~ h^2."""
    k, a = 2 * pi, 2 * pi / (RHO * OMEGA)
    return acoustic(
        name=f"acoustic_standing_{order}",
        order=order,
        initial="p = cos(2*pi*x)*cos(2*pi*y)",
        p=lambda x, y, t: cos(k * x) * cos(k * y) * cos(OMEGA * t),
        v=(
            lambda x, y, t: a * sin(k * x) * cos(k * y) * sin(OMEGA * t),
            lambda x, y, t: a * cos(k * x) * sin(k * y) * sin(OMEGA * t),
        ),
        sizes=(16, 24, 32) if order == 2 else (12, 16, 24),
        steps=(lambda n: n // 2) if order == 2 else (lambda n: n * n // 8),
    )


def plane_sound() -> Problem:
    """p = cos(2 pi (x + y) - omega t); v = 2 pi/(rho omega) (p, p) starts at the time of p."""
    a = 2 * pi / (RHO * OMEGA)
    formula = "cos(2*pi*(x + y))"

    def p(x: Array, y: Array, t: float) -> Array:
        return cos(2 * pi * (x + y) - OMEGA * t)

    def flow(x: Array, y: Array, t: float) -> Array:
        return a * p(x, y, t)

    return acoustic(
        name="acoustic_plane_2",
        order=2,
        initial=f"p = {formula}, v = vector({formula}, {formula})/sqrt(2)",
        p=p,
        v=(flow, flow),
        sizes=(16, 24, 32),
        steps=lambda n: n // 2,
    )


def cavity() -> Problem:
    """E = sin(pi x) sin(pi y) cos(omega t) between walls E = 0, mu = 2, epsilon = 1/4."""
    grid = Grid(intervals=((0, 1),) * 2, walls=(ZERO, ZERO))
    mu, epsilon, until = 2.0, 0.25, Fraction(1, 4)
    omega = pi * sqrt(2 / (mu * epsilon))
    a = pi / (mu * omega)

    def text(n: int) -> str:
        return document(
            "maxwell_cavity",
            *grid.statements(n),
            "field E",
            "field H: vector, staggered",
            "boundary E = 0",
            "param mu = 2, epsilon = 1/4, positive",
            "equation dt(H) = vector(-dy(E), dx(E))/mu",
            "equation dt(E) = (dx(H[1]) - dy(H[0]))/epsilon",
            "initial E = sin(pi*x)*sin(pi*y)",
            timing("leapfrog", until, n),
        )

    def twin(n: int) -> State:
        x, y = grid.points(n)
        tau = float(until) / n
        E, H = maxwell_tm(sin(pi * x) * sin(pi * y), n_steps=n, tau=tau, mu=mu, epsilon=epsilon)
        return {"E": E, "H": H}

    return Problem(
        name="maxwell_cavity",
        order=2,
        sizes=(16, 24, 32),
        until=float(until),
        text=text,
        width=lambda n: grid.spacing(n)[0],
        points=lambda n: {"E": grid.points(n), "H": (grid.faces(n, 1), grid.faces(n, 0))},
        exact={
            "E": lambda x, y, t: sin(pi * x) * sin(pi * y) * cos(omega * t),
            "H": (
                lambda x, y, t: -a * sin(pi * x) * cos(pi * y) * sin(omega * t),
                lambda x, y, t: a * cos(pi * x) * sin(pi * y) * sin(omega * t),
            ),
        },
        twin=twin,
    )


def quantum(time: str, march: Callable[..., tuple[Array, Array]], order: int) -> Problem:
    """The two lowest modes of a box [0, 1], energies pi^2/2 and 2 pi^2; tau ~ h^2."""
    grid, until = Grid(walls=(ZERO,)), Fraction(1, 4)

    def exact(part: Exact) -> Exact:
        return lambda x, t: (
            sin(pi * x) * part(pi**2 / 2 * t) + sin(2 * pi * x) * part(2 * pi**2 * t)
        )

    def text(n: int) -> str:
        return document(
            name,
            *grid.statements(n),
            "boundary re = 0, im = 0",
            "field re, im",
            "equation dt(re) = -dxx(im)/2",
            "equation dt(im) = dxx(re)/2",
            "initial re = sin(pi*x) + sin(2*pi*x), im = 0",
            f"space order {order}",
            timing(time, until, n * n // 2),
        )

    def twin(n: int) -> State:
        (x,) = grid.points(n)
        re, count = exact(cos)(x, 0.0), n * n // 2
        tau = float(until) / count
        re, im = schroedinger(
            re, 0 * re, n_steps=count, tau=tau, length=1.0, order=order, march=march
        )
        return {"re": re, "im": im}

    name = f"schroedinger_{time}_{order}"
    return Problem(
        name=name,
        order=order,
        sizes=(16, 24, 32),
        until=float(until),
        text=text,
        width=lambda n: grid.spacing(n)[0],
        points=lambda n: dict.fromkeys(("re", "im"), grid.points(n)),
        exact={"re": exact(cos), "im": exact(lambda phase: -sin(phase))},
        twin=twin,
    )


PROBLEMS = (
    standing_sound(2),
    standing_sound(4),
    plane_sound(),
    cavity(),
    quantum("symplectic_euler", symplectic_euler, 2),
    quantum("leapfrog", staggered, 2),
    quantum("leapfrog", staggered, 4),
)
