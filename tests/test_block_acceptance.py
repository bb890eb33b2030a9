"""What the papers say of blocks, in emitted modules: limits, growth, known counter-examples."""

import pytest
import torch

import iterant
from iterant.runtime.frozen import freeze

BLOCK = """scheme block
domain x
grid spacing 1
boundary {wall}
field u{channels}
kernel K: u -> {outputs}, size {size}, trainable
function phi(s) = {flux}
param tau = {share} * limit
iterate u[k+1] = u[k] - tau * K.T(phi(K(u[k]))), steps 1
certify {claim}
"""
FLUXES = {
    "linear": "s",
    "Charbonnier": "s / sqrt(1 + s^2)",
    "Perona-Malik": "s / (1 + s^2)",
    "exponential": "s * exp(-s^2 / 2)",
    "regularised TV": "s / sqrt(s^2 + 1/100)",
    "Huber": "min(max(s, -1), 1)",
    "ReLU": "relu(s)",
}
MONOTONE = {"linear", "Charbonnier", "regularised TV", "Huber", "ReLU"}


def block(flux, **more):
    given = {"wall": "reflecting", "channels": "", "outputs": 4, "size": 3, "share": "1",
             "claim": "l2_stable", **more}  # fmt: skip
    return iterant.compile(BLOCK.format(flux=flux, **given), force=True)


def with_kernel(module, seed):
    """The module with a random kernel."""
    torch.manual_seed(seed)
    with torch.no_grad():
        module.K.copy_(torch.randn_like(module.K))
    return module


@pytest.mark.parametrize("name", FLUXES)
def test_norms_never_grow_at_the_limit(name):
    """Five thousand states and kernels a flux, of all sizes."""
    artifact = block(FLUXES[name])
    assert artifact.certified
    module = artifact.module(dtype=torch.float64)
    sizes = 10.0 ** torch.linspace(-3, 2, 100, dtype=torch.float64)[:, None]
    with torch.no_grad():
        for seed in range(50):
            with_kernel(module, seed)
            u = sizes * torch.randn(100, 40, dtype=torch.float64)
            ratio = module(u).norm(dim=1) / u.norm(dim=1)
            assert float(ratio.max()) <= 1 + 1e-12


@pytest.mark.parametrize("name", FLUXES)
def test_nonexpansive_where_the_slope_is_not_negative(name):
    if name not in MONOTONE:
        with pytest.raises(iterant.SchemeError, match=r"Phi'\(s\) is not between 0"):
            block(FLUXES[name], claim="nonexpansive")
        return
    artifact = block(FLUXES[name], claim="nonexpansive")
    assert artifact.certified
    module = artifact.module(dtype=torch.float64)
    with torch.no_grad():
        for seed in range(20):
            with_kernel(module, seed)
            u = 3 * torch.randn(100, 40, dtype=torch.float64)
            v = u + 10.0 ** torch.linspace(-4, 1, 100, dtype=torch.float64)[:, None] * (
                torch.randn(100, 40, dtype=torch.float64)
            )
            ratio = (module(u) - module(v)).norm(dim=1) / (u - v).norm(dim=1)
            assert float(ratio.max()) <= 1 + 1e-12


def test_a_convex_potential_layer_is_one_lipschitz():
    """u - 2 W^T relu(W u) / ||W||^2 with a dense W: a kernel of size 1 on channels."""
    more = {"wall": "periodic", "channels": ": channels 6", "outputs": 9, "size": 1}
    artifact = block("relu(s)", claim="nonexpansive", **more)
    assert artifact.certified
    for seed in range(5):
        module = with_kernel(artifact.module(dtype=torch.float64), seed)
        fixed = freeze(module)
        worst = 0.0
        for _ in range(20):
            u = torch.randn(6, 1, dtype=torch.float64)
            jacobian = torch.autograd.functional.jacobian(fixed, u).reshape(6, 6)
            worst = max(worst, float(torch.linalg.matrix_norm(jacobian, 2)))
        assert worst <= 1 + 1e-9
        assert worst >= 0.9


def test_a_bias_keeps_two_states_together_and_lets_a_norm_grow():
    artifact = block("relu(s + 1)", claim="nonexpansive")
    assert artifact.certified
    with pytest.raises(iterant.SchemeError, match=r"Phi\(s\)/s is not between 0"):
        block("relu(s + 1)")


FSI = """scheme inner
domain x
grid spacing 1
boundary periodic
field u
kernel K: u -> 1, size 1, trainable
function phi(s) = min(max(s, -1), 1)
equation dt(u) = -K.T(phi(K(u)))
time fsi, cycle 20, step 2, steps 20
certify l2_stable
"""


def test_a_flux_of_the_inner_steps_grows_the_norm():
    """Huber, K = 1, tau = 2: 4.67 becomes 6.995 in a cycle of 20 steps, and nothing is claimed."""
    artifact = iterant.compile(FSI)
    assert artifact.certificates[0].verdict == "unproved"
    module = artifact.module(dtype=torch.float64)
    with torch.no_grad():
        module.K.fill_(1.0)
        found = float(module(torch.full((3,), 4.67, dtype=torch.float64))[0])
    assert found == pytest.approx(6.995, abs=5e-4)
    assert found / 4.67 == pytest.approx(1.498, abs=5e-4)


def test_weights_a_step_need_steps_that_are_alike():
    with pytest.raises(iterant.SchemeError, match="beside fsi, whose steps differ"):
        iterant.compile(FSI.replace("trainable", "trainable, per step"))
    text = BLOCK.format(
        wall="periodic", channels="", outputs=2, size=3, flux="s", share="1", claim="l2_stable"
    )
    text = text.replace("trainable", "trainable, per step").replace(", steps 1", "")
    with pytest.raises(iterant.SchemeError, match="need a number of steps"):
        iterant.compile(text)
