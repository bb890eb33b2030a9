"""Faults that an audit found, each the shortest text that showed it.

Every verdict is compared with what the emitted module does in float64, on a handful of points.
"""

import numpy as np
import pytest
import torch

import iterant
from iterant.compiler.pipeline import CertificateError, compile_text
from iterant.compiler.source import SchemeError, Source
from iterant.runtime.checker import check
from iterant.runtime.faults import UserError


def text(*lines, domain="x in [0, 1]", grid="5", boundary="periodic", field="field u"):
    """A scheme on a small grid."""
    head = ["scheme audit", f"domain {domain}", f"grid {grid}", f"boundary {boundary}", field]
    return "\n".join([*head, *lines]) + "\n"


def compiled(*lines, **place):
    return iterant.compile(text(*lines, **place), force=True)


def verdicts(artifact):
    """{claim: verdict}; what is certified is accepted by the checker."""
    for found in artifact.certificates:
        if found.verdict == "certified":
            report = check(found, artifact.source_code)
            assert report.accepted, report.reason
    return {c.claim: c.verdict for c in artifact.certificates}


def matrix(artifact):
    """One step of a scheme of one scalar unknown as a matrix, its constant part left out."""
    module = artifact.module(dtype=torch.float64)
    counts = module.plan.counts
    size = int(np.prod(counts))
    units = torch.eye(size, dtype=torch.float64).reshape(size, *counts)
    with torch.no_grad():
        zero = module.step(module.start(torch.zeros(counts, dtype=torch.float64)))["u"]
        found = module.step(module.start(units))["u"] - zero
    return found.reshape(size, size).numpy().T


# ---- coordinates on a periodic axis


@pytest.mark.parametrize("operator", ["div((1 + x)*grad(u))", "dx(x*dx(u))", "-dx(x*u)"])
def test_a_coordinate_has_one_value_on_the_seam_of_a_periodic_axis(operator):
    artifact = compiled(
        f"equation dt(u) = {operator}",
        "time explicit_euler, step 1/200, steps 4",
        "certify conserves integral(u)",
    )
    assert verdicts(artifact) == {"conserves integral(u)": "certified"}
    np.testing.assert_allclose(matrix(artifact).sum(axis=0), 1, atol=1e-13)


def test_a_flux_with_a_coordinate_on_a_periodic_axis_keeps_its_norm():
    artifact = compiled(
        "equation dt(u) = div((1 + x)*grad(u))",
        "time explicit_euler, step limit, steps 4",
        "certify l2_stable",
        grid="6",
    )
    assert verdicts(artifact) == {"l2_stable": "certified"}
    assert np.linalg.norm(matrix(artifact), 2) <= 1 + 1e-12


# ---- signs


@pytest.mark.parametrize("value", ["1/2", "-1/2"])
def test_a_parameter_of_either_sign_is_no_positive_one(value):
    artifact = compiled(
        f"param kappa = {value}, in [-1, 1]",
        "equation dt(u) = lap(u) - 20*kappa*u",
        "time explicit_euler, step 1/1000, steps 4",
        "certify l2_stable, max_principle, positivity",
    )
    assert "certified" not in verdicts(artifact).values()


# ---- one point between two walls


def test_one_point_between_two_walls_keeps_the_maximum_principle():
    artifact = compiled(
        "equation dt(u) = lap(u)",
        "time explicit_euler, step limit, steps 4",
        "certify max_principle",
        domain="x, y in [0, 1]",
        grid="1, 2",
        boundary="u = 0",
    )
    assert verdicts(artifact) == {"max_principle": "certified"}
    assert matrix(artifact).min() >= -1e-14


# ---- texts that compiled to code that did not run


def test_frozen_weights_of_an_equation_without_flux():
    artifact = compiled(
        "equation dt(u) = lap(u)",
        "time fsi, cycle 3, frozen, step limit, steps 6",
        "certify l2_stable",
    )
    assert verdicts(artifact) == {"l2_stable": "certified"}
    assert np.linalg.norm(matrix(artifact), 2) <= 1 + 1e-12


# ---- what comes in through walls


@pytest.mark.parametrize(
    ("flux", "verdict"),
    [
        ("1/(1 + u^2)*grad(u)", "unproved"),
        ("(1 + x)*grad(u)", "certified"),
        ("u*grad(u)", "unproved"),
    ],
)
def test_a_conserved_integral_lets_nothing_in_that_depends_on_the_state(flux, verdict):
    artifact = compiled(
        f"equation dt(u) = div({flux})",
        "time explicit_euler, step 1/1000, steps 4",
        "certify conserves integral(u)",
        boundary="dn(u) = 1",
    )
    assert verdicts(artifact) == {"conserves integral(u)": verdict}


# ---- the checker follows, and a replay starts


def test_the_checker_reads_a_limit_with_a_negative_parameter():
    artifact = compiled(
        "param kappa = -1/5",
        "equation dt(u) = lap(u) + kappa*u",
        "time explicit_euler, step 0.9*limit, steps 4",
        "certify l2_stable",
        grid="6",
    )
    assert verdicts(artifact) == {"l2_stable": "certified"}
    assert np.linalg.norm(matrix(artifact), 2) <= 1


def test_data_by_a_formula_that_is_not_rational_may_stand_beside_a_refuted_claim():
    artifact = compiled(
        "data k = sin(x)",
        "equation dt(u) = lap(u)",
        "time explicit_euler, step 1, steps 4",
        "certify l2_stable",
    )
    assert verdicts(artifact) == {"l2_stable": "refuted"}


STAGGERED = """scheme wall
domain x, y in [0, 1]
grid 4, 4
boundary dn(p) = 0
field p
field v: vector, staggered
equation dt(v) = -grad(p)
equation dt(p) = -div(v)
initial p = 0, v = vector(V, 0)
time leapfrog, step 0.5 * limit, steps 2
certify l2_stable, conserves integral(p)
"""


def test_faces_on_a_wall_are_a_hypothesis_and_checked():
    """No equation moves them: what is proved speaks of states that hold the wall's value there."""
    artifact = compile_text(Source("t.scheme", STAGGERED.replace("V", "sin(pi*x)")))
    for verdict in artifact.certificates:
        assert any("faces" in h for h in verdict.hypotheses)
        assert check(verdict, artifact.source_code).accepted
    artifact.module()()
    wrong = compile_text(Source("t.scheme", STAGGERED.replace("V", "1/2 - x")))
    with pytest.raises(UserError, match="wall"):
        wrong.module()()


def test_weights_of_coordinates_beyond_the_domain_are_not_bounded_by_it():
    """A face of nodes may lie outside the interval: there the coefficient x is negative."""
    text = (
        "scheme a\ndomain x in [0, 1]\ngrid 4, nodes\nboundary periodic\nfield u\n"
        "equation dt(u) = div(x*grad(u))\ntime explicit_euler, step 1/100, steps 2\n"
        "certify l2_stable\n"
    )
    with pytest.raises(CertificateError, match="an eigenvector of the step on this grid grows"):
        compile_text(Source("t.scheme", text))
    points = np.arange(4)
    faces = points / 4 - 1 / 8  # face 0 lies at -1/8
    step = np.eye(4) * (1 - 16 / 100 * (faces + np.roll(faces, -1)))
    step[points, points - 1] += 16 / 100 * faces
    step[points - 1, points] += 16 / 100 * faces
    assert np.linalg.eigvalsh(step)[-1] > 1.01


def test_a_limit_that_is_not_attained_cannot_be_the_step():
    """Leapfrog at its limit grows linearly: `step limit` is a Diagnostic."""
    text = STAGGERED.replace("V", "0").replace("0.5 * limit", "limit")
    with pytest.raises(SchemeError, match="that step itself is not"):
        compile_text(Source("t.scheme", text))
