"""Another norm in which the powers of a step A new = B old never grow, found in floats, made exact.

z = A u is advanced by Z = B A^-1. The norm has weights W on z: H = A^T W A on u, and H - G^T H G =
A^T W A - B^T W B. Let P be the projection on the kernel of Z - I along its range, M that on the
kernel of Z + I, R = I - P - M, N the cell volumes on z. W = a (P^T N P + M^T N M) + R^T X R has
W - Z^T W Z = R^T (X - Z^T X Z) R. X = N + Y with Y = sum_k (F^k)^T (Q + e N) F^k, F = Z R and Q
the part of F^T N F - N that is not negative: then X - F^T X F >= e N. A normal matrix has Q = 0;
what grows in one step makes W large.
Or X = T^-* T^-1 with eigenvectors T of F, for which X - F^T X F = T^-* (I - |L|^2) T^-1.
Of several a, and of both X, those with the least constant are taken. Source: Stein's equation, as
in Horn, Johnson, Topics in Matrix Analysis, 2.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, log10, sqrt

import flint
import numpy as np

from .base import Unprovable
from .definite import Matrix
from .keptforms import kept_form
from .onegrid import Floats, OneGrid, floats

MOST_VALUES = 160  # of a state: weights are dense
LARGEST = 10**6  # a constant that says nothing
BITS = 64  # of the weights
SHARE = 0.01  # of the weights that only makes room for rounding
PARALLEL = 1e5  # condition of eigenvectors
NEAR = 1e-6  # what floats do not tell apart of eigenvalues
INSIDE = 1 - 1e-9  # eigenvalues below it decay


@dataclass(frozen=True, kw_only=True)
class Weights:
    """V <= A^T W A <= K^2 V: entries of W over one denominator, and K as a decimal."""

    entries: list[list[int]]
    denominator: int
    constant: str

    def matrix(self) -> Matrix:
        """W."""
        return [
            {j: Fraction(c, self.denominator) for j, c in enumerate(row) if c}
            for row in self.entries
        ]


def weights(grid: OneGrid) -> Weights:
    """W in which no state grows; raises Unprovable with the reason."""
    if len(grid.rows) > MOST_VALUES:
        raise Unprovable(f"a state has more than {MOST_VALUES} values: too many for dense weights")
    root = np.sqrt(np.array([float(v) for v in grid.volumes]))
    left = floats(grid.left)
    back = np.linalg.inv(left)
    if _turns(grid.dense()) and (form := kept_form(grid)) is not None:
        return _stated(form, *_condition(form, left / root[None, :]))
    units = [u for sign in (1, -1) if (u := _unit(grid, sign)) is not None]
    rest, kept = _identity(len(root)), _zero(len(root))
    for projection, weight in units:
        rest, kept = rest - projection, kept + weight
    step = grid.dense() @ (back @ _floats(rest) @ left)
    inner = _inner(root[:, None] * step / root[None, :])
    scaled = root[:, None] * back
    found = [rest.transpose() * _rounded(scaled.T @ x @ scaled) * rest for x in inner]
    shares = [Fraction(2) ** k for k in range(-6, 7)] if units else [Fraction(0)]
    found = [w + _number(a) * kept for w in found for a in shares]
    sizes = [_condition(w, left / root[None, :]) for w in found]
    high, low = min(sizes, key=lambda pair: pair[0] / pair[1])
    return _stated(found[sizes.index((high, low))], high, low)


def _stated(best: flint.fmpq_mat, high: float, low: float) -> Weights:
    """W of at least the volumes, by its largest and its least eigenvalue in units of them."""
    constant = _upwards(sqrt(high / low) * (1 + 1e-5))
    if Fraction(constant) > LARGEST:
        raise Unprovable("no bound below 10^6 was found for powers of the step on this grid")
    scale = Fraction(ceil((1 + 1e-6) / low * 2**20), 2**20)
    top, below = (_number(scale) * best).numer_denom()
    entries = [[int(c) for c in row] for row in top.tolist()]
    return Weights(entries=entries, denominator=int(below), constant=constant)


def _turns(step: Floats) -> bool:
    """Some eigenvalue lies on the unit circle and is neither 1 nor -1, and none lies outside."""
    roots = np.linalg.eigvals(step)
    sizes = np.abs(roots)
    aside = np.abs(roots.imag) > NEAR
    return bool(sizes.max(initial=0) < 1 + NEAR and (sizes[aside] > INSIDE).any())


def _condition(table: flint.fmpq_mat, left: Floats) -> tuple[float, float]:
    """The largest and the least eigenvalue of A^T W A in units of the volumes."""
    found = np.linalg.eigvalsh(left.T @ _floats(table) @ left)
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


def _unit(grid: OneGrid, sign: int) -> tuple[flint.fmpq_mat, flint.fmpq_mat] | None:
    """The projection P on the kernel of Z - sign I along its range and P^T N P, exactly."""
    left, table = _exact(grid.left), _exact(grid.rows)
    table -= sign * left
    right, other = _null(table), _null(table.transpose())
    if right.ncols() == 0:
        return None
    middle = other.transpose() * left * right
    if middle.det() == 0:
        raise Unprovable(f"the eigenvalue {sign} of the step is defective: some states drift")
    onto = right * middle.inv() * other.transpose()
    return left * onto, onto.transpose() * _diagonal(grid.volumes) * onto


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


def _exact(rows: list[dict[int, Fraction]]) -> flint.fmpq_mat:
    found = _zero(len(rows))
    for i, row in enumerate(rows):
        for j, c in row.items():
            found[i, j] = _number(c)
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
    """To BITS behind the first of the largest entry."""
    shift = BITS - int(np.frexp(np.abs(table).max())[1])
    scaled = [[round(float(np.ldexp(c, shift))) for c in row] for row in (table + table.T) / 2]
    found: flint.fmpq_mat = flint.fmpq_mat(flint.fmpz_mat(scaled))
    return found * flint.fmpq(2) ** -shift


def _floats(table: flint.fmpq_mat) -> Floats:
    return np.array([[int(c.p) / int(c.q) for c in row] for row in table.tolist()])
