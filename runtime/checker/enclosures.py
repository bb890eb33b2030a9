"""Ranges of f' and of f(s)/s on an interval of "@", from jets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from .germs import Size, plain
from .jets import Calculus, Jet, Place
from .ranges import LINE, ONE, Range, Rejected, only
from .trees import Tree, extent


def places(line: Range) -> list[Place]:
    """An interval as a plain box, and as a germ where it begins at 0 or ends at infinity."""
    found = [Place(line.low, line.high, germ=False)]
    bounded = all(isinstance(e, Fraction) for e in line.ends)
    if (bounded and 0 in line.ends) or (not bounded and (line.low > 0 or line.high < 0)):
        found.append(Place(line.low, line.high, germ=True))
    return found


def found_slope(tree: Tree, line: Range, box: Mapping[str, Range]) -> Range:
    """The range of f' on an interval, the best of what its places say."""
    best = LINE
    for place in places(line):
        try:
            found = slope_range(Calculus(place, box), tree)
        except Rejected:
            continue
        best = Range(max(best.low, found.low), min(best.high, found.high))
    return best


def found_sector(tree: Tree, line: Range, box: Mapping[str, Range]) -> Range:
    """The range of f(s)/s on an interval; where f(0) = 0 at its end that of f' holds it."""
    if line.low < 0 < line.high:
        raise Rejected("an interval of a sector holds 0 inside")
    best = LINE
    for place in places(line):
        try:
            found = quotient_range(Calculus(place, box), tree)
            best = Range(max(best.low, found.low), min(best.high, found.high))
        except Rejected:
            continue
    if 0 in line.ends:
        try:
            zero = extent(tree, {**box, "@": only(0)})
            found = slope_range(Calculus(Place(line.low, line.high, germ=False), box), tree)
        except Rejected:
            return best
        if zero == only(0):
            best = Range(max(best.low, found.low), min(best.high, found.high))
    return best


def slope_range(calculus: Calculus, tree: Tree) -> Range:
    """The range of f' on the place: directly, and around the middle of a bounded box."""
    found = calculus.jet(tree)
    direct = calculus.germ.range(found.slope)
    return _around(calculus, tree, direct, found.bend, lambda c, jet: c.germ.range(jet.slope))


def _around(
    calculus: Calculus,
    tree: Tree,
    direct: Range,
    rate: Size,
    of: Callable[[Calculus, Jet], Range],
) -> Range:
    """F(m) + F'(box) (box - m), where that says more than the direct range."""
    box = calculus.place.box
    bend = calculus.germ.range(rate)
    if LINE in (bend, box) or not all(
        isinstance(e, Fraction) for e in (*bend.ends, *box.ends)
    ) or box.low == box.high:  # fmt: skip
        return direct
    middle = (box.low + box.high) / 2
    assert isinstance(middle, Fraction)
    at = Calculus(Place(middle, middle, germ=False), calculus.box)
    near = of(at, at.jet(tree)) + bend * Range(box.low - middle, box.high - middle)
    return Range(max(direct.low, near.low), min(direct.high, near.high))


def quotient_range(calculus: Calculus, tree: Tree) -> Range:
    """The range of f(s)/s on a place that does not hold 0 inside."""
    g, found, s = calculus.germ, calculus.jet(tree), calculus.place.variable
    direct = LINE
    if found.quotient:
        direct = g.range(found.quotient)
    if s.log is None:
        return direct
    other = g.range(g.times(found.value, s.log))
    direct = Range(max(direct.low, other.low), min(direct.high, other.high))
    rate = g.times(g.add(found.slope, g.scaled(-ONE, plain(direct))), s.log)
    return _around(calculus, tree, direct, rate, _quotient_at)


def _quotient_at(calculus: Calculus, jet: Jet) -> Range:
    assert calculus.place.variable.log is not None
    return calculus.germ.range(calculus.germ.times(jet.value, calculus.place.variable.log))
