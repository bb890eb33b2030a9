"""What a step above the limit is told: the mode, its growth, 10^6, and steps that are allowed."""

import re
from fractions import Fraction

import numpy as np
import pytest

import iterant
from iterant.emitted import Emitted
from iterant.runtime.contract import Certificate, Refutation
from iterant.testing import assert_certificate_holds

DISSIPATIVE = (
    "explicit_euler", "heun", "ssprk3", "rk4", "midpoint", "ralston", "kutta3", "bogacki_shampine",
    "rk38", "dormand_prince", "adams_bashforth2", "symplectic_euler", "rkc, stages 4",
    "rkl2, stages 5",
)  # fmt: skip
CARRYING = ("ssprk3", "rk4", "kutta3", "bogacki_shampine", "rk38", "dormand_prince", "leapfrog")
WAVES = ("leapfrog", "verlet", "ssprk3", "rk4")


def scheme(
    equation: str,
    time: str,
    *,
    walls: str = "periodic",
    claim: str = "l2_stable",
    grid: str = "16",
) -> str:
    return (
        f"scheme case\ndomain x in [0, 1]\ngrid {grid}\nboundary {walls}\nfield u\n"
        f"equation {equation}\ntime {time}, steps 60\ncertify {claim}\n"
    )


def above(equation: str, method: str, **more: str) -> tuple[iterant.Artifact, Refutation, Fraction]:
    """The refutation a tenth above the limit."""
    (good,) = iterant.certify(scheme(equation, f"{method}, step limit / 2", **more))
    assert isinstance(good, Certificate)
    assert good.limit is not None
    tau = (Fraction(good.limit.value) * Fraction(11, 10)).limit_denominator(10**7)
    artifact = iterant.compile(scheme(equation, f"{method}, step {tau}", **more), force=True)
    (found,) = artifact.certificates
    assert isinstance(found, Refutation), found
    return artifact, found, tau


CASES = [
    *(("dt(u) = dxx(u)", m) for m in DISSIPATIVE),
    *(("dt(u) = -dx(u)", m) for m in CARRYING),
    *(("dtt(u) = dxx(u)", m) for m in WAVES),
]


@pytest.mark.parametrize(("equation", "method"), CASES)
def test_every_method_tells_the_mode_its_growth_and_what_to_do(equation: str, method: str) -> None:
    artifact, found, tau = above(equation, method)
    told = re.fullmatch(
        r"(?:a state, (.*), |the mode (.*) )grows by a factor ([\d.]+) in 1 step,"
        r" by 10\^6 in (\d+) steps for tau = (.*)",
        found.statement,
    )
    assert told, found.statement
    assert (told[1] or told[2]) == found.witness.mode
    assert float(told[3]) == pytest.approx(float(Fraction(found.witness.growth)), rel=1e-5)
    assert float(told[3]) ** int(told[4]) >= 0.9e6
    assert told[5] == str(tau)
    smaller = r"a step of (at most|less than) \S+ = \S+ is certified; "
    stages = r"rkl2 with \d+ stages takes this one; " if "dt(u) = dxx" in equation else ""
    assert re.fullmatch(smaller + stages + "an implicit method takes longer ones", found.hint)
    assert_certificate_holds(artifact)


@pytest.mark.parametrize("method", ["explicit_euler", "ssprk3", "rk4", "adams_bashforth2"])
@pytest.mark.parametrize("walls", ["periodic", "u = 0"])
def test_rkl2_with_so_many_stages_takes_the_step(method: str, walls: str) -> None:
    _, found, tau = above("dt(u) = dxx(u)", method, walls=walls)
    stages = re.search(r"rkl2 with (\d+) stages", found.hint)
    assert stages
    (verdict,) = iterant.certify(
        scheme("dt(u) = dxx(u)", f"rkl2, stages {stages[1]}, step {tau}", walls=walls)
    )
    assert isinstance(verdict, Certificate)
    if int(stages[1]) > 2:
        fewer = f"rkl2, stages {int(stages[1]) - 1}, step {tau}"
        (verdict,) = iterant.certify(scheme("dt(u) = dxx(u)", fewer, walls=walls))
        assert not isinstance(verdict, Certificate)


def test_what_grows_near_a_wall_reaches_10_6_in_so_many_steps() -> None:
    artifact, found, _ = above("dt(u) = dxx(u)", "heun", walls="u = 0")
    many = re.search(r"by 10\^6 in (\d+) steps", found.statement)
    assert many
    from iterant.witnesses import grown

    run = grown(artifact, found)
    assert run.kind == "norm"
    assert run.sizes[int(many[1])] >= 1e6


def test_maximum_principles_are_not_sent_to_rkl2() -> None:
    _, found, _ = above("dt(u) = dxx(u)", "explicit_euler", claim="max_principle")
    assert "rkl2" not in found.hint
    assert "is certified" in found.hint


def test_a_growth_that_does_not_repeat_is_not_promised() -> None:
    text = scheme("dt(u) = div(grad(u)/(1 + u^2))", "explicit_euler, step 1/200")
    (found,) = iterant.certify(text)
    assert isinstance(found, Refutation)
    assert "10^6" not in found.statement


BETWEEN = [
    (grid, walls)
    for grid in ("16", "100", "16, nodes")
    for walls in ("dn(u) = 0", "u = 0", "2*u + dn(u) = 0")
    if "nodes" not in grid or "2*u" not in walls  # these have no certificate
]


@pytest.mark.parametrize(("grid", "walls"), BETWEEN)
@pytest.mark.parametrize("method", ["leapfrog", "verlet"])
def test_waves_between_walls_are_refuted_just_above_the_limit(
    grid: str, walls: str, method: str
) -> None:
    """By a quotient, where no mode of the walls is a state of small numbers."""
    good = scheme("dtt(u) = dxx(u)", f"{method}, step 99/100 * limit", walls=walls, grid=grid)
    (found,) = iterant.certify(good)
    assert isinstance(found, Certificate)
    assert found.limit is not None
    tau = Fraction(found.limit.value) * Fraction(102, 100)
    text = scheme("dtt(u) = dxx(u)", f"{method}, step {tau}", walls=walls, grid=grid)
    artifact = iterant.compile(text, force=True)
    (verdict,) = artifact.certificates
    assert isinstance(verdict, Refutation), verdict
    assert float(Fraction(verdict.witness.growth)) > 1.05
    assert_certificate_holds(artifact)
    # the dense matrix of the file's own grid has such a mode
    points = 16 if "16" in grid else 100
    module = Emitted(artifact=artifact, counts=(points,))
    dense = np.abs(np.linalg.eigvals(module.dense())).max()
    assert dense >= float(Fraction(verdict.witness.growth)) * (1 - 1e-9)


@pytest.mark.parametrize("method", ["fed, cycle 3", "fsi, cycle 3", "fed, cycle 2"])
def test_cycles_are_refuted_at_their_ends(method: str) -> None:
    """Some cycles have roots of integers in their steps; these are replayed in enclosures."""
    artifact = iterant.compile(scheme("dt(u) = dxx(u)", f"{method}, step 1/256"), force=True)
    (found,) = artifact.certificates
    assert isinstance(found, Refutation)
    inner = int(method[-1])
    assert found.witness.steps == inner
    assert f" in {inner} steps, by 10^6 in " in found.statement
    assert_certificate_holds(artifact)


def test_where_no_step_is_certified_the_method_is_blamed() -> None:
    (found,) = iterant.certify(scheme("dt(u) = -dx(u)", "explicit_euler, step 1/1000"))
    assert isinstance(found, Refutation)
    assert found.hint.startswith("no step of explicit_euler is certified here")
    (found,) = iterant.certify(scheme("dt(u) = -dxx(u)", "explicit_euler, step 1/1000"))
    assert isinstance(found, Refutation)
    assert not found.hint


def test_the_refusal_of_a_compilation_says_it_all() -> None:
    with pytest.raises(iterant.CertificateError) as caught:
        iterant.compile(scheme("dt(u) = dxx(u)", "explicit_euler, step 1/100"))
    said = str(caught.value)
    assert "a state, alternating along x, grows by a factor 9.24 in 1 step, by 10^6 in 7" in said
    assert "rkl2 with 5 stages takes this one" in said
