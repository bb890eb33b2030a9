"""The IR: pure functions on grid arrays, each a graph of ops with index ranges.

A scheme becomes a few functions (one a stage, one that prepares given data, ...). A node of a
function computes a grid function on an index range: per axis (start, stop), meaning the indices
start .. n + stop - 1 where n is the axis' count, so that one graph serves every size. Structure is
held: the divergence of a flux is the `Adjoint` of the `Stencil` that made its slope.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

import networkx as nx
import sympy
from sympy import Expr, Symbol

from .ops import (
    AdjointOp,
    Combine,
    ConvolutionOp,
    Coordinate,
    Inner,
    Input,
    NetworkOp,
    Op,
    Pointwise,
    Range,
    Reduce,
    Row,
    StencilOp,
    Weight,
)
from .source import Span
from .stencil import Location, Stencil


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One op at its place: inputs by number, location, range once inferred, name once chosen."""

    op: Op
    inputs: tuple[int, ...] = ()
    location: Location
    range: Range | None = None
    name: str = ""
    formula: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Routine:
    """One pure function: its graph (node number -> attribute `node`), and what it writes."""

    name: str
    doc: str
    digraph: nx.DiGraph = field(compare=False)
    outputs: tuple[tuple[str, int], ...]  # (array, node)

    def node(self, number: int) -> Node:
        """The node of a number."""
        found: Node = self.digraph.nodes[number]["node"]
        return found

    def order(self) -> tuple[int, ...]:
        """Numbers in an order in which inputs come first: the order in which they were made."""
        return tuple(sorted(self.digraph.nodes))

    def users(self, number: int) -> tuple[int, ...]:
        """Who reads a node."""
        return tuple(sorted(self.digraph.successors(number)))

    def with_nodes(self, nodes: Mapping[int, Node], outputs: Iterable[tuple[str, int]]) -> Routine:
        """The same routine with other nodes; edges follow from the inputs."""
        return replace(self, digraph=digraph_of(nodes), outputs=tuple(outputs))

    def nodes(self) -> dict[int, Node]:
        """Number -> node, in order."""
        return {i: self.node(i) for i in self.order()}


def digraph_of(nodes: Mapping[int, Node]) -> nx.DiGraph:
    """Edges from inputs to the nodes that read them."""
    graph = nx.DiGraph()
    for number, node in nodes.items():
        graph.add_node(number, node=node)
    for number, node in nodes.items():
        graph.add_edges_from((source, number) for source in node.inputs)
    return graph


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A routine as a stage of the plan: arrays in, arrays out, renames, repetitions."""

    routine: str | None  # None: only renames
    padded: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    scalars: tuple[Symbol, ...] = ()
    networks: tuple[Symbol, ...] = ()
    table: tuple[tuple[Symbol, tuple[Expr, ...]], ...] = ()
    writes: tuple[str, ...] = ()
    moves: tuple[tuple[str, str], ...] = ()
    time: Expr = sympy.S.Zero
    timed: bool = False  # the routine takes the time
    clocked: bool = False  # the time is needed, by the routine or by the ghosts of its arrays
    solves: bool = False  # the routine is an inner solve, which reads the whole grid


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayPlace:
    """Where an array lives: like which unknown, its range, its halo.

    `ghosts` is False for prepared and frozen arrays: they are as large as their readers need.
    """

    name: str
    like: Symbol
    location: Location
    extra: Range  # beyond 0..n: (start, stop); (0, 0) for plain cells
    halo: tuple[tuple[int, int], ...]
    ghosts: bool = True
    points: bool = False  # a coordinate: all of them come with one halo
    channels: int = 1  # 1: the array has no axis for them


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """The whole network: routines, where arrays live, and the calls that make a step.

    `lefts` are the calls of left sides, which inner solves make: their arrays all have a halo.
    """

    name: str
    routines: tuple[Routine, ...]
    places: tuple[ArrayPlace, ...]
    prepare: tuple[Call, ...]
    start: tuple[Call, ...]
    body: tuple[Call, ...]
    finish: tuple[Call, ...]
    reserved: frozenset[str] = frozenset()  # words that no variable of a routine may be called
    watch: tuple[tuple[str, Call], ...] = ()
    lefts: tuple[Call, ...] = ()

    def routine(self, name: str) -> Routine:
        """The routine of a name."""
        return next(r for r in self.routines if r.name == name)

    def place(self, array: str) -> ArrayPlace:
        """Where an array lives."""
        return next(p for p in self.places if p.name == array)

    def digest(self) -> str:
        """Content hash of the graph: equal graphs, equal hash."""
        text = "\n".join(f"{r.name} {i} {n!r}" for r in self.routines for i, n in r.nodes().items())
        return hashlib.sha256(f"{text}\n{self.places!r}{self.body!r}".encode()).hexdigest()


def reading(node: Node, slot: int) -> Stencil | None:
    """The stencil by which a node reads its input in a slot; None: point by point."""
    match node.op:
        case StencilOp(stencils=stencils):
            return stencils[slot]
        case AdjointOp(differences=differences):
            return differences[slot].adjoint()
        case Pointwise() | NetworkOp() | Combine() | Reduce() | Coordinate() | Inner():
            return None
        case ConvolutionOp():
            return None
        case Input() | Weight():
            raise AssertionError("a leaf reads nothing")
        case _:
            assert_never(node.op)


def needed(node: Node, slot: int, at: Range) -> Range:
    """The range of the input in a slot that a node reads for its results on `at`."""
    if isinstance(node.op, ConvolutionOp):
        return node.op.needs(at)
    return needs(at, reading(node, slot))


def check(graph: Graph) -> Graph:
    """Our own faults, after every pass: acyclic, inputs exist, places agree, ranges cover."""
    for routine in graph.routines:
        assert nx.is_directed_acyclic_graph(routine.digraph), f"{routine.name} has a cycle"
        nodes = routine.nodes()
        for number, node in nodes.items():
            assert all(i in nodes and i < number for i in node.inputs), f"{routine.name}:{number}"
            _check_node(nodes, node)
        assert all(i in nodes for _, i in routine.outputs), routine.name
    for call in (*graph.prepare, *graph.start, *graph.body, *graph.finish):
        if call.routine is not None:
            written = tuple(a for a, _ in graph.routine(call.routine).outputs)
            assert len(written) == len(call.writes), f"{call.routine} writes {written}"
    return graph


def _check_node(nodes: Mapping[int, Node], node: Node) -> None:
    """Locations fit the stencils; once ranges are known, every tap lies inside its source."""
    for slot, source in enumerate(node.inputs):
        child = nodes[source]
        stencil = reading(node, slot)
        if isinstance(child.op, Weight | Reduce) or isinstance(node.op, Coordinate | Reduce):
            continue
        shift = stencil.shift if stencil is not None else (0,) * len(node.location)
        reached = tuple(a + s for a, s in zip(child.location, shift, strict=True))
        assert reached == node.location, f"{child} does not reach {node}"
        if node.range is None or child.range is None:
            continue
        wanted = needed(node, slot, node.range)
        for (low, high), (start, stop) in zip(wanted, child.range, strict=True):
            inside = start <= low and high <= stop
            assert inside, f"{child.name} is read outside its range"


def needs(at: Range, stencil: Stencil | None) -> Range:
    """The range of a source that is read when a result is computed on `at`."""
    if stencil is None:
        return at
    columns = tuple(zip(*(o for o, _ in stencil.weights), strict=True))
    return tuple(
        (start + min(offsets), stop + max(offsets))
        for (start, stop), offsets in zip(at, columns, strict=True)
    )


__all__ = [
    "AdjointOp",
    "ArrayPlace",
    "Call",
    "Combine",
    "ConvolutionOp",
    "Coordinate",
    "Graph",
    "Inner",
    "Input",
    "NetworkOp",
    "Node",
    "Op",
    "Pointwise",
    "Range",
    "Reduce",
    "Routine",
    "Row",
    "StencilOp",
    "Weight",
    "check",
    "digraph_of",
    "needed",
    "needs",
    "reading",
]
