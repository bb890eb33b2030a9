"""Learned blocks: emitted modules against the reference, adjoints, norms that never grow."""

import pytest
import torch
from hypothesis import given, settings

import iterant
from blocks import blocks, kernel_iterates
from equality import TOLERANCE, compare, told
from iterant.runtime.frozen import verify_weights, weights_of
from strategies import Case
from test_equality_runs import run


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@settings(max_examples=20)
@given(case=blocks())
def test_block_is_what_the_reference_says(case, dtype):
    told(compare, case, dtype=dtype)


@settings(max_examples=20)
@given(kernel_iterates())
def test_kernels_are_what_the_reference_says(case):
    told(compare, case)


@settings(max_examples=20)
@given(blocks())
def test_driver_runs_blocks(case):
    told(run, case)


@settings(max_examples=30)
@given(blocks())
def test_blocks_are_certified_and_never_grow(case):
    artifact = iterant.compile(case.text)
    assert artifact.certified, artifact.certificates
    assert iterant.verify(artifact)
    module = artifact.module(dtype=torch.float64)
    torch.manual_seed(1)
    with torch.no_grad():
        for weight in module.parameters():
            weight += torch.randn_like(weight)
        counts = case.counts if module.plan.counts else tuple(32 + n for n in case.counts)
        channels = [p.channels for n, p in sorted(module.plan.places.items(), reverse=True)]
        u, f = (torch.randn(4, *[c] * (c > 1), *counts, dtype=torch.float64)
                for c in (*channels, 1)[:2])  # fmt: skip
        f = f if f.ndim == u.ndim else f.unsqueeze(1)
        given = (u, f) if module.plan.data else (u,)
        state = module.start(*given)
        for index in range(case.steps):
            before = state["u"].flatten(1).norm(dim=1)
            state = module.step(state, index)
            bound = (
                torch.maximum(before, f.expand_as(u).flatten(1).norm(dim=1))
                if module.plan.data
                else before
            )
            assert bool((state["u"].flatten(1).norm(dim=1) <= bound * (1 + 1e-12)).all())


# ---- both directions


@settings(max_examples=12)
@given(case=blocks())
def test_every_state_of_the_weights_is_checked_again(case):
    """The numbers of a file, whatever they are, pass the checker's own bounds."""
    artifact = iterant.compile(case.text)
    module = artifact.module(dtype=torch.float64)
    torch.manual_seed(2)
    with torch.no_grad():
        for weight in module.parameters():
            weight += 3 * torch.randn_like(weight)
    reports = [verify_weights(c, weights_of(module)) for c in artifact.certificates]
    assert all(r.accepted for r in reports), reports


@settings(max_examples=12)
@given(case=blocks(share="1.01"))
def test_a_step_above_the_limit_is_not_certified(case):
    (verdict,) = iterant.certify(case.text)
    assert verdict.verdict == "unproved"
    assert "101/100 of its limit" in verdict.reason


SHARP = """scheme sharp
domain x
grid spacing 1
boundary periodic
field u
kernel K: u -> 1, size 2
function phi(s) = {flux}
param tau = {share} * limit
iterate u[k+1] = u[k] - tau * K.T(phi(K(u[k]))), steps 1
certify l2_stable
"""
FLAT = ("s", "s / (1 + s^2)", "s / sqrt(1 + s^2)", "s * exp(-s^2 / 2)", "tanh(s)")


@pytest.mark.parametrize("flux", FLAT)
@pytest.mark.parametrize("share", ["1", "1.01"])
def test_the_limit_is_sharp_for_a_difference(flux, share):
    """u = eps (-1)^i grows by 1.02 at 1.01 of the limit, but for the 1/4 % of the norm's bound."""
    artifact = iterant.compile(SHARP.format(flux=flux, share=share), force=True)
    module = artifact.module(dtype=torch.float64)
    u = 1e-6 * torch.tensor([1.0, -1.0], dtype=torch.float64).repeat(32)
    growth = float(module(u).norm() / u.norm())
    assert growth == pytest.approx(2 * float(share) - 1, abs=6e-3)
    assert (growth > 1) == (share != "1")


def test_walls_with_values_have_no_limit():
    text = SHARP.format(flux="s", share="1").replace("periodic", "u = 1")
    with pytest.raises(iterant.SchemeError, match="no bound of the norm"):
        iterant.compile(text)


def test_a_kernel_around_an_adjoint_is_told():
    text = SHARP.format(flux="s", share="1").replace("K.T(phi(K(u[k])))", "K(K.T(phi(K(u[k]))))")
    with pytest.raises(iterant.SchemeError, match="around the adjoint"):
        iterant.compile(text)


def test_the_fixed_step_of_a_learned_kernel_is_unproved():
    text = SHARP.format(flux="s", share="1").replace("1 * limit", "1/10")
    (verdict,) = iterant.certify(text)
    assert verdict.verdict == "unproved"
    assert "param tau = 0.99 * limit" in verdict.reason


def test_data_with_other_channels_are_not_taken_for_the_unknown():
    """One f for three channels has a norm of sqrt 3 times its own."""
    text = SHARP.format(flux="s", share="1").replace("field u", "field u: channels 3\ndata f")
    text = text.replace("K.T(phi(K(u[k])))", "K.T(phi(K(u[k]))) - (u[k] - f) / 10")
    with pytest.raises(iterant.SchemeError, match="'f' has other channels than 'u'"):
        iterant.compile(text)
    assert iterant.compile(text.replace("data f", "data f: channels 3")).certified


def test_channels_that_are_missing_are_told():
    text = SHARP.format(flux="s", share="1").replace("field u", "field u: channels 3")
    artifact = iterant.compile(text)
    with pytest.raises(iterant.UserError, match="u has 3 channels before its axes"):
        iterant.run(artifact, {"u": torch.rand(2, 8)})
    outcome = iterant.run(artifact, {"u": torch.rand(2, 3, 8)})
    assert outcome.value["u"].shape == (2, 3, 8)


@pytest.mark.parametrize(
    ("declared", "equation"),
    [
        ("function phi(s) = spline(s, knots = 5), trainable", "dxx(u) / 9 - phi(u)"),
        ("param a = 1/10, positive, trainable, per step", "a * dxx(u)"),
        ("kernel K: u -> 2, size 3, trainable, per step", "-K.T(tanh(K(u)))"),
    ],
)
@pytest.mark.parametrize("method", ["explicit_euler", "rk4", "ssprk3"])
def test_what_is_learned_stands_in_an_equation(declared, equation, method):
    text = f"scheme learned\ndomain x\ngrid spacing 1\nboundary periodic\nfield u\n{declared}\n"
    text += f"equation dt(u) = {equation}\ntime {method}, step 1/10, steps 3\n"
    compare(Case(text=text, counts=(7,), steps=3))
