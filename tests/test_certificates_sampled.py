"""Random linear schemes against eigenvalues at many modes, in both directions.

Sampling may miss growth between its points, so a certificate above it would still be a fault; a
refutation below it would be one too: its witness is a mode that was replayed.
"""

from collections import Counter
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from iterant import SchemeError
from iterant.compiler.certificates.certify import certify
from iterant.compiler.certificates.defects import SLOWLY
from iterant.runtime.checker import check
from iterant.runtime.contract import Certificate, Refutation
from mixture import KINDS, POINTS, Sample, growth as largest, mixed
from proofs import claim, scheme_of
from sampled import Drawn, Family, family, growth, power_growth, powers, tenfold

ROUNDING = 2e-6  # of eigenvalues of matrices that are not normal
EXACT = 16  # characters: longer ends are digits
HUGE = 1e9
TRANSIENT = 30  # from 2^10 to 2^20 steps: bounded powers stay, a Jordan block grows by 1000


def answer(scheme: Sample) -> str:
    """The verdict on l2_stable, after it was held against the samples.

    "refused" where the compiler says that a left side is 0 on constants: it is.
    """
    try:
        read = scheme_of.__wrapped__(scheme.text)
    except SchemeError as fault:
        if "leaves them free" not in str(fault) or not singular(scheme):
            raise
        return "refused"
    found = certify(read, claim("l2_stable"))
    if isinstance(found, Certificate):
        table = scheme.modes(POINTS[scheme.dim])
        assert largest(table) <= 1 + ROUNDING, scheme.text
        if "powers" in found.statement:
            assert powers(scheme.modes(POINTS[scheme.dim] // 2)) < TRANSIENT, scheme.text
    if isinstance(found, Refutation):
        table = scheme.torus(found.witness.points)
        if found.witness.mode.endswith(SLOWLY):
            assert tenfold(table) > 5, scheme.text
            return found.verdict
        own = largest(table)
        assert own > 1 + 1e-12, (scheme.text, found.witness)
        assert float(Fraction(found.witness.growth)) <= own * (1 + ROUNDING), scheme.text
    return found.verdict


def singular(scheme: Sample) -> bool:
    """Whether constants have no newest level: no matrix, or one of rounding errors alone."""
    try:
        return largest(scheme.torus((1,) * scheme.dim)) > HUGE
    except np.linalg.LinAlgError:
        return True


def answers(schemes: list[Sample]) -> Counter[tuple[str, str]]:
    """How many of each kind have which verdict."""
    return Counter((scheme.kind, answer(scheme)) for scheme in schemes)


def silent(found: Counter[tuple[str, str]]) -> int:
    """How many have neither a proof nor a counter-example."""
    return sum(n for (_, verdict), n in found.items() if verdict == "unproved")


@pytest.mark.parametrize("start", range(0, 120, 20))
def test_random_schemes(start: int) -> None:
    found = answers([mixed(seed) for seed in range(start, start + 20)])
    assert len({kind for kind, _ in found}) == len(set(KINDS))
    assert silent(found) <= 2, found


@pytest.mark.parametrize(("dim", "start"), [(2, 0), (3, 0)])
def test_random_schemes_on_several_axes(dim: int, start: int) -> None:
    kind = f"explicit, {dim} axes"
    seeds = [seed for seed in range(start, start + 500) if KINDS[seed % len(KINDS)] == kind]
    found = answers([mixed(seed) for seed in seeds[:25]])
    assert silent(found) <= 2, found
    assert found[kind, "certified"] >= 3, found


@pytest.mark.slow
@pytest.mark.parametrize("block", range(20))
def test_many_random_schemes(block: int) -> None:
    """Twenty thousand in blocks: no wrong verdict, at least 95 % of each block answered."""
    found = answers([mixed(seed) for seed in range(1000 * block, 1000 * (block + 1))])
    print(*(f"{kind}, {word}: {n}" for (kind, word), n in sorted(found.items())), sep="\n")
    assert silent(found) <= 50, found


# ---- sets of a parameter


def bounded(scheme: Drawn, points: int) -> bool:
    return growth(scheme, points) <= 1 + ROUNDING and power_growth(scheme, points) < TRANSIENT


def answered(own: Family, points: int) -> str:
    """The verdict on l2_stable for r: what it states holds, and no more does where it says so."""
    asked = replace(claim("l2_stable"), parameter="r")
    found = certify(scheme_of.__wrapped__(own.text), asked)
    if isinstance(found, Refutation):
        at_file, points = own.at(Fraction(1, 10)), found.witness.points
        slow = found.witness.mode.endswith(SLOWLY)
        assert slow or at_file.on_torus(points) > 1 + 1e-12, own.text
        assert not slow or tenfold(at_file.torus(points)) > 5, own.text
    if not isinstance(found, Certificate):
        return found.verdict
    report = check(found)
    assert report.accepted, (report.reason, own.text)
    for part in found.set:
        low, high = (Fraction(part[f"{s}_value"] or d) for s, d in (("low", -9), ("high", 9)))
        ends = [e for e, s in ((low, "low"), (high, "high")) if part[f"{s}_closed"]]
        for r in (
            low + (high - low) * f for f in (Fraction(1, 50), Fraction(1, 2), Fraction(9, 10))
        ):
            assert growth(own.at(r), points) <= 1 + ROUNDING, (r, own.text)
            assert "powers" not in found.statement or bounded(own.at(r), points // 2), own.text
        assert all(growth(own.at(r), points) <= 1 + ROUNDING for r in ends), own.text
        exact = part["high"] is not None and len(part["high"]) < EXACT
        beyond = (high * (1 + Fraction(1, k)) for k in (1000, 100, 20))
        if exact and high > 0 and all(bounded(own.at(r), points) for r in beyond):
            return "not sharp"
    return found.verdict


@pytest.mark.parametrize(("dim", "start"), [(1, 0), (2, 0), (2, 20), (3, 0)])
def test_random_sets(dim: int, start: int) -> None:
    families = [family(seed, dim) for seed in range(start, start + 20)]
    found = Counter(answered(f, {1: 96, 2: 24, 3: 8}[dim]) for f in families)
    assert found["unproved"] <= 2, found
    assert found["certified"] >= 5, found
    assert not found["not sharp"], found


@pytest.mark.slow
@pytest.mark.parametrize(("dim", "count"), [(1, 600), (2, 600), (3, 200)])
def test_many_random_sets(dim: int, count: int) -> None:
    families = [family(seed, dim) for seed in range(100, 100 + count)]
    found = Counter(answered(f, {1: 96, 2: 24, 3: 8}[dim]) for f in families)
    assert 10 * found["unproved"] <= count, found
