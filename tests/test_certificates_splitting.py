"""Splittings: the limits of their parts, random ones against dense matrices, planted forgeries."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import strategies
from iterant.compiler.scheme import Scheme
from iterant.compiler.source import SchemeError
from iterant.runtime.checker import check
from iterant.runtime.contract import Certificate
from proofs import certificate, matrix, norm, pde, scheme_of, value, verdict, volumes
from test_checker import forge, longer, plain, resealed

SQUARE = "x, y in [0, 1]"
KAPPA = "param kappa = 1/10, positive"


@pytest.mark.parametrize(
    ("equation", "time", "claim", "limit"),
    [
        ("dt(u) = kappa*lap(u) - u", "lie_splitting(explicit_euler, explicit_euler)", "l2_stable",
         "min(h^2/(2*kappa), 2)"),
        # half a step of the first part: its limit is twice as long
        ("dt(u) = kappa*lap(u) - u", "strang(explicit_euler, explicit_euler)", "l2_stable",
         "min(h^2/kappa, 2)"),
        ("dt(u) = kappa*lap(u) - u", "strang(explicit_euler, heun)", "max_principle",
         "min(h^2/kappa, 1)"),
        ("dt(u) = kappa*lap(u) - dx(u)", "lie_splitting(heun, rk4)", "l2_stable",
         "min(h^2/(2*kappa), 2*sqrt(2)*h)"),
        ("dt(u) = -dx(u) + kappa*lap(u)", "strang(ssprk3, rkl2)", "l2_stable",
         "min(2*sqrt(3)*h, 35*h^2/(4*kappa))"),
    ],
)  # fmt: skip
def test_limits_of_splittings(equation: str, time: str, claim: str, limit: str) -> None:
    scheme = pde(equation, time=time, extra=KAPPA)
    found = certificate(scheme, claim)
    assert found.kind == "splitting"
    assert found.limit is not None
    assert found.limit.closed_form == limit
    assert check(found).accepted, check(found).reason
    holds(scheme, found, None)


def test_grids_of_all_parts() -> None:
    scheme = pde(
        "dt(u) = dxx(u) + dyy(u)", time="lie_splitting(heun, heun)", domain=SQUARE, grid="4, 6",
        boundary="u = 0",
    )  # fmt: skip
    found = certificate(scheme, "max_principle")
    assert found.domain.endswith("any number of points, at least 2 along x, at least 2 along y")
    assert check(found).accepted


@pytest.mark.parametrize(
    "equation",
    [
        # both parts keep a norm, but not the same: |a|^2 + |b|^2 and |a|^2 + 2|b|^2
        "dt(a) = -dx(b) - 2*dy(b);dt(b) = -dx(a) - dy(a)",
        "dt(a) = -dx(b) - 4*dx(b);dt(b) = -dx(a) - dx(a)",
    ],
)
def test_two_norms_are_no_norm(equation: str) -> None:
    scheme = pde(equation, time="strang(rk4, rk4)", domain=SQUARE, grid="4, 4", fields="a, b")
    found = verdict(scheme)
    assert not isinstance(found, Certificate) or found.kind == "linear"


def test_nonlinear_part_beside_a_source() -> None:
    # ||u|| does not grow in either part, and the difference of two solutions has no equation
    scheme = pde("dt(u) = div(exp(-u^2)*grad(u)) + (1 - u)", time="lie_splitting(heun, heun)")
    assert not isinstance(verdict(scheme), Certificate)
    bare = pde("dt(u) = div(exp(-u^2)*grad(u)) - u", time="lie_splitting(heun, heun)")
    assert isinstance(verdict(bare), Certificate)


# ---- random ones

METHODS = ("explicit_euler", "heun", "ssprk3", "rk4", "rkl2, stages 3", "rkl2")
TERMS = ("dxx(u)", "-u", "-d(u, x, 4)", "div(c * grad(u))", "div(kappa * grad(u))", "lap(u)",
         "-3*u", "dx(u)", "-dx(u)", "lap(u) / 3", "-lap(lap(u))")  # fmt: skip


@st.composite
def split(draw: st.DrawFn) -> strategies.Case:
    """Two or three linear terms between walls, advanced by two methods."""
    dim = draw(st.integers(1, 2))
    nodes = draw(st.booleans())
    boundary, around = draw(strategies.walls(("u",), dim, nodes=nodes))
    counts = draw(strategies.sizes(dim))
    if nodes:
        counts = tuple(n if p else max(n, 2) for n, p in zip(counts, around, strict=True))
    terms = draw(st.lists(st.sampled_from(TERMS), min_size=2, max_size=3, unique=True))
    equation = f"equation dt(u) = {' + '.join(f'({t})' for t in terms)}\n"
    word = draw(st.sampled_from(["lie_splitting", "strang"]))
    a, b = (draw(st.sampled_from([m for m in METHODS if "," not in m])) for _ in "ab")
    return strategies.Case(
        text="scheme split\n"
        + draw(strategies.place(dim, counts, nodes=nodes))
        + boundary
        + "field u\n"
        + strategies.definitions(equation, dim)
        + equation
        + draw(strategies.space(dim))
        + f"time {word}({a}, {b}), step 1/1000, steps 2\n",
        counts=counts,
    )


def holds(scheme: Scheme, found: Certificate, counts: tuple[int, ...] | None) -> None:
    """The claim at its limit, for the dense matrix of one step."""
    if found.kind == "linear":  # decided as a whole, by the modes of the torus
        below = value(found.limit) * (1 if found.limit.attained else 0.999) if found.limit else 1
        assert abs(np.linalg.eigvals(matrix(scheme, below, counts))).max() <= 1 + 1e-7
        return
    assert found.limit is not None
    assert found.limit.attained
    step = matrix(scheme, value(found.limit), counts)
    if found.claim == "l2_stable":
        assert norm(step, volumes(scheme, counts)) <= 1 + 1e-12
        return
    assert step.min() >= -1e-12
    if found.claim == "max_principle":
        assert np.abs(step).sum(axis=1).max() <= 1 + 1e-12


@settings(max_examples=20, deadline=None)
@given(case=split())
def test_random_splittings_hold(case: strategies.Case) -> None:
    try:
        scheme = scheme_of(case.text)
    except SchemeError:  # walls that do not serve a term of fourth order
        return
    for claim in ("l2_stable", "max_principle", "positivity"):
        found = verdict(scheme, claim)
        if isinstance(found, Certificate):
            # a step that no part keeps stable may be so as a whole
            assert found.kind in {"splitting", "linear"}
            assert check(found).accepted, check(found).reason
            holds(scheme, found, case.counts)


# ---- forgeries


def stages() -> list[dict[str, Any]]:
    body: list[dict[str, Any]] = plain("splitting")["scheme"]["step"]["body"]
    return body


def doubling() -> dict[str, Any]:
    """A run that advances no term, and doubles the state."""
    (update,) = stages()[-1]["updates"]
    twice = {**update, "combination": [["2", "u"]], "terms": []}
    return forge("splitting", scheme__step__body=[*stages(), {**stages()[-1], "updates": [twice]}])


def two_selections() -> dict[str, Any]:
    """A stage that advances one term into the state, and another into an array beside it."""
    body = stages()
    (update,) = body[-1]["updates"]
    beside = {**update, "target": "v", "terms": [1]}
    body[-1]["updates"] = [update, beside]
    return forge("splitting", scheme__step__body=body)


def without_a_form() -> dict[str, Any]:
    """The limit that is the least one for the file's numbers, and not for others."""
    data = plain("splitting")
    forms = data["limit"]["closed_form"]
    assert forms == "min(h^2/kappa, 1/kappa)"
    data["limit"]["closed_form"] = "h^2/kappa"
    data["statement"] = data["statement"].replace(forms, "h^2/kappa")
    return resealed(data)


FORGERIES = {
    "twice the limit": longer("splitting"),
    "a part is left out": forge("splitting", proof__parts=plain("splitting")["proof"]["parts"][:1]),
    "one part twice": forge("splitting", proof__parts=plain("splitting")["proof"]["parts"][:1] * 2),
    "parts in the other order": forge(
        "splitting", proof__parts=plain("splitting")["proof"]["parts"][::-1]
    ),
    "a limit that is not the least": without_a_form(),
    "a run that doubles the state": doubling(),
    "two selections in a stage": two_selections(),
    "a term that there is not": forge("splitting", scheme__step__body__0__updates__0__terms=[-2]),
    "a term twice": forge("splitting", scheme__step__body__0__updates__0__terms=[0, 0]),
    "a start": forge("splitting", scheme__step__start=stages()[:1]),
    "another claim of a part": forge("splitting", proof__parts__0__proof__claim="l2_stable"),
    "another limit of a part": forge(
        "splitting", proof__parts__0__limit__closed_form="3*h^2/kappa"
    ),
}


@pytest.mark.parametrize("data", FORGERIES.values(), ids=FORGERIES.keys())
def test_planted_forgeries_are_rejected(data: dict[str, Any]) -> None:
    report = check(data)
    assert not report.accepted
    assert report.reason
