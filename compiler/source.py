"""Texts, places in them, and what a user is told about a fault."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of character offsets [start, end) of a text.

    The text is that of the file, unless `source` names another one: words of the command line.
    """

    start: int
    end: int
    source: Source | None = None

    def __or__(self, other: Span) -> Span:
        """The smallest span that covers both, which lie in one text."""
        return Span(min(self.start, other.start), max(self.end, other.end), self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One fault: where it is, its one cause, and one hint (may be empty)."""

    span: Span
    message: str
    hint: str = ""
    severity: str = "error"  # "error" | "warning" | "note"


@dataclass(frozen=True, slots=True)
class Source:
    """A text and the name under which it is shown: of a `.scheme` file, or `typed` elsewhere.

    A typed text is one line, such as `--param kappa=1/5`, and is shown without line and column.
    """

    name: str
    text: str
    typed: bool = False
    _starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        starts = [0, *(i + 1 for i, c in enumerate(self.text) if c == "\n")]
        object.__setattr__(self, "_starts", tuple(starts))

    def line_column(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both counted from 1."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of one line (counted from 1) without its end."""
        start = self._starts[number - 1]
        end = self._starts[number] - 1 if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r")

    def quote(self, span: Span) -> str:
        """The text of a span."""
        return (span.source or self).text[span.start : span.end]

    def show(self, fault: Diagnostic, *, width: int = 160) -> str:
        """The fault with file, line, column, source line, carets and hint, as a user reads it.

        Of a line longer than `width` the part around the fault is shown.
        """
        return (fault.span.source or self)._shown(fault, width)

    def _shown(self, fault: Diagnostic, limit: int) -> str:
        """A fault in this very text."""
        number, column = self.line_column(fault.span.start)
        text = self.line(number)
        width = max(1, min(fault.span.end - fault.span.start, len(text) - column + 1))
        kind = "" if fault.severity == "error" else f"{fault.severity}: "
        place = self.name if self.typed else f"{self.name}:{number}:{column}"
        shown = [f"{place}: {kind}{fault.message}"]
        window = _window(text, column - 1, width=limit)
        if text.strip():
            marked = text[column - 1 : min(column - 1 + width, window.stop)]
            shown.append("  " + _printable(text[window]))
            shown.append("  " + _blank(text[window.start : column - 1]) + _carets(marked))
        if fault.hint:
            shown.append(f"  hint: {fault.hint}")
        return "\n".join(shown)


@dataclass(frozen=True, slots=True)
class Given(Generic[T]):
    """A value that replaces one of the file, and the words in which it was given."""

    value: T
    span: Span


def given(option: str, name: str, value: T | Given[T]) -> Given[T]:
    """A value with its words; one that a program passes is shown as `name = value`."""
    if isinstance(value, Given):
        return value
    text = f"{name} = {value}"
    return Given(value, Span(len(name) + 3, len(text), Source(option, text, typed=True)))


def name_of(name: str, value: Span) -> Span:
    """Where the name stands that a typed value follows: the `kappa` of `--param kappa=1/5`."""
    if value.source is None:
        return value
    start = max(0, value.source.text.rfind(name, 0, value.start))
    return Span(start, start + len(name), value.source)


def _blank(text: str) -> str:
    """Nothing, as wide as a text is on a terminal: some letters take two columns, accents none."""
    return "".join(c if c == "\t" else " " * _columns(c) for c in text)


def _carets(text: str) -> str:
    """Carets below a text, one at least."""
    return "^" * max(1, sum(map(_columns, text)))


def _columns(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in {"W", "F"} else 1


def _window(text: str, column: int, *, width: int) -> slice:
    """The part of a long line that is shown around a column (lines may be kilobytes long)."""
    start = max(0, column - width // 2) if len(text) > width else 0
    return slice(start, min(len(text), start + width))


def _printable(text: str) -> str:
    """Control characters of a binary file must not reach the terminal."""
    return "".join(c if c.isprintable() or c == "\t" else "\N{REPLACEMENT CHARACTER}" for c in text)


class SchemeError(Exception):
    """All faults of one text at once; `str()` is what the user reads."""

    def __init__(self, source: Source, diagnostics: tuple[Diagnostic, ...]) -> None:
        self.source = source
        self.diagnostics = tuple(sorted(diagnostics, key=_reading_order))
        super().__init__(self.shown())

    def shown(self, width: int = 160) -> str:
        """All faults, with at most so many columns of a source line."""
        return "\n".join(self.source.show(d, width=width) for d in self.diagnostics)


def refusal(span: Span, message: str, hint: str = "") -> SchemeError:
    """One fault in a text that the span names."""
    source = span.source or Source("", "")
    return SchemeError(source, (Diagnostic(span=span, message=message, hint=hint),))


def _reading_order(fault: Diagnostic) -> tuple[bool, int, int]:
    """The file first, then what was given beside it."""
    return fault.span.source is not None, fault.span.start, fault.span.end


@dataclass(slots=True)
class Faults:
    """Collects diagnostics while a stage goes on, so that all faults are told at once."""

    source: Source
    found: list[Diagnostic] = field(default_factory=list)

    def error(self, span: Span, message: str, hint: str = "") -> None:
        """Note a fault; the same fault at the same place is told once."""
        fault = Diagnostic(span=span, message=message, hint=hint)
        if fault not in self.found:
            self.found.append(fault)

    def warn(self, span: Span, message: str, hint: str = "") -> None:
        """Note something that does not stop the stage."""
        fault = Diagnostic(span=span, message=message, hint=hint, severity="warning")
        if fault not in self.found:
            self.found.append(fault)

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The faults that stop the stage."""
        return tuple(d for d in self.found if d.severity == "error")

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What the user should know although the stage went on."""
        return tuple(d for d in self.found if d.severity != "error")

    def check(self) -> None:
        """Raise all errors at once, if there are any."""
        if self.errors:
            raise SchemeError(self.source, self.errors)
