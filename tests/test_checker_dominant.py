"""The checker of kind "dominant": forgeries, two a way of cheating, each with right digests."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, event, given, settings, strategies as st

import proofs
from iterant.runtime.checker import check
from iterant.runtime.contract import Certificate
from test_certificates_dominant import NEW, OLD, iterated, proved, theta
from test_checker import NUMBERS, mutate, paths
from test_checker_linear_forgeries import changed
from walledpaper import WalledPaper

R = "param r = 1/4, positive"
CASES: dict[str, tuple[str, str, str, str | None]] = {
    "explicit": (f"u[k+1, i] = u[k, i] + 1/4*{OLD}", "u = 0", "max_principle", None),
    "norm": (f"u[k+1, i] - 3*{NEW} = u[k, i]", "u + dn(u) = 0", "l2_stable", None),
    "positive": (f"u[k+1, i] - 3*{NEW} = 2*u[k, i]", "dn(u) = 0", "positivity", None),
    "levels": (f"2*u[k+1, i] - {NEW} = u[k, i] + u[k-1, i]", "dn(u) = 0", "max_principle", None),
    "a value": (f"u[k+1, i] = u[k, i] + r*{OLD}", "dn(u) = 0", "max_principle", None),
    "a set": (theta("1/2"), "dn(u) = 0", "max_principle", "r"),
    "a half line": (f"u[k+1, i] - r*{NEW} = u[k, i]", "u = 0", "max_principle", "r"),
}


@lru_cache
def certified(name: str) -> Certificate:
    """The certificate of a case."""
    equation, walls, asked, parameter = CASES[name]
    found = proved(iterated(equation, walls, extra=R if "r*" in equation else ""), asked, parameter)
    assert isinstance(found, Certificate)
    assert found.kind == "dominant"
    return found


def plain(name: str) -> dict[str, Any]:
    """A copy of it as JSON."""
    return proofs.plain(certified(name))


@pytest.mark.parametrize("name", CASES)
def test_accepts_what_is_proved(name: str) -> None:
    report = check(plain(name))
    assert report.accepted, report.reason


def forged(name: str, *changes: tuple[str, Any]) -> dict[str, Any]:
    """With entries replaced, and the right digest."""
    return changed(plain(name), *changes)


def said(name: str, old: str, new: str, *changes: tuple[str, Any]) -> dict[str, Any]:
    """With words of the statement replaced."""
    return forged(name, ("statement", plain(name)["statement"].replace(old, new)), *changes)


def wall(name: str, value: str, slope: str) -> dict[str, Any]:
    """With another wall at the low end."""
    place = "scheme/unknowns/0/edges/0/0"
    return forged(name, (f"{place}/value", value), (f"{place}/slope", slope))


TERM, LEFT = "scheme/rates/0/terms/0/coefficient", "scheme/rates/0/left/0/coefficient"
FORGERIES: dict[str, Callable[[], dict[str, Any]]] = {
    "twice the right side": lambda: forged("explicit", (TERM, "2")),
    "a right side below zero": lambda: forged("positive", (TERM, "-1")),
    "half of the left side": lambda: forged("norm", (LEFT, "1/2")),
    "a left side of another sign": lambda: forged("norm", (LEFT, "-1")),
    "no left side": lambda: forged("norm", ("scheme/rates/0/left", [])),
    "a left side that is 0": lambda: forged("positive", (LEFT, "0")),
    "a longer set": lambda: said("a set", "[0, 1]", "[0, 2]", ("set/0/high", "2"),
                                 ("set/0/high_value", "2")),
    "a set below 0": lambda: said("a set", "[0, 1]", "[-1, 1]", ("set/0/low", "-1"),
                                  ("set/0/low_value", "-1")),
    "a set without end": lambda: said(
        "a set", "[0, 1]", "[0, oo)", ("set/0/high", None), ("set/0/high_value", None),
        ("set/0/high_closed", False)),
    "an end that is not its value": lambda: forged("a set", ("set/0/high_value", "2")),
    "an empty set": lambda: said("a set", "[0, 1]", "[1, 0]", ("set/0/low", "1"),
                                 ("set/0/high", "0"), ("set/0/low_value", "1"),
                                 ("set/0/high_value", "0")),
    "a value outside": lambda: forged("a set", ("scheme/parameters/0/value", "3/2")),
    "a parameter that differs": lambda: forged("a half line", ("scheme/parameters/0/varies", True)),
    "a value that is trained": lambda: forged("a value", ("scheme/parameters/0/trainable", True)),
    "a value of a declared set": lambda: forged("a value", ("scheme/parameters/0/declared", True)),
    "another value": lambda: plain("a value") | {"hypotheses": ["r = 1/8"]},
    "a hypothesis less": lambda: plain("a value") | {"hypotheses": []},
    "a value above": lambda: forged("a value", ("scheme/parameters/0/value", "3/4"),
                                    ("hypotheses", ["r = 3/4"])),
    "a wall that feeds": lambda: wall("norm", "-1", "1"),
    "a wall that feeds, explicit": lambda: wall("explicit", "-1", "1"),
    "no wall": lambda: forged("explicit", ("scheme/unknowns/0/edges/0/0/rule", "none")),
    "walls left out": lambda: said("explicit", ", wall values", ""),
    "two levels as one": lambda: said("levels", ", u[k-1]", ""),
    "levels that stay": lambda: forged("levels", ("scheme/step/body/0/moves", [])),
    "levels by turns": lambda: forged(
        "levels", ("scheme/step/body/0/moves", [["u_old", "u"], ["u", "u_old"], ["u", "u"]])),
    "a norm of levels": lambda: plain("levels") | {
        "claim": "l2_stable", "statement": "||u[k+1]|| <= ||u[k]||",
        "norm": "l2, weighted by cell volumes",
        "proof": {**plain("levels")["proof"], "claim": "l2_stable"}},
    "a maximum of a source": lambda: plain("positive") | {
        "claim": "max_principle", "statement": "min(u[k]) <= u[k+1] <= max(u[k])",
        "norm": "maximum norm",
        "proof": {**plain("positive")["proof"], "claim": "max_principle"}},
    "another claim": lambda: forged("explicit", ("proof/claim", "conserves")),
    "of a part": lambda: forged("explicit", ("proof/part", "dx")),
    "another norm": lambda: plain("norm") | {"norm": "maximum norm"},
    "another domain": lambda: plain("norm") | {"domain": "x periodic; any number of points"},
    "one point": lambda: plain("explicit") | {
        "domain": "x from Dirichlet to Dirichlet; any number of points"},
    "a combination besides": lambda: forged(
        "explicit", ("scheme/step/body/0/updates/0/combination", [["1", "u"]])),
    "a slope of 2": lambda: forged("explicit", ("scheme/step/body/0/updates/0/slope", "2")),
    "a limit": lambda: plain("explicit") | {
        "limit": {"symbol": "tau", "closed_form": "1", "value": "1", "attained": True}},
    "a bound": lambda: plain("explicit") | {"bound": "1"},
    "a set of none": lambda: plain("explicit") | {"set": plain("a set")["set"]},
}  # fmt: skip


@pytest.mark.parametrize("name", FORGERIES)
def test_planted_forgeries_are_rejected(name: str) -> None:
    report = check(FORGERIES[name]())
    assert not report.accepted
    assert report.reason


@settings(max_examples=150)
@given(name=st.sampled_from(sorted(CASES)), data=st.data())
def test_mutated_statements_and_proofs_are_still_true(name: str, data: Any) -> None:
    original, mutant = plain(name), plain(name)
    del original["scheme"]
    path = data.draw(st.sampled_from(paths(original)))
    mutate(mutant, path, data.draw(st.integers(0, 11)), data.draw(NUMBERS))
    assume(mutant != plain(name))
    if check(mutant).accepted:
        words = ("claim", "norm", "domain", "hypotheses", "scheme", "scheme_sha256", "statement")
        assert all(mutant[w] == plain(name)[w] for w in words)


NUMERIC = [name for name in CASES if CASES[name][3] is None]


@settings(max_examples=200)
@given(name=st.sampled_from(NUMERIC), data=st.data())
def test_accepted_mutants_of_the_scheme_are_true(name: str, data: Any) -> None:
    mutant = plain(name)
    wanted = {"nodes", "rates", "step", "unknowns", "parameters"}
    parts = [p for p in paths(mutant["scheme"]) if p[0] in wanted and len(p) > 2]
    path = data.draw(st.sampled_from(parts))
    mutate(mutant["scheme"], path, data.draw(st.integers(0, 11)), data.draw(NUMBERS))
    values = [f"{p.get('name')} = {p.get('value')}" for p in mutant["scheme"]["parameters"]]
    mutant = changed(mutant, ("hypotheses", values))
    assume(mutant["scheme"] != plain(name)["scheme"])
    if not check(mutant).accepted:
        return
    event("accepted")
    paper = WalledPaper(mutant["scheme"])
    step = paper.matrix(1.0)
    if CASES[name][2] == "l2_stable":
        assert proofs.norm(step, paper.volumes()) <= 1 + 1e-9
        return
    assert step.min() >= -1e-12
    if CASES[name][2] == "max_principle":
        assert np.abs(step).sum(axis=1).max() <= 1 + 1e-12
