"""Factorisations are kept: one for each left side, size, kind of numbers, and coefficients."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

import torch
from torch import Tensor

from .inverse import Inverse, made
from .left import Left, Parts

MOST = 32  # factorisations, of all modules together


@dataclass(eq=False, slots=True)
class Factors:
    """The inverse of L in the precision of a run, its adjoint once asked for, and A(0)."""

    inverse: Inverse
    shift: Parts | None
    adjoint: Inverse | None = None

    def transposed(self) -> Inverse:
        """L^-T."""
        if self.adjoint is None:
            self.adjoint = self.inverse.transposed()
        return self.adjoint


_made: OrderedDict[Hashable, Factors] = OrderedDict()
_last: dict[Hashable, Factors] = {}


def factors(left: Left, scalars: Parts, like: Tensor) -> Factors:
    """The factors of a left side for these coefficients, in the precision of `like`.

    Values of coefficients are looked at on every call: nothing else tells that one has changed.
    While a CUDA graph is recorded they cannot be, and are those of the call before.
    """
    kind = (left.function, left.sizes, like.dtype, like.device)
    if like.device.type == "meta":
        return _factors(left, scalars, like)
    if like.is_cuda and torch.cuda.is_current_stream_capturing():
        return _last[kind]
    key = (kind, tuple(float(s) for s in scalars))
    if key not in _made:
        _made[key] = _factors(left, scalars, like)
    _made.move_to_end(key)
    while len(_made) > MOST:
        gone, _ = _made.popitem(last=False)
        _last.pop(gone[0], None)  # type: ignore[index]
    _last[kind] = _made[key]
    return _last[kind]


def forget() -> None:
    """Let go of all factors; the next solve makes its own."""
    _made.clear()
    _last.clear()


def _factors(left: Left, scalars: Parts, like: Tensor) -> Factors:
    with torch.no_grad():
        check = like.device.type != "meta"
        inverse = made(left, scalars, like, check=check).to(like.dtype)
        shift = None if left.moves else left.shift(tuple(s.to(like) for s in scalars), None, like)
        return Factors(inverse=inverse, shift=shift)
