"""One step of a linear scheme as a matrix over the torus: below_j U_j[k+1] = sum_l entry_jl U_l[k].

The state is every array that lives from one step to the next. The stages are run once on symbols;
each row keeps a denominator of its own and nothing is divided. A denominator is a polynomial in the
names, and in y, s and i where the newest level follows from a left side.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import sympy
from sympy import Expr, Symbol

from ..grid import Flux, Grid, Linear, Point, Read, reads
from ..operators import Operator
from ..scheme import Scheme, Stage, Term, Update
from .left import Left, Row, added, solved, systems
from .ring import Element, NotPolynomial, Ring

Names: TypeAlias = Callable[[Expr], Expr]  # a coefficient in the names of the ring


class NotLinear(ValueError):
    """A step that is not linear with constant coefficients on a torus; the text says why."""


State: TypeAlias = dict[str, Row]


@dataclass(frozen=True)
class Matrix:
    """The rows of a step by the arrays of its state, and the left sides that were solved for."""

    ring: Ring
    arrays: tuple[str, ...]
    rows: tuple[Row, ...]
    lefts: tuple[Left, ...] = ()

    def entry(self, row: int, column: int) -> Element:
        """The numerator of one entry."""
        return self.rows[row].entries.get(self.arrays[column], self.ring.number(0))


def step_matrix(scheme: Scheme, ring: Ring, names: Names) -> Matrix:
    """The matrix of one body of the method; raises NotLinear."""
    if scheme.step is None:
        raise NotLinear("there is no time step")
    if not all(axis.periodic for axis in scheme.axes):
        raise NotLinear("modes on a torus say nothing about walls")
    step = scheme.step
    levels = [a.name for a in step.arrays if a.level]
    fields = [str(u.symbol.name) for u in scheme.unknowns if u.kind == "field"]
    arrays = (*fields, *levels)
    one = ring.number(1)
    state = {name: Row(below=one, entries={name: one}) for name in arrays}
    run = _Run(scheme=scheme, ring=ring, names=names)
    for stage in step.body:
        state = run.staged(stage, state)
    rows = tuple(state[name] for name in arrays)
    return Matrix(ring=ring, arrays=arrays, rows=rows, lefts=tuple(run.lefts))


@dataclass(frozen=True)
class _Run:
    """The stages of a scheme on rows."""

    scheme: Scheme
    ring: Ring
    names: Names
    lefts: list[Left] = field(default_factory=list)

    def staged(self, stage: Stage, state: State) -> State:
        """A stage, once for each row of its table."""
        columns = [[(s, v) for v in values] for s, values in stage.table]
        for known in zip(*columns, strict=True) if columns else [()]:
            at = {str(s.name): array for s, array in stage.at}
            new = {
                u.target: self._updated(u, {**state, **{n: state[a] for n, a in at.items()}},
                                        state, dict(known))
                for u in stage.updates
            }  # fmt: skip
            if stage.solves:
                new |= self._solved(stage, new)
            state = {**state, **new}
            state |= {target: state[source] for target, source in stage.moves}
        return state

    def _updated(self, update: Update, read: State, state: State, known: dict[Symbol, Expr]) -> Row:
        parts = [self._scaled(c.subs(known), state[name]) for c, name in _pairs(update)]
        if update.unknown is not None:
            rate = self.scheme.rate(update.unknown)
            chosen = range(len(rate.terms)) if update.terms is None else update.terms
            slope = sympy.sympify(update.slope).subs(known)
            parts += [
                self._scaled(slope * rate.terms[k].coefficient, row)
                for k in chosen
                for row in self._term(rate.terms[k], read)
            ]
        return added(self.ring, parts)

    def _solved(self, stage: Stage, rights: State) -> State:
        """The newest levels that left sides determine, by target."""
        one = self.ring.number(1)
        new = {str(s.name): Row(below=one, entries={str(s.name): one}) for s, _ in stage.solves}
        rates = {u.target: self.scheme.rate(u.unknown) for u in stage.updates
                 if u.unknown is not None}  # fmt: skip
        lefts = {
            target: added(self.ring, [
                self._scaled(term.coefficient, row)
                for term in rate.left for row in self._term(term, new)
            ])
            for target, rate in rates.items() if rate.left
        }  # fmt: skip
        found: State = {}
        for group in systems(lefts):
            own = {t: lefts[t] for t in group}
            unknowns = [n for n in new if any(n in row.entries for row in own.values())]
            if len(unknowns) != len(group):
                raise NotLinear("a left side has not as many equations as newest levels")
            rows, left = solved(self.ring, own, rights, unknowns)
            if not left.determinant:
                raise NotLinear("a left side determines the newest level of no mode")
            found |= rows
            self.lefts.append(left)
        return {target: found[str(s.name)] for s, target in stage.solves}

    def _term(self, term: Term, read: State) -> list[Row]:
        return [self._scaled(c, row) for c, row in self._values(term.value, read)]

    # ---- grid expressions: pairs of a coefficient in the names and a row

    def _values(self, node: Grid, read: State) -> list[tuple[Expr, Row]]:
        if not reads(node):
            return []
        match node:
            case Read():
                return [(sympy.S.One, read[str(node.symbol.name)])]
            case Linear(terms=terms):
                return [
                    (stencil.scale * c, self._moved(self.ring.symbol(stencil), row))
                    for stencil, inner in terms
                    for c, row in self._values(inner, read)
                ]
            case Point():
                return [
                    (factor * c, row)
                    for factor, inner in affine(node)
                    for c, row in self._values(inner, read)
                ]
            case Flux(faces=faces):
                return [
                    (-back.scale * c, self._moved(self.ring.symbol(back), row))
                    for face in faces
                    for back in (face.difference.adjoint(),)
                    for c, row in self._values(face.flux, read)
                ]
        raise NotLinear("a learned function is not linear")

    # ---- arithmetic of rows

    def _scaled(self, coefficient: Expr, row: Row) -> Row:
        try:
            above, below = self.ring.fraction(self.names(sympy.sympify(coefficient)))
        except NotPolynomial as trouble:
            raise NotLinear(str(trouble)) from None
        return Row(below=self.ring.times(row.below, below),
                   entries=self._moved(above, row).entries)  # fmt: skip

    def _moved(self, symbol: Element, row: Row) -> Row:
        times = self.ring.times
        return Row(below=row.below, entries={n: times(symbol, e) for n, e in row.entries.items()})


def _pairs(update: Update) -> list[tuple[Expr, str]]:
    return [(sympy.sympify(c), name) for c, name in update.combination]


def affine(node: Point) -> list[tuple[Expr, Grid]]:
    """(factor, operand) of an expression linear in operands that read a field; raises NotLinear."""
    operands = dict(node.operands)
    moving = {s for s, grid in operands.items() if reads(grid)}
    if node.expression.atoms(Operator):
        raise NotLinear("a function of an unknown is not linear")
    found = []
    for summand in sympy.Add.make_args(sympy.expand(node.expression)):
        factors = sympy.Mul.make_args(summand)
        own = [f for f in factors if f.free_symbols & moving]
        if not own:
            continue
        if len(own) != 1 or own[0] not in operands:
            raise NotLinear("the equations are not linear in the unknowns")
        if any(f.free_symbols & operands.keys() for f in factors if f is not own[0]):
            raise NotLinear("a coefficient varies in space")
        found.append((sympy.Mul(*(f for f in factors if f is not own[0])), operands[own[0]]))
    return found
