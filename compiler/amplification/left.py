"""Left sides of a stage: the newest levels W with A(theta) W = R, on the waves of one mode.

Row j of A is sum_b a_jb W_b / c_j, with a_jb in y, s, i and the names, and c_j in the names alone.
Where det(a) and every c_j differ from 0, Cramer's rule gives W_b = sum_j C_jb c_j R_j / det(a) with
the cofactors C_jb of a.

Nothing is cancelled in the rows, and it would show nothing: (1 - r y) W = (1 - r y) U has no newest
level where r y = 1, whatever the quotient is. So |det(a)|^2 prod c_j^2 > 0 for all modes is a
condition of a proof by itself. Where it holds, quotients of polynomials that are equal have equal
values, and a common factor det(a) of a characteristic polynomial may be divided out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from .ring import Element, Ring


@dataclass(frozen=True)
class Row:
    """sum_l entries_l U_l / below."""

    below: Element
    entries: Mapping[str, Element]


@dataclass(frozen=True)
class Left:
    """A left side that was solved for: det(a), and the product of its denominators c_j."""

    determinant: Element
    below: Element

    def never_zero(self, ring: Ring) -> Element:
        """What must differ from 0 for every mode."""
        return ring.times(self.determinant, self.below)


def systems(rows: Mapping[str, Row]) -> list[tuple[str, ...]]:
    """The rows that share an unknown, together and in order: each group is a system of its own."""
    groups: list[tuple[set[str], list[str]]] = []
    for name, row in rows.items():
        near = [g for g in groups if g[0] & row.entries.keys()]
        unknowns = set(row.entries).union(*(g[0] for g in near))
        groups = [g for g in groups if g not in near]
        groups.append((unknowns, [*(n for g in near for n in g[1]), name]))
    found = [tuple(n for n in rows if n in own) for _, own in groups]
    return sorted(found, key=lambda group: list(rows).index(group[0]))


def solved(
    ring: Ring, lefts: Mapping[str, Row], rights: Mapping[str, Row], unknowns: Iterable[str]
) -> tuple[dict[str, Row], Left]:
    """The rows of as many unknowns as there are left sides, by equation; a singular one too."""
    columns = list(unknowns)
    zero = ring.number(0)
    table = [[row.entries.get(b, zero) for b in columns] for row in lefts.values()]
    below, product = determinant(ring, table), ring.number(1)
    scaled: list[Row] = []
    for name, row in lefts.items():
        product = ring.times(product, row.below)
        right = rights[name]
        entries = {n: ring.times(row.below, e) for n, e in right.entries.items()}
        scaled.append(Row(below=right.below, entries=entries))
    found = {}
    for b, unknown in enumerate(columns):
        parts = []
        for j, right in enumerate(scaled):
            minor = [[e for k, e in enumerate(line) if k != b]
                     for i, line in enumerate(table) if i != j]  # fmt: skip
            cofactor = determinant(ring, minor) * (-1) ** (b + j)
            entries = {n: ring.times(cofactor, e) for n, e in right.entries.items()}
            parts.append(Row(below=right.below, entries=entries))
        total = added(ring, parts)
        found[unknown] = Row(below=ring.times(below, total.below), entries=total.entries)
    return found, Left(determinant=below, below=product)


def added(ring: Ring, rows: Iterable[Row]) -> Row:
    """The sum over a common denominator."""
    below, entries = ring.number(1), dict[str, Element]()
    zero = ring.number(0)
    for row in rows:
        if row.below == below:
            mine, theirs = ring.number(1), ring.number(1)
        else:
            common = below.gcd(row.below)
            mine, theirs = row.below / common, below / common
        both = entries.keys() | row.entries.keys()
        entries = {
            n: ring.times(mine, entries.get(n, zero)) + ring.times(theirs, row.entries.get(n, zero))
            for n in sorted(both)
        }
        below = ring.times(below, mine)
    return Row(below=below, entries={n: e for n, e in entries.items() if e})


def determinant(ring: Ring, table: list[list[Element]]) -> Element:
    """Expansion by columns, each set of rows once."""
    minors = {frozenset[int](): ring.number(1)}
    for column in range(len(table)):
        larger: dict[frozenset[int], Element] = {}
        for rows, minor in minors.items():
            for row in set(range(len(table))) - rows:
                entry = table[row][column]
                if not entry:
                    continue
                swaps = sum(1 for other in rows if other > row)
                term = ring.times(entry, minor) * (-1) ** swaps
                key = rows | {row}
                larger[key] = larger[key] + term if key in larger else term
        minors = {k: v for k, v in larger.items() if v}
    return minors.get(frozenset(range(len(table))), ring.number(0))


def lightened(
    ring: Ring, polynomial: tuple[Element, ...], lefts: Iterable[Element]
) -> tuple[Element, ...]:
    """The polynomial divided by each determinant as often as it goes, in whole numbers.

    p / d = p conj(d) / |d|^2, and |d|^2 is free of i: it divides a normal form term by term. On
    several axes it may hold sines; then nothing is divided.
    """
    determinants = tuple(lefts)
    if not determinants:
        return polynomial
    for d in determinants:
        bar = ring.conjugate(d)
        square = ring.times(d, bar)
        if not square or square.total_degree() == 0 or any(square.degrees()[: 1 + ring.dim]):
            continue
        while (after := _divided(ring, polynomial, bar, square)) is not None:
            polynomial = after
    parts = [c for p in polynomial for c in p.coeffs()]
    scale = ring.number(Fraction(lcm(*(int(c.q) for c in parts)), gcd(*(int(c.p) for c in parts))))
    return tuple(p * scale for p in polynomial)


def _divided(
    ring: Ring, polynomial: tuple[Element, ...], bar: Element, square: Element
) -> tuple[Element, ...] | None:
    found = []
    for p in polynomial:
        quotient, rest = divmod(ring.times(p, bar), square)
        if rest:
            return None
        found.append(quotient)
    return tuple(found)
