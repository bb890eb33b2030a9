"""What stands behind an option of the command line: numbers, sizes, `name=value`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

from .runtime.faults import UserError

_NUMBER = re.compile(
    r"\s*[+-]?(\d{1,40}/\d{1,40}|(\d{1,40}\.?\d{0,40}|\.\d{1,40})([eE][+-]?\d{1,3})?)\s*"
)


def number(text: str, option: str) -> Fraction:
    """An exact number: 1/5, 0.2, 1e-3.

    >>> number("0.1", "--until"), number("1/3", "--until")
    (Fraction(1, 10), Fraction(1, 3))
    """
    if _NUMBER.fullmatch(text):
        try:
            return Fraction(text.strip())
        except ZeroDivisionError:
            pass
    raise UserError(f"{option} takes a number such as 1/5 or 0.2, and {text!r} is none")


def sizes(text: str, option: str) -> tuple[int, ...]:
    """Points an axis: 128,128.

    >>> sizes("128, 64", "--grid")
    (128, 64)
    """
    parts = text.replace("x", ",").split(",")
    if all(re.fullmatch(r"\s*[0-9]{1,12}\s*", part) for part in parts):
        return tuple(int(part) for part in parts)
    raise UserError(f"{option} takes whole numbers such as 128,128, and {text!r} are none")


def assignments(words: Iterable[str], option: str, example: str) -> dict[str, str]:
    """Repeated `name=value` options by name.

    >>> assignments(["kappa=1/5", "c = 2"], "--param", "kappa=1/5")
    {'kappa': '1/5', 'c': '2'}
    """
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = (part.strip() for part in word.partition("="))
        if not (equals and value and name.isidentifier()):
            raise UserError(f"{option} is written like {option} {example}, not {word!r}")
        if name in found:
            raise UserError(f"{option} gives {name} twice")
        found[name] = value
    return found


def params(given: Iterable[str]) -> dict[str, Fraction]:
    """The values behind --param, exact."""
    pairs = assignments(given, "--param", "kappa=1/5")
    return {name: number(value, f"--param {name}") for name, value in pairs.items()}


def picture(path: Path) -> Path:
    """The path behind --plot."""
    if path.suffix.lower() != ".png":
        raise UserError(f"--plot draws a .png, and {path} is none")
    return path
