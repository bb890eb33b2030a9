"""Bernstein coefficients of polynomials on boxes, as arrays of floats or of whole numbers.

b_k = sum_{j <= k} C(k, j) / C(n, j) a_j along each axis. Arrays of whole numbers hold a positive
multiple of them; a half carries 2^n times its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, gcd, lcm
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Cells: TypeAlias = npt.NDArray[Any]


def of_powers(found: Cells) -> Cells:
    """Whole multiples of the coefficients on [0, 1]^n, of the polynomial's degree on each axis."""
    places = np.nonzero(found)
    found = found[tuple(slice(0, int(p.max()) + 1) for p in places)]
    return scaled(_from_powers(found))


def as_floats(cells: Cells) -> Cells:
    """The largest coefficient becomes 1 in size."""
    if cells.dtype != object:
        return scaled(cells)
    most = max(abs(c) for c in cells.flat)
    shift = max(0, most.bit_length() - 900)
    return scaled(np.array([float(c >> shift) for c in cells.flat]).reshape(cells.shape))


def scaled(cells: Cells) -> Cells:
    """Whole numbers without a common factor, floats of size 1."""
    if cells.dtype != object:
        most = np.abs(cells).max()
        return cells / most if most else cells
    common = gcd(*cells.flat)
    return cells // common if common > 1 else cells


def halved(cells: Cells, axis: int) -> tuple[Cells, Cells]:
    """On the lower and on the upper half of the box along an axis."""
    rows = np.moveaxis(cells, axis, 0)
    n = len(rows) - 1
    low, high = np.empty_like(rows), np.empty_like(rows)
    for k in range(n + 1):
        low[k], high[n - k] = rows[0] * 2 ** (n - k), rows[-1] * 2 ** (n - k)
        rows = rows[:-1] + rows[1:]
    return np.moveaxis(low, 0, axis), np.moveaxis(high, 0, axis)


def flipped(cells: Cells, axes: Sequence[int]) -> Cells:
    """With x_a replaced by 1 - x_a."""
    return np.flip(cells, tuple(axes)) if axes else cells


def blown(cells: Cells, axes: Sequence[int]) -> list[Cells]:
    """x_b = x_a w_b for the other axes b of an edge, without powers of x_a: for each a."""
    powers = _to_powers(cells)
    if cells.dtype != object:
        powers = np.where(np.abs(powers) < 1e-11 * np.abs(powers).max(), 0.0, powers)
    places: list[Cells] = list(np.nonzero(powers))
    values = powers[tuple(places)]
    total = np.sum([places[b] for b in axes], axis=0)
    found = []
    for a in axes:
        moved = [*places]
        moved[a] = total - total.min()
        shape = [int(p.max()) + 1 for p in moved]
        into: Cells = np.zeros(shape, dtype=cells.dtype)
        into[tuple(moved)] = values
        found.append(_from_powers(into))
    return found


def _from_powers(powers: Cells) -> Cells:
    """Bernstein coefficients, whole numbers times a positive one."""
    found = powers.copy()
    exact = powers.dtype == object
    for axis, size in enumerate(powers.shape):
        rows, n = np.moveaxis(found, axis, 0), size - 1
        unit = lcm(*(comb(n, j) for j in range(size))) if exact else 1
        for j in range(size):
            rows[j] = rows[j] * (unit // comb(n, j)) if exact else rows[j] / comb(n, j)
        for first in range(1, size):
            rows[first:] = rows[first:] + rows[first - 1 : -1]
    return found


def _to_powers(cells: Cells) -> Cells:
    """a_j = C(n, j) times the j-th difference of b at 0."""
    found = cells.copy()
    for axis, size in enumerate(cells.shape):
        rows = np.moveaxis(found, axis, 0)
        for first in range(1, size):
            rows[first:] = rows[first:] - rows[first - 1 : -1]
        for j in range(size):
            rows[j] = rows[j] * comb(size - 1, j)
    return found
