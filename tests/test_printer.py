"""sympy -> torch text: what is printed means the same number, and binds as it is written."""

from __future__ import annotations

import math

import pytest
import sympy
import torch
from hypothesis import given, strategies as st
from sympy import Float, Max, Min, Rational, Symbol

from iterant.compiler.naming import attribute, class_name, safe
from iterant.compiler.operators import Gelu, HarmonicMean, Relu, Sigmoid, Softplus, Where
from iterant.compiler.printer import Printer, number

X, Y, A = Symbol("x", real=True), Symbol("y", real=True), Symbol("a", positive=True)
VALUES = {"x": 0.7, "y": -1.3, "a": 2.5}
PRINTER = Printer(names={}, call=lambda f, args: f"{f}({', '.join(args)})", scalars=frozenset({A}))


def evaluated(text: str) -> float:
    """The printed text run by Python itself."""
    names = {k: torch.tensor(v, dtype=torch.float64) for k, v in VALUES.items()}
    room = {"torch": torch, "nn": torch.nn, "math": math, **names}
    return float(torch.as_tensor(eval(text, room), dtype=torch.float64))


leaves = st.sampled_from([X, Y, A]) | st.fractions(-5, 5, max_denominator=12).map(
    lambda f: Rational(f.numerator, f.denominator)
)


def grown(inner):
    pair = st.tuples(inner, inner)
    one = st.sampled_from([sympy.exp, sympy.tanh, sympy.sin, Sigmoid, Relu, Softplus, abs])
    return (
        pair.map(lambda p: p[0] + p[1])
        | pair.map(lambda p: p[0] * p[1])
        | pair.map(lambda p: p[0] - p[1])
        | inner.map(lambda e: e / (1 + X**2))
        | inner.map(lambda e: e**2)
        | inner.map(lambda e: 1 / sympy.sqrt(1 + e**2))
        | st.tuples(one, inner).map(lambda p: p[0](p[1] / (1 + abs(p[1]))))
        | pair.map(lambda p: Max(p[0], p[1]))
        | pair.map(lambda p: Min(p[0], 1, p[1]))
        | pair.map(lambda p: Where(X < Y, *p))
    )


REPLACED = {
    Sigmoid: lambda s: 1 / (1 + sympy.exp(-s)),
    Relu: lambda s: Max(s, 0),
    Softplus: lambda s: sympy.log(1 + sympy.exp(s)),
    Where: lambda c, a, b: a if c.subs({X: 0.7, Y: -1.3}) == sympy.true else b,
}


@given(st.recursive(leaves, grown, max_leaves=12))
def test_printed_means_the_same(expression):
    """Random formulas: the text evaluates to the value of the expression."""
    plain = expression
    for kind, meaning in REPLACED.items():
        plain = plain.replace(kind, meaning)
    exact = plain.subs({X: Float("0.7", 30), Y: Float("-1.3", 30), A: Float("2.5", 30)})
    assert evaluated(PRINTER.text(expression)) == pytest.approx(float(exact.evalf(25)), rel=1e-9)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (1 / (1 + X / A**2), "1 / (1 + x / a**2)"),
        (-X / A, "-x / a"),
        (X * A / 2, "0.5 * a * x"),
        (X / 3, "x / 3"),
        (Rational(2, 3) * X, "2 * x / 3"),
        (1 - X, "1 - x"),
        (-(X**2), "-(x**2)"),
        ((X - Y) ** 2, "(x - y) ** 2"),
        (sympy.sqrt(X**2 + 1), "torch.sqrt(1 + x**2)"),
        (2 * sympy.pi * X, "2 * math.pi * x"),
        (Max(X, 0), "torch.clamp(x, min=0)"),
        (Where(X < 1, 1, 0), "torch.where(x < 1, torch.full_like(x, 1), 0)"),
    ],
)
def test_reads_well(expression, text):
    """The form in which a numerical analyst would write it."""
    assert PRINTER.text(expression) == text


def test_special_functions():
    """gelu, erf, heaviside, sign and the harmonic mean, zero included."""
    assert evaluated(PRINTER.text(Gelu(X))) == pytest.approx(
        0.7 * 0.5 * (1 + math.erf(0.7 / 2**0.5))
    )
    assert evaluated(PRINTER.text(sympy.Heaviside(Y))) == 0
    assert evaluated(PRINTER.text(HarmonicMean(X, A))) == pytest.approx(2 * 0.7 * 2.5 / 3.2)


@given(st.fractions())
def test_numbers_are_exact_or_nearest(value):
    """A printed rational is the float nearest to it."""
    text, _ = number(Rational(value.numerator, value.denominator))
    assert evaluated(text) == pytest.approx(float(value), rel=1e-15)


words = st.from_regex(r"[A-Za-z_][A-Za-z_0-9]{0,6}", fullmatch=True)
special = st.sampled_from(
    ["torch", "self", "lambda", "nn", "None", "class", "H_0", "H_0_", "H[0]", "state", "torch_",
     "__import__", "_", "__", "match", "layers", "PLACES", "index", "train", "half", "type"]
)  # fmt: skip


@given(words | special, words | special)
def test_names_are_safe_and_distinct(a, b):
    """Identifiers, no keyword, no word of the frame, different for different names."""
    for name in (a, b):
        assert safe(name).isidentifier()
        compile(f"{safe(name)} = 1", "t", "exec")
        assert not hasattr(torch.nn.Module(), attribute(name))
    assert (safe(a) == safe(b)) == (a == b)


def test_class_names():
    """perona_malik -> PeronaMalik."""
    assert class_name("perona_malik") == "PeronaMalik"
    assert class_name("_").isidentifier()
