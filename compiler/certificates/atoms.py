"""A rate taken apart: constant-coefficient stencils, fluxes with weights, and what is neither."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import sympy
from sympy import Expr, Symbol

from ..grid import Flux, Grid, Linear, Network, Point, Read, reads
from ..operators import Operator
from ..scheme import Rate, Scheme, Term, Unknown
from ..stencil import Stencil, identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """coefficient * S v: a stencil of one field with a coefficient in the parameters."""

    coefficient: Expr
    stencil: Stencil
    field: Symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class Diffusive:
    """coefficient * (-sum_a K_a^T g_a K_a v): a flux whose weights may depend on anything."""

    coefficient: Expr
    flux: Flux
    field: Symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """coefficient * S f: a stencil of a grid function that is not linear with constant weights."""

    coefficient: Expr
    stencil: Stencil
    node: Grid


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A term that reads no field: it drops out of the homogeneous part."""

    node: Grid


Atom: TypeAlias = Constant | Diffusive | Other | Source


def chosen(scheme: Scheme, rate: Rate, part: str | None) -> tuple[Term, ...]:
    """The terms of an equation that a claim `of PART` speaks of: an operator, or an unknown.

    A learned function of a derivative is no derivative.
    """
    fields = {u.field for u in scheme.unknowns} | {str(u.symbol.name) for u in scheme.unknowns}
    if part is None or part in fields:
        return rate.terms
    return tuple(t for t in rate.terms if part in t.words and not isinstance(t.value, Network))


def equations(scheme: Scheme, part: str | None) -> tuple[Rate, ...]:
    """The equations that a claim speaks of: that of the unknown `of u`, else all."""
    if part is None:
        return scheme.rates
    own = {u.symbol for u in scheme.unknowns if part in {u.field, str(u.symbol.name)}}
    return tuple(r for r in scheme.rates if r.unknown in own) or scheme.rates


def home(scheme: Scheme, symbol: Symbol) -> Unknown:
    """Where a field lives; a velocity or an older level lives where its unknown does."""
    arrays = () if scheme.step is None else scheme.step.arrays
    like = {a.name: a.like for a in arrays}
    own = next((u for u in scheme.unknowns if u.symbol == symbol), None)
    return own if own is not None else scheme.unknown(like[str(symbol.name)])


def atoms(scheme: Scheme, rate: Rate, part: str | None) -> tuple[Atom, ...]:
    """The chosen terms of an equation, taken apart."""
    whole = identity(len(scheme.axes))
    return tuple(
        atom
        for term in chosen(scheme, rate, part)
        for atom in _apart(term.coefficient, whole, term.value)
    )


def _apart(coefficient: Expr, outer: Stencil, node: Grid) -> Iterator[Atom]:
    """coefficient * outer(node) as atoms."""
    if not reads(node):
        yield Source(node=node)
        return
    match node:
        case Read():
            yield Constant(coefficient=coefficient, stencil=outer, field=node.symbol)
        case Linear(terms=terms):
            for stencil, inner in terms:
                yield from _apart(coefficient, outer.after(stencil), inner)
        case Point() if (parts := _affine(node)) is not None:
            for factor, inner in parts:
                yield from _apart(coefficient * factor, outer, inner)
        case Flux() if outer == identity(outer.dim) and (field := diffused(node)) is not None:
            yield Diffusive(coefficient=coefficient, flux=node, field=field)
        case _:
            yield Other(coefficient=coefficient, stencil=outer, node=node)


def _affine(node: Point) -> list[tuple[Expr, Grid]] | None:
    """(factor, operand) of an expression linear in its operands with factors in the parameters.

    Operands that read no field may appear as summands on their own; they are sources.
    """
    operands = dict(node.operands)
    if node.expression.atoms(Operator):
        return None
    found = []
    for summand in sympy.Add.make_args(sympy.expand(node.expression)):
        factors = sympy.Mul.make_args(summand)
        own = [f for f in factors if f.free_symbols & operands.keys()]
        if not any(reads(operands[s]) for f in own for s in f.free_symbols & operands.keys()):
            continue
        if len(own) != 1 or own[0] not in operands:
            return None
        factor = sympy.Mul(*(f for f in factors if f != own[0]))
        found.append((factor, operands[own[0]]))
    return found


def diffused(flux: Flux) -> Symbol | None:
    """The v of -K^T G K v when every slope is its face's own difference of a field v."""
    operand = flux.operand
    if not isinstance(operand, Read) or operand.kind != "field":
        return None
    for face in flux.faces:
        slope = Linear(terms=((face.difference, operand),), location=face.slope.location)
        if face.slope != slope:
            return None
        if face.weight is None and face.flux != slope:
            return None
        if face.weight is not None and not is_product(face.flux, face.weight, face.slope):
            return None
    return operand.symbol


def is_product(flux: Grid, weight: Grid, slope: Grid) -> bool:
    """The flux is weight * slope, as its formula says."""
    if not isinstance(flux, Point) or len(flux.operands) != 2:
        return False
    (a, left), (b, right) = flux.operands
    return flux.expression == a * b and {left, right} == {weight, slope}
