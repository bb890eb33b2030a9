"""What stands behind an option of the command line: numbers, sizes, `name=value`, with its place.

A fault is shown over the words as they were typed: `--param kappa=x` with carets below the x.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

from .compiler.source import Given, Source, Span, refusal
from .runtime.faults import UserError

_NUMBER = re.compile(
    r"\s*[+-]?(\d{1,40}/\d{1,40}|(\d{1,40}\.?\d{0,40}|\.\d{1,40})([eE][+-]?\d{1,3})?)\s*"
)
_WHOLE = re.compile(r"\s*[+-]?\d{1,12}\s*")


def word(option: str, text: str, start: int = 0, end: int | None = None) -> Given[str]:
    """The part [start, end) of what was typed behind an option.

    >>> word("--device", "cuda").value
    'cuda'
    """
    end = len(text) if end is None else end
    source = Source(option, f"{option} {text}", typed=True)
    first = len(option) + 1
    return Given(text[start:end], Span(first + start, first + end, source))


def number(part: Given[str]) -> Given[Fraction]:
    """An exact number: 1/5, 0.2, 1e-3.

    >>> number(word("--until", "0.1")).value, number(word("--until", "1/3")).value
    (Fraction(1, 10), Fraction(1, 3))
    """
    if _NUMBER.fullmatch(part.value):
        try:
            return Given(Fraction(part.value.strip()), part.span)
        except ZeroDivisionError:
            raise refusal(part.span, "this number divides by zero") from None
    raise refusal(
        part.span, f"{part.value!r} is no number", "numbers are written like 1/5, 0.2 or 1e-3"
    )


def whole(part: Given[str]) -> Given[int]:
    """A whole number.

    >>> whole(word("--steps", "100")).value
    100
    """
    if _WHOLE.fullmatch(part.value):
        return Given(int(part.value), part.span)
    raise refusal(part.span, f"a whole number is wanted, and {part.value!r} is none")


def seconds(option: str, text: str) -> float:
    """A time that is not negative."""
    found = number(word(option, text))
    if found.value < 0:
        raise refusal(found.span, f"a time cannot be negative, and {text.strip()} is")
    return float(found.value)


def sizes(part: Given[str]) -> Given[tuple[int, ...]]:
    """Points an axis: 128,128.

    >>> sizes(word("--grid", "128, 64")).value
    (128, 64)
    """
    parts = part.value.replace("x", ",").split(",")
    if all(map(_WHOLE.fullmatch, parts)):
        return Given(tuple(map(int, parts)), part.span)
    message = f"one whole number an axis is wanted, and {part.value!r} is something else"
    raise refusal(part.span, message, "as in --grid 128,128")


def assignments(typed: Iterable[str], option: str, example: str) -> dict[str, Given[str]]:
    """Repeated `name=value` options by name.

    >>> found = assignments(["kappa=1/5", "c = 2"], "--param", "kappa=1/5")
    >>> {name: given.value for name, given in found.items()}
    {'kappa': '1/5', 'c': '2'}
    """
    found: dict[str, Given[str]] = {}
    for text in typed:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (equals and value and name.isidentifier()):
            message = "a name, an equals sign and a value are wanted"
            raise refusal(word(option, text).span, message, f"as in {option} {example}")
        if name in found:
            raise refusal(word(option, text).span, f"{name} is given twice")
        start = text.index(value, text.index("=") + 1)
        found[name] = word(option, text, start, start + len(value))
    return found


def params(typed: Iterable[str]) -> dict[str, Given[Fraction]]:
    """The values behind --param, exact."""
    pairs = assignments(typed, "--param", "kappa=1/5")
    return {name: number(value) for name, value in pairs.items()}


def picture(path: Path) -> Path:
    """The path behind --plot."""
    if path.suffix.lower() != ".png":
        raise UserError(f"--plot draws a .png, and {path} is none")
    return path


@contextmanager
def told_at(places: Mapping[str, Span], rest: Span | None = None) -> Iterator[None]:
    """Faults about something that was typed are shown where it was; others at `rest`, if given."""
    try:
        yield
    except UserError as fault:
        span = places.get(fault.about, rest)
        if span is None:
            raise
        raise refusal(span, fault.message, fault.hint) from fault
