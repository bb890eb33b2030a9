"""`limit` in a parameter of an `iterate`: the end of the certified set that begins at 0."""

import pytest
import sympy

import iterant

TEXT = """scheme small
param {param}
iterate {equation}, steps 10
certify {claims}
"""
EQUATIONS = {
    "heat": ("u[k+1, i] = u[k, i] + p*(u[k, i+1] - 2*u[k, i] + u[k, i-1])", "1/2"),
    "upwind": ("u[k+1, i] = u[k, i] - p*(u[k, i] - u[k, i-1])", "1"),
    "wave": (
        "u[k+1, i] = 2*u[k, i] - u[k-1, i] + p^2*(u[k, i+1] - 2*u[k, i] + u[k, i-1])",
        "1",
    ),
    "plane": (
        (
            "u[k+1, i, j] = u[k, i, j] + p*(u[k, i+1, j] + u[k, i-1, j] + u[k, i, j+1]"
            " + u[k, i, j-1] - 4*u[k, i, j])"
        ),
        "1/4",
    ),
}


def text(name, value, claims="l2_stable"):
    equation, _ = EQUATIONS[name]
    return TEXT.format(param=f"p = {value}", equation=equation, claims=claims)


@pytest.mark.parametrize("name", EQUATIONS)
def test_the_limit_is_the_end_of_the_set(name):
    artifact = iterant.compile(text(name, "0.9 * limit"))
    (param,) = artifact.scheme.model.params
    assert param.value == sympy.Rational(9, 10) * sympy.Rational(EQUATIONS[name][1])
    assert artifact.certified
    assert iterant.verify(artifact)


@pytest.mark.parametrize("name", EQUATIONS)
def test_a_value_above_the_limit_is_refuted(name):
    with pytest.raises(iterant.SchemeError, match="refuted"):
        iterant.compile(text(name, "1.1 * limit"))


def test_the_least_limit_of_all_claims_counts():
    leapfrog = "u[k+1, i] = u[k, i] + p*(u[k, i+1] - 2*u[k, i] + u[k, i-1])"
    artifact = iterant.compile(
        TEXT.format(param="p = limit", equation=leapfrog, claims="l2_stable, max_principle")
    )
    (param,) = artifact.scheme.model.params
    assert param.value == sympy.Rational(1, 2)
    assert artifact.certified


def test_a_limit_that_is_not_attained_is_told():
    with pytest.raises(iterant.SchemeError, match="that value itself is not"):
        iterant.compile(text("wave", "limit"))


@pytest.mark.parametrize(
    ("equation", "said"),
    [
        ("u[k+1, i] = u[k, i] + p*(u[k, i+1] - u[k, i-1])", "no interval"),
        ("u[k+1, i] - p*(u[k+1, i+1] - 2*u[k+1, i] + u[k+1, i-1]) = u[k, i]", "every p from 0 on"),
        ("u[k+1, i] = u[k, i] + p*u[k, i-1]^3", "no certificate"),
    ],
)
def test_what_has_no_limit_is_told(equation, said):
    with pytest.raises(iterant.SchemeError, match=said):
        iterant.compile(TEXT.format(param="p = 0.9*limit", equation=equation, claims="l2_stable"))
