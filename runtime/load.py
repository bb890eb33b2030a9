"""From emitted text to a module: our own text, executed; tracebacks show its lines."""

from __future__ import annotations

import hashlib
import linecache
import sys
from types import ModuleType

import torch
from torch import nn


def load(
    code: str,
    *,
    name: str = "scheme",
    device: torch.device | str | None = None,
    dtype: torch.dtype | None = None,
) -> nn.Module:
    """The one module class with a `plan` that the emitted text defines, made.

    The text runs in a module of its own, named after its content, so that two texts never mix and
    the same text is always the same functions: kernels compiled for them are found again.
    """
    digest = hashlib.sha256(code.encode()).hexdigest()[:16]
    title = f"iterant_emitted.{name}_{digest}"
    room = sys.modules.get(title) or _execute(code, title, f"<iterant {name} {digest}>")
    found = [
        value
        for value in vars(room).values()
        if isinstance(value, type)
        and issubclass(value, nn.Module)
        and value.__module__ == title
        and hasattr(value, "plan")
    ]
    if len(found) != 1:
        names = ", ".join(cls.__name__ for cls in found) or "none"
        raise ValueError(f"an emitted text defines one module with a plan; {name} has {names}")
    module = found[0]()
    return module.to(device=device, dtype=dtype) if device or dtype else module


def _execute(code: str, title: str, filename: str) -> ModuleType:
    """Run a text as a new module; the line cache is told its lines first."""
    room = ModuleType(title)
    room.__file__ = filename
    # no modification time: checkcache keeps such an entry
    linecache.cache[filename] = (len(code), None, code.splitlines(keepends=True), filename)
    sys.modules[title] = room
    try:
        exec(compile(code, filename, "exec", dont_inherit=True), room.__dict__)
    except BaseException:
        del sys.modules[title]
        raise
    return room
