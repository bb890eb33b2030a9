"""The boundary: conditions as written against those that the equations need."""

from __future__ import annotations

from collections.abc import Sequence

import sympy
from sympy import Expr

from ..source import Span
from ..walls import Boundary, Periodic, Wall, ZeroPadding
from .conditions import SIDES, Rule
from .counting import Face, Listed, counted, face_name, shown, warn_once
from .needs import Need
from .scope import Scope


def _words(rules: Sequence[Rule], scope: Scope) -> tuple[dict[Face, Rule], bool]:
    """The word of each face; a face has one word, and a periodic axis nothing else."""
    found: dict[Face, Rule] = {}
    sound = True
    for rule in (rule for rule in rules if rule.word):
        for face in rule.faces:
            earlier = found.setdefault(face, rule)
            if earlier.word != rule.word:
                sound = False
                _contradiction(rule, earlier, face, scope)
                break
    return found, sound


def _contradiction(rule: Rule, earlier: Rule, face: Face, scope: Scope) -> None:
    hint = ""
    if rule.general or earlier.general:
        hint = "a condition without 'on' holds on all faces; name the faces, as in u = 0 on x low"
    scope.faults.error(
        rule.node.span,
        f"{shown(rule, scope)} contradicts {shown(earlier, scope)}, which holds already"
        f" on {face_name(face, scope)}",
        hint,
    )


def resolve(
    rules: Sequence[Rule], needed: Sequence[Need], scope: Scope, *, complete: bool, missing: Span
) -> Boundary:
    """The boundary of the model; what is missing, contradicts or is not needed is told.

    `missing` is where a missing condition is told, `complete` is False when a condition could not
    be read, so that it may be the missing one. `reflecting` mirrors at the face what is
    differentiated across it: dn(u) = 0 for scalars and tangential components, u = 0 for the
    component of a vector across the face. Staggered components get no condition by it, since
    their equations continue them as the mirrored scalars demand.
    """
    words, sound = _words(rules, scope)
    equations, agree = _equations(rules, words, scope)
    if sound and agree and complete:
        equations = counted(equations, words, needed, scope, missing)
    periodic = {
        axis: rule.node.span for (axis, _), rule in words.items() if rule.word == "periodic"
    }
    zero = {axis: rule.node.span for (axis, _), rule in words.items() if rule.word == "zero"}
    walls = [
        Wall(
            axis=axis,
            side=side,
            unknown=unknown,
            value=rule.value,
            slope=rule.slope,
            right=rule.right,
            operand=rule.operand,
            span=rule.node.span,
        )
        for (unknown, (axis, side)), listed in equations.items()
        for rule in listed
    ]
    walls += _mirrors(words, needed, scope)
    return Boundary(
        periodic=tuple(Periodic(axis=axis, span=span) for axis, span in sorted(periodic.items())),
        walls=tuple(sorted(walls, key=lambda w: (w.axis, SIDES.index(w.side), str(w.unknown)))),
        zero=tuple(ZeroPadding(axis=axis, span=span) for axis, span in sorted(zero.items())),
    )


def all_periodic(scope: Scope) -> Boundary:
    """Of a lattice without conditions."""
    axes = enumerate(scope.faced)
    periodic = tuple(Periodic(axis=number, span=axis.span) for number, axis in axes)
    return Boundary(periodic=periodic, walls=(), zero=())


def _mirrors(words: dict[Face, Rule], needed: Sequence[Need], scope: Scope) -> list[Wall]:
    """`reflecting` written out for every component that is differentiated across the face."""
    walls = []
    crossed = {(unknown, need.axis) for need in needed for unknown in need.unknowns}
    for (axis, side), rule in words.items():
        if rule.word != "reflecting":
            continue
        for name in scope.of_kind("field"):
            entry = scope.names[name]
            term = entry.term
            for number, part in enumerate(term.parts if term else ()):
                if (part, axis) not in crossed or entry.item.staggered:
                    continue
                across = bool(term and term.vector and number == axis)
                walls.append(
                    Wall(
                        axis=axis,
                        side=side,
                        unknown=part,
                        value=sympy.Integer(across),
                        slope=sympy.Integer(not across),
                        right=sympy.S.Zero,
                        operand="value",
                        span=rule.node.span,
                    )
                )
    return walls


def _equations(rules: Sequence[Rule], words: dict[Face, Rule], scope: Scope) -> tuple[Listed, bool]:
    """Equations by component and face, without repetitions; contradictions are told."""
    found: Listed = {}
    sound = True
    for rule in rules:
        if rule.unknown is None:
            continue
        for face in rule.faces:
            if face in words:
                first, later = sorted((words[face], rule), key=lambda r: r.node.span.start)
                _contradiction(later, first, face, scope)
                sound = False
                break
            listed = found.setdefault((rule.unknown, face), [])
            same = [r for r in listed if _left(r) == _left(rule)]
            if not same:
                listed.append(rule)
            elif _scaled(same[0]) == _scaled(rule):
                warn_once(
                    scope,
                    rule.node.span,
                    f"this repeats a condition for '{rule.unknown}' on {face_name(face, scope)},"
                    " and the first one is used",
                )
            else:
                _contradiction(rule, same[0], face, scope)
                sound = False
                break
    return found, sound


def _left(rule: Rule) -> tuple[Expr, Expr, str]:
    value, slope, _ = _scaled(rule)
    return value, slope, rule.operand


def _scaled(rule: Rule) -> tuple[Expr, Expr, Expr]:
    """A condition up to a factor."""
    by = rule.value if rule.value != 0 else rule.slope
    return rule.value / by, rule.slope / by, rule.right / by
