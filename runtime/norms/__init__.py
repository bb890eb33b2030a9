"""Upper bounds of the norms of learned kernels, valid for the ghosts that their operator reads.

A kernel acts on the values inside through ghosts: (K u)_o(i) = sum over c, q of kernel[o, c, q]
u_c(i + q - low), with low = (k - 1) // 2 and high = k // 2 ghosts along an axis of k taps, so that
there are as many results as points. The norm is that of plain sums of squares. Everything is
computed in float64 and rounded up into the dtype of the kernel.

The symbol. k^(theta) = sum_q kernel[q] e^(i q theta) is an (out, in) matrix, and between zeros or
around a torus ||K|| <= sup ||k^||_2. For unit vectors v, w the function Re(e^(i phi) v* k^ w) is,
after a shift by half the degree, a real trigonometric polynomial of degree (k - 1)/2 along each
axis. Between the points of a grid of M > k - 1 angles such a polynomial grows by 1 / cos(pi (k - 1)
/ (2 M)) at most (Ehlich and Zeller 1964); axis after axis, sup over v, w and phi, this gives

    sup ||k^||_2 <= max over the grid ||k^||_2 / prod_a cos(pi (k_a - 1) / (2 M_a)).

Mirrors. Reflect the values in the walls, with their sign, into a function on a torus. A kernel that
is even or odd along each mirrored axis maps reflected functions to reflected ones, so its norm is
that on the torus, up to the points on the walls themselves: values on a Neumann wall count half on
the torus, and so do results there. Each such axis costs a factor 2 in the square, see `_cost`. Any
kernel is the sum of its 2^d parts of one parity, and for weights w > 0 with sum 1

    ||K u||^2 = sum_o ||sum_e K_oe u||^2 <= sum_o sum_e ||K_oe u||^2 / w_oe,

the norm of a kernel with a result for each pair o, e. This holds on grids of every size, and is
exact for kernels of one parity. For others `reflections` is tighter; the lesser bound is taken.
"""

from __future__ import annotations

import itertools
import math

import torch
from torch import Tensor

from .reflections import reflected_bound, width

FLOOR = 2.0**-20  # of every bound: the largest step that it allows is finite
_SLACK = 1e-11  # relative, far above the float64 rounding of all that is computed here
_EXACT = 64  # matrices whose norm is computed by eigenvalues; the others are bounded by a trace
_BLOCK = 150  # rows of the matrices at corners
_MANY = 16  # outputs an input
# Angles of the grid for one degree, by the number of axes: for vectors, and for matrices.
_DENSITY = {1: (32, 32), 2: (24, 12), 3: (12, 8)}
MIRRORS = ("even", "odd", "even_node", "odd_node")


def norm_bound(kernel: Tensor, rules: tuple[tuple[str, str], ...], *, points: int = 2) -> Tensor:
    """An upper bound of ||K||, at least `FLOOR`, differentiable almost everywhere.

    kernel (..., out, in, k_1, .., k_d), d = 1 to 3, of float32 or float64; leading axes are
    batched: the bounds are (...,). `rules` names the ghosts of both sides of each axis: "periodic",
    "zero"; on cells "even" (ghost j mirrors u[j - 1]) and "odd" (-u[j - 1]); on nodes "even_node"
    (u[j]) and "odd_node" (-u[j - 2], the first ghost is 0). Valid on all grids with at least
    `points` points along each axis with a mirror (one fewer between two "odd_node" sides), along
    other axes on all grids; between mirrors it is tight from 8 (k - 1) points on for one axis, from
    4 (k - 1) for two. On a Neumann end of nodes the norm is that of plain sums, not of volumes.
    Infinite for weights that are no numbers. Raises ValueError for other shapes and rules, and for
    fewer than 2 points.
    """
    _check(kernel, rules, points)
    bound: Tensor = _bound(kernel, rules, points)
    return bound


# eigenvalues and tables: nothing that a compiler makes faster
@torch.compiler.disable  # type: ignore[untyped-decorator]
def _bound(kernel: Tensor, rules: tuple[tuple[str, str], ...], points: int) -> Tensor:
    d = len(rules)
    lead = kernel.shape[: kernel.ndim - d - 2]
    work = kernel.to(torch.float64).reshape(-1, *kernel.shape[kernel.ndim - d - 2 :])
    scale = work.detach().abs().flatten(1).amax(1).clamp_min(1e-200)
    known = scale.isfinite()
    each = (-1, *(1,) * (d + 2))
    work = torch.where(known.reshape(each), work / scale.reshape(each), 0.0)
    bound = symbol = _symbol_bound(work)
    if any(set(pair) & set(MIRRORS) for pair in rules):
        bound = _symbol_bound(_split(work, rules))
        power = _power(work, rules, points)
        if power:
            bound = torch.minimum(bound, reflected_bound(work, rules, power, symbol))
    eps = torch.finfo(kernel.dtype).eps
    bound = torch.where(known, bound * scale * (1 + _SLACK) * (1 + 2 * eps), math.inf)
    return bound.to(kernel.dtype).clamp_min(FLOOR).reshape(lead)


def diagonal_step(
    kernel: Tensor,
    rules: tuple[tuple[str, str], ...],
    shares: Tensor | None = None,
    *,
    points: int = 2,
) -> Tensor:
    """A number t_o for each output with K^T diag(t) K <= 1: (..., out), differentiable.

    With it u - 2 K^T diag(t) phi(K u) is nonexpansive where phi has slopes in [0, 1], and the step
    of a weak filter is not held back by a strong one. t is `shares` > 0, (..., out), over the
    square of the bound of diag(shares)^(1/2) K. Without shares they are 1 over the row sums of
    |K K^T| far from walls (Araujo et al. 2023, SLL), which need no bound of a norm on a torus.
    """
    _check(kernel, rules, points)
    if shares is None:
        shares = 1 / _row_sums(kernel, len(rules)).clamp_min(FLOOR**2)
    scaled = kernel * shares.sqrt().reshape(*shares.shape, *(1,) * (len(rules) + 1))
    # rounding of the products above stays below a relative 4 eps of the square
    slack = 1 - 8 * torch.finfo(kernel.dtype).eps
    return shares * (slack / norm_bound(scaled, rules, points=points).square().unsqueeze(-1))


def _row_sums(kernel: Tensor, d: int) -> Tensor:
    """sum over o' and lags of |sum_c,q kernel[o, c, q] kernel[o', c, q + lag]|: (..., out)."""
    axes = tuple(range(-d, 0))
    small = [2 * k - 1 for k in kernel.shape[kernel.ndim - d :]]
    waves = torch.fft.rfftn(kernel, s=small, dim=axes)
    pairs = (waves.unsqueeze(-d - 3) * waves.unsqueeze(-d - 2).conj()).sum(-d - 1)
    sums: Tensor = torch.fft.irfftn(pairs, s=small, dim=axes).abs().flatten(-d - 1).sum(-1)
    return sums


def _power(kernel: Tensor, rules: tuple[tuple[str, str], ...], points: int) -> int:
    """The largest power whose blocks at walls fit on the grid and stay small, or 0.

    Where there are many results for each input, what walls add averages out: the first power does.
    """
    many = len(rules) > 1 and kernel.shape[1] >= _MANY * kernel.shape[2]
    for power in (1,) if many else ((), (4, 2, 1), (2, 1), (1,))[len(rules)]:
        near = [width(*axis, power) for axis in zip(kernel.shape[3:], rules, strict=True)]
        block = kernel.shape[2] * math.prod(n for n in near if n)
        if 2 * max(near) <= points and block <= _BLOCK:
            return power
    return 0


def _check(kernel: Tensor, rules: tuple[tuple[str, str], ...], points: int) -> None:
    if points < 2:
        raise ValueError(f"a mirror needs 2 points at least, not {points}")
    if not 1 <= len(rules) <= 3 or kernel.ndim < len(rules) + 2 or kernel.numel() == 0:
        raise ValueError(f"no kernel on {len(rules)} axes has the shape {tuple(kernel.shape)}")
    if kernel.dtype not in {torch.float32, torch.float64}:
        raise ValueError(f"a norm is bounded in float32 or float64, not in {kernel.dtype}")
    for low, high in rules:
        unknown = {low, high} - {"periodic", "zero", *MIRRORS}
        if unknown or (low == "periodic") != (high == "periodic"):
            raise ValueError(f"{low!r} and {high!r} are no ghosts of two sides")


# ---- the symbol


def _symbol_bound(kernel: Tensor) -> Tensor:
    """sup ||k^(theta)||_2 from above: kernel (B, out, in, k_1, .., k_d) to (B,)."""
    sizes = kernel.shape[3:]
    matrices = min(kernel.shape[1:3]) > 1
    counts = tuple(_DENSITY[len(sizes)][matrices] * (k - 1) or 1 for k in sizes)
    with torch.no_grad():
        best, index = _on_grid(kernel.detach(), counts)
    for size, count in zip(sizes, counts, strict=True):
        best = best / math.cos(math.pi * (size - 1) / (2 * count))
    if not (torch.is_grad_enabled() and kernel.requires_grad):
        return best
    # by Hellmann and Feynman: singular vectors at the worst angle are held fixed
    there = torch.unravel_index(index, (*counts[:-1], counts[-1] // 2 + 1))
    phase = torch.zeros_like(best).reshape(-1, *(1,) * len(sizes))
    for axis, (size, count) in enumerate(zip(sizes, counts, strict=True)):
        shape = [len(best), *(1,) * len(sizes)]
        shape[axis + 1] = size
        taps = torch.arange(size, dtype=torch.float64, device=kernel.device)
        angle = there[axis].to(torch.float64) * (2 * math.pi / count)
        phase = phase + (angle[:, None] * taps).reshape(shape)
    wave = torch.polar(torch.ones_like(phase), phase).flatten(1).unsqueeze(1)
    symbol = (kernel.flatten(3).flatten(1, 2) * wave).sum(-1).reshape(kernel.shape[:3])
    norm = _spectral(symbol)
    return best + (norm - norm.detach()) * (best / norm.detach().clamp_min(1e-200))


def _spectral(symbol: Tensor) -> Tensor:
    """The largest singular value of (B, out, in), its vectors held fixed."""
    with torch.no_grad():
        left, _, right = torch.linalg.svd(symbol, full_matrices=False)
        left, right = left[..., 0].conj(), right[..., 0, :].conj()
    norms: Tensor = (left.unsqueeze(1) @ symbol @ right.unsqueeze(2)).real
    return norms.flatten()


def _on_grid(kernel: Tensor, counts: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """The largest ||k^|| on the grid, or a number above it, and the angle's number: (B,) each.

    By symmetry half of the angles of the last axis are enough. The Gram matrix of the smaller side
    of k^ comes from the autocorrelation of the kernel, which is much smaller than the grid.
    """
    d = len(counts)
    axes = tuple(range(-d, 0))
    small = [2 * k - 1 for k in kernel.shape[3:]]
    if kernel.shape[1] < kernel.shape[2]:
        kernel = kernel.transpose(1, 2)
    coarse = torch.fft.rfftn(kernel, s=small, dim=axes).flatten(3).permute(0, 3, 1, 2)
    gram = (coarse.mH @ coarse).permute(0, 2, 3, 1)
    lags = torch.fft.irfftn(gram.reshape(*gram.shape[:3], *small[:-1], -1), s=small, dim=axes)
    for axis, (size, count) in enumerate(zip(kernel.shape[3:], counts, strict=True), start=-d):
        if count > 1:  # negative lags go to the end of the longer line
            gap = torch.zeros((), dtype=lags.dtype, device=lags.device)
            first = lags.narrow(axis, 0, size)
            last = lags.narrow(axis, size, size - 1)
            middle = list(lags.shape)
            middle[axis] = count - 2 * size + 1
            lags = torch.cat([first, gap.expand(middle), last], dim=axis)
    fine = torch.fft.rfftn(lags, dim=axes).flatten(3)
    if fine.shape[1] == 1:
        best, index = fine.real.flatten(1).max(1)
        return best.clamp_min(0).sqrt(), index
    return _largest(fine.permute(0, 3, 1, 2))


def _largest(grams: Tensor) -> tuple[Tensor, Tensor]:
    """sqrt of the largest eigenvalue of any of (B, T, c, c) >= 0, or a number above it: (B,) each.

    The eigenvalue is at most (trace H^8)^(1/8); those with the largest such bounds are computed.
    """
    fourth = grams @ grams
    fourth = fourth @ fourth
    above = fourth.abs().square().sum((-2, -1)) ** (1 / 8)
    count = min(_EXACT, grams.shape[1])
    chosen = above.topk(count, dim=1).indices
    exact = torch.linalg.eigvalsh(
        grams[torch.arange(len(grams), device=chosen.device)[:, None], chosen]
    )[..., -1]
    best, index = above.scatter(1, chosen, exact).max(1)
    return best.clamp_min(0).sqrt(), index


# ---- mirrors


def _split(kernel: Tensor, rules: tuple[tuple[str, str], ...]) -> Tensor:
    """The kernel with a result for each output and parity, scaled: (B, 2^r out, in, k_1, .., k_d).

    Its norm on the torus is at least that of the kernel between mirrors along r axes.
    """
    mirrored = [a for a, pair in enumerate(rules) if set(pair) & set(MIRRORS)]
    if not mirrored:
        return kernel
    parts, costs = [], []
    for parities in itertools.product((1, -1), repeat=len(mirrored)):
        part, cost = kernel, 1.0
        for axis, parity in zip(mirrored, parities, strict=True):
            part = (part + parity * part.flip(axis + 3)) / 2
            cost *= _cost(kernel.shape[axis + 3], rules[axis], parity)
        parts.append(part)
        costs.append(math.sqrt(cost))
    stack = torch.stack(parts, dim=1)
    factor = torch.tensor(costs, dtype=stack.dtype, device=stack.device)
    flat = stack.flatten(3)
    size = (flat.square().sum(-1) + 1e-60).sqrt() * factor.reshape(1, -1, 1)
    weight = size / size.sum(1, keepdim=True)
    scale = factor.reshape(1, -1, 1) / weight.sqrt()
    shape = (1,) * (kernel.ndim - 2)
    return (stack * scale.reshape(*scale.shape, *shape)).flatten(1, 2)


def _cost(size: int, pair: tuple[str, str], parity: int) -> float:
    """What the points on the walls of one axis add: a factor of the squared norm.

    Between cells an even number of taps gives results on faces, the last one on the high wall: it
    is 0 for an odd kernel on an even function and for an even one on an odd function. Nodes on a
    Neumann wall count half on the torus; with an even number of taps the last result is beyond the
    wall and repeats its neighbour.
    """
    if "even_node" in pair:
        return 2.0
    if size % 2 == 0 and (pair[1], parity) in {("even", 1), ("odd", -1)}:
        return 2.0
    return 1.0
