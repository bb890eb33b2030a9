"""Sector and slopes of pointwise functions: known values, and what the checker makes of them."""

from fractions import Fraction
from math import e, erf, inf, pi, sqrt

import numpy as np
import pytest
import sympy
from hypothesis import given, settings, strategies as st

from iterant.compiler.certificates.base import Unprovable
from iterant.compiler.certificates.sectors import VARIABLE, Sector, sector, sector_of
from iterant.compiler.model import Model
from iterant.compiler.operators import Gelu, Relu, Sigmoid, Softplus
from iterant.runtime.checker.ranges import Range
from iterant.runtime.checker.sectors import check_sector
from models import model

FILE = """
domain x
grid spacing 1
boundary reflecting
field u
param l = 1/10, positive, trainable
param alpha = 2, positive
param a = 1/2, in [0, 1]
param b = 3
param free = 1, trainable
function phi(s) = {}
equation dt(u) = dx(phi(dx(u)))
time explicit_euler, step 1/4, steps 3
"""
SETS = {
    "l": Range(Fraction(0), inf),
    "alpha": Range(Fraction(0), inf),
    "a": Range(Fraction(0), Fraction(1)),
    "b": Range(-inf, inf),
    "free": Range(-inf, inf),
}
POSITIVE = ("l", "alpha", "b")
# sector and slopes, in units of the scale
KNOWN = {
    "s": ("1", 1, 1, 1, 1),
    "s / sqrt(1 + (s/l)^2)": ("1", 0, 1, 0, 1),
    "s / (1 + (s/l)^2)": ("1", 0, 1, Fraction(-1, 8), 1),
    "s * exp(-s^2 / (2*l^2))": ("1", 0, 1, -2 * e**-1.5, 1),
    "s / sqrt(s^2 + l^2)": ("1/l", 0, 1, 0, 1),
    "s * min(1, l / abs(s))": ("1", 0, 1, 0, 1),
    "max(-l, min(l, s))": ("1", 0, 1, 0, 1),
    "relu(s)": ("1", 0, 1, 0, 1),
    "alpha * tanh(s/l)": ("alpha/l", 0, 1, 0, 1),
    "s * (1 - exp(-(207/625) * 10 / (s/l)^8))": ("1", 0, 1, -2.3337, 1),
    "where(abs(s) <= l, s * (1 - s^2/l^2)^2, 0)": ("1", 0, 1, Fraction(-4, 5), 1),
    "sign(s) * log(1 + abs(s)/l)": ("1/l", 0, 1, 0, 1),
    "where(s > 0, s, s/10)": ("1", Fraction(1, 10), 1, Fraction(1, 10), 1),
    "b * s / (1 + s^4)": ("b", 0, 1, Fraction(-9, 16), 1),
    "erf(s)": ("1", 0, 2 / sqrt(pi), 0, 2 / sqrt(pi)),
    "s * (1 - s^2) / (1 + s^4)": ("1", (1 - sqrt(2)) / 2, 1, -1.04649339012552, 1),
    "gelu(s)": ("1", 0, 1, -0.128904145, 1.128904145),
}


def bounds(body: str) -> Sector:
    found: Model = model(FILE.format(body))
    return sector(found.functions[0], found)


def accepted(found: Sector) -> None:
    sets = dict(SETS)
    assert not found.fixed
    check_sector(found.tree, found.claimed, found.proof, sets, POSITIVE)


@pytest.mark.parametrize("body", KNOWN)
def test_known_fluxes(body: str) -> None:
    found = bounds(body)
    accepted(found)
    scale, *ends = KNOWN[body]
    assert found.scale == sympy.sympify(scale, locals={s.name: s for s in found.scale.free_symbols})
    assert found.sector is not None
    assert found.slope is not None
    for shown, side, exact in zip((*found.sector, *found.slope), (-1, 1, -1, 1), ends, strict=True):
        if isinstance(exact, float):
            assert float(shown) == pytest.approx(exact, rel=2e-3 if exact < -2 else 1e-7)
            assert side * (shown - Fraction(exact)) >= -1e-4 if exact < -2 else True
        else:
            assert shown == exact


def test_perona_malik_is_exact_and_its_exponential_kin_is_enclosed() -> None:
    rational, exponential = bounds("s / (1 + (s/l)^2)"), bounds("s * exp(-s^2 / (2*l^2))")
    assert rational.slope == (Fraction(-1, 8), 1)
    assert rational.gap == 0
    assert exponential.slope is not None
    below = Fraction(exponential.slope[0])
    assert 0 <= -2 * Fraction(e**-1.5) - below <= Fraction(2, 10**8)


def test_softplus_has_slopes_and_no_sector() -> None:
    found = bounds("softplus(s)")
    assert (found.sector, found.slope) == (None, (0, 1))
    accepted(found)


@pytest.mark.parametrize(
    "body",
    ["relu(s) * exp(-s^2)", "where(s < 1, s, 1) * exp(-relu(s - 1))", "abs(s) * tanh(s) - 1"],
)
def test_what_is_shown_is_what_the_checker_derives(body: str) -> None:
    accepted(bounds(body))


@pytest.mark.parametrize("body", ["s^3", "free * s", "exp(s)"])
def test_unbounded_functions_are_refused(body: str) -> None:
    with pytest.raises(Unprovable, match="finite bounds"):
        bounds(body)


def test_a_jump_has_no_slopes() -> None:
    found = bounds("where(s > 1, s, 0)")
    assert found.slope is None
    assert found.sector == (0, 1)
    accepted(found)


def test_a_parameter_with_a_range_is_bounded_over_it() -> None:
    found = bounds("a*s + (1 - a) * s / (1 + s^2)")
    accepted(found)
    assert found.sector is not None
    assert found.slope is not None
    assert found.sector[0] <= 0
    assert 1 <= found.sector[1] < Fraction(4, 3)
    assert found.slope[0] <= Fraction(-1, 8)


# ---- random formulas: no sample leaves the bounds, and the checker derives them

VALUES = {
    sympy.exp: np.exp, sympy.tanh: np.tanh, sympy.erf: np.vectorize(erf),
    Sigmoid: lambda x: 1 / (1 + np.exp(-x)), Relu: lambda x: np.maximum(x, 0),
    Softplus: lambda x: np.logaddexp(0, x), sympy.Abs: np.abs, sympy.sin: np.sin,
    Gelu: lambda x: x * (1 + np.vectorize(erf)(x / sqrt(2))) / 2,
}  # fmt: skip


def value(formula: sympy.Expr, s: np.ndarray) -> np.ndarray:
    if formula == VARIABLE:
        return s
    if formula.is_Rational:
        return np.full_like(s, float(formula))
    parts = [value(a, s) for a in formula.args]
    match formula:
        case sympy.Add():
            return sum(parts)
        case sympy.Mul():
            return np.prod(parts, axis=0)
        case sympy.Pow():
            return parts[0] ** parts[1]
        case sympy.Max() | sympy.Min():
            choose = np.maximum if isinstance(formula, sympy.Max) else np.minimum
            return choose.reduce(parts)
    return VALUES[formula.func](parts[0])


numbers = st.fractions(-3, 3, max_denominator=4).map(
    lambda q: sympy.Rational(q.numerator, q.denominator)
)
bumps = st.sampled_from((
    1 / (1 + VARIABLE**2), sympy.exp(-(VARIABLE**2)), 1 / sympy.sqrt(1 + VARIABLE**2),
    sympy.exp(-sympy.Abs(VARIABLE)), 1 / (1 + sympy.Abs(VARIABLE)) ** 2,
    sympy.Min(1, 1 / VARIABLE**2), 1 / (1 + VARIABLE**4) ** 2,
))  # fmt: skip
grown = st.sampled_from((
    VARIABLE, sympy.tanh(VARIABLE), Relu(VARIABLE), sympy.Abs(VARIABLE), Softplus(VARIABLE),
    sympy.erf(VARIABLE), Gelu(VARIABLE), VARIABLE * Sigmoid(VARIABLE),
))  # fmt: skip


@st.composite
def formulas(draw: st.DrawFn) -> sympy.Expr:
    total = sympy.S.Zero
    for _ in range(draw(st.integers(1, 3))):
        part = draw(numbers) * draw(grown).xreplace({VARIABLE: VARIABLE * draw(numbers)})
        total += part * draw(bumps) if draw(st.booleans()) else part
    return sympy.Max(total, draw(numbers) * VARIABLE) if draw(st.booleans()) else total


SAMPLES = np.concatenate([s * np.logspace(-4, 4, 600) for s in (-1, 1)])


def holds(formula: sympy.Expr) -> None:
    try:
        found = sector_of(formula, model(FILE.format("s")))
    except Unprovable:
        return
    check_sector(found.tree, found.claimed, found.proof, {}, ())
    values = value(formula, SAMPLES)
    if found.sector is not None:
        low, high = map(float, found.sector)
        ratio = values / SAMPLES
        assert low - 1e-8 <= ratio.min()
        assert ratio.max() <= high + 1e-8
    if found.slope is not None:
        low, high = map(float, found.slope)
        order = np.argsort(SAMPLES)
        s, y = SAMPLES[order], values[order]
        secants = np.diff(y) / np.diff(s)
        slack = 1e-7 + 1e-12 * np.abs(y[1:]) / np.diff(s)
        assert (secants >= low - slack).all()
        assert (secants <= high + slack).all()


@given(formulas())
@settings(max_examples=4, deadline=None)
def test_no_sample_of_a_random_function_leaves_its_bounds(formula: sympy.Expr) -> None:
    holds(formula)


@pytest.mark.slow
@given(formulas())
@settings(max_examples=60, deadline=None)
def test_no_sample_of_many_random_functions_leaves_its_bounds(formula: sympy.Expr) -> None:
    holds(formula)
