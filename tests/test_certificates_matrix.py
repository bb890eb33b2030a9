"""`matrix`: verdicts on the file's own grid against dense norms, eigenvalues and powers."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import assume, event, given, settings, strategies as st

from iterant.compiler.certificates.base import Unprovable
from iterant.compiler.certificates.certify import certify
from iterant.compiler.certificates.keptforms import kept_form
from iterant.compiler.certificates.onegrid import one_grid
from iterant.runtime.checker import check
from iterant.runtime.contract import Certificate, Refutation, Unproved, Verdict
from proofs import claim, matrix, norm, pde, radius, scheme_of, verdict, volumes

HEAT, FLOW = "dt(u) = dxx(u)", "dt(u) = -dx(u)"
INFLOW = {"boundary": "u = 0 on x low", "grid": "32", "space": "upwind, order 1"}
NEVER = "||u[k+1]|| <= ||u[k]||"

# equation, step, more, and what is certified: 1 where the norm never grows, else at most this K
CASES: dict[str, tuple[str, str, dict[str, str], float]] = {
    "order 4 between Robin walls": (
        HEAT, "1/4000", {"grid": "32", "boundary": "u + dn(u) = 0", "space": "order 4"}, 1,
    ),
    "Robin nodes": (
        HEAT, "1/4000", {"grid": "32, nodes", "boundary": "u + dn(u) = 0", "space": "order 4"}, 1,
    ),
    "Robin nodes by rk4": (
        HEAT, "1/2000", {"grid": "32, nodes", "boundary": "u + dn(u) = 0", "time": "rk4",
                         "space": "order 4"}, 1,
    ),
    "order 4 by rkl2": (
        HEAT, "1/900", {"grid": "32", "boundary": "2*u + dn(u) = 0", "space": "order 4",
                        "time": "rkl2, stages 5"}, 1,
    ),
    "outflow by rk4": (FLOW, "1/40", {**INFLOW, "time": "rk4"}, 1.1),
    "inflow by a mirror": (FLOW, "1/40", {**INFLOW, "boundary": "dn(u) = 0 on x low"}, 30),
    "inflow at the limit of waves": (FLOW, "1/32", INFLOW, 25),
    "a coefficient of place": (
        "dt(u) = -x*dx(u)", "1/40", {"grid": "24", "space": "upwind, order 1",
                                     "boundary": "u = 0 on x low, dn(u) = 0 on x high"}, 3,
    ),
    "two levels": (
        HEAT, "1/4000", {"grid": "12", "boundary": "u + dn(u) = 0", "space": "order 4",
                         "time": "adams_bashforth2"}, 1500,
    ),
    "a driven pair": (
        "dt(u) = dxx(u) + v/10;dt(v) = dxx(v) - u", "1/1000",
        {"grid": "12", "boundary": "u + dn(u) = 0, v + dn(v) = 0", "fields": "u, v"}, 10,
    ),
    "leapfrog between Robin nodes": (
        "dtt(u) = lap(u)", "1/20",
        {"grid": "12, nodes", "boundary": "u + dn(u) = 0", "time": "leapfrog"}, 40,
    ),
    "a pair in turn": (
        "dt(u) = -dx(v);dt(v) = -dx(u)", "1/20",
        {"grid": "12", "boundary": "u = 0, dn(v) = 0", "time": "symplectic_euler",
         "fields": "u, v"}, 2,
    ),
    "a small square": (
        "dt(u) = dxx(u) + dyy(u)", "1/110", {"domain": "x, y in [0, 1]", "grid": "6, 6, nodes",
                                             "boundary": "u + dn(u) = 0"}, 1,
    ),
}  # fmt: skip


def constant(found: Certificate) -> float:
    """K of the statement, 1 where the norm never grows."""
    stated = found.proof.get("constant")
    return 1.0 if stated is None else float(Fraction(str(stated)))


def largest_power(step: Any, weights: Any) -> float:
    """sup_k ||G^k|| over powers up to 4000, all of the first 200."""
    power, best = np.eye(len(step)), 1.0
    for _ in range(200):
        power = power @ step
        best = max(best, norm(power, weights))
    leap = np.linalg.matrix_power(step, 95)
    for _ in range(40):
        power = power @ leap
        best = max(best, norm(power, weights))
    return best


def agreed(found: Verdict, step: Any, weights: Any) -> None:
    """What is certified holds for the dense matrix, and the checker accepts it."""
    if isinstance(found, Certificate):
        assert largest_power(step, weights) <= constant(found) * (1 + 1e-9)
        report = check(found)
        assert report.accepted, report.reason
    if isinstance(found, Refutation):
        assert 1 < float(Fraction(found.witness.growth)) <= radius(step) * (1 + 1e-3)


@pytest.mark.parametrize("name", CASES)
def test_certified_on_its_own_grid(name: str) -> None:
    equation, tau, more, most = CASES[name]
    scheme = pde(equation, **more)
    found = verdict(scheme, tau=sympy.Rational(tau))
    assert isinstance(found, Certificate), found
    assert found.kind == "matrix"
    assert "this grid alone" in found.domain
    assert constant(found) <= most
    agreed(found, matrix(scheme, float(sympy.Rational(tau))), volumes(scheme))


def test_forms_that_a_step_keeps() -> None:
    equation, tau, more, _ = CASES["leapfrog between Robin nodes"]
    scheme = pde(equation, **more)
    form = kept_form(one_grid(scheme, sympy.Rational(tau)))
    assert form is not None
    table = np.array([[float(Fraction(int(c.p), int(c.q))) for c in row] for row in form.tolist()])
    step = matrix(scheme, float(sympy.Rational(tau)))
    assert np.allclose(step.T @ table @ step, table, atol=1e-10)
    assert np.linalg.eigvalsh(table)[0] > 0
    decays = pde(HEAT, grid="8", boundary="u + dn(u) = 0", space="order 4")
    assert kept_form(one_grid(decays, sympy.Rational(1, 4000))) is None


def test_what_it_says() -> None:
    equation, tau, more, _ = CASES["inflow by a mirror"]
    found = verdict(pde(equation, **more), tau=sympy.Rational(tau))
    assert isinstance(found, Certificate)
    assert found.statement == f"||u[k]|| <= {found.proof['constant']} ||u[0]|| for every k"
    assert found.domain == "x from Neumann to nothing; 32 points along x, this grid alone"
    assert found.hypotheses == ("h = 1/32", "tau = 1/40")
    assert found.limit is None


REFUSED: dict[str, tuple[str, str, dict[str, str], str]] = {
    "powers that reach 10^17": (
        FLOW, "3/80", {**INFLOW, "grid": "40, nodes"}, "no bound below 10^6",
    ),
    "a step that is not known": (HEAT, "", {"boundary": "u - dn(u) = 0"}, "a step that is known"),
    "a trained parameter": (
        "dt(u) = a*dxx(u)", "1/4000",
        {"boundary": "u + dn(u) = 0", "space": "order 4", "extra": "param a = 1, trainable"},
        "'a' is trained",
    ),
    "a declared set": (
        "dt(u) = a*dxx(u)", "1/4000",
        {"boundary": "u + dn(u) = 0", "space": "order 4", "extra": "param a = 1, in [0, 2]"},
        "the set of 'a' was declared",
    ),
    "data that are inputs": (
        "dt(u) = k*dxx(u)", "1/4000", {"boundary": "u + dn(u) = 0", "extra": "data k: in [0, 1]"},
        "have no formula",
    ),
    "a coefficient that changes in time": (
        "dt(u) = t*dxx(u)", "1/4000", {"boundary": "u + dn(u) = 0", "space": "order 4"},
        "changes in time",
    ),
    "a number that is not rational": (
        "dt(u) = sin(x)*dxx(u)", "1/4000", {"boundary": "u + dn(u) = 0"}, "rational",
    ),
    "a product of unknowns": (
        "dt(u) = u*dxx(u)", "1/4000", {"boundary": "u + dn(u) = 0"}, "not linear",
    ),
    "too many points": (
        HEAT, "1/10000000", {"grid": "1000", "boundary": "u + dn(u) = 0", "space": "order 4"},
        "too many",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_a_reason(name: str) -> None:
    equation, tau, more, words = REFUSED[name]
    found = verdict(pde(equation, **more), tau=sympy.Rational(tau) if tau else None)
    assert isinstance(found, Unproved), found
    assert words in found.reason


# ---- random steps between walls, node by node

WEIGHTS = st.integers(-8, 8).map(lambda k: Fraction(k, 8))
WALLS = st.sampled_from(["u = 0", "dn(u) = 0", "u + dn(u) = 0", "u - dn(u)/4 = 0",
                         "u = 0 on x low, dn(u) = 0 on x high"])  # fmt: skip


@st.composite
def texts(draw: Any) -> str:
    near = [draw(WEIGHTS) for _ in range(3)]
    size, nodes = draw(st.integers(2, 9)), draw(st.sampled_from(["", ", nodes"]))
    slope = draw(st.sampled_from(["", " + x*u[k, i]/8"]))
    older = draw(st.sampled_from(["", " + u[k-1, i]/4", " - u[k-1, i]"]))
    terms = " + ".join(f"({w})*u[k, i{d:+d}]" for w, d in zip(near, (-1, 0, 1), strict=True))
    left = draw(st.sampled_from(["", "", " - u[k+1, i+1] + 2*u[k+1, i] - u[k+1, i-1]",
                                 " + u[k+1, i+1] - u[k+1, i-1]"]))  # fmt: skip
    return (
        f"scheme own\ndomain x in [0, 1]\ngrid {size}{nodes}\nboundary {draw(WALLS)}\nfield u\n"
        f"iterate u[k+1, i]{left} = {terms}{slope * (not left)}{older}\n".replace("i+0", "i")
    )


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
@settings(max_examples=60)
@given(texts())
def test_certified_never_grows_and_refuted_grows(text: str) -> None:
    scheme = scheme_of.__wrapped__(text)
    found = certify(scheme, claim("l2_stable"))
    event(found.verdict)
    step, weights = matrix(scheme, 1.0), volumes(scheme)
    assume(np.isfinite(step).all())  # a wall without a ghost
    agreed(found, step, weights)
    event("implicit" if "k+1, i+1" in text else "explicit")
    if norm(step, weights) < 1 - 1e-6:
        assert isinstance(found, Certificate)
    if (
        radius(step) > 1.1 and "k+1, i+1" not in text
    ):  # floats place defective eigenvalues of modulus 1 up to 0.02 too far
        assert isinstance(found, Refutation)


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
@settings(max_examples=20)
@given(texts(), st.integers(0, 2**32))
def test_the_probed_matrix_is_the_matrix(text: str, seed: int) -> None:
    scheme = scheme_of.__wrapped__(text)
    try:
        own = one_grid(scheme, sympy.S.One)
    except Unprovable:
        assume(False)
    assert np.allclose(own.dense(), matrix(scheme, 1.0), rtol=0, atol=1e-12)
    assert np.allclose([float(v) for v in own.volumes], volumes(scheme))


def test_a_limit_below_the_step_does_not_keep_it_from_its_grid() -> None:
    equation, tau, more, _ = CASES["inflow at the limit of waves"]
    scheme = pde(equation, **more)
    below = verdict(scheme, tau=sympy.Rational(tau) / 2)
    assert isinstance(below, Certificate)
    assert below.kind == "convex"
    assert isinstance(verdict(scheme, tau=sympy.Rational(tau)), Certificate)
