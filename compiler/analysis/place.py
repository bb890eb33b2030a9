"""Where a formula stands, and so what it may hold; what every reader of formulas shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from .. import syntax as tree
from ..source import Span
from .scope import Scope
from .terms import Condition, Operators, Refusal, Result, Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The names that a formula may hold where it stands.

    `kinds` are kinds of declared names and of words: "time", "limit", "random", "dn", "node",
    "graph", "neighbour". `local` are the parameters of a function or bound names; `letters` are the
    indices of `u[k+1, i]`.
    """

    scope: Scope
    what: str
    kinds: frozenset[str]
    local: Mapping[str, Term] = field(default_factory=dict)
    letters: tuple[str, ...] = ()

    def within(self, local: Mapping[str, Term], *kinds: str) -> Place:
        """The same place with more local names, and more kinds of names."""
        return replace(self, local={**self.local, **local}, kinds=self.kinds | set(kinds))


Read: TypeAlias = Callable[[tree.Expression, Place], Result]


def as_value(found: Result, node: tree.Expression, place: Place) -> Term | None:
    """A result that must be a value; an operator or a condition is told."""
    if isinstance(found, Operators):
        message = "this operator has nothing to its right that it could be applied to"
        place.scope.faults.error(found.span, message)
        return None
    if isinstance(found, Condition):
        place.scope.faults.error(
            operator_span(node, place.scope.faults.source.text),
            f"'{_operator_word(node)}' makes a condition, and a value is wanted here",
            "where(condition, a, b) makes a value of a condition",
        )
        return None
    return found


def as_scalar(found: Result, node: tree.Expression, place: Place) -> Term | None:
    """A result that must be a scalar."""
    term = as_value(found, node, place)
    if term and term.vector:
        place.scope.faults.error(term.span, "this is a vector, and a scalar is wanted here")
        return None
    return term


def operator_span(node: tree.Expression, text: str) -> Span:
    """Where the sign of a comparison stands, between its sides."""
    if not isinstance(node, tree.Comparison):
        return node.span
    between = text[node.left.span.end : node.right.span.start]
    start = node.left.span.end + max(0, between.find(node.operator))
    return Span(start, start + len(node.operator))


def _operator_word(node: tree.Expression) -> str:
    words: dict[type, str] = {tree.Negation: "not", tree.Membership: "in"}
    return str(getattr(node, "operator", words.get(type(node), "where")))


def whole(node: tree.Expression | None) -> int | None:
    """The integer that a formula is literally, with its sign."""
    if isinstance(node, tree.Signed):
        inner = whole(node.operand)
        return None if inner is None else inner if node.sign == "+" else -inner
    if isinstance(node, tree.Number) and node.value.denominator == 1:
        return node.value.numerator
    return None


def positional(node: tree.Call, name: str, least: int, most: int) -> list[tree.Expression]:
    """The arguments of a call that takes so many and no named ones."""
    for argument in node.arguments:
        if argument.name:
            raise Refusal(
                argument.name.span,
                f"'{name}' takes no argument named '{argument.name.name}'",
                "two values are compared by '=='",
            )
    count(node, name, least, most)
    return [argument.value for argument in node.arguments]


def count(node: tree.Call, name: str, least: int, most: int) -> None:
    """Refuse a wrong number of arguments at the name that is called."""
    given = len(node.arguments)
    if least <= given <= most:
        return
    wanted = number_word(least) if least == most else f"{least} to {most}"
    plural = "" if (least, most) == (1, 1) else "s"
    has = number_word(given) if given else "none"
    raise Refusal(
        node.function.span, f"'{name}' takes {wanted} argument{plural} and is given {has}"
    )


def number_word(number: int) -> str:
    """A small number in words."""
    small = ("no", "one", "two", "three", "four", "five", "six")
    return small[number] if 0 <= number < len(small) else str(number)
