"""train(): an emitted module, examples, an outcome; the module holds the best weights after it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..checkpoint import load, save
from ..contract import Outcome
from ..faults import UserError
from ..observe import Record
from ..problem import plan_of
from ..solve import solve
from .batches import Batches
from .driver import Loss, Settings, Training

LOSSES: Mapping[str, Loss] = {"mse": functional.mse_loss, "l1": functional.l1_loss}


def train(
    module: nn.Module,
    batches: Batches,
    *,
    steps: int,
    rate: float = 1e-3,
    loss: str | Loss = "mse",
    every: int | None = None,
    clip: float | None = 1.0,
    patience: int | None = None,
    mixed: bool = False,
    segments: int | None = None,
    progress: bool = False,
    checkpoint: str | None = None,
    resume: str | None = None,
    on_record: Callable[[float, Mapping[str, Any]], None] | None = None,
) -> Outcome:
    """Train a module in place by Adam, `steps` steps at a rate that falls from `rate` to 0.

    loss = "mse" or "l1", or a function (found, wanted) -> number. The errors on what is trained and
    on what is held out are recorded every `every` steps, by default 50 times; after the run the
    module has the weights with the least held-out error, if something is held out. `checkpoint` is
    a folder that is written at the end, also of an interrupted run; `resume` goes on from one.
    Other arguments are those of `Settings`. Whatever the weights become, a certified module stays
    certified: its steps follow from them. Raises UserError where nothing can be trained.
    """
    plan_of(module)
    if not any(w.requires_grad for w in module.parameters()):
        raise UserError(
            f"{type(module).__name__} has nothing to train",
            "mark what is learned: kernel K: u -> 16, size 5, trainable",
        )
    if steps < 1:
        raise UserError(f"training takes at least 1 step, not {steps}")
    chosen = LOSSES.get(loss) if isinstance(loss, str) else loss
    if chosen is None:
        raise UserError(f"{loss!r} is no loss", f"known: {', '.join(LOSSES)}", about="loss")
    settings = Settings(
        steps=steps, rate=rate, clip=clip, patience=patience, mixed=mixed, segments=segments
    )
    record = Record({name: partial(_taken, name) for name in ("loss", "held_out")}, on_record)
    stamp = _stamp(module, settings)
    resumed = _take_up(resume, stamp, record) if resume else None
    driver = Training(
        module=module,
        batches=batches,
        settings=settings,
        loss=chosen,
        keep=partial(save, checkpoint, stamp) if checkpoint else None,
        resumed=resumed,
    )
    stride = every or max(1, steps // 50)
    outcome = solve(driver, record, [*range(0, steps, stride), steps], progress=progress)
    if driver.best[0] < float("inf"):
        with torch.no_grad():
            for name, weight in driver.weights.items():
                weight.copy_(driver.best[1][name])
    return outcome


def _taken(name: str, fields: Mapping[str, Any], _: float) -> Any:
    """A record of the driver."""
    return fields[name]


def _stamp(module: nn.Module, settings: Settings) -> str:
    """What must be equal for training to go on: the text, the shapes of weights, the settings."""
    shapes = [(n, tuple(w.shape), str(w.dtype)) for n, w in module.named_parameters()]
    text = repr((type(module).__name__, shapes, settings))
    return hashlib.sha256(text.encode()).hexdigest()


def _take_up(folder: str, stamp: str, record: Record) -> tuple[Mapping[str, Tensor], int]:
    """Read a checkpoint of this very training, and what it had recorded."""
    arrays, stand = load(folder, device=torch.device("cpu"))
    if stand.digest != stamp:
        raise UserError(
            f"{folder} is the checkpoint of another training",
            "scheme, number of steps, rate and dtype must be the same to resume it",
            about="resume",
        )
    record.times, record.values = list(stand.times), dict(stand.watched)
    return arrays, stand.bodies
