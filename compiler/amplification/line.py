"""Positivity on one axis: for which m is a polynomial f(m, y) >= 0 for all y in [0, 1]?

Between two neighbouring real roots of f(m, 0), f(m, 1) and the discriminant of f in y, the number
of roots of f(m, .) in [0, 1] does not change: roots enter through an end or meet first. One
rational sample decides a cell. A condition >= 0 that holds in a cell holds on its closure; one that
is strict is looked at again at the critical values themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TypeAlias

import flint

from ..budget import checkpoint
from .algebraic import Algebraic, real_roots
from .cube import Undecided
from .heavy import Plane, discriminant, factored, work
from .rectangle import sign_on
from .ring import Element
from .schur import Quantity

End: TypeAlias = Algebraic | None  # None: the set has no end there
MOST_WORK = 40_000_000  # of all discriminants: seconds, up to a minute where all terms occur


@dataclass(frozen=True)
class Factor:
    """An irreducible factor and its multiplicity in a quantity."""

    plane: Plane
    power: int


@dataclass(frozen=True)
class Condition:
    """constant * prod factors >= 0, or > 0 if strict, for all y in [0, 1]."""

    name: str
    constant: Fraction
    factors: tuple[Factor, ...]
    strict: bool
    divisor: Plane

    @property
    def sign(self) -> int:
        """The sign of the constant."""
        return (self.constant > 0) - (self.constant < 0)


def condition(quantity: Quantity, *, y: int, m: int) -> Condition:
    """A quantity by its factors over Q; y and m are the places of the generators."""
    if not quantity.value:
        return Condition(
            name=quantity.name,
            constant=Fraction(0),
            factors=(),
            strict=quantity.strict,
            divisor=plane(quantity.divisor, y, m),
        )
    constant, factors = factored(quantity.value)
    return Condition(
        name=quantity.name,
        constant=Fraction(int(constant.p), int(constant.q)),
        factors=tuple(Factor(plane=plane(f, y, m), power=e) for f, e in factors),
        strict=quantity.strict,
        divisor=plane(quantity.divisor, y, m),
    )


def plane(factor: Element, y: int, m: int) -> Plane:
    """A polynomial in m and y with integer coefficients, by powers of y."""
    rows: dict[int, dict[int, int]] = {}
    for powers, value in factor.to_dict().items():
        assert value.q == 1, "factors over Q have integer coefficients"
        rows.setdefault(powers[y], {})[powers[m]] = int(value.p)
    found = []
    for j in range(max(rows) + 1):
        row = rows.get(j, {})
        found.append(flint.fmpz_poly([row.get(k, 0) for k in range(max(row, default=0) + 1)]))
    return tuple(found)


# ---- critical values


def low_end(f: Plane) -> flint.fmpz_poly:
    """f(m, 0)."""
    return f[0]


def high_end(f: Plane) -> flint.fmpz_poly:
    """f(m, 1)."""
    return sum(f, flint.fmpz_poly([0]))


def criticals(f: Plane) -> list[flint.fmpz_poly]:
    """The polynomials whose roots part the cells of f."""
    found = [low_end(f)] if len(f) == 1 else [low_end(f), high_end(f), discriminant(f)]
    return [p for p in found if p.degree() > 0]


# ---- one value of m


def at(f: Plane, m: Fraction) -> flint.fmpz_poly:
    """f(m, .) times a positive integer."""
    top = max(0, *(p.degree() for p in f))
    n, d = m.numerator, m.denominator
    return flint.fmpz_poly(
        [sum(int(c) * n**k * d ** (top - k) for k, c in enumerate(p.coeffs())) for p in f]
    )


def sign_on_unit(p: flint.fmpz_poly, *, closed: bool) -> int:
    """The sign on (0, 1), or on [0, 1]: 0 when it changes or, if `closed`, when p vanishes there.

    Where p is not closed, roots of even multiplicity inside do not count.
    """
    if p.degree() <= 0:
        number = int(p[0]) if p else 0
        return (number > 0) - (number < 0)
    factors = [f for f, e in p.factor()[1] if closed or e % 2]
    if closed and (p(0) == 0 or p(1) == 0):
        return 0
    if any(
        r.high > 0 and r.low < 1 and f(0) != 0 and f(1) != 0
        for f in factors
        for r in real_roots([f])
    ):
        return 0
    points = (flint.fmpq(1, k) for k in range(2, 2 + 2 * len(p.coeffs())))
    value = next(v for x in points if (v := flint.fmpq_poly(p)(x)) != 0)
    return 1 if value > 0 else -1


def holds(conditions: tuple[Condition, ...], m: Fraction) -> bool:
    """Every condition at one rational m."""
    return all(_holds(c, m) for c in conditions)


def _holds(c: Condition, m: Fraction) -> bool:
    sign = c.sign
    for factor in c.factors:
        value = at(factor.plane, m)
        if not value:
            return not c.strict
        if factor.power % 2 or c.strict:
            found = sign_on_unit(value, closed=c.strict)
            if not found:
                return False
            sign *= found if factor.power % 2 else 1
    return sign > 0 or (sign == 0 and not c.strict)


def strict_at(conditions: tuple[Condition, ...], m: Algebraic) -> bool:
    """Every strict condition at a critical value; not shown counts as no."""
    if m.rational is not None:
        return holds(tuple(c for c in conditions if c.strict), m.rational)
    return all(sign_on(f.plane, m.low, m.high) for c in conditions if c.strict for f in c.factors)


# ---- the set of m


@dataclass(frozen=True)
class Cell:
    """An open interval between neighbouring critical values, decided at a sample."""

    low: End
    high: End
    sample: Fraction
    good: bool


@dataclass(frozen=True)
class Part:
    """A connected part of the set: its ends, whether they belong to it, the cells inside."""

    cells: tuple[Cell, ...]
    closed_low: bool
    closed_high: bool

    @property
    def low(self) -> End:
        """Where it begins."""
        return self.cells[0].low

    @property
    def high(self) -> End:
        """Where it ends."""
        return self.cells[-1].high


def cells(
    conditions: tuple[Condition, ...], low: Fraction | None, high: Fraction | None
) -> list[Cell]:
    """The cells of the closed interval from low to high, each decided at a sample.

    Raises Undecided where the degrees are too high.
    """
    if sum(work(f.plane) for c in conditions for f in c.factors) > MOST_WORK:
        raise Undecided("the conditions have too high a degree to be decided")
    polynomials = [p for c in conditions for f in c.factors for p in criticals(f.plane)]
    polynomials += [linear(x) for x in (low, high) if x is not None]
    marks: list[End] = [
        r
        for r in real_roots(polynomials)
        if (low is None or r.high >= low) and (high is None or r.low <= high)
    ]
    ends = ([None] if low is None else []) + marks + ([None] if high is None else [])
    found = []
    for a, b in pairwise(ends):
        checkpoint()
        m = between(None if a is None else a.high, None if b is None else b.low)
        found.append(Cell(low=a, high=b, sample=m, good=holds(conditions, m)))
    return found


def linear(x: Fraction) -> flint.fmpz_poly:
    """The polynomial whose root is x."""
    return flint.fmpz_poly([-x.numerator, x.denominator])


def parts(
    conditions: tuple[Condition, ...], low: Fraction | None, high: Fraction | None
) -> list[Part]:
    """The set of m in [low, high] by its parts with an inside, in order."""
    found: list[Part] = []
    run: list[Cell] = []
    for cell in cells(conditions, low, high):
        joined = run and cell.low is not None and strict_at(conditions, cell.low)
        if run and not (cell.good and joined):
            found.append(_part(conditions, run))
            run = []
        if cell.good:
            run.append(cell)
    if run:
        found.append(_part(conditions, run))
    return found


def _part(conditions: tuple[Condition, ...], run: list[Cell]) -> Part:
    low, high = run[0].low, run[-1].high
    return Part(
        cells=tuple(run),
        closed_low=low is not None and strict_at(conditions, low),
        closed_high=high is not None and strict_at(conditions, high),
    )


def between(a: Fraction | None, b: Fraction | None) -> Fraction:
    """A short rational strictly between."""
    if a is None:
        return Fraction(0) if b is None else Fraction(b.__ceil__() - 1)
    if b is None:
        return Fraction(a.__floor__() + 1)
    scale = 1
    while True:
        candidate = Fraction((a * scale).__floor__() + 1, scale)
        if a < candidate < b:
            return candidate
        scale *= 2
