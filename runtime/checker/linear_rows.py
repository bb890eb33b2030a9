"""Rows of a step over the waves of its state, and newest levels that follow from a left side.

Denominators are kept by their factors, so that a common one is a least one: factor -> power.
A left side A(theta) W = R has rows sum_b a_jb W_b / c_j with c_j in the names alone. Where det(a)
and all c_j differ from 0, W = adj(a) C R / det(a) with C = diag(c).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from typing import TypeAlias

from .linear_names import Element, Names, plus, times
from .ranges import Rejected

Below: TypeAlias = dict[frozenset[tuple[tuple[int, ...], Fraction]], int]


@dataclass(frozen=True, slots=True)
class Row:
    """sum_l entries_l U_l / below."""

    entries: dict[str, Element]
    below: Below = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Left:
    """det(a) of a left side, and the product of its c_j."""

    determinant: Element
    below: Element


def times_factor(below: Below, factor: Element) -> Below:
    """A denominator times one more factor."""
    key = frozenset(factor.items())
    trivial = len(factor) == 1 and not any(map(any, factor)) and 1 in factor.values()
    return below if trivial else {**below, key: below.get(key, 0) + 1}


def common(belows: Iterable[Below]) -> Below:
    """A denominator that each of them divides."""
    found: Below = {}
    for below in belows:
        found |= {key: max(n, found.get(key, 0)) for key, n in below.items()}
    return found


def multiplied_out(names: Names, below: Below, without: Below | None = None) -> Element:
    """The quotient of a denominator and one that divides it."""
    found = names.number(1)
    for key, n in below.items():
        for _ in range(n - (without or {}).get(key, 0)):
            found = times(found, dict(key))
    return found


def added(names: Names, rows: Iterable[Row]) -> Row:
    """The sum over a common denominator."""
    listed = list(rows)
    below = common(row.below for row in listed)
    entries: dict[str, Element] = {}
    for row in listed:
        factor = multiplied_out(names, below, row.below)
        for name, e in row.entries.items():
            entries[name] = plus(entries.get(name, {}), times(factor, e))
    return Row({n: e for n, e in entries.items() if e}, below)


def coupled(lefts: list[Row]) -> list[list[int]]:
    """The equations that share newest levels, together, each group by its first equation."""
    found: list[list[int]] = []
    waiting = list(range(len(lefts)))
    while waiting:
        group, known = {waiting[0]}, set(lefts[waiting[0]].entries)
        while more := {j for j in waiting if j not in group and known & lefts[j].entries.keys()}:
            group |= more
            known = known.union(*(lefts[j].entries for j in more))
        found.append(sorted(group))
        waiting = [j for j in waiting if j not in group]
    return found


def solved(
    names: Names, lefts: list[Row], rights: list[Row], unknowns: list[str]
) -> tuple[list[Row], Left]:
    """The rows of the unknowns, in order."""
    if not unknowns or len(unknowns) != len(lefts):
        raise Rejected("a left side has not as many equations as newest levels")
    table = [[row.entries.get(n, {}) for n in unknowns] for row in lefts]
    determinant, adjugate = _inverse(names, table)
    if not determinant:
        raise Rejected("a left side determines the newest level of no mode")
    found = []
    for line in adjugate:
        parts = []
        for factor, left, right in zip(line, lefts, rights, strict=True):
            whole = times(factor, multiplied_out(names, left.below))
            parts.append(Row({n: times(whole, e) for n, e in right.entries.items()}, right.below))
        total = added(names, parts)
        found.append(Row(total.entries, times_factor(total.below, determinant)))
    below = reduce(times, (multiplied_out(names, row.below) for row in lefts))
    return found, Left(determinant, below)


def _inverse(names: Names, table: list[list[Element]]) -> tuple[Element, list[list[Element]]]:
    """Determinant and adjugate: M_1 = I, c_k = -tr(a M_k)/k, M_(k+1) = a M_k + c_k I."""
    size = range(len(table))
    turned = [[names.number(int(i == j)) for j in size] for i in size]
    for k in range(1, len(table) + 1):
        product = [
            [reduce(plus, (times(table[i][x], turned[x][j]) for x in size)) for j in size]
            for i in size
        ]
        trace = reduce(plus, (product[i][i] for i in size))
        last = {key: -c / k for key, c in trace.items()}
        if k < len(table):
            turned = [
                [plus(product[i][j], last) if i == j else product[i][j] for j in size] for i in size
            ]
    sign = -1 if len(table) % 2 else 1
    shown = [[{key: -sign * c for key, c in e.items()} for e in row] for row in turned]
    return {key: sign * c for key, c in last.items()}, shown
