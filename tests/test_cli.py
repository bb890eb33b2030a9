"""The command line: its door, new, check and fmt; no fault ends in a traceback."""

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

from house import ROOT
from iterant import grammars
from iterant.cli import main
from iterant.console import Exit, worst
from terminal import EXAMPLES, Capsys, heat, told


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test works in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# ---- the door itself


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from iterant.cli import main\n"
        "assert main(['--help']) == 0\n"
        "print(*{m.split('.')[0] for m in sys.modules} & {'torch', 'sympy', 'numpy', 'lark'})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == ""
    for command in ("new", "check", "compile", "certify", "verify", "run", "train", "fmt", "graph"):
        assert f" {command} " in done.stdout


def test_commands_of_later_versions_are_not_there(capsys: Capsys) -> None:
    for word in ("bench",):
        code, _, said = told(capsys, word, "tnrd.scheme")
        assert code == Exit.BAD_INPUT
        assert said.strip().count("\n") == 0
        assert f"no `iterant {word}`" in said


@pytest.mark.parametrize(
    "words", [["walk"], ["run"], ["run", "a.scheme", "--fast"], ["check", "a", "b"], ["run", "-x"]]
)
def test_wrong_words_are_usage_faults(capsys: Capsys, words: list[str]) -> None:
    code, _, said = told(capsys, *words)
    assert code == Exit.BAD_INPUT
    assert said.startswith("iterant")
    assert "--help says what is understood" in said


def test_no_words_show_the_help(capsys: Capsys) -> None:
    code, out, err = told(capsys)
    assert code in (Exit.DONE, Exit.BAD_INPUT)
    assert "Usage: iterant" in out + err


def test_python_m_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "iterant", "check", "nowhere.scheme"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == Exit.BAD_INPUT
    assert "nowhere.scheme" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_worst_end_counts() -> None:
    order = [Exit.DONE, Exit.UNPROVED, Exit.FAILED, Exit.REFUTED, Exit.BAD_INPUT, Exit.INTERRUPTED]
    for i, bad in enumerate(order):
        assert all(worst(good, bad) == bad == worst(bad, good) for good in order[:i])
    assert worst() == Exit.DONE


def test_our_own_faults_ask_to_be_reported(capsys: Capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> int:
        raise AssertionError("a pass\nbroke its promise")

    monkeypatch.setattr("iterant.commands.check", broken)
    assert main(["check", heat()]) == Exit.BAD_INPUT
    said = capsys.readouterr().err
    assert said.startswith("iterant failed on its own account: AssertionError: a pass broke its")
    assert "please report it" in said
    monkeypatch.setenv("ITERANT_TRACEBACK", "1")
    with pytest.raises(AssertionError):
        main(["check", heat()])


@pytest.mark.parametrize(
    ("fault", "code"), [(KeyboardInterrupt(), 130), (MemoryError(), 2), (OSError(28, "full"), 2)]
)
def test_other_ends(
    capsys: Capsys, monkeypatch: pytest.MonkeyPatch, fault: BaseException, code: int
) -> None:
    def broken(*_: object) -> int:
        raise fault

    monkeypatch.setattr("iterant.commands.check", broken)
    assert told(capsys, "check", heat())[0] == code


# ---- new, check, fmt


@pytest.mark.parametrize("name", grammars.starters())
def test_starters_compile_certified_and_are_laid_out(capsys: Capsys, name: str) -> None:
    code, out, _ = told(capsys, "new", name)
    assert code == Exit.DONE
    assert f"wrote {name}.scheme" in out
    before = Path(f"{name}.scheme").read_text()
    assert told(capsys, "check", f"{name}.scheme")[0] == Exit.DONE
    assert told(capsys, "fmt", f"{name}.scheme")[:2] == (Exit.DONE, "")
    assert Path(f"{name}.scheme").read_text() == before
    code, out, _ = told(capsys, "certify", f"{name}.scheme")
    assert code == Exit.DONE, out


def test_new_under_a_name_of_ones_own(capsys: Capsys) -> None:
    code, _, said = told(capsys, "new", "pond.scheme")
    assert code == Exit.DONE
    assert Path("pond.scheme").read_text().startswith("scheme pond\n")
    assert "it starts from heat" in said
    code, _, said = told(capsys, "new", "pond")
    assert code == Exit.BAD_INPUT
    assert "exists already" in said
    assert told(capsys, "new", "two words")[0] == Exit.BAD_INPUT


def test_check_says_how_a_file_is_understood(capsys: Capsys) -> None:
    code, out, _ = told(capsys, "check", str(EXAMPLES / "heat.scheme"))
    assert code == Exit.DONE
    for words in (
        "heat: Heat conduction on a periodic square.",
        "dt(u) = kappa*lap(u)",
        "heat.scheme:10)",
        "x, y: in [0, 1]",
        "256 x 256 cells",
        "u: scalar at cell centres",
        "x, y: periodic",
        "central, order 2",
        "interior: order 2",
        "explicit: the one term",
        "tau = 9*limit/10",
        "limit = h^2/(4*kappa)",
        "until t = 1/20",
        "conserves integral(u)",
    ):
        assert words in out, words


def test_check_counts_conditions_and_places_vectors(capsys: Capsys) -> None:
    _, out, _ = told(capsys, "check", str(EXAMPLES / "maxwell_tm.scheme"))
    assert "x low, x high, y low, y high: 1 condition, E = 0" in out
    assert "H[0] on the faces across y (+1 along y)" in out
    assert "dt(H[0]) = -dy(E)/mu" in out
    _, out, _ = told(capsys, "check", str(EXAMPLES / "variable_heat.scheme"))
    assert "x high: 1 condition, 2*u + dn(u) = 0" in out
    assert "k = where(x < 1, 1, 1/10)" in out


def test_check_tells_what_this_version_lacks_after_what_it_understood(capsys: Capsys) -> None:
    code, out, said = told(capsys, "check", str(EXAMPLES / "poisson_multigrid.scheme"))
    assert code == Exit.BAD_INPUT
    assert "255 x 255 nodes" in out
    assert "poisson_multigrid.scheme:" in said


def test_fmt_lays_out_and_leaves_faulty_files_alone(capsys: Capsys) -> None:
    heat()
    good = Path("heat.scheme").read_text()
    Path("heat.scheme").write_text(good.replace("domain   x", "domain x").replace(" = ", "="))
    Path("bad.scheme").write_text("scheme bad\ndomian x\n")
    code, out, said = told(capsys, "fmt", "heat.scheme", "bad.scheme")
    assert code == Exit.BAD_INPUT
    assert "laid out heat.scheme" in out
    assert "bad.scheme:2:1" in said
    assert Path("bad.scheme").read_text() == "scheme bad\ndomian x\n"
    again = Path("heat.scheme").read_text()
    assert told(capsys, "fmt", "heat.scheme")[:2] == (Exit.DONE, "")
    assert Path("heat.scheme").read_text() == again


def test_no_faulty_file_ends_in_anything_but_bad_input(capsys: Capsys) -> None:
    for path in sorted((ROOT / "tests" / "faulty").glob("*.scheme")):
        code, _, said = told(capsys, "check", str(path))
        assert code == Exit.BAD_INPUT, path.name
        assert path.name in said


def test_faults_stand_out_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    Path("bad.scheme").write_text("scheme bad\ndomian x [red]in[/red] [0, 1]\n")
    assert main(["check", "bad.scheme"]) == Exit.BAD_INPUT
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown.getvalue())
    assert plain != shown.getvalue()
    assert "domian x [red]in[/red] [0, 1]" in plain
