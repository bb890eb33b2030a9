"""The best PyTorch forms found by hand."""

from __future__ import annotations

from ..cases import Setting
from ..forms import form
from . import Entry


def prepare(setting: Setting) -> Entry:
    """The form of the case."""
    return Entry(run=form(setting))
