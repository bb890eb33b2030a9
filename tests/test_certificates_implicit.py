"""Random implicit iterates against eigenvalues at many modes: sets in both directions, verdicts."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest

from densemodes import closed, growth
from iterant.compiler.certificates.certify import certify
from iterant.compiler.certificates.defects import SLOWLY
from iterant.runtime.checker import check
from iterant.runtime.contract import Certificate, Refutation
from proofs import claim, scheme_of
from sampled import tenfold
from solved import Implicit, implicit, modes

ROUNDING = 2e-6  # of eigenvalues of matrices that are not normal
GROWTH = 30  # from 2^10 to 2^20 steps
THETA = {dim: modes(dim) for dim in (1, 2)}
VALUES = [float(Fraction(k, 16)) + 0.0007 for k in range(-96, 97, 3)]  # of r, no special ones


def stable(scheme: Implicit, r: float, *, drift: bool) -> bool:
    """Powers of the step stay bounded at all modes, and the left side is singular at none.

    `drift`: or grow in proportion to the number of steps.
    """
    if scheme.least_left(THETA[scheme.dim], r) < 1e-7:
        return False
    matrices = scheme.matrices(THETA[scheme.dim], r)
    if np.abs(np.linalg.eigvals(matrices)).max() > 1 + ROUNDING:
        return False
    return drift or growth(matrices) < GROWTH


def contains(part: Any, r: float) -> bool:
    """A value lies in an interval of a set."""
    low = -np.inf if part["low"] is None else closed(part["low"], {})
    high = np.inf if part["high"] is None else closed(part["high"], {})
    return bool(low <= r <= high)


def verdict(scheme: Implicit) -> tuple[str, int]:
    """The verdict for r, held against samples, and how many of them it leaves open."""
    asked = replace(claim("l2_stable"), parameter="r")
    found = certify(scheme_of.__wrapped__(scheme.text), asked)
    open_ones = 0
    if isinstance(found, Certificate):
        report = check(found)
        assert report.accepted, (report.reason, scheme.text)
        drift = "a drift that is linear" in found.statement
        for r in VALUES:
            inside = any(contains(part, r) for part in found.set)
            if inside:
                assert stable(scheme, r, drift=drift), (r, found.statement, scheme.text)
            open_ones += not inside and stable(scheme, r, drift=drift)
    if isinstance(found, Refutation):
        lines = [2 * np.pi * np.arange(n) / n for n in found.witness.points]
        theta = np.array(list(product(*lines)))
        matrices = scheme.matrices(theta, float(scheme.own))
        if found.witness.mode.endswith(SLOWLY):
            assert tenfold(matrices) > 5, scheme.text
            return found.verdict, open_ones
        own = float(np.abs(np.linalg.eigvals(matrices)).max())
        assert own > 1 + 1e-12, (scheme.text, found.witness)
        assert float(Fraction(found.witness.growth)) <= own * (1 + ROUNDING), scheme.text
    return found.verdict, open_ones


def answers(seeds: range, dim: int = 1) -> Counter[str]:
    """Verdicts, and "open" for values that are stable by samples and in no set."""
    found: Counter[str] = Counter()
    for seed in seeds:
        word, open_ones = verdict(implicit(seed, dim))
        found[word] += 1
        found["open"] += open_ones
    return found


@pytest.mark.parametrize("start", range(0, 60, 20))
def test_random_implicit_schemes(start: int) -> None:
    found = answers(range(start, start + 20))
    assert found["unproved"] <= 4, found
    assert found["open"] <= 20, found


def test_random_implicit_schemes_on_two_axes() -> None:
    answers(range(9), dim=2)


@pytest.mark.slow
def test_many_random_implicit_schemes() -> None:
    found = answers(range(1000, 3000))
    assert found["unproved"] <= 200, found
