"""The figures as Markdown tables in `docs/benchmarks.md`, and as JSON."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from .acceptance import Line, lines
from .cases import CASES
from .contest import Contest, Score
from .contestants import TABLE

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
RESULTS = ROOT / "benchmarks" / "results.json"
BEGIN, END = "<!-- figures: begin, written by `make bench` -->", "<!-- figures: end -->"


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Everything one run of the benchmarks found."""

    machine: Mapping[str, str]
    loads: Sequence[float]
    rounds: int
    contests: Sequence[Contest]
    examples: Sequence[Mapping[str, Any]] = ()
    gradient: Mapping[str, Any] = field(default_factory=dict)
    again: Sequence[str] = ()  # cases that were timed after the complete run

    @property
    def lines(self) -> tuple[Line, ...]:
        """What was asked of the figures."""
        return tuple(lines(self.contests, self.examples, self.gradient))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the others are numbers.

    >>> print(table(["what", "s"], [["a", "1"]]))
    | what | s |
    |:--|--:|
    | a | 1 |
    """
    ruler = ["", ":--", *["--:"] * (len(head) - 1), ""]
    shown = [["", *row, ""] for row in (head, *rows)]
    texts = [" | ".join(row).strip() for row in shown]
    return "\n".join([texts[0], "|".join(ruler), *texts[1:]])


def number(value: float | None, digits: int = 3) -> str:
    """A number with that many digits.

    >>> number(1.2345), number(1234.5), number(0.08433), number(None), number(0.0)
    ('1.23', '1234', '0.0843', '-', '0.00')
    """
    if value is None:
        return "-"
    size = math.floor(math.log10(abs(value))) if value else 0
    return f"{value:.{max(0, digits - 1 - size)}f}" if size > -4 else f"{value:.1e}"


# ---- tables


def markdown(results: Results) -> str:
    """All tables of a run."""
    loads = results.loads
    low, high = (f"{load:.1f}" for load in (min(loads), max(loads)))
    busy = f"Load average during the run: {low} to {high}; medians of {results.rounds} rounds."
    titles = [c.case.title for c in results.contests if c.case.name in results.again]
    busy += f" Timed anew, after a change of the code: {'; '.join(titles)}." if titles else ""
    parts = [
        "### Machine",
        "\n".join(f"- {name}: {text}" for name, text in results.machine.items()) + f"\n\n{busy}",
        "### Speed, in 10^9 grid points times steps a second",
        speeds(results.contests),
        "### Speed of Iterant in units of each contestant's",
        ratios(results.contests),
        *remarks(results.contests),
    ]
    if results.gradient:
        parts += ["### Gradient through 50 Perona-Malik steps, 512^2", steps(results.gradient)]
    if results.examples:
        parts += ["### From text to code, seconds", examples(results.examples)]
    parts += ["### What is asked", demands(results.lines)]
    return "\n\n".join(parts)


def names(contests: Sequence[Contest]) -> list[str]:
    """The contestants of a run, in the order of their table."""
    return [name for name in TABLE if any(name in contest.scores for contest in contests)]


def titled(contest: Contest) -> str:
    """A case and its grid."""
    sizes = set(contest.shape)
    size = f"{sizes.pop()}^{len(contest.shape)}" if len(contest.shape) > 1 else f"{contest.n}"
    return f"{contest.case.title}, {size}"


def spread(contest: Contest, name: str) -> str:
    """The median speed, with the slowest and the fastest round."""
    score = contest.scores.get(name, Score())
    points = math.prod(contest.shape) / 1e9
    rates = sorted(points / s for s in score.seconds)
    if not rates:
        return "-"
    return f"{number(contest.rate(name))} ({number(rates[0])} to {number(rates[-1])})"


def speeds(contests: Sequence[Contest]) -> str:
    """GPts/s of every contestant."""
    wanted = names(contests)
    head = ["case", *(TABLE[name][2] for name in wanted)]
    return table(head, ([titled(c), *(spread(c, name) for name in wanted)] for c in contests))


def ratios(contests: Sequence[Contest]) -> str:
    """Iterant against each other contestant: medians of rounds timed side by side."""
    wanted = [name for name in names(contests) if name != "iterant"]
    head = ["case", *(TABLE[name][2] for name in wanted)]
    return table(head, ([titled(c), *(number(c.ratio(name)) for name in wanted)] for c in contests))


def remarks(contests: Sequence[Contest]) -> Iterator[str]:
    """Who computed something else, who did not take part, and how far results differed."""
    found = []
    for name in names(contests):
        notes: dict[str, list[str]] = {}
        for contest in contests:
            score = contest.scores.get(name, Score())
            if score.note or score.absent:
                notes.setdefault(score.note or score.absent, []).append(contest.case.title)
        for text, cases in notes.items():
            where = "" if len(cases) == len(contests) else f" ({'; '.join(cases)})"
            found.append(f"- {TABLE[name][2]}: {text}{where}")
    errors = [s.error for c in contests for s in c.scores.values() if s.error is not None]
    if errors:
        found.append(
            f"- Results after 5 steps on these grids differ from Iterant's by {max(errors):.1e} of "
            "the largest value at most, where the scheme is the same."
        )
    if found:
        yield "\n".join(found)


def steps(gradient: Mapping[str, Any]) -> str:
    """Forward and backward, a step."""
    titles = {"march": "marched by the runtime", "eager": "the module, eagerly"}
    return table(
        ["way", "ms a step", "arrays saved a step"],
        (
            [title, number(1e3 * gradient["seconds"][way]), number(gradient["saved"][way])]
            for way, title in titles.items()
        ),
    )


def examples(rows: Sequence[Mapping[str, Any]]) -> str:
    """Every example."""
    return table(
        ["example", "text to code", "whole command", "remark"],
        ([row["name"], number(row["code"]), number(row["command"]), row["fault"]] for row in rows),
    )


def demands(asked: Sequence[Line]) -> str:
    """Each demand with what was found."""
    return table(
        ["", "found", "asked", ""],
        (
            [
                line.title,
                number(line.found),
                f"{'at most' if line.at_most else 'at least'} {line.asked:g}",
                line.verdict,
            ]
            for line in asked
        ),
    )


# ---- files


def renewed(found: Results) -> Results:
    """The last complete run with these contests in the place of its own."""
    past = json.loads(RESULTS.read_text(encoding="utf-8"))
    new = {contest.case.name: contest for contest in found.contests}
    names = {f.name for f in fields(Score)}
    contests = [
        new.get(case.name)
        or Contest(
            case=case,
            n=past["cases"][case.name]["shape"][0],
            scores={
                name: Score(**{k: v for k, v in score.items() if k in names})
                for name, score in past["cases"][case.name]["contestants"].items()
            },
        )
        for case in CASES
        if case.name in new or case.name in past["cases"]
    ]
    return replace(
        found,
        loads=[*past["loads"], *found.loads],
        contests=contests,
        examples=past["examples"],
        gradient=past["gradient"],
        again=sorted({*past.get("again", ()), *new}),
    )


def write(results: Results) -> None:
    """Put the tables between the markers of the page, and everything into the JSON file."""
    page = PAGE.read_text(encoding="utf-8")
    if BEGIN not in page or END not in page:
        raise ValueError(f"{PAGE.name} has lost its markers")
    body = f"{BEGIN}\n\n{markdown(results)}\n\n{END}"
    pattern = re.compile(re.escape(BEGIN) + ".*" + re.escape(END), re.DOTALL)
    PAGE.write_text(pattern.sub(lambda _: body, page), encoding="utf-8")
    RESULTS.write_text(json.dumps(plain(results), indent=1) + "\n", encoding="utf-8")


def plain(results: Results) -> dict[str, Any]:
    """The results as JSON holds them."""
    return {
        "machine": dict(results.machine),
        "loads": list(results.loads),
        "rounds": results.rounds,
        "cases": {
            contest.case.name: {
                "shape": list(contest.shape),
                "contestants": {
                    name: {
                        **asdict(score),
                        "gpts": contest.rate(name),
                        "iterant_ratio": contest.ratio(name),
                    }
                    for name, score in contest.scores.items()
                },
            }
            for contest in results.contests
        },
        "examples": [dict(row) for row in results.examples],
        "gradient": dict(results.gradient),
        "again": list(results.again),
        "asked": [{**asdict(line), "verdict": line.verdict} for line in results.lines],
    }
