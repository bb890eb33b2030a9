"""Polynomials on the unit cube that trees show not to be negative.

A box holds whole multiples of its Bernstein coefficients; values lie between them. A tree is
  0                            no coefficient is negative
  ["halve", axis, low, high]   trees for both halves along an axis
  ["blow", axes, flips, trees] with x_b -> 1 - x_b for b in flips, a tree for each a of the axes and
                               the part in which x_a is the largest of their coordinates: there
                               x_b = x_a w_b with 0 <= w_b <= 1, and powers of x_a are divided out.
These parts cover the box. Whatever a proof may state, the work on it is counted and bounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import comb, gcd, lcm, prod
from typing import Any, TypeAlias

from .linear_planes import Plane, content, degrees, without
from .ranges import Rejected

Row: TypeAlias = list[int]
Ends: TypeAlias = tuple[bool, bool]
MOST_WORK = 40_000_000  # additions: some seconds


@dataclass(slots=True)
class Work:
    """How many additions a proof may still ask for."""

    left: int = MOST_WORK

    def spend(self, additions: int) -> None:
        """Take them off."""
        self.left -= additions
        if self.left < 0:
            raise Rejected("the trees of the proof are too large")


@dataclass(frozen=True, slots=True)
class Box:
    """Bernstein coefficients, the last axis fastest, times one positive number."""

    sizes: tuple[int, ...]
    cells: Row

    def inner(self, axis: int) -> int:
        """How many coefficients lie between two neighbours along an axis."""
        return prod(self.sizes[axis + 1 :])


def shown(f: Plane, tree: Any, strict: Ends | None, work: Work) -> None:
    """f >= 0 on the cube; `strict`: f > 0 where 0 < x_0 < 1, and at those ends that are True."""
    _below(_box(f, work), tree, strict, work)


def _below(box: Box, tree: Any, strict: Ends | None, work: Work) -> None:
    if tree == 0 and not isinstance(tree, bool):
        _leaf(box, strict)
    elif isinstance(tree, list) and len(tree) == 4 and tree[0] == "halve":
        axis = _axes([tree[1]], box)[0]
        low, high = _halved(box, axis, work)
        split = strict is not None and axis == 0
        _below(low, tree[2], (strict[0], False) if split and strict else strict, work)
        _below(high, tree[3], (True, strict[1]) if split and strict else strict, work)
    elif isinstance(tree, list) and len(tree) == 4 and tree[0] == "blow":
        if strict is not None:
            raise Rejected("a sign is not strict where boxes are blown up")
        axes, flips = _axes(tree[1], box), _axes(tree[2], box)
        if len(axes) < 2 or len(tree[3]) != len(axes):
            raise Rejected("the parts of a box do not cover it")
        p = _powers(box, flips, work)
        for axis, branch in zip(axes, tree[3], strict=True):
            _below(_box(_blown(p, axes, axis), work), branch, None, work)
    else:
        raise Rejected("a tree of the proof is malformed")


def _leaf(box: Box, strict: Ends | None) -> None:
    if min(box.cells) < 0:
        raise Rejected("a factor is not shown to keep its sign")
    if strict is not None:
        positive = [all(row) for row in _rows(box, 0)]
        ends = (positive[0] or not strict[0]) and (positive[-1] or not strict[1])
        if not ends or not any(positive):
            raise Rejected("a factor is not shown to keep its sign")


def _axes(data: Any, box: Box) -> list[int]:
    whole = all(isinstance(a, int) and not isinstance(a, bool) for a in data)
    if not whole or len(set(data)) != len(data) or not set(data) <= set(range(len(box.sizes))):
        raise Rejected("a tree of the proof is malformed")
    return list(data)


def _blown(p: Plane, axes: list[int], axis: int) -> Plane:
    """p with x_b = x_axis w_b for the other axes, without powers of x_axis."""
    total = {key: sum(key[b] for b in axes) for key in p}
    least = min(total.values())
    return {(*k[:axis], total[k] - least, *k[axis + 1 :]): c for k, c in p.items()}


# ---- Bernstein coefficients


def _box(f: Plane, work: Work) -> Box:
    """b_k = sum_{j <= k} C(k, j) / C(n, j) a_j along each axis."""
    sizes = tuple(n + 1 for n in degrees(f))
    work.spend(prod(sizes) * (1 + sum(sizes)))
    cells = [0] * prod(sizes)
    for key, c in f.items():
        at = 0
        for k, size in zip(key, sizes, strict=True):
            at = at * size + k
        cells[at] = c
    found = Box(sizes, cells)
    for axis, size in enumerate(sizes):
        n = size - 1
        scale = lcm(*(comb(n, j) for j in range(size)))
        rows = [[c * (scale // comb(n, j)) for c in r] for j, r in enumerate(_rows(found, axis))]
        for first in range(1, size):
            for k in range(n, first - 1, -1):
                rows[k] = [x + y for x, y in zip(rows[k], rows[k - 1], strict=True)]
        found = _joined(rows, found, axis)
    return _smaller(found)


def _powers(box: Box, flips: list[int], work: Work) -> Plane:
    """The polynomial of a box with x -> 1 - x along some axes, up to a positive number."""
    work.spend(len(box.cells) * (1 + sum(box.sizes)))
    for axis, size in enumerate(box.sizes):
        rows = _rows(box, axis)
        if axis in flips:
            rows.reverse()
        for first in range(size - 1, 0, -1):
            for k in range(first, size):
                rows[k] = [x - y for x, y in zip(rows[k], rows[k - 1], strict=True)]
        rows = [[c * comb(size - 1, j) for c in r] for j, r in enumerate(rows)]
        box = _joined(rows, box, axis)
    found: Plane = {}
    for at, c in enumerate(box.cells):
        key = []
        for size in reversed(box.sizes):
            at, k = divmod(at, size)
            key.append(k)
        if c:
            found[tuple(reversed(key))] = c
    return without(found, content([found]))


def _halved(box: Box, axis: int, work: Work) -> tuple[Box, Box]:
    """Both halves; a half carries 2^n times its own coefficients, which keeps signs."""
    n = box.sizes[axis] - 1
    work.spend(len(box.cells) * (n + 2) // 2)
    rows = _rows(box, axis)
    low, high = [[c << n for c in rows[0]]], [[c << n for c in rows[-1]]]
    for k in range(1, n + 1):
        rows = [[x + y for x, y in zip(p, q, strict=True)] for p, q in pairwise(rows)]
        low.append([c << (n - k) for c in rows[0]])
        high.append([c << (n - k) for c in rows[-1]])
    return _joined(low, box, axis), _joined(high[::-1], box, axis)


def _rows(box: Box, axis: int) -> list[Row]:
    """The coefficients by their places along an axis."""
    size, inner = box.sizes[axis], box.inner(axis)
    return [
        [
            c
            for at in range(k * inner, len(box.cells), size * inner)
            for c in box.cells[at : at + inner]
        ]
        for k in range(size)
    ]


def _joined(rows: list[Row], box: Box, axis: int) -> Box:
    inner = box.inner(axis)
    cells = [
        c for at in range(0, len(rows[0]), inner) for row in rows for c in row[at : at + inner]
    ]
    return Box(box.sizes, cells)


def _smaller(box: Box) -> Box:
    common = gcd(*box.cells)
    return Box(box.sizes, [c // common for c in box.cells])
