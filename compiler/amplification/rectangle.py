"""The sign of f(m, y) on [a, b] x [0, 1] by Bernstein coefficients, halved in y until clear."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import comb

import flint

DEPTH = 14


def sign_on(f: tuple[flint.fmpz_poly, ...], low: Fraction, high: Fraction) -> int:
    """+1 or -1 where f has that sign on the closed rectangle, 0 where that is not shown."""
    table = _tensor(f, low, high)
    signs = {_sign(table, 0)}
    return signs.pop() if len(signs) == 1 else 0


def _tensor(
    f: tuple[flint.fmpz_poly, ...], low: Fraction, high: Fraction
) -> list[list[flint.fmpq]]:
    """Bernstein coefficients: a row for each power of y in Bernstein form, columns along m."""
    top = max(0, *(p.degree() for p in f))
    a, width = (flint.fmpq(x.numerator, x.denominator) for x in (low, high - low))
    rows = []
    for p in f:
        shifted = flint.fmpq_poly(p)(flint.fmpq_poly([a, width]))
        rows.append(_bernstein([shifted[k] for k in range(top + 1)]))
    columns = [_bernstein(list(column)) for column in zip(*rows, strict=True)]
    return [list(row) for row in zip(*columns, strict=True)]


def _bernstein(powers: list[flint.fmpq]) -> list[flint.fmpq]:
    n = len(powers) - 1
    return [
        sum((flint.fmpq(comb(k, j), comb(n, j)) * powers[j] for j in range(k + 1)), flint.fmpq(0))
        for k in range(n + 1)
    ]


def _sign(table: list[list[flint.fmpq]], depth: int) -> int:
    values = [v for row in table for v in row]
    if min(values) > 0:
        return 1
    if max(values) < 0:
        return -1
    if depth == DEPTH:
        return 0
    lower, upper = _halved(table)
    one = _sign(lower, depth + 1)
    return one if one and one == _sign(upper, depth + 1) else 0


def _halved(table: list[list[flint.fmpq]]) -> tuple[list[list[flint.fmpq]], list[list[flint.fmpq]]]:
    """De Casteljau along y, the rows."""
    lower, upper = [table[0]], [table[-1]]
    row = table
    while len(row) > 1:
        row = [[(x + z) / 2 for x, z in zip(p, q, strict=True)]
               for p, q in pairwise(row)]  # fmt: skip
        lower.append(row[0])
        upper.append(row[-1])
    return lower, upper[::-1]
