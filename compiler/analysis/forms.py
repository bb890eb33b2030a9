"""Calls with a form of their own: `where(c, a, b)`, `integral(f, y in [0, 1])`, `d(u, x, 3)`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import sympy
from sympy import Symbol

from .. import syntax as tree
from ..model import TIME
from ..operators import RandomNormal, RandomUniform, Variation, Where
from . import calculus, integrals
from .place import Place, Read, as_scalar, as_value, count, number_word, positional, whole
from .terms import Condition, Refusal, Result, Term, combined, cover

NORMAL = Symbol("n", real=True)  # the direction of `dn(u)`, outward at each face


def _scalar(node: tree.Expression, place: Place, read: Read) -> Term | None:
    return as_scalar(read(node, place), node, place)


def _vector(node: tree.Expression, word: tree.Expression, place: Place, read: Read) -> Term | None:
    term = as_value(read(node, place), node, place)
    if term and not term.vector:
        name = place.scope.faults.source.quote(word.span)
        raise Refusal(word.span, f"'{name}' takes a vector and this is a scalar")
    return term


def _derivative(node: tree.Call, place: Place, read: Read) -> Result:
    """`d(u, x, 3)`."""
    operand, along, *rest = positional(node, "d", 2, 3)
    term = as_value(read(operand, place), operand, place)
    axes = {axis.name: axis.symbol for axis in place.scope.axes}
    if "time" in place.kinds:
        axes["t"] = TIME
    if not isinstance(along, tree.Name) or along.name not in axes:
        known = ", ".join(axes) or "none"
        raise Refusal(along.span, f"'d' wants a coordinate here, which are: {known}")
    times = whole(rest[0]) if rest else 1
    if times is None or times < 1:
        raise Refusal(rest[0].span, "the order of a derivative is a whole number, 1 or more")
    place_of_order = rest[0].span if rest else node.function.span
    return term and calculus.derivative(term, axes[along.name], times, place_of_order).at(node.span)


def _normal(node: tree.Call, place: Place, read: Read) -> Result:
    """`dn(u)` in a boundary condition."""
    (operand,) = positional(node, "dn", 1, 1)
    if "dn" not in place.kinds:
        raise Refusal(
            node.function.span,
            f"'dn' is the derivative across a wall, which has no place in {place.what}",
        )
    term = as_value(read(operand, place), operand, place)
    if term and term.vector:
        shown = place.scope.faults.source.quote(operand.span)
        raise Refusal(
            node.function.span,
            f"'dn' takes a scalar, and '{shown}' is a vector",
            f"take its components one by one, as in dn({shown}[0])",
        )
    return term and calculus.derivative(term, NORMAL, 1, node.function.span).at(node.span)


def _vector_of(node: tree.Call, place: Place, read: Read) -> Result:
    """`vector(a, b)`."""
    parts = positional(node, "vector", 0, 64)
    terms = [_scalar(part, place, read) for part in parts]
    axes = len(place.scope.axes)
    if len(parts) != axes:
        wanted = f"{number_word(axes)} component{'s' * (axes != 1)}"
        raise Refusal(
            node.function.span,
            f"a vector has {wanted} here, one a coordinate,"
            f" and this one has {number_word(len(parts))}",
        )
    kept = [term for term in terms if term]
    if len(kept) < len(terms):
        return None
    return replace(combined(tuple(t.scalar for t in kept), kept, node.span), vector=True)


def _dot(node: tree.Call, place: Place, read: Read) -> Result:
    items = positional(node, "dot", 2, 2)
    a, b = (_vector(item, node.function, place, read) for item in items)
    if a is None or b is None:
        return None
    products = (p * q for p, q in zip(a.parts, b.parts, strict=True))
    return replace(combined((sympy.Add(*products),), [a, b], node.span), vector=False)


def _norm2(node: tree.Call, place: Place, read: Read) -> Result:
    """The square of a vector's length."""
    (item,) = positional(node, "norm2", 1, 1)
    term = _vector(item, node.function, place, read)
    if term is None:
        return None
    squares = sympy.Add(*(part**2 for part in term.parts))
    return replace(combined((squares,), [term], node.span), vector=False)


def _where(node: tree.Call, place: Place, read: Read) -> Result:
    condition, yes, no = positional(node, "where", 3, 3)
    holds = read(condition, place)
    found = [as_value(read(item, place), item, place) for item in (yes, no)]
    if holds is not None and not isinstance(holds, Condition):
        raise Refusal(condition.span, "'where' wants a condition first, such as x < 1")
    if holds is None or found[0] is None or found[1] is None:
        return None
    a, b = found[0], found[1]
    if a.vector != b.vector:
        raise Refusal(no.span, f"this is a {b.rank}, and the value before it is a {a.rank}")
    parts = tuple(Where(holds.holds, p, q) for p, q in zip(a.parts, b.parts, strict=True))
    result = combined(parts, [a, b], node.span)
    size = cover(node.span, holds, a, b)
    return replace(
        result,
        size=size,
        number=result.number and not any(isinstance(part, Where) for part in parts),
        uniform=False,
    )


# ---- energies and random values


def _variation(node: tree.Call, place: Place, read: Read) -> Result:
    """`variation(E, u)`."""
    energy, unknown = positional(node, "variation", 2, 2)
    if not isinstance(energy, tree.Name):
        raise Refusal(energy.span, "'variation' wants the name of an energy first")
    if not isinstance(unknown, tree.Name):
        raise Refusal(unknown.span, "'variation' wants the name of an unknown here")
    of = place.scope.find(energy, "energy")
    by = place.scope.find(unknown, "field")
    if not of or not by or not by.term:
        return None
    density: Term = of.item
    parts = tuple(Variation(density.scalar, part) for part in by.term.parts)
    order = min(2 * density.order, calculus.ORDER)
    size = cover(node.span, *[density] * len(parts))
    return replace(by.term, parts=parts, order=order, size=size, span=node.span)


def _random(node: tree.Call, place: Place, read: Read) -> Result:
    """`random_normal(seed = 0)`; the seed is 0 unless given."""
    word = getattr(node.function, "name", "")
    if "random" not in place.kinds:
        raise Refusal(
            node.function.span, f"'{word}' has no place in {place.what}, only in initial values"
        )
    count(node, word, 0, 1)
    seed: int | None = 0
    for argument in node.arguments:
        if argument.name and argument.name.name != "seed":
            raise Refusal(
                argument.name.span,
                f"unknown argument '{argument.name.name}' of '{word}'",
                "did you mean 'seed'?",
            )
        if not argument.name:
            raise Refusal(argument.span, f"'{word}' takes its seed by name, as in {word}(seed = 0)")
        seed = whole(argument.value)
        if seed is None or not 0 <= seed < 2**64:
            raise Refusal(argument.value.span, "a seed is a whole number, 0 or more")
    build = {"random_normal": RandomNormal, "random_uniform": RandomUniform}[word]
    return Term(parts=(build(sympy.Integer(seed or 0)),), size=2, span=node.span)


def _learned(node: tree.Call, place: Place, read: Read) -> Result:
    word = getattr(node.function, "name", "")
    raise Refusal(
        node.function.span,
        f"'{word}' is a whole right side, as in function g(s) = {word}(...)",
        "give it a name of its own and call that here",
    )


def _neighbours(node: tree.Call, place: Place, read: Read) -> Result:
    raise Refusal(node.function.span, "'neighbours' stands in sum, mean or max, behind j in")


FORMS: Mapping[str, Callable[[tree.Call, Place, Read], Result]] = MappingProxyType(
    {
        "d": _derivative,
        "dn": _normal,
        "vector": _vector_of,
        "dot": _dot,
        "norm2": _norm2,
        "where": _where,
        "integral": integrals.integral,
        "boundary_integral": integrals.boundary_integral,
        "mean": integrals.mean,
        "sum": integrals.lone_sum,
        "neighbours": _neighbours,
        "variation": _variation,
        "random_normal": _random,
        "random_uniform": _random,
        "mlp": _learned,
        "spline": _learned,
    }
)
