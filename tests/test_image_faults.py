"""Image files that cannot be served are explained in a sentence."""

import contextlib
from io import BytesIO
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile
from hypothesis import given, strategies as st
from PIL import Image

from iterant.runtime.faults import UserError
from iterant.runtime.images import read, write
from shots import put, samples


def test_a_missing_file_a_folder_and_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no file"):
        read(tmp_path / "none.png")
    with pytest.raises(UserError, match="is a folder"):
        read(tmp_path)
    (tmp_path / "a.png").write_bytes(b"")
    with pytest.raises(UserError, match="is empty"):
        read(tmp_path / "a.png")


@pytest.mark.parametrize("raw", [b"hello", b"\0" * 100, b"scheme heat\n", bytes(range(256))])
def test_what_is_no_image(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "a.jpg").write_bytes(raw)
    with pytest.raises(UserError, match=r"is not an image\n  hint: PNG, JPEG and TIFF are read"):
        read(tmp_path / "a.jpg")


def whole_files() -> dict[str, bytes]:
    """One small file of each kind."""
    found = {}
    for name, dtype in {"a.png": "uint8", "b.png": "uint16", "c.tif": "uint16"}.items():
        values = samples("RGB", dtype, (24, 24))
        if name.endswith("png"):
            found[name] = imagecodecs.png_encode(values)
        else:
            stream = BytesIO()
            tifffile.imwrite(stream, values, photometric="rgb", compression="zlib")
            found[name] = stream.getvalue()
    stream = BytesIO()
    Image.fromarray(samples("RGB", "uint8", (24, 24))).save(stream, "JPEG")
    return {**found, "d.jpg": stream.getvalue()}


WHOLE = whole_files()


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.95])
def test_half_an_image(tmp_path: Path, name: str, share: float) -> None:
    raw = WHOLE[name]
    (tmp_path / name).write_bytes(raw[: int(share * len(raw))])
    with pytest.raises(UserError, match=r"damaged|not an image"):
        read(tmp_path / name)


@given(name=st.sampled_from(sorted(WHOLE)), at=st.floats(0, 1), byte=st.integers(0, 255))
def test_damage_gives_an_image_or_a_user_error(
    tmp_path_factory: pytest.TempPathFactory, name: str, at: float, byte: int
) -> None:
    raw = bytearray(WHOLE[name])
    raw[int(at * (len(raw) - 1))] = byte
    path = tmp_path_factory.mktemp("damaged") / name
    path.write_bytes(raw)
    with contextlib.suppress(UserError):
        assert np.isfinite(read(path).planes).all()


def test_values_that_are_no_numbers(tmp_path: Path) -> None:
    values = np.zeros((4, 6), dtype=np.float32)
    values[2, 3], values[3, 1] = np.nan, np.inf
    put(tmp_path / "a.tif", values)
    with pytest.raises(UserError, match=r"holds 2 values .* the first in row 2, column 3"):
        read(tmp_path / "a.tif")


def test_stacks_and_strange_samples(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((3, 4, 5), np.uint8), photometric="minisblack")
    with pytest.raises(UserError, match="holds 3 pictures; one is needed"):
        read(tmp_path / "a.tif")
    tifffile.imwrite(tmp_path / "b.tif", np.zeros((4, 5), np.int16))
    with pytest.raises(UserError, match="holds samples of type int16"):
        read(tmp_path / "b.tif")
    tifffile.imwrite(tmp_path / "c.tif", np.zeros((4, 5, 4), np.uint8), photometric="separated")
    with pytest.raises(UserError, match="SEPARATED samples"):
        read(tmp_path / "c.tif")
    frames = [Image.new("L", (4, 4), n) for n in (0, 255)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    with pytest.raises(UserError, match="holds 2 pictures"):
        read(tmp_path / "a.gif")


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    put(tmp_path / "a.png", samples("L", "uint8", (2, 2)))
    picture = read(tmp_path / "a.png")
    with pytest.raises(UserError, match="cannot write"):
        write(tmp_path / "a.png" / "b.png", picture.planes, picture.form)
