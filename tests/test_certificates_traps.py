"""Schemes that look provable and are not: each must stay unproved, or be refuted."""

import pytest
import sympy

from iterant.runtime.contract import Certificate, Refutation
from proofs import certificate, limit_of, pde, verdict

SQUARE = {"domain": "x, y in [0, 1]", "grid": "8, 8"}
IMAGE = {"domain": "x, y", "grid": "spacing 1", "boundary": "reflecting"}
PM = "dt(u) = div(g(norm2(grad(u)))*grad(u))"
G = "function g(s2) = 1/(1 + s2)"

L2 = {
    "backward heat": ("dt(u) = -lap(u)", {}),
    "heat that also grows": ("dt(u) = lap(u) + u", {}),
    "Swift-Hohenberg": ("dt(u) = u/10 - (1 + lap)^2 * u", {}),
    "Richardson's leapfrog": ("dt(u) = lap(u)", {"time": "leapfrog"}),
    "transport by heun": ("dt(u) = -dx(u)", {"time": "heun"}),
    "transport between walls": ("dt(u) = -dx(u)", {"time": "rk4", "boundary": "u = 0"}),
    "a weight below zero": (PM, {"extra": "function g(s2) = 1 - s2", **SQUARE}),
    "forward and backward": (PM, {"extra": "function g(s2) = (1 - s2)/(1 + s2^2)", **SQUARE}),
    "an unbounded weight": (PM, {"extra": "function g(s2) = 1 + s2", **SQUARE}),
    "trained and unbounded": (
        PM, {"extra": "param e = 1/10, positive, trainable\nfunction g(s2) = 1/(e + s2)", **SQUARE},
    ),
    "a source beside a nonlinear flux": (f"{PM} + x", {"extra": G, **SQUARE}),
    "a wall value beside a nonlinear flux": (PM, {"extra": G, **SQUARE, "boundary": "u = 1"}),
    "a cycle with fresh weights": (PM, {"extra": G, **IMAGE, "time": "fsi, cycle 4"}),
    "a fed cycle with fresh weights": (PM, {"extra": G, **IMAGE, "time": "fed, cycle 4"}),
    "fresh weights in rk4": (PM, {"extra": G, **IMAGE, "time": "rk4"}),
    "fresh weights in rkl2": (PM, {"extra": G, **IMAGE, "time": "rkl2, stages 4"}),
    "fresh weights in two levels": (PM, {"extra": G, **IMAGE, "time": "adams_bashforth2"}),
    "forward gradients on Neumann nodes": (
        PM, {"extra": G, "domain": "x, y in [0, 1]", "grid": "8, 8, nodes",
             "boundary": "dn(u) = 0", "space": "flux forward"},
    ),
    "Robin walls of order 4": ("dt(u) = lap(u)", {"boundary": "u + dn(u) = 0", "space": "order 4"}),
    "a wall that feeds": ("dt(u) = lap(u)", {"boundary": "u - dn(u) = 0"}),
    "nodes on a wall that feeds": (
        "dt(u) = lap(u)", {"grid": "8, nodes", "boundary": "u - dn(u) = 0"},
    ),
    "data without a range": ("dt(u) = div(k*grad(u))", {"extra": "data k"}),
    "data that may be negative": ("dt(u) = div(k*grad(u))", {"extra": "data k: in [-1, 1]"}),
    "a coefficient by the formula x - 1/2": (
        "dt(u) = div(k*grad(u))", {"extra": "data k = x - 1/2"},
    ),
    "a reaction": ("dt(u) = lap(u) - u^3", {}),
    "another field": ("dt(u) = lap(u) + v;dt(v) = lap(v)", {"fields": "u, v"}),
    "fields that drive each other up": (
        "dt(u) = v;dt(v) = u", {"fields": "u, v", "time": "leapfrog"},
    ),
    "waves of the wrong sign": ("dtt(u) = -lap(u)", {"time": "leapfrog"}),
    "waves in a medium that the wave changes": (
        "dtt(u) = div(grad(u)/(1 + u^2))", {"time": "leapfrog"},
    ),
    "waves by explicit Euler": ("dtt(u) = lap(u)", {"time": "explicit_euler"}),
    "a speed that differs from step to step": (
        "dtt(u) = c^2*lap(u)", {"extra": "param c = 1, in [1, 2], per step", "time": "leapfrog"},
    ),
    "a parameter of any sign": ("dt(u) = a*lap(u)", {"extra": "param a = 1, in [-1, 1]"}),
    "a trained parameter of any sign": ("dt(u) = a*lap(u)", {"extra": "param a = 1, trainable"}),
}  # fmt: skip


@pytest.mark.parametrize("name", L2)
def test_not_l2_stable(name: str) -> None:
    equation, more = L2[name]
    found = verdict(pde(equation, **more))
    assert not isinstance(found, Certificate), found.statement
    assert found.reason if not isinstance(found, Refutation) else found.statement


EXTREMES = {
    "order 4": ("dt(u) = lap(u)", {"space": "order 4"}),
    "central transport": ("dt(u) = -dx(u) + lap(u)", {}),
    "upwind of order 3": ("dt(u) = -dx(u)", {"space": "upwind, order 3"}),
    "biharmonic": ("dt(u) = -lap(lap(u))", {}),
    "growth": ("dt(u) = lap(u) + u", {}),
    "rk4": ("dt(u) = lap(u)", {"time": "rk4"}),
    "rkl2": ("dt(u) = lap(u)", {"time": "rkl2, stages 4"}),
    "corners in 3-D": (
        "dt(u) = div(grad(u)/(1 + norm2(grad(u))))",
        {"domain": "x, y, z in [0, 1]", "grid": "4, 4, 4", "space": "flux corners"},
    ),
    "a wall that feeds": ("dt(u) = lap(u)", {"boundary": "u - dn(u) = 0"}),
    "Robin nodes": ("dt(u) = lap(u)", {"grid": "8, nodes", "boundary": "u + dn(u) = 0"}),
}  # fmt: skip


@pytest.mark.parametrize("name", EXTREMES)
def test_no_maximum_principle(name: str) -> None:
    equation, more = EXTREMES[name]
    assert not isinstance(verdict(pde(equation, **more), "max_principle"), Certificate)


LEAKS = {
    "Dirichlet walls": ("dt(u) = lap(u)", {"boundary": "u = 0"}),
    "Robin walls": ("dt(u) = lap(u)", {"boundary": "u + dn(u) = 0"}),
    "decay": ("dt(u) = lap(u) - u", {}),
    "no conservation form": ("dt(u) = -u*dx(u)", {}),
    "transport through insulated walls": ("dt(u) = -dx(u^2)", {"boundary": "reflecting"}),
    "waves": ("dtt(u) = lap(u)", {"time": "leapfrog"}),
    "velocities": ("dtt(u) = lap(u)", {"time": "rk4"}),
    "a learned-like flux through insulated walls": (
        "dt(u) = div((1 + dx(u))*grad(u))", {"boundary": "reflecting", "space": "order 4"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LEAKS)
def test_not_conserved(name: str) -> None:
    equation, more = LEAKS[name]
    found = verdict(pde(equation, **more), "conserves", value=sympy.Symbol("u", real=True))
    assert not isinstance(found, Certificate), found.statement


def test_upwind_into_a_mirror_is_no_contraction() -> None:
    # rows sum to 1, yet the norm is 1.35 and powers reach 4.3 (certificates.md, section 2)
    scheme = pde("dt(u) = -dx(u)", boundary="dn(u) = 0 on x low", space="upwind, order 1")
    assert not isinstance(verdict(scheme), Certificate)
    assert isinstance(verdict(scheme, "max_principle"), Certificate)


def test_a_trained_coefficient_bounds_the_step_over_its_whole_range() -> None:
    extra = "param kappa = 1/10, in [1/100, 1/2], trainable"
    scheme = pde("dt(u) = kappa*lap(u)", extra=extra)
    limit = limit_of(scheme)
    assert limit.closed_form == "h^2/(2*kappa)"
    assert sympy.Rational(limit.value) == sympy.Rational(1, 16) ** 2  # at kappa = 1/2
    assert isinstance(verdict(scheme, tau=sympy.Rational(limit.value)), Certificate)
    assert not isinstance(verdict(scheme, tau=2 * sympy.Rational(limit.value)), Certificate)


def test_what_follows_from_a_trained_parameter_is_trained() -> None:
    extra = "param a = 1/10, in [1/100, 1], trainable\nparam b = 2*a"
    limit = limit_of(pde("dt(u) = b*lap(u)", extra=extra))
    assert sympy.Rational(limit.value) <= sympy.Rational(1, 4 * 16**2)


def test_fixed_parameters_are_hypotheses() -> None:
    extra = "param e = 1/10, positive\nfunction g(s2) = 1/(e + s2)"
    found = certificate(pde(PM, extra=extra, **SQUARE))
    assert "e = 1/10" in found.hypotheses
    assert found.limit is not None
    assert found.limit.closed_form == "h^2/40"


def test_step_at_a_limit_that_is_not_attained() -> None:
    scheme = pde("dtt(u) = lap(u)", time="leapfrog")
    limit = sympy.Rational(limit_of(scheme).value)
    assert not isinstance(verdict(scheme, tau=limit), Certificate)
    assert isinstance(verdict(scheme, tau=limit * sympy.Rational(999, 1000)), Certificate)


def test_a_step_above_the_limit_by_less_than_doubles_see() -> None:
    scheme = pde("dt(u) = -u")  # the limit is 2, a number: the ratio to it is one too
    assert isinstance(verdict(scheme, tau=sympy.Integer(2)), Certificate)
    above = 2 + sympy.Rational(1, 10**21)
    assert not isinstance(verdict(scheme, tau=above), Certificate)
