"""Random iterates with the newest level on both sides, with eigenvalues of their own.

Weights are a + b r with a parameter r. The symbols of both sides are made from the drawn weights,
not through the compiler: A(theta) U[k+1] = sum_l B_l(theta) U[k-l], numpy's solve and eigenvalues.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from sampled import node

Place = tuple[str, int, tuple[int, ...]]  # unknown, level (1, 0, -1, ...), offsets
Weight = tuple[Fraction, Fraction]  # a + b r
Side = dict[Place, Weight]
ONE, NONE = Fraction(1), Fraction(0)
SECOND = {-1: ONE, 0: -2 * ONE, 1: ONE}
CENTRED = {-1: -ONE / 2, 1: ONE / 2}
BACKWARD = {-1: -ONE, 0: ONE}
FORWARD = {0: -ONE, 1: ONE}
FOURTH = {-2: ONE, -1: -4 * ONE, 0: 6 * ONE, 1: -4 * ONE, 2: ONE}
DIFFERENCES = (SECOND, SECOND, CENTRED, BACKWARD, FORWARD, FOURTH)
SHARES = (ONE, ONE / 2, ONE / 2, ONE / 3, ONE / 4, 3 * ONE / 4, NONE)
MASSES = (ONE / 6, ONE / 12, ONE / 4, -ONE / 10)
RATES = (ONE, ONE / 2, 2 * ONE, ONE / 4)


@dataclass(frozen=True)
class Implicit:
    """Both sides of each unknown's equation, and the value of r in the file."""

    dim: int
    fields: tuple[str, ...]
    levels: int
    lefts: dict[str, Side]
    rights: dict[str, Side]
    own: Fraction

    @property
    def text(self) -> str:
        """The scheme as a user writes it."""
        lines = ["scheme drawn", f"param r = {self.own}"]
        if len(self.fields) > 1:
            lines.append(f"field {', '.join(self.fields)}")
        for name in self.fields:
            left, right = (_written(side[name]) for side in (self.lefts, self.rights))
            lines.append(f"iterate {left} = {right}")
        return "\n".join(lines) + "\n"

    def matrices(self, theta: Any, r: float) -> Any:
        """Block companion matrices at the modes theta, (M, dim): (M, n, n); raises LinAlgError."""
        size = len(self.fields)
        tables = np.zeros((1 + self.levels, len(theta), size, size), dtype=complex)
        for sides in (self.lefts, self.rights):
            for a, name in enumerate(self.fields):
                for (source, level, offset), (c, d) in sides[name].items():
                    b = self.fields.index(source)
                    tables[1 - level, :, a, b] += (float(c) + float(d) * r) * np.exp(
                        1j * (theta @ np.array(offset))
                    )
        right = np.concatenate(list(tables[1:]), axis=-1)
        found = np.zeros((len(theta), size * self.levels, size * self.levels), dtype=complex)
        found[:, :size] = np.linalg.solve(tables[0], right)
        for k in range(size, size * self.levels):
            found[:, k, k - size] = 1
        return found

    def least_left(self, theta: Any, r: float) -> float:
        """The smallest |det A| over the modes."""
        size = len(self.fields)
        table = np.zeros((len(theta), size, size), dtype=complex)
        for a, name in enumerate(self.fields):
            for (source, _, offset), (c, d) in self.lefts[name].items():
                b = self.fields.index(source)
                table[:, a, b] += (float(c) + float(d) * r) * np.exp(
                    1j * (theta @ np.array(offset))
                )
        return float(np.abs(np.linalg.det(table)).min())


def _written(side: Side) -> str:
    return " + ".join(
        f"({c} + {d}*r) * {node(name, level, offset)}"
        for (name, level, offset), (c, d) in side.items()
    )


def modes(dim: int = 1) -> Any:
    """theta on a grid that holds 0, pi/2 and pi, and close to 0 and pi: (M, dim)."""
    points = {1: 240, 2: 32}[dim]
    line = 2 * np.pi * np.arange(points) / points
    near = 10.0 ** -np.arange(2, 5 if dim == 1 else 3)
    return np.array(list(product(np.concatenate([line, near, np.pi - near]), repeat=dim)))


def implicit(seed: int, dim: int = 1) -> Implicit:
    """Differences that are taken in shares at the new and the old level, with masses, or freely."""
    rng = random.Random(seed)
    fields = rng.choice((("u",), ("u",), ("u", "v")))
    levels = rng.choice((1, 1, 2))
    lefts: dict[str, Side] = {}
    rights: dict[str, Side] = {}
    for name in fields:
        lefts[name], rights[name] = _equation(rng, name, fields, levels, dim)
    own = Fraction(rng.randint(1, 12), rng.choice((1, 2, 4, 8)))
    return Implicit(dim=dim, fields=fields, levels=levels, lefts=lefts, rights=rights, own=own)


def _equation(
    rng: random.Random, name: str, fields: tuple[str, ...], levels: int, dim: int
) -> tuple[Side, Side]:
    left: Side = {}
    right: Side = {}
    here = (0,) * dim
    base = rng.choice((ONE, ONE, 2 * ONE, ONE / 2)) if levels > 1 else ONE
    _put(left, (name, 1, here), ONE, NONE)
    _put(right, (name, 0, here), base, NONE)
    if levels > 1:
        _put(right, (name, -1, here), ONE - base, NONE)
    if rng.random() < 0.3:  # a mass matrix on both sides
        mass = rng.choice(MASSES)
        for offset, w in _along(SECOND, rng.randrange(dim), dim):
            _put(left, (name, 1, offset), mass * w, NONE)
            _put(right, (name, 0, offset), mass * w, NONE)
    for _ in range(rng.randint(1, 2)):
        source = name if rng.random() < 0.7 else rng.choice(fields)
        difference = rng.choice(DIFFERENCES)
        sign = -1 if difference in (BACKWARD, FOURTH) and rng.random() < 0.8 else 1
        rate, share = rng.choice(RATES) * sign, rng.choice(SHARES)
        fixed = rng.random() < 0.2  # a term without r
        old = -rng.randrange(levels) if rng.random() < 0.3 else 0
        for offset, w in _along(difference, rng.randrange(dim), dim):
            new, past = -rate * share * w, rate * (1 - share) * w
            _put(left, (source, 1, offset), *((new, NONE) if fixed else (NONE, new)))
            _put(right, (source, old, offset), *((past, NONE) if fixed else (NONE, past)))
    if rng.random() < 0.15:  # anything on the left
        at = (rng.choice(fields), 1, tuple(rng.randint(-2, 2) for _ in here))
        _put(left, at, NONE, rng.choice(RATES) / 4)
    return _clean(left), _clean(right) or {(name, 0, here): (ONE / 2, NONE)}


def _along(
    difference: dict[int, Fraction], axis: int, dim: int
) -> Iterator[tuple[tuple[int, ...], Fraction]]:
    for offset, w in difference.items():
        yield tuple(offset if a == axis else 0 for a in range(dim)), w


def _put(side: Side, place: Place, a: Fraction, b: Fraction) -> None:
    before = side.get(place, (NONE, NONE))
    side[place] = (before[0] + a, before[1] + b)


def _clean(side: Side) -> Side:
    return {place: weight for place, weight in side.items() if any(weight)}
