"""Upwind differences: a*dx(u) by the sign of a at the point, dx(f(u)) by Engquist-Osher fluxes."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import sympy
from sympy import Expr, Max, Min, Symbol

from ..grid import Grid, Point
from ..operators import Partial
from ..source import Span
from ..stencil import Location, Stencil, along
from .context import Context, linear
from .pointwise import build

# one-sided weights of d/dx for wind from below, by order; from above they are mirrored
_BACKWARD: dict[int, tuple[tuple[int, Fraction], ...]] = {
    1: ((-1, Fraction(-1)), (0, Fraction(1))),
    3: (
        (-2, Fraction(1, 6)),
        (-1, Fraction(-1)),
        (0, Fraction(1, 2)),
        (1, Fraction(1, 3)),
    ),
}
ORDERS = tuple(_BACKWARD)


def one_sided(context: Context, axis: int, *, below: bool) -> Stencil:
    """The difference that looks to where the wind comes from."""
    pairs = _BACKWARD[context.space.order]
    chosen = pairs if below else tuple((-o, -w) for o, w in pairs)
    return along(chosen, axis, dim=context.dim, scale=1 / context.axes[axis].spacing)


def transport(
    context: Context, speed: Expr, derivative: Partial, at: Location
) -> list[tuple[Expr, Grid]]:
    """Terms (coefficient, grid) of speed * dx(u) on the right side, by the sign of the speed.

    On the right side a positive factor moves values down the axis: the wind comes from above.
    """
    axis = context.axis(derivative.args[1])
    inner = build(context, derivative.args[0], at)
    below = linear(((one_sided(context, axis, below=True), inner),), at)
    above = linear(((one_sided(context, axis, below=False), inner),), at)
    if context.is_constant(speed) and speed.is_nonnegative:
        return [(speed, above)]
    if context.is_constant(speed) and speed.is_nonpositive:
        return [(speed, below)]
    a, up, down = (Symbol(n, real=True) for n in ("#speed", "#above", "#below"))
    operands = ((a, build(context, speed, at)), (up, above), (down, below))
    upwind = Max(a, 0) * up + Min(a, 0) * down
    return [(sympy.S.One, Point(expression=upwind, operands=operands, location=at))]


def engquist_osher(
    context: Context, factor: Expr, derivative: Partial, at: Location, span: Span
) -> list[tuple[Expr, Grid]]:
    """Terms of factor * dx(f(u)): f split into its rising and its falling part, conservative."""
    f, axis = derivative.args[0], context.axis(derivative.args[1])
    fields = sorted(f.free_symbols & set(context.locations), key=str)
    sign = factor.is_nonnegative, factor.is_nonpositive
    if len(fields) != 1 or sign == (None, None) or f.atoms(sympy.Function):
        context.faults.error(
            span,
            "the upwind flux of this term cannot be split into a rising and a falling part",
            "write dx of a polynomial in one unknown times a factor of known sign, or leave out"
            " `upwind`",
        )
        return []
    parts = _split(f, fields[0])
    if parts is None:
        context.faults.error(
            span,
            "the turning points of this flux have no exact values",
            "a polynomial flux of degree at most 3 has them",
        )
        return []
    rising, falling = parts if factor.is_nonnegative else reversed(parts)
    # with a positive factor on the right side, a rising f moves values down the axis
    terms = []
    for part, below in ((rising, False), (falling, True)):
        if part.free_symbols & {fields[0]}:
            operator = one_sided(context, axis, below=below)
            terms.append((factor, linear(((operator, build(context, part, at)),), at)))
    return terms


def _split(f: Expr, u: Symbol) -> tuple[Expr, Expr] | None:
    """f = rising + falling + constant: integrals of max(f', 0) and min(f', 0) from 0, exactly.

    Between two turning points a < b of f the integral runs over clip(u, a, b).
    """
    slope = sympy.diff(f, u)
    if slope.is_nonnegative:
        return f, sympy.S.Zero
    if slope.is_nonpositive:
        return sympy.S.Zero, f
    if not slope.is_polynomial(u) or sympy.degree(slope, u) > 2:
        return None
    roots = sorted(set(sympy.roots(sympy.Poly(slope, u), filter="R")), key=lambda r: r.evalf())
    if any(r.free_symbols for r in roots):
        return None
    bounds = [-sympy.oo, *roots, sympy.oo]
    rising = falling = sympy.S.Zero
    for low, high in pairwise(bounds):
        middle = _between(low, high)
        clipped = (
            Max(Min(u, high) if high.is_finite else u, low)
            if low.is_finite
            else (Min(u, high) if high.is_finite else u)
        )
        piece = f.subs(u, clipped)
        sign = slope.subs(u, middle)
        if sign.is_positive:
            rising += piece
        elif sign.is_negative:
            falling += piece
        else:
            return None
    return rising, falling


def _between(low: Expr, high: Expr) -> Expr:
    """A point inside an interval that may be infinite."""
    if low.is_finite and high.is_finite:
        return (low + high) / 2
    if low.is_finite:
        return low + 1
    return high - 1 if high.is_finite else sympy.S.Zero
