"""Times Iterant against peers and against the machine's limit: `make bench`, or

`python -m benchmarks.run [--quick] [--only NAME] [--contestants A,B] [--compare]`.

A complete run, without options, writes docs/benchmarks.md and benchmarks/results.json; `--again`
with `--only` times these cases anew and puts them in the place of those of that run; any other run
prints its tables. Every contestant's result is compared with Iterant's before it is timed.
"""

from __future__ import annotations

import argparse
import logging
import sys

from .contestants import TABLE
from .machine import described, load, set_up

ROUNDS, SECONDS = 7, 0.8
QUICK_ROUNDS, QUICK_SECONDS = 5, 0.15


def options(arguments: list[str] | None) -> argparse.Namespace:
    """What is wanted."""
    from .cases import CASES

    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__.splitlines()[0])
    known = {case.name for case in CASES} | {"examples", "gradient"}
    parser.add_argument("--quick", action="store_true", help="smaller grids, shorter rounds")
    parser.add_argument("--only", action="append", choices=sorted(known), help="parts to run")
    parser.add_argument("--contestants", default=",".join(TABLE), help="names with commas")
    parser.add_argument("--compare", action="store_true", help="compare on small grids, no times")
    parser.add_argument("--eager", action="store_true", help="compare without torch's compiler")
    parser.add_argument("--again", action="store_true", help="put --only into the last results")
    parser.add_argument("--points", type=int, help="points along each axis, for --compare")
    found = parser.parse_args(arguments)
    found.contestants = found.contestants.split(",")
    if unknown := set(found.contestants) - set(TABLE):
        parser.error(f"unknown contestants: {', '.join(unknown)}; known: {', '.join(TABLE)}")
    return found


def tell(text: str) -> None:
    """One line as the run goes."""
    print(text, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Run what is wanted; 1 when a demand is missed in a complete run."""
    set_up()
    wanted = options(arguments)
    from . import contest, report
    from .cases import CASES, Setting

    logging.getLogger("jax").setLevel(logging.ERROR)
    rounds = 0 if wanted.compare else QUICK_ROUNDS if wanted.quick else ROUNDS
    seconds = QUICK_SECONDS if wanted.quick else SECONDS
    loads, contests = [load()], []
    for case in CASES:
        if wanted.only and case.name not in wanted.only:
            continue
        n = (wanted.points or case.small) if wanted.compare else case.size
        n = case.quick if wanted.quick and not wanted.compare else n
        tell(f"{case.title}, {n} points an axis")
        setting = Setting(case=case, n=n, compiled=not (wanted.compare and wanted.eager))
        held = contest.hold(setting, wanted.contestants, rounds=rounds, seconds=seconds, tell=tell)
        contests.append(held)
        loads.append(load())
    if wanted.compare:
        return 0
    results = report.Results(
        machine=described(),
        loads=loads,
        rounds=rounds,
        contests=contests,
        examples=examples(wanted),
        gradient=gradient(wanted),
    )
    complete = not wanted.quick and wanted.contestants == [*TABLE]
    results = report.renewed(results) if wanted.again and complete else results
    tell(report.markdown(results))
    if complete and (wanted.again or not wanted.only):
        report.write(results)
        tell(f"wrote {report.PAGE.relative_to(report.ROOT)} and {report.RESULTS.name}")
        return int(any(line.verdict == "missed" for line in results.lines))
    return 0


def examples(wanted: argparse.Namespace) -> list[dict[str, object]]:
    """Times from text to code."""
    if wanted.only and "examples" not in wanted.only:
        return []
    from .compiling import measure

    tell("from text to code")
    return measure(1 if wanted.quick else 3, tell)


def gradient(wanted: argparse.Namespace) -> dict[str, object]:
    """Times of a gradient."""
    if wanted.only and "gradient" not in wanted.only:
        return {}
    from .gradients import measure

    tell("gradient through 50 steps")
    return measure(3 if wanted.quick else 7, tell)


if __name__ == "__main__":
    sys.exit(main())
