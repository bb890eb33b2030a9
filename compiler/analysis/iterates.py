"""Iterates: the scheme itself, for whole fields or node by node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy
from sympy import Expr, Symbol

from .. import syntax as tree
from ..model import AtNode, Axis, Equation
from .declare import every
from .equations import EQUATION, component_fields
from .expressions import value
from .nodes import LETTERS
from .options import read_options
from .place import Place
from .quantities import NUMBERS, scalar_field
from .scope import Scope, names_in
from .terms import Refusal, Term
from .words import ITERATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One component of an iterate before its levels are normalised."""

    unknown: Symbol
    left: Expr
    right: Expr
    statement: tree.IterateStatement


def letters_of(statements: Sequence[tree.Statement]) -> tuple[str, ...]:
    """The index letters of node-by-node iterates, up to the last one used."""
    used = {name.name for s in every(statements, tree.IterateStatement) for name in _indices(s)}
    last = max((LETTERS.index(letter) + 1 for letter in LETTERS if letter in used), default=0)
    return LETTERS[:last]


def _indices(statement: tree.IterateStatement) -> list[tree.Name]:
    """Names inside the brackets of indexed unknowns."""
    found: list[tree.Name] = []
    stack: list[object] = [statement.equality]
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
    """The first unknown on the left of each iterate; a field where none is declared."""
    found = []
    for statement in every(statements, tree.IterateStatement):
        stack: list[object] = [statement.equality.left]
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
        Axis(name=name, symbol=Symbol(name, integer=True), low=None, high=None, span=first.span)
        for name in letters_of(statements)
    )
    if not every(statements, tree.FieldStatement):
        for name in iterated_names(statements):
            if name.name not in scope.names:
                scope.declare(name, "field", *scalar_field(name))


def read_iterates(
    statements: Sequence[tree.Statement], scope: Scope
) -> tuple[tuple[Equation, ...], int | None, bool]:
    """The equations of all iterates, their number of steps, and whether all could be read."""
    letters = letters_of(statements)
    place = Place(
        scope=scope, what="an iterate", kinds=EQUATION | {"node"} - {"time"}, letters=letters
    )
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
    try:
        return _normalised(lines, letters, scope), steps, True
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
    return [
        Line(unknown=_unknown(a, left, statement), left=a, right=b, statement=statement)
        for a, b in zip(left.parts, rights, strict=True)
    ]


def _newest(expressions: Sequence[Expr], unknowns: set[Symbol]) -> int | None:
    levels = [
        int(node.args[1])
        for expression in expressions
        for node in expression.atoms(AtNode)
        if node.args[0] in unknowns
    ]
    return max(levels, default=None)


def _unknown(left: Expr, term: Term, statement: tree.IterateStatement) -> Symbol:
    """The unknown of the newest level on the left, the nearest to the node if there are several."""
    nodes = sorted(left.atoms(AtNode), key=_nearness)
    if not nodes:
        raise Refusal(
            term.span,
            "an iterate has the newest level of an unknown on its left",
            "as in u[k+1] = ...",
        )
    newest = max(int(node.args[1]) for node in nodes)
    return next(node.args[0] for node in nodes if int(node.args[1]) == newest)


def _nearness(node: Expr) -> tuple[int, str]:
    return sum(abs(int(o)) for o in node.args[2:] if o.is_Integer), str(node)


def _normalised(
    lines: Sequence[Line], letters: tuple[str, ...], scope: Scope
) -> tuple[Equation, ...]:
    """Levels counted such that the newest is 1, explicit where nothing new stands on the right."""
    unknowns = component_fields(scope)
    known = set(unknowns)
    advanced = [_newest([line.left], known) for line in lines]
    equations: list[Equation] = []
    ready: set[Symbol] = set()
    for line, newest in zip(lines, advanced, strict=True):
        if newest is None:
            raise Refusal(line.statement.equality.left.span, "no unknown is advanced here")
        span = line.statement.equality.span
        if newest != advanced[0]:
            raise Refusal(span, "all iterates advance to the same level, such as k+1")
        top = _newest([line.right], known)
        if top is not None and top > newest:
            raise Refusal(
                line.statement.equality.right.span,
                "the newest level stands on the left side of an iterate",
            )
        if any(e.unknown == line.unknown for e in equations):
            raise Refusal(span, f"'{line.unknown}' has two iterates, and one is wanted")
        left, right = _shifted(line, 1 - newest, known)
        left_terms, right = _explicit(line.unknown, left, right, ready)
        ready.add(line.unknown)
        equations.append(
            Equation(
                kind="iterate",
                unknown=line.unknown,
                field=unknowns[line.unknown],
                right=_whole(right, letters),
                left=None if left_terms is None else _whole(left_terms, letters),
                span=line.statement.span,
            )
        )
    return tuple(equations)


def _shifted(line: Line, levels: int, unknowns: set[Symbol]) -> tuple[Expr, Expr]:
    """Levels moved, and offsets such that a lone left side stands at the node itself."""
    offsets: tuple[Expr, ...] = ()
    if isinstance(line.left, AtNode) and all(o.is_Integer for o in line.left.args[2:]):
        offsets = line.left.args[2:]
    sides = []
    for side in (line.left, line.right):
        moved = {
            node: AtNode(
                node.args[0],
                node.args[1] + levels * (node.args[0] in unknowns),
                *(
                    (o - by for o, by in zip(node.args[2:], offsets, strict=True))
                    if offsets and len(node.args) - 2 == len(offsets)
                    else node.args[2:]
                ),
            )
            for node in side.atoms(AtNode)
        }
        sides.append(side.xreplace(moved))
    return sides[0], sides[1]


def _explicit(
    unknown: Symbol, left: Expr, right: Expr, ready: set[Symbol]
) -> tuple[Expr | None, Expr]:
    """`(None, right)` where the newest level follows from older ones; else both sides, sorted.

    Values that earlier iterates of the file have advanced already may stand on the right.
    """
    new = sorted(
        (
            n
            for side in (left, right)
            for n in side.atoms(AtNode)
            if n.args[1] == 1 and n.args[0] not in ready
        ),
        key=sympy.default_sort_key,
    )
    new = list(dict.fromkeys(new))
    if new == [left]:
        return None, right
    marks = {node: sympy.Dummy(f"new{n}", real=True) for n, node in enumerate(new)}
    residual = (left - right).xreplace(marks)
    slopes = {node: sympy.diff(residual, mark) for node, mark in marks.items()}
    back = {mark: node for node, mark in marks.items()}
    if any(slope.has(*back) for slope in slopes.values()):
        return left - _having(right, new), right - _having(right, new)
    rest = -residual.xreplace(dict.fromkeys(back, sympy.S.Zero))
    lone = [node for node in new if slopes[node] != 0]
    if len(lone) == 1 and lone[0].args[0] == unknown and not any(lone[0].args[2:]):
        return None, rest / slopes[lone[0]]
    return sympy.Add(*(slope * node for node, slope in slopes.items())), rest


def _having(expression: Expr, nodes: Sequence[Expr]) -> Expr:
    """The additive terms that hold one of these."""
    return sympy.Add(*(t for t in sympy.Add.make_args(expression) if t.has(*nodes)))


def _whole(expression: Expr, letters: tuple[str, ...]) -> Expr:
    """In iterates of whole fields the current level is the field itself."""
    if letters:
        return expression
    current = {
        node: node.args[0]
        for node in expression.atoms(AtNode)
        if node.args[1] == 0 and len(node.args) == 2
    }
    return expression.xreplace(current)
