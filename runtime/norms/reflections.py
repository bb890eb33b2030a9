"""What mirrors add to the norm of a kernel, seen close to walls and corners.

Far from the walls K^T K is a convolution; within `width` points of a wall it is another operator.
Let A_N be what a power (K^T K)^m is when only the walls of the axes N are there (one side of each),
and lines without end along all other axes. Inclusion and exclusion gives parts

    V_S = sum over R within S of (-1)^|S - R| A_R,     A_N = sum over S within N of V_S,

where V_S lives on the points within width = m (k - 1) of all walls of S and is a convolution along
the other axes. On a box of at least 2 width points along each mirrored axis no row of (K^T K)^m
sees both walls of an axis, so (K^T K)^m is the sum of V_S over all sets S of axes and sides.
V_0 <= sup ||k^||^(2m). V_S, a Hermitian trigonometric polynomial of matrices in the angles of the
other axes, is at most lambda_S on its points. Hence

    ||K||^(2m) <= max over sets N of sides, one an axis, of sum over S within N of lambda_S.

lambda_S comes from a grid of angles: a trigonometric polynomial of degree m (k - 1) along an axis
whose values on the grid lie in [a, b] is at most (a + b)/2 + (b - a)/(2 prod cos(pi m (k - 1)/M)),
by the theorem on such grids for the polynomial less (a + b)/2. Larger powers are tighter: what
lambda_S adds shrinks with the root. Sides with zeros or around a torus have no part: u continued by
zeros is read by the same taps on a longer line.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import torch
from torch import Tensor

from .tables import Axis, picks, products, walls, waves


def width(size: int, pair: tuple[str, str], power: int) -> int:
    """How many points from a wall (K^T K)^power differs from a convolution; 0 without a mirror."""
    mirrors = walls(pair)
    return Axis(size, mirrors, power).width if mirrors else 0


@dataclass(frozen=True, slots=True)
class _Part:
    """lambda_S of V_S for all choices of sides, flattened, and what its gradient needs."""

    some: tuple[int, ...]
    matrices: Tensor  # (B, sides, angles, n, n)
    most: Tensor  # (B, sides): lambda_S
    top: Tensor  # (B, sides): the angle of the largest eigenvalue, and of the least
    bottom: Tensor
    growth: float


def reflected_bound(
    kernel: Tensor, rules: tuple[tuple[str, str], ...], power: int, symbol: Tensor
) -> Tensor:
    """||K|| from above on boxes of at least 2 `width` points between mirrors: (B,).

    kernel (B, out, in, k_1, .., k_d); symbol (B,) bounds sup ||k^||; power 1, 2, or 4 on one axis.
    """
    axes = [Axis(k, walls(p), power) for k, p in zip(kernel.shape[3:], rules, strict=True)]
    mirrored = tuple(a for a, axis in enumerate(axes) if axis.walls)
    with torch.no_grad():
        gram = _gram(kernel.detach())
        parts = {some: _part(gram, axes, some) for some in _subsets(mirrored)}
    inner = best = symbol ** (2 * power)
    with torch.no_grad():
        members = torch.zeros(len(axes), len(best), dtype=torch.bool, device=best.device)
        sides = torch.zeros(len(axes), len(best), dtype=torch.long, device=best.device)
        for near in parts:
            shape = [len(axes[a].walls) for a in near]
            total = inner.reshape(-1, *(1,) * len(near))
            for some in _subsets(near):
                view = [n if a in some else 1 for a, n in zip(near, shape, strict=True)]
                total = total + parts[some].most.reshape(-1, *view)
            worst, index = total.flatten(1).max(1)
            better = worst > best
            best = torch.where(better, worst, best)
            chosen = dict(zip(near, torch.unravel_index(index, shape), strict=True))
            for a in range(len(axes)):
                members[a] = torch.where(better, torch.tensor(a in near), members[a])
                sides[a] = torch.where(better, chosen.get(a, sides[a]), sides[a])
    if torch.is_grad_enabled() and kernel.requires_grad:
        moving = inner
        for part in parts.values():
            moving = moving + _moving(kernel, axes, part, members, sides)
        best = best + moving - moving.detach()
    return (best + 1e-60) ** (1 / (2 * power))


def _subsets(of: tuple[int, ...]) -> list[tuple[int, ...]]:
    """All subsets but the empty one."""
    return [some for n in range(1, len(of) + 1) for some in itertools.combinations(of, n)]


def _within(some: tuple[int, ...]) -> list[tuple[tuple[int, ...], float]]:
    """All subsets, with the sign of inclusion and exclusion."""
    return [(part, (-1.0) ** (len(some) - len(part))) for part in [(), *_subsets(some)]]


def _gram(kernel: Tensor) -> Tensor:
    """sum_o kernel[o, c, q] kernel[o, c', q']: (B, in in, k_1 k_1, .., k_d k_d)."""
    sizes = kernel.shape[2:]
    flat = kernel.flatten(2)
    pairs = (flat.mT @ flat).reshape(-1, *sizes, *sizes)
    count = len(sizes)
    order = [n for i in range(count) for n in (1 + i, 1 + count + i)]
    return pairs.permute(0, *order).reshape(-1, *(n * n for n in sizes))


def _part(gram: Tensor, axes: list[Axis], some: tuple[int, ...]) -> _Part:
    """V_S at all angles of the other axes and its largest eigenvalue."""
    terms = [sign * _near(gram, axes, some, walled) for walled, sign in _within(some)]
    matrices = sum(terms[1:], terms[0])
    values = torch.linalg.eigvalsh(matrices)
    high, top = values[..., -1].max(-1)
    low, bottom = values[..., 0].min(-1)
    growth = math.prod(axis.growth for a, axis in enumerate(axes) if a not in some)
    most = (high + low) / 2 + (high - low) * (growth / 2)
    return _Part(some, matrices, most, top, bottom, growth)


def _near(gram: Tensor, axes: list[Axis], some: tuple[int, ...], walled: tuple[int, ...]) -> Tensor:
    """Rows and columns near the sides of `some` of (K^T K)^m, where only `walled` has walls."""
    rest = [a for a in range(len(axes)) if a not in some]
    power, inputs, count = axes[0].power, math.isqrt(gram.shape[1]), len(some)
    x = gram.permute(0, 1, *(2 + a for a in (*some, *rest)))
    shape: list[int] = []
    for a in some:  # the axis in front is contracted and goes to the end
        x = x.movedim(2, -1) @ products(axes[a], a in walled).to(x.device)
        columns = axes[a].columns(a in walled)
        shape += [len(axes[a].walls), columns if power == 4 else axes[a].width, columns]
    for a in rest:
        wave = waves(axes[a].size, axes[a].angles, a == rest[-1]).to(x.device)
        x = x.movedim(2, -1).to(wave.dtype) @ wave
    x = x.reshape(len(gram), inputs, inputs, *shape, -1)
    sides, rows, columns_ = ([3 + 3 * i + j for i in range(count)] for j in range(3))
    x = x.permute(0, *sides, x.ndim - 1, 1, *rows, 2, *columns_)
    x = x.flatten(-1 - count).flatten(-2 - count, -2).flatten(1, count)
    if power == 4:  # along one axis: all rows of the window, then those that are wanted
        axis = axes[some[0]]
        wide = x.reshape(*x.shape[:-2], inputs, -1, x.shape[-1])
        start = 0 if walled else axis.reach
        x = wide.narrow(-2, start, axis.width).flatten(-3, -2) @ x
    return x if power == 1 else x @ x.mH


# ---- the gradient: eigenvectors are held fixed (Hellmann and Feynman)


def _moving(
    kernel: Tensor, axes: list[Axis], part: _Part, members: Tensor, sides: Tensor
) -> Tensor:
    """lambda_S of the worst sides as a function of the kernel, 0 where S has no share: (B,)."""
    shape = [len(axes[a].walls) for a in part.some]
    here = torch.zeros_like(sides[0])
    for a, n in zip(part.some, shape, strict=True):
        here = here * n + sides[a]
    batch = torch.arange(len(here), device=here.device)
    ends = [(part.top, -1, 1 + part.growth), (part.bottom, 0, 1 - part.growth)]
    ends = ends[: 2 if part.growth > 1 else 1]  # both ends in one batch
    angle = torch.cat([angles[batch, here] for angles, _, _ in ends])
    vectors = torch.cat(
        [
            torch.linalg.eigh(part.matrices[batch, here, angles[batch, here]]).eigenvectors[
                ..., which
            ]
            for angles, which, _ in ends
        ]
    )
    again = len(ends)
    folded = _folded(kernel.repeat(again, *(1,) * (kernel.ndim - 1)), axes, part.some, angle)
    spots = [(axes[a], sides[a].repeat(again)) for a in part.some]
    total = torch.zeros_like(part.most[:, 0])
    for walled, sign in _within(part.some):
        values = _square(folded, spots, [a in walled for a in part.some], vectors)
        for value, (_, _, weight) in zip(values.chunk(again), ends, strict=True):
            total = total + value * (sign * weight / 2)
    return torch.where(members[list(part.some)].all(0), total, 0.0)


def _folded(kernel: Tensor, axes: list[Axis], some: tuple[int, ...], angle: Tensor) -> Tensor:
    """The kernel along `some`, with waves of one angle of the grid along all other axes."""
    rest = [a for a in range(len(axes)) if a not in some]
    x = kernel.permute(0, 1, 2, *(3 + a for a in (*some, *rest)))
    if not rest:
        return x
    counts = [axes[a].angles for a in rest]
    there = torch.unravel_index(angle, (*counts[:-1], counts[-1] // 2 + 1))
    x = x.to(torch.complex128)
    for a, index in zip(reversed(rest), reversed(there), strict=True):
        taps = torch.arange(axes[a].size, dtype=torch.float64, device=x.device)
        phase = index.to(torch.float64)[:, None] * taps * (2 * math.pi / axes[a].angles)
        wave = torch.polar(torch.ones_like(phase), phase)
        x = (x * wave.reshape(len(x), *(1,) * (x.ndim - 2), -1)).sum(-1)
    return x


def _square(
    kernel: Tensor, spots: list[tuple[Axis, Tensor]], walled: list[bool], vectors: Tensor
) -> Tensor:
    """v* (K^T K)^m v at one side (B,) of each axis of S, where only some have walls: (B,)."""
    power, inputs = spots[0][0].power, kernel.shape[2]
    x = vectors.reshape(len(vectors), inputs, *(axis.width for axis, _ in spots)).to(kernel.dtype)
    tables: list[Tensor] = []
    around: list[int] = []
    for (axis, side), wall in zip(spots, walled, strict=True):
        tables.append(picks(axis, wall).to(x.device)[side].to(x.dtype))
        around = [0 if wall else axis.reach, axis.reach, *around]  # torch counts from the last axis
    x = torch.nn.functional.pad(x, around)
    flat = kernel.flatten(2)
    for _ in range(max(power // 2, 1)):
        y = flat @ _read(x, tables).flatten(2).reshape(len(x), flat.shape[2], -1)
        if power == 1:
            return y.abs().square().sum((1, 2))
        x = _written((flat.mH @ y), tables, inputs)
    return x.abs().square().flatten(1).sum(1)


def _read(x: Tensor, tables: list[Tensor]) -> Tensor:
    """(B, in, columns..) to what each tap of each result reads: (B, in, k.., results..)."""
    for table in tables:
        size, results, columns = table.shape[1:]
        x = x.movedim(2, -1)
        lead = x.shape[1:-1]
        x = x.flatten(1, -2) @ table.reshape(-1, size * results, columns).mT
        x = x.reshape(len(x), *lead, size * results)
    shape = [n for table in tables for n in table.shape[1:3]]
    x = x.reshape(*x.shape[:2], *shape)
    return x.permute(0, 1, *range(2, x.ndim, 2), *range(3, x.ndim, 2))


def _written(y: Tensor, tables: list[Tensor], inputs: int) -> Tensor:
    """The adjoint of `_read`, from (B, in k.., results..) flattened to (B, in, columns..)."""
    count = len(tables)
    taps, results = ([table.shape[i] for table in tables] for i in (1, 2))
    y = y.reshape(len(y), inputs, *taps, *results)
    y = y.permute(0, 1, *(n for i in range(count) for n in (2 + i, 2 + count + i)))
    for table in tables:
        y = y.movedim((2, 3), (-2, -1)).flatten(-2)
        lead = y.shape[1:-1]
        y = (y.flatten(1, -2) @ table.flatten(1, 2)).reshape(len(y), *lead, -1)
    return y
