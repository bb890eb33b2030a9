"""Iterates: the scheme itself, for whole fields or node by node."""

from __future__ import annotations

from collections.abc import Sequence

import sympy

from .. import syntax as tree
from ..model import Axis, Equation
from ..source import Given
from .declare import every
from .equations import EQUATION
from .expressions import value
from .levels import Line, advanced_unknowns, assigned, normalised
from .nodes import LETTERS
from .options import read_options
from .params import NUMBERS
from .place import Place
from .quantities import scalar_field
from .scope import Scope, names_in
from .terms import Refusal, symbol
from .words import ITERATE


def letters_of(statements: Sequence[tree.Statement], scope: Scope) -> tuple[str, ...]:
    """The index letters of node-by-node iterates: one a coordinate, or those on the left."""
    if every(statements, tree.GraphStatement):
        return ()
    used = {name.name for s in every(statements, tree.IterateStatement) for name in _indices(s)}
    if scope.axes and used.intersection(LETTERS):
        return LETTERS[: len(scope.axes)]
    return tuple(letter for letter in LETTERS if letter in used)


def _indices(statement: tree.IterateStatement) -> list[tree.Name]:
    """Names inside the brackets of indexed unknowns, on the left if there are any."""
    equality = statement.equality
    return _indices_in(equality.left) or _indices_in(equality.right)


def _indices_in(side: tree.Expression) -> list[tree.Name]:
    found: list[tree.Name] = []
    stack: list[object] = [side]
    while stack:
        node = stack.pop()
        if isinstance(node, tree.Index):
            found += [name for index in node.indices for name in names_in(index)]
        if isinstance(node, tree.Node):
            stack += [getattr(node, key) for key in node.__dataclass_fields__ if key != "span"]
        elif isinstance(node, tuple):
            stack += node
    return found


def iterated_names(statements: Sequence[tree.Statement]) -> list[tree.Name]:
    """The first indexed unknown of each iterate; a field where none is declared."""
    found = []
    for statement in every(statements, tree.IterateStatement):
        stack: list[object] = [statement.equality.right, statement.equality.left]
        while stack:
            node = stack.pop()
            if isinstance(node, tree.Index) and isinstance(node.base, tree.Name):
                found.append(node.base)
                break
            if isinstance(node, tree.Node):
                children = [getattr(node, k) for k in node.__dataclass_fields__ if k != "span"]
                stack += reversed(children)
            elif isinstance(node, tuple):
                stack += reversed(node)
    return found


def declare_lattice(statements: Sequence[tree.Statement], scope: Scope) -> None:
    """Axes and unknowns of a node-by-node scheme that declares neither a domain nor fields."""
    if scope.axes or every(statements, tree.GraphStatement):
        return
    first = next(iter(every(statements, tree.IterateStatement)), None)
    if first is None:
        return
    scope.lattice = tuple(
        Axis(name=name, symbol=symbol(name), low=None, high=None, span=first.span)
        for name in letters_of(statements, scope)
    )
    if not every(statements, tree.FieldStatement):
        for name in iterated_names(statements):
            if name.name not in scope.names:
                scope.declare(name, "field", *scalar_field(name))


def read_iterates(
    statements: Sequence[tree.Statement], scope: Scope, given: Given[int] | None
) -> tuple[tuple[Equation, ...], int | None, bool]:
    """The equations of all iterates, their number of steps, and whether all could be read."""
    letters = letters_of(statements, scope)
    kinds = (EQUATION | {"node"}) - {"time"}
    if every(statements, tree.GraphStatement):
        kinds |= {"graph"}
    place = Place(scope=scope, what="an iterate", kinds=kinds, letters=letters)
    lines: list[Line] = []
    steps: int | None = None
    complete = True
    for statement in every(statements, tree.IterateStatement):
        options = read_options(
            statement.options,
            ITERATE,
            Place(scope=scope, what="steps", kinds=NUMBERS),
            of="an iterate",
        )
        count = options.get("steps")
        if count and steps and count != steps:
            scope.faults.error(
                options.places["steps"], f"the iterates before this one take {steps} steps"
            )
        steps = steps or count
        try:
            found = _lines(statement, place)
        except Refusal as refusal:
            scope.faults.error(refusal.span, refusal.message, refusal.hint)
            found = []
        complete &= bool(found)
        lines += found
    if not complete:
        return (), steps, False
    steps = given.value if given else steps
    try:
        return normalised(assigned(lines), letters, scope), steps, True
    except Refusal as refusal:
        scope.faults.error(refusal.span, refusal.message, refusal.hint)
        return (), steps, False


def _lines(statement: tree.IterateStatement, place: Place) -> list[Line]:
    left, right = (
        value(side, place) for side in (statement.equality.left, statement.equality.right)
    )
    if left is None or right is None:
        return []
    zero = right.parts == (sympy.S.Zero,)
    if left.vector != right.vector and not zero:
        raise Refusal(
            right.span, f"the right side is a {right.rank} and the left side is a {left.rank}"
        )
    if None not in (left.channels, right.channels) and right.channels not in (1, left.channels):
        message = (
            f"the right side has {right.channels} channels and the left side has {left.channels}"
        )
        raise Refusal(right.span, message)
    rights = right.parts * len(left.parts) if zero else right.parts
    sides = zip(left.parts, rights, strict=True)
    found = [(advanced_unknowns(a, left), a, b) for a, b in sides]
    return [
        Line(unknown=names[0], advances=names, left=a, right=b, statement=statement)
        for names, a, b in found
    ]
