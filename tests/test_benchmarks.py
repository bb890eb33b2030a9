"""What is timed computes the same: contestants that need nothing but torch, on tiny grids."""

import subprocess
import sys

import pytest

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
