"""Positivity on the unit cube: a polynomial f(x_0, ..., x_n) >= 0 for all x in [0, 1]^(n+1).

On a box a polynomial lies between its Bernstein coefficients. Boxes are halved until no coefficient
is negative. Where f vanishes on an edge of the box no halving helps; with that edge moved to
{x_a = 0}, x_b = x_a w_b for its other axes b covers the part in which x_a is largest, powers of x_a
are divided out, and the search goes on. A tree holds what was done: 0, ["halve", axis, low, high],
or ["blow", axes, flipped axes, [one tree for each axis]].

The search runs in floats; its tree is then taken again in whole numbers, which alone decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from math import prod
from typing import TypeAlias

import numpy as np

from ...runtime.contract import Json
from ..budget import checkpoint
from .bernstein import Cells, as_floats, blown, flipped, halved, scaled

Ends: TypeAlias = tuple[bool, bool]
MOST_WORK = 160_000_000  # operations on floats in one search: a few seconds at most
MOST_EXACT = 12_000_000  # operations on whole numbers for one tree
BOX = 10_000  # what a box costs whatever its size, in operations
FILLED = 1  # a step in whole numbers, in operations on floats
HALVINGS = 4  # in a row, before an edge of zeros is looked for
DEEPEST = 60
TINY = 1e-10  # of the largest coefficient of a box: 0 in floats


class Undecided(ValueError):
    """No proof within the number of boxes."""


@dataclass
class Exact:
    """Operations on whole numbers that the trees of a proof ask of a checker."""

    spent: int = 0

    def spend(self, cells: Cells) -> None:
        """Add what a box costs."""
        self.spent += cells.size * (1 + sum(cells.shape) // 2)
        if self.spent > MOST_EXACT:
            raise Undecided("a proof that is larger than is worth it")


@dataclass
class Budget:
    """How many operations are left: counted, so that no result depends on how fast a machine is."""

    work: int = MOST_WORK
    exact: Exact = field(default_factory=Exact)

    def spend(self, cells: Cells) -> None:
        """Take off what a box costs; raises OutOfTime past the deadline."""
        checkpoint()
        self.work -= BOX + cells.size * (1 + sum(cells.shape) // 2)
        if self.work < 0:
            raise Undecided("more boxes than are worth it")

    def fill(self, sizes: Sequence[int], count: int) -> None:
        """Take off what it costs to build cubes of that size in whole numbers."""
        self.work -= FILLED * count * prod(sizes) * sum(sizes)
        if self.work < 0:
            raise Undecided("polynomials too large to be looked at")

    def share(self, part: int) -> Budget:
        """One of so many parts, taken off."""
        found = Budget(self.work // part, self.exact)
        self.work -= found.work
        return found


def tree(exact: Cells, budget: Budget, *, strict: Ends | None) -> Json:
    """A tree that shows f >= 0 by its whole Bernstein coefficients; raises Undecided.

    `strict`: f > 0 where 0 < x_0 < 1, and at those of x_0 = 0, x_0 = 1 that are True.
    """
    if strict is None and exact.ndim > 2:
        first, before = budget.share(2), budget.exact.spent
        try:
            found = _proved(exact, _search(as_floats(exact), strict, 0, first), strict, first)
        except Undecided:  # zeros where two coordinates are equal
            budget.exact.spent = before
            return _proved(exact, _among_all(as_floats(exact), budget), strict, budget)
        budget.work += first.work
        return found
    return _proved(exact, _search(as_floats(exact), strict, 0, budget), strict, budget)


def _among_all(cells: Cells, budget: Budget) -> Json:
    """All axes but that of m blown up first."""
    axes = tuple(range(1, cells.ndim))
    pieces = blown(cells, axes)
    return ["blow", list(axes), [], [_search(scaled(g), None, 0, budget) for g in pieces]]


def _search(cells: Cells, strict: Ends | None, before: int, budget: Budget) -> Json:
    if before > DEEPEST:
        raise Undecided("a box that halving does not decide")
    budget.spend(cells)
    cells = np.where(np.abs(cells) < TINY * np.abs(cells).max(), 0.0, cells)
    if _decided(cells, strict):
        return 0
    _refuse_corners(cells, strict)
    if strict is None and before >= HALVINGS and (edge := _edge(cells)):
        axes, flips = edge
        pieces = blown(flipped(cells, flips), axes)
        trees: list[Json] = [_search(scaled(g), strict, 1, budget) for g in pieces]
        return ["blow", list(axes), list(flips), trees]
    axis = _steepest(cells)
    (low, high), (below, above) = halved(cells, axis), _ends(strict, axis)
    return [
        "halve",
        axis,
        _search(scaled(low), below, before + 1, budget),
        _search(scaled(high), above, before + 1, budget),
    ]


def _ends(strict: Ends | None, axis: int) -> tuple[Ends | None, Ends | None]:
    """Where a sign must be strict on both halves; the point between belongs to the upper one."""
    if strict is None or axis:
        return strict, strict
    return (strict[0], False), (True, strict[1])


def _decided(cells: Cells, strict: Ends | None) -> bool:
    """No coefficient is negative, and where a sign is strict they are positive."""
    if cells.min() < 0:
        return False
    if strict is None:
        return True
    rows = [bool((row > 0).all()) for row in cells]
    return (rows[0] or not strict[0]) and (rows[-1] or not strict[1]) and any(rows)


def _refuse_corners(cells: Cells, strict: Ends | None) -> None:
    """A corner where f is negative, or 0 and must not be."""
    flat = cells.shape[0] == 1
    for corner in product((0, -1), repeat=cells.ndim):
        value = cells[corner]
        counts = strict is not None and (flat or strict[corner[0]])
        if value < 0 or (value == 0 and counts):
            raise Undecided("a corner where it is negative")


def _steepest(cells: Cells) -> int:
    """The axis along which the coefficients change most."""
    spread = [float(np.abs(np.diff(cells, axis=a)).max(initial=0)) for a in range(cells.ndim)]
    return max(range(cells.ndim), key=lambda a: spread[a])


def _edge(cells: Cells) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """The largest edge through a corner on which f vanishes: its axes, and those to be flipped."""
    moving = [a for a in range(cells.ndim) if cells.shape[a] > 1]
    for count in range(2, len(moving) + 1):
        for axes in combinations(moving, count):
            for ends in product((0, -1), repeat=count):
                place = [slice(None)] * cells.ndim
                for a, end in zip(axes, ends, strict=True):
                    place[a] = slice(0, 1) if end == 0 else slice(-1, None)
                if not cells[tuple(place)].any():
                    return axes, tuple(a for a, end in zip(axes, ends, strict=True) if end)
    return None


# ---- in whole numbers


def _proved(cells: Cells, stated: Json, strict: Ends | None, budget: Budget) -> Json:
    """The tree with leaves that hold, searched further where one does not."""
    budget.exact.spend(cells)
    if stated == 0:
        if _decided(cells, strict):
            return 0
        axis = _steepest(as_floats(cells))
        halves, ends = halved(cells, axis), _ends(strict, axis)
        trees = [_search(as_floats(h), e, 1, budget) for h, e in zip(halves, ends, strict=True)]
        stated = ["halve", axis, *trees]
    assert isinstance(stated, list)
    if stated[0] == "halve":
        axis = int(str(stated[1]))
        pairs = zip(halved(cells, axis), stated[2:], _ends(strict, axis), strict=True)
        return ["halve", axis, *(_proved(scaled(h), t, e, budget) for h, t, e in pairs)]
    _, axes, flips, inner = stated
    assert isinstance(axes, list)
    assert isinstance(flips, list)
    assert isinstance(inner, list)
    pieces = blown(flipped(cells, [int(str(a)) for a in flips]), [int(str(a)) for a in axes])
    found: list[Json] = [
        _proved(scaled(g), t, strict, budget) for g, t in zip(pieces, inner, strict=True)
    ]
    return ["blow", axes, flips, found]
