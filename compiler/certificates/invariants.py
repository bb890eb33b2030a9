"""Hermitian forms that a step keeps, by a linear system: G* W G = W for each mode.

The entries of W are sought among sums with rational coefficients of 1 and of the parts of the
entries of G by powers of m, with their conjugates: leapfrog on several unknowns keeps
[[1, -S/2], [S/2, 1]] where u[k+1] = u[k-1] + S u[k] with S skew. The coefficients of all monomials
of G* W G - W are linear in those of W; of the solutions that is taken whose constant part is
closest to the identity. Whether W > 0 is asked elsewhere. Source: Gustafsson, Kreiss, Oliger, Time
Dependent Problems and Difference Methods, chapter 5, on the energy of leapfrog.
"""

from __future__ import annotations

from math import lcm
from typing import TypeAlias

import flint

from ..amplification.ring import Element, Ring, coefficients
from ..budget import checkpoint

Table: TypeAlias = list[list[Element]]
Entry: TypeAlias = tuple[int, int, Element]  # W_ij = b and W_ji its conjugate
MOST_ARRAYS, MOST_PARTS, MOST_UNKNOWN = 6, 10, 120


def invariant(ring: Ring, table: Table) -> Table | None:
    """W with whole coefficients for a step without denominators; None where none is found."""
    size = len(table)
    parts = _parts(ring, table)
    if not 2 <= size <= MOST_ARRAYS or len(parts) > MOST_PARTS:
        return None
    unknowns = _unknowns(ring, size, parts)
    if len(unknowns) > MOST_UNKNOWN:
        return None
    kernel = _kernel([_moved(ring, table, entry) for entry in unknowns])
    weights = _closest(kernel, [int(i == j) if b.is_constant() else None for i, j, b in unknowns])
    if weights is None:
        return None
    found = [[ring.number(0)] * size for _ in range(size)]
    for (i, j, b), weight in zip(unknowns, weights, strict=True):
        found[i][j] += b * weight
        if i != j:
            found[j][i] += ring.conjugate(b) * weight
    unit = lcm(*(int(c.q) for row in found for e in row for c in e.coeffs()))
    return [[e * unit for e in row] for row in found]


def _parts(ring: Ring, table: Table) -> list[Element]:
    """1, and what stands at powers of m in the entries, each up to a factor."""
    found: dict[str, Element] = {"1": ring.number(1)}
    for entry in (e for row in table for e in row if e):
        for power, part in coefficients(entry, 2 + 2 * ring.dim).items():
            for own in (part, ring.conjugate(part)):
                rest = own - own.to_dict().get((0,) * len(ring.generators), flint.fmpq(0))
                if power:
                    rest = own * ring.name(ring.names[0]) ** int(power)
                if rest:
                    rest /= rest.leading_coefficient()
                    found.setdefault(str(rest), rest)
    return list(found.values())


def _unknowns(ring: Ring, size: int, parts: list[Element]) -> list[Entry]:
    """What each unknown coefficient stands at; on the diagonal parts are made real."""
    real: dict[str, Element] = {}
    for b in parts:
        both = b + ring.conjugate(b)
        if both:
            both /= both.leading_coefficient()
            real.setdefault(str(both), both)
    found: list[Entry] = []
    for i in range(size):
        found += [(i, i, b) for b in real.values()]
        found += [(i, j, b) for j in range(i + 1, size) for b in parts]
    return found


def _moved(ring: Ring, table: Table, entry: Entry) -> dict[tuple[int, ...], flint.fmpq]:
    """G* E G - E by places and monomials, E the form of one unknown."""
    i, j, b = entry
    bar = ring.conjugate(b)
    found: dict[tuple[int, ...], flint.fmpq] = {}
    checkpoint()
    for x in range(len(table)):
        for y in range(x, len(table)):
            total = _turned(ring, table[i][x], b, table[j][y])
            if i != j:
                total += _turned(ring, table[j][x], bar, table[i][y])
            if (x, y) == (i, j):
                total -= b
            for key, c in total.to_dict().items():
                found[x, y, *map(int, key)] = c
    return found


def _turned(ring: Ring, left: Element, b: Element, right: Element) -> Element:
    """conj(left) b right."""
    if not left or not right:
        return ring.number(0)
    return ring.times(ring.times(ring.conjugate(left), b), right)


def _kernel(columns: list[dict[tuple[int, ...], flint.fmpq]]) -> list[list[flint.fmpq]]:
    """A basis of the combinations of columns that vanish."""
    count = len(columns)
    places = {key: r for r, key in enumerate(dict.fromkeys(k for c in columns for k in c))}
    rows = [[flint.fmpq(0)] * count for _ in places]
    for n, column in enumerate(columns):
        for key, c in column.items():
            rows[places[key]][n] = c
    if not rows:
        return [[flint.fmpq(int(n == k)) for n in range(count)] for k in range(count)]
    reduced, rank = flint.fmpq_mat(rows).rref()
    leads = [next(n for n in range(count) if reduced[r, n] != 0) for r in range(rank)]
    found = []
    for free in (n for n in range(count) if n not in leads):
        vector = [flint.fmpq(0)] * count
        vector[free] = flint.fmpq(1)
        for r, lead in enumerate(leads):
            vector[lead] = -reduced[r, free]
        found.append(vector)
    return found


def _closest(kernel: list[list[flint.fmpq]], wanted: list[int | None]) -> list[flint.fmpq] | None:
    """The combination that is closest to what is wanted where something is, by least squares."""
    if not kernel:
        return None
    asked = [n for n, value in enumerate(wanted) if value is not None]
    count = len(kernel)
    normal = [
        [sum((a[n] * b[n] for n in asked), flint.fmpq(0)) for b in kernel]
        + [sum((a[n] * (wanted[n] or 0) for n in asked), flint.fmpq(0))]
        for a in kernel
    ]
    reduced, rank = flint.fmpq_mat(normal).rref()
    weights = [flint.fmpq(0)] * count
    for r in range(rank):
        lead = next(n for n in range(count + 1) if reduced[r, n] != 0)
        weights[lead] = reduced[r, count]  # normal equations always have a solution
    return [sum((w * v[n] for w, v in zip(weights, kernel, strict=True)), flint.fmpq(0))
            for n in range(len(wanted))]  # fmt: skip
