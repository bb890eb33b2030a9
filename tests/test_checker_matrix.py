"""The checker of kind "matrix": forgeries, two a way of cheating, and mutants that must be true."""

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from time import process_time
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import assume, event, given, settings, strategies as st

import proofs
from iterant.compiler.scheme import Scheme
from iterant.runtime.checker import check
from iterant.runtime.checker.definite import require
from iterant.runtime.checker.ranges import Rejected
from test_checker import NUMBERS, mutate, paths
from test_checker_linear_forgeries import changed
from walledpaper import WalledPaper

INFLOW = {"boundary": "u = 0 on x low", "grid": "12", "space": "upwind, order 1"}
SECOND = "(u[k+1, i+1] - 2*u[k+1, i] + u[k+1, i-1])"
CASES: dict[str, tuple[str, str, dict[str, str]]] = {
    "robin": ("dt(u) = dxx(u)", "1/400",
              {"grid": "12", "boundary": "u + dn(u) = 0", "space": "order 4"}),
    "nodes": ("dt(u) = kappa*dxx(u)", "1/400",
              {"grid": "12, nodes", "boundary": "u + dn(u) = 0", "space": "order 4",
               "extra": "param kappa = 1/2, positive"}),
    "neumann": ("dt(u) = dxx(u)/(1 + x)", "1/400", {"grid": "12", "boundary": "dn(u) = 0"}),
    "rk4": ("dt(u) = -dx(u)", "1/20", {**INFLOW, "time": "rk4"}),
    "inflow": ("dt(u) = -dx(u)", "1/15", {**INFLOW, "boundary": "dn(u) = 0 on x low"}),
    "two levels": ("dt(u) = dxx(u)", "1/4000",
                   {"grid": "8", "boundary": "u + dn(u) = 0", "space": "order 4",
                    "time": "adams_bashforth2"}),
    "implicit": (f"u[k+1, i] - 3*{SECOND} = u[k, i] + {SECOND.replace('k+1', 'k')}", "1",
                 {"boundary": "u + dn(u) = 0"}),
    "crank_nicolson": (f"u[k+1, i] - {SECOND} = u[k, i] + {SECOND.replace('k+1', 'k')}", "1",
                       {"boundary": "dn(u) = 0"}),
    "backward": (f"3/2*u[k+1, i] - {SECOND} = 2*u[k, i] - 1/2*u[k-1, i]", "1",
                 {"boundary": "u + dn(u) = 0"}),
}  # fmt: skip


def scheme_of(name: str) -> Scheme:
    """The scheme of a case: an equation, or an iterate on eight cells."""
    equation, _, more = CASES[name]
    if not equation.startswith(("u", "3")):
        return proofs.pde(equation, **more)
    return proofs.scheme_of(
        f"scheme own\ndomain x in [0, 1]\ngrid 8\nboundary {more['boundary']}\nfield u\n"
        f"iterate {equation}\n"
    )


@lru_cache
def proved(name: str) -> Any:
    """The certificate of a case."""
    scheme, tau = scheme_of(name), sympy.Rational(CASES[name][1])
    found = proofs.certificate(scheme, tau=None if scheme.model.time is None else tau)
    assert found.kind == "matrix"
    return found


def plain(name: str) -> dict[str, Any]:
    """A copy of it as JSON."""
    return proofs.plain(proved(name))


@pytest.mark.parametrize("name", CASES)
def test_accepts_what_is_proved(name: str) -> None:
    report = check(plain(name))
    assert report.accepted, report.reason


@pytest.mark.parametrize("name", CASES)
def test_the_paper_is_the_scheme(name: str) -> None:
    scheme, step = scheme_of(name), float(Fraction(CASES[name][1]))
    paper = WalledPaper(plain(name)["scheme"])
    assert np.allclose(paper.matrix(step), proofs.matrix(scheme, step), rtol=0, atol=1e-12)
    assert np.allclose(paper.volumes(), proofs.volumes(scheme))


# ---- forgeries


def forged(name: str, *changes: tuple[str, Any]) -> dict[str, Any]:
    """With entries replaced, and the right digest."""
    return changed(plain(name), *changes)


def longer(name: str, tau: str) -> dict[str, Any]:
    """With another step, in the hypotheses too."""
    data = plain(name)
    old = data["scheme"]["step"]["tau"]
    said = [t.replace(f"tau = {old}", f"tau = {tau}") for t in data["hypotheses"]]
    return changed(data, ("scheme/step/tau", tau), ("hypotheses", said))


def smaller(name: str, constant: str) -> dict[str, Any]:
    """With another K, wherever it is stated."""
    data = plain(name)
    old = data["proof"]["constant"]
    said = {key: data[key].replace(old, constant) for key in ("statement", "bound")}
    return changed(data | said, ("proof/constant", constant))


def never(name: str) -> dict[str, Any]:
    """The norm never grows, where only powers are bounded."""
    words = {"inflow": "||u[k+1]|| <= ||u[k]||", "two levels": "the norm of the state never grows"}
    data = plain(name) | {"statement": words[name], "bound": "||G|| <= 1"}
    return changed(data, ("proof/constant", None), ("proof/weights", None))


def scaled(name: str, factor: int) -> dict[str, Any]:
    """With weights H divided by a number: no longer above the volumes."""
    below = int(plain(name)["proof"]["weights"]["denominator"])
    return forged(name, ("proof/weights/denominator", str(factor * below)))


def wall(name: str, end: int, value: str, slope: str) -> dict[str, Any]:
    """With another wall."""
    place = f"scheme/unknowns/0/edges/0/{end}"
    return forged(name, (f"{place}/value", value), (f"{place}/slope", slope))


def vector(name: str, *entries: Any) -> dict[str, Any]:
    """With another kernel."""
    return forged(name, ("proof/kernel", list(entries)))


def renamed(name: str, old: str, new: str) -> dict[str, Any]:
    """With a word of the domain replaced."""
    return plain(name) | {"domain": plain(name)["domain"].replace(old, new)}


WIDE = "scheme/axes/0/count"
FORGERIES: dict[str, Callable[[], dict[str, Any]]] = {
    "twice the step": lambda: longer("robin", "1/200"),
    "twice the step on nodes": lambda: longer("nodes", "1/100"),
    "a step below zero": lambda: longer("robin", "-1/400"),
    "no step": lambda: forged("robin", ("scheme/step/tau", None)),
    "a smaller constant": lambda: smaller("inflow", "1.5"),
    "a constant of 1": lambda: smaller("two levels", "1"),
    "a constant that is no number": lambda: smaller("inflow", "nan"),
    "a constant that is negative": lambda: smaller("inflow", "-100"),
    "never grows, by its volumes": lambda: never("inflow"),
    "never grows, by its volumes, two levels": lambda: never("two levels"),
    "weights that are too small": lambda: scaled("inflow", 4),
    "weights that are too small, two levels": lambda: scaled("two levels", 2),
    "weights of zero": lambda: forged("inflow", ("proof/weights/denominator", "0")),
    "weights of another size": lambda: forged("inflow", ("proof/weights/rows", [["1"]])),
    "weights that are not those": lambda: forged("inflow", ("proof/weights/rows/3/3", "0")),
    "weights with an entry more": lambda: forged(
        "two levels", ("proof/weights/rows/2/0", "9" * 40)),
    "a kernel that is none": lambda: vector("robin", [0, [[0, "1"]]]),
    "a kernel of all places": lambda: vector("nodes", *([k, [[k, "1"]]] for k in range(12))),
    "a kernel twice": lambda: vector("inflow", *(2 * plain("inflow")["proof"]["kernel"])),
    "no kernel": lambda: vector("inflow"),
    "a kernel beyond the state": lambda: vector("inflow", [99, [[99, "1"]]]),
    "a wall that feeds": lambda: wall("robin", 0, "-20", "1"),
    "a wall that feeds on nodes": lambda: wall("nodes", 1, "-200", "1"),
    "a wall without ghosts": lambda: wall("robin", 1, "0", "0"),
    "any number of points": lambda: renamed("robin", "12 points along x, this grid alone",
                                            "any number of points"),
    "another grid": lambda: renamed("robin", "12", "24"),
    "other walls": lambda: renamed("robin", "Robin", "Neumann"),
    "a grid without end": lambda: forged("robin", (WIDE, 10**9)),
    "a grid without points": lambda: forged("robin", (WIDE, 0)),
    "a grid of no known size": lambda: forged("robin", (WIDE, None)),
    "a hypothesis less": lambda: plain("nodes") | {"hypotheses": ["h = 1/11", "tau = 1/400"]},
    "another value": lambda: plain("nodes") | {
        "hypotheses": ["h = 1/11", "kappa = 1/3", "tau = 1/400"]},
    "a trained parameter": lambda: forged("nodes", ("scheme/parameters/0/trainable", True)),
    "a declared set": lambda: forged("nodes", ("scheme/parameters/0/declared", True)),
    "a parameter that differs": lambda: forged("nodes", ("scheme/parameters/0/varies", True)),
    "another claim": lambda: forged("robin", ("proof/claim", "max_principle")),
    "of a part": lambda: forged("robin", ("proof/part", "dxx")),
    "of a set": lambda: plain("robin") | {"parameter": "kappa"},
    "a limit": lambda: plain("robin") | {
        "limit": {"symbol": "tau", "closed_form": "1", "value": "1", "attained": True}},
    "another norm": lambda: plain("robin") | {"norm": "l2"},
    "another kind": lambda: plain("robin") | {"kind": "order"},
    "a time in a coefficient": lambda: forged("robin", ("scheme/rates/0/terms/0/coefficient", "t")),
    "a number that is no rational": lambda: forged(
        "robin", ("scheme/rates/0/terms/0/coefficient", "pi")),
    "a power that would fill the memory": lambda: forged(
        "robin", ("scheme/rates/0/terms/0/coefficient", ["^", "3", str(10**9)])),
    "a growing term": lambda: forged("robin", ("scheme/rates/0/terms/0/coefficient", "-1")),
    "a growing step": lambda: forged(
        "robin", ("scheme/step/body/0/updates/0/combination/0/0", "11/10")),
    "a left side that is singular": lambda: forged(
        "implicit", ("scheme/rates/0/left/0/coefficient", "0")),
    "a left side of another sign": lambda: forged(
        "implicit", ("scheme/rates/0/left/0/coefficient", "1/2")),
    "a smaller left side": lambda: forged(
        "backward", ("scheme/rates/0/left/0/coefficient", "1/2")),
    "a left side left out": lambda: forged("implicit", ("scheme/rates/0/left", [])),
    "a left side that nothing is solved for": lambda: forged(
        "implicit", ("scheme/step/body/0/solves", [])),
    "a larger right side": lambda: forged(
        "crank_nicolson", ("scheme/rates/0/terms/0/coefficient", "2")),
    "no bound": lambda: plain("robin") | {"bound": ""},
}  # fmt: skip


@pytest.mark.parametrize("name", FORGERIES)
def test_planted_forgeries_are_rejected(name: str) -> None:
    start = process_time()
    report = check(FORGERIES[name]())
    assert not report.accepted
    assert report.reason
    assert process_time() - start < 5


# ---- mutants


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
        event("accepted")
        assert all(mutant[w] == plain(name)[w] for w in words)


@settings(max_examples=150)
@given(name=st.sampled_from(sorted(CASES)), data=st.data())
def test_accepted_mutants_of_the_scheme_are_true(name: str, data: Any) -> None:
    mutant = plain(name)
    wanted = {"nodes", "rates", "step", "unknowns", "parameters"}
    parts = [p for p in paths(mutant["scheme"]) if p[0] in wanted]
    path = data.draw(st.sampled_from(parts))
    mutate(mutant["scheme"], path, data.draw(st.integers(0, 11)), data.draw(NUMBERS))
    tau = mutant["scheme"]["step"].get("tau") or "1"
    said = [f"tau = {tau}" if t.startswith("tau") else t for t in mutant["hypotheses"]]
    mutant = changed(mutant, ("hypotheses", said))
    assume(mutant["scheme"] != plain(name)["scheme"])
    if not check(mutant).accepted:
        return
    event("accepted")
    paper = WalledPaper(mutant["scheme"])
    matrix, power = paper.matrix(float(Fraction(tau))), np.eye(len(paper.volumes()))
    constant = float(mutant["proof"]["constant"] or 1)
    for _ in range(100):
        power = power @ matrix
        assert proofs.norm(power, paper.volumes()) <= constant * (1 + 1e-9)


# ---- definite matrices


@settings(max_examples=100)
@given(st.integers(1, 6), st.integers(0, 2**32), st.integers(-2, 2))
def test_definite_matrices(size: int, seed: int, shift: int) -> None:
    draw = np.random.default_rng(seed)
    factor = draw.integers(-3, 4, (size, size))
    table = factor.T @ factor + shift * np.eye(size, dtype=int)
    matrix = [{j: int(c) for j, c in enumerate(row)} for row in table]
    low = np.linalg.eigvalsh(table.astype(float))[0]
    if low > 1e-9:
        require(matrix)
    if low < -1e-9:
        with pytest.raises(Rejected):
            require(matrix)


def test_a_check_takes_less_than_a_second() -> None:
    scheme = proofs.pde("dt(u) = dxx(u)", grid="128", boundary="u + dn(u) = 0", space="order 4",
                        time="rk4")  # fmt: skip
    found = proofs.certificate(scheme, tau=sympy.Rational(1, 40000))
    assert found.kind == "matrix"
    start = process_time()
    assert check(found).accepted
    assert process_time() - start < 3  # 0.4 measured
