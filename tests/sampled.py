"""Random linear schemes written node by node, with eigenvalues of their own at many modes.

The symbols are made from the drawn coefficients, not through the compiler: sums of
c * e^{i o.theta}
by level and unknown, a block companion matrix, numpy's eigenvalues.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

INDICES = ("i", "j", "l")
Place = tuple[str, int, tuple[int, ...]]  # unknown, level (0, -1, ...), offsets
SMALL = [Fraction(p, q) for q in (1, 2, 3, 4, 5, 8) for p in range(-2 * q, 2 * q + 1) if p]


@dataclass(frozen=True)
class Drawn:
    """A scheme: for each unknown the weights of its newest level."""

    dim: int
    fields: tuple[str, ...]
    levels: int
    weights: dict[str, dict[Place, Fraction]]

    @property
    def text(self) -> str:
        """The scheme as a user writes it."""
        lines = ["scheme drawn"]
        if len(self.fields) > 1:
            lines.append(f"field {', '.join(self.fields)}")
        for name in self.fields:
            terms = " + ".join(f"({c}) * {node(*place)}" for place, c in self.weights[name].items())
            lines.append(f"iterate {node(name, 1, (0,) * self.dim)} = {terms}")
        return "\n".join(lines) + "\n"

    def matrices(self, theta: Any) -> Any:
        """The block companion matrices at modes theta, of shape (dim, M): (M, n, n)."""
        size, count = len(self.fields), len(self.fields) * self.levels
        found = np.zeros((theta.shape[1], count, count), dtype=complex)
        for a, name in enumerate(self.fields):
            for (source, level, offset), c in self.weights[name].items():
                b = self.fields.index(source) - level * size
                found[:, a, b] += float(c) * np.exp(1j * (np.array(offset) @ theta))
        for k in range(size, count):
            found[:, k, k - size] = 1
        return found

    def torus(self, points: tuple[int, ...]) -> Any:
        """The matrices of all modes of one small torus."""
        lines = [2 * np.pi * np.arange(n) / n for n in points]
        return self.matrices(np.array(list(product(*lines))).T)

    def on_torus(self, points: tuple[int, ...]) -> float:
        """The largest modulus of an eigenvalue over the modes of one small torus."""
        return float(np.abs(np.linalg.eigvals(self.torus(points))).max())


@dataclass(frozen=True)
class Family:
    """A scheme whose weights are c + d r."""

    still: Drawn
    moving: dict[str, dict[Place, Fraction]]

    @property
    def text(self) -> str:
        """The scheme as a user writes it, r = 1/10."""
        lines = ["scheme drawn", "param r = 1/10", f"field {', '.join(self.still.fields)}"]
        for name in self.still.fields:
            terms = " + ".join(
                f"({self.still.weights[name].get(p, 0)} + ({self.moving[name].get(p, 0)})*r)"
                f" * {node(*p)}"
                for p in self.places(name)
            )
            lines.append(f"iterate {node(name, 1, (0,) * self.still.dim)} = {terms}")
        return "\n".join(lines) + "\n"

    def places(self, name: str) -> list[Place]:
        """Where an unknown is read."""
        return list(dict.fromkeys([*self.still.weights[name], *self.moving[name]]))

    def at(self, r: Fraction) -> Drawn:
        """The scheme at one value."""
        weights = {
            name: {
                p: self.still.weights[name].get(p, Fraction(0))
                + r * self.moving[name].get(p, Fraction(0))
                for p in self.places(name)
            }
            for name in self.still.fields
        }
        return replace(self.still, weights=weights)


def family(seed: int, dim: int) -> Family:
    """The new level is the old one, or a mean of two, and r times a few differences."""
    rng = random.Random(seed)
    fields = rng.choice((("u",), ("u",), ("u",), ("u", "v")))
    levels = rng.choice((1, 1, 1, 2))
    zero = (0,) * dim
    still: dict[str, dict[Place, Fraction]] = {}
    moving: dict[str, dict[Place, Fraction]] = {}
    for name in fields:
        base = Fraction(rng.choice((1, 1, 1, 0, 2))) if levels > 1 else Fraction(1)
        still[name] = {(name, 0, zero): base}
        if levels > 1:
            still[name][name, -1, zero] = 1 - base
        row: dict[Place, Fraction] = {}
        for _ in range(rng.randint(1, 3)):
            source = name if rng.random() < 0.7 else rng.choice(fields)
            c = Fraction(rng.randint(1, 4), rng.choice((1, 2, 4)))
            for offset, w in _difference(rng, dim):
                place = (source, 0, offset)
                row[place] = row.get(place, Fraction(0)) + c * w
        moving[name] = {p: c for p, c in row.items() if c}
    return Family(Drawn(dim, fields, levels, still), moving)


def node(name: str, level: int, offset: tuple[int, ...]) -> str:
    """u[k-1, i+2, j]."""
    letters = zip(("k", *INDICES), (level, *offset), strict=False)
    return f"{name}[{', '.join(k + (f'{o:+d}' if o else '') for k, o in letters)}]"


def drawn(seed: int, dim: int | None = None) -> Drawn:
    """A random scheme: half are consistent, many are close to stable."""
    rng = random.Random(seed)
    dim = rng.choice((1, 1, 1, 2)) if dim is None else dim
    fields = rng.choice((("u",), ("u",), ("u", "v")))
    levels = rng.choice((1, 1, 2, 2, 3))
    weights = {name: _row(rng, name, fields, levels, dim) for name in fields}
    return Drawn(dim=dim, fields=fields, levels=levels, weights=weights)


def _row(
    rng: random.Random, name: str, fields: tuple[str, ...], levels: int, dim: int
) -> dict[Place, Fraction]:
    """Weights of one unknown: differences with small factors about an identity, or anything."""
    zero = (0,) * dim
    found: dict[Place, Fraction] = {}
    if rng.random() < 0.7:
        base = rng.choice((Fraction(1), Fraction(1), Fraction(1, 2), Fraction(2), Fraction(0)))
        found[(name, 0, zero)] = base
        if levels > 1:
            found[(name, -1, zero)] = 1 - base
    for _ in range(rng.randint(1, 3)):
        source = name if rng.random() < 0.6 else rng.choice(fields)
        level = -rng.randrange(levels) if rng.random() < 0.3 else 0
        c = rng.choice(SMALL) * rng.choice((1, 1, Fraction(1, 4)))
        if source == name and rng.random() < 0.8:
            c = abs(c) / rng.choice((2, 4))  # the sign and the size of a scheme that means well
        for offset, w in _difference(rng, dim):
            place = (source, level, offset)
            found[place] = found.get(place, Fraction(0)) + c * w
    found = {p: c for p, c in found.items() if c}
    return found or {(name, 0, zero): Fraction(1, 2)}


def _difference(rng: random.Random, dim: int) -> list[tuple[tuple[int, ...], Fraction]]:
    """A second, first or one-sided difference along an axis, an average, or a single node."""
    axis = rng.randrange(dim)

    def at(o: int) -> tuple[int, ...]:
        return tuple(o if a == axis else 0 for a in range(dim))

    one, half = Fraction(1), Fraction(1, 2)
    forms = (
        [(at(-1), one), (at(0), -2 * one), (at(1), one)],
        [(at(1), half), (at(-1), -half)],
        [(at(-1), one), (at(0), -one)],
        [(at(1), half), (at(-1), half), (at(0), -one)],
        [(at(rng.randint(-2, 2)), one)],
    )
    return rng.choice(forms)


def modes(dim: int, points: int) -> Any:
    """theta on a grid that holds 0, pi/2 and pi, and on finer lines near 0."""
    line = np.concatenate([2 * np.pi * np.arange(points) / points, 10.0 ** -np.arange(1, 4)])
    return np.array(list(product(line, repeat=dim))).T


def tenfold(table: Any) -> float:
    """What the largest norm of G^2000 is to that of G^200: about 10 where powers grow with n."""
    sizes = [np.linalg.norm(np.linalg.matrix_power(table, n), axis=(1, 2)) for n in (200, 2000)]
    return float(sizes[1].max() / sizes[0].max())


def growth(scheme: Drawn, points: int) -> float:
    """The largest modulus of an eigenvalue over the modes."""
    return float(np.abs(np.linalg.eigvals(scheme.matrices(modes(scheme.dim, points)))).max())


def power_growth(scheme: Drawn, points: int, exponent: int = 20) -> float:
    """The largest norm of G^(2^exponent) over that of G^(2^10): 1 where powers stay bounded."""
    return powers(scheme.matrices(modes(scheme.dim, points)), exponent)


def powers(table: Any, exponent: int = 20) -> float:
    """The largest norm of G^(2^exponent) over that of G^(2^10), of matrices at many modes."""
    power, early = table, 1.0
    for k in range(exponent):
        power = power @ power
        if not np.isfinite(power).all():
            return float("inf")
        if k == 9:
            early = float(np.linalg.norm(power, axis=(1, 2)).max())
    return float(np.linalg.norm(power, axis=(1, 2)).max()) / max(early, 1.0)
