"""Another norm in which the powers of a matrix never grow, found in floats and made exact.

Let P be the projection on the kernel of G - I along its range, M that on the kernel of G + I, and
R = I - P - M. H = a (P^T V P + M^T V M) + R^T X R has H - G^T H G = R^T (X - G^T X G) R.
X = V + Y with Y = sum_k (F^k)^T (Q + e V) F^k, F = G R and Q the part of F^T V F - V that is not
negative: then X - F^T X F >= e V. A normal matrix has Q = 0; what grows in one step makes H large.
Or X = T^-* T^-1 with eigenvectors T of F, for which X - F^T X F = T^-* (I - |L|^2) T^-1.
Of several a, and of both X, those with the least constant are taken. Source: Stein's equation, as
in Horn, Johnson, Topics in Matrix Analysis, 2.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, log10, sqrt
from typing import TypeAlias

import flint
import numpy as np

from .base import Unprovable
from .definite import Matrix
from .onegrid import OneGrid

Floats: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float64]]
MOST_VALUES = 160  # of a state: weights are dense
LARGEST = 10**6  # a constant that says nothing
BITS = 50  # of the weights behind the point
SHARE = 0.01  # of the weights that only makes room for rounding
PARALLEL = 1e5  # condition of eigenvectors
INSIDE = 1 - 1e-9  # eigenvalues below it decay


@dataclass(frozen=True, kw_only=True)
class Weights:
    """V <= H <= K^2 V: entries of H over one denominator, and K as a decimal."""

    entries: list[list[int]]
    denominator: int
    constant: str

    def matrix(self) -> Matrix:
        """H."""
        return [
            {j: Fraction(c, self.denominator) for j, c in enumerate(row) if c}
            for row in self.entries
        ]


def weights(grid: OneGrid) -> Weights:
    """H in which no state grows; raises Unprovable with the reason."""
    if len(grid.rows) > MOST_VALUES:
        raise Unprovable(f"a state has more than {MOST_VALUES} values: too many for dense weights")
    root = np.sqrt(np.array([float(v) for v in grid.volumes]))
    kept = [p for sign in (1, -1) if (p := _projection(grid, sign)) is not None]
    rest = _identity(len(root))
    for p in kept:
        rest -= p
    step, onto = (root[:, None] * m / root[None, :] for m in (grid.dense(), _floats(rest)))
    inner = [_rounded(root[:, None] * x * root[None, :]) for x in _inner(step @ onto)]
    decaying = [rest.transpose() * x * rest for x in inner]
    volumes = _diagonal(grid.volumes)
    unit = _zero(len(root))
    for p in kept:
        unit += p.transpose() * volumes * p
    shares = [Fraction(2) ** k for k in range(-6, 7)] if kept else [Fraction(1)]
    found = [d + _number(a) * unit for d in decaying for a in shares]
    sizes = [_condition(h, root) for h in found]
    high, low = min(sizes, key=lambda pair: pair[0] / pair[1])
    best = found[sizes.index((high, low))]
    constant = _upwards(sqrt(high / low) * (1 + 1e-5))
    if Fraction(constant) > LARGEST:
        raise Unprovable("no bound below 10^6 was found for powers of the step on this grid")
    scale = Fraction(ceil((1 + 1e-6) / low * 2**20), 2**20)
    top, below = (_number(scale) * best).numer_denom()
    entries = [[int(c) for c in row] for row in top.tolist()]
    return Weights(entries=entries, denominator=int(below), constant=constant)


def _condition(table: flint.fmpq_mat, root: Floats) -> tuple[float, float]:
    """The largest and the least eigenvalue in units of the volumes."""
    found = np.linalg.eigvalsh(_floats(table) / root[:, None] / root[None, :])
    return float(found[-1]), max(float(found[0]), 1e-14 * float(found[-1]))


def _upwards(x: float) -> str:
    """A decimal of three digits not below x."""
    digits = max(0, 2 - int(log10(x)))
    return f"{ceil(x * 10**digits) / 10**digits:.{digits}f}"


def _inner(step: Floats) -> Iterator[Floats]:
    """X by eigenvectors where they are far enough from parallel, and by Stein's equation."""
    roots, vectors = np.linalg.eig(step)
    radius = float(np.abs(roots).max(initial=0))
    if radius > INSIDE:
        raise Unprovable(f"an eigenvalue of the step, besides 1 and -1, has modulus {radius:.9g}")
    if np.linalg.cond(vectors) < PARALLEL:
        inverse = np.linalg.inv(vectors)
        yield np.asarray((inverse.conj().T @ inverse).real)
    yield _stein(step, SHARE * (1 - radius**2))


def _stein(step: Floats, share: float) -> Floats:
    """I + Y, by doubling: sums of 1, 2, 4, ... terms."""
    roots, vectors = np.linalg.eigh(step.T @ step - np.eye(len(step)))
    grows = (vectors * np.maximum(roots, 0)) @ vectors.T
    total: Floats = grows + share * np.eye(len(step))
    power = step
    for _ in range(64):
        more = power.T @ total @ power
        if not np.isfinite(more).all():
            raise Unprovable("powers of the step overflow before they decay")
        total, power = total + more, power @ power
        if np.abs(more).max() <= 1e-17 * np.abs(total).max():
            break
    return np.eye(len(step)) + total


def _projection(grid: OneGrid, sign: int) -> flint.fmpq_mat | None:
    """The projection on the kernel of G - sign I along its range, exactly; raises Unprovable."""
    size = len(grid.rows)
    table = _zero(size)
    for i, row in enumerate(grid.rows):
        for j, c in row.items():
            table[i, j] = _number(c)
        table[i, i] = table[i, i] - sign
    right, left = _null(table), _null(table.transpose())
    if right.ncols() == 0:
        return None
    middle = left.transpose() * right
    if middle.det() == 0:
        raise Unprovable(f"the eigenvalue {sign} of the step is defective: some states drift")
    found: flint.fmpq_mat = right * middle.inv() * left.transpose()
    return found


def _null(table: flint.fmpq_mat) -> flint.fmpq_mat:
    """A basis of the kernel, as columns."""
    size = table.ncols()
    reduced, rank = table.rref()
    pivots = [next(j for j in range(size) if reduced[i, j] != 0) for i in range(rank)]
    free = [j for j in range(size) if j not in set(pivots)]
    found = flint.fmpq_mat(size, len(free))
    for k, j in enumerate(free):
        found[j, k] = 1
        for i, pivot in enumerate(pivots):
            found[pivot, k] = -reduced[i, j]
    return found


def _zero(size: int) -> flint.fmpq_mat:
    return flint.fmpq_mat(size, size)


def _number(value: Fraction) -> flint.fmpq:
    return flint.fmpq(value.numerator, value.denominator)


def _diagonal(values: list[Fraction]) -> flint.fmpq_mat:
    found = _zero(len(values))
    for k, v in enumerate(values):
        found[k, k] = _number(v)
    return found


def _identity(size: int) -> flint.fmpq_mat:
    return _diagonal([Fraction(1)] * size)


def _rounded(table: Floats) -> flint.fmpq_mat:
    below = 2**BITS
    scaled = [[round(float(c) * below) for c in row] for row in (table + table.T) / 2]
    found: flint.fmpq_mat = flint.fmpq_mat(flint.fmpz_mat(scaled)) / below
    return found


def _floats(table: flint.fmpq_mat) -> Floats:
    return np.array([[int(c.p) / int(c.q) for c in row] for row in table.tolist()])
