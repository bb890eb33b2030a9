"""Convex combinations, diffusivities, intervals of methods, refutations."""

import numpy as np
import pytest
import sympy

import proofs
from iterant.compiler.integrators import METHODS
from iterant.runtime.checker import check
from iterant.runtime.contract import Refutation
from proofs import closed, limit_of, matrix, norm, pde, value, verdict, volumes

SQUARE = "x, y in [0, 1]"
UPWIND = {
    "upwind 1-D": ("dt(u) = -c*dx(u)", "x in [0, 1]", "16", "h/c"),
    "upwind against": ("dt(u) = c*dx(u)", "x in [0, 1]", "16", "h/c"),
    "upwind 2-D": ("dt(u) = -a*dx(u) - b*dy(u)", SQUARE, "6, 6", "h/(a + b)"),
    "upwind with diffusion": (
        "dt(u) = -c*dx(u) + nu*dxx(u)", "x in [0, 1]", "16", "h^2/(c*h + 2*nu)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", UPWIND)
@pytest.mark.parametrize("claim", ["l2_stable", "max_principle", "positivity"])
def test_upwind_limits(name: str, claim: str) -> None:
    equation, domain, grid, expected = UPWIND[name]
    extra = "param c = 2, nu = 1/5, a = 1, b = 3, positive"
    scheme = pde(equation, domain=domain, grid=grid, extra=extra, space="upwind, order 1")
    found = proofs.certificate(scheme, claim)
    assert found.limit is not None
    assert sympy.simplify(closed(found.limit.closed_form) / closed(expected)) == 1
    assert check(found).accepted
    largest = value(found.limit)
    assert norm(matrix(scheme, largest), volumes(scheme)) <= 1 + 1e-12
    assert matrix(scheme, largest).min() >= -1e-13
    assert matrix(scheme, 1.01 * largest).min() < -1e-6


EXTREMES = {
    "heat": ({}, "h^2/(2*kappa)"),
    "Dirichlet cells": ({"boundary": "u = 0"}, "h^2/(3*kappa)"),
    "Dirichlet nodes": ({"boundary": "u = 0", "grid": "15, nodes"}, "h^2/(2*kappa)"),
    "Neumann": ({"boundary": "reflecting"}, "h^2/(2*kappa)"),
    "Robin": ({"boundary": "u + dn(u) = 0"}, "h^2/(3*kappa)"),
    "one Dirichlet wall": (
        {"boundary": "u = 0 on x low, dn(u) = 0 on x high"}, "h^2/(3*kappa)",
    ),
    "2-D Dirichlet cells": (
        {"boundary": "u = 0", "domain": SQUARE, "grid": "4, 4"}, "h^2/(6*kappa)",
    ),
    "ssprk3": ({"time": "ssprk3"}, "h^2/(2*kappa)"),
}  # fmt: skip


@pytest.mark.parametrize("name", EXTREMES)
def test_maximum_principle(name: str) -> None:
    more, expected = EXTREMES[name]
    scheme = pde("dt(u) = kappa*lap(u)", extra="param kappa = 1/10, positive", **more)
    found = proofs.certificate(scheme, "max_principle")
    assert found.limit is not None
    assert sympy.simplify(closed(found.limit.closed_form) / closed(expected)) == 1
    assert check(found).accepted
    step = matrix(scheme, value(found.limit))
    assert step.min() >= -1e-13
    assert step.sum(axis=1).max() <= 1 + 1e-12
    if name not in {"Robin", "ssprk3"}:
        assert matrix(scheme, 1.01 * value(found.limit)).min() < -1e-6


DIFFUSIVITIES = {
    "Perona-Malik": ("1/(1 + s2/K^2)", "h^2/4"),
    "Charbonnier": ("1/sqrt(1 + s2/K^2)", "h^2/4"),
    "exponential": ("exp(-s2/(2*K^2))", "h^2/4"),
    "Weickert": ("where(s2 > 0, 1 - exp(-3/(s2/K^2)^4), 1)", "h^2/4"),
    "Huber": ("min(1, K/sqrt(s2))", "h^2/4"),
    "total variation": ("1/sqrt(s2 + 1/100)", "h^2/40"),
    "twice Perona-Malik": ("2/(1 + s2/K^2)", "h^2/8"),
    "a constant beside": ("1/3 + 1/(1 + s2/K^2)", "3*h^2/16"),
}


@pytest.mark.parametrize("flux", ["half_points", "forward", "corners"])
@pytest.mark.parametrize("name", DIFFUSIVITIES)
def test_diffusivities(name: str, flux: str) -> None:
    g, expected = DIFFUSIVITIES[name]
    scheme = pde(
        "dt(u) = div(g(norm2(grad(u)))*grad(u))",
        domain="x, y",
        grid="spacing 1",
        boundary="reflecting",
        space=f"flux {flux}",
        extra=f"param K = 1/20, positive, trainable\nfunction g(s2) = {g}",
    )
    found = proofs.certificate(scheme)
    assert check(found).accepted
    assert found.limit is not None
    factor = 2 if flux == "corners" else 1
    assert sympy.simplify(closed(found.limit.closed_form) / (factor * closed(expected))) == 1
    run = proofs.Evaluator(scheme=scheme, counts=(9, 7))
    random = np.random.default_rng(0)
    for size in (1e-6, 1e-2, 1.0, 100.0):
        u = size * random.standard_normal((9, 7))
        after = run.step({"u": u}, value(found.limit))["u"]
        assert np.linalg.norm(after) <= np.linalg.norm(u) * (1 + 1e-12)


@pytest.mark.parametrize("name", ["explicit_euler", "heun", "ssprk3", "rk4", "dormand_prince"])
def test_intervals_of_methods(name: str) -> None:
    # what the stages say is what the method's file states
    facts = METHODS[name].facts({})
    scheme = pde("dt(u) = lap(u)", time=name)
    found = closed(limit_of(scheme).closed_form) / closed("h^2/4")
    assert float(abs(found - facts.real)) < 1e-10


REFUSED = {
    "steps too long": ("dt(u) = lap(u)", {}, "1/100"),
    "between walls": ("dt(u) = lap(u)", {"boundary": "reflecting"}, "1/480"),
    "on many points": ("dt(u) = lap(u)", {"grid": "1024, 1024", "domain": SQUARE}, "1/4000000"),
    "central transport by Euler": ("dt(u) = -dx(u)", {}, "1/100"),
    "backward heat": ("dt(u) = -lap(u)", {}, "1/10000"),
    "waves": ("dtt(u) = lap(u)", {"time": "leapfrog"}, "1/15"),
    "waves by rk4": ("dtt(u) = lap(u)", {"time": "rk4"}, "1/10"),
    "Richardson": ("dt(u) = lap(u)", {"time": "leapfrog"}, "1/10000"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_plain_steps_beyond_the_limit(name: str) -> None:
    equation, more, tau = REFUSED[name]
    found = verdict(pde(equation, **more), tau=tau)
    assert isinstance(found, Refutation), found
    assert sympy.Rational(found.witness.growth) > 1


def test_refuted_witnesses_grow_when_run() -> None:
    scheme = pde("dt(u) = kappa*lap(u)", extra="param kappa = 1, positive")
    found = verdict(scheme, tau="1/400")
    assert isinstance(found, Refutation)
    state = found.witness.state
    assert isinstance(state, dict)
    u = np.array([float(sympy.Rational(v)) for v in state["u"]])  # type: ignore[union-attr]
    u = np.tile(u, 16 // len(u))
    run = proofs.Evaluator(scheme=scheme)
    after = run.step({"u": u}, 1 / 400)["u"]
    growth = np.linalg.norm(after) / np.linalg.norm(u)
    assert abs(growth - float(sympy.Rational(found.witness.growth))) < 1e-6
