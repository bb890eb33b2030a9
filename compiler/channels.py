"""Learned kernels on a grid: channels of what they make, and how what they read is continued."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sympy import Symbol

from .grid import Convolution, Grid, Network, Point, Read, children, walk
from .model import Data, Field, Function, Kernel, Learned, Model, Param, is_curve
from .operators import Called
from .scheme import Edge, Scheme

MOST = 32  # points between mirrors from which on bounds of norms hardly depend on them


def kernel_of(model: Model, symbol: Symbol) -> Kernel:
    """The declared kernel of a symbol."""
    return next(k for k in model.kernels if k.symbol == symbol)


def source_channels(model: Model, kernel: Kernel) -> int:
    """The channels that a kernel reads."""
    if isinstance(kernel.source, int):
        return kernel.source
    return next(i.channels for i in quantities(model) if i.name == kernel.source)


def quantities(model: Model) -> tuple[Field | Data, ...]:
    """Unknowns and data."""
    return (*model.fields, *model.data)


def channels(model: Model, node: Grid) -> int:
    """The channels of a grid function; 1: it has no axis of channels."""
    match node:
        case Read(symbol=symbol):
            return channels_of(model, symbol)
        case Convolution(kernel=symbol, transposed=transposed):
            kernel = kernel_of(model, symbol)
            return source_channels(model, kernel) if transposed else kernel.target
        case Network(function=symbol) if not is_curve(model.function(symbol)):
            body = model.function(symbol).body
            return body.sizes[-1] if isinstance(body, Learned) else 1
        case _:
            return max((channels(model, c) for c in children(node)), default=1)


def channels_of(model: Model, symbol: Symbol) -> int:
    """The channels of an unknown or of data; an older level has those of its unknown."""
    stem = re.sub(r"_(old\d*|new)_*$", "", symbol.name)
    names = {s.name: i.channels for i in quantities(model) for s in i.symbols}
    return names.get(symbol.name, names.get(stem, 1))


def channels_met(scheme: Scheme, symbol: Symbol) -> int:
    """The channels of the values that a learned function or a parameter is applied to."""
    return max((channels(scheme.model, n) for n in _where(scheme, symbol)), default=1)


def own_channels(scheme: Scheme, item: Function | Param) -> int:
    """The axis of channels that a weight has: 0 where it has one value for all, or meets one."""
    met = channels_met(scheme, item.symbol) if item.per_channel else 1
    return met if met > 1 else 0


def rows_of(scheme: Scheme) -> frozenset[Symbol]:
    """Weights with one row a step: those that are declared so, and steps that follow from them."""
    model = scheme.model
    rows = {k.symbol for k in model.kernels if k.per_step}
    rows |= {f.symbol for f in model.functions if f.per_step}
    rows |= {p.symbol for p in model.params if p.per_step and p.trainable}
    return frozenset(rows | {s for s, value in scheme.limits if value.free_symbols & rows})


def _where(scheme: Scheme, symbol: Symbol) -> Iterator[Grid]:
    """The grid functions whose formula holds a name, also inside the functions that it calls."""
    inside = {
        f.symbol for f in scheme.model.functions if symbol in getattr(f.body, "free_symbols", ())
    }
    for rate in scheme.rates:
        for term in (*rate.terms, *rate.left):
            for node in walk(term.value):
                if isinstance(node, Network) and node.function == symbol:
                    yield node
                if isinstance(node, Point):
                    called = {c.args[0] for c in node.expression.atoms(Called)}
                    if symbol in node.expression.free_symbols or called & inside:
                        yield node


def kernel_rules(scheme: Scheme, symbol: Symbol) -> tuple[tuple[str, str], ...] | None:
    """How the field that a kernel reads is continued, per axis and side; None: in another way.

    "periodic", "zero", "even" and "odd" (mirrored half a spacing outside the last value), and
    "even_node", "odd_node" (on it, or a whole spacing outside): the words of the bound of a norm.
    """
    kernel = kernel_of(scheme.model, symbol)
    unknown = next((u for u in scheme.unknowns if u.field == kernel.source), scheme.unknowns[0])
    pairs = [(_rule(low), _rule(high)) for low, high in unknown.edges]
    words = tuple((a, b) for a, b in pairs if a is not None and b is not None)
    return words if len(words) == len(pairs) else None


def least_points(scheme: Scheme, symbol: Symbol) -> int | None:
    """Points along each axis with mirrors for which a norm is bounded: those of the grid, at most
    32; None without mirrors, where the bound holds on all grids.
    """
    rules = kernel_rules(scheme, symbol) or ()
    plain = {"periodic", "zero"}
    counts = [a.count or MOST for a, pair in zip(scheme.axes, rules, strict=True)
              if not set(pair) <= plain]  # fmt: skip
    return min([MOST, *counts]) if counts else None


def _rule(edge: Edge) -> str | None:
    if edge.rule in {"periodic", "zero"}:
        return edge.rule
    if edge.rule != "wall" or edge.right != 0 or (edge.value != 0) == (edge.slope != 0):
        return None
    kind = "even" if edge.value == 0 else "odd"
    if edge.mirror == 0:
        return kind
    return f"{kind}_node" if (edge.mirror, kind) in {(1, "even"), (-1, "odd")} else None
