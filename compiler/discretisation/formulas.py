"""Initial values, given data and walls are formulas of the coordinates: nothing else is there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sympy import Expr, Symbol

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
    """Tell where an operator, data or a learned function stands in a formula of the coordinates."""
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
    _check_data(model, faults)
    _check_coefficients(model, faults)


def _check_data(model: Model, faults: Faults) -> None:
    """Data are arrays that may be given at run time: no formula of coordinates can hold them."""
    owners = {symbol: data.name for data in model.data for symbol in data.symbols}
    for what, formula, span in _formulas(model):
        for name in sorted({owners[s] for s in formula.free_symbols & owners.keys()}):
            faults.error(
                _inside(faults, span, name),
                f"{what} is a formula of the coordinates: data cannot stand there",
                f"write out the formula of {name} there",
            )


def _check_coefficients(model: Model, faults: Faults) -> None:
    """a and b of `a*u + b*dn(u) = c` are numbers; c alone may vary."""
    numbers = {p.symbol for p in model.params}
    for wall in model.boundary.walls:
        for symbol in sorted(_free(wall.value, wall.slope) - numbers, key=str):
            name = str(symbol).partition("[")[0]
            faults.error(
                _inside(faults, wall.span, name),
                f"the factors of u and dn(u) on a wall are numbers, and '{name}' varies",
                "the right side may hold the coordinates and the time",
            )


def _free(*formulas: Expr) -> set[Symbol]:
    return {symbol for formula in formulas for symbol in formula.free_symbols}


def _inside(faults: Faults, span: Span, name: str) -> Span:
    """Where a name stands inside a statement; the statement where it is not found."""
    text = re.sub(r"#[^\n]*", lambda found: " " * len(found[0]), faults.source.quote(span))
    found = re.search(rf"\b{re.escape(name)}\b", text)
    if found is None:
        return span
    return Span(span.start + found.start(), span.start + found.end())


def _formulas(model: Model) -> Iterator[tuple[str, Expr, Span]]:
    """(what it is, formula, where) of everything that is evaluated at points."""
    for start in model.initial:
        yield "an initial value", start.value, start.span
    for data in model.data:
        for formula in data.formula or ():
            yield "given data", formula, data.span
    for wall in model.boundary.walls:
        yield "a condition on a wall", wall.right, wall.span
