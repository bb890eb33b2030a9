"""What has no back end yet is refused by one Diagnostic, and never compiled to something else."""

import math

import pytest
import torch

import iterant

HEAD = """scheme p
domain x in [0, 1]
grid 32
boundary periodic
field u
"""
TIME = "\ntime explicit_euler, step 1/10000, steps 3"
LATER = {
    "the option `lipschitz`": "function m(s) = mlp(1, 4, 1), trainable, lipschitz 1/2\n"
    "equation dt(u) = dxx(u) + m(u)" + TIME,
    "a learned function of its own": "function m(s) = mlp(1, 4, 1), trainable, per step\n"
    "equation dt(u) = dxx(u) + m(u)" + TIME,
    "a parameter that holds `limit`": "param a = 0.9 * limit\nequation dt(u) = a * dxx(u)" + TIME,
    "the time method implicit_euler": "equation dt(u) = dxx(u)\n"
    "time implicit_euler, step 1/10, steps 3\nsolve cg",
}


@pytest.mark.parametrize("what", LATER)
def test_later_parts_are_refused_once(what: str) -> None:
    with pytest.raises(iterant.SchemeError) as caught:
        iterant.compile(HEAD + LATER[what])
    text = str(caught.value)
    assert what in text
    assert text.count("is not there yet") == 1


@pytest.mark.parametrize("method", ["heun", "rk4", "dormand_prince", "ssprk3"])
def test_equations_of_second_order_run_under_any_method(method: str) -> None:
    text = f"equation dtt(u) = dxx(u)\ntime {method}, step 1/200, steps 50"
    x = (torch.arange(32, dtype=torch.float64)) / 32
    start = torch.sin(2 * math.pi * x)
    outcome = iterant.run(iterant.compile(HEAD + text), {"u": start})
    omega = 2 * 32 * math.sin(math.pi / 32)  # of the difference quotient
    wanted = math.cos(omega / 4) * start
    assert torch.allclose(outcome.value["u"], wanted, atol=3e-4)  # heun has order 2


def test_tableaus_are_the_methods_they_spell() -> None:
    def last(method: str) -> torch.Tensor:
        text = f"equation dt(u) = dxx(u) - u^3\ntime {method}, step 1/4000, steps 5"
        module = iterant.compile(HEAD + text).module()
        found: torch.Tensor = module(torch.linspace(0, 1, 32, dtype=torch.float64))
        return found

    spelled = "runge_kutta, a (1/2, -1, 2), b (1/6, 2/3, 1/6)"
    assert torch.equal(last(spelled), last("kutta3"))


def test_a_limit_that_training_may_lower_to_nothing_is_a_fault() -> None:
    law = "equation dt(u) = a * dxx(u)\ntime explicit_euler, step 0.9 * limit, steps 3"
    with pytest.raises(iterant.SchemeError, match="`limit` has no certificate here"):
        iterant.compile(HEAD + "param a = 1/10, positive, trainable\n" + law)
    module = iterant.compile(HEAD + "param a = 1/10, in [1/20, 1/5], trainable\n" + law).module()
    highest = (1 / 32) ** 2 / (2 * 1 / 5)
    assert float(module.tau) == pytest.approx(0.9 * highest)
