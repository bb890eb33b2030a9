"""The syntax tree of a `.scheme` file: spans everywhere, no sympy, no resolved names."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias, TypeVar, dataclass_transform

from .source import Source, Span

_Class = TypeVar("_Class")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def _node(cls: type[_Class]) -> type[_Class]:
    """Make a class a node."""
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)


@_node
class Node:
    """Anything that stands somewhere in the text."""

    span: Span


# ---- expressions; sums and products are flat, so depth is what the user nested


@_node
class Number(Node):
    """An exact number: `0.1` is 1/10."""

    value: Fraction


@_node
class Name(Node):
    """A word that names something."""

    name: str


@_node
class Signed(Node):
    """`+a` or `-a`."""

    sign: str
    operand: Expression


@_node
class Sum(Node):
    """`a + b - c`: one sign a term, the first is "+" (a leading minus is a Signed first term)."""

    signs: tuple[str, ...]
    terms: tuple[Expression, ...]


@_node
class Product(Node):
    """`a * b / c`: one operator a factor, the first is "*"."""

    operators: tuple[str, ...]
    factors: tuple[Expression, ...]


@_node
class Power(Node):
    """`base ^ exponent`."""

    base: Expression
    exponent: Expression


@_node
class Argument(Node):
    """An argument of a call, with a name in `spline(s, knots = 31)`."""

    name: Name | None
    value: Expression


@_node
class Call(Node):
    """`function(arguments)`; the function may be a name, `K.T` or anything the user wrote."""

    function: Expression
    arguments: tuple[Argument, ...]


@_node
class Index(Node):
    """`base[i, j]`."""

    base: Expression
    indices: tuple[Expression, ...]


@_node
class Adjoint(Node):
    """`K.T`."""

    base: Expression


@_node
class Interval(Node):
    """`[low, high]`."""

    low: Expression
    high: Expression


@_node
class Tuple(Node):
    """`(a, b)` as an option's value."""

    items: tuple[Expression, ...]


@_node
class Comparison(Node):
    """`left < right`, one of <= >= == < >."""

    operator: str
    left: Expression
    right: Expression


@_node
class Membership(Node):
    """`item in collection`."""

    item: Expression
    collection: Expression


@_node
class Negation(Node):
    """`not operand`."""

    operand: Expression


@_node
class Logical(Node):
    """Operands joined by one word, "and" or "or"."""

    operator: str
    operands: tuple[Expression, ...]


Expression: TypeAlias = (
    Number | Name | Signed | Sum | Product | Power | Call | Index | Adjoint | Interval | Tuple
    | Comparison | Membership | Negation | Logical
)  # fmt: skip


# ---- parts of statements


@_node
class Option(Node):
    """A word with at most one value: `step 0.9 * limit`, `trainable`, `in [0, 1]`."""

    name: Name
    value: Expression | None


@_node
class Axis(Node):
    """A coordinate of a domain; the interval stands where it was written."""

    name: Name
    interval: Interval | None


@_node
class Face(Node):
    """`x` or `x low`."""

    axis: Name
    side: Name | None


@_node
class Condition(Node):
    """`periodic`, `u = 0`, `dn(u) = 1/2 on y high`; `right` is None for a word."""

    left: Expression
    right: Expression | None
    face: Face | None


@_node
class Definition(Node):
    """`name = value`."""

    name: Name
    value: Expression


@_node
class Equality(Node):
    """`left = right`."""

    left: Expression
    right: Expression


@_node
class Method(Node):
    """`rkl2` or `strang(a, b)`."""

    name: Name
    arguments: tuple[Argument, ...]


@_node
class Claim(Node):
    """`l2_stable of dx for r`, `conserves integral(u)`; of `part`, for `parameter`."""

    name: Name
    value: Expression | None
    part: Name | None
    parameter: Name | None


# ---- statements


@_node
class SchemeStatement(Node):
    name: Name
    doc: str


@_node
class DomainStatement(Node):
    axes: tuple[Axis, ...]


@_node
class GridStatement(Node):
    """Counts (`grid 128, 64`) and options (`nodes`, `spacing 1`, `quadrature gauss`)."""

    sizes: tuple[Number, ...]
    options: tuple[Option, ...]


@_node
class BoundaryStatement(Node):
    conditions: tuple[Condition, ...]


@_node
class GraphStatement(Node):
    options: tuple[Option, ...]


@_node
class FieldStatement(Node):
    names: tuple[Name, ...]
    options: tuple[Option, ...]


@_node
class DataStatement(Node):
    """Given values: names alone, or definitions; exactly one of the two is not empty."""

    names: tuple[Name, ...]
    definitions: tuple[Definition, ...]
    options: tuple[Option, ...]


@_node
class ParamStatement(Node):
    definitions: tuple[Definition, ...]
    options: tuple[Option, ...]


@_node
class FunctionStatement(Node):
    name: Name
    parameters: tuple[Name, ...]
    body: Expression
    options: tuple[Option, ...]


@_node
class KernelStatement(Node):
    """`kernel K: u -> 16, size 5`."""

    name: Name
    source: Name | Number
    target: Number
    options: tuple[Option, ...]


@_node
class EquationStatement(Node):
    equality: Equality


@_node
class EnergyStatement(Node):
    definition: Definition


@_node
class IterateStatement(Node):
    equality: Equality
    options: tuple[Option, ...]


@_node
class InitialStatement(Node):
    equalities: tuple[Equality, ...]


@_node
class SpaceStatement(Node):
    options: tuple[Option, ...]


@_node
class TimeStatement(Node):
    method: Method
    options: tuple[Option, ...]


@_node
class SolveStatement(Node):
    method: Method
    target: Name | None
    options: tuple[Option, ...]


@_node
class CertifyStatement(Node):
    claims: tuple[Claim, ...]


@_node
class WatchStatement(Node):
    """`watch E, mass = integral(u)`: names of energies, expressions, or definitions."""

    items: tuple[Definition | Expression, ...]


Statement: TypeAlias = (
    SchemeStatement | DomainStatement | GridStatement | BoundaryStatement | GraphStatement
    | FieldStatement | DataStatement | ParamStatement | FunctionStatement | KernelStatement
    | EquationStatement | EnergyStatement | IterateStatement | InitialStatement | SpaceStatement
    | TimeStatement | SolveStatement | CertifyStatement | WatchStatement
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One file: its statements in the order in which they stand."""

    source: Source
    statements: tuple[Statement, ...]
