"""Differential operators on terms, and operators as factors: `(1 + lap)^2 * u`.

Partial derivatives are words made of the coordinates' names, `dx`, `dxy`, `dtt`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import sympy
from sympy import Expr, Symbol

from ..model import TIME, Axis
from ..operators import Divergence, GraphLaplacian, Laplacian, Partial
from ..source import Span
from . import exact
from .terms import Operators, Refusal, Term, cover

ORDER = 32  # of the highest derivative: a stencil has at most 33 points
WORDS = 1000  # in an expanded power of a sum of operators
RATES = ("dt", "dtt")
VECTOR_WORDS = ("grad", "div", "curl")


def partial_orders(word: str, axes: Sequence[Axis]) -> tuple[tuple[Symbol, int], ...] | None:
    """`dxxy` as ((x, 2), (y, 1)), or None when the word is no derivative along these axes."""
    names = {axis.name: axis.symbol for axis in axes} | {"t": TIME}
    found = _cut(word[1:], tuple(names)) if word[:1] == "d" and len(word) > 1 else None
    if not found:
        return None
    ordered = dict.fromkeys(found)
    return tuple((names[name], found.count(name)) for name in ordered)


def _cut(rest: str, names: tuple[str, ...]) -> list[str] | None:
    """A word cut into names; the first way that works, longest names first."""
    if len(rest) > ORDER:
        return None
    ways: list[list[str] | None] = [[]]  # ways[n] cuts the first n letters
    for end in range(1, len(rest) + 1):
        fits = (
            [*ways[end - len(name)], name]  # type: ignore[misc]
            for name in sorted(names, key=len, reverse=True)
            if len(name) <= end
            and rest[end - len(name) : end] == name
            and ways[end - len(name)] is not None
        )
        ways.append(next(fits, None))
    return ways[-1]


def is_operator(word: str, axes: Sequence[Axis]) -> bool:
    """Whether a bare word is an operator that may stand as a factor."""
    return word in _OPERATORS or partial_orders(word, axes) is not None


def apply_word(word: str, term: Term, axes: Sequence[Axis], span: Span) -> Term:
    """One operator at a value; the span is where the operator's name stands."""
    known = _OPERATORS.get(word)
    if known:
        return known(term, axes, span)
    for variable, times in partial_orders(word, axes) or ():
        term = derivative(term, variable, times, span)
    return term


def derivative(term: Term, variable: Symbol, times: int, span: Span) -> Term:
    """The derivative of each component along one coordinate or in time."""
    if term.uniform:
        return _flat(term, len(term.parts), span)
    parts = tuple(_partial(part, variable, times) for part in term.parts)
    return _grown(term, parts, times, span)


def _partial(part: Expr, variable: Symbol, times: int) -> Expr:
    """`dt(dt(u))` is `dtt(u)`; in space a composition stays one, since its stencil differs."""
    if variable == TIME and isinstance(part, Partial) and part.args[1] == TIME:
        return Partial(part.args[0], TIME, part.args[2] + times)
    return Partial(part, variable, times)


def _flat(term: Term, components: int, span: Span) -> Term:
    """A derivative of what is the same everywhere."""
    zeros = (sympy.S.Zero,) * components
    return replace(term, parts=zeros, vector=components > 1 or term.vector, size=1, span=span)


def _grown(
    term: Term, parts: tuple[Expr, ...], times: int, span: Span, *, vector: bool | None = None
) -> Term:
    """The term with new components whose derivatives are higher by so many."""
    order = term.order + times
    if order > ORDER:
        raise Refusal(
            span,
            f"a derivative of order {order} needs a stencil wider than {ORDER + 1} points",
        )
    vector = term.vector if vector is None else vector
    size = cover(span, *[term] * max(1, len(parts) // len(term.parts)))
    return replace(
        term,
        parts=parts,
        vector=vector,
        order=order,
        size=size,
        number=False,
        uniform=False,
        span=span,
    )


def _wants(term: Term, rank: str, word: str, span: Span) -> None:
    if term.rank != rank:
        raise Refusal(span, f"'{word}' takes a {rank} and this is a {term.rank}")


def _lap(term: Term, axes: Sequence[Axis], span: Span) -> Term:
    _has_axes(axes, "lap", span)
    if term.uniform:
        return _flat(term, len(term.parts), span)
    return _grown(term, tuple(Laplacian(part) for part in term.parts), 2, span)


def _grad(term: Term, axes: Sequence[Axis], span: Span) -> Term:
    _has_axes(axes, "grad", span)
    _wants(term, "scalar", "grad", span)
    if term.uniform:
        return replace(_flat(term, len(axes), span), vector=True)
    parts = tuple(_partial(term.scalar, axis.symbol, 1) for axis in axes)
    return _grown(term, parts, 1, span, vector=True)


def _div(term: Term, axes: Sequence[Axis], span: Span) -> Term:
    _has_axes(axes, "div", span)
    _wants(term, "vector", "div", span)
    if term.uniform:
        return replace(_flat(term, 1, span), vector=False)
    return _grown(term, (Divergence(*term.parts),), 1, span, vector=False)


def _curl(term: Term, axes: Sequence[Axis], span: Span) -> Term:
    """In 3-D of a vector; in 2-D of a vector a scalar, of a scalar a vector."""
    symbols = [axis.symbol for axis in axes]
    parts = term.parts
    if len(axes) == 2 and not term.vector:
        rotated = (_partial(parts[0], symbols[1], 1), -_partial(parts[0], symbols[0], 1))
        return _grown(term, rotated, 1, span, vector=True)
    if len(axes) not in (2, 3):
        raise Refusal(span, "'curl' needs a domain with two or three coordinates")
    _wants(term, "vector", "curl", span)
    pairs = [(0, 1)] if len(axes) == 2 else [(1, 2), (2, 0), (0, 1)]
    turned = tuple(
        Partial(parts[b], symbols[a], 1) - Partial(parts[a], symbols[b], 1) for a, b in pairs
    )
    return _grown(term, turned, 1, span, vector=len(axes) == 3)


def _laplacian(term: Term, axes: Sequence[Axis], span: Span) -> Term:
    if axes:
        raise Refusal(
            span,
            "'laplacian' belongs to a graph",
            "on a domain write lap(u), which has the opposite sign",
        )
    parts = tuple(GraphLaplacian(part) for part in term.parts)
    return replace(
        term, parts=parts, size=cover(span, term), number=False, uniform=False, span=span
    )


def _has_axes(axes: Sequence[Axis], word: str, span: Span) -> None:
    if not axes:
        raise Refusal(
            span,
            f"'{word}' needs a domain with coordinates",
            "on a graph it is 'laplacian', of the opposite sign",
        )


_OPERATORS: dict[str, Callable[[Term, Sequence[Axis], Span], Term]] = {
    "lap": _lap,
    "grad": _grad,
    "div": _div,
    "curl": _curl,
    "laplacian": _laplacian,
}
OPERATORS = tuple(_OPERATORS)


# ---- operators as factors


def operator(word: str, span: Span) -> Operators:
    """A bare operator word."""
    return Operators(words=(((word,), sympy.S.One),), constant=True, span=span)


def as_operators(item: Term | Operators) -> Operators:
    """A scalar as a multiple of the identity."""
    if isinstance(item, Operators):
        return item
    if item.vector:
        raise Refusal(item.span, "a vector cannot be combined with an operator")
    return Operators(words=(((), item.scalar),), constant=item.uniform, span=item.span)


def add_operators(items: Sequence[Term | Operators], signs: Sequence[str], span: Span) -> Operators:
    """A sum of numbers and operators."""
    total: dict[tuple[str, ...], Expr] = {}
    for sign, item in zip(signs, map(as_operators, items), strict=True):
        for word, coefficient in item.words:
            signed = coefficient if sign == "+" else -coefficient
            total[word] = total.get(word, sympy.S.Zero) + signed
    return _collected(total, all(as_operators(item).constant for item in items), span)


def compose(left: Operators, right: Operators, span: Span) -> Operators:
    """`left` after `right`; coefficients must not be differentiated."""
    if not right.constant and any(word for word, _ in left.words):
        raise Refusal(
            right.span,
            "an operator with a coefficient that varies cannot stand behind another one",
            "write its application out, as in dx(a * dx(u))",
        )
    total: dict[tuple[str, ...], Expr] = {}
    for outer, a in left.words:
        for inner, b in right.words:
            word = _sorted(outer + inner)
            total[word] = total.get(word, sympy.S.Zero) + a * b
    return _collected(total, left.constant and right.constant, span)


def _sorted(word: tuple[str, ...]) -> tuple[str, ...]:
    """Derivatives commute, so that powers of sums stay short; `div`, `grad` and `curl` do not."""
    return word if any(part in VECTOR_WORDS for part in word) else tuple(sorted(word))


def _collected(total: dict[tuple[str, ...], Expr], constant: bool, span: Span) -> Operators:
    if len(total) > WORDS:
        raise Refusal(span, f"this operator has more than {WORDS} terms when it is written out")
    words = tuple((word, c) for word, c in total.items() if c is not sympy.S.Zero)
    return Operators(words=words, constant=constant, span=span)


def raise_operators(base: Operators, times: int, span: Span) -> Operators:
    """The operator applied so many times."""
    result = Operators(words=(((), sympy.S.One),), constant=True, span=span)
    for _ in range(times):
        result = compose(base, result, span)
    return result


def apply_operators(operators: Operators, term: Term, axes: Sequence[Axis], span: Span) -> Term:
    """The operator at a value; common tails of its words are applied once."""
    done: dict[tuple[str, ...], Term] = {(): term}
    addends = []
    for word, coefficient in operators.words:
        for start in range(len(word) - 1, -1, -1):
            if word[start:] not in done:
                inner = done[word[start + 1 :]]
                done[word[start:]] = apply_word(word[start], inner, axes, operators.span)
        factor = Term(parts=(coefficient,), number=coefficient.is_Rational, span=span)
        addends.append(exact.multiply([factor, done[word]], span))
    for first, other in pairwise(addends):
        if first.vector != other.vector:
            raise Refusal(operators.span, "the parts of this operator give scalars and vectors")
    if not addends:
        return replace(term, parts=tuple(sympy.S.Zero for _ in term.parts), span=span)
    return exact.add(addends, span)
