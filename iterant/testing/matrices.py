"""What is asked of all powers of a linear body: its eigenvalues, and how far powers grow.

Eigenvalues of a matrix that is not normal are known to the square root of the precision, or worse;
a Jordan block on the unit circle is told from a semisimple one by its powers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..emitted import Emitted

MOST = 200  # values of a dense matrix
ROOTS = 2e-6  # of eigenvalues of matrices that are not normal
TRANSIENT = 30.0  # from 2^10 to 2^20 bodies: bounded powers stay, a Jordan block grows by 1000


def blocks(emitted: Emitted) -> np.ndarray[Any, Any]:
    """A linear body as matrices (M, n, n): one a mode on a torus, else one on all values."""
    if emitted.periodic and not emitted.static:
        waves = emitted.symbols()
        return waves.reshape(-1, *waves.shape[-2:])
    return emitted.dense()[None]


def radius(matrices: np.ndarray[Any, Any]) -> float:
    """The largest modulus of an eigenvalue."""
    return float(np.abs(np.linalg.eigvals(matrices)).max(initial=0.0))


def growth_of_powers(
    matrices: np.ndarray[Any, Any], front: np.ndarray[Any, Any] | None = None
) -> float:
    """By how much powers G^n, times `front`, grow from n = 2^10 to n = 2^20."""
    power, sizes = matrices, []
    with np.errstate(all="ignore"):
        for _ in range(20):
            power = power @ power
            shown = power if front is None else power @ front
            sizes.append(np.abs(shown).max(axis=(1, 2)))
        early = np.maximum(np.max(sizes[:10], axis=0), 1e-3)
        ratio = np.max(sizes[10:], axis=0) / early
    return float(np.nan_to_num(ratio, nan=np.inf).max(initial=0.0))


def norm(matrix: np.ndarray[Any, Any], weights: np.ndarray[Any, Any]) -> float:
    """The largest singular value in the product with positive weights."""
    root = np.sqrt(weights)
    return float(np.linalg.norm(root[:, None] * matrix / root[None, :], 2))
