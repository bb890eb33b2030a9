"""Rigorous sup and inf of f' and of f(s)/s over the whole line, with the tree that shows them.

Pieces on which f is rational are exact: extrema at roots of the derivative, an algebraic value
rounded outward. The others are cut, best first, until bounds and values found meet within 1e-8;
towards 0 and infinity powers are kept apart, so a tail is one leaf.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count
from math import inf

from sympy import Expr, Symbol

from ...runtime.contract import Json
from ..budget import checkpoint
from .cutting import Node, Taken, beside, hull_of, inside_of, outside, simple_ends, where_to_cut
from .enclosures import limits, ratio_range, slope_range
from .extent import extent
from .interval import LINE, Bound, Box, Interval, NoRange, point
from .pieces import (
    JUMPS,
    KINKS,
    Kink,
    NotExact,
    Quotient,
    decided,
    extrema,
    outward,
    plain,
    quotient,
)

MOST_BOXES = 300
MOST_FINISHING = 100
MOST_ENDLESS = 60  # cuts while no end is finite
PIECES = 40

Enclosure = Callable[[Expr, Interval, Box], Interval]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """inf >= low, sup <= high: exact, or within `gap` of a value that is taken."""

    low: Fraction
    high: Fraction
    gap: Fraction
    proof: Json


@dataclass(slots=True, kw_only=True)
class Problem:
    """One quantity of one formula: its slope, or its ratio f(s)/s."""

    variable: Symbol
    formula: Expr
    others: Box
    sector: bool
    through_zero: bool = True  # |f| <= c |s| is known
    leaves: list[Node] = field(default_factory=list)

    def bounds(self) -> Bounds | None:
        """The bounds, or None where an end is not finite."""
        root = Node(line=LINE, others=self.others, formula=self.formula)
        self._split(root, "@", Fraction(0))
        assert root.cut is not None
        try:
            for side in root.cut[2:]:
                self._pieces(side, [PIECES])
        except NotExact:
            return None
        if not self.sector and not self._continuous(root):
            return None
        return self._refined(root)

    def _continuous(self, node: Node) -> bool:
        """The formula is continuous at the cuts between its pieces."""
        if node.cut is None:
            return True
        _, at, below, above = node.cut
        through = not at and self.through_zero
        formulas = [self.formula]
        if not through:
            formulas = [beside(below, 1).formula, beside(above, 0).formula, self.formula]
        elif not self.formula.has(*JUMPS):
            formulas = []
        place = {**self.others, self.variable: Interval(at, at)}
        try:
            found = [extent(f, place) for f in formulas]
        except NoRange:
            return False
        if through and found and found[0] != point(0):
            return False
        if any(inf in {abs(f.low), abs(f.high)} for f in found):
            return False
        same = all(f == found[0] for f in found)
        alike = len(set(formulas[:2])) < 2 or all(f.low == f.high for f in found)
        if not (same and alike):
            return False
        return self._continuous(below) and self._continuous(above)

    # ---- pieces between kinks

    def _pieces(self, node: Node, budget: list[int]) -> None:
        try:
            found = self._rational(node)
            if self.formula.has(*JUMPS):
                node.formula = decided(self.formula, self.variable, node.line, kinks=False)
        except Kink as kink:
            budget[0] -= 1
            if budget[0] < 0:
                raise NotExact("there are too many kinks") from None
            self._split(node, "@", kink.at)
            assert node.cut is not None
            for half in node.cut[2:]:
                self._pieces(half, budget)
            return
        if found is None:
            self._enclose(node)
        else:
            ends = extrema(self._quantity(found), node.line)
            node.kind, node.found = "exact", Interval(ends.low, ends.high)
            node.inner = node.found
        self.leaves.append(node)

    def _rational(self, node: Node) -> Quotient | None:
        """The rational function on a piece; raises Kink."""
        if self.formula.free_symbols - {self.variable}:
            return None
        try:
            simple = decided(self.formula, self.variable, node.line, kinks=True)
            whole = decided(self.formula, self.variable, node.line, kinks=False)
            rational = plain(simple) and plain(whole, *KINKS)  # 0 * exp(s) is no such formula
            return quotient(simple, self.variable) if rational else None
        except NotExact:
            return None

    def _quantity(self, f: Quotient) -> Quotient:
        if self.sector:
            top, bottom = f.top, f.bottom * f.bottom.__class__([0, 1])
        else:
            top = f.top.derivative() * f.bottom - f.top * f.bottom.derivative()
            bottom = f.bottom * f.bottom
        shared = top.gcd(bottom)
        return Quotient(top // shared, bottom // shared)

    def _split(self, node: Node, name: str, at: Fraction) -> None:
        halves = []
        for side in (0, 1):
            whole = node.line if name == "@" else node.named[name]
            half = Interval(at, whole.high) if side else Interval(whole.low, at)
            line = half if name == "@" else node.line
            others = node.others if name == "@" else {
                s: half if s.name == name else v for s, v in node.others.items()}  # fmt: skip
            halves.append(Node(line=line, others=others, formula=node.formula))
        node.cut = (name, at, halves[0], halves[1])

    # ---- boxes

    def _enclose(self, node: Node) -> None:
        """The range on a box, and values at points of it."""
        rule = ratio_range if self.sector else slope_range
        node.found = rule(self.variable, node.formula, node.line, node.others)
        inside = {s: Interval(m, m) for s, v in node.others.items() for m in (inside_of(v),)}
        m = inside_of(node.line)
        taken = [rule(self.variable, node.formula, Interval(m, m), inside)]
        taken += limits(self.variable, node.formula, node.line, inside, sector=self.sector)
        node.inner = Interval(max(t.low for t in taken), min(t.high for t in taken))

    def _refined(self, root: Node) -> Bounds | None:
        taken = Taken.of(self.leaves)
        self._cut_until(taken.excess, taken.add, MOST_BOXES)
        whole = hull_of(self.leaves)
        if not (isinstance(whole.low, Fraction) and isinstance(whole.high, Fraction)):
            return None
        low, high = simple_ends(whole, taken)
        self._cut_until(lambda node: outside(node.found, low, high), lambda _: None, MOST_FINISHING)
        whole = hull_of(self.leaves)
        low = low if whole.low >= low else outward(Fraction(whole.low), -1)
        high = high if whole.high <= high else outward(Fraction(whole.high), 1)
        gap = max(taken.low - low, high - taken.high)
        return Bounds(low=low, high=high, gap=Fraction(max(gap, 0)), proof=root.proof())

    def _cut_until(
        self, excess: Callable[[Node], Bound], seen: Callable[[Node], None], most: int
    ) -> None:
        """Cut the worst box until none exceeds, or the budget ends."""
        order = count()
        queue = [(-excess(n), next(order), n) for n in self.leaves if n.kind == "ranges"]
        heapq.heapify(queue)
        kept, endless = [n for n in self.leaves if n.kind != "ranges"], 0
        while queue and most > 0:
            worst, _, node = heapq.heappop(queue)
            checkpoint()
            now = excess(node)
            endless += now == inf
            if endless > MOST_ENDLESS:
                kept.append(node)
                break
            if now <= 0:
                kept.append(node)
                continue
            if -worst > now:
                heapq.heappush(queue, (-now, next(order), node))
                continue
            most -= 1
            name, at = where_to_cut(node)
            if at is None:
                kept.append(node)
                continue
            self._split(node, name, at)
            assert node.cut is not None
            for half in node.cut[2:]:
                self._enclose(half)
                seen(half)
                heapq.heappush(queue, (-excess(half), next(order), half))
        self.leaves = kept + [n for _, _, n in queue]


def slopes(variable: Symbol, formula: Expr, others: Box, *, through_zero: bool) -> Bounds | None:
    """Bounds of f' of a continuous f; `through_zero`: |f| <= c |s| is known."""
    return Problem(
        variable=variable, formula=formula, others=others, sector=False, through_zero=through_zero
    ).bounds()


def sector_bounds(variable: Symbol, formula: Expr, others: Box) -> Bounds | None:
    """Bounds of f(s)/s."""
    return Problem(variable=variable, formula=formula, others=others, sector=True).bounds()
