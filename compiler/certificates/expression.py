"""Expressions as nested lists, the form in which a certificate states them.

"3/4" is a number, any other text a name ("pi" is the constant), and a list an application:
["+", a, b], ["*", a, b], ["^", a, b], ["exp", a], ["where", condition, a, b], ["<", a, b].
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy
from sympy import Expr, Symbol

from ...runtime.contract import Json
from ..model import Function, Learned, Model
from ..operators import (
    Called,
    CurveSector,
    Gelu,
    HarmonicMean,
    KernelNorm,
    Relu,
    Sigmoid,
    Softplus,
    Where,
)

WORDS: Mapping[type, str] = {
    sympy.exp: "exp",
    sympy.log: "log",
    sympy.sin: "sin",
    sympy.cos: "cos",
    sympy.tan: "tan",
    sympy.sinh: "sinh",
    sympy.cosh: "cosh",
    sympy.tanh: "tanh",
    sympy.Abs: "abs",
    sympy.sign: "sign",
    sympy.Min: "min",
    sympy.Max: "max",
    sympy.erf: "erf",
    sympy.Heaviside: "heaviside",
    sympy.Add: "+",
    sympy.Mul: "*",
    sympy.Pow: "^",
    sympy.StrictLessThan: "<",
    sympy.LessThan: "<=",
    sympy.StrictGreaterThan: ">",
    sympy.GreaterThan: ">=",
    sympy.Equality: "==",
    sympy.Unequality: "!=",
    sympy.And: "and",
    sympy.Or: "or",
    sympy.Not: "not",
    Where: "where",
    Sigmoid: "sigmoid",
    Relu: "relu",
    Softplus: "softplus",
    Gelu: "gelu",
    HarmonicMean: "harmonic",
    KernelNorm: "norm",
    CurveSector: "sector",
}


class Unwritable(ValueError):
    """An expression that has no exact form in a certificate."""


def inline(expression: Expr, model: Model) -> Expr:
    """The expression with every declared formula written out; learned functions stay."""
    while True:
        calls = [c for c in expression.atoms(Called) if not c.args[1:] or _inner(c)]
        formulas = {f.symbol: f for f in model.functions if not isinstance(f.body, Learned)}
        found = {c: _body(c, formulas[c.args[0]]) for c in calls if c.args[0] in formulas}
        if not found:
            return expression
        expression = expression.xreplace(found)


def _inner(call: Expr) -> bool:
    """No application of a declared function among the arguments: replaced from inside out."""
    return not any(a.atoms(Called) for a in call.args[1:])


def _body(call: Expr, function: Function) -> Expr:
    assert not isinstance(function.body, Learned)
    values = dict(zip(function.parameters, call.args[1:], strict=True))
    return function.body.xreplace(values)


def tree(expression: Expr, names: Mapping[Symbol, str] | None = None) -> Json:
    """The nested lists of a sympy expression; raises Unwritable for what they have no word for."""
    names = names or {}
    if expression.is_Symbol:
        return names.get(expression, str(expression.name))
    if expression.is_Rational:
        return f"{expression.p}/{expression.q}" if expression.q != 1 else str(expression.p)
    if expression is sympy.pi:
        return "pi"
    if expression is sympy.E:
        return ["exp", "1"]
    if expression in {sympy.true, sympy.false}:
        return ["and"] if expression is sympy.true else ["or"]
    word = WORDS.get(expression.func)
    if word is None:
        raise Unwritable(f"{expression} has no exact form in a certificate")
    arguments = [tree(a, names) for a in expression.args]
    if isinstance(expression, sympy.Heaviside):
        arguments = arguments[:1]
    return [word, *arguments]
