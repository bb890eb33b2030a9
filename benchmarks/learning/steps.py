"""A training step of the symmetric network of the examples, beside the same network by hand.

`python -m benchmarks.learning.steps` runs both in turn, forward, backward and Adam, and writes the
medians. The network by hand mirrors its values, folds what lies beyond the walls back, and takes
its steps from the maximum of |k^| on 64 angles: what one writes with torch alone.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

import iterant

from ..machine import described, set_up

ROOT = Path(__file__).parents[2]
STEPS, CHANNELS, SIZE, ANGLES = 24, 16, 5, 64
CASES = ((16, 128), (64, 128), (64, 1024))  # samples, points
ROUNDS = 15


class ByHand(nn.Module):
    """u - tau K^T phi(K u), 24 times, phi(s) = s / (1 + (s / contrast)^2)."""

    def __init__(self) -> None:
        super().__init__()
        self.kernels = nn.ParameterList(
            nn.Parameter(0.3 * torch.randn(CHANNELS, 1, SIZE)) for _ in range(STEPS)
        )
        self.contrasts = nn.Parameter(torch.full((STEPS,), 0.1).log())

    def forward(self, u: Tensor) -> Tensor:
        u = u[:, None]
        for kernel, contrast in zip(self.kernels, self.contrasts.exp(), strict=True):
            norm = torch.fft.rfft(kernel, ANGLES).abs().square().sum((0, 1)).amax()
            s = functional.conv1d(self._mirrored(u), kernel)
            flux = s / (1 + (s / contrast) ** 2)
            u = u - 0.99 / norm * self._folded(functional.conv_transpose1d(flux, kernel))
        return u[:, 0]

    @staticmethod
    def _mirrored(u: Tensor) -> Tensor:
        return torch.cat((u[..., :2].flip(-1), u, u[..., -2:].flip(-1)), -1)

    @staticmethod
    def _folded(w: Tensor) -> Tensor:
        inside = w[..., 2:-2].clone()
        inside[..., :2] += w[..., :2].flip(-1)
        inside[..., -2:] += w[..., -2:].flip(-1)
        return inside


def training(network: nn.Module, samples: int, points: int) -> Callable[[], None]:
    """One step of Adam on noise."""
    torch.manual_seed(0)
    clean = torch.rand(samples, points)
    noisy = clean + 0.1 * torch.randn(samples, points)
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-4)

    def run() -> None:
        optimiser.zero_grad()
        functional.mse_loss(network(noisy), clean).backward()
        optimiser.step()

    return run


def main() -> None:
    """Both networks in turn, medians, the ratio."""
    set_up()
    found = {}
    for samples, points in CASES:
        artifact = iterant.compile(ROOT / "examples" / "symmetric_resnet.scheme")
        contestants = {
            "emitted": training(artifact.module(dtype=torch.float32), samples, points),
            "by hand": training(ByHand(), samples, points),
        }
        spent: dict[str, list[float]] = {name: [] for name in contestants}
        for run in contestants.values():
            run()
        for _ in range(ROUNDS):
            for name, run in contestants.items():
                begin = time.perf_counter()
                run()
                spent[name].append(time.perf_counter() - begin)
        medians = {name: statistics.median(times) for name, times in spent.items()}
        found[f"{samples} x {points}"] = medians
        print(samples, points, medians, medians["by hand"] / medians["emitted"])
    place = Path(__file__).parent / "steps.json"
    place.write_text(json.dumps({"cases": found, **described()}, indent=1) + "\n")


if __name__ == "__main__":
    main()
