"""A step on one grid with an eigenvalue outside the unit disc, enclosed: a state that grows.

F(x, l) = ((B - l A) x, x_k - 1) vanishes at an eigenpair of a step A new = B old. With an
approximate inverse C of its Jacobian J at an approximate pair y, |I - C J| <= z and |C F(y)| <= e
in the maximum norm, the map y - C F(y) takes the ball of radius r around y to itself where
e + z r + |C| |A| r^2 <= r. So an eigenvalue lies within r of l. Source: Rump, Verification methods,
Acta Numerica 2010, section 13.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

import flint
import numpy as np
import numpy.typing as npt
from sympy import Expr

from ...runtime.contract import Json, Witness
from ..scheme import Scheme
from .base import Unprovable
from .modes import by_traces
from .onegrid import OneGrid, floats, one_grid
from .replay import lower

LEAST = 1e-9  # growth above 1 that is worth a look
MOST_VALUES = 256  # of a state: products of dense matrices of balls
MOST_TRACED = 80  # of a state whose powers are formed
FREE = 16  # points along an axis whose number is free
PRECISE = 256  # bits
NEWTON = 4  # improvements of a pair of floats, by 8 digits or more each


@dataclass(frozen=True, slots=True)
class Pair:
    """An approximate eigenpair of a matrix, its largest entry at `place`."""

    root: complex
    vector: npt.NDArray[np.complex128]
    place: int


def growing_state(scheme: Scheme, tau: Expr) -> Witness | None:
    """The state of the fastest growth on the grid of the file; None if none is shown to grow."""
    counts = tuple(FREE if axis.count is None else axis.count for axis in scheme.axes)
    try:
        grid = one_grid(scheme, tau, counts=counts, most=MOST_VALUES, whole_sets=False)
        pair = _fastest(grid)
    except (Unprovable, np.linalg.LinAlgError):  # a left side may be singular
        return None
    if pair is None:
        return None
    growth = enclosed(grid, pair)
    if growth <= 1 and grid.explicit and len(grid.rows) <= MOST_TRACED:
        growth = _by_traces(grid)
    if growth <= 1:
        return None
    inner = scheme.step.inner if scheme.step is not None else 1
    state: Json = {
        name: [f"{round(v * 10**9)}/{10**9}" for v in values]
        for name, values in grid.parts(list((pair.vector / pair.vector[pair.place]).real)).items()
    }
    return Witness(mode="an eigenvector of the step on this grid", points=counts,
                   growth=str(growth), steps=inner, state=state)  # fmt: skip


def _by_traces(grid: OneGrid) -> Fraction:
    """The same where several eigenvalues coincide."""
    with flint.ctx.workprec(PRECISE):
        table = flint.acb_mat(len(grid.rows), len(grid.rows))
        for i, row in enumerate(grid.rows):
            for j, c in row.items():
                table[i, j] = _ball(c)
        return Fraction(int(by_traces(table) * 10**12), 10**12)


def _fastest(grid: OneGrid) -> Pair | None:
    """In floats, scaled by the cell volumes; None where nothing seems to grow."""
    weight = np.sqrt(np.array([float(v) for v in grid.volumes]))
    roots, vectors = np.linalg.eig(weight[:, None] * grid.dense() / weight[None, :])
    k = int(np.abs(roots).argmax())
    if not np.abs(roots[k]) > 1 + LEAST:
        return None
    vector = vectors[:, k] / weight
    return Pair(complex(roots[k]), vector, int(np.abs(vector).argmax()))


def enclosed(grid: OneGrid, pair: Pair) -> Fraction:
    """A lower bound of the modulus of an eigenvalue near the pair's, 0 where none is shown."""
    size = len(grid.rows)
    vector = pair.vector / pair.vector[pair.place]
    table = np.zeros((size + 1, size + 1), dtype=complex)
    left = floats(grid.left)
    table[:size, :size] = floats(grid.rows) - pair.root * left
    table[:size, size] = -(left @ vector)
    table[size, pair.place] = 1
    try:
        inverse = np.linalg.inv(table)
    except np.linalg.LinAlgError:
        return Fraction(0)
    if not np.isfinite(inverse).all():
        return Fraction(0)
    with flint.ctx.workprec(PRECISE):
        return _radius(grid, pair, _matrix(inverse), list(vector))


def _radius(grid: OneGrid, pair: Pair, inverse: flint.acb_mat, vector: list[complex]) -> Fraction:
    size = len(grid.rows)
    found = [flint.acb(v) for v in (*vector, pair.root)]
    for _ in range(NEWTON):
        change = inverse * _residual(grid, found, pair.place)
        found = [_middle(y - change[i, 0]) for i, y in enumerate(found)]
    jacobian = flint.acb_mat(size + 1, size + 1)
    for i, (row, left) in enumerate(zip(grid.rows, grid.left, strict=True)):
        for j, c in row.items():
            jacobian[i, j] = _ball(c)
        for j, c in left.items():
            jacobian[i, j] = jacobian[i, j] - found[size] * _ball(c)
        jacobian[i, size] = -_sum(left, found)
    jacobian[size, pair.place] = flint.acb(1)
    product = inverse * jacobian
    for i in range(size + 1):
        product[i, i] = product[i, i] - 1
    first = _norm(inverse * _residual(grid, found, pair.place))
    bend = _norm(inverse) * ceil(max(sum(map(abs, row.values())) for row in grid.left))
    # r = 2 e / (1 - z) solves e + z r + c r^2 <= r where 4 c e <= (1 - z)^2
    room = 1 - _norm(product)
    if not room > 0 or not 4 * bend * first <= room * room:
        return Fraction(0)
    bound = lower(abs(found[size]) - 2 * first / room)
    return Fraction(int(bound * 10**12), 10**12)


def _residual(grid: OneGrid, found: list[flint.acb], place: int) -> flint.acb_mat:
    size = len(grid.rows)
    column = flint.acb_mat(size + 1, 1)
    for i, (row, left) in enumerate(zip(grid.rows, grid.left, strict=True)):
        column[i, 0] = _sum(row, found) - found[size] * _sum(left, found)
    column[size, 0] = found[place] - 1
    return column


def _sum(row: dict[int, Fraction], found: list[flint.acb]) -> flint.acb:
    return sum((_ball(c) * found[j] for j, c in row.items()), flint.acb(0))


def _ball(value: Fraction) -> flint.acb:
    return flint.acb(flint.fmpq(value.numerator, value.denominator))


def _matrix(table: npt.NDArray[Any]) -> flint.acb_mat:
    return flint.acb_mat([[flint.acb(complex(c)) for c in row] for row in table])


def _middle(value: flint.acb) -> flint.acb:
    return flint.acb(value.real.mid(), value.imag.mid())


def _norm(table: flint.acb_mat) -> flint.arb:
    """The largest sum of moduli in a row, from above."""
    found = flint.arb(0)
    for row in table.tolist():
        total = sum((abs(c) for c in row), flint.arb(0)).upper()
        found = max(found, total)
    return found
