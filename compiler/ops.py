"""The ops of the IR, a closed set: what a node of a routine computes from its inputs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from sympy import Expr, Symbol

from .stencil import Stencil

Range: TypeAlias = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """An array of the state, given data or a prepared array; `padded` if its halo is filled."""

    array: str
    padded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Coordinate:
    """The coordinate of an axis at the node's location, from its input, that of the points."""

    axis: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """A scalar argument: the step, a parameter, a coefficient of a table, the time."""

    symbol: Symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class StencilOp:
    """sum_k S_k v_k over the node's inputs v_k."""

    stencils: tuple[Stencil, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjointOp:
    """-sum_a K_a^T v_a over the node's inputs; `of` are the nodes of the slopes K_a u."""

    differences: tuple[Stencil, ...]
    of: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointwise:
    """A formula in `symbols`, one for each input; other free symbols are scalars."""

    expression: Expr
    symbols: tuple[Symbol, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkOp:
    """A learned function of the inputs, point by point."""

    function: Symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvolutionOp:
    """K v of a learned kernel, or K^T v if `transposed`.

    K^T v is folded onto the array `onto`, the adjoint of filling its halo, after the adjoints of
    inner kernels have reached `beyond` the grid; one without `onto` reaches beyond it itself.
    """

    kernel: Symbol
    reach: Range  # per axis how far K reads below and above
    transposed: bool = False
    onto: str | None = None
    beyond: Range = ()

    def needs(self, at: Range) -> Range:
        """The range of v that is read for results on `at`."""
        if self.onto is not None:
            grown = zip(at, self.beyond, strict=True)
            return tuple((a - low, b + high) for (a, b), (low, high) in grown)
        sign = -1 if self.transposed else 1
        pairs = zip(at, self.reach, strict=True)
        return tuple((a - sign * low, b + sign * high) for (a, b), (low, high) in pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Combine:
    """sum_j c_j v_j over the inputs, coefficients in scalars only."""

    coefficients: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduce:
    """volume * sum of the input over the grid, values on walls at half weight: an integral.

    With `mean` it is divided by the measure of the domain.
    """

    volume: Expr
    half: tuple[tuple[bool, bool], ...]  # per axis and end: the value lies on a wall
    extent: Range  # of the values that are added
    mean: bool


Row: TypeAlias = tuple[tuple[int, Expr, Stencil], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    """The solution number `part` of left(new) = inputs, over the whole grid.

    `left` is the routine that computes the left sides of the arrays `new`; their row r is the sum
    of coefficient * S new_c over (c, coefficient, S) in rows[r]. `scalars` are its arguments.
    """

    left: str
    new: tuple[str, ...]
    rows: tuple[Row, ...]
    scalars: tuple[Symbol, ...]
    timed: bool
    part: int

    @property
    def coefficients(self) -> tuple[Expr, ...]:
        """All coefficients of the left sides."""
        return tuple(c for row in self.rows for _, c, _ in row)

    @property
    def reach(self) -> tuple[tuple[int, int], ...]:
        """How far the left sides read below and above, per axis."""
        every = zip(*(s.reach for row in self.rows for _, _, s in row), strict=True)
        return tuple((max(a for a, _ in ends), max(b for _, b in ends)) for ends in every)

    def adjoint(self) -> Inner:
        """The solution with the transposed left sides."""
        rows = tuple(
            tuple(
                (r, c, s.adjoint())
                for r, row in enumerate(self.rows)
                for column, c, s in row
                if column == k
            )
            for k in range(len(self.new))
        )
        return replace(self, rows=rows)


Op: TypeAlias = (
    Input
    | Coordinate
    | Weight
    | StencilOp
    | AdjointOp
    | Pointwise
    | NetworkOp
    | ConvolutionOp
    | Combine
    | Reduce
    | Inner
)
