"""Declared functions, by a formula or learned, and energies."""

from __future__ import annotations

from collections.abc import Sequence

import sympy
from sympy import Expr

from .. import syntax as tree
from ..model import Function, Learned
from ..operators import Called, Integral
from ..source import Span
from .declare import every
from .expressions import evaluate, scalar
from .local import varies
from .options import FAULTY, Options, read_options
from .params import NUMBERS
from .place import Place, as_scalar, whole
from .scope import Scope, in_order, owns
from .terms import Refusal, Term, symbol
from .words import FUNCTION, MLP, SPLINE

LEARNED = {"mlp": MLP, "spline": SPLINE}
WIDEST = 65_536  # of a layer


def read_functions(statements: Sequence[tree.Statement], scope: Scope) -> None:
    """Functions, each after those that it calls."""
    where = {
        s.name.name: s for s in every(statements, tree.FunctionStatement) if owns(s.name, scope)
    }
    order, circular = in_order({name: s.body for name, s in where.items()}, scope.faults)
    for name in order:
        if name not in circular:
            _read_function(where[name], scope)


def _read_function(statement: tree.FunctionStatement, scope: Scope) -> None:
    name = statement.name.name
    place = Place(scope=scope, what="a function", kinds=NUMBERS | {"function"})
    options = read_options(statement.options, FUNCTION, place, of="a function")
    parameters = _parameters(statement, scope)
    inside = place.within(parameters)
    body = statement.body
    learned = isinstance(body, tree.Call) and getattr(body.function, "name", "") in LEARNED
    try:
        found = _learned(statement, inside) if learned else scalar(body, inside)
    except Refusal as refusal:
        scope.faults.error(refusal.span, refusal.message, refusal.hint)
        return
    if found is None:
        return
    per = options.get("per", ())
    symbols = tuple(term.scalar for term in parameters.values())
    item = Function(
        name=name,
        symbol=symbol(name),
        parameters=symbols,
        body=found if isinstance(found, Learned) else found.scalar,
        trainable="trainable" in options,
        per_step="step" in per,
        per_channel="channel" in per,
        lipschitz=options.get("lipschitz"),
        span=statement.span,
    )
    scope.fill(name, item, _bare(item, found, _first_width(body), scope))


def _first_width(body: tree.Expression) -> Span:
    """Where the number of a network's inputs stands."""
    if isinstance(body, tree.Call) and body.arguments:
        return body.arguments[0].span
    return body.span


def _bare(item: Function, found: Term | Learned, place: Span, scope: Scope) -> Term:
    """What a function's name means alone, where a network stands for an unknown u(x, y)."""
    channels = found.channels if isinstance(found, Term) else None
    if isinstance(found, Learned) and found.kind == "mlp":
        channels = found.sizes[-1]
    return Term(
        parts=(Called(item.symbol, *(axis.symbol for axis in scope.axes)),),
        channels=channels,
        size=1 + len(scope.axes),
        span=place,
    )


def _parameters(statement: tree.FunctionStatement, scope: Scope) -> dict[str, Term]:
    """The parameters of a function; they may be called as coordinates and unknowns are."""
    found: dict[str, Term] = {}
    for name in statement.parameters:
        entry = scope.names.get(name.name)
        if name.name in found:
            scope.faults.error(name.span, f"the argument '{name.name}' stands twice")
        elif why := scope.reserved.get(name.name):
            scope.faults.error(
                name.span, f"'{name.name}' is reserved: {why}", "choose another name"
            )
        elif entry and entry.kind == "param":
            scope.faults.error(
                name.span, f"'{name.name}' is already a parameter", "choose another name"
            )
        found[name.name] = Term(parts=(symbol(name.name),), channels=None, span=name.span)
    return found


def _learned(statement: tree.FunctionStatement, place: Place) -> Learned | None:
    """`mlp(2, 32, 1, activation = gelu)` or `spline(s, knots = 31, range = [-1, 1])`."""
    body = statement.body
    if not isinstance(body, tree.Call) or not isinstance(body.function, tree.Name):
        return None
    kind = body.function.name
    named = [tree.Option(span=a.span, name=a.name, value=a.value) for a in body.arguments if a.name]
    options = read_options(named, LEARNED[kind], place, of=f"'{kind}'")
    plain = [argument.value for argument in body.arguments if not argument.name]
    sizes = _sizes(plain, body.function) if kind == "mlp" else ()
    if kind == "mlp" and sizes[0] < len(statement.parameters):
        raise Refusal(
            plain[0].span,
            f"'{statement.name.name}' has {len(statement.parameters)} arguments,"
            f" and its network takes {sizes[0]}",
        )
    if kind == "spline":
        _check_spline(plain, body.function, statement, place)
    if FAULTY in options.values.values():
        return None
    if kind == "spline":
        _check_knots(options, body)
    return Learned(kind=kind, sizes=sizes, options=options.pairs(), span=body.span)


def _sizes(plain: Sequence[tree.Expression], name: tree.Name) -> tuple[int, ...]:
    if len(plain) < 2:
        raise Refusal(
            name.span, "'mlp' takes the widths of its layers, two at least, as in mlp(2, 32, 1)"
        )
    sizes = [whole(node) for node in plain]
    for node, size in zip(plain, sizes, strict=True):
        if size is None or not 1 <= size <= WIDEST:
            raise Refusal(node.span, f"the width of a layer is a whole number from 1 to {WIDEST}")
    return tuple(size for size in sizes if size)


def _check_spline(
    plain: Sequence[tree.Expression],
    name: tree.Name,
    statement: tree.FunctionStatement,
    place: Place,
) -> None:
    wanted = [parameter.name for parameter in statement.parameters]
    if len(plain) != 1 or len(wanted) != 1 or getattr(plain[0], "name", "") != wanted[0]:
        where = plain[0].span if plain else name.span
        raise Refusal(
            where, "a spline is a function of one argument, as in phi(s) = spline(s, knots = 31)"
        )


def _check_knots(options: Options, body: tree.Call) -> None:
    """phi(0) = 0: 0 is a knot, and not one of the two ends."""
    low, high = options.get("range", (sympy.Integer(-1), sympy.Integer(1)))
    knots = options.get("knots", 31)
    place = -low * (knots - 1) / (high - low)
    if not (place.is_Integer and 0 < place < knots - 1):
        where = options.places.get("range") or options.places.get("knots") or body.span
        raise Refusal(
            where,
            f"a spline passes through 0, and {knots} knots from {low} to {high} have none there",
            "an odd number of knots on an interval such as [-1, 1] has one in the middle",
        )


# ---- energies


def read_energies(
    statements: Sequence[tree.Statement], scope: Scope, *, sampled: bool
) -> tuple[tuple[str, Expr, Span], ...]:
    """Energies: a name stands for its value in a formula, for its density in `variation`."""
    where = {
        s.definition.name.name: s
        for s in every(statements, tree.EnergyStatement)
        if owns(s.definition.name, scope)
    }
    order, circular = in_order(
        {name: s.definition.value for name, s in where.items()}, scope.faults
    )
    kinds = {"coordinate", "time", "field", "data", "param", "function", "energy"}
    place = Place(
        scope=scope, what="an energy", kinds=frozenset(kinds | ({"sampled"} if sampled else set()))
    )
    found = []
    for name in order:
        statement = where[name]
        body = statement.definition.value
        term = None if name in circular else as_scalar(evaluate(body, place), body, place)
        if term is None:
            continue
        if varies(term.scalar, scope):
            scope.faults.error(
                body.span,
                f"the energy '{name}' is no number, since it varies in space",
                "an energy is a sum of integrals, as in integral(norm2(grad(u)) / 2)",
            )
            continue
        density = Term(
            parts=(_density(term.scalar),), size=term.size, order=term.order, span=term.span
        )
        scope.fill(name, density, term)
        found.append((name, term.scalar, statement.span))
    return tuple(found)


def _density(energy: Expr) -> Expr:
    """The integrand of an energy; parts over the boundary and means stay as they are."""
    density = sympy.S.Zero
    for addend in sympy.Add.make_args(energy):
        factors = sympy.Mul.make_args(addend)
        whole_ones = [f for f in factors if isinstance(f, Integral) and len(f.args) == 1]
        rest = [f for f in factors if f not in whole_ones]
        if len(whole_ones) == 1 and not any(f.has(Integral) for f in rest):
            density += sympy.Mul(*rest) * whole_ones[0].args[0]
        else:
            density += addend
    return density
