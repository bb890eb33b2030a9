"""What is claimed of learned blocks, held for weights drawn at random and states of all sizes."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from ..compiler.emit import Artifact
from ..runtime.contract import Certificate

POINTS = {1: 40, 2: 36, 3: 33}  # an axis, where the size is free: norms are bounded from 32 on
SLACK = 1e-12


def blocks_hold(artifact: Artifact, found: Certificate, trials: int, seed: int) -> str:
    """Norms never grow beyond those of the data, or distances do not, over all steps."""
    torch.manual_seed(seed)
    module = artifact.module(dtype=torch.float64)
    plan = module.plan
    dim = len(plan.axes)
    counts = plan.counts or (POINTS[dim],) * dim
    (name,) = plan.levels
    shapes = {
        n: (4, *([plan.places[n].channels] if plan.places[n].channels > 1 else []), *counts)
        for n in (name, *plan.data)
    }
    pairs = " - v[k+1]||" in found.statement
    for trial in range(trials):
        with torch.no_grad():
            for weight in module.parameters():
                weight += 10.0 ** np.random.default_rng([seed, trial]).uniform(-2, 1) * (
                    torch.randn_like(weight)
                )
            given = {
                n: 10.0 ** (trial % 4 - 2) * torch.randn(s).double() for n, s in shapes.items()
            }
            _held(artifact, module, given, pairs=pairs)
    what = "distances of two states" if pairs else f"norms of {name}"
    return f"{what} over {plan.steps} steps, for {trials} draws of all weights"


def _held(artifact: Artifact, module: Any, given: dict[str, torch.Tensor], *, pairs: bool) -> None:
    """One draw of weights and states."""
    (name,) = module.plan.levels
    states = [module.start(**given)]
    if pairs:
        states.append(module.start(**{**given, name: torch.randn_like(given[name])}))
    weights = module.weights()
    bound = torch.stack([_norm(v) for n, v in given.items() if n != name or pairs] or [
        torch.zeros(4, dtype=torch.float64)
    ]).amax(0)  # fmt: skip
    for k in range(module.plan.steps):
        before = _norm(states[0][name] - states[1][name] if pairs else states[0][name])
        states = [module.step(state, k, weights) for state in states]
        after = _norm(states[0][name] - states[1][name] if pairs else states[0][name])
        most = before if pairs else torch.maximum(before, bound)
        if not bool((after <= most * (1 + SLACK) + 1e-15 * bound).all()):
            raise AssertionError(f"{artifact.name}: {name} grows in step {k} for some weights")


def _norm(values: torch.Tensor) -> torch.Tensor:
    found: torch.Tensor = values.flatten(1).norm(dim=1)
    return found
