"""The bound of a kernel's norm holds for every padding, is tight, and has the right gradient."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st
from torch import Tensor

from densenorms import RULES, norm
from iterant.runtime import layers
from iterant.runtime.norms import FLOOR, reflections, tables

PAIRS = (("periodic", "periodic"), *((low, high) for low in RULES for high in RULES))
COUNTS = {1: (2, 5, 16, 34), 2: (2, 5, 9, 14), 3: (2, 3, 5)}


def drawn(dice: np.random.Generator, d: int, most: int) -> np.ndarray:
    """A kernel of one of the kinds that learning starts from or ends with."""
    sizes = dice.integers(1, most + 1, d)
    kernel = dice.standard_normal((dice.integers(1, 5), dice.integers(1, 4), *sizes))
    axes = tuple(range(2, 2 + d))
    match dice.integers(6):
        case 0:
            kernel -= kernel.mean(axes, keepdims=True)
        case 1:
            kernel = kernel + kernel[(..., *(slice(None, None, -1),) * d)]
        case 2:
            kernel = np.sign(kernel) * (dice.random(kernel.shape) < 0.4)
        case 3:
            kernel = kernel * dice.random(kernel.shape) ** 8
    return kernel


def bound(kernel: np.ndarray, rules: tuple[tuple[str, str], ...], points: int = 32) -> float:
    return float(layers.norm_bound(torch.tensor(kernel), rules, points=points))


def never_below(d: int, number: int, seed: int) -> None:
    dice = np.random.default_rng([d, seed])
    for _ in range(number):
        kernel = drawn(dice, d, {1: 8, 2: 6, 3: 4}[d])
        rules = tuple(PAIRS[i] for i in dice.integers(len(PAIRS), size=d))
        counts = tuple(int(n) for n in dice.choice(COUNTS[d], d))
        least = norm(kernel, rules, counts)
        assert bound(kernel, rules, min(counts)) >= least, (kernel.shape, rules, counts)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_never_below(d: int) -> None:
    never_below(d, {1: 150, 2: 50, 3: 20}[d], seed=0)


def test_nodes_inside_one_spacing_fewer_than_points() -> None:
    dice = np.random.default_rng(11)
    for number in range(120):
        d = 1 + number % 2
        kernel = drawn(dice, d, {1: 7, 2: 4}[d])
        points = int(dice.choice({1: (4, 6, 8, 12, 16, 24), 2: (4, 6, 8, 12)}[d]))
        rules = (("odd_node", "odd_node"),) * d
        assert bound(kernel, rules, points) >= norm(kernel, rules, (points - 1,) * d), kernel.shape


@pytest.mark.slow
@pytest.mark.parametrize("d", [1, 2, 3])
def test_never_below_ten_thousand_norms(d: int) -> None:
    never_below(d, {1: 7000, 2: 2500, 3: 500}[d], seed=1)


@settings(max_examples=60)
@given(st.data())
def test_never_below_whole_numbers(data: st.DataObject) -> None:
    d = data.draw(st.integers(1, 2))
    sizes = data.draw(st.lists(st.integers(1, 4), min_size=d, max_size=d))
    shape = (data.draw(st.integers(1, 2)), data.draw(st.integers(1, 2)), *sizes)
    taps = st.lists(st.integers(-2, 2), min_size=math.prod(shape), max_size=math.prod(shape))
    kernel = np.array(data.draw(taps), dtype=float).reshape(shape)
    rules = tuple(data.draw(st.lists(st.sampled_from(PAIRS), min_size=d, max_size=d)))
    counts = tuple(data.draw(st.lists(st.integers(2, 9), min_size=d, max_size=d)))
    assert bound(kernel, rules, min(counts)) >= norm(kernel, rules, counts)


@pytest.mark.parametrize(("shape", "n"), [((2, 1, 5), 4099), ((2, 3, 4), 4099),
                                          ((3, 1, 3, 4), 331), ((3, 3, 3, 3), 97)])  # fmt: skip
def test_above_the_symbol_between_the_angles_of_the_grid(shape: tuple[int, ...], n: int) -> None:
    dice = np.random.default_rng(12)
    axes = tuple(range(2, len(shape)))
    closest = math.inf
    for _ in range(20):
        kernel = dice.standard_normal(shape)
        waves = np.moveaxis(np.fft.fftn(kernel, s=(n,) * len(axes), axes=axes), (0, 1), (-2, -1))
        sup = np.linalg.norm(waves, 2, axis=(-2, -1)).max()
        ratio = bound(kernel, (("periodic", "periodic"),) * len(axes)) / sup
        assert ratio >= 1
        closest = min(closest, ratio)
    assert closest < 1.02


def test_parts_near_walls_are_bounded_between_the_angles(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = np.random.default_rng(13)
    kernels = torch.tensor(dice.standard_normal((20, 2, 1, 3, 3)))
    gram = reflections._gram(kernels)
    for power in (1, 2):
        axes = [tables.Axis(3, tables.walls(("even", "odd")), power)] * 2
        coarse = reflections._part(gram, axes, (0,)).most
        monkeypatch.setattr(tables, "_DENSITY", {power: 400})
        fine = reflections._part(gram, axes, (0,)).matrices
        monkeypatch.undo()
        values = torch.linalg.eigvalsh(fine)
        sup, inf = values[..., -1].amax(-1), values[..., 0].amin(-1)
        assert (coarse >= sup).all()
        assert (coarse <= sup + 0.05 * (sup - inf)).all()


# d, taps, (out, in), the largest median of bound / norm: measured, and less than what is asked for
TIGHT = [
    (1, 3, (1, 1), 1.01, 1.06),
    (1, 5, (8, 1), 1.01, 1.06),
    (1, 4, (3, 2), 1.01, 1.06),
    (1, 7, (2, 1), 1.01, 1.12),
    (2, 1, (4, 2), 1.001, 1.001),
    (2, 2, (4, 1), 1.03, 1.16),
    (2, 3, (8, 1), 1.03, 1.2),
    (2, 5, (4, 1), 1.03, 1.25),
    (2, 3, (2, 2), 1.03, 1.22),
]


@pytest.mark.parametrize(("d", "size", "channels", "torus", "mirrors"), TIGHT)
def test_median_looseness(
    d: int, size: int, channels: tuple[int, int], torus: float, mirrors: float
) -> None:
    dice = np.random.default_rng(size)
    number, n = {1: (30, 48), 2: (5, 16 if channels[1] == 1 else 11)}[d]
    kernels = dice.standard_normal((number, *channels, *(size,) * d))
    for rule in ("periodic", "zero", *RULES[1:]):
        rules = ((rule, rule),) * d
        inside = 1.5 if rule == "zero" and d == 2 else torus  # a small grid is far from a line
        ratios = [bound(k, rules) / norm(k, rules, (n,) * d) for k in kernels]
        assert min(ratios) >= 1
        assert np.median(ratios) <= (inside if rule in {"periodic", "zero"} else mirrors), rule


def test_leading_axes_are_batched() -> None:
    kernel = torch.randn(4, 3, 5, 2, 3, 4, dtype=torch.float64)
    rules = (("even", "zero"), ("periodic", "periodic"))
    found = layers.norm_bound(kernel, rules, points=16)
    assert found.shape == (4, 3)
    for i in range(4):
        for j in range(3):
            alone = layers.norm_bound(kernel[i, j], rules, points=16)
            torch.testing.assert_close(found[i, j], alone)


def test_float32_is_rounded_up() -> None:
    kernel = torch.randn(50, 3, 1, 3, 3)
    for rules in ((("zero", "zero"),) * 2, (("even", "even"),) * 2):
        found = layers.norm_bound(kernel, rules, points=16)
        assert found.dtype == torch.float32
        wide = layers.norm_bound(kernel.double(), rules, points=16)
        assert (found.double() >= wide).all()
        torch.testing.assert_close(found.double(), wide, rtol=1e-6, atol=0)


def test_a_kernel_of_zeros_has_the_floor() -> None:
    kernel = torch.zeros(2, 3, 1, 5, requires_grad=True)
    found = layers.norm_bound(kernel, (("even", "even"),), points=32)
    assert (found == FLOOR).all()
    found.sum().backward()
    assert kernel.grad is not None
    assert torch.isfinite(kernel.grad).all()


@pytest.mark.parametrize("pair", [("periodic",) * 2, ("zero",) * 2, ("even",) * 2])
@pytest.mark.parametrize("shape", [(1, 1, 5), (3, 2, 4), (4, 1, 3, 3), (2, 3, 2, 3)])
def test_gradient(pair: tuple[str, str], shape: tuple[int, ...]) -> None:
    generator = torch.Generator().manual_seed(3)
    kernel = torch.randn(shape, dtype=torch.float64, generator=generator, requires_grad=True)

    def bounds(kernel: Tensor) -> Tensor:
        return layers.norm_bound(kernel, (pair,) * (len(shape) - 2), points=32)

    assert torch.autograd.gradcheck(bounds, kernel, eps=1e-7, atol=1e-5)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_diagonal_steps(dtype: torch.dtype) -> None:
    dice = np.random.default_rng(7)
    for number in range(20):
        d = 1 + number % 2
        kernel = drawn(dice, d, 5) * 10 ** dice.uniform(-2, 2, (1, 1, *(1,) * d))
        weights = torch.tensor(kernel, dtype=dtype, requires_grad=True)
        rules = tuple(PAIRS[i] for i in dice.integers(len(PAIRS), size=d))
        shares = torch.tensor(dice.uniform(0.1, 9, len(kernel)), dtype=dtype)
        for share in (None, shares):
            steps = layers.diagonal_step(weights, rules, share, points=8)
            steps.sum().backward()
            exact = weights.detach().double().numpy()
            roots = np.sqrt(steps.detach().double().numpy()).reshape(-1, 1, *(1,) * d)
            assert (steps > 0).all()
            assert norm(roots * exact, rules, (8,) * d) <= 1
    assert weights.grad is not None
    assert weights.grad.isfinite().all()


def test_shares_of_row_sums() -> None:
    kernel = torch.tensor([[[1.0, -2.0]], [[0.0, 3.0]]], dtype=torch.float64)
    rules = (("periodic", "periodic"),)
    # rows of |K K^T|: 5 + 2 + 2 and |1 * 3| + |-2 * 3|; 9 and those two
    sums = torch.tensor([9.0 + 9.0, 9.0 + 9.0], dtype=torch.float64)
    expected = layers.diagonal_step(kernel, rules, 1 / sums)
    torch.testing.assert_close(layers.diagonal_step(kernel, rules), expected)


def test_weights_that_are_no_numbers_have_an_infinite_bound() -> None:
    kernel = torch.randn(3, 2, 1, 3)
    kernel[1, 0, 0, 1] = torch.nan
    kernel[2, 1, 0, 1] = torch.inf
    found = layers.norm_bound(kernel, (("even", "even"),), points=32)
    assert found.isfinite().tolist() == [True, False, False]
    assert (found > 0).all()


def test_transforms_and_compilers_find_the_same_gradient() -> None:
    kernel = torch.randn(2, 2, 2, 3, 3, dtype=torch.float64, requires_grad=True)

    def total(kernel: Tensor) -> Tensor:
        return layers.norm_bound(kernel, (("even", "odd"), ("zero", "even")), points=16).sum()

    total(kernel).backward()
    torch.testing.assert_close(torch.func.grad(total)(kernel.detach()), kernel.grad)
    again = kernel.detach().clone().requires_grad_()
    torch.compile(total, backend="eager")(again).backward()
    torch.testing.assert_close(again.grad, kernel.grad)


def test_the_mode_of_the_first_call_is_not_kept() -> None:
    rules = (("even", "odd"), ("odd", "even"))

    class Scaled(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.kernel = torch.nn.Parameter(torch.randn(2, 1, 3, 3))

        def forward(self, u: Tensor) -> Tensor:
            return u / layers.norm_bound(self.kernel, rules, points=16)

    for prepare in (torch.inference_mode, None):
        for cached in (tables._picks, tables._products, tables._waves):
            cached.cache_clear()
        module = Scaled()
        if prepare:
            with prepare():
                expected = module(torch.ones(3))
        else:
            exported = torch.export.export(module, (torch.ones(3),))
            expected = exported.module()(torch.ones(3))
        found = module(torch.ones(3))
        torch.testing.assert_close(found, expected)
        found.sum().backward()
        assert module.kernel.grad is not None


@pytest.mark.parametrize(
    ("shape", "dtype", "rules"),
    [
        ((1, 5), torch.float64, (("zero", "zero"),)),
        ((1, 1, 5), torch.float16, (("zero", "zero"),)),
        ((1, 1, 5), torch.float64, ()),
        ((1, 0, 5), torch.float64, (("zero", "zero"),)),
        ((1, 1, 5), torch.float64, (("periodic", "zero"),)),
        ((1, 1, 5), torch.float64, (("reflect", "zero"),)),
    ],
)
def test_other_input_is_refused(
    shape: tuple[int, ...], dtype: torch.dtype, rules: tuple[tuple[str, str], ...]
) -> None:
    with pytest.raises(ValueError, match=r"no kernel|float32|no ghosts"):
        layers.norm_bound(torch.zeros(shape, dtype=dtype), rules)
