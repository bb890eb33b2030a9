"""What mirrors add to the square of a kernel's norm, close to walls and corners.

Let A_N be (K^T K)^m with the walls of the axes N alone, one side of each, and V_S = sum over R
within S of (-1)^|S - R| A_R. V_S lives within `width` points of the walls of S and is a convolution
along all other axes; on boxes of 2 widths or more (K^T K)^m is the sum of V_S over all sets of
sides. V_S is at most lambda_S, so ||K||^(2m) is at most the largest sum of lambda_S over the
subsets S of a set N of sides, one an axis; lambda of the empty set is sup ||k^||^(2m).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import combinations, product
from math import prod
from operator import add, sub

from .angles import PLACES, cosines, error, evaluated
from .hermitian import Hermitian, most
from .kernel_powers import Axis, Lines, Powers, Spots

_DENSITY = {1: 16, 2: 8, 4: 8}  # angles of the grid for one degree, by the power
_KEPT = 62  # binary places of matrices after rounding


def walled(powers: Powers, inner: Fraction) -> Fraction:
    """||K||^(2m) from above, in units of the taps; `inner` bounds sup ||k^||^(2m) in them."""
    mirrored = [a for a, axis in enumerate(powers.axes) if axis.sides]
    bounds: dict[Spots, Fraction] = {(): inner}
    best = inner
    for count in range(1, len(mirrored) + 1):
        for near in combinations(mirrored, count):
            for sides in product(*(powers.axes[a].sides for a in near)):
                spots = tuple(zip(near, sides, strict=True))
                bounds[spots] = _bound(powers, spots)
                best = max(best, sum((bounds[some] for some in _within(spots)), Fraction(0)))
    return best


def _within(spots: Spots) -> list[Spots]:
    """All subsets."""
    return [some for n in range(len(spots) + 1) for some in combinations(spots, n)]


def _bound(powers: Powers, spots: Spots) -> Fraction:
    """lambda_S from above: at the angles of a grid, then between them."""
    rest = [axis for a, axis in enumerate(powers.axes) if a not in dict(spots)]
    matrices, unit = _matrices(_part(powers, spots), rest)
    high = most(matrices)
    moving = [axis.reach for axis in rest if axis.reach]
    if not moving:
        return Fraction(high * unit)
    low = -most([v.negated() for v in matrices])
    density, least = _DENSITY[rest[0].power], Fraction(1)
    for reach in moving:
        least *= Fraction(cosines(2 * density * reach)[reach] - 1, 1 << PLACES)
    return (Fraction(high + low) + (high - low) / least) * unit / 2


def _matrices(part: Lines, rest: list[Axis]) -> tuple[list[Hermitian], int]:
    """V_S at the angles of all other axes, in a unit."""
    largest = max(abs(x) for row in part for lags in row for x in lags)
    shift = max(largest.bit_length() - _KEPT, 0)
    reaches = [axis.reach for axis in rest]
    counts = [_DENSITY[axis.power] * axis.reach or 1 for axis in rest]
    below = [
        [evaluated([(x >> shift, 0) for x in lags], reaches, counts) for lags in row]
        for row in part
    ]
    wrong, n = error(reaches, 1), range(len(part))
    found = []
    for angle in range(len(below[0][0])):
        re = [[below[max(i, j)][min(i, j)][angle][0] for j in n] for i in n]
        im = [[((i > j) - (i < j)) * below[max(i, j)][min(i, j)][angle][1] for j in n] for i in n]
        found.append(Hermitian(re, im if any(map(any, im)) else [], wrong))
    return found, 1 << shift


def _part(powers: Powers, spots: Spots) -> Lines:
    """V_S by row, column up to the row, and lag along the other axes."""
    widths = [range(powers.axes[a].width) for a, _ in spots]
    rows = list(product(range(len(powers.taps[0])), *widths))
    terms = [_term(powers, spots, some) for some in _within(spots)]
    signs = [add if (len(spots) - len(some)) % 2 == 0 else sub for some in _within(spots)]
    total = []
    for i, x in enumerate(rows):
        line = []
        for y in rows[: i + 1]:
            sums = terms[-1](x, y)
            for sign, term in zip(signs[:-1], terms[:-1], strict=True):
                sums = list(map(sign, sums, term(x, y)))
            line.append(sums)
        total.append(line)
    return total


def _term(
    powers: Powers, spots: Spots, some: Spots
) -> Callable[[tuple[int, ...], tuple[int, ...]], list[int]]:
    """A_R between two points near the walls of S, by lag along the axes that are not in S.

    Along the axes of S without a wall in R the lag is that of the points, counted from the wall.
    """
    axes, values = powers.axes, powers.at(some)
    others = [a for a in range(len(axes)) if a not in dict(some)]
    strides = {a: prod(2 * axes[b].reach + 1 for b in others if b > a) for a in others}
    inside = [(n, axes[spot[0]].width) for n, spot in enumerate(spots, start=1) if spot in some]
    across = [(n, axes[a].reach, -strides[a] if side else strides[a])
              for n, (a, side) in enumerate(spots, start=1) if (a, side) not in some]  # fmt: skip
    kept = [[strides[a] * lag for lag in range(2 * axes[a].reach + 1)]
            for a in others if a not in dict(spots)]  # fmt: skip
    offsets = [sum(lags) for lags in product(*kept)]

    def number(x: tuple[int, ...]) -> int:
        place = x[0]
        for n, width in inside:
            place = place * width + x[n]
        return place

    def lags(x: tuple[int, ...], y: tuple[int, ...]) -> list[int]:
        start = 0
        for n, reach, stride in across:
            if abs(y[n] - x[n]) > reach:
                return [0] * len(offsets)
            start += stride * (y[n] - x[n]) + abs(stride) * reach
        line = values[number(x)][number(y)]
        return [line[start + offset] for offset in offsets]

    return lags
