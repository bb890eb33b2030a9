"""Breaks the words of a statement into lines of at most 100 columns and indents them.

The writer's breaks are kept where a line may break; a line that is still too long is broken where
the fewest brackets are open. Continued lines stand under what they continue: what follows the
keyword, the right side of '=', or the inside of the open bracket.
"""

from __future__ import annotations

from collections.abc import Sequence

from .spacing import Word

WIDTH = 100
_FAR = 60  # no line is indented farther
_OPERATORS = {"SIGN", "TIMES", "COMPARED", "AND", "OR"}


def lay_out(keyword: str, words: Sequence[Word], *, head: int, margin: int) -> list[str]:
    """The lines of a statement.

    keyword: the keyword, with a comment behind it; head, margin: the columns, counted from 0, of
    what follows it on its line, and of the lines that continue it.
    """
    lines = [keyword]
    indents = _Indents(margin)
    begin = 0
    while begin < len(words):
        fresh = begin > 0 or words[0].forced
        indent = indents.column(words[begin]) if fresh else head
        for text, in_first_column in words[begin].comments:
            lines.append(" " * (0 if in_first_column else indent) + text)
        end = _line_end(words, begin, indent)
        line = " " * indent if fresh else lines.pop().ljust(head)
        for position, word in enumerate(words[begin:end]):
            line += " " * (word.space and position > 0)
            indents.put(word, len(line))
            line += word.text
        lines.append(with_comment(line, words[end - 1].trailing))
        begin = end
    return lines


def with_comment(line: str, comment: tuple[str, int] | None) -> str:
    """A line and the comment behind it, in the column in which it stood if that is free."""
    if comment is None:
        return line
    text, column = comment
    return line.ljust(max(column, len(line) + 2)) + text


def _line_end(words: Sequence[Word], begin: int, indent: int) -> int:
    """Where the line that starts with a word ends: before a wanted break, or where it is full."""
    column = indent + len(words[begin].text)
    best: tuple[int, int] | None = None
    for position in range(begin + 1, len(words)):
        word = words[position]
        if word.forced or word.wanted:
            return position
        if word.breaks is not None and (best is None or column <= WIDTH):
            best = min(best or (word.breaks, -position), (word.breaks, -position))
        column += word.space + len(word.text)
        if column > WIDTH and best is not None:
            return -best[1]
    return len(words)


class _Indents:
    """Knows the columns under which a continued line may stand."""

    def __init__(self, margin: int) -> None:
        self._margin = margin
        self._right_side: int | None = None
        self._brackets: list[int] = []

    def put(self, word: Word, column: int) -> None:
        """Note a word that is written in a column."""
        if word.kind in {"LPAR", "LSQB"}:
            self._brackets.append(column + 1)
        elif word.kind in {"RPAR", "RSQB"}:
            self._brackets.pop()
        elif not self._brackets and word.kind == "EQUAL":
            self._right_side = column + 2
        elif not self._brackets and word.kind == "COMMA":
            self._right_side = None

    def column(self, word: Word) -> int:
        """Where a line that starts with a word begins."""
        if self._brackets:
            column = self._brackets[-1]
        elif word.kind in _OPERATORS and self._right_side is not None:
            column = self._right_side
        else:
            return self._margin
        return column if column <= _FAR else self._margin + 2 * (1 + len(self._brackets))
