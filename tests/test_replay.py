"""`verify --replay`: the running module is the scheme of its certificate, and nothing else."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

import iterant
from iterant.console import Exit
from iterant.replay import replayed
from iterant.runtime.faults import UserError
from terminal import EXAMPLES, Capsys, told

GRIDS: dict[str, tuple[int, ...] | None] = {
    "acoustic_fdtd": (16, 12),
    "advection": (40,),
    "burgers_neural_closure": (40,),
    "fsi": None,
    "heat": (12, 12),
    "maxwell_tm": (12, 14),
    "perona_malik": None,
    "schroedinger": (60,),
    "variable_heat": (64, 48),
    "wave": (12, 12, 12),
}


def verdicts(artifact: Any) -> list[dict[str, Any]]:
    return [{"verdict": v.verdict, **asdict(v)} for v in artifact.certificates]


@pytest.mark.parametrize("name", GRIDS)
def test_modules_are_the_schemes_of_their_certificates(name: str) -> None:
    artifact = iterant.compile(EXAMPLES / f"{name}.scheme", grid=GRIDS[name])
    (said,) = replayed(verdicts(artifact), artifact.source_code)
    assert said.startswith("impulse responses agree at ")


@pytest.mark.parametrize(
    "place",
    ["grid 8, 7\nboundary u = 0 on x, periodic on y", "grid 6, 7, nodes\nboundary periodic"],
)
def test_coordinates_are_those_of_the_module(place: str) -> None:
    text = (
        f"scheme places\ndomain x in [0, 1], y in [1, 3]\n{place}\nfield u\n"
        "equation dt(u) = div((1 + x*y)*grad(u))\nspace flux forward\n"
        "time explicit_euler, step 1/2 * limit, steps 1\ncertify l2_stable\n"
    )
    artifact = iterant.compile(text)
    (said,) = replayed(verdicts(artifact), artifact.source_code)
    assert said.startswith("impulse responses agree at ")
    for old, new in (("x * y", "x * x"), ("1 + x", "2 + x")):
        assert old in artifact.source_code
        with pytest.raises(UserError, match="differs from the certificate's scheme by"):
            replayed(verdicts(artifact), artifact.source_code.replace(old, new))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("heat", "- 4 *", "- 4.001 *"),
        ("perona_malik", "0.25 *", "0.2501 *"),
        ("acoustic_fdtd", "v_0 - tau", "v_0 + tau"),
        ("fsi", "30 / 17", "31 / 17"),
        ("variable_heat", "25 / 12", "26 / 12"),
    ],
)
def test_a_module_that_was_changed_is_found_out(name: str, old: str, new: str) -> None:
    artifact = iterant.compile(EXAMPLES / f"{name}.scheme", grid=GRIDS[name])
    assert old in artifact.source_code
    with pytest.raises(UserError, match="differs from the certificate's scheme by"):
        replayed(verdicts(artifact), artifact.source_code.replace(old, new))


def test_replay_on_the_command_line(
    capsys: Capsys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    scheme = str(EXAMPLES / "perona_malik.scheme")
    told(capsys, "compile", scheme, "-o", "pm.py")
    told(capsys, "certify", scheme, "-o", "pm.cert.json")
    code, out, _ = told(capsys, "verify", "pm.py", "pm.cert.json", "--replay")
    assert code == Exit.DONE
    assert "impulse responses agree" in out
