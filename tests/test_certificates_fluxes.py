"""Three claims about a block u - tau K^T Phi(K u), never merged, for the fluxes of the literature.

Certified claims hold on random states at the limit in the emitted module; refuted ones have states
that grow, or two that come apart, by the factor stated.
"""

from fractions import Fraction
from functools import lru_cache

import pytest
import torch

from fluxes import FLUXES, NAMED, Flux, text, verdicts
from iterant.compiler import pipeline
from iterant.compiler.source import SchemeError, Source
from iterant.emitted import DOUBLE, Emitted
from iterant.runtime.checker import check
from iterant.runtime.contract import Certificate, Refutation, Unproved
from iterant.witnesses import grown

WALLS = ("periodic", "reflecting", "u = 0")
ROUNDING = 1e-12
each = pytest.mark.parametrize("flux", FLUXES, ids=lambda f: f.name)


def limit_of(flux: Flux, axes: str, place: str = "forward") -> Fraction:
    """The limit by hand: 2 / (sup g ||K||^2)."""
    norm = {"forward": 4 * len(axes.split(",")), "corners": 4, "half_points": 8}[place] * 4
    return Fraction(2) / (norm * (4 if flux.scale == "1/l" else 1))


# ---- the verdicts


@each
@pytest.mark.parametrize("axes", ["x", "x, y"])
def test_the_three_claims(flux: Flux, axes: str) -> None:
    limit = limit_of(flux, axes)
    claims = "l2_stable, max_principle, nonexpansive"
    stable, extremes, together = verdicts(text(flux, claims, step=str(limit), axes=axes))
    assert isinstance(stable, Certificate)
    assert isinstance(extremes, Certificate)
    assert Fraction(stable.limit.value) == pytest.approx(limit, rel=2e-3)
    if flux.monotone:
        assert isinstance(together, Certificate)
        assert Fraction(together.limit.value) == limit
    else:
        assert isinstance(together, Refutation)
    for found in (stable, extremes, together):
        if isinstance(found, Certificate):
            assert check(found).accepted, check(found).reason


@each
def test_a_limit_respects_nonexpansive(flux: Flux) -> None:
    source = Source("flux.scheme", text(flux, "nonexpansive"))
    if flux.monotone:
        assert pipeline.prove(source).scheme.step_value == limit_of(flux, "x")
        return
    with pytest.raises(SchemeError, match="the flux is not monotone"):
        pipeline.prove(source)


@pytest.mark.parametrize(
    ("name", "factor", "near"),
    [("Perona-Malik, rational", 1.25, 1e-6), ("Perona-Malik, exponential", 1.89252, 1e-5),
     ("Weickert", 1 + 2 * 2.33489617, 1e-5), ("Tukey", 2.6, 1e-6)],
)  # fmt: skip
@pytest.mark.parametrize("axes", ["x", "x, y"])
def test_lipschitz_constants_of_a_layer(name: str, factor: float, near: float, axes: str) -> None:
    flux = NAMED[name]
    source = text(flux, "nonexpansive", step=str(limit_of(flux, axes)), axes=axes, walls="periodic")
    artifact = pipeline.compile_text(Source("flux.scheme", source), force=True)
    (found,) = artifact.certificates
    assert isinstance(found, Refutation)
    assert float(Fraction(found.witness.growth)) == pytest.approx(factor, abs=near)
    run = grown(artifact, found)
    assert run.kind == "pair"
    assert run.difference <= 1e-6


@pytest.mark.parametrize("name", ["Charbonnier", "Huber", "linear", "Perona-Malik, rational"])
@pytest.mark.parametrize("claim", ["l2_stable", "nonexpansive"])
def test_beyond_a_sharp_limit_the_witness_grows(name: str, claim: str) -> None:
    flux = NAMED[name]
    step = limit_of(flux, "x") * Fraction(101, 100)
    source = text(flux, claim, step=str(step), walls="periodic")
    artifact = pipeline.compile_text(Source("flux.scheme", source), force=True)
    (found,) = artifact.certificates
    assert isinstance(found, Refutation)
    if claim == "l2_stable" or flux.monotone:
        assert float(Fraction(found.witness.growth)) == pytest.approx(1.02, rel=1e-3)
    assert grown(artifact, found).difference <= 1e-5


def test_forward_backward_fluxes_are_refuted_at_every_step() -> None:
    flux = Flux(name="forward-backward", text="(1 - r/l^2) / (1 + (r/l^2)^2)")
    for step in ("1/8", "1/1000"):
        source = text(flux, "l2_stable, nonexpansive", step=step)
        artifact = pipeline.compile_text(Source("flux.scheme", source), force=True)
        for found in artifact.certificates:
            assert isinstance(found, Refutation)
            assert Fraction(found.witness.growth) > 1
            assert grown(artifact, found).difference <= 1e-6


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"method": "rk4", "step": "1/100"}, "no convex combination of Euler steps"),
        ({"axes": "x, y", "place": "half_points", "step": "1/100"}, "`flux corners`"),
        ({"axes": "x, y", "walls": "u = 0", "step": "1/100"}, "a wall that is not reflecting"),
        ({"axes": "x, y", "walls": "dn(u) = 1", "place": "corners", "step": "1/100"},
         "a wall that is not reflecting"),
    ],
)  # fmt: skip
def test_what_is_not_shown_is_unproved(change: dict[str, str], reason: str) -> None:
    (found,) = verdicts(text(NAMED["Charbonnier"], "nonexpansive", **change))
    assert isinstance(found, Unproved)
    assert reason in found.reason


@pytest.mark.parametrize("method", ["heun", "ssprk3"])
def test_convex_combinations_keep_two_states_together(method: str) -> None:
    (found,) = verdicts(text(NAMED["Charbonnier"], "nonexpansive", method=method))
    assert isinstance(found, Certificate)
    assert check(found).accepted


PLAIN = """
scheme plain
domain x
grid 16
boundary {walls}
field u
equation dt(u) = {right}
time {method}, step limit, steps 3
certify nonexpansive
"""


@pytest.mark.parametrize("method", ["explicit_euler", "rk4"])
@pytest.mark.parametrize("walls", ["periodic", "u = 1", "dn(u) = 2"])
def test_linear_steps_keep_two_states_together_with_sources(method: str, walls: str) -> None:
    source = PLAIN.format(walls=walls, right="dxx(u) + 1", method=method).replace("domain x",
                          "domain x in [0, 1]")  # fmt: skip
    (found,) = verdicts(source)
    assert isinstance(found, Certificate)
    assert check(found).accepted
    assert not any("left out" in text for text in found.hypotheses)


def test_fluxes_that_are_no_product_are_blocks() -> None:
    source = text(NAMED["linear"], "l2_stable, nonexpansive", axes="x, y").replace(
        "div(g(norm2(grad(u))) * grad(u))", "div(vector(relu(dx(u)), tanh(dy(u)/l)))"
    )
    for found in verdicts(source):
        assert isinstance(found, Certificate)
        assert found.limit.closed_form == "h^2*l/(2*(l + 1))"
        assert check(found).accepted


def test_a_flux_that_does_not_vanish_with_its_slope_is_no_block() -> None:
    source = text(NAMED["linear"], "l2_stable, nonexpansive", step="1/100", axes="x, y").replace(
        "div(g(norm2(grad(u))) * grad(u))", "div(vector(softplus(dx(u)), dy(u)))"
    )
    stable, together = verdicts(source)
    assert not isinstance(stable, Certificate)
    assert isinstance(together, Certificate)


def test_trained_contrasts_are_covered_whatever_they_are() -> None:
    flux = NAMED["Charbonnier"]
    (found,) = verdicts(text(flux, "nonexpansive", trained=", positive, trainable"))
    assert isinstance(found, Certificate)
    assert found.hypotheses == ("l > 0",)
    (found,) = verdicts(
        text(NAMED["regularised TV"], "nonexpansive", trained=", trainable, in [1/10, 1]")
    )
    assert isinstance(found, Certificate)
    assert found.limit.closed_form == "h^2*l/2"


# ---- random states at the limit


def batch(count: int, points: int, axes: int, seed: int) -> torch.Tensor:
    """Random states of sizes from 10^-3 to 10^2: noise, alternating signs, steps."""
    draw = torch.Generator().manual_seed(seed)
    shape = (count, *(points,) * axes)
    noise = torch.randn(shape, dtype=DOUBLE, generator=draw)
    signs = sum(torch.meshgrid(*[torch.arange(points)] * axes, indexing="ij")) % 2 * 2.0 - 1
    mixed = torch.where(
        torch.rand((count, *(1,) * axes), generator=draw) < 0.5, noise, signs + noise / 10
    )
    sizes = 10 ** (5 * torch.rand((count, *(1,) * axes), dtype=DOUBLE, generator=draw) - 3)
    return mixed * sizes


@lru_cache(maxsize=6)
def module_of(flux: Flux, axes: str, walls: str) -> Emitted:
    """The emitted step at the limit, on a small grid."""
    place = "corners" if walls == "u = 0" else "forward"
    limit = limit_of(flux, axes, place if "," in axes else "forward")
    source = text(flux, "l2_stable", step=str(limit), axes=axes, walls=walls, place=place)
    artifact = pipeline.compile_text(Source("flux.scheme", source))
    dim = len(axes.split(","))
    return Emitted(artifact=artifact, counts=(12 if dim == 1 else 6,) * dim)


def worst_ratios(flux: Flux, axes: str, walls: str, count: int, seed: int) -> tuple[float, float]:
    """The largest growth of a norm and of a distance in one step at the limit.

    A distance is that of two states that were rounded: by 1e-15 of their norms.
    """
    module = module_of(flux, axes, walls)
    u, v = (batch(count, module.counts[0], len(module.counts), seed + k) for k in (0, 1))
    close = u * (1 + 1e-4 * v / (1 + v.abs()))
    after = [module.step({"u": w})["u"] for w in (u, v, close)]

    def norm(w: torch.Tensor) -> torch.Tensor:
        return w.flatten(1).norm(dim=1)

    growth = float((norm(after[0]) / norm(u)).max())
    apart = [
        (norm(after[0] - after[k]) - 1e-15 * (norm(u) + norm(w))) / norm(u - w)
        for k, w in ((1, v), (2, close))
    ]
    return growth, float(torch.cat(apart).max())


def holds(flux: Flux, count: int, seed: int) -> None:
    for axes in ("x", "x, y"):
        for walls in WALLS:
            growth, apart = worst_ratios(flux, axes, walls, count, seed)
            assert growth <= 1 + ROUNDING, (axes, walls)
            if flux.monotone:
                assert apart <= 1 + ROUNDING, (axes, walls)


@each
def test_at_the_limit_no_random_state_grows(flux: Flux) -> None:
    holds(flux, 100, 0)


@pytest.mark.slow
@each
def test_at_the_limit_none_of_many_random_states_grows(flux: Flux) -> None:
    for seed in range(7, 27, 2):  # 6000 states, in each dimension and between all walls
        holds(flux, 100, seed)


def test_fluxes_that_are_not_monotone_do_move_states_apart() -> None:
    flux = NAMED["Perona-Malik, exponential"]
    assert worst_ratios(flux, "x", "periodic", 2000, 1)[1] > 1.01
