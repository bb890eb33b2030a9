"""What every part of the discretisation needs to know, and the stencils of each derivative."""

from __future__ import annotations

from dataclasses import dataclass, field

from sympy import Expr, Symbol

from ..grid import Grid, Linear, Read
from ..model import Function, Learned, Model, Space
from ..operators import Called, Operator
from ..scheme import GridAxis
from ..source import Faults
from ..stencil import Location, Stencil, along, central, identity, staggered, stencil


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The model, its axes and where its components live."""

    model: Model
    axes: tuple[GridAxis, ...]
    locations: dict[Symbol, Location]
    faults: Faults
    constants: frozenset[Symbol] = field(default=frozenset())

    @property
    def dim(self) -> int:
        """Number of axes."""
        return len(self.axes)

    @property
    def space(self) -> Space:
        """The `space` statement."""
        return self.model.space

    def axis(self, symbol: Symbol) -> int:
        """The number of the axis of a coordinate."""
        return next(a for a, axis in enumerate(self.axes) if axis.symbol == symbol)

    def learned(self, symbol: Symbol) -> Function | None:
        """The learned function of a symbol, if it is one."""
        found = next((f for f in self.model.functions if f.symbol == symbol), None)
        return found if found is not None and isinstance(found.body, Learned) else None

    def is_constant(self, expression: Expr) -> bool:
        """True when only parameters and numbers occur."""
        if expression.atoms(Operator) - expression.atoms(Called):
            return False
        called = {c.args[0] for c in expression.atoms(Called)}
        if any(self.learned(s) for s in called):
            return False
        return bool(expression.free_symbols <= self.constants | called)

    def common_location(self, expression: Expr, default: Location) -> Location:
        """Where the fields of an expression live, or `default` if they differ or there are none."""
        found = {self.locations[s] for s in expression.free_symbols if s in self.locations}
        return next(iter(found)) if len(found) == 1 else default

    # ---- stencils

    @property
    def accuracy(self) -> int:
        """Order of central differences: that of `space`, the next even one beside upwind ones."""
        return self.space.order + self.space.order % 2

    def derivative(self, axis: int, order: int) -> Stencil:
        """Central difference of d^order/dx_axis^order at the points."""
        scale = self.axes[axis].spacing ** -order
        return along(central(order, self.accuracy), axis, dim=self.dim, scale=scale)

    def half(self, axis: int, order: int, *, to_face: bool) -> Stencil:
        """Staggered difference (order odd) or average (order 0) half a cell off along one axis."""
        scale = self.axes[axis].spacing ** -order
        weights = staggered(order, self.accuracy, to_face=to_face)
        return along(weights, axis, dim=self.dim, scale=scale, shift=1 if to_face else -1)

    def laplacian(self) -> tuple[Stencil, ...]:
        """The second derivatives of all axes; those of one scale are one stencil."""
        return merged(tuple(self.derivative(a, 2) for a in range(self.dim)))

    def travel(self, source: Location, target: Location) -> Stencil:
        """The average that brings values from one location to another."""
        total = identity(self.dim)
        for a, (s, t) in enumerate(zip(source, target, strict=True)):
            if s != t:
                total = self.half(a, 0, to_face=bool(t)).after(total)
        return total


def merged(stencils: tuple[Stencil, ...]) -> tuple[Stencil, ...]:
    """Add stencils of one scale and shift; order of first appearance."""
    groups: dict[tuple[Expr, Location], list[Stencil]] = {}
    for s in stencils:
        groups.setdefault((s.scale, s.shift), []).append(s)
    sums = (
        stencil((pair for s in group for pair in s.weights), scale=scale, shift=shift)
        for (scale, shift), group in groups.items()
    )
    return tuple(s for s in sums if s.weights)


def linear(terms: tuple[tuple[Stencil, Grid], ...], location: Location) -> Grid:
    """A `Linear` in normal form: nested ones composed, equal operands merged, identity dropped."""
    flat: list[tuple[Stencil, Grid]] = []
    for outer, operand in terms:
        if isinstance(operand, Linear):
            flat += [(outer.after(inner), v) for inner, v in operand.terms]
        else:
            flat.append((outer, operand))
    operands = list(dict.fromkeys(v for _, v in flat))
    collected = tuple((s, v) for v in operands for s in merged(tuple(s for s, w in flat if w == v)))
    if len(collected) == 1 and collected[0][0] == identity(len(location)):
        return collected[0][1]
    return Linear(terms=collected, location=location)


def moved(context: Context, node: Grid, target: Location) -> Grid:
    """The node at another location, by averaging."""
    if isinstance(node, Read) and node.kind == "coordinate":
        return Read(symbol=node.symbol, kind=node.kind, location=target)
    if node.location == target:
        return node
    return linear(((context.travel(node.location, target), node),), target)
