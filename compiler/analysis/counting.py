"""Conditions against needs: too few, too many, and those that are not needed."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Symbol

from ..source import Span
from .conditions import SIDES, Rule
from .needs import Need
from .place import number_word
from .scope import Scope

Face = tuple[int, str]
Listed = dict[tuple[Symbol, Face], list[Rule]]


def face_name(face: Face, scope: Scope) -> str:
    """`x low`."""
    return f"{scope.faced[face[0]].name} {face[1]}"


def shown(rule: Rule, scope: Scope) -> str:
    """A condition as it is written, in quotes."""
    left = rule.node.left.span
    span = left | rule.node.right.span if rule.node.right else left
    return f"'{scope.faults.source.quote(span)}'"


def warn_once(scope: Scope, span: Span, message: str) -> None:
    """A warning about a condition that holds on several faces is told of the first one."""
    if not any(fault.span == span for fault in scope.faults.found):
        scope.faults.warn(span, message)


def counted(
    equations: Listed, words: dict[Face, Rule], needed: Sequence[Need], scope: Scope, missing: Span
) -> Listed:
    """The conditions that are used, after too few and too many have been told."""
    used: Listed = {}
    short: dict[tuple[tuple[Symbol, ...], int], list[Face]] = {}
    for need in needed:
        faces = [(need.axis, side) for side in SIDES]
        given = {f: [r for u in need.unknowns for r in equations.get((u, f), [])] for f in faces}
        if need.either and any(given.values()):
            used |= {(r.unknown, f): [r] for f in faces for r in given[f][:1] if r.unknown}
            continue
        for face in faces:
            wanted = need.on(face[1])
            if face in words:
                _check_word(words[face], need, scope)
                continue
            enough = len(given[face]) >= max(wanted, int(need.learned)) or _serves(
                given[face], need
            )
            if not enough:
                short.setdefault((need.unknowns, wanted or 1), []).append(face)
                continue
            kept = _not_too_many(given[face], max(wanted, int(need.learned)), need, face, scope)
            for rule in kept:
                if rule.unknown:
                    used.setdefault((rule.unknown, face), []).append(rule)
    for (unknowns, wanted), places in short.items():
        _tell_missing(unknowns, wanted, places, equations=equations, scope=scope, missing=missing)
    _tell_unneeded(equations, needed, scope)
    return used


def _serves(given: Sequence[Rule], need: Need) -> bool:
    """One homogeneous rule is used for each factor of a composed operator."""
    return len(given) == 1 and need.step <= 2 and given[0].right == 0 and len(need.unknowns) == 1


def _check_word(rule: Rule, need: Need, scope: Scope) -> None:
    if rule.word == "zero" and not need.learned:
        scope.faults.error(
            rule.node.span,
            f"'zero' is for learned kernels, and '{need.unknowns[0]}' is differentiated",
            "write u = 0 for a wall that is held at zero",
        )


def _not_too_many(
    given: list[Rule], wanted: int, need: Need, face: Face, scope: Scope
) -> list[Rule]:
    """The conditions used; more than needed for one unknown contradict, for a group they do not."""
    extra = given[wanted:]
    name = face_name(face, scope)
    if not extra:
        return given
    if len(need.unknowns) == 1 and wanted:
        place = extra[0].node.span
        if any(fault.span == place for fault in scope.faults.errors):
            return given
        scope.faults.error(
            place,
            f"'{need.unknowns[0]}' needs {number_word(wanted)} condition{'s' * (wanted > 1)}"
            f" on {name} and has {number_word(len(given))}",
        )
        return given
    for rule in extra:
        why = (
            "no characteristic comes in there"
            if not wanted
            else f"{shown(given[0], scope)} is used"
        )
        warn_once(
            scope, rule.node.span, f"{shown(rule, scope)} is not needed on {name}, since {why}"
        )
    return given[:wanted]


def _tell_missing(
    unknowns: tuple[Symbol, ...],
    wanted: int,
    places: Sequence[Face],
    *,
    equations: Listed,
    scope: Scope,
    missing: Span,
) -> None:
    names = " or ".join(f"'{unknown}'" for unknown in unknowns)
    faces = ", ".join(face_name(face, scope) for face in places)
    has = max(len(equations.get((u, f), [])) for u in unknowns for f in places)
    example = f"as in {unknowns[0]} = 0 on {face_name(places[0], scope)}"
    if wanted == 2:
        example = f"such as {unknowns[0]} = 0 with dn({unknowns[0]}) = 0 or lap({unknowns[0]}) = 0"
    scope.faults.error(
        missing,
        f"a boundary condition is missing: {names} needs {number_word(wanted)} on {faces}"
        f" and has {number_word(has) if has else 'none'}",
        f"{example}; or periodic, or reflecting",
    )


def _tell_unneeded(equations: Listed, needed: Sequence[Need], scope: Scope) -> None:
    """Conditions for unknowns that are not differentiated along an axis."""
    known = {(u, need.axis) for need in needed for u in need.unknowns}
    told: set[int] = set()
    for (unknown, face), rules in equations.items():
        if (unknown, face[0]) in known:
            continue
        for rule in rules:
            if rule.general or id(rule.node) in told:
                continue
            told.add(id(rule.node))
            scope.faults.warn(
                rule.node.span,
                f"{shown(rule, scope)} is not needed, since '{unknown}' is not differentiated"
                f" across {face_name(face, scope)}",
            )
