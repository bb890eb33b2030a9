"""Left sides solved by their definition: the dense matrix of left(new), ghosts of walls included.

left(new) is affine in the newest levels of a stage: column j of its matrix is left(e_j) - left(0).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from sympy import Symbol

from ..scheme import Rate, Stage
from .arithmetic import Arithmetic, Singular, Values
from .grid import Context, inside, values


def solved(stage: Stage, rights: Mapping[Symbol, Values], around: Context) -> dict[str, Values]:
    """The newest levels of a stage by target; `rights` are the right sides by unknown.

    `around` is the context at the time of the newest level. Raises Singular.
    """
    problem = around.problem
    rates = [problem.scheme.rate(u) for u in rights]
    shapes = {symbol.name: problem.shape(target) for symbol, target in stage.solves}
    start = _left(rates, np.zeros(_size(shapes), dtype=int), shapes, around)
    if stage.name not in problem.kept:
        unit = np.eye(_size(shapes), dtype=int)
        columns = [_left(rates, e, shapes, around) - start for e in unit]
        problem.kept[stage.name] = np.stack(columns, axis=1)
    flat = np.concatenate([rights[r.unknown].reshape(-1) for r in rates]) - start
    matrix = problem.kept[stage.name]
    if matrix.shape[0] != matrix.shape[1]:
        raise Singular(f"{matrix.shape[0]} equations for {matrix.shape[1]} unknowns")
    new = around.arithmetic.solve(matrix, flat)
    parts = _parts(new, shapes, around.arithmetic)
    return {target: parts[symbol.name] for symbol, target in stage.solves}


def _left(
    rates: list[Rate], flat: Values, shapes: Mapping[str, tuple[int, ...]], around: Context
) -> Values:
    """The left sides of all equations, one after another, for newest levels given as one vector."""
    parts = _parts(flat, shapes, around.arithmetic)
    context = Context(
        problem=around.problem, arrays={**around.arrays, **parts}, scalars=around.scalars
    )
    found = []
    for rate in rates:
        box = inside(around.problem.shape(rate.unknown.name))
        total = around.arithmetic.full(around.problem.shape(rate.unknown.name))
        for term in rate.left:
            total += context.value(term.coefficient) * values(term.value, box, context)
        found.append(total.reshape(-1))
    return np.concatenate(found)


def _size(shapes: Mapping[str, tuple[int, ...]]) -> int:
    return sum(int(np.prod(shape, dtype=int)) for shape in shapes.values())


def _parts(
    flat: Values, shapes: Mapping[str, tuple[int, ...]], arithmetic: Arithmetic
) -> dict[str, Values]:
    """One vector as the arrays of the newest levels."""
    found, first = {}, 0
    for name, shape in shapes.items():
        last = first + int(np.prod(shape, dtype=int))
        found[name] = arithmetic.array(flat[first:last]).reshape(shape)
        first = last
    return found
