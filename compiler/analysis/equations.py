"""Equations: one a component, sorted by kind, each matched to the unknown that it determines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import sympy
from sympy import Expr, Symbol

from .. import syntax as tree
from ..model import TIME, Equation
from ..operators import Divergence, Laplacian, Partial, Variation
from ..source import Span
from . import exact
from .declare import every
from .expressions import value_and_addends
from .linear import split
from .place import Place
from .scope import Scope
from .terms import Refusal, Term

EQUATION = frozenset({"coordinate", "time", "field", "data", "param", "function", "energy"})
KINDS = {1: "dt", 2: "dtt"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One component of an equation before it is sorted; `lefts` and `rights` are its addends."""

    left: Expr
    right: Expr
    lefts: tuple[Expr, ...]
    rights: tuple[Expr, ...]
    order: int
    span: Span
    statement: tree.EquationStatement


def read_equations(
    statements: Sequence[tree.Statement], scope: Scope
) -> tuple[tuple[Equation, ...], bool]:
    """All equations, and whether each could be read."""
    graph = {"graph"} if every(statements, tree.GraphStatement) else set()
    place = Place(scope=scope, what="an equation", kinds=EQUATION | graph)
    sides: list[Side] = []
    complete = True
    for statement in every(statements, tree.EquationStatement):
        try:
            found = _components(statement, place)
        except Refusal as refusal:
            scope.faults.error(refusal.span, refusal.message, refusal.hint)
            found = []
        complete &= bool(found)
        sides += found
    equations: list[Equation] = []
    steady: list[Side] = []
    for side in sides:
        try:
            known = _sorted(side, scope)
        except Refusal as refusal:
            scope.faults.error(refusal.span, refusal.message, refusal.hint)
            complete = False
            continue
        if known:
            equations.append(known)
        else:
            steady.append(side)
    matched = _matched(steady, equations, scope) if complete else []
    complete &= len(matched) == len(steady)
    equations += matched
    complete &= _once_each(equations, scope)
    return tuple(sorted(equations, key=lambda e: e.span.start)), complete


def _components(statement: tree.EquationStatement, place: Place) -> list[Side]:
    """A vector equation is one a component."""
    equality = statement.equality
    left, lefts = value_and_addends(equality.left, place)
    right, rights = value_and_addends(equality.right, place)
    if left is None or right is None:
        return []
    zero = right.parts == (sympy.S.Zero,)
    if left.vector != right.vector and not zero:
        raise Refusal(
            right.span, f"the right side is a {right.rank} and the left side is a {left.rank}"
        )
    _check_channels(left, right)
    order = max(left.order, right.order)
    return [
        Side(
            left=part,
            right=right.parts[0 if zero else c],
            lefts=tuple(term.parts[c] for term in lefts),
            rights=tuple(term.parts[0 if zero else c] for term in rights),
            order=order,
            span=statement.span,
            statement=statement,
        )
        for c, part in enumerate(left.parts)
    ]


def _check_channels(left: Term, right: Term) -> None:
    if None in (left.channels, right.channels) or right.channels in (1, left.channels):
        return
    raise Refusal(
        right.span,
        f"the right side has {right.channels} channels and the left side has {left.channels}",
    )


def component_fields(scope: Scope) -> dict[Symbol, str]:
    """Each component of each unknown with the name of its field."""
    return {
        part: name
        for name in scope.of_kind("field")
        if (term := scope.names[name].term)
        for part in term.parts
    }


def _sorted(side: Side, scope: Scope) -> Equation | None:
    """An equation in time, or a fixed point; None for a steady one."""
    unknowns = component_fields(scope)
    rates = sorted(
        {p for e in (side.left, side.right) for p in e.atoms(Partial) if p.args[1] == TIME},
        key=sympy.default_sort_key,
    )
    for rate in rates:
        if rate.args[0] not in unknowns:
            raise Refusal(side.span, "a derivative in time is taken of an unknown itself")
        if rate.args[2] > 2:
            raise Refusal(side.span, "a derivative in time has order one or two: dt(u), dtt(u)")
    if not rates:
        if side.left in unknowns:
            return _equation("fixed_point", side.left, side.right, side, unknowns)
        return None
    top = max(int(rate.args[2]) for rate in rates)
    leading = [rate for rate in rates if rate.args[2] == top]
    if len(leading) > 1:
        names = " and ".join(f"'{rate.args[0]}'" for rate in leading)
        raise Refusal(
            side.span, f"this equation holds derivatives in time of {names}, one is wanted"
        )
    rate = leading[0]
    alone = side.left == rate and not side.right.has(rate)
    right, addends = (side.right, side.rights) if alone else _solved(side, rate, scope)
    found = _equation(KINDS[top], rate.args[0], right, side, unknowns)
    return replace(found, addends=addends)


def _solved(side: Side, rate: Expr, scope: Scope) -> tuple[Expr, tuple[Expr, ...]]:
    """The right side of an equation whose derivative in time stands among other terms, and its
    addends in the order of the file.
    """
    found = split(side.left - side.right, [rate])
    if found is None or not found[0]:
        raise Refusal(
            side.span,
            "the derivative in time must stand as dt(u) times a factor, outside of anything else",
        )
    slopes, rest = found
    slope = slopes[rate]
    if exact.number_sign(slope.xreplace(scope.values)) == 0:
        raise Refusal(side.span, "the factor of the derivative in time is zero")
    return -rest / slope, _other_addends(side, rate, slope) or (-rest / slope,)


def _other_addends(side: Side, rate: Expr, slope: Expr) -> tuple[Expr, ...]:
    """What the addends of both sides are for dt(u); none where one alone is not linear in it.

    A side that is only 0 is none, nor is a multiple of dt(u).
    """
    lefts, rights = (s if s != (sympy.S.Zero,) else () for s in (side.lefts, side.rights))
    found = []
    for term in (*lefts, *(-r for r in rights)):
        parts = split(term, [rate])
        if parts is None:
            return ()
        if parts[1] != 0 or not parts[0]:
            found.append(-parts[1] / slope)
    return tuple(found)


def _equation(
    kind: str, unknown: Expr, right: Expr, side: Side, unknowns: dict[Symbol, str]
) -> Equation:
    return Equation(
        kind=kind, unknown=unknown, field=unknowns[unknown], right=right, left=None, span=side.span
    )


# ---- steady equations


def _matched(steady: Sequence[Side], known: Iterable[Equation], scope: Scope) -> list[Equation]:
    """Each steady equation with the unknown of its elliptic operator, one to one."""
    unknowns = component_fields(scope)
    taken = {equation.unknown for equation in known}
    choices = [
        sorted(
            (u for u in unknowns if u not in taken and (s.left - s.right).has(u)),
            key=lambda u, s=s: (-_depth(s.left - s.right, u), list(unknowns).index(u)),  # type: ignore[misc]
        )
        for s in steady
    ]
    owner: dict[Symbol, int] = {}
    for index, side in enumerate(steady):
        if not choices[index]:
            scope.faults.error(
                side.statement.equality.span,
                "this equation holds no unknown that has no equation yet",
            )
        elif not _assign(index, choices, owner, set()):
            scope.faults.error(
                side.statement.equality.span, "there are more equations than unknowns for them"
            )
    found = {index: unknown for unknown, index in owner.items()}
    return [
        _equation("steady", found[index], side.left - side.right, side, unknowns)
        for index, side in enumerate(steady)
        if index in found
    ]


def _assign(
    index: int, choices: list[list[Symbol]], owner: dict[Symbol, int], seen: set[Symbol]
) -> bool:
    """An augmenting path of the bipartite matching."""
    for unknown in choices[index]:
        if unknown in seen:
            continue
        seen.add(unknown)
        if unknown not in owner or _assign(owner[unknown], choices, owner, seen):
            owner[unknown] = index
            return True
    return False


def _depth(expression: Expr, unknown: Symbol) -> int:
    """The highest number of derivatives under which an unknown stands."""
    if expression == unknown:
        return 0
    inner = [_depth(part, unknown) for part in expression.args if part.has(unknown)]
    here = {Laplacian: 2, Divergence: 1, Variation: 2}.get(expression.func, 0)
    if isinstance(expression, Partial):
        here = int(expression.args[2])
    return here + max(inner, default=-99)


def _once_each(equations: Sequence[Equation], scope: Scope) -> bool:
    """Two equations for one unknown are told at the later one."""
    seen: set[Symbol] = set()
    for equation in equations:
        if equation.unknown in seen:
            scope.faults.error(
                equation.span, f"'{equation.unknown}' has two equations, one is wanted"
            )
            return False
        seen.add(equation.unknown)
    return True
