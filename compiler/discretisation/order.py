"""Consistency order and leading truncation term, by rational moment sums of the stencils."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice

import sympy
from sympy import Expr, Symbol

from ..grid import Flux, Grid, Linear, Read, walk
from ..scheme import Edge, GridAxis, OrderRow, Rate, Unknown
from ..stencil import Stencil

_DEGREES = 34  # beyond the widest stencil nothing is looked for


def consistency(stencil: Stencil) -> tuple[int, int, dict[tuple[int, ...], Fraction]] | None:
    """(degree of the derivative, order, leading error): the first two degrees with a moment.

    None when the expansion ends after the derivative: the stencil is exact (a value at a point).
    """
    if len(stencil.weights) == 1 and not any(any(o) for o, _ in stencil.weights):
        return None
    degrees = ((d, t) for d, t in enumerate(islice(stencil.taylor(), _DEGREES)) if t)
    first = next(degrees, None)
    second = next(degrees, None)
    if first is None or second is None:
        return None
    return first[0], second[0] - first[0], second[1]


def interior_row(rates: tuple[Rate, ...], axes: tuple[GridAxis, ...]) -> OrderRow:
    """The smallest order of all stencils of all terms, and the leading term of the linear ones."""
    orders: list[int] = []
    errors: list[tuple[int, str]] = []
    for rate in rates:
        for term in rate.terms:
            for node in walk(term.value):
                for stencil in _stencils(node):
                    found = consistency(stencil)
                    if found is None:
                        continue
                    orders.append(found[1])
                    if node is term.value and isinstance(node, Linear):
                        errors.append(
                            (
                                found[1],
                                _leading(
                                    term.coefficient, stencil, found, axes, _name(node, stencil)
                                ),
                            )
                        )
    if not orders:
        return OrderRow(
            place="interior",
            order=None,
            leading="exact: no derivative is replaced",
            span=rates[0].span if rates else None,
        )
    order = min(orders)
    leading = " + ".join(text for o, text in errors if o == order)
    return OrderRow(
        place="interior",
        order=order,
        leading=leading or "of the flux's differences",
        span=rates[0].span,
    )


def wall_rows(
    rates: tuple[Rate, ...],
    unknowns: tuple[Unknown, ...],
    axes: tuple[GridAxis, ...],
    order: int | None,
) -> tuple[OrderRow, ...]:
    """One line a wall: the global order expected with its ghost rule.

    Ghosts by reflection lose two local orders in the rows at a wall, which the inverse of the
    second-order operator wins back; beyond order 2 they are exact only for solutions that continue
    evenly or oddly. A coefficient that varies across the wall is taken from the cell beside it, so
    a given flux or a Robin condition meets it with an error of order 1.
    """
    if order is None:
        return ()
    varying = _varying(rates)
    found: dict[str, OrderRow] = {}
    for unknown in unknowns:
        for axis, edges in zip(axes, unknown.edges, strict=True):
            for side, edge in zip(("low", "high"), edges, strict=True):
                if edge.rule == "wall" and edge.span is not None:
                    place = f"{axis.name} {side}"
                    found[place] = _wall_row(place, edge, order, varying=varying)
    return tuple(found.values())


def _wall_row(place: str, edge: Edge, order: int, *, varying: bool) -> OrderRow:
    """The line of one wall."""
    if varying and edge.slope != 0 and (edge.right != 0 or edge.value != 0):
        text = "the coefficient at the wall is that of the cell beside it"
        return OrderRow(place=place, order=min(order, 1), leading=text, span=edge.span)
    text = "ghosts by reflection"
    if order > 2:
        text += "; of full order if the solution continues evenly or oddly"
    return OrderRow(place=place, order=min(order, 2), leading=text, span=edge.span)


def _varying(rates: tuple[Rate, ...]) -> bool:
    """Whether a flux has weights of given data or coordinates."""
    faces = (
        face
        for rate in rates
        for term in rate.terms
        for node in walk(term.value)
        if isinstance(node, Flux)
        for face in node.faces
    )
    return any(
        isinstance(n, Read) and n.kind != "field"
        for face in faces
        if face.weight is not None
        for n in walk(face.weight)
    )


def _stencils(node: Grid) -> tuple[Stencil, ...]:
    if isinstance(node, Linear):
        return tuple(s for s, _ in node.terms)
    return tuple(f.difference for f in node.faces) if isinstance(node, Flux) else ()


def _name(node: Linear, stencil: Stencil) -> str:
    operand = next(v for s, v in node.terms if s is stencil)
    return str(getattr(operand, "symbol", "f"))


def _leading(
    coefficient: Expr,
    stencil: Stencil,
    found: tuple[int, int, dict[tuple[int, ...], Fraction]],
    axes: tuple[GridAxis, ...],
    name: str,
) -> str:
    """The leading error as text: coefficient * h^p * derivatives of the operand."""
    total = sympy.S.Zero
    for powers, value in found[2].items():
        spacing = sympy.Mul(*(a.spacing**p for a, p in zip(axes, powers, strict=True)))
        letters = "".join(a.name * p for a, p in zip(axes, powers, strict=True))
        derivative = Symbol(
            f"d{letters}({name})"
            if len(letters) < 5
            else f"d({name}, "
            + ", ".join(f"{a.name}^{p}" for a, p in zip(axes, powers, strict=True) if p)
            + ")"
        )
        total += sympy.Rational(value.numerator, value.denominator) * spacing * derivative
    return str(coefficient * stencil.scale * total).replace("**", "^")
