"""`iterant run`: inputs of every kind, every output, checkpoints, and how runs end."""

import csv
import os
import signal
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray
from PIL import Image

from iterant.console import Exit
from iterant.runtime.store import Store
from terminal import EXAMPLES, TWO, Capsys, heat, told

PERONA = str(EXAMPLES / "perona_malik.scheme")
DENOISE = """
scheme denoise
domain   x, y
grid     spacing 1
boundary reflecting
field    u
data     f
equation dt(u) = lap(u) + f - u
time     explicit_euler, step 1/10, steps 3
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test works in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def photo(path: str = "photo.png", *, mode: str = "L", size: tuple[int, int] = (12, 9)) -> str:
    """Write a random image and return its path."""
    channels = {"L": (), "RGB": (3,), "RGBA": (4,)}[mode]
    values = np.random.default_rng(0).integers(0, 256, (*size[::-1], *channels), dtype=np.uint8)
    Image.fromarray(values).save(path)
    return path


# ---- schemes with a start of their own


def test_a_run_says_how_it_went(capsys: Capsys) -> None:
    code, out, _ = told(capsys, "run", heat())
    assert code == Exit.DONE
    assert out.startswith("10 steps, ")
    assert "u: 16, from " in out
    assert "nothing was written" in out
    assert sorted(p.name for p in Path().iterdir()) == ["heat.scheme"]


def test_all_outputs_of_one_run(capsys: Capsys) -> None:
    outputs = ["a.zarr", "b.npz", "c.vti", "d.gif", "e.mp4"]
    words = [word for path in outputs for word in ("-o", path)]
    code, out, _ = told(capsys, "run", heat(), *words, "--plot", "f.png", "--csv", "g.csv")
    assert code == Exit.DONE
    assert f"wrote {', '.join([*outputs, 'f.png', 'g.csv'])}" in out
    data = xarray.open_zarr("a.zarr")
    assert data.sizes == {"t": 11, "x": 16}
    assert data.attrs["scheme"] == "heat"
    assert data.attrs["digest"].startswith("sha256:")
    np.testing.assert_array_equal(np.load("b.npz")["u"], data["u"])
    assert Image.open("f.png").size[0] > 100
    with Path("g.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["t"]) for row in rows] == data["t"].values.tolist()
    np.testing.assert_allclose(
        [float(row["warmth"]) for row in rows], data["u"].mean("x"), rtol=1e-12
    )


def test_options_replace_values_of_the_file(capsys: Capsys) -> None:
    heat()
    told(capsys, "run", "heat.scheme", "--steps", "3", "-o", "a.npz")
    assert np.load("a.npz")["t"].size == 4
    told(capsys, "run", "heat.scheme", "--grid", "24", "-o", "b.npz", "--dtype", "float32")
    with np.load("b.npz") as data:
        assert data["u"].shape == (11, 24)
        assert data["u"].dtype == np.float32
    told(capsys, "run", "heat.scheme", "--until", "1/10", "--every", "1/50", "-o", "c.npz")
    with np.load("c.npz") as data:
        assert data["t"][-1] == pytest.approx(0.1)
        assert data["t"].size == 6
    told(capsys, "run", "heat.scheme", "--param", "kappa=1/5", "-o", "d.npz", "--steps", "3")
    slow, fast = (np.load(f"{name}.npz")["t"][-1] for name in "ad")
    assert fast == pytest.approx(slow / 2)


def test_earlier_output_is_kept_unless_asked(capsys: Capsys) -> None:
    heat()
    assert told(capsys, "run", "heat.scheme", "-o", "a.npz", "--csv", "a.csv")[0] == Exit.DONE
    for words in (("-o", "a.npz"), ("--csv", "a.csv")):
        code, _, said = told(capsys, "run", "heat.scheme", *words)
        assert code == Exit.BAD_INPUT
        assert "exists already" in said
        assert "--overwrite" in said
        assert told(capsys, "run", "heat.scheme", *words, "--overwrite")[0] == Exit.DONE


def test_csv_needs_watched_values(capsys: Capsys) -> None:
    code, _, said = told(capsys, "run", PERONA, "--input", photo(), "--csv", "a.csv")
    assert code == Exit.BAD_INPUT
    assert "watch mass = integral(u)" in said


# ---- images


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_an_image_comes_back_as_it_was(capsys: Capsys, mode: str) -> None:
    code, out, _ = told(capsys, "run", PERONA, "--input", photo(mode=mode), "--output", "s.png")
    assert code == Exit.DONE
    assert "wrote s.png" in out
    before, after = Image.open("photo.png"), Image.open("s.png")
    assert (before.mode, before.size) == (after.mode, after.size)
    if mode == "RGBA":
        np.testing.assert_array_equal(np.asarray(before)[..., 3], np.asarray(after)[..., 3])
    assert np.asarray(after, dtype=float).std() < np.asarray(before, dtype=float).std()


@pytest.mark.parametrize("size", [(1, 1), (1, 5), (7, 1), (2, 2)])
def test_images_of_any_size(capsys: Capsys, size: tuple[int, int]) -> None:
    words = ("--input", photo(size=size), "--output", "s.png", "-o", "s.gif", "-o", "s.zarr")
    assert told(capsys, "run", PERONA, *words)[0] == Exit.DONE
    assert Image.open("s.png").size == size
    assert xarray.open_zarr("s.zarr")["u"].dtype == np.float32


def test_the_data_f_is_the_input_unless_given(capsys: Capsys) -> None:
    Path("denoise.scheme").write_text(DENOISE.lstrip())
    code, _, said = told(capsys, "run", "denoise.scheme", "--input", photo(), "-o", "a.npz")
    assert code == Exit.DONE
    assert "the data f is the input u as well" in said
    words = ("--input", "photo.png", "--data", "f=photo.png", "-o", "b.npz")
    code, _, said = told(capsys, "run", "denoise.scheme", *words)
    assert code == Exit.DONE
    assert "as well" not in said
    np.testing.assert_array_equal(np.load("a.npz")["u"], np.load("b.npz")["u"])
    np.save("f.npy", np.zeros((4, 4)))
    code, _, said = told(capsys, "run", "denoise.scheme", *words[:3], "f=f.npy")
    assert code == Exit.BAD_INPUT
    assert "f is 4 by 4" in said or "by" in said


def test_arrays_for_several_fields(capsys: Capsys) -> None:
    Path("two.scheme").write_text(TWO.lstrip())
    np.save("a.npy", np.sin(2 * np.pi * (np.arange(8) + 0.5) / 8))
    np.save("b.npy", np.zeros(8))
    words = ("--input", "a=a.npy", "--input", "b=b.npy", "-o", "out.npz")
    assert told(capsys, "run", "two.scheme", *words)[0] == Exit.DONE
    assert np.load("out.npz")["b"].shape == (5, 8)
    code, _, said = told(capsys, "run", "two.scheme", "--input", "a.npy")
    assert code == Exit.BAD_INPUT
    assert "the scheme has the fields a and b" in said
    code, _, said = told(capsys, "run", "two.scheme", "--input", "a=a.npy")
    assert code == Exit.BAD_INPUT
    assert "no values are given for b" in said
    assert "initial b = ..." in said


def test_inputs_that_cannot_be_used(capsys: Capsys) -> None:
    np.save("nan.npy", np.array([[0.0, np.nan]]))
    np.save("text.npy", np.array(["a", "b"]))
    np.save("line.npy", np.zeros(3))
    np.save("empty.npy", np.zeros((0, 3)))
    np.save("objects.npy", np.array([{}, 1], dtype=object), allow_pickle=True)
    Path("broken.npy").write_bytes(b"\x93NUMPY\x01")
    Path("broken.png").write_bytes(Path(photo()).read_bytes()[:60])
    Path("words.png").write_text("hello")
    for name, said in {
        "nan.npy": "a value that is no finite number at index 0, 1",
        "text.npy": "and numbers are needed",
        "objects.npy": "holds Python objects, and numbers are needed",
        "broken.npy": "holds no array that can be read",
        "line.npy": "u has 1 axis, and the domain has x, y",
        "empty.npy": "holds no point",
        "broken.png": "damaged or cut short",
        "words.png": "is not an image",
        "none.png": "there is no file none.png",
        ".": "is a folder",
    }.items():
        code, _, err = told(capsys, "run", PERONA, "--input", name, "-o", "z.npz")
        assert code == Exit.BAD_INPUT, name
        assert said in err, name
    code, _, err = told(capsys, "run", PERONA)
    assert code == Exit.BAD_INPUT
    assert "--input photo.png" in err


# ---- how runs end


def test_a_refuted_step_is_refused_and_forced(capsys: Capsys) -> None:
    heat(step="1/10")
    code, _, said = told(capsys, "run", "heat.scheme", "-o", "a.npz")
    assert code == Exit.REFUTED
    assert "refuted" in said
    assert not Path("a.npz").exists()
    code, _, said = told(capsys, "run", "heat.scheme", "--force", "-o", "a.npz")
    assert code == Exit.DONE
    assert "was forced" in said


def test_a_run_that_blows_up_ends_with_its_last_good_state(capsys: Capsys) -> None:
    heat(step="1/10", claims="order")
    words = ("--force", "--steps", "4000", "-o", "a.npz")
    code, _, said = told(capsys, "run", "heat.scheme", *words)
    assert code == Exit.FAILED
    assert "u became" in said
    assert "last good state" in said
    assert np.isfinite(np.load("a.npz")["u"]).all()


def press_ctrl_c_once_written(path: Path) -> None:
    """Interrupt this process when a run has saved its first frames."""
    while not path.exists():
        time.sleep(0.01)
    time.sleep(0.2)
    os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_leaves_a_checkpoint_that_is_resumed_bit_for_bit(
    capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unhurried(store: Store, t: float, fields: Mapping[str, Any]) -> None:
        time.sleep(0.02)
        frame(store, t, fields)

    frame = Store.frame
    monkeypatch.setattr(Store, "frame", unhurried)
    heat()
    words = ("run", "heat.scheme", "--steps", "3000")
    finger = threading.Thread(target=press_ctrl_c_once_written, args=(Path("a.zarr/u/c"),))
    finger.start()
    code, _, said = told(capsys, *words, "-o", "a.zarr")
    finger.join()
    assert code == Exit.INTERRUPTED
    assert "--resume heat.checkpoint" in said
    kept = xarray.open_zarr("a.zarr").sizes["t"]
    resumed = ("-o", "a.zarr", "--resume", "heat.checkpoint")
    assert told(capsys, *words, *resumed)[0] == Exit.DONE
    assert told(capsys, *words, "-o", "b.zarr")[0] == Exit.DONE
    a, b = xarray.open_zarr("a.zarr").load(), xarray.open_zarr("b.zarr").load()
    assert kept < a.sizes["t"] == 100
    xarray.testing.assert_identical(a.drop_attrs(), b.drop_attrs())
