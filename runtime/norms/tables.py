"""Which values taps read near a wall, and waves along lines: constants of bounds of norms."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

_DENSITY = {1: 16, 2: 8, 4: 8}  # angles of the grid for one degree, by the power


def walls(pair: tuple[str, str]) -> tuple[tuple[int, str], ...]:
    """The sides of an axis where values are mirrored, with their rules."""
    return tuple((s, rule) for s, rule in enumerate(pair) if rule not in {"zero", "periodic"})


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: its taps, the rules of its mirrors by side, and the power that is bounded."""

    size: int
    walls: tuple[tuple[int, str], ...]
    power: int

    @property
    def width(self) -> int:
        """How far from a wall rows differ; on nodes a ghost mirrors one point further inside."""
        nodes = any(rule == "even_node" for _, rule in self.walls)
        first = max(self.size - 1, self.size // 2 + 1 if nodes else 0, 1)
        return first + (self.power - 1) * (self.size - 1)

    @property
    def reach(self) -> int:
        """How far beyond the width a product of half the factors reads."""
        return self.power // 2 * (self.size - 1)

    def columns(self, walled: bool) -> int:
        """Points of a window around the width: on a line there are some before the wall too."""
        return self.width + self.reach * (1 if walled else 2)

    @property
    def angles(self) -> int:
        """The number of angles on a whole turn."""
        return _DENSITY[self.power] * self.power * (self.size - 1) or 1

    @property
    def growth(self) -> float:
        """How much a polynomial of the power's degree may grow between angles."""
        return 1 / math.cos(math.pi * self.power * (self.size - 1) / self.angles)


def picks(axis: Axis, walled: bool) -> Tensor:
    """1 where tap q of result i reads point x of a window: (sides, k, results, columns).

    Points and results are counted from the wall of each side; without a wall the window begins
    `reach` points before it. All results that read a point of the window are there.
    """
    return torch.from_numpy(_picks(axis, walled))


# Cached as arrays of numpy: a tensor would keep the mode (inference, tracing) of its first use.
@lru_cache(maxsize=256)
def _picks(axis: Axis, walled: bool) -> NDArray[np.float64]:
    k, columns = axis.size, axis.columns(walled)
    found = np.zeros((len(axis.walls), k, columns + 2 * k, columns))
    for n, (side, rule) in enumerate(axis.walls):
        for q, i in itertools.product(range(k), range(-k, columns + k)):
            offset = q - (k - 1) // 2
            x, sign = (i - offset if side else i + offset), 1.0
            if walled and i < 0:
                continue
            if walled and x < 0:
                x, sign = _mirrored(-x, rule)
            if 0 <= x < columns:
                found[n, q, i + k, x] += sign
    return found


def _mirrored(j: int, rule: str) -> tuple[int, float]:
    """The point that ghost j = 1, 2, .. repeats, counted from the wall, and its sign."""
    match rule:
        case "even":
            return j - 1, 1.0
        case "odd":
            return j - 1, -1.0
        case "even_node":
            return j, 1.0
        case _:  # odd_node: the first ghost is the wall itself, where u = 0
            return (j - 2, -1.0) if j > 1 else (0, 0.0)


def products(axis: Axis, walled: bool) -> Tensor:
    """sum_i of the picks of taps q, q' of result i: (k k, sides rows columns).

    The rows are those of the width, or for power 4 those of the whole window.
    """
    return torch.from_numpy(_products(axis, walled))


@lru_cache(maxsize=256)
def _products(axis: Axis, walled: bool) -> NDArray[np.float64]:
    each = _picks(axis, walled)
    table = np.einsum("nqix,nriy->qrnxy", each, each)
    if axis.power < 4:
        first = 0 if walled else axis.reach
        table = table[:, :, :, first : first + axis.width]
    return np.ascontiguousarray(table).reshape(axis.size**2, -1)


def waves(size: int, angles: int, half: bool) -> Tensor:
    """e^(i (q' - q) theta) at the angles of a grid, or at half of them: (k k, angles)."""
    return torch.from_numpy(_waves(size, angles, half))


@lru_cache(maxsize=256)
def _waves(size: int, angles: int, half: bool) -> NDArray[np.complex128]:
    taps = np.arange(size)
    lags = (taps[None, :] - taps[:, None]).ravel()
    turns = np.arange(angles // 2 + 1 if half else angles) / angles
    found: NDArray[np.complex128] = np.exp(2j * np.pi * lags[:, None] * turns)
    return found
