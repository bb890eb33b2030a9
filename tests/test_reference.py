"""The reference evaluator against values computed by hand, and against its own laws."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import sympy
from hypothesis import given, strategies as st
from sympy import Heaviside, Rational, Symbol

import handbuilt as by
from iterant.compiler import grid as nodes, scheme as s
from iterant.compiler.operators import Called, Gelu, HarmonicMean, Relu, Sigmoid, Softplus, Where
from iterant.compiler.reference import Evaluator, NotRational
from iterant.compiler.reference.arithmetic import EXACT, FLOAT64
from iterant.compiler.reference.pointwise import Words, interpret

F = Fraction
X = Symbol("x", real=True)
CUBE = Symbol("cube")
WALLS = {
    "dirichlet cells": by.wall(0, 1, 0, 0),
    "neumann cells": by.wall(0, 0, 1, 0),
    "dirichlet nodes": by.wall(-1, 1, 0, 0),
    "neumann nodes": by.wall(1, 0, 1, 0),
}


def words(arithmetic):
    return Words(arithmetic=arithmetic, functions={CUBE: lambda a: a * a * a})


# ---- pointwise expressions

RATIONAL = {
    X**2 + 3 * X: F(7, 4),
    1 / (1 + X**2): F(4, 5),
    sympy.sqrt(X**2 + 2): F(3, 2),
    sympy.Abs(X - 1) + sympy.sign(-X): F(-1, 2),
    sympy.Min(X, Rational(1, 3), 2) * sympy.Max(X, -1): F(1, 6),
    Heaviside(X) + Heaviside(X - Rational(1, 2)) + Heaviside(X - 1): F(3, 2),
    Where(X < 1, X, sympy.sqrt(2)): F(1, 2),
    Where(sympy.And(X > 0, sympy.Not(X >= 1)), 5, 7): F(5),
    Where(sympy.Or(X > 1, sympy.Eq(X, 0)), 5, 7): F(7),
    sympy.Piecewise((1, X > 3), (X, X > 2), (4, True)): F(4),
    Called(CUBE, X + 1): F(27, 8),
    Relu(-X) + Relu(X): F(1, 2),
    HarmonicMean(X, 2) + HarmonicMean(0 * X, X - Rational(1, 2)): F(4, 5),
    sympy.exp(X - Rational(1, 2)) + sympy.cos(2 * X - 1): F(2),
    Sigmoid(2 * X - 1) + Gelu(2 * X - 1): F(1, 2),
}


@pytest.mark.parametrize("expression", RATIONAL, ids=str)
def test_expression_in_both_arithmetics(expression):
    expected = RATIONAL[expression]
    assert interpret(expression, {X: F(1, 2)}, words(EXACT)) == expected
    assert interpret(expression, {X: np.float64(0.5)}, words(FLOAT64)) == pytest.approx(
        float(expected)
    )


@pytest.mark.parametrize(
    "expression",
    [sympy.exp(X), sympy.sqrt(X), sympy.pi * X, X**X, Softplus(X), sympy.log(X)],
    ids=str,
)
def test_no_rational_value(expression):
    with pytest.raises(NotRational):
        interpret(expression, {X: F(1, 2)}, words(EXACT))


def test_branches_are_evaluated_only_where_they_count():
    expression = Where(sympy.Eq(X, 0), 1, 1 / X)
    values = EXACT.array([0, 2, 4])
    assert list(interpret(expression, {X: values}, words(EXACT))) == [1, F(1, 2), F(1, 4)]
    with np.errstate(all="raise"):
        shown = interpret(expression, {X: FLOAT64.array([0, 2, 4])}, words(FLOAT64))
    assert list(shown) == [1, 0.5, 0.25]


def test_floats_are_the_functions_of_numpy():
    at = {X: np.linspace(-2, 2, 9)}
    known = {
        Softplus(X): np.log1p(np.exp(at[X])),
        Sigmoid(X): 1 / (1 + np.exp(-at[X])),
        sympy.Pow(2 + X**2, Rational(3, 2)): (2 + at[X] ** 2) ** 1.5,
        sympy.exp(-X) * sympy.tanh(X): np.exp(-at[X]) * np.tanh(at[X]),
    }
    for expression, expected in known.items():
        np.testing.assert_allclose(interpret(expression, at, words(FLOAT64)), expected, rtol=1e-14)


# ---- ghosts


def around(values, edges, halo, *, arithmetic="exact", spacing=2):
    """The values of u on a box with so many ghosts on each side."""
    scheme = by.scheme([by.unknown(edges)], [], spacing=spacing)
    shape = np.shape(values)
    evaluator = Evaluator(scheme=scheme, counts=shape, arithmetic=arithmetic)
    box = tuple(range(-halo, n + halo) for n in shape)
    return evaluator.values(by.field(location=(0,) * len(shape)), box, {"u": values})


GHOSTS = {
    "periodic": (by.PERIODIC, [2, 4, 1, 2, 4, 1, 2]),
    "zero": (by.ZERO_PADDED, [0, 0, 1, 2, 4, 0, 0]),
    "cells u = 3": ((by.wall(0, 2, 0, 6),) * 2, [4, 5, 1, 2, 4, 2, 4]),
    "cells dn(u) = 1/2": ((by.wall(0, 0, 2, 1),) * 2, [2 + 3, 1 + 1, 1, 2, 4, 4 + 1, 2 + 3]),
    "cells dn(u) = 3": ((by.wall(0, 0, 1, 3),) * 2, [2 + 18, 1 + 6, 1, 2, 4, 4 + 6, 2 + 18]),
    # a (u_g + u_m)/2 + b (u_g - u_m)/((2j-1) h) = c with a = 2, b = 4, c = 7, h = 2
    "cells Robin": ((by.wall(0, 2, 4, 7),) * 2, [F(19, 5), F(8, 3), 1, 2, 4, F(11, 3), F(19, 5)]),
    "nodes u = 3": ((by.wall(-1, 2, 0, 6),) * 2, [5, 3, 1, 2, 4, 3, 2]),
    "nodes dn(u) = 3": ((by.wall(1, 0, 1, 3),) * 2, [4 + 24, 2 + 12, 1, 2, 4, 2 + 12, 1 + 24]),
    # g = (7 - 2 u_wall)/4: 5/4 on the low side, -1/4 on the high side
    "nodes Robin": ((by.wall(1, 2, 4, 7),) * 2, [14, 7, 1, 2, 4, 1, -1]),
    "wall faces u = 3": ((by.wall(1, 2, 0, 6),) * 2, [2, 4, 1, 2, 4, 4, 5]),
}


@pytest.mark.parametrize("case", GHOSTS)
def test_ghosts_by_hand(case):
    edges, expected = GHOSTS[case]
    assert list(around([1, 2, 4], [edges], 2)) == expected


@pytest.mark.parametrize("case", [c for c in GHOSTS if "nodes dn" not in c and "nodes R" not in c])
def test_one_point_is_enough(case):
    if case == "wall faces u = 3":
        pytest.skip("faces between two walls are two")
    edges, _ = GHOSTS[case]
    wide = around([5], [edges], 4)
    assert wide[4] == 5
    if case == "cells u = 3":
        assert list(wide) == [5, 1, 5, 1, 5, 1, 5, 1, 5]
    if case == "nodes u = 3":
        assert list(wide) == [5, 3, 1, 3, 5, 3, 1, 3, 5]


def test_reflection_repeats_over_the_other_wall():
    # u = 0 low and dn(u) = 1 high with h = 2: the image of ghost 3 lies outside on the other side.
    edges = (by.wall(0, 1, 0, 0), by.wall(0, 0, 1, 1))
    assert list(around([1, 2], [edges], 3)) == [-4, -2, -1, 1, 2, 4, 7, 9]


def test_corners_are_filled_axis_after_axis():
    # x: u = 1, y: u = 3. The corner is the y-ghost of the x-ghost: 2*3 - (2*1 - u).
    edges = [(by.wall(0, 1, 0, 1),) * 2, (by.wall(0, 1, 0, 3),) * 2]
    assert around([[5]], edges, 1).tolist() == [[9, -3, 9], [1, 5, 1], [9, -3, 9]]


def test_walls_read_time_and_coordinates():
    # u = t + y on x low; h = 2, so the centres in y lie at 1 and 3, and the halo continues to 5.
    y, t = by.coordinate(1), s.STEP_TIME
    edges = [(by.wall(0, 1, 0, t + y), by.wall(0, 0, 1, 0)), (by.wall(0, 0, 1, 0),) * 2]
    scheme = by.scheme([by.unknown(edges)], [], spacing=2)
    evaluator = Evaluator(scheme=scheme, counts=(1, 2), arithmetic="exact")
    box = (range(-1, 1), range(3))
    found = evaluator.values(by.field(location=(0, 0)), box, {"u": [[0, 0]]}, time=10)
    assert found.tolist() == [[22, 26, 26], [0, 0, 0]]


def test_coordinates_continue_and_wrap():
    x = nodes.Read(symbol=by.coordinate(0), kind="coordinate", location=(0,))
    face = nodes.Read(symbol=by.coordinate(0), kind="coordinate", location=(1,))
    for edges, expected in ((by.PERIODIC, [5, 1, 3, 5, 1]), ((WALLS["neumann cells"],) * 2, None)):
        evaluator = Evaluator(
            scheme=by.scheme([by.unknown([edges])], [], spacing=2), counts=(3,), arithmetic="exact"
        )
        found = evaluator.values(x, (range(-1, 4),), {})
        assert list(found) == (expected or [-1, 1, 3, 5, 7])
        assert list(evaluator.values(face, (range(3),), {})) == [0, 2, 4]


# ---- stencils and fluxes


def test_laplacian_by_hand():
    scheme = by.scheme([by.unknown([(WALLS["dirichlet cells"],) * 2])], [by.rate(by.laplacian(1))])
    evaluator = Evaluator(scheme=scheme, counts=(3,), arithmetic="exact")
    columns = [evaluator.impulse_response(by.U, by.U, (i,)) for i in range(3)]
    assert np.array(columns).T.tolist() == [[-3, 1, 0], [1, -2, 1], [0, 1, -3]]


def test_composition_reads_derived_values_on_the_halo():
    # lap(lap(u)) between walls u = 0: the inner laplacian is odd about the wall by itself.
    inner = by.laplacian(1)
    twice = nodes.Linear(terms=((by.second_difference(0, 1), inner),), location=(0,))
    scheme = by.scheme([by.unknown([(WALLS["dirichlet cells"],) * 2])], [by.rate(twice)])
    evaluator = Evaluator(scheme=scheme, counts=(3,), arithmetic="exact")
    columns = [evaluator.impulse_response(by.U, by.U, (i,)) for i in range(3)]
    once = np.array([[-3, 1, 0], [1, -2, 1], [0, 1, -3]])
    assert np.array(columns).tolist() == (once @ once).tolist()


def weights(edges: Sequence[s.Edge], n: int, *, faces: bool) -> list[Fraction]:
    """Volumes along an axis: half a cell at a node on the wall, and at a face on the wall."""
    size = n + 1 if faces else n
    volumes = [F(1)] * size
    for end, edge in zip((0, size - 1), edges, strict=True):
        if edge.mirror == 1 and faces:
            volumes[end] = F(0)  # the face lies outside
        elif edge.mirror == (0 if faces else 1):
            volumes[end] *= F(1, 2)
    return volumes


@pytest.mark.parametrize("order", [2, 4, 6])
@pytest.mark.parametrize("pair", list(product(WALLS, WALLS)), ids="/".join)
@pytest.mark.parametrize("n", [2, 3, 8])
def test_flux_is_the_exact_adjoint(order, pair, n):
    # <K u, K v> over the faces = -<L u, v> over the points, in volume-weighted products.
    edges = [WALLS[name] for name in pair]
    scheme = by.scheme([by.unknown([edges])], [by.rate(by.diffusion(1, order=order))], spacing=2)
    evaluator = Evaluator(scheme=scheme, counts=(n,), arithmetic="exact")
    rng = np.random.default_rng(order + n)
    u, v = (rng.integers(-9, 9, n) for _ in range(2))
    slope = scheme.rates[0].terms[0].value.faces[0].slope
    ku, kv = (evaluator.values(slope, (range(n + 1),), {"u": w}) for w in (u, v))
    lu = evaluator.rate(by.U, {"u": u})
    on_faces = (np.array(weights(edges, n, faces=True)) * ku * kv).sum()
    on_points = (np.array(weights(edges, n, faces=False)) * lu * v).sum()
    assert on_faces == -on_points


@pytest.mark.parametrize("edges", [[by.PERIODIC], [(WALLS["neumann cells"],) * 2]])
def test_flux_conserves(edges):
    slope = Symbol("s", real=True)
    scheme = by.scheme([by.unknown(edges)], [by.rate(by.diffusion(1, 1 / (1 + slope**2), 4))])
    evaluator = Evaluator(scheme=scheme, counts=(5,), arithmetic="exact")
    assert evaluator.rate(by.U, {"u": [3, -1, 4, 1, 5]}).sum() == 0


@given(
    st.lists(st.fractions(-3, 3, max_denominator=4), min_size=4, max_size=4),
    st.sampled_from([2, 4, 6]),
    st.sampled_from([(1, 4), (2, 2), (4, 1)]),
)
def test_exact_and_float_agree(numbers, order, shape):
    slope = Symbol("s", real=True)
    g = 1 / (1 + slope**2)
    edges = [(by.wall(0, 2, 1, 3), by.wall(0, 1, 0, 2)), by.PERIODIC]
    scheme = by.scheme(
        [by.unknown(edges)], [by.rate(by.diffusion(2, g, order), by.laplacian(2, order))]
    )
    u = np.array(numbers, dtype=object).reshape(shape)
    exact, floats = (
        Evaluator(scheme=scheme, counts=shape, arithmetic=name).rate(by.U, {"u": u})
        for name in ("exact", "float64")
    )
    np.testing.assert_allclose(floats, exact.astype(float), rtol=1e-12, atol=1e-12)
