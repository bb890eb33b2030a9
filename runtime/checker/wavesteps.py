"""Time methods for waves: words of shears, one-step methods on the imaginary axis, the midpoint.

A word of shears a <- a + c tau f(b) ("a", c) and b <- b + c tau f(a) ("b", c) acts on singular
vectors of the coupling as a 2 x 2 matrix G(w) of determinant 1. It keeps the quadratic form
H = [[r/w, (s-p)/2w], [(s-p)/2w, -q/w]], G = [[p, q], [r, s]]; H > 0 for 0 <= w^2 < beta bounds all
powers, uniformly on w^2 <= c < beta. Components with one word after joining equal neighbours are
advanced as one, since different reduced words have different matrices.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .document import Document
from .methods import factor, imaginary_interval_holds, owners, stages, tableau
from .polynomials import Line, combined, multiply, roots_between, squarefree, value
from .ranges import Rejected
from .trees import number

Word = list[tuple[str, Fraction]]


def joined(word: Word) -> Word:
    """Neighbouring shears of one group as one; empty ones left out."""
    found: Word = []
    for group, share in word:
        if found and found[-1][0] == group:
            share += found.pop()[1]
        if share:
            found.append((group, share))
    return found


def body(document: Document) -> list[dict[str, Any]]:
    """The stages of a step, tables written out."""
    if document.step is None:
        raise Rejected("there is no time step")
    return list(stages(document.step["body"]))


def group_word(document: Document, first: list[str], second: list[str]) -> Word:
    """The word that every pair of components of the two groups has."""
    letter = dict.fromkeys(first, "a") | dict.fromkeys(second, "b")
    events: list[tuple[str, Fraction]] = []
    for stage in body(document):
        if stage["moves"] or any(name != array for name, array in stage["at"]):
            raise Rejected("the groups are not advanced in turn")
        here = [_shear(update) for update in stage["updates"]]
        if len({letter[name] for name, _ in here}) > 1:
            raise Rejected("both groups are advanced at once")
        events += here
    words = [
        joined([(letter[name], c) for name, c in events if name in {x, y}])
        for x in first
        for y in second
    ]
    if any(w != words[0] for w in words):
        raise Rejected("the components of a group are advanced differently")
    return words[0]


def _shear(update: dict[str, Any]) -> tuple[str, Fraction]:
    """u <- u + c tau f(u)."""
    share, power = factor(update["slope"])
    name = update["unknown"]
    if power != 1 or update["terms"] is not None or update["target"] != name:
        raise Rejected("an update is no state plus tau times its slope")
    if update["combination"] != [["1", name]]:
        raise Rejected("an update combines other arrays")
    return name, share


def second_order_word(document: Document, name: str) -> Word:
    """Kicks ("a") and drifts ("b") of dtt(u) = f(u)."""
    assert document.step is not None
    levels = [a for a in document.step["arrays"] if a["level"] and a["like"] == name]
    if len(levels) != 1:
        raise Rejected("the step keeps other levels than two")
    (level,) = levels
    own = owners(document)
    word: Word = []
    for stage in body(document):
        if dict(map(tuple, stage["at"])).get(name, name) != name:
            raise Rejected("the operator is applied to another array")
        updates = [u for u in stage["updates"] if own.get(u["target"]) == name]
        moves = [m for m in stage["moves"] if own.get(m[0]) == name or own.get(m[1]) == name]
        if level["rate_of"] is None:
            word += _two_levels(updates, moves, name, level["name"])
        elif moves:
            raise Rejected("the velocity is renamed")
        else:
            word += [_kick_or_drift(u, name, level["name"]) for u in updates]
    return joined(word)


def _two_levels(updates: list[dict[str, Any]], moves: list[list[str]], name: str, old: str) -> Word:
    """u_old <- 2u - u_old + tau^2 f(u), then both change names."""
    if not updates and not moves:
        return []
    if len(updates) != 1 or sorted(moves) != sorted([[name, old], [old, name]]):
        raise Rejected("the step is no two-level scheme")
    (update,) = updates
    shares = {array: factor(c) for c, array in update["combination"]}
    known = shares == {name: (Fraction(2), 0), old: (Fraction(-1), 0)}
    if not known or len(update["combination"]) != 2 or update["target"] != old:
        raise Rejected("the step is not 2u - u_old + tau^2 f(u)")
    if factor(update["slope"]) != (Fraction(1), 2) or update["terms"] is not None:
        raise Rejected("the step is not 2u - u_old + tau^2 f(u)")
    if update["unknown"] != name:
        raise Rejected("the step uses the slope of another unknown")
    return [("a", Fraction(1)), ("b", Fraction(1))]


def _kick_or_drift(update: dict[str, Any], name: str, velocity: str) -> tuple[str, Fraction]:
    shares = {array: factor(c) for c, array in update["combination"]}
    share, power = factor(update["slope"])
    one = (Fraction(1), 0)
    if len(shares) != len(update["combination"]) or update["terms"] is not None:
        raise Rejected("an update is neither a kick nor a drift")
    if update["target"] == velocity and shares == {velocity: one} and power == 1:
        if update["unknown"] == name:
            return "a", share
    elif (
        update["target"] == name
        and number(update["slope"]) == 0
        and (shares.keys() == {name, velocity} and shares[name] == one and shares[velocity][1] == 1)
    ):
        return "b", shares[velocity][0]
    raise Rejected("an update is neither a kick nor a drift")


def allows(word: Word, beta: Fraction) -> None:
    """H > 0 for 0 <= w^2 < beta."""
    unit: Line = [Fraction(1)]
    p, s = unit, unit
    q: Line = []
    r: Line = []
    for group, c in word:
        shear = [Fraction(0), c if group == "b" else -c]
        if group == "a":
            p, q = combined(p, multiply(shear, r)), combined(q, multiply(shear, s))
        else:
            r, s = combined(r, multiply(shear, p)), combined(s, multiply(shear, q))
    below, above, mixed = _over(r), _over([-c for c in q]), _over(combined(p, s, Fraction(-1)))
    definite = combined(
        multiply([Fraction(4)], multiply(below, above)), multiply(mixed, mixed), Fraction(-1)
    )
    for even in (below, definite):
        if any(even[1::2]):
            raise Rejected("the form that the step keeps is not even")
        _positive_below(even[0::2], beta)


def _over(p: Line) -> Line:
    if p and p[0]:
        raise Rejected("the step is no rotation for small w")
    return p[1:]


def _positive_below(p: Line, beta: Fraction) -> None:
    """p > 0 on [0, beta)."""
    if not p or p[0] <= 0:
        raise Rejected("the form that the step keeps is not definite")
    simple = squarefree(p)
    if len(simple) > 1 and roots_between(simple, Fraction(0), beta) - (value(p, beta) == 0):
        raise Rejected("the form that the step keeps is not definite up to the limit")


def one_step(document: Document, beta: Fraction) -> None:
    """|P(iy)| <= 1 for y^2 <= beta."""
    if not imaginary_interval_holds(tableau(document).polynomial(), beta):
        raise Rejected("the stability polynomial leaves the disc on the imaginary axis")


def bounded_by_midpoint(document: Document, beta: Fraction) -> None:
    """u_new = u_old + c tau f(u), then both change names: c^2 beta <= 4."""
    listed = body(document)
    assert document.step is not None
    (name,) = (r["unknown"] for r in document.rates)
    levels = [a["name"] for a in document.step["arrays"] if a["level"]]
    if len(listed) != 1 or len(levels) != 1 or len(listed[0]["updates"]) != 1:
        raise Rejected("the step is no midpoint rule")
    (stage,), (old,) = listed, levels
    (update,) = stage["updates"]
    share, power = factor(update["slope"])
    if (
        sorted(stage["moves"]) != sorted([[name, old], [old, name]])
        or dict(map(tuple, stage["at"])).get(name, name) != name
        or update["target"] != old
        or update["combination"] != [["1", old]]
        or update["unknown"] != name
        or update["terms"] is not None
        or power != 1
        or share**2 * beta > 4
    ):
        raise Rejected("the step is no midpoint rule")
