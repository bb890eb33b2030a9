"""The gradient through 50 Perona-Malik steps: the runtime's march against the eager module."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks

import iterant

from .cases import CASES

STEPS, SIZE = 50, 512
TOLERANCE = 1e-3


def measure(
    rounds: int, tell: Callable[[str], None], *, size: int = SIZE, steps: int = STEPS
) -> dict[str, Any]:
    """Seconds forward and backward, and arrays of grid size saved a step, of both ways."""
    case = next(case for case in CASES if case.name == "perona_malik")
    module = iterant.compile(case.path, steps=steps).module(dtype=torch.float32)
    torch.manual_seed(7)
    image = torch.rand(size, size)

    def marched(u: Tensor) -> Tensor:
        outcome = iterant.run(
            module, {"u": u}, steps=steps, differentiable=True, compile="always", guard=False
        )
        found: Tensor = outcome.value["u"]
        return found

    ways = {"march": marched, "eager": module}
    gradients = {name: gradient(way, image)[1] for name, way in ways.items()}
    off = float((gradients["march"] - gradients["eager"]).abs().max())
    off /= float(gradients["eager"].abs().max())
    if not off <= TOLERANCE:
        raise ValueError(f"gradients differ by {off:.3g}")
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            times[name].append(gradient(way, image)[0])
    ratio = median(e / m for e, m in zip(times["eager"], times["march"], strict=True))
    found = {
        "steps": steps,
        "size": size,
        "seconds": {name: median(values) / steps for name, values in times.items()},
        "saved": {name: saved(way, image) / steps for name, way in ways.items()},
        "ratio": ratio,
        "difference": off,
    }
    tell(f"  {ratio:.2f} times as fast as eager, saved arrays a step: {found['saved']}")
    return found


def gradient(way: Callable[[Tensor], Tensor], image: Tensor) -> tuple[float, Tensor]:
    """Seconds, and the gradient of half the squared norm of the result."""
    u = image.clone().requires_grad_(True)
    begin = time.perf_counter()
    (found,) = torch.autograd.grad((way(u) ** 2).sum() / 2, u)
    return time.perf_counter() - begin, found


def saved(way: Callable[[Tensor], Tensor], image: Tensor) -> int:
    """How many arrays of the image's size or more the forward run keeps for the backward one."""
    found: dict[int, Tensor] = {}  # holds them, so that no address is given out twice

    def pack(tensor: Tensor) -> Tensor:
        if tensor.numel() >= image.numel():
            found[tensor.untyped_storage().data_ptr()] = tensor
        return tensor

    u = image.clone().requires_grad_(True)
    with saved_tensors_hooks(pack, lambda tensor: tensor):
        way(u)
    return len(found)
