"""What is asked of the figures, and whether it is met."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .contest import Contest

HAND = 0.9  # of the speed of the hand-found form
HAND_LINE = 1.5  # times the time of the hand-written loop on 256 points
CODE, COMMAND = 0.5, 1.5  # seconds
SAVED, GRADIENT = 1.0, 2.0  # arrays a step; times as fast


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One demand: what was found, what was asked, and whether that is at least or at most."""

    title: str
    found: float | None
    asked: float
    at_most: bool = False

    @property
    def verdict(self) -> str:
        """met, missed or not measured."""
        if self.found is None:
            return "not measured"
        met = self.found <= self.asked if self.at_most else self.found >= self.asked
        return "met" if met else "missed"


def lines(
    contests: Sequence[Contest], examples: Sequence[Mapping[str, Any]], gradient: Mapping[str, Any]
) -> Iterator[Line]:
    """All demands, in the order of the tables."""
    for contest in contests:
        case, hand = contest.case, contest.ratio("hand")
        if case.axes == 1:
            title = f"{case.title}: time, in units of the hand-written loop's"
            yield Line(title=title, found=hand and 1 / hand, asked=HAND_LINE, at_most=True)
        else:
            title = f"{case.title}: speed, in units of the hand-found form's"
            yield Line(title=title, found=hand, asked=HAND)
        if case.devito is not None:
            title = f"{case.title}: speed, in units of Devito's"
            yield Line(title=title, found=contest.ratio("devito"), asked=case.devito)
    if examples:
        code = max(row["code"] for row in examples if row["code"] is not None)
        command = max(row["command"] for row in examples)
        yield Line(title="text to code, slowest example, s", found=code, asked=CODE, at_most=True)
        title = "`iterant compile`, slowest example, s"
        yield Line(title=title, found=command, asked=COMMAND, at_most=True)
        loaded = float(sum(row["torch"] for row in examples))
        yield Line(title="examples that load torch to compile", found=loaded, asked=0, at_most=True)
    if gradient:
        title = "gradient of 50 Perona-Malik steps: speed, in units of eager's"
        yield Line(title=title, found=gradient["ratio"], asked=GRADIENT)
        saved = gradient["saved"]["march"]
        title = "gradient of 50 Perona-Malik steps: arrays saved a step"
        yield Line(title=title, found=saved, asked=SAVED, at_most=True)
