"""Pointwise expressions: operators become grid functions, the rest stays a formula of sympy."""

from __future__ import annotations

from collections.abc import Callable

import sympy
from sympy import Expr, Symbol

from ..grid import Convolution, Grid, Linear, Network, Point, Read
from ..operators import (
    Called,
    Convolved,
    ConvolvedAdjoint,
    Divergence,
    Laplacian,
    Operator,
    Partial,
)
from ..stencil import Location
from .context import Context, linear, moved
from .convolution import convolution

Atom = Callable[[Context, Expr, Location], "Grid | None"]


def build(context: Context, expression: Expr, at: Location, atom: Atom | None = None) -> Grid:
    """The grid function of an expression at a location.

    `atom` may give another meaning to an operator, a field or data (the flux does so at faces);
    where it returns None the ordinary meaning holds: derivatives central at the point.
    """
    found = _atom(context, expression, at, atom)
    if found is not None:
        return found
    operands: dict[Expr, tuple[Symbol, Grid]] = {}
    replaced = _replace(context, expression, at, atom, operands)
    pairs = tuple(operands.values())
    constant = all(not isinstance(n, Network | Convolution) for _, n in pairs)
    if constant and pairs and (sums := _rational_sum(replaced, dict(pairs))) is not None:
        from_identity = tuple(
            (context.travel(at, at).scaled(weight), operand) for weight, operand in sums
        )
        return linear(from_identity, at)
    return Point(expression=replaced, operands=pairs, location=at)


def _rational_sum(
    expression: Expr, operands: dict[Symbol, Grid]
) -> list[tuple[sympy.Rational, Grid]] | None:
    """[(weight, operand)] when the expression is a sum of operands with rational weights."""
    from fractions import Fraction  # noqa: PLC0415

    found = []
    for term in sympy.Add.make_args(expression):
        weight, rest = term.as_coeff_Mul(rational=True)
        if rest not in operands or not weight.is_Rational:
            return None
        found.append((Fraction(int(weight.p), int(weight.q)), operands[rest]))
    return found


def _replace(
    context: Context,
    expression: Expr,
    at: Location,
    atom: Atom | None,
    operands: dict[Expr, tuple[Symbol, Grid]],
) -> Expr:
    """The expression with every grid function replaced by a symbol that stands for it."""
    if expression in operands:
        return operands[expression][0]
    found = _atom(context, expression, at, atom)
    if found is not None:
        symbol = _stand_in(expression, len(operands))
        operands[expression] = (symbol, found)
        return symbol
    if not expression.args:
        return expression
    if isinstance(expression, Called):
        head, *rest = expression.args
        return Called(head, *(_replace(context, a, at, atom, operands) for a in rest))
    changed = [_replace(context, a, at, atom, operands) for a in expression.args]
    return expression.func(*changed) if changed != list(expression.args) else expression


def _stand_in(expression: Expr, number: int) -> Symbol:
    """A symbol that stands for a grid function: its own name if it has one."""
    if expression.is_Symbol:
        return expression
    return Symbol(f"#{number}", real=True)


def _atom(context: Context, node: Expr, at: Location, atom: Atom | None) -> Grid | None:
    """The grid function that one node is, or None if it is a pointwise formula."""
    special = atom(context, node, at) if atom is not None else None
    if special is not None:
        return special
    if node.is_Symbol:
        return _symbol(context, node, at)
    if isinstance(node, Partial):
        axis = context.axis(node.args[1])
        return differentiate(context, node.args[0], axis, int(node.args[2]), at)
    if isinstance(node, Laplacian):
        inner = build(context, node.args[0], context.common_location(node.args[0], at))
        lap = linear(tuple((s, inner) for s in context.laplacian()), inner.location)
        return moved(context, lap, at)
    if isinstance(node, Divergence):
        parts = [differentiate(context, f, a, 1, at) for a, f in enumerate(node.args)]
        return linear(tuple((context.travel(at, at), p) for p in parts), at)
    if isinstance(node, Convolved | ConvolvedAdjoint):
        return convolution(context, node, at, lambda inner: build(context, inner, at, atom))
    if isinstance(node, Called) and context.learned(node.args[0]) is not None:
        arguments = tuple(build(context, a, at, atom) for a in node.args[1:])
        return Network(function=node.args[0], arguments=arguments, location=at)
    return None


def _symbol(context: Context, symbol: Symbol, at: Location) -> Grid | None:
    """A field or data, averaged to the location, or a coordinate of it."""
    if symbol in context.locations:
        home = context.locations[symbol]
        kind = "data" if any(symbol in d.symbols for d in context.model.data) else "field"
        return moved(context, Read(symbol=symbol, kind=kind, location=home), at)
    if any(symbol == a.symbol for a in context.axes):
        return Read(symbol=symbol, kind="coordinate", location=at)
    return None


def differentiate(context: Context, f: Expr, axis: int, order: int, at: Location) -> Grid:
    """d^order f / dx_axis^order at a location: central, or staggered from half a cell off."""
    home = context.common_location(f, at)
    inner = build(context, f, home)
    if order % 2 and home[axis] != at[axis]:
        operator = context.half(axis, order, to_face=bool(at[axis]))
    else:
        operator = context.derivative(axis, order)
    reached = tuple(h + s for h, s in zip(home, operator.shift, strict=True))
    return moved(context, linear(((operator, inner),), reached), at)


def unsupported(node: Expr) -> set[str]:
    """Names of the operators in an expression that no grid function exists for yet."""
    known = (Partial, Laplacian, Divergence, Called, Convolved, ConvolvedAdjoint)
    return {type(n).__name__ for n in node.atoms(Operator) if not isinstance(n, known)}


__all__ = ["Linear", "build", "differentiate", "unsupported"]
