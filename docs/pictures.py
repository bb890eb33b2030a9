"""The pictures of the gallery, made by the program: examples compiled, run, and drawn.

python docs/pictures.py [NAME ...]     writes docs/images/NAME.png
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import torch
from matplotlib import pyplot as plt

import iterant
from iterant.compiler.pipeline import prove, source_of
from iterant.explaining.pages import explained
from iterant.explaining.pictures import figure

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples"
IMAGES = HERE / "images"
LARGEST = 150_000  # bytes of a picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One row of frames of a field: which scheme, which times, which colours.

    `change` maps words of the file to others; `cut` takes a slice where there are three axes.
    """

    scheme: str
    shown: str
    times: tuple[float, ...]
    colours: str
    even: bool = False  # colours symmetric about 0
    grid: tuple[int, ...] | None = None
    change: Mapping[str, str] = field(default_factory=dict)
    cut: Callable[[Any], Any] = lambda values: values


PICTURES = {
    "heat": Picture(
        scheme="heat", shown="u", times=(0.0, 0.01, 0.05), colours="inferno", grid=(128, 128)
    ),
    "wave": Picture(
        scheme="wave",
        shown="u",
        times=(0.0, 0.2, 0.4),
        colours="RdBu_r",
        even=True,
        grid=(64, 64, 64),
        cut=lambda values: values[:, :, 32],
    ),
    "maxwell_tm": Picture(
        scheme="maxwell_tm", shown="E", times=(0.3, 0.6, 1.2), colours="RdBu_r", even=True
    ),
    "gray_scott": Picture(
        scheme="gray_scott",
        shown="v",
        times=(500.0, 2000.0, 5000.0),
        colours="viridis",
        grid=(256, 256),
        change={"imex_euler": "explicit_euler", "solve    fft\n": ""},
    ),
}


def frames(picture: Picture) -> list[Any]:
    """The field at the times of a picture."""
    text = (EXAMPLES / f"{picture.scheme}.scheme").read_text()
    for old, new in picture.change.items():
        assert old in text, f"{picture.scheme}.scheme has no {old!r}"
        text = text.replace(old, new)
    artifact = iterant.compile(text, grid=picture.grid)
    found = []
    for t in picture.times:
        steps = {"steps": 0} if t == 0 else {"until": t}
        value = iterant.run(artifact, **steps, dtype="float64").value[picture.shown]
        found.append(picture.cut(value.numpy()))
    return found


def draw(name: str, picture: Picture) -> Path:
    """Frames side by side, x to the right and y upwards, one scale of colours a frame."""
    shown = frames(picture)
    figure, axes = plt.subplots(1, len(shown), figsize=(9, 3.2), layout="constrained")
    for axis, values, t in zip(axes, shown, picture.times, strict=True):
        top = float(np.abs(values).max())
        low = -top if picture.even else float(values.min())
        axis.imshow(values.T, origin="lower", cmap=picture.colours, vmin=low, vmax=top)
        axis.set(title=f"{picture.shown} at t = {t:g}", xticks=[], yticks=[])
    return save(figure, name)


def photograph() -> Path:
    """A noisy photograph, and what Perona-Malik makes of it."""
    from skimage import data  # noqa: PLC0415 (for this picture only)

    clean = torch.from_numpy(data.camera()[64:320, 96:352] / 255.0)
    noise = torch.randn(clean.shape, generator=torch.Generator().manual_seed(0)).double()
    noisy = clean + 0.1 * noise
    artifact = iterant.compile(EXAMPLES / "perona_malik.scheme")
    smooth = iterant.run(artifact, {"u": noisy}).value["u"]
    figure, axes = plt.subplots(1, 3, figsize=(9, 3.2), layout="constrained")
    titles = ("photograph", "with noise", "after 20 steps")
    for axis, values, title in zip(axes, (clean, noisy, smooth), titles, strict=True):
        axis.imshow(values.numpy(), cmap="gray", vmin=0, vmax=1)
        axis.set(title=title, xticks=[], yticks=[])
    return save(figure, "photograph")


LAX_WENDROFF = """
scheme lax_wendroff
param   r = 3/5, in [0, 1]
iterate u[k+1, i] = u[k, i] - r/2*(u[k, i+1] - u[k, i-1])
                    + r^2/2*(u[k, i+1] - 2*u[k, i] + u[k, i-1])
"""


def waves(name: str, text: str | Path) -> Path:
    """What `iterant explain` draws of a scheme."""
    return save(figure(explained(prove(source_of(text)))), name)


def save(drawn: Any, name: str) -> Path:
    """Write a small PNG, the same bytes each time."""
    path = IMAGES / f"{name}.png"
    for dots in (80, 72, 64, 56, 48):
        drawn.savefig(path, dpi=dots, metadata={"Software": None})
        if path.stat().st_size < LARGEST:
            break
    plt.close(drawn)
    return path


def main(names: list[str]) -> int:
    """Draw the named pictures, or all."""
    mpl.use("Agg")
    IMAGES.mkdir(exist_ok=True)
    others = {
        "photograph": photograph,
        "lax_wendroff": lambda: waves("lax_wendroff", LAX_WENDROFF),
        "heat_waves": lambda: waves("heat_waves", EXAMPLES / "heat.scheme"),
    }
    for name in names or [*PICTURES, *others]:
        path = others[name]() if name in others else draw(name, PICTURES[name])
        sys.stdout.write(f"{path.name}: {path.stat().st_size // 1000} kB\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
