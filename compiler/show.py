"""The stages as text for `--emit`, and the graph as DOT: every name escaped for its target."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from .graph import Graph, Node
from .model import Model
from .properties import formula, norm_bound
from .scheme import Scheme
from .source import Span
from .syntax import Program


def show_program(program: Program) -> str:
    """The syntax tree, one node a line."""
    return "\n".join(line for s in program.statements for line in _tree(s, 0)) + "\n"


def _tree(node: Any, depth: int, label: str = "") -> list[str]:
    """Nested dataclasses as an indented outline; spans are left out."""
    pad = "  " * depth + (f"{label}: " if label else "")
    if is_dataclass(node) and not isinstance(node, Span | type):
        simple: list[tuple[str, Any]] = []
        nested: list[tuple[str, Any]] = []
        for f in fields(node):
            value = getattr(node, f.name)
            if isinstance(value, Span) or value in (None, ()):
                continue
            (nested if is_dataclass(value) or isinstance(value, tuple) else simple).append(
                (f.name, value)
            )
        head = " ".join(f"{name}={value}" for name, value in simple)
        lines = [f"{pad}{type(node).__name__}" + (f" {head}" if head else "")]
        for name, value in nested:
            lines += _tree(value, depth + 1, name)
        return lines
    if isinstance(node, tuple):
        lines = []
        for item in node:
            lines += _tree(item, depth, label)
        return lines
    return [f"{pad}{node}"]


def show_model(model: Model) -> str:
    """The meaning: declarations, equations as understood, walls, method, claims."""
    parts = ("axes", "grid", "fields", "data", "params", "functions", "kernels", "equations")
    more = ("energies", "boundary", "initial", "space", "time", "solves", "claims", "watches")
    lines = [f"scheme {model.name}"]
    for name in (*parts, *more):
        value = getattr(model, name)
        if value not in (None, ()):
            lines.append(f"{name}:")
            lines += _tree(value, 1)
    return "\n".join(lines) + "\n"


def show_scheme(scheme: Scheme) -> str:
    """The discretisation: stencils, fluxes, stages, order."""
    lines = [f"scheme {scheme.model.name}"]
    for name in ("axes", "unknowns", "rates", "step", "order"):
        lines.append(f"{name}:")
        lines += _tree(getattr(scheme, name), 1)
    lines.append(f"tau: {scheme.step_value}")
    lines.append(f"steps: {scheme.steps}")
    return "\n".join(lines) + "\n"


def show_graph(graph: Graph) -> str:
    """The IR: routines with their nodes, ranges and readers."""
    lines = []
    for routine in graph.routines:
        lines.append(f"routine {routine.name}: {routine.doc}")
        for number, node in routine.nodes().items():
            bound = norm_bound(node.op)
            norm = f"  norm <= {bound}" if bound is not None else ""
            lines.append(f"  {number:3d} {node.name} = {_op(node)}  on {node.range}{norm}")
        lines += [f"  -> {array} = {number}" for array, number in routine.outputs]
    for part in ("prepare", "start", "body", "finish"):
        for call in getattr(graph, part):
            lines.append(
                f"{part}: {call.routine}({', '.join((*call.padded, *call.plain))})"
                f" -> {', '.join(call.writes)} {call.moves or ''}".rstrip()
            )
    return "\n".join(lines) + "\n"


def _op(node: Node) -> str:
    word = type(node.op).__name__
    shown = [f"{f.name}={getattr(node.op, f.name)}" for f in fields(node.op)]
    inputs = f" of {', '.join(map(str, node.inputs))}" if node.inputs else ""
    return f"{word}({', '.join(shown)}){inputs}"


def dot(graph: Graph) -> str:
    """The graph in the DOT language, routines as clusters; text passes one escaper."""
    lines = ["digraph scheme {", "  rankdir=LR; node [shape=box, fontname=Helvetica];"]
    for number, routine in enumerate(graph.routines):
        lines.append(f"  subgraph cluster_{number} {{ label={_quoted(routine.name)};")
        for i, node in routine.nodes().items():
            label = _quoted(f"{node.name}: {formula(node)}")
            lines.append(f"    r{number}n{i} [label={label}];")
            lines += [f"    r{number}n{source} -> r{number}n{i};" for source in node.inputs]
        lines.append("  }")
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'
