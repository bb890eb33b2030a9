"""Which scalars an expression needs: parameters, the step, the time, coefficients of a table."""

from __future__ import annotations

from sympy import Basic, Symbol

from ..model import Model
from ..operators import Called


def free_scalars(model: Model, expression: Basic) -> set[Symbol]:
    """Free symbols, those inside the bodies of called functions included, functions left out."""
    functions = {f.symbol: f for f in model.functions}
    heads = {c.args[0] for c in expression.atoms(Called)}
    found = {s for s in expression.free_symbols if s not in heads}
    for head in heads:
        function = functions[head]
        if isinstance(function.body, Basic):
            found |= free_scalars(model, function.body) - set(function.parameters)
    return found
