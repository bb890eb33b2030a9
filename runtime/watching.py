"""The numbers that a scheme watches, as functions of the recorded fields."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from torch import Tensor

from .observe import Watch
from .plan import Stage
from .problem import Arrays, Problem, apply, turns_of


def watches(problem: Problem, state: Arrays) -> dict[str, Watch]:
    """Name -> (fields, t) -> number, one a watched stage; `state` holds data and prepared ones."""
    return {
        problem.plan.called(stage.writes[0]): partial(_watched, problem, state, stage)
        for stage in problem.plan.watch
    }


def _watched(
    problem: Problem, state: Arrays, stage: Stage, fields: Mapping[str, Any], t: float
) -> Tensor:
    """The number that a stage writes for these fields."""
    plan = problem.plan
    arrays = dict(state)
    for name, value in fields.items():
        parts = plan.components[name]
        if not plan.is_vector(name):
            arrays[parts[0]] = value
        else:
            whole = value if isinstance(value, tuple) else value.unbind(-1 - len(plan.axes))
            arrays.update(zip(parts, whole, strict=True))
    turns, values = turns_of((stage,))
    scalars = {**problem.scalars, **{name: problem.tensor(v) for name, v in values.items()}}
    found = apply(
        turns, plan.places, arrays, scalars, lambda offset: problem.tensor(t + offset * problem.tau)
    )
    return found[stage.writes[0]]
