"""The syntax tree of a `.scheme` file: spans everywhere, no sympy, no resolved names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from ..source import Source
from .expressions import (
    Adjoint as Adjoint,
    Argument as Argument,
    Call as Call,
    Comparison as Comparison,
    Expression as Expression,
    Index as Index,
    Interval as Interval,
    Logical as Logical,
    Membership as Membership,
    Name as Name,
    Negation as Negation,
    Node as Node,
    Number as Number,
    Power as Power,
    Product as Product,
    Signed as Signed,
    Sum as Sum,
    Tuple as Tuple,
    node,
)

# ---- parts of statements


@node
class Option(Node):
    """A word with at most one value: `step 0.9 * limit`, `trainable`, `in [0, 1]`."""

    name: Name
    value: Expression | None


@node
class Axis(Node):
    """A coordinate of a domain; the interval stands where it was written."""

    name: Name
    interval: Interval | None


@node
class Face(Node):
    """`x` or `x low`."""

    axis: Name
    side: Name | None


@node
class Condition(Node):
    """`periodic`, `u = 0`, `dn(u) = 1/2 on y high`; `right` is None for a word."""

    left: Expression
    right: Expression | None
    face: Face | None


@node
class Definition(Node):
    """`name = value`."""

    name: Name
    value: Expression


@node
class Equality(Node):
    """`left = right`."""

    left: Expression
    right: Expression


@node
class Method(Node):
    """`rkl2` or `strang(a, b)`."""

    name: Name
    arguments: tuple[Argument, ...]


@node
class Claim(Node):
    """`l2_stable of dx for r`, `conserves integral(u)`; of `part`, for `parameter`."""

    name: Name
    value: Expression | None
    part: Name | None
    parameter: Name | None


# ---- statements


@node
class SchemeStatement(Node):
    name: Name
    doc: str


@node
class DomainStatement(Node):
    axes: tuple[Axis, ...]


@node
class GridStatement(Node):
    """Counts (`grid 128, 64`) and options (`nodes`, `spacing 1`, `quadrature gauss`)."""

    sizes: tuple[Number, ...]
    options: tuple[Option, ...]


@node
class BoundaryStatement(Node):
    conditions: tuple[Condition, ...]


@node
class GraphStatement(Node):
    options: tuple[Option, ...]


@node
class FieldStatement(Node):
    names: tuple[Name, ...]
    options: tuple[Option, ...]


@node
class DataStatement(Node):
    """Given values: names alone, or definitions; exactly one of the two is not empty."""

    names: tuple[Name, ...]
    definitions: tuple[Definition, ...]
    options: tuple[Option, ...]


@node
class ParamStatement(Node):
    definitions: tuple[Definition, ...]
    options: tuple[Option, ...]


@node
class FunctionStatement(Node):
    name: Name
    parameters: tuple[Name, ...]
    body: Expression
    options: tuple[Option, ...]


@node
class KernelStatement(Node):
    """`kernel K: u -> 16, size 5`."""

    name: Name
    source: Name | Number
    target: Number
    options: tuple[Option, ...]


@node
class EquationStatement(Node):
    equality: Equality


@node
class EnergyStatement(Node):
    definition: Definition


@node
class IterateStatement(Node):
    equality: Equality
    options: tuple[Option, ...]


@node
class InitialStatement(Node):
    equalities: tuple[Equality, ...]


@node
class SpaceStatement(Node):
    options: tuple[Option, ...]


@node
class TimeStatement(Node):
    method: Method
    options: tuple[Option, ...]


@node
class SolveStatement(Node):
    method: Method
    target: Name | None
    options: tuple[Option, ...]


@node
class CertifyStatement(Node):
    claims: tuple[Claim, ...]


@node
class WatchStatement(Node):
    """`watch E, mass = integral(u)`: names of energies, expressions, or definitions."""

    items: tuple[Definition | Expression, ...]


Statement: TypeAlias = (
    SchemeStatement | DomainStatement | GridStatement | BoundaryStatement | GraphStatement
    | FieldStatement | DataStatement | ParamStatement | FunctionStatement | KernelStatement
    | EquationStatement | EnergyStatement | IterateStatement | InitialStatement | SpaceStatement
    | TimeStatement | SolveStatement | CertifyStatement | WatchStatement
)  # fmt: skip


@node
class Broken(Node):
    """A statement that cannot be read: what it may have been meant for, and the names in it."""

    keywords: tuple[str, ...]
    names: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One file: its statements in the order in which they stand, and those that cannot be read."""

    source: Source
    statements: tuple[Statement, ...]
    broken: tuple[Broken, ...] = ()
