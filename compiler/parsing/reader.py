"""Cuts a text into statements: one starts in column 1 and runs to the next that does."""

from __future__ import annotations

import re

from ..source import Source, Span

# The first character of a line that starts a statement.
_START = re.compile(r"^(?![ \t\r\n#\ufeff])(?=.)", re.MULTILINE)
_MARK = "\ufeff"  # some editors begin a UTF-8 file with this


def cut(source: Source) -> list[Span]:
    """The statements of a text in order, each up to the next one.

    What stands before the first statement is cut off as a piece of its own when it is not white.
    """
    text = source.text
    begin = len(_MARK) if text.startswith(_MARK) else 0
    starts = [m.start() for m in _START.finditer(text, begin)]
    if begin and not text[begin : begin + 1].isspace() and text[begin : begin + 1] not in {"", "#"}:
        starts = sorted({begin, *starts})
    head = starts[0] if starts else len(text)
    if re.sub(r"#[^\n]*", "", text[begin:head]).strip():
        starts.insert(0, begin)
    return [Span(a, b) for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
