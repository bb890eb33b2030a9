"""The wave and transport twins against exact discrete modes, invariants and naive loops."""

from math import sqrt

import numpy as np
import pytest

import twins
from twins.modes import cells, cosine, decay
from twins.walls import Array

RNG = np.random.default_rng(7)


def swing(tau: float, eigenvalue: float) -> float:
    """The angle a leapfrog mode turns by in a step: sin(theta/2) = tau sqrt(lambda)/2."""
    return 2 * np.arcsin(tau * sqrt(eigenvalue) / 2)


def test_wave_turns_a_mode_by_its_angle() -> None:
    u, tau = cosine((6, 5, 4), (1, 1, 1)), 0.05
    after = twins.wave(u, n_steps=9, tau=tau, c=2.0, order=2)
    theta = swing(2 * tau, decay((6, 5, 4), (1, 1, 1)))
    np.testing.assert_allclose(after, np.cos(9 * theta) * u, atol=1e-12)
    velocity = twins.wave(0 * u, u, n_steps=9, tau=tau, c=2.0, order=2)
    np.testing.assert_allclose(velocity, tau * np.sin(9 * theta) / np.sin(theta) * u, atol=1e-12)


def test_wave_of_order_eight_sees_four_neighbours_on_each_side() -> None:
    u = np.zeros((1, 1, 12))
    u[0, 0, 6] = 1
    kick = twins.wave(u, n_steps=1, tau=0.1, lengths=(1, 1, 12))[0, 0] - u[0, 0]
    weights = [-1 / 560, 8 / 315, -1 / 5, 8 / 5, -205 / 72, 8 / 5, -1 / 5, 8 / 315, -1 / 560]
    np.testing.assert_allclose(kick[2:11], 0.1**2 / 2 * np.array(weights), atol=1e-15)


def test_sound_turns_a_mode_by_its_angle_and_comes_out_synchronised() -> None:
    p, tau, c, rho = cosine((6, 5), (1, 2)), 0.02, 1.5, 0.5
    after, v = twins.acoustic_fdtd(p, n_steps=7, tau=tau, c=c, rho=rho)
    theta = swing(c * tau, decay((6, 5), (1, 2)))
    np.testing.assert_allclose(after, np.cos(7 * theta) * p, atol=1e-12)
    push = -twins.acoustic_fdtd(p, n_steps=1, tau=1e-9, c=c, rho=rho)[1] / 1e-9
    expected = -np.sin(7 * theta) * np.cos(theta / 2) / (2 * np.sin(theta / 2)) * tau * push
    np.testing.assert_allclose(v, expected, rtol=1e-6, atol=1e-9)


def test_sound_runs_backwards() -> None:
    p, v = RNG.random((4, 3)), RNG.random((2, 4, 3))
    there = twins.acoustic_fdtd(p, v, n_steps=6, tau=0.05)
    back = twins.acoustic_fdtd(*there, n_steps=6, tau=-0.05)
    np.testing.assert_allclose(back[0], p, atol=1e-13)
    np.testing.assert_allclose(back[1], v, atol=1e-13)
    assert there[0].sum() == pytest.approx(p.sum())


def test_steps_may_be_taken_in_two_runs() -> None:
    p, v = RNG.random((4, 3)), RNG.random((2, 4, 3))
    halfway = twins.acoustic_fdtd(p, v, n_steps=2, tau=0.05)
    for once, twice in zip(
        twins.acoustic_fdtd(p, v, n_steps=5, tau=0.05),
        twins.acoustic_fdtd(*halfway, n_steps=3, tau=0.05),
        strict=True,
    ):
        np.testing.assert_allclose(once, twice, atol=1e-13)


def test_light_turns_a_cavity_mode_by_its_angle() -> None:
    n, tau = 6, 0.05
    E = np.outer(np.sin(np.pi * cells(n)), np.sin(np.pi * cells(n)))
    after, (Hx, Hy) = twins.maxwell_tm(E, n_steps=8, tau=tau, mu=2.0, epsilon=0.5)
    theta = swing(tau, 2 * 4 * n * n * np.sin(np.pi / (2 * n)) ** 2)
    np.testing.assert_allclose(after, np.cos(8 * theta) * E, atol=1e-12)
    assert (Hx.shape, Hy.shape) == ((n, n + 1), (n + 1, n))
    np.testing.assert_allclose(Hx, -Hy.T, atol=1e-14)


def test_light_runs_backwards() -> None:
    E, H = RNG.random((4, 3)), (RNG.random((4, 4)), RNG.random((5, 3)))
    there = twins.maxwell_tm(E, H, n_steps=6, tau=0.05)
    back = twins.maxwell_tm(*there, n_steps=6, tau=-0.05)
    for got, want in zip((back[0], *back[1]), (E, *H), strict=True):
        np.testing.assert_allclose(got, want, atol=1e-13)


def test_schroedinger_keeps_its_own_probability() -> None:
    re, im = RNG.standard_normal((2, 7))
    tau, h = 0.01, 20 / 7

    def probability(re: Array, im: Array) -> float:
        p = np.concatenate([[-im[0]], im, [-im[-1]]])
        return float(re @ re + im @ im - tau / 2 * re @ (p[2:] - 2 * im + p[:-2]) / h**2)

    after = twins.schroedinger(re, im, n_steps=50, tau=tau)
    assert probability(*after) == pytest.approx(probability(re, im), rel=1e-13)
    assert not np.allclose(after[0], re)


def test_transport_at_whole_courant_numbers_is_a_shift() -> None:
    u = RNG.random(9)
    np.testing.assert_allclose(twins.advection(u, n_steps=4, tau=1 / 9), np.roll(u, 4))
    np.testing.assert_allclose(twins.advection(u, n_steps=4, tau=1 / 9, c=-1.0), np.roll(u, -4))
    np.testing.assert_allclose(twins.beam_warming(u, n_steps=3, c=1.0), np.roll(u, 3))
    np.testing.assert_allclose(twins.beam_warming(u, n_steps=3, c=2.0), np.roll(u, 6))


def test_transport_keeps_its_mass() -> None:
    u = RNG.random(7)
    after = twins.advection(u, n_steps=5, tau=0.05)
    assert u.min() <= after.min() <= after.max() <= u.max()
    assert after.sum() == pytest.approx(u.sum())
    assert twins.beam_warming(u, n_steps=5).sum() == pytest.approx(u.sum())
    swinging = u - u.mean()
    assert twins.burgers(swinging, n_steps=5, tau=0.01).sum() == pytest.approx(0, abs=1e-13)


def test_beam_warming_is_exact_for_parabolas_inside() -> None:
    i = np.arange(20.0)
    after = twins.beam_warming(i**2, n_steps=2, c=1.5)
    np.testing.assert_allclose(after[4:], (i[4:] - 3) ** 2, atol=1e-11)


def test_burgers_point_by_point() -> None:
    """Both signs of speed, and a sonic point: Engquist-Osher by its integral of |u|."""
    u, h, nu, tau = np.array([-1.0, -0.2, 0.6, 1.0, 0.3, -0.5]), 1 / 6, 0.01, 1e-3

    def rate(u: Array) -> Array:
        total = np.zeros_like(u)
        for i in range(6):
            for a, b, sign in ((u[i], u[(i + 1) % 6], -1), (u[i - 1], u[i], 1)):
                absolute = (b * abs(b) - a * abs(a)) / 2  # the integral of |s| from a to b
                total[i] += sign * (a * a / 2 + b * b / 2 - absolute) / 2 / h
            total[i] += nu * (u[(i + 1) % 6] - 2 * u[i] + u[i - 1]) / h**2
        return total

    first = u + tau * rate(u)
    second = 0.75 * u + 0.25 * (first + tau * rate(first))
    third = u / 3 + 2 / 3 * (second + tau * rate(second))
    np.testing.assert_allclose(twins.burgers(u, n_steps=1, tau=tau, nu=nu), third, atol=1e-14)


def test_gray_scott_point_by_point() -> None:
    u, v = RNG.random((2, 3, 4))
    tau, h = 0.5, (2.5 / 3, 2.5 / 4)
    new_u, new_v = u.copy(), v.copy()
    for i in range(3):
        for j in range(4):
            eaten = u[i, j] * v[i, j] ** 2
            for w, new, rate in ((u, new_u, 0.2), (v, new_v, 0.1)):
                spread = (w[i - 1, j] + w[(i + 1) % 3, j] - 2 * w[i, j]) / h[0] ** 2
                spread += (w[i, j - 1] + w[i, (j + 1) % 4] - 2 * w[i, j]) / h[1] ** 2
                new[i, j] += tau * rate * spread
            new_u[i, j] += tau * (0.03 * (1 - u[i, j]) - eaten)
            new_v[i, j] += tau * (eaten - (0.03 + 0.06) * v[i, j])
    after = twins.gray_scott(u, v, n_steps=1, tau=tau, F=0.03, k=0.06, Du=0.2, Dv=0.1)
    np.testing.assert_allclose(after, (new_u, new_v), atol=1e-14)


def test_gray_scott_rests_where_there_is_nothing_to_eat_with() -> None:
    u, v = np.ones((3, 5)), np.zeros((3, 5))
    after = twins.gray_scott(u, v, n_steps=4, tau=1.0)
    np.testing.assert_allclose(after, (u, v), atol=1e-15)


def test_a_single_cell() -> None:
    one = np.ones((1, 1))
    assert twins.advection(one[0], n_steps=3, tau=0.1) == pytest.approx(1.0)
    assert twins.beam_warming(one[0], n_steps=3) == pytest.approx(1.0)
    assert twins.burgers(one[0], n_steps=3, tau=0.1) == pytest.approx(1.0)
    assert twins.wave(one, n_steps=3, tau=0.1, lengths=(1, 1)) == pytest.approx(1.0)
    assert twins.acoustic_fdtd(one, n_steps=3, tau=0.1)[0] == pytest.approx(1.0)
    # E rings between its four walls: every wall takes 4/h^2 E.
    ringing = np.cos(3 * swing(0.1, 8.0))
    assert twins.maxwell_tm(one, n_steps=3, tau=0.1)[0] == pytest.approx(ringing)
    # dxx(im) = -4 im/h^2 between two walls.
    re, im = twins.schroedinger(one[0], 0 * one[0], n_steps=1, tau=0.1, length=2.0)
    assert (re[0], im[0]) == pytest.approx((1.0, -0.05))
