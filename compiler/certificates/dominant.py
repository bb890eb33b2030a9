"""`dominant`: the left side of an iterate is a dominant Z-matrix, and its weights are >= 0.

A u[k+1] = sum_l B_l u[k-l] with stencils a, b_l: a_o <= 0 for o != 0, s = sum a > 0, b_lo >= 0,
sum b <= s. Statement: max_principle, positivity (without the last), and l2_stable for one level and
stencils that are symmetric along axes with walls: then columns are rows of such a matrix too, and
||A^-1 B||_2^2 <= ||A^-1 B||_1 ||A^-1 B||_oo. Walls: even ghosts; Dirichlet and Robin ones beside
the point, from whose weight b_0 they may take theirs. In one parameter every condition is
p + q r >= 0, so that a set is an interval. Source: Varga, Matrix Iterative Analysis, 3.5.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import sympy
from sympy import Expr, Symbol

from ...runtime.contract import Json
from ..grid import reads
from ..scheme import Edge, Scheme, Unknown
from ..stencil import Offset
from .atoms import home
from .base import Proved, Question, Theorem, Unprovable
from .dissipative import NORM
from .forms import text
from .linear import declared
from .sides import Stencils, Values, levels_of, side
from .steps import exact
from .walls import domain, grids

LEFT_OUT = "sources and inflow are left out"


@dataclass(slots=True, kw_only=True)
class Rows:
    """Conditions, each a number or a line in the parameter: >= 0, `positive` > 0."""

    unknown: Unknown
    levels: list[str]
    left: dict[Offset, Expr]
    right: list[dict[Offset, Expr]]
    conditions: list[Expr] = field(default_factory=list)
    positive: Expr = sympy.S.Zero
    balance: Expr = sympy.S.Zero
    pairs: set[int] = field(default_factory=set)
    zeros: bool = False


# ---- conditions


def _rows(question: Question, values: Values) -> Rows:
    scheme, claim = question.scheme, question.claim.name
    rate, newest, levels = levels_of(scheme)
    origin = (0,) * len(scheme.axes)
    left: Stencils = {"": {origin: sympy.S.One}}
    if newest:
        left = side(scheme, rate, values, left=True)
    right = side(scheme, rate, values, left=False)
    if left.keys() != {newest} or not right.keys() <= set(levels):
        raise Unprovable("a side of the equation reads other arrays")
    found = Rows(unknown=home(scheme, rate.unknown), levels=levels, left=left[newest],
                 right=list(right.values()))  # fmt: skip
    found.positive = sympy.Add(*found.left.values())
    found.conditions = [-w for o, w in found.left.items() if o != origin]
    for stencil in found.right:
        found.conditions += list(stencil.values())
        found.conditions.append(_beside_walls(scheme, found, stencil, values))
    for axis, pair in enumerate(found.unknown.edges):
        for end, edge in enumerate(pair):
            _taken(found, found.left, (axis, end), edge, values)
    total = sympy.Add(*(w for stencil in found.right for w in stencil.values()))
    found.balance = sympy.expand(found.positive - total)
    if claim != "positivity":
        found.conditions.append(found.balance)
    if claim == "l2_stable":
        _columns(found)
    return found


def _beside_walls(scheme: Scheme, found: Rows, stencil: dict[Offset, Expr], values: Values) -> Expr:
    """b_0 less what ghosts may take from it."""
    rest = stencil.get((0,) * len(scheme.axes), sympy.S.Zero)
    for axis, pair in enumerate(found.unknown.edges):
        taken = [_taken(found, stencil, (axis, end), e, values) for end, e in enumerate(pair)]
        if taken[0] != 0 and taken[0] == taken[1] and scheme.axes[axis].count != 1:
            found.pairs.add(axis)
            taken.pop()
        rest -= sympy.Add(*taken)
    return sympy.expand(rest)


def _taken(
    found: Rows, stencil: dict[Offset, Expr], side: tuple[int, int], edge: Edge, values: Values
) -> Expr:
    axis, end = side
    outside = {o: w for o, w in stencil.items() if w != 0 and (o[axis] > 0 if end else o[axis] < 0)}
    even = edge.rule == "wall" and edge.value == 0 and edge.slope != 0
    if not outside or edge.rule == "periodic" or even:
        return sympy.S.Zero
    if edge.rule == "zero":
        found.zeros = True
        return sympy.S.Zero
    if edge.rule != "wall":
        raise Unprovable("values are read beyond a wall, where nothing is said about them")
    if any(sum(map(abs, o)) != 1 for o in outside):
        raise Unprovable("a stencil reaches beyond the first ghost of a wall")
    value, slope = values(edge.value), values(edge.slope)
    if values.parameter in value.free_symbols | slope.free_symbols:
        raise Unprovable("a wall depends on the parameter")
    if edge.mirror == -1 and slope == 0:
        return sympy.S.Zero
    if edge.mirror != 0 or value * slope < 0:
        raise Unprovable("the ghosts of a wall are no combination of values with weights >= 0")
    return sympy.expand(sympy.Add(*outside.values()))


def _columns(found: Rows) -> None:
    if len(found.levels) > 1:
        raise Unprovable("several levels have no one norm")
    for axis, (low, _) in enumerate(found.unknown.edges):
        for stencil in (found.left, *found.right) if low.rule != "periodic" else ():
            for offset, weight in stencil.items():
                image = (*offset[:axis], -offset[axis], *offset[axis + 1 :])
                if stencil.get(image, sympy.S.Zero) != weight:
                    raise Unprovable("a stencil is not symmetric along an axis with walls")


# ---- the theorem


def _prove(question: Question) -> Proved:
    scheme, claim = question.scheme, question.claim
    if question.part is not None:
        raise Unprovable("it speaks of whole equations")
    param = next((p for p in scheme.model.params if p.symbol.name == claim.parameter), None)
    held = [p for p in scheme.model.params if not (p.trainable or p.interval is not None)]
    names = {p.symbol for p in held if not (p.per_step or p.per_channel)} | set(scheme.spacings)
    known = {s: v for s, v in exact(scheme).items() if s in names}
    values = Values(known=known, parameter=None if param is None else param.symbol)
    if param is not None:
        known.pop(param.symbol, None)
        if param.per_step or param.per_channel:
            raise Unprovable(f"'{param.name}' differs between steps or channels")
    found = _rows(question, values)
    words, part = _statement(claim.name, found), None
    if param is None:
        if any(c < 0 for c in found.conditions) or found.positive <= 0:
            raise Unprovable("a weight is negative, or weights sum to more than the left side's")
    else:
        part = _interval(found, param.symbol, *declared(param))
        low, high = part
        words += f" for {param.symbol.name} in [{low}, " + ("oo)" if high is None else f"{high}]")
    return Proved(
        kind="dominant",
        statement=words,
        norm={"max_principle": "maximum norm", "l2_stable": NORM}.get(claim.name, "componentwise"),
        domain=grids(scheme, [(found.levels[0], domain(scheme, found.unknown))], pairs=found.pairs),
        hypotheses=_hypotheses(scheme, found, values),
        bound="",
        proof={},
        parameter=None if param is None else str(param.symbol.name),
        set=() if part is None else (_as_set(*part),),
        ends=() if part is None else ((_number(part[0]), _number(part[1])),),
    )


def _interval(
    found: Rows, r: Symbol, low: Fraction | None, high: Fraction | None
) -> tuple[Fraction, Fraction | None]:
    """Where every condition p + q r holds, within the declared set; raises Unprovable."""
    for condition in found.conditions:
        p, q = (_rational(condition.coeff(r, k)) for k in (0, 1))
        if q > 0:
            low = -p / q if low is None else max(low, -p / q)
        elif q < 0:
            high = -p / q if high is None else min(high, -p / q)
        elif p < 0:
            raise Unprovable("a weight is negative for every value")
    if low is None or (high is not None and high < low):
        raise Unprovable("there is no value for which no weight is negative")
    p, q = (_rational(found.positive.coeff(r, k)) for k in (0, 1))
    if p + q * low <= 0 or (q < 0 if high is None else p + q * high <= 0):
        raise Unprovable("the left side may be singular")
    return low, high


def _rational(value: Expr) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def _number(end: Fraction | None) -> Expr | None:
    return None if end is None else sympy.Rational(end.numerator, end.denominator)


def _as_set(low: Fraction, high: Fraction | None) -> Json:
    end = None if high is None else str(high)
    return {"low": str(low), "high": end, "low_value": str(low), "high_value": end,
            "low_closed": True, "high_closed": high is not None}  # fmt: skip


# ---- in words


def _statement(claim: str, found: Rows) -> str:
    u = found.levels[0]
    if claim == "l2_stable":
        return f"||{u}[k+1]|| <= ||{u}[k]||"
    old = [f"{u}[k]" if k == 0 else f"{u}[k-{k}]" for k in range(len(found.levels))]
    if claim == "positivity":
        held = " and ".join(f"{v} >= 0" for v in old)
        return f"{u}[k+1] >= 0 where {held} and wall values are"
    edges = [e for pair in found.unknown.edges for e in pair]
    if any(e.rule == "wall" and e.value != 0 for e in edges):
        old.append("wall values")
    if found.balance != 0 or found.zeros:
        old.append("0")
    return f"min({', '.join(old)}) <= {u}[k+1] <= max({', '.join(old)})"


def _hypotheses(scheme: Scheme, found: Rows, values: Values) -> tuple[str, ...]:
    texts = {f"{n} = {text(values.known[n])}" for n in values.used}
    edges = [e for pair in found.unknown.edges for e in pair]
    inflow = any(e.rule == "wall" and e.right != 0 and e.value == 0 for e in edges)
    if inflow or any(not reads(t.value) for r in scheme.rates for t in r.terms):
        texts.add(LEFT_OUT)
    return tuple(sorted(texts))


THEOREM = Theorem(
    name="dominant",
    claims=("max_principle", "positivity", "l2_stable"),
    prove=_prove,
    sets=True,
    implicit=True,
)
