"""The semantic model: what a `.scheme` file means, in sympy over declared symbols.

Expressions are sympy trees over the symbols of the declarations below. What sympy has no exact word
for is an application of one of the classes of `operators`; they are never evaluated, so the
discretisation sees the equation as it was written. Operators written as factors, such as
`(1 + lap)^2 * u`, are applied during analysis, before sympy, where products commute.
A vector is a tuple of its components: `grad(u)` is `(Partial(u, x, 1), Partial(u, y, 1))`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sympy import Expr, Integer, Symbol

from .source import Diagnostic, Source, Span
from .walls import Boundary

Value: TypeAlias = "Expr | tuple[Expr, ...]"  # a scalar, or a vector by its components


# ---- declarations


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A coordinate; without bounds its length is free (images)."""

    name: str
    symbol: Symbol
    low: Expr | None
    high: Expr | None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Where the unknowns are: counts or a spacing, on cells, nodes, quadrature points or Z^d."""

    counts: tuple[int, ...] | None
    spacing: tuple[Expr, ...] | None  # given by `grid spacing h`; else derived from counts
    placement: str  # "cells" | "nodes" | "quadrature" | "lattice" | "graph" | "sampled"
    quadrature: str | None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """An unknown; `symbols` has one symbol a component (one for a scalar)."""

    name: str
    symbols: tuple[Symbol, ...]
    vector: bool
    staggered: bool
    channels: int
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """Given values, constant during the iteration; `formula` over coordinates and parameters."""

    name: str
    symbols: tuple[Symbol, ...]
    vector: bool
    formula: tuple[Expr, ...] | None
    interval: tuple[Expr, Expr] | None
    staggered: bool
    channels: int
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """A number with a name; `value` is exact, but for `limit` (see `of_limit`).

    One that is defined by others, without options of its own, is written out wherever it is used.
    """

    name: str
    symbol: Symbol
    value: Expr
    of_limit: bool  # the value contains `limit`
    positive: bool
    interval: tuple[Expr, Expr] | None
    trainable: bool
    per_step: bool
    per_channel: bool
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A learned right side: `mlp(2, 32, 32, 1, activation = gelu)`, `spline(s, knots = 31)`."""

    kind: str  # "mlp" | "spline"
    sizes: tuple[int, ...]
    options: tuple[tuple[str, str | Expr | tuple[Expr, ...]], ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A pointwise function with its parameters and its body, a formula or a learned one."""

    name: str
    symbol: Symbol
    parameters: tuple[Symbol, ...]
    body: Expr | Learned
    trainable: bool
    per_step: bool
    per_channel: bool
    lipschitz: Expr | None
    span: Span


def is_curve(function: Function) -> bool:
    """Whether a function is a learned curve, a spline: its table is a weight."""
    return isinstance(function.body, Learned) and function.body.kind == "spline"


def knots_of(function: Function) -> tuple[Expr, Expr, int]:
    """(low, high, knots) of a learned curve: 31 from -1 to 1 if the text does not say."""
    assert isinstance(function.body, Learned)
    options: dict[str, Any] = dict(function.body.options)
    low, high = options.get("range", (Integer(-1), Integer(1)))
    return low, high, int(options.get("knots", 31))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """A learned linear convolution."""

    name: str
    symbol: Symbol
    source: str | int
    target: int
    size: tuple[int, ...]
    init: str  # "derivative" | "random"
    trainable: bool
    per_step: bool
    span: Span


# ---- law


@dataclass(frozen=True, slots=True, kw_only=True)
class Equation:
    """`dt(u) = right` and its kin; a vector equation is one `Equation` a component.

    kind "dt", "dtt": right side of the derivative of `unknown`. "steady": residual `right` = 0.
    "fixed_point": `unknown = right`. "iterate": the newest level of `unknown` by older ones
    (`right` holds AtNode terms, or whole fields for `u[k+1] = ...`); for an implicit iterate
    `left` holds the newest-level terms. Equations stand in the order of the file; the right side
    of an iterate may read the newest level, 1, of unknowns that earlier ones have advanced.
    `addends` of an equation in time are the additive terms of `right` as the file writes them.
    """

    kind: str
    unknown: Symbol
    field: str
    right: Expr
    left: Expr | None
    addends: tuple[Expr, ...] = ()
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Initial:
    """Start of one component: its value, or its time derivative when `rate` is true."""

    unknown: Symbol
    rate: bool
    value: Expr
    span: Span


# ---- method


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """How derivatives are replaced."""

    order: int = 2
    upwind: bool = False
    spectral: bool = False
    average: str = "harmonic"  # | "arithmetic"
    flux: str = "half_points"  # | "forward" | "corners"
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A word of an open set with arguments and options, as the user gave them."""

    name: str
    name_span: Span
    arguments: tuple[Expr | str, ...] = ()
    options: tuple[tuple[str, Any], ...] = ()  # (name, exact value | word | tuple | None)
    target: str | None = None
    span: Span

    def option(self, name: str, default: Any = None) -> Any:
        """The value of an option; True when it stands without a value."""
        for key, value in self.options:
            if key == name:
                return True if value is None else value
        return default


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """Time method and how far; `step` may contain the symbol LIMIT."""

    method: Method
    step: Expr | None
    until: Expr | None
    steps: int | None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What must be proved; `value` is the argument of `conserves integral(u)`."""

    name: str
    value: Expr | None
    part: str | None
    parameter: str | None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A number recorded at run time."""

    name: str
    value: Expr
    span: Span


LIMIT = Symbol("limit", positive=True)
TIME = Symbol("t", real=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Everything that a `.scheme` file says, resolved.

    `initial` is empty, or complete for all unknowns in time: those without a value start at zero.
    """

    name: str
    doc: str
    source: Source
    axes: tuple[Axis, ...]
    grid: Grid
    graph: Method | None  # `graph ...` options, for unknowns on a graph
    fields: tuple[Field, ...]
    data: tuple[Data, ...]
    params: tuple[Param, ...]
    functions: tuple[Function, ...]
    kernels: tuple[Kernel, ...]
    equations: tuple[Equation, ...]
    energies: tuple[tuple[str, Expr, Span], ...]
    boundary: Boundary
    initial: tuple[Initial, ...]
    space: Space
    time: Time | None
    iterate_steps: int | None
    solves: tuple[Method, ...]
    claims: tuple[Claim, ...]
    watches: tuple[Watched, ...]
    warnings: tuple[Diagnostic, ...] = field(default=())

    @property
    def names(self) -> frozenset[str]:
        """All names that the text has given away, those of components included."""
        items: tuple[Field | Data, ...] = (*self.fields, *self.data)
        others: tuple[Axis | Param | Function | Kernel, ...] = (
            *self.axes,
            *self.params,
            *self.functions,
            *self.kernels,
        )
        parts = {s.name for f in items for s in f.symbols}
        return frozenset(parts | {f.name for f in items} | {o.name for o in others})

    def param(self, name: str) -> Param:
        """The parameter of that name."""
        return next(p for p in self.params if p.name == name)

    def function(self, symbol: Symbol) -> Function:
        """The function of that symbol."""
        return next(f for f in self.functions if f.symbol == symbol)
