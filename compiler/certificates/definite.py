"""Rational symmetric matrices that are positive semidefinite: kernels exactly, pivots in balls."""

from __future__ import annotations

from fractions import Fraction
from math import lcm

import flint
import numpy as np

Matrix = list[dict[int, Fraction]]  # both triangles
Kernel = list[tuple[int, dict[int, Fraction]]]
PRECISE = 320  # bits
LEAST = 1e-9  # eigenvalues below it, in units of the weights, ask for the exact kernel


def kernel_if_semidefinite(matrix: Matrix, scales: list[float]) -> Kernel | None:
    """The kernel of a matrix that is positive semidefinite; None where that is not shown.

    `scales` are weights of the variables. Each vector of the kernel has a place where it is 1 and
    the others are 0; rows that vanish are left out.
    """
    empty = {k for k, row in enumerate(matrix) if not row}
    kept = [k for k in range(len(matrix)) if k not in empty]
    lowest = _lowest(matrix, scales)
    if lowest < -LEAST:
        return None
    vectors = _kernel(matrix, kept) if lowest < LEAST else []
    places = {place for place, _ in vectors}
    rest = [k for k in kept if k not in places]
    return vectors if _definite(matrix, rest) else None


def _lowest(matrix: Matrix, scales: list[float]) -> float:
    roots = np.sqrt(np.array(scales))
    table = np.zeros((len(matrix), len(matrix)))
    for i, row in enumerate(matrix):
        for j, c in row.items():
            table[i, j] = float(c)
    found: float = np.linalg.eigvalsh(table / roots[:, None] / roots[None, :])[0]
    return found


def _kernel(matrix: Matrix, kept: list[int]) -> Kernel:
    """A basis of the kernel on the rows that do not vanish."""
    below = lcm(*(c.denominator for row in matrix for c in row.values()))
    size, number = len(kept), {j: k for k, j in enumerate(kept)}
    table = flint.fmpq_mat(size, size)
    for i in kept:
        for j, c in matrix[i].items():
            table[number[i], number[j]] = int(c * below)
    reduced, rank = table.rref()
    pivots = [next(j for j in range(size) if reduced[i, j] != 0) for i in range(rank)]
    found: Kernel = []
    for free in sorted(set(range(size)) - set(pivots)):
        vector = {kept[free]: Fraction(1)}
        for i, pivot in enumerate(pivots):
            if (entry := reduced[i, free]) != 0:
                vector[kept[pivot]] = -Fraction(int(entry.p), int(entry.q))
        found.append((kept[free], vector))
    return found


def _definite(matrix: Matrix, kept: list[int]) -> bool:
    """Every pivot is positive, in balls."""
    number = {j: k for k, j in enumerate(kept)}
    with flint.ctx.workprec(PRECISE):
        rows = [
            {number[j]: _ball(c) for j, c in matrix[i].items() if j in number and number[j] >= k}
            for k, i in enumerate(kept)
        ]
        zero = flint.arb(0)
        for k, row in enumerate(rows):
            pivot = row.get(k, zero)
            if not pivot > 0:
                return False
            beside = sorted(j for j in row if j != k)
            for n, j in enumerate(beside):
                factor, below = row[j] / pivot, rows[j]
                for i in beside[n:]:
                    below[i] = below.get(i, zero) - factor * row[i]
    return True


def whole(matrix: Matrix) -> tuple[list[dict[int, int]], int]:
    """A matrix times the least common denominator of its entries, and that denominator."""
    below = lcm(*{c.denominator for row in matrix for c in row.values()})
    found = [{j: c.numerator * (below // c.denominator) for j, c in r.items()} for r in matrix]
    return found, below


def transposed(rows: Matrix) -> Matrix:
    """The transpose of a square matrix."""
    found: Matrix = [{} for _ in rows]
    for i, row in enumerate(rows):
        for j, c in row.items():
            found[j][i] = c
    return found


def combined(a: Matrix, p: Fraction | int, b: Matrix, q: Fraction | int) -> Matrix:
    """p a + q b."""
    zero = Fraction(0)
    return [
        {j: c for j in x.keys() | y.keys() if (c := p * x.get(j, zero) + q * y.get(j, zero))}
        for x, y in zip(a, b, strict=True)
    ]


def congruent(rows: Matrix, weights: Matrix) -> Matrix:
    """R^T W R."""
    (step, below), (middle, unit) = whole(rows), whole(weights)
    found: list[dict[int, int]] = [{} for _ in rows]
    for i, row in enumerate(middle):
        moved: dict[int, int] = {}
        for k, c in row.items():
            for j, r in step[k].items():
                moved[j] = moved.get(j, 0) + c * r
        for j, r in step[i].items():
            into = found[j]
            for m, c in moved.items():
                into[m] = into.get(m, 0) + r * c
    scale = below**2 * unit
    return [{j: Fraction(c, scale) for j, c in row.items() if c} for row in found]


def _ball(c: Fraction) -> flint.arb:
    return flint.arb(flint.fmpq(c.numerator, c.denominator))
