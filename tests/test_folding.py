"""Splitting a stage into what is constant in a run and what is not."""

from typing import Any

import torch
from torch import Tensor

from handmade.fsi import extrapolate
from handmade.gray_scott import advance as react
from handmade.perona_malik import advance
from iterant.runtime.folding import fold


def operations(function: Any) -> list[str]:
    return [str(n.target) for n in function.graph.nodes if n.op == "call_function"]


def test_scalars_are_computed_before() -> None:
    u, tau, contrast = torch.rand(9, 8), torch.tensor(0.2), torch.tensor(0.3)
    folded = fold(advance, [u, tau, contrast], (1, 2))
    made = folded.operands([u, tau, contrast])
    assert all(value.ndim == 0 for value in made[1:])
    assert any(torch.isclose(value, 1 / contrast**2) for value in made[1:])
    assert not any("div" in name for name in operations(folded.main))
    torch.testing.assert_close(folded.main(*made), advance(u, tau, contrast))


def test_several_results_and_many_scalars() -> None:
    u, v = torch.rand(7, 6), torch.rand(7, 6)
    scalars = [torch.tensor(x) for x in (0.16, 0.08, 0.035, 0.065)]
    folded = fold(react, [u, v, *scalars], (2, 3, 4, 5))
    found = folded.main(*folded.operands([u, v, *scalars]))
    for one, other in zip(found, react(u, v, *scalars), strict=True):
        torch.testing.assert_close(one, other)
    assert "aten.add.Tensor" in operations(folded.prelude)  # f + k


def test_the_time_is_no_constant() -> None:
    arrays = [torch.rand(7), torch.rand(6), torch.rand(5), torch.rand(5)]
    tau, a, t = torch.tensor(0.4), torch.tensor(1.2), torch.tensor(0.7)
    folded = fold(extrapolate, [*arrays, tau, a, t], (4, 5))
    for now in (0.7, 1.9):
        operands = [*arrays, tau, a, torch.tensor(now)]
        torch.testing.assert_close(folded.main(*folded.operands(operands)), extrapolate(*operands))
    assert any("cos" in name for name in operations(folded.main))


def test_nothing_may_be_left_over() -> None:
    def shifted(u: Tensor, a: Tensor) -> Tensor:
        return u + 1

    u, a = torch.rand(3), torch.tensor(2.0)
    folded = fold(shifted, [u, a], (1,))
    made = folded.operands([u, a])
    assert len(made) == 1
    assert torch.equal(folded.main(*made), u + 1)


def test_numbers_join_the_scalar_before_them() -> None:
    def spread(u: Tensor, kappa: Tensor) -> Tensor:
        return kappa * ((u[2:] - u[:-2]) * 64.0) + kappa * u[1:-1]

    u, kappa = torch.rand(9), torch.tensor(0.2)
    folded = fold(spread, [u, kappa], (1,))
    assert operations(folded.main).count("aten.mul.Tensor") == 2
    made = folded.operands([u, kappa])
    torch.testing.assert_close(folded.main(*made), spread(u, kappa))


def test_a_product_that_is_read_twice_stays() -> None:
    def twice(u: Tensor, kappa: Tensor) -> Tensor:
        slope = u * 64.0
        return kappa * slope + slope

    u, kappa = torch.rand(9), torch.tensor(0.2)
    folded = fold(twice, [u, kappa], (1,))
    made = folded.operands([u, kappa])
    torch.testing.assert_close(folded.main(*made), twice(u, kappa))
