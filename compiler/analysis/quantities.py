"""What declared quantities mean: intervals of the domain, parameters, unknowns, data, kernels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sympy import Expr, Symbol

from .. import syntax as tree
from ..model import LIMIT, Data, Field, Kernel, Param
from . import exact
from .declare import every, keyword
from .expressions import scalar, value
from .options import FAULTY, Options, read_options
from .place import Place
from .scope import Scope, in_order
from .terms import Term, symbol
from .words import DATA, FIELD, KERNEL, PARAM

NUMBERS = frozenset({"param"})
LARGEST_DERIVED = 200  # nodes of a parameter written out in others


def owns(name: tree.Name, scope: Scope) -> bool:
    """Whether a name is declared here, and not a second time."""
    entry = scope.names.get(name.name)
    return entry is not None and entry.span == name.span


# ---- parameters


def read_params(
    statements: Sequence[tree.Statement], scope: Scope, given: Mapping[str, Expr]
) -> None:
    """Values of all parameters; `given` replaces those of the file.

    A parameter defined by others and without options of its own is written out in them, so that a
    proof for all values of one covers what depends on it.
    """
    where = {
        d.name.name: (d, s)
        for s in every(statements, tree.ParamStatement)
        for d in s.definitions
        if owns(d.name, scope)
    }
    options = {
        id(s): read_options(
            s.options, PARAM, Place(scope=scope, what="a param", kinds=NUMBERS), of="a param"
        )
        for s in every(statements, tree.ParamStatement)
    }
    bodies = {name: () if name in given else d.value for name, (d, _) in where.items()}
    order, circular = in_order(bodies, scope.faults)
    place = Place(scope=scope, what="the value of a param", kinds=NUMBERS | {"limit"})
    for name in order:
        definition, statement = where[name]
        if name in circular:
            continue
        if name in given:
            term: Term | None = Term(parts=(given[name],), number=True, span=definition.name.span)
        else:
            term = scalar(definition.value, place)
        if term is not None:
            _enter_param(definition, term, options[id(statement)], scope)


def _enter_param(definition: tree.Definition, term: Term, options: Options, scope: Scope) -> None:
    name = definition.name.name
    expression, of_limit = term.scalar, term.scalar.has(LIMIT)
    number = expression.xreplace(scope.values)
    per = options.get("per", ())
    param = Param(
        name=name,
        symbol=Symbol(name, positive=True) if "positive" in options else symbol(name),
        value=number,
        of_limit=of_limit,
        positive="positive" in options,
        interval=options.get("in"),
        trainable="trainable" in options,
        per_step="step" in per,
        per_channel="channel" in per,
        span=definition.span,
    )
    if not of_limit:
        scope.values[param.symbol] = number
        _check_param(param, definition, scope)
    free = options.values.keys() & {"in", "trainable", "per"}
    derived = not (term.number or of_limit or free)
    if derived and term.size > LARGEST_DERIVED:
        scope.faults.error(
            definition.value.span, "this parameter is too long when it is written out"
        )
    meaning = expression if derived else param.symbol
    size = term.size if derived else 1
    shown = Term(parts=(meaning,), size=size, uniform=True, span=param.span)
    scope.fill(name, param, shown)


def _check_param(param: Param, definition: tree.Definition, scope: Scope) -> None:
    """A value is positive if it says so, and lies inside its interval."""
    place = definition.value.span
    if param.positive and exact.number_sign(param.value) in (-1, 0):
        scope.faults.error(place, f"'{param.name}' is declared positive, and its value is not")
    if param.interval is None:
        return
    low, high = param.interval
    below = exact.number_sign(param.value - low) == -1
    if below or exact.number_sign(high - param.value) == -1:
        side = f"below {low}" if below else f"above {high}"
        scope.faults.error(
            place, f"the value of '{param.name}' lies {side}, outside its interval [{low}, {high}]"
        )


# ---- the domain's intervals


def read_intervals(statements: Sequence[tree.Statement], scope: Scope) -> None:
    """Bounds of the coordinates: an interval serves the names before it that have none."""
    place = Place(scope=scope, what="an interval of the domain", kinds=NUMBERS)
    for domain in every(statements, tree.DomainStatement)[:1]:
        bounds: tuple[Expr, Expr] | None = None
        found: dict[str, tuple[Expr, Expr] | None] = {}
        for axis in reversed(domain.axes):
            if axis.interval is not None:
                bounds = _interval(axis.interval, place)
            found.setdefault(axis.name.name, bounds)
        trailing = [a for a in domain.axes if found.get(a.name.name) is None]
        if bounds is not None and trailing and all(a.interval is None for a in trailing):
            scope.faults.error(
                trailing[0].span,
                f"'{trailing[0].name.name}' has no interval, although others have one",
            )
        scope.axes = tuple(
            replace(known, low=pair[0], high=pair[1]) if (pair := found.get(known.name)) else known
            for known in scope.axes
        )
        for known in scope.axes:
            scope.fill(known.name, known, scope.names[known.name].term)


def _interval(node: tree.Interval, place: Place) -> tuple[Expr, Expr] | None:
    low, high = scalar(node.low, place), scalar(node.high, place)
    if low is None or high is None:
        return None
    ends = low.scalar.xreplace(place.scope.values), high.scalar.xreplace(place.scope.values)
    if exact.number_sign(ends[1] - ends[0]) in (-1, 0):
        place.scope.faults.error(
            node.span, "an interval runs from its low end to a high end that is larger"
        )
        return None
    return ends


# ---- unknowns, data, kernels


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
            faulty = FAULTY in traits.values.values()
            channels = None if faulty else item.channels
            term = Term(
                parts=symbols, vector=vector, channels=channels, size=len(symbols), span=name.span
            )
            scope.fill(name.name, item, None if faulty and not symbols else term)


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
