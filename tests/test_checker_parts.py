"""The checker's own parts: junk, the standard library alone, ranges, Sturm, Bernstein."""

import subprocess
import sys
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from iterant.runtime.checker import check
from iterant.runtime.checker.functions import FUNCTIONS
from iterant.runtime.checker.polynomials import Bernstein, nonnegative_on
from iterant.runtime.checker.ranges import Range, Rejected
from test_checker import plain


@pytest.mark.parametrize(
    "junk", [{}, {"claim": 1}, {"scheme": None}, dict.fromkeys(plain("order"))]
)
def test_junk_is_rejected(junk: dict[str, Any]) -> None:
    assert not check(junk).accepted


def test_deep_nesting_is_rejected() -> None:
    data = plain("symmetric")
    tree: Any = "1"
    for _ in range(100_000):
        tree = ["+", tree]
    data["proof"]["step"] = tree
    assert not check(data).accepted


# ---- the checker stands alone


def test_needs_the_standard_library_alone() -> None:
    code = (
        "import iterant.runtime.checker, sys;"
        "bad = {'sympy', 'numpy', 'torch', 'flint', 'mpmath', 'networkx', 'lark', 'jinja2'};"
        "print(sorted(bad & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ---- its arithmetic

ORACLE = {
    "exp": mpmath.exp, "log": mpmath.log, "sqrt": mpmath.sqrt, "sin": mpmath.sin,
    "cos": mpmath.cos, "tanh": mpmath.tanh, "sinh": mpmath.sinh, "erf": mpmath.erf,
    "abs": abs, "sign": mpmath.sign, "relu": lambda x: max(x, mpmath.mpf(0)),
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
    "gelu": lambda x: x * (1 + mpmath.erf(x / mpmath.sqrt(2))) / 2,
}  # fmt: skip
RATIONALS = st.fractions(min_value=-30, max_value=30, max_denominator=1000)


def enclosed(x: Any, found: Range) -> bool:
    """A value of the oracle lies in a range, up to the oracle's own 60 digits."""
    slack = mpmath.mpf(10) ** -50
    low, high = (
        mpmath.mpf(e.numerator) / e.denominator if isinstance(e, Fraction) else mpmath.mpf(e)
        for e in (found.low, found.high)
    )
    return bool(low - slack * (1 + abs(x)) <= x <= high + slack * (1 + abs(x)))


@pytest.mark.parametrize("name", ORACLE)
@settings(max_examples=60, deadline=None)
@given(x=RATIONALS, width=st.fractions(min_value=0, max_value=5, max_denominator=50))
def test_ranges_contain_the_values(name: str, x: Fraction, width: Fraction) -> None:
    if name in {"log", "sqrt"}:
        x = abs(x) + Fraction(1, 100)
    with mpmath.workdps(60):
        found = FUNCTIONS[name](Range(x, x + width))
        for part in range(5):
            y = x + width * Fraction(part, 4)
            value = ORACLE[name](mpmath.mpf(y.numerator) / y.denominator)
            assert enclosed(value, found)
        point = FUNCTIONS[name](Range(x, x))
        size = 1 + abs(ORACLE[name](mpmath.mpf(x.numerator) / x.denominator))
        assert float(point.high - point.low) <= 1e-12 * float(size)


@given(
    weights=st.lists(st.integers(-5, 5), min_size=1, max_size=6),
    low=st.integers(-4, 3),
    width=st.integers(1, 4),
)
def test_sturm_agrees_with_sampling(weights: list[int], low: int, width: int) -> None:
    p = [Fraction(w) for w in weights]
    xs = np.linspace(low, low + width, 4001)
    least = np.polynomial.polynomial.polyval(xs, np.array(weights, float)).min()
    found = nonnegative_on(p, Fraction(low), Fraction(low + width))
    assert found or least < 1e-5
    assert not found or least > -1e-9


@given(st.dictionaries(st.tuples(st.integers(0, 3), st.integers(0, 3)), st.integers(-9, 9)))
def test_bernstein_coefficients_enclose(weights: dict[tuple[int, int], int]) -> None:
    form = Bernstein.of({k: Fraction(w) for k, w in weights.items()}, 2)
    low, high = form.halved(0)
    for part, (a, b) in ((form, (0.0, 1.0)), (low, (0.0, 0.5)), (high, (0.5, 1.0))):
        for x in np.linspace(a, b, 7):
            for y in np.linspace(0, 1, 7):
                value = sum(w * x**i * y**j for (i, j), w in weights.items())
                assert float(min(part.values.values())) - 1e-9 <= value
                assert value <= float(max(part.values.values())) + 1e-9


def test_a_wrong_tree_is_no_proof() -> None:
    form = Bernstein.of({(0,): Fraction(0), (1,): Fraction(4), (2,): Fraction(-4)}, 1)
    form.below(Fraction(1), [0, 0, 0])
    for tree in (0, [0, 0], [1, 0, 0], "0", None, True, [0, True, 0]):
        with pytest.raises((Rejected, TypeError)):
            form.below(Fraction(1), tree)
