"""py-pde: its explicit Euler stepper, compiled by numba."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
from pde import PDE, CartesianGrid, DiffusionPDE, EulerSolver, FieldCollection, ScalarField

from ..cases import Setting
from . import AbsentError, Entry

RULES = {"periodic": "periodic", "mirror": {"derivative": 0}}
# A collocated scheme: gradients and divergence are central differences at the unknowns.
PERONA_MALIK = "divergence(gradient(u) / (1 + gradient_squared(u) / contrast**2))"


def equation(setting: Setting) -> Any:
    """The right side, in py-pde's words."""
    case, bc = setting.case, RULES[setting.case.wall]
    match case.kind:
        case "heat":
            return DiffusionPDE(case.numbers["kappa"], bc=bc)
        case "perona_malik":
            return PDE({"u": PERONA_MALIK}, bc=bc, consts=case.numbers)
        case "gray_scott":
            sides = {
                "u": "Du * laplace(u) - u * v**2 + F * (1 - u)",
                "v": "Dv * laplace(v) + u * v**2 - (F + k) * v",
            }
            return PDE(sides, bc=bc, consts=case.numbers)
    raise AbsentError(f"has no {case.kind} of this order")


def state(setting: Setting, dtype: str) -> Any:
    """The initial values as py-pde's fields."""
    size = setting.spacing * setting.n
    periodic = setting.case.wall == "periodic"
    grid = CartesianGrid([[0, size]] * setting.case.axes, setting.shape, periodic=periodic)
    fields = [ScalarField(grid, u, dtype=np.dtype(dtype)) for u in setting.initial.values()]
    return fields[0] if len(fields) == 1 else FieldCollection(fields)


def prepare(setting: Setting) -> Entry:
    """A stepper is compiled once; it overwrites the state that it is given."""
    case = setting.case
    if case.kind == "wave":
        raise AbsentError("its wave equation is of second order in space")
    if case.wall not in RULES:
        raise AbsentError("its walls lie between unknowns, not on nodes")
    logging.getLogger("pde").setLevel(logging.ERROR)
    dtype = "float64" if case.kind == "gray_scott" else "float32"
    first = state(setting, dtype)
    solver = EulerSolver(equation(setting), backend="numba")
    stepper = solver.make_stepper(first, dt=setting.tau)

    def run(steps: int) -> tuple[Any, ...]:
        now = first.copy()
        stepper(now, 0.0, steps * setting.tau)
        return tuple(now.data) if len(case.fields) > 1 else (now.data,)

    same = case.kind != "perona_malik"
    note = "" if same else "another scheme: collocated differences"
    return Entry(run=run, dtype=dtype, same=same, note=note)
