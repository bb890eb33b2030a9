"""Sector and slopes of a pointwise function Phi(s): what `block` and `nonexpansive` rest on.

sector [a, b]: a <= Phi(s)/s <= b for s != 0; slopes [m, L]: m <= Phi' <= L. A positive parameter p
for which Phi(s; p) = p^m Phi(s / p^k; 1) is scaled away: the bounds are p^(m - k) times those for
p = 1, whatever p is. Others range over their sets.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import sympy
from sympy import Expr, Symbol

from ...runtime.contract import Json
from ..model import Function, Learned, Model, Param
from ..operators import Relu, Where
from .base import Unprovable
from .expression import inline, tree
from .extent import extent
from .forms import sets_of, values_of
from .interval import Box, Interval, NoRange, point
from .slopes import Bounds, sector_bounds, slopes

VARIABLE = Symbol("@", real=True)
POWERS = tuple(Fraction(p) for p in ("0", "1", "-1", "1/2", "-1/2", "2", "-2"))
ALIKE = (sympy.Abs, sympy.Max, sympy.Min, Relu)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sector:
    """Bounds of Phi(s)/s and Phi'(s), each a rational number times `scale`; None: not bounded.

    They hold for all values of the parameters `names`, where those `fixed` keep their value. They
    are exact, or above a value that is taken by `gap` at most (in units of `scale`). `proof` and
    `claimed` are what `runtime.checker.sectors.check_sector` reads beside `tree`, Phi in "@".
    """

    scale: Expr
    sector: tuple[Fraction, Fraction] | None
    slope: tuple[Fraction, Fraction] | None
    gap: Fraction
    names: frozenset[str]
    fixed: frozenset[str]
    tree: Json
    claimed: dict[str, Json]
    proof: dict[str, Json]

    def scaled(self, bound: Fraction) -> Expr:
        """A bound as a closed form in the parameters."""
        return sympy.Rational(bound.numerator, bound.denominator) * self.scale


def sector(function: Function, model: Model) -> Sector:
    """The bounds of a declared function of one argument; raises Unprovable."""
    if isinstance(function.body, Learned):
        raise Unprovable(f"the function '{function.name}' is learned: it is no formula")
    if len(function.parameters) != 1:
        raise Unprovable(f"the function '{function.name}' has not one argument")
    formula = inline(function.body, model).xreplace({function.parameters[0]: VARIABLE})
    return sector_of(formula, model)


def sector_of(formula: Expr, model: Model) -> Sector:
    """The bounds of a formula in VARIABLE and parameters; raises Unprovable."""
    return _sector_of(formula, model.params)


@lru_cache(maxsize=64)  # each face and each claim asks
def _sector_of(formula: Expr, all_params: tuple[Param, ...]) -> Sector:
    free = formula.free_symbols - {VARIABLE}
    params = [p for p in all_params if p.symbol in free]
    if len(params) < len(free):
        raise Unprovable("a flux depends on more than slopes and parameters")
    box = sets_of(all_params)
    values = values_of(all_params)
    own = {p.symbol: box[p.symbol] for p in params}
    found = _bounded(formula, params, own, values, frozenset())
    if found is not None:
        return found
    held = [p for p in params if not p.trainable and p.interval is None and p.symbol in values]
    if held:
        others = own | {p.symbol: values[p.symbol] for p in held}
        fixed = frozenset(str(p.name) for p in held)
        found = _bounded(formula, params, others, values, fixed)
    if found is None:
        raise Unprovable(
            "neither Phi(s)/s nor the slope of Phi has finite bounds for all values of the"
            " parameters"
        )
    return found


def _bounded(
    formula: Expr, params: list[Param], box: dict[Symbol, Interval],
    values: dict[Symbol, Interval], fixed: frozenset[str],
) -> Sector | None:  # fmt: skip
    units: list[Json] = []
    scale: Expr = sympy.S.One
    rest = formula
    for p in params:
        if str(p.name) in fixed or not _is_positive(p, box[p.symbol], values):
            continue
        pair = _homogeneous(rest, p.symbol)
        if pair is not None:
            k, m = pair
            units.append([str(p.symbol.name), str(k), str(m)])
            scale *= p.symbol ** sympy.Rational((m - k).numerator, (m - k).denominator)
            rest = rest.xreplace({p.symbol: sympy.S.One})
    left = {s: v for s, v in box.items() if s in rest.free_symbols}
    exact = {s: v.low for s, v in left.items() if v == point(_low(v))}
    rest = rest.xreplace({s: sympy.Rational(v.numerator, v.denominator)
                          for s, v in exact.items() if isinstance(v, Fraction)})  # fmt: skip
    left = {s: v for s, v in left.items() if s not in exact}
    ratio = sector_bounds(VARIABLE, rest, left)
    slope = slopes(VARIABLE, rest, left, through_zero=ratio is not None)
    return _assembled(formula, rest=rest, scale=scale, units=units, slope=slope, ratio=ratio,
                      left=left, params=params, fixed=fixed)  # fmt: skip


def _low(value: Interval) -> Fraction:
    return value.low if isinstance(value.low, Fraction) else Fraction(0)


def _assembled(
    formula: Expr, *, rest: Expr, scale: Expr, units: list[Json], slope: Bounds | None,
    ratio: Bounds | None, left: Box, params: list[Param], fixed: frozenset[str],
) -> Sector | None:  # fmt: skip
    if slope is None and ratio is None:
        return None
    pair = None if ratio is None else (ratio.low, ratio.high)
    cuts = None if ratio is None else ratio.proof
    if slope is not None and _vanishes(rest, left) and (pair is None or _inside(slope, pair)):
        pair, cuts = (slope.low, slope.high), "slope"
    ends = None if slope is None else (slope.low, slope.high)
    proof: dict[str, Json] = {
        "units": units,
        "fixed": [*sorted(fixed)],
        "sector": _texts(pair),
        "sector_cuts": cuts,
        "slope": _texts(ends),
        "slope_cuts": None if slope is None else slope.proof,
    }
    powers = scale.as_powers_dict()
    return Sector(
        scale=scale,
        sector=pair,
        slope=ends,
        gap=max(b.gap for b in (slope, ratio) if b is not None),
        names=frozenset(str(p.name) for p in params),
        fixed=fixed,
        tree=tree(formula),
        claimed={
            "scale": {str(s.name): str(p) for s, p in powers.items() if s != 1},
            "sector": _texts(pair),
            "slope": _texts(ends),
        },
        proof=proof,
    )


def _inside(slope: Bounds, pair: tuple[Fraction, Fraction]) -> bool:
    """The slopes bound the sector at least as well."""
    return pair[0] <= slope.low and slope.high <= pair[1] and pair != (slope.low, slope.high)


def _vanishes(formula: Expr, others: Box) -> bool:
    try:
        return extent(formula, {**others, VARIABLE: point(0)}) == point(0)
    except NoRange:
        return False


def _texts(pair: tuple[Fraction, Fraction] | None) -> Json:
    return None if pair is None else [str(pair[0]), str(pair[1])]


# ---- units


def _is_positive(param: Param, box: Interval, values: dict[Symbol, Interval]) -> bool:
    """Whether a parameter is > 0, by its declaration or its value."""
    if param.interval is not None:
        return box.low > 0
    if param.positive:
        return True
    known = not (param.trainable or param.of_limit) and param.symbol in values
    return known and values[param.symbol].low > 0


def _homogeneous(formula: Expr, name: Symbol) -> tuple[Fraction, Fraction] | None:
    """(k, m): the formula is multiplied by c^m where name is by c and s by c^k."""
    for k in POWERS:
        try:
            return k, unit(formula, {name: Fraction(1), VARIABLE: k}) or Fraction(0)
        except Mixed:
            continue
    return None


class Mixed(ValueError):
    """A sum of quantities with different units, or a function of one with a unit."""


def unit(formula: Expr, given: dict[Symbol, Fraction]) -> Fraction | None:
    """The unit of a formula as a power of c; None of zero; raises Mixed."""
    if formula == 0:
        return None
    if not formula.args:
        return given.get(formula, Fraction(0))
    if formula.is_Pow and formula.exp.is_Rational:
        base = unit(formula.base, given)
        return None if base is None else base * Fraction(int(formula.exp.p), int(formula.exp.q))
    if isinstance(formula, Where):
        for relation in formula.args[0].atoms(sympy.core.relational.Relational):
            _alike([unit(a, given) for a in relation.args])
        return _alike([unit(a, given) for a in formula.args[1:]])
    parts = [unit(a, given) for a in formula.args]
    if formula.is_Mul:
        known = [p for p in parts if p is not None]
        return sum(known, Fraction(0)) if len(known) == len(parts) else None
    if formula.is_Add or isinstance(formula, ALIKE):
        return _alike(parts)
    if isinstance(formula, sympy.sign | sympy.Heaviside) or not any(parts):
        return Fraction(0)
    raise Mixed


def _alike(parts: list[Fraction | None]) -> Fraction | None:
    known = {p for p in parts if p is not None}
    if len(known) > 1:
        raise Mixed
    return known.pop() if known else None
