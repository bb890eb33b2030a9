"""Schemes written node by node: `u[k+1, i] = ...` as exact stencils on older levels."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import sympy
from sympy import Expr, Symbol

from ..grid import Grid, Read
from ..integrators.iterate import level_symbol
from ..model import Equation
from ..operators import AtNode
from ..scheme import Term
from ..source import Span
from ..stencil import Location, Stencil, identity, stencil
from .context import Context, linear
from .convolution import is_convolution
from .pointwise import build
from .terms import additive, constant_factor


def depth(equations: tuple[Equation, ...]) -> dict[Symbol, int]:
    """How many older levels of each unknown are read: 0 for a two-level scheme."""
    found = {e.unknown: 0 for e in equations}
    for equation in equations:
        for node in equation.right.atoms(AtNode):
            symbol, level = node.args[0], int(node.args[1])
            if symbol in found:
                found[symbol] = max(found[symbol], -level)
    return found


def nodewise_terms(
    context: Context, side: Expr, span: Span, *, factored: bool = False
) -> tuple[Term, ...]:
    """One side: a linear term for each coefficient in parameters, the rest pointwise.

    If `factored`, constant factors of the rest are coefficients of terms as well; those of learned
    kernels always are.
    """
    at = (0,) * context.dim
    context, side = _whole_levels(context, side)

    def atom(context: Context, node: Expr, where: Location) -> Grid | None:
        return _shifted(context, node) if isinstance(node, AtNode) else None

    groups: dict[Expr, list[tuple[Stencil, Grid]]] = {}
    rest: list[Expr] = []
    for part in additive(context, side):
        weight, coefficient, node = _factors(context, part)
        if node is None:
            rest.append(part)
            continue
        read = _shifted(context, node)
        groups.setdefault(coefficient, []).append((identity(context.dim).scaled(weight), read))
    found = [
        Term(words=(), coefficient=c, value=linear(tuple(pairs), at), span=span)
        for c, pairs in groups.items()
    ]
    for part in rest:
        factor, inner = constant_factor(context, part)
        if not factored and not is_convolution(inner):
            factor, inner = sympy.S.One, part
        grid = build(context, inner, at, atom)
        found.append(Term(words=(), coefficient=factor, value=grid, span=span))
    return tuple(found)


def _whole_levels(context: Context, side: Expr) -> tuple[Context, Expr]:
    """Levels of whole fields, which may be differentiated, as unknowns of their own."""
    whole = {
        node: level_symbol(context.model, node.args[0], int(node.args[1]))
        for node in side.atoms(AtNode)
        if len(node.args) == 2
    }
    homes = {symbol: context.locations[node.args[0]] for node, symbol in whole.items()}
    return replace(context, locations=context.locations | homes), side.xreplace(whole)


def _factors(context: Context, part: Expr) -> tuple[Fraction, Expr, Expr | None]:
    """part = rational * constant * u[...], or no node if it is not of that form."""
    factors = sympy.Mul.make_args(part)
    nodes = [f for f in factors if isinstance(f, AtNode) or f in context.locations]
    constant = sympy.Mul(*(f for f in factors if f not in nodes))
    if len(nodes) != 1 or not context.is_constant(constant):
        return Fraction(1), constant, None
    weight, coefficient = constant.as_coeff_Mul(rational=True)
    return Fraction(int(weight.p), int(weight.q)), coefficient, nodes[0]


def _shifted(context: Context, node: Expr) -> Grid:
    """`u[k + level, i + o]` as a shift of the array that holds that level."""
    zero = (0,) * context.dim
    symbol, *rest = node.args if isinstance(node, AtNode) else (node, sympy.S.Zero)
    level, offsets = int(rest[0]), tuple(int(o) for o in rest[1:]) or zero
    kind = "data" if any(symbol in d.symbols for d in context.model.data) else "field"
    array = level_symbol(context.model, symbol, level)
    read: Grid = Read(symbol=array, kind=kind, location=zero)
    shift = stencil([(offsets, Fraction(1))], scale=sympy.S.One, shift=zero)
    return linear(((shift, read),), zero)
