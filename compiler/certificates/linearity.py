"""Which names the homogeneous part of a linear scheme rests on, and whether it is linear."""

from __future__ import annotations

import sympy
from sympy import Expr, Symbol

from ..grid import Convolution, Flux, Grid, Linear, Network, Point, Read, reads, walk
from ..model import TIME
from ..operators import HarmonicMean, Where
from ..scheme import TAU, Scheme
from .base import Unprovable
from .expression import inline

PLAIN = (sympy.Add, sympy.Mul, sympy.Pow, sympy.Min, sympy.Max, sympy.Abs, Where, HarmonicMean,
         sympy.Rel, sympy.And, sympy.Or, sympy.Not)  # fmt: skip


def used_names(scheme: Scheme) -> frozenset[Symbol]:
    """The names whose values the homogeneous part needs; raises Unprovable where it is none."""
    assert scheme.step is not None
    formulas: list[Expr] = []
    for rate in scheme.rates:
        for term in (*rate.terms, *rate.left):
            if reads(term.value):
                formulas.append(term.coefficient)
                for node in walk(term.value):
                    formulas += _formulas(scheme, node)
    for unknown in scheme.unknowns:
        formulas += [e for pair in unknown.edges for edge in pair for e in (edge.value, edge.slope)]
    stages = scheme.step.body
    table = [sympy.sympify(v) for stage in stages for _, column in stage.table for v in column]
    for update in (u for stage in stages for u in stage.updates):
        formulas += [update.slope, *(c for c, _ in update.combination)]
    formulas = [inline(sympy.sympify(f), scheme.model) for f in (*formulas, *table)]
    names = frozenset[Symbol]().union(*(f.free_symbols for f in formulas))
    if TIME in names:
        raise Unprovable("a coefficient changes in time")
    if any(not _plain(f) for f in formulas):
        raise Unprovable("a coefficient is no rational formula")
    known = {p.symbol for p in scheme.model.params} | {TAU} | set(scheme.spacings)
    return names & known


def held_at_values(scheme: Scheme, names: frozenset[Symbol]) -> None:
    """These names have one value each, that of the file; raises Unprovable."""
    for param in scheme.model.params:
        if param.symbol not in names:
            continue
        if param.trainable or param.of_limit or param.per_step or param.per_channel:
            raise Unprovable(f"'{param.name}' is trained, or differs between steps")
        if param.interval is not None:
            raise Unprovable(
                f"the set of '{param.name}' was declared, and the proof holds it at its value"
            )


def _plain(formula: Expr) -> bool:
    return all(
        e.is_Symbol or e.is_Rational or isinstance(e, PLAIN)
        for e in sympy.preorder_traversal(formula)
    )


def _formulas(scheme: Scheme, node: Grid) -> list[Expr]:
    """The expressions of one node; raises Unprovable where it is not linear."""
    match node:
        case Read(kind="data", symbol=symbol):
            data = next(d for d in scheme.model.data if symbol in d.symbols)
            if data.formula is None:
                raise Unprovable(f"the data '{data.name}' have no formula")
            return [data.formula[data.symbols.index(symbol)]]
        case Read():
            return []
        case Linear(terms=terms):
            return [s.scale for s, _ in terms]
        case Flux(faces=faces):
            return [f.difference.scale for f in faces]
        case Point(expression=expression, operands=operands):
            moving = frozenset(s for s, v in operands if reads(v))
            body = inline(expression, scheme.model)
            if not _linear(body, moving):
                raise Unprovable("the equations are not linear")
            return [body]
        case Network():
            raise Unprovable("a learned function is not linear")
        case Convolution():
            raise Unprovable("the weights of a learned kernel are not known")


def _linear(formula: Expr, moving: frozenset[Symbol]) -> bool:
    """A sum of products with one moving factor at most."""
    if not formula.free_symbols & moving or formula in moving:
        return True
    if formula.is_Add:
        return all(_linear(part, moving) for part in formula.args)
    own = [part for part in formula.args if part.free_symbols & moving]
    return bool(formula.is_Mul) and len(own) == 1 and _linear(own[0], moving)
