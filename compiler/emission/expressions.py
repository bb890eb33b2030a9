"""Python expressions as documents: where a line may end in ruff's style."""

from __future__ import annotations

import ast
import keyword
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from itertools import count

from .document import BROKEN_COMMA, MAGIC_COMMA, SOFT, SPACE, Doc, Group, Indent, Own, When

# Where an expression stands: bare (a line end would end the statement), inside brackets, or, given
# by the number of their group, in parentheses that are written only if they are needed.
BARE, INSIDE = -1, 0

Part = ast.expr | tuple[str, int]  # an operand, or an operator and how loosely it binds

OPERATORS: dict[type[ast.AST], tuple[str, int]] = {
    ast.Pow: ("**", 1),
    **{t: (s, 2) for t, s in ((ast.Mult, "*"), (ast.MatMult, "@"), (ast.Div, "/"))},
    **{t: (s, 2) for t, s in ((ast.Mod, "%"), (ast.FloorDiv, "//"))},
    **{t: (s, 3) for t, s in ((ast.Add, "+"), (ast.Sub, "-"))},
    **{t: (s, 4) for t, s in ((ast.LShift, "<<"), (ast.RShift, ">>"))},
    ast.BitAnd: ("&", 5),
    ast.BitXor: ("^", 6),
    ast.BitOr: ("|", 7),
    **{t: (s, 8) for t, s in ((ast.Eq, "=="), (ast.NotEq, "!="), (ast.Lt, "<"), (ast.LtE, "<="))},
    **{t: (s, 8) for t, s in ((ast.Gt, ">"), (ast.GtE, ">="), (ast.In, "in"))},
    **{t: (s, 8) for t, s in ((ast.NotIn, "not in"), (ast.Is, "is"), (ast.IsNot, "is not"))},
    ast.And: ("and", 9),
    ast.Or: ("or", 9),
}
UNARY: dict[type[ast.AST], str] = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~", ast.Not: "not "}
_SILENT = (tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.NEWLINE)


class Unknown(Exception):  # noqa: N818 (not an error: such a statement stays as it is)
    """A construct outside the subset."""


def soft(doc: Doc) -> Doc:
    """An indented line of its own, if the group breaks."""
    return (Indent((SOFT, doc)), SOFT)


def bracketed(left: str, doc: Doc, right: str, level: int) -> Doc:
    """Brackets whose content goes to an indented line if it is too long."""
    group = Group((left, soft(doc), right))
    return Own(group, level) if level > 0 else group


def grouped(doc: Doc, level: int) -> Doc:
    """A group, where breaks are allowed."""
    return doc if level == BARE else Group(doc, after=max(level, 0))


def gap(level: int) -> Doc:
    """A space, or a line end where breaks are allowed."""
    if level > 0:
        return (When(SPACE, name=level), When(" ", broken=False, name=level))
    return SPACE if level == INSIDE else " "


def tight(level: int) -> tuple[Doc, Doc]:
    """What stands before and after the operator of a power of simple things."""
    if level > 0:
        return When(SOFT, name=level), When(When(" "), name=level)
    return (SOFT, When(" ")) if level == INSIDE else ("", "")


def listed(docs: Sequence[Doc], *, comma: bool) -> Doc:
    """Parts with commas; `comma` tells that the last comma is in the source, and breaks the group."""
    parts: list[Doc] = []
    for doc in docs:
        parts += [",", SPACE, doc] if parts else [doc]
    if comma:
        parts.append(MAGIC_COMMA)
    elif len(docs) > 1:
        parts.append(BROKEN_COMMA)
    return tuple(parts)


class Expressions:
    """Writes the expressions of one text; tokens tell what its tree leaves out."""

    def __init__(self, tokens: Iterable[tokenize.TokenInfo]) -> None:
        self.wrapped: set[tuple[int, ...]] = set()  # places of expressions in parentheses
        self.trailing: set[tuple[int, ...]] = set()  # ends of brackets after a trailing comma
        self.numbers = count(1)
        opened: list[int] = []
        row = [t for t in tokens if t.type not in _SILENT]
        for i, token in enumerate(row):
            if token.type == tokenize.OP and token.string in ("(", "[", "{"):
                opened.append(i)
            elif token.type == tokenize.OP and token.string in (")", "]", "}"):
                start = opened.pop()
                if row[i - 1].string == ",":
                    self.trailing.add(_byte(token, token.end))
                if token.string == ")" and not (start and _ends_operand(row[start - 1])):
                    first, last = row[start + 1], row[i - 1]
                    self.wrapped.add((*_byte(first, first.start), *_byte(last, last.end)))

    def is_wrapped(self, node: ast.expr) -> bool:
        """Whether an expression stands in parentheses that are no part of it."""
        return (*start_of(node), *end_of(node)) in self.wrapped

    def text(self, node: ast.expr, level: int) -> Doc:
        """An expression, with the parentheses around it."""
        if self.is_wrapped(node):
            return bracketed("(", self.bare(node, INSIDE), ")", level)
        return self.bare(node, level)

    def bare(self, node: ast.expr, level: int) -> Doc:
        """An expression, without parentheses around it."""
        match node:
            case ast.Name(id=name):
                return name
            case ast.Constant():
                return self._constant(node)
            case ast.BinOp() | ast.Compare() | ast.BoolOp():
                return grouped(self._chain([*self._flat(node)], level), level)
            case ast.UnaryOp(op=op, operand=operand):
                if isinstance(operand, ast.BinOp) and isinstance(operand.op, ast.Pow):
                    return (UNARY[type(op)], bracketed("(", self.bare(operand, 0), ")", level))
                return (UNARY[type(op)], self.text(operand, level))
            case ast.IfExp():
                return grouped(self._choice(node, level), level)
            case ast.Call() | ast.Attribute() | ast.Subscript():
                return self._link(node, level)
            case ast.Tuple():
                return self.tuple(node, level)
            case ast.List(elts=items) | ast.Set(elts=items):
                left, right = "[]" if isinstance(node, ast.List) else "{}"
                return self._display(left, [self.text(i, INSIDE) for i in items], right, node, level)
            case ast.Dict(keys=keys, values=values):
                pairs = [self._pair(k, v) for k, v in zip(keys, values, strict=True)]
                return self._display("{", pairs, "}", node, level)
            case ast.Slice():
                return self._slice(node, level)
            case ast.Starred(value=value):
                return ("*", self.text(value, level))
        raise Unknown(type(node).__name__)

    def _constant(self, node: ast.Constant) -> Doc:
        text = self.words.get(start_of(node), "")
        if not text:
            raise Unknown("string")
        return text
