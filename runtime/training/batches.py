"""Batches for training: pairs of arrays, or clean images with noise of their own.

A batch follows from the seed and the number of the step alone, so that a run that goes on from a
checkpoint sees what it would have seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
import torch
from torch import Tensor

from ..faults import UserError

Inputs: TypeAlias = Mapping[str, Tensor]  # by the names of the file


class Batches(Protocol):
    """Where training takes its examples from."""

    def batch(self, step: int) -> tuple[Inputs, Tensor]:
        """(inputs by name, what the module should return) of one step."""

    def held_out(self) -> Sequence[tuple[Inputs, Tensor]]:
        """Examples that are never trained on; none: training is not watched on others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Given inputs and targets, samples along the first axis; the last ones are held out."""

    inputs: Inputs
    target: Tensor
    size: int = 16
    held: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        counts = {name: len(v) for name, v in {**self.inputs, "target": self.target}.items()}
        if len(set(counts.values())) != 1:
            told = ", ".join(f"{n} of {name}" for name, n in counts.items())
            raise UserError(f"inputs and target are to be of one number: there are {told}")
        if not 0 <= self.held < len(self.target):
            raise UserError(f"of {len(self.target)} pairs {self.held} cannot be held out")

    def batch(self, step: int) -> tuple[Inputs, Tensor]:
        """Samples drawn without repetition."""
        count = len(self.target) - self.held
        chosen = _generator(self.seed, step).permutation(count)[: self.size]
        index = torch.from_numpy(chosen)
        return {name: v[index] for name, v in self.inputs.items()}, self.target[index]

    def held_out(self) -> Sequence[tuple[Inputs, Tensor]]:
        """The last `held` pairs."""
        if not self.held:
            return ()
        first = len(self.target) - self.held
        return [({name: v[first:] for name, v in self.inputs.items()}, self.target[first:])]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noisy:
    """Patches of clean arrays, each with normal noise of its own: every input takes the noisy one.

    `clean` are arrays (..., X, Y) in [0, 1] of any sizes; the last `held` of them are held out
    whole. A patch is turned and mirrored by chance.
    """

    clean: Sequence[Tensor]
    names: tuple[str, ...]
    sigma: float
    patch: int = 64
    size: int = 16
    held: int = 1
    axes: int = 2
    seed: int = 0
    together: int = 1  # entries along the axis before the last ones that stay side by side

    def __post_init__(self) -> None:
        if len(self.clean) <= self.held:
            told = f"of {len(self.clean)} images {self.held} cannot be held out"
            raise UserError(told, "fewer are held out by --held, or held=", about="held")
        least = min(min(c.shape[c.ndim - self.axes :]) for c in self.clean)
        if least < self.patch:
            hint = f"choose a patch of at most {least}"
            raise UserError(
                f"an image has {least} pixels along an axis, a patch {self.patch}", hint
            )

    def batch(self, step: int) -> tuple[Inputs, Tensor]:
        """Patches at places drawn by chance."""
        draw = _generator(self.seed, step)
        target = torch.stack([self._patch(draw) for _ in range(self.size)])
        return self._inputs(target, draw), target

    def held_out(self) -> Sequence[tuple[Inputs, Tensor]]:
        """Whole arrays with noise that is always the same."""
        found = []
        for number, clean in enumerate(self.clean[len(self.clean) - self.held :]):
            draw = _generator(self.seed, -1 - number)
            found.append((self._inputs(clean[None], draw), clean[None]))
        return found

    def _patch(self, draw: np.random.Generator) -> Tensor:
        image = self.clean[int(draw.integers(len(self.clean) - self.held))]
        first = image.ndim - self.axes
        for axis in range(first, image.ndim):
            start = int(draw.integers(image.shape[axis] - self.patch + 1))
            image = image.narrow(axis, start, self.patch)
            if draw.integers(2):
                image = image.flip(axis)
        turned = image.transpose(-1, -2) if self.axes > 1 and draw.integers(2) else image
        lead = (self.together,) if self.together > 1 else ()
        planes = turned.reshape(-1, *lead, *turned.shape[first:])
        chosen: Tensor = planes[int(draw.integers(len(planes)))]
        return chosen

    def _inputs(self, clean: Tensor, draw: np.random.Generator) -> Inputs:
        noise = torch.from_numpy(draw.standard_normal(tuple(clean.shape))).to(clean.dtype)
        noisy = clean + self.sigma * noise
        return dict.fromkeys(self.names, noisy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """Patches of pairs of arrays (..., X, Y): what is given, and what it should become."""

    given: Sequence[Tensor]
    clean: Sequence[Tensor]
    names: tuple[str, ...]
    patch: int = 64
    size: int = 16
    held: int = 1
    axes: int = 2
    seed: int = 0

    def __post_init__(self) -> None:
        shapes = [(tuple(a.shape), tuple(b.shape)) for a, b in zip(self.given, self.clean)]  # noqa: B905
        if len(self.given) != len(self.clean) or any(a != b for a, b in shapes):
            raise UserError("what is given and what it should become differ in number or size")
        self._both  # noqa: B018  (refuses what it cannot take)

    @property
    def _both(self) -> Noisy:
        """The pairs side by side, so that one patch is cut out of both."""
        both = [torch.stack((a, b), dim=-1 - self.axes) for a, b in zip(self.given, self.clean)]  # noqa: B905
        return Noisy(
            clean=both, names=self.names, sigma=0.0, patch=self.patch, size=self.size,
            held=self.held, axes=self.axes, seed=self.seed, together=2,
        )  # fmt: skip

    def batch(self, step: int) -> tuple[Inputs, Tensor]:
        """Patches at places drawn by chance."""
        _, both = self._both.batch(step)
        given, clean = both.unbind(-1 - self.axes)
        return dict.fromkeys(self.names, given), clean

    def held_out(self) -> Sequence[tuple[Inputs, Tensor]]:
        """Whole arrays."""
        pairs = [both.unbind(-1 - self.axes) for _, both in self._both.held_out()]
        return [(dict.fromkeys(self.names, given), clean) for given, clean in pairs]


def _generator(seed: int, step: int) -> np.random.Generator:
    """NumPy's PCG64, seeded by the run and the step; held-out noise has negative steps."""
    return np.random.Generator(np.random.PCG64((seed, step + 2**32)))
