"""compile, certify, verify and graph from the command line, with their exit codes."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from iterant.console import Exit
from terminal import EXAMPLES, Capsys, heat, told


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test works in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_compile_prints_or_writes_the_code(capsys: Capsys) -> None:
    code, out, said = told(capsys, "compile", heat())
    assert code == Exit.DONE
    assert "class Heat(nn.Module):" in out
    assert "l2_stable: certified" in said
    code, _, said = told(capsys, "compile", "heat.scheme", "-o", "sub/heat.py")
    assert code == Exit.DONE
    assert Path("sub/heat.py").read_text() == out
    code, _, said = told(capsys, "compile", "heat.scheme", "-o", "heat.scheme/heat.py")
    assert code == Exit.BAD_INPUT
    assert "cannot write" in said


@pytest.mark.parametrize(
    ("stage", "words"),
    [("ast", "EquationStatement"), ("model", "Laplacian(u)"), ("scheme", "rates"), ("graph", "u")],
)
def test_every_stage_can_be_seen(capsys: Capsys, stage: str, words: str) -> None:
    code, out, _ = told(capsys, "compile", heat(), "--emit", stage)
    assert code == Exit.DONE
    assert words in out


def test_an_unknown_stage(capsys: Capsys) -> None:
    code, _, said = told(capsys, "compile", heat(), "--emit", "cuda")
    assert code == Exit.BAD_INPUT
    assert "known: ast, model, scheme, graph, code" in said


def test_the_graph_is_drawn(capsys: Capsys) -> None:
    code, out, _ = told(capsys, "graph", str(EXAMPLES / "perona_malik.scheme"))
    assert code == Exit.DONE
    assert out.startswith("digraph")
    code, _, _ = told(capsys, "graph", str(EXAMPLES / "perona_malik.scheme"), "-o", "a.svg")
    assert code == Exit.DONE
    root = ET.parse("a.svg").getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(list(root.iter("{http://www.w3.org/2000/svg}text"))) > 5
    assert told(capsys, "graph", heat(), "-o", "a.jpg")[0] == Exit.BAD_INPUT


def test_certify_writes_what_verify_accepts(capsys: Capsys) -> None:
    told(capsys, "compile", heat(), "-o", "heat.py")
    code, out, _ = told(capsys, "certify", "heat.scheme", "-o", "heat.cert.json")
    assert code == Exit.DONE
    assert "l2_stable: certified" in out
    assert "holds for tau <= " in out
    code, out, _ = told(capsys, "verify", "heat.py", "heat.cert.json")
    assert code == Exit.DONE
    assert out.startswith("accepted: l2_stable")


def test_verify_rejects_other_code_and_other_proofs(capsys: Capsys) -> None:
    told(capsys, "compile", heat(), "-o", "heat.py")
    told(capsys, "certify", "heat.scheme", "-o", "heat.cert.json")
    text = Path("heat.py").read_text()
    Path("other.py").write_text(text.replace("- 2 *", "- 3 *", 1))
    assert Path("other.py").read_text() != text
    code, out, _ = told(capsys, "verify", "other.py", "heat.cert.json")
    assert code == Exit.REFUTED
    assert out.startswith("rejected: ")
    page = json.loads(Path("heat.cert.json").read_text())
    page["verdicts"][0]["limit"]["closed_form"] = "h^2"
    Path("other.cert.json").write_text(json.dumps(page))
    assert told(capsys, "verify", "heat.py", "other.cert.json")[0] == Exit.REFUTED


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"format": "x"}', "\0", '{"format": 1, "verdicts": 2}']
)
def test_verify_explains_files_that_hold_no_certificates(capsys: Capsys, text: str) -> None:
    told(capsys, "compile", heat(), "-o", "heat.py")
    Path("bad.json").write_text(text)
    code, _, said = told(capsys, "verify", "heat.py", "bad.json")
    assert code == Exit.BAD_INPUT
    assert "bad.json" in said
    assert told(capsys, "verify", "nowhere.py", "bad.json")[0] == Exit.BAD_INPUT


def test_verdicts_as_json(capsys: Capsys) -> None:
    code, out, _ = told(capsys, "certify", heat(), "--json", "--param", "kappa=1/5")
    assert code == Exit.DONE
    (verdict,) = json.loads(out)
    assert set(verdict) == {
        "claim", "verdict", "norm", "domain", "parameter", "set", "limit", "witness", "reason",
    }  # fmt: skip
    assert verdict["claim"] == "l2_stable"
    assert verdict["verdict"] == "certified"
    assert verdict["limit"]["symbol"] == "tau"
    assert verdict["limit"]["value"] == pytest.approx(1 / 16**2 / (2 * 0.2))
    assert verdict["witness"] is None
    assert verdict["reason"] is None


def test_an_unproved_claim_exits_3_from_certify_and_compile_and_0_from_run(capsys: Capsys) -> None:
    heat(step="1/1000", claims="l2_stable, contraction")
    code, out, _ = told(capsys, "certify", "heat.scheme", "--json")
    assert code == Exit.UNPROVED
    assert json.loads(out)[1]["reason"]
    code, _, said = told(capsys, "compile", "heat.scheme", "-o", "heat.py")
    assert code == Exit.UNPROVED
    assert "contraction: unproved" in said
    assert Path("heat.py").exists()
    code, _, said = told(capsys, "run", "heat.scheme", "-o", "a.npz")
    assert code == Exit.DONE
    assert "contraction is unproved" in said
    assert np.load("a.npz")["u"].shape == (11, 16)


def test_what_takes_too_long_is_given_up(capsys: Capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: object, **__: object) -> None:
        while True:
            pass

    heat(step="1/1000")
    assert told(capsys, "certify", "heat.scheme", "--prove-seconds", "60")[0] == Exit.DONE
    monkeypatch.setattr("iterant.compiler.pipeline.certify", slow)
    code, out, _ = told(capsys, "certify", "heat.scheme", "--prove-seconds", "0.1")
    assert code == Exit.UNPROVED
    assert "it was not decided within 0.1 seconds" in out
    monkeypatch.setattr("iterant.compiler.pipeline.settle", slow)
    code, _, said = told(capsys, "certify", "heat.scheme", "--prove-seconds", "0.1")
    assert code == Exit.BAD_INPUT
    assert "`limit` was not decided within 0.1 seconds" in said


def test_a_reader_that_has_read_enough_is_no_fault() -> None:
    code = "import sys; from iterant.cli import main; sys.exit(main(sys.argv[1:]))"
    words = [sys.executable, "-c", code, "compile", str(EXAMPLES / "variable_heat.scheme")]
    printing = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert printing.stdout is not None
    printing.stdout.close()
    assert printing.stderr is not None
    said = printing.stderr.read()
    assert printing.wait() == Exit.DONE, said
    assert "Traceback" not in said
    assert "BrokenPipe" not in said
