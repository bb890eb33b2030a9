"""Whether iterates determine their newest level, as far as the file alone can tell.

Coefficients are taken at the values of the file. A left side is tried on constant values: where
they stay constant beyond the walls it multiplies them by the sums of its weights. Other modes, and
sizes that come with the input, are tried when a module solves.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import sympy
from sympy import Expr, Symbol

from ..grid import Grid, Linear, Read, reads
from ..integrators.iterate import coupled
from ..model import Model
from ..operators import Operator
from ..scheme import GridAxis, Rate, Term, Unknown
from ..source import Faults
from ..stencil import Stencil

HINT = "the left side of the newest level must not vanish, neither as a whole nor for any mode"


def check_determined(
    model: Model,
    rates: Iterable[Rate],
    *,
    unknowns: tuple[Unknown, ...],
    axes: tuple[GridAxis, ...],
    faults: Faults,
) -> None:
    """Tell a division by 0, and a left side that constant values satisfy with 0."""
    values = {p.symbol: p.value for p in model.params}
    values |= {a.spacing: a.spacing_value for a in axes}
    news = [r for r in rates if r.order == 0]
    for rate in news:
        for term in (*rate.left, *rate.terms):
            if _number(term.coefficient, values) in {sympy.zoo, sympy.nan}:
                names = _at(model, (term,))
                faults.error(rate.span, f"the factor of the newest level is 0{names}", HINT)
                return
    flat = {u.symbol for u in unknowns if _keeps_constants(u)}
    for block in coupled([r for r in news if r.left]):
        new = sorted({s for r in block for t in r.left for s in reads(t.value)}, key=str)
        names = _at(model, [t for r in block for t in r.left])
        if len(new) != len(block):
            message = f"this left side belongs to {len(block)} iterates with {len(new)} unknowns"
            faults.error(block[0].span, message, HINT)
            return
        if flat.issuperset(r.unknown for r in block):
            rows = [_sums(r, new, values) for r in block]
            if None not in rows and sympy.Matrix(rows).det().equals(0):
                message = f"this left side is 0 on constant values{names}, and leaves them free"
                faults.error(block[0].span, message, HINT)
                return


def _keeps_constants(unknown: Unknown) -> bool:
    """Whether the ghosts of a constant are that constant, right sides of walls left out."""
    return all(
        edge.rule in {"periodic", "none"} or (edge.rule == "wall" and edge.value == 0)
        for pair in unknown.edges
        for edge in pair
    )


def _sums(rate: Rate, level: list[Symbol], values: dict[Symbol, Expr]) -> list[Expr] | None:
    """What a left side makes of a constant 1 in each newest level; None if it cannot be told."""
    row = []
    for symbol in level:
        parts = [_number(t.coefficient * _sum(t.value, symbol), values) for t in rate.left]
        if any(p is None for p in parts):
            return None
        row.append(sympy.Add(*parts))
    return row


def _sum(value: Grid, symbol: Symbol) -> Expr:
    """The value on constants: 1 in one level, 0 in the others."""
    if symbol not in reads(value):
        return sympy.S.Zero
    match value:
        case Read():
            return sympy.S.One
        case Linear(terms=terms):
            parts = [s.scale * _rational(s) * _sum(v, symbol) for s, v in terms]
            return sympy.Add(*parts)
        case _:
            raise AssertionError(f"{type(value).__name__} on a left side")


def _rational(stencil: Stencil) -> Expr:
    total = sum((w for _, w in stencil.weights), Fraction(0))
    return sympy.Rational(total.numerator, total.denominator)


def _number(expression: Expr, values: dict[Symbol, Expr]) -> Expr | None:
    """The value of an expression, None where it is no exact number."""
    found = expression.subs(values)
    return None if found.free_symbols or found.atoms(Operator) else found


def _at(model: Model, terms: Iterable[Term]) -> str:
    """` for r = 1`: the parameters that matter."""
    seen = {s for t in terms for s in t.coefficient.free_symbols}
    pairs = [f"{p.name} = {p.value}" for p in model.params if p.symbol in seen]
    return f" for {', '.join(pairs)}" if pairs else ""
