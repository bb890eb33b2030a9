"""NumPy: slices of a padded array, one step after the other, in one thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..cases import Array, Setting
from ..formulas import formula, halo
from . import Entry

MODES = {"periodic": "wrap", "mirror": "symmetric", "nodes": "constant"}


def padding(setting: Setting) -> Callable[[Array], Array]:
    """How u gets its halo."""
    if setting.case.kind == "wave":
        return odd
    h = halo(setting)
    mode: Any = MODES[setting.case.wall]
    return lambda u: np.pad(u, h, mode=mode)


def odd(u: Array) -> Array:
    """A zero outside each end, and the values inside mirrored about it with the sign changed."""
    return np.pad(np.pad(u, 1), 3, mode="reflect", reflect_type="odd")


def prepare(setting: Setting) -> Entry:
    """The formula of the case on arrays."""
    compute, numbers = formula(setting)
    pad = padding(setting)
    names = setting.case.fields

    def run(steps: int) -> tuple[Any, ...]:
        fields = tuple(setting.initial[name] for name in names)
        for _ in range(steps):
            new = compute(*map(pad, fields), *numbers)
            fields = new if isinstance(new, tuple) else (new,)
        return fields

    def run_two_levels(steps: int) -> tuple[Any, ...]:
        u = setting.initial["u"]
        old = u + (compute(pad(u), np.zeros_like(u), *numbers) - 2 * u) / 2
        for _ in range(steps):
            u, old = compute(pad(u), old, *numbers), u
        return (u,)

    return Entry(run=run_two_levels if setting.case.kind == "wave" else run, note="one thread")
