"""What declared quantities mean: unknowns, data, kernels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sympy import Symbol

from .. import syntax as tree
from ..model import Data, Field, Kernel
from .declare import every, keyword
from .expressions import value
from .options import FAULTY, read_options
from .params import NUMBERS
from .place import Place
from .scope import Scope, in_order, owns
from .terms import Term, symbol
from .words import DATA, FIELD, KERNEL


def _symbols(name: str, vector: bool, axes: int) -> tuple[Symbol, ...]:
    return tuple(symbol(f"{name}[{n}]") for n in range(axes)) if vector else (symbol(name),)


def read_fields(statements: Sequence[tree.Statement], scope: Scope) -> None:
    """Unknowns and data without a formula, by their traits."""
    place = Place(scope=scope, what="a trait", kinds=NUMBERS)
    for statement in statements:
        if isinstance(statement, tree.FieldStatement):
            traits = read_options(statement.options, FIELD, place, of="a field")
        elif isinstance(statement, tree.DataStatement):
            traits = read_options(statement.options, DATA, place, of="data")
        else:
            continue
        vector = "vector" in traits
        if vector and not scope.axes:
            scope.faults.error(traits.places["vector"], "a vector needs a domain with coordinates")
        for name in statement.names:
            if not owns(name, scope):
                continue
            symbols = _symbols(name.name, vector, len(scope.axes))
            shape: dict[str, Any] = {
                "name": name.name,
                "symbols": symbols,
                "vector": vector,
                "staggered": "staggered" in traits,
                "channels": traits.get("channels", 1),
                "span": name.span,
            }
            if isinstance(statement, tree.FieldStatement):
                item: Field | Data = Field(**shape)
            else:
                item = Data(**shape, formula=None, interval=traits.get("in"))
            faulty = FAULTY in traits.values.values() or not symbols
            channels = None if faulty else item.channels
            term = Term(
                parts=symbols, vector=vector, channels=channels, size=len(symbols), span=name.span
            )
            scope.fill(name.name, item, term if symbols else None)


def scalar_field(name: tree.Name) -> tuple[Field, Term]:
    """An unknown that an iterate names and no statement declares."""
    symbols = _symbols(name.name, vector=False, axes=0)
    item = Field(
        name=name.name, symbols=symbols, vector=False, staggered=False, channels=1, span=name.span
    )
    return item, Term(parts=symbols, span=name.span)


def read_data(statements: Sequence[tree.Statement], scope: Scope) -> None:
    """Data with a formula over coordinates, parameters and other data."""
    where = {
        d.name.name: (d, s)
        for s in every(statements, tree.DataStatement)
        for d in s.definitions
        if owns(d.name, scope)
    }
    order, circular = in_order({name: d.value for name, (d, _) in where.items()}, scope.faults)
    kinds = frozenset({"coordinate", "time", "param", "data", "function", "random"})
    place = Place(scope=scope, what="a data formula", kinds=kinds)
    for name in order:
        definition, statement = where[name]
        if name in circular:
            continue
        term = value(definition.value, place)
        traits = read_options(statement.options, DATA, place, of="data")
        if term is None:
            continue
        symbols = _symbols(name, term.vector, len(scope.axes))
        item = Data(
            name=name,
            symbols=symbols,
            formula=term.parts,
            vector=term.vector,
            interval=traits.get("in"),
            staggered="staggered" in traits,
            channels=term.channels or 1,
            span=definition.span,
        )
        shown = replace(
            term, parts=symbols, size=len(symbols), order=0, number=False, uniform=False
        )
        scope.fill(name, item, shown)


def read_kernels(statements: Sequence[tree.Statement], scope: Scope) -> None:
    """Learned linear convolutions."""
    place = Place(scope=scope, what="a kernel", kinds=NUMBERS)
    axes = len(scope.axes) or 1
    for statement in every(statements, tree.KernelStatement):
        name = statement.name
        options = read_options(statement.options, KERNEL, place, of="a kernel")
        if not owns(name, scope):
            continue
        size = options.get("size", (3,))
        size = size * axes if len(size) == 1 else size
        if len(size) != axes:
            scope.faults.error(
                options.places["size"],
                f"the domain has {axes} coordinates, and this size has {len(size)}",
            )
        if "size" not in options:
            scope.faults.error(
                keyword(statement), f"the kernel '{name.name}' needs a size, as in size 3"
            )
        source, channels = _source(statement, scope)
        target = int(statement.target.value)
        if statement.target.value != target or target < 1:
            scope.faults.error(
                statement.target.span, "a kernel has a whole number of channels, 1 or more"
            )
        if channels is None:
            continue
        item = Kernel(
            name=name.name,
            symbol=symbol(name.name),
            source=source,
            target=target,
            size=tuple(size),
            init=options.get("init", "derivative"),
            trainable="trainable" in options,
            per_step="step" in options.get("per", ()),
            span=statement.span,
        )
        scope.fill(name.name, item, Term(parts=(item.symbol,), channels=channels, span=name.span))


def _source(statement: tree.KernelStatement, scope: Scope) -> tuple[str | int, int | None]:
    """What a kernel is applied to, and its channels."""
    source = statement.source
    if isinstance(source, tree.Name):
        entry = scope.find(source, "field", "data", what="field")
        return source.name, entry.term.channels if entry and entry.term else None
    number = int(source.value)
    if source.value != number or number < 1:
        scope.faults.error(source.span, "a kernel takes a whole number of channels, 1 or more")
        return 1, None
    return number, number
