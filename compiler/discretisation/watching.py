"""Watched numbers: integrals and means as sums over the grid, each term where it lives."""

from __future__ import annotations

import sympy
from sympy import Expr, Symbol

from ..grid import Grid, Point
from ..model import Model, Watched
from ..operators import Integral, Mean, Partial
from ..scheme import Sum, Watch
from ..stencil import Location
from .context import Context, linear
from .pointwise import build


def watches_of(context: Context, model: Model) -> tuple[Watch, ...]:
    """Every watched number as a formula of sums."""
    return tuple(_watch(context, w) for w in model.watches)


def _watch(context: Context, watched: Watched) -> Watch:
    """Replace each integral or mean by a stand-in for a sum over the grid."""
    sums: list[tuple[Symbol, Sum]] = []
    mapping: dict[Expr, Expr] = {}
    for node in sorted(watched.value.atoms(Integral, Mean), key=sympy.default_sort_key):
        parts = []
        for term in sympy.Add.make_args(sympy.expand_mul(node.args[0])):
            coefficient, rest = _constant(context, term)
            symbol = Symbol(f"#s{len(sums)}", real=True)
            sums.append((symbol, Sum(value=_density(context, rest), mean=isinstance(node, Mean))))
            parts.append(coefficient * symbol)
        mapping[node] = sympy.Add(*parts)
    return Watch(
        name=watched.name,
        expression=watched.value.xreplace(mapping),
        sums=tuple(sums),
        span=watched.span,
    )


def _constant(context: Context, term: Expr) -> tuple[Expr, Expr]:
    factors = sympy.Mul.make_args(term)
    constant = [f for f in factors if context.is_constant(f)]
    return sympy.Mul(*constant), sympy.Mul(*(f for f in factors if f not in constant))


def _density(context: Context, term: Expr) -> Grid:
    """A squared first derivative at its faces, everything else where its fields live."""
    zero: Location = (0,) * context.dim
    base, exponent = term.as_base_exp()
    if isinstance(base, Partial) and base.args[2] == 1 and exponent == 2:
        axis = context.axis(base.args[1])
        home = context.common_location(base.args[0], zero)
        to_face = not home[axis]
        slope = linear(
            ((context.half(axis, 1, to_face=to_face), build(context, base.args[0], home)),),
            tuple(h ^ int(a == axis) for a, h in enumerate(home)),
        )
        s = Symbol("#s", real=True)
        return Point(expression=s**2, operands=((s, slope),), location=slope.location)
    home = context.common_location(term, zero)
    return build(context, term, home)
