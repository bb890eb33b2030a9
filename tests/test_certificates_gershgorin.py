"""`gershgorin`: steps up to the limit on grids of every small size, and forgeries of its proofs."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import pytest
import sympy
from hypothesis import given, settings, strategies as st

import proofs
from iterant.runtime.checker import check
from iterant.runtime.contract import Certificate, Refutation, Unproved
from proofs import certificate, limit_of, matrix, norm, pde, verdict, volumes
from test_checker_linear_forgeries import changed

ROBIN = {"grid": "8, nodes", "boundary": "u + dn(u) = 0"}
CASES: dict[str, tuple[str, dict[str, str], str]] = {
    "nodes": ("dt(u) = lap(u)", ROBIN, "h^2/(2*(h + 1))"),
    "nodes, a name": (
        "dt(u) = kappa*lap(u)",
        {**ROBIN, "boundary": "a*u + dn(u) = 0",
         "extra": "param a = 3, positive\nparam kappa = 1/2, positive"},
        "h^2/(2*kappa*(a*h + 1))",
    ),
    "one Robin end": (
        "dt(u) = lap(u) - 5*u",
        {**ROBIN, "boundary": "3*u + dn(u) = 0 on x low, dn(u) = 0 on x high"},
        "2*h^2/(5*h^2 + 6*h + 4)",
    ),
    "rkl2": ("dt(u) = lap(u)", {**ROBIN, "time": "rkl2, stages 4"}, "9*h^2/(4*(h + 1))"),
    "a square": (
        "dt(u) = lap(u)", {"domain": "x, y in [0, 1]", "grid": "4, 4, nodes",
                           "boundary": "u + dn(u) = 0"}, "h^2/(4*(h + 1))",
    ),
    "two unknowns": (
        "dt(u) = lap(u);dt(v) = 2*lap(v)", {**ROBIN, "boundary": "u + dn(u) = 0, v + dn(v) = 0",
                                            "fields": "u, v"}, "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_up_to_the_limit(name: str) -> None:
    equation, more, closed = CASES[name]
    found = limit_of(pde(equation, **more))
    if closed:
        assert sympy.simplify(proofs.closed(found.closed_form) / proofs.closed(closed)) == 1
    for n in (2, 3, 5, 9):
        counts = ", ".join([str(n)] * more["grid"].count(","))
        scheme = pde(equation, **{**more, "grid": f"{counts}, nodes"})
        tau = sympy.Rational(limit_of(scheme).value)
        proved = certificate(scheme, tau=tau)
        assert proved.kind == "gershgorin"
        report = check(proved)
        assert report.accepted, report.reason
        assert norm(matrix(scheme, float(tau)), volumes(scheme)) <= 1 + 1e-12


@settings(max_examples=25)
@given(st.integers(1, 40), st.integers(0, 40), st.integers(0, 9), st.integers(2, 7))
def test_random_walls(low: int, high: int, decay: int, n: int) -> None:
    walls = f"{low}*u + dn(u) = 0 on x low, {high}*u + dn(u) = 0 on x high"
    scheme = pde(f"dt(u) = lap(u) - {decay}*u", grid=f"{n}, nodes", boundary=walls)
    tau = sympy.Rational(limit_of(scheme).value)
    proved = certificate(scheme, tau=tau)
    assert check(proved).accepted
    assert norm(matrix(scheme, float(tau)), volumes(scheme)) <= 1 + 1e-12


NOT: dict[str, tuple[str, dict[str, str], str]] = {
    "a wall that feeds": ("dt(u) = lap(u)", {**ROBIN, "boundary": "u - dn(u) = 0"}, "feed"),
    "order 4": ("dt(u) = lap(u)", {**ROBIN, "space": "order 4"}, "beyond neighbours"),
    "transport": ("dt(u) = lap(u) - dx(u)", ROBIN, "not symmetric"),
    "growth": ("dt(u) = lap(u) + u", ROBIN, "does not dominate"),
    "backwards": ("dt(u) = -lap(u)", ROBIN, "may be negative"),
    "two levels": ("dt(u) = lap(u)", {**ROBIN, "time": "adams_bashforth2"}, "no one-step"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT)
def test_what_it_does_not_prove(name: str) -> None:
    equation, more, words = NOT[name]
    found = verdict(pde(equation, **more))
    assert isinstance(found, Unproved)
    assert f"gershgorin: {words}" in found.reason or words in found.reason


def test_above_the_limit_the_grid_decides() -> None:
    scheme = pde("dt(u) = lap(u)", **ROBIN)
    limit = sympy.Rational(limit_of(scheme).value)
    inside = verdict(scheme, tau=limit * sympy.Rational(102, 100))
    assert isinstance(inside, Certificate)
    assert inside.kind == "matrix"  # Gershgorin's bound is attained by no grid
    assert isinstance(verdict(scheme, tau=2 * limit), Refutation)


# ---- forgeries


@lru_cache
def proved(name: str) -> Certificate:
    """The certificate at half of the limit."""
    equation, more, _ = CASES[name]
    scheme = pde(equation, **more)
    return certificate(scheme, tau=sympy.Rational(limit_of(scheme).value) / 2)


def forged(name: str, *changes: tuple[str, Any]) -> dict[str, Any]:
    """With entries replaced, and the right digest."""
    return changed(proofs.plain(proved(name)), *changes)


def longer(name: str, form: str) -> dict[str, Any]:
    """With another limit, wherever it is stated."""
    data = proofs.plain(proved(name))
    old = data["limit"]["closed_form"]
    data["statement"] = data["statement"].replace(old, form)
    return changed(data, ("limit/closed_form", form))


EDGE = "scheme/unknowns/0/edges/0/0"
FORGERIES: dict[str, Callable[[], dict[str, Any]]] = {
    "a limit without the wall": lambda: longer("nodes", "h^2/2"),
    "a limit of half the wall": lambda: longer("nodes", "h^2/(2*(h/2 + 1))"),
    "a bound without the wall": lambda: forged("nodes", ("bound", "||A|| <= 4/h^2 for u")),
    "another bound": lambda: forged("rkl2", ("bound", "||A|| <= 1/h^2 for u")),
    "a wall that feeds": lambda: forged("nodes", (f"{EDGE}/value", "-1")),
    "a stronger wall": lambda: forged("nodes", (f"{EDGE}/value", "100")),
    "a wall of no ghosts": lambda: forged("nodes", (f"{EDGE}/value", "0"), (f"{EDGE}/slope", "0")),
    "a wall outside": lambda: forged("nodes", (f"{EDGE}/mirror", -1)),
    "nothing outside": lambda: forged("nodes", (f"{EDGE}/rule", "none")),
    "a Dirichlet node": lambda: forged("nodes", (f"{EDGE}/slope", "0")),
    "a longer interval": lambda: forged("rkl2", ("proof/method/beta", "12")),
    "another interval": lambda: forged("nodes", ("proof/method/beta", "3")),
    "growth": lambda: forged("nodes", ("scheme/rates/0/terms/0/coefficient", "-1")),
    "more diffusion": lambda: forged("nodes", ("scheme/rates/0/terms/0/coefficient", "2")),
    "an equation less": lambda: forged("two unknowns", ("proof/equations", ["u"])),
    "a hypothesis less": lambda: proofs.plain(proved("nodes, a name")) | {"hypotheses": []},
    "a wall of any sign": lambda: forged(
        "nodes, a name", ("scheme/parameters/0/positive", False),
        ("scheme/parameters/0/low", None), ("scheme/parameters/0/trainable", True)),
    "one point": lambda: proofs.plain(proved("nodes")) | {
        "domain": "x from Robin to Robin; any number of points"},
    "another claim": lambda: forged("nodes", ("proof/claim", "max_principle")),
    "a step above": lambda: forged("nodes", ("scheme/step/tau", "1"), ("proof/step", "1")),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGERIES)
def test_planted_forgeries_are_rejected(name: str) -> None:
    report = check(FORGERIES[name]())
    assert not report.accepted
    assert report.reason
