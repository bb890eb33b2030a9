"""A field with its halo, and the exact adjoint of filling it: both differentiable.

Letters: u (..., X, Y) values inside, w (..., X + halo, Y + halo) values with a halo.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from .halo import concatenated, crop, fold_, refresh_
from .plan import Place


def pad(u: Tensor, place: Place, t: Tensor | None = None) -> Tensor:
    """u with its halo filled by the ghost rules of its place, differentiable.

    `t` is the time at which right sides are evaluated. With reverse-mode autograd the adjoint is
    `fold`, and nothing is saved; inside a compiler or a transform it is made of torch.cat.
    """
    if torch.compiler.is_compiling() or transformed() or (t is not None and t.requires_grad):
        return concatenated(u, place, t)
    if torch.is_grad_enabled() and u.requires_grad:
        padded: Tensor = _Pad.apply(u, place, t)  # type: ignore[no-untyped-call]
        return padded
    return _padded(u, place, t)


def fold(w: Tensor, place: Place) -> Tensor:
    """The exact adjoint of what is linear in `pad`.

    <pad(u), w> = <u, fold(w)> for homogeneous conditions.
    """
    plain = torch.compiler.is_compiling() or transformed()
    if torch.is_grad_enabled() and w.requires_grad and not plain:
        folded: Tensor = _Fold.apply(w, place)  # type: ignore[no-untyped-call]
        return folded
    return fold_(w.clone(), place)


def transformed() -> bool:
    """Whether a torch.func transform or forward-mode differentiation is at work."""
    dual: int = torch.autograd.forward_ad._current_level
    active: bool = torch._C._are_functorch_transforms_active()
    return active or dual >= 0


def _padded(u: Tensor, place: Place, t: Tensor | None) -> Tensor:
    """A new tensor with u inside and its halo filled."""
    first = u.ndim - len(place.halo)
    sizes = list(u.shape)
    for axis, (low, high) in enumerate(place.halo):
        sizes[first + axis] += low + high
    padded = u.new_empty(sizes)
    crop(padded, place).copy_(u)
    return refresh_(padded, place, t)


class _Pad(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, u: Tensor, place: Place, t: Tensor | None) -> Tensor:
        ctx.place = place
        return _padded(u, place, t)

    @staticmethod
    def backward(ctx: Any, w: Tensor) -> tuple[Tensor, None, None]:
        return fold(w, ctx.place), None, None


class _Fold(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, w: Tensor, place: Place) -> Tensor:
        ctx.place = place
        return fold_(w.clone(), place)

    @staticmethod
    def backward(ctx: Any, u: Tensor) -> tuple[Tensor, None]:
        return pad(u, homogeneous(ctx.place)), None


def homogeneous(place: Place) -> Place:
    """The same place with zero right sides: what is linear in the values inside."""
    sides = tuple((replace(low, right=0.0), replace(high, right=0.0)) for low, high in place.sides)
    return replace(place, sides=sides)
