"""`iterant train`: compile, read images, train, freeze, write weights and their certificates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from . import api
from .compiler.source import Given, refusal
from .console import Exit, note, say, tell
from .devices import device_of
from .runtime.contract import Certificate, Outcome, Status
from .runtime.faults import UserError, need
from .runtime.files import check_writable, refuse_source, replacing, writing
from .runtime.images import read
from .verdicts import as_file
from .words import told_at

if TYPE_CHECKING:
    from .runtime.training.batches import Batches

IMAGES = (".png", ".jpg", ".jpeg", ".tif", ".tiff")
ENDS = {Status.DONE: Exit.DONE, Status.CONVERGED: Exit.DONE, Status.INTERRUPTED: Exit.INTERRUPTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """The options of `iterant train`."""

    scheme: Path
    data: Path
    out: Path
    target: Path | None = None
    noise: Given[Fraction] | None = None
    steps: Given[int]
    rate: Given[Fraction]
    batch: Given[int]
    patch: Given[int]
    held: Given[int]
    patience: Given[int] | None = None
    segments: Given[int] | None = None
    params: Mapping[str, Given[Fraction]]
    seed: int = 0
    device: Given[str] | None = None
    dtype: Given[str] | None = None
    mixed: bool = False
    resume: Path | None = None
    plot: Path | None = None
    overwrite: bool = False


def train(wishes: Wishes) -> Exit:
    """Everything behind `iterant train`; raises UserError and SchemeError."""
    _check(wishes)
    artifact = api.compile(wishes.scheme, params=wishes.params)
    for text in artifact.warnings:
        tell(text, style="yellow")
    places = {
        name: given.span
        for name in ("device", "dtype", "patch", "noise", "held")
        if (given := getattr(wishes, name)) is not None
    }
    with told_at(places):
        dtype = api.torch_dtype("float32" if wishes.dtype is None else wishes.dtype.value)
        device = device_of("cpu" if wishes.device is None else wishes.device.value)
        module = artifact.module(device=device, dtype=dtype)
        batches = _batches(wishes, module)
        folder = wishes.resume or Path(f"{artifact.name}.training")
        outcome = api.train(
            module,
            batches,
            steps=wishes.steps.value,
            rate=float(wishes.rate.value),
            patience=None if wishes.patience is None else wishes.patience.value,
            segments=None if wishes.segments is None else wishes.segments.value,
            mixed=wishes.mixed,
            progress=True,
            checkpoint=str(folder),
            resume=None if wishes.resume is None else str(wishes.resume),
        )
    return _finish(wishes, artifact, module, outcome, folder)


def _check(wishes: Wishes) -> None:
    """What can be told before anything is computed."""
    for path in (wishes.out, wishes.plot):
        if path is not None:
            refuse_source(path, wishes.scheme)
            check_writable(path)
    if wishes.out.exists() and not wishes.overwrite:
        raise UserError(f"{wishes.out} exists already", "--overwrite replaces it")
    if wishes.out.suffix != ".safetensors":
        raise UserError(f"{wishes.out} does not end in .safetensors", "weights are safetensors")
    least: Mapping[str, Given[int] | None] = {
        "--steps": wishes.steps, "--batch": wishes.batch, "--patch": wishes.patch,
        "--patience": wishes.patience, "--segments": wishes.segments,
    }  # fmt: skip
    for name, given in least.items():
        if given is not None and given.value < 1:
            raise refusal(given.span, f"{name} takes a whole number from 1 on")
    if wishes.held.value < 0:
        raise refusal(wishes.held.span, "--held takes a whole number from 0 on")
    if wishes.rate.value <= 0:
        raise refusal(wishes.rate.span, "--rate takes a number above 0")


# ---- examples


def _batches(wishes: Wishes, module: Any) -> Batches:
    """Images of a folder with noise of their own, or pairs of two folders."""
    from .runtime.training.batches import Noisy, Paired

    names = tuple(n for n in (*module.plan.fields, *module.plan.data))
    if len(module.plan.axes) != 2 or any(map(module.plan.is_vector, names)):
        raise UserError(
            "the command trains schemes of scalar fields on images, which have two axes",
            "other examples are trained on by iterant.train in Python",
        )
    clean = _images(wishes.data)
    shared: dict[str, Any] = {
        "names": names, "patch": wishes.patch.value, "size": wishes.batch.value,
        "held": wishes.held.value, "seed": wishes.seed,
    }  # fmt: skip
    if wishes.target is not None:
        return Paired(given=clean, clean=_images(wishes.target), **shared)
    sigma = float(wishes.noise.value) if wishes.noise is not None else 25 / 255
    if wishes.noise is None:
        note("noise of standard deviation 25/255 is added; --noise gives another")
    return Noisy(clean=clean, sigma=sigma, **shared)


def _images(folder: Path) -> list[Any]:
    """The images of a folder in the order of their names, as tensors (planes, rows, columns)."""
    import torch

    if not folder.is_dir():
        raise UserError(f"{folder} is no folder", "--data takes a folder of images")
    paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in IMAGES)
    if not paths:
        raise UserError(f"{folder} holds no image", f"known: {', '.join(IMAGES)}")
    return [torch.from_numpy(np.asarray(read(p).planes, dtype=np.float32)) for p in paths]


# ---- results


def _finish(wishes: Wishes, artifact: Any, module: Any, outcome: Outcome, folder: Path) -> Exit:
    """Write the weights, their certificates and the curves; say how it went."""
    from .runtime.frozen import save_weights

    proofs = tuple(c for c in artifact.certificates if isinstance(c, Certificate))
    bound = save_weights(module, wishes.out, proofs)
    place = wishes.out.with_suffix(".cert.json")
    with writing(place), replacing(place) as part:
        part.write_text(as_file(artifact.name, artifact.digest, bound))
    curves = outcome.watched
    if wishes.plot is not None:
        _draw(wishes.plot, outcome)
    last = {name: values[-1] for name, values in curves.items() if values}
    told = ", ".join(f"{n} {v:.4g}" for n, v in last.items() if isfinite(v))
    say(f"{outcome.steps} steps, {told}")
    say(f"wrote {wishes.out} and {place}: {len(bound)} claims hold for these weights")
    if outcome.status is Status.INTERRUPTED:
        tell(f"stopped; go on with --resume {folder}", style="yellow")
    elif outcome.message:
        tell(outcome.message, style="bold red")
    return ENDS.get(outcome.status, Exit.FAILED)


def _draw(path: Path, outcome: Outcome) -> None:
    """The errors over the steps of the optimiser."""
    need("matplotlib", extra="viz", to="drawing curves")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.add_subplot()
    words = {"loss": "on what is trained", "held_out": "on what is held out"}
    for name, values in outcome.watched.items():
        pairs = [(t, v) for t, v in zip(outcome.times, values, strict=True) if isfinite(v)]
        axes.semilogy([t for t, _ in pairs], [v for _, v in pairs], label=words[name])
    axes.set_xlabel("step of the optimiser")
    axes.set_ylabel("error")
    axes.legend()
    with writing(path), replacing(path) as part:
        figure.savefig(part, format=path.suffix.lstrip(".") or "png")
