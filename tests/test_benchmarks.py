"""What is timed computes the same: contestants that need nothing but torch, on tiny grids."""

import subprocess
import sys
import warnings

import numpy as np
import pytest

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
