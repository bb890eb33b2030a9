"""A witness that was run, as a table and as a picture: how it grew, and what it looked like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from .compiler.emit import Artifact
from .console import note, say, show, tell
from .runtime.contract import Refutation
from .runtime.faults import UserError, need
from .runtime.files import replacing, writing
from .witnesses import MANY, Grown, grown

CLOSE = 6  # the first steps, each shown; then every doubling
DOTS = 120


def shown(artifact: Artifact, plot: Path | None, stem: str) -> None:
    """Run the witness of each refuted claim; print tables, and write STEM.CLAIM.witness.png.

    With `plot` the picture of the first one is written there.
    """
    refuted = [v for v in artifact.certificates if isinstance(v, Refutation)]
    if not refuted:
        note("no claim is refuted, so there is no witness to show")
    for number, verdict in enumerate(refuted):
        run = grown(artifact, verdict)
        say(f"\n{title(run)}")
        show(table(run))
        for line in lines(run):
            say(line)
        word = re.sub(r"\W+", "_", verdict.claim).strip("_")
        path = plot if plot is not None and number == 0 else Path(f"{stem}.{word}.witness.png")
        try:
            with writing(path):
                picture(run, path)
        except UserError as fault:
            if plot is not None:
                raise
            note(str(fault))  # without the library of pictures the table is all
            continue
        tell(f"wrote {path}")


def title(run: Grown) -> str:
    """Which state, on which grid."""
    return f"{run.claim}: {run.mode}, {' x '.join(map(str, run.points))} points"


def table(run: Grown) -> Any:
    """Steps, norms and growth as a table of rich; of a bump its extremes."""
    from rich.table import Table

    bump = run.kind == "bump"
    found = Table()
    per = "a step" if run.steps == 1 else f"in {run.steps} steps"
    for heading in ("step", *(("least", "largest") if bump else ("norm", f"growth {per}"))):
        found.add_column(heading, justify="right")
    if bump:
        for k, state in ((0, run.first), (run.steps, run.last)):
            values = np.concatenate([a.ravel() for a in state.values()]) / run.height
            found.add_row(str(k), f"{values.min():.9g}", f"{values.max():.9g}")
        return found
    for k in _rows(len(run.sizes)):
        ratio = "" if k == 0 else f"{(run.sizes[k] / run.sizes[k - 1]):.9g}"
        found.add_row(str(k * run.steps), f"{run.sizes[k]:.6g}", ratio)
    return found


def lines(run: Grown) -> Iterator[str]:
    """What is measured beside what is stated."""
    if run.kind == "bump":
        yield f"  a bump of height 1 leaves {-run.measured:.12g}: measured in the emitted module"
        yield f"  {-run.stated:.12g} is stated; relative difference {run.difference:.1e}"
        return
    words = {"part": "growth of the norm in the end,", "slow": "growth of the norm",
             "pair": "growth of the distance"}  # fmt: skip
    what = words.get(run.kind, f"growth of the {run.kind}")
    yield f"  {what} {run.per}: {run.measured:.12g} measured in the emitted module, float64"
    yield f"  {run.stated:.12g} is stated; relative difference {run.difference:.1e}"
    reached = next((k for k, size in enumerate(run.sizes) if size >= MANY), None)
    if run.kind == "mode" and run.bodies_to_many is not None:
        yield f"  a factor of 10^6 takes {run.bodies_to_many * run.steps} steps"
    elif reached is not None:
        yield f"  a factor of 10^6 took {reached * run.steps} steps"


def _rows(count: int) -> list[int]:
    """0, 1, ..., then doubling, and the last."""
    found = [k for k in range(count) if k < CLOSE]
    k = 2 * CLOSE
    while k < count - 1:
        found.append(k)
        k *= 2
    return sorted({*found, count - 1})


def picture(run: Grown, path: Path) -> None:
    """Growth over steps on a logarithmic axis, the first and the last state; a PNG."""
    figures = need("matplotlib.figure", extra="viz", to="a picture of the witness")
    figure = figures.Figure(figsize=(11, 3.4), layout="constrained")
    figure.suptitle(title(run), parse_math=False)
    growth, first, last = figure.subplots(1, 3)
    _growth(growth, run)
    name = next((n for n, a in run.first.items() if np.any(a)), next(iter(run.first)))
    _state(first, run.first[name], f"{name} at the start")
    _state(last, run.last[name], f"{name} after {(len(run.sizes) - 1) * run.steps} steps")
    with replacing(path) as part:
        figure.savefig(part, dpi=DOTS, metadata={"Software": None})


def _growth(axes: Any, run: Grown) -> None:
    """The norm in the emitted module, and the line of the stated growth."""
    steps = run.steps * np.arange(len(run.sizes))
    axes.semilogy(steps, run.sizes, "o-", markersize=3, label="emitted module, float64")
    if run.kind == "slow":
        stated = 1 + (run.stated - 1) * steps / steps[-1]
        axes.plot(steps, stated, "k--", linewidth=1, label="in proportion to the steps")
    elif run.kind != "bump":
        stated = run.sizes[0] * np.exp(np.log(run.stated) * steps / run.steps)
        axes.semilogy(steps, stated, "k--", linewidth=1, label=f"{run.stated:.6g} {run.per}")
    axes.set(xlabel="step", ylabel="norm of the state")
    axes.grid(alpha=0.3)
    axes.legend()


def _state(axes: Any, values: np.ndarray[Any, Any], title: str) -> None:
    """A line in one dimension, else the middle plane, colours symmetric about 0."""
    axes.set_title(title, parse_math=False)
    while values.ndim > 2:
        values = values[..., values.shape[-1] // 2]
    if values.ndim == 1:
        axes.plot(values, "o-", markersize=3)
        axes.set_xlabel("point")
        axes.grid(alpha=0.3)
        return
    top = float(np.abs(values).max()) or 1.0
    drawn = axes.imshow(values.T, origin="lower", cmap="RdBu_r", vmin=-top, vmax=top)
    axes.figure.colorbar(drawn, ax=axes, shrink=0.8)
