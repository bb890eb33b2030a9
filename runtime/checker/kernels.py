"""The norm of a convolution with given weights from above, with the ghosts that it reads.

(K u)_o(i) = sum over c, q of weight[o][c][q] u_c(i + q - low), low = (k - 1) // 2 and high = k // 2
ghosts along an axis of k taps; the norm is that of plain sums of squares. Three theorems:

1. Around a torus and between zeros ||K|| <= sup ||k^||. Products of a row and a column with k^, up
   to a phase, are real trigonometric polynomials of degree (k - 1)/2 along an axis, and between the
   points of a grid of M > k - 1 angles these grow by 1 / cos(pi (k - 1)/(2 M)) at most.
2. A kernel that is even or odd along mirrored axes maps mirrored functions to mirrored ones: its
   norm is that on the torus, times sqrt(2) for an axis where results on a wall count half on the
   torus. For weights w > 0 with sum 1, ||K u||^2 <= sum_o sum_e ||K_oe u||^2 / w_oe.
3. Near walls, `kernel_walls`.

The least of them is taken. Everything is in whole numbers: weights are rounded to a common unit,
and what rounding changes in the norm is added.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from math import isqrt, prod

from .angles import PLACES, cosines, error, evaluated
from .hermitian import Hermitian, most
from .kernel_powers import Axis, Powers, Taps
from .kernel_walls import walled
from .ranges import Rejected

Weights = Sequence[Sequence[Sequence[Fraction]]]
Rules = tuple[tuple[str, str], ...]

_MIRRORS = {"even", "odd", "even_node", "odd_node"}
_PLACES = 36  # of the largest weight
_BLOCK = 150  # rows of the matrices at corners
_MANY = 16  # outputs an input from which on the first power does
# Angles of the grid for one degree, by the number of axes: for vectors, and for matrices.
_DENSITY = {1: (32, 32), 2: (24, 12), 3: (12, 8)}


def norm_above(
    weights: Weights, sizes: Sequence[int], rules: Rules, *, points: int = 2
) -> Fraction:
    """A rational that ||K|| does not exceed on all grids with `points` points between mirrors.

    weights[o][c] holds the taps of output o and input c as rationals, in row-major order of
    `sizes`; `rules` names the ghosts of both sides of each axis as in the bound of training. Along
    other axes grids are of any size. Raises Rejected for other shapes, rules and numbers.
    """
    _check(weights, sizes, rules, points)
    largest = max(abs(w) for output in weights for taps in output for w in taps)
    if not largest:
        return Fraction(0)
    unit = Fraction(2) ** (_bits(largest) - _PLACES)
    taps = [[[round(w / unit) for w in line] for line in output] for output in weights]
    rounded = Fraction(0)
    for output, whole in zip(weights, taps, strict=True):
        for line, numbers in zip(output, whole, strict=True):
            rounded += sum(abs(w - unit * n) for w, n in zip(line, numbers, strict=True))
    # one tap alone has norm 1, or sqrt(2) an axis where a mirror makes it read a point twice
    lost = rounded * (1 << sum(bool(set(pair) & _MIRRORS) for pair in rules))
    return _root(_squared(taps, sizes, rules, points), 2) * unit + lost


def diagonal_above(
    weights: Weights,
    steps: Sequence[Fraction],
    sizes: Sequence[int],
    rules: Rules,
    *,
    points: int = 2,
) -> Fraction:
    """A rational that K^T diag(t) K does not exceed, for one step t >= 0 an output.

    It is ||diag(t)^(1/2) K||^2; roots are taken from above. Raises Rejected as `norm_above`.
    """
    if len(steps) != len(weights) or min(steps, default=Fraction(0)) < 0:
        raise Rejected("each output has one step, which is not negative")
    roots = [_root(Fraction(t), 2) if t else Fraction(0) for t in steps]
    scaled = [
        [[w * root for w in taps] for taps in output]
        for root, output in zip(roots, weights, strict=True)
    ]
    return norm_above(scaled, sizes, rules, points=points) ** 2


def _check(weights: Weights, sizes: Sequence[int], rules: Rules, points: int) -> None:
    if not 1 <= len(sizes) == len(rules) <= 3 or min(sizes) < 1 or points < 2:
        raise Rejected("no kernel has such axes")
    inputs = {len(output) for output in weights}
    lengths = {len(taps) for output in weights for taps in output}
    if len(inputs) != 1 or lengths != {prod(sizes)}:
        raise Rejected("the weights of a kernel have another shape")
    for low, high in rules:
        known = {low, high} <= {"periodic", "zero", *_MIRRORS}
        if not known or (low == "periodic") != (high == "periodic"):
            raise Rejected("the ghosts of a kernel are unknown")


def _bits(x: Fraction) -> int:
    """An exponent with x <= 2^exponent, at most twice too large."""
    return x.numerator.bit_length() - x.denominator.bit_length() + 1


def _root(x: Fraction, power: int) -> Fraction:
    """The root of order 2, 4 or 8 of x >= 0 from above."""
    while power > 1:
        scale = 1 << 2 * max(96 - _bits(x) // 2, 0) if x else 1
        x = Fraction(isqrt(x.numerator * scale // x.denominator) + 1, isqrt(scale))
        power //= 2
    return x


def _squared(taps: Taps, sizes: Sequence[int], rules: Rules, points: int) -> Fraction:
    """||K||^2 from above, in units of the taps squared."""
    symbol = _symbol(taps, sizes, [1] * len(taps))
    if not any(set(pair) & _MIRRORS for pair in rules):
        return symbol
    parts, scales, unit = _split(taps, sizes, rules)
    best = _symbol(parts, sizes, scales) / unit
    many = len(sizes) > 1 and len(taps) >= _MANY * len(taps[0])
    for power in (1,) if many else ((4, 2, 1), (2, 1), (1,))[len(sizes) - 1]:
        axes = [Axis(k, pair, power) for k, pair in zip(sizes, rules, strict=True)]
        near = [axis.width for axis in axes if axis.sides]
        if 2 * max(near) <= points and len(taps[0]) * prod(near) <= _BLOCK:
            found = walled(Powers(taps, axes), symbol**power)
            return min(best, _root(found, power))
    return best


# ---- the symbol


def _symbol(taps: Taps, sizes: Sequence[int], scales: list[int]) -> Fraction:
    """sup over theta of the norm of sum_o scale_o k^_o* k^_o from above."""
    if len(taps) < len(taps[0]) and set(scales) == {1}:
        taps = [list(column) for column in zip(*taps, strict=True)]  # k^ k^* has the same norm
        scales = [1] * len(taps)
    inputs = len(taps[0])
    density = _DENSITY[len(sizes)][min(len(taps), inputs) > 1]
    counts = [density * (k - 1) or 1 for k in sizes]
    pairs = [[_correlated(taps, scales, sizes, c, e) for e in range(c + 1)] for c in range(inputs)]
    largest = max(abs(x) for row in pairs for line in row for x in line)
    shift = max(largest.bit_length() - 62, 0)
    reaches = [k - 1 for k in sizes]
    below = [
        [evaluated([(x >> shift, 0) for x in line], reaches, counts) for line in row]
        for row in pairs
    ]
    wrong, n = error(reaches, 1), range(inputs)
    if inputs == 1:
        high = max(re for re, _ in below[0][0]) + wrong
    else:
        high = most([
            Hermitian(
                [[below[max(i, j)][min(i, j)][angle][0] for j in n] for i in n],
                [[((i > j) - (i < j)) * below[max(i, j)][min(i, j)][angle][1] for j in n]
                 for i in n],
                wrong,
            )
            for angle in range(len(below[0][0]))
        ])  # fmt: skip
    least = prod(
        Fraction(cosines(4 * m)[k - 1] - 1, 1 << PLACES) if k > 1 else Fraction(1)
        for k, m in zip(sizes, counts, strict=True)
    )
    return Fraction(max(high, 0) << shift) / least**2


def _correlated(taps: Taps, scales: list[int], sizes: Sequence[int], c: int, e: int) -> list[int]:
    """sum_o scale_o sum_q k[o, c, q] k[o, e, q + lag] for all lags in row-major order."""
    places = [2 * k - 1 for k in sizes]
    strides = [prod(places[a + 1 :]) for a in range(len(sizes))]
    taps_at = list(product(*map(range, sizes)))
    centre = sum((k - 1) * s for k, s in zip(sizes, strides, strict=True))
    flat = [sum(q * s for q, s in zip(t, strides, strict=True)) for t in taps_at]
    total = [0] * prod(places)
    for output, scale in zip(taps, scales, strict=True):
        for q, first in zip(flat, output[c], strict=True):
            if first:
                first *= scale
                for r, second in zip(flat, output[e], strict=True):
                    total[centre + r - q] += first * second
    return total


# ---- parts of one parity along each mirrored axis


def _split(taps: Taps, sizes: Sequence[int], rules: Rules) -> tuple[Taps, list[int], int]:
    """Parts by output and parity, the factor of each one's square, and the unit of the factors."""
    mirrored = [a for a, pair in enumerate(rules) if set(pair) & _MIRRORS]
    parts: list[tuple[int, list[list[int]], int, int]] = []
    for o, output in enumerate(taps):
        for parities in product((1, -1), repeat=len(mirrored)):
            part, cost = output, 1
            for a, parity in zip(mirrored, parities, strict=True):
                part = [_folded(line, sizes, a, parity) for line in part]
                cost *= _cost(sizes[a], rules[a], parity)
            size = isqrt(cost * sum(x * x for line in part for x in line)) + 1
            parts.append((o, part, cost, size))
    total = [sum(size for o, _, _, size in parts if o == n) for n in range(len(taps))]
    fine = 1 << 30
    # w = size / total; factors are rounded up: sums of squares only grow
    scales = [cost * (fine * total[o] // size + 1) for o, _, cost, size in parts]
    return [part for _, part, _, _ in parts], scales, fine << 2 * len(mirrored)


def _folded(line: list[int], sizes: Sequence[int], axis: int, parity: int) -> list[int]:
    """Twice the even or odd part along one axis."""
    size, stride = sizes[axis], prod(sizes[axis + 1 :])
    turned = [n + (size - 1 - 2 * (n // stride % size)) * stride for n in range(len(line))]
    return [x + parity * line[n] for x, n in zip(line, turned, strict=True)]


def _cost(size: int, pair: tuple[str, str], parity: int) -> int:
    """How often results on the walls of an axis count more than on the torus, at most.

    With an even number of taps the last result lies on the high wall between cells, where it is 0
    for an odd kernel on an even function and for an even one on an odd function.
    """
    beyond = size % 2 == 0 and (pair[1], parity) in {("even", 1), ("odd", -1)}
    return 2 if "even_node" in pair or beyond else 1
