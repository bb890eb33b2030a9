"""Integrals and means over the domain, sums over the neighbours of a node of a graph."""

from __future__ import annotations

from dataclasses import replace

import sympy
from sympy import Expr, Symbol

from .. import syntax as tree
from ..operators import BoundaryIntegral, Integral, Mean, Neighbours
from . import exact
from .place import Place, Read, as_scalar, count, positional
from .terms import Refusal, Result, Term, combined, symbol

GATHERS = ("sum", "mean", "max")


def _scalar(node: tree.Expression, place: Place, read: Read) -> Term | None:
    return as_scalar(read(node, place), node, place)


def integral(node: tree.Call, place: Place, read: Read) -> Result:
    """`integral(f)` over the domain, `integral(f, y in [0, 1])` over bound names."""
    if not node.arguments:
        count(node, "integral", 1, 1)
    bounds = [_bound(argument, place, read) for argument in node.arguments[1:]]
    inner = place.within({name: term for name, term, _ in bounds}, "bound")
    body = node.arguments[0].value
    term = _scalar(body, inner, read)
    if term is None:
        return None
    value = Integral(term.scalar, *(bound for _, _, bound in bounds))
    result = combined((value,), [term], node.span)
    return replace(result, uniform=False, number=False)


def _bound(argument: tree.Argument, place: Place, read: Read) -> tuple[str, Term, Expr]:
    """`y in [0, 1]`: the name, its symbol, and (y, 0, 1)."""
    node = argument.value
    if not isinstance(node, tree.Membership) or not isinstance(node.collection, tree.Interval):
        raise Refusal(argument.span, "an integral is over names with intervals, as in y in [0, 1]")
    if not isinstance(node.item, tree.Name):
        raise Refusal(node.item.span, "a name is bound here, as in y in [0, 1]")
    name = node.item.name
    entry = place.scope.names.get(name)
    if (
        (entry and entry.kind != "coordinate")
        or name in place.scope.reserved
        or name in place.local
    ):
        raise Refusal(node.item.span, f"'{name}' has a meaning already, so it cannot be bound here")
    low = _scalar(node.collection.low, place, read)
    high = _scalar(node.collection.high, place, read)
    variable = entry.term.scalar if entry and entry.term else symbol(name)
    if low and high and exact.number_sign(high.scalar - low.scalar) in (-1, 0):
        raise Refusal(
            node.collection.span, "an interval runs from its low end to a high end that is larger"
        )
    ends = (low.scalar if low else sympy.S.Zero, high.scalar if high else sympy.S.One)
    return name, Term(parts=(variable,), span=node.item.span), sympy.Tuple(variable, *ends)


def boundary_integral(node: tree.Call, place: Place, read: Read) -> Result:
    """`boundary_integral(f)`."""
    (body,) = positional(node, "boundary_integral", 1, 1)
    term = _scalar(body, place, read)
    return term and replace(
        combined((BoundaryIntegral(term.scalar),), [term], node.span), number=False, uniform=False
    )


def mean(node: tree.Call, place: Place, read: Read) -> Result:
    """`mean(f)` over the domain."""
    (body,) = positional(node, "mean", 1, 1)
    term = _scalar(body, place, read)
    return term and replace(
        combined((Mean(term.scalar),), [term], node.span), number=False, uniform=False
    )


def lone_sum(node: tree.Call, place: Place, read: Read) -> Result:
    """A sum that does not say over what."""
    raise Refusal(
        node.function.span,
        "'sum' runs over neighbours, as in sum(z[j] - z[i], j in neighbours(i))",
        "over the domain it is integral(f)",
    )


def is_gather(node: tree.Call, word: str) -> bool:
    """Whether a call has the form `mean(f, j in neighbours(i))`."""
    last = node.arguments[-1].value if node.arguments else None
    if word not in GATHERS or not isinstance(last, tree.Membership):
        return False
    around = last.collection
    return isinstance(around, tree.Call) and getattr(around.function, "name", "") == "neighbours"


def gather(node: tree.Call, word: str, place: Place, read: Read) -> Term | None:
    """The sum, mean or maximum over the neighbours of a node of a graph."""
    last = node.arguments[-1].value
    if not isinstance(last, tree.Membership) or not isinstance(last.collection, tree.Call):
        return None
    around = last.collection
    names = [last.item, *(argument.value for argument in around.arguments)]
    if [getattr(name, "name", "") for name in names] != ["j", "i"]:
        raise Refusal(last.span, "the neighbours of a node are written j in neighbours(i)")
    if place.scope.axes:
        raise Refusal(around.function.span, "'neighbours' belongs to a graph, and this is a domain")
    count(node, word, 2, 2)
    term = _scalar(node.arguments[0].value, place.within({}, "neighbour"), read)
    return term and combined((Neighbours(Symbol(word), term.scalar),), [term], node.span)
