"""The discretised scheme: equations on the grid, stages of a step, the order. A file's meaning."""

from __future__ import annotations

from dataclasses import dataclass

import sympy
from sympy import Expr, Symbol

from .grid import Grid
from .model import Model
from .source import Span
from .stencil import Location

# assumptions that no user's symbol has keep it apart from a parameter called tau
TAU = Symbol("tau", positive=True, integer=False)  # the time step
STEP_TIME = Symbol("t", real=True)  # the time at which a stage evaluates the equation


# ---- the semi-discrete equations


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """coefficient * value; `words` are the outermost spatial operators, for `of PART`.

    `addend` counts the additive terms of the equation as the file writes them; it is None where the
    time method takes them all at once, so that terms of equal form are one.
    """

    words: tuple[str, ...]
    coefficient: Expr  # parameters and numbers only
    value: Grid
    span: Span
    addend: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """d^order u / dt^order = sum of terms, at u's location. order 0: the new value itself.

    An implicit one of order 0 has terms on its `left`: left(new) = terms. They read the newest
    level of u and of the unknowns that are coupled with it, symbols that the stage `solves` for,
    and are linear in them with constant coefficients. Ghosts of the newest level are those at its
    time, one TAU after the stage's.
    """

    unknown: Symbol
    order: int
    terms: tuple[Term, ...]
    span: Span
    left: tuple[Term, ...] = ()


# ---- where it lives


@dataclass(frozen=True, slots=True, kw_only=True)
class GridAxis:
    """One axis: spacing symbol and exact value, number of cells or points (None: free)."""

    name: str
    symbol: Symbol
    low: Expr
    length: Expr | None
    count: int | None
    spacing: Symbol
    spacing_value: Expr
    periodic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One side of one axis for one unknown: how ghosts j = 1, 2, ... follow from the inside.

    rule "periodic", "zero", "none" (a straight line onward) or "wall"; a wall states
    value * u + slope * dn(u) = right. `mirror` says where the wall lies: 0 half a cell outside
    the last unknown (cells), 1 on the last unknown (Neumann and Robin ends of nodes, faces on a
    wall), -1 one spacing outside it (Dirichlet ends of nodes): ghost j mirrors the unknown
    j - 1 + mirror counted from this side.
    """

    rule: str
    mirror: int = 0
    value: Expr = sympy.S.Zero
    slope: Expr = sympy.S.Zero
    right: Expr = sympy.S.Zero
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A component of a field, or given data: location, size relative to the axis, ghost rules.

    `extra` is added to each axis' count: +1 for faces between two walls.
    """

    symbol: Symbol
    field: str
    location: Location
    extra: tuple[int, ...]
    edges: tuple[tuple[Edge, Edge], ...]  # per axis (low, high)
    kind: str = "field"  # | "data"


# ---- one step


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """target <- sum_j c_j array_j + slope * (terms of the rate of `unknown`, all or some).

    Coefficients may contain TAU, parameters and the symbols of the stage's table.
    """

    target: str
    combination: tuple[tuple[Expr, str], ...]
    slope: Expr
    unknown: Symbol | None
    terms: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Simultaneous updates; fields are read from the arrays named in `at` (default: their own).

    Updates by rates with a left side are solved together: `solves` says for which target each
    newest level stands that they read.
    With a `table` the stage runs once for each row: symbol -> exact values, one a repetition.
    `moves` renames arrays after the updates: (target, source). `time` is the time of evaluation
    relative to the step's start, in units of TAU. `frozen` "save" computes the flux weights from
    `at` and keeps them, "use" reads the kept ones.
    """

    name: str
    at: tuple[tuple[Symbol, str], ...]
    updates: tuple[Update, ...]
    moves: tuple[tuple[str, str], ...] = ()
    table: tuple[tuple[Symbol, tuple[Expr, ...]], ...] = ()
    time: Expr = sympy.S.Zero
    frozen: str = ""
    solves: tuple[tuple[Symbol, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Array:
    """A state array besides the fields themselves: `like` names the unknown whose place it has.

    A slope is never read with a halo; another level or stage has the unknown's ghost rules.
    """

    name: str
    like: Symbol
    level: bool = False  # belongs to the state between steps (checkpoints keep it)
    rate_of: Symbol | None = None  # an input: d/dt of that unknown at the start, 0 if not given


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A time method applied: what to run once, each step, and once at the end.

    `start` advances the clock by `start_steps` steps; `body` advances it by `advance` * TAU and
    counts as `inner` user steps (a cycle of FSI or FED counts `inner` inner steps).
    """

    method: str
    arrays: tuple[Array, ...]
    start: tuple[Stage, ...]
    start_steps: int
    body: tuple[Stage, ...]
    finish: tuple[Stage, ...]
    inner: int
    advance: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """The integral of a grid function over the domain, or its mean: cell volumes as weights."""

    value: Grid
    mean: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A number recorded at run time: a formula in symbols that stand for sums."""

    name: str
    expression: Expr
    sums: tuple[tuple[Symbol, Sum], ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """One line of the consistency report: where, order, and the leading truncation term."""

    place: str  # "interior", "x low", ...
    order: int | None
    leading: str
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """The whole scheme: the equations on the grid and the step; `step` is None for steady laws."""

    model: Model
    axes: tuple[GridAxis, ...]
    unknowns: tuple[Unknown, ...]  # fields first, in order of declaration, then data
    rates: tuple[Rate, ...]
    step: Step | None
    order: tuple[OrderRow, ...]
    step_value: Expr | None = None  # tau, exact, once the limit is known
    steps: int | None = None
    watches: tuple[Watch, ...] = ()
    limits: tuple[tuple[Symbol, Expr], ...] = ()  # parameters that hold `limit`, by their formulas
    notes: tuple[str, ...] = ()

    def unknown(self, symbol: Symbol) -> Unknown:
        """The unknown (or data) of a symbol."""
        return next(u for u in self.unknowns if u.symbol == symbol)

    def rate(self, symbol: Symbol) -> Rate:
        """The equation of a symbol."""
        return next(r for r in self.rates if r.unknown == symbol)

    @property
    def spacings(self) -> dict[Symbol, Expr]:
        """Spacing symbol -> exact value; equal spacings share one symbol."""
        return {a.spacing: a.spacing_value for a in self.axes}
