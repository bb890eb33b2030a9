"""Boundary conditions as they are written: words, and linear equations for u and dn(u)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy
from sympy import Expr, Symbol

from .. import syntax as tree
from ..operators import Laplacian, Partial
from .declare import every
from .expressions import value
from .forms import NORMAL
from .linear import split
from .place import Place
from .scope import Scope, suggest
from .terms import Refusal, Term
from .words import BOUNDARY_WORDS

SIDES = ("low", "high")
CONDITION = frozenset({"coordinate", "time", "field", "data", "param", "function", "dn"})
_EXAMPLE = "an equation such as u = 0 on x low"
_FOREIGN = {
    "neumann": "reflecting, or dn(u) = 0",
    "dirichlet": "an equation, such as u = 0",
    "robin": "an equation, such as 2*u + dn(u) = 0",
    "mirror": "reflecting",
    "symmetric": "reflecting",
    "wrap": "periodic",
    "circular": "periodic",
    "free": "reflecting, or dn(u) = 0",
    "none": "nothing: leave the statement out",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One condition as written: a word or an equation for one component, and its faces."""

    word: str = ""
    unknown: Symbol | None = None
    value: Expr = sympy.S.Zero
    slope: Expr = sympy.S.Zero
    right: Expr = sympy.S.Zero
    operand: str = "value"
    faces: tuple[tuple[int, str], ...]
    general: bool  # no face was named
    node: tree.Condition


def read_conditions(statements: Sequence[tree.Statement], scope: Scope) -> tuple[list[Rule], bool]:
    """All conditions, and whether each could be read."""
    place = Place(scope=scope, what="a boundary condition", kinds=CONDITION)
    rules: list[Rule] = []
    complete = True
    for statement in every(statements, tree.BoundaryStatement):
        for node in statement.conditions:
            try:
                found = _rules(node, place)
            except Refusal as refusal:
                scope.faults.error(refusal.span, refusal.message, refusal.hint)
                found = []
            complete &= bool(found)
            rules += found
    return rules, complete


def _rules(node: tree.Condition, place: Place) -> list[Rule]:
    faces = _faces(node, place.scope)
    if faces is None:
        return []
    general = node.face is None
    if node.right is None:
        word = _word(node, place)
        return [Rule(word=word, faces=faces, general=general, node=node)]
    left, right = value(node.left, place), value(node.right, place)
    if left is None or right is None:
        return []
    zero = right.parts == (sympy.S.Zero,)
    if left.vector != right.vector and not zero:
        raise Refusal(
            right.span, f"the right side is a {right.rank} and the left side is a {left.rank}"
        )
    rights = right.parts * len(left.parts) if zero else right.parts
    return [
        _equation(left, a - b, faces, node, place.scope)
        for a, b in zip(left.parts, rights, strict=True)
    ]


def _word(node: tree.Condition, place: Place) -> str:
    """`periodic`, `reflecting`, `zero`."""
    if isinstance(node.left, tree.Name):
        word = node.left.name
        if word in BOUNDARY_WORDS:
            if word == "periodic" and node.face and node.face.side:
                raise Refusal(
                    node.face.side.span, "an axis is periodic as a whole, on both its sides"
                )
            return word
        known = f"known: {', '.join(BOUNDARY_WORDS)}, or {_EXAMPLE}"
        likely = suggest(word, BOUNDARY_WORDS, most=0)
        if word.casefold() in _FOREIGN:
            likely = f"write {_FOREIGN[word.casefold()]};"
        raise Refusal(
            node.left.span, f"unknown boundary condition '{word}'", f"{likely} {known}".strip()
        )
    raise Refusal(
        node.left.span, "a boundary condition is a word or an equation", f"as in {_EXAMPLE}"
    )


def _faces(node: tree.Condition, scope: Scope) -> tuple[tuple[int, str], ...] | None:
    """`on x low`, `on x`, or all faces."""
    names = tuple(axis.name for axis in scope.faced)
    face = node.face
    if face is None:
        return tuple((axis, side) for axis in range(len(names)) for side in SIDES)
    if face.axis.name not in names:
        listed = ", ".join(names) or "none"
        scope.faults.error(
            face.axis.span,
            f"'{face.axis.name}' is no coordinate of the domain",
            f"the coordinates are: {listed}",
        )
        return None
    sides = SIDES if face.side is None else (face.side.name,)
    if face.side and face.side.name not in SIDES:
        hint = suggest(face.side.name, SIDES)
        raise Refusal(face.side.span, f"unknown side '{face.side.name}'", hint)
    return tuple((names.index(face.axis.name), side) for side in sides)


def _equation(
    left: Term,
    residual: Expr,
    faces: tuple[tuple[int, str], ...],
    node: tree.Condition,
    scope: Scope,
) -> Rule:
    """`value * u + slope * dn(u) = right`."""
    unknowns = {
        part for name in scope.of_kind("field") if (t := scope.names[name].term) for part in t.parts
    }
    marks = _marks(residual, unknowns, node)
    names = {unknown for unknown, _, _ in marks}
    if len(names) != 1:
        which = "no unknown" if not names else "more than one unknown"
        raise Refusal(node.left.span, f"this condition holds {which}, and one is wanted")
    found = split(residual, [part for _, _, part in marks])
    if found is None:
        raise Refusal(node.left.span, "a boundary condition is linear in u and dn(u)")
    slopes, rest = found
    kinds = {operand for _, (_, operand), _ in marks}
    if len(kinds) > 1:
        raise Refusal(node.left.span, "u and lap(u) stand in conditions of their own")
    if not slopes:
        raise Refusal(node.left.span, "this condition says nothing about an unknown")
    normal = [part for _, (across, _), part in marks if across]
    total = [
        sympy.Add(*(slope for part, slope in slopes.items() if (part in normal) == across))
        for across in (False, True)
    ]
    return Rule(
        unknown=names.pop(),
        value=total[0],
        slope=total[1],
        right=-rest,
        operand=kinds.pop(),
        faces=faces,
        general=node.face is None,
        node=node,
    )


_Mark = tuple[Symbol, tuple[bool, str], Expr]


def _marks(residual: Expr, unknowns: set[Symbol], node: tree.Condition) -> set[_Mark]:
    """Each u, dn(u), lap(u) and dn(lap(u)) of a condition: (u, (normal, operand), as it stands)."""
    found: set[_Mark] = set()
    stack = [residual]
    while stack:
        part = stack.pop()
        inner, normal, operand = part, False, "value"
        if isinstance(inner, Partial):
            if inner.args[1] != NORMAL or inner.args[2] != 1:
                raise Refusal(
                    node.left.span,
                    "a boundary condition holds u, dn(u) and lap(u), no other derivatives",
                )
            inner, normal = inner.args[0], True
        if isinstance(inner, Laplacian):
            inner, operand = inner.args[0], "lap"
        if inner in unknowns:
            found.add((inner, (normal, operand), part))
        elif normal or operand == "lap":
            raise Refusal(node.left.span, "dn and lap are taken of an unknown itself here")
        else:
            stack.extend(part.args)
    return found
