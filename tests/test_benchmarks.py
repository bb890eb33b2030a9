"""What is timed computes the same: contestants that need nothing but torch, on tiny grids."""

import subprocess
import sys
import warnings

import numpy as np
import pytest

from benchmarks.cases import CASES
from benchmarks.contest import Contest, Score
from benchmarks.report import Results, markdown, renewed
from benchmarks.steps.problems import PROBLEMS, Array, Problem
from benchmarks.too_large import rows
from house import ROOT


def compare(*options: str) -> str:
    """Run the comparison of the benchmarks, and return what it told."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.run", "--compare", *options],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_contestants_agree() -> None:
    told = compare("--contestants", "iterant,hand,numpy,copy", "--points", "12", "--eager")
    assert told.count("hand: ready") == told.count("numpy: ready") == 8
    assert told.count("off by") == 8 * 3


@pytest.mark.slow
def test_compiled_contestants_agree() -> None:
    told = compare("--contestants", "iterant,hand,numpy")
    assert told.count("off by") == 8 * 3


def test_a_case_that_is_timed_anew_takes_its_place() -> None:
    case = next(case for case in CASES if case.name == "heat3d_nodes")
    scores = {"iterant": Score(seconds=[1e-3]), "hand": Score(seconds=[2e-3])}
    found = Results(
        machine={}, loads=[9.5], rounds=7, contests=[Contest(case=case, n=192, scores=scores)]
    )
    both = renewed(found)
    assert [c.case.name for c in both.contests] == [case.name for case in CASES]
    assert next(c for c in both.contests if c.case == case).ratio("hand") == 2
    assert all(c.ratio("hand") for c in both.contests)
    page = markdown(both)
    assert f"Timed anew, after a change of the code: {case.title}." in page
    assert "to 9.5" in page


def test_steps_that_are_too_large_are_refused() -> None:
    """And a peer that says nothing is heard to say nothing: NumPy, which does what it is told."""

    def in_numpy(problem: Problem) -> Array:
        u = problem.initial
        for _ in range(problem.steps):
            around = [np.roll(u, k, axis) for axis in range(u.ndim) for k in (1, -1)]
            if u.ndim == 2:
                u = u + problem.tau / problem.spacing**2 * (sum(around) - 4 * u)
            else:
                u = u - problem.tau / (2 * problem.spacing) * (around[1] - around[0])
        return u

    def warning(problem: Problem) -> Array:
        warnings.warn("the step is too large", stacklevel=1)
        raise ValueError("refused")

    found = list(rows({"NumPy": in_numpy, "careful": warning}))
    assert [row[3] for row in found if row[1] == "Iterant"] == ["not run"] * len(PROBLEMS)
    assert all("l2_stable is refuted" in row[2] for row in found if row[1] == "Iterant")
    silent = [row for row in found if row[1] == "NumPy"]
    assert all(row[2] == "nothing" and float(row[3]) > 1e10 for row in silent)
    loud = [row[2:] for row in found if row[1] == "careful"]
    assert loud == [("the step is too large; ValueError: refused", "not run")] * len(PROBLEMS)
