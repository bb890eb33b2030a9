"""Perona-Malik from text to picture: compile, prove, check the proof, denoise a photograph.

`python examples/demo.py [--input PHOTO] [--folder demo] [--picture FILE]`, or `make demo`.
Noise of standard deviation 0.1 is added to the photograph (values in [0, 1]) and smoothed away by
20 steps whose stability is proved for every image size.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from skimage.data import camera

import iterant
from iterant.runtime.checker import check
from iterant.runtime.images import Form, Picture, read, write
from iterant.verdicts import as_file

SCHEME = Path(__file__).parent / "perona_malik.scheme"
SIGMA, SEED = 0.1, 0
WIDTHS = (480, 400, 320, 240)  # of a tile, in pixels: the first that makes a small file
LARGEST = 150_000  # bytes of the picture, for a page that loads at once


def photograph(path: Path | None) -> Picture:
    """The photograph of a user, or the camera man that scikit-image ships."""
    if path is not None:
        return read(path)
    planes = camera()[None] / 255
    return Picture(planes=planes, form=Form(source="skimage.data.camera()", dtype="uint8"))


def psnr(planes: np.ndarray, clean: np.ndarray) -> float:
    """-10 log10 of the mean square error, in dB, for values in [0, 1]."""
    error = float(np.mean((planes - clean) ** 2))
    return float("inf") if error == 0 else -10 * np.log10(error)


def side_by_side(shown: list[tuple[str, np.ndarray]], path: Path) -> None:
    """Pictures (C, H, W) from left to right, each with its caption below, in a small PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for width in WIDTHS:
        page_of(shown, width).save(path, optimize=True)
        if path.stat().st_size <= LARGEST:
            break


def page_of(shown: list[tuple[str, np.ndarray]], width: int) -> Image.Image:
    """The page with tiles of one width; grey where all pictures are."""
    tiles = []
    for caption, planes in shown:
        values = np.round(np.clip(np.moveaxis(planes, 0, -1), 0, 1) * 255).astype(np.uint8)
        tile = Image.fromarray(values[..., 0] if values.shape[-1] == 1 else values).convert("RGB")
        height = max(1, round(tile.height * width / tile.width))
        tile = tile.resize((width, height), Image.Resampling.LANCZOS)
        tiles.append((caption, tile))
    page = Image.new("RGB", (len(tiles) * (width + 12) - 12, tiles[0][1].height + 34), "white")
    for i, (caption, tile) in enumerate(tiles):
        page.paste(tile, (i * (width + 12), 0))
        place = (i * (width + 12) + width / 2, tile.height + 18)
        font = ImageFont.load_default(min(18, width / 20))
        ImageDraw.Draw(page).text(place, caption, "black", font, anchor="mm")
    grey = all(planes.shape[0] == 1 for _, planes in shown)
    return page.convert("L") if grey else page


def told(verdict: iterant.Certificate, code: str) -> bool:
    """Print a certificate and what the checker says to it; whether it was accepted."""
    if verdict.verdict != "certified":
        print(f"  {verdict.claim}: {verdict.verdict}")
        return False
    report = check(verdict, code)
    print(f"  {verdict.claim}: certified: {verdict.statement}")
    print(f"    norm: {verdict.norm}; for: {verdict.domain}")
    if report.accepted:
        print("    the checker read certificate and code, and accepted")
    else:
        print(f"    the checker rejects it: {report.reason}")
    return report.accepted


def main(words: list[str] | None = None) -> int:
    """Run the demonstration; returns the exit code."""
    wishes = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    wishes.add_argument("--input", type=Path, help="a PNG, JPEG or TIFF of any size")
    wishes.add_argument("--folder", type=Path, default=Path("demo"), help="where everything goes")
    wishes.add_argument("--picture", type=Path, help="where the picture before and after goes")
    options = wishes.parse_args(words)
    photo = photograph(options.input)
    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)

    artifact = iterant.compile(SCHEME)
    code, proof = folder / "perona_malik.py", folder / "perona_malik.cert.json"
    code.write_text(artifact.source_code)
    proof.write_text(as_file(artifact.name, artifact.digest, artifact.certificates))
    print(f"compiled {SCHEME.name}: {artifact.scheme.model.doc}")
    accepted = all(told(verdict, code.read_text()) for verdict in artifact.certificates)

    clean = photo.planes
    noisy = clean + SIGMA * np.random.default_rng(SEED).standard_normal(clean.shape)
    outcome = iterant.run(artifact, {"u": noisy.astype(np.float32)})
    smooth = outcome.value["u"].numpy().astype(np.float64)
    before, after = psnr(noisy, clean), psnr(smooth, clean)

    suffix = ".tif" if photo.form.dtype.startswith("float") else ".png"
    noisy_path, smooth_path = folder / f"noisy{suffix}", folder / f"denoised{suffix}"
    write(noisy_path, noisy, photo.form)
    write(smooth_path, smooth, photo.form)
    picture = options.picture or folder / "before_after.png"
    captions = f"noise of 0.1: {before:.1f} dB", f"{outcome.steps} certified steps: {after:.1f} dB"
    side_by_side(list(zip(captions, (noisy, smooth), strict=True)), picture)

    size = " x ".join(map(str, clean.shape[1:]))
    print(f"denoised {photo.form.source}, {size}: PSNR {before:.2f} dB -> {after:.2f} dB")
    print(f"  {outcome.steps} steps, {1e3 * (outcome.seconds_per_step or 0):.2f} ms a step")
    for what, path in (
        ("input", noisy_path),
        ("output", smooth_path),
        ("emitted code", code),
        ("certificates", proof),
        ("picture", picture),
    ):
        print(f"  {what:<13} {path}")
    return 0 if accepted else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except iterant.UserError as fault:
        print(fault, file=sys.stderr)
        sys.exit(2)
