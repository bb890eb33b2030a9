"""Iterates with the newest level on both sides: which are solved together, and their left sides.

The equations of a file hold all at once. Equation j needs the newest levels that stand in it; those
that need each other in a circle are one block, solved together, and a block comes after those it
needs. Within a block everything that holds its newest levels moves to the left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sympy
from sympy import Expr, Symbol

from ..grid import Grid, Linear, Read, walk
from ..integrators.iterate import level_symbol
from ..model import Equation
from ..operators import AtNode
from ..scheme import Rate, Term
from .context import Context
from .nodewise import nodewise_terms
from .terms import additive


def blocks(equations: Iterable[Equation]) -> dict[Symbol, frozenset[Symbol]]:
    """Unknown -> the unknowns whose newest levels depend on its own, and it on theirs."""
    own = {e.unknown: newest(e.right) | newest(e.left or sympy.S.Zero) for e in equations}
    reached = {unknown: _closure(unknown, own) for unknown in own}
    return {u: frozenset({u, *(v for v in reached[u] if u in reached.get(v, ()))}) for u in reached}


def newest(expression: Expr) -> frozenset[Symbol]:
    """The unknowns whose newest level stands in an expression."""
    return frozenset(n.args[0] for n in expression.atoms(AtNode) if n.args[1] == 1)


def _closure(start: Symbol, own: dict[Symbol, frozenset[Symbol]]) -> frozenset[Symbol]:
    """Everything that an unknown's newest level depends on."""
    found: set[Symbol] = set()
    waiting = [start]
    while waiting:
        new = own.get(waiting.pop(), frozenset()) - found
        found |= new
        waiting += new
    return frozenset(found)


def iterate_rate(context: Context, equation: Equation, block: frozenset[Symbol]) -> Rate:
    """The rate of an iterate, with a left side where its newest level is not given outright."""
    unknown, span = equation.unknown, equation.span
    if equation.left is None and not newest(equation.right) & block:
        terms = nodewise_terms(context, equation.right, span)
        return Rate(unknown=unknown, order=0, terms=terms, span=span)
    left, right = _sides(context, equation, block)
    names = frozenset(level_symbol(context.model, u, 1) for u in block)
    moved: tuple[Term, ...] = ()
    if left != 0:
        moved = nodewise_terms(context, left, span, factored=True)
        for term in moved:
            _check_linear(context, term, names)
    else:
        context.faults.error(
            span,
            f"nothing determines the newest level of '{unknown}', which cancels here",
            "it stands on the left side of its iterate with a factor that is not 0",
        )
    terms = nodewise_terms(context, right, span)
    return Rate(unknown=unknown, order=0, terms=terms, span=span, left=moved)


def _sides(context: Context, equation: Equation, block: frozenset[Symbol]) -> tuple[Expr, Expr]:
    """(terms with newest levels of the block, all others) of an implicit iterate."""
    at = (sympy.S.Zero,) * context.dim
    lone = AtNode(equation.unknown, sympy.S.One, *at)
    left = lone if equation.left is None else equation.left
    if not (newest(equation.right) & block or newest(left) - block):
        return left, equation.right
    moving, rest = [], []
    for sign, side in ((1, left), (-1, equation.right)):
        for part in additive(context, side):
            if newest(part) & block:
                moving.append(sign * part)
            else:
                rest.append(-sign * part)
    return sympy.Add(*moving), sympy.Add(*rest)


def _check_linear(context: Context, term: Term, names: frozenset[Symbol]) -> None:
    """A left side is linear with constant coefficients in the newest level; told once."""
    trouble = next(_troubles(term.value, names), None)
    if trouble is not None and not context.faults.errors:
        context.faults.error(
            term.span,
            f"{trouble} is not there yet",
            "the newest level stands in sums of its nodes, with numbers and parameters as factors",
        )


def _troubles(value: Grid, names: frozenset[Symbol]) -> Iterator[str]:
    """What makes a term of the left side more than a stencil on the newest level."""
    nodes = list(walk(value))
    if any(isinstance(n, Read) and n.symbol not in names for n in nodes):
        yield "a factor that varies before the newest level of an `iterate`"
    if any(not isinstance(n, Read | Linear) for n in nodes):
        yield "an `iterate` that is not linear in its newest level"
