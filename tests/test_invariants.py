"""Forms that a step keeps, found by a linear system: leapfrog on several unknowns and axes."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import densemodes
from iterant.compiler.certificates.certify import certify
from iterant.compiler.certificates.invariants import invariant
from iterant.compiler.certificates.linear import parameter_family
from iterant.compiler.scheme import Scheme
from iterant.runtime.checker import check
from iterant.runtime.contract import Certificate
from proofs import claim, plain, scheme_of

FIRST, SECOND = "{0}[k,i+1] - {0}[k,i-1]", "{0}[k,i+1] - 2*{0}[k,i] + {0}[k,i-1]"
MIXED = "{0}[k,i+1,j+1] - {0}[k,i-1,j+1] - {0}[k,i+1,j-1] + {0}[k,i-1,j-1]"
ALONG = "{0}[k,i+1,j] - {0}[k,i-1,j]"
ACROSS = "{0}[k,i,j+1] - {0}[k,i,j-1]"


def leapfrog(fields: str, at: str, *rates: tuple[str, str]) -> str:
    """u[k+1] = u[k-1] + c * rate, for each unknown; a rate is a form and what it is taken of."""
    lines = []
    for name, rate in zip(fields.split(", "), rates, strict=True):
        signed, of = rate
        form = signed.lstrip("-").format(of)
        lines.append(f"iterate {name}[k+1,{at}] = {name}[k-1,{at}]"
                     f" {'-' if signed[0] == '-' else '+'} c*({form})")  # fmt: skip
    return f"scheme leap\nparam c = 1/16\nfield {fields}\n" + "\n".join(lines) + "\n"


CASES: dict[str, tuple[str, str]] = {
    "waves": (leapfrog("u, v", "i", (FIRST, "v"), (FIRST, "u")), "(-1, 1)"),
    "Schroedinger": (leapfrog("u, v", "i", ("-" + SECOND, "v"), (SECOND, "u")), "(-1/2, 1/2)"),
    "mixed differences": (
        leapfrog("u, v", "i,j", (MIXED, "v"), ("-" + MIXED, "u")), "(-1/2, 1/2)",
    ),
    "two and one": (
        leapfrog("u, v, w", "i,j", (ALONG, "v"), (ALONG, "u"), (ACROSS, "w")), "(-1, 1)",
    ),
}  # fmt: skip
WAVES = """scheme waves
param c = 1/8
field u, v, w
iterate u[k+1,i,j] = u[k-1,i,j] + c*(v[k,i+1,j] - v[k,i-1,j]) + c*(w[k,i,j+1] - w[k,i,j-1])
iterate v[k+1,i,j] = v[k-1,i,j] + c*(u[k,i+1,j] - u[k,i-1,j])
iterate w[k+1,i,j] = w[k-1,i,j] + c*(u[k,i,j+1] - u[k,i,j-1])
"""
CASES["waves, two axes"] = (WAVES, "(-sqrt(2)/2, sqrt(2)/2)")


def proved(text: str) -> tuple[Scheme, Certificate]:
    scheme = scheme_of(text)
    found = certify(scheme, replace(claim("l2_stable"), parameter="c"))
    assert isinstance(found, Certificate), found
    return scheme, found


@pytest.mark.parametrize("name", CASES)
def test_the_whole_interval_is_certified(name: str) -> None:
    text, interval = CASES[name]
    _, found = proved(text)
    assert found.statement.endswith(f"for c in {interval}")
    assert isinstance(found.proof, dict)
    assert found.proof["case"] == "conserved"
    report = check(found)
    assert report.accepted, report.reason
    densemodes.holds(plain(found), np.random.default_rng(3))


@pytest.mark.parametrize("name", CASES)
def test_the_ends_do_not_belong(name: str) -> None:
    text, interval = CASES[name]
    if "sqrt" in interval:
        return
    end = interval[:-1].split(", ")[1]
    for value, word in ((end, "refuted"), (f"{Fraction(end) * Fraction(1001, 1000)}", "refuted")):
        own = scheme_of(text.replace("param c = 1/16", f"param c = {value}"))
        assert certify(own, claim("l2_stable")).verdict == word, value


def test_a_wrong_form_is_rejected() -> None:
    _, found = proved(CASES["waves"][0])
    for place, value in (((0, 0), [[0, 0, 0, "2"]]), ((0, 3), []), ((1, 1), [])):
        data = plain(found)
        data["proof"]["form"][place[0]][place[1]] = value
        assert not check(data).accepted


def test_a_step_that_keeps_nothing_has_no_form() -> None:
    heat = scheme_of(
        "scheme heat\nparam c = 1/16\nfield u, v\n"
        "iterate u[k+1,i] = u[k,i] + c*(u[k,i+1] - 2*u[k,i] + u[k,i-1])\n"
        "iterate v[k+1,i] = v[k,i] + c*(v[k,i+1] - 2*v[k,i] + v[k,i-1])\n"
    )
    symbol = heat.model.params[0].symbol
    matrix = parameter_family(heat, symbol, {}).matrix
    table: Any = [[matrix.entry(i, j) for j in range(2)] for i in range(2)]
    found = invariant(matrix.ring, table)
    assert found is None or not any(e for row in found for e in row)
