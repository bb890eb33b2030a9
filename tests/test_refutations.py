"""No wrong refutation: what is refuted grows on the file's own grid, for dense matrices."""

from fractions import Fraction
from typing import Any

import pytest
import sympy
from hypothesis import given, settings, strategies as st

import strategies
from iterant.compiler.scheme import Scheme
from iterant.compiler.source import SchemeError
from iterant.runtime.contract import Certificate, Refutation
from proofs import levels, matrix, norm, pde, radius, scheme_of, verdict, volumes
from test_certificates_random import CASES, Trial

WAVES = {"fields": "p\nfield v: vector, staggered", "time": "symplectic_euler"}
STEP = "div(where(x < 1/4, 5, 1)*grad(u))"
TRAPS: dict[str, tuple[Scheme, str]] = {
    # the waves of v are gradients and others: three eigenvalues, not the two of p
    "three eigenvalues": (
        pde(
            "dt(v) = -grad(p)/2;dt(p) = -3*div(v)", **WAVES, grid="2, 2, 1",
            domain="x in [1, 5/2], y in [2, 5], z in [3/2, 3]",
        ), "51/100",
    ),
    # four cells of the grid are no torus of their own where the weight is a function of x
    "a weight that does not repeat": (pde(f"dt(u) = {STEP}"), "51/128000"),
    "data that do not repeat": (
        pde("dt(u) = div(k*grad(u))", extra="data k = where(x < 1/4, 5, 1)"), "51/128000",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TRAPS)
def test_steps_beyond_a_limit_that_do_not_grow(name: str) -> None:
    scheme, tau = TRAPS[name]
    found = verdict(scheme)
    assert isinstance(found, Certificate)
    assert found.limit is not None
    assert Fraction(tau) > Fraction(found.limit.value)
    step = matrix(scheme, float(Fraction(tau)))
    assert radius(step) <= 1 + 1e-12
    assert not isinstance(verdict(scheme, tau=tau), Refutation)


def test_the_same_waves_are_refuted_where_they_grow() -> None:
    scheme = pde(
        "dt(v) = -grad(p)/2;dt(p) = -3*div(v)", **WAVES, grid="4, 4", domain="x, y in [0, 1]"
    )
    for tau in ("1/6", "1/3"):
        found = verdict(scheme, tau=tau)
        assert isinstance(found, Refutation)
        growth = float(Fraction(found.witness.growth))
        assert growth > 1
        assert radius(matrix(scheme, float(Fraction(tau)))) >= growth - 1e-6


def grows(scheme: Scheme, counts: tuple[int, ...], claim: str, tau: Any) -> None:
    """The claim fails for the dense matrix of the file's grid."""
    step = matrix(scheme, float(tau), counts)
    if claim != "l2_stable":
        assert step.min() < 0
    elif len(levels(scheme)) == 1:
        assert norm(step, volumes(scheme, counts)) > 1
    else:
        assert radius(step) > 1


@settings(max_examples=25, deadline=None)
@given(case=CASES, factor=st.sampled_from(["51/50", "2", "5"]))
def test_refutations_of_random_schemes_hold(case: strategies.Case, factor: str) -> None:
    try:
        scheme = scheme_of(case.text)
    except SchemeError:
        return
    for claim in ("l2_stable", "max_principle", "positivity"):
        found = verdict(scheme, claim)
        tau = sympy.Rational(1, 50)
        if isinstance(found, Certificate):
            assert found.limit is not None
            tau = sympy.Rational(found.limit.value) * sympy.Rational(factor)
        if not isinstance(verdict(scheme, claim, tau), Refutation):
            continue
        if Trial(scheme, case.counts, 0).linear:
            grows(scheme, case.counts, claim, tau)
