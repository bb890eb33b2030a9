"""Pictures and films of a run open in other programs and show the right thing."""

from pathlib import Path

import imageio.v3 as imageio
import numpy as np
import pytest
from PIL import Image

from iterant.runtime.output.colours import colour_range
from saved import SCALAR, YEE, YEE_VALUE, U, X, frames, place, plan, write


def test_png_draws_every_field(tmp_path: Path) -> None:
    write(tmp_path / "a.png", YEE, frames(YEE_VALUE))
    one = tmp_path / "b.png"
    write(one, SCALAR, frames({"u": U}))
    assert Image.open(tmp_path / "a.png").size[0] > 3 * Image.open(one).size[0]
    line = plan("x", {"u": {"u": place(0.125)}})
    write(tmp_path / "c.png", line, frames({"u": np.sin(X)}))
    assert np.asarray(Image.open(tmp_path / "c.png").convert("L")).std() > 1


@pytest.mark.parametrize("suffix", ["gif", "mp4"])
@pytest.mark.parametrize("axes", ["x", "xy", "xyz"])
def test_films_play(tmp_path: Path, suffix: str, axes: str) -> None:
    shape = (33, 20, 9)[: len(axes)]
    p = plan(axes, {"u": {"u": place(*([0.125] * len(axes)))}})
    value = np.random.default_rng(0).random(shape)
    shown = [(float(k), {"u": np.roll(value, k, axis=0)}) for k in range(5)]
    path = tmp_path / f"film.{suffix}"
    write(path, p, shown)
    mode = {"index": None, "mode": "RGB"} if suffix == "gif" else {}
    film = imageio.imread(path, **mode)
    assert film.shape[0] == 5
    assert film.shape[-1] == 3
    assert not np.array_equal(film[0], film[1])
    assert [q.name for q in tmp_path.iterdir()] == [path.name]


def test_gif_has_the_colours_of_the_map_x_to_the_right_and_y_upwards(tmp_path: Path) -> None:
    value = np.zeros((4, 3))
    value[3, 0] = 1  # right, below
    write(tmp_path / "a.gif", SCALAR, frames({"u": value}, 2))
    film = imageio.imread(tmp_path / "a.gif", index=0)
    assert film.shape[1] > film.shape[0]
    assert tuple(film[0, 0]) == (68, 1, 84)  # viridis at 0
    assert tuple(film[-1, -1]) != (68, 1, 84)


def test_films_of_images_are_grey_and_lie_as_images_do(tmp_path: Path) -> None:
    value = np.zeros((3, 4, 3))
    value[:, 0, 2] = 1  # first row, last column, in all colour planes
    write(tmp_path / "a.gif", SCALAR, [(0.0, {"u": value})], image=True, lead=("channel",))
    film = np.asarray(Image.open(tmp_path / "a.gif").convert("RGB"))
    assert film.shape[0] > film.shape[1]
    assert tuple(film[0, -1]) == (255, 255, 255)
    assert tuple(film[-1, -1]) == tuple(film[0, 0]) == (0, 0, 0)


def test_colour_ranges() -> None:
    assert colour_range([(0, 1), (0.5, 3)]) == (0, 3, False)
    assert colour_range([(-1, 2)]) == (-2, 2, True)
    assert colour_range([(-0.01, 2)]) == (-0.01, 2, False)
    assert colour_range([(2, 2)]) == (2, 3, False)
    assert colour_range([(np.nan, np.nan)]) == (0, 1, False)
