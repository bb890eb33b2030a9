"""Devito with a halo of zeros around the wave: what it does without equations for walls.

Values are not mirrored at the walls, so near them it is not the scheme of the others, and costs
less. It shows how much of Devito's time the walls take.
"""

from __future__ import annotations

from ..cases import Setting
from . import AbsentError, Entry
from .in_devito import make


def prepare(setting: Setting) -> Entry:
    """The wave without its mirrored ghosts."""
    if setting.case.kind != "wave":
        raise AbsentError("differs from Devito for the wave alone")
    run = make(setting, lambda *_: iter(()))
    return Entry(run=run, same=False, note="another scheme at the walls: a halo of zeros")
