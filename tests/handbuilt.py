"""Schemes built by hand, node by node, for tests that must not depend on the discretisation."""

from collections.abc import Sequence
from dataclasses import MISSING, fields
from typing import Any

import sympy
from sympy import Expr, Rational, Symbol

from iterant.compiler import grid as g, model as m, scheme as s, stencil as st
from iterant.compiler.source import Source, Span

HERE = Span(0, 0)
U = Symbol("u", real=True)
H = Symbol("h", positive=True)
NAMES = ("x", "y", "z")
PERIODIC = (s.Edge(rule="periodic"),) * 2
ZERO_PADDED = (s.Edge(rule="zero"),) * 2


def noun(kind: type, **given: Any) -> Any:
    """A frozen noun of the model whose fields that are not given say no, or nothing."""
    rest = {f.name: False for f in fields(kind) if f.default is f.default_factory is MISSING}
    return kind(**(rest | {"span": HERE} | given))


def coordinate(axis: int) -> Symbol:
    """The symbol of a coordinate."""
    return Symbol(NAMES[axis], real=True)


def wall(mirror: int, value: Any, slope: Any, right: Any) -> s.Edge:
    """value * u + slope * dn(u) = right."""
    numbers = (sympy.sympify(n) for n in (value, slope, right))
    value, slope, right = numbers
    return s.Edge(rule="wall", mirror=mirror, value=value, slope=slope, right=right)


def unknown(
    edges: Sequence[tuple[s.Edge, s.Edge]], *, symbol: Symbol = U, **more: Any
) -> s.Unknown:
    """A field at the points, or where `location` and `extra` say."""
    zero = (0,) * len(edges)
    kind = more.get("kind", "field")
    return s.Unknown(
        symbol=symbol,
        field=symbol.name,
        location=more.get("location", zero),
        extra=more.get("extra", zero),
        edges=tuple(edges),
        kind=kind,
    )


def bare_model(dim: int, **more: Any) -> m.Model:
    """A model with nothing in it but axes and what is given."""
    axes = tuple(
        m.Axis(name=NAMES[a], symbol=coordinate(a), low=sympy.S.Zero, high=None, span=HERE)
        for a in range(dim)
    )
    grid = m.Grid(
        counts=None,
        spacing=None,
        placement=more.pop("placement", "cells"),
        quadrature=None,
        span=HERE,
    )
    empty: dict[str, Any] = dict.fromkeys(
        ("fields", "data", "params", "functions", "kernels", "equations", "energies", "initial"), ()
    )
    empty |= dict.fromkeys(("solves", "claims", "watches"), ())
    return m.Model(
        name="hand",
        doc="",
        source=Source("hand.scheme", ""),
        axes=axes,
        grid=grid,
        graph=None,
        boundary=m.Boundary(periodic=(), walls=(), zero=()),
        space=m.Space(),
        time=None,
        iterate_steps=None,
        **(empty | more),
    )


def scheme(
    unknowns: Sequence[s.Unknown],
    rates: Sequence[s.Rate],
    *,
    spacing: Any = 1,
    step: s.Step | None = None,
    **more: Any,
) -> s.Scheme:
    """A scheme of free size with one spacing."""
    dim = len(unknowns[0].edges)
    axes = tuple(
        s.GridAxis(
            name=NAMES[a],
            symbol=coordinate(a),
            low=sympy.S.Zero,
            length=None,
            count=None,
            spacing=H,
            spacing_value=sympy.sympify(spacing),
            periodic=unknowns[0].edges[a][0].rule == "periodic",
        )
        for a in range(dim)
    )
    return s.Scheme(
        model=bare_model(dim, **more),
        axes=axes,
        unknowns=tuple(unknowns),
        rates=tuple(rates),
        step=step,
        order=(),
    )


# ---- grid expressions


def field(symbol: Symbol = U, location: st.Location = (0,)) -> g.Read:
    """A field where it lives."""
    return g.Read(symbol=symbol, kind="field", location=location)


def rate(*values: g.Grid, unknown: Symbol = U, order: int = 1) -> s.Rate:
    """d/dt u = the sum of grid functions."""
    terms = tuple(s.Term(words=(), coefficient=sympy.S.One, value=v, span=HERE) for v in values)
    return s.Rate(unknown=unknown, order=order, terms=terms, span=HERE)


def second_difference(axis: int, dim: int, order: int = 2) -> st.Stencil:
    """dxx at the points."""
    return st.along(st.central(2, order), axis, dim=dim, scale=H**-2)


def difference(axis: int, dim: int, order: int = 2) -> st.Stencil:
    """K: dx from the points to the faces."""
    return st.along(st.staggered(1, order, to_face=True), axis, dim=dim, scale=1 / H, shift=1)


def laplacian(dim: int, order: int = 2) -> g.Linear:
    """lap(u)."""
    zero = (0,) * dim
    terms = tuple((second_difference(a, dim, order), field(location=zero)) for a in range(dim))
    return g.Linear(terms=terms, location=zero)


def diffusion(dim: int, weight: Expr = sympy.S.One, order: int = 2) -> g.Flux:
    """div(g * grad(u)) with g a function of the slope s across each face."""
    faces = []
    for a in range(dim):
        location = tuple(int(b == a) for b in range(dim))
        k = difference(a, dim, order)
        slope = g.Linear(terms=((k, field(location=(0,) * dim)),), location=location)
        sign = Symbol("s", real=True)
        own = g.Point(expression=weight, operands=((sign, slope),), location=location)
        flux = g.Point(expression=weight * sign, operands=((sign, slope),), location=location)
        faces.append(g.Face(axis=a, difference=k, slope=slope, weight=own, flux=flux))
    return g.Flux(operand=field(location=(0,) * dim), faces=tuple(faces), location=(0,) * dim)


# ---- steps


def euler(*more: s.Stage, moves: Sequence[tuple[str, str]] = (), **facts: Any) -> s.Step:
    """u <- u + tau f(u), and stages around it."""
    body = stage([update("u", {"u": 1}, s.TAU)], moves=moves)
    return step([*more, body], **facts)


def update(target: str, combination: dict[str, Any], slope: Any = 0) -> s.Update:
    """target <- combination + slope * rate(u)."""
    slope = sympy.sympify(slope)
    pairs = tuple((sympy.sympify(c), name) for name, c in combination.items())
    return s.Update(
        target=target, combination=pairs, slope=slope, unknown=U if slope != 0 else None
    )


def stage(updates: Sequence[s.Update], **more: Any) -> s.Stage:
    """A stage; by default it reads u from u at the step's start."""
    moves = tuple(more.pop("moves", ()))
    return s.Stage(name="stage", at=more.pop("at", ()), updates=tuple(updates), moves=moves, **more)


def step(body: Sequence[s.Stage], **more: Any) -> s.Step:
    """A step with arrays like u by name."""
    arrays = tuple(s.Array(name=name, like=U) for name in more.get("arrays", ()))
    return s.Step(
        method="hand",
        arrays=arrays,
        start=tuple(more.get("start", ())),
        start_steps=more.get("start_steps", 0),
        body=tuple(body),
        finish=tuple(more.get("finish", ())),
        inner=more.get("inner", 1),
        advance=sympy.sympify(more.get("advance", 1)),
    )


HALF = Rational(1, 2)
