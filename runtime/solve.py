"""The loop of every run: step, look, record, until a driver is done; returns an Outcome.

A driver knows its arrays and how to advance them; everything else is here once: the guard against
blow-up, recording, progress, Ctrl-C, checkpoints.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Protocol

from torch import Tensor

from .contract import Outcome, Status
from .faults import UserError
from .observe import Progress, Record, Wish, finite, first_fault

GUARD_EVERY = 256  # units between two looks at least: a sum and a copy an array cost under 1 %
SLICE_SECONDS = 0.1  # between two looks at the keyboard


class RunFailedError(ArithmeticError):
    """A run that did not end well, where that was asked to be an exception; holds its outcome."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.message or outcome.status.value)
        self.outcome = outcome


class Driver(Protocol):
    """How a run advances, in units of its own (bodies of a march, sweeps of a solver)."""

    @property
    def title(self) -> str:
        """What the progress bar calls the run."""

    def init(self) -> int:
        """Make ready; returns the units already done."""

    def first(self) -> Mapping[str, Tensor]:
        """The raw arrays that the run began with, which no step overwrites."""

    def step(self, first: int, count: int) -> None:
        """Advance by `count` units from unit `first` on."""

    def done(self, units: int) -> Status | None:
        """How the run ended, None while it goes on."""

    def left(self, units: int) -> int:
        """How many units it may still go."""

    def state(self) -> Mapping[str, Tensor]:
        """The raw arrays now; the next step may overwrite them."""

    def restore(self, arrays: Mapping[str, Tensor]) -> None:
        """Take these raw arrays for the state."""

    def steps(self, units: int) -> int:
        """The user's steps in that many units."""

    def time(self, units: int) -> float:
        """The time after that many units."""

    def fields(self, units: int) -> Mapping[str, Any]:
        """The fields now, synchronised, by name."""

    def called(self, name: str) -> str:
        """The name of an array in the file."""

    def place(self, name: str, index: Sequence[int]) -> str:
        """Where an index of an array lies, in words."""

    def save(self, units: int, record: Record) -> str:
        """Leave a checkpoint, if one is wanted; returns where."""


@dataclass(slots=True)
class Guard:
    """The last state that was found finite, and what is said when the next one is not."""

    units: int = 0
    good: Mapping[str, Tensor] = field(default_factory=dict)
    mine: dict[str, Tensor] = field(default_factory=dict)

    def keep(self, driver: Driver, units: int) -> None:
        """Copy the state, over the last copy."""
        self.units = units
        for name, array in driver.state().items():
            if name in self.mine:
                self.mine[name].copy_(array.detach())
            else:
                self.mine[name] = array.detach().clone()
        self.good = self.mine

    def replay(self, driver: Driver, bad: int) -> tuple[int, str]:
        """Halve the way from the last good state to a bad one, down to the step between them.

        Leaves the driver before that step; returns its units, and the message.
        """
        while bad - self.units > 1:
            middle = (self.units + bad) // 2
            driver.restore(self.good)
            driver.step(self.units, middle - self.units)
            if finite(driver.state()):
                self.keep(driver, middle)
            else:
                bad = middle
        driver.restore(self.good)
        driver.step(self.units, bad - self.units)
        fault = first_fault(driver.state())
        if fault is None:
            return bad, ""
        driver.restore(self.good)
        return self.units, self._message(driver, self.units, fault)

    @staticmethod
    def _message(driver: Driver, units: int, fault: tuple[str, tuple[int, ...], float]) -> str:
        name, index, value = fault
        step, t = driver.steps(units + 1), driver.time(units + 1)
        where = driver.place(name, index)
        return (
            f"{driver.called(name)} became {value} in step {step} (t = {t:.6g}) at {where}; "
            f"the last good state, after step {driver.steps(units)}, was kept"
        )


@dataclass(slots=True)
class Pace:
    """How many units fit into a slice of time, learnt as the run goes."""

    units: int = 0
    seconds: float = 0.0
    slice: int = 1
    warm: bool = False

    def step(self, driver: Driver, first: int, count: int) -> None:
        """Advance, and learn from it; the first call may compile and is forgotten by the second."""
        begin = time.perf_counter()
        driver.step(first, count)
        spent = time.perf_counter() - begin
        if self.units and not self.warm:
            self.units, self.seconds, self.warm = 0, 0.0, True
        self.units += count
        self.seconds += spent
        if spent < SLICE_SECONDS:
            self.slice = max(self.slice, 2 * count)
        elif spent > 2 * SLICE_SECONDS:
            self.slice = max(1, count // 2)


def _check_begin(driver: Driver) -> None:
    """A run begins with finite values."""
    begin = driver.first()
    fault = None if finite(begin) else first_fault(begin)
    if fault is not None:
        name, index, value = fault
        where = driver.place(name, index)
        field = driver.called(name).partition("[")[0]
        message = f"{driver.called(name)} is {value} at {where}, before the first step"
        raise UserError(message, about=field)


def solve(
    driver: Driver,
    record: Record,
    stops: Sequence[int],
    *,
    guard: bool = True,
    progress: bool = False,
    throw: bool = False,
) -> Outcome:
    """Run a driver to its end; `stops` are the units at which something is recorded, in order.

    With `throw` an end that is none raises RunFailedError.
    """
    units = driver.init()
    if guard:
        _check_begin(driver)
    ahead = sorted({s for s in stops if s > units or (s == units and not record.times)})
    kept, pace, message, status = Guard(units, driver.first()), Pace(), "", None
    bar = Progress(driver.title, driver.steps(units + driver.left(units)), wanted=progress)
    with Wish() as wish, closing(bar):
        while status is None:
            if ahead and ahead[0] == units:
                record(driver.time(units), driver.fields(units))
                del ahead[0]
            status = driver.done(units) or (Status.INTERRUPTED if wish.stop else None)
            if status is not None:
                break
            look = kept.units + max(GUARD_EVERY, pace.slice) if guard else units + pace.slice
            stop = ahead[0] if ahead else look
            count = max(1, min(pace.slice, stop - units, look - units, driver.left(units)))
            pace.step(driver, units, count)
            units += count
            bar.show(driver.steps(units), driver.steps(pace.units) / max(pace.seconds, 1e-9))
            if guard and (units in (stop, look) or driver.done(units)):
                if finite(driver.state()):
                    if units >= look:
                        kept.keep(driver, units)
                else:
                    units, message = kept.replay(driver, units)
                    status = Status.BLEW_UP if message else None
    outcome = Outcome(
        value=driver.fields(units),
        status=status,
        steps=driver.steps(units),
        watched={name: tuple(values) for name, values in record.values.items()},
        times=tuple(record.times),
        message=message,
        checkpoint=driver.save(units, record),
        seconds_per_step=pace.seconds / max(driver.steps(pace.units), 1) if pace.units else None,
    )
    if throw and status not in {Status.DONE, Status.CONVERGED, Status.INTERRUPTED}:
        raise RunFailedError(outcome)
    return outcome
