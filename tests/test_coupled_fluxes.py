"""Fluxes whose weight couples channels: several fields, and the derivatives of one.

The norm of each channel decreases up to the limit of one channel. A weight by the length of the
gradient turns with the picture; weights by one derivative each do not. Source: Alt, Schrader,
Weickert, Peter, Augustin 2022, who couple oriented filters.
"""

from fractions import Fraction

import numpy as np
import pytest
import torch

from iterant.compiler import pipeline
from iterant.compiler.source import Source
from iterant.emitted import DOUBLE, Emitted
from iterant.runtime.checker import check
from iterant.runtime.contract import Certificate, Refutation

COUPLED = """
scheme coupled
domain   x, y
grid     spacing 1
boundary {walls}
field    u, v
param    l = 1/10, positive, trainable
function g(r) = {g}
space    flux {place}
equation dt(u) = div(g(norm2(grad(u)) + norm2(grad(v))) * grad(u))
equation dt(v) = div(g(norm2(grad(u)) + norm2(grad(v))) * grad(v))
time     explicit_euler, step {step}, steps 3
certify  l2_stable
"""
BLOB = """
scheme blob
domain   x, y
grid     spacing 1
boundary reflecting
field    u
param    l = 1/50
function g(r) = 1 / sqrt(1 + r/l^2)
space    flux {place}
equation dt(u) = {flux}
time     explicit_euler, step 0.9 * limit, steps 600
certify  l2_stable
"""
ISOTROPIC = "div(g(norm2(grad(u))) * grad(u))"
BY_CHANNEL = "div(vector(g(dx(u)^2) * dx(u), g(dy(u)^2) * dy(u)))"


@pytest.mark.parametrize("g", ["1 / (1 + r/l^2)", "exp(-r/l^2)", "1 / sqrt(1 + r/l^2)"])
@pytest.mark.parametrize("place", ["half_points", "forward", "corners"])
@pytest.mark.parametrize("walls", ["periodic", "reflecting"])
def test_channels_that_share_a_weight(g: str, place: str, walls: str) -> None:
    source = COUPLED.format(g=g, place=place, walls=walls, step="limit")
    artifact = pipeline.compile_text(Source("coupled.scheme", source))
    (found,) = artifact.certificates
    assert isinstance(found, Certificate)
    assert check(found, artifact.source_code).accepted
    limit = "h^2/2" if place == "corners" else "h^2/4"
    assert found.statement == (
        f"||u[k+1]|| <= ||u[k]|| and ||v[k+1]|| <= ||v[k]|| for 0 < tau <= {limit}"
    )
    module = Emitted(artifact=artifact, counts=(6, 6))
    draw = torch.Generator().manual_seed(0)
    scale = 10 ** (4 * torch.rand((300, 1, 1), dtype=DOUBLE, generator=draw) - 3)
    state = {n: scale * torch.randn((300, 6, 6), dtype=DOUBLE, generator=draw) for n in "uv"}
    after = module.step(state)
    for name, values in state.items():
        before = values.flatten(1).norm(dim=1)
        assert bool((after[name].flatten(1).norm(dim=1) <= before * (1 + 1e-12)).all())


def test_channels_that_share_a_weight_beyond_the_limit() -> None:
    source = COUPLED.format(g="1 / (1 + r/l^2)", place="forward", walls="periodic", step="101/400")
    (found,) = pipeline.prove(Source("coupled.scheme", source)).verdicts
    assert isinstance(found, Refutation)
    assert float(Fraction(found.witness.growth)) == pytest.approx(1.02, rel=1e-3)


def blurred(flux: str, place: str) -> np.ndarray:
    """A round blob after 600 steps; its norm never grows on the way."""
    artifact = pipeline.compile_text(Source("blob.scheme", BLOB.format(flux=flux, place=place)))
    module = Emitted(artifact=artifact, counts=(129, 129))
    x = torch.arange(129, dtype=DOUBLE) - 64
    u = torch.exp(-(x[:, None] ** 2 + x[None] ** 2) / (2 * 12.0**2))
    size = float(u.norm())
    for k in range(600):
        u = module.step({"u": u}, k)["u"]
        assert float(u.norm()) <= size * (1 + 1e-12)
        size = float(u.norm())
    return u.numpy()


def anisotropy(u: np.ndarray, radius: float = 24.0) -> float:
    """Standard deviation over mean on a circle, values between points by splines."""
    ndimage = pytest.importorskip("scipy.ndimage")
    angle = np.linspace(0, 2 * np.pi, 360, endpoint=False)
    at = [64 + radius * np.cos(angle), 64 + radius * np.sin(angle)]
    ring = ndimage.map_coordinates(u, at, order=5)
    return float(ring.std() / ring.mean())


@pytest.mark.parametrize("place", ["corners", "half_points"])
def test_a_weight_by_the_length_of_the_gradient_turns_with_the_picture(place: str) -> None:
    u = blurred(ISOTROPIC, place)
    assert anisotropy(u) <= 1e-3
    assert np.abs(np.rot90(u) - u).max() <= 1e-10


def test_weights_by_one_derivative_each_do_not() -> None:
    assert anisotropy(blurred(BY_CHANNEL, "half_points")) >= 1e-2
