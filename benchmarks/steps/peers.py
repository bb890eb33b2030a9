"""How each peer marches with a given step: each in its own words, no warning switched off."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .problems import Array, Problem

Peer = Callable[[Problem], Array]


def py_pde(problem: Problem) -> Array:
    """Its explicit Euler solver with the step that it is given."""
    from pde import PDE, CartesianGrid, DiffusionPDE, ScalarField

    grid = CartesianGrid([[0, 1]] * problem.axes, problem.initial.shape, periodic=True)
    field = ScalarField(grid, problem.initial)
    words: Any = {"u": "-d_dx(u)"}
    equation = DiffusionPDE(1, bc="periodic") if problem.axes == 2 else PDE(words, bc="periodic")
    end = problem.tau * problem.steps
    found = equation.solve(
        field, t_range=end, dt=problem.tau, solver="euler", tracker=None, backend="numpy"
    )
    return np.asarray(found.data)


def fipy(problem: Problem) -> Array:
    """An explicit diffusion term; the divergence of the values on the faces."""
    from fipy import (
        CellVariable,
        ExplicitDiffusionTerm,
        PeriodicGrid1D,
        PeriodicGrid2D,
        TransientTerm,
    )

    n, h = problem.points, problem.spacing
    if problem.axes == 2:
        u = CellVariable(mesh=PeriodicGrid2D(nx=n, ny=n, dx=h, dy=h), value=problem.initial.ravel())
        equation = TransientTerm() == ExplicitDiffusionTerm(coeff=1.0)
    else:
        u = CellVariable(mesh=PeriodicGrid1D(nx=n, dx=h), value=problem.initial)
        equation = TransientTerm() == -(u.arithmeticFaceValue * [[1.0]]).divergence
    for _ in range(problem.steps):
        equation.solve(var=u, dt=problem.tau)
    return np.asarray(u.value)


def phiflow(problem: Problem) -> Array:
    """diffuse.explicit and central gradients, in double precision."""
    from phi.flow import Box, CenteredGrid, diffuse, extrapolation, field, math, spatial, tensor

    names = "x,y"[: 2 * problem.axes - 1]
    with math.precision(64):
        u = CenteredGrid(
            tensor(problem.initial, spatial(names)),
            extrapolation.PERIODIC,
            bounds=Box(**dict.fromkeys(names.split(","), 1)),
        )
        for _ in range(problem.steps):
            if problem.axes == 2:
                u = diffuse.explicit(u, 1.0, problem.tau)
            else:
                u = u - problem.tau * field.spatial_gradient(u)["x"]
        return np.asarray(u.values.numpy(names))


def findiff(problem: Problem) -> Array:
    """Its method of lines with forward Euler."""
    from findiff import BoundaryConditions, Diff, TimeDependentPDE

    along = [Diff(axis, problem.spacing, periodic=True) for axis in range(problem.axes)]
    right = along[0] ** 2 + along[1] ** 2 if problem.axes == 2 else -1 * along[0]
    times = np.arange(problem.steps + 1) * problem.tau
    walls = BoundaryConditions(problem.initial.shape)
    lines = TimeDependentPDE(right, problem.initial, walls, times)
    return np.asarray(lines.solve(method="forward-euler"))


def devito(problem: Problem) -> Array:
    """An operator whose halo is periodic by equations."""
    os.environ |= {"DEVITO_ARCH": "gcc", "DEVITO_LANGUAGE": "openmp", "DEVITO_LOGGING": "WARNING"}
    from devito import Eq, Grid, Operator, TimeFunction

    n = problem.points
    size = ((n - 1) * problem.spacing,) * problem.axes
    grid = Grid(shape=problem.initial.shape, extent=size, dtype=np.float64)
    u = TimeFunction(name="u", grid=grid, space_order=2, time_order=1)
    u.data[0] = problem.initial
    t, dims = grid.stepping_dim, grid.dimensions
    halo = []
    for axis in range(problem.axes):
        for ghost, inside in ((-1, n - 1), (n, 0)):
            there = [ghost if a == axis else d for a, d in enumerate(dims)]
            here = [inside if a == axis else d for a, d in enumerate(dims)]
            halo.append(Eq(u[t, *there], u[t, *here]))
    right = u.laplace if problem.axes == 2 else -u.dxc
    operator = Operator([*halo, Eq(u.forward, u + t.spacing * right)])
    operator.apply(time_M=problem.steps - 1, dt=problem.tau)
    return np.asarray(u.data[problem.steps % 2])


PEERS: Mapping[str, Peer] = {
    "py-pde": py_pde,
    "FiPy": fipy,
    "PhiFlow": phiflow,
    "findiff": findiff,
    "Devito": devito,
}
