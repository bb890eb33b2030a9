"""Trigonometric polynomials of whole numbers at the angles of a grid."""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from operator import mul

from .elementary import pi_range

PLACES = 80  # binary places of cosines, each right to one unit
_MORE = 30
Wave = tuple[int, int]


@lru_cache(maxsize=64)
def cosines(count: int) -> tuple[int, ...]:
    """cos(2 pi j / count) for all j < count, count 1 or a multiple of 4, in units of 2^-PLACES."""
    one = 1 << PLACES + _MORE
    turn = int(2 * pi_range().low * one)
    values: dict[int, int] = {}
    for j in range(count // 4 + 1):
        x = turn * j // count
        square = x * x >> PLACES + _MORE
        total = term = one
        for n in range(1, 60, 2):  # Taylor: each term rounded by one unit of 2^-110
            term = -(term * square >> PLACES + _MORE) // (n * (n + 1))
            total += term
        values[j] = total + (1 << _MORE - 1) >> _MORE
    for j in range(count // 4 + 1, count):
        far = min(j, count - j)
        values[j] = values[far] if far <= count // 4 else -values[count // 2 - far]
    return tuple(values[j] for j in range(count))


@lru_cache(maxsize=256)
def _tables(reach: int, count: int, j: int) -> tuple[list[int], list[int]]:
    """Cosines and sines of lag * 2 pi j / count for lag = -reach .. reach."""
    whole = cosines(count)
    turns = [lag * j for lag in range(-reach, reach + 1)]
    cos = [whole[t % count] for t in turns]
    return cos, [whole[(t - count // 4) % count] if count > 1 else 0 for t in turns]


def evaluated(
    values: list[Wave], reaches: list[int], counts: list[int], *, half: bool = True
) -> list[Wave]:
    """sum over lags of value e^(i lag . theta) at all angles, the last axis on half a turn.

    `values` are in the order of lags, each axis from -reach to reach. An input error of e becomes
    2 L e + 2 an axis with L lags, where inputs are below 2^(PLACES - 1) / L.
    """
    if not reaches:
        return values
    (reach, *others), (count, *rest) = reaches, counts
    lags = 2 * reach + 1
    inner = len(values) // lags
    re = [[values[lag * inner + i][0] for lag in range(lags)] for i in range(inner)]
    im = [[values[lag * inner + i][1] for lag in range(lags)] for i in range(inner)]
    real = not any(map(any, im))
    found: list[Wave] = []
    for j in range(count // 2 + 1 if half and not rest else count):
        cos, sin = _tables(reach, count, j)
        if real:
            line = [(sum(map(mul, a, cos)), sum(map(mul, a, sin))) for a in re]
        else:
            line = [
                (sum(map(mul, a, cos)) - sum(map(mul, b, sin)),
                 sum(map(mul, a, sin)) + sum(map(mul, b, cos)))
                for a, b in zip(re, im, strict=True)
            ]  # fmt: skip
        scaled = [(a >> PLACES, b >> PLACES) for a, b in line]
        found += evaluated(scaled, others, rest, half=half)
    return found


def error(reaches: list[int], first: int) -> int:
    """What an error of the inputs of `evaluated` has become."""
    for reach in reaches:
        first = 2 * (2 * reach + 1) * first + 2
    return first


# ---- polynomials packed into one whole number: products of numbers are products of polynomials


class Packing:
    """Lags of some axes as digits of one number; lag + reach is the place along an axis."""

    def __init__(self, reaches: list[int], bits: int) -> None:
        self.reaches, self.bits = reaches, -(-bits // 8) * 8
        self.strides: list[int] = []
        self.digits = 1
        for reach in reversed(reaches):
            self.strides.insert(0, self.digits)
            self.digits *= 2 * reach + 1
        self.offset = sum(1 << self.bits * (d + 1) - 1 for d in range(self.digits))

    def packed(self, values: list[int], sizes: list[int], *, reverse: bool) -> int:
        """Taps of several axes in row-major order as a polynomial, or its mirror image."""
        total = 0
        for value, taps in zip(values, product(*map(range, sizes)), strict=True):
            places = [n - 1 - q if reverse else q for n, q in zip(sizes, taps, strict=True)]
            total += value << self.bits * sum(map(mul, places, self.strides))
        return total

    def unpacked(self, number: int) -> list[int]:
        """The signed digits, the last axis fastest."""
        width, half = self.bits // 8, 1 << self.bits - 1
        text = (number + self.offset).to_bytes(width * self.digits + 1, "little")
        return [
            int.from_bytes(text[width * d : width * (d + 1)], "little") - half
            for d in range(self.digits)
        ]
