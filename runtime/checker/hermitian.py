"""Eigenvalues of Hermitian matrices of whole numbers, from above.

For any factor L the matrix c - L L* is at most c, and V = c - L L* - R with R = c - V - L L*; so
the largest eigenvalue of V is at most c plus the largest row sum of |R|. c is guessed and L is made
in floating point: neither has to be right, R is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt
from operator import mul
from typing import TypeAlias

_FINE = 20  # binary places of L beyond the square root of the unit of V
Rows: TypeAlias = list[list[complex]]


@dataclass(frozen=True, slots=True)
class Hermitian:
    """re + i im, each entry wrong by `error` at most; im may be empty for a symmetric matrix."""

    re: list[list[int]]
    im: list[list[int]]
    error: int

    def negated(self) -> Hermitian:
        """-V."""
        re, im = ([[-x for x in row] for row in part] for part in (self.re, self.im))
        return Hermitian(re, im, self.error)

    def floats(self) -> Rows:
        """The entries as floating-point numbers."""
        if not self.im:
            return [[float(x) for x in row] for row in self.re]
        return [
            [complex(x, y) for x, y in zip(*rows, strict=True)]
            for rows in zip(self.re, self.im, strict=True)
        ]

    def row_sums(self) -> int:
        """No eigenvalue is larger (Gershgorin), the errors of entries included."""
        n = len(self.re)
        sums = [
            row[i] + sum(map(abs, row)) - abs(row[i]) + sum(map(abs, self.im[i] if self.im else ()))
            for i, row in enumerate(self.re)
        ]
        return max(sums) + 2 * n * self.error


def most(matrices: Sequence[Hermitian]) -> int:
    """A number that no eigenvalue of any of the matrices exceeds, close to the largest one."""
    bounds = [v.row_sums() for v in matrices]
    order = sorted(range(len(matrices)), key=bounds.__getitem__, reverse=True)
    guess = -inf
    for i in order:
        if bounds[i] > guess:
            guess = max(guess, _guess(matrices[i].floats()))
    size = max(max(map(abs, row)) for v in matrices for row in v.re) + 1
    extra = (size >> 14) + 1
    result = None
    for i in order:
        while result is None or bounds[i] > result:
            c = int(guess) + extra
            found = _shown(matrices[i], c)
            if found is not None:
                result = found if result is None else max(result, found)
                break
            guess, extra = guess + extra, 2 * extra
    assert result is not None
    return result


def _shown(v: Hermitian, c: int) -> int | None:
    """The least bound that the factor of c - V gives, or None where there is no factor."""
    factor = _factor(v.floats(), float(c))
    if factor is None:
        return None
    scale = 1 << _FINE
    re = [[round(x.real * scale) for x in row] for row in factor]
    im = [[round(x.imag * scale) for x in row] for row in factor] if v.im else []
    worst = [0] * len(re)
    for i, row in enumerate(re):
        for j in range(i + 1):
            rest = ((c * (i == j) - v.re[i][j]) << 2 * _FINE) - sum(map(mul, row, re[j]))
            size = abs(rest)
            if im:
                rest -= sum(map(mul, im[i], im[j]))
                across = (-v.im[i][j] << 2 * _FINE) - sum(map(mul, im[i], re[j]))
                across += sum(map(mul, row, im[j]))
                size = abs(rest) + abs(across)
            worst[i] += size
            worst[j] += size * (i != j)
    return c + (max(worst) >> 2 * _FINE) + 1 + 2 * len(re) * v.error


def _factor(v: Rows, c: float) -> Rows | None:
    """The lower triangle L of c - V = L L* (Cholesky), without its zeros, or None."""
    factor: Rows = []
    conjugate: Rows = []
    for i, row in enumerate(v):
        new: list[complex] = []
        for j in range(i):
            rest = -row[j] - sum(map(mul, new, conjugate[j]))
            new.append(rest / factor[j][j].real)
        pivot = c - row[i].real - sum(x.real * x.real + x.imag * x.imag for x in new)
        if not pivot > 0:
            return None
        new.append(sqrt(pivot))
        factor.append(new)
        conjugate.append([x.conjugate() for x in new])
    return factor


def _guess(v: Rows) -> float:
    """About the largest eigenvalue: the method of Lanczos with a fixed start."""
    n = len(v)
    size = max(abs(x) for row in v for x in row)
    if n == 1 or not size:
        return v[0][0].real
    x: list[complex] = [1.0 + 0.37 * ((7 * i) % 5) for i in range(n)]
    norm = sqrt(sum(abs(a) ** 2 for a in x))
    before: list[complex] = [0.0] * n
    x = [a / norm for a in x]
    diagonal: list[float] = []
    beside: list[float] = []
    for _ in range(min(n, 40)):
        y = [sum(map(mul, row, x)) for row in v]
        alpha = sum((a * b.conjugate()).real for a, b in zip(y, x, strict=True))
        past = beside[-1] if beside else 0.0
        y = [a - alpha * b - past * c for a, b, c in zip(y, x, before, strict=True)]
        diagonal.append(alpha)
        norm = sqrt(sum(abs(a) ** 2 for a in y))
        if norm < 1e-12 * size:
            break
        beside.append(norm)
        x, before = [a / norm for a in y], x
    return _top(diagonal, beside)


def _top(diagonal: list[float], beside: list[float]) -> float:
    """The largest eigenvalue of a tridiagonal matrix, by the signs of its pivots."""
    around = [0.0, *beside[: len(diagonal) - 1], 0.0]
    low = max(diagonal)
    high = max(a + around[i] + around[i + 1] for i, a in enumerate(diagonal))
    for _ in range(30):
        middle = (low + high) / 2
        pivot = 1.0
        for i, a in enumerate(diagonal):
            pivot = middle - a - around[i] ** 2 / pivot
            if pivot <= 0:
                low = middle
                break
        else:
            high = middle
    return high
