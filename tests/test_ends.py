"""Values between the digits of an end and the end itself belong to the set that is stated."""

from dataclasses import replace
from fractions import Fraction
from math import isqrt

import pytest
import sympy

from iterant.compiler.certificates.base import contains
from iterant.compiler.certificates.certify import certify
from iterant.runtime.checker import check
from iterant.runtime.checker.document import digest
from iterant.runtime.contract import Certificate
from proofs import claim, plain, scheme_of

ROOT = Fraction(isqrt(10**106 // 8), 10**53)  # below sqrt(2)/4
TWO = """scheme corner_flow
param c = {}
iterate u[k+1, i, j] = u[k, i, j] - c/2*(u[k,i+1,j] - u[k,i-1,j] + u[k,i,j+1] - u[k,i,j-1])
    + c^2/2*(u[k,i+1,j] + u[k,i-1,j] + u[k,i,j+1] + u[k,i,j-1] - 4*u[k,i,j])
    + c^2/4*(u[k,i+1,j+1] - u[k,i+1,j-1] - u[k,i-1,j+1] + u[k,i-1,j-1])
"""
PART = {"low_value": "-1", "high_value": "7/5", "low_closed": False, "high_closed": True}


@pytest.mark.parametrize("sign", [1, -1])
def test_a_value_next_to_a_root_is_inside(sign: int) -> None:
    assert 0 < Fraction(1, 8) - ROOT**2 < Fraction(1, 10**50)
    asked = replace(claim("l2_stable"), parameter="c")
    found = certify(scheme_of(TWO.format(sign * ROOT)), asked)
    assert isinstance(found, Certificate), found
    assert check(found).accepted
    beyond = certify(scheme_of(TWO.format(sign * (ROOT + Fraction(1, 10**50)))), asked)
    assert not isinstance(beyond, Certificate)


@pytest.mark.parametrize(
    ("value", "inside"),
    [
        ("-1", False), ("-99/100", True), ("7/5", True), ("141421356/100000000", True),
        ("sqrt(2)", True), ("-sqrt(2)", False), ("141421357/100000000", False), ("2", False),
        ("2^(1/4)", False), ("2^(1/8)", False),
    ],
)  # fmt: skip
def test_ends_are_compared_by_their_squares(value: str, inside: bool) -> None:
    ends = (sympy.Integer(-1), sympy.sqrt(2))
    assert contains(PART, ends, sympy.sympify(value.replace("^", "**"))) is inside


def test_ends_of_other_kinds_are_compared_by_rationals() -> None:
    ends = (None, sympy.Integer(2) ** sympy.Rational(1, 3))
    part = PART | {"high_value": "5/4"}
    assert contains(part, ends, sympy.Rational(6, 5))
    assert not contains(part, ends, sympy.Rational(63, 50))  # honest: it may lie inside
    assert contains(PART, (None, None), sympy.Integer(10**9))


def test_the_checker_rejects_values_just_outside() -> None:
    asked = replace(claim("l2_stable"), parameter="c")
    found = plain(certify(scheme_of(TWO.format(ROOT)), asked))
    beyond = plain(certify(scheme_of(TWO.format("1/4")), asked))
    beyond["scheme"]["parameters"][0]["value"] = str(ROOT + Fraction(1, 10**50))
    beyond["scheme_sha256"] = digest(beyond["scheme"])
    assert check(found).accepted
    assert "outside the set" in check(beyond).reason
