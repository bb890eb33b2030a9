"""Bounds of f' and of f(s)/s for all s, shown on the leaves of a tree of cuts of the line.

A cut is [name, place, below, above]; name is "@" or a parameter. A leaf is "ranges", by intervals,
or "exact", by Sturm sequences of a rational function. f' is bounded almost everywhere and f is
continuous, which is shown at every cut: so (f(a) - f(b)) / (a - b) is bounded too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from .enclosures import found_sector, found_slope, places
from .jets import Calculus
from .pieces import Piece
from .ranges import LINE, Range, Rejected, only
from .trees import Tree, decided, extent, number

JUMPS = {"where", "sign", "heaviside"}
DEEPEST = 120


def contains(outer: Range, inner: Range) -> bool:
    """The inner range lies in the outer one."""
    return outer.low <= inner.low and inner.high <= outer.high


class Slopes:
    """The bounds of one formula in "@", parameters in a box of ranges."""

    def __init__(self, tree: Tree, box: Mapping[str, Range]) -> None:
        self.tree, self.box = tree, dict(box)
        self.jumps = bool(words(tree) & JUMPS)

    def slope(self, bounds: Range, cuts: Any, *, through_zero: bool) -> None:
        """f' in bounds; `through_zero`: |f| <= c |s| is known, so f is continuous at 0."""
        if self.jumps and set(self.box) & names_in(self.tree):
            raise Rejected("a formula with conditions depends on parameters with ranges")
        self._cut(LINE, self.box, cuts, bounds, 0, sector=False)
        self._joins(cuts, through_zero=through_zero)

    def sector(self, bounds: Range, cuts: Any) -> None:
        """f(s)/s in bounds for s != 0."""
        self._cut(LINE, self.box, cuts, bounds, 0, sector=True)
        for cut, ends, here in self._cuts(LINE, cuts) if self.jumps else ():
            if cut and here not in ends:
                found = extent(here, {**self.box, "@": only(cut)}) * only(1 / cut)
                if not contains(bounds, found):
                    raise Rejected("a formula with conditions leaves its sector at a cut")

    def _cut(
        self, line: Range, box: dict[str, Range], cuts: Any, bounds: Range, deep: int, *,
        sector: bool,
    ) -> None:  # fmt: skip
        if deep > DEEPEST:
            raise Rejected("a tree of cuts is too deep")
        if isinstance(cuts, str):
            self._leaf(line, box, cuts, bounds, sector=sector)
            return
        name, text, below, above = cuts
        cut = Fraction(text)
        whole = line if name == "@" else box[name]
        if not whole.low < cut < whole.high:
            raise Rejected("a cut lies outside its box")
        for half, inner in ((Range(whole.low, cut), below), (Range(cut, whole.high), above)):
            if name == "@":
                self._cut(half, box, inner, bounds, deep + 1, sector=sector)
            else:
                self._cut(line, {**box, name: half}, inner, bounds, deep + 1, sector=sector)

    def _leaf(
        self, line: Range, box: dict[str, Range], kind: str, bounds: Range, *, sector: bool
    ) -> None:
        tree = settled(self.tree, line, box)
        if kind == "exact":
            piece = Piece(line)
            f = piece.of(tree)
            shown = piece.sector_within(f, bounds) if sector else piece.slope_within(f, bounds)
        elif kind == "ranges":
            found = found_sector(tree, line, box) if sector else found_slope(tree, line, box)
            shown = contains(bounds, found)
        else:
            raise Rejected("a leaf of a tree of cuts is unknown")
        if not shown:
            raise Rejected("a slope or a sector is not shown to lie in its bounds")

    # ---- continuity

    def _joins(self, cuts: Any, *, through_zero: bool) -> None:
        """The formula is continuous at every cut of the variable."""
        for cut, ends, here in self._cuts(LINE, cuts):
            at = {**self.box, "@": only(cut)}
            if not cut and through_zero:
                if self.jumps and extent(here, at) != only(0):
                    raise Rejected("a formula with conditions may jump at 0")
                continue
            found = [extent(tree, at) for tree in (*ends, here)]
            if any(not isinstance(e, Fraction) for r in found for e in r.ends):
                raise Rejected("a formula may be unbounded at a cut")
            alike = all(r == found[0] and r.low == r.high for r in found)
            if not alike and not ends[0] == ends[1] == here:
                raise Rejected("a formula may jump at a cut")

    def _cuts(self, line: Range, cuts: Any) -> Iterator[tuple[Fraction, tuple[Tree, Tree], Tree]]:
        """Each cut of the variable, with the formula on both sides and at the place itself."""
        if isinstance(cuts, str):
            return
        name, text, below, above = cuts
        if name != "@":
            yield from self._cuts(line, below)
            yield from self._cuts(line, above)
            return
        cut = Fraction(text)
        left, right = Range(line.low, cut), Range(cut, line.high)
        ends, here = (self.tree, self.tree), self.tree
        if self.jumps:
            sides = _last(left, below, True), _last(right, above, False)
            ends = settled(self.tree, sides[0], self.box), settled(self.tree, sides[1], self.box)
            here = _at_point(self.tree, {**self.box, "@": only(cut)})
        yield cut, ends, here
        yield from self._cuts(left, below)
        yield from self._cuts(right, above)


def _last(line: Range, cuts: Any, last: bool) -> Range:
    """The last or the first interval of a tree."""
    while not isinstance(cuts, str):
        name, text, below, above = cuts
        if name == "@":
            cut = Fraction(text)
            line = Range(cut, line.high) if last else Range(line.low, cut)
        cuts = above if last else below
    return line


def names_in(tree: Tree) -> set[str]:
    """The names and numbers of a formula."""
    return {tree} if isinstance(tree, str) else set().union(*(names_in(a) for a in tree[1:]))


def words(tree: Tree) -> set[str]:
    """The functions and operations of a formula."""
    return set() if isinstance(tree, str) else {tree[0]}.union(*(words(a) for a in tree[1:]))


# ---- conditions


def settled(tree: Tree, line: Range, box: Mapping[str, Range]) -> Tree:
    """The formula with its conditions decided: each holds inside the whole interval, or nowhere."""
    if isinstance(tree, str):
        return tree
    word, *arguments = tree
    if word == "where":
        held = _held(arguments[0], line, box)
        return settled(arguments[1 if held else 2], line, box)
    inner = [settled(a, line, box) for a in arguments]
    if word == "sign":
        return str(_side(inner[0], line, box))
    if word == "heaviside":
        return str(int(_side(inner[0], line, box) > 0))
    return [word, *inner]


def _at_point(tree: Tree, at: Mapping[str, Range]) -> Tree:
    """The formula with its conditions decided at one place."""
    if isinstance(tree, str):
        return tree
    word, *arguments = tree
    if word == "where":
        held = decided(arguments[0], at)
        if held is None:
            raise Rejected("a condition is not decided at a cut")
        return _at_point(arguments[1 if held else 2], at)
    inner = [_at_point(a, at) for a in arguments]
    if word in {"sign", "heaviside"}:
        found = extent([word, inner[0]], at)
        if found.low != found.high:
            raise Rejected("a sign is not decided at a cut")
        return str(found.low)
    return [word, *inner]


def _held(tree: Tree, line: Range, box: Mapping[str, Range]) -> bool:
    word, *arguments = tree
    if word in {"and", "or"}:
        found = [_held(a, line, box) for a in arguments]
        return all(found) if word == "and" else any(found)
    if word == "not":
        return not _held(arguments[0], line, box)
    if word not in {"<", "<=", ">", ">="}:
        raise Rejected("a condition is not decided on an interval")
    a, b = (settled(x, line, box) for x in arguments)
    side = _side(["+", a, ["*", "-1", b]], line, box)
    return side < 0 if word in {"<", "<="} else side > 0


def _side(tree: Tree, line: Range, box: Mapping[str, Range]) -> int:
    """The strict sign inside an interval: it may vanish at an end, where its slope does not."""
    for place in places(line):
        calculus = Calculus(place, box)
        try:
            found = calculus.jet(tree)
        except Rejected:
            continue
        part, slope = found.value.part, found.slope.part
        turns = slope.low > 0 or slope.high < 0
        if part.low > 0 or (part.low == 0 and turns):
            return 1
        if part.high < 0 or (part.high == 0 and turns):
            return -1
        whole = calculus.germ.range(found.value)
        if turns and (whole.low >= 0 or whole.high <= 0):
            return 1 if whole.low >= 0 else -1
    value = number(tree)
    if value:
        return 1 if value > 0 else -1
    raise Rejected("a condition is not decided on an interval")
