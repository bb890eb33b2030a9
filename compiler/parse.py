"""From a text to its syntax tree, with all faults of syntax told at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from .parsing import language
from .parsing.build import build, leaf
from .parsing.depth import too_deep
from .parsing.explain import explain, first_of, keyword_fault, meant
from .parsing.lalr import Stuck, parse_tokens
from .parsing.lexical import DEEPEST, bracket_fault, deep_fault, lexical_fault
from .parsing.reader import check_text, cut, read_source
from .parsing.tokens import COMMENT, ILLEGAL, Token, tokenize
from .source import Diagnostic, Faults, Source, Span
from .syntax import Broken, Node, Program, SchemeStatement, Statement

__all__ = ["parse", "parse_into", "read_source"]

# A text that is no scheme at all should not be answered by a thousand faults.
_MOST_FAULTS = 50


def parse(source: Source) -> Program:
    """The syntax tree of a text; raises one SchemeError with every fault of syntax in it."""
    faults = Faults(source)
    program = parse_into(faults)
    faults.check()
    return program


def parse_into(faults: Faults) -> Program:
    """The syntax tree of what can be read of a text; the faults of the rest are collected.

    Raises SchemeError at once when the text is none: empty, too long, binary.
    """
    source = faults.source
    check_text(source)
    statements: list[Statement] = []
    broken: list[Broken] = []
    for piece in cut(source):
        if len(broken) == _MOST_FAULTS:
            faults.error(Span(piece.start, piece.start + 1), "too many faults; reading stops here")
            break
        every = tokenize(language.tables(), source.text, piece.start, piece.end)
        tokens = [token for token in every if token.kind != COMMENT]
        read = _statement(source, tokens)
        if isinstance(read, Diagnostic):
            faults.error(read.span, read.message, read.hint)
            broken.append(_broken(tokens))
        else:
            statements.append(read)
    program = Program(source=source, statements=tuple(statements), broken=tuple(broken))
    _check_scheme_line(program, faults)
    return program


def _statement(source: Source, tokens: Sequence[Token]) -> Statement | Diagnostic:
    """The tree of one statement, or its first fault."""
    tables = language.tables()
    if fault := keyword_fault(source, tokens, keywords=tables.keywords):
        return fault
    seen = first_of(lexical_fault(source, tokens, language.mistakes), bracket_fault(source, tokens))
    try:
        if seen:  # something before it may be wrong as well, but no tree can be made of it
            parse_tokens(tables, tokens, leaf=lambda _: None, build=lambda *_: None)
            return seen
        tree: Node = parse_tokens(tables, tokens, leaf=leaf, build=build)
    except Stuck as stuck:
        return _first_fault(source, tokens, stuck.position, seen)
    deep = too_deep(tree, limit=DEEPEST) if len(tokens) > DEEPEST else None
    return deep_fault(deep.span) if deep else cast("Statement", tree)


def _first_fault(
    source: Source, tokens: Sequence[Token], position: int, seen: Diagnostic | None
) -> Diagnostic:
    """The first of a fault already seen and of the one at which the parser is stuck."""
    illegal = position < len(tokens) and tokens[position].kind == ILLEGAL
    told = None
    if not seen or not illegal:
        told = explain(
            source, tokens, position, tables=language.tables(), mistakes=language.mistakes()
        )
    first = first_of(seen, told)
    assert first is not None
    return first


def _broken(tokens: Sequence[Token]) -> Broken:
    """What is known of a statement that cannot be read."""
    return Broken(
        span=tokens[0].span | tokens[-1].span,
        keywords=meant(tokens, language.tables().keywords),
        names=frozenset(token.text for token in tokens[1:] if token.kind == "NAME"),
    )


def _check_scheme_line(program: Program, faults: Faults) -> None:
    """`scheme NAME` stands first and only once."""
    statements = program.statements
    named = [s for s in statements if isinstance(s, SchemeStatement)]
    for again in named[1:]:
        line, _ = program.source.line_column(named[0].span.start)
        faults.error(
            _word(again),
            f"a second 'scheme': one file describes one scheme, named in line {line}",
        )
    first = min((*statements, *program.broken), key=lambda s: s.span.start)
    meant_for = [s for s in program.broken if not s.keywords or "scheme" in s.keywords]
    if isinstance(first, SchemeStatement) or meant_for:
        return
    if named:
        faults.error(_word(named[0]), "'scheme' must be the first statement of the file")
    else:
        faults.error(
            _word(first),
            "the file does not start with 'scheme' and a name",
            f"write scheme {_a_name(program.source.name)} in a line before",
        )


def _word(statement: Statement | Broken) -> Span:
    """The place of the keyword of a statement."""
    keyword = type(statement).__name__.removesuffix("Statement").lower()
    return Span(statement.span.start, statement.span.start + len(keyword))


def _a_name(path: str) -> str:
    """A name for a scheme from that of its file."""
    stem = path.replace("\\", "/").rpartition("/")[2].partition(".")[0]
    return stem if stem.isidentifier() and stem.isascii() else "heat"
