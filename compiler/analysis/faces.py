"""The boundary: conditions as written against those that the equations need."""

from __future__ import annotations

from collections.abc import Sequence

import sympy
from sympy import Expr, Symbol

from ..model import Boundary, Periodic, Wall, ZeroPadding
from ..source import Span
from .conditions import SIDES, Rule
from .needs import Need
from .place import number_word
from .scope import Scope

Face = tuple[int, str]


def _words(rules: Sequence[Rule], scope: Scope) -> tuple[dict[Face, Rule], bool]:
    """The word of each face; a face has one word, and a periodic axis nothing else."""
    found: dict[Face, Rule] = {}
    sound = True
    for rule in (rule for rule in rules if rule.word):
        for face in rule.faces:
            earlier = found.setdefault(face, rule)
            if earlier.word != rule.word:
                sound = False
                _contradiction(rule, f"'{rule.word}'", f"'{earlier.word}'", face, scope)
                break
    return found, sound


def _contradiction(rule: Rule, this: str, earlier: str, face: Face, scope: Scope) -> None:
    hint = ""
    if rule.general:
        hint = "a condition without 'on' holds on all faces; name the faces, as in u = 0 on x low"
    scope.faults.error(
        rule.node.span,
        f"{this} contradicts {earlier}, which holds on {face_name(face, scope)} already",
        hint,
    )


def face_name(face: Face, scope: Scope) -> str:
    """`x low`."""
    return f"{scope.faced[face[0]].name} {face[1]}"


def resolve(
    rules: Sequence[Rule], needed: Sequence[Need], scope: Scope, *, complete: bool, missing: Span
) -> Boundary:
    """The boundary of the model; what is missing, contradicts or is not needed is told.

    `missing` is where a missing condition is told, `complete` is False when a condition could not
    be read, so that it may be the missing one. `reflecting` mirrors at the face: dn(u) = 0 for
    scalars and tangential components, u = 0 for the component of a vector across the face.
    """
    words, sound = _words(rules, scope)
    equations, agree = _equations(rules, words, scope)
    if sound and agree and complete:
        equations = _counted(equations, words, needed, scope, missing)
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
    walls += _mirrors(words, scope)
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


def _mirrors(words: dict[Face, Rule], scope: Scope) -> list[Wall]:
    """`reflecting` written out for every component."""
    walls = []
    for (axis, side), rule in words.items():
        if rule.word != "reflecting":
            continue
        for name in scope.of_kind("field"):
            term = scope.names[name].term
            for number, part in enumerate(term.parts if term else ()):
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


Listed = dict[tuple[Symbol, Face], list[Rule]]


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
                _contradiction(later, _shown(later, scope), _shown(first, scope), face, scope)
                sound = False
                break
            listed = found.setdefault((rule.unknown, face), [])
            same = [r for r in listed if _left(r) == _left(rule)]
            if not same:
                listed.append(rule)
            elif _scaled(same[0]) == _scaled(rule):
                scope.faults.warn(
                    rule.node.span,
                    f"this repeats a condition for '{rule.unknown}' on {face_name(face, scope)},"
                    " and the first one is used",
                )
            else:
                _contradiction(rule, _shown(rule, scope), _shown(same[0], scope), face, scope)
                sound = False
                break
    return found, sound


def _shown(rule: Rule, scope: Scope) -> str:
    left = rule.node.left.span
    span = left | rule.node.right.span if rule.node.right else left
    return f"'{scope.faults.source.quote(span)}'"


def _left(rule: Rule) -> tuple[Expr, Expr, str]:
    value, slope, _ = _scaled(rule)
    return value, slope, rule.operand


def _scaled(rule: Rule) -> tuple[Expr, Expr, Expr]:
    """A condition up to a factor."""
    by = rule.value if rule.value != 0 else rule.slope
    return rule.value / by, rule.slope / by, rule.right / by


# ---- counting


def _counted(
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
        scope.faults.error(
            extra[0].node.span,
            f"'{need.unknowns[0]}' needs {number_word(wanted)} condition{'s' * (wanted > 1)}"
            f" on {name} and has {number_word(len(given))}",
        )
        return given
    for rule in extra:
        why = (
            "no characteristic comes in there"
            if not wanted
            else f"{_shown(given[0], scope)} is used"
        )
        scope.faults.warn(
            rule.node.span, f"{_shown(rule, scope)} is not needed on {name}, since {why}"
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
                f"{_shown(rule, scope)} is not needed, since '{unknown}' is not differentiated"
                f" across {face_name(face, scope)}",
            )
