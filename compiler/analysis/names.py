"""What a name in a formula means."""

from __future__ import annotations

import re

import sympy

from .. import syntax as tree
from ..model import LIMIT, TIME
from . import calculus
from .elementary import FUNCTIONS
from .foreign import derivative
from .nodes import LETTERS, LEVEL
from .place import Place
from .scope import ARTICLE, Entry, suggest
from .terms import Refusal, Result, Term

FORMS = (
    "d", "dn", "norm2", "dot", "vector", "where", "integral", "boundary_integral", "mean", "sum",
    "variation", "neighbours", "random_normal", "random_uniform", "mlp", "spline",
)  # fmt: skip
WORDS = (*FUNCTIONS, *FORMS, *calculus.OPERATORS)
_CONSTANTS = {
    "pi": ("", sympy.pi),
    "t": ("time", TIME),
    "limit": ("limit", LIMIT),
}
_MISPLACED = {
    "time": "the time 't' has no place in {what}",
    "limit": "'limit' has no place in {what}, only in a step, a damping or a param",
}


def meaning(name: tree.Name, place: Place) -> Result:
    """The value, or the bare operator, that a name stands for."""
    scope, word = place.scope, name.name
    if word in place.local:
        return place.local[word].at(name.span)
    if word in _CONSTANTS:
        return _constant(name, place)
    if entry := scope.names.get(word):
        scope.used.add(word)
        return _declared(name, entry, place)
    if calculus.is_operator(word, scope.axes):
        return calculus.operator(word, name.span)
    if word in WORDS:
        raise Refusal(name.span, f"'{word}' is a function, so it wants its arguments in brackets")
    if word in (LEVEL, *LETTERS) and word in scope.reserved:
        raise Refusal(
            name.span, f"'{word}' is an index, so it stands in brackets behind an unknown"
        )
    if word in scope.reserved:
        raise Refusal(name.span, f"'{word}' is reserved: {scope.reserved[word]}")
    unknown(name, place)
    return None


def _constant(name: tree.Name, place: Place) -> Term:
    kind, symbol = _CONSTANTS[name.name]
    if kind and kind not in place.kinds:
        raise Refusal(name.span, _MISPLACED[kind].format(what=place.what))
    return Term(parts=(symbol,), number=not kind, uniform=kind != "time", span=name.span)


def _declared(name: tree.Name, entry: Entry, place: Place) -> Result:
    word = name.name
    check_kind(name, entry, place)
    if entry.item is None:
        return None
    if entry.kind == "kernel" or (entry.kind == "function" and "sampled" not in place.kinds):
        known = f", so it is applied to something, as in {word}(u)"
        raise Refusal(name.span, f"'{word}' is {ARTICLE[entry.kind]}{known}")
    if entry.term is None:
        return None
    if "node" in place.kinds and entry.kind == "field":
        example = ", ".join((f"{LEVEL}", *place.letters))
        raise Refusal(name.span, f"the level of '{word}' is missing", f"write {word}[{example}]")
    return entry.term.at(name.span)


def check_kind(name: tree.Name, entry: Entry, place: Place) -> None:
    """Refuse a name of a kind that has no place here; kernels go where functions go."""
    kind = "function" if entry.kind == "kernel" else entry.kind
    if kind not in place.kinds:
        raise Refusal(
            name.span, f"'{name.name}' is {ARTICLE[entry.kind]}, which has no place in {place.what}"
        )


def unknown(name: tree.Name, place: Place, what: str = "name") -> None:
    """Tell an unknown name or function, with what it may have been meant for."""
    scope, word = place.scope, name.name
    if not scope.closed:
        return
    if _is_derivative(word, scope):
        listed = ", ".join(axis.name for axis in scope.axes) or "none"
        scope.told.add(word)
        scope.faults.error(
            name.span,
            f"'{word}' is a derivative along something that is no coordinate of the domain",
            f"the coordinates are: {listed}",
        )
        return
    known = [*scope.of_kind(*place.kinds, "kernel"), *place.local]
    if what == "name":
        known += [w for w, (kind, _) in _CONSTANTS.items() if not kind or kind in place.kinds]
    axes = [axis.name for axis in scope.axes]
    hint = derivative(word, scope.of_kind("field"), axes, wall="dn" in place.kinds) or ""
    words = [*WORDS, *_derivatives(scope)]
    if what != "name":  # what is called is rather a word of the language than a number
        hint = hint or suggest(word, [*known, *words], most=0)
    hint = hint or suggest(word, known, most=0)
    hint = hint or suggest(word, words, most=0)
    if not hint and what == "name" and "field" in place.kinds:
        hint = f"an unknown is declared by `field {word}`, a number by `param {word} = 1`"
        hint = hint.replace("`", "")
    if not hint and what == "name":
        hint = suggest(word, known)
    scope.unknown(name, what, (), hint)


def _derivatives(scope: object) -> list[str]:
    return [f"d{a.name * n}" for a in getattr(scope, "axes", ()) for n in (1, 2)] + ["dt", "dtt"]


def _is_derivative(word: str, scope: object) -> bool:
    """Whether a word looks like a derivative, although along a coordinate that is not there."""
    names = {"x", "y", "z", "t", *(axis.name for axis in getattr(scope, "axes", ()))}
    letters = "".join(name for name in names if len(name) == 1)
    return re.fullmatch(f"d[{letters}]{{1,4}}", word) is not None
