"""Left sides that couple points between walls: a matrix for each mode of the periodic axes.

Letters: N = m * (points between walls), the size of a matrix; rows everything that is solved at
once: batch axes and axes along which nothing is coupled.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

import torch
from torch import Tensor

from .left import Left, Parts, cast


class Matrices(Protocol):
    """Inverse matrices of all modes: (modes, rows, N) -> the same."""

    def apply(self, x: Tensor) -> Tensor: ...

    def transposed(self) -> Any: ...

    def to(self, dtype: torch.dtype) -> Any: ...


@dataclass(frozen=True, eq=False, kw_only=True)
class Dense:
    """The inverses themselves, (modes, N, N)."""

    inverse: Tensor

    def apply(self, x: Tensor) -> Tensor:
        """One product a mode."""
        return x @ self.inverse.mT

    def transposed(self) -> Dense:
        """The conjugate transposes."""
        return Dense(inverse=self.inverse.mH.resolve_conj())

    def to(self, dtype: torch.dtype) -> Dense:
        """The same in another precision."""
        return Dense(inverse=cast(self.inverse, dtype))


@dataclass(frozen=True, eq=False, kw_only=True)
class Walls:
    """The matrices of a left side, and how arrays become their rows."""

    left: Left
    matrices: Matrices

    def apply(self, rights: Parts) -> Parts:
        """L^-1 of right sides (batch..., axes)."""
        left, dim = self.left, len(self.left.sizes)
        waves = torch.stack(rights, dim=-1)
        first = waves.ndim - 1 - dim
        along = [first + a for a in left.around]
        if along:
            waves = torch.fft.rfftn(waves, dim=along)
        free = [a for a in range(first + dim) if a - first not in left.coupled]
        order = [*along, *free, *(first + a for a in left.between), first + dim]
        moved = waves.permute(order)
        modes, rows = len(along), len(along) + len(free)
        x = moved.reshape(moved.shape[:modes].numel(), moved.shape[modes:rows].numel(), -1)
        solved = self.matrices.apply(x).reshape(moved.shape)
        back = solved.permute([order.index(a) for a in range(len(order))])
        if along:
            sizes = [left.sizes[a] for a in left.around]
            back = torch.fft.irfftn(back, s=sizes, dim=along)
        return back.unbind(-1)

    def transposed(self) -> Walls:
        """L^-T."""
        return replace(self, matrices=self.matrices.transposed())

    def to(self, dtype: torch.dtype) -> Walls:
        """The same in another precision."""
        return replace(self, matrices=self.matrices.to(dtype))
