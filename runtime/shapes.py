"""Between fields as users see them and the arrays that emitted code works on."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from .faults import UserError
from .plan import Place


def fill(value: Tensor, place: Place, counts: tuple[int, ...], *, like: Tensor) -> Tensor:
    """Values of a formula, spread over the grid of a place, in the dtype and device of `like`."""
    shape = tuple(n + e for n, e in zip(counts, place.extra, strict=True))
    return value.to(like).expand(shape).contiguous()


def components(field: Tensor | Sequence[Tensor], dim: int) -> tuple[Tensor, ...]:
    """The components of a vector: (..., d, X, Y) taken apart, or a tuple as it is."""
    if isinstance(field, Tensor):
        return tuple(field.unbind(-1 - dim))
    return tuple(field)


def joined(parts: tuple[Tensor, ...], dim: int) -> Tensor | tuple[Tensor, ...]:
    """The components as one array (..., d, X, Y), or the tuple where their sizes differ."""
    if len({p.shape for p in parts}) == 1:
        return torch.stack(parts, dim=-1 - dim)
    return parts


def half_ends(values: Tensor, axis: int, low: bool, high: bool) -> Tensor:
    """The values with the first, the last or both of an axis halved: half a cell lies on a wall."""
    weights = torch.ones(values.shape[axis], dtype=values.dtype, device=values.device)
    weights[0] *= 0.5 if low else 1.0
    weights[-1] *= 0.5 if high else 1.0
    shape = [1] * values.ndim
    shape[axis] = -1
    return values * weights.reshape(shape)


def check_faces(values: Tensor, place: Place, name: str) -> None:
    """Faces that lie on a Dirichlet wall hold its value from the start; UserError if they do not.

    No equation moves them, and what is proved of the scheme speaks of such states alone.
    """
    for axis, (extra, sides) in enumerate(zip(place.extra, place.sides, strict=True)):
        for end, side in zip((0, -1), sides, strict=True):
            held = extra and side.rule == "wall" and side.mirror == 1 and side.slope == 0
            if not held or not isinstance(side.right, int | float):
                continue
            wall = side.right / side.value
            found = values.select(axis - len(place.extra), end)
            if not torch.allclose(found, torch.full_like(found, wall)):
                raise UserError(
                    f"{name} starts with other values than {wall:g} on a wall that holds it at"
                    f" {wall:g}",
                    "set the faces that lie on the wall to its value",
                    about=name,
                )
