"""What happens with a step that is too large: `python -m benchmarks.too_large`.

Every peer marches with the same step from the same values; what it says is caught, and the largest
value that it returns is noted beside it. Iterant is asked to compile the scheme. The table goes
into docs/benchmarks.md.
"""

from __future__ import annotations

import contextlib
import io
import re
import sys
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata

import numpy as np

from .report import PAGE, table
from .steps.peers import PEERS, Peer
from .steps.problems import PROBLEMS, Problem

BEGIN, END = "<!-- too large: begin, written by `make bench` -->", "<!-- too large: end -->"
ABOUT_ARRAYS = (DeprecationWarning, FutureWarning)  # say nothing about the run


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a program said about a march, and the largest value in the end, None without one."""

    said: tuple[str, ...]
    largest: float | None


def heard(peer: Peer, problem: Problem) -> Told:
    """Run a peer and listen: warnings, what it prints as errors, exceptions."""
    errors, largest, raised = io.StringIO(), None, list[str]()
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stderr(errors):
        warnings.simplefilter("always")
        try:
            largest = float(np.abs(peer(problem)).max())
        except Exception as fault:  # noqa: BLE001
            # a refusal of any kind is what is looked for
            raised = [f"{type(fault).__name__}: {fault}"]
    warned = [str(w.message) for w in caught if not issubclass(w.category, ABOUT_ARRAYS)]
    said = (*dict.fromkeys(warned), *errors.getvalue().splitlines(), *raised)
    return Told(said=said, largest=largest)


def refused(problem: Problem) -> Told:
    """What Iterant says when it is asked to compile the scheme."""
    import iterant

    try:
        iterant.compile(problem.scheme)
    except iterant.SchemeError as refusal:
        message = refusal.diagnostics[0].message
        return Told(said=(message,), largest=None)
    raise AssertionError(f"{problem.title} was compiled")


def rows(peers: Mapping[str, Peer]) -> Iterator[tuple[str, str, str, str]]:
    """Problem, program, what it said, the largest value."""
    for problem in PROBLEMS.values():
        found = {name: heard(peer, problem) for name, peer in peers.items()}
        for name, told in {"Iterant": refused(problem), **found}.items():
            largest = "not run" if told.largest is None else f"{told.largest:.1e}"
            said = "; ".join(told.said) or "nothing"
            yield problem.title, name, re.sub(r"\s+", " ", said).replace("|", r"\|"), largest


def versions() -> str:
    """Which programs these were."""
    return ", ".join(f"{name} {metadata.version(name)}" for name in PEERS)


def main() -> int:
    """Write the table."""
    found = table(
        ["step", "program", "what it says", "largest value after 400 steps, 1 at first"],
        rows(PEERS),
    )
    body = f"{BEGIN}\n\n{found}\n\n{versions()}.\n\n{END}"
    page = PAGE.read_text(encoding="utf-8")
    pattern = re.compile(re.escape(BEGIN) + ".*" + re.escape(END), re.DOTALL)
    if not pattern.search(page):
        raise ValueError(f"{PAGE.name} has lost its markers")
    PAGE.write_text(pattern.sub(lambda _: body, page), encoding="utf-8")
    print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
