"""A positive quadratic form that a step on one grid keeps: H = G^T H G, near the diagonal.

The forms of one pattern are a linear space, found exactly. A positive one is sought by turns: the
nearest matrix with eigenvalues of at least a share of those of the volumes, then the nearest form.
Source of the search: alternating projections, Bauschke, Borwein 1996.
"""

from __future__ import annotations

from fractions import Fraction
from math import prod

import flint
import numpy as np

from .onegrid import Floats, OneGrid

MOST_ENTRIES = 700  # of a pattern: unknowns of an exact linear system
NEAR = (2, 4)  # points between two values whose product may occur
TURNS = 40
LEAST = (0.02, 1e-3, 5e-5, 1e-6)  # of the volumes: the sum of two levels may be near 0
DIGITS = 10**9  # of the numbers in front of the forms


def kept_form(grid: OneGrid) -> flint.fmpq_mat | None:
    """H > 0 with H = G^T H G, or None."""
    return next((h for near in NEAR if (h := _near(grid, near)) is not None), None)


def _near(grid: OneGrid, near: int) -> flint.fmpq_mat | None:
    places = _places(grid)
    size = len(places)
    pattern = [
        (i, j) for i in range(size) for j in range(i, size) if abs(places[i] - places[j]) <= near
    ]
    if not grid.explicit or not places or len(pattern) > MOST_ENTRIES:
        return None
    basis = _forms(grid, pattern)
    if not basis:
        return None
    root = np.sqrt(np.array([float(v) for v in grid.volumes]))
    tables = [_table(form, pattern, size) / root[:, None] / root[None, :] for form in basis]
    found = _positive(tables)
    if found is None:
        return None
    exact = flint.fmpq_mat(size, size)
    for c, form in zip(found, basis, strict=True):
        for (i, j), entry in zip(pattern, form, strict=True):
            exact[i, j] = exact[i, j] + flint.fmpq(round(c * DIGITS), DIGITS) * entry
            exact[j, i] = exact[i, j]
    return exact


def _places(grid: OneGrid) -> list[int]:
    """Where the values of a state lie along the one axis; [] on several axes."""
    if len(grid.scheme.axes) > 1:
        return []
    return [k for n in grid.sizes for k in range(n)]


def _forms(grid: OneGrid, pattern: list[tuple[int, int]]) -> list[list[flint.fmpq]]:
    """A basis of the forms that are kept, by their entries in the pattern."""
    rows: dict[tuple[int, int], dict[int, Fraction]] = {}
    for k, (i, j) in enumerate(pattern):
        for p, q in {(i, j), (j, i)}:
            _add(rows, (p, q), k, Fraction(-1))
            for a, x in grid.rows[p].items():
                for b, y in grid.rows[q].items():
                    _add(rows, (a, b), k, x * y)
    listed = [row for (a, b), row in rows.items() if a <= b]
    table = flint.fmpq_mat(len(listed), len(pattern))
    for i, row in enumerate(listed):
        for k, c in row.items():
            table[i, k] = flint.fmpq(c.numerator, c.denominator)
    reduced, rank = table.rref()
    pivots = [next(k for k in range(len(pattern)) if reduced[i, k] != 0) for i in range(rank)]
    found = []
    for free in sorted(set(range(len(pattern))) - set(pivots)):
        form = [flint.fmpq(0)] * len(pattern)
        form[free] = flint.fmpq(1)
        for i, pivot in enumerate(pivots):
            form[pivot] = -reduced[i, free]
        found.append(form)
    return found


def _add(
    rows: dict[tuple[int, int], dict[int, Fraction]], at: tuple[int, int], k: int, c: Fraction
) -> None:
    row = rows.setdefault(at, {})
    row[k] = row.get(k, Fraction(0)) + c


def _table(form: list[flint.fmpq], pattern: list[tuple[int, int]], size: int) -> Floats:
    found = np.zeros((size, size))
    for (i, j), entry in zip(pattern, form, strict=True):
        found[i, j] = found[j, i] = int(entry.p) / int(entry.q)
    return found


def _positive(tables: list[Floats]) -> list[float] | None:
    """Numbers in front of the forms whose sum is positive, near 1 on the diagonal."""
    span = np.stack([t.ravel() for t in tables], axis=1)
    size = int(np.sqrt(prod(tables[0].shape)))
    inverse = np.linalg.pinv(span)
    for least in LEAST:
        wanted: Floats = np.eye(size)
        for _ in range(TURNS):
            shares = inverse @ wanted.ravel()
            roots, vectors = np.linalg.eigh((span @ shares).reshape(size, size))
            if roots[0] > least / 2:
                return [float(c) for c in shares]
            wanted = (vectors * np.maximum(roots, least)) @ vectors.T
    return None
