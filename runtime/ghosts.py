"""Ghost rules as numbers: how each value of a halo follows from the values inside.

Along one axis with n values, u[-j] and u[n-1+j] (j = 1, 2, ...) are affine in the values inside
and in the right sides of the two conditions. A wall states value * u + slope * dn(u) = right:

    cells (mirror 0)   (value/2 + slope/d) u_g = right - (value/2 - slope/d) u[j-1],  d = (2j-1) h
    nodes (mirror -1)  u_g = right/value for j = 1, then 2 right/value - u[j-2]
    nodes (mirror 1)   u_g = u[j] + 2 j h (right - value u_wall)/slope
    faces (mirror 1)   u_g = 2 right/value - u[j] where slope = 0: the wall carries a value

Where a field leaves the domain no condition is needed, and a stencil that reads there all the same
finds the straight line through the last two values: u_g = (1 + j) u[0] - j u[1].

When n is smaller than the halo, u[j-1] is itself a ghost of the far side: the rules repeat. No
torch here, so that the numbers can be read, tested and proved about without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from .plan import Side


@dataclass(frozen=True, slots=True)
class Row:
    """One ghost: sum of coefficient * u[index], plus low * right_low + high * right_high."""

    sources: tuple[tuple[int, float], ...] = ()
    low: float = 0.0
    high: float = 0.0

    def scaled(self, factor: float) -> Row:
        """factor * self."""
        sources = tuple((i, factor * c) for i, c in self.sources)
        return Row(sources, factor * self.low, factor * self.high)

    def plus(self, other: Row) -> Row:
        """self + other, equal indices collected."""
        total = dict(self.sources)
        for index, coefficient in other.sources:
            total[index] = total.get(index, 0.0) + coefficient
        sources = tuple((i, total[i]) for i in sorted(total) if total[i])
        return Row(sources, self.low + other.low, self.high + other.high)


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring ghosts that one copy fills.

    Ghosts start, ..., start + length - 1, counted in the padded array, take coefficient * u over
    first, ..., first + length - 1 (backwards if `flipped`), summed over the `sources`
    (first, coefficient), plus low * right_low + high * right_high.
    """

    start: int
    length: int
    sources: tuple[tuple[int, float], ...]
    flipped: bool
    low: float
    high: float


def at(index: int, sides: tuple[Side, Side], n: int, spacing: float) -> Row:
    """The value at any index of the unbounded line as an affine form of the n values inside."""
    if 0 <= index < n:
        return Row(((index, 1.0),))
    far = index >= n
    j = index - n + 1 if far else -index
    side = sides[far]
    match side.rule:
        case "periodic":
            return Row(((index % n, 1.0),))
        case "zero":
            return Row()
        case "none":
            return _onward(j, far, n)
        case "wall":
            return _wall(j, far, sides, n, spacing)
    raise ValueError(f"no ghost rule is named {side.rule!r}")


def _onward(j: int, far: bool, n: int) -> Row:
    """Ghost j where nothing is said and nothing comes in: the straight line through both ends."""
    if n == 1:
        return Row(((0, 1.0),))
    first, second = (n - 1, n - 2) if far else (0, 1)
    return Row(((first, 1.0 + j), (second, -float(j))))


def _wall(j: int, far: bool, sides: tuple[Side, Side], n: int, spacing: float) -> Row:
    """Ghost j outside a wall."""
    side = sides[far]
    a, b = side.value, side.slope
    if not (a or b) or side.mirror not in {-1, 0, 1} or (side.mirror == -1 and b):
        raise ValueError(f"{side} is no condition on a wall")
    right = Row(low=0.0, high=1.0) if far else Row(low=1.0)
    if side.mirror == -1 and j == 1:
        return right.scaled(1 / a)
    depth = j - 1 + side.mirror
    if n == 1 and sides[0].mirror == sides[1].mirror == 1:
        depth = 0  # both walls lie on the one value there is: it mirrors itself
    inside = at(n - 1 - depth if far else depth, sides, n, spacing)
    if side.mirror == 0:
        across = b / ((2 * j - 1) * spacing)
        below = a / 2 + across
        if not below:
            raise ValueError(f"{side} leaves ghost {j} free at spacing {spacing}")
        return inside.scaled((across - a / 2) / below).plus(right.scaled(1 / below))
    if not b:
        return inside.scaled(-1.0).plus(right.scaled(2 / a))
    on_wall = Row(((n - 1 if far else 0, 1.0),))
    reach = 2 * j * spacing / b
    return inside.plus(right.scaled(reach)).plus(on_wall.scaled(-reach * a))


@lru_cache(maxsize=1024)
def runs(
    sides: tuple[Side, Side], halo: tuple[int, int], n: int, spacing: float
) -> tuple[Run, ...]:
    """All ghosts of one axis as few copies as possible, low side first."""
    low = ((halo[0] + i, at(i, sides, n, spacing)) for i in range(-halo[0], 0))
    high = ((halo[0] + i, at(i, sides, n, spacing)) for i in range(n, n + halo[1]))
    return (*_grouped(low), *_grouped(high))


def _grouped(rows: Iterator[tuple[int, Row]]) -> Iterator[Run]:
    """Join neighbouring rows that differ by one step of their single source."""
    current: list[Row] = []
    start = 0
    for position, row in rows:
        if current and not _joins(current, row):
            yield _run(start, current)
            current = []
        if not current:
            start = position
        current.append(row)
    if current:
        yield _run(start, current)


def _joins(current: list[Row], row: Row) -> bool:
    last = current[-1]
    if (last.low, last.high) != (row.low, row.high) or len(last.sources) != len(row.sources):
        return False
    if not row.sources:
        return True
    (index, coefficient), (old, old_coefficient) = row.sources[0], last.sources[0]
    step = index - old
    if len(row.sources) > 1 or coefficient != old_coefficient or abs(step) != 1:
        return False
    return len(current) < 2 or step == old - current[-2].sources[0][0]


def _run(start: int, rows: list[Row]) -> Run:
    first, last = rows[0], rows[-1]
    flipped = len(rows) > 1 and bool(first.sources) and last.sources[0][0] < first.sources[0][0]
    sources = last.sources if flipped else first.sources
    return Run(start, len(rows), sources, flipped, first.low, first.high)
