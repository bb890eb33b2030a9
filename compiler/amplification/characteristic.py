"""The characteristic polynomial det(lambda D - N) of a step, and the reduction of its names to one.

An eigenvalue depends on the names only through combinations without a unit. When all exponents in
the polynomial are multiples of one monomial, as tau kappa / h^2, that monomial is the variable m of
the stability theory; else all names but one get their values.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from math import gcd

import flint
import sympy
from sympy import Expr, Symbol

from .left import determinant
from .ring import Element, Ring, coefficients
from .step import Matrix

M = Symbol("m", positive=True)  # the one variable


def characteristic(matrix: Matrix) -> tuple[Element, ...]:
    """p_0, ..., p_n of det(lambda D - N), without roots at 0, in normal form."""
    ring, size = matrix.ring, len(matrix.arrays)
    table = [
        [
            (ring.root * matrix.rows[i].below if i == j else ring.number(0)) - matrix.entry(i, j)
            for j in range(size)
        ]
        for i in range(size)
    ]
    found = coefficients(determinant(ring, table), 1 + ring.dim)
    zero = ring.number(0)
    low = min((k for k, p in found.items() if p), default=0)
    return tuple(found.get(k, zero) for k in range(low, max(found, default=0) + 1))


@dataclass(frozen=True)
class Reduced:
    """The polynomial over a ring with the one name m; m = prod names^power."""

    ring: Ring
    coefficients: tuple[Element, ...]
    monomial: Expr


def reduced(ring: Ring, polynomial: tuple[Element, ...]) -> Reduced | None:
    """The polynomial in one monomial of the names, or None when it depends on several."""
    first, count = 2 + 2 * ring.dim, len(ring.names)
    terms = [(k, powers, value) for k, p in enumerate(polynomial)
             for powers, value in p.to_dict().items()]  # fmt: skip

    def exponents(powers: tuple[int, ...]) -> tuple[int, ...]:
        above, below = powers[first : first + count], powers[first + count :]
        return tuple(a - b for a, b in zip(above, below, strict=True))

    vectors = [exponents(powers) for _, powers, _ in terms]
    if not vectors:
        return None
    base = (0,) * count if count == 1 else min(vectors)
    shifts = {tuple(a - b for a, b in zip(v, base, strict=True)) for v in vectors} - {(0,) * count}
    if not shifts:
        direction = (0,) * count
    else:
        one = next(iter(shifts))
        content = reduce(gcd, one)
        direction = tuple(e // content for e in one)
    steps = [_multiple(tuple(a - b for a, b in zip(v, base, strict=True)), direction)
             for v in vectors]  # fmt: skip
    if any(k is None for k in steps):
        return None
    sizes = [k for k in steps if k is not None]
    if _negative(direction):
        direction, sizes = tuple(-e for e in direction), [-k for k in sizes]
    low = min(0, *sizes)  # a zero at m = 0 is kept: it may be that of a denominator
    small = Ring(ring.dim, (M,))
    found: list[dict[tuple[int, ...], flint.fmpq]] = [{} for _ in polynomial]
    for (k, powers, value), size in zip(terms, sizes, strict=True):
        key = (*powers[:first], size - low, 0)
        found[k][key] = found[k].get(key, flint.fmpq(0)) + value
    return Reduced(
        ring=small,
        coefficients=tuple(small.context.from_dict(f) for f in found),
        monomial=sympy.Mul(*(n**e for n, e in zip(ring.names, direction, strict=True))),
    )


def _multiple(vector: tuple[int, ...], direction: tuple[int, ...]) -> int | None:
    """The k with vector = k * direction."""
    place = next((j for j, e in enumerate(direction) if e), None)
    if place is None:
        return 0 if not any(vector) else None
    k, rest = divmod(vector[place], direction[place])
    if rest or any(v != k * e for v, e in zip(vector, direction, strict=True)):
        return None
    return k


def _negative(direction: tuple[int, ...]) -> bool:
    """The first name that occurs, the step, stands in a denominator."""
    return next((e for e in direction if e), 1) < 0
