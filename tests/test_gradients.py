"""Gradients through runs, and modules under torch.compile and torch.export."""

from typing import Any

import pytest
import torch
from torch import Tensor

from handmade.perona_malik import PeronaMalik
from iterant.runtime.drivers.march import march


def saved_arrays(outcome: Any, size: int) -> int:
    """How many arrays of at least `size` values the graph behind a result keeps."""
    seen, storages, todo = set(), set(), [outcome.value["u"].grad_fn]
    while todo:
        node = todo.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        todo += [parent for parent, _ in node.next_functions]
        found = [getattr(node, n) for n in dir(node) if n.startswith("_saved_")]
        found += list(getattr(node, "saved_tensors", ()))
        tensors = [v for v in found if isinstance(v, Tensor) and v.numel() >= size]
        storages |= {v.untyped_storage().data_ptr() for v in tensors}
    return len(storages)


@pytest.mark.parametrize(
    ("wish", "segments"),
    [
        ("never", None),
        ("never", 3),
        ("always", None),
        pytest.param("always", 3, marks=pytest.mark.slow),
    ],
)
def test_gradients_flow_to_inputs_and_parameters(wish: str, segments: int | None) -> None:
    module = PeronaMalik().double()
    u = torch.rand(2, 7, 9, dtype=torch.float64, requires_grad=True)
    module(u).square().sum().backward()
    raw = module.parametrizations.contrast.original  # type: ignore[union-attr]
    wanted = u.grad, raw.grad
    u.grad, raw.grad = None, None
    outcome = march(module, {"u": u}, differentiable=True, segments=segments, compile=wish)
    outcome.value["u"].square().sum().backward()
    torch.testing.assert_close(u.grad, wanted[0])
    torch.testing.assert_close(raw.grad, wanted[1])


def test_compiled_gradients_keep_one_array_a_step() -> None:
    module = PeronaMalik().double()
    u = torch.rand(32, 40, dtype=torch.float64, requires_grad=True)
    outcome = march(module, {"u": u}, steps=10, differentiable=True, compile="always")
    assert 1 <= saved_arrays(outcome, u.numel()) <= 10


@pytest.mark.slow
def test_modules_can_be_compiled_and_exported() -> None:
    module = PeronaMalik().float()
    u = torch.rand(9, 8)
    whole = torch.compile(module, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(whole(u), module(u))
    exported = torch.export.export(module, (u,))
    torch.testing.assert_close(exported.module()(u), module(u))
