"""What a user did that cannot be served, as one sentence and one hint; no traceback is shown."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType


class UserError(Exception):
    """A bad file, image, size or option: `message` is one cause, `hint` one way out (may be empty).

    `about` names the option or the input that it concerns, if there is one. `str()` is what a user
    reads.
    """

    def __init__(self, message: str, hint: str = "", *, about: str = "") -> None:
        super().__init__(f"{message}\n  hint: {hint}" if hint else message)
        self.message, self.hint, self.about = message, hint, about


def need(module: str, *, extra: str, to: str) -> ModuleType:
    """Import an optional library, or say in one sentence which extra brings it."""
    try:
        return import_module(module)
    except ImportError as missing:
        top = module.partition(".")[0]
        library = "pillow" if top == "PIL" else top.replace("_", "-")
        text = f"{to} needs {library}, which is not installed: pip install 'iterant[{extra}]'"
        raise UserError(text) from missing
