"""Which expressions go into parentheses when they are too long for a line, in ruff's style."""

from __future__ import annotations

import ast
from typing import Literal

from .document import SOFT, Doc, Group, Indent, Rescue, When
from .expressions import BARE, BOOLEAN, COMPARISON, INSIDE, OPERATORS, Chained, Expressions, if_needed
from .source_text import Unknown

Needs = Literal["parentheses", "rescue", "nothing"]

NONE, ATTRIBUTE, INVERSION, CONDITION = 0, 1, 3, 12


class Preferences:
    """Decides and writes the expressions that a statement ends with."""

    def __init__(self, expressions: Expressions) -> None:
        self.expressions = expressions
        self.source = expressions.source

    def needs(self, node: ast.expr) -> Needs:
        """What helps an expression that is too long.

        Parentheses around operators; nothing where it has brackets of its own; a name or a call goes
        into parentheses only if that rescues it.
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
            if _Shape(self).may_stay_bare(node):
                return (self.optional(lambda level: self.expressions.bare(node, level)), comment)
            return (if_needed(self.expressions.bare(node, INSIDE)), comment)
        name = self.expressions.new_name()
        body = self.expressions.bare(node, name)
        if not comment or not isinstance(node, ast.Name | ast.Constant):
            return (Rescue(body, name), comment)
        inside = Rescue((body, When(comment)), name)
        return (inside, When(comment, broken=False, name=name))
