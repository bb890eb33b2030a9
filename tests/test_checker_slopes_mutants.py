"""Mutants of sectors, and of certificates that two states come no further apart: what is accepted
states something true.
"""

from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import assume, given, settings, strategies as st

from iterant.replay import Replay
from iterant.runtime.checker import check
from iterant.runtime.checker.ranges import Rejected
from iterant.runtime.checker.sectors import check_sector
from test_checker import NUMBERS, mutate, paths, resealed
from test_checker_slopes import (
    CHARBONNIER,
    EXPONENTIAL,
    HUBER,
    PM,
    SHOWN,
    TUKEY,
    certificate,
    copied,
    forged,
)
from test_sectors import POSITIVE, SETS

# inf and sup of Phi(s)/s and of Phi', in units of the scale
TRUE = {
    PM: (0, 1, -1 / 8, 1), CHARBONNIER: (0, 1, 0, 1), EXPONENTIAL: (0, 1, -0.446260320, 1),
    HUBER: (0, 1, 0, 1), TUKEY: (0, 1, -4 / 5, 1), "alpha * tanh(s/l)": (0, 1, 0, 1),
    "relu(s)": (0, 1, 0, 1),
}  # fmt: skip


# ---- mutants of sectors


@settings(max_examples=120, deadline=None)
@given(body=st.sampled_from(SHOWN), data=st.data())
def test_accepted_mutants_of_a_sector_are_true(body: str, data: Any) -> None:
    tree, claimed, proof = copied(body)
    whole = {"claimed": claimed, "proof": proof}
    path = data.draw(st.sampled_from([p for p in paths(whole) if len(p) > 1]))
    how, number = data.draw(st.integers(0, 11)), data.draw(NUMBERS)
    mutate(whole, path, how, number)
    if data.draw(st.booleans()):  # a coherent lie
        claimed["sector"], claimed["slope"] = proof.get("sector"), proof.get("slope")
    assume((claimed, proof) != copied(body)[1:])
    try:
        found = check_sector(tree, claimed, proof, SETS, POSITIVE)
    except (Rejected, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return
    assert {n: str(p) for n, p in found.scale.items()} == copied(body)[1]["scale"]
    ends = TRUE[body]
    for shown, (low, high) in ((found.sector, ends[:2]), (found.slope, ends[2:])):
        if shown is not None:
            assert shown.low <= low + 1e-8
            assert shown.high >= high - 1e-8


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_accepted_mutants_of_a_certificate_are_true(data: Any) -> None:
    original, mutant = forged(), forged()
    del original["scheme"]
    path = data.draw(st.sampled_from(paths(original)))
    mutate(mutant, path, data.draw(st.integers(0, 11)), data.draw(NUMBERS))
    assume(mutant != forged())
    if check(mutant).accepted:
        assert Fraction(mutant["limit"]["value"]) <= Fraction(original["limit"]["value"])
        assert all(mutant[w] == original[w] for w in ("claim", "norm", "domain", "hypotheses"))


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_accepted_mutants_of_the_scheme_are_nonexpansive(data: Any) -> None:
    mutant = forged("Huber")
    inner = [p for p in paths(mutant["scheme"]) if p[0] in {"nodes", "rates", "step"}]
    path = data.draw(st.sampled_from(inner))
    mutate(mutant["scheme"], path, data.draw(st.integers(0, 11)), data.draw(NUMBERS))
    mutant = resealed(mutant)
    assume(mutant["scheme"] != certificate("Huber")["scheme"])
    if check(mutant).accepted:
        assert farthest(mutant) <= 1 + 1e-9


def farthest(data: dict[str, Any]) -> float:
    """The largest growth of a distance at the limit, on a torus, in float64."""
    step = Replay(data["scheme"], object(), float(Fraction(data["limit"]["value"]))).step
    random = np.random.default_rng(0)
    worst = 0.0
    for size in (0.03, 0.3, 3.0):
        for base in (random.standard_normal(12), (-1.0) ** np.arange(12)):
            for move in (1e-3 * base, 0.1 * random.standard_normal(12)):
                one, two = size * base, size * (base + move)
                with np.errstate(all="ignore"):
                    apart = step({"u": one})["u"] - step({"u": two})["u"]
                worst = max(worst, float(np.linalg.norm(apart) / np.linalg.norm(one - two)))
    return worst


def test_the_float_replay_sees_states_that_come_apart() -> None:
    data = forged("Huber")
    assert farthest(data) <= 1 + 1e-9
    data["limit"]["value"] = "1/7"
    assert farthest(data) > 1.05
