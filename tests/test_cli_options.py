"""What is wrong with an option is told where it was typed, in a sentence, with exit code 2."""

from pathlib import Path

import numpy as np
import pytest

from iterant.console import Exit
from terminal import Capsys, heat, told


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test works in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--param", "kappa"), "a name, an equals sign and a value are wanted"),
        (("--param", "kappa=x"), "'x' is no number"),
        (("--param", "kappa=1/0"), "divides by zero"),
        (("--param", "kappa=1e99999999"), "is no number"),
        (("--param", "kappa=1e999"), "this number is too large"),
        (("--param", "kappa=1", "--param", "kappa=2"), "kappa is given twice"),
        (("--param", "kapa=1"), "did you mean 'kappa'?"),
        (("--param", "u=1"), "'u' is a field of the file, not a parameter"),
        (("--param", "kappa=-1/5"), "'kappa' is declared positive, and its value is not"),
        (("--grid", "many"), "one whole number an axis is wanted"),
        (("--grid", "8.5"), "one whole number an axis is wanted"),
        (("--grid", "8,8"), "two sizes for one coordinate: x"),
        (("--grid", "0"), "a size is a whole number, 1 or more, not 0"),
        (("--grid", "-3"), "a size is a whole number, 1 or more, not -3"),
        (("--grid", "99999999999"), "more than 10^10 unknowns"),
        (("--until", "soon"), "'soon' is no number"),
        (("--until", "0"), "'until' must be positive, and 0 is not"),
        (("--until", "-1/2"), "'until' must be positive, and -1/2 is not"),
        (("--steps", "3", "--until", "1"), "both say how far"),
        (("--every", "0"), "must be positive, and 0 is not"),
        (("--every", "-1"), "must be positive, and -1 is not"),
        (("--every", "often"), "'often' is no number"),
        (("--steps", "many"), "'many' is none"),
        (("--steps", "0"), "'steps' must be positive, and 0 is not"),
        (("--steps", "-1"), "'steps' must be positive, and -1 is not"),
        (("--seed", "lucky"), "'lucky' is none"),
        (("--device", "abacus"), "there is no device abacus on this machine"),
        (("--dtype", "int8"), "runs are in float64 or float32, and int8 is neither"),
        (("--dtype", "float16"), "runs are in float64 or float32, and float16 is neither"),
        (("--input", "u=none.npy"), "there is no file none.npy"),
        (("--input", "u=nan.npy"), "holds a value that is no finite number at index 2"),
        (("--input", "u=short.npy"), "u is of size 5, and the grid asks for 16"),
        (("--data", "f=none.npy"), "no input named f"),
        (("--data", "f"), "a name, an equals sign and a value are wanted"),
    ],
)
def test_what_was_typed_is_shown_where_it_is_wrong(
    capsys: Capsys, words: tuple[str, ...], said: str
) -> None:
    """The sentence, then the option as it was typed with carets; no line of the file is blamed."""
    heat()
    np.save("nan.npy", np.array([0.0, 1.0, np.nan, *range(13)]))
    np.save("short.npy", np.zeros(5))
    code, _, err = told(capsys, "run", "heat.scheme", "-o", "z.npz", *words)
    option, text = words[-2:]
    lines = err.splitlines()
    assert code == Exit.BAD_INPUT, err
    assert lines[0].startswith(f"{option}: ")
    assert said in err
    assert lines[1] == f"  {option} {text}"
    assert set(lines[2].strip()) == {"^"}
    assert len(lines[2]) <= len(lines[1])
    assert "heat.scheme:" not in err
    assert not Path("z.npz").exists()


def test_a_value_that_makes_a_fault_in_the_file_is_blamed_for_it(capsys: Capsys) -> None:
    text = heat() and Path("heat.scheme").read_text()
    Path("heat.scheme").write_text(text.replace("kappa * lap", "1/(kappa - 1) * lap"))
    code, _, said = told(capsys, "run", "heat.scheme", "--param", "kappa=1")
    assert code == Exit.BAD_INPUT
    assert said.startswith("--param: with this value heat.scheme:7:")
    assert "division by zero" in said
    assert "  --param kappa=1\n                ^\n" in said
    Path("heat.scheme").write_text(text.replace("lap(u)", "lpa(u)"))
    code, _, said = told(capsys, "run", "heat.scheme", "--param", "kappa=1")
    assert said.startswith("heat.scheme:7:")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-o", "a.xyz"), "unknown output format .xyz"),
        (("-o", "a"), "names no format"),
        (("-o", "heat.scheme/a.npz"), "cannot write"),
        (("--plot", "a.zarr"), "--plot draws a .png"),
        (("--output", "a.png"), "is for a run on an image"),
        (("--output", "a.xyz"), "names no known format"),
        (("--resume", "none"), "holds no checkpoint"),
    ],
)
def test_bad_options_are_explained(capsys: Capsys, words: tuple[str, ...], said: str) -> None:
    heat()
    code, _, err = told(capsys, "run", "heat.scheme", "-o", "z.npz", *words)
    assert code == Exit.BAD_INPUT, err
    assert said in err
