"""What a stage computes of scalars alone is computed once a run, not once a value.

    u + tau * g * (...),  g = 1 / (1 + s2 / contrast^2)

A compiler sees 0-dim tensors, which may change, and evaluates contrast^2 in the innermost loop.
Here the function is traced; what follows from constant scalars alone moves into a prelude that
runs when a march is made ready, a division by such a scalar becomes a product with its inverse, and
numbers such as 1 / h^2 join the scalar that stands before them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, fx

aten = torch.ops.aten


@dataclass(frozen=True, slots=True)
class Folded:
    """main(*operands that are kept, *prelude(*scalars)) is the function of all operands."""

    main: Callable[..., Any]
    prelude: Callable[..., Any]
    keep: tuple[int, ...]
    scalars: tuple[int, ...]

    def operands(self, operands: Sequence[Any]) -> list[Any]:
        """The operands of `main`."""
        made = self.prelude(*(operands[i] for i in self.scalars))
        return [*(operands[i] for i in self.keep), *made]


def fold(
    function: Callable[..., Any], operands: Sequence[Tensor], constant: Sequence[int]
) -> Folded:
    """Split a function; `constant` are the positions of operands that a run never changes."""
    # half a second, which runs that compile nothing need not spend
    from torch.fx.experimental.proxy_tensor import make_fx  # noqa: PLC0415

    graph = make_fx(function, tracing_mode="fake")(*operands).graph
    places = [node for node in graph.nodes if node.op == "placeholder"]
    early = {places[i]: None for i in constant}
    for node in graph.nodes:
        reads = node.all_input_nodes
        if node.op == "call_function" and reads and all(r in early for r in reads):
            early[node] = None
        elif node.op == "call_function" and node.target is aten.div.Tensor:
            _invert(graph, node, early)
        if node.op == "call_function" and node.target is aten.mul.Tensor:
            _gather(graph, node, early)
    keep = tuple(i for i in range(len(operands)) if i not in set(constant))
    kept = [places[i] for i in keep]
    passed = [n for n in early if any(user not in early for user in n.users)]
    return Folded(
        _part(graph, kept + passed, [n for n in graph.nodes if n not in early], None),
        _part(graph, [places[i] for i in constant], [n for n in graph.nodes if n in early], passed),
        keep,
        tuple(constant),
    )


def _invert(graph: fx.Graph, node: fx.Node, early: dict[fx.Node, None]) -> None:
    """x / scalar -> x * (1 / scalar), the inverse among the early nodes."""
    divisor = node.args[1]
    if isinstance(divisor, fx.Node) and divisor in early:
        with graph.inserting_before(node):
            inverse = graph.call_function(aten.reciprocal.default, (divisor,))
        early[inverse] = None
        node.target = aten.mul.Tensor
        node.args = (node.args[0], inverse)


def _gather(graph: fx.Graph, node: fx.Node, early: dict[fx.Node, None]) -> None:
    """scalar * (x * number) -> x * (number * scalar), where nothing else reads the product."""
    scalar, inner = sorted(node.args, key=lambda a: a not in early)
    if scalar not in early or not isinstance(inner, fx.Node) or len(inner.users) > 1:
        return
    if inner.target is aten.mul.Tensor and isinstance(inner.args[1], int | float):
        with graph.inserting_before(node):
            factor = graph.call_function(aten.mul.Tensor, (scalar, inner.args[1]))
        early[factor] = None
        node.args = (inner.args[0], factor)
        graph.erase_node(inner)


def _part(
    graph: fx.Graph,
    inputs: Sequence[fx.Node],
    nodes: Sequence[fx.Node],
    outputs: Sequence[fx.Node] | None,
) -> Callable[..., Any]:
    """A function of its own made of some nodes; it returns `outputs`, or what the whole did."""
    part = fx.Graph()
    made = {node: part.placeholder(f"x{i}") for i, node in enumerate(inputs)}
    for node in nodes:
        if node.op == "output" and outputs is None:
            part.output(fx.map_arg(node.args[0], made.__getitem__))
        elif node.op not in {"placeholder", "output"}:
            made[node] = part.node_copy(node, made.__getitem__)
    if outputs is not None:
        part.output(tuple(made[node] for node in outputs))
    return fx.GraphModule({}, part)
