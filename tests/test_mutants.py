"""Mutated certificates of every kind of the house: whatever the checker accepts is true."""

import json
from collections import Counter

import numpy as np
import pytest

from iterant.runtime.checker import check
from kinds import fits, kinds, true
from mutants import mutants

SHARES = {"linear": 7, "linear, tori": 3, "steps of an operator": 5, "their proofs": 3, "matrix": 2}
BLOCKS, SIZE = 20, 2000


def mutated(count: int, seed: int) -> tuple[Counter[str], Counter[str]]:
    """How many mutants of each kind there are, and how many were accepted; half have the schema."""
    seen: Counter[str] = Counter()
    accepted: Counter[str] = Counter()
    formed = 0
    for name, kind in kinds().items():
        random = np.random.default_rng([seed, len(seen)])
        share = count * SHARES[name] // sum(SHARES.values())
        for _, original, mutant in mutants(kind.texts, share, random, kind.changes):
            seen[name] += 1
            formed += fits(mutant, original)
            report = check(mutant)
            assert report.reason
            if report.accepted:
                accepted[name] += 1
                true(kind, original, mutant, random)
    assert 2 * formed >= count, formed
    assert accepted.keys() == SHARES.keys(), accepted
    return seen, accepted


@pytest.mark.parametrize("seed", range(2))
def test_accepted_mutants_are_true(seed: int) -> None:
    mutated(400, seed)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(BLOCKS))
def test_many_accepted_mutants_are_true(block: int) -> None:
    """Forty thousand in blocks."""
    seen, accepted = mutated(SIZE, 1000 + block)
    print(*(f"{name}: {accepted[name]} of {n} accepted" for name, n in seen.items()), sep="\n")
    assert sum(seen.values()) == SIZE


def test_all_kinds_that_a_paper_can_run_are_among_them() -> None:
    found = {json.loads(text)["kind"] for kind in kinds().values() for text in kind.texts}
    assert found >= {"symmetric", "block", "skew", "convex", "splitting", "linear", "telescoping",
                     "order", "monotone", "matrix"}  # fmt: skip
