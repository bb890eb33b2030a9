"""Large grids between several walls: a sparse factorisation by SuperLU, from scipy.

The matrix comes from combs: impulses so far apart that their answers do not meet.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..faults import UserError, need
from .left import Left, Parts


@dataclass(frozen=True, eq=False, kw_only=True)
class Sparse:
    """SuperLU factors of one matrix; they live on the CPU, in float64."""

    factors: Any
    adjoint: bool = False

    def apply(self, x: Tensor) -> Tensor:
        """(1, rows, N) -> the same."""
        if x.is_meta:
            return torch.empty_like(x)
        right = x[0].T.to(device="cpu", dtype=torch.float64)
        found = self.factors.solve(
            np.ascontiguousarray(right.numpy()), "T" if self.adjoint else "N"
        )
        return torch.from_numpy(found).T.to(x)[None]

    def transposed(self) -> Sparse:
        """The transposed factors."""
        return replace(self, adjoint=not self.adjoint)

    def to(self, dtype: torch.dtype) -> Sparse:
        """The same: factors keep their precision."""
        return self


def sparse(left: Left, scalars: Parts) -> tuple[Sparse, float]:
    """The factors of a left side without periodic axes, and an estimate of its condition."""
    linear = need("scipy.sparse.linalg", extra="solve", to=f"a left side on {_many(left)}")
    matrix = _matrix(left, scalars)
    try:
        factors = linear.splu(matrix)
    except RuntimeError:
        return Sparse(factors=None), math.inf
    found = Sparse(factors=factors)
    inverse = linear.LinearOperator(
        matrix.shape,
        matvec=factors.solve,
        rmatvec=lambda x: factors.solve(x, "T"),
        dtype=np.float64,
    )
    return found, float(linear.onenormest(inverse) * abs(matrix).sum(axis=0).max())


def untold(left: Left, like: Tensor) -> Sparse:
    """Factors for shapes alone. Raises UserError where values cannot be looked at."""
    if like.is_meta:
        return Sparse(factors=None)
    message = f"a left side on {_many(left)} is not solved inside a transform or a whole graph"
    raise UserError(message, "call the module as it is, or take fewer points")


def _many(left: Left) -> str:
    return " by ".join(map(str, left.sizes)) + " points between walls"


def _matrix(left: Left, scalars: Parts) -> Any:
    """The matrix of L in scipy's compressed columns."""
    if left.around:
        message = f"a left side on {_many(left)} that also couples a periodic axis is too large"
        raise UserError(message, "fewer points, or all axes periodic")
    m, between = left.unknowns, left.between
    sizes = [left.sizes[a] for a in between]
    reach = [max(left.reach[a]) for a in between]
    periods = [min(n, 2 * p + 1) for n, p in zip(sizes, reach, strict=True)]
    combs = np.zeros((*periods, *sizes))
    comb: tuple[Any, ...]
    for start in itertools.product(*map(range, periods)):
        comb = tuple(slice(k, None, p) for k, p in zip(start, periods, strict=True))
        combs[(*start, *comb)] = 1.0
    shape = [n if a in between else 1 for a, n in enumerate(left.sizes)]
    cpu = tuple(s.to(device="cpu", dtype=torch.float64) for s in scalars)
    found = left.answers(torch.from_numpy(combs).reshape(-1, *shape), cpu)
    answers = found.reshape(m, m, *periods, *sizes).numpy()
    points = np.indices(sizes).reshape(len(sizes), -1)
    rows, columns, values = [], [], []
    for shift in itertools.product(*(range(-p, p + 1) for p in reach)):
        near = points + np.array(shift)[:, None]
        inside = np.all((near >= 0) & (near < np.array(sizes)[:, None]), axis=0)
        here, there = points[:, inside], near[:, inside]
        comb = tuple(k % p for k, p in zip(there, periods, strict=True))
        for r, c in itertools.product(range(m), range(m)):
            rows.append(np.ravel_multi_index(tuple(here), sizes) * m + r)
            columns.append(np.ravel_multi_index(tuple(there), sizes) * m + c)
            values.append(answers[(r, c, *comb, *here)])
    kind = need("scipy.sparse", extra="solve", to=f"a left side on {_many(left)}")
    entries = tuple(map(np.concatenate, (values, rows, columns)))
    size = m * math.prod(sizes)
    return kind.csc_array((entries[0], entries[1:]), shape=(size, size))
