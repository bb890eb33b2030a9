"""The prover on classic schemes: what textbooks say, confirmed by dense matrices, is answered.

Each entry of classics/ is asked for its whole set or limit, then 1 % inside and outside each end;
the quick run does the latter for every eighth entry only.
"""

from fractions import Fraction
from statistics import median

import numpy as np
import pytest

from iterant.compiler.reference.arithmetic import Singular
from judging import answers, beside, silent, whole
from textbook import Classic, allowed, classics, probes
from tori import Torus, dense, grows, pencil

CLASSICS = classics()
COVERAGE = Fraction(97, 100)  # of all verdicts
MEDIAN = 0.02  # s of processor time for one verdict,
GENEROUS = 5  # on a machine that is slower or busy
SETS = Fraction(95, 100)  # of whole sets and limits


def named(cases: list[Classic], *, some: bool = True) -> pytest.MarkDecorator:
    """Cases by name; those that only the slow run takes are marked."""
    return pytest.mark.parametrize(
        "classic",
        [
            pytest.param(c, id=c.label, marks=[pytest.mark.slow] if c.slow or late else [])
            for k, c in enumerate(cases)
            for late in [some and k % 8 != 0]
        ],
    )


# ---- textbooks against dense matrices


def step_of(classic: Classic, value: Fraction | float) -> Torus:
    """The step as the reference takes it."""
    return dense(classic, value)


@named(CLASSICS)
def test_dense_matrices_confirm_the_textbook(classic: Classic) -> None:
    for probe in probes(classic):
        radius = step_of(classic, probe.value).radius
        if probe.stable:
            slack = 1e-5 if classic.drift else 1e-10
            assert radius <= 1 + slack * max(1, abs(probe.value)), probe
        elif classic.growth == "modes":
            assert radius > 1 + 1e-8, probe
        else:
            assert grows(step_of(classic, probe.value)), probe


@named([c for c in CLASSICS if not (c.drift or c.between or c.sufficient)])
def test_powers_at_the_ends_tell_whether_they_belong(classic: Classic) -> None:
    for end in (e for part in classic.stable for e in part if not e.rough):
        value = classic.number(end)
        if not np.isfinite(value) or not allowed(classic, value):
            continue
        try:
            step = step_of(classic, value)
        except (np.linalg.LinAlgError, Singular):
            assert not end.belongs  # no newest level can be solved for
            continue
        if step.responses[0].size <= 300:
            assert grows(step) != end.belongs, end


@named([c for c in CLASSICS if "iterate" in c.text])
def test_the_reference_takes_the_step_that_the_equations_say(classic: Classic) -> None:
    for probe in probes(classic)[:2]:
        one, other = (way(classic, probe.value).radius for way in (dense, pencil))
        assert abs(one - other) <= 1e-5 * max(1, other)


# ---- verdicts


@named(CLASSICS, some=False)
def test_sets_and_limits_are_the_textbooks(classic: Classic) -> None:
    found = whole(classic)
    assert found.mark == ("digits" if classic.digits else "right") or (
        found.mark == "open" and classic.unproved
    ), found


@named(CLASSICS)
def test_verdicts_inside_and_outside(classic: Classic) -> None:
    found = [whole(classic), *beside(classic)]
    assert not [a for a in found if a.mark == "wrong"], found
    assert bool(silent(found)) == bool(classic.unproved), silent(found) or "all is answered now"


def test_the_table_covers_the_field() -> None:
    assert len({c.label for c in CLASSICS}) == len(CLASSICS) >= 240
    traps = " ".join(c.trap for c in CLASSICS)
    kinds = ("never", "always", "only above a limit", "defective unit roots", "wrong sign",
             "two intervals", "long waves only", "not defective", "not zero-stable")  # fmt: skip
    assert all(traps.count(kind) >= 1 for kind in kinds)
    assert all(c.source for c in CLASSICS)


def test_coverage_of_sets() -> None:
    found = [whole(c) for c in CLASSICS if not c.slow]
    assert not [a for a in found if a.mark == "wrong"]
    assert len(silent(found)) <= (1 - SETS) * len(found), silent(found)


@pytest.mark.slow
def test_coverage() -> None:
    """Of all verdicts that the discretisation allows."""
    found = [a for some in answers(CLASSICS).values() for a in some]
    assert not [a for a in found if a.mark == "wrong"]
    assert len(silent(found)) <= (1 - COVERAGE) * len(found), silent(found)
    middle = median(a.seconds for a in found)
    print(f"{len(silent(found))} of {len(found)} open; {1e3 * middle:.1f} ms in the middle")
    assert middle < GENEROUS * MEDIAN
