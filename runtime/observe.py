"""What watches a run: the guard against blow-up, recorded values, progress, the wish to stop."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FrameType, TracebackType
from typing import Any, Self

import torch
from torch import Tensor

Watch = Callable[[Mapping[str, Any], float], Any]


def finite(arrays: Mapping[str, Tensor]) -> bool:
    """Whether every value is finite: one sum an array, the exact look only when a sum is not."""
    return all(
        bool(torch.isfinite(a.sum())) or bool(torch.isfinite(a).all()) for a in arrays.values()
    )


def first_fault(arrays: Mapping[str, Tensor]) -> tuple[str, tuple[int, ...], float] | None:
    """The first value that is not finite: its array, index and value."""
    for name, array in arrays.items():
        bad = ~torch.isfinite(array)
        if bool(bad.any()):
            index = tuple(int(i) for i in bad.nonzero()[0])
            return name, index, float(array[index])
    return None


@dataclass(slots=True)
class Record:
    """Watched values at recorded times; a value of a batch is the mean over its samples."""

    watch: Mapping[str, Watch]
    on_frame: Callable[[float, Mapping[str, Any]], None] | None = None
    times: list[float] = field(default_factory=list)
    values: dict[str, list[float]] = field(default_factory=dict)

    def __call__(self, t: float, fields: Mapping[str, Any]) -> None:
        self.times.append(t)
        for name, look in self.watch.items():
            value = look(fields, t)
            number = value.detach().double().mean() if isinstance(value, Tensor) else value
            self.values.setdefault(name, []).append(float(number))
        if self.on_frame is not None:
            self.on_frame(t, fields)


class Wish:
    """Whether the user pressed Ctrl-C; a second time stops at once.

    Signals reach the main thread alone: elsewhere this never wishes anything.
    """

    def __init__(self) -> None:
        self.stop = False
        self._before: Any = None
        self._mine = threading.current_thread() is threading.main_thread()

    def __enter__(self) -> Self:
        if self._mine:
            self._before = signal.signal(signal.SIGINT, self._heard)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._mine:
            signal.signal(signal.SIGINT, self._before)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        if self.stop:
            raise KeyboardInterrupt
        self.stop = True


class Progress:
    """A bar with rate and remaining time on a terminal; silent everywhere else."""

    def __init__(self, title: str, total: int, *, wanted: bool) -> None:
        self._bar: Any = None
        self._task: Any = None
        self._last = 0.0
        if wanted and sys.stderr.isatty():
            self._open(title, total)

    def _open(self, title: str, total: int) -> None:
        # only here is rich needed; it costs a tenth of a second
        from rich import console, progress  # noqa: PLC0415

        self._bar = progress.Progress(
            progress.TextColumn(title),
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TextColumn("{task.fields[rate]}"),
            progress.TimeRemainingColumn(),
            console=console.Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task(title, total=total, rate="")
        self._bar.start()

    def show(self, steps: int, rate: float) -> None:
        """Show that many steps done at `rate` steps a second, ten times a second at most."""
        now = time.perf_counter()
        if self._bar is not None and now - self._last > 0.1:
            self._last = now
            self._bar.update(self._task, completed=steps, rate=f"{rate:.3g} steps/s")

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
