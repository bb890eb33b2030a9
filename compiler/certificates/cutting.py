"""Parts of a line and of a box, cut in two again and again: leaves, and values that are taken."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import inf

from sympy import Expr

from ...runtime.contract import Json
from .interval import LINE, Bound, Box, Interval
from .pieces import outward
from .weights import middle

CLOSE = Fraction(1, 10**8)
FAR = 4096


@dataclass(slots=True, kw_only=True)
class Node:
    """A part of the line (and of the other names' box): cut in two, or a leaf with its range."""

    line: Interval
    others: Box
    formula: Expr
    kind: str = "ranges"
    found: Interval = LINE
    inner: Interval | None = None  # sup >= low, inf <= high
    cut: tuple[str, Fraction, Node, Node] | None = None

    @property
    def named(self) -> dict[str, Interval]:
        """The other names' intervals."""
        return {str(s.name): v for s, v in self.others.items()}

    def proof(self) -> Json:
        """The tree as a certificate states it."""
        if self.cut is None:
            return self.kind
        name, at, below, above = self.cut
        return [name, str(at), below.proof(), above.proof()]


@dataclass(slots=True)
class Taken:
    """The least and the largest value known to be taken, from inside."""

    low: Bound = inf
    high: Bound = -inf

    @classmethod
    def of(cls, leaves: list[Node]) -> Taken:
        found = cls()
        for node in leaves:
            found.add(node)
        return found

    def add(self, node: Node) -> None:
        if node.inner is not None:
            self.low, self.high = min(self.low, node.inner.high), max(self.high, node.inner.low)
        if node.kind == "exact":
            self.low, self.high = min(self.low, node.found.low), max(self.high, node.found.high)

    def excess(self, node: Node) -> Bound:
        """By how much a box reaches beyond what is taken, less what is close enough."""
        if not (isinstance(self.low, Fraction) and isinstance(self.high, Fraction)):
            return inf
        if -inf == node.found.low or node.found.high == inf:
            return inf
        size: Bound = max(abs(x) for x in (self.low, self.high, Fraction(1, 10**6)))
        return max(self.low - node.found.low, node.found.high - self.high) - CLOSE * size


def beside(node: Node, side: int) -> Node:
    """The piece beside a cut."""
    while node.cut is not None:
        _, _, below, above = node.cut
        node = above if side else below
    return node


def outside(found: Interval, low: Fraction, high: Fraction) -> Bound:
    """By how much a range reaches beyond two ends."""
    return max(low - found.low, found.high - high)


def hull_of(leaves: list[Node]) -> Interval:
    """What holds the ranges of all leaves."""
    return Interval(min(n.found.low for n in leaves), max(n.found.high for n in leaves))


def inside_of(line: Interval) -> Fraction:
    """A number inside a box."""
    low, high = line.low, line.high
    if isinstance(low, Fraction) and isinstance(high, Fraction):
        return (low + high) / 2
    return middle(line)


def where_to_cut(node: Node) -> tuple[str, Fraction | None]:
    """The widest side of a box, and where it is cut."""
    widths = {"@": _width(node.line)} | {str(s.name): _width(v) for s, v in node.others.items()}
    name = max(widths, key=lambda n: widths[n])
    box = node.line if name == "@" else node.named[name]
    at = middle(box)
    finite = abs(node.found.low) != inf != abs(node.found.high)
    simple = at.denominator.bit_length() < 80 and abs(at) < (FAR if finite else 2**60)
    return name, at if simple and box.low < at < box.high else None


def _width(line: Interval) -> Bound:
    low, high = line.low, line.high
    if isinstance(low, Fraction) and isinstance(high, Fraction):
        return high - low
    return Fraction(2)


def simple_ends(whole: Interval, taken: Taken) -> tuple[Fraction, Fraction]:
    """The simplest numbers between what is taken and what is shown."""
    low, high = Fraction(whole.low), Fraction(whole.high)
    ends = []
    for shown, other, side in ((low, taken.low, -1), (high, taken.high, 1)):
        short = shown.limit_denominator(1000)
        slack = 2 * CLOSE * max(Fraction(1), abs(shown))
        known = isinstance(other, Fraction) and side * (short - other) >= -slack
        close = abs(short - shown) <= slack
        ends.append(short if known and close else outward(shown, side))
    return ends[0], ends[1]
