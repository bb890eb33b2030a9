"""Parameters and the intervals of the domain: exact numbers with names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import sympy
from sympy import Expr, Symbol

from .. import syntax as tree
from ..model import LIMIT, Param
from ..source import Given, Span, name_of
from . import exact
from .declare import every
from .expressions import scalar
from .options import FAULTY, Options, read_options
from .place import Place
from .scope import ARTICLE, Scope, in_order, owns, suggest
from .terms import Refusal, Term, symbol
from .words import PARAM

NUMBERS = frozenset({"param"})
LARGEST_DERIVED = 200  # nodes of a parameter written out in others


def read_params(
    statements: Sequence[tree.Statement], scope: Scope, given: Mapping[str, Given[Fraction]]
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
    fixed = Place(scope=scope, what="the interval of a param", kinds=frozenset())
    options = {
        id(s): read_options(s.options, PARAM, fixed, of="a param")
        for s in every(statements, tree.ParamStatement)
    }
    bodies = {name: () if name in given else d.value for name, (d, _) in where.items()}
    for name in given:
        if name not in where:
            _tell_unknown(name, name_of(name, given[name].span), scope)
    order, circular = in_order(bodies, scope.faults)
    place = Place(scope=scope, what="the value of a param", kinds=NUMBERS | {"limit"})
    for name in order:
        definition, statement = where[name]
        if name in circular:
            continue
        node = definition.value
        if name in given:
            term, number = _given(given[name], scope)
        else:
            term = scalar(node, place)
            number = _number(node, term, place) if term else None
        if term and number:
            _enter_param(definition, term, number, options[id(statement)], scope)


def _tell_unknown(name: str, place: Span, scope: Scope) -> None:
    """A value is given for a parameter that is not there."""
    entry, known = scope.names.get(name), scope.of_kind("param")
    if entry is not None and entry.kind != "param":
        message = f"'{name}' is {ARTICLE[entry.kind]} of the file, not a parameter"
    else:
        message = f"the file has no parameter '{name}'"
    scope.faults.error(place, message, suggest(name, known) or "it has none")


def _given(value: Given[Fraction], scope: Scope) -> tuple[Term | None, Term | None]:
    """A value from outside as a term, by the limits of numbers in the file."""
    try:
        term = exact.constant(exact.rational(value.value), value.span)
    except Refusal as refusal:
        scope.faults.error(refusal.span, refusal.message, refusal.hint)
        return None, None
    return term, term


def _number(node: tree.Expression, term: Term, place: Place) -> Term | None:
    """The value with all other parameters in it as numbers; `limit` stays a symbol."""
    return term if term.number else scalar(node, place.within(place.scope.numbers))


def _enter_param(
    definition: tree.Definition, term: Term, value: Term, options: Options, scope: Scope
) -> None:
    name = definition.name.name
    expression, number = term.scalar, value.scalar
    of_limit = number.has(LIMIT)
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
    scope.numbers[name] = value
    if not of_limit:
        scope.values[param.symbol] = number
        _check_param(param, term.span, definition, scope)
    if FAULTY in options.values.values():
        scope.disputed.add(name)
    free = options.values.keys() & {"in", "trainable", "per"}
    derived = not (term.number or of_limit or free)
    if derived and term.size > LARGEST_DERIVED:
        scope.faults.error(
            definition.value.span, "this parameter is too long when it is written out"
        )
        return
    meaning = expression if derived else param.symbol
    size = term.size if derived else 1
    shown = Term(parts=(meaning,), size=size, uniform=True, span=param.span)
    scope.fill(name, param, shown)


def _check_param(param: Param, place: Span, definition: tree.Definition, scope: Scope) -> None:
    """A value is positive if it says so, and lies inside its interval."""
    if param.positive and exact.number_sign(param.value) in (-1, 0):
        scope.faults.error(place, f"'{param.name}' is declared positive, and its value is not")
    if param.interval is None:
        return
    low, high = param.interval
    if param.positive and exact.number_sign(low) == -1:
        scope.faults.error(
            definition.name.span,
            f"'{param.name}' is declared positive, and its interval begins below zero, at {low}",
        )
    below = exact.number_sign(param.value - low) == -1
    if below or exact.number_sign(high - param.value) == -1:
        side = f"below {low}" if below else f"above {high}"
        scope.faults.error(
            place,
            f"the value {param.value} of '{param.name}' lies {side}, outside its interval",
            f"the interval is [{low}, {high}]",
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
    place = place.within(place.scope.numbers)
    low, high = scalar(node.low, place), scalar(node.high, place)
    if low is None or high is None:
        return sympy.S.Zero, sympy.S.One
    ends = low.scalar, high.scalar
    if exact.number_sign(ends[1] - ends[0]) in (-1, 0):
        place.scope.faults.error(
            node.span, "an interval runs from its low end to a high end that is larger"
        )
        return sympy.S.Zero, sympy.S.One
    return ends
