"""Every problem with an exact solution, compiled and run in float64: the order it must show."""

from __future__ import annotations

import pytest
import torch

from iterant.compiler.pipeline import compile_text
from problems import PROBLEMS, Problem


def solve(problem: Problem, n: int) -> dict[str, object]:
    """The emitted module's fields at the end, from the file's own initial values."""
    artifact = compile_text(problem.text(n), force=True)
    inputs = {k: torch.as_tensor(v) for k, v in problem.inputs(n).items()}
    with torch.no_grad():
        value = artifact.module(dtype=torch.float64)(**inputs)
    names = list(problem.exact)
    fields = value if isinstance(value, dict) else {names[0]: value}
    return {k: _plain(v) for k, v in fields.items()}


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(v.numpy() for v in value)
    assert isinstance(value, torch.Tensor)
    return value.numpy()


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda p: p.name)
def test_order(problem: Problem) -> None:
    """Observed order within 0.1 of the stated one on the finest pairs of sizes."""
    orders = problem.orders(lambda n: solve(problem, n), sizes=problem.sizes[1:])
    assert orders == pytest.approx([problem.order] * len(orders), abs=0.1)
