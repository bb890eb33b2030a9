"""The machine's limit: `copy_` of each field once a step, one read and one write of the grid."""

from __future__ import annotations

from typing import Any

import torch

from ..cases import Setting
from . import AbsentError, Entry


def prepare(setting: Setting) -> Entry:
    """Copy there and back; the result means nothing."""
    if setting.case.axes == 1:
        raise AbsentError("256 points are no matter of bandwidth")
    pairs = [
        (torch.tensor(values), torch.empty(values.shape)) for values in setting.initial.values()
    ]

    def run(steps: int) -> tuple[Any, ...]:
        for step in range(steps):
            for a, b in pairs:
                if step % 2:
                    a.copy_(b)
                else:
                    b.copy_(a)
        return tuple(a for a, _ in pairs)

    return Entry(run=run, same=False, note="no scheme")
