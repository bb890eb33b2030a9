"""The checker of linear steps: it accepts proofs, and of their mutants only what is true."""

import time
from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import densemodes
import linearcases
import mutants
from iterant.runtime.checker import check
from linearcases import CASES, plain
from linearshape import well_formed

QUICK, SLOW = 2000, 40_000
# true beyond the ends too: for all steps, up to a declared end, but for single values of r
ONE_VALUE = {"box scheme", "a factor that cancels", "a pole that cancels"}
MORE = {"two intervals", "Beam-Warming", *ONE_VALUE}


@pytest.mark.parametrize("name", CASES)
def test_accepts_what_is_proved_and_it_is_true(name: str) -> None:
    data = plain(name)
    report = check(data)
    assert report.accepted, report.reason
    densemodes.holds(data, np.random.default_rng(7), draws=2)


@pytest.mark.parametrize("name", CASES)
def test_a_step_or_a_set_beyond_the_stated_one_is_told_by_modes(name: str) -> None:
    # the oracle of the mutants must be able to say no
    data = plain(name)
    if data["limit"] is not None:
        data["limit"]["closed_form"] = f"101/100*({data['limit']['closed_form']})"
        data["limit"]["attained"] = True
    ends = [(i, s) for i in data["set"] for s in ("low", "high") if i[s] is not None]
    for interval, side in ends:
        size = densemodes.closed(interval[side], {})
        interval[side] = str(size + (0.02 if side == "high" else -0.02))
    if (data["limit"] is None and not ends) or name in MORE:
        return
    with pytest.raises(AssertionError):
        densemodes.holds(data, np.random.default_rng(7), draws=2)


def test_checks_the_largest_case_fast() -> None:
    data = plain("rk4, order 3")
    best = min(_seconds(data) for _ in range(3))
    assert best < 0.4


def _seconds(data: dict[str, Any]) -> float:
    start = time.process_time()
    assert check(data).accepted
    return time.process_time() - start


# ---- random mutants


def mutated(count: int, seed: int) -> None:
    """Every accepted mutant states something true; at least half of all have the schema."""
    random = np.random.default_rng(seed)
    texts = [linearcases.written(name) for name in CASES]
    formed = accepted = 0
    seen: Counter[str] = Counter()
    for change, original, mutant in mutants.mutants(texts, count, random):
        seen[change] += 1
        formed += well_formed(mutant)
        report = check(mutant)
        assert report.reason
        if report.accepted:
            accepted += 1
            densemodes.holds(mutant, np.random.default_rng(accepted))
            if mutant["scheme"] == original["scheme"]:
                no_stronger(original, mutant)
    assert 2 * formed >= count
    assert 20 * accepted >= count
    assert len(seen) == len(set(mutants.CHANGES))


def no_stronger(original: dict[str, Any], mutant: dict[str, Any]) -> None:
    """Of an unchanged scheme nothing more is stated than was proved, to the last digit."""
    for word in ("claim", "norm", "domain", "hypotheses", "parameter", "bound"):
        assert mutant[word] == original[word]
    before, after = original["limit"], mutant["limit"]
    if before is None:
        assert after is None
    else:
        assert Fraction(after["value"]) <= Fraction(before["value"])
        smaller = Fraction(after["value"]) < Fraction(before["value"])
        assert smaller or before["attained"] or not after["attained"]
    for interval in mutant["set"]:
        assert any(_within(interval, other) for other in original["set"])


def _within(inner: dict[str, Any], outer: dict[str, Any]) -> bool:
    for side, sign in (("low", -1), ("high", 1)):
        if outer[side] is None:
            continue
        if inner[side] is None:
            return False
        a, b = (sign * Fraction(i[f"{side}_value"]) for i in (inner, outer))
        belongs = outer[f"{side}_closed"] or not inner[f"{side}_closed"]
        if a > b or (a == b and not belongs):
            return False
    return True


@pytest.mark.parametrize("seed", range(4))
def test_accepted_mutants_are_true(seed: int) -> None:
    mutated(QUICK // 4, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 120))
def test_many_accepted_mutants_are_true(seed: int) -> None:
    mutated(SLOW // 20, seed)


@pytest.mark.parametrize("name", CASES)
def test_certificates_have_the_schema(name: str) -> None:
    assert well_formed(plain(name))
    assert not well_formed(plain(name) | {"proof": {}})
