"""Forged numbers that nobody can wait for, and formulas that mean nothing: rejected at once."""

import time

import pytest

from iterant.runtime.checker import check
from iterant.runtime.checker.ranges import Rejected
from iterant.runtime.checker.trees import parsed
from test_checker import plain, resealed

TOWER = ["^", "9", ["^", "9", "9"]]
LARGE = ["^", "9", "387420489"]
SOON = 5.0  # s of processor time; the towers would take years


@pytest.mark.parametrize("text", ["(9^9)^(9^9)", "h*(9^(9^9))", "2^(10^9)", "(h + 1)^100000"])
def test_powers_that_are_too_large_are_refused(text: str) -> None:
    start = time.process_time()
    with pytest.raises(Rejected):
        parsed(text)
    assert time.process_time() - start < SOON


def test_powers_of_every_day_are_read() -> None:
    for text in ("h^2/(4*kappa)", "2^100*h", "(a + b)^8", "sqrt(2)*h^12", "54539644443*h/3125^9"):
        parsed(text)


@pytest.mark.parametrize("tower", [LARGE, ["*", "2", LARGE], ["^", LARGE, "-2"], TOWER])
@pytest.mark.parametrize("place", ["scale", "coefficient", "parameter", "slope"])
@pytest.mark.parametrize("name", ["symmetric", "skew", "convex", "telescoping"])
def test_forged_powers_end_in_a_rejection(name: str, place: str, tower: list[object]) -> None:
    data = plain(name)
    scheme = data["scheme"]
    if place == "scale":
        node = next(n for n in scheme["nodes"] if n["is"] == "linear")
        node["terms"][0][0]["scale"] = tower
    elif place == "coefficient":
        scheme["rates"][0]["terms"][0]["coefficient"] = ["*", "kappa", tower]
    elif place == "parameter":
        scheme["parameters"][0]["value"] = tower
    else:
        update = next(u for s in scheme["step"]["body"] for u in s["updates"])
        update["slope"] = ["*", tower, "tau"]
    start = time.process_time()
    accepted = check(resealed(data)).accepted
    assert time.process_time() - start < SOON
    # what drops out of a sum does so whatever it is multiplied by: there it is never evaluated
    assert not accepted or (name == "telescoping" and tower is TOWER)


@pytest.mark.parametrize("name", ["symmetric", "skew", "convex", "block"])
def test_a_forged_limit_ends_in_a_rejection(name: str) -> None:
    data = plain(name)
    old = data["limit"]["closed_form"]
    data["limit"]["closed_form"] = "h^(9^(9^9))"
    data["statement"] = data["statement"].replace(old, "h^(9^(9^9))")
    start = time.process_time()
    assert not check(data).accepted
    assert time.process_time() - start < SOON


@pytest.mark.parametrize("scale", [["kappa", "h", "-2"], ["^", "h"], ["+"], ["call", "h"]])
def test_formulas_without_a_meaning_are_rejected(scale: list[str]) -> None:
    data = plain("telescoping")  # whatever the scale is, the sum drops out
    node = next(n for n in data["scheme"]["nodes"] if n["is"] == "linear")
    node["terms"][0][0]["scale"] = scale
    assert not check(resealed(data)).accepted


@pytest.mark.parametrize("name", ["v", "lap", "$1", "u", "u_old"])
def test_formulas_of_names_that_nobody_declared_are_rejected(name: str) -> None:
    for changed in ("scale", "coefficient"):
        data = plain("telescoping")
        scheme = data["scheme"]
        node = next(n for n in scheme["nodes"] if n["is"] == "linear")
        place = node["terms"][0][0] if changed == "scale" else scheme["rates"][0]["terms"][0]
        place[changed] = ["*", "2", name]
        assert not check(resealed(data)).accepted


def test_a_weight_of_an_unknown_that_has_no_equation_is_rejected() -> None:
    data = plain("telescoping")
    data["proof"]["factors"] = {"w": "1"}
    report = check(data)
    assert not report.accepted
    assert "malformed" not in report.reason


@pytest.mark.parametrize("name", ["symmetric", "pair of levels", "convex"])
def test_a_value_outside_its_declared_set_is_rejected(name: str) -> None:
    data = plain(name)
    data["scheme"]["parameters"][0]["value"] = "-1/10"
    data["hypotheses"] = [h.replace("= 1/10", "= -1/10") for h in data["hypotheses"]]
    assert "not in the set that is declared" in check(resealed(data)).reason


def test_an_expression_of_a_name_that_nobody_declared_is_rejected() -> None:
    data = plain("telescoping")
    node = next(n for n in data["scheme"]["nodes"] if n["is"] == "point")
    node["expression"] = ["*", node["expression"], "v"]
    assert not check(resealed(data)).accepted
