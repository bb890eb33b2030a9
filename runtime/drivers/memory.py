"""The memory of a run, before any of it is taken: a rehearsal on tensors that hold no values.

Torch's device "meta" keeps shapes alone. The buffers of a march are made there and one body is run,
while a ledger counts the bytes that would be alive; nothing is computed. What `start` makes is
counted by shape.
"""

from __future__ import annotations

import copy
import math
import weakref
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from .. import kernels
from ..faults import UserError
from ..problem import Arrays, Problem
from .inplace import InPlace

MOST = 64  # times the bytes of its arrays: a run without a network takes less, by far
_CGROUPS = (  # limit and use of a container, bytes; then the statistics that name what can be freed
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
)


class Ledger(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the bytes of all storages made while it is active: `alive` now, `peak` at most."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.alive = self.peak = 0
        self._known: set[int] = set()

    def __torch_dispatch__(
        self, function: Any, types: Any, arguments: Any = (), options: Any = None
    ) -> Any:
        result = function(*arguments, **(options or {}))
        for value in result if isinstance(result, tuple | list) else (result,):
            if isinstance(value, Tensor):
                self._note(value.untyped_storage())
        return result

    def _note(self, storage: torch.UntypedStorage) -> None:
        key, size = storage._cdata, storage.nbytes()
        if key in self._known:
            return
        self._known.add(key)
        self.alive += size
        self.peak = max(self.peak, self.alive)
        weakref.finalize(storage, self._forget, key, size)

    def _forget(self, key: int, size: int) -> None:
        self._known.discard(key)
        self.alive -= size


def needed(problem: Problem) -> int:
    """Bytes that an eager run of a problem has alive at once, its inputs included."""
    meta = replace(
        problem,
        device=torch.device("meta"),
        scalars={n: _bare(v) for n, v in problem.scalars.items()},
    )
    read = {name for turn in problem.turns for name in (*turn.stage.padded, *turn.stage.plain)}
    written = {name for turn in problem.turns for name in turn.stage.writes}
    levels = _empty(meta, problem.plan.levels)
    static = _empty(meta, read - written - set(levels))
    given = _bytes(levels) + _bytes(static)
    largest = max(math.prod(problem.shape(name)) for name in problem.plan.levels)
    formula = 2 * 8 * largest  # values of a formula in float64, and what they are made of
    ledger = Ledger()
    with ledger:
        way = InPlace(meta, static, kernels.plain, name="eager")
        way.put(levels)
        kept = {name: array.clone() for name, array in levels.items()}
        way.advance(0, 1)
        found = {name: array.clone() for name, array in way.take().items()}
    del kept, found
    return given + max(ledger.peak, formula)


def check(problem: Problem) -> None:
    """Refuse a run for which there is not enough memory, before it takes any."""
    arrays = {*problem.plan.levels, *(n for turn in problem.turns for n in turn.stage.writes)}
    size = torch.zeros((), dtype=problem.dtype).element_size()
    least = size * sum(math.prod(problem.shape(name)) for name in arrays)
    free = available(problem.device)
    if free is None or (MOST * least <= free and not kernels.learned(problem.scalars.values())):
        return
    need = needed(problem)
    if need <= free:
        return
    share = (free / need) ** (1 / len(problem.counts))
    fits = " by ".join(str(_rounded(share * n)) for n in problem.counts)
    by = " by ".join(map(str, problem.counts))
    kind = str(problem.dtype).removeprefix("torch.")
    raise UserError(
        f"this run on {by} points in {kind} needs about {_gib(need)} of memory, and {_gib(free)}"
        " are free",
        f"about {fits} points fit" + (", or twice as many in float32" if kind == "float64" else ""),
        about="grid",
    )


def available(device: torch.device) -> int | None:
    """Bytes that may still be taken on a device, as the system says; None where it says nothing."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    if device.type != "cpu":
        return None
    found = [_meminfo(), *(_container(*paths) for paths in _CGROUPS)]
    return min((n for n in found if n is not None), default=None)


def _meminfo() -> int | None:
    rows = (line.partition(":") for line in _lines(Path("/proc/meminfo")))
    found = {name: 1024 * int(rest.split()[0]) for name, _, rest in rows}
    return found["MemAvailable"] + found.get("SwapFree", 0) if "MemAvailable" in found else None


def _container(limit: str, use: str) -> int | None:
    """What is left of the limit of a container; file pages that nobody uses are as good as free."""
    most, now = _lines(Path(limit)), _lines(Path(use))
    if not most or not now or not most[0].isdecimal():
        return None
    statistics = dict(line.split() for line in _lines(Path(use).with_name("memory.stat")))
    idle = int(statistics.get("total_inactive_file", statistics.get("inactive_file", 0)))
    return max(0, int(most[0]) - int(now[0]) + idle)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []


def _gib(size: int) -> str:
    """A size in GiB, two digits.

    >>> _gib(3 * 2**30), _gib(345 * 2**30)
    ('3.0 GiB', '345 GiB')
    """
    value = size / 2**30
    return f"{value:.0f} GiB" if value >= 100 else f"{value:.1f} GiB"


def _rounded(count: float) -> int:
    """A number of points that is not above, with two digits.

    >>> _rounded(19957.3), _rounded(7.9)
    (19000, 7)
    """
    scale: int = 10 ** max(0, len(str(int(count))) - 2)
    return max(1, int(count) // scale * scale)


def _empty(problem: Problem, names: Any) -> Arrays:
    kind: dict[str, Any] = {"dtype": problem.dtype, "device": problem.device}
    return {name: torch.empty(problem.shape(name), **kind) for name in names}


def _bytes(arrays: Arrays) -> int:
    return sum(array.nbytes for array in arrays.values())


def _bare(value: Any) -> Any:
    """A scalar or a network without its values."""
    return copy.deepcopy(value).to("meta") if isinstance(value, nn.Module) else value.to("meta")
