"""Trainable parameters where only a number can stand are told; everywhere else they are live."""

import pytest
import torch

import iterant
from models import told

TEXT = (
    "domain x in [0, {length}]\ngrid {grid}\nboundary {walls}\nfield u\nparam kappa = 1, positive\n"
    "{params}\nequation dt(u) = kappa * lap(u)\ninitial u = {start}\ntime {time}\n"
)
TRAINED = "param a = 1/2, positive, trainable\n"


def text(**parts: str) -> str:
    """A rod; the parts replace its own."""
    own = {
        "length": "1",
        "grid": "8",
        "walls": "u = 0",
        "params": TRAINED,
        "start": "0",
        "time": "explicit_euler, step 1/1000, steps 3",
    }
    return TEXT.format(**(own | parts))


FIXED = (
    ({"walls": "u = a on x low, u = 0 on x high"}, "a: 'a' is trainable, and a condition on"),
    ({"walls": "a*u + dn(u) = 0"}, "a: 'a' is trainable, and a condition on a wall"),
    ({"walls": "u + a*dn(u) = t"}, "a: 'a' is trainable, and a condition on a wall"),
    (
        {"walls": "u = b", "params": f"{TRAINED}param b = 2*a"},
        "b: 'b' depends on 'a', which is trainable, and a condition on a wall",
    ),
    (
        {"walls": "u = g(t)", "params": f"{TRAINED}function g(s) = a*s"},
        "g: 'g' depends on 'a', which is trainable, and a condition on a wall",
    ),
    (
        {"walls": "u = a", "params": "param a = 1/2, per step"},
        "a: 'a' has more than one value, and a condition on a wall",
    ),
    ({"length": "a"}, "a: 'a' is trainable, and an interval of the domain"),
    ({"grid": "spacing a/4"}, "a: 'a' is trainable, and the spacing of the grid"),
    ({"time": "rk4, step a/1000, steps 3"}, "a: 'a' is trainable, and the step is fixed"),
    ({"time": "rk4, step 1/1000, until a"}, "a: 'a' is trainable, and the end of a run"),
    (
        {"params": f"{TRAINED}param c = a/3, in [0, 1]"},
        "a: 'a' is trainable, and the value of a parameter with an interval of its own",
    ),
)


@pytest.mark.parametrize(("parts", "said"), FIXED)
def test_no_trained_value_is_silently_fixed(parts: dict[str, str], said: str) -> None:
    (fault,) = told(text(**parts))
    assert fault.startswith(said)
    assert fault.endswith("is fixed when the scheme is compiled")


def test_a_parameter_that_is_not_trained_may_stand_on_a_wall() -> None:
    assert not told(text(walls="u = kappa on x low, 2*kappa*u + dn(u) = kappa on x high"))
    assert not told(text(params=f"{TRAINED}function g(s) = 2*s", walls="u = g(t)"))


@pytest.mark.parametrize(
    "parts",
    [
        {"start": "a * sin(pi*x)"},
        {"time": "du_fort_frankel, alpha a, step 1/1000, steps 3", "start": "x * (1 - x)"},
        {"params": f"{TRAINED}param c = a/3", "start": "c * x"},
    ],
)
def test_elsewhere_a_trained_value_is_live(parts: dict[str, str]) -> None:
    module = iterant.compile("scheme s\n" + text(**parts), force=True).module(dtype=torch.float64)
    (raw,) = module.parameters()
    (gradient,) = torch.autograd.grad(module().square().sum(), raw)
    assert gradient != 0
