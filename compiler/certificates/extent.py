"""Rigorous ranges of formulas over boxes that may be unbounded: natural interval extension."""

from __future__ import annotations

from functools import reduce

import flint
import sympy
from sympy import Expr

from ..operators import Where
from .functions import EXP, RULES, ball_interval, logarithm, monotone, square_root
from .interval import Box, Interval, NoRange, add, hull, integer_power, multiply, point, reciprocal


def extent(expression: Expr, box: Box) -> Interval:
    """An interval that holds every value of the expression on the box; raises NoRange."""
    if expression.is_Rational:
        return point(expression)
    if expression.is_Symbol:
        if expression not in box:
            raise NoRange(f"nothing is known about the range of '{expression}'")
        return box[expression]
    if expression is sympy.pi:
        return ball_interval(flint.arb.pi())
    if expression is sympy.E:
        return monotone(EXP, point(1))
    if expression.is_Pow:
        return _power(extent(expression.base, box), expression.exp, box)
    if isinstance(expression, Where):
        return _where(expression, box)
    if isinstance(expression, sympy.Piecewise):
        return reduce(hull, (extent(value, box) for value, _ in expression.args))
    parts = [extent(a, box) for a in expression.args]
    if expression.is_Add:
        return reduce(add, parts)
    if expression.is_Mul:
        return reduce(multiply, parts)
    rule = RULES.get(expression.func)
    if rule is None:
        raise NoRange(f"no rule bounds '{expression.func}'")
    return rule(*parts[: 1 if isinstance(expression, sympy.Heaviside) else None])


def _power(base: Interval, exponent: Expr, box: Box) -> Interval:
    if exponent.is_Integer:
        n = abs(int(exponent))
        result = integer_power(base, n)
        return result if exponent >= 0 else reciprocal(result)
    if exponent.is_Rational and exponent.q == 2:
        root = integer_power(square_root(base), abs(int(exponent.p)))
        return root if exponent > 0 else reciprocal(root)
    return monotone(EXP, multiply(extent(exponent, box), logarithm(base)))


def _where(expression: Expr, box: Box) -> Interval:
    """Both branches; a branch whose condition never holds on the box is left out."""
    condition, yes, no = expression.args
    held = decided(condition, box)
    if held is not None:
        return extent(yes if held else no, box)
    return hull(extent(yes, box), extent(no, box))


def decided(condition: Expr, box: Box) -> bool | None:
    """True or False where a condition holds everywhere or nowhere on the box."""
    if condition in {sympy.true, sympy.false}:
        return bool(condition)
    if isinstance(condition, sympy.Not):
        found = decided(condition.args[0], box)
        return None if found is None else not found
    if isinstance(condition, sympy.And | sympy.Or):
        stop = isinstance(condition, sympy.Or)
        parts = [decided(c, box) for c in condition.args]
        return stop if stop in parts else None if None in parts else not stop
    a, b = (extent(side, box) for side in condition.args)
    match condition:
        case sympy.StrictLessThan():
            return True if a.high < b.low else False if a.low >= b.high else None
        case sympy.LessThan():
            return True if a.high <= b.low else False if a.low > b.high else None
        case sympy.StrictGreaterThan():
            return True if a.low > b.high else False if a.high <= b.low else None
        case sympy.GreaterThan():
            return True if a.low >= b.high else False if a.high < b.low else None
    return None
