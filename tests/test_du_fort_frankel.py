"""The option `alpha` of Du Fort-Frankel: which texts are right, what the emitted module does."""

import numpy as np
import pytest
import torch

import iterant

TAU, STEPS, N = 0.01, 7, 8


def text(option, right="kappa*dxx(u) - u^3"):
    return (
        f"scheme rod\ndomain x in [0, 1]\ngrid {N}\nboundary periodic\nfield u\n"
        "param kappa = 1/10, positive\n"
        f"equation dt(u) = {right}\ntime du_fort_frankel{option}, step 1/100, steps {STEPS}\n"
    )


def rate(u):
    """kappa dxx(u) - u^3 on periodic cells."""
    return 0.1 * N**2 * (np.roll(u, 1) - 2 * u + np.roll(u, -1)) - u**3


def by_formula(u, alpha):
    """u_new = ((1 - b) u_old + 2b u + 2 tau f(u))/(1 + b) with b = 2 tau alpha.

    The first step is explicit, of length tau or 2 tau/(1 + b), whichever is less.
    """
    b = 2 * TAU * alpha
    old, u = u, u + min(TAU, 2 * TAU / (1 + b)) * rate(u)
    for _ in range(STEPS - 1):
        old, u = u, ((1 - b) * old + 2 * b * u + 2 * TAU * rate(u)) / (1 + b)
    return u


@pytest.mark.parametrize(
    ("written", "alpha"), [("1/4", 0.25), ("32", 32.0), ("80", 80.0), ("100*kappa^2", 1.0)]
)
def test_alpha_in_the_emitted_module(written, alpha):
    """Below and above 2 tau alpha = 1, a number or a formula of parameters."""
    u = np.random.default_rng(4).uniform(-1, 1, N)
    module = iterant.compile(text(f", alpha {written}"), force=True).module(dtype=torch.float64)
    found = module(torch.tensor(u)).detach().numpy()
    np.testing.assert_allclose(found, by_formula(u, alpha), rtol=0, atol=1e-13)


def test_alpha_of_the_norm():
    """Without the option it is ||A||/4 = kappa/h^2, as for the text that says so."""
    u = torch.linspace(-1, 1, N, dtype=torch.float64)
    right = "kappa*dxx(u)"
    found, said = (
        iterant.compile(text(option, right)).module()(u) for option in ("", ", alpha 64*kappa")
    )
    torch.testing.assert_close(found, said, rtol=0, atol=1e-14)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (", alpha 0", "'alpha'"),
        (", alpha -1", "'alpha'"),
        (", alpha", "'alpha'"),
        (", alpha x", "'x'"),
        ("", "give it"),
    ],
)
def test_what_is_no_alpha(option, said):
    """Not positive, missing, no number; and none, where the norm has no certificate."""
    with pytest.raises(iterant.SchemeError, match=said):
        iterant.compile(text(option))
