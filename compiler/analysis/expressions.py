"""Formulas: from the syntax tree to terms, bottom up, with every fault told at its place.

Text never reaches sympy; each node is built from its parts. A part with a fault is None, and so is
what holds it: one fault is told once, and the parts beside it are still looked at.
"""

from __future__ import annotations

from typing import assert_never

import sympy

from .. import syntax as tree
from . import calculus, exact
from .calls import call
from .elementary import compare
from .names import meaning
from .nodes import at_node, component, is_indexed
from .place import Place, as_scalar, as_value
from .scope import is_longer
from .terms import NODES, Condition, Operators, Refusal, Result, Term, cover


def evaluate(node: tree.Expression, place: Place) -> Result:
    """What a formula means; None when a fault in it has been told."""
    try:
        return _evaluate(node, place)
    except Refusal as refusal:
        place.scope.faults.error(refusal.span, refusal.message, refusal.hint)
        return None


def value(node: tree.Expression, place: Place) -> Term | None:
    """What a whole formula means as a value; one that is too long is not begun."""
    if is_longer(node, NODES):
        place.scope.faults.error(node.span, f"this formula has more than {NODES} terms")
        return None
    return as_value(evaluate(node, place), node, place)


def value_and_addends(node: tree.Expression, place: Place) -> tuple[Term | None, tuple[Term, ...]]:
    """What a whole formula means as a value, and its addends as they are written.

    A sum in brackets beside other terms is one addend, and so is a call that stands for a sum.
    """
    if not isinstance(node, tree.Sum) or is_longer(node, NODES):
        whole = value(node, place)
        return whole, (whole,) if whole else ()
    try:
        found = [evaluate(term, place) for term in node.terms]
        if any(isinstance(item, Operators) for item in found):
            return as_value(_operator_sum(node, place, found), node, place), ()
        terms = _addends(node, place, found)
        return (exact.add(terms, node.span), tuple(terms)) if terms else (None, ())
    except Refusal as refusal:
        place.scope.faults.error(refusal.span, refusal.message, refusal.hint)
        return None, ()


def scalar(node: tree.Expression, place: Place) -> Term | None:
    """What a whole formula means as a scalar."""
    return as_scalar(value(node, place), node, place)


def _evaluate(node: tree.Expression, place: Place) -> Result:
    match node:
        case tree.Number(value=number):
            rational = sympy.Rational(number.numerator, number.denominator)
            return exact.constant(rational, node.span)
        case tree.Name():
            return meaning(node, place)
        case tree.Signed():
            return _signed(node, place)
        case tree.Sum():
            return _sum(node, place)
        case tree.Product():
            return _product(node, place)
        case tree.Power():
            return _power(node, place)
        case tree.Call():
            return call(node, place, evaluate)
        case tree.Index():
            return _index(node, place)
        case tree.Comparison() | tree.Membership() | tree.Negation() | tree.Logical():
            return _condition(node, place)
        case tree.Adjoint():
            raise Refusal(node.span, "an adjoint is applied to something, as in K.T(w)")
        case tree.Interval():
            raise Refusal(node.span, "an interval has no place in a formula")
        case tree.Tuple():
            raise Refusal(node.span, "a list in brackets has no place in a formula")
        case _:
            assert_never(node)


def _signed(node: tree.Signed, place: Place) -> Result:
    found = evaluate(node.operand, place)
    if isinstance(found, Operators):
        return calculus.add_operators([found], [node.sign], node.span)
    term = as_value(found, node.operand, place)
    if term is None:
        return None
    return exact.negative(term, node.span) if node.sign == "-" else term.at(node.span)


def _sum(node: tree.Sum, place: Place) -> Result:
    found = [evaluate(term, place) for term in node.terms]
    if any(isinstance(item, Operators) for item in found):
        return _operator_sum(node, place, found)
    terms = _addends(node, place, found)
    return exact.add(terms, node.span) if terms else None


def _addends(node: tree.Sum, place: Place, found: list[Result]) -> list[Term]:
    """The terms of a sum under their signs; none where one has a fault."""
    terms = [as_value(item, part, place) for item, part in zip(found, node.terms, strict=True)]
    if None in terms:
        return []
    return [
        exact.negative(term, term.span) if sign == "-" else term
        for sign, term in zip(node.signs, terms, strict=True)
        if term is not None
    ]


def _operator_sum(node: tree.Sum, place: Place, found: list[Result]) -> Result:
    """A sum with a bare operator: numbers and operators may stand beside it, unknowns not."""
    items: list[Term | Operators] = []
    for item, part in zip(found, node.terms, strict=True):
        kept = item if isinstance(item, Operators) else as_value(item, part, place)
        if kept is None:
            return None
        items.append(kept)
    if any(isinstance(item, Term) and not item.uniform for item in items):
        bare = next(item for item in items if isinstance(item, Operators))
        return as_value(bare, node, place)  # `u + lap`: the operator lacks what it acts on
    return calculus.add_operators(items, node.signs, node.span)


def _product(node: tree.Product, place: Place) -> Result:
    """Factors from the right: an operator acts on everything that stands right of it."""
    found = [evaluate(factor, place) for factor in node.factors]
    if not any(isinstance(item, Operators) for item in found):
        terms = [
            as_value(item, part, place) for item, part in zip(found, node.factors, strict=True)
        ]
        return None if None in terms else _plain_product(node, [t for t in terms if t], place)
    if any(item is None for item in found):
        return None
    term: Term | None = None
    pending: Operators | None = None  # operators that act on the term and have not been applied
    parts = list(zip(node.operators, node.factors, found, strict=True))
    for sign, factor, item in reversed(parts):
        if isinstance(item, Operators):
            if sign == "/":
                raise Refusal(item.span, "nothing can be divided by an operator")
            term, pending = _operator_factor(item, term, pending, place)
            continue
        left = as_value(item, factor, place)
        if left is None:
            return None
        if sign == "/":
            _check_divisor(left, place)
            left = exact.divide(exact.constant(1, left.span), left, left.span)
        if pending and term is None:
            pending = calculus.compose(calculus.as_operators(left), pending, pending.span)
            continue
        term = _applied(pending, term, place)
        pending = None
        term = exact.multiply([left, term], left.span | term.span) if term else left
    if term is None:
        return pending
    applied = _applied(pending, term, place)
    return applied.at(node.span) if applied else None


def _operator_factor(
    item: Operators, term: Term | None, pending: Operators | None, place: Place
) -> tuple[Term | None, Operators | None]:
    """One more operator at the left; what is right of it may be numbers that scale it."""
    if pending is None and term is not None and term.uniform:
        scale = calculus.as_operators(term)
        return None, calculus.compose(scale, item, item.span)
    if pending is not None and not pending.constant and term is not None:
        return _applied(pending, term, place), item
    return term, calculus.compose(item, pending, item.span) if pending else item


def _applied(pending: Operators | None, term: Term | None, place: Place) -> Term | None:
    """Operators applied to what is right of them."""
    if pending is None or term is None:
        return term
    span = pending.span | term.span
    return calculus.apply_operators(pending, term, place.scope.axes, span)


def _check_divisor(term: Term, place: Place) -> None:
    """A divisor made of parameters is not zero at their values."""
    values = place.scope.values
    if term.uniform and not (term.number or term.vector or exact.is_zero(term)):
        number = term.scalar.xreplace(values)
        if exact.number_sign(number) == 0:
            raise Refusal(term.span, "division by zero at the values of the parameters")


def _plain_product(node: tree.Product, terms: list[Term], place: Place) -> Term:
    """Multiplied from the left, each divisor checked; products in between at once."""
    result, pending = terms[0], [terms[0]]
    for sign, term in zip(node.operators[1:], terms[1:], strict=True):
        if sign == "*":
            pending.append(term)
            continue
        _check_divisor(term, place)
        result = exact.multiply(pending, node.span) if len(pending) > 1 else pending[0]
        pending = [exact.divide(result, term, node.span)]
    return (exact.multiply(pending, node.span) if len(pending) > 1 else pending[0]).at(node.span)


def _power(node: tree.Power, place: Place) -> Result:
    base = evaluate(node.base, place)
    exponent = as_scalar(evaluate(node.exponent, place), node.exponent, place)
    if base is None or exponent is None:
        return None
    if not isinstance(base, Operators):
        term = as_value(base, node.base, place)
        return exact.power(term, exponent, node.span) if term else None
    times = exponent.scalar
    if not (times.is_Integer and 1 <= times <= exact.EXPONENT):
        raise Refusal(
            node.exponent.span,
            f"an operator is raised to a whole number from 1 to {exact.EXPONENT}",
        )
    return calculus.raise_operators(base, int(times), node.span)


def _index(node: tree.Index, place: Place) -> Result:
    name = node.base if isinstance(node.base, tree.Name) else None
    if name and name.name not in place.local and is_indexed(node, place):
        entry = place.scope.find(name, "field", "data", what="field")
        if entry is None or entry.term is None:
            return None
        return at_node(entry.term, name.name, node, place, levelled=entry.kind == "field")
    base = as_value(evaluate(node.base, place), node.base, place)
    return component(base, node) if base else None


# ---- conditions


def _condition(node: tree.Expression, place: Place) -> Result:
    match node:
        case tree.Comparison():
            return _comparison(node, place)
        case tree.Logical():
            items = [_truth(operand, place) for operand in node.operands]
            kept = [item for item in items if item]
            if len(kept) < len(items):
                return None
            joined = sympy.And if node.operator == "and" else sympy.Or
            decided = all(item.holds in (sympy.true, sympy.false) for item in kept)
            holds = joined(*(item.holds for item in kept), evaluate=decided)
            return Condition(holds=holds, size=cover(node.span, *kept), span=node.span)
        case tree.Negation():
            inner = _truth(node.operand, place)
            return inner and Condition(holds=~inner.holds, size=inner.size + 1, span=node.span)
        case tree.Membership(item=item, collection=tree.Interval() as interval):
            terms = [
                as_scalar(evaluate(n, place), n, place) for n in (interval.low, item, interval.high)
            ]
            if any(term is None for term in terms):
                return None
            low, inside, high = (term for term in terms if term)
            above = compare("<=", low.scalar, inside.scalar)
            below = compare("<=", inside.scalar, high.scalar)
            size = cover(node.span, low, inside, inside, high)
            return Condition(holds=sympy.And(above, below), size=size, span=node.span)
        case _:
            raise Refusal(node.span, "'in' is followed by an interval such as [0, 1]")


def _truth(node: tree.Expression, place: Place) -> Condition | None:
    found = evaluate(node, place)
    if found is None or isinstance(found, Condition):
        return found
    raise Refusal(node.span, "a condition is wanted here, such as x < 1")


def _comparison(node: tree.Comparison, place: Place) -> Condition | None:
    sides = [as_scalar(evaluate(side, place), side, place) for side in (node.left, node.right)]
    if sides[0] is None or sides[1] is None:
        return None
    left, right = sides[0], sides[1]
    holds = compare(node.operator, left.scalar, right.scalar)
    return Condition(holds=holds, size=cover(node.span, left, right), span=node.span)
