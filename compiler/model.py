"""The semantic model: what a `.scheme` file means, in sympy over declared symbols.

Expressions are sympy trees over the symbols of the declarations below. What sympy has no exact word
for is an application of one of the operator classes of this file; they are never evaluated, so the
discretisation sees the equation as it was written. Operators written as factors, such as
`(1 + lap)^2 * u`, are applied during analysis, before sympy, where products commute.
A vector is a tuple of its components: `grad(u)` is `(Partial(u, x, 1), Partial(u, y, 1))`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import sympy
from sympy import Expr, Symbol

from .source import Diagnostic, Source, Span

Value: TypeAlias = "Expr | tuple[Expr, ...]"  # a scalar, or a vector by its components


class Operator(sympy.Function):  # type: ignore[misc]
    """Base of the words that are applied and never evaluated; all values are real."""

    is_real = True

    def _sympystr(self, printer: Any) -> str:
        """By its own name: sympy prints some of these names in a form of its own."""
        return f"{type(self).__name__}({', '.join(map(printer._print, self.args))})"

    @classmethod
    def eval(cls, *arguments: Any) -> None:
        """Stay as written."""


class Partial(Operator):
    """`Partial(f, x, m)`: the m-th derivative along x; `dx(f)`, `d(f, x, 3)`, a part of `grad(f)`."""


class Laplacian(Operator):
    """`Laplacian(f)`: `lap(f)`."""


class Divergence(Operator):
    """`Divergence(F_1, ..., F_d)`: `div(F)`, one argument an axis, in the order of `domain`."""


class Integral(Operator):
    """`Integral(f)`: over the domain; `Integral(f, (y, a, b), ...)`: over bound names."""


class BoundaryIntegral(Operator):
    """`BoundaryIntegral(f)`."""


class Mean(Operator):
    """`Mean(f)`: the mean over the domain."""


class Variation(Operator):
    """`Variation(E, u)`: exact gradient of the discretised energy, per cell volume; E is its density."""


class Where(Operator):
    """`Where(condition, a, b)`; the condition is a sympy Boolean."""

    @classmethod
    def eval(cls, condition: Any, yes: Any, no: Any) -> Any:  # type: ignore[override]
        """A condition without unknowns is decided."""
        if condition is sympy.true or yes == no:
            return yes
        return no if condition is sympy.false else None


class Sigmoid(Operator):
    """1 / (1 + exp(-s))."""


class Relu(Operator):
    """max(s, 0)."""


class Softplus(Operator):
    """log(1 + exp(s))."""


class Gelu(Operator):
    """s (1 + erf(s / sqrt 2)) / 2."""


class Called(Operator):
    """`Called(g, a, b)`: the declared function with symbol g at arguments a, b."""


class Convolved(Operator):
    """`Convolved(K, f)`: the declared kernel applied to f."""


class ConvolvedAdjoint(Operator):
    """`ConvolvedAdjoint(K, f)`: its exact adjoint, `K.T(f)`."""


class HarmonicMean(Operator):
    """2ab / (a + b), and 0 where both are 0: a coefficient between two values of it."""


class GraphLaplacian(Operator):
    """`GraphLaplacian(z)`: sum_j w_ij (z_i - z_j)."""


class Neighbours(Operator):
    """`Neighbours(kind, f)`: sum, mean or max of f over j in neighbours(i); kind is a Symbol."""


class AtNode(Operator):
    """`AtNode(z, level, o_1, ..., o_d)`: `u[k + level, i + o_1, ...]`; on graphs the offset is i or j."""


class AtPoint(Operator):
    """`AtPoint(u, y1, ..., yn)`: `u(y)`, an unknown or data at a point bound by an integral."""


class RandomNormal(Operator):
    """`RandomNormal(seed)`: NumPy PCG64 standard normal values, float64, C order."""


class RandomUniform(Operator):
    """`RandomUniform(seed)`: NumPy PCG64 uniform values in [0, 1), float64, C order."""


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
    """Where the unknowns are: counts per axis or a spacing, on cells, nodes or quadrature points."""

    counts: tuple[int, ...] | None
    spacing: tuple[Expr, ...] | None  # given by `grid spacing h`; else derived from counts
    placement: str  # "cells" | "nodes" | "quadrature" | "lattice" (Z^d, node by node) | "graph" | "sampled"
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
    """A number with a name; `value` is exact, or `None` for `limit` expressions (see `of_limit`)."""

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
    `left` holds the newest-level terms.
    """

    kind: str
    unknown: Symbol
    field: str
    right: Expr
    left: Expr | None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Periodic:
    """Both sides of an axis are one."""

    axis: int
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """`value * u + slope * dn(u) = right` on one side of an axis, for one component.

    `operand` names what the condition is for: "value" for u itself, "lap" for `lap(u) = c`.
    """

    axis: int
    side: str  # "low" | "high"
    unknown: Symbol
    value: Expr
    slope: Expr
    right: Expr
    operand: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroPadding:
    """`zero`: learned kernels read zeros outside."""

    axis: int
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """All conditions, one a component, axis and side; reflecting is slope 1, right 0."""

    periodic: tuple[Periodic, ...]
    walls: tuple[Wall, ...]
    zero: tuple[ZeroPadding, ...]


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
    """Everything that a `.scheme` file says, resolved."""

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

    def param(self, name: str) -> Param:
        """The parameter of that name."""
        return next(p for p in self.params if p.name == name)

    def function(self, symbol: Symbol) -> Function:
        """The function of that symbol."""
        return next(f for f in self.functions if f.symbol == symbol)
