"""Levels of iterates: counted so that the newest is 1, explicit where that is possible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sympy
from sympy import Expr, Symbol

from .. import syntax as tree
from ..model import Equation
from ..operators import AtNode
from ..source import Span
from .equations import component_fields
from .linear import split
from .scope import Scope
from .terms import Refusal, Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One component of an iterate before its levels are normalised.

    `unknown` is one of `advances`, whose newest level stands on the left.
    """

    unknown: Symbol
    advances: tuple[Symbol, ...]
    left: Expr
    right: Expr
    statement: tree.IterateStatement


def _newest(expressions: Sequence[Expr], unknowns: set[Symbol]) -> int | None:
    levels = [
        int(node.args[1])
        for expression in expressions
        for node in expression.atoms(AtNode)
        if node.args[0] in unknowns
    ]
    return max(levels, default=None)


def advanced_unknowns(left: Expr, term: Term) -> tuple[Symbol, ...]:
    """The unknowns of the newest level on the left, the nearest to the node first."""
    nodes = sorted(left.atoms(AtNode), key=_nearness)
    if not nodes:
        raise Refusal(
            term.span,
            "an iterate has the newest level of an unknown on its left",
            "as in u[k+1] = ...",
        )
    newest = max(int(node.args[1]) for node in nodes)
    return tuple(dict.fromkeys(n.args[0] for n in nodes if int(n.args[1]) == newest))


def assigned(lines: Sequence[Line]) -> list[Line]:
    """Every line with an unknown of its own, the first that it advances where that is possible.

    A coupled system may advance all its unknowns on every line: augmenting paths find who has what.
    """
    owners: dict[Symbol, int] = {}

    def settle(number: int, asked: set[Symbol]) -> bool:
        for unknown in lines[number].advances:
            if unknown not in asked:
                asked.add(unknown)
                if unknown not in owners or settle(owners[unknown], asked):
                    owners[unknown] = number
                    return True
        return False

    for number in range(len(lines)):
        settle(number, set())
    found = {number: unknown for unknown, number in owners.items()}
    return [replace(e, unknown=found.get(n, e.unknown)) for n, e in enumerate(lines)]


def _nearness(node: Expr) -> tuple[int, str]:
    return sum(abs(int(o)) for o in node.args[2:] if o.is_Integer), str(node)


def normalised(
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
        if isinstance(line.left, AtNode) and _is_no_newer(line, newest, known, ready):
            raise Refusal(
                line.statement.equality.left.span,
                "the left side is no newer level than the right side",
                "the newest level is written k+1, the current one k",
            )
        left, right = _shifted(line, 1 - newest, known)
        left_terms, right = _explicit(
            line.unknown, left, right, ready=ready, place=line.statement.equality.left.span
        )
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


def _is_no_newer(line: Line, newest: int, unknowns: set[Symbol], ready: set[Symbol]) -> bool:
    """Whether the right side reads the newest level alone, of an unknown not advanced before."""
    nodes = [n for n in line.right.atoms(AtNode) if n.args[0] in unknowns]
    older = any(int(n.args[1]) < newest for n in nodes)
    return not older and any(int(n.args[1]) == newest and n.args[0] not in ready for n in nodes)


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
    unknown: Symbol, left: Expr, right: Expr, *, ready: set[Symbol], place: Span
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
    if new == [left] and not right.has(left):
        return None, right
    found = split(left - right, new)
    if found is None:
        return left - _having(right, new), right - _having(right, new)
    slopes, rest = found
    if not slopes:
        raise Refusal(place, "the newest level cancels, since it stands on both sides alike")
    lone = next(iter(slopes))
    if len(slopes) == 1 and lone.args[0] == unknown and not any(lone.args[2:]):
        return None, -rest / slopes[lone]
    return sympy.Add(*(slope * node for node, slope in slopes.items())), -rest


def _having(expression: Expr, nodes: Sequence[Expr]) -> Expr:
    """The additive terms that hold one of these."""
    return sympy.Add(*(t for t in sympy.Add.make_args(expression) if t.has(*nodes)))


def _whole(expression: Expr, letters: tuple[str, ...]) -> Expr:
    """In iterates of whole fields, and on graphs, the current level is the field itself."""
    if letters:
        return expression
    current = {
        node: node.args[0]
        for node in expression.atoms(AtNode)
        if node.args[1] == 0 and len(node.args) == 2
    }
    return expression.xreplace(current)
