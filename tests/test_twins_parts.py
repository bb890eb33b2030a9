"""What the twins are built from: ghosts, finite differences and time methods, checked by hand."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from twins import methods, stencils
from twins.walls import CLOSED, PERIODIC, ZERO, Array, Pair, Wall, dirichlet, neumann, pad, place


def ghosts(u: list[float], pair: Pair, h: float, halo: int, *, nodes: bool = False) -> list[float]:
    return pad(np.array(u), [pair], [h], halo, nodes=nodes).round(12).tolist()


def test_cells_mirror_their_values_at_the_wall() -> None:
    assert ghosts([1, 2, 5], (dirichlet(3), dirichlet(0)), 0.5, 2) == [4, 5, 1, 2, 5, -5, -2]
    assert ghosts([1, 2, 5], CLOSED, 0.5, 2) == [2, 1, 1, 2, 5, 5, 2]
    assert ghosts([1, 2, 5], (neumann(1), neumann(-2)), 0.5, 2) == [3.5, 1.5, 1, 2, 5, 4, -1]


def test_nodes_mirror_their_values_at_the_wall() -> None:
    assert ghosts([1, 2, 5], (dirichlet(3), ZERO[1]), 0.5, 3, nodes=True) == [
        4, 5, 3, 1, 2, 5, 0, -5, -2,
    ]  # fmt: skip
    assert ghosts([1, 2, 5], CLOSED, 0.5, 2, nodes=True) == [5, 2, 1, 2, 5, 2, 1]
    assert ghosts([1, 2, 5], (neumann(1), neumann(-2)), 0.5, 1, nodes=True) == [3, 1, 2, 5, 0]


def test_a_reflection_or_wrap_repeats_when_the_axis_is_shorter_than_the_halo() -> None:
    assert ghosts([1, 2], PERIODIC, 1, 5) == [2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]
    assert ghosts([7], PERIODIC, 1, 3) == [7] * 7
    assert ghosts([7], CLOSED, 1, 3) == [7] * 7
    assert ghosts([7], ZERO, 1, 3) == [-7, 7, -7, 7, -7, 7, -7]
    # From a wall u = 3 half a cell below the only unknown 1, and a wall u = 0 half a cell above.
    assert ghosts([1], (dirichlet(3), dirichlet(0)), 1, 2) == [7, 5, 1, -1, -5]
    # Nodes between two such walls: 1 at the node, 3 and 0 on the walls beside it.
    assert ghosts([1], (dirichlet(3), dirichlet(0)), 1, 3, nodes=True) == [6, 5, 3, 1, 0, -1, -3]


@pytest.mark.parametrize("nodes", [False, True])
@pytest.mark.parametrize("size", [2, 3, 8])
def test_ghosts_continue_a_straight_line_that_obeys_its_walls(size: int, *, nodes: bool) -> None:
    for pair in ((dirichlet(1.0), dirichlet(3.0)), (dirichlet(1.0), neumann(2.0))):
        x, h = place(size, 0, 1, pair, nodes=nodes)
        halo = 2 * size
        beyond = x[0] + h * np.arange(-halo, size + halo)
        np.testing.assert_allclose(
            pad(1 + 2 * x, [pair], [h], halo, nodes=nodes), 1 + 2 * beyond, atol=1e-12
        )


@pytest.mark.parametrize(("a", "b", "c"), [(2.0, 1.0, 3.0), (1.0, 0.0, 4.0), (0.0, 2.0, 1.0)])
def test_each_ghost_of_a_cell_solves_the_condition_of_its_wall(
    a: float, b: float, c: float
) -> None:
    u, h = np.array([0.3, -1.0, 2.0, 0.5]), 0.25
    p = pad(u, [(Wall(a, b, c), Wall(a, b, c))], [h], 3)
    for j in (1, 2, 3):
        for ghost, mirror in ((p[3 - j], p[2 + j]), (p[6 + j], p[7 - j])):
            slope = (ghost - mirror) / ((2 * j - 1) * h)
            assert a * (ghost + mirror) / 2 + b * slope == pytest.approx(c)


def test_a_robin_wall_on_nodes_has_the_slope_of_its_last_node() -> None:
    p = pad(np.array([0.5, 1.0, 2.0]), [(Wall(2, 1, 3), Wall(2, 4, 3))], [0.5], 2, nodes=True)
    np.testing.assert_allclose(p[:2], [2.0 + 4 * 0.5 * 2.0, 1.0 + 2 * 0.5 * 2.0])
    np.testing.assert_allclose(p[-2:], [1.0 - 2 * 0.5 * 0.25, 0.5 - 4 * 0.5 * 0.25])


def test_corners_are_filled_by_the_later_axis() -> None:
    u = np.array([[1.0, 2.0], [3.0, 4.0]])
    p = pad(u, [(dirichlet(0.0), neumann(1.0)), PERIODIC], [1.0, 1.0], 1)
    np.testing.assert_array_equal(p, [[-2, -1, -2, -1], [2, 1, 2, 1], [4, 3, 4, 3], [5, 4, 5, 4]])


def test_unknowns_stand_where_the_language_places_them() -> None:
    for pair in (PERIODIC, ZERO, CLOSED):
        np.testing.assert_allclose(place(4, 1, 3, pair)[0], [1.25, 1.75, 2.25, 2.75])
    expected = {
        "periodic": (PERIODIC, [1.0, 1.5, 2.0, 2.5], 1 / 2),
        "two": (ZERO, [1.4, 1.8, 2.2, 2.6], 2 / 5),
        "low": ((dirichlet(), neumann()), [1.5, 2.0, 2.5, 3.0], 1 / 2),
        "high": ((neumann(), dirichlet()), [1.0, 1.5, 2.0, 2.5], 1 / 2),
        "none": (CLOSED, [1.0, 5 / 3, 7 / 3, 3.0], 2 / 3),
    }
    for pair, points, spacing in expected.values():
        x, h = place(4, 1, 3, pair, nodes=True)
        np.testing.assert_allclose(x, points)
        assert h == pytest.approx(spacing)


@pytest.mark.parametrize("order", [2, 4, 6, 8])
def test_central_differences_are_exact_on_polynomials(order: int) -> None:
    for degree in range(order + 2):
        second = sum(w * float(k) ** degree for k, w in stencils.second_weights(order).items())
        assert second == pytest.approx(2 if degree == 2 else 0, abs=1e-9)
        if degree <= order:
            first = sum(w * float(k) ** degree for k, w in stencils.first_weights(order).items())
            assert first == pytest.approx(float(degree == 1), abs=1e-9)
            halves = enumerate(stencils.staggered_weights(order))
            half = sum(w * ((k + 0.5) ** degree - (-k - 0.5) ** degree) for k, w in halves)
            assert half == pytest.approx(float(degree == 1), abs=1e-9)


def test_one_sided_differences_are_exact_on_polynomials() -> None:
    for order, weights in stencils.UPWIND.items():
        for degree in range(order + 1):
            moment = sum(w * float(k) ** degree for k, w in weights.items())
            assert moment == pytest.approx(float(degree == 1), abs=1e-12)


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize("order", [2, 4, 6, 8])
def test_faces_and_cells_are_adjoint(order: int, size: int) -> None:
    rng = np.random.default_rng(0)
    p, v = rng.standard_normal((2, size, 3))
    up = stencils.to_faces(p, PERIODIC, 0.5, order=order)
    down = stencils.to_cells(v, PERIODIC, 0.5, order=order)
    assert (up * v).sum() == pytest.approx(-(p * down).sum())


def test_wall_faces_carry_half_a_cell_in_the_adjoint() -> None:
    rng = np.random.default_rng(0)
    p, v, h = rng.standard_normal(5), rng.standard_normal(6), 0.2
    weights = np.array([0.5, 1, 1, 1, 1, 0.5]) * h
    inner = (weights * stencils.to_faces(p, ZERO, h) * v).sum()
    assert inner == pytest.approx(-h * (p * stencils.to_cells(v, ZERO, h)).sum())


ONE_STEP = {
    "explicit_euler": (methods.explicit_euler, 1),
    "heun": (methods.heun, 2),
    "ssprk3": (methods.ssprk3, 3),
    "rk4": (methods.rk4, 4),
    **{f"rkl2_{s}": (methods.rkl2(s), 2) for s in (2, 3, 8, 15)},
    **{f"rkc_{s}": (methods.rkc(s), 2) for s in (2, 3, 8, 15)},
}


def growth(run: Callable[[methods.Rate, Array], Array], z: Array | float) -> Array:
    """The factor by which a method multiplies the solution of du/dt = z u, step 1."""
    return run(lambda _, u: z * u, np.ones_like(z, dtype=float))


@pytest.mark.parametrize("name", ONE_STEP)
def test_one_step_matches_the_exponential_to_the_order(name: str) -> None:
    step, order = ONE_STEP[name]
    z = np.array([0.01, 0.02, -0.01, -0.02])
    error = growth(lambda rate, u: step(rate, 0.0, u, 1.0), z) - np.exp(z)
    observed = np.log2(np.abs(error[[1, 3]] / error[[0, 2]]))
    np.testing.assert_allclose(observed, order + 1, atol=0.1)


@pytest.mark.parametrize("s", [2, 3, 8, 15])
def test_stabilised_methods_are_stable_as_far_as_stated(s: int) -> None:
    reach = {
        "rkl2": (s * s + s - 2) / 2,
        "rkc": 2 / 3 * (s * s - 1) * (1 - 2 / 15 * 2 / 13),
    }
    for name, beta in reach.items():
        step = getattr(methods, name)(s)
        polynomial = partial(growth, lambda rate, u, step=step: step(rate, 0.0, u, 1.0))
        assert np.abs(polynomial(np.linspace(-beta, 0, 4001))).max() <= 1 + 1e-12
        if s % 2 == 0:
            assert polynomial(-1.1 * beta) > 1


@pytest.mark.parametrize("n", [1, 2, 5, 10, 20])
def test_fed_and_fsi_cycles_are_the_box_filter(n: int) -> None:
    z = np.linspace(1e-3, 2, 101)
    theta = np.arccos(1 - z)
    box = np.sin((n + 0.5) * theta) / np.sin(theta / 2) / (2 * n + 1)
    for cycle in (methods.fed_cycle, methods.fsi_cycle):
        run = partial(cycle, tau=1.0, n=n)
        np.testing.assert_allclose(
            growth(lambda rate, u, run=run: run(rate, u), -z), box, atol=1e-9
        )
        slope = (growth(lambda rate, u, run=run: run(rate, u), -1e-6) - 1) / 1e-6
        assert slope == pytest.approx(-n * (n + 1) / 3, rel=1e-3)


def test_du_fort_frankel_keeps_the_roots_of_its_quadratic() -> None:
    # (1+a) z^2 - (2a-b) z + (a-1) = 0 with a = 2 tau alpha, b = 2 tau mu.
    tau, alpha, mu = 0.3, 2.0, 5.0
    a, b = 2 * tau * alpha, 2 * tau * mu
    roots = np.roots([1 + a, -(2 * a - b), a - 1])

    def run(steps: int) -> float:
        u = np.ones(1)
        return float(
            methods.du_fort_frankel(lambda _, u: -mu * u, u, alpha=alpha, tau=tau, n_steps=steps)[0]
        )

    first = run(1)
    weights = np.linalg.solve([[1, 1], roots], [1, first])
    assert run(9) == pytest.approx((weights * roots**9).sum().real)
