"""The contract: every file parses, is analysed, and ends as its row of contract.toml says."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from iterant.compiler.analyse import analyse
from iterant.compiler.parse import parse
from iterant.compiler.pipeline import compile_text
from iterant.compiler.source import SchemeError, Source
from iterant.runtime.checker import check

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples"
ROWS = tomllib.loads((HERE / "contract.toml").read_text(encoding="utf-8"))


def source(name: str) -> Source:
    path = EXAMPLES / f"{name}.scheme"
    return Source(path.name, path.read_text(encoding="utf-8"))


def test_every_file_has_a_row():
    """One row a file, and each row's file is there."""
    assert sorted(ROWS) == sorted(p.stem for p in EXAMPLES.glob("*.scheme"))


@pytest.mark.parametrize("name", ROWS)
def test_analysed_fully(name):
    """The meaning of every file is understood, its claims included, whatever is refused later."""
    model = analyse(parse(source(name)))
    assert len(model.claims) == len(ROWS[name]["claims"])


@pytest.mark.parametrize("name", [n for n in ROWS if "refused" in ROWS[n]])
def test_refused_by_one_diagnostic(name):
    """What has no back end is named once, in words of the user."""
    with pytest.raises(SchemeError) as caught:
        compile_text(source(name))
    (fault,) = caught.value.diagnostics
    assert fault.message == f"{ROWS[name]['refused']} is not there yet"
    assert ROWS[name]["lifted_by"]


@pytest.mark.parametrize("name", [n for n in ROWS if "refused" not in ROWS[n]])
def test_verdicts(name):
    """Each claim ends as it must, and the checker accepts every certificate with the code."""
    row = ROWS[name]
    artifact = compile_text(source(name))
    found = {v.claim: v.verdict for v in artifact.certificates}
    assert found == row["claims"] | row.get("now", {})
    assert ("now" in row) == ("lifted_by" in row)
    for verdict in artifact.certificates:
        if verdict.verdict == "certified":
            report = check(verdict, artifact.source_code)
            assert report.accepted, report.reason
