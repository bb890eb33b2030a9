"""JAX: `jit` of a `lax.fori_loop` over steps, halos by `jnp.pad`."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from ..cases import Setting
from ..formulas import formula, halo
from . import Entry

MODES = {"periodic": "wrap", "mirror": "symmetric", "nodes": "constant"}


def pad(u: Any, h: int, wall: str) -> Any:
    """u with its halo; behind a wall on a node values are mirrored with the sign changed."""
    if h == 1:
        return jnp.pad(u, h, mode=MODES[wall])
    for d in range(u.ndim):
        low = -jnp.flip(jax.lax.slice_in_dim(u, 0, h - 1, axis=d), d)
        high = -jnp.flip(jax.lax.slice_in_dim(u, -(h - 1) + u.shape[d], None, axis=d), d)
        zero = jnp.zeros_like(jax.lax.slice_in_dim(u, 0, 1, axis=d))
        u = jnp.concatenate([low, zero, u, zero, high], axis=d)
    return u


def prepare(setting: Setting) -> Entry:
    """One call for any number of steps."""
    compute, numbers = formula(setting)
    h, wall = halo(setting), setting.case.wall
    initial = tuple(jnp.asarray(setting.initial[name]) for name in setting.case.fields)

    def step(fields: tuple[Any, ...]) -> tuple[Any, ...]:
        new = compute(*(pad(u, h, wall) for u in fields), *numbers)
        return new if isinstance(new, tuple) else (new,)

    def two_levels(levels: tuple[Any, ...]) -> tuple[Any, ...]:
        u, old = levels
        return compute(pad(u, h, wall), old, *numbers), u

    wave = setting.case.kind == "wave"
    if wave:
        u = initial[0]
        before = u + (compute(pad(u, h, wall), jnp.zeros_like(u), *numbers) - 2 * u) / 2
        initial = (u, before)
    body = two_levels if wave else step

    @jax.jit
    def march(fields: tuple[Any, ...], steps: Any) -> tuple[Any, ...]:
        last: tuple[Any, ...] = jax.lax.fori_loop(0, steps, lambda _, now: body(now), fields)
        return last

    def run(steps: int) -> tuple[Any, ...]:
        final: tuple[Any, ...] = jax.block_until_ready(march(initial, steps))  # type: ignore[no-untyped-call]
        return final[:1] if wave else final

    return Entry(run=run)
