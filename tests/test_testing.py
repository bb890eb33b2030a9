"""`iterant.testing`: true verdicts are held, false ones are not, and every form of statement is."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import iterant
from house import ROOT
from iterant.runtime.contract import Certificate, Limit, Refutation, Witness
from iterant.runtime.faults import UserError
from iterant.testing import assert_certificate_holds, schemes
from iterant.testing.allowed import Setting, closed_form, emitted, settings as allowed
from iterant.testing.statements import FORMS, form_of
from iterant.testing.trials import Trial
from strategies import Case
from test_certificates_random import CASES

EXAMPLES = ROOT / "examples"
HELD = (
    "heat", "advection", "wave", "beam_warming", "perona_malik", "acoustic_fdtd", "fsi",
    "schroedinger",
)  # fmt: skip


def pde(equation: str, time: str, claim: str = "l2_stable", **more: str) -> str:
    """A scheme in a few words."""
    lines = {"domain": "x in [0, 1]", "grid": "12", "boundary": "periodic", "field": "u", **more}
    head = "".join(f"{k.rstrip('_')} {v}\n" for k, v in lines.items())
    equations = "".join(f"equation {e}\n" for e in equation.split("; "))
    return f"scheme case\n{head}{equations}time {time}, steps 60\ncertify {claim}\n"


def iterate(form: str, param: str = "r = 1/2") -> str:
    lines = "".join(f"iterate {part}\n" for part in form.split("; "))
    names = "field u, v\n" if "v[" in form else ""
    return f"scheme case\nparam {param}\n{names}{lines}certify l2_stable\n"


# One scheme for each form of statement, and how its certificate is made false.
FORMS_SEEN: dict[str, tuple[str, float]] = {
    "norms_never_grow": (pde("dt(u) = dxx(u)", "explicit_euler, step limit"), 1.02),
    "distances_never_grow": (
        pde("dt(u) = dxx(u) + 1", "explicit_euler, step limit", "nonexpansive", boundary="u = 1"),
        1.05,
    ),
    "pairs_never_grow": (pde("dt(u) = dxx(u)", "du_fort_frankel, step limit"), 1.2),
    "powers_stay_bounded": (pde("dt(u) = -dx(u)", "leapfrog, step limit / 2"), 1.02),
    "energy_stays_bounded": (
        pde("dtt(u) = dxx(u)", "leapfrog, step limit / 2", boundary="u = 0"), 1.02,
    ),
    "energy_of_modes_stays": (
        iterate("u[k+1, i] = 2*u[k, i] - u[k-1, i] + r*(u[k, i+1] - 2*u[k, i] + u[k, i-1])"), 2.1,
    ),
    "weighted_norm_never_grows": (
        iterate(
            "u[k+1, i] = (u[k, i+1] + u[k, i-1])/2 - r/2*(v[k, i+1] - v[k, i-1]); "
            "v[k+1, i] = (v[k, i+1] + v[k, i-1])/2 - r/2*(u[k, i+1] - u[k, i-1])"
        ), 2.2,
    ),
    "extremes_hold": (
        pde("dt(u) = dxx(u)", "explicit_euler, step limit", "max_principle", boundary="u = 1"),
        1.1,
    ),
    "stays_positive": (
        pde("dt(u) = dxx(u) - u", "heun, step limit", "positivity", boundary="dn(u) = 0"), 1.1,
    ),
    "integral_is_kept": (pde("dt(u) = dxx(u)", "rk4, step 1/1000", "conserves integral(u)"), 0.0),
    "of_order": (pde("dt(u) = dxx(u)", "rk4, step 1/1000", "order"), 0.0),
}  # fmt: skip


def certified(text: str) -> tuple[iterant.Artifact, Certificate]:
    """The artifact of a text and its one certificate."""
    artifact = iterant.compile(text)
    (found,) = artifact.certificates
    assert isinstance(found, Certificate), found
    return artifact, found


def held(artifact: iterant.Artifact, found: Certificate, setting: Setting) -> str:
    """The statement held at one setting, without the checker."""
    module = emitted(artifact, setting, (12,), 0)
    trial = Trial(emitted=module, certificate=found, setting=setting, steps=24)
    return form_of(found.statement)(trial)


# ---- what is true is held


@pytest.mark.parametrize("name", HELD)
def test_verdicts_of_the_examples_hold(name: str) -> None:
    artifact = iterant.compile(EXAMPLES / f"{name}.scheme", force=True)
    found = assert_certificate_holds(artifact, trials=3, steps=12)
    assert len(found) == len(artifact.certificates)


@settings(max_examples=25)
@given(text=schemes(), seed=st.integers(0, 99))
def test_verdicts_of_random_schemes_hold(text: str, seed: int) -> None:
    assert_certificate_holds(text, trials=2, steps=12, seed=seed)


@pytest.mark.slow
@settings(max_examples=1500)
@given(text=schemes(), seed=st.integers(0, 99))
def test_verdicts_of_many_random_schemes_hold(text: str, seed: int) -> None:
    assert_certificate_holds(text, trials=4, steps=24, seed=seed)


def verdicts_hold(case: Case, claim: str, seed: int) -> None:
    """Diffusion, transport and waves of every kind, between walls of every kind."""
    try:
        artifact = iterant.compile(f"{case.text}certify {claim}\n", force=True)
    except iterant.SchemeError:
        return  # the claim names a field that is not there
    assert_certificate_holds(artifact, trials=2, steps=8, seed=seed)


CLAIMS = ("l2_stable", "max_principle", "positivity", "conserves integral(u)", "order")


@settings(max_examples=15)
@given(case=CASES, claim=st.sampled_from(CLAIMS), seed=st.integers(0, 99))
def test_verdicts_of_schemes_of_every_kind_hold(case: Case, claim: str, seed: int) -> None:
    verdicts_hold(case, claim, seed)


@pytest.mark.slow
@settings(max_examples=800)
@given(case=CASES, claim=st.sampled_from(CLAIMS), seed=st.integers(0, 99))
def test_verdicts_of_many_schemes_of_every_kind_hold(case: Case, claim: str, seed: int) -> None:
    verdicts_hold(case, claim, seed)


@pytest.mark.parametrize("form", FORMS_SEEN)
def test_every_form_of_statement_is_held(form: str) -> None:
    artifact, found = certified(FORMS_SEEN[form][0])
    assert form_of(found.statement).__name__ == form, found.statement
    (said,) = assert_certificate_holds(artifact, trials=4)
    assert said.startswith(found.claim)


def test_every_form_has_a_case() -> None:
    assert {function.__name__ for _, function in FORMS} == set(FORMS_SEEN)


# ---- what is false is not


@pytest.mark.parametrize("form", [n for n, (_, f) in FORMS_SEEN.items() if f])
def test_a_step_or_a_value_beyond_what_is_certified_breaks_every_form(form: str) -> None:
    text, factor = FORMS_SEEN[form]
    artifact, found = certified(text)
    inside = {"r": 0.5} if "param r" in text else {}
    limit = float(Fraction(found.limit.value)) if found.limit else None
    held(artifact, found, Setting(values=inside, tau=limit and 0.9 * limit))
    beyond = Setting(
        values={n: v * factor for n, v in inside.items()}, tau=limit and limit * factor
    )
    with pytest.raises(AssertionError) as caught:
        held(artifact, found, beyond)
    said = str(caught.value)
    assert said.startswith(f"case: {found.claim}: ")
    assert "on 12 points" in said
    assert "certified: " in said
    assert ("tau = " if limit else "r = ") in said


def test_an_integral_that_is_not_kept_and_an_order_that_is_not_reached() -> None:
    losing, _ = FORMS_SEEN["integral_is_kept"]
    _, found = certified(losing)
    other = iterant.compile(losing.replace("= dxx(u)", "= dxx(u) - u"), force=True)
    with pytest.raises(AssertionError, match="the integral moves from"):
        held(other, found, Setting(values={}, tau=None))
    text, _ = FORMS_SEEN["of_order"]
    artifact, found = certified(text)
    higher = replace(found, statement=found.statement.replace("order 2", "order 4"))
    with pytest.raises(AssertionError, match=r"converge with order 2\.0"):
        held(artifact, higher, Setting(values={}, tau=None))


def test_a_limit_that_was_forged_is_not_accepted() -> None:
    artifact, found = certified(FORMS_SEEN["norms_never_grow"][0])
    assert found.limit is not None
    larger = Limit(symbol="tau", closed_form="h^2", value="1/144", attained=True)
    forged = replace(artifact, certificates=(replace(found, limit=larger),))
    with pytest.raises(AssertionError, match="not accepted"):
        assert_certificate_holds(forged)


def test_a_text_that_was_edited_is_not_accepted() -> None:
    artifact, _ = certified(FORMS_SEEN["norms_never_grow"][0])
    edited = replace(artifact, source_code=artifact.source_code.replace("2 * u", "3 * u"))
    assert edited.source_code != artifact.source_code
    with pytest.raises(AssertionError, match="not accepted"):
        assert_certificate_holds(edited)


def test_a_witness_that_does_not_grow_as_stated() -> None:
    text = pde("dt(u) = dxx(u)", "explicit_euler, step 1/100")
    artifact = iterant.compile(text, force=True)
    (found,) = artifact.certificates
    assert isinstance(found, Refutation)
    (said,) = assert_certificate_holds(artifact)
    assert "the witness grows by 4.76 a step" in said
    changes: tuple[dict[str, Any], ...] = ({"growth": "5"}, {"state": {"u": ["1"] * 4}})
    for changed in changes:
        witness: Witness = replace(found.witness, **changed)
        with pytest.raises(AssertionError, match="grows by"):
            assert_certificate_holds(
                replace(artifact, certificates=(replace(found, witness=witness),))
            )


def test_a_statement_of_no_known_form_is_a_fault() -> None:
    with pytest.raises(AssertionError, match="no test knows"):
        form_of("all is well")


# ---- what is looked at


def test_claims_without_a_proof_and_parts_are_said() -> None:
    (said,) = assert_certificate_holds(pde("dt(u) = dxx(u)", "heun, step 1/1000", "contraction"))
    assert "unproved" in said
    text = pde("dt(u) = dxx(u) - u^3", "explicit_euler, step 1/1000", "l2_stable of dxx")
    (said,) = assert_certificate_holds(text)
    assert "the checker alone" in said
    with pytest.raises(UserError, match="claims nothing"):
        assert_certificate_holds(pde("dt(u) = dxx(u)", "heun, step 1/1000").partition("certify")[0])


def test_settings_reach_limits_ends_and_other_parameters() -> None:
    heat = pde("dt(u) = kappa*dxx(u)", "explicit_euler, step limit", param="kappa = 1/5, positive")
    artifact, found = certified(heat)
    draws = allowed(artifact, found, np.random.default_rng(0))
    some = [next(draws) for _ in range(8)]
    limits = [1 / 12**2 / (2 * s.values.get("kappa", 0.2)) for s in some]
    shares = [s.tau / limit for s, limit in zip(some, limits, strict=True)]
    assert {round(x, 9) for x in shares} == {1.0, 0.99, 0.5, 0.07}
    assert all(x <= 1 for x in shares)
    assert len({s.values.get("kappa") for s in some}) == 8
    beam = iterant.compile(EXAMPLES / "beam_warming.scheme")
    draws = allowed(beam, beam.certificates[0], np.random.default_rng(0))  # type: ignore[arg-type]
    values = [next(draws).values["c"] for _ in range(5)]
    assert {0.0, 2.0} < set(values)
    assert all(0 <= v <= 2 for v in values)


@pytest.mark.parametrize(
    ("text", "value"),
    [("h^2/(4*kappa)", 0.625), ("sqrt(3)*h/2", 0.4330127018922193), ("-pi + 2", 2 - np.pi),
     ("min(h, 3/10)", 0.3)],
)  # fmt: skip
def test_closed_forms_are_read(text: str, value: float) -> None:
    assert closed_form(text, {"h": 0.5, "kappa": 0.1}) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize("text", ["__import__('os')", "h.real", "[h]", "h if 1 else 2"])
def test_closed_forms_run_nothing(text: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        closed_form(text, {"h": 0.5})
