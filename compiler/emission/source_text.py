"""What a syntax tree leaves out: parentheses, trailing commas, comments, numbers as written."""

from __future__ import annotations

import ast
import io
import keyword
import tokenize
from collections.abc import Iterator
from tokenize import COMMENT, DEDENT, ENDMARKER, INDENT, NAME, NEWLINE, NL, OP, STRING, TokenInfo

Place = tuple[int, int]  # line from 1, byte of the line from 0, as in syntax trees

_SILENT = (COMMENT, DEDENT, ENDMARKER, INDENT, NEWLINE, NL)


class Unknown(Exception):
    """A construct outside the subset: its statement stays as it is."""


def start_of(node: ast.expr | ast.keyword | ast.stmt) -> Place:
    """Where a node starts."""
    return node.lineno, node.col_offset


def end_of(node: ast.expr | ast.stmt) -> Place:
    """Where a node ends."""
    return node.end_lineno or 0, node.end_col_offset or 0


class SourceText:
    """A text with its tokens."""

    def __init__(self, text: str) -> None:
        self.lines = [] if text.isascii() else text.split("\n")
        every = list(tokenize.generate_tokens(io.StringIO(text).readline))
        self.tree = ast.parse(text)
        self.powers = set(_signed_powers(self.tree)) if "**" in text else set()
        self.comments = {t.start[0]: t for t in every if t.type == COMMENT}
        tokens = [t for t in every if t.type not in _SILENT]
        self.starts = {self._place(t.start): i for i, t in enumerate(tokens)}
        self.ends = {self._place(t.end): i for i, t in enumerate(tokens)}
        self.tokens = tokens
        self.pairs: dict[int, int] = {}  # opening bracket -> closing bracket
        opened = []
        for i, token in enumerate(tokens):
            if token.type == OP and token.string in ("(", "[", "{"):
                opened.append(i)
            elif token.type == OP and token.string in (")", "]", "}"):
                self.pairs[opened.pop()] = i

    def _place(self, position: tuple[int, int]) -> Place:
        line, column = position
        if line > len(self.lines):
            return position
        return line, len(self.lines[line - 1][:column].encode())

    def is_wrapped(self, node: ast.expr) -> bool:
        """Whether an expression stands in parentheses that are no part of it or of a call.

        A power after a sign counts as if it did: -x**2 becomes -(x**2).
        """
        if node in self.powers:
            return True
        first, last = self.starts[start_of(node)], self.ends[end_of(node)]
        if self.pairs.get(first - 1) != last + 1 or self.tokens[first - 1].string != "(":
            return False
        return first < 2 or not _is_called(self.tokens[first - 2])

    def has_own_parentheses(self, node: ast.Tuple) -> bool:
        """Whether a tuple has parentheses."""
        first, last = self.starts[start_of(node)], self.ends[end_of(node)]
        return self.tokens[first].string == "(" and self.pairs[first] == last

    def has_trailing_comma(self, node: ast.expr) -> bool:
        """Whether a comma ends an expression, or stands before its last bracket."""
        last = self.ends[end_of(node)]
        inner = isinstance(node, ast.Tuple) and not self.has_own_parentheses(node)
        return self.tokens[last if inner else last - 1].string == ","

    def head_end(self, node: ast.stmt) -> int:
        """The number of the last token of a statement, or of the colon before its body."""
        body = getattr(node, "body", None)
        if not body:
            return self.ends[end_of(node)]
        decorators = getattr(body[0], "decorator_list", None)
        if decorators:
            return self.starts[start_of(decorators[0])] - 2
        return self.starts[start_of(body[0])] - 1

    def first_word(self, node: ast.stmt) -> str:
        """The word that a statement starts with."""
        return self.tokens[self.starts[start_of(node)]].string

    def has_comma_before_arrow(self, node: ast.FunctionDef) -> bool:
        """Whether the parameters of a function end with a comma."""
        close = self.pairs[self.starts[start_of(node)] + 2]
        return self.tokens[close - 1].string == ","

    def last_line(self, node: ast.stmt) -> int | None:
        """The last line of a statement or its head, if these lines hold nothing else."""
        first, last = self.starts[start_of(node)], self.head_end(node)
        start, end = self.tokens[first].start[0], self.tokens[last].end[0]
        before = first > 0 and self.tokens[first - 1].end[0] == start
        after = last + 1 < len(self.tokens) and self.tokens[last + 1].start[0] == end
        noted = any(line in self.comments for line in range(start, end))
        return None if before or after or noted else end

    def colons(self, node: ast.Slice) -> int:
        """How many colons a slice has."""
        first, last = self.starts[start_of(node)], self.ends[end_of(node)]
        found, i = 0, first
        while i <= last:
            found += self.tokens[i].string == ":"
            i = self.pairs.get(i, i) + 1
        return found

    def word(self, node: ast.expr) -> str:
        """A name, a number, a string in one piece; a string in double quotes, where it can be."""
        token = self.tokens[self.starts[start_of(node)]]
        if self._place(token.end) != end_of(node) or token.start[0] != token.end[0]:
            raise Unknown("a string of several parts")
        word = token.string
        return f'"{word[1:-1]}"' if word[0] == "'" and not set(word) & {'"', "\\"} else word


def _signed_powers(tree: ast.AST) -> Iterator[ast.BinOp]:
    """The powers that follow a sign."""
    for node in ast.walk(tree):
        match node:
            case ast.UnaryOp(operand=ast.BinOp(op=ast.Pow()) as power):
                yield power


def _is_called(token: TokenInfo) -> bool:
    """Whether a parenthesis after this token opens arguments."""
    if token.type == NAME:
        return not keyword.iskeyword(token.string)
    return token.type == STRING or token.string in (")", "]", "}")
