"""Steps that keep a Hermitian form of each mode: G* W G = W with W > 0.

The proof states W, a matrix of polynomials in m, y and w. Where all its leading principal minors
are positive, W lies between two positive numbers for all modes of a torus, which is compact, and
the powers of G are bounded by the root of their ratio, uniformly in steps and points.
"""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from typing import Any

from .linear_cases import BOUNDED, Case, nothing_left, same
from .linear_modes import conjugate, product
from .linear_names import Names
from .linear_planes import Plane, one, plus, without
from .linear_proof import Condition, plane
from .linear_roots import in_one_variable, matrix_of, sums_of_minors
from .linear_step import Step
from .ranges import Rejected

Table = list[list[Plane]]
MOST_POWER, MOST_TERMS = 32, 400


def conserved(step: Step, names: Names, stated: Any) -> Case:
    """G* W G = W, and what W > 0 asks."""
    if step.lefts or len(names.kept) > 1 or any(names.powers != {n: 1} for n in names.kept):
        raise Rejected("the form does not depend on its names through the variable alone")
    below, matrix = matrix_of(step, names)
    size = range(len(matrix))
    terms = iter(in_one_variable(names, [e for row in matrix for e in row] + [below]))
    table = [[next(terms) for _ in size] for _ in size]
    under = next(terms)
    if names.below or under.keys() != {(0,) * (1 + 2 * names.dim)}:
        raise Rejected("the step has denominators")
    form = _form(stated, len(table), names.dim)
    (unit,) = under.values()
    for a in size:
        for b in size:
            kept = {k: c * unit**2 for k, c in form[a][b].items()}
            if _turned(table, form, a, b) != kept:
                raise Rejected("the form is not the same after a step")

    def expected(conditions: list[Condition]) -> None:
        rest = iter(conditions)
        for k in range(1, len(form) + 1):
            same(rest, f"w_{k}", _minor(form, k, 1 + 2 * names.dim), Fraction(1), strict=True)
        nothing_left(rest)

    return BOUNDED, "l2", expected


def _form(data: Any, size: int, dim: int) -> Table:
    """W, which must be Hermitian."""
    if len(data) != size or any(len(row) != size for row in data):
        raise Rejected("the form of the proof is malformed")
    found = [[plane(entry, 1 + 2 * dim) for entry in row] for row in data]
    if any(not _small(p, dim) for row in found for p in row):
        raise Rejected("the form of the proof is malformed")
    if any(found[a][b] != conjugate(found[b][a]) for a in range(size) for b in range(size)):
        raise Rejected("the form of the proof is not Hermitian")
    return found


def _small(p: Plane, dim: int) -> bool:
    """Powers of w are at most 1, and the work on the polynomial is bounded."""
    low = all(max(key) <= MOST_POWER and max(key[1 + dim :]) < 2 for key in p)
    return low and len(p) <= MOST_TERMS


def _turned(table: Table, form: Table, a: int, b: int) -> Plane:
    """(G* W G)_ab."""
    size = range(len(table))
    nothing: Plane = {}
    return reduce(
        plus,
        (
            product(product(conjugate(table[i][a]), form[i][j]), table[j][b])
            for i in size
            for j in size
            if table[i][a] and form[i][j] and table[j][b]
        ),
        nothing,
    )


def _minor(form: Table, k: int, size: int) -> Plane:
    """The determinant of the first k rows and columns."""
    block = [row[:k] for row in form[:k]]
    sums = sums_of_minors(block, one(size), (product, plus, without))
    return {key: c * (-1) ** k for key, c in sums[k].items()}
