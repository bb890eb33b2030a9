"""How deep a tree is nested, found without recursion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import get_args

from ..syntax import Expression, Node, Product, Sum

_EXPRESSIONS = get_args(Expression)


def children(node: Node) -> Iterator[Node]:
    """The nodes right below a node."""
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, Node))


def too_deep(root: Node, *, limit: int) -> Node | None:
    """Where an expression is nested beyond a limit: the outermost of the nested things, or None.

    A value nested in nothing has depth 0; the sum or product around a deep part is left out.
    """
    pending: list[tuple[Node, int, Node]] = [(root, -1, root)]
    while pending:
        node, depth, outermost = pending.pop()
        if depth > limit:
            return outermost
        for child in children(node):
            nested = isinstance(child, _EXPRESSIONS)
            whole = depth == -1 or (depth == 0 and isinstance(node, Sum | Product))
            pending.append((child, depth + nested, child if nested and whole else outermost))
    return None
