"""TNRD on photographs that scikit-image ships, beside tuned Perona-Malik, TV and non-local means.

`python -m benchmarks.learning.photographs [--steps N]` trains on eight photographs with noise of
standard deviation 25/255, tests on four others, and writes a table and a picture into docs.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from skimage import color, data, restoration

import iterant
from iterant.runtime.frozen import save_weights
from iterant.runtime.training.batches import Noisy

from ..machine import described

SIGMA = 25 / 255
ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "images" / "denoised.png"
TRAINED = (data.astronaut, data.coffee, data.rocket, data.brick, data.grass, data.gravel, data.moon)
TESTED = {"camera": data.camera, "cat": data.chelsea, "coins": data.coins, "clock": data.clock}


def grey(make: Callable[[], Any]) -> np.ndarray:
    """A photograph in [0, 1]."""
    image = make()
    return color.rgb2gray(image) if image.ndim == 3 else image / 255.0


def noisy(clean: np.ndarray) -> np.ndarray:
    """The same noise for every method."""
    return clean + SIGMA * np.random.default_rng(25).standard_normal(clean.shape)


def psnr(found: np.ndarray, clean: np.ndarray) -> float:
    """-10 log10 of the mean square error, values clipped to [0, 1]."""
    return float(-10 * np.log10(np.mean((np.clip(found, 0, 1) - clean) ** 2)))


# ---- methods: noisy -> denoised, parameters tuned on photographs that are trained on


def perona_malik(contrast: float, steps: int) -> Callable[[np.ndarray], np.ndarray]:
    """The example of the repository at another contrast and number of steps."""
    text = (ROOT / "examples" / "perona_malik.scheme").read_text()
    module = iterant.compile(text, params={"contrast": str(contrast)}, steps=steps).module()

    def run(u: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return np.asarray(module(torch.from_numpy(u).float()).numpy())

    return run


def total_variation(weight: float) -> Callable[[np.ndarray], np.ndarray]:
    """Chambolle's algorithm."""
    return lambda u: np.asarray(restoration.denoise_tv_chambolle(u, weight=weight))


def non_local_means(h: float) -> Callable[[np.ndarray], np.ndarray]:
    """Patches of 5 x 5, searched for within 13 pixels."""
    return lambda u: np.asarray(
        restoration.denoise_nl_means(
            u, patch_size=5, patch_distance=6, h=h * SIGMA, sigma=SIGMA, fast_mode=True
        )
    )


GRIDS: dict[
    str, tuple[Callable[..., Callable[[np.ndarray], np.ndarray]], list[tuple[Any, ...]]]
] = {
    "Perona-Malik": (
        perona_malik,
        [*itertools.product((0.04, 0.06, 0.08, 0.1, 0.13), (6, 9, 12, 18, 25))],
    ),
    "TV": (total_variation, [(w,) for w in (0.06, 0.08, 0.1, 0.12, 0.15)]),
    "non-local means": (non_local_means, [(h,) for h in (0.5, 0.6, 0.7, 0.8, 1.0)]),
}


def tuned(
    name: str, photographs: list[np.ndarray]
) -> tuple[Callable[[np.ndarray], np.ndarray], Any]:
    """The best parameters on average."""
    make, grid = GRIDS[name]
    scores = {
        p: np.mean([psnr(make(*p)(noisy(clean)), clean) for clean in photographs]) for p in grid
    }
    best = max(scores, key=scores.__getitem__)
    return make(*best), best


def trained(photographs: list[np.ndarray], steps: int) -> tuple[Any, Any, float]:
    """The TNRD of the examples, trained; its certificate; seconds."""
    artifact = iterant.compile(ROOT / "examples" / "tnrd.scheme")
    module = artifact.module(dtype=torch.float32)
    clean = [torch.from_numpy(p).float() for p in photographs]
    held = clean[0][100:228, 150:278]
    batches = Noisy(
        clean=[*clean, held], names=("u", "f"), sigma=SIGMA, patch=48, size=8, held=1, seed=1
    )
    begin = time.perf_counter()
    iterant.train(module, batches, steps=steps, rate=8e-3, every=max(1, steps // 25), progress=True)
    return artifact, module, time.perf_counter() - begin


def picture(methods: dict[str, Callable[[np.ndarray], np.ndarray]]) -> None:
    """A part of the camera man: noisy, and by two methods."""
    clean = grey(data.camera)
    given = noisy(clean)
    names = ("noisy", "Perona-Malik", "TNRD, trained")
    shown = [methods[name](given)[40:240, 130:330] for name in names]
    values = np.clip(np.concatenate(shown, axis=1), 0, 1)
    Image.fromarray(np.round(255 * values).astype(np.uint8)).save(PICTURE, optimize=True)


def main() -> None:
    """Train, compare, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1500)
    steps = parser.parse_args().steps
    photographs = [grey(make) for make in TRAINED]
    artifact, module, seconds = trained(photographs, steps)
    assert iterant.verify(artifact)

    def network(u: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            v = torch.from_numpy(u).float()
            return np.asarray(module(v, v).numpy())

    crops = [p[:256, :256] for p in photographs[:4]]
    methods: dict[str, Callable[[np.ndarray], np.ndarray]] = {"noisy": lambda u: u}
    chosen: dict[str, Any] = {}
    for name in GRIDS:
        methods[name], chosen[name] = tuned(name, crops)
    methods["TNRD, trained"] = network
    weights = Path(__file__).parent / "tnrd.safetensors"
    save_weights(module, weights, artifact.certificates)
    rows = {
        name: {photo: psnr(run(noisy(grey(make))), grey(make)) for photo, make in TESTED.items()}
        for name, run in methods.items()
    }
    found = {"steps": steps, "seconds": seconds, "tuned": chosen, "psnr": rows, **described()}
    (Path(__file__).parent / "photographs.json").write_text(json.dumps(found, indent=1) + "\n")
    picture(methods)
    for name, row in rows.items():
        mean = np.mean(list(row.values()))
        print(f"{name:18} {mean:6.2f}  " + "  ".join(f"{k} {v:.2f}" for k, v in row.items()))


if __name__ == "__main__":
    main()
