"""Intervals of prover and checker hold the values, by balls of 400 bits, at extremes too."""

from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from math import inf
from typing import Any

import flint
import pytest
import sympy
from hypothesis import given, settings, strategies as st

from iterant.compiler.certificates import extent as prover
from iterant.compiler.certificates.expression import tree
from iterant.compiler.certificates.functions import EXP, RULES, monotone
from iterant.compiler.certificates.interval import Interval, NoRange
from iterant.compiler.operators import Gelu, HarmonicMean, Relu, Sigmoid, Softplus, Where
from iterant.runtime.checker import trees as checker
from iterant.runtime.checker.functions import FUNCTIONS, exp
from iterant.runtime.checker.ranges import Range, Rejected

BITS = 400
ONE_ARGUMENT: dict[str, tuple[Any, Callable[[flint.arb], flint.arb]]] = {
    "exp": (sympy.exp, flint.arb.exp),
    "log": (sympy.log, flint.arb.log),
    "sqrt": (sympy.sqrt, flint.arb.sqrt),
    "tanh": (sympy.tanh, flint.arb.tanh),
    "erf": (sympy.erf, flint.arb.erf),
    "sinh": (sympy.sinh, flint.arb.sinh),
    "sin": (sympy.sin, flint.arb.sin),
    "cos": (sympy.cos, flint.arb.cos),
    "abs": (sympy.Abs, abs),
    "relu": (Relu, lambda x: x.max(flint.arb(0))),
    "sigmoid": (Sigmoid, lambda x: 1 / (1 + (-x).exp())),
    "softplus": (Softplus, lambda x: (1 + x.exp()).log()),
    "gelu": (Gelu, lambda x: x * (1 + (x / flint.arb(2).sqrt()).erf()) / 2),
}
EXTREMES = [Fraction(x) for x in ("1e-300", "1e-30", "0", "1/3", "6", "7", "100", "101", "4000",
            "4001", "999999", "1000001", "123456789", "1e40")]  # fmt: skip
NUMBERS = st.one_of(
    st.sampled_from([s * x for x in EXTREMES for s in (1, -1)]),
    st.fractions(-30, 30, max_denominator=1000),
    st.fractions(-5000, 5000, max_denominator=7),
)
WIDTHS = st.one_of(st.just(Fraction(0)), st.fractions(0, 4), st.sampled_from([Fraction(10**7)]))


def ball(x: Fraction) -> flint.arb:
    return flint.arb(flint.fmpq(x.numerator, x.denominator))


def end(x: Any) -> flint.arb:
    return ball(x) if isinstance(x, Fraction) else flint.arb("inf" if x > 0 else "-inf")


def holds(found: Any, value: flint.arb) -> bool:
    """The value is not shown to lie outside."""
    return not (value < end(found.low) or value > end(found.high))


@pytest.fixture(autouse=True)
def _precise(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The provers' own precision in their functions, more in the oracle's."""
    before = flint.ctx.prec
    yield
    flint.ctx.prec = before


def oracle(function: Callable[[flint.arb], flint.arb], x: Fraction) -> flint.arb:
    before, flint.ctx.prec = flint.ctx.prec, BITS
    try:
        return function(ball(x))
    finally:
        flint.ctx.prec = before


@pytest.mark.parametrize("name", ONE_ARGUMENT)
@settings(max_examples=150, deadline=None)
@given(x=NUMBERS, width=WIDTHS, share=st.fractions(0, 1))
def test_functions_lie_in_their_ranges(
    name: str, x: Fraction, width: Fraction, share: Fraction
) -> None:
    if name in {"log", "sqrt"}:
        x = abs(x)
    inside = x + width * share
    known, function = ONE_ARGUMENT[name]
    if name == "log" and not inside:
        return
    value = oracle(function, inside)
    found: list[Any] = []
    t = sympy.Symbol("t", real=True)
    expression = known(t)
    try:
        found.append(prover.extent(expression, {t: Interval(x, x + width)}))
    except NoRange:
        assert name in {"log", "sqrt"}
    try:
        found.append(FUNCTIONS[name](Range(x, x + width)))
    except Rejected:
        assert name in {"log", "sqrt"} or abs(x) + width > 2000  # e^x is not summed beyond
    for part in found:
        assert holds(part, value)
        assert part.low <= part.high


def test_no_function_takes_its_limit() -> None:
    for x in (Fraction(-(10**7)), Fraction(-5000), Fraction(-2), -inf):
        assert exp(Range(-inf, x)).high > 0
        assert monotone(EXP, Interval(-inf, x)).high > 0
    for name, known in (("tanh", sympy.tanh), ("erf", sympy.erf)):
        for x in (Fraction(10**7), Fraction(200), Fraction(7)):
            assert FUNCTIONS[name](Range(x, inf)).low < 1
            assert FUNCTIONS[name](Range(-inf, -x)).high > -1
            assert RULES[known](Interval(x, inf)).low < 1
            assert RULES[known](Interval(-inf, -x)).high > -1


# ---- whole formulas

A, B = sympy.symbols("a b", real=True)
LEAVES = st.one_of(
    st.sampled_from([A, B]),
    st.fractions(-4, 4, max_denominator=5).map(
        lambda x: sympy.Rational(x.numerator, x.denominator)
    ),
    st.just(sympy.pi),
)
UNARY = [sympy.exp, sympy.tanh, sympy.erf, sympy.sin, sympy.cos, sympy.Abs, Relu, Sigmoid, Softplus]


def grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        pairs.map(lambda p: p[0] + p[1]),
        pairs.map(lambda p: p[0] * p[1]),
        pairs.map(lambda p: sympy.Min(*p)),
        pairs.map(lambda p: sympy.Max(*p)),
        st.tuples(st.sampled_from(UNARY), inner).map(lambda p: p[0](p[1])),
        st.tuples(inner, st.sampled_from([2, 3, -1, -2])).map(lambda p: (1 + p[0] ** 2) ** p[1]),
        inner.map(lambda e: sympy.sqrt(1 + e**2)),
        inner.map(lambda e: (1 + e**2) ** sympy.Rational(1, 3)),
        inner.map(lambda e: HarmonicMean(1 + e**2, sympy.Abs(e))),
        st.tuples(inner, inner, inner, inner).map(lambda p: Where(p[0] < p[1], p[2], p[3])),
    )


FORMULAS = st.recursive(LEAVES, grown, max_leaves=6)


def balls(tree: Any, known: dict[str, flint.arb]) -> flint.arb:
    """The value of a formula at a point, by balls."""
    if isinstance(tree, str):
        if tree in known:
            return known[tree]
        return flint.arb.pi() if tree == "pi" else ball(Fraction(tree))
    word, *rest = tree
    if word == "where":
        a, b = (balls(t, known) for t in rest[0][1:])
        if not (a < b or a >= b):
            raise ArithmeticError("not decided at this precision")
        below = {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[rest[0][0]]
        return balls(rest[1 if below else 2], known)
    parts = [balls(t, known) for t in rest]
    match word:
        case "+" | "*":
            total = parts[0]
            for p in parts[1:]:
                total = total + p if word == "+" else total * p
            return total
        case "^":
            exponent = Fraction(rest[1])
            if exponent.denominator == 1:
                power = flint.arb(1)
                for _ in range(abs(int(exponent))):
                    power *= parts[0]
                return power if exponent >= 0 else 1 / power
            return parts[0] ** parts[1]
        case "min" | "max":
            found = parts[0]
            for p in parts[1:]:
                found = found.min(p) if word == "min" else found.max(p)
            return found
        case "harmonic":
            return 2 * parts[0] * parts[1] / (parts[0] + parts[1])
    return ONE_ARGUMENT[word][1](parts[0])


@settings(max_examples=400, deadline=None)
@given(
    formula=FORMULAS,
    a=st.tuples(st.fractions(-9, 9, max_denominator=50), st.fractions(0, 3, max_denominator=9)),
    b=st.tuples(st.fractions(-9, 9, max_denominator=50), st.sampled_from([Fraction(0), inf])),
    share=st.fractions(0, 1, max_denominator=20),
)
def test_formulas_lie_in_their_ranges(formula: Any, a: Any, b: Any, share: Fraction) -> None:
    formula = sympy.sympify(formula)
    if formula.has(sympy.zoo, sympy.nan, sympy.oo):
        return
    high = b[0] + b[1] if b[1] == 0 else inf
    boxes = {"a": (a[0], a[0] + a[1]), "b": (b[0], high)}
    point = {"a": a[0] + share * a[1], "b": b[0] if high == b[0] else b[0] + 100 * share}
    before, flint.ctx.prec = flint.ctx.prec, BITS
    try:
        value = balls(tree(formula), {n: ball(x) for n, x in point.items()})
    except ArithmeticError:
        return
    finally:
        flint.ctx.prec = before
    if not value.is_finite():
        return
    with suppress(NoRange):
        box = {s: Interval(*boxes[str(s)]) for s in (A, B)}
        assert holds(prover.extent(formula, box), value)
    with suppress(Rejected):
        ranges = {n: Range(*x) for n, x in boxes.items()}
        assert holds(checker.extent(tree(formula), ranges), value)
