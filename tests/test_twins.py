"""The diffusion twins against exact discrete modes, invariants and pixel-by-pixel loops."""

import itertools

import numpy as np
import pytest

import twins
from twins import diffusion
from twins.modes import cells, cosine, decay
from twins.walls import CLOSED, Array

RNG = np.random.default_rng(7)


# ---- heat


@pytest.mark.parametrize("shape", [(8,), (7, 5), (4, 5, 6)])
def test_heat_multiplies_a_mode_by_its_factor(shape: tuple[int, ...]) -> None:
    wave = (1, 2, 1)[: len(shape)]
    u, tau = cosine(shape, wave), 1e-3
    lengths = (1.0,) * len(shape)
    after = twins.heat(u, n_steps=5, tau=tau, lengths=lengths)
    np.testing.assert_allclose(after, (1 - tau * 0.1 * decay(shape, wave)) ** 5 * u, atol=1e-13)


def test_heat_keeps_its_mass_and_its_bounds() -> None:
    u = RNG.random((9, 6))
    after = twins.heat(u, n_steps=20, tau=0.25 / (0.1 * 2 * 81))
    assert after.sum() == pytest.approx(u.sum())
    assert u.min() <= after.min() <= after.max() <= u.max()


def implicit_factor(r: float, *angles: float) -> float:
    """The product of (1 - r(1 - cos a)) / (1 + r(1 - cos a)): Crank-Nicolson along each axis."""
    return float(np.prod([(1 - r * (1 - np.cos(a))) / (1 + r * (1 - np.cos(a))) for a in angles]))


@pytest.mark.parametrize("n", [1, 2, 3, 4, 9])
def test_crank_nicolson_multiplies_each_mode_by_its_factor(n: int) -> None:
    for k in range(n):
        u = np.cos(2 * np.pi * k * np.arange(n) / n + 0.3)
        after = twins.crank_nicolson_nodes(u, n_steps=3, r=5.0)
        np.testing.assert_allclose(
            after, implicit_factor(5, 2 * np.pi * k / n) ** 3 * u, atol=1e-13
        )


def test_walls_and_alternating_directions_multiply_modes_by_theirs() -> None:
    x, y = np.sin(np.pi * np.arange(1, 8) / 8), np.sin(3 * np.pi * np.arange(1, 6) / 6)
    after = twins.crank_nicolson_walls(x, n_steps=2, r=40.0)
    np.testing.assert_allclose(after, implicit_factor(40, np.pi / 8) ** 2 * x, atol=1e-13)
    after = twins.peaceman_rachford(np.outer(x, y), n_steps=2, r=40.0)
    factor = implicit_factor(40, np.pi / 8, 3 * np.pi / 6)
    np.testing.assert_allclose(after, factor**2 * np.outer(x, y), atol=1e-13)


# ---- variable_heat


def test_a_layered_plate_keeps_its_steady_profile() -> None:
    # The flux q is the same everywhere: u = 1 - q x, then slope -10 q; 2u + u' = 0 at 2: q = 1/16.
    walls = (diffusion.PLATE[0], CLOSED)
    x = 2 * cells(8)[:, None] + np.zeros((8, 3))
    steady = np.where(x < 1, 1 - x / 16, 15 / 16 - 10 / 16 * (x - 1))
    after = twins.variable_heat(steady, n_steps=40, tau=0.02, walls=walls)
    np.testing.assert_allclose(after, steady, atol=1e-13)


def test_variable_heat_is_heat_where_the_conductivity_is_constant() -> None:
    u = cosine((8, 6), (0.5, 1))
    after = twins.variable_heat(
        u, n_steps=1, tau=1e-3, lengths=(1, 1), stages=3, k=np.full((8, 6), 0.3),
        walls=(CLOSED, None),
    )  # fmt: skip
    z = -1e-3 * 0.3 * decay((8, 6), (0.5, 1))
    # RKL2 with three stages: 1 + z + z^2/2 + 2/25 z^3 for w = 2/5, P_3 = (5x^3 - 3x)/2, b_3 = 5/12.
    legendre = 7 / 12 + 5 / 12 * np.polynomial.legendre.legval(1 + 0.4 * z, [0, 0, 0, 1])
    np.testing.assert_allclose(after, legendre * u, atol=1e-13)


def test_variable_heat_converges_on_the_contract_plate() -> None:
    """Grids of 4, 12 and 36 rows share points; the mean square forgives the corner x = 0, y = 1,

    where u = 1 along one wall denies the slope 1/2 at the other.
    """
    runs = []
    for part in (1, 3, 9):
        x = cells(8 * part) * 2
        profile = np.where(x < 1, 1 - x / 16, 15 / 16 - 10 / 16 * (x - 1))
        start = np.repeat(profile[:, None], 4 * part, axis=1)
        count = 8 * part**2
        u = twins.variable_heat(start, n_steps=count, tau=1 / count)
        runs.append(u[part // 2 :: part, part // 2 :: part])
    near, far = (np.linalg.norm(a - b) for a, b in itertools.pairwise(runs))
    assert np.log(near / far) / np.log(3) == pytest.approx(2, abs=0.1)


# ---- perona_malik and fsi


def naive_perona_malik(u: Array, tau: float, contrast: float) -> Array:
    """One step, node by node: the four faces of each pixel, the missing ones closed."""
    rows, columns = u.shape

    def at(i: int, j: int) -> float:
        return u[min(max(i, 0), rows - 1), min(max(j, 0), columns - 1)]

    new = u.copy()
    for i in range(rows):
        for j in range(columns):
            for di, dj in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                normal = at(i + di, j + dj) - at(i, j)
                ti, tj = abs(dj), abs(di)
                here = (at(i + ti, j + tj) - at(i - ti, j - tj)) / 2
                there = (at(i + di + ti, j + dj + tj) - at(i + di - ti, j + dj - tj)) / 2
                s2 = normal**2 + ((here + there) / 2) ** 2
                new[i, j] += tau * normal / (1 + s2 / contrast**2)
    return new


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (2, 1), (2, 2), (5, 7)])
def test_perona_malik_pixel_by_pixel(shape: tuple[int, int]) -> None:
    u = RNG.random(shape)
    expected = u
    for _ in range(3):
        expected = naive_perona_malik(expected, 0.2, 0.3)
    after = twins.perona_malik(u, n_steps=3, tau=0.2, contrast=0.3)
    np.testing.assert_allclose(after, expected, atol=1e-14)


def test_perona_malik_has_no_preferred_side() -> None:
    u = RNG.random((5, 7))
    after = twins.perona_malik(u, n_steps=4, tau=0.2)
    assert after.sum() == pytest.approx(u.sum())
    for turn in (np.flipud, np.fliplr, np.transpose):
        turned = twins.perona_malik(turn(u), n_steps=4, tau=0.2)
        np.testing.assert_allclose(turned, turn(after), atol=1e-14)


def test_perona_malik_scales_with_the_spacing() -> None:
    u, h = RNG.random((4, 6)), 0.25
    fine = twins.perona_malik(u, n_steps=3, tau=0.2 * h * h, contrast=0.3 / h, spacing=(h, h))
    np.testing.assert_allclose(fine, twins.perona_malik(u, n_steps=3, tau=0.2, contrast=0.3))


def test_fsi_is_the_box_filter_where_the_flux_is_linear() -> None:
    n, tau = 10, 0.25
    u = cosine((6, 5), (0.5, 1.0))
    after = twins.fsi(u, n_steps=n, tau=tau, contrast=1e9)
    z = tau * (4 * np.sin(np.pi / 12) ** 2 + 4 * np.sin(np.pi / 5) ** 2)
    theta = np.arccos(1 - z)
    box = np.sin((n + 0.5) * theta) / np.sin(theta / 2) / (2 * n + 1)
    np.testing.assert_allclose(after, box * u, atol=1e-12)


def test_frozen_fsi_never_grows_at_cycle_ends() -> None:
    u = 3 * RNG.standard_normal((8, 9))
    mass = u.sum()
    for _ in range(5):
        after = twins.fsi(u, n_steps=10, tau=0.25, contrast=0.5)
        assert np.linalg.norm(after) <= np.linalg.norm(u)
        u = after
    assert u.sum() == pytest.approx(mass)


def test_a_single_pixel_stays() -> None:
    u = np.array([[0.7]])
    for after in (
        twins.heat(u, n_steps=3, tau=0.1),
        twins.perona_malik(u, n_steps=3, tau=0.2),
        twins.fsi(u, n_steps=10, tau=0.25),
    ):
        np.testing.assert_allclose(after, u, atol=1e-15)
    assert np.isfinite(twins.variable_heat(u, n_steps=3, tau=0.1)).all()
