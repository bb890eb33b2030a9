"""The words of a statement, each with the space before it and the breaks it allows.

One rule a sign: `+ - = < ->` and words stand between spaces, but `+` and `-` are tight inside an
index; `^` and signs of a single value are always tight; `*` and `/` keep the writer's choice, since
`1/10 * cos(2*pi*x)` says more than either spelling alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .. import syntax as tree
from ..parsing.depth import children
from ..parsing.tokens import Token

_OPENING = {"LPAR", "LSQB"}
_CLOSING = {"RPAR", "RSQB"}
_GLUED = {*_CLOSING, "COMMA", "COLON", "_ADJOINT"}
_VALUE_ENDS = {"NAME", "NUMBER", "STRING", "RPAR", "RSQB", "_ADJOINT"}
# Operators before which a line may break, and how badly; a break behind one moves before it.
_BREAKS = {"AND": 1, "OR": 1, "SIGN": 2, "COMPARED": 3, "TIMES": 6, "EQUAL": 18}
_DEEPER = 10  # as bad as a bracket more around it
_LONG_LEFT_SIDE = 40  # behind so much a line may well break before '='


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A token as it is to be written.

    kind      its terminal
    space     a space stands before it, unless a line starts with it
    depth     brackets open around it
    breaks    how badly a line starts with it, 0 is best; None where it may not
    wanted    the writer started a line with it, where it may
    forced    a comment stands before it, so a line must start with it
    comments  on lines of their own before it, each with whether it stood in column 1
    trailing  a comment behind it on its line, and the column in which it stood
    """

    kind: str
    text: str
    space: bool
    depth: int
    breaks: int | None
    wanted: bool
    forced: bool
    comments: tuple[tuple[str, bool], ...]
    trailing: tuple[str, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A token with its terminal and what surrounds it in the text.

    newline: a line ended before it; tight: no white on either side of it.
    """

    kind: str
    token: Token
    newline: bool
    tight: bool = False
    comments: tuple[tuple[str, bool], ...] = ()
    trailing: tuple[str, int] | None = None


def words(statement: tree.Statement, written: Sequence[Written]) -> list[Word]:
    """The words of a statement behind its keyword."""
    applied, values = _places(statement)
    result: list[Word] = []
    inside: list[str] = []  # for each open bracket "index" or another word
    before, before_tight = written[0], False
    for item in written[1:]:
        offset, kind = item.token.span.start, item.kind
        call = kind in _OPENING and before.token.span.end in applied
        unary = kind == "SIGN" and (before.kind not in _VALUE_ENDS or offset in values)
        in_index = bool(inside) and inside[-1] == "index"
        tight = (
            kind == "_POWER"
            or (kind == "TIMES" and item.tight)
            or (kind == "SIGN" and in_index and not unary)
        )
        if kind in _CLOSING:
            inside.pop()
        glued = tight or before_tight or call or kind in _GLUED
        breaks = 0 if before.kind == "COMMA" or kind == "STRING" else _BREAKS.get(kind)
        if kind == "EQUAL" and not inside and _is_long(result):
            breaks = 1
        result.append(
            Word(
                kind="UNARY" if unary else kind,
                text="^" if kind == "_POWER" else item.token.text,
                space=not glued,
                depth=len(inside),
                breaks=None if breaks is None or glued or unary else breaks + _DEEPER * len(inside),
                wanted=item.newline or kind == "STRING",
                forced=bool(item.comments or before.trailing),
                comments=item.comments,
                trailing=item.trailing,
            )
        )
        if kind in _OPENING:
            inside.append("index" if call and kind == "LSQB" else "other")
        before, before_tight = item, tight or unary or kind in _OPENING
    return _settled(result)


def _is_long(left: Sequence[Word]) -> bool:
    """Whether these words are the long left side of an equation."""
    if any(word.kind == "COMMA" and word.depth == 0 for word in left):
        return False
    return sum(word.space + len(word.text) for word in left) > _LONG_LEFT_SIDE


def _settled(listed: Sequence[Word]) -> list[Word]:
    """Breaks wanted behind an operator are moved before it; those at other places are dropped."""
    return [
        Word(
            **{name: getattr(word, name) for name in Word.__slots__}
            | {
                "wanted": word.breaks is not None
                and (word.wanted or bool(word.kind in _BREAKS and after and after.wanted))
            }
        )
        for word, after in zip(listed, [*listed[1:], None], strict=True)
    ]


def _places(statement: tree.Statement) -> tuple[set[int], set[int]]:
    """Where something ends that the next bracket is applied to, and where options' values start."""
    applied: set[int] = set()
    values: set[int] = set()
    pending: list[tree.Node] = [statement]
    while pending:
        node = pending.pop()
        match node:
            case tree.Call(function=base) | tree.Index(base=base):
                applied.add(base.span.end)
            case tree.Method(name=name) | tree.FunctionStatement(name=name):
                applied.add(name.span.end)
            case tree.Option(value=value) | tree.Claim(value=value) if value is not None:
                values.add(value.span.start)
            case _:
                pass
        pending.extend(children(node))
    return applied, values
