"""The command line called from tests, in the folder that a test works in."""

from pathlib import Path
from typing import TypeAlias

import pytest

from house import ROOT
from iterant.cli import main

EXAMPLES = ROOT / "examples"
HEAT = """
scheme heat
domain   x in [0, 1]
grid     16
boundary u = 0
field    u
param    kappa = 1/10, positive
equation dt(u) = kappa * lap(u)
initial  u = sin(pi*x)
time     explicit_euler, step {step}, steps 10
watch    warmth = integral(u)
certify  {claims}
"""
Capsys: TypeAlias = pytest.CaptureFixture[str]


def heat(*, step: str = "0.9 * limit", claims: str = "l2_stable") -> str:
    """Write heat.scheme and return its name."""
    Path("heat.scheme").write_text(HEAT.format(step=step, claims=claims).lstrip())
    return "heat.scheme"


def told(capsys: Capsys, *words: str) -> tuple[int, str, str]:
    """Run the command line; its exit code, what it printed, what it said beside."""
    code = main(words)
    captured = capsys.readouterr()
    for text in captured:
        assert "Traceback" not in text
        assert "on its own account" not in text
    return code, captured.out, captured.err


TWO = """
scheme two
domain   x in [0, 1]
grid     8
boundary periodic
field    a, b
equation dt(a) = b
equation dt(b) = lap(a)
time     symplectic_euler, step 1/100, steps 4
"""
