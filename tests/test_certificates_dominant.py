"""`dominant`: maximum principles of iterates, against dense matrices on grids of small sizes."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, event, given, settings, strategies as st

from iterant.compiler.certificates.certify import certify
from iterant.compiler.scheme import Scheme
from iterant.runtime.checker import check
from iterant.runtime.contract import Certificate, Refutation, Unproved, Verdict
from proofs import claim, matrix, norm, scheme_of, volumes

NEW = "(u[k+1, i+1] - 2*u[k+1, i] + u[k+1, i-1])"
OLD = NEW.replace("k+1", "k")
R = "param r = {value}, positive"
SIZES = (2, 3, 4, 7, 8)


def iterated(equation: str, walls: str, grid: str = "8", extra: str = "") -> Scheme:
    """A scheme node by node: between walls, or on Z."""
    place = f"domain x in [0, 1]\ngrid {grid}\nboundary {walls}\nfield u\n" if walls else ""
    return scheme_of(f"scheme own\n{place}{extra}\niterate {equation}\n")


def proved(scheme: Scheme, name: str, parameter: str | None = None) -> Verdict:
    """The verdict, which the checker accepts where it is a certificate."""
    found = certify(scheme, replace(claim(name), parameter=parameter))
    if isinstance(found, Certificate):
        report = check(found)
        assert report.accepted, report.reason
    return found


def theta(share: str) -> str:
    """Diffusion with this share of the newest level."""
    return f"u[k+1, i] - {share}*r*{NEW} = u[k, i] + (1 - {share})*r*{OLD}"


SETS: dict[str, tuple[str, str, str]] = {
    "explicit, Z": (f"u[k+1, i] = u[k, i] + r*{OLD}", "", "[0, 1/2]"),
    "explicit, Neumann": (f"u[k+1, i] = u[k, i] + r*{OLD}", "dn(u) = 0", "[0, 1/2]"),
    "explicit, Dirichlet": (f"u[k+1, i] = u[k, i] + r*{OLD}", "u = 0", "[0, 1/3]"),
    "Crank-Nicolson, Z": (theta("1/2"), "", "[0, 1]"),
    "Crank-Nicolson, Robin": (theta("1/2"), "u + dn(u) = 0", "[0, 2/3]"),
    "implicit, Z": (f"u[k+1, i] - r*{NEW} = u[k, i]", "", "[0, oo)"),
    "implicit, Dirichlet": (f"u[k+1, i] - r*{NEW} = u[k, i]", "u = 0", "[0, oo)"),
    "upwind": ("u[k+1, i] = u[k, i] - r*(u[k, i] - u[k, i-1])", "", "[0, 1]"),
    "two levels": (f"2*u[k+1, i] - r*{NEW} = u[k, i] + u[k-1, i]", "dn(u) = 0", "[0, oo)"),
}  # fmt: skip


@pytest.mark.parametrize("name", SETS)
def test_sets(name: str) -> None:
    equation, walls, expected = SETS[name]
    scheme = iterated(equation, walls, extra=R.format(value="1/4"))
    found = proved(scheme, "max_principle", "r")
    assert isinstance(found, Certificate), found
    assert found.kind == "dominant"
    assert found.statement.endswith(f" for r in {expected}")
    end = expected.split(", ")[1]
    top = Fraction(1000) if end == "oo)" else Fraction(end[:-1])
    for value in (top, top * Fraction(101, 100)):
        least = min(matrix(iterated(equation, walls or "periodic", str(n),
                                    R.format(value=value)), 1.0).min() for n in SIZES)  # fmt: skip
        if value == top:
            assert least >= -1e-12
        elif end != "oo)" and "Crank" not in name:  # A^-1 may mend what B breaks
            assert least < 0


def test_outside_of_the_set() -> None:
    scheme = iterated(SETS["upwind"][0], "", extra=R.format(value="3/2"))
    found = proved(scheme, "max_principle", "r")
    assert isinstance(found, Unproved)
    assert "not in the set" in found.reason


L2: dict[str, tuple[str, str]] = {
    "implicit, Neumann": (f"u[k+1, i] - 100*{NEW} = u[k, i]", "dn(u) = 0"),
    "implicit, Dirichlet": (f"u[k+1, i] - 100*{NEW} = u[k, i]", "u = 0"),
    "implicit, Robin": (f"u[k+1, i] - 100*{NEW} = u[k, i]", "u + dn(u) = 0"),
    "explicit, mixed": (f"u[k+1, i] = u[k, i] + 1/4*{OLD}", "u = 0 on x low, dn(u) = 0 on x high"),
    "wide": (
        "u[k+1, i] = 1/2*u[k, i] + 1/8*(u[k, i+1] + u[k, i-1] + u[k, i+2] + u[k, i-2])", "dn(u) = 0"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", L2)
def test_norms_on_every_grid(name: str) -> None:
    equation, walls = L2[name]
    found = proved(iterated(equation, walls), "l2_stable")
    assert isinstance(found, Certificate), found
    assert found.kind == "dominant"
    assert found.domain.endswith("any number of points")
    for grid in (f"{n}{nodes}" for n in SIZES for nodes in ("", ", nodes")):
        scheme = iterated(equation, walls, grid)
        assert norm(matrix(scheme, 1.0), volumes(scheme)) <= 1 + 1e-12, grid


NOT: dict[str, tuple[str, str, str, str]] = {
    "a negative weight": (f"u[k+1, i] = u[k, i] + 2*{OLD}", "dn(u) = 0", "", "negative"),
    "no Z-matrix": (f"u[k+1, i] + 1/8*{NEW} = u[k, i]", "dn(u) = 0", "", "negative"),
    "growth": ("u[k+1, i] = 11/10*u[k, i]", "dn(u) = 0", "", "sum to more"),
    "a wall that feeds": (f"u[k+1, i] = u[k, i] + 1/8*{OLD}", "u - dn(u) = 0", "", "ghosts"),
    "Robin nodes": (f"u[k+1, i] = u[k, i] + 1/8*{OLD}", "u + dn(u) = 0", ", nodes", "ghosts"),
    "beyond a ghost": ("u[k+1, i] = 1/2*u[k, i] + 1/2*u[k, i+2]", "u = 0", "", "first ghost"),
    "a coefficient of place": ("u[k+1, i] = x*u[k, i]", "dn(u) = 0", "", "no stencil"),
    "a square": ("u[k+1, i] = u[k, i]^2/4", "dn(u) = 0", "", "no stencil"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT)
def test_no_maximum_principle(name: str) -> None:
    equation, walls, nodes, words = NOT[name]
    found = proved(iterated(equation, walls, f"8{nodes}"), "max_principle")
    assert isinstance(found, Unproved)
    assert words in found.reason


def test_transport_between_walls_is_no_contraction() -> None:
    upwind = iterated("u[k+1, i] = u[k, i]/2 + u[k, i-1]/2", "dn(u) = 0", "16")
    assert isinstance(proved(upwind, "max_principle"), Certificate)
    found = proved(upwind, "l2_stable")
    assert norm(matrix(upwind, 1.0), volumes(upwind)) > 1
    assert isinstance(found, Certificate)
    assert found.kind == "matrix"
    assert "for every k" in found.statement


WEIGHTS = st.integers(-2, 6).map(lambda k: Fraction(k, 8))


@st.composite
def equations(draw: Any) -> tuple[str, str, str]:
    right = " + ".join(f"({draw(WEIGHTS)})*u[k, i{d}]" for d in ("-1", "", "+1"))
    older = draw(st.sampled_from(["", " + u[k-1, i]/8", " + u[k-1, i+1]/8"]))
    left = draw(st.sampled_from(["u[k+1, i]", "u[k+1, i]", f"u[k+1, i] - {NEW}",
                                 "3/2*u[k+1, i] - 1/2*u[k+1, i-1]",
                                 "5/4*u[k+1, i] + 1/8*u[k+1, i+1]"]))  # fmt: skip
    walls = draw(st.sampled_from(["dn(u) = 0", "u = 0", "u + dn(u) = 0", "u - dn(u)/3 = 0",
                                  "periodic", "u = 0 on x low, dn(u) = 0 on x high"]))  # fmt: skip
    return f"{left} = {right}{older}", walls, draw(st.sampled_from(["", ", nodes"]))


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
@settings(max_examples=80)
@given(equations(), st.sampled_from(["max_principle", "positivity", "l2_stable"]))
def test_what_is_certified_holds_on_every_grid(case: tuple[str, str, str], name: str) -> None:
    equation, walls, nodes = case
    scheme = scheme_of.__wrapped__(
        f"scheme own\ndomain x in [0, 1]\ngrid 8{nodes}\nboundary {walls}\nfield u\n"
        f"iterate {equation}\n"
    )
    found = proved(scheme, name)
    assume(isinstance(found, Certificate) and found.kind == "dominant")
    assert isinstance(found, Certificate)
    event(name)
    for n in SIZES:
        own = iterated(equation, walls, f"{n}{nodes}")
        step = matrix(own, 1.0)
        top = step[:n] if "k-1" in equation else step
        if name == "l2_stable":
            assert norm(step, volumes(own)) <= 1 + 1e-9
            continue
        assert top.min() >= -1e-12
        if name == "max_principle":
            assert top.sum(axis=1).max() <= 1 + 1e-12


def test_a_refuted_step_has_no_certificate() -> None:
    found = proved(iterated(f"u[k+1, i] - {NEW} = u[k, i] + 3*{OLD}", "dn(u) = 0"), "l2_stable")
    assert isinstance(found, Refutation)
