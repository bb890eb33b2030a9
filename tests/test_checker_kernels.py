"""The checker's bound of a kernel's norm: above every norm, close to training's, hard to fool."""

import math
import time
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, strategies as st

from densenorms import RULES, norm
from iterant.runtime import layers
from iterant.runtime.checker import angles, hermitian
from iterant.runtime.checker.kernels import diagonal_above, norm_above
from iterant.runtime.checker.ranges import Rejected

PAIRS = (("periodic", "periodic"), *((low, high) for low in RULES for high in RULES))


def exact(kernel: np.ndarray) -> list[list[list[Fraction]]]:
    """The weights of a kernel (out, in, k_1, ..) as the checker reads them."""
    return [[[Fraction(float(w)) for w in taps.ravel()] for taps in output] for output in kernel]


def above(kernel: np.ndarray, rules: tuple[tuple[str, str], ...], points: int = 32) -> float:
    found = norm_above(exact(kernel), kernel.shape[2:], rules, points=points)
    assert isinstance(found, Fraction)
    return float(found)


def drawn(dice: np.random.Generator, d: int) -> np.ndarray:
    sizes = dice.integers(1, {1: 7, 2: 4, 3: 3}[d] + 1, d)
    kernel = dice.standard_normal((dice.integers(1, 4), dice.integers(1, 4), *sizes))
    if dice.random() < 0.3:
        kernel = kernel.astype(np.float32) * 10.0 ** dice.integers(-8, 8, kernel.shape)
    return kernel


@pytest.mark.parametrize("d", [1, 2, 3])
def test_above_every_norm_and_close_to_the_bound_of_training(d: int) -> None:
    dice = np.random.default_rng(d)
    for _ in range({1: 60, 2: 25, 3: 8}[d]):
        kernel = drawn(dice, d)
        rules = tuple(PAIRS[i] for i in dice.integers(len(PAIRS), size=d))
        counts = tuple(int(n) for n in dice.choice({1: (2, 9, 24), 2: (2, 6, 9), 3: (2, 4)}[d], d))
        found = above(kernel, rules, min(counts))
        assert found >= norm(kernel, rules, counts), (kernel.shape, rules, counts)
        trained = float(layers.norm_bound(torch.tensor(kernel), rules, points=min(counts)))
        assert found <= 1.0005 * trained, (kernel.shape, rules, counts)


@pytest.mark.slow
@pytest.mark.parametrize("d", [1, 2, 3])
def test_above_thousands_of_norms(d: int) -> None:
    dice = np.random.default_rng([d, 1])
    for _ in range({1: 3000, 2: 500, 3: 100}[d]):
        kernel = drawn(dice, d)
        rules = tuple(PAIRS[i] for i in dice.integers(len(PAIRS), size=d))
        counts = tuple(int(n) for n in dice.choice({1: (2, 9, 24), 2: (2, 6, 9), 3: (2, 4)}[d], d))
        assert above(kernel, rules, min(counts)) >= norm(kernel, rules, counts)


def test_norms_that_are_known() -> None:
    difference = np.array([[[-1.0, 1.0]]])
    assert 2 <= above(difference, (("zero", "zero"),)) <= 2.003
    assert 2 <= above(difference, (("even", "even"),)) <= 2.003
    shift = np.array([[[0.0, 0.0, 1.0]]])
    assert 1 <= above(shift, (("periodic", "periodic"),)) <= 1.002
    assert (
        math.sqrt(2) <= above(shift, (("even", "even"),)) <= 1.416
    )  # the last value is read twice
    assert above(np.zeros((2, 1, 3)), (("even", "even"),)) == 0


def test_five_steps_of_a_denoiser_are_checked_quickly() -> None:
    kernel = np.random.default_rng(0).standard_normal((24, 1, 5, 5)).astype(np.float32)
    for rule, seconds in (("periodic", 0.3), ("even", 2.0)):
        start = time.process_time()
        above(kernel, ((rule, rule),) * 2)
        assert time.process_time() - start < seconds


def test_another_weight_is_another_bound() -> None:
    kernel = np.random.default_rng(1).standard_normal((2, 1, 5))
    larger = kernel.copy()
    larger[0, 0, 2] += 10
    for pair in PAIRS[:4]:
        assert above(larger, (pair,)) > above(kernel, (pair,)) + 5
        assert above(larger, (pair,)) >= norm(larger, (pair,), (40,))


def test_weights_of_every_size_keep_the_bound() -> None:
    kernel = np.random.default_rng(2).standard_normal((2, 1, 3, 3))
    rules = (("even", "odd"), ("zero", "even_node"))
    usual = above(kernel, rules, 32)
    for exponent in (-900, -40, 40, 900):
        scaled = [[[w * Fraction(2) ** exponent for w in t] for t in o] for o in exact(kernel)]
        found = norm_above(scaled, (3, 3), rules, points=32) / Fraction(2) ** exponent
        assert float(found) == pytest.approx(usual, rel=1e-12)
    thirds = [[[w / 3 for w in t] for t in o] for o in exact(kernel)]  # not dyadic: rounded
    assert (
        usual / 3 <= float(norm_above(thirds, (3, 3), rules, points=32)) <= usual / 3 * (1 + 1e-7)
    )


def test_diagonal_steps() -> None:
    dice = np.random.default_rng(6)
    for pair in PAIRS[:6]:
        kernel = dice.standard_normal((3, 2, 4))
        steps = layers.diagonal_step(torch.tensor(kernel), (pair,), points=32)
        rationals = [Fraction(float(t)) for t in steps]
        found = float(diagonal_above(exact(kernel), rationals, (4,), (pair,), points=32))
        roots = np.sqrt(steps.numpy()).reshape(-1, 1, 1)
        assert norm(roots * kernel, (pair,), (32,)) ** 2 <= found <= 1.0005
    with pytest.raises(Rejected):
        diagonal_above(exact(kernel), [Fraction(-1)] * 3, (4,), (pair,))
    with pytest.raises(Rejected):
        diagonal_above(exact(kernel), [Fraction(1)] * 2, (4,), (pair,))


ONE = [[[Fraction(1)] * 3]]
ZERO = (("zero", "zero"),)


@pytest.mark.parametrize(
    ("weights", "sizes", "rules", "points"),
    [
        (ONE, (5,), ZERO, 32),
        ([[[Fraction(1)] * 3], [[Fraction(1)] * 2]], (3,), ZERO, 32),
        ([[[Fraction(1)] * 3], []], (3,), ZERO, 32),
        ([], (3,), ZERO, 32),
        (ONE, (), (), 32),
        (ONE, (3, 1), ZERO, 32),
        (ONE, (3, 1, 1, 1), ZERO * 4, 32),
        (ONE, (3,), (("periodic", "zero"),), 32),
        (ONE, (3,), (("even", "reflect"),), 32),
        (ONE, (3,), (("even", "even"),), 1),
        ([[[]]], (0,), ZERO, 32),
    ],
)
def test_other_kernels_are_rejected(
    weights: list[list[list[Fraction]]],
    sizes: tuple[int, ...],
    rules: tuple[tuple[str, str], ...],
    points: int,
) -> None:
    with pytest.raises(Rejected):
        norm_above(weights, sizes, rules, points=points)


# ---- the parts


@st.composite
def matrices(draw: st.DrawFn) -> hermitian.Hermitian:
    n = draw(st.integers(1, 6))
    entry = st.integers(-(2**62), 2**62)
    re = [[0] * n for _ in range(n)]
    im = [[0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            re[i][j] = re[j][i] = draw(entry)
            im[i][j] = draw(entry) if i != j else 0
            im[j][i] = -im[i][j]
    return hermitian.Hermitian(re, im if draw(st.booleans()) else [], draw(st.integers(0, 5)))


def largest(v: hermitian.Hermitian) -> float:
    return float(np.linalg.eigvalsh(np.array(v.floats()))[-1])


@given(st.lists(matrices(), min_size=1, max_size=4))
def test_no_eigenvalue_is_above(some: list[hermitian.Hermitian]) -> None:
    top = max(largest(v) for v in some)
    size = max(abs(x) for v in some for row in v.floats() for x in row) + 1
    assert top - 1e-12 * size <= hermitian.most(some) <= top + 1e-3 * size + 100


@pytest.mark.parametrize("wrong", [-1e30, -1.0, 0.0, 1.0, 1e15, 1e25])
def test_a_wrong_guess_does_no_harm(monkeypatch: pytest.MonkeyPatch, wrong: float) -> None:
    dice = np.random.default_rng(3)
    x = dice.integers(-(2**50), 2**50, (5, 5)).tolist()
    v = hermitian.Hermitian([[x[max(i, j)][min(i, j)] for j in range(5)] for i in range(5)], [], 0)
    monkeypatch.setattr(hermitian, "_guess", lambda _: wrong)
    assert hermitian.most([v]) >= largest(v) * (1 - 1e-12)


@pytest.mark.parametrize("spoilt", [0.0, 0.5, 2.0])
def test_a_wrong_factor_does_no_harm(monkeypatch: pytest.MonkeyPatch, spoilt: float) -> None:
    right = hermitian._factor
    x = np.random.default_rng(4).integers(-(2**50), 2**50, (5, 5)).tolist()
    v = hermitian.Hermitian([[x[max(i, j)][min(i, j)] for j in range(5)] for i in range(5)], [], 0)

    def wrong(rows: hermitian.Rows, c: float) -> hermitian.Rows | None:
        found = right(rows, c)
        return found and [[spoilt * a for a in row] for row in found]

    monkeypatch.setattr(hermitian, "_factor", wrong)
    assert hermitian.most([v]) >= largest(v) * (1 - 1e-12)


@pytest.mark.parametrize("count", [1, 4, 8, 12, 24, 96, 384])
def test_cosines_are_right_to_one_unit(count: int) -> None:
    import mpmath  # comes with sympy

    with mpmath.workdps(60):
        for j, value in enumerate(angles.cosines(count)):
            true = mpmath.cos(2 * mpmath.pi * j / count) * 2**angles.PLACES
            assert abs(value - true) <= 1


@given(st.lists(st.integers(-(2**40), 2**40), min_size=15, max_size=15))
def test_packed_polynomials_multiply(values: list[int]) -> None:
    packing = angles.Packing([2, 1], 100)
    assert packing.unpacked(sum(v << packing.bits * n for n, v in enumerate(values))) == values
    first, second = values[:6], values[6:12]  # 3 taps by 2: lags up to 2 and 1
    product = packing.packed(first, [3, 2], reverse=True) * packing.packed(
        second, [3, 2], reverse=False
    )
    expected = [0] * 15
    for n, a in enumerate(first):
        for m, b in enumerate(second):
            lags = m // 2 - n // 2, m % 2 - n % 2
            expected[3 * (lags[0] + 2) + lags[1] + 1] += a * b
    assert packing.unpacked(product) == expected


def test_values_at_angles() -> None:
    dice = np.random.default_rng(5)
    lags = dice.integers(-(2**60), 2**60, (5, 3))
    found = angles.evaluated([(int(x), 0) for x in lags.ravel()], [2, 1], [12, 8])
    wrong = angles.error([2, 1], 0)
    for j in range(12):
        for n in range(5):
            waves = np.exp(
                2j * np.pi * (np.arange(-2, 3)[:, None] * j / 12 + np.arange(-1, 2) * n / 8)
            )
            value = (lags * waves).sum()
            re, im = found[5 * j + n]
            assert abs(re - value.real) <= wrong + 1e4  # numpy's own rounding
            assert abs(im - value.imag) <= wrong + 1e4
