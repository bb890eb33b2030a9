"""The words and signs of a statement, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..source import Span
from .tables import Tables

ILLEGAL = "?"
COMMENT = "COMMENT"


@dataclass(frozen=True, slots=True)
class Token:
    """A terminal of the grammar as it was written; a keyword is of kind NAME until it is parsed.

    Kind "?" is text that no terminal matches.
    """

    kind: str
    text: str
    span: Span


def tokenize(tables: Tables, text: str, start: int, end: int) -> Iterator[Token]:
    """All tokens of text[start:end] in order, comments included, spaces left out."""
    match = re.compile(tables.pattern).match
    while start < end:
        found = match(text, start, end)
        if found is None:
            yield Token(ILLEGAL, text[start], Span(start, start + 1))
            start += 1
            continue
        kind = found.lastgroup or ILLEGAL
        if kind == COMMENT or kind not in tables.ignored:
            yield Token(kind, found.group(), Span(*found.span()))
        start = found.end()
