"""Random linear schemes against eigenvalues at many modes, in both directions.

Sampling may miss growth between its points, so a certificate above it would still be a fault; a
refutation below it would be one too: its witness is a mode that was replayed.
"""

from collections import Counter
from fractions import Fraction

import pytest

from iterant.compiler.certificates.certify import certify
from iterant.runtime.contract import Certificate, Refutation
from proofs import claim, scheme_of
from sampled import Drawn, drawn, growth, power_growth

ROUNDING = 2e-6  # of eigenvalues of matrices that are not normal
TRANSIENT = 30  # from 2^10 to 2^20 steps: bounded powers stay, a Jordan block grows by 1000


def answer(scheme: Drawn) -> str:
    """The verdict on l2_stable, after it was held against the samples."""
    found = certify(scheme_of.__wrapped__(scheme.text), claim("l2_stable"))
    points = 96 if scheme.dim == 1 else 24
    if isinstance(found, Certificate):
        assert growth(scheme, points) <= 1 + ROUNDING, scheme.text
        if "powers" in found.statement:
            assert power_growth(scheme, points // 2) < TRANSIENT, scheme.text
    if isinstance(found, Refutation):
        own = scheme.on_torus(found.witness.points)
        assert own > 1 + 1e-12, (scheme.text, found.witness)
        assert float(Fraction(found.witness.growth)) <= own * (1 + ROUNDING), scheme.text
    return found.verdict


@pytest.mark.parametrize("start", range(0, 160, 20))
def test_random_schemes(start: int) -> None:
    schemes = [drawn(seed) for seed in range(start, start + 20)]
    found = Counter((scheme.dim, answer(scheme)) for scheme in schemes)
    assert found[1, "unproved"] <= 2, found


@pytest.mark.slow
def test_many_random_schemes() -> None:
    """Twenty thousand, at least 95 % of them answered."""
    found = Counter(answer(drawn(seed)) for seed in range(20_000))
    assert found["unproved"] <= 1_000, found
