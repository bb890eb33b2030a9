"""Trees and charts of the checker on several axes, against samples and their definitions."""

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from iterant.compiler.amplification.bernstein import Cells, of_powers
from iterant.compiler.amplification.cube import Budget, Undecided, tree
from iterant.runtime.checker.linear_cubes import Ends, Work, shown
from iterant.runtime.checker.linear_planes import Plane, plus, times
from iterant.runtime.checker.linear_torus import Span, charts, on_cube, part
from iterant.runtime.checker.ranges import Rejected

POLYNOMIALS = st.dictionaries(
    st.tuples(*[st.integers(0, 2)] * 3), st.integers(-4, 4).filter(bool), min_size=1, max_size=6
)
STRICT = st.sampled_from([None, (True, True), (True, False), (False, False)])
TREES = st.recursive(
    st.just(0),
    lambda inner: st.one_of(
        st.tuples(st.just("halve"), st.integers(0, 2), inner, inner).map(list),
        st.tuples(
            st.just("blow"), st.permutations([0, 1, 2]).map(lambda p: p[:2]),
            st.lists(st.integers(0, 2), unique=True, max_size=2),
            st.lists(inner, min_size=2, max_size=2),
        ).map(list),
    ),
    max_leaves=6,
)  # fmt: skip


def cells(f: Plane) -> Cells:
    found = np.zeros([max(k) + 1 for k in zip(*f, strict=True)], dtype=object)
    for key, c in f.items():
        found[key] = c
    return of_powers(found)


def at(f: Plane, x: tuple[Fraction, ...]) -> Fraction:
    return sum((c * np.prod([v**k for v, k in zip(x, key, strict=True)]) for key, c in f.items()),
               Fraction(0))  # fmt: skip


def accepted(f: Plane, branch: Any, strict: Ends | None = None) -> bool:
    try:
        shown(f, branch, strict, Work())
    except Rejected:
        return False
    return True


def holds(f: Plane, strict: Ends | None) -> bool:
    """What is claimed, on a grid of the cube."""
    line = [Fraction(k, 6) for k in range(7)]
    for x in product(line, repeat=3):
        counts = strict is not None and (
            0 < x[0] < 1 or (x[0] == 0 and strict[0]) or (x[0] == 1 and strict[1])
        )
        if at(f, x) < 0 or (counts and at(f, x) == 0):
            return False
    return True


@settings(max_examples=100)
@given(POLYNOMIALS, TREES, STRICT)
def test_no_tree_shows_what_is_false(f: Plane, branch: Any, strict: Ends | None) -> None:
    if accepted(f, branch, strict):
        assert holds(f, strict)


@settings(max_examples=40)
@given(POLYNOMIALS, POLYNOMIALS, STRICT)
def test_trees_of_the_prover_are_accepted(f: Plane, g: Plane, strict: Ends | None) -> None:
    one = {(0, 0, 0): 1}
    rest = times(g, g) if strict is None else plus(times(g, g), one)
    for p in (f, plus(times(f, f), rest)):
        try:
            found = tree(cells(p), Budget(10_000_000), strict=strict)
        except Undecided:
            continue
        assert accepted(p, found, strict)
        assert holds(p, strict)


EQUAL: Plane = {(0, 2, 0): 1, (0, 1, 1): -2, (0, 0, 2): 1}  # (x_1 - x_2)^2
CORNER: Plane = {(0, 2, 0): 1, (0, 1, 1): -1, (0, 0, 2): 1}


@pytest.mark.parametrize(
    ("f", "branch", "strict", "good"),
    [
        (CORNER, 0, None, False),
        (CORNER, ["blow", [1, 2], [], [["halve", 2, 0, 0], ["halve", 1, 0, 0]]], None, True),
        (CORNER, ["blow", [1, 2], [], [["halve", 2, 0, 0]]], None, False),
        (CORNER, ["blow", [1], [], [["halve", 2, 0, 0]]], None, False),
        (CORNER, ["blow", [1, 1], [], [["halve", 2, 0, 0]] * 2], None, False),
        (CORNER, ["blow", [1, 2], [1], [["halve", 2, 0, 0], ["halve", 1, 0, 0]]], None, False),
        (CORNER, ["blow", [1, 3], [], [["halve", 2, 0, 0], ["halve", 1, 0, 0]]], None, False),
        (EQUAL, 0, None, False),
        (EQUAL, ["blow", [1, 2], [], [0, 0]], None, True),
        (EQUAL, ["blow", [1, 2], [], [0, 0]], (True, True), False),
        ({(0, 0, 0): 1}, False, None, False),
        ({(0, 0, 0): 1}, "", None, False),
        ({(0, 0, 0): 1}, ["halve", True, 0, 0], None, False),
        ({(0, 0, 0): 1}, ["halve", -1, 0, 0], None, False),
        ({(0, 0, 0): 1}, 0, (True, True), True),
        ({(1, 0, 0): 1}, 0, (False, True), True),
        ({(1, 0, 0): 1}, 0, (True, True), False),
        ({(0, 0, 0): 1, (1, 0, 0): -1}, 0, (True, False), True),
        ({(0, 0, 0): 1, (1, 0, 0): -1}, 0, (True, True), False),
        ({(0, 0, 0): 1, (1, 0, 0): -1}, ["halve", 0, 0, 0], (True, True), False),
        ({(0, 1, 0): 1}, 0, (False, False), False),
        ({(0, 0, 0): -1, (1, 0, 0): 2}, ["halve", 0, 0, 0], (False, False), False),
    ],
)  # fmt: skip
def test_trees(f: Plane, branch: Any, strict: Ends | None, good: bool) -> None:
    assert accepted(f, branch, strict) is good


def test_work_is_bounded() -> None:
    branch: Any = 0
    for _ in range(20):
        branch = ["halve", 0, branch, branch]
    with pytest.raises(Rejected, match="too large"):
        shown({(9, 9, 9): 1, (0, 0, 0): 1}, branch, None, Work(10**6))


# ---- charts


@pytest.mark.parametrize(
    "f",
    [
        {(0, 1, 0, 0, 0): 1, (2, 0, 2, 0, 0): -3},
        {(0, 1, 0, 1, 1): 1, (2, 0, 2, 0, 0): -3, (4, 0, 0, 0, 0): 2},
        {(0, 1, 0, 0, 1, 0, 1): 1, (2, 0, 2, 0, 1, 1, 0): -3, (4, 0, 0, 0, 0, 0, 0): 2},
    ],
)
@pytest.mark.parametrize("span", [(0, 3, 1), (-1, 2, 1), (0, 3, 2), (0, None, 1)])
def test_charts_are_the_torus(f: Plane, span: Any) -> None:
    low, high, step = span
    ends = Span(Fraction(low), None if high is None else Fraction(high), step, False, (True, False))
    x = np.array([0.3, 0.4, 0.8, 0.15])
    size = (len(next(iter(f))) - 1) // 2
    angles = set()
    for way in charts(f):
        m = (x[0] / (1 - x[0]) if high is None else low + (high - low) * x[0]) ** (1 / step)
        y, s = np.empty(size), np.zeros(size)
        for a, own in enumerate(way):
            y[a] = x[1 + a]
            if own is not None:
                theta = own[1] * 2 * np.arctan(x[1 + a])
                theta = np.pi - theta if own[0] else theta
                y[a], s[a] = np.sin(theta / 2) ** 2, np.sin(theta)
                angles.add((a, round(float(np.cos(theta)), 6), round(float(np.sin(theta)), 6)))
        value = sum(c * m ** k[0] * np.prod(y ** k[1 : 1 + size]) * np.prod(s ** k[1 + size :])
                    for k, c in f.items())  # fmt: skip
        found = on_cube(f, way, ends, Work())
        other = sum(c * np.prod(x[: 1 + size] ** k) for k, c in found.items())
        assert other * value > 0
    odd = [a for a in range(size) if any(k[1 + size + a] for k in f)]
    assert len(angles) == (2 + 4 * (len(odd) - 1) if odd else 0)


def test_an_odd_number_of_sines_has_no_sign() -> None:
    with pytest.raises(Rejected):
        charts({(0, 0, 0, 1, 0): 1})
    with pytest.raises(Rejected):
        charts({(0, 0, 0, 2, 0): 1})


WHOLE: dict[str, Any] = {"low": "0", "high": "2", "step": 2, "mirrored": True,
                         "closed": [True, True], "conditions": []}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "good"),
    [
        ({}, True),
        ({"step": 1}, False),
        ({"step": 3}, False),
        ({"step": True}, False),
        ({"step": 10**9}, False),
        ({"closed": [True, False]}, False),
        ({"closed": [True]}, False),
        ({"low": "1"}, False),
        ({"high": "0"}, False),
        ({"high": None}, False),
        ({"high": None, "step": 1, "mirrored": False}, False),
        ({"high": None, "step": 1, "mirrored": False, "closed": [True, False]}, True),
        ({"low": "-1", "step": 1, "mirrored": False}, True),
        ({"low": "3", "step": 1, "mirrored": False}, False),
    ],
)
def test_ends_of_parts(changes: dict[str, Any], good: bool) -> None:
    if not good:
        with pytest.raises(Rejected):
            part(WHOLE | changes, lambda _: None, 2, Work())
        return
    found = part(WHOLE | changes, lambda _: None, 2, Work())
    if not changes:
        assert found.high is not None
        assert found.low is not None
        assert abs(float(found.high.low) - 2**0.5) < 1e-12
        assert found.low.high == -found.high.low
