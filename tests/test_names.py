"""The names of the file are the public ones, whatever the emitted text must call them."""

from pathlib import Path

import numpy as np
import pytest
import torch

import iterant
from iterant.console import Exit
from terminal import Capsys, told

WORDS = """
scheme words
domain   x in [0, 1]
grid     4
boundary periodic
field    lambda
field    class: vector
data     float
equation dt(lambda) = lap(lambda) + float
equation dt(class) = lap(class) - class
time     explicit_euler, step 1/100, steps 2
watch    def = integral(lambda), integral(float * lambda)
certify  l2_stable
"""
STIFF = """
scheme stiff
domain   x in [0, 1]
grid     8
boundary periodic
field    import: vector
equation dt(import) = lap(import)
time     explicit_euler, step 1, steps 400
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test works in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_call_takes_and_gives_the_names_of_the_file() -> None:
    module = iterant.compile(WORDS).module()
    inputs = {"lambda": torch.rand(4), "class": torch.rand(1, 4), "float": torch.ones(4)}
    outcome = iterant.run(module, inputs)
    assert set(outcome.value) == {"lambda", "class"}
    assert outcome.value["class"].shape == (1, 4)
    assert set(outcome.watched) == {"def", "integral(float * lambda)"}
    assert outcome.watched["def"][-1] == pytest.approx(float(inputs["lambda"].mean()) + 0.02)
    direct = module(inputs["lambda"], inputs["class"], inputs["float"])
    assert set(direct) == set(outcome.value)
    torch.testing.assert_close(direct["class"], outcome.value["class"])
    with pytest.raises(iterant.UserError, match=r"lambda_ is no input\n.* lambda, class, float"):
        iterant.run(module, {"lambda_": torch.rand(4)})
    with pytest.raises(iterant.UserError, match="no values are given for float"):
        iterant.run(module, {"lambda": torch.rand(4), "class": torch.rand(1, 4)})
    with pytest.raises(iterant.UserError, match=r"class\[0\] is of size 5, and the grid"):
        iterant.run(module, {**inputs, "class": torch.rand(1, 5)})


def test_the_command_line_takes_and_writes_the_names_of_the_file(capsys: Capsys) -> None:
    Path("words.scheme").write_text(WORDS.lstrip())
    np.save("u.npy", np.arange(4.0))
    np.save("v.npy", np.arange(4.0)[None])
    given = ("--input", "lambda=u.npy", "--input", "class=v.npy", "--data", "float=u.npy")
    written = ("-o", "a.npz", "-o", "a.zarr", "-o", "a.vti", "--csv", "a.csv")
    code, out, _ = told(capsys, "run", "words.scheme", *given, *written)
    assert code == Exit.DONE
    assert "  lambda: 4, from" in out
    with np.load("a.npz") as frames:
        assert {"lambda", "class"} <= set(frames)
        assert frames["class"].shape == (3, 1, 4)
    assert Path("a.csv").read_text().startswith("t,def,integral(float * lambda)\n")


def test_certificates_of_such_texts_are_replayed(capsys: Capsys) -> None:
    Path("words.scheme").write_text(WORDS.lstrip())
    assert told(capsys, "compile", "words.scheme", "-o", "words.py")[0] == Exit.DONE
    assert told(capsys, "certify", "words.scheme", "-o", "words.cert.json")[0] == Exit.DONE
    code, out, _ = told(capsys, "verify", "words.py", "words.cert.json", "--replay")
    assert code == Exit.DONE
    assert "impulse responses agree" in out


def test_a_value_that_blows_up_has_the_name_of_the_file() -> None:
    start = torch.tensor([[1e30, -1e30] * 4], dtype=torch.float64)
    outcome = iterant.run(STIFF, {"import": start})
    assert outcome.status is iterant.Status.BLEW_UP
    assert outcome.message.startswith("import[0] became ")
    with pytest.raises(iterant.UserError, match=r"import\[0\] is nan at x = .*, before the first"):
        iterant.run(STIFF, {"import": start * torch.nan})


def test_numbers_that_are_watched_without_a_name_have_their_formula_for_one() -> None:
    text = WORDS.replace(
        "integral(float * lambda)", "integral(float *  # both\n    lambda), mean(lambda) + 1"
    )
    module = iterant.compile(text).module()
    inputs = {"lambda": torch.ones(4), "class": torch.rand(1, 4), "float": torch.ones(4)}
    watched = iterant.run(module, inputs).watched
    assert set(watched) == {"def", "integral(float * lambda)", "mean(lambda) + 1"}
    assert watched["mean(lambda) + 1"][0] == 2
