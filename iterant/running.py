"""`iterant run`: compile, read the inputs, march, save what was asked for, say how it went."""

from __future__ import annotations

import csv
import itertools
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from . import api
from .compiler.source import Given, Span
from .console import Exit, note, say, tell
from .devices import device_of
from .inputs import Inputs, gather
from .runtime.contract import Outcome, Status
from .runtime.faults import UserError
from .runtime.files import check_writable, refuse_source, replacing, writing
from .runtime.images import format_for, format_of, write
from .runtime.output.base import Meta
from .runtime.plan import Plan
from .runtime.store import Store, arrays, refuse_existing, variables
from .telling import least_points, tell_verdicts
from .words import told_at, word

ENDS = {
    Status.DONE: Exit.DONE,
    Status.CONVERGED: Exit.DONE,
    Status.INTERRUPTED: Exit.INTERRUPTED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """The options of `iterant run`; `image` is where the final field goes as a picture."""

    scheme: Path
    params: Mapping[str, Given[Fraction]] = field(default_factory=dict)
    grid: Given[tuple[int, ...]] | None = None
    steps: Given[int] | None = None
    until: Given[Fraction] | None = None
    every: Given[Fraction] | None = None
    device: Given[str] | None = None
    dtype: Given[str] | None = None
    seed: int = 0
    inputs: Sequence[str] = ()
    data: Sequence[str] = ()
    image: Path | None = None
    weights: Path | None = None
    outputs: Sequence[Path] = ()
    csv: Path | None = None
    resume: Path | None = None
    force: bool = False
    overwrite: bool = False

    @property
    def places(self) -> dict[str, Span]:
        """Where each option was typed whose value only the run itself can judge."""
        typed: dict[str, Given[Any] | None] = {
            "every": self.every, "device": self.device, "dtype": self.dtype, "grid": self.grid,
        }  # fmt: skip
        if self.resume is not None:
            typed["resume"] = word("--resume", str(self.resume))
        return {name: given.span for name, given in typed.items() if given is not None}


class Frames:
    """Receives the saved states of a run; the files are started with the first one."""

    def __init__(self, wishes: Wishes, plan: Plan, artifact: Any, *, image: bool) -> None:
        resume = wishes.resume is not None
        self.store = Store(wishes.outputs, overwrite=wishes.overwrite, resume=resume)
        self._plan, self._artifact, self._image, self._resume = plan, artifact, image, resume
        self._started = False

    def __call__(self, t: float, fields: Mapping[str, Any]) -> None:
        if not self._started:
            self.store.open(self._meta(t, fields))
            self._started = True
        self.store.frame(t, arrays(self._plan, fields))

    def _meta(self, t: float, fields: Mapping[str, Any]) -> Meta:
        from importlib.metadata import version

        artifact = self._artifact
        return Meta(
            name=artifact.name,
            title=artifact.scheme.model.doc if artifact.scheme else "",
            axes=self._plan.axes,
            variables=variables(self._plan, fields, ("channel",) if self._image else ()),
            image=self._image,
            # Frames from this time on are written anew.
            resume=float(np.nextafter(t, -np.inf)) if self._resume else None,
            attributes={"digest": artifact.digest, "made_by": f"iterant {version('iterant')}"},
        )


def run(wishes: Wishes) -> Exit:
    """Everything behind `iterant run`; raises UserError and SchemeError."""
    _check_paths(wishes)
    artifact = api.compile(
        wishes.scheme,
        params=wishes.params,
        grid=wishes.grid,
        steps=wishes.steps,
        until=wishes.until,
        force=wishes.force,
    )
    for text in artifact.warnings:
        tell(text, style="yellow")
    with told_at(wishes.places):
        module, device = _module(artifact, wishes)
    plan: Plan = module.plan
    inputs = gather(plan, _required(module), wishes.inputs, wishes.data)
    _check_wishes(wishes, plan, inputs)
    tell_verdicts(artifact.certificates, least_points(plan, inputs))
    frames = Frames(wishes, plan, artifact, image=inputs.form is not None)
    folder = wishes.resume or _free(artifact.name)
    with told_at({**_stated(artifact, inputs), **inputs.places, **wishes.places}), frames.store:
        outcome = api.run(
            module,
            inputs.arrays,
            every=None if wishes.every is None else float(wishes.every.value),
            dtype=_dtype(wishes, inputs),
            device=device,
            progress=True,
            on_frame=frames if wishes.outputs or wishes.csv else None,
            checkpoint=str(folder),
            resume=None if wishes.resume is None else str(wishes.resume),
        )
    _finish(wishes, inputs, outcome, folder)
    return ENDS.get(outcome.status, Exit.FAILED)


def _free(name: str) -> Path:
    """A folder for the checkpoint of a new run: an earlier one is neither replaced nor removed."""
    names = (f"{name}{'' if n == 1 else f'-{n}'}.checkpoint" for n in itertools.count(1))
    return next(path for path in map(Path, names) if not path.exists())


def _stated(artifact: Any, inputs: Inputs) -> dict[str, Span]:
    """Where values are said that only the run can judge: in the file, or the size by an input."""
    model = artifact.scheme.model
    owners = {symbol: f.name for f in model.fields for symbol in f.symbols}
    spans = {data.name: data.span for data in model.data if data.formula}
    spans |= {owners[start.unknown]: start.span for start in model.initial}
    if model.grid.counts is not None:
        spans["grid"] = model.grid.span
    found = {name: replace(span, source=model.source) for name, span in spans.items()}
    if model.grid.counts is None and inputs.places:
        found["grid"] = next(iter(inputs.places.values()))
    return found


def _dtype(wishes: Wishes, inputs: Inputs) -> str:
    """What was asked for; else float64, and float32 for images."""
    if wishes.dtype is not None:
        return wishes.dtype.value
    return "float64" if inputs.form is None else "float32"


def _check_paths(wishes: Wishes) -> None:
    """What cannot be written is told before anything is computed."""
    targets = [*wishes.outputs, *(p for p in (wishes.image, wishes.csv) if p is not None)]
    for count, path in enumerate(targets):
        refuse_source(path, wishes.scheme)
        if path in targets[:count]:
            raise UserError(f"{path} is named for two outputs", "each needs a path of its own")
    if wishes.image is not None:
        refuse_existing(wishes.image, overwrite=wishes.overwrite)
        format_of(wishes.image)
    if wishes.csv is not None:  # a resumed run writes all its rows again
        again = wishes.overwrite or wishes.resume is not None
        refuse_existing(wishes.csv, overwrite=again)
    Store(wishes.outputs, overwrite=wishes.overwrite, resume=wishes.resume is not None)


def _check_wishes(wishes: Wishes, plan: Plan, inputs: Inputs) -> None:
    """What this scheme and these inputs cannot give is told before the run."""
    if wishes.image is not None and inputs.form is None:
        raise UserError(
            f"--output {wishes.image} is for a run on an image", "name one with --input, or use -o"
        )
    if wishes.csv is not None and not plan.watch:
        raise UserError(
            "--csv writes watched values, and the scheme watches none",
            "add a line such as: watch mass = integral(u)",
        )
    if wishes.image is not None and inputs.form is not None:
        format_for(wishes.image, inputs.form)
    for path in (*wishes.outputs, wishes.image, wishes.csv):
        if path is not None:
            check_writable(path)


def _module(artifact: Any, wishes: Wishes) -> tuple[Any, str]:
    """The module on its device; learned weights start from the seed, or come from a file."""
    import torch

    torch.manual_seed(wishes.seed)
    name = device_of("cpu" if wishes.device is None else wishes.device.value)
    return artifact.module(weights=wishes.weights), name


def _required(module: Any) -> list[str]:
    """The fields and data without a formula of their own."""
    from .runtime.problem import inputs_of

    return [name for name, p in inputs_of(module).items() if p.default is p.empty]


def _finish(wishes: Wishes, inputs: Inputs, outcome: Outcome, folder: Path) -> None:
    """Write what is written at the end, and say how the run went."""
    written = [str(path) for path in wishes.outputs if path.exists()]
    if wishes.image is not None and inputs.form is not None:
        planes = next(iter(outcome.value.values()))
        for text in write(wishes.image, planes.detach().cpu().numpy(), inputs.form):
            note(text)
        written.append(str(wishes.image))
    if wishes.csv is not None:
        _write_csv(wishes.csv, outcome)
        written.append(str(wishes.csv))
    pace = outcome.seconds_per_step
    speed = "" if pace is None else f", {_time(pace)} a step"
    say(f"{outcome.steps} steps{speed}")
    for name, values in outcome.value.items():
        say(f"  {name}: {_summary(values)}")
    for name, series in outcome.watched.items():
        if series:
            say(f"  {name}: {series[0]:.8g} at the start, {series[-1]:.8g} at the end")
    if written:
        say(f"wrote {', '.join(written)}")
    elif outcome.status is Status.DONE:
        say("nothing was written: name a file with -o", style="dim")
    if outcome.status in (Status.DONE, Status.CONVERGED):
        if wishes.resume is None:
            shutil.rmtree(folder, ignore_errors=True)
        return
    tell(outcome.message or outcome.status.value, style="bold red")
    if outcome.status is Status.INTERRUPTED:
        tell(f"  hint: go on from step {outcome.steps} with --resume {outcome.checkpoint}")
    else:
        smaller = "a smaller step may keep it finite, such as `step 0.9 * limit`"
        tell(f"  hint: {smaller}; the last good state is in {outcome.checkpoint}")


def _write_csv(path: Path, outcome: Outcome) -> None:
    """One row a recorded time: t, then every watched value."""
    with (
        writing(path),
        replacing(path) as part,
        part.open("w", newline="", encoding="utf-8") as file,
    ):
        rows = csv.writer(file)
        rows.writerow(["t", *outcome.watched])
        series = [map(repr, values) for values in outcome.watched.values()]
        rows.writerows(zip(map(repr, outcome.times), *series, strict=True))


def _summary(value: Any) -> str:
    """Size, least, mean and largest value of a field."""
    parts = value if isinstance(value, tuple) else (value,)
    flat = np.concatenate([p.detach().cpu().numpy().ravel() for p in parts])
    shape = ", ".join(" x ".join(map(str, p.shape)) for p in parts)
    return f"{shape}, from {flat.min():.6g} to {flat.max():.6g}, mean {flat.mean():.6g}"


def _time(seconds: float) -> str:
    """A duration with its unit.

    >>> _time(0.00234), _time(2e-6)
    ('2.34 ms', '2 us')
    """
    for size, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "us")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
