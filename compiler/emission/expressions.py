"""Python expressions as documents: where a line may end, in ruff's style."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Sequence

from .document import COMMA, MUST, SOFT, SPACE, Doc, Group, Indent, Own, When
from .precedence import OPERATORS, SIGNS, is_plain, is_simple
from .source_text import SourceText, Unknown, start_of

# Where an expression stands: bare (a line end would end the statement), inside brackets, or, given
# by the number of their group, in parentheses that are written only if they are needed.
BARE, INSIDE = -1, 0

Part = ast.expr | tuple[str, int]  # an operand, or an operator and how loosely it binds
Chained = ast.Call | ast.Attribute | ast.Subscript


def soft(doc: Doc) -> Doc:
    """Indented on lines of its own, if the group breaks."""
    return (Indent((SOFT, doc)), SOFT)


def bracketed(left: str, doc: Doc, right: str, level: int) -> Doc:
    """Brackets; what is inside goes to lines of its own if it is too long."""
    group = Group(soft(doc))
    return (left, Own(group, level) if level > 0 else group, right)


def grouped(doc: Doc, level: int) -> Doc:
    """A group, where a line may end at all."""
    return doc if level == BARE else Group(doc, after=level)


def gap(level: int) -> Doc:
    """A space, or a line end where a line may end at all."""
    if level > 0:
        return (When(SPACE, name=level), When(" ", broken=False, name=level))
    return SPACE if level == INSIDE else " "


def listed(docs: Sequence[Doc], *, trailing: bool = False, always: bool = False) -> Doc:
    """Parts with commas between; a trailing comma in the source breaks the group."""
    parts: list[Doc] = []
    for doc in docs:
        parts += [",", SPACE, doc] if parts else [doc]
    comma = COMMA if len(docs) > 1 or trailing or always else ""
    return (*parts, comma, MUST if trailing else "")


def if_needed(doc: Doc) -> Doc:
    """Parentheses that are written if the group breaks."""
    return Group((When("("), soft(doc), When(")")))


class Expressions:
    """Writes the expressions of one text."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.new_name = itertools.count(1).__next__
        self.sequences: set[int] = set()  # groups whose parentheses are those of a tuple

    def text(self, node: ast.expr, level: int) -> Doc:
        """An expression, with the parentheses around it."""
        if self.source.is_wrapped(node):
            return bracketed("(", self.bare(node, INSIDE), ")", level)
        return self.bare(node, level)

    def bare(self, node: ast.expr, level: int) -> Doc:
        """An expression, without parentheses around it."""
        match node:
            case ast.Name() | ast.Constant():
                return self.source.word(node)
            case ast.BinOp() | ast.Compare() | ast.BoolOp():
                return grouped(self._chain(self._parts(node), level), level)
            case ast.UnaryOp(op=op, operand=operand):
                return (SIGNS[type(op)], self.text(operand, level))
            case ast.IfExp():
                return grouped(self._conditional(node, level), level)
            case ast.Call() | ast.Attribute() | ast.Subscript():
                return self._link(node, level)
            case ast.Tuple():
                return self._tuple(node, level)
            case ast.List(elts=items) | ast.Set(elts=items):
                left, right = "[]" if isinstance(node, ast.List) else "{}"
                return self._display(
                    left, [self.text(i, INSIDE) for i in items], right, node, level
                )
            case ast.Dict(keys=keys, values=values):
                pairs = [self._pair(k, v) for k, v in zip(keys, values, strict=True)]
                return self._display("{", pairs, "}", node, level)
            case ast.Slice():
                return self._slice(node, level)
            case ast.Starred(value=value):
                return ("*", self.text(value, level))
        raise Unknown(type(node).__name__)

    # ---- operators

    def _parts(self, node: ast.expr) -> list[Part]:
        """Operands and operators from left to right, whatever their precedence."""
        operators: list[ast.AST]
        match node:
            case ast.BinOp(left=left, op=op, right=right):
                operands, operators = [left, right], [op]
            case ast.Compare(left=left, ops=ops, comparators=others):
                operands, operators = [left, *others], [*ops]
            case ast.BoolOp(op=op, values=operands):
                operators = [op] * (len(operands) - 1)
            case _:
                return [node]
        found: list[Part] = []
        for i, operand in enumerate(operands):
            found += [OPERATORS[type(operators[i - 1])]] if i else []
            found += [operand] if self.source.is_wrapped(operand) else self._parts(operand)
        return found

    def _chain(self, parts: Sequence[Part], level: int) -> Doc:
        """Operands and operators; lines end before the operators that bind most loosely."""
        if isinstance(parts[0], ast.expr) and len(parts) == 1:
            return self.text(parts[0], level)
        loosest = max(p[1] for p in parts if isinstance(p, tuple))
        found: list[Doc] = []
        start = 0
        for i, part in enumerate(parts):
            if isinstance(part, tuple) and part[1] == loosest:
                found.append(self._side(parts[start:i], level))
                if part[0] == "**" and self._are_simple(parts[i - 1], parts[i + 1]):
                    found += self._tight_power(level)
                else:
                    found += [gap(level), part[0], " "]
                start = i + 1
        return (*found, self._side(parts[start:], level))

    def _side(self, parts: Sequence[Part], level: int) -> Doc:
        doc = self._chain(parts, level)
        return doc if len(parts) == 1 else grouped(doc, level)

    def _tight_power(self, level: int) -> list[Doc]:
        if level > 0:  # ruff writes `x** 2` here
            space = "" if level in self.sequences else When(" ", name=level)
            return [When(SOFT, name=level), "**", space]
        return [SOFT, "**", When(" ")] if level == INSIDE else ["**"]

    def _are_simple(self, *operands: Part) -> bool:
        """Whether the operator of a power stands between its operands without spaces."""
        return all(
            isinstance(o, ast.expr) and not self.source.is_wrapped(o) and is_simple(o)
            for o in operands
        )

    def _conditional(self, node: ast.IfExp, level: int) -> Doc:
        body, test, other = node.body, node.test, node.orelse
        if isinstance(other, ast.IfExp) and not self.source.is_wrapped(other):
            last = self._conditional(other, level)
        else:
            last = grouped(self.text(other, level), level)
        condition = ("if ", self.text(test, level))
        return (self.text(body, level), gap(level), condition, gap(level), "else ", last)

    # ---- calls, attributes, subscripts

    def is_fluent(self, node: ast.expr) -> bool:
        """Whether a chain of calls such as a.b().c().d() goes to one call a line."""
        links = 0
        while isinstance(node, Chained):
            value = node.func if isinstance(node, ast.Call) else node.value
            wrapped = self.source.is_wrapped(value)
            if isinstance(node, ast.Attribute):
                links += wrapped or isinstance(value, ast.Call | ast.Subscript)
            if wrapped:
                break
            node = value
        return links > 1

    def _link(self, node: Chained, level: int, fluent: bool | None = None) -> Doc:
        """A call, an attribute or a subscript; `fluent` is told by the chain around it."""
        chained = (level == INSIDE and self.is_fluent(node)) if fluent is None else fluent
        value = node.func if isinstance(node, ast.Call) else node.value
        wrapped = self.source.is_wrapped(value)
        if isinstance(value, Chained) and not wrapped:
            head = self._link(value, level, chained)
        else:
            head = self.text(value, level)
        tail: Doc
        match node:
            case ast.Attribute(attr=name):
                breaks = chained and (wrapped or isinstance(value, ast.Call | ast.Subscript))
                tail = (SOFT if breaks else "", ".", name)
            case ast.Subscript(slice=index):
                inner = self.text(index, INSIDE)
                if isinstance(index, ast.Tuple) and not self.source.has_own_parentheses(index):
                    comma = "," if len(index.elts) == 1 else ""
                    inner = (Group(self.sequence(index, INSIDE)), comma)
                tail = bracketed("[", inner, "]", level)
            case ast.Call(args=args, keywords=keywords):
                trailing = self.source.has_trailing_comma(node)
                tail = self.arguments(args, keywords, level, trailing=trailing)
        return Group((head, tail)) if chained and fluent is None else (head, tail)

    def arguments(
        self,
        args: Sequence[ast.expr],
        keywords: Sequence[ast.keyword],
        level: int,
        *,
        trailing: bool,
    ) -> Doc:
        """Arguments in parentheses: on one line, on one line of their own, or one a line."""
        both: list[ast.expr | ast.keyword] = [*args, *keywords]
        ordered = sorted(both, key=start_of)
        docs: list[Doc] = []
        for argument in ordered:
            if isinstance(argument, ast.keyword):
                name = f"{argument.arg}=" if argument.arg else "**"
                docs.append((name, self.text(argument.value, INSIDE)))
            else:
                docs.append(self.text(argument, INSIDE))
        if not docs:
            return "()"
        return bracketed("(", Group(listed(docs, trailing=trailing)), ")", level)

    def _slice(self, node: ast.Slice, level: int) -> Doc:
        bounds = [node.lower, node.upper, node.step]
        simple = all(b is None or is_plain(b) for b in bounds)
        found: list[Doc] = []
        for i, bound in enumerate(bounds[: self.source.colons(node) + 1]):
            if i:
                before = node.lower if i == 1 else node.upper or not node.step
                found.append(":" if simple or not before else " :")
            if bound is not None:
                found += [" " if i and not simple else "", self.text(bound, level)]
        return tuple(found)

    # ---- displays

    def _tuple(self, node: ast.Tuple, level: int) -> Doc:
        docs = [self.text(item, INSIDE) for item in node.elts]
        if len(docs) == 1:
            return bracketed("(", (docs[0], ","), ")", level)
        if self.source.has_own_parentheses(node):
            return self._display("(", docs, ")", node, level)
        return if_needed(self.sequence(node, INSIDE))

    def sequence(self, node: ast.Tuple, level: int) -> Doc:
        """The parts of a tuple, without parentheses."""
        return listed(
            [self.text(item, level) for item in node.elts],
            trailing=self.source.has_trailing_comma(node),
        )

    def _display(
        self, left: str, docs: Sequence[Doc], right: str, node: ast.expr, level: int
    ) -> Doc:
        if not docs:
            return left + right
        content = listed(docs, trailing=self.source.has_trailing_comma(node))
        return bracketed(left, content, right, level)

    def _pair(self, key: ast.expr | None, value: ast.expr) -> Doc:
        if key is None:
            return Group(("**", self.text(value, INSIDE)))
        return Group((self.text(key, INSIDE), ": ", self.text(value, INSIDE)))
