"""Devito: one operator for any number of steps, boundary conditions as equations on the halo."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from devito import Eq, Grid, Operator, TimeFunction

from ..cases import Setting
from ..formulas import formula, halo
from . import Entry
from .in_numpy import padding


def heat(u: Any, s: Any, setting: Setting) -> Any:
    """u + tau kappa lap(u)."""
    return u + s * setting.case.numbers["kappa"] * u.laplace


def wave(u: Any, s: Any, setting: Setting) -> Any:
    """2 u - u_old + (c tau)^2 lap(u)."""
    return 2 * u - u.backward + s**2 * setting.case.numbers["c"] ** 2 * u.laplace


def perona_malik(u: Any, s: Any, setting: Setting) -> Any:
    """u + tau div(g grad u), with g on the faces; h = 1."""
    t, (x, y) = u.grid.stepping_dim, u.grid.dimensions
    inv_k2 = setting.case.numbers["contrast"] ** -2

    def at(i: int, j: int) -> Any:
        return u[t, x + i, y + j]

    def face_x(i: int) -> Any:
        along = at(i + 1, 0) - at(i, 0)
        across = 0.25 * (at(i, 1) - at(i, -1) + at(i + 1, 1) - at(i + 1, -1))
        return along / (1 + (along * along + across * across) * inv_k2)

    def face_y(j: int) -> Any:
        along = at(0, j + 1) - at(0, j)
        across = 0.25 * (at(1, j) - at(-1, j) + at(1, j + 1) - at(-1, j + 1))
        return along / (1 + (along * along + across * across) * inv_k2)

    return u + s * (face_x(0) - face_x(-1) + face_y(0) - face_y(-1))


def equations(functions: dict[str, Any], setting: Setting) -> list[Any]:
    """The update of every field."""
    single = {"heat": heat, "wave": wave, "perona_malik": perona_malik}
    first = functions["u"]
    s = first.grid.stepping_dim.spacing
    if setting.case.kind in single:
        return [Eq(first.forward, single[setting.case.kind](first, s, setting))]
    u, v, c = functions["u"], functions["v"], setting.case.numbers
    return [
        Eq(u.forward, u + s * (c["Du"] * u.laplace - u * v * v + c["F"] * (1 - u))),
        Eq(v.forward, v + s * (c["Dv"] * v.laplace + u * v * v - (c["F"] + c["k"]) * v)),
    ]


# ---- walls


def ghosts(setting: Setting) -> Iterator[tuple[int, int, int]]:
    """Along one axis: (index of a ghost, index of the value it takes, sign)."""
    n, wall = setting.n, setting.case.wall
    match wall:
        case "periodic":
            yield from ((-1, n - 1, 1), (n, 0, 1))
        case "mirror":
            yield from ((-1, 0, 1), (n, n - 1, 1))
        case "nodes":  # the first ghost is the wall, and stays 0
            for j in range(halo(setting) - 1):
                yield from ((-2 - j, j, -1), (n + 1 + j, n - 1 - j, -1))


def conditions(u: Any, setting: Setting) -> Iterator[Any]:
    """Equations that fill the halo of the new level; corners where a scheme reads them."""
    t, axes = u.grid.stepping_dim, u.grid.dimensions
    rules = list(ghosts(setting))
    for d in range(len(axes)):
        for ghost, source, sign in rules:
            here, there = list(axes), list(axes)
            here[d], there[d] = ghost, source
            yield Eq(u[(t + 1, *here)], sign * u[(t + 1, *there)])
    if setting.case.kind == "perona_malik":
        for i, a, _ in rules:
            for j, b, _ in rules:
                yield Eq(u[t + 1, i, j], u[t + 1, a, b])


# ---- runs


def make(
    setting: Setting, walls: Callable[[Any, Setting], Iterator[Any]]
) -> Callable[[int], tuple[Any, ...]]:
    """The operator of a case, and a run of it from the initial values."""
    case, h, wave = setting.case, halo(setting), setting.case.kind == "wave"
    size = tuple(setting.spacing * (n - 1) for n in setting.shape)
    grid = Grid(shape=setting.shape, extent=size, dtype=np.float32)
    functions = {
        name: TimeFunction(name=name, grid=grid, space_order=2 * h, time_order=1 + wave)
        for name in case.fields
    }
    updates = equations(functions, setting)
    operator = Operator([*updates, *(eq for u in functions.values() for eq in walls(u, setting))])
    pad = padding(setting)
    start = {name: [pad(values)] for name, values in setting.initial.items()}
    if wave:
        compute, numbers = formula(setting)
        u, p = setting.initial["u"], start["u"][0]
        start["u"].append(pad(u + (compute(p, np.zeros_like(u), *numbers) - 2 * u) / 2))
    n, wide = setting.n, functions["u"].halo[-1][0]
    inside = (slice(wide - h, n + wide + h),) * case.axes

    def run(steps: int) -> tuple[Any, ...]:
        for name, u in functions.items():
            for level, values in enumerate(start[name]):
                u.data_with_halo[(-level, *inside)] = values
        operator.apply(time_m=0, time_M=steps - 1, dt=setting.tau)
        return tuple(np.array(u.data[steps % (2 + wave)]) for u in functions.values())

    return run


def prepare(setting: Setting) -> Entry:
    """The same scheme as Iterant's, halo included."""
    return Entry(run=make(setting, conditions))
