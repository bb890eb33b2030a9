"""One trial of a certificate: a module at a setting, states to start from, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
import torch

from ..emitted import DOUBLE, Arrays, Emitted
from ..runtime.contract import Certificate
from .allowed import Setting
from .matrices import MOST, blocks

SAMPLES = 3  # random states of each size
SIZES = (1e-3, 1.0, 30.0)
SLACK = 1e-9  # relative, of norms and values after a step


class Broken(AssertionError):
    """A statement that does not hold: which, where, in which step, by how much."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What a statement is held against; `steps` is how many bodies a run takes."""

    emitted: Emitted
    certificate: Certificate
    setting: Setting
    steps: int

    @property
    def small(self) -> bool:
        """Whether a dense matrix of the body is affordable; the body must be linear."""
        e = self.emitted
        return (e.size <= MOST or (e.periodic and not e.static)) and e.linear

    def broken(self, sentence: str) -> NoReturn:
        """Say that the statement is false here."""
        points = " x ".join(map(str, self.emitted.counts))
        at = f", {self.setting.words}" if self.setting.words else ""
        raise Broken(
            f"{self.emitted.artifact.name}: {self.certificate.claim}: {sentence}\n"
            f"  on {points} points{at}\n"
            f"  certified: {self.certificate.statement}"
        )

    # ---- states

    def starts(self) -> Arrays:
        """Random states of several sizes, a spike, alternating signs, and the worst modes."""
        e = self.emitted
        parts = [{n: size * a for n, a in e.noise(SAMPLES).items()} for size in SIZES]
        parts += [self._spike(), self._alternating()]
        if self.small:
            parts += [self._worst()]
        return {n: torch.cat([p[n] for p in parts]) for n in e.plan.levels}

    def _spike(self) -> Arrays:
        """1 in the middle of each array in turn."""
        e = self.emitted
        found = e.zero(len(e.plan.levels))
        for j, name in enumerate(e.plan.levels):
            found[name][(j, *(n // 2 for n in e.shape(name)))] = 1.0
        return {n: a * e.free(n) for n, a in found.items()}

    def _alternating(self) -> Arrays:
        e, found = self.emitted, {}
        for name in e.plan.levels:
            index = np.indices(e.shape(name)).sum(axis=0)
            signs = torch.from_numpy((1.0 - 2.0 * (index % 2))[None])
            found[name] = signs * e.free(name)
        return found

    def _worst(self) -> Arrays:
        """Real parts of the eigenvector with the largest eigenvalue, on the worst mode."""
        e = self.emitted
        if e.periodic and not e.static:
            waves = e.symbols()
            roots, vectors = np.linalg.eig(waves)
            place = np.unravel_index(int(np.abs(roots).argmax()), roots.shape)
            *mode, which = (int(j) for j in place)
            vector = vectors[tuple(mode)][:, which]
            phase = sum(
                2 * np.pi * j / n * x
                for j, n, x in zip(mode, e.counts, np.indices(e.counts), strict=True)
            )
            table = [(v * np.exp(1j * phase)).real for v in vector]
        else:
            roots, vectors = np.linalg.eig(e.dense())
            long = vectors[:, int(np.abs(roots).argmax())].real
            table, first = [], 0
            for name in e.plan.levels:
                size = int(np.prod(e.shape(name)))
                table.append(long[first : first + size].reshape(e.shape(name)))
                first += size
        return {
            n: torch.from_numpy(np.ascontiguousarray(a)[None]).to(DOUBLE) * e.free(n)
            for n, a in zip(e.plan.levels, table, strict=True)
        }

    # ---- runs

    def run(self, state: Arrays) -> Iterator[tuple[int, Arrays, Arrays]]:
        """(body, state before, state after) of the homogeneous part, or of the body itself."""
        for k in range(self.steps):
            after = self.after(state, k)
            yield k, state, after
            state = after

    def after(self, state: Arrays, index: int = 0) -> Arrays:
        """One body: of the difference of two solutions where there are sources or wall values."""
        e = self.emitted
        return e.step(state, index) if e.bare else e.moved(state, index)

    @property
    def noise_of_sources(self) -> float:
        """What rounding leaves of sources and wall values when two solutions are subtracted."""
        return max(1e-140, 1e-11 * self.emitted.sources)

    def square(self, name: str, values: torch.Tensor) -> torch.Tensor:
        """The squares of the norms of a batch, weighted by cells."""
        weights = self.emitted.volumes(name)
        return (weights * values**2).flatten(1).sum(1)

    def blocks(self) -> np.ndarray[Any, Any]:
        """The body as matrices."""
        return blocks(self.emitted)
