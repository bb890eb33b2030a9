"""Powers of K^T K next to walls and corners, in whole numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from math import prod
from operator import mul
from typing import TypeAlias

from .angles import Packing

Pairs: TypeAlias = tuple[tuple[int, int], ...]
Taps: TypeAlias = list[list[list[int]]]  # by output, input, and tap in row-major order
Products: TypeAlias = list[list[list[int]]]  # by input, input, and pairs of taps axis by axis
Spots: TypeAlias = tuple[tuple[int, int], ...]  # (axis, side)
Lines: TypeAlias = list[list[list[int]]]  # by row, column, and lag along the other axes


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: its taps, the rules of its ghosts on both sides, and the power of K^T K."""

    size: int
    rules: tuple[str, str]
    power: int

    @property
    def sides(self) -> list[int]:
        """The sides with a mirror."""
        return [s for s, rule in enumerate(self.rules) if rule not in {"zero", "periodic"}]

    @property
    def width(self) -> int:
        """How many points from a wall the power is not a convolution."""
        beyond = self.size // 2 + 1 if "even_node" in self.rules else 0
        return max(self.size - 1, beyond, 1) + (self.power - 1) * (self.size - 1)

    @property
    def window(self) -> int:
        """How far rows within the width of a product of half the factors read."""
        return self.width + self.power // 2 * (self.size - 1)

    @property
    def reach(self) -> int:
        """The largest lag of the power."""
        return self.power * (self.size - 1)


@lru_cache(maxsize=4096)
def _read(size: int, rule: str, side: int, x: int) -> tuple[tuple[int, int, int], ...]:
    """(result, tap, sign) of all that reads point x next to a wall, counted from the wall."""
    found = []
    for i, q in product(range(x + size + 1), range(size)):
        offset = q - (size - 1) // 2
        place, sign = (i - offset if side else i + offset), 1
        if place < 0:
            ghost = -place
            match rule:
                case "even":
                    place = ghost - 1
                case "odd":
                    place, sign = ghost - 1, -1
                case "even_node":
                    place = ghost
                case _:  # odd_node: the first ghost is 0
                    place, sign = (ghost - 2 if ghost > 1 else -1), -1
        if place == x:
            found.append((i, q, sign))
    return tuple(found)


@lru_cache(maxsize=65536)
def _pairs(size: int, rule: str, side: int, x: int, y: int) -> Pairs:
    """How often taps q, q' of one result read x and y, with signs: (q k + q', number)."""
    total: dict[int, int] = {}
    for i, q, sign in _read(size, rule, side, x):
        for j, r, other in _read(size, rule, side, y):
            if i == j:
                total[q * size + r] = total.get(q * size + r, 0) + sign * other
    return tuple((place, number) for place, number in total.items() if number)


@dataclass(slots=True)
class Powers:
    """(K^T K)^m of one kernel with the walls of some axes alone, each computed once."""

    taps: Taps
    axes: list[Axis]
    known: dict[Spots, Lines] = field(default_factory=dict)

    def at(self, spots: Spots) -> Lines:
        """Rows and columns within the width of walls, by lag along all other axes.

        Rows are numbered by input channel and by the points from the walls, the last fastest.
        """
        if spots not in self.known:
            self.known[spots] = self._at(spots)
        return self.known[spots]

    def _at(self, spots: Spots) -> Lines:
        near = [a for a, _ in spots]
        others = [axis for a, axis in enumerate(self.axes) if a not in near]
        packing = Packing([axis.reach for axis in others], self._bits(spots))
        plain, mirrored = self._products(near, packing)
        power = self.axes[0].power
        rows = [range(axis.window if power == 4 else axis.width) for axis in self._of(near)]
        columns = [range(axis.window) for axis in self._of(near)]
        left = self._window(plain, spots, rows, columns)
        right = self._window(mirrored, spots, rows, columns) if others else left
        if power == 4:  # rows of the width alone from here on
            points = product(range(len(self.taps[0])), *rows)
            widths = [axis.width for axis in self._of(near)]
            kept = [n for n, (_, *x) in enumerate(points)
                    if all(p < width for p, width in zip(x, widths, strict=True))]  # fmt: skip
            left, right = _times(left, right, kept), _times(right, left, kept)
        if power == 1:
            return [[packing.unpacked(value) for value in row] for row in left]
        lower = [[sum(map(mul, x, y)) for y in right[: i + 1]] for i, x in enumerate(left)]
        half = [[packing.unpacked(value) for value in row] for row in lower]
        everything = range(len(half))
        return [
            [half[i][j] if j <= i else half[j][i][::-1] for j in everything] for i in everything
        ]

    def _of(self, near: list[int]) -> list[Axis]:
        return [self.axes[a] for a in near]

    def _bits(self, spots: Spots) -> int:
        """Enough binary places for the entries of the power with their sign."""
        total = sum(abs(tap) for output in self.taps for taps in output for tap in taps)
        terms = len(self.taps[0]) * prod(self.axes[a].window for a, _ in spots)
        power = self.axes[0].power
        return power * (2 * total.bit_length() + 2 * len(spots) + terms.bit_length()) + 8

    def _products(self, near: list[int], packing: Packing) -> tuple[Products, Products]:
        """sum_o of taps q of input c and q' of c', by pairs along `near`: and with lags negated."""
        others = [a for a in range(len(self.axes)) if a not in near]
        sizes = [axis.size for axis in self.axes]
        inner = [sizes[a] for a in others]
        strides = [prod(sizes[a + 1 :]) for a in range(len(sizes))]
        along = [sum(q * strides[a] for q, a in zip(taps, others, strict=True))
                 for taps in product(*map(range, inner))]  # fmt: skip
        starts = [sum(q * strides[a] for q, a in zip(taps, near, strict=True))
                  for taps in product(*(range(sizes[a]) for a in near))]  # fmt: skip
        packed = [
            [
                [
                    [packing.packed([taps[s + i] for i in along], inner, reverse=r) for s in starts]
                    for taps in output
                ]
                for output in self.taps
            ]
            for r in (True, False)
        ]
        order = _pair_order([sizes[a] for a in near])
        return _summed(packed[0], packed[1], order), _summed(packed[1], packed[0], order)

    def _window(
        self, values: Products, spots: Spots, rows: list[range], columns: list[range]
    ) -> list[list[int]]:
        """The matrix of rows and columns, packed entries."""
        inputs = range(len(self.taps[0]))
        tables = [[self._placed(v, spots, rows, columns) for v in line] for line in values]
        right = list(product(*columns))
        return [
            [tables[c][e][x, y] for e in inputs for y in right]
            for c in inputs
            for x in product(*rows)
        ]

    def _placed(
        self, values: list[int], spots: Spots, rows: list[range], columns: list[range]
    ) -> dict[tuple[tuple[int, ...], tuple[int, ...]], int]:
        """Products of taps gathered at pairs of points, axis after axis."""
        if not spots:
            return {((), ()): values[0]}
        (axis, side), *rest = spots
        size, rule = self.axes[axis].size, self.axes[axis].rules[side]
        inner = len(values) // size**2
        found = {}
        for x, y in product(rows[0], columns[0]):
            total = [0] * inner
            for place, number in _pairs(size, rule, side, x, y):
                part = values[place * inner : (place + 1) * inner]
                total = [a + number * b for a, b in zip(total, part, strict=True)]
            for (p, q), value in self._placed(total, tuple(rest), rows[1:], columns[1:]).items():
                found[(x, *p), (y, *q)] = value
        return found


def _times(a: list[list[int]], b: list[list[int]], kept: list[int]) -> list[list[int]]:
    """Rows of a times the transpose of b."""
    return [[sum(map(mul, a[i], line)) for line in b] for i in kept]


def _pair_order(sizes: list[int]) -> list[tuple[int, int]]:
    """Numbers of taps q, q' in the order of pairs (q_1, q'_1, q_2, q'_2, ..)."""
    order = [(0, 0)]
    for k in sizes:
        order = [(p * k + q, r * k + s) for p, r in order for q in range(k) for s in range(k)]
    return order


def _summed(
    first: list[list[list[int]]], second: list[list[list[int]]], order: list[tuple[int, int]]
) -> Products:
    inputs = range(len(first[0]))
    columns = [
        [
            [list(column) for column in zip(*(output[c] for output in part), strict=True)]
            for c in inputs
        ]
        for part in (first, second)
    ]
    return [
        [[sum(map(mul, columns[0][c][q], columns[1][e][r])) for q, r in order] for e in inputs]
        for c in inputs
    ]
