"""What a first user does wrong with every command: one clear sentence, exit code 2, no traceback.

Every case is a command in a folder that holds what `FILES` writes.
"""

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from iterant.cli import main
from iterant.console import Exit
from terminal import EXAMPLES, HEAT, Capsys, told

GOOD = HEAT.format(step="0.9 * limit", claims="l2_stable").lstrip()
WILD = GOOD.replace("0.9 * limit, steps 10", "1, steps 900").replace("certify  l2_stable\n", "")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> Path:
    """A folder with a scheme, what was made of it, pictures, and files that are none of these."""
    monkeypatch.chdir(tmp_path)
    Path("heat.scheme").write_text(GOOD)
    Path("other.scheme").write_text(GOOD.replace("scheme heat", "scheme other"))
    Path("photo.scheme").write_text((EXAMPLES / "perona_malik.scheme").read_text())
    Path("pole.scheme").write_text(GOOD.replace("sin(pi*x)", "1/(x - 1/32)"))
    Path("huge.scheme").write_text("#" * 70_000)
    Path("empty.scheme").write_text("")
    Path("comment.scheme").write_text("# later\n")
    Path("latin.scheme").write_bytes(b"scheme \xe9")
    Path("binary.scheme").write_bytes(b"\x7fELF\x02\x01\x00")
    Path("notes.txt").write_text("buy milk\n")
    Path("text.png").write_text("hello")
    Path("module.py").write_text("import torch\n")
    Path("old.npz").write_bytes(b"1")
    Path("taken.csv").write_text("t\n")
    Path("some").mkdir()
    pixels = np.random.default_rng(0).integers(0, 256, (9, 12, 4), dtype=np.uint8)
    Image.fromarray(pixels).save("alpha.png")
    Image.fromarray(pixels[..., 0]).save("grey.png")
    Path("cut.png").write_bytes(Path("grey.png").read_bytes()[:70])
    np.save("u.npy", np.zeros(16))
    np.save("short.npy", np.zeros(5))
    np.savez("many.npz", u=np.zeros(16))
    assert main(["compile", "heat.scheme", "-o", "heat.py"]) == Exit.DONE
    assert main(["certify", "heat.scheme", "-o", "heat.cert.json"]) == Exit.DONE
    capsys.readouterr()
    return tmp_path


MISTAKES = (
    # words
    ("helo", "iterant: no such command 'helo'"),
    ("chek heat.scheme", "did you mean 'check'?"),
    ("train heat.scheme", "iterant train: missing option '--data'"),
    ("run", "iterant run: missing argument"),
    ("verify heat.py", "iterant verify: missing argument"),
    ("check heat.scheme other.scheme", "unexpected extra argument"),
    ("run heat.scheme --stpes 3", "no such option: --stpes\n  hint: did you mean --"),
    ("run heat.scheme --steps", "requires an argument"),
    # files that are not there, or are something else
    ("check heet.scheme", "did you mean heat.scheme?"),
    ("check heat", "did you mean heat.scheme?"),
    ("run nowhere/heat.scheme", "there is none of this name"),
    ("check some", "it is a folder\n  hint: name a file"),
    ("check .", "hint: name a file in it: binary.scheme, comment.scheme"),
    ("check empty.scheme", "the file is empty"),
    ("check comment.scheme", "holds nothing but comments"),
    ("check latin.scheme", "the byte 0xe9 is no UTF-8 text"),
    ("check binary.scheme", "is no part of a text"),
    ("check huge.scheme", "longer than 64 KiB"),
    ("check notes.txt", "no line of it begins with `scheme NAME`"),
    ("run heat.py", "this is no scheme"),
    ("compile grey.png", "this is no scheme"),
    ("fmt heat.cert.json", "this is no scheme"),
    ("graph nowhere.scheme", "there is none of this name"),
    ("certify some", "it is a folder"),
    # new
    ("new ''", "'' is no name for a scheme"),
    ("new 3d", "begins with a letter"),
    ("new wärme", "begins with a letter"),
    ("new heat", "heat.scheme exists already"),
    ("new heat.py", "'heat.py' is no name for a scheme"),
    ("new heat.scheme/pond", "cannot write heat.scheme/pond.scheme"),
    # where things are written
    ("compile heat.scheme -o heat.scheme", "heat.scheme is the file that is read"),
    ("compile heat.scheme -o other.scheme", "other.scheme is another scheme"),
    ("compile heat.scheme -o some", "some is a folder"),
    ("compile heat.scheme -o heat.scheme/a.py", "cannot write heat.scheme/a.py"),
    ("compile heat.scheme --emit cuda", "known: ast, model, scheme, graph, code"),
    ("certify heat.scheme -o ./heat.scheme", "is the file that is read"),
    ("graph heat.scheme -o a.png", "a graph is drawn as .svg or .dot"),
    ("graph heat.scheme -o heat.scheme/a.svg", "cannot write"),
    ("run heat.scheme -o out", "names no format"),
    ("run heat.scheme -o out.xyz", "unknown output format .xyz"),
    ("run heat.scheme -o old.npz", "exists already\n  hint: choose another path, or add --over"),
    ("run heat.scheme -o a.npz -o a.npz", "a.npz is named for two outputs"),
    ("run heat.scheme --csv taken.csv", "exists already"),
    ("run heat.scheme --csv some --overwrite", "some is a folder that holds no earlier output"),
    ("run heat.scheme --csv heat.scheme --overwrite", "is the file that is read"),
    ("run heat.scheme --plot a.jpg", "--plot draws a .png"),
    ("run heat.scheme --plot heat.scheme/a.png", "cannot write heat.scheme/a.png"),
    ("run heat.scheme --csv heat.scheme/a.csv", "cannot write heat.scheme/a.csv"),
    ("run photo.scheme --input alpha.png --output a.jpg", "cannot hold the alpha channel"),
    ("run photo.scheme --input grey.png --output a", "names no known format"),
    ("run photo.scheme --input grey.png --csv a.csv", "the scheme watches none"),
    ("run heat.scheme --output a.png", "is for a run on an image"),
    # inputs
    ("run photo.scheme", "--input photo.png, or write 'initial u = ...' into the scheme"),
    ("run photo.scheme --input nowhere.png", "--input: there is no file nowhere.png"),
    ("run photo.scheme --input some", "--input: some is a folder, not a file"),
    ("run photo.scheme --input text.png", "--input: text.png is not an image"),
    ("run photo.scheme --input cut.png", "--input: cut.png is damaged or cut short"),
    ("run photo.scheme --input many.npz", "--input: many.npz holds several arrays"),
    ("run photo.scheme --input u.npy", "--input: u has 1 axis, and the domain has x, y"),
    ("run photo.scheme --input v=grey.png", "--input: the scheme takes no input named v"),
    ("run photo.scheme --input grey.png --grid 9,12", "--grid: the file has `grid spacing`"),
    ("run heat.scheme --input grey.png", "--input: a picture has two axes"),
    ("run heat.scheme --input short.npy", "--input: u is of size 5, and the grid asks for 16"),
    ("run heat.scheme --input u=u.npy --data u=u.npy", "--data: u is given by --input already"),
    ("run pole.scheme", "pole.scheme:8:10: u is inf at x = 0.03125 (index 0), before the first"),
    # going on
    ("run heat.scheme --resume nowhere", "--resume: nowhere holds no checkpoint: it is no folder"),
    ("run heat.scheme --resume some", "--resume: some holds no checkpoint"),
    # proofs
    ("verify heat.cert.json heat.py", "the module comes first: iterant verify heat.py heat.cert"),
    ("verify heat.scheme heat.cert.json", "iterant compile heat.scheme -o heat.py writes it"),
    ("verify heat.py heat.scheme", "holds no certificates: it is no JSON object"),
    ("verify heat.py nowhere.json", "there is no file nowhere.json"),
    ("verify heat.py some", "some is a folder"),
    ("verify heat.py grey.png", "is no text file"),
    ("certify heat.scheme --prove-seconds -1", "--prove-seconds: a time cannot be negative"),
)


@pytest.mark.parametrize(("command", "said"), MISTAKES, ids=[words for words, _ in MISTAKES])
def test_a_mistake_is_told_in_a_sentence(capsys: Capsys, command: str, said: str) -> None:
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    code, out, err = told(capsys, *shlex.split(command))
    assert code == Exit.BAD_INPUT, out
    assert said in err
    assert out == ""
    for word in ("Error:", "Exception", "Errno", "None", "object at 0x"):
        assert word not in err
    assert len(err.splitlines()) <= 4, "one fault, told once"
    after = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    assert after == before, "nothing is written or lost"


def test_there_are_sixty_at_least() -> None:
    assert len(dict(MISTAKES)) == len(MISTAKES) >= 60


def test_other_code_is_rejected_not_misread(capsys: Capsys) -> None:
    code, out, _ = told(capsys, "verify", "module.py", "heat.cert.json")
    assert code == Exit.REFUTED
    assert out.startswith("rejected: the certificate was made for another text")


@pytest.mark.parametrize("fault", [PermissionError(13, "not yours"), OSError(5, "I/O error")])
def test_files_that_may_not_be_read(
    capsys: Capsys, monkeypatch: pytest.MonkeyPatch, fault: OSError
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise fault

    monkeypatch.setattr(Path, "open", refuse)
    code, _, said = told(capsys, "check", "heat.scheme")
    assert code == Exit.BAD_INPUT
    assert said.startswith("heat.scheme: cannot read this file: ")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    code, _, said = told(capsys, "verify", "heat.py", "heat.cert.json")
    assert code == Exit.BAD_INPUT
    assert said.startswith("cannot read heat.py: ")


# ---- what must not be lost


def test_a_checkpoint_of_an_earlier_run_is_kept(capsys: Capsys) -> None:
    Path("heat.scheme").write_text(WILD)
    code, _, said = told(capsys, "run", "heat.scheme")
    assert code == Exit.FAILED
    assert "the last good state is in heat.checkpoint" in said
    kept = {path.name: path.read_bytes() for path in Path("heat.checkpoint").iterdir()}
    assert told(capsys, "run", "heat.scheme", "--steps", "3")[0] == Exit.DONE
    code, _, said = told(capsys, "run", "heat.scheme")
    assert code == Exit.FAILED
    assert "the last good state is in heat-2.checkpoint" in said
    assert {path.name: path.read_bytes() for path in Path("heat.checkpoint").iterdir()} == kept
    code, _, said = told(capsys, "run", "other.scheme", "--resume", "heat.checkpoint")
    assert code == Exit.BAD_INPUT
    assert said.startswith("--resume: heat.checkpoint is the checkpoint of another run")


def test_a_resumed_run_goes_on_in_its_files_or_asks(capsys: Capsys) -> None:
    Path("heat.scheme").write_text(WILD)
    outputs = ("-o", "a.zarr", "--csv", "a.csv")
    assert told(capsys, "run", "heat.scheme", *outputs)[0] == Exit.FAILED
    words = ("run", "heat.scheme", "--resume", "heat.checkpoint")
    assert told(capsys, *words, *outputs)[0] == Exit.FAILED
    code, _, said = told(capsys, *words, "-o", "old.npz")
    assert code == Exit.BAD_INPUT
    assert "old.npz exists already\n  hint: a resumed run goes on in .zarr, .vti" in said


def test_a_disk_that_is_full_is_told_with_the_file(
    capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    from iterant.runtime.output.npz import NpzWriter

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(NpzWriter, "frame", full)
    code, _, said = told(capsys, "run", "heat.scheme", "-o", "a.npz")
    assert code == Exit.BAD_INPUT
    assert said == "cannot write a.npz: No space left on device\n"


def test_an_array_with_more_axes_is_a_batch_and_says_so(capsys: Capsys) -> None:
    np.save("stack.npy", np.zeros((3, 16)))
    code, _, said = told(capsys, "run", "heat.scheme", "--input", "stack.npy")
    assert code == Exit.DONE
    assert said == "note: u has more axes than the domain, x: it is taken for 3 samples\n"


# ---- terminals


def outside(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "iterant", *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_letters_that_a_terminal_lacks_are_replaced() -> None:
    Path("heat.scheme").write_text(GOOD.replace("scheme heat", 'scheme heat\n  "Wärme, ∂u"'))
    done = outside("check", "heat.scheme", PYTHONIOENCODING="ascii")
    assert done.returncode == Exit.DONE, done.stderr
    assert done.stdout.startswith("heat: W?rme, ?u\n")


@pytest.mark.parametrize("closed", ["stdout", "stderr"])
def test_streams_that_are_closed_change_no_exit_code(
    closed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, closed, None)
    assert main(["check", "heat.scheme"]) == Exit.DONE
    monkeypatch.setattr(sys, closed, None)
    assert main(["check", "nowhere.scheme"]) == Exit.BAD_INPUT
    monkeypatch.setattr(sys, closed, None)
    assert main(["run", "heat.scheme"]) == Exit.DONE


@pytest.mark.parametrize(("columns", "shown"), [(40, 37), (80, 77), (500, 160)])
def test_long_lines_are_cut_to_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: Capsys, columns: int, shown: int
) -> None:
    line = f"equation dt(u) = {' + '.join(['lap(u)'] * 40)} + laap(u)"
    Path("heat.scheme").write_text(GOOD.replace("equation dt(u) = kappa * lap(u)", line))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("NO_COLOR", "1")
    assert main(["check", "heat.scheme"]) == Exit.BAD_INPUT
    _, source, carets, *_ = capsys.readouterr().err.splitlines()
    assert len(source) <= shown + 2
    start = carets.index("^")
    assert source[start : start + 4] == "laap"
    assert carets.strip() == "^^^^"


def test_carets_stand_below_wide_letters(capsys: Capsys) -> None:
    Path("heat.scheme").write_text(GOOD.replace("scheme heat", 'scheme heat\n  "热" boundry'))
    _, _, said = told(capsys, "check", "heat.scheme")
    _, source, carets, *_ = said.splitlines()
    assert source.index("boundry") + 1 == carets.index("^"), "the letter takes two columns"


def test_version_and_help(capsys: Capsys) -> None:
    code, out, _ = told(capsys, "--version")
    assert code == Exit.DONE
    assert out.startswith("iterant ")
    assert "Usage: iterant run" in told(capsys, "help", "run")[1]
    assert "Usage: iterant" in told(capsys, "help")[1]
    assert len(told(capsys)[2]) == 0
