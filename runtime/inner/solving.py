"""left(new) = right, solved: kept factors, and the implicit gradient.

    new = L^-1 (right - A(0)),   d(right) = L^-T d(new),   d(scalar) = -<L^-T d(new), dA(new)>

One solve with the transposed factors is the whole derivative: nothing of the factorisation is
differentiated. Inside compilers and transforms the factors are made anew, of plain operations.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ..layers import transformed
from ..plan import Place
from .inverse import made
from .kept import factors
from .left import Left, Parts

_WIDER = {torch.float16: torch.float32, torch.bfloat16: torch.float32}


def solve(
    left: Callable[..., Any],
    right: Parts,
    given: Parts = (),
    *,
    places: tuple[Place, ...],
    reach: tuple[tuple[int, int], ...],
    t: Tensor | None = None,
) -> Any:
    """The newest levels with left(new levels with halo, given) = right: a tensor, or a tuple.

    `right` (batch..., axes) holds an array for each row that `left` returns; `places` says where
    the newest levels live, in the order in which `left` takes them, and `reach` how far it reads
    along each axis; `given` are its 0-dim coefficients, `t` is the time of moving walls. `left` is
    linear up to what walls add. Raises UserError where it is singular on this grid.
    """
    right = tuple(torch.broadcast_tensors(*right))  # type: ignore[no-untyped-call]
    dtype = right[0].dtype
    if dtype in _WIDER:
        right = tuple(f.to(_WIDER[dtype]) for f in right)
    sizes = tuple(right[0].shape[right[0].ndim - len(reach) :])
    problem = Left(function=left, places=places, reach=reach, sizes=sizes)
    if torch.compiler.is_compiling() or transformed():
        found = _plain(problem, right, given, t)
    elif torch.is_grad_enabled() and any(x.requires_grad for x in (*right, *given)):
        found = _Solve.apply(problem, t, "affine", *right, *given)  # type: ignore[no-untyped-call]
    else:
        found = _solved(problem, right, given, t)
    found = tuple(u.to(dtype) for u in found)
    return found[0] if len(found) == 1 else found


def _plain(left: Left, right: Parts, given: Parts, t: Tensor | None) -> Parts:
    """Without anything kept, differentiable by torch itself."""
    inverse = made(left, given, right[0], check=False).to(right[0].dtype)
    return inverse.apply(_less(right, left.shift(given, t, right[0])))


def _solved(left: Left, right: Parts, given: Parts, t: Tensor | None) -> Parts:
    """With kept factors."""
    kept = factors(left, given, right[0])
    shift = left.shift(given, t, right[0]) if left.moves else kept.shift
    return kept.inverse.apply(_less(right, shift))


def _less(right: Parts, shift: Parts | None) -> Parts:
    if shift is None:
        return right
    return tuple(f - c for f, c in zip(right, shift, strict=True))


class _Solve(torch.autograd.Function):
    """L^-1 (right - A(0)), or "linear" L^-1 right, or "adjoint" L^-T right; to any order."""

    @staticmethod
    def forward(ctx: Any, left: Left, t: Tensor | None, kind: str, *tensors: Tensor) -> Parts:
        right, given = tensors[: left.unknowns], tensors[left.unknowns :]
        if kind == "affine":
            found = _solved(left, right, given, t)
        else:
            kept = factors(left, given, right[0])
            found = (kept.transposed() if kind == "adjoint" else kept.inverse).apply(right)
        ctx.left, ctx.t, ctx.kind = left, t, kind
        ctx.save_for_backward(*found, *given)
        return found

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Any, ...]:
        left, t, m = ctx.left, ctx.t, ctx.left.unknowns
        saved = ctx.saved_tensors  # may be unpacked once: checkpointing computes them anew
        new, given = saved[:m], saved[m:]
        other = "linear" if ctx.kind == "adjoint" else "adjoint"
        back = _Solve.apply(left, None, other, *gradients, *given)  # type: ignore[no-untyped-call]
        slopes: tuple[Tensor | None, ...] = (None,) * len(given)
        if any(ctx.needs_input_grad[3 + m :]):
            at, by = (back, new) if ctx.kind == "adjoint" else (new, back)
            slopes = _slopes(left, at, by, given, t, linear=ctx.kind != "affine")
        return None, None, None, *back, *slopes


def _slopes(
    left: Left, at: Parts, by: Parts, given: Parts, t: Tensor | None, *, linear: bool
) -> Parts:
    """-d<by, A(at)> for each coefficient, A without its constant part where it is `linear`."""

    def value(*scalars: Tensor) -> Parts:
        return left(at, scalars, t, linear=linear)

    minus = tuple(-b for b in by)
    if torch.is_grad_enabled():  # to be differentiated again: every dependence is kept
        slopes: Parts = torch.func.vjp(value, *given)[1](minus)
        return slopes
    with torch.enable_grad():
        fresh = tuple(g.detach().requires_grad_() for g in given)
        at = tuple(u.detach() for u in at)
        pairs = [p for p in zip(value(*fresh), minus, strict=True) if p[0].requires_grad]
        rows, by = zip(*pairs, strict=True) if pairs else ((), ())
        return torch.autograd.grad(rows, fresh, by, materialize_grads=True)
