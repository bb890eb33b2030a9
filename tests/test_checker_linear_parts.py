"""The parts of the checker of linear steps against sympy, numpy and their definitions."""

import itertools
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import assume, given, settings, strategies as st

from iterant.runtime.checker.linear_cells import Number, algebraic, at, count, sign_at, sign_inside
from iterant.runtime.checker.linear_discriminants import is_discriminant
from iterant.runtime.checker.linear_modes import (
    conjugate,
    from_waves,
    mode,
    modulus,
    product,
    real,
)
from iterant.runtime.checker.linear_planes import Plane, plus, power, quotient, times
from iterant.runtime.checker.linear_roots import sums_of_minors
from iterant.runtime.checker.ranges import Rejected

M, Y, X = sympy.symbols("m y x")
WHOLE = st.one_of(st.integers(-9, 9), st.integers(-(10**30), 10**30)).filter(bool)
PLANES = st.dictionaries(st.tuples(st.integers(0, 4), st.integers(0, 4)), WHOLE, max_size=8)
ENDS = st.one_of(st.none(), st.fractions(-4, 4, max_denominator=7))


def value(p: Plane, m: int, y: int) -> int:
    """A polynomial at a point."""
    return sum(c * m**k * y**j for (k, j), c in p.items())


def same(p: Plane, rule: Callable[[int, int], int]) -> bool:
    """A polynomial of degree < 20 in each variable has these values, and no term that is 0."""
    grid = [(m, y) for m in range(-10, 10) for y in range(-10, 10)]
    return all(p.values()) and all(value(p, m, y) == rule(m, y) for m, y in grid)


@settings(max_examples=40)
@given(PLANES, PLANES)
def test_products_and_quotients(p: Plane, q: Plane) -> None:
    found = times(p, q)
    assert same(found, lambda m, y: value(p, m, y) * value(q, m, y))
    if q:
        assert quotient(found, q) == p
    if q and p:
        with pytest.raises(Rejected):
            quotient(plus(times(found, q), {(0, 0): 1}), times(q, {(1, 1): 2}))


@settings(max_examples=20)
@given(PLANES.filter(bool), st.integers(0, 3))
def test_powers(p: Plane, n: int) -> None:
    assert same(power(p, n), lambda m, y: value(p, m, y) ** n)


# ---- roots


@given(st.lists(st.integers(-6, 6), min_size=2, max_size=8), ENDS, ENDS)
def test_roots_are_counted(p: list[int], low: Fraction | None, high: Fraction | None) -> None:
    assume(p[-1] != 0 and (low is None or high is None or low < high))
    whole = sympy.Poly(p[::-1], X)
    assume(whole.is_sqf)
    inside = [r for r in whole.real_roots()
              if (low is None or r > sympy.Rational(low)) and
              (high is None or r < sympy.Rational(high))]  # fmt: skip
    assert count(p, low, high) == len(inside)


def test_roots_that_are_close_are_told_apart() -> None:
    gap = Fraction(1, 10**12)
    near = sympy.Poly((X - 1) * (X - 1 - sympy.Rational(gap)) * (X**2 - 2), X)
    p = [int(c * 10**12) for c in near.all_coeffs()[::-1]]
    assert count(p, Fraction(0), None) == 3
    assert count(p, Fraction(1), 1 + gap) == 0
    assert count(p, 1 - gap, 1 + 2 * gap) == 2


def test_a_double_root_is_not_told_apart() -> None:
    with pytest.raises(Rejected):
        count([4, -12, 13, -6, 1], Fraction(0), Fraction(3))  # (x - 1)^2 (x - 2)^2


@pytest.mark.parametrize(
    ("low", "high", "good"),
    [
        ("1", "2", True),
        ("-2", "2", False),
        ("3/2", "2", False),
        ("2", "1", False),
        ("1", "1", False),
    ],
)
def test_isolating_intervals(low: str, high: str, good: bool) -> None:
    data = {"polynomial": ["-2", "0", "1"], "low": low, "high": high}
    if good:
        found = algebraic(data)
        assert found is not None
        assert at(found.polynomial, found.low) < 0 < at(found.polynomial, found.high)
    else:
        with pytest.raises(Rejected):
            algebraic(data)


# ---- signs


@given(PLANES.filter(bool), st.fractions(-3, 3, max_denominator=5))
def test_signs_inside_are_those_of_samples(f: Plane, m: Fraction) -> None:
    values = _samples(f, m)[1:-1]
    try:
        sign = sign_inside(f, m)
    except Rejected:
        return
    assert all(v * sign > 0 for v in values)


@given(PLANES.filter(bool), st.fractions(-3, 3, max_denominator=5),
       st.sampled_from([Fraction(0), Fraction(1, 10**9), Fraction(1, 50)]))  # fmt: skip
def test_signs_hold_on_the_whole_rectangle(f: Plane, m: Fraction, width: Fraction) -> None:
    try:
        sign = sign_at(f, Number([], m, m + width))
    except Rejected:
        return
    for inner in (m, m + width / 3, m + width):
        assert all(v * sign > 0 for v in _samples(f, inner))


def _samples(f: Plane, m: Fraction) -> list[Fraction]:
    points = [Fraction(k, 24) for k in range(25)]
    return [sum((c * m**k * y**j for (k, j), c in f.items()), Fraction(0)) for y in points]


SQUARE: Plane = {(0, 0): 1, (0, 1): -4, (0, 2): 4}  # (1 - 2y)^2


@pytest.mark.parametrize(
    ("f", "rule"),
    [
        (SQUARE, sign_inside),
        (SQUARE, lambda f, m: sign_at(f, Number([], m, m))),
        (SQUARE, lambda f, m: sign_at(f, Number([], m, m + 1))),
        ({(0, 1): 1}, lambda f, m: sign_at(f, Number([], m, m))),
        ({(0, 0): 1, (0, 1): -1}, lambda f, m: sign_at(f, Number([], m, m))),
        ({(0, 0): -1, (0, 1): 2}, sign_inside),
        ({(1, 1): 1}, lambda f, m: sign_inside(f, m * 0)),
    ],
)
def test_what_touches_zero_has_no_sign(f: Plane, rule: Callable[[Plane, Fraction], int]) -> None:
    with pytest.raises(Rejected):
        rule(f, Fraction(2))


@pytest.mark.parametrize(("f", "sign"), [({(0, 1): 1}, 1), ({(1, 1): 3, (1, 2): -3}, 1),
                                     ({(0, 0): -1, (0, 1): 1}, -1)])  # fmt: skip
def test_zeros_at_the_ends_leave_a_sign_inside(f: Plane, sign: int) -> None:
    assert sign_inside(f, Fraction(2)) == sign


# ---- discriminants


FACTORS = st.dictionaries(
    st.tuples(st.integers(0, 3), st.integers(0, 4)), st.integers(-5, 5).filter(bool), min_size=2
)


@settings(max_examples=40)
@given(FACTORS)
def test_discriminants(f: Plane) -> None:
    assume(max(j for _, j in f) > 1)
    whole = sympy.Poly(sum(c * M**k * Y**j for (k, j), c in f.items()), M, Y)
    found = sympy.Poly(sympy.discriminant(whole, Y).as_expr(), M)
    terms = tuple(sorted(f.items()))
    stated = tuple(int(c) for c in found.all_coeffs()[::-1])
    if not found:
        assert not is_discriminant(terms, Fraction(0), ())
        assert not is_discriminant(terms, Fraction(1), ())
        return
    assert is_discriminant(terms, Fraction(1), ((stated, 1),))
    assert not is_discriminant(terms, Fraction(2), ((stated, 1),))
    assert not is_discriminant(terms, Fraction(1), ((stated, 1), ((-1, 1), 1)))
    other = (stated[0] + 1, *stated[1:])
    assert not any(other) or not is_discriminant(terms, Fraction(1), ((other, 1),))


# ---- modes

ANY_MODES = st.dictionaries(
    st.tuples(*[st.integers(0, 3)] * 3, *[st.integers(0, 1)] * 2), st.integers(-9, 9).filter(bool),
    max_size=5,
)  # fmt: skip


def at_mode(p: Plane, m: float, theta: Any) -> complex:
    """A number of a mode at angles."""
    total = 0j
    for (k, *rest), c in p.items():
        size = len(rest) // 2
        y = np.sin(theta / 2) ** (2 * np.array(rest[:size]))
        w = (1j * np.sin(theta)) ** np.array(rest[size:])
        total += c * m**k * np.prod(y) * np.prod(w)
    return complex(total)


@pytest.mark.parametrize("n", [(-5,), (-1,), (0,), (7,), (1, -2), (3, 0, -1)])
def test_waves(n: tuple[int, ...]) -> None:
    theta = np.array([0.7, -1.9, 2.4])[: len(n)]
    found = at_mode(from_waves({(2, *n): 3}), 0.5, theta)
    assert abs(found - 3 / 4 * np.exp(1j * (np.array(n) @ theta))) < 1e-12


@settings(max_examples=40)
@given(ANY_MODES, ANY_MODES)
def test_numbers_of_a_mode(p: Plane, q: Plane) -> None:
    theta = np.array([0.7, -1.9])
    a, b = (at_mode(x, 0.6, theta) for x in (p, q))
    found = product(p, q)
    assert all(max(key[3:]) < 2 for key in found)
    assert abs(at_mode(found, 0.6, theta) - a * b) <= 1e-9 * (1 + abs(a * b))
    assert abs(at_mode(conjugate(p), 0.6, theta) - np.conj(a)) <= 1e-9 * (1 + abs(a))
    square = real(modulus(p))
    shown = sum(
        c * 0.6**m * np.prod(np.sin(theta / 2) ** (2 * np.array(y))) * np.prod(np.sin(theta) ** s)
        for (m, *y), s, c in ((key[:3], np.array(key[3:]), c) for key, c in square.items())
    )
    assert abs(shown - abs(a) ** 2) <= 1e-9 * (1 + abs(a) ** 2)
    assert mode(square, 2) == modulus(p)


def test_what_is_not_real_is_told() -> None:
    with pytest.raises(Rejected):
        real({(0, 0, 0, 1, 0): 1})


@settings(max_examples=40)
@given(ANY_MODES, ANY_MODES)
def test_products_in_several_variables(p: Plane, q: Plane) -> None:
    found = times(p, q)
    expected: Plane = {}
    for (k, c), (j, e) in itertools.product(p.items(), q.items()):
        key = tuple(a + b for a, b in zip(k, j, strict=True))
        expected[key] = expected.get(key, 0) + c * e
    assert found == {key: c for key, c in expected.items() if c}
    if q:
        assert quotient(found, q) == p


@settings(max_examples=40)
@given(st.integers(1, 5), st.randoms())
def test_sums_of_minors(size: int, random: Any) -> None:
    matrix = [[Fraction(random.randint(-9, 9)) for _ in range(size)] for _ in range(size)]
    ring = (lambda a, b: a * b, lambda a, b: a + b, lambda a, k: a / k)
    found = sums_of_minors(matrix, Fraction(1), ring)
    whole = sympy.Matrix(size, size, lambda i, j: sympy.Rational(matrix[i][j])).charpoly(X)
    assert [sympy.Rational(c) for c in found] == whole.all_coeffs()
