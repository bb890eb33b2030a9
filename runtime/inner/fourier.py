"""Left sides on periodic axes: the inverse of the symbol, mode by mode.

    new = irfftn(M^-1 rfftn(right)),  M[r, c](k) = sum_o w[r, c, o] exp(i k o)

Letters: r, c rows and columns of the m unknowns, k a mode. The adjoint is M^-H: exact.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from .left import Left, Parts, cast


@dataclass(frozen=True, eq=False, kw_only=True)
class Fourier:
    """`inverse` (m, m, modes of each axis; 1 along axes that are not coupled)."""

    left: Left
    inverse: Tensor

    def apply(self, rights: Parts) -> Parts:
        """L^-1 of right sides (..., axes)."""
        axes = self.left.around
        first = rights[0].ndim - len(self.left.sizes)
        along, sizes = [first + a for a in axes], [self.left.sizes[a] for a in axes]
        waves = [torch.fft.rfftn(f, dim=along) for f in rights] if axes else [*rights]
        found = []
        for row in self.inverse:
            total = row[0] * waves[0]
            for factor, wave in zip(row[1:], waves[1:], strict=True):
                total = total + factor * wave
            found.append(torch.fft.irfftn(total, s=sizes, dim=along) if axes else total)
        return tuple(found)

    def transposed(self) -> Fourier:
        """L^-T."""
        return replace(self, inverse=self.inverse.transpose(0, 1).conj().resolve_conj())

    def to(self, dtype: torch.dtype) -> Fourier:
        """The same in another precision."""
        return replace(self, inverse=cast(self.inverse, dtype))


def fourier(left: Left, inverses: Tensor) -> Fourier:
    """From the inverse matrices of all modes, (modes, m, m)."""
    sizes = dict(zip(left.around, left.modes, strict=True))
    shape = [sizes.get(a, 1) for a in range(len(left.sizes))]
    m = left.unknowns
    return Fourier(left=left, inverse=inverses.permute(1, 2, 0).reshape(m, m, *shape))
