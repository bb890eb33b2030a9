"""Stages and steps of the reference evaluator, start values, learned functions, twins."""

from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import sympy
from hypothesis import given, strategies as st
from sympy import Rational, Symbol

import handbuilt as by
import twins.walls as twin
from iterant.compiler import grid as nodes, model as m, operators, scheme as s
from iterant.compiler.reference import Evaluator

F = Fraction
GROWTH = by.rate(by.field())  # dt(u) = u


def evaluator(step, *, rates=(GROWTH,), arithmetic="exact", **more):
    """One periodic axis of one point: an ordinary differential equation."""
    scheme = by.scheme([by.unknown([by.PERIODIC])], rates, step=step, **more)
    return Evaluator(scheme=scheme, counts=(1,), arithmetic=arithmetic)


def run(step, tau, steps, u=1, **more):
    return evaluator(step, **more).run({"u": [u]}, tau, steps)["u"][0]


# ---- steps


def test_euler():
    assert run(by.euler(), F(1, 2), 3) == F(27, 8)
    assert run(by.euler(), F(1, 2), 0) == 1


def test_stages_read_where_they_are_told():
    tau = s.TAU
    predict = by.stage([by.update("u_mid", {"u": 1}, tau)])
    correct = by.stage(
        [by.update("u", {"u": by.HALF, "u_mid": by.HALF}, tau / 2)], at=((by.U, "u_mid"),)
    )
    heun = by.step([predict, correct], arrays=["u_mid"])
    assert run(heun, F(1, 2), 1) == 1 + F(1, 2) + F(1, 8)


def test_updates_of_a_stage_are_simultaneous_and_moves_too():
    swap = by.stage([by.update("u", {"w": 1}), by.update("w", {"u": 1})])
    moved = by.stage([by.update("a", {"u": 2})], moves=(("u", "w"), ("w", "u")))
    fill = by.stage([by.update("w", {"u": 5})])
    for last in (swap, moved):
        assert run(by.step([last], start=[fill], arrays=["w", "a"]), 1, 1, u=1) == 5


def test_a_table_runs_a_stage_once_a_row():
    a = Symbol("a", real=True)
    row = by.stage(
        [by.update("u", {"u": a}, a * s.TAU)],
        table=((a, (sympy.Integer(2), sympy.Integer(3))),),
        moves=(("old", "u"),),
    )
    # (2 + 2/2) * (3 + 3/2)
    assert run(by.step([row], arrays=["old"]), F(1, 2), 1) == F(27, 2)


def test_multi_step_methods_start_and_finish():
    double = by.stage([by.update("u", {"u": 2})])
    add = by.stage([by.update("u", {"u": 1, "u_one": 1})])
    one = by.stage([by.update("u_one", {"u": 1})])
    step = by.step([add], start=[one, double], start_steps=1, finish=[double], arrays=["u_one"])
    assert [run(step, 1, n) for n in (0, 1, 2, 4)] == [1, 4, 6, 10]


def test_cycles_count_their_inner_steps():
    step = by.euler(inner=3, advance=4)
    assert run(step, 1, 6) == 4
    with pytest.raises(AssertionError):
        run(step, 1, 5)


def test_time_of_evaluation():
    # dt(u) = t: a stage at half the step sees the midpoint, steps advance the clock by 2 tau.
    t = nodes.Point(expression=s.STEP_TIME, operands=(), location=(0,))
    body = by.stage([by.update("u", {"u": 1}, 2 * s.TAU)], time=by.HALF)
    step = by.step([body], advance=2)
    assert run(step, F(1), 2, u=0, rates=[by.rate(t)]) == 2 * F(1, 2) + 2 * F(5, 2)


def test_frozen_weights_are_kept():
    # dt(u) = div(g u_x) with g = 1/(1 + u_x^2): a frozen second step takes the first one's weights.
    slope = Symbol("s", real=True)
    edges = [(by.wall(0, 0, 1, 0),) * 2]
    rate = by.rate(by.diffusion(1, 1 / (1 + slope**2)))
    advance = by.update("u", {"u": 1}, s.TAU)
    frozen = by.step(
        [by.stage([], frozen="save"), *(by.stage([advance], frozen="use") for _ in range(2))]
    )
    scheme = by.scheme([by.unknown(edges)], [rate], step=frozen)
    found = Evaluator(scheme=scheme, counts=(2,), arithmetic="exact").run({"u": [0, 2]}, F(1, 2), 1)
    # slope 2, weight 1/5, flux 2/5: u = (1/5, 9/5); slope 8/5, weight still 1/5, flux 8/25
    assert found["u"].tolist() == [F(1, 5) + F(4, 25), F(9, 5) - F(4, 25)]
    free = replace(scheme, step=by.step([by.stage([advance])] * 2))
    found = Evaluator(scheme=free, counts=(2,), arithmetic="exact").run({"u": [0, 2]}, F(1, 2), 1)
    assert found["u"][0] == F(1, 5) + F(8, 5) / (1 + F(64, 25)) / 2


# ---- start values, data, parameters, functions


FIELDS = (by.noun(m.Field, name="u", symbols=(by.U,), channels=1),)


def start(value, *, rate=False):
    return by.noun(m.Initial, unknown=by.U, rate=rate, value=value)


def param(name, value):
    symbol = Symbol(name, real=True)
    return by.noun(m.Param, name=name, symbol=symbol, value=sympy.sympify(value))


def function(name, parameters, body):
    return by.noun(m.Function, name=name, symbol=Symbol(name), parameters=parameters, body=body)


def test_initial_values_parameters_and_functions():
    x, a = by.coordinate(0), Symbol("a", real=True)
    square = function("f", (a,), a**2 + Symbol("k", real=True))
    scheme = by.scheme(
        [by.unknown([by.PERIODIC])],
        [],
        spacing=2,
        params=(param("k", 3), param("twice", 2 * Symbol("k", real=True))),
        functions=(square,),
        fields=FIELDS,
        initial=(start(operators.Called(square.symbol, x) + Symbol("twice", real=True)),),
    )
    exact = Evaluator(scheme=scheme, counts=(3,), arithmetic="exact")
    assert exact.initial()["u"].tolist() == [1 + 9, 9 + 9, 25 + 9]
    other = Evaluator(scheme=scheme, counts=(3,), arithmetic="exact", parameters={"k": F(1, 2)})
    assert other.initial()["u"].tolist() == [1 + F(3, 2), 9 + F(3, 2), 25 + F(3, 2)]


def test_random_start_is_numpy_pcg64_in_c_order():
    scheme = by.scheme(
        [by.unknown([by.PERIODIC] * 2)],
        [],
        fields=FIELDS,
        initial=(start(operators.RandomNormal(4) / 10 + operators.RandomUniform(5)),),
    )
    found = Evaluator(scheme=scheme, counts=(3, 2)).initial()["u"]
    normal = np.random.Generator(np.random.PCG64(4)).standard_normal((3, 2))
    uniform = np.random.Generator(np.random.PCG64(5)).random((3, 2))
    np.testing.assert_allclose(found, normal / 10 + uniform, rtol=1e-15, atol=1e-16)


def test_data_by_formula_have_their_own_walls():
    x, k = by.coordinate(0), Symbol("k", real=True)
    even = by.unknown([(by.wall(0, 0, 1, 0),) * 2], symbol=k, kind="data")
    declared = by.noun(m.Data, name="k", symbols=(k,), formula=(x**2,), channels=1)
    scheme = by.scheme([by.unknown([(by.wall(0, 1, 0, 0),) * 2]), even], [], data=(declared,))
    exact = Evaluator(scheme=scheme, counts=(2,), arithmetic="exact")
    node = nodes.Read(symbol=k, kind="data", location=(0,))
    assert list(exact.values(node, (range(-1, 3),), {})) == [F(1, 4), F(1, 4), F(9, 4), F(9, 4)]
    given = {"k": [5, 7]}
    assert list(exact.values(node, (range(-1, 3),), given)) == [5, 5, 7, 7]


def test_perceptron():
    learned = m.Learned(
        kind="mlp", sizes=(2, 3, 1), options=(("activation", "tanh"),), span=by.HERE
    )
    declared = function("net", (Symbol("a"), Symbol("b")), learned)
    node = nodes.Network(
        function=declared.symbol, arguments=(by.field(), by.field()), location=(0,)
    )
    scheme = by.scheme([by.unknown([by.PERIODIC])], [by.rate(node)], functions=(declared,))
    rng = np.random.default_rng(0)
    w1, b1, w2, b2 = (rng.standard_normal(n) for n in ((3, 2), (3,), (1, 3), (1,)))
    found = Evaluator(scheme=scheme, counts=(4,), weights={"net": [(w1, b1), (w2, b2)]}).rate(
        by.U, {"u": [1, 2, 3, 4]}
    )
    expected = [(w2 @ np.tanh(w1 @ [u, u] + b1) + b2)[0] for u in (1.0, 2.0, 3.0, 4.0)]
    np.testing.assert_allclose(found, expected, rtol=1e-14)


# ---- against the twin of the ghost rules

QUARTERS = st.fractions(-2, 2, max_denominator=4)


def wall_pairs(*, nodes):
    """A rule for both sides of an axis, as the twin and as the scheme state it."""
    numbers = st.tuples(QUARTERS, st.sampled_from([F(1, 2), F(1), F(3)]), QUARTERS)
    kinds = st.sampled_from(["value", "slope", "robin"])

    def one(kind, numbers):
        a, b, c = numbers
        a = abs(a) if kind == "robin" else a or F(1)
        a, b = (0 if kind == "slope" else a), (0 if kind == "value" else b)
        mirror = 0 if not nodes else -1 if b == 0 else 1
        return twin.Wall(float(a), float(b), float(c)), by.wall(
            mirror, Rational(a), Rational(b), Rational(c)
        )

    side = st.builds(one, kinds, numbers)
    pair = st.tuples(side, side).map(lambda p: ((p[0][0], p[1][0]), (p[0][1], p[1][1])))
    return st.one_of(st.just((twin.PERIODIC, by.PERIODIC)), pair)


@given(st.data(), st.booleans(), st.tuples(st.integers(1, 4), st.integers(1, 4)), st.integers(1, 6))
def test_ghosts_are_those_of_the_twin(data, nodes, shape, halo):
    pairs = [data.draw(wall_pairs(nodes=nodes)) for _ in shape]
    if nodes:
        shape = tuple(max(n, 2) for n in shape)
    u = data.draw(st.lists(QUARTERS, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]))
    u = np.array(u, dtype=float).reshape(shape)
    scheme = by.scheme([by.unknown([p for _, p in pairs])], [], spacing=by.HALF)
    box = tuple(range(-halo, n + halo) for n in shape)
    found = Evaluator(scheme=scheme, counts=shape).values(by.field(location=(0, 0)), box, {"u": u})
    expected = twin.pad(u, [p for p, _ in pairs], (0.5, 0.5), halo, nodes=nodes)
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-11)


# ---- staggered pairs


@pytest.mark.parametrize("order", [2, 4])
@pytest.mark.parametrize("rules", list(product(("value", "slope"), repeat=2)), ids="/".join)
def test_difference_and_its_adjoint_on_faces(order, rules):
    # <K u, v> = <u, K^T v> for v on the faces, even about a wall where u is odd and vice versa.
    n, face = 5, Symbol("v", real=True)
    of_u = [by.wall(0, int(r == "value"), int(r == "slope"), 0) for r in rules]
    of_v = [by.wall(1, int(r == "slope"), int(r == "value"), 0) for r in rules]
    unknowns = [
        by.unknown([of_u]),
        by.unknown([of_v], symbol=face, location=(1,), extra=(1,)),
    ]
    k = by.difference(0, 1, order)
    ku = nodes.Linear(terms=((k, by.field()),), location=(1,))
    ktv = nodes.Linear(terms=((k.adjoint(), by.field(face, (1,))),), location=(0,))
    exact = Evaluator(scheme=by.scheme(unknowns, []), counts=(n,), arithmetic="exact")
    rng = np.random.default_rng(order)
    u, v = rng.integers(-9, 9, n), rng.integers(-9, 9, n + 1)
    for end, rule in zip((0, -1), rules, strict=True):
        v[end] *= rule == "value"  # an odd function is 0 on the wall
    volume = np.array([F(1, 2), *[F(1)] * (n - 1), F(1, 2)])
    state = {"u": u, "v": v}
    left = (volume * exact.values(ku, (range(n + 1),), state) * v).sum()
    assert left == (u * exact.values(ktv, (range(n),), state)).sum()
