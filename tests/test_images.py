"""Any PNG, JPEG or TIFF goes in and comes back in its depth and mode; bad files are explained."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageOps

from iterant.runtime.faults import UserError
from iterant.runtime.images import read, write
from shots import RANDOM, SIZES, get, put, samples


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize(
    ("suffix", "dtype"),
    [
        (".png", "uint8"),
        (".png", "uint16"),
        (".tif", "uint8"),
        (".tif", "uint16"),
        (".tif", "uint32"),
        (".tif", "float16"),
        (".tif", "float32"),
        (".tif", "float64"),
    ],
)
def test_what_is_read_is_written_back(
    tmp_path: Path, suffix: str, dtype: str, mode: str, size: tuple[int, int]
) -> None:
    values = samples(mode, dtype, size)
    before, after = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    put(before, values)
    picture = read(before)
    colours = 1 if mode in {"L", "LA"} else 3
    assert picture.planes.shape == (colours, *size)
    assert picture.planes.dtype == np.float64
    assert picture.planes.min() >= 0
    assert picture.planes.max() <= 1
    assert picture.form.notes == ()
    assert write(after, picture.planes, picture.form) == ()
    found = get(after)
    assert found.dtype == values.dtype
    np.testing.assert_array_equal(found, values)


def test_alpha_is_untouched_and_pixels_are_not(tmp_path: Path) -> None:
    values = samples("RGBA", "uint16", (4, 6))
    put(tmp_path / "a.png", values)
    picture = read(tmp_path / "a.png")
    np.testing.assert_allclose(picture.planes[1] * 65535, values[..., 1])
    write(tmp_path / "b.png", 1 - picture.planes, picture.form)
    found = get(tmp_path / "b.png")
    np.testing.assert_array_equal(found[..., 3], values[..., 3])
    np.testing.assert_array_equal(found[..., :3], 65535 - values[..., :3])


def test_integer_samples_are_clipped_and_rounded(tmp_path: Path) -> None:
    put(tmp_path / "a.png", np.array([[0, 1, 254, 255]], dtype=np.uint8))
    picture = read(tmp_path / "a.png")
    moved = picture.planes + np.array([-0.5, 0.4 / 255, 0.6 / 255, 0.5])
    write(tmp_path / "b.png", moved, picture.form)
    np.testing.assert_array_equal(get(tmp_path / "b.png"), [[0, 1, 255, 255]])


def test_floats_beyond_the_unit_interval_keep_their_scale(tmp_path: Path) -> None:
    values = (RANDOM.random((4, 6)) * 4000 - 1000).astype(np.float32)
    put(tmp_path / "a.tif", values)
    picture = read(tmp_path / "a.tif")
    assert picture.planes.min() == 0
    assert picture.planes.max() == 1
    assert "are computed as [0, 1] and written back" in picture.form.notes[0]
    write(tmp_path / "b.tif", picture.planes, picture.form)
    np.testing.assert_allclose(get(tmp_path / "b.tif"), values, rtol=1e-5, atol=1e-3)
    put(tmp_path / "c.tif", np.full((3, 2), 7.0))
    flat = read(tmp_path / "c.tif")
    write(tmp_path / "d.tif", flat.planes, flat.form)
    np.testing.assert_array_equal(get(tmp_path / "d.tif"), 7.0)


def test_jpeg_grey_and_colour(tmp_path: Path) -> None:
    smooth = np.add.outer(np.arange(64), np.arange(96)).astype(np.uint8)
    for mode in ("L", "RGB", "CMYK"):
        Image.fromarray(smooth).convert(mode).save(tmp_path / "a.jpg", quality=98)
        picture = read(tmp_path / "a.jpg")
        np.testing.assert_allclose(picture.planes.mean(axis=0) * 255, smooth, atol=4)
        write(tmp_path / "b.jpeg", picture.planes, picture.form)
        back = Image.open(tmp_path / "b.jpeg")
        assert back.mode == ("L" if mode == "L" else "RGB")
        np.testing.assert_allclose(np.asarray(back.convert("L")), smooth, atol=4)


def test_palettes_and_bilevel_become_plain(tmp_path: Path) -> None:
    colour = Image.fromarray(samples("RGB", "uint8", (6, 5)))
    few = colour.quantize(8)
    few.save(tmp_path / "a.png")
    picture = read(tmp_path / "a.png")
    assert "palette" in picture.form.notes[0]
    np.testing.assert_array_equal(
        np.moveaxis(picture.planes, 0, -1) * 255, np.asarray(few.convert("RGB"))
    )
    few.save(tmp_path / "t.png", transparency=2)
    clear = read(tmp_path / "t.png")
    np.testing.assert_array_equal(clear.form.alpha == 0, np.asarray(few) == 2)
    few.save(tmp_path / "a.tif")
    np.testing.assert_array_equal(read(tmp_path / "a.tif").planes, picture.planes)
    for suffix in (".png", ".tif"):
        bits = RANDOM.random((9, 11)) > 0.5
        Image.fromarray(bits).save(tmp_path / f"bits{suffix}")
        black = read(tmp_path / f"bits{suffix}")
        np.testing.assert_array_equal(black.planes[0], bits)
        assert black.form.dtype == "uint8"
        assert "black-and-white" in black.form.notes[0]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_undone(tmp_path: Path, orientation: int) -> None:
    values = samples("RGB", "uint8", (3, 5))
    tag = Image.Exif()
    tag[0x112] = orientation
    plain = Image.fromarray(values)
    upright = plain.copy()
    upright.getexif()[0x112] = orientation
    expected = np.asarray(ImageOps.exif_transpose(upright))
    plain.save(tmp_path / "a.png", exif=tag)
    tifffile.imwrite(
        tmp_path / "a.tif", values, photometric="rgb", extratags=[(274, "H", 1, orientation, True)]
    )
    for name in ("a.png", "a.tif"):
        planes = read(tmp_path / name).planes
        np.testing.assert_array_equal(np.moveaxis(planes, 0, -1) * 255, expected)
    Image.new("L", (16, 8)).save(tmp_path / "a.jpg", exif=tag)
    assert read(tmp_path / "a.jpg").planes.shape == ((1, 16, 8) if orientation > 4 else (1, 8, 16))


def test_unusual_tiffs(tmp_path: Path) -> None:
    values = samples("RGB", "uint16", (6, 5))
    planar = np.moveaxis(values, -1, 0)
    tifffile.imwrite(tmp_path / "p.tif", planar, photometric="rgb", planarconfig="separate")
    tifffile.imwrite(tmp_path / "z.tif", values, photometric="rgb", compression="zlib")
    tifffile.imwrite(tmp_path / "b.tif", values, photometric="rgb", bigtiff=True, byteorder=">")
    for name in ("p.tif", "z.tif", "b.tif"):
        np.testing.assert_allclose(read(tmp_path / name).planes * 65535, planar)
    tifffile.imwrite(tmp_path / "w.tif", values[..., 0], photometric="miniswhite")
    np.testing.assert_allclose(read(tmp_path / "w.tif").planes[0] * 65535, 65535 - values[..., 0])
    white = Image.fromarray(np.full((16, 16, 3), 255, dtype=np.uint8))
    white.save(tmp_path / "j.tif", compression="jpeg")
    np.testing.assert_array_equal(read(tmp_path / "j.tif").planes, 1)


def test_colour_profiles_are_kept(tmp_path: Path) -> None:
    for name in ("a.png", "a.jpg", "a.tif"):
        image = Image.fromarray(samples("RGB", "uint8", (4, 4)))
        image.save(tmp_path / name, icc_profile=b"profile" * 20)
        picture = read(tmp_path / name)
        write(tmp_path / f"b_{name}", picture.planes, picture.form)
        assert Image.open(tmp_path / f"b_{name}").info["icc_profile"] == b"profile" * 20


def test_other_formats_hold_what_they_can(tmp_path: Path) -> None:
    put(tmp_path / "a.tif", samples("RGB", "float32", (4, 4)))
    deep = read(tmp_path / "a.tif")
    assert write(tmp_path / "a.png", deep.planes, deep.form) == (
        "a.png is written as uint16: PNG does not hold float32",
    )
    assert get(tmp_path / "a.png").dtype == np.uint16
    assert "written as uint8" in write(tmp_path / "a.jpg", deep.planes, deep.form)[0]
    put(tmp_path / "b.tif", samples("RGBA", "uint16", (4, 4)))
    clear = read(tmp_path / "b.tif")
    with pytest.raises(UserError, match="cannot hold the alpha channel"):
        write(tmp_path / "b.jpg", clear.planes, clear.form)
    with pytest.raises(UserError, match="names no known format"):
        write(tmp_path / "b.xyz", clear.planes, clear.form)
    float_alpha = read_after(tmp_path / "c.tif", samples("LA", "float32", (4, 4)))
    write(tmp_path / "c.png", float_alpha.planes, float_alpha.form)
    np.testing.assert_allclose(
        get(tmp_path / "c.png")[..., 1] / 65535, float_alpha.form.alpha, atol=1e-5
    )


def read_after(path: Path, values: Any) -> Any:
    put(path, values)
    return read(path)
