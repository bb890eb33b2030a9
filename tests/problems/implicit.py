"""Heat with the newest level on both sides, node by node: Crank-Nicolson and ADI, tau = c h.

new - r/2 d2(new) = u + r/2 d2(u) with r = tau / h^2 is of order 2 in both. sin(k x) decays as
exp(-k^2 t). ADI takes w, half a step later, as an unknown of its own.
"""

from collections.abc import Callable

import numpy as np
from numpy import exp, pi, sin

from twins.implicit import crank_nicolson_nodes, crank_nicolson_walls, peaceman_rachford

from .base import Array, Fraction, Problem, document

LEFT = "u[k+1, i] - r/2 * (u[k+1, i+1] - 2*u[k+1, i] + u[k+1, i-1])"
RIGHT = "u[k, i] + r/2 * (u[k, i+1] - 2*u[k, i] + u[k, i-1])"


def periodic() -> Problem:
    """On a ring of n points: the contract's file with r = n/5, n/4 steps to t = 1/20."""

    def exact(x: Array, t: float) -> Array:
        return 1 + sin(2 * pi * x) * exp(-4 * pi**2 * t)

    def text(n: int) -> str:
        return document(
            "crank_nicolson_ring",
            f"param r = {Fraction(n, 5)}",
            f"iterate {LEFT}",
            f"  = {RIGHT}, steps {n // 4}",
        )

    def start(n: int) -> dict[str, Array]:
        return {"u": exact(np.arange(n) / n, 0.0)}

    return Problem(
        name="crank_nicolson_ring",
        order=2,
        sizes=(32, 64, 128),
        until=1 / 20,
        text=text,
        width=lambda n: 1 / n,
        points=lambda n: {"u": (np.arange(n) / n,)},
        exact={"u": exact},
        twin=lambda n: {"u": crank_nicolson_nodes(start(n)["u"], n_steps=n // 4, r=n / 5)},
        inputs=start,
    )


def between_walls(dim: int) -> Problem:
    """On n - 1 nodes between walls u = 0: r = n/10, n/2 steps to t = 1/20."""
    name = ("crank_nicolson_walls", "crank_nicolson_adi")[dim - 1]
    twin: Callable[..., Array] = (crank_nicolson_walls, peaceman_rachford)[dim - 1]
    shape = "*".join(f"sin(pi*{x})" for x in "xy"[:dim])

    def exact(*at: Array | float) -> Array:
        *places, t = at
        modes = [sin(pi * np.asarray(x)) for x in places]
        decay: Array = np.prod(modes, axis=0) * exp(-dim * pi**2 * np.asarray(t))
        return decay

    def text(n: int) -> str:
        steps = f"steps {n // 2}"
        lines = [f"iterate {LEFT}", f"  = {RIGHT}, {steps}"]
        if dim == 2:
            lines = [f"iterate {along('w', 1, 0, '-')} = {along('u', 0, 1, '+')}, {steps}"]
            lines += [f"iterate {along('u', 1, 1, '-')} = {along('w', 1, 0, '+')}"]
        return document(
            name,
            f"domain {', '.join(f'{x} in [0, 1]' for x in 'xy'[:dim])}",
            f"grid {', '.join([str(n - 1)] * dim)}, nodes",
            "boundary u = 0" + (", w = 0" if dim == 2 else ""),
            "field u" + (", w" if dim == 2 else ""),
            f"param r = {Fraction(n, 10)}",
            *lines,
            f"initial u = {shape}",
        )

    def points(n: int) -> tuple[Array, ...]:
        return tuple(np.meshgrid(*[np.arange(1, n) / n] * dim, indexing="ij"))

    return Problem(
        name=name,
        order=2,
        sizes=(16, 32, 64),
        until=1 / 20,
        text=text,
        width=lambda n: 1 / n,
        points=lambda n: {"u": points(n)},
        exact={"u": exact},
        twin=lambda n: {"u": twin(exact(*points(n), 0.0), n_steps=n // 2, r=n / 10)},
    )


def along(name: str, level: int, axis: int, sign: str) -> str:
    """u[k] + r/2 * (u[k, i+1, j] - 2*u[k, i, j] + u[k, i-1, j]) along x, or along y."""
    k = f"k+{level}" if level else "k"
    high, low = (("i+1, j", "i-1, j"), ("i, j+1", "i, j-1"))[axis]
    here, after, before = (f"{name}[{k}, {at}]" for at in ("i, j", high, low))
    return f"{here} {sign} r/2 * ({after} - 2*{here} + {before})"


PROBLEMS = (periodic(), between_walls(1), between_walls(2))
