"""Grid expressions become nodes of a routine; equal expressions become one node."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice

import sympy
from sympy import Expr, Symbol

from ..graph import (
    AdjointOp,
    Combine,
    ConvolutionOp,
    Coordinate,
    Input,
    NetworkOp,
    Node,
    Op,
    Pointwise,
    Reduce,
    Routine,
    StencilOp,
    digraph_of,
)
from ..grid import Convolution, Flux, Grid, Linear, Network, Point, Read, walk
from ..scheme import Scheme, Sum, Term
from ..source import Span
from ..stencil import Location


def prepared(node: Grid) -> bool:
    """True for what depends on given data and coordinates only, and is not bare data."""
    if isinstance(node, Read):
        return node.kind == "coordinate"
    kinds = {n.kind for n in walk(node) if isinstance(n, Read)}
    timed = any(
        isinstance(n, Point) and any(s.name == "t" for s in n.expression.free_symbols)
        for n in walk(node)
    )
    learned = any(isinstance(n, Network | Convolution) for n in walk(node))
    return bool(kinds) and "field" not in kinds and not timed and not learned


@dataclass(slots=True, kw_only=True)
class Draft:
    """A routine in the making. `at` says from which array a field is read.

    `kept` maps grid expressions to arrays that hold them already (prepared or frozen ones); while
    `hoist` is true, expressions of given data alone are asked of prepared arrays and noted there.
    """

    scheme: Scheme
    at: Mapping[Symbol, str]
    kept: dict[Grid, str]
    hoist: bool = True
    nodes: dict[int, Node] = field(default_factory=dict)
    index: dict[object, int] = field(default_factory=dict)

    def add(
        self,
        op: Op,
        inputs: tuple[int, ...],
        location: Location,
        *,
        name: str = "",
        formula: str = "",
        span: Span | None = None,
    ) -> int:
        """The number of the node, an equal one if there is one already."""
        key = (op, inputs, location)
        if key not in self.index:
            number = len(self.nodes)
            self.nodes[number] = Node(
                op=op, inputs=inputs, location=location, name=name, formula=formula, span=span
            )
            self.index[key] = number
        return self.index[key]

    def array(self, name: str, location: Location) -> int:
        """An array as an input."""
        return self.add(Input(array=name), (), location, name=name)

    def grid(self, node: Grid, *, name: str = "", span: Span | None = None) -> int:
        """The node of a grid expression."""
        if node in self.kept:
            return self.array(self.kept[node], node.location)
        if self.hoist and prepared(node):
            self.kept[node] = self._prepared_name(node)
            return self.array(self.kept[node], node.location)
        match node:
            case Read(kind="coordinate"):
                axis = next(a for a, x in enumerate(self.scheme.axes) if x.symbol == node.symbol)
                points = self.array(node.symbol.name, (0,) * len(self.scheme.axes))
                if not any(node.location):
                    return points
                return self.add(
                    Coordinate(axis=axis), (points,), node.location, name=f"{node.symbol.name}_face"
                )
            case Read():
                array = self.at.get(node.symbol, node.symbol.name)
                return self.array(array, node.location)
            case Linear():
                return self.linear(node, name=name, span=span)
            case Point():
                return self.point(node, name=name, span=span)
            case Flux():
                return self.flux(node, name=name, span=span)
            case Network():
                inputs = tuple(self.grid(a) for a in node.arguments)
                return self.add(
                    NetworkOp(function=node.function),
                    inputs,
                    node.location,
                    name=name or f"{node.function.name}_value",
                    span=span,
                )
            case Convolution():
                return self.convolution(node, name=name, span=span)

    def _prepared_name(self, node: Grid) -> str:
        """A name for a prepared array: k_at_x on the faces across x, k_given at the points."""
        symbols = sorted({n.symbol.name for n in walk(node) if isinstance(n, Read)})
        axes = [a.name for a in self.scheme.axes]
        where = "".join(a for a, half in zip(axes, node.location, strict=True) if half)
        base = "_".join([*symbols[:2], "at", where] if where else [*symbols[:2], "given"])
        taken, name, number = {*self.kept.values(), *self.scheme.model.names}, base, 2
        while name in taken:
            name, number = f"{base}_{number}", number + 1
        return name

    def linear(self, node: Linear, *, name: str, span: Span | None) -> int:
        """A stencil on each operand."""
        inputs = tuple(self.grid(v) for _, v in node.terms)
        stencils = tuple(s for s, _ in node.terms)
        word, formula = describe(node, [a.name for a in self.scheme.axes])
        if self.scheme.model.grid.placement == "lattice":
            word, formula = "taps", ""
        return self.add(
            StencilOp(stencils=stencils),
            inputs,
            node.location,
            name=name or word,
            formula=formula,
            span=span,
        )

    def point(self, node: Point, *, name: str, span: Span | None) -> int:
        """A formula; constants have no inputs."""
        inputs = tuple(self.grid(v) for _, v in node.operands)
        symbols = tuple(s for s, _ in node.operands)
        return self.add(
            Pointwise(expression=node.expression, symbols=symbols),
            inputs,
            node.location,
            name=name or ("term" if inputs else "constant"),
            span=span,
        )

    def flux(self, node: Flux, *, name: str, span: Span | None) -> int:
        """-K^T of the fluxes; weights first, so that frozen ones are read from their arrays."""
        axes = [a.name for a in self.scheme.axes]
        slopes, fluxes = [], []
        for face in node.faces:
            letter = axes[face.axis]
            slope = self.grid(face.slope)
            slopes.append(slope)
            if face.weight is None:
                fluxes.append(self.grid(face.flux, name=f"flux_{letter}"))
                continue
            weight = self.grid(face.weight, name=f"weight_{letter}")
            g, s = Symbol("#g", real=True), Symbol("#s", real=True)
            fluxes.append(
                self.add(
                    Pointwise(expression=g * s, symbols=(g, s)),
                    (weight, slope),
                    face.flux.location,
                    name=f"flux_{letter}",
                )
            )
        differences = tuple(f.difference for f in node.faces)
        return self.add(
            AdjointOp(differences=differences, of=tuple(slopes)),
            tuple(fluxes),
            node.location,
            name=name or "div",
            formula="div of the flux",
            span=span,
        )

    def convolution(self, node: Convolution, *, name: str, span: Span | None) -> int:
        """A learned kernel or its adjoint; the adjoints of inner kernels reach beyond the grid."""
        beyond = [(0, 0)] * len(node.location)
        inner = node.operand
        while isinstance(inner, Convolution) and inner.transposed and inner.ghosts is None:
            pairs = zip(beyond, inner.reach, strict=True)
            beyond = [(a + low, b + high) for (a, b), (low, high) in pairs]
            inner = inner.operand
        onto = None if node.ghosts is None else self.at.get(node.ghosts, node.ghosts.name)
        op = ConvolutionOp(
            kernel=node.kernel,
            reach=node.reach,
            transposed=node.transposed,
            onto=onto,
            beyond=tuple(beyond) if onto is not None else (),
        )
        word = f"{node.kernel.name}_{'adjoint' if node.transposed else 'value'}"
        return self.add(op, (self.grid(node.operand),), node.location, name=name or word, span=span)

    def terms(self, terms: tuple[Term, ...], location: Location, *, name: str) -> int:
        """sum of coefficient * value."""
        pairs = [(t.coefficient, self.grid(t.value, span=t.span)) for t in terms]
        return self.combine(pairs, location, name=name)

    def combine(self, pairs: list[tuple[Expr, int]], location: Location, *, name: str) -> int:
        """A sum of nodes with scalar coefficients; one node alone stays itself."""
        if len(pairs) == 1 and pairs[0][0] == 1:
            return pairs[0][1]
        coefficients = tuple(c for c, _ in pairs)
        inputs = tuple(i for _, i in pairs)
        return self.add(Combine(coefficients=coefficients), inputs, location, name=name)

    def integral(self, total: Sum, name: str) -> int:
        """The integral or mean of a grid expression; values on walls carry half a cell."""
        number = self.grid(total.value)
        location = self.nodes[number].location
        volume = sympy.Mul(*(a.spacing for a in self.scheme.axes))
        half = tuple(
            (False, False) if a.periodic else self._on_wall(location, i)
            for i, a in enumerate(self.scheme.axes)
        )
        extent = tuple(
            (0, int(bool(v) and not a.periodic))
            for v, a in zip(location, self.scheme.axes, strict=True)
        )
        op = Reduce(volume=volume, half=half, extent=extent, mean=total.mean)
        return self.add(op, (number,), (0,) * len(location), name=name)

    def _on_wall(self, location: Location, axis: int) -> tuple[bool, bool]:
        """Whether the first and the last value of an axis lie on a wall."""
        if location[axis]:
            return True, True
        edges = [
            u.edges[axis]
            for u in self.scheme.unknowns
            if u.kind == "field" and not u.location[axis]
        ]
        return any(e[0].mirror == 1 for e in edges), any(e[1].mirror == 1 for e in edges)

    def routine(self, name: str, doc: str, outputs: list[tuple[str, int]]) -> Routine:
        """The finished routine."""
        return Routine(name=name, doc=doc, digraph=digraph_of(self.nodes), outputs=tuple(outputs))


def describe(node: Linear, axes: list[str]) -> tuple[str, str]:
    """(variable, formula) of a stencil sum, from its lowest moments: lap_u, u_x, ..."""
    operands = {getattr(v, "symbol", None) for _, v in node.terms}
    single = next(iter(operands)) if len(operands) == 1 else None
    u = re.sub(r"\W+", "", single.name) if single is not None else "f"
    found: set[tuple[int, ...]] = set()
    for stencil, _ in node.terms:
        found |= set(next((t for t in islice(stencil.taylor(), 9) if t), {}))
    seconds = {tuple(2 * int(a == b) for b in range(len(axes))) for a in range(len(axes))}
    if found == seconds and len(axes) > 1:
        return f"lap_{u}", f"lap({u})"
    if len(found) == 1:
        powers = next(iter(found))
        letters = "".join(x * p for x, p in zip(axes, powers, strict=True))
        if letters:
            return f"{u}_{letters}", f"d{letters}({u})"
        exact = len(node.terms) == 1 and len(node.terms[0][0].weights) == 1
        return (f"{u}_near", "") if exact else (f"{u}_mean", f"mean of {u}")
    return f"sum_{u}", f"stencil sum of {u}"
