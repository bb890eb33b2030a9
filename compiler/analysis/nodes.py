"""Indexed unknowns: `u[k+1, i-1]` node by node, `u[k]` as whole fields, `z[j]` on graphs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sympy
from sympy import Symbol

from .. import syntax as tree
from ..operators import AtNode
from ..source import Span
from .place import Place, number_word, whole
from .scope import names_in
from .terms import Refusal, Term

LEVEL = "k"
LETTERS = ("i", "j", "l")
INDICES = {LEVEL, *LETTERS}
REACH = 16  # of an offset, and of levels: a stencil has at most 33 points


def component(base: Term, node: tree.Index) -> Term:
    """`v[0]`."""
    index = node.indices[0]
    number = whole(index)
    if isinstance(index, tree.Sum | tree.Name) and {n.name for n in names_in(index)} <= INDICES:
        raise Refusal(node.base.span, "indices such as k and i stand in an iterate only")
    if not base.vector:
        quoted = f"'{node.base.name}'" if isinstance(node.base, tree.Name) else "this"
        raise Refusal(node.base.span, f"{quoted} is a scalar and has no components")
    if len(node.indices) > 1:
        raise Refusal(node.indices[1].span, "a vector has one index, the number of a component")
    if number is None:
        raise Refusal(index.span, "a component is chosen by a whole number, such as v[0]")
    if not 0 <= number < len(base.parts):
        known = ", ".join(str(n) for n in range(len(base.parts)))
        name = f"'{node.base.name}'" if isinstance(node.base, tree.Name) else "this vector"
        raise Refusal(index.span, f"{name} has no component {number}, only {known}")
    return replace(base, parts=(base.parts[number],), vector=False, span=node.span)


def is_indexed(node: tree.Index, place: Place) -> bool:
    """Whether brackets hold indices such as k and i rather than the number of a component."""
    kinds = {"node", "graph", "neighbour"}
    return bool(kinds & place.kinds) and whole(node.indices[0]) is None


def at_node(base: Term, name: str, node: tree.Index, place: Place, *, levelled: bool) -> Term:
    """The value of an unknown (`levelled`) or of data at a level and a node."""
    indices = list(node.indices)
    level = 0
    if levelled and "node" in place.kinds:
        level = _shift(
            indices.pop(0), LEVEL, f"the first index of '{name}' is its level, such as k+1"
        )
        indices = list(node.indices[1:])
    if not place.letters:
        offsets = _on_graph(indices, name, node.span, place)
    elif len(indices) != len(place.letters):
        wanted = ", ".join((LEVEL, *place.letters) if levelled else place.letters)
        extra = indices[len(place.letters) :]
        many = f"{number_word(len(indices))} node ind{'ex' if len(indices) == 1 else 'ices'}"
        raise Refusal(
            extra[0].span if extra else node.span,
            f"'{name}' has {many} here, and {number_word(len(place.letters))} on the left",
            f"it is indexed as {name}[{wanted}]",
        )
    else:
        pairs = zip(indices, place.letters, strict=True)
        offsets = [
            sympy.Integer(
                _shift(index, letter, f"this index is {letter} with a whole number added")
            )
            for index, letter in pairs
        ]
    if "node" not in place.kinds and not offsets:
        return base.at(node.span)
    parts = tuple(AtNode(part, sympy.Integer(level), *offsets) for part in base.parts)
    return replace(base, parts=parts, size=1 + len(parts), span=node.span)


def _on_graph(
    indices: Sequence[tree.Expression], name: str, span: Span, place: Place
) -> list[Symbol]:
    """`z[i]`, `z[j]`, or no node at all for whole fields."""
    if not indices:
        return []
    if not {"graph", "neighbour"} & place.kinds:
        raise Refusal(span, f"'{name}' is a whole field here, so it is indexed as {name}[{LEVEL}]")
    inside = "neighbour" in place.kinds
    known = ("i", "j") if inside else ("i",)
    index = indices[0]
    if len(indices) > 1 or not isinstance(index, tree.Name) or index.name not in known:
        raise Refusal(index.span, f"a node is {' or '.join(known)} here")
    return [Symbol(index.name)] if inside else []


def _shift(index: tree.Expression, letter: str, wanted: str) -> int:
    """The whole number that is added to a letter."""
    terms, signs = (
        ((index,), ("+",)) if not isinstance(index, tree.Sum) else (index.terms, index.signs)
    )
    total, letters = 0, 0
    for sign, term in zip(signs, terms, strict=True):
        number = whole(term)
        if isinstance(term, tree.Name) and term.name == letter and sign == "+":
            letters += 1
        elif number is not None:
            total += number if sign == "+" else -number
        else:
            raise Refusal(index.span, wanted)
    if letters != 1:
        raise Refusal(index.span, wanted)
    if abs(total) > REACH:
        raise Refusal(
            index.span,
            f"a stencil that reaches {abs(total)} nodes is wider than {2 * REACH + 1} points",
        )
    return total
