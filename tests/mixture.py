"""One family of random linear schemes, by seed: explicit and implicit, on one to three axes.

Of twenty seeds in a row ten are explicit on one axis, four on two and one on three, four are
implicit on one axis and one on two. One to three levels, one or two unknowns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

import sampled
import solved

POINTS = {1: 96, 2: 24, 3: 8}
KINDS = ["explicit, 1 axis"] * 10 + ["explicit, 2 axes"] * 4 + ["explicit, 3 axes"]
KINDS += ["implicit, 1 axis"] * 4 + ["implicit, 2 axes"]


@dataclass(frozen=True)
class Sample:
    """A scheme as a user writes it, and its matrices at modes theta of shape (M, dim)."""

    kind: str
    text: str
    dim: int
    table: Callable[[Any], Any]  # raises LinAlgError where a left side is singular

    def modes(self, points: int) -> Any:
        """The matrices on a grid that holds 0, pi/2 and pi, and close to 0."""
        return self.table(sampled.modes(self.dim, points).T)

    def torus(self, points: tuple[int, ...]) -> Any:
        """The matrices of all modes of one small torus."""
        lines = [2 * np.pi * np.arange(n) / n for n in points]
        return self.table(np.array(list(product(*lines))))


def mixed(seed: int) -> Sample:
    """The scheme of a seed."""
    kind = KINDS[seed % len(KINDS)]
    dim = int(kind.split()[1])
    if kind.startswith("explicit"):
        own = sampled.drawn(seed, dim)
        return Sample(kind, own.text, dim, lambda theta: own.matrices(theta.T))
    other = solved.implicit(seed, dim)
    return Sample(kind, other.text, dim, lambda theta: other.matrices(theta, float(other.own)))


def growth(table: Any) -> float:
    """The largest modulus of an eigenvalue."""
    return float(np.abs(np.linalg.eigvals(table)).max())
