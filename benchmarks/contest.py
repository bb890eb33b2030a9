"""A contest: all make ready, results are compared, then rounds are timed in alternation.

The time of a step is (T(n) - T(m)) / (n - m), where T(n) is the wall time of a run of n steps from
arrays to arrays and m is n / 8: what a run costs once (buffers, binding, the call) drops out.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import numpy as np

from .cases import Case, Run, Setting
from .contestants import AbsentError, Entry, prepare

COMPARED_STEPS = 5
STEADY = 8  # times as long as what a run costs once varies

# Largest difference after those steps, in units of the largest value.
TOLERANCE = {"float32": 5e-6, "float64": 5e-6}
REFERENCE = "iterant"


@dataclass(slots=True, kw_only=True)
class Score:
    """What one contestant did: seconds a step of each round, and how far its result was off."""

    seconds: list[float] = field(default_factory=list)
    steps: int = 0
    error: float | None = None
    note: str = ""
    absent: str = ""

    @property
    def typical(self) -> float | None:
        """The median of the rounds."""
        return median(self.seconds) if self.seconds else None

    def ratio(self, other: Score) -> float | None:
        """How many times faster this one is: the median over rounds timed side by side."""
        pairs = zip(self.seconds, other.seconds, strict=False)
        ratios = [theirs / ours for ours, theirs in pairs]
        return median(ratios) if ratios else None


@dataclass(slots=True, kw_only=True)
class Contest:
    """A case, its grid, and the score of each contestant in the order of the table."""

    case: Case
    n: int
    scores: dict[str, Score]

    @property
    def shape(self) -> tuple[int, ...]:
        """Points along each axis."""
        return (self.n,) * self.case.axes

    def rate(self, name: str) -> float | None:
        """Grid points times steps a second, in units of 10^9."""
        seconds = self.scores[name].typical if name in self.scores else None
        return None if seconds is None else math.prod(self.shape) / seconds / 1e9

    def ratio(self, name: str) -> float | None:
        """The speed of Iterant in units of a contestant's."""
        if name not in self.scores or REFERENCE not in self.scores:
            return None
        return self.scores[REFERENCE].ratio(self.scores[name])


def hold(
    setting: Setting,
    names: Sequence[str],
    *,
    rounds: int,
    seconds: float,
    tell: Callable[[str], None],
) -> Contest:
    """Everything about one case; `rounds = 0` compares only."""
    scores, ready = make_ready(setting, names, tell)
    for name in list(ready):
        if ready and rounds:
            scores[name].steps = enough(ready[name].run, seconds)
    for number in range(rounds):
        shift = number % len(ready)
        for name in [*ready][shift:] + [*ready][:shift]:
            scores[name].seconds.append(timed(ready[name].run, scores[name].steps))
    contest = Contest(case=setting.case, n=setting.n, scores=scores)
    for name in ready if rounds else ():
        tell(f"  {name}: {contest.rate(name):.3g} GPts/s")
    return contest


def make_ready(
    setting: Setting, names: Sequence[str], tell: Callable[[str], None]
) -> tuple[dict[str, Score], dict[str, Entry]]:
    """Prepare the contestants and compare what they compute; raises WrongError."""
    scores: dict[str, Score] = {}
    ready: dict[str, Entry] = {}
    wanted: tuple[np.ndarray[Any, Any], ...] | None = None
    for name in names:
        score = scores[name] = Score()
        begin = time.perf_counter()
        try:
            entry = prepare(name, setting)
        except AbsentError as reason:
            score.absent = str(reason)
            tell(f"  {name}: {reason}")
            continue
        found = tuple(np.asarray(values) for values in entry.run(COMPARED_STEPS))
        wanted = wanted or found
        score.note = entry.note
        if entry.same:
            score.error = difference(found, wanted)
            if not score.error <= TOLERANCE[entry.dtype]:
                raise WrongError(f"{setting.case.name}: {name} is off by {score.error:.3g}")
        ready[name] = entry
        shown = entry.note if score.error is None else f"off by {score.error:.1e}"
        tell(f"  {name}: ready in {time.perf_counter() - begin:.1f} s, {shown}")
    return scores, ready


class WrongError(Exception):
    """A contestant computes something else than Iterant."""


def difference(found: Sequence[Any], wanted: Sequence[Any]) -> float:
    """The largest difference of fields, in units of their largest value."""
    if [f.shape for f in found] != [w.shape for w in wanted]:
        return math.inf
    largest = max(float(np.abs(w).max()) for w in wanted)
    worst = max(float(np.abs(f - w).max()) for f, w in zip(found, wanted, strict=True))
    return worst / largest


# ---- the clock


def enough(run: Run, seconds: float) -> int:
    """How many steps take about that long, at least 8; what a run costs once is not counted.

    Where that cost varies, as memory that is taken anew each time does, the steps must outweigh it.
    """
    once = [_once(run) for _ in range(5)]
    seconds = max(seconds, STEADY * (max(once) - min(once)))
    steps = 8
    while True:
        each = statistics.median(timed(run, steps) for _ in range(3))
        if steps * each > seconds / 4:
            return max(8, round(seconds / each))
        steps = math.ceil(steps * min(8.0, seconds / 2 / (steps * each)))


def _once(run: Run) -> float:
    """Seconds of the shortest run."""
    begin = time.perf_counter()
    run(1)
    return time.perf_counter() - begin


def timed(run: Run, steps: int) -> float:
    """Seconds a step, without what a run costs once."""
    fewer = steps // 8
    begin = time.perf_counter()
    run(fewer)
    middle = time.perf_counter()
    run(steps)
    end = time.perf_counter()
    rest = (end - middle) - (middle - begin)
    return rest / (steps - fewer) if rest > 0 else (end - middle) / steps
