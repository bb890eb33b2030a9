"""Constrained weights start where they should and stay in their range; seeds are NumPy's."""

import copy

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from iterant.runtime import layers


def holder(value: float | list[float], dtype: torch.dtype = torch.float64) -> nn.Module:
    module = nn.Module()
    module.weight = nn.Parameter(torch.tensor(value, dtype=dtype))
    return module


def trained(module: nn.Module, direction: float, steps: int = 400) -> Tensor:
    """Push a weight as far as it goes."""
    optimiser = torch.optim.Adam(module.parameters(), lr=1.0)
    for _ in range(steps):
        optimiser.zero_grad()
        (direction * module.weight).sum().backward()
        optimiser.step()
    return module.weight.detach()


@pytest.mark.parametrize("start", [0.05, 3.0, [0.1, 1e-8, 1e6]])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_positive_weights(start: float | list[float], dtype: torch.dtype) -> None:
    module = holder(start, dtype)
    before = module.weight.detach().clone()
    layers.keep_positive(module, "weight")
    assert torch.equal(module.weight, before)
    module.weight.sum().backward()
    assert all((p.grad != 0).all() for p in module.parameters())
    assert (trained(module, 1.0, 40) > 0).all()
    assert (trained(module, 1.0, 40) < before).all()


@pytest.mark.parametrize("start", [0.3, 0.5, 0.999999, 0.0, 1.0])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_weights_within_an_interval(start: float, dtype: torch.dtype) -> None:
    module = holder(start, dtype)
    before = module.weight.detach().clone()
    layers.keep_within(module, "weight", 0.0, 1.0)
    assert torch.equal(module.weight, before)
    module.weight.backward()
    assert all(p.grad != 0 for p in module.parameters())
    low, high = (trained(copy.deepcopy(module), way) for way in (1.0, -1.0))
    assert 0 <= low <= start <= high <= 1
    assert start in {0.0, 1.0} or (low < 0.1 and high > 0.9)


def test_a_weight_can_be_set_again() -> None:
    for keep in (layers.keep_positive, lambda m, n: layers.keep_within(m, n, 0.0, 2.0)):
        module = holder(0.5)
        keep(module, "weight")
        module.weight = torch.tensor(1.5, dtype=torch.float64)
        assert float(module.weight.detach()) == pytest.approx(1.5)


def test_ranges_are_checked() -> None:
    with pytest.raises(ValueError, match="stay positive and starts at -1"):
        layers.keep_positive(holder(-1.0), "weight")
    with pytest.raises(ValueError, match=r"stay in \[0, 1\] and starts at 2"):
        layers.keep_within(holder(2.0), "weight", 0, 1)


def test_random_values_are_those_of_numpy() -> None:
    generator = np.random.Generator(np.random.PCG64(5))
    wanted = torch.from_numpy(generator.standard_normal((3, 4)))
    assert torch.equal(layers.random_normal(5, (3, 4)), wanted)
    uniform = layers.random_uniform(5, (2, 2))
    assert uniform.dtype == torch.float64
    assert ((uniform >= 0) & (uniform < 1)).all()


def test_networks_start_at_zero_and_are_seeded() -> None:
    net = layers.Mlp((2, 8, 8, 1), "tanh", seed=3)
    u, v = torch.rand(4, 5, dtype=torch.float64), torch.rand(4, 5, dtype=torch.float64)
    assert torch.equal(net(u, v), torch.zeros_like(u))
    assert all(p.abs().sum() > 0 for p in list(net.parameters())[:4])
    again = layers.Mlp((2, 8, 8, 1), "tanh", seed=3).state_dict()
    assert all(torch.equal(net.state_dict()[name], again[name]) for name in again)
    two = layers.Mlp((1, 4, 2), "relu", zero_last=False)
    first, second = two(u)
    assert first.shape == second.shape == u.shape
    assert (first != 0).any()
    net(u, v).sum().backward()
    last = list(net.parameters())[-2]
    assert last.grad is not None
    assert (last.grad != 0).any()


def test_broadcast_operands_of_a_network() -> None:
    net = layers.Mlp((2, 4, 1), zero_last=False)
    u = torch.rand(3, 4, dtype=torch.float64)
    x = torch.rand(3, 1, dtype=torch.float64)
    torch.testing.assert_close(net(u, x), net(u, x.expand(3, 4)))
