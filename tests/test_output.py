"""What a run leaves on disk reads back as what was written, by readers that are not ours."""

import contextlib
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray

from iterant.runtime.faults import UserError
from iterant.runtime.output import WRITERS
from iterant.runtime.output.base import Meta, dimensions
from iterant.runtime.store import FRAMES, Store, arrays, saved_steps, variables
from saved import SCALAR, YEE, YEE_VALUE, U, X, Y, frames, place, plan, write

# ---- zarr


def test_zarr_is_what_xarray_wants(tmp_path: Path) -> None:
    shown = frames({"u": U})
    write(tmp_path / "a.zarr", SCALAR, shown, attributes={"digest": "sha256:1"})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = xarray.open_zarr(tmp_path / "a.zarr").load()
    assert data["u"].dims == ("t", "x", "y")
    np.testing.assert_array_equal(data["u"].values, np.stack([v["u"] for _, v in shown]))
    np.testing.assert_array_equal(data["t"], [0, 0.1, 0.2])
    np.testing.assert_array_equal(data["x"], X)
    np.testing.assert_array_equal(data["y"], Y)
    assert data.attrs == {"scheme": "wave", "title": "A test.", "digest": "sha256:1"}
    assert data["u"].attrs["units"] == data["x"].attrs["units"] == data["t"].attrs["units"] == "1"
    assert data["u"].interp(x=0.5, y=0.3).sizes == {"t": 3}


def test_zarr_names_points_of_vectors(tmp_path: Path) -> None:
    write(tmp_path / "a.zarr", YEE, frames(YEE_VALUE))
    data = xarray.open_zarr(tmp_path / "a.zarr").load()
    assert data["p"].dims == ("t", "x", "y")
    assert data["v_x"].dims == ("t", "x_face", "y")
    assert data["v_y"].dims == ("t", "x", "y_face")
    assert data["w"].dims == ("t", "component", "x", "y")
    np.testing.assert_array_equal(data["x_face"], 0.25 * np.arange(4))
    np.testing.assert_array_equal(data["w"].sel(component="w_y")[0], -U)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_zarr_keeps_dtype_batch_and_values_beyond_numbers(tmp_path: Path, dtype: str) -> None:
    value = np.stack([U, U]).astype(dtype)
    value[1, 0, 0] = np.nan
    write(tmp_path / "a.zarr", SCALAR, [(0.0, {"u": value})], lead=("channel",))
    data = xarray.open_zarr(tmp_path / "a.zarr")["u"]
    assert data.dims == ("t", "channel", "x", "y")
    assert data.dtype == dtype
    np.testing.assert_array_equal(data[0], value)


def test_zarr_of_a_run_that_dies_opens_with_the_frames_before(tmp_path: Path) -> None:
    meta = Meta(name="wave", axes=("x", "y"), variables=variables(YEE, YEE_VALUE))
    writer: Any = WRITERS["zarr"]()
    writer.open(tmp_path / "a.zarr", meta)
    for t, value in frames(YEE_VALUE):
        writer.frame(t, arrays(YEE, value))
    # Death in the middle of the fourth frame: one array has grown, the others have not.
    writer._group["v_x"].resize((4, 4, 3))
    data = xarray.open_zarr(tmp_path / "a.zarr").load()
    assert data.sizes["t"] == 3
    np.testing.assert_array_equal(data["p"][2], U * 1.5)


def test_zarr_is_continued_after_the_resumed_time(tmp_path: Path) -> None:
    shown = frames({"u": U}, 5)
    write(tmp_path / "a.zarr", SCALAR, shown[:4])
    write(tmp_path / "a.zarr", SCALAR, shown[3:], resume=0.2)
    data = xarray.open_zarr(tmp_path / "a.zarr").load()
    np.testing.assert_array_equal(data["t"], [0, 0.1, 0.2, 0.3, 0.4])
    np.testing.assert_array_equal(data["u"].values, np.stack([v["u"] for _, v in shown]))
    other = Meta(name="heat", axes=("x", "y"), variables=variables(SCALAR, {"u": U}), resume=0.2)
    with pytest.raises(UserError, match="does not hold an earlier run of heat"):
        WRITERS["zarr"]().open(tmp_path / "a.zarr", other)


def test_large_frames_are_cut_into_chunks(tmp_path: Path) -> None:
    value = np.zeros((5, 1024, 1024))
    write(tmp_path / "a.zarr", SCALAR, [(0.0, {"u": value})])
    data = xarray.open_zarr(tmp_path / "a.zarr")["u"]
    assert data.encoding["chunks"] == (1, 4, 1024, 1024)


# ---- npz


def test_npz_holds_times_coordinates_and_stacks(tmp_path: Path) -> None:
    shown = frames(YEE_VALUE)
    write(tmp_path / "a.npz", YEE, shown)
    with np.load(tmp_path / "a.npz") as data:
        assert set(data) == {"t", "x", "y", "x_face", "y_face", "v_x", "v_y", "p", "w"}
        np.testing.assert_array_equal(data["t"], [0, 0.1, 0.2])
        np.testing.assert_array_equal(data["x"], X)
        np.testing.assert_array_equal(data["p"], np.stack([v["p"] for _, v in shown]))
        assert data["w"].shape == (3, 2, 4, 3)
    assert [p.name for p in tmp_path.iterdir()] == ["a.npz"]


# ---- all formats


@pytest.mark.parametrize("suffix", sorted(WRITERS))
def test_every_format_holds_what_came_before_an_early_end(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    meta = Meta(name="wave", axes=SCALAR.axes, variables=variables(SCALAR, {"u": U}))
    with contextlib.suppress(KeyboardInterrupt), Store([path]) as store:
        store.open(meta)
        store.frame(0.0, {"u": U})
        raise KeyboardInterrupt
    assert path.exists()


@pytest.mark.parametrize("suffix", sorted(WRITERS))
def test_nothing_is_overwritten_unasked(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    write(path, SCALAR, frames({"u": U}, 2))
    with pytest.raises(UserError, match=r"exists already\n  hint: .*--overwrite"):
        Store([path])
    meta = Meta(name="wave", axes=SCALAR.axes, variables=variables(SCALAR, {"u": U}))
    with Store([path], overwrite=True) as store:
        store.open(meta)
        store.frame(0.0, {"u": U})
    assert path.exists()


def test_folders_that_hold_no_output_are_never_removed(tmp_path: Path) -> None:
    (tmp_path / "a.zarr").mkdir()
    (tmp_path / "a.zarr" / "thesis.tex").write_text("years of work")
    with pytest.raises(UserError, match="holds no earlier output"):
        Store([tmp_path / "a.zarr"], overwrite=True)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "thesis.tex").write_text("years of work")
    with pytest.raises(UserError, match="holds other files than frames"):
        write(tmp_path / "b.vti", SCALAR, frames({"u": U}))
    assert len(list(tmp_path.rglob("thesis.tex"))) == 2


def test_paths_without_a_known_format_are_explained(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"unknown output format .zar\n  hint: did you mean 'zarr'"):
        Store([tmp_path / "a.zar"])
    with pytest.raises(UserError, match=r"names no format\n  hint: end it in one of .zarr, .npz"):
        Store([tmp_path / "a"])


def test_a_missing_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['zarr'] = None\n"
        "from pathlib import Path; from iterant.runtime.output import WRITERS\n"
        "from iterant.runtime.output.base import Meta\n"
        "try: WRITERS['zarr']().open(Path('a.zarr'), Meta(name='a', axes=(), variables=()))\n"
        "except Exception as e: print(type(e).__name__, e)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    expected = "a .zarr output needs zarr, which is not installed: pip install 'iterant[io]'"
    assert done.stdout.strip() == f"UserError {expected}"


def test_dimensions_of_fields_on_several_grids() -> None:
    line = plan("x", {"u": {"u": place(0.25)}, "v": {"v": place(0.0)}, "w": {"w": place(0.125)}})
    value = {name: np.zeros(3) for name in "uvw"}
    meta = Meta(name="a", axes=("x",), variables=variables(line, value))
    of, _ = dimensions(meta)
    assert of == {"u": ("x",), "v": ("x_v",), "w": ("x_face",)}


# ---- which steps are saved


def test_saved_steps_are_few_even_and_hold_both_ends() -> None:
    for steps in (0, 1, 5, 99, 100, 101, 12345):
        kept = saved_steps(steps)
        assert kept[0] == 0
        assert kept[-1] == steps
        assert len(kept) == min(steps + 1, FRAMES)
        assert max(np.diff(kept), default=0) - min(np.diff(kept), default=0) <= 1


def test_saved_steps_by_time() -> None:
    assert saved_steps(10, tau=0.1, every=0.1) == tuple(range(11))
    assert saved_steps(10, tau=0.1, every=0.3) == (0, 3, 6, 9, 10)
    assert saved_steps(10, tau=0.1, every=1e-9) == tuple(range(11))
    assert saved_steps(10, tau=0.1, every=99) == (0, 10)
    assert saved_steps(12, tau=0.1, every=0.5, stride=4) == (0, 8, 12)
    with pytest.raises(UserError, match="must be positive"):
        saved_steps(3, every=0)
