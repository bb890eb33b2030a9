"""Iterant: the text compiled, the module marched by the runtime through the public function."""

from __future__ import annotations

from typing import Any

import torch

import iterant

from ..cases import Setting
from . import Entry


def prepare(setting: Setting) -> Entry:
    """`iterant.run` from the given values, in their dtype; kernels compiled without weighing."""
    module = setting.module
    inputs = {name: torch.from_numpy(values) for name, values in setting.initial.items()}

    wish = "always" if setting.compiled else "never"

    def run(steps: int) -> tuple[Any, ...]:
        outcome = iterant.run(module, inputs, steps=steps, compile=wish)
        return tuple(outcome.value[name] for name in setting.case.fields)

    return Entry(run=run)
