"""An equation's right side as terms: a constant coefficient times a grid function each."""

from __future__ import annotations

from dataclasses import replace

import sympy
from sympy import Expr

from ..grid import Grid, Linear
from ..operators import Divergence, Laplacian, Operator, Partial
from ..scheme import Term
from ..source import Span
from ..stencil import Location
from .context import Context, linear, moved
from .flux import flux, is_flux
from .pointwise import build, differentiate
from .upwind import engquist_osher, transport

_WORD = {Laplacian: "lap", Divergence: "div"}


def terms_of(context: Context, right: Expr, at: Location, span: Span) -> tuple[Term, ...]:
    """The right side term by term, in the order in which sympy holds them made deterministic."""
    found = []
    for part in additive(context, right):
        coefficient, rest = constant_factor(context, part)
        for factor, grid in _grids(context, coefficient, rest, at, span):
            found.append(Term(words=words(rest), coefficient=factor, value=grid, span=span))
    return _merged(found)


def terms_of_addends(
    context: Context, addends: tuple[Expr, ...], at: Location, span: Span
) -> tuple[Term, ...]:
    """The right side addend by addend, in the order of the file; one that is 0 has no terms."""
    return tuple(
        replace(term, addend=number)
        for number, addend in enumerate(addends)
        if addend != 0
        for term in terms_of(context, addend, at, span)
    )


def additive(context: Context, expression: Expr) -> list[Expr]:
    """The additive terms; a constant in front of a sum is distributed over it."""
    parts: list[Expr] = []
    for term in sorted(sympy.Add.make_args(expression), key=sympy.default_sort_key):
        coefficient, rest = constant_factor(context, term)
        if rest.is_Add:
            parts += [coefficient * r for r in additive(context, rest)]
        else:
            parts.append(term)
    return parts


def words(expression: Expr) -> tuple[str, ...]:
    """The outermost spatial operators of a term, by the words of the language."""
    found: list[str] = []
    stack = [expression]
    while stack:
        node = stack.pop()
        if isinstance(node, Partial):
            found.append("d" + str(node.args[1]) * int(node.args[2]))
        elif type(node) in _WORD:
            found.append(_WORD[type(node)])
        else:
            stack.extend(node.args)
    return tuple(sorted(set(found)))


def constant_factor(context: Context, term: Expr) -> tuple[Expr, Expr]:
    """term = constant * rest."""
    factors = sympy.Mul.make_args(term)
    constant = [f for f in factors if context.is_constant(f)]
    rest = [f for f in factors if not context.is_constant(f)]
    return sympy.Mul(*constant), sympy.Mul(*rest)


def _grids(
    context: Context, coefficient: Expr, rest: Expr, at: Location, span: Span
) -> list[tuple[Expr, Grid]]:
    """(coefficient, grid) pairs of one term; linear operators pass through sums and constants."""
    if isinstance(rest, Divergence):
        return _divergence(context, coefficient, rest, at, span)
    if isinstance(rest, Laplacian | Partial) and not _upwinded(context, rest):
        return _operator(context, coefficient, rest, at, span)
    if context.space.upwind:
        return _upwind(context, coefficient, rest, at, span)
    return [(coefficient, build(context, rest, at))]


def _operator(
    context: Context, coefficient: Expr, rest: Operator, at: Location, span: Span
) -> list[tuple[Expr, Grid]]:
    """lap or d of a sum: each inner term on its own, composed exactly."""
    found: list[tuple[Expr, Grid]] = []
    for part in additive(context, rest.args[0]):
        factor, inner = constant_factor(context, part)
        nested = inner.has(Laplacian, Partial, Divergence)
        home = context.common_location(inner, at)
        plain: list[tuple[Expr, Grid | None]] = [(sympy.S.One, None)]
        pairs = _grids(context, sympy.S.One, inner, home, span) if nested else []
        for extra, grid in pairs or plain:
            found.append((coefficient * factor * extra, _apply(context, rest, inner, grid, at)))
    return found


def _apply(context: Context, rest: Operator, inner: Expr, grid: Grid | None, at: Location) -> Grid:
    """The operator `rest` on an inner expression, or on its grid function if that is known."""
    if isinstance(rest, Laplacian):
        home = context.common_location(inner, at)
        operand = grid if grid is not None else build(context, inner, home)
        lap = linear(tuple((s, operand) for s in context.laplacian()), operand.location)
        return moved(context, lap, at)
    axis, order = context.axis(rest.args[1]), int(rest.args[2])
    if grid is None:
        return differentiate(context, inner, axis, order, at)
    odd = order % 2 and grid.location[axis] != at[axis]
    operator = (
        context.half(axis, order, to_face=bool(at[axis]))
        if odd
        else context.derivative(axis, order)
    )
    reached = tuple(g + s for g, s in zip(grid.location, operator.shift, strict=True))
    return moved(context, linear(((operator, grid),), reached), at)


def _divergence(
    context: Context, coefficient: Expr, rest: Divergence, at: Location, span: Span
) -> list[tuple[Expr, Grid]]:
    """div: a flux of a gradient, or the derivatives of the components."""
    factors = [constant_factor(context, a)[0] for a in rest.args]
    parts = rest.args
    if len(set(factors)) == 1:
        coefficient, parts = coefficient * factors[0], tuple(a / factors[0] for a in parts)
    if is_flux(context, parts):
        return [(coefficient, flux(context, parts, at))]
    found: list[tuple[Expr, Grid]] = []
    for axis, part in enumerate(parts):
        derivative = Partial(part, context.axes[axis].symbol, 1)
        found += _grids(context, coefficient, derivative, at, span)
    return found


# ---- upwind


def _upwinded(context: Context, node: Expr) -> bool:
    """True for a first derivative that `space upwind` speaks of."""
    return bool(context.space.upwind and isinstance(node, Partial) and node.args[2] == 1)


def _upwind(
    context: Context, coefficient: Expr, rest: Expr, at: Location, span: Span
) -> list[tuple[Expr, Grid]]:
    """A term with one first derivative as a factor by the wind; others as ever."""
    factors = sympy.Mul.make_args(rest)
    own = [f for f in factors if _upwinded(context, f)]
    if len(own) != 1:
        return [(coefficient, build(context, rest, at))]
    speed = sympy.Mul(coefficient, *(f for f in factors if f is not own[0]))
    inside = own[0].args[0]
    _, core = constant_factor(context, inside)
    if core in context.locations or not inside.free_symbols & set(context.locations):
        return transport(context, speed, own[0], at)
    if context.is_constant(speed):
        return engquist_osher(context, speed, own[0], at, span)
    return transport(context, speed, own[0], at)


def _merged(terms: list[Term]) -> tuple[Term, ...]:
    """Terms of equal coefficient and words whose values are plain stencils become one."""
    found: dict[tuple[Expr, tuple[str, ...]], Term] = {}
    rest: list[Term] = []
    for term in terms:
        key = (term.coefficient, term.words)
        if not isinstance(term.value, Linear):
            rest.append(term)
        elif key in found and isinstance(before := found[key].value, Linear):
            value = linear(before.terms + term.value.terms, term.value.location)
            found[key] = Term(
                words=term.words, coefficient=term.coefficient, value=value, span=term.span
            )
        else:
            found[key] = term
    return tuple(found.values()) + tuple(rest)
