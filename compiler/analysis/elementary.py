"""The pointwise functions of the language: how many arguments each takes and what it becomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sympy
from sympy import Expr

from ..operators import Gelu, Relu, Sigmoid, Softplus
from ..source import Span
from .exact import checked, number_sign, sign
from .terms import Refusal, Term, combined, cover


@dataclass(frozen=True, slots=True, kw_only=True)
class Elementary:
    """A pointwise function; `real` refuses arguments where it has no finite real value."""

    build: Callable[..., Expr]
    least: int = 1
    most: int = 1
    lazy: bool = False  # sympy looks long for simpler forms of anything but numbers
    real: str = ""  # what a number must be: "not negative", "positive"


FUNCTIONS: dict[str, Elementary] = {
    "sqrt": Elementary(build=sympy.sqrt, real="not negative"),
    "exp": Elementary(build=sympy.exp),
    "log": Elementary(build=sympy.log, real="positive"),
    "sin": Elementary(build=sympy.sin),
    "cos": Elementary(build=sympy.cos),
    "tan": Elementary(build=sympy.tan),
    "sinh": Elementary(build=sympy.sinh),
    "cosh": Elementary(build=sympy.cosh),
    "tanh": Elementary(build=sympy.tanh),
    "abs": Elementary(build=sympy.Abs, lazy=True),
    "sign": Elementary(build=sympy.sign, lazy=True),
    "min": Elementary(build=sympy.Min, least=2, most=64, lazy=True),
    "max": Elementary(build=sympy.Max, least=2, most=64, lazy=True),
    "sigmoid": Elementary(build=Sigmoid),
    "relu": Elementary(build=Relu),
    "softplus": Elementary(build=Softplus),
    "gelu": Elementary(build=Gelu),
    "erf": Elementary(build=sympy.erf),
    "heaviside": Elementary(build=sympy.Heaviside, lazy=True),
}
_NOT_REAL = (sympy.I, sympy.zoo, sympy.nan, sympy.oo, sympy.S.NegativeInfinity)
_FORBIDDEN: dict[str, frozenset[int]] = {
    "": frozenset(),
    "not negative": frozenset({-1}),
    "positive": frozenset({-1, 0}),
}


def apply(name: str, arguments: Sequence[Term], span: Span, place: Span) -> Term:
    """The function at scalars; `place` is where its name stands."""
    function = FUNCTIONS[name]
    for term in arguments:
        if term.vector:
            raise Refusal(place, f"'{name}' takes scalars and this is a vector")
        if sign(term) in _FORBIDDEN[function.real]:
            raise Refusal(term.span, f"'{name}' of a number that is {_opposite(function.real)}")
    cover(span, *arguments)
    values = [term.scalar for term in arguments]
    if function.lazy and not all(term.number for term in arguments):
        value = function.build(*values, evaluate=False)
    else:
        value = function.build(*values)
    if values[0] not in value.args and value.has(*_NOT_REAL):
        raise Refusal(span, f"'{name}' has no finite real value here")
    return checked(combined((value,), arguments, span))


def _opposite(required: str) -> str:
    return {"not negative": "negative", "positive": "not positive"}[required]


def compare(operator: str, left: Expr, right: Expr) -> sympy.logic.boolalg.Boolean:
    """A relation between scalars; between numbers it is decided."""
    if not (left.free_symbols or right.free_symbols):
        found = number_sign(left - right)
        if found is not None:
            return sympy.true if found in _SIGNS[operator] else sympy.false
    return RELATIONS[operator](left, right, evaluate=False)


RELATIONS = {"<": sympy.Lt, "<=": sympy.Le, ">": sympy.Gt, ">=": sympy.Ge, "==": sympy.Eq}
_SIGNS = {"<": {-1}, "<=": {-1, 0}, ">": {1}, ">=": {0, 1}, "==": {0}}
