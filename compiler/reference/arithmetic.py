"""The two arithmetics in which a scheme can be evaluated: exact rationals and float64."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import sympy
from sympy import Expr

from ..operators import Gelu, HarmonicMean, Relu, Sigmoid, Softplus

Values: TypeAlias = npt.NDArray[Any]  # Fractions (dtype object), float64 or bool
Number: TypeAlias = Any  # a Fraction, a float64, or an array of them
Callback: TypeAlias = Callable[..., Number]


class NotRational(ArithmeticError):
    """Exact arithmetic was asked for a value that no rational number has."""


class Singular(ArithmeticError):
    """A left side does not determine the newest level at this size."""


def eliminated(matrix: Values, right: Values) -> Values:
    """x with matrix @ x = right, by Gauss-Jordan elimination in any field."""
    rows = np.concatenate([matrix, right[:, np.newaxis]], axis=1)
    for column in range(len(rows)):
        pivot = next((i for i in range(column, len(rows)) if rows[i, column] != 0), None)
        if pivot is None:
            raise Singular("the left side is singular")
        rows[[column, pivot]] = rows[[pivot, column]]
        rows[column] = rows[column] / rows[column, column]
        for i in range(len(rows)):
            if i != column:
                rows[i] = rows[i] - rows[i, column] * rows[column]
    solution: Values = rows[:, -1]
    return solution


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic:
    """Numbers of one kind: how to make them, and the functions between them, point by point.

    `functions` is keyed by sympy class, `number` turns a sympy number, an int, a Fraction or a
    float into a number of this kind, `power` is (base, exponent) -> base^exponent, and `solve` is
    (matrix, right) -> x with matrix @ x = right.
    """

    name: str
    dtype: npt.DTypeLike
    number: Callable[[Any], Number]
    power: Callback
    functions: Mapping[type[Expr], Callback]
    solve: Callable[[Values, Values], Values] = eliminated

    def full(self, shape: tuple[int, ...], value: Any = 0) -> Values:
        """An array that holds one number everywhere."""
        array: Values = np.empty(shape, dtype=self.dtype)
        array[...] = self.number(value)
        return array

    def array(self, values: npt.ArrayLike) -> Values:
        """An array of numbers of this kind with the given values."""
        given = np.asarray(values, dtype=object)
        array: Values = np.empty(given.shape, dtype=self.dtype)
        for index in np.ndindex(given.shape):
            array[index] = self.number(given[index])
        return array


def _pointwise(function: Callable[..., Any], arguments: int = 1) -> Callback:
    """A function of single numbers, applied to arrays value by value."""
    applied: Callback = np.frompyfunc(function, arguments, 1)
    return applied


# ---- exact


def _rational(value: Any) -> Fraction:
    """The Fraction that a number is; floats are the dyadic rationals that they are."""
    if isinstance(value, sympy.Rational):
        return Fraction(int(value.p), int(value.q))
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Fraction | int | float):
        return Fraction(value)
    if isinstance(value, sympy.Float):
        return Fraction(float(value))
    raise NotRational(f"{value} is no rational number")


def _exact_power(base: Fraction, exponent: Fraction) -> Fraction:
    """base^(p/q), where it is rational: the q-th root of a q-th power."""
    if exponent.denominator == 1:
        return Fraction(base) ** exponent.numerator
    roots = [
        sympy.integer_nthroot(abs(part), exponent.denominator)
        for part in (base.numerator, base.denominator)
    ]
    if base < 0 or not all(is_root for _, is_root in roots):
        raise NotRational(f"({base})^({exponent}) is no rational number")
    return Fraction(int(roots[0][0]), int(roots[1][0])) ** exponent.numerator


def _only_at(name: str, place: int, value: Fraction) -> Callback:
    """A transcendental function: by Lindemann's theorem rational at one rational place alone."""

    def function(s: Fraction) -> Fraction:
        if s != place:
            raise NotRational(f"{name}({s}) is no rational number")
        return value

    return _pointwise(function)


def _sign(s: Fraction) -> Fraction:
    return Fraction((s > 0) - (s < 0))


def _step(s: Number, at_zero: Number = Fraction(1, 2)) -> Number:
    return at_zero if s == 0 else Fraction(int(s > 0))


def _extreme(choose: Callback) -> Callback:
    """`min` or `max` of any number of arguments."""

    def function(*arguments: Number) -> Number:
        return _pointwise(choose, len(arguments))(*arguments)

    return function


def _heaviside(s: Number, at_zero: Number = Fraction(1, 2)) -> Number:
    return _pointwise(_step, 2)(s, at_zero)


def _harmonic(a: Number, b: Number) -> Number:
    """2ab / (a + b), and 0 where both are 0."""
    return 2 * a * b / (a + b) if a or b else 0 * a


_ZERO, _HALF, _ONE = Fraction(0), Fraction(1, 2), Fraction(1)

EXACT = Arithmetic(
    name="exact",
    dtype=object,
    number=_rational,
    power=_pointwise(_exact_power, 2),
    functions={
        sympy.exp: _only_at("exp", 0, _ONE),
        sympy.log: _only_at("log", 1, _ZERO),
        sympy.sin: _only_at("sin", 0, _ZERO),
        sympy.cos: _only_at("cos", 0, _ONE),
        sympy.tan: _only_at("tan", 0, _ZERO),
        sympy.sinh: _only_at("sinh", 0, _ZERO),
        sympy.cosh: _only_at("cosh", 0, _ONE),
        sympy.tanh: _only_at("tanh", 0, _ZERO),
        sympy.erf: _only_at("erf", 0, _ZERO),
        Sigmoid: _only_at("sigmoid", 0, _HALF),
        Gelu: _only_at("gelu", 0, _ZERO),
        Relu: _pointwise(lambda s: max(s, _ZERO)),
        HarmonicMean: _pointwise(_harmonic, 2),
        sympy.Abs: _pointwise(abs),
        sympy.sign: _pointwise(_sign),
        sympy.Heaviside: _heaviside,
        sympy.Min: _extreme(min),
        sympy.Max: _extreme(max),
    },
)


# ---- float64


def _erf(s: Number) -> Number:
    return np.asarray(_pointwise(math.erf)(s), dtype=np.float64)


def _float_power(base: Number, exponent: Number) -> Number:
    """base^exponent; whole exponents by multiplication, halves by square roots."""
    if np.ndim(exponent) == 0 and float(exponent).is_integer():
        return np.float64(1) * base ** int(exponent)
    if np.ndim(exponent) == 0 and float(2 * exponent).is_integer():
        return np.sqrt(base) ** int(2 * exponent)
    return np.power(base, exponent)


def _float(value: Any) -> np.float64:
    return np.float64(float(value))


def _solve(matrix: Values, right: Values) -> Values:
    try:
        return np.asarray(np.linalg.solve(matrix, right))
    except np.linalg.LinAlgError as trouble:
        raise Singular(str(trouble)) from None


FLOAT64 = Arithmetic(
    name="float64",
    dtype=np.float64,
    number=_float,
    power=_float_power,
    solve=_solve,
    functions={
        sympy.exp: np.exp,
        sympy.log: np.log,
        sympy.sin: np.sin,
        sympy.cos: np.cos,
        sympy.tan: np.tan,
        sympy.sinh: np.sinh,
        sympy.cosh: np.cosh,
        sympy.tanh: np.tanh,
        sympy.erf: _erf,
        Sigmoid: lambda s: 1 / (1 + np.exp(-s)),
        Gelu: lambda s: s * (1 + _erf(s / np.sqrt(2))) / 2,
        Relu: lambda s: np.maximum(s, 0),
        HarmonicMean: lambda a, b: np.asarray(_pointwise(_harmonic, 2)(a, b), np.float64),
        Softplus: lambda s: np.logaddexp(0, s),
        sympy.Abs: np.abs,
        sympy.sign: np.sign,
        sympy.Heaviside: lambda s, at_zero=0.5: np.heaviside(s, at_zero),
        sympy.Min: lambda *each: reduce(np.minimum, each),
        sympy.Max: lambda *each: reduce(np.maximum, each),
    },
)

ARITHMETICS = {a.name: a for a in (EXACT, FLOAT64)}
