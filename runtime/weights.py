"""Weights of emitted modules: kept in their range, seeded, and small learned functions."""

from __future__ import annotations

import itertools
import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

# ---- weights that stay where they may be


class _Positive(nn.Module):
    """start * exp(raw): positive, and exactly `start` at raw = 0."""

    start: Tensor

    def __init__(self, start: Tensor) -> None:
        super().__init__()
        self.register_buffer("start", start.clone())

    def forward(self, raw: Tensor) -> Tensor:
        return self.start * torch.exp(raw)

    def right_inverse(self, value: Tensor) -> Tensor:
        return torch.log(value / self.start)


class _Within(nn.Module):
    """The logistic curve from low to high that passes through `start` at raw = 0.

    start + a b (e - 1) / (a e + b),  e = exp(raw), a = start - low, b = high - start. Where start
    is an end of the interval no such curve exists: raw is then the distance from it, cut off.
    """

    start: Tensor

    def __init__(self, start: Tensor, low: float, high: float) -> None:
        super().__init__()
        self.low, self.high = low, high
        self.register_buffer("start", start.clone())

    def forward(self, raw: Tensor) -> Tensor:
        a, b = self.start - self.low, self.high - self.start
        bounded = raw.clamp(-40.0, 40.0)
        curve = a * b * torch.expm1(bounded) / (a * torch.exp(bounded) + b)
        cut = (self.start + raw).clamp(self.low, self.high)
        return torch.where(a * b > 0, self.start + curve, cut)

    def right_inverse(self, value: Tensor) -> Tensor:
        a, b = self.start - self.low, self.high - self.start
        raw = torch.log((value - self.low) * b / ((self.high - value) * a))
        return torch.where(a * b > 0, raw, value - self.start)


def keep_positive(module: nn.Module, name: str) -> None:
    """Let the parameter `name` be start * exp(raw): positive for every raw, `start` at first."""
    start = getattr(module, name).detach()
    if not bool((start > 0).all()):
        raise ValueError(f"{name} is to stay positive and starts at {start.tolist()}")
    parametrize.register_parametrization(module, name, _Positive(start))


def keep_within(module: nn.Module, name: str, low: float, high: float) -> None:
    """Keep the parameter `name` within [low, high]; it starts at its value now, exactly."""
    start = getattr(module, name).detach()
    if not bool(((start >= low) & (start <= high)).all()):
        raise ValueError(f"{name} is to stay in [{low}, {high}] and starts at {start.tolist()}")
    parametrize.register_parametrization(module, name, _Within(start, low, high))


# ---- seeds


def random_normal(seed: int, shape: tuple[int, ...]) -> Tensor:
    """Standard normal values: NumPy's PCG64, float64, C order; cast them afterwards."""
    return torch.from_numpy(np.random.Generator(np.random.PCG64(seed)).standard_normal(shape))


def random_uniform(seed: int, shape: tuple[int, ...]) -> Tensor:
    """Values uniform in [0, 1): NumPy's PCG64, float64, C order; cast them afterwards."""
    return torch.from_numpy(np.random.Generator(np.random.PCG64(seed)).random(shape))


# ---- learned functions

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "gelu": nn.GELU,
    "relu": nn.ReLU,
    "sigmoid": nn.Sigmoid,
    "softplus": nn.Softplus,
    "tanh": nn.Tanh,
}


class Mlp(nn.Module):
    """W_m act(... act(W_1 x + b_1) ...) + b_m, one network of all points: x is a list of arrays.

    Called with sizes[0] arrays of one shape, it returns an array of that shape (or a tuple of
    sizes[-1] of them). The last layer starts at zero: training starts at the numerical scheme.
    Other layers start at uniform values in +-1/sqrt(inputs) drawn from `seed`.
    """

    def __init__(
        self,
        sizes: tuple[int, ...],
        activation: str = "tanh",
        *,
        zero_last: bool = True,
        seed: int = 0,
    ) -> None:
        super().__init__()
        generator = np.random.Generator(np.random.PCG64(seed))
        layers: list[nn.Module] = []
        for number, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
            last = number == len(sizes) - 2
            layer = nn.Linear(inputs, outputs, dtype=torch.float64)
            bound = 0.0 if last and zero_last else 1 / math.sqrt(inputs)
            for weight in layer.parameters():
                weight.data = (
                    torch.from_numpy(generator.uniform(-1, 1, tuple(weight.shape))) * bound
                )
            layers += [layer] if last else [layer, ACTIVATIONS[activation]()]
        self.layers = nn.Sequential(*layers)

    def forward(self, *x: Tensor) -> Tensor | tuple[Tensor, ...]:
        points = torch.stack(torch.broadcast_tensors(*x), dim=-1)  # type: ignore[no-untyped-call]
        y: Tensor = self.layers(points)
        return y[..., 0] if y.shape[-1] == 1 else y.unbind(-1)
