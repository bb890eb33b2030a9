"""From a text to its syntax tree, with all faults of syntax told at once."""

from __future__ import annotations

from functools import cache
from typing import cast

from .. import grammars
from .parsing.build import build, leaf
from .parsing.lalr import Stuck, parse_tokens
from .parsing.reader import cut
from .parsing.tables import Tables, compile_grammar
from .parsing.tokens import tokenize
from .source import Faults, Source, Span
from .syntax import Program, Statement


def parse(source: Source) -> Program:
    """The syntax tree of a text; raises one SchemeError with every fault of syntax in it."""
    faults = Faults(source)
    statements = [s for piece in cut(source) if (s := _statement(source, piece, faults))]
    faults.check()
    return Program(source=source, statements=tuple(statements))


def _statement(source: Source, piece: Span, faults: Faults) -> Statement | None:
    """The tree of one statement, or None when it has a fault."""
    tables = _tables()
    every = tokenize(tables, source.text, piece.start, piece.end)
    tokens = [token for token in every if token.kind != "COMMENT"]
    try:
        return cast("Statement", parse_tokens(tables, tokens, leaf=leaf, build=build))
    except Stuck as stuck:
        place = tokens[stuck.position].span if stuck.position < len(tokens) else tokens[-1].span
        faults.error(place, "this does not fit here")
        return None


@cache
def _tables() -> Tables:
    """The compiled grammar."""
    return compile_grammar(grammars.read("scheme.lark"))
