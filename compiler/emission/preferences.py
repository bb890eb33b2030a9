"""Which expressions go into parentheses when they are too long for a line, in ruff's style."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Literal

from .document import SOFT, Doc, Group, Indent, Rescue, When
from .expressions import BARE, INSIDE, Expressions, if_needed
from .precedence import (
    ATTRIBUTE,
    BOOLEAN,
    COMPARISON,
    CONDITION,
    INVERSION,
    NONE,
    OPERATORS,
)

Needs = Literal["parentheses", "rescue", "nothing"]


def is_word(node: ast.expr) -> bool:
    """Whether an expression is one word, which takes a comment into its parentheses."""
    return isinstance(node, ast.Name) or (isinstance(node, ast.Constant) and node.value is not ...)


class Preferences:
    """Decides and writes the expressions that a statement ends with."""

    def __init__(self, expressions: Expressions) -> None:
        self.expressions = expressions
        self.source = expressions.source

    def needs(self, node: ast.expr) -> Needs:
        """What helps an expression that is too long.

        Parentheses around operators; nothing where it has brackets of its own; a name or a call
        goes into parentheses only if that rescues it.
        """
        match node:
            case ast.BinOp() | ast.Compare() | ast.BoolOp() | ast.IfExp() | ast.Starred():
                return "parentheses"
            case ast.Name() | ast.Constant():
                return "rescue"
            case ast.UnaryOp(operand=operand):
                return "nothing" if self.source.is_wrapped(operand) else self.needs(operand)
            case ast.Call() | ast.Attribute() | ast.Subscript():
                if self.expressions.is_fluent(node):
                    return "parentheses"
                value = node.func if isinstance(node, ast.Call) else node.value
                return "nothing" if self.source.is_wrapped(value) else self.needs(value)
        return "nothing"

    def ending(self, node: ast.expr, comment: str = "") -> Doc:
        """An expression at the end of a statement, with the comment after it."""
        needs = self.needs(node)
        if needs == "nothing":
            return (self.expressions.bare(node, BARE), comment)
        if needs == "parentheses":
            return (self.parenthesized(node), comment)
        name = self.expressions.new_name()
        body = self.expressions.bare(node, name)
        if not comment or not is_word(node):
            return (Rescue(body, name), comment)
        inside = Rescue((body, When(comment)), name)
        return (inside, When(comment, broken=False, name=name))

    def parenthesized(self, node: ast.expr) -> Doc:
        """An expression in parentheses, if it breaks."""
        if _Shape(self).may_stay_bare(node):
            return self.optional(lambda level: self.expressions.bare(node, level))
        return if_needed(self.expressions.bare(node, INSIDE))

    def optional(self, write: Callable[[int], Doc]) -> Doc:
        """Parentheses that are written only if brackets inside cannot be opened instead."""
        name = self.expressions.new_name()
        inside = Indent((SOFT, write(name)), after=name)
        return Group((When("("), inside, SOFT, When(")")), name=name)

    def kept_together(self, node: ast.expr) -> Doc:
        """What stands before the last equals sign: it breaks only if nothing else helps."""
        if isinstance(node, ast.Tuple) or self.has_brackets(node) or self._opens(node):
            return self.expressions.bare(node, BARE)
        return self.parenthesized(node)

    def has_brackets(self, node: ast.expr, *, filled: bool = False) -> bool:
        """Whether an expression ends with brackets of its own (that hold something)."""
        match node:
            case ast.Subscript():
                return True
            case ast.Tuple(elts=items):
                return self.source.has_own_parentheses(node) and bool(items or not filled)
            case ast.List(elts=items) | ast.Set(elts=items) | ast.Dict(values=items):
                return bool(items) or not filled
            case ast.Call(args=args, keywords=keywords):
                return bool(args or keywords) or not filled
        return False

    def _opens(self, node: ast.expr) -> bool:
        match node:
            case ast.Attribute(value=value):
                return self.holds(value) or self._opens(value)
            case ast.Call(args=args, keywords=keywords):
                return bool(args or keywords)
        return isinstance(node, ast.Subscript)

    def holds(self, node: ast.expr, *, filled: bool = False) -> bool:
        """Whether an expression has brackets of its own, or stands in parentheses."""
        return self.has_brackets(node, filled=filled) or self.source.is_wrapped(node)


class _Shape:
    """The loosest operators of an expression outside all brackets, its first and last operand."""

    def __init__(self, preferences: Preferences) -> None:
        self.preferences = preferences
        self.loosest, self.times = NONE, 0
        self.brackets = False
        self.first: ast.expr | str | None = None
        self.last: ast.expr | None = None

    def may_stay_bare(self, node: ast.expr) -> bool:
        """Whether brackets at one of its ends may open instead of parentheses around it."""
        self._inside(node)
        if not self.brackets or self.times > 1:
            return False
        if self.loosest in (NONE, ATTRIBUTE):
            return True
        return any(
            isinstance(end, ast.expr)
            and not isinstance(end, ast.Subscript)
            and self.preferences.holds(end, filled=True)
            for end in (self.last, self.first)
        )

    def _visit(self, node: ast.expr) -> None:
        self.last = node
        if self.preferences.source.is_wrapped(node):
            self.brackets = True
        else:
            self._inside(node)
        self.first = self.first or node

    def _count(self, precedence: int, times: int = 1) -> None:
        if precedence >= self.loosest:
            self.times = times + (self.times if precedence == self.loosest else 0)
            self.loosest = precedence

    def _inside(self, node: ast.expr) -> None:
        match node:
            case ast.Dict() | ast.List() | ast.Set():
                self.brackets = True
            case ast.Tuple(elts=items):
                if self.preferences.has_brackets(node):
                    self.brackets = True
                else:
                    self._all(items)
            case ast.BoolOp(values=values):
                self._count(BOOLEAN, len(values) - 1)
                self._all(values)
            case ast.BinOp(left=left, op=op, right=right):
                self._count(OPERATORS[type(op)][1])
                self._all([left, right])
            case ast.IfExp(test=test, body=body, orelse=other):
                self._count(CONDITION, 2)
                self._all([body, test, other])
            case ast.Compare(left=left, ops=ops, comparators=others):
                self._count(COMPARISON, len(ops))
                self._all([left, *others])
            case ast.Call(func=value) | ast.Subscript(value=value):
                self.brackets = True
                self._visit(value)
                self.last = node
            case ast.Attribute(value=value):
                self._visit(value)
                if self.preferences.holds(value):
                    self._count(ATTRIBUTE)
                self.last = node
            case ast.UnaryOp(op=op, operand=operand):
                if isinstance(op, ast.Invert):
                    self._count(INVERSION)
                self.first = self.first or "sign"
                self._visit(operand)
            case ast.Starred(value=value):
                self.first = self.first or "star"
                self._visit(value)

    def _all(self, nodes: Sequence[ast.expr]) -> None:
        for node in nodes:
            self._visit(node)
