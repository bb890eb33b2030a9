"""Positivity on the unit cube: a polynomial f(x_0, ..., x_n) >= 0 for all x in [0, 1]^(n+1).

On a box a polynomial lies between its Bernstein coefficients. Boxes are halved until no coefficient
is negative. Where f vanishes on an edge of the box no halving helps; with that edge moved to
{x_a = 0}, x_b = x_a w_b for its other axes b covers the part in which x_a is largest, powers of x_a
are divided out, and the search goes on. A tree holds what was done: 0, ["halve", axis, low, high],
or ["blow", axes, flipped axes, [one tree for each axis]].
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product
from math import comb, prod
from typing import TypeAlias

import flint

from ...runtime.contract import Json

Ends: TypeAlias = tuple[bool, bool]
MOST_WORK = 1_500_000  # operations on rationals in one search: a few seconds at most
HALVINGS = 4  # in a row, before an edge of zeros is looked for
DEEPEST = 60


class Undecided(ValueError):
    """No proof within the number of boxes."""


@lru_cache(maxsize=32)
def context(size: int) -> flint.fmpq_mpoly_ctx:
    """Polynomials in x_0, ..., x_{size-1}."""
    return flint.fmpq_mpoly_ctx.get([f"x{k}" for k in range(size)], flint.Ordering.lex)


@dataclass
class Budget:
    """How many operations are left: counted, so that no result depends on how fast a machine is."""

    work: int = MOST_WORK

    def spend(self, f: flint.fmpq_mpoly) -> None:
        """Take off what the Bernstein form of a polynomial costs."""
        degrees = [int(d) for d in f.degrees()]
        self.work -= prod(d + 1 for d in degrees) * (1 + sum(degrees) // 2)
        if self.work < 0:
            raise Undecided("more boxes than are worth it")

    def share(self, part: int) -> Budget:
        """One of so many parts, taken off."""
        found = Budget(self.work // part)
        self.work -= found.work
        return found


def tree(f: flint.fmpq_mpoly, budget: Budget, *, strict: Ends | None) -> Json:
    """A tree that shows f >= 0; raises Undecided.

    `strict`: f > 0 where 0 < x_0 < 1, and at those of x_0 = 0, x_0 = 1 that are True.
    """
    first = budget.share(2)
    size = len(f.context().gens())
    try:
        found = _search(f, strict, 0, first)
    except Undecided:
        if strict is not None or size < 3:
            raise
    else:
        budget.work += first.work
        return found
    axes = tuple(range(1, size))  # zeros where two coordinates are equal
    return ["blow", list(axes), [], [_search(g, strict, 0, budget) for g in blown(f, axes)]]


def _search(f: flint.fmpq_mpoly, strict: Ends | None, halved: int, budget: Budget) -> Json:
    if halved > DEEPEST:
        raise Undecided("a box that halving does not decide")
    budget.spend(f)
    cells = bernstein(f)
    if min(cells.values()) >= 0 and (strict is None or _positive(cells, strict)):
        return 0
    flat = not max(k[0] for k in cells)
    if any(v < 0 or (v == 0 and strict and (flat or strict[k[0]])) for k, v in _corners(cells)):
        raise Undecided("a corner where it is negative")
    if strict is None and halved >= HALVINGS and (edge := _edge(f, cells)):
        axes, flips = edge
        pieces = blown(flipped(f, flips), axes)
        trees: list[Json] = [_search(g, strict, 1, budget) for g in pieces]
        return ["blow", list(axes), list(flips), trees]
    axis = _steepest(cells)
    low, high = halves(f, axis)
    below = above = strict
    if strict is not None and axis == 0:
        below, above = (strict[0], False), (True, strict[1])
    return [
        "halve",
        axis,
        _search(low, below, halved + 1, budget),
        _search(high, above, halved + 1, budget),
    ]


def _positive(cells: dict[tuple[int, ...], flint.fmpq], ends: Ends) -> bool:
    """All coefficients at some power of x_0 are positive, and at the ends that count."""
    zero = {k[0] for k, v in cells.items() if v == 0}
    last = max(k[0] for k in cells)
    missing = (ends[0] and 0 in zero) or (ends[1] and last in zero)
    return not missing and len(zero) <= last


# ---- Bernstein form


def bernstein(f: flint.fmpq_mpoly) -> dict[tuple[int, ...], flint.fmpq]:
    """Coefficients on [0, 1]^n, of f's own degree along each axis."""
    degrees = tuple(int(d) for d in f.degrees())
    given = f.to_dict()
    zero = flint.fmpq(0)
    cells = {k: given.get(k, zero) for k in product(*(range(n + 1) for n in degrees))}
    for axis, n in enumerate(degrees):
        if not n:
            continue
        weights = _weights(n)
        for line in product(*(range(1 if a == axis else d + 1) for a, d in enumerate(degrees))):
            keys = [(*line[:axis], j, *line[axis + 1 :]) for j in range(n + 1)]
            old = [cells[k] for k in keys]
            for k, key in enumerate(keys):
                cells[key] = sum((weights[k][j] * old[j] for j in range(k + 1)), zero)
    return cells


@lru_cache(maxsize=64)
def _weights(n: int) -> tuple[tuple[flint.fmpq, ...], ...]:
    return tuple(
        tuple(flint.fmpq(comb(k, j), comb(n, j)) for j in range(k + 1)) for k in range(n + 1)
    )


def _corners(
    cells: dict[tuple[int, ...], flint.fmpq],
) -> Iterator[tuple[tuple[int, ...], flint.fmpq]]:
    degrees = tuple(map(max, zip(*cells, strict=True)))
    for corner in product((0, 1), repeat=len(degrees)):
        yield corner, cells[tuple(n * b for n, b in zip(degrees, corner, strict=True))]


def _steepest(cells: dict[tuple[int, ...], flint.fmpq]) -> int:
    """The axis along which the coefficients change most."""
    size = len(next(iter(cells)))
    spread = [flint.fmpq(0)] * size
    for key, value in cells.items():
        for a in range(size):
            after = cells.get((*key[:a], key[a] + 1, *key[a + 1 :]))
            if after is not None:
                spread[a] = max(spread[a], abs(after - value))
    return max(range(size), key=lambda a: spread[a])


# ---- other coordinates


def halves(f: flint.fmpq_mpoly, axis: int) -> tuple[flint.fmpq_mpoly, flint.fmpq_mpoly]:
    """f on the lower and on the upper half of the box along an axis."""
    x = f.context().gens()
    half = x[axis] * flint.fmpq(1, 2)
    low = (half if a == axis else g for a, g in enumerate(x))
    high = (half + flint.fmpq(1, 2) if a == axis else g for a, g in enumerate(x))
    return f.compose(*low, ctx=f.context()), f.compose(*high, ctx=f.context())


def _edge(
    f: flint.fmpq_mpoly, cells: dict[tuple[int, ...], flint.fmpq]
) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """The largest edge through a corner on which f vanishes: its axes, and those to be flipped."""
    best: tuple[tuple[int, ...], tuple[int, ...]] | None = None
    for corner, value in _corners(cells):
        if value != 0:
            continue
        flips = tuple(a for a, bit in enumerate(corner) if bit)
        axes = _vanishing(flipped(f, flips))
        if axes and (best is None or len(axes) < len(best[0])):
            best = axes, tuple(a for a in flips if a in axes)
    return best


def _vanishing(f: flint.fmpq_mpoly) -> tuple[int, ...]:
    """The fewest axes, at least two, such that f = 0 where all of them are 0."""
    powers = f.monoms()
    size = len(powers[0])
    for count in range(2, size + 1):
        for axes in combinations(range(size), count):
            if all(any(p[a] for a in axes) for p in powers):
                return axes
    return ()


def flipped(f: flint.fmpq_mpoly, axes: tuple[int, ...]) -> flint.fmpq_mpoly:
    """f with x_a replaced by 1 - x_a."""
    if not axes:
        return f
    x = f.context().gens()
    return f.compose(*(1 - g if a in axes else g for a, g in enumerate(x)), ctx=f.context())


def blown(f: flint.fmpq_mpoly, axes: tuple[int, ...]) -> list[flint.fmpq_mpoly]:
    """f with x_b = x_a w_b for the other axes b of an edge, without powers of x_a: for each a."""
    x = f.context().gens()
    found = []
    for a in axes:
        moved = (g * x[a] if b in axes and b != a else g for b, g in enumerate(x))
        h = f.compose(*moved, ctx=f.context())
        least = min(p[a] for p in h.monoms())
        found.append(h / x[a] ** least)
    return found
