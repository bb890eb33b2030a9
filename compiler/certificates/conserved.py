"""Two groups of arrays advanced in turn, each by the other one, that keep a form of each mode.

Let G = I + m X + O(m^2) where X couples the groups alone, and let D > 0 be constant, couple arrays
of one group alone, and make D X skew: the energy of the equations. With s = +1 on one group and -1
on the other, W = D + m/2 D X s is Hermitian, and G* W G = W where the second group is advanced by
the new values of the first. Where W > 0 for all modes, the powers of G are bounded by the condition
of W. Source: Yee 1966; Gustafsson, Mathematics of Computation 1990, on such discrete energies.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations_with_replacement
from math import lcm

import flint

from ..amplification.left import determinant
from ..amplification.ring import Element, Ring, coefficients
from ..amplification.schur import Quantity
from ..amplification.step import Matrix
from .invariants import invariant

Table = list[list[Element]]
Form = list[list[Fraction]]


def kept_form(matrix: Matrix) -> Table | None:
    """W with whole coefficients, as polynomials on the torus; None where there is none."""
    ring, size = matrix.ring, len(matrix.arrays)
    if size < 2 or len(ring.names) != 1 or matrix.lefts:
        return None
    table = _divided(matrix)
    if table is None:
        return None
    return _in_turn(ring, table) or invariant(ring, table)


def _in_turn(ring: Ring, table: Table) -> Table | None:
    """W = D + m/2 D X s of two groups that are advanced in turn."""
    size = len(table)
    first = _first_order(ring, table)
    groups = None if first is None else _groups(first)
    form = None if first is None or groups is None else _constant_form(ring, first, groups)
    if first is None or groups is None or form is None:
        return None
    m, half = ring.name(ring.names[0]), ring.number(Fraction(1, 2))
    for turned in (1, -1):
        found = [
            [
                ring.number(form[i][j])
                + sum((ring.number(form[i][k]) * first[k][j] for k in range(size)), ring.number(0))
                * m * half * (turned if groups[j] else -turned)
                for j in range(size)
            ]
            for i in range(size)
        ]  # fmt: skip
        if _is_kept(ring, table, found):
            unit = lcm(*(int(c.q) for row in found for e in row for c in e.coeffs()))
            return [[e * unit for e in row] for row in found]
    return None


def valued(ring: Ring, form: Table, value: Fraction) -> Table:
    """W at a value of m, with whole coefficients; it is kept by the step with that value."""
    place = 2 + 2 * ring.dim
    images = [ring.number(value) if k == place else g for k, g in enumerate(ring.generators)]
    found = [[e.compose(*images, ctx=ring.context) for e in row] for row in form]
    unit = lcm(*(int(c.q) for row in found for e in row for c in e.coeffs()))
    return [[e * unit for e in row] for row in found]


def minors(ring: Ring, form: Table) -> list[Quantity]:
    """The leading principal minors, all > 0 exactly where the form is."""
    found = []
    for k in range(1, len(form) + 1):
        value = determinant(ring, [row[:k] for row in form[:k]])
        found.append(Quantity(value=value, strict=True, name=f"w_{k}", divisor=ring.number(1)))
    return found


def _divided(matrix: Matrix) -> Table | None:
    """G, where its denominators are numbers."""
    found = []
    for i, row in enumerate(matrix.rows):
        if not row.below.is_constant():
            return None
        below = row.below.leading_coefficient()
        found.append([matrix.entry(i, j) / below for j in range(len(matrix.arrays))])
    return found


def _first_order(ring: Ring, table: Table) -> Table | None:
    """X of G = I + m X + ..., where it is the identity at m = 0 and X is 0 on the diagonal."""
    found: Table = []
    for i, row in enumerate(table):
        found.append([])
        for j, entry in enumerate(row):
            by_power = coefficients(entry, 2 + 2 * ring.dim)
            if by_power.get(0, ring.number(0)) != ring.number(int(i == j)):
                return None
            found[-1].append(by_power.get(1, ring.number(0)))
    return None if any(found[i][i] for i in range(len(found))) else found


def _groups(first: Table) -> list[bool] | None:
    """Which group each array belongs to, None where X couples arrays of one group."""
    size = len(first)
    found: dict[int, bool] = {}
    for start in range(size):
        queue = [] if start in found else [start]
        found.setdefault(start, False)
        while queue:
            i = queue.pop()
            for j in range(size):
                if first[i][j] or first[j][i]:
                    if j not in found:
                        queue.append(j)
                    if found.setdefault(j, not found[i]) == found[i]:
                        return None
    return [found[i] for i in range(size)]


# ---- the energy of the equations


def _constant_form(ring: Ring, first: Table, groups: list[bool]) -> Form | None:
    """A constant D > 0 within the groups with D X + (D X)* = 0."""
    size = len(first)
    pairs = [(i, j) for i, j in combinations_with_replacement(range(size), 2)
             if groups[i] == groups[j]]  # fmt: skip
    rows: dict[tuple[int, int, tuple[int, ...]], dict[int, flint.fmpq]] = {}
    for n, (i, j) in enumerate(pairs):
        for a, b in {(i, j), (j, i)}:
            for k in range(size):  # D_ab X_bk stands at (a, k), its conjugate at (k, a)
                sides = ((a, k, first[b][k]), (k, a, ring.conjugate(first[b][k])))
                for x, y, element in sides:
                    for key, c in element.to_dict().items():
                        own = rows.setdefault((x, y, key), {})
                        own[n] = own.get(n, flint.fmpq(0)) + c
    for solution in _solutions([[r.get(n, flint.fmpq(0)) for n in range(len(pairs))]
                                for r in rows.values()], pairs):  # fmt: skip
        form = [[Fraction(0)] * size for _ in range(size)]
        for (i, j), value in zip(pairs, solution, strict=True):
            form[i][j] = form[j][i] = Fraction(int(value.p), int(value.q))
        if _positive(form):
            return form
    return None


def _solutions(
    rows: list[list[flint.fmpq]], pairs: list[tuple[int, int]]
) -> Iterator[list[flint.fmpq]]:
    """Of a homogeneous system: free diagonal entries are 1 and the other free ones 0, or minus."""
    reduced, rank = flint.fmpq_mat(rows).rref()
    count = len(pairs)
    leads = [next(n for n in range(count) if reduced[r, n] != 0) for r in range(rank)]
    found = [flint.fmpq(int(i == j and n not in leads)) for n, (i, j) in enumerate(pairs)]
    for r, lead in enumerate(leads):
        found[lead] = -sum((reduced[r, n] * found[n] for n in range(count) if n not in leads),
                           flint.fmpq(0))  # fmt: skip
    yield found
    yield [-c for c in found]


def _positive(form: Form) -> bool:
    """All leading principal minors are positive."""
    size = len(form)
    table = flint.fmpq_mat(size, size, [flint.fmpq(c.numerator, c.denominator)
                                        for row in form for c in row])  # fmt: skip
    return all(
        flint.fmpq_mat(k, k, [table[i, j] for i in range(k) for j in range(k)]).det() > 0
        for k in range(1, size + 1)
    )


def _is_kept(ring: Ring, table: Table, form: Table) -> bool:
    """G* W G = W."""
    size = range(len(table))
    zero = ring.number(0)
    right = [[sum((ring.times(form[i][k], table[k][j]) for k in size), zero) for j in size]
             for i in size]  # fmt: skip
    return all(
        sum((ring.times(ring.conjugate(table[k][i]), right[k][j]) for k in size), zero)
        == form[i][j]
        for i in size
        for j in size
    )
