"""Symmetric rational matrices that are positive semidefinite, by an LDL^T with bounded numbers.

Vectors of a stated kernel are verified to be mapped to 0; each has a place of its own, where it is
1 and the others are 0. Then x^T M x = y^T M y for a y that is 0 at these places, so their rows and
columns are left out. The rest must be positive definite: numbers are multiples of 2^-BITS, and
every rounding is paid for on the diagonal, so that the rounded matrix never exceeds the exact one.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import lcm
from typing import TypeAlias

from .ranges import Rejected

Matrix: TypeAlias = list[dict[int, int]]  # both triangles, in units of any size
Vector: TypeAlias = dict[int, Fraction]
BITS = 192


def whole(rows: list[dict[int, Fraction]]) -> tuple[Matrix, int]:
    """Rows times the least common denominator, and that denominator."""
    below = lcm(*{c.denominator for row in rows for c in row.values()})
    found = [{j: c.numerator * (below // c.denominator) for j, c in r.items()} for r in rows]
    return found, below


def require(matrix: Matrix, kernel: Iterable[tuple[int, Vector]] = ()) -> None:
    """The matrix is positive semidefinite, or Rejected; `kernel`: (place, vector) pairs."""
    vectors = list(kernel)
    left_out = {k for k, row in enumerate(matrix) if not any(row.values())}
    for place, vector in vectors:
        if place in left_out or any(v.get(place, 0) != int(v is vector) for _, v in vectors):
            raise Rejected("the vectors of a kernel are not told apart")
        (entries,), _ = whole([vector])
        for row in matrix:
            if sum(row[j] * c for j, c in entries.items() if j in row):
                raise Rejected("a vector of a kernel is not in it")
    left_out |= {place for place, _ in vectors}
    kept = {j: k for k, j in enumerate(j for j in range(len(matrix)) if j not in left_out)}
    rows = [{kept[j]: c for j, c in matrix[i].items() if j in kept and c} for i in kept]
    _definite(_rounded(rows))


def _rounded(rows: Matrix) -> Matrix:
    """Upper triangles in units of 2^-BITS of the largest entry, not above the exact matrix."""
    largest = max((abs(c) for row in rows for c in row.values()), default=1)
    found = []
    for i, row in enumerate(rows):
        new = {j: (c << BITS) // largest for j, c in row.items() if j >= i}
        new[i] = new.get(i, 0) - len(row)  # each entry is less than one unit too low
        found.append(new)
    return found


def _definite(rows: Matrix) -> None:
    for k, row in enumerate(rows):
        pivot = row.get(k, 0)
        if pivot <= 0:
            raise Rejected("a matrix of the proof is not positive")
        beside = sorted((j, c) for j, c in row.items() if j != k and c)
        for n, (j, c) in enumerate(beside):
            below = rows[j]
            for i, e in beside[n:]:
                below[i] = below.get(i, 0) - c * e // pivot
            below[j] -= len(beside)
