"""Certificates of every kind, random changes of each, and what is true of those still accepted."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import sympy

import densemodes
import linearcases
import mutants
import proofs
import test_checker
import test_checker_matrix
import toruscases
from iterant.compiler.certificates import THEOREMS
from iterant.compiler.certificates.assemble import assembled
from iterant.compiler.certificates.base import Question
from mutants import Change, Data, Random, number, pick, places
from paperwork import Paper
from test_checker_linear import no_stronger
from walledpaper import WalledPaper

SIZES = (1e-3, 1.0, 30.0)  # of states of nonlinear steps
POWERS = 60
MONOTONE = ("dt(u) = dxx(u)/3", "dt(u) = div(grad(u)/sqrt(1 + norm2(grad(u))))")
NO_PAPER = {"order", "frozen"}  # only their proofs and statements are changed
Truth = Callable[[Data, Random], None]


# ---- changes of any proof


def any_number(data: Data, other: Data, random: Random) -> None:
    where, key = pick(places(data["proof"], lambda v: number(v) is not None), random)
    old = Fraction(where[key])
    where[key] = str(old * pick(mutants.FACTORS, random) if random.random() < 0.7 else old + 1)


def any_whole(data: Data, other: Data, random: Random) -> None:
    found = places(data["proof"], lambda v: isinstance(v, int) and not isinstance(v, bool))
    where, key = pick(found, random)
    where[key] += 1 if random.random() < 0.5 else -1


def any_flag(data: Data, other: Data, random: Random) -> None:
    where, key = pick(places(data["proof"], lambda v: isinstance(v, bool)), random)
    where[key] = not where[key]


def any_leaf(data: Data, other: Data, random: Random) -> None:
    where, key = pick(places(data["proof"], lambda v: isinstance(v, list) and v), random)
    where[key].pop(int(random.integers(len(where[key]))))


def any_order(data: Data, other: Data, random: Random) -> None:
    where, key = pick(places(data["proof"], lambda v: isinstance(v, list) and len(v) > 1), random)
    where[key].reverse()


def any_proof(data: Data, other: Data, random: Random) -> None:
    data["proof"] = other["proof"]


PROOFS: tuple[Change, ...] = (
    any_number, any_number, any_whole, any_flag, any_leaf, any_leaf, any_order, any_proof,
    mutants.limit, mutants.limit, mutants.hypothesis, mutants.hypothesis, mutants.statement,
)  # fmt: skip
SCHEMES: tuple[Change, ...] = (
    mutants.scheme_number, mutants.scheme_number, mutants.scheme_whole, mutants.scheme_value,
    mutants.scheme_flag, mutants.scheme_drop, mutants.scheme_word, mutants.scheme_foreign,
)  # fmt: skip


# ---- truths


def by_modes(data: Data, random: Random) -> None:
    """A linear step on a torus."""
    densemodes.holds(data, random)


def by_numbers(data: Data, random: Random) -> None:
    """A step between no walls, at the limit and at the parameters of the file."""
    claim = data["claim"].split()[0]
    if claim == "conserves":
        paper = Paper(data["scheme"], 8)
        state = {u["name"]: random.normal(size=paper.shape) for u in data["scheme"]["unknowns"]}
        for a in data["scheme"]["step"]["arrays"]:  # older levels with the same sum, slopes of 0
            state[a["name"]] = 0 * state["u"] if a["rate_of"] else state["u"].copy()
        with np.errstate(invalid="ignore"):
            after = paper.body(state, 0.01)
        if np.isnan(after["u"]).any():  # roots of negative numbers: no step of these states
            return
        assert abs(after["u"].sum() - state["u"].sum()) <= 1e-9 * (1 + abs(state["u"]).sum())
    elif data["kind"] == "block":
        never_grows(data, random)
    else:
        test_checker.holds_in_float64(data)


def never_grows(data: Data, random: Random) -> None:
    """The norm of random states in one body."""
    limit = data["limit"]
    tau = float(Fraction(limit["value"])) * (1 if limit["attained"] else 0.999)
    paper = Paper(data["scheme"], 6)
    for size in SIZES:
        state = {"u": size * random.normal(size=paper.shape)}
        after = paper.body(state, tau)
        assert np.linalg.norm(after["u"]) <= np.linalg.norm(state["u"]) * (1 + 1e-9)


def by_powers(data: Data, random: Random) -> None:
    """Powers of the matrix of a step between walls, in the norm of cell volumes."""
    paper = WalledPaper(data["scheme"])
    matrix = paper.matrix(float(Fraction(data["scheme"]["step"].get("tau") or "1")))
    constant = float(data["proof"]["constant"] or 1)
    power = np.eye(len(paper.volumes()))
    for _ in range(POWERS):
        power = power @ matrix
        assert proofs.norm(power, paper.volumes()) <= constant * (1 + 1e-9)


@dataclass(frozen=True)
class Kind:
    """Some certificates, the changes that are drawn for them, and their truth."""

    texts: list[str]
    changes: tuple[Change, ...]
    truth: Truth


def one_grid(name: str) -> str:
    """A case of the theorem of one grid, whatever other theorems say of it."""
    tau = sympy.Rational(test_checker_matrix.CASES[name][1])
    scheme = replace(test_checker_matrix.scheme_of(name), step_value=tau)
    asked = proofs.claim("l2_stable")
    proved = THEOREMS["matrix"].prove(Question(scheme=scheme, claim=asked, tau=tau))
    return json.dumps(asdict(assembled(scheme, asked, proved, None, tau)))


@cache
def kinds() -> dict[str, Kind]:
    """Every kind of the house by name, made once."""
    house = {name: json.dumps(test_checker.plain(name)) for name in test_checker.CASES}
    shown = [text for name, text in house.items() if name not in NO_PAPER]
    between = [n for n, (text, *_) in test_checker_matrix.CASES.items() if text.startswith("dt")]
    walls = [one_grid(name) for name in between]
    pairs = [json.dumps(proofs.plain(proofs.certificate(proofs.pde(equation), "nonexpansive")))
             for equation in MONOTONE]  # fmt: skip
    lines = [linearcases.written(name) for name in linearcases.CASES]
    tori = [toruscases.written(name) for name in toruscases.CASES]
    return {
        "linear": Kind(lines, mutants.CHANGES, by_modes),
        "linear, tori": Kind(tori, (*toruscases.TREES, *mutants.CHANGES), by_modes),
        "steps of an operator": Kind(shown, (*PROOFS, *SCHEMES), by_numbers),
        "their proofs": Kind([*house.values(), *pairs], PROOFS, by_numbers),
        "matrix": Kind(walls, (*PROOFS, *SCHEMES), by_powers),
    }


def true(kind: Kind, original: Data, mutant: Data, random: Random) -> None:
    """What an accepted mutant states is true, and no more than was proved of the same scheme."""
    if mutant["scheme"] == original["scheme"]:
        no_stronger(original, mutant)
        if mutant["limit"] == original["limit"] and mutant["set"] == original["set"]:
            assert mutant["statement"] == original["statement"]
    else:
        kind.truth(mutant, random)


# ---- the schema


def fits(mutant: Any, original: Any) -> bool:
    """The mutant has the types and the entries of the original, lists of any length."""
    if isinstance(original, dict):
        return isinstance(mutant, dict) and mutant.keys() == original.keys() and all(
            fits(mutant[k], v) for k, v in original.items())  # fmt: skip
    if isinstance(original, list):
        return isinstance(mutant, list) and all(any(fits(m, o) for o in original) for m in mutant)
    if number(original) is not None:
        return number(mutant) is not None
    return type(mutant) is type(original)
