"""The one way to write a scheme: same meaning, comments kept; formatting twice changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .formatting.layout import lay_out, with_comment
from .formatting.spacing import Written, words
from .parse import parse
from .parsing import language
from .parsing.lalr import terminals
from .parsing.reader import cut
from .parsing.tokens import COMMENT, Token, tokenize
from .source import Source
from .syntax import SchemeStatement, Statement


def format_source(source: Source) -> str:
    """The text in the house style; raises SchemeError when it cannot be read.

    At most one blank line stands between paragraphs, what follows the keywords stands in one
    column, and comments and the writer's line breaks stay where they can.
    """
    program = parse(source)
    text, tables, pieces = source.text, language.tables(), cut(source)
    split = [list(tokenize(tables, text, piece.start, piece.end)) for piece in pieces]
    head = 1 + max((len(tokens[0].text) for tokens in split[1:]), default=0)
    page = _Page(source)
    before = tokenize(tables, text, 0, pieces[0].start)
    page.comments([token for token in before if token.kind == COMMENT], margin=0)
    for statement, tokens in zip(program.statements, split, strict=True):
        page.statement(statement, tokens, head=head)
    newline = "\r\n" if "\r\n" in text else "\n"
    return newline.join([*page.lines, ""])


class _Page:
    """The lines written so far, and how much of the text they stand for."""

    def __init__(self, source: Source) -> None:
        self.lines: list[str] = []
        self._source = source
        self._end = 0

    def statement(self, statement: Statement, tokens: Sequence[Token], *, head: int) -> None:
        """Write a statement and the comments behind it."""
        keyword, margin = tokens[0].text, head
        if isinstance(statement, SchemeStatement):
            head, margin = len("scheme "), 2
        written, rest = _written(self._source, tokens)
        self._gap(tokens[0].span.start)
        first = with_comment(keyword, written[0].trailing)
        self.lines += lay_out(first, words(statement, written), head=head, margin=margin)
        self._end = tokens[-1 - len(rest)].span.end
        self.comments(rest, margin=margin)

    def comments(self, comments: Sequence[Token], *, margin: int) -> None:
        """Write comments on lines of their own, in column 1 or where lines are continued."""
        for comment in comments:
            self._gap(comment.span.start)
            column = 0 if _in_first_column(self._source, comment) else margin
            self.lines.append(" " * column + comment.text.rstrip())
            self._end = comment.span.end

    def _gap(self, start: int) -> None:
        """Keep one of the blank lines before a place."""
        if self.lines and self._source.text.count("\n", self._end, start) > 1:
            self.lines.append("")


def _written(source: Source, tokens: Sequence[Token]) -> tuple[list[Written], list[Token]]:
    """The tokens of a statement with what surrounds them, and the comments behind its last line."""
    plain = [token for token in tokens if token.kind != COMMENT]
    kinds = iter(terminals(language.tables(), plain))
    result: list[Written] = []
    own: list[Token] = []
    end = tokens[0].span.start
    for token in tokens:
        newline = "\n" in source.text[end : token.span.start]
        end = token.span.end
        if token.kind != COMMENT:
            lines = tuple((c.text.rstrip(), _in_first_column(source, c)) for c in own)
            own = []
            result.append(Written(kind=next(kinds), token=token, newline=newline, comments=lines))
        elif newline or own:
            own.append(token)
        else:
            column = source.line_column(token.span.start)[1] - 1
            result[-1] = replace(result[-1], trailing=(token.text.rstrip(), column))
    return _neighbours(result), own


def _neighbours(listed: Sequence[Written]) -> list[Written]:
    """Note which tokens touch both neighbours, and drop commas behind which nothing comes."""
    kept = []
    for before, item, after in zip([None, *listed], listed, [*listed[1:], None], strict=False):
        closing = after is None or (after.kind == "RPAR" and not after.comments)
        if item.kind == "COMMA" and closing and not item.comments and item.trailing is None:
            continue
        place = item.token.span
        left = before is not None and before.token.span.end == place.start
        right = after is not None and place.end == after.token.span.start
        kept.append(replace(item, tight=left and right))
    return kept


def _in_first_column(source: Source, comment: Token) -> bool:
    """Whether a comment starts its line."""
    return source.line_column(comment.span.start)[1] == 1 or comment.span.start == 1
