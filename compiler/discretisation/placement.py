"""Where everything lives: axes, spacings, staggered locations, ghost rules of every component."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import sympy
from sympy import Expr, Symbol

from ..model import Field, Model
from ..operators import Divergence, Partial
from ..scheme import Edge, GridAxis, Unknown
from ..source import Faults
from ..stencil import Location
from ..walls import Wall

PERIODIC = Edge(rule="periodic")
NONE = Edge(rule="none")
EVEN = Edge(rule="wall", slope=sympy.S.One)


def axes_of(model: Model, faults: Faults) -> tuple[GridAxis, ...]:
    """Axes with exact spacings: h = L/n on cells; L/(n+1), L/n, L/(n-1) on nodes by their ends."""
    values = [_spacing(model, a, faults) for a in range(len(model.axes))]
    symbols = _spacing_symbols(model, values)
    periodic = {p.axis for p in model.boundary.periodic}
    axes = []
    for a, axis in enumerate(model.axes):
        length = None if axis.high is None or axis.low is None else axis.high - axis.low
        count = model.grid.counts[a] if model.grid.counts else None
        axes.append(
            GridAxis(
                name=axis.name,
                symbol=axis.symbol,
                low=axis.low if axis.low is not None else sympy.S.Zero,
                length=length,
                count=count,
                spacing=symbols[a],
                spacing_value=values[a],
                periodic=a in periodic,
            )
        )
    return tuple(axes)


def _spacing(model: Model, a: int, faults: Faults) -> Expr:
    """The exact spacing of one axis."""
    if model.grid.spacing is not None:
        return model.grid.spacing[min(a, len(model.grid.spacing) - 1)]
    axis = model.axes[a]
    if model.grid.counts is None or axis.low is None or axis.high is None:
        return sympy.S.One
    intervals = model.grid.counts[a]
    if model.grid.placement == "nodes" and not any(p.axis == a for p in model.boundary.periodic):
        intervals += _dirichlet_ends(model, a, faults) - 1
    if intervals < 1:
        faults.error(
            model.grid.span,
            f"{model.grid.counts[a]} nodes do not span axis '{axis.name}'",
            "a wall that is no Dirichlet wall carries a node: at least 2 are needed",
        )
        intervals = 1
    return (axis.high - axis.low) / intervals


def _dirichlet_ends(model: Model, a: int, faults: Faults) -> int:
    """How many ends of an axis carry no unknown; the fields must agree, since they share nodes.

    A field that is not read across an end has no wall there and agrees with all others.
    """
    ends = [{wall.slope == 0 for wall in _walls(model, a, side)} for side in ("low", "high")]
    if any(len(kinds) > 1 for kinds in ends):
        faults.error(
            model.grid.span,
            f"the fields have different ends along '{model.axes[a].name}',"
            " so one set of nodes cannot serve them all",
            "use cells, or the same kind of wall for every field",
        )
    return sum(True in kinds for kinds in ends)


def _spacing_symbols(model: Model, values: list[Expr]) -> list[Symbol]:
    """One symbol for each distinct spacing: h if there is one, else hx, hy, ..."""
    if len(set(values)) == 1:
        return [_spacing_symbol(model, "h")] * len(values)
    first = {v: model.axes[i].name for i, v in reversed(list(enumerate(values)))}
    return [_spacing_symbol(model, f"h{first[v]}") for v in values]


def _spacing_symbol(model: Model, name: str) -> Symbol:
    """A symbol whose name nothing of the file has: hx, or hx_ beside a parameter hx."""
    taken = {p.name for p in model.params} | {f.name for f in model.functions}
    taken |= {s.name for f in model.fields for s in f.symbols}
    taken |= {s.name for d in model.data for s in d.symbols}
    while name in taken:
        name += "_"
    return Symbol(name, positive=True, integer=False)


# ---- staggered locations


def locations_of(model: Model, faults: Faults) -> dict[Symbol, Location]:
    """Location of every component: staggered ones follow from the parity of differences."""
    dim = len(model.axes)
    zero = (0,) * dim
    staggered = {s for f in model.fields if f.staggered for s in f.symbols}
    known = {s: zero for f in model.fields if not f.staggered for s in f.symbols}
    links = [
        (e.unknown, operand, toggle, e.span)
        for e in model.equations
        for operand, toggle in _toggles(model, e.right, zero)
        if {e.unknown, operand} & staggered and any(toggle)
    ]
    if not known:
        known = _faces_of_first_vector(model)
    while len(known) < len(known | dict.fromkeys(staggered)):
        new = {
            b: _xor(known[a], t)
            for u, v, t, _ in links
            for a, b in ((u, v), (v, u))
            if a in known and b not in known
        }
        if not new:
            break
        known |= new
    for field in model.fields:
        for c, symbol in enumerate(field.symbols):
            known.setdefault(symbol, _unit(c, dim) if field.vector else zero)
    for u, v, toggle, span in links:
        if known[v] != _xor(known[u], toggle):
            faults.error(
                span,
                f"no staggering fits: '{u}' and '{v}' would each lie in two places",
                "every equation must reach its fields through the same odd differences",
            )
    return known


def _faces_of_first_vector(model: Model) -> dict[Symbol, Location]:
    dim = len(model.axes)
    field: Field | None = next((f for f in model.fields if f.vector), None)
    if field is None:
        return dict.fromkeys(model.fields[0].symbols, (0,) * dim)
    return {s: _unit(c, dim) for c, s in enumerate(field.symbols)}


def _toggles(model: Model, expression: Expr, toggle: Location) -> Iterator[tuple[Symbol, Location]]:
    """Every field in an expression with the parity of differences per axis above it."""
    dim = len(model.axes)
    symbols = {s for f in model.fields for s in f.symbols}
    coordinates = [a.symbol for a in model.axes]
    stack = [(expression, toggle)]
    while stack:
        node, above = stack.pop()
        if isinstance(node, Partial) and node.args[1] in coordinates:
            axis = coordinates.index(node.args[1])
            odd = int(node.args[2]) % 2
            stack.append((node.args[0], _xor(above, _unit(axis, dim)) if odd else above))
        elif isinstance(node, Divergence):
            stack.extend((f, _xor(above, _unit(a, dim))) for a, f in enumerate(node.args))
        elif node in symbols:
            yield node, above
        else:
            stack.extend((argument, above) for argument in node.args)


def _xor(a: Location, b: Location) -> Location:
    return tuple(p ^ q for p, q in zip(a, b, strict=True))


def _unit(axis: int, dim: int) -> Location:
    return tuple(int(a == axis) for a in range(dim))


# ---- ghost rules


def unknowns_of(model: Model, locations: dict[Symbol, Location]) -> tuple[Unknown, ...]:
    """Fields first, in order of declaration, then data: location, extra points, ghost rules."""
    periodic = {p.axis for p in model.boundary.periodic}
    found = [
        Unknown(
            symbol=symbol,
            field=field.name,
            location=locations[symbol],
            extra=tuple(
                int(bool(locations[symbol][a]) and a not in periodic)
                for a in range(len(model.axes))
            ),
            edges=tuple(
                (PERIODIC, PERIODIC)
                if a in periodic
                else (
                    _edge(model, symbol, locations, a, "low"),
                    _edge(model, symbol, locations, a, "high"),
                )
                for a in range(len(model.axes))
            ),
        )
        for field in model.fields
        for symbol in field.symbols
    ]
    for data in model.data:
        edges = tuple(
            (PERIODIC, PERIODIC)
            if a in periodic
            else (_mirror_data(model, a, "low"), _mirror_data(model, a, "high"))
            for a in range(len(model.axes))
        )
        zero = (0,) * len(model.axes)
        found += [
            Unknown(symbol=s, field=data.name, location=zero, extra=zero, edges=edges, kind="data")
            for s in data.symbols
        ]
    return tuple(found)


def _walls(model: Model, axis: int, side: str) -> list[Wall]:
    return [
        w
        for w in model.boundary.walls
        if w.axis == axis and w.side == side and w.operand == "value"
    ]


def _edge(
    model: Model, symbol: Symbol, locations: dict[Symbol, Location], axis: int, side: str
) -> Edge:
    """The ghost rule of one component on one side."""
    if any(z.axis == axis for z in model.boundary.zero):
        return Edge(rule="zero")
    on_face = bool(locations[symbol][axis])
    own = next((w for w in _walls(model, axis, side) if w.unknown == symbol), None)
    if own is not None:
        dirichlet = own.slope == 0
        nodes = model.grid.placement == "nodes"
        mirror = 1 if on_face else (-1 if dirichlet else 1) if nodes else 0
        return Edge(
            rule="wall",
            mirror=mirror,
            value=own.value,
            slope=own.slope,
            right=own.right,
            span=own.span,
        )
    return _inherited(model, symbol, locations, axis, side) or NONE


def _inherited(
    model: Model, symbol: Symbol, locations: dict[Symbol, Location], axis: int, side: str
) -> Edge | None:
    """A staggered component without a condition continues as its equation makes it continue.

    Along the axis a difference of an odd field is even about the wall and the other way round.
    """
    equation = next((e for e in model.equations if e.unknown == symbol), None)
    if equation is None or locations[symbol] == (0,) * len(model.axes):
        return None
    for operand, toggle in _toggles(model, equation.right, (0,) * len(model.axes)):
        wall = next((w for w in _walls(model, axis, side) if w.unknown == operand), None)
        if wall is None or (wall.slope != 0 and wall.value != 0):
            continue
        odd = (wall.slope == 0) ^ bool(toggle[axis])
        mirror = int(bool(locations[symbol][axis]))
        value, slope = (sympy.S.One, sympy.S.Zero) if odd else (sympy.S.Zero, sympy.S.One)
        return Edge(rule="wall", mirror=mirror, value=value, slope=slope)
    return None


def _mirror_data(model: Model, axis: int, side: str) -> Edge:
    """Given data continue evenly over a wall: about the wall node if there is one."""
    wall = next(iter(_walls(model, axis, side)), None)
    on_node = model.grid.placement == "nodes" and wall is not None and wall.slope != 0
    return replace(EVEN, mirror=int(on_node))
