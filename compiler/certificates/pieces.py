"""Formulas in one variable on pieces between their kinks, and extrema of rational ones, exactly.

On a piece |x|, min, max and conditions are decided by the sign of a rational function; where such a
sign changes inside, `Kink` says at which rational number the piece has to be cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Any

import flint
import sympy
from sympy import Expr, Symbol

from ..operators import Relu, Where
from .interval import Bound, Interval

Polynomial = Any  # flint.fmpq_poly
HIGHEST = 50  # degree
BITS = 256
KINKS = (sympy.Abs, sympy.Max, sympy.Min, Relu)
JUMPS = (Where, sympy.sign, sympy.Heaviside)


class Kink(Exception):
    """A piece has to be cut."""

    def __init__(self, at: Fraction) -> None:
        super().__init__(str(at))
        self.at = at


class NotExact(ValueError):
    """No rational function, or a kink at a number that is not rational."""


@dataclass(frozen=True, slots=True)
class Quotient:
    """top / bottom in lowest terms."""

    top: Polynomial
    bottom: Polynomial


def quotient(formula: Expr, variable: Symbol) -> Quotient:
    """The rational function that a formula without kinks is; raises NotExact."""
    try:
        top, bottom = sympy.fraction(sympy.cancel(sympy.together(formula)))
        parts = [sympy.Poly(p, variable, domain="QQ") for p in (top, bottom)]
    except (sympy.PolynomialError, sympy.CoercionFailed) as trouble:
        raise NotExact(str(trouble)) from None
    if max(p.degree() for p in parts) > HIGHEST:
        raise NotExact("the degree is too high")
    a, b = (flint.fmpq_poly([_rational(c) for c in reversed(p.all_coeffs())]) for p in parts)
    return Quotient(a, b)


def _rational(c: Any) -> Any:
    return flint.fmpq(int(c.p), int(c.q))


def plain(formula: Expr, *more: type) -> bool:
    """Only the four operations on the variable and rational numbers, and `more`."""
    return all(
        e.is_Symbol
        or e.is_Rational
        or e.is_Add
        or e.is_Mul
        or isinstance(e, more)
        or (e.is_Pow and e.exp.is_Integer)
        for e in sympy.preorder_traversal(formula)
    )


def decided(formula: Expr, variable: Symbol, line: Interval, *, kinks: bool) -> Expr:
    """The formula with its conditions decided on a piece, and with `kinks` |x|, min and max too.

    Raises Kink where the piece has to be cut, NotExact where a sign is not that of a rational
    function.
    """
    if not formula.args or not formula.has(variable):
        return formula
    if isinstance(formula, Where):
        held = _held(formula.args[0], variable, line)
        return decided(formula.args[1 if held else 2], variable, line, kinks=kinks)
    inner = [decided(a, variable, line, kinks=kinks) for a in formula.args]
    if isinstance(formula, sympy.sign | sympy.Heaviside):
        side = _side(inner[0], variable, line)
        return sympy.Integer(side if isinstance(formula, sympy.sign) else int(side > 0))
    if not (kinks and isinstance(formula, KINKS)):
        return formula.func(*inner)
    return _chosen(formula, inner, variable, line)


def _chosen(formula: Expr, inner: list[Expr], variable: Symbol, line: Interval) -> Expr:
    if isinstance(formula, sympy.Abs | Relu):
        negative = -inner[0] if isinstance(formula, sympy.Abs) else sympy.S.Zero
        return inner[0] if _side(inner[0], variable, line) >= 0 else negative
    sign = 1 if isinstance(formula, sympy.Max) else -1
    total = inner[0]
    for other in inner[1:]:
        total = total if sign * _side(total - other, variable, line) >= 0 else other
    return total


def _held(condition: Expr, variable: Symbol, line: Interval) -> bool:
    match condition:
        case sympy.And() | sympy.Or():
            found = [_held(c, variable, line) for c in condition.args]
            return all(found) if isinstance(condition, sympy.And) else any(found)
        case sympy.Not():
            return not _held(condition.args[0], variable, line)
        case sympy.StrictLessThan() | sympy.LessThan():
            a, b = condition.args
        case sympy.StrictGreaterThan() | sympy.GreaterThan():
            b, a = condition.args
        case _:
            raise NotExact("a condition that compares for equality")
    gap = decided(a - b, variable, line, kinks=True)
    side = _side(gap, variable, line)
    strict = isinstance(condition, sympy.StrictLessThan | sympy.StrictGreaterThan)
    return side < 0 or (side == 0 and not strict)


def _side(gap: Expr, variable: Symbol, line: Interval) -> int:
    """The sign of a rational function inside a piece; raises Kink at a change inside."""
    if gap.is_Rational:
        return int(sympy.sign(gap))
    if not plain(gap):
        raise NotExact("a kink of a function that is not rational")
    found = quotient(gap, variable)
    for p in (found.top, found.bottom):
        for root in sorted(real_roots(p), key=float):
            if inside(root, line):
                exact = rational_root(p, root)
                if exact is None:
                    raise NotExact("a kink at a number that is not rational")
                raise Kink(exact)
    at = sample(line)
    value = found.top(at) / found.bottom(at)
    return int(value > 0) - int(value < 0)


def sample(line: Interval) -> Any:
    """A rational number inside."""
    low, high = line.low, line.high
    if isinstance(low, Fraction) and isinstance(high, Fraction):
        found = (low + high) / 2
    elif isinstance(low, Fraction):
        found = low + 1
    else:
        found = high - 1 if isinstance(high, Fraction) else Fraction(1, 3)
    return flint.fmpq(found.numerator, found.denominator)


def real_roots(p: Polynomial) -> list[flint.arb]:
    """Enclosures of the distinct real roots."""
    if p.degree() < 1:
        return []
    whole = flint.fmpz_poly([int(c) for c in (p * p.denom()).coeffs()])
    square_free = whole // whole.gcd(whole.derivative())
    with flint.ctx.workprec(BITS):
        found: Any = square_free.complex_roots()
        roots = [root for root, _ in found]
        return [r.real for r in roots if r.imag == 0]


def _ball(x: Bound) -> flint.arb:
    return flint.arb(x) if isinstance(x, float) else flint.arb(
        flint.fmpq(x.numerator, x.denominator))  # fmt: skip


def inside(root: flint.arb, line: Interval) -> bool:
    """Whether a root lies in the open piece, as far as its enclosure tells; an end is outside."""
    return bool(_ball(line.low) < root) and bool(root < _ball(line.high))


def fraction_near(x: flint.arb) -> Fraction:
    """A simple rational number near the middle of a ball."""
    mantissa, exponent = x.mid().man_exp()
    return (Fraction(int(mantissa)) * Fraction(2) ** int(exponent)).limit_denominator(10**9)


def rational_root(p: Polynomial, root: flint.arb) -> Fraction | None:
    """The root itself, where it is a rational number."""
    near = fraction_near(root)
    return near if p(flint.fmpq(near.numerator, near.denominator)) == 0 else None


# ---- extrema


@dataclass(frozen=True, slots=True)
class Extrema:
    """inf and sup on a closed piece, limits included; bounds are exact, or rounded outward."""

    low: Bound
    high: Bound


def extrema(f: Quotient, line: Interval) -> Extrema:
    """inf and sup of a rational function on a piece without poles inside or at its ends."""
    with flint.ctx.workprec(BITS):
        return _extrema(f, line)


def _extrema(f: Quotient, line: Interval) -> Extrema:
    poles = [r for r in real_roots(f.bottom) if _touches(r, line)]
    if poles:
        return Extrema(-inf, inf)
    turning = f.top.derivative() * f.bottom - f.top * f.bottom.derivative()
    lows: list[Bound] = []
    highs: list[Bound] = []
    for end in (line.low, line.high):
        value = _at_end(f, end)
        lows.append(value)
        highs.append(value)
    for root in real_roots(turning):
        if _touches(root, line):
            low, high = _critical(f, root)
            lows.append(low)
            highs.append(high)
    return Extrema(min(lows), max(highs))


def _touches(root: flint.arb, line: Interval) -> bool:
    return not (bool(root < _ball(line.low)) or bool(root > _ball(line.high)))


def _at_end(f: Quotient, end: Bound) -> Bound:
    """The value at an end, the limit at infinity."""
    if isinstance(end, Fraction):
        x = flint.fmpq(end.numerator, end.denominator)
        return _exact(f.top(x) / f.bottom(x))
    gap = f.top.degree() - f.bottom.degree()
    if gap < 0:
        return Fraction(0)
    lead = _exact(f.top.coeffs()[-1] / f.bottom.coeffs()[-1])
    if gap == 0:
        return lead
    return inf if (lead > 0) == (end > 0 or gap % 2 == 0) else -inf


def _exact(x: Any) -> Fraction:
    return Fraction(int(x.p), int(x.q))


def _critical(f: Quotient, root: flint.arb) -> tuple[Fraction, Fraction]:
    """The value at a root of the slope: itself where it is rational, else around it."""
    value = _evaluated(f.top, root) / _evaluated(f.bottom, root)
    near = fraction_near(value)
    if value.contains(_ball(near)):
        level = f.top - flint.fmpq(near.numerator, near.denominator) * f.bottom
        shared = level.gcd(level.derivative())  # a value at an extremum is taken twice
        if any(r.overlaps(root) for r in real_roots(shared)):
            return near, near
    return _rounded(value.lower(), -1), _rounded(value.upper(), 1)


def _evaluated(p: Polynomial, x: flint.arb) -> flint.arb:
    total = flint.arb(0)
    for c in reversed(p.coeffs()):
        total = total * x + flint.arb(c)
    return total


def _rounded(end: flint.arb, side: int) -> Fraction:
    """Outward to 2^-50 of its size."""
    mantissa, exponent = end.man_exp()
    exact = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    return outward(exact, side)


def outward(x: Fraction, side: int) -> Fraction:
    """The next number above (side 1) or below (-1) with about 13 decimal digits."""
    scale = Fraction(10) ** 13
    while abs(x) * scale >= 10**14:
        scale /= 10
    return Fraction(-(-x * scale // 1) if side > 0 else x * scale // 1) / scale
