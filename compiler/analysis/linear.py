"""Exact splitting of what is linear in some terms, without differentiating anything."""

from __future__ import annotations

from collections.abc import Collection

import sympy
from sympy import Expr

Split = tuple[dict[Expr, Expr], Expr]


def split(expression: Expr, marks: Collection[Expr]) -> Split | None:
    """`({mark: coefficient}, rest)` of a sum of multiples of marks, or None for anything else.

    Products are taken apart, not expanded: `2*(u + 1)/3` is split, `(u + 1)*(u - 1) - u^2` is not.
    """
    if expression in marks:
        return {expression: sympy.S.One}, sympy.S.Zero
    if not expression.has(*marks):
        return {}, expression
    if isinstance(expression, sympy.Add):
        return _sum(expression, marks)
    if not isinstance(expression, sympy.Mul):
        return None
    holding = [factor for factor in expression.args if factor.has(*marks)]
    inner = split(holding[0], marks) if len(holding) == 1 else None
    if inner is None:
        return None
    others = sympy.Mul(*(factor for factor in expression.args if factor is not holding[0]))
    slopes, rest = inner
    return {mark: slope * others for mark, slope in slopes.items()}, rest * others


def _sum(expression: Expr, marks: Collection[Expr]) -> Split | None:
    total: dict[Expr, Expr] = {}
    rests = []
    for term in expression.args:
        inner = split(term, marks)
        if inner is None:
            return None
        slopes, rest = inner
        rests.append(rest)
        for mark, slope in slopes.items():
            total[mark] = total.get(mark, sympy.S.Zero) + slope
    return {mark: slope for mark, slope in total.items() if slope != 0}, sympy.Add(*rests)
