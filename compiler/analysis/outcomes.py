"""Initial values, claims, and what is watched."""

from __future__ import annotations

import re
from collections.abc import Sequence

import sympy
from sympy import Expr, Symbol

from .. import syntax as tree
from ..model import TIME, Claim, Equation, Initial, Param, Watched
from ..operators import Divergence, GraphLaplacian, Laplacian, Partial
from ..source import Span
from . import calculus
from .declare import every
from .equations import component_fields
from .expressions import scalar, value
from .local import varies
from .place import Place
from .scope import Scope, meant, suggest
from .terms import Refusal, Term
from .words import CLAIMS

INITIAL = frozenset({"coordinate", "time", "data", "param", "function", "random"})
QUANTITY = frozenset({"coordinate", "time", "field", "data", "param", "function", "energy"})


# ---- initial values


def read_initial(
    statements: Sequence[tree.Statement],
    equations: Sequence[Equation],
    scope: Scope,
    *,
    complete: bool,
) -> tuple[Initial, ...]:
    """Values and rates at the start; if any is given, the other unknowns in time start at zero."""
    place = Place(scope=scope, what="an initial value", kinds=INITIAL)
    kinds = {equation.unknown: equation.kind for equation in equations}
    found: dict[tuple[Symbol, bool], Initial] = {}
    span: Span | None = None
    for statement in every(statements, tree.InitialStatement):
        span = span or statement.span
        for equality in statement.equalities:
            try:
                for initial in _initial(equality, place):
                    _enter(initial, equality, kinds if complete else {}, found, scope)
            except Refusal as refusal:
                scope.faults.error(refusal.span, refusal.message, refusal.hint)
    if span:
        for unknown, kind in kinds.items():
            for rate in (False, True)[: _RATES.get(kind, 0)]:
                zero = Initial(unknown=unknown, rate=rate, value=sympy.S.Zero, span=span)
                found.setdefault((unknown, rate), zero)
    return tuple(found.values())


_RATES = {"dt": 1, "dtt": 2, "iterate": 1}


def _initial(equality: tree.Equality, place: Place) -> list[Initial]:
    name, rate = _target(equality.left)
    entry = place.scope.find(name, "field")
    term = value(equality.right, place)
    if entry is None or entry.term is None or term is None:
        return []
    zero = term.parts == (sympy.S.Zero,)
    if term.vector != entry.term.vector and not zero:
        raise Refusal(term.span, f"this is a {term.rank}, and '{name.name}' is a {entry.term.rank}")
    values = term.parts * len(entry.term.parts) if zero else term.parts
    return [
        Initial(unknown=part, rate=rate, value=start, span=equality.span)
        for part, start in zip(entry.term.parts, values, strict=True)
    ]


def _target(left: tree.Expression) -> tuple[tree.Name, bool]:
    """`u` or `dt(u)`."""
    if isinstance(left, tree.Name):
        return left, False
    if (
        isinstance(left, tree.Call)
        and getattr(left.function, "name", "") == "dt"
        and len(left.arguments) == 1
    ):
        inner = left.arguments[0].value
        if isinstance(inner, tree.Name):
            return inner, True
    raise Refusal(
        left.span, "an initial value is given for u or for dt(u)", "as in u = 1, dt(u) = 0"
    )


def _enter(
    initial: Initial,
    equality: tree.Equality,
    kinds: dict[Symbol, str],
    found: dict[tuple[Symbol, bool], Initial],
    scope: Scope,
) -> None:
    """One value for each unknown that has a derivative in time."""
    error = scope.faults.error
    shown = f"dt({initial.unknown})" if initial.rate else str(initial.unknown)
    kind = kinds.get(initial.unknown)
    if (initial.unknown, initial.rate) in found:
        error(equality.left.span, f"'{shown}' has two initial values")
    elif kind in ("steady", "fixed_point"):
        error(
            equality.left.span,
            f"'{initial.unknown}' takes no initial value, since its equation holds at every time",
        )
    elif initial.rate and kind not in ("dtt", None):
        error(
            equality.left.span,
            f"'{shown}' has no initial value, since the equation of '{initial.unknown}' has no dtt",
        )
    found[initial.unknown, initial.rate] = initial


# ---- claims


def read_claims(
    statements: Sequence[tree.Statement],
    equations: Sequence[Equation],
    scope: Scope,
    *,
    complete: bool,
) -> tuple[Claim, ...]:
    """`certify conserves integral(u) of dx, l2_stable for r`."""
    place = Place(scope=scope, what="a claim", kinds=QUANTITY)
    found = []
    for statement in every(statements, tree.CertifyStatement):
        for node in statement.claims:
            try:
                claim = _claim(node, equations if complete else None, place)
            except Refusal as refusal:
                scope.faults.error(refusal.span, refusal.message, refusal.hint)
                continue
            if claim:
                found.append(claim)
    return tuple(found)


def _claim(node: tree.Claim, equations: Sequence[Equation] | None, place: Place) -> Claim | None:
    name, scope = node.name.name, place.scope
    if name not in CLAIMS:
        scope.faults.error(node.name.span, f"unknown claim '{name}'", suggest(name, CLAIMS))
    quantity = _quantity(node, place)
    if node.part:
        _check_part(node.part, equations, scope)
    if node.parameter:
        entry = scope.find(node.parameter, "param")
        if entry and entry.term and node.parameter.name not in scope.disputed:
            _check_parameter(entry.item, entry.term, node.parameter.span)
    return Claim(
        name=name,
        value=quantity,
        part=node.part.name if node.part else None,
        parameter=node.parameter.name if node.parameter else None,
        span=node.span,
    )


def _check_parameter(param: Param, term: Term, place: Span) -> None:
    """`for r` asks for the whole range of r, so r has one."""
    name = param.name
    if term.parts != (param.symbol,):
        raise Refusal(place, f"'{name}' follows from other parameters, so ask for one of those")
    if param.interval is None and not param.positive:
        raise Refusal(
            place,
            f"'{name}' has no range for which the claim could be proved",
            f"as in param {name} = 1/2, in [0, 1]",
        )


def _quantity(node: tree.Claim, place: Place) -> Expr | None:
    """What `conserves` is about."""
    name = node.name.name
    known = CLAIMS.get(name) or CLAIMS.get(meant(name, CLAIMS) or "")
    if node.value is None:
        if known and known.quantity:
            raise Refusal(
                node.name.span, f"'{name}' wants to know what", f"as in {name} integral(u)"
            )
        return None
    if known and not known.quantity:
        raise Refusal(node.value.span, f"the claim '{name}' takes no value")
    term = scalar(node.value, place)
    if term is None:
        return None
    _one_number(term, node.value, place.scope, f"what '{name}' is about")
    unknowns = component_fields(place.scope)
    if not any(symbol in unknowns for symbol in term.scalar.free_symbols):
        raise Refusal(node.value.span, f"what '{name}' is about holds no unknown")
    return term.scalar


def _one_number(term: Term, node: tree.Expression, scope: Scope, what: str) -> None:
    if varies(term.scalar, scope):
        shown = scope.faults.source.quote(node.span)
        raise Refusal(
            node.span,
            f"{what} must be one number, and this varies in space",
            f"as in integral({shown})",
        )


def _check_part(part: tree.Name, equations: Sequence[Equation] | None, scope: Scope) -> None:
    """A part is an operator that occurs in the equations, or an unknown."""
    if part.name in scope.of_kind("field"):
        return
    if equations is None:
        return
    words = _operators(equations, scope)
    if part.name not in words:
        known = [*sorted(words), *scope.of_kind("field")]
        if calculus.is_operator(part.name, scope.axes):
            scope.faults.error(
                part.span,
                f"'{part.name}' does not occur in the equations",
                suggest(part.name, known),
            )
        else:
            scope.unknown(part, "operator", known)


def _operators(equations: Sequence[Equation], scope: Scope) -> set[str]:
    """The names of the operators that occur in equations."""
    names = {axis.symbol: axis.name for axis in scope.axes}
    words: set[str] = set()
    for equation in equations:
        for side in (equation.right, equation.left or sympy.S.Zero):
            words |= {"lap"} if side.has(Laplacian) else set()
            words |= {"div"} if side.has(Divergence) else set()
            words |= {"laplacian"} if side.has(GraphLaplacian) else set()
            for node in side.atoms(Partial):
                if node.args[1] != TIME:
                    words.add("d" + names[node.args[1]] * int(node.args[2]))
                    words.add("grad")
    return words


# ---- watches


def _one_line(text: str) -> str:
    """A formula as it is written, without comments and line ends."""
    return " ".join(re.sub(r"#[^\n]*", "", text).split())


def read_watches(statements: Sequence[tree.Statement], scope: Scope) -> tuple[Watched, ...]:
    """`watch E, mass = integral(u)`."""
    place = Place(scope=scope, what="what is watched", kinds=QUANTITY)
    found: dict[str, Watched] = {}
    for statement in every(statements, tree.WatchStatement):
        for item in statement.items:
            node = item.value if isinstance(item, tree.Definition) else item
            name = (
                item.name.name
                if isinstance(item, tree.Definition)
                else _one_line(scope.faults.source.quote(node.span))
            )
            try:
                term = scalar(node, place)
                if term is None:
                    continue
                _one_number(term, node, scope, "what is watched")
                if any(part.args[1] == TIME for part in term.scalar.atoms(Partial)):
                    raise Refusal(
                        node.span,
                        "a derivative in time is not known where values are watched",
                        "write out the right side of its equation",
                    )
                if name in found:
                    raise Refusal(item.span, f"'{name}' is watched twice")
            except Refusal as refusal:
                scope.faults.error(refusal.span, refusal.message, refusal.hint)
                continue
            found[name] = Watched(name=name, value=term.scalar, span=item.span)
    return tuple(found.values())
