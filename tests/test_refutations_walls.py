"""Steps between walls above their limits: refuted, by a growth that the dense matrix exceeds."""

import re
from fractions import Fraction
from typing import Any

import pytest
import sympy

import iterant
from iterant.runtime.contract import Certificate, Refutation
from proofs import EXAMPLES, limit_of, matrix, pde, radius, verdict

WAVES = "dtt(u) = lap(u)"
PAIR = {"fields": "u, v", "boundary": "u = 0, dn(v) = 0"}
CASES: dict[str, tuple[str, dict[str, str]]] = {
    "rk4": (WAVES, {"time": "rk4", "boundary": "dn(u) = 0"}),
    "ssprk3": (WAVES, {"time": "ssprk3", "boundary": "dn(u) = 0"}),
    "rk4, Dirichlet, order 4": (WAVES, {"time": "rk4", "boundary": "u = 0", "space": "order 4"}),
    "leapfrog": (WAVES, {"time": "leapfrog", "boundary": "dn(u) = 0"}),
    "Schroedinger": ("dt(u) = -lap(v);dt(v) = lap(u)",
                     {"time": "symplectic_euler", "fields": "u, v", "boundary": "u = 0, v = 0"}),
    "Schroedinger by rk4": ("dt(u) = -lap(v);dt(v) = lap(u)",
                            {"time": "rk4", "fields": "u, v", "boundary": "u = 0, v = 0"}),
    "a medium by places": ("dt(u) = div(k*grad(u))",
                           {"boundary": "u = 0", "extra": "data k = where(x < 1/2, 1, 1/10)"}),
    "a medium by places, waves": (
        "dtt(u) = div(k*grad(u))",
        {"boundary": "u = 0", "extra": "data k = where(x < 1/2, 1, 1/10)", "time": "rk4"}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_above_the_limit(name: str) -> None:
    equation, more = CASES[name]
    scheme = pde(equation, **more)
    limit = sympy.Rational(limit_of(scheme).value)
    inside = verdict(scheme, tau=limit * sympy.Rational(99, 100))
    assert isinstance(inside, Certificate)
    assert radius(matrix(scheme, float(limit) * 0.99)) <= 1 + 1e-6
    outside = verdict(scheme, tau=limit * sympy.Rational(6, 5))
    assert isinstance(outside, Refutation), outside
    growth = float(Fraction(outside.witness.growth))
    assert 1 < growth <= radius(matrix(scheme, float(limit) * 1.2)) * (1 + 1e-9)


@pytest.mark.parametrize("name", CASES)
def test_just_above_the_limit_nothing_false_is_said(name: str) -> None:
    equation, more = CASES[name]
    scheme = pde(equation, **more)
    tau = sympy.Rational(limit_of(scheme).value) * sympy.Rational(1001, 1000)
    found, dense = verdict(scheme, tau=tau), radius(matrix(scheme, float(tau)))
    if isinstance(found, Refutation):
        assert float(Fraction(found.witness.growth)) <= dense * (1 + 1e-9)
    if isinstance(found, Certificate):
        assert dense <= 1 + 1e-6


EXAMPLE_STEPS = {"maxwell_tm": "1/250", "variable_heat": "1/900", "schroedinger": "1/390"}


@pytest.mark.parametrize("name", EXAMPLE_STEPS)
def test_examples_above_their_limits(name: str) -> None:
    text = (EXAMPLES / f"{name}.scheme").read_text()
    text = re.sub(r"step [^,\n]*", f"step {EXAMPLE_STEPS[name]}", text)
    found: Any = iterant.certify(text)[0]
    assert isinstance(found, Refutation), found
    assert Fraction(found.witness.growth) > Fraction(11, 10)
