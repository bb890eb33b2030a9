"""Nodes of formulas; sums and products are flat, so depth is what the user nested."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias, TypeVar, dataclass_transform

from ..source import Span

_Class = TypeVar("_Class")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def node(cls: type[_Class]) -> type[_Class]:
    """Make a class a node."""
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)


@node
class Node:
    """Anything that stands somewhere in the text."""

    span: Span


@node
class Number(Node):
    """An exact number: `0.1` is 1/10."""

    value: Fraction


@node
class Name(Node):
    """A word that names something."""

    name: str


@node
class Signed(Node):
    """`+a` or `-a`."""

    sign: str
    operand: Expression


@node
class Sum(Node):
    """`a + b - c`: one sign a term, the first is "+" (a leading minus is a Signed first term)."""

    signs: tuple[str, ...]
    terms: tuple[Expression, ...]


@node
class Product(Node):
    """`a * b / c`: one operator a factor, the first is "*"."""

    operators: tuple[str, ...]
    factors: tuple[Expression, ...]


@node
class Power(Node):
    """`base ^ exponent`."""

    base: Expression
    exponent: Expression


@node
class Argument(Node):
    """An argument of a call, with a name in `spline(s, knots = 31)`."""

    name: Name | None
    value: Expression


@node
class Call(Node):
    """`function(arguments)`; the function may be a name, `K.T` or anything the user wrote."""

    function: Expression
    arguments: tuple[Argument, ...]


@node
class Index(Node):
    """`base[i, j]`."""

    base: Expression
    indices: tuple[Expression, ...]


@node
class Adjoint(Node):
    """`K.T`."""

    base: Expression


@node
class Interval(Node):
    """`[low, high]`."""

    low: Expression
    high: Expression


@node
class Tuple(Node):
    """`(a, b)` as an option's value."""

    items: tuple[Expression, ...]


@node
class Comparison(Node):
    """`left < right`, one of <= >= == < >."""

    operator: str
    left: Expression
    right: Expression


@node
class Membership(Node):
    """`item in collection`."""

    item: Expression
    collection: Expression


@node
class Negation(Node):
    """`not operand`."""

    operand: Expression


@node
class Logical(Node):
    """Operands joined by one word, "and" or "or"."""

    operator: str
    operands: tuple[Expression, ...]


Expression: TypeAlias = (
    Number | Name | Signed | Sum | Product | Power | Call | Index | Adjoint | Interval | Tuple
    | Comparison | Membership | Negation | Logical
)  # fmt: skip
