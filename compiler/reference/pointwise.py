"""Pointwise expressions: a sympy tree read node by node, in either arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np
import sympy
from sympy import Expr, Symbol

from ..operators import Called, Where
from .arithmetic import Arithmetic, NotRational, Number, Values

RELATIONS: Mapping[type[Expr], Callable[[Number, Number], Values]] = {
    sympy.StrictLessThan: np.less,
    sympy.LessThan: np.less_equal,
    sympy.StrictGreaterThan: np.greater,
    sympy.GreaterThan: np.greater_equal,
    sympy.Equality: np.equal,
    sympy.Unequality: np.not_equal,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What an expression is read with: an arithmetic, and the functions that the file declares."""

    arithmetic: Arithmetic
    functions: Mapping[Symbol, Callable[..., Number]]


def interpret(expression: Expr, values: Mapping[Symbol, Number], words: Words) -> Number:
    """The value of an expression where its symbols have these values.

    Arrays among the values have one common shape; the result has that shape or is a single number.
    Raises NotRational where exact arithmetic has no value, KeyError for a symbol without one.
    """
    arithmetic = words.arithmetic

    def arguments(start: int = 0) -> list[Number]:
        return [interpret(argument, values, words) for argument in expression.args[start:]]

    if expression.is_Symbol:
        return values[expression]
    if expression.is_number and not expression.args:
        return arithmetic.number(expression)
    match expression:
        case sympy.Add():
            return reduce(lambda a, b: a + b, arguments())
        case sympy.Mul():
            return reduce(lambda a, b: a * b, arguments())
        case sympy.Pow():
            return arithmetic.power(*arguments())
        case Where(args=(condition, yes, no)):
            return _choose([(condition, yes), (sympy.true, no)], values, words)
        case sympy.Piecewise():
            return _choose([(c, value) for value, c in expression.args], values, words)
        case Called(args=(function, *_)):
            return words.functions[function](*arguments(1))
    function = arithmetic.functions.get(expression.func)
    if function is None:
        raise NotRational(f"{expression} has no value in {arithmetic.name} arithmetic")
    return function(*arguments())


def holds(condition: Expr, values: Mapping[Symbol, Number], words: Words) -> Values:
    """Where a condition is true."""
    match condition:
        case sympy.And() | sympy.Or():
            join = np.logical_and if isinstance(condition, sympy.And) else np.logical_or
            return reduce(join, [holds(part, values, words) for part in condition.args])
        case sympy.Not():
            return np.logical_not(holds(condition.args[0], values, words))
        case sympy.logic.boolalg.BooleanAtom():
            return np.asarray(bool(condition))
    sides = [interpret(side, values, words) for side in condition.args]
    found = np.asarray(RELATIONS[condition.func](*sides), bool)
    if words.arithmetic.dtype is object:  # balls may tell neither a relation nor its opposite
        opposite = np.asarray(RELATIONS[condition.negated.func](*sides), bool)
        if (found == opposite).any():
            raise NotRational(f"{condition} is not decided by the digits that are known")
    return found


def _choose(
    branches: list[tuple[Expr, Expr]], values: Mapping[Symbol, Number], words: Words
) -> Number:
    """The first branch whose condition holds, each evaluated only at the points where it counts."""
    condition, branch = branches[0]
    chosen = holds(condition, values, words)
    if not chosen.ndim:
        if chosen:
            return interpret(branch, values, words)
        return _choose(branches[1:], values, words)
    result = words.arithmetic.full(chosen.shape)
    if chosen.any():
        result[chosen] = interpret(branch, _part(values, chosen), words)
    if not chosen.all():
        result[~chosen] = _choose(branches[1:], _part(values, ~chosen), words)
    return result


def _part(values: Mapping[Symbol, Number], mask: Values) -> dict[Symbol, Number]:
    return {s: v[mask] if np.ndim(v) else v for s, v in values.items()}
