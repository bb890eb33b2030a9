"""Arb balls as an arithmetic of the reference evaluator: rigorous where values are not rational."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import flint
import numpy as np
import sympy

from ..operators import Gelu, HarmonicMean, Relu, Sigmoid, Softplus
from ..reference.arithmetic import Arithmetic, NotRational, Singular, Values


def ball(value: Any) -> flint.arb:
    """The ball of an exact number."""
    if isinstance(value, flint.arb):
        return value
    if value is sympy.pi:
        return flint.arb.pi()
    if value is sympy.E:
        return flint.arb(1).exp()
    if isinstance(value, sympy.Rational):
        return flint.arb(flint.fmpq(int(value.p), int(value.q)))
    if isinstance(value, int | Fraction):
        exact = Fraction(value)
        return flint.arb(flint.fmpq(exact.numerator, exact.denominator))
    raise NotRational(f"{value} is no exact number")


def _power(base: flint.arb, exponent: Any) -> flint.arb:
    exact = exponent if isinstance(exponent, flint.arb) else ball(exponent)
    whole = exact.unique_fmpz()
    if whole is not None and exact.is_exact():
        return _whole(base, int(whole))
    half = (2 * exact).unique_fmpz()
    if half is not None and exact.is_exact():
        return _whole(base.sqrt(), int(half))
    return (exact * base.log()).exp()


def _whole(base: flint.arb, n: int) -> flint.arb:
    """By multiplication, which knows balls around 0."""
    total = flint.arb(1)
    for _ in range(abs(n)):
        total *= base
    return total if n >= 0 else 1 / total


def _each(function: Callable[..., Any], arguments: int = 1) -> Callable[..., Any]:
    each: Callable[..., Any] = np.frompyfunc(function, arguments, 1)
    return each


def _harmonic(a: flint.arb, b: flint.arb) -> flint.arb:
    return 2 * a * b / (a + b)


def _solve(matrix: Values, right: Values) -> Values:
    """The enclosure of x with matrix @ x = right; raises Singular where the matrix may be."""
    table = flint.arb_mat([[ball(v) for v in row] for row in matrix])
    column = flint.arb_mat([[ball(v)] for v in right])
    try:
        found = table.solve(column)
    except ZeroDivisionError as trouble:
        raise Singular(str(trouble)) from None
    solution: Values = np.empty(len(right), dtype=object)
    solution[:] = [found[i, 0] for i in range(len(right))]
    return solution


BALLS = Arithmetic(
    name="balls",
    dtype=object,
    number=ball,
    power=_each(_power, 2),
    solve=_solve,
    functions={
        sympy.exp: _each(lambda s: s.exp()),
        sympy.log: _each(lambda s: s.log()),
        sympy.sin: _each(lambda s: s.sin()),
        sympy.cos: _each(lambda s: s.cos()),
        sympy.tan: _each(lambda s: s.tan()),
        sympy.sinh: _each(lambda s: s.sinh()),
        sympy.cosh: _each(lambda s: s.cosh()),
        sympy.tanh: _each(lambda s: s.tanh()),
        sympy.erf: _each(lambda s: s.erf()),
        sympy.Abs: _each(abs),
        sympy.Min: lambda *a: _fold(lambda x, y: x.min(y), a),
        sympy.Max: lambda *a: _fold(lambda x, y: x.max(y), a),
        Sigmoid: _each(lambda s: 1 / (1 + (-s).exp())),
        Gelu: _each(lambda s: s * (1 + (s / flint.arb(2).sqrt()).erf()) / 2),
        Relu: _each(lambda s: s.max(flint.arb(0))),
        Softplus: _each(lambda s: (1 + s.exp()).log()),
        HarmonicMean: _each(_harmonic, 2),
    },
)  # conditions are left out: a ball may not know on which side it lies


def _fold(choose: Callable[[Any, Any], Any], parts: tuple[Any, ...]) -> Any:
    total = parts[0]
    for part in parts[1:]:
        total = _each(choose, 2)(total, part)
    return total
