"""Enclosures of f' and of f(s)/s on boxes of one variable, from jets of a formula."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from sympy import Expr, Symbol

from .extent import extent
from .germs import NONE, ONE, UNIT, UNKNOWN, Germ, Growth, meet, steady
from .interval import LINE, Box, Interval, NoRange, add, multiply, point, reciprocal
from .jets import Jet, Jets


def jets_on(variable: Symbol, line: Interval, others: Box, *, germ: bool) -> Jets:
    """The rules on one box; `germ`: it begins at 0 or ends at infinity, by powers of u."""
    low, high = line.low, line.high
    if not germ:
        known = low > 0 or high < 0
        relative = steady(reciprocal(line)) if known else None
        s = Jet(steady(line), UNIT, NONE, relative, UNIT)
        return Jets(variable, line, others, Germ(), s)
    near = isinstance(low, Fraction) and isinstance(high, Fraction)
    sign = 1 if low >= 0 else -1
    end = max(abs(e) for e in (low, high) if isinstance(e, Fraction))
    power, top = (ONE, end) if near else (-ONE, 1 / end)
    s = Jet(Growth(power, point(sign)), UNIT, NONE, Growth(-power, point(sign)), UNIT)
    return Jets(variable, line, others, Germ(top), s)


def views(variable: Symbol, line: Interval, others: Box) -> list[Jets]:
    """A box as it is, and by powers of u where it begins at 0 or ends at infinity."""
    found = [jets_on(variable, line, others, germ=False)]
    bounded = isinstance(line.low, Fraction) and isinstance(line.high, Fraction)
    if (bounded and 0 in (line.low, line.high)) or (
        not bounded and (line.low > 0 or line.high < 0)
    ):
        found.append(jets_on(variable, line, others, germ=True))
    return found


def slope_range(variable: Symbol, formula: Expr, line: Interval, others: Box) -> Interval:
    """An interval that holds f' on a box."""
    best = LINE
    for jets in views(variable, line, others):
        try:
            best = meet(best, _slope(jets, formula))
        except NoRange:
            continue
    return best


def _slope(jets: Jets, formula: Expr) -> Interval:
    jet = jets.of(formula)
    direct = jets.germ.values(jet.slope)
    return _centred(jets, direct, jets.germ.values(jet.bend),
                    lambda at: at.germ.values(at.of(formula).slope))  # fmt: skip


def _centred(
    jets: Jets, direct: Interval, rate: Interval, value: Callable[[Jets], Interval]
) -> Interval:
    """F(m) + F'(box) (box - m) beside the direct range."""
    low, high = jets.line.low, jets.line.high
    if not (isinstance(low, Fraction) and isinstance(high, Fraction)) or low == high:
        return direct
    if not (isinstance(rate.low, Fraction) and isinstance(rate.high, Fraction)):
        return direct
    m = (low + high) / 2
    at = value(jets_on(jets.variable, point(m), jets.others, germ=False))
    return meet(direct, add(at, multiply(rate, Interval(low - m, high - m))))


def ratio_range(variable: Symbol, formula: Expr, line: Interval, others: Box) -> Interval:
    """An interval that holds f(s)/s on a box without 0 inside."""
    best = LINE
    for jets in views(variable, line, others):
        try:
            best = meet(best, _ratio(jets, formula))
        except NoRange:
            continue
    if 0 in (line.low, line.high):
        try:
            zero = extent(formula, {**others, variable: point(0)})
            slope = _slope(jets_on(variable, line, others, germ=False), formula)
        except NoRange:
            return best
        best = meet(best, slope) if zero == point(0) else best
    return best


def _ratio(jets: Jets, formula: Expr) -> Interval:
    germ, jet, inverse = jets.germ, jets.of(formula), jets.s.relative
    direct = germ.values(jet.ratio) if jet.ratio else LINE
    if inverse is None:
        return direct
    direct = meet(direct, germ.values(germ.times(jet.value, inverse)))
    gap = germ.add(jet.slope, germ.scaled(-ONE, steady(direct)))
    rate = germ.values(germ.times(gap, inverse))

    def at(middle: Jets) -> Interval:
        assert middle.s.relative is not None
        found = middle.germ.times(middle.of(formula).value, middle.s.relative)
        return middle.germ.values(found)

    return _centred(jets, direct, rate, at)


def limits(variable: Symbol, formula: Expr, line: Interval, others: Box, *, sector: bool) -> list[
    Interval
]:  # fmt: skip
    """Values that f', or f(s)/s, comes near to at 0 or at infinity, where they are known."""
    found = []
    for jets in views(variable, line, others)[1:]:
        try:
            jet = jets.of(formula)
        except NoRange:
            continue
        ratio = jet.ratio or jets.germ.times(jet.value, jets.s.relative or UNKNOWN)
        if (ratio if sector else jet.slope).power > 0:
            found.append(point(0))
    if sector and 0 in (line.low, line.high):
        try:
            at = jets_on(variable, point(0), others, germ=False)
            if extent(formula, {**others, variable: point(0)}) == point(0):
                found.append(at.germ.values(at.of(formula).slope))
        except NoRange:
            pass
    return found
