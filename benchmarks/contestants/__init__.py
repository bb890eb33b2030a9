"""The contestants, each in a file of its own that is read when it is wanted.

A contestant's `prepare(setting)` returns an Entry, or raises AbsentError where it does not take
part. All of them go from the initial arrays to the final ones: `run(steps)` -> one array a field,
ready when it returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from ..cases import Run, Setting

# name -> (file, what must be installed, how it is called in the tables)
TABLE: Mapping[str, tuple[str, str, str]] = {
    "iterant": ("marched", "torch", "Iterant"),
    "hand": ("by_hand", "torch", "PyTorch by hand"),
    "devito": ("in_devito", "devito", "Devito"),
    "devito-zeros": ("in_devito_zeros", "devito", "Devito, zeros outside"),
    "jax": ("in_jax", "jax", "JAX"),
    "py-pde": ("in_py_pde", "pde", "py-pde"),
    "numpy": ("in_numpy", "numpy", "NumPy"),
    "copy": ("copying", "torch", "copy"),
}


class AbsentError(Exception):
    """Why a contestant does not take part in a case, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A contestant made ready for one setting.

    `same` tells whether it computes Iterant's scheme, so that results must agree; `note` says what
    is to be known about it.
    """

    run: Run
    dtype: str = "float32"
    same: bool = True
    note: str = ""


def prepare(name: str, setting: Setting) -> Entry:
    """Make a contestant ready; raises AbsentError."""
    file, needs, _ = TABLE[name]
    if find_spec(needs) is None:
        raise AbsentError("not installed")
    entry: Entry = import_module(f".{file}", __name__).prepare(setting)
    return entry
