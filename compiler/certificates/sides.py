"""The two sides of an iterate as stencils whose weights are numbers, or lines in one parameter."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import sympy
from sympy import Expr, Symbol

from ..grid import Grid, Linear, Point, Read, reads
from ..scheme import Rate, Scheme
from ..stencil import Offset
from .atoms import home
from .base import Unprovable
from .expression import inline
from .forms import text

Stencils: TypeAlias = dict[str, dict[Offset, Expr]]  # by the array that is read


@dataclass(slots=True)
class Values:
    """Names by their values in the file, and which of them were asked for."""

    known: dict[Expr, Expr]
    parameter: Symbol | None
    used: set[Expr] = field(default_factory=set)

    def __call__(self, expression: Expr) -> Expr:
        """A rational, or a line in the parameter; raises Unprovable."""
        names = expression.free_symbols - {self.parameter}
        if not names <= self.known.keys():
            raise Unprovable(f"the value of {text(expression)} is not known")
        self.used |= names
        found = sympy.expand(expression.subs(self.known))
        if self.parameter is None:
            rational = bool(found.is_Rational)
        else:
            form = (
                sympy.Poly(found, self.parameter) if found.is_polynomial(self.parameter) else None
            )
            rational = form is not None and form.degree() <= 1 and all(
                c.is_Rational for c in form.all_coeffs())  # fmt: skip
        if not rational:
            raise Unprovable("a weight is no rational number, or no line in the parameter")
        return found


# ---- stencils


def _stencils(node: Grid, scheme: Scheme) -> Stencils:
    match node:
        case Read(kind="field", symbol=symbol):
            return {str(symbol.name): {(0,) * len(scheme.axes): sympy.S.One}}
        case Linear(terms=terms):
            found: Stencils = {}
            for stencil, inner in terms:
                for offset, weight in stencil.weights:
                    factor = stencil.scale * sympy.Rational(weight.numerator, weight.denominator)
                    _add(found, _stencils(inner, scheme), factor, offset)
            return found
        case Point(expression=expression, operands=operands):
            inner_of = dict(operands)
            return _formula(inline(expression, scheme.model), inner_of, scheme)
    raise Unprovable("a term is no stencil")


def _formula(formula: Expr, operands: dict[Symbol, Grid], scheme: Scheme) -> Stencils:
    if formula in operands:
        return _stencils(operands[formula], scheme)
    found: Stencils = {}
    if formula.is_Add:
        for part in formula.args:
            _add(found, _formula(part, operands, scheme), sympy.S.One)
        return found
    own = [part for part in formula.args if part.free_symbols & operands.keys()]
    if not formula.is_Mul or len(own) != 1:
        raise Unprovable("a term is no stencil")
    _add(found, _formula(own[0], operands, scheme), formula / own[0])
    return found


def _add(into: Stencils, more: Stencils, factor: Expr, shift: Offset | None = None) -> None:
    for name, stencil in more.items():
        here = into.setdefault(name, {})
        for offset, weight in stencil.items():
            at = offset
            if shift is not None:
                at = tuple(a + b for a, b in zip(offset, shift, strict=True))
            here[at] = here.get(at, sympy.S.Zero) + factor * weight


def side(scheme: Scheme, rate: Rate, values: Values, *, left: bool) -> Stencils:
    """One side of an equation, sources left out; raises Unprovable."""
    found: Stencils = {}
    for term in rate.left if left else rate.terms:
        if reads(term.value):
            _add(found, _stencils(term.value, scheme), term.coefficient)
    return {name: {o: values(w) for o, w in s.items()} for name, s in found.items()}


def levels_of(scheme: Scheme) -> tuple[Rate, str, list[str]]:
    """The one equation, its newest level or "", and the arrays from the youngest to the oldest."""
    step = scheme.step
    if step is None or len(scheme.rates) != 1 or len(step.body) != 1:
        raise Unprovable("it speaks of one equation, advanced in one stage")
    (rate,), (stage,) = scheme.rates, step.body
    if rate.order != 0 or stage.at or stage.table or len(stage.updates) != 1:
        raise Unprovable("it speaks of iterates")
    (update,) = stage.updates
    if update.combination or update.slope != 1 or update.terms is not None:
        raise Unprovable("it speaks of iterates")
    u = str(rate.unknown.name)
    names = [u, *(a.name for a in step.arrays if a.level)]
    if any(home(scheme, rate.unknown).extra):
        raise Unprovable("the unknown lies on faces")
    moves = dict(stage.moves)
    after = {moves.get(name, name): name for name in names}
    levels = [u]
    while levels[-1] != update.target and len(levels) < len(names):
        levels.append(after.get(levels[-1], u))
    if sorted(levels) != sorted(names) or after.get(update.target) != u:
        raise Unprovable("the levels are not moved in turn")
    return rate, str(stage.solves[0][0].name) if stage.solves else "", levels
