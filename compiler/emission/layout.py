"""Lay out a module as `ruff format` would: lines of at most 100 columns, broken in ruff's way.

The subset is what is emitted: imports, assignments, returns, calls, and the heads of functions,
classes, loops and conditions. Everything else, comments and blank lines among it, stays as it is.
"""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterator

from .document import Choice, Doc, Group, must_break
from .expressions import BARE, INSIDE, Chained, Expressions, if_needed, listed, soft
from .lines import show
from .precedence import OPERATORS
from .preferences import Preferences, is_word
from .source_text import SourceText, Unknown


def layout(text: str) -> str:
    """Break what is longer than a line; a display with a trailing comma is one item a line."""
    source = SourceText(text)
    statements = Statements(source)
    lines = text.split("\n")
    for node in sorted(_statements(source.tree), key=lambda n: n.lineno, reverse=True):
        last = source.last_line(node)
        if last is None:
            continue
        try:
            shown = statements.shown(node, last)
        except Unknown:
            continue
        lines[node.lineno - 1 : last] = shown.split("\n")
    return "\n".join(lines)


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """All statements, outer ones first; no expression holds one."""
    found: deque[ast.AST] = deque([tree])
    while found:
        node = found.popleft()
        if isinstance(node, ast.stmt):
            yield node
        found += (n for n in ast.iter_child_nodes(node) if not isinstance(n, ast.expr))


class Statements:
    """Writes statements, and the heads of those that have a body."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.expressions = Expressions(source)
        self.preferences = Preferences(self.expressions)

    def shown(self, node: ast.stmt, last: int) -> str:
        """The lines of a statement or of its head."""
        token = self.source.comments.get(last)
        comment = f"  {token.string}" if token else ""
        indent = node.col_offset
        return " " * indent + show(self._statement(node, comment), indent)

    def _statement(self, node: ast.stmt, comment: str) -> Doc:
        text, ending = self.expressions.text, self.preferences.ending
        match node:
            case ast.ImportFrom():
                return (self._import(node), comment)
            case ast.Assign(targets=[target], value=value):
                return self._assignment(target, " = ", value, comment)
            case ast.AugAssign(target=target, op=op, value=value):
                return self._assignment(target, f" {OPERATORS[type(op)][0]}= ", value, comment)
            case ast.AnnAssign(target=target, annotation=annotation, value=ast.expr() as value):
                before = self.preferences.kept_together(annotation)
                return (text(target, BARE), ": ", self._right_first(before, " = ", value, comment))
            case ast.Return(value=ast.Tuple() as value):
                return ("return ", self._returned(value), comment)
            case ast.Return(value=ast.expr() as value):
                return ("return ", ending(value, comment))
            case ast.Expr(value=ast.BinOp(op=ast.Add() | ast.Sub()) as value) if not (
                self.source.is_wrapped(value)
            ):
                return ending(value, comment)
            case ast.Expr(value=value) if not isinstance(value, ast.Constant):
                return (text(value, BARE), comment)
            case ast.FunctionDef():
                return (self._function(node), ":", comment)
            case ast.ClassDef(name=name, bases=bases, keywords=keywords):
                comma = self.source.tokens[self.source.head_end(node) - 2].string == ","
                arguments = self.expressions.arguments(bases, keywords, BARE, trailing=comma)
                return ("class ", name, arguments if bases or keywords else "", ":", comment)
            case ast.For(target=target, iter=values):
                return ("for ", self._loop(target), " in ", ending(values), ":", comment)
            case ast.If(test=test) | ast.While(test=test):
                return (self.source.first_word(node), " ", ending(test), ":", comment)
        raise Unknown(type(node).__name__)

    # ---- simple statements

    def _import(self, node: ast.ImportFrom) -> Doc:
        names = [f"{n.name} as {n.asname}" if n.asname else n.name for n in node.names]
        end = self.source.head_end(node)
        comma = [t.string for t in self.source.tokens[end - 1 : end + 1]] == [",", ")"]
        head = f"from {'.' * node.level}{node.module or ''} import "
        if names == ["*"]:
            return (head, "*")
        return (head, if_needed(listed(names, trailing=comma, always=True)))

    def _assignment(self, target: ast.expr, sign: str, value: ast.expr, comment: str) -> Doc:
        own = isinstance(target, ast.Tuple) or self.preferences.has_brackets(target)
        if own and not self.source.is_wrapped(target):
            before = self.preferences.kept_together(target)
            return self._right_first(before, sign, value, comment)
        before = self.expressions.text(target, BARE)
        return (before, sign, self.preferences.ending(value, comment))

    def _right_first(self, before: Doc, sign: str, value: ast.expr, comment: str) -> Doc:
        """An assignment whose left side breaks only if breaking the right side does not help."""
        word = is_word(value)
        rescued = self.preferences.needs(value) == "rescue"
        if not rescued or not (word or isinstance(value, Chained)):
            return (before, sign, self.preferences.ending(value, comment))
        doc = self.expressions.bare(value, BARE)
        inside, after = (comment, "") if word else ("", comment)
        if must_break(before):
            return (before, sign, doc, comment)
        options: list[Doc] = [(before, sign, doc, inside)]
        if not word:
            options.append((before, sign, Group(doc, broken=True)))
        options.append((before, sign, "(", Group(soft((doc, inside)), broken=True), ")"))
        options.append((Group(before, broken=True), sign, doc, inside))
        return (Choice(tuple(options)), after)

    def _returned(self, node: ast.Tuple) -> Doc:
        if len(node.elts) != 2 or self.source.has_own_parentheses(node):
            return self.expressions.text(node, BARE)
        return self._sequence(node)

    def _sequence(self, node: ast.Tuple) -> Doc:
        def write(level: int) -> Doc:
            self.expressions.sequences.add(level)
            return self.expressions.sequence(node, level)

        return self.preferences.optional(write)

    # ---- heads

    def _loop(self, target: ast.expr) -> Doc:
        if isinstance(target, ast.Tuple) and len(target.elts) > 1:
            return self._sequence(target)
        return self.expressions.text(target, BARE)

    def _function(self, node: ast.FunctionDef) -> Doc:
        if getattr(node, "type_params", None):
            raise Unknown("type parameters")
        docs = self._parameters(node.args)
        comma = self.source.has_comma_before_arrow(node)
        listing = listed(docs, trailing=comma, always=True)
        inside = ("(", soft(Group(listing) if len(docs) > 1 else listing), ")") if docs else "()"
        returns: Doc = ""
        if node.returns:
            returns = (" -> ", self._returns(node.returns, empty=not docs))
        return ("def ", node.name, Group((inside, returns)))

    def _returns(self, node: ast.expr, *, empty: bool) -> Doc:
        if self.preferences.needs(node) == "rescue":
            if empty:
                return self.preferences.parenthesized(node)
            if isinstance(node, ast.Subscript):
                return self.expressions.bare(node, BARE)
        return self.preferences.ending(node)

    def _parameters(self, node: ast.arguments) -> list[Doc]:
        places = [*node.posonlyargs, *node.args]
        defaults = [*[None] * (len(places) - len(node.defaults)), *node.defaults]
        docs = [self._parameter(a, d) for a, d in zip(places, defaults, strict=True)]
        if node.posonlyargs:
            docs.insert(len(node.posonlyargs), "/")
        if node.vararg:
            docs.append(("*", self._parameter(node.vararg, None)))
        elif node.kwonlyargs:
            docs.append("*")
        named = zip(node.kwonlyargs, node.kw_defaults, strict=True)
        docs += [self._parameter(a, d) for a, d in named]
        return [*docs, ("**", self._parameter(node.kwarg, None))] if node.kwarg else docs

    def _parameter(self, node: ast.arg, default: ast.expr | None) -> Doc:
        text = self.expressions.text
        typed = (": ", text(node.annotation, INSIDE)) if node.annotation else ""
        if default is None:
            return (node.arg, typed)
        return (node.arg, typed, " = " if node.annotation else "=", text(default, INSIDE))
