"""Initial values, given data and right sides of walls are formulas: no operator applies there."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr

from ..model import Learned, Model
from ..operators import (
    Called,
    Gelu,
    HarmonicMean,
    Operator,
    RandomNormal,
    RandomUniform,
    Relu,
    Sigmoid,
    Softplus,
    Where,
)
from ..source import Faults, Span

_POINTWISE = (
    Called,
    Gelu,
    HarmonicMean,
    RandomNormal,
    RandomUniform,
    Relu,
    Sigmoid,
    Softplus,
    Where,
)


def check_formulas(model: Model, faults: Faults) -> None:
    """Tell where an operator or a learned function stands in a formula of the coordinates."""
    learned = {f.symbol for f in model.functions if isinstance(f.body, Learned)}
    for what, formula, span in _formulas(model):
        if any(not isinstance(n, _POINTWISE) for n in formula.atoms(Operator)):
            faults.error(
                span,
                f"{what} is a formula of the coordinates: a derivative or an integral has no"
                " meaning there",
                "write out its value",
            )
        elif any(c.args[0] in learned for c in formula.atoms(Called)):
            faults.error(
                span,
                f"{what} is a formula of the coordinates: a learned function cannot stand there",
                "a learned function belongs to the equation",
            )


def _formulas(model: Model) -> Iterator[tuple[str, Expr, Span]]:
    """(what it is, formula, where) of everything that is evaluated at points."""
    for start in model.initial:
        yield "an initial value", start.value, start.span
    for data in model.data:
        for formula in data.formula or ():
            yield "given data", formula, data.span
    for wall in model.boundary.walls:
        yield "the right side of a wall", wall.right, wall.span
