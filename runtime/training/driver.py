"""The driver of a training run: its units are steps of the optimiser, its state the weights.

It runs under the loop of every other run, which guards against values that are not finite, shows
progress, hears Ctrl-C and leaves checkpoints.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from ..contract import Status
from ..observe import Record
from ..plan import Plan
from .batches import Batches, Inputs

Loss: TypeAlias = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to train: Adam with a rate that falls from `rate` to 0 along half a cosine.

    `clip` bounds the norm of the gradient; `patience` records without a better held-out error end
    the run. `mixed` computes in bfloat16 where torch's autocast does, on a GPU. `segments` keeps
    that many states of a long unroll and computes the others again in the backward pass.
    """

    steps: int
    rate: float = 1e-3
    clip: float | None = 1.0
    patience: int | None = None
    mixed: bool = False
    segments: int | None = None


@dataclass(slots=True)
class Training:
    """Trains a module in place."""

    module: nn.Module
    batches: Batches
    settings: Settings
    loss: Loss
    keep: Callable[..., str] | None = None
    resumed: tuple[Mapping[str, Tensor], int] | None = None
    optimiser: torch.optim.Optimizer = field(init=False)
    losses: list[float] = field(default_factory=list)
    best: tuple[float, Mapping[str, Tensor]] = field(init=False)
    worse: int = 0

    @property
    def title(self) -> str:
        """What the progress bar calls the run."""
        return f"training {type(self.module).__name__.removeprefix('Parametrized')}"

    @property
    def weights(self) -> dict[str, nn.Parameter]:
        """What is trained, by name."""
        return {n: w for n, w in self.module.named_parameters() if w.requires_grad}

    def init(self) -> int:
        """Make the optimiser; take the weights of a checkpoint."""
        self.optimiser = torch.optim.Adam(self.weights.values(), lr=self.settings.rate)
        self.best = (math.inf, {n: w.detach().clone() for n, w in self.weights.items()})
        if self.resumed is None:
            return 0
        arrays, units = self.resumed
        self.restore(arrays)
        held = {n.removeprefix("best."): a for n, a in arrays.items() if n.startswith("best.")}
        self.best = (float(arrays["error"]), held)
        self.worse = int(arrays["worse"])
        return units

    def first(self) -> Mapping[str, Tensor]:
        """The weights that the run began with."""
        return {n: w.detach() for n, w in self.weights.items()}

    def step(self, first: int, count: int) -> None:
        """Steps of the optimiser."""
        for step in range(first, first + count):
            for group in self.optimiser.param_groups:
                group["lr"] = self.rate(step)
            self.optimiser.zero_grad(set_to_none=True)
            inputs, target = self.batches.batch(step)
            error = self.loss(self.output(inputs), self._like(target))
            error.backward()  # type: ignore[no-untyped-call]
            if self.settings.clip is not None:
                nn.utils.clip_grad_norm_(self.weights.values(), self.settings.clip)
            self.optimiser.step()
            self.losses.append(float(error.detach()))

    def rate(self, step: int) -> float:
        """The rate of a step."""
        share = step / max(1, self.settings.steps)
        return self.settings.rate * (1 + math.cos(math.pi * share)) / 2

    def done(self, units: int) -> Status | None:
        """The last step, or as many records without a better error as patience allows."""
        if self.settings.patience is not None and self.worse >= self.settings.patience:
            return Status.CONVERGED
        return Status.DONE if units >= self.settings.steps else None

    def left(self, units: int) -> int:
        """Steps still to go."""
        return self.settings.steps - units

    def steps(self, units: int) -> int:
        """A unit is a step."""
        return units

    def time(self, units: int) -> float:
        """Records are counted by steps."""
        return float(units)

    # ---- arrays

    def state(self) -> Mapping[str, Tensor]:
        """Weights, and what the optimiser remembers of them."""
        found = {n: w.detach() for n, w in self.weights.items()}
        for name, weight in self.weights.items():
            own = self.optimiser.state.get(weight, {})
            found |= {f"adam.{k}.{name}": v for k, v in own.items() if isinstance(v, Tensor)}
        return found

    def restore(self, arrays: Mapping[str, Tensor]) -> None:
        """Take these weights, and what the optimiser remembered."""
        with torch.no_grad():
            for name, weight in self.weights.items():
                weight.copy_(arrays[name])
                prefix, memory = "adam.", self.optimiser.state[weight]
                for key, value in arrays.items():
                    if key.startswith(prefix) and key.endswith(f".{name}"):
                        memory[key.removeprefix(prefix).removesuffix(f".{name}")] = value.clone()

    def fields(self, units: int) -> Mapping[str, Any]:
        """The error on what is trained since the last record, and on what is held out."""
        recent, self.losses = self.losses, []
        loss = sum(recent) / len(recent) if recent else math.nan
        error = self.held_out()
        if error < self.best[0]:
            self.best = (error, {n: w.detach().clone() for n, w in self.weights.items()})
            self.worse = 0
        elif not math.isnan(error):
            self.worse += 1
        return {"loss": loss, "held_out": error}

    def held_out(self) -> float:
        """The mean error on what is never trained on; NaN if there is nothing of the kind."""
        found = []
        with torch.no_grad():
            for inputs, target in self.batches.held_out():
                found.append(float(self.loss(self.output(inputs), self._like(target))))
        return sum(found) / len(found) if found else math.nan

    def called(self, name: str) -> str:
        """A weight's own name."""
        return name.removeprefix("parametrizations.").removesuffix(".original")

    def place(self, name: str, index: Sequence[int]) -> str:
        """Where in a weight."""
        return f"index {', '.join(map(str, index))}"

    def save(self, units: int, record: Record) -> str:
        """Leave a checkpoint, if one is wanted."""
        if self.keep is None:
            return ""
        arrays = dict(self.state())
        arrays |= {f"best.{n}": w for n, w in self.best[1].items()}
        arrays |= {"error": torch.tensor(self.best[0]), "worse": torch.tensor(self.worse)}
        return self.keep(arrays, bodies=units, way="training", record=record)

    # ---- the network

    def _like(self, value: Tensor) -> Tensor:
        """A tensor where the weights are, in their dtype."""
        weight = next(iter(self.weights.values()))
        return value.to(device=weight.device, dtype=weight.dtype)

    def output(self, inputs: Inputs) -> Tensor:
        """What the module makes of inputs by name."""
        given = {n: self._like(v) for n, v in inputs.items()}
        kind = next(iter(given.values())).device.type
        with torch.autocast(kind, torch.bfloat16, enabled=self.settings.mixed):
            found: Tensor = unrolled(self.module, given, self.settings.segments)
        return found


def unrolled(module: nn.Module, given: Mapping[str, Tensor], segments: int | None) -> Tensor:
    """All steps of a module; with segments the states inside them are computed again backward."""
    plan: Plan = module.plan  # type: ignore[assignment]
    words = {plan.spelt.get(n, n): v for n, v in given.items()}
    if segments is None:
        found: Tensor = module(**words)
        return found
    state = module.start(**words)  # type: ignore[operator]
    weights = (module.weights(),) if plan.weights else ()  # type: ignore[operator]
    bodies = (plan.steps - plan.start_steps) // plan.inner
    length = max(1, -(-bodies // segments))

    def run(first: int, last: int, state: dict[str, Tensor]) -> dict[str, Tensor]:
        for index in range(first, last):
            state = module.step(state, index, *weights)  # type: ignore[operator]
        return state

    for first in range(0, bodies, length):
        state = checkpoint(run, first, min(bodies, first + length), state, use_reentrant=False)
    end: Tensor = module.finish(state, bodies)  # type: ignore[operator]
    return end
