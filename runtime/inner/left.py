"""A left side as an affine map of the newest levels, and its matrices by impulses.

Letters: A(new) = left(pad(new), scalars) = L new + A(0); m unknowns. An axis is *coupled* where the
left side reads a neighbour: `around` are the coupled axes that are periodic, `between` those that
end at walls. Along the axes around, L is a circular convolution: its Fourier transform is a matrix
for each mode, of size N = m * (points between walls), and one impulse at the origin tells it.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from torch import Tensor

from ..padding import homogeneous, pad
from ..plan import Place

Parts: TypeAlias = tuple[Tensor, ...]  # one an unknown, or one a scalar
COMPLEX = {torch.float32: torch.complex64, torch.float64: torch.complex128}


def cast(tensor: Tensor, dtype: torch.dtype) -> Tensor:
    """A tensor in another precision, complex where it is."""
    return tensor.to(COMPLEX[dtype] if tensor.is_complex() else dtype)


@dataclass(frozen=True, eq=False, kw_only=True)
class Left:
    """left(newest levels with their halo, scalars) -> one tensor, or a tuple, on a grid of `sizes`.

    `reach` says per axis how far it reads below and above. All unknowns live at the same points.
    """

    function: Callable[..., Any]
    places: tuple[Place, ...]
    reach: tuple[tuple[int, int], ...]
    sizes: tuple[int, ...]

    @property
    def unknowns(self) -> int:
        """How many newest levels there are, m."""
        return len(self.places)

    @property
    def coupled(self) -> tuple[int, ...]:
        """The axes along which neighbours are read."""
        return tuple(a for a, (low, high) in enumerate(self.reach) if low or high)

    @property
    def around(self) -> tuple[int, ...]:
        """The coupled axes that are periodic."""
        return tuple(a for a in self.coupled if self._periodic(a))

    @property
    def between(self) -> tuple[int, ...]:
        """The coupled axes that end at walls."""
        return tuple(a for a in self.coupled if not self._periodic(a))

    def _periodic(self, axis: int) -> bool:
        return all(place.sides[axis][0].rule == "periodic" for place in self.places)

    @property
    def modes(self) -> tuple[int, ...]:
        """How many modes of a real Fourier transform each axis around has."""
        last = self.around[-1:]
        return tuple(self.sizes[a] // 2 + 1 if a in last else self.sizes[a] for a in self.around)

    @property
    def probed(self) -> tuple[int, ...]:
        """The grid that impulses live on: one point along the axes that are not coupled."""
        return tuple(n if a in self.coupled else 1 for a, n in enumerate(self.sizes))

    def __call__(
        self, new: Parts, scalars: Parts, t: Tensor | None = None, *, linear: bool = False
    ) -> Parts:
        """A(new), or the linear L new."""
        places = [homogeneous(p) for p in self.places] if linear else self.places
        padded = [pad(u, place, t) for u, place in zip(new, places, strict=True)]
        found = self.function(*padded, *scalars)
        return (found,) if isinstance(found, Tensor) else tuple(found)

    @property
    def moves(self) -> bool:
        """Whether a wall's right side depends on time or place."""
        return any(callable(s.right) for p in self.places for pair in p.sides for s in pair)

    def shift(self, scalars: Parts, t: Tensor | None, like: Tensor) -> Parts | None:
        """A(0), broadcastable; None where no wall has a right side."""
        rights = [s.right for place in self.places for pair in place.sides for s in pair]
        if not self.moves and not any(rights):
            return None
        zero = like.new_zeros(self.sizes if self.moves else self.probed)
        return self((zero,) * self.unknowns, scalars, t)

    # ---- matrices

    def answers(self, impulses: Tensor, scalars: Parts) -> Tensor:
        """(rows m, columns m, impulses, grid): L of the impulses in one unknown at a time."""
        zero = torch.zeros_like(impulses)
        columns = []
        for column in range(self.unknowns):
            new = tuple(impulses if c == column else zero for c in range(self.unknowns))
            columns.append(torch.stack(self(new, scalars, linear=True)))
        return torch.stack(columns, dim=1)

    def matrices(self, scalars: Parts, like: Tensor) -> Tensor:
        """(modes, N, N): a matrix for each mode; points between walls first, then unknowns."""
        points = math.prod([self.sizes[a] for a in self.between])
        grid = [n if a in self.between else 1 for a, n in enumerate(self.sizes)]
        impulses = torch.eye(points, dtype=like.dtype, device=like.device).reshape(points, *grid)
        tails = [n - 1 if a in self.around else 0 for a, n in enumerate(self.sizes)]
        wide = [size for tail in reversed(tails) for size in (0, tail)]
        answers = self.answers(torch.nn.functional.pad(impulses, wide), scalars)
        if self.around:
            answers = torch.fft.rfftn(answers, dim=[3 + a for a in self.around])
        free = [a for a in range(len(self.sizes)) if a not in self.coupled]
        order = [3 + a for a in (*free, *self.around, *self.between)]
        size = points * self.unknowns
        return answers.permute(*order, 0, 2, 1).reshape(-1, size, size)

    # ---- words

    def described(self, scalars: Parts) -> str:
        """`16 by 8 points with r = 5`: what a message says about a left side."""
        by = " by ".join(map(str, self.sizes)) or "1"
        names = [*inspect.signature(self.function).parameters][self.unknowns :]
        values = [f"{n} = {float(v):g}" for n, v in zip(names, scalars, strict=True)]
        points = "point" if math.prod(self.sizes) == 1 else "points"
        return f"{by} {points}" + (f" with {', '.join(values)}" if values else "")
