"""Rigorous bounds 0 <= g <= sup g of flux weights, for all states and all parameter values.

Three ways, in this order: one natural interval extension over the whole (unbounded) set, which is
exact for the usual diffusivities; that of a formula in one variable t, when state and parameters
enter only through t, with t halved into boxes; the same halving over every variable.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import sympy
from sympy import Expr, Symbol

from ...runtime.contract import Json
from ..grid import Grid, Point, Read, walk
from ..scheme import Scheme
from .base import Unprovable
from .expression import inline, tree
from .extent import extent
from .forms import parameter_box, parameter_values
from .interval import Box, Interval, NoRange
from .places import Ranges, Window

MOST_BOXES = 400
SLACK = Fraction(1, 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """0 <= g <= high; `proof` says by which boxes, `fixed` which parameters keep their value."""

    high: Fraction
    proof: Json
    fixed: frozenset[str] = frozenset()
    beyond: frozenset[int] = frozenset()  # axes along which coordinates leave the domain


def weight(scheme: Scheme, node: Grid, window: Window) -> Weight:
    """The bound of a flux weight in a window; raises Unprovable with the reason."""
    box = parameter_box(scheme)
    try:
        return _bound(scheme, node, window, box, frozenset())
    except Unprovable as trouble:
        free = {p.symbol for p in scheme.model.params if not p.trainable and p.interval is None}
        used = {s for n in walk(node) for s in free_in(scheme, n)} & free
        values = parameter_values(scheme)
        if not used or not used <= values.keys():
            raise
        fixed = frozenset(str(s.name) for s in used)
        try:
            return _bound(scheme, node, window, box | {s: values[s] for s in used}, fixed)
        except Unprovable:
            raise trouble from None


def free_in(scheme: Scheme, node: Grid) -> set[Symbol]:
    """The symbols in the formula of a node, or of the data that it reads."""
    if isinstance(node, Read) and node.kind == "data":
        data = next(d for d in scheme.model.data if node.symbol in d.symbols)
        formulas = [] if data.formula is None else [data.formula[data.symbols.index(node.symbol)]]
    else:
        formulas = [node.expression] if isinstance(node, Point) else []
    return {s for f in formulas for s in inline(f, scheme.model).free_symbols}


def _bound(scheme: Scheme, node: Grid, window: Window, box: Box, fixed: frozenset[str]) -> Weight:
    names, ranges = sorted(fixed), Ranges(scheme, box)
    try:
        found = ranges.of(node, window)
    except NoRange as trouble:
        raise Unprovable(f"a flux weight has no known range: {trouble}") from None
    if found.low >= 0 and isinstance(found.high, Fraction):
        proof: Json = {"fixed": [*names], "sup": str(found.high), "tree": 0, "substitute": None}
        return Weight(high=found.high, proof=proof, fixed=fixed, beyond=frozenset(ranges.beyond))
    if isinstance(node, Point):
        refined = _refined(ranges, node, window, names)
        if refined is not None:
            return refined
    if found.low < 0:
        raise Unprovable("a flux weight may be negative, as far as its range is known")
    raise Unprovable(
        "a flux weight has no finite bound for all values of the parameters;"
        " give trained ones a range, as in `in [1/100, 1]`, and data theirs"
    )


# ---- halving


def _refined(ranges: Ranges, node: Point, window: Window, names: list[str]) -> Weight | None:
    """The bound after substituting a common subexpression and halving its range, if that works."""
    formula = inline(node.expression, ranges.scheme.model)
    domain = ranges.operands(node, window)
    numbers = {s: f"${k}" for k, (s, _) in enumerate(node.operands)}
    for part in _common_parts(formula):
        t = Symbol("_t", real=True)
        try:
            found = _halved(formula.xreplace({part: t}), t, extent(part, domain))
        except NoRange:
            continue
        if found is not None:
            high, halves = found
            proof: Json = {"fixed": [*names], "sup": str(high), "tree": halves,
                           "substitute": tree(part, numbers)}  # fmt: skip
            return Weight(high=high, proof=proof, fixed=frozenset(names),
                          beyond=frozenset(ranges.beyond))  # fmt: skip
    return None


def _common_parts(formula: Expr) -> list[Expr]:
    """Subexpressions through which all variables enter, the largest first."""
    t = Symbol("_t", real=True)
    found = [e for e in sympy.preorder_traversal(formula) if e.free_symbols and not e.is_Boolean]
    return [e for e in dict.fromkeys(found) if e != formula
            and not formula.xreplace({e: t}).free_symbols - {t}]  # fmt: skip


@lru_cache(maxsize=256)  # each theorem and each claim asks
def _halved(formula: Expr, t: Symbol, whole: Interval) -> tuple[Fraction, Json] | None:
    """sup over an interval that may be unbounded, by halving; the proof is the tree of halvings."""
    found = [extent(formula, {t: Interval(x, x)}) for x in _samples(whole)]
    reached = max((value.low for value in found), default=Fraction(0))
    if not isinstance(reached, Fraction) or any(value.high < 0 for value in found):
        return None
    goal = _rounded_up(max(reached, Fraction(1, 10**6)) * (1 + SLACK))
    if any(extent(formula, {t: Interval(x, x)}).low > goal for x in _FAR if x in whole):
        return None
    budget = [MOST_BOXES]
    halves = _shown(formula, t, whole, goal, budget)
    return None if halves is None else (goal, halves)


# Where a formula that grows without bound is seen to do so, before any box is halved.
_FAR = tuple(Fraction(2) ** k * s for k in range(20, 61, 8) for s in (1, -1))


def _rounded_up(x: Fraction) -> Fraction:
    scale = 10**6
    return Fraction(-(-x * scale // 1), scale)


def _samples(whole: Interval) -> list[Fraction]:
    grid = [Fraction(k, 16) for k in range(-160, 161)]
    grid += [Fraction(2) ** k * s for k in range(-10, 20) for s in (1, -1)]
    grid += [e for e in (whole.low, whole.high) if isinstance(e, Fraction)]
    if isinstance(whole.low, Fraction) and isinstance(whole.high, Fraction):
        grid += [whole.low + (whole.high - whole.low) * Fraction(k, 64) for k in range(65)]
    return [x for x in grid if x in whole]


def _shown(formula: Expr, t: Symbol, box: Interval, goal: Fraction, budget: list[int]) -> Json:
    """0 where 0 <= formula <= goal on the box, else [cut, lower, upper], or None when it fails."""
    budget[0] -= 1
    try:
        found = extent(formula, {t: box})
        if found.low >= 0 and found.high <= goal:
            return 0
    except NoRange:
        pass
    if budget[0] <= 0:
        return None
    cut = middle(box)
    if not box.low < cut < box.high:
        return None
    low = _shown(formula, t, Interval(box.low, cut), goal, budget)
    if low is None:
        return None
    high = _shown(formula, t, Interval(cut, box.high), goal, budget)
    return None if high is None else [str(cut), low, high]


def middle(box: Interval) -> Fraction:
    """Where a box is cut: its middle, or at 0 and then at doubled distances towards infinity."""
    low, high = box.low, box.high
    if isinstance(low, Fraction) and isinstance(high, Fraction):
        return (low + high) / 2
    if isinstance(low, Fraction):
        return max(2 * low, Fraction(1))
    return min(2 * high, Fraction(-1)) if isinstance(high, Fraction) else Fraction(0)
