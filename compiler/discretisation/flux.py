"""`div(F(grad u))` as -K^T Phi(K u): slopes and weights where they are, the exact adjoint."""

from __future__ import annotations

from fractions import Fraction

import sympy
from sympy import Expr, Symbol

from ..grid import Face, Flux, Grid, Point, Read
from ..operators import HarmonicMean, Partial
from ..stencil import Location, Stencil, along, identity
from .context import Context, linear
from .pointwise import build

Slopes = dict[int, Stencil]  # per axis: the stencil of that derivative of u


def is_flux(context: Context, parts: tuple[Expr, ...]) -> bool:
    """True for `div` of something made of a gradient: each part holds a first derivative."""
    return any(p.atoms(Partial) for p in parts)


def flux(context: Context, parts: tuple[Expr, ...], at: Location) -> Grid:
    """The grid function of `div(parts)`; parts of a constant weight give a plain `Linear`."""
    faces = tuple(
        face
        for axis, part in enumerate(parts)
        if part != 0
        for face in (_face(context, part, axis, at),)
    )
    operand = _operand(context, parts)
    if all(f.weight is None and f.flux == f.slope for f in faces):
        terms = tuple((f.difference.adjoint().scaled(Fraction(-1)), f.slope) for f in faces)
        return linear(terms, at)
    return Flux(operand=build(context, operand, at), faces=faces, location=at)


def _operand(context: Context, parts: tuple[Expr, ...]) -> Expr:
    """The u of grad(u): of the derivatives that are factors, else of any that occurs."""
    axes = zip(context.axes, parts, strict=False)
    own = [p.args[0] for axis, part in axes if (p := _split(part, axis.symbol)[1]) is not None]
    every = [p.args[0] for part in parts for p in sorted(part.atoms(Partial), key=str)]
    return (own or every)[0]


def _face(context: Context, part: Expr, axis: int, at: Location) -> Face:
    """Slope, weight and flux of one component."""
    slopes, location = _GRADIENTS[_flux_kind(context)](context, axis, at)
    difference = slopes[axis]

    def atom(context: Context, node: Expr, where: Location) -> Grid | None:
        if isinstance(node, Partial) and int(node.args[2]) == 1 and where == location:
            inner = build(context, node.args[0], at)
            return linear(((slopes[context.axis(node.args[1])], inner),), location)
        if node.is_Symbol and _is_data(context, node):
            return _face_average(context, node, where)
        return None

    weight, own = _split(part, context.axes[axis].symbol)
    if own is None:
        whole = build(context, part, location, atom)
        slope = linear(((difference, build(context, _operand(context, (part,)), at)),), location)
        return Face(axis=axis, difference=difference, slope=slope, weight=None, flux=whole)
    slope = build(context, own, location, atom)
    if weight == 1:
        return Face(axis=axis, difference=difference, slope=slope, weight=None, flux=slope)
    grid = build(context, weight, location, atom)
    g, s = Symbol("#g", real=True), Symbol("#s", real=True)
    product = Point(expression=g * s, operands=((g, grid), (s, slope)), location=location)
    return Face(axis=axis, difference=difference, slope=slope, weight=grid, flux=product)


def _split(part: Expr, coordinate: Symbol) -> tuple[Expr, Partial | None]:
    """part = weight * own, own the derivative along the face's axis, if it is a factor once."""
    factors = sympy.Mul.make_args(part)
    own = [f for f in factors if isinstance(f, Partial) and f.args[1:] == (coordinate, 1)]
    if len(own) != 1:
        return part, None
    rest = list(factors)
    rest.remove(own[0])
    return sympy.Mul(*rest), own[0]


def _flux_kind(context: Context) -> str:
    return "half_points" if context.dim == 1 else context.space.flux


def _half_points(context: Context, axis: int, at: Location) -> tuple[Slopes, Location]:
    """At the face: the difference across it, the others central and averaged to it."""
    location = tuple(v ^ int(a == axis) for a, v in enumerate(at))
    to_face = bool(location[axis])
    slopes = {
        b: context.half(axis, 1, to_face=to_face)
        if b == axis
        else context.half(axis, 0, to_face=to_face).after(context.derivative(b, 1))
        for b in range(context.dim)
    }
    return slopes, location


def _forward(context: Context, axis: int, at: Location) -> tuple[Slopes, Location]:
    """One gradient vector a point: forward differences (u[i+1] - u[i]) / h of order 2's face."""
    slopes = {}
    for b in range(context.dim):
        face = context.half(b, 1, to_face=False)  # offsets 0, +1: read as at the point itself
        pairs = [(o[b], w) for o, w in face.weights]
        slopes[b] = along(pairs, b, dim=context.dim, scale=face.scale)
    return slopes, at


def _corners(context: Context, axis: int, at: Location) -> tuple[Slopes, Location]:
    """One gradient vector a cell corner: differences averaged over the other axes."""
    location = tuple(1 - v for v in at)
    slopes = {}
    for b in range(context.dim):
        total = identity(context.dim)
        for a in range(context.dim):
            total = context.half(a, int(a == b), to_face=bool(location[a])).after(total)
        slopes[b] = total
    return slopes, location


_GRADIENTS = {"half_points": _half_points, "forward": _forward, "corners": _corners}


def _is_data(context: Context, symbol: Symbol) -> bool:
    return any(symbol in d.symbols for d in context.model.data)


def _face_average(context: Context, symbol: Symbol, where: Location) -> Grid:
    """Data as a coefficient: harmonic mean of the neighbours, exact through layers."""
    home = context.locations[symbol]
    read: Grid = Read(symbol=symbol, kind="data", location=home)
    for a in range(context.dim):
        if home[a] != where[a]:
            read = _mean(context, read, a)
    return read


def _mean(context: Context, node: Grid, axis: int) -> Grid:
    """The mean of two neighbours along one axis, half a cell off."""
    location = tuple(v ^ int(a == axis) for a, v in enumerate(node.location))
    to_face = bool(location[axis])
    if context.space.average == "arithmetic":
        return linear(((context.half(axis, 0, to_face=to_face), node),), location)
    shift = 1 if to_face else -1
    low, high = (-1, 0) if to_face else (0, 1)
    a, b = Symbol("#a", real=True), Symbol("#b", real=True)
    ends = tuple(
        linear(
            (
                (
                    along(
                        [(o, Fraction(1))], axis, dim=context.dim, scale=sympy.S.One, shift=shift
                    ),
                    node,
                ),
            ),
            location,
        )
        for o in (low, high)
    )
    harmonic = HarmonicMean(a, b)
    return Point(expression=harmonic, operands=((a, ends[0]), (b, ends[1])), location=location)
