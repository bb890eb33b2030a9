"""Symbols of stencils as polynomials in y_a = sin^2(theta_a / 2), and their extrema on [0, 1]^d.

A stencil whose weights do not change when an offset changes sign along an axis has the symbol
sum_o w_o prod_a cos(o_a theta_a), and cos(k theta) = T_k(1 - 2y): a polynomial in y. On a box a
polynomial lies between the least and the largest of its Bernstein coefficients, and the one at a
corner is its value there; boxes are halved until that decides.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise, product
from math import comb
from typing import TypeAlias

import flint

from ...runtime.contract import Json
from ..stencil import Stencil

Powers: TypeAlias = tuple[int, ...]
Polynomial: TypeAlias = dict[Powers, Fraction]
Cells: TypeAlias = dict[Powers, flint.fmpq]  # Bernstein coefficients by multi-index
MOST_BOXES = 4000


def symbol(stencil: Stencil) -> Polynomial | None:
    """The symbol as a polynomial in y, or None when the weights are not even along each axis."""
    if any(stencil.shift):
        return None
    weights, common = stencil.integral()
    for axis in range(stencil.dim):
        for offset, weight in weights.items():
            if weights.get((*offset[:axis], -offset[axis], *offset[axis + 1 :])) != weight:
                return None
    total: dict[Powers, int] = {}
    for offset, weight in weights.items():
        key = tuple(map(abs, offset))
        total[key] = total.get(key, 0) + weight
    for axis in range(stencil.dim):  # cos(k theta) along one axis after the other
        powers: dict[Powers, int] = {}
        for key, weight in total.items():
            for i, c in enumerate(_chebyshev(key[axis])):
                at = (*key[:axis], i, *key[axis + 1 :])
                powers[at] = powers.get(at, 0) + c * weight
        total = powers
    return {p: Fraction(w, common) for p, w in total.items() if w}


@lru_cache(maxsize=256)
def _chebyshev(k: int) -> tuple[int, ...]:
    """T_k(1 - 2y) by powers of y."""
    before, found = [1], [1, -2]
    for _ in range(k - 1):
        following = [0] * (len(found) + 1)
        for i, c in enumerate(found):
            following[i] += 2 * c
            following[i + 1] -= 4 * c
        for i, c in enumerate(before):
            following[i] -= c
        before, found = found, following
    return tuple(found if k else before)


def plus(a: Polynomial, b: Polynomial) -> Polynomial:
    """a + b."""
    found = {p: a.get(p, Fraction(0)) + b.get(p, Fraction(0)) for p in a.keys() | b.keys()}
    return {p: c for p, c in sorted(found.items()) if c}


def times(a: Polynomial, b: Polynomial) -> Polynomial:
    """a * b."""
    found: Polynomial = {}
    for p, c in a.items():
        for q, d in b.items():
            key = tuple(i + j for i, j in zip(p, q, strict=True))
            found[key] = found.get(key, Fraction(0)) + c * d
    return {p: c for p, c in found.items() if c}


def scaled(a: Polynomial, factor: Fraction) -> Polynomial:
    """factor * a."""
    return {p: factor * c for p, c in a.items() if factor}


def value(a: Polynomial, point: tuple[Fraction, ...]) -> Fraction:
    """a at a point."""
    total = Fraction(0)
    for powers, c in a.items():
        for x, p in zip(point, powers, strict=True):
            c = c * x**p
        total += c
    return total


# ---- Bernstein form


def bernstein(a: Polynomial, dim: int) -> Cells:
    """Bernstein coefficients of a on [0, 1]^dim, of its own degree along each axis."""
    degrees = tuple(max((p[i] for p in a), default=0) for i in range(dim))
    given = {k: flint.fmpq(c.numerator, c.denominator) for k, c in a.items()}
    zero = flint.fmpq(0)
    cells = {k: given.get(k, zero) for k in product(*(range(n + 1) for n in degrees))}
    for axis, n in enumerate(degrees):
        for line in _lines(degrees, axis):
            old = [cells[_at(line, axis, j)] for j in range(n + 1)]
            for k in range(n + 1):
                cells[_at(line, axis, k)] = sum(
                    (flint.fmpq(comb(k, j), comb(n, j)) * old[j] for j in range(k + 1)), zero
                )
    return cells


def _lines(degrees: Powers, axis: int) -> Iterator[Powers]:
    return product(*(range(1 if a == axis else n + 1) for a, n in enumerate(degrees)))


def _at(line: Powers, axis: int, k: int) -> Powers:
    return (*line[:axis], k, *line[axis + 1 :])


def halves(cells: Cells, axis: int) -> tuple[Cells, Cells]:
    """The Bernstein coefficients on the two halves of the box along an axis (de Casteljau)."""
    degrees = tuple(map(max, zip(*cells, strict=True)))
    n = degrees[axis]
    low, high = dict(cells), dict(cells)
    for line in _lines(degrees, axis):
        row = [cells[_at(line, axis, j)] for j in range(n + 1)]
        low[_at(line, axis, 0)], high[_at(line, axis, n)] = row[0], row[n]
        for k in range(1, n + 1):
            row = [(x + y) / 2 for x, y in pairwise(row)]
            low[_at(line, axis, k)], high[_at(line, axis, n - k)] = row[0], row[-1]
    return low, high


def corners(cells: Cells) -> Mapping[Powers, flint.fmpq]:
    """Values at the corners of the box, by corner."""
    degrees = tuple(map(max, zip(*cells, strict=True)))
    return {
        c: cells[tuple(n * b for n, b in zip(degrees, c, strict=True))]
        for c in product((0, 1), repeat=len(degrees))
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """An upper bound of a polynomial on [0, 1]^d; `tree` halves boxes until each shows it.

    A tree is 0 for a box that is not halved, else [axis, lower half, upper half]. `where` is a
    point at which the value `reached` is taken; sharp when it equals `bound`.
    """

    bound: Fraction
    reached: Fraction
    where: tuple[Fraction, ...]
    tree: Json

    @property
    def sharp(self) -> bool:
        """The bound is attained."""
        return self.bound == self.reached


@dataclass(slots=True)
class _Node:
    cells: Cells
    low: tuple[Fraction, ...]
    width: tuple[Fraction, ...]
    split: tuple[int, _Node, _Node] | None = None

    @property
    def bound(self) -> flint.fmpq:
        return max(self.cells.values())

    def tree(self) -> Json:
        if self.split is None:
            return 0
        axis, low, high = self.split
        return [axis, low.tree(), high.tree()]


def peak(a: Polynomial, dim: int) -> Peak:
    """The supremum on [0, 1]^dim: exact where it is at a corner of some box, else from above."""
    root = _Node(bernstein(a, dim), (Fraction(0),) * dim, (Fraction(1),) * dim)
    best, where = max((v, c) for c, v in corners(root.cells).items())
    place = tuple(map(Fraction, where))
    heap: list[tuple[flint.fmpq, int, _Node]] = [(-root.bound, 0, root)]
    count = 0
    while -heap[0][0] > best and count < MOST_BOXES:
        bound = -heap[0][0]
        if bound - best <= abs(best) / 2**26:
            break
        node = heapq.heappop(heap)[2]
        axis = max(range(dim), key=lambda i: _variation(node.cells, i))
        for child in _split(node, axis):
            count += 1
            for corner, v in corners(child.cells).items():
                if v > best:
                    best = v
                    place = tuple(
                        o + w * c for o, w, c in zip(child.low, child.width, corner, strict=True)
                    )
            heapq.heappush(heap, (-child.bound, count, child))
    top, reached = (Fraction(int(x.p), int(x.q)) for x in (-heap[0][0], best))
    return Peak(
        bound=_short(top) if top > reached else top, reached=reached, where=place, tree=root.tree()
    )


def _variation(cells: Cells, axis: int) -> flint.fmpq:
    """How much the coefficients change along an axis: where halving helps."""
    spread = flint.fmpq(0)
    for k, v in cells.items():
        after = cells.get(_at(k, axis, k[axis] + 1))
        if after is not None:
            spread = max(spread, abs(after - v))
    return spread


def _split(node: _Node, axis: int) -> tuple[_Node, _Node]:
    low, high = halves(node.cells, axis)
    width = tuple(w / 2 if a == axis else w for a, w in enumerate(node.width))
    start = tuple(
        o + w if a == axis else o for a, (o, w) in enumerate(zip(node.low, width, strict=True))
    )
    children = _Node(low, node.low, width), _Node(high, start, width)
    node.split = (axis, *children)
    return children


def _short(x: Fraction) -> Fraction:
    """A rational not below x with a short text: twelve digits, rounded up."""
    scale = Fraction(10) ** 12
    return Fraction(-((-x * scale) // 1)) / scale


def nonnegative(a: Polynomial, dim: int) -> Json:
    """A tree of halvings whose boxes show a >= 0, or None when none was found."""
    found = peak(scaled(a, Fraction(-1)), dim)
    return found.tree if found.bound <= 0 else None


def autocorrelation(stencil: Stencil) -> Stencil:
    """K^T K."""
    return stencil.adjoint().after(stencil)
