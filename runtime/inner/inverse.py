"""Which factorisation serves a left side, and whether it has one: singular ones are told.

All periodic: the symbol. One axis between walls: a dense inverse, or lines cut into equal parts.
Several: a dense inverse, or sparse factors. Everything is made in float64 of torch's operations, so
that transforms and compilers see through it; only the checks look at values.
"""

from __future__ import annotations

import math
from dataclasses import replace
from importlib.util import find_spec
from typing import TypeAlias

import torch
from torch import Tensor

from ..faults import UserError
from .fourier import Fourier, fourier
from .left import Left, Parts
from .lines import cut, lines
from .sparse import sparse, untold
from .walls import Dense, Walls

Inverse: TypeAlias = Fourier | Walls

SMALL_LINE = 384  # values of a line up to which a dense inverse is faster
SMALL_GRID = 1024  # values between several walls
MOST_DENSE = 4096  # a dense inverse of them takes 128 MiB and seconds
WORST = 1 / (64 * torch.finfo(torch.float64).eps)  # condition from which on nothing is determined


def made(left: Left, scalars: Parts, like: Tensor, *, check: bool = True) -> Inverse:
    """The inverse of L in float64, on the device of `like`. Raises UserError where L is singular.

    Without `check` no value is looked at, and a singular L gives infinite values.
    """
    like = torch.empty((), dtype=torch.float64, device=like.device)
    scalars = tuple(s.to(like) for s in scalars)
    values = left.unknowns * math.prod([left.sizes[a] for a in left.between])
    if len(left.between) == 1 and values > SMALL_LINE:
        found = _cut(left, scalars, like, check=check)
        if found is not None:
            return found
    elif len(left.between) > 1 and values > (SMALL_GRID if find_spec("scipy") else MOST_DENSE):
        if not check:
            return Walls(left=left, matrices=untold(left, like))
        factors, condition = sparse(left, scalars)
        if not condition < WORST:
            raise UserError(*_singular(left, scalars, ""))
        return Walls(left=left, matrices=factors)
    matrices = left.matrices(scalars, like)
    inverses = inverted(matrices)
    if check:
        _check(left, scalars, matrices, inverses)
    return Walls(left=left, matrices=Dense(inverse=inverses)) if left.between else fourier(
        left, inverses
    )  # fmt: skip


def inverted(matrices: Tensor) -> Tensor:
    """(modes, N, N) -> their inverses; values that are not finite where there is none."""
    size = matrices.shape[-1]
    if size == 1:
        return 1 / matrices
    if size == 2:
        (a, b), (c, d) = (row.unbind(-1) for row in matrices.unbind(-2))
        rows = torch.stack([d, -b], dim=-1), torch.stack([-c, a], dim=-1)
        return torch.stack(rows, dim=-2) / (a * d - b * c)[..., None, None]
    inverses: Tensor = torch.linalg.inv_ex(matrices).inverse
    return inverses


def _cut(left: Left, scalars: Parts, like: Tensor, *, check: bool) -> Walls | None:
    """Long lines cut into parts; None where they are too short, or the parts are singular."""
    (axis,), m = left.between, left.unknowns
    found = cut(left.sizes[axis] * m, m, max(left.reach[axis]))
    if found is None:
        return None
    sizes = [found.short // m if a == axis else n for a, n in enumerate(left.sizes)]
    short = replace(left, sizes=tuple(sizes)).matrices(scalars, like)
    walls = Walls(left=left, matrices=lines(found, short))
    if not check:
        return walls
    condition, residual = _tried(walls, scalars, like, float(short.abs().sum(-1).max()))
    if residual < 1e-9:
        if condition > WORST:
            raise UserError(*_singular(left, scalars, ""))
        return walls
    if found.interiors * (found.b + found.s) > MOST_DENSE:
        raise UserError(*_singular(left, scalars, ", or nearly so in its parts"))
    return None


def _tried(walls: Walls, scalars: Parts, like: Tensor, norm: float) -> tuple[float, float]:
    """(a lower estimate of the condition, the relative residual), by inverse iteration."""
    left, condition, residual = walls.left, 1.0, 0.0
    shape = (left.unknowns, *left.probed)
    generator = torch.Generator().manual_seed(0)
    starts = torch.ones(shape), torch.rand(shape, generator=generator) - 0.5
    for start in starts:
        f = start.to(like)
        for _ in range(4):
            f = f / f.norm()
            x = torch.stack(walls.apply(tuple(f)))
            back = torch.stack(left(tuple(x), scalars, linear=True))
            size = float(x.norm())
            if not math.isfinite(size):
                return math.inf, math.inf
            condition = max(condition, norm * size)
            residual = max(residual, float((back - f).norm()) / (1 + norm * size))
            f = x
    return condition, residual


# ---- what is told


def _check(left: Left, scalars: Parts, matrices: Tensor, inverses: Tensor) -> None:
    """A mode whose matrix is singular to rounding is told."""
    sizes = inverses.abs().sum(-1).amax(-1)
    condition = sizes * matrices.abs().sum(-1).max()
    worst = condition.nan_to_num(nan=math.inf).max(dim=0)
    if float(worst.values) < WORST:
        return
    where = ""
    if left.around:
        mode = torch.unravel_index(worst.indices, left.modes)
        numbers = ", ".join(str(int(k)) for k in mode)
        points = " by ".join(str(left.sizes[a]) for a in left.around)
        where = f", for mode {numbers} of {points} points"
    raise UserError(*_singular(left, scalars, where))


def _singular(left: Left, scalars: Parts, where: str) -> tuple[str, str]:
    """The message and the hint of a left side that does not determine the newest level."""
    message = f"the left side is singular on {left.described(scalars)}{where}"
    return message, "other coefficients or another size determine the newest level"
