"""`make demo` shows what it promises, on its own photograph and on a user's."""

import re
import runpy
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from house import ROOT

Demo = Callable[[list[str]], int]


@pytest.fixture(scope="module")
def demo() -> Demo:
    found: Demo = runpy.run_path(str(ROOT / "examples" / "demo.py"))["main"]
    return found


def test_the_photograph_gains_more_than_4_db(
    demo: Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert demo(["--folder", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    before, after = map(float, re.findall(r"PSNR (.*) dB -> (.*) dB", out)[0])
    assert after - before > 4
    assert out.count("and accepted") == out.count(": certified: ") == 2
    assert re.search(r"20 steps, .* ms a step", out)
    for name in (
        "noisy.png",
        "denoised.png",
        "perona_malik.py",
        "perona_malik.cert.json",
        "before_after.png",
    ):
        assert str(tmp_path / name) in out
        assert (tmp_path / name).stat().st_size > 0
    pictures = [tmp_path / "before_after.png", ROOT / "docs" / "images" / "perona_malik.png"]
    made, kept = (np.asarray(Image.open(path), dtype=float) for path in pictures)
    assert all(path.stat().st_size <= 150_000 for path in pictures)
    assert np.abs(made - kept).mean() < 1  # grey levels: other processors round otherwise


@pytest.mark.parametrize(("mode", "size"), [("RGB", (1, 1)), ("RGBA", (9, 5)), ("L", (3, 40))])
def test_any_photograph_does(demo: Demo, tmp_path: Path, mode: str, size: tuple[int, int]) -> None:
    channels = {"L": (), "RGB": (3,), "RGBA": (4,)}[mode]
    values = np.random.default_rng(0).integers(0, 256, (*size[::-1], *channels), dtype=np.uint8)
    Image.fromarray(values).save(tmp_path / "photo.png")
    assert demo(["--input", str(tmp_path / "photo.png"), "--folder", str(tmp_path)]) == 0
    denoised = Image.open(tmp_path / "denoised.png")
    assert (denoised.mode, denoised.size) == (mode, size)
