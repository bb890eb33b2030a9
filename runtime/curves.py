"""Learned curves: piecewise linear functions inside a sector, 0 <= phi(s) / s <= L, phi(0) = 0.

Letters: m knots s_0 < ... < s_{m-1} at equal distances from low to high, one of them 0; r_j =
phi(s_j) / s_j the ratios at the others; a, b the slopes outside; C channels. A table holds
(a, r_0, ..., b), m + 1 numbers, along its last axis, before it axes of steps and channels. Between
two knots phi runs straight, outside on with the slopes a and b: all of it lies in the cone between
0 and L s, where L is the largest entry of the table.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize


def identity_curve(knots: int, *, steps: int = 0, channels: int = 0) -> Tensor:
    """The table of the clipped identity: ratios 1, slopes 0 outside."""
    lead = [n for n in (steps, channels) if n]
    table = torch.ones(*lead, knots + 1, dtype=torch.float64)
    table[..., 0] = table[..., -1] = 0.0
    return table


def sector(table: Tensor, *, per_channel: bool = False) -> Tensor:
    """L, the largest phi(s) / s: (steps,) or a number; over all channels if each has its own."""
    return table.amax((-2, -1) if per_channel else -1)


def curve(s: Tensor, table: Tensor, low: float, high: float, *, channels: int = 0) -> Tensor:
    """phi(s), point by point: by the one table (m + 1,), or by one a channel, (C, m + 1).

    `channels` says how many axes of s follow its axis of channels: s (..., C, X, Y) has 2.
    """
    heights, slopes = _lines(table, low, high)
    last = slopes.shape[-1] - 1
    scale = (last - 1) / (high - low)
    index = (s.detach() * scale + (1 - low * scale)).clamp_(0, last).int()
    if channels:
        rows = torch.arange(len(table), dtype=torch.int32, device=s.device) * (last + 1)
        index += rows.reshape(-1, *[1] * channels)
    flat = index.reshape(-1)
    height = heights.reshape(-1).index_select(0, flat).reshape(s.shape)
    slope = slopes.reshape(-1).index_select(0, flat).reshape(s.shape)
    return torch.addcmul(height, slope, s)


def _lines(table: Tensor, low: float, high: float) -> tuple[Tensor, Tensor]:
    """(c, d) with phi(s) = c + d s between two knots, and outside them on either side.

    Beside the knot at 0 c is 0 exactly, so that phi(s) / s is d there, however small s is.
    """
    knots = table.shape[-1] - 1
    distance = (high - low) / (knots - 1)
    zero = round(-low / distance)
    at = distance * (torch.arange(knots, dtype=table.dtype, device=table.device) - zero)
    a, ratios, b = table[..., :1], table[..., 1:-1], table[..., -1:]
    left, right = ratios[..., :zero] * at[:zero], ratios[..., zero:] * at[zero + 1 :]
    nothing = torch.zeros_like(a)
    slopes = torch.cat(
        (
            a,
            left.diff(dim=-1) / distance,
            ratios[..., zero - 1 : zero + 1],
            right.diff(dim=-1) / distance,
            b,
        ),
        dim=-1,
    )
    known = torch.cat((left[..., :1], left[..., :-1], nothing, nothing, right), dim=-1)
    start = torch.cat(
        (at[:1], at[: zero - 1], at[zero : zero + 1], at[zero : zero + 1], at[zero + 1 :])
    )
    return known - slopes * start, slopes


class _Sector(nn.Module):
    """Ratios exp(raw), positive; slopes outside max(raw, 0): raw = 0 is the clipped identity."""

    def forward(self, raw: Tensor) -> Tensor:
        a, ratios, b = raw[..., :1], raw[..., 1:-1], raw[..., -1:]
        return torch.cat((a.clamp(min=0), torch.exp(ratios), b.clamp(min=0)), dim=-1)

    def right_inverse(self, table: Tensor) -> Tensor:
        a, ratios, b = table[..., :1], table[..., 1:-1], table[..., -1:]
        return torch.cat((a, torch.log(ratios), b), dim=-1)


def keep_sector(module: nn.Module, name: str) -> None:
    """Let the table `name` stay in its sector for every raw value; it starts as it is."""
    table = getattr(module, name).detach()
    if not bool((table[..., 1:-1] > 0).all() and (table >= 0).all()):
        raise ValueError(
            f"the ratios of {name} are to be positive, its slopes outside not negative"
        )
    parametrize.register_parametrization(module, name, _Sector())
