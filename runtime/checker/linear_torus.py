"""The parts of a proof of kind "linear" on several axes: signs on cubes, chart by chart.

A part is low <= m <= high, or m^step between them, x_0 in [0, 1] runs along it; without a high end
m^step = x_0/(1 - x_0). A polynomial without sines is one on the cube of x_0 and y. Axes whose sine
occurs are covered by charts [near, sign] with x = tan of a half of an angle in [0, pi/2]:
  near 0: theta = sign 2 atan(x), y = x^2/(1 + x^2);  near 1: theta = pi - that, y = 1/(1 + x^2);
  sin(theta) = sign 2x/(1 + x^2); multiplied by powers of 1 + x^2 > 0.
Products of an even number of sines do not change at -theta: on the first such axis + is enough.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import product
from math import comb, lcm
from typing import Any, TypeAlias

from .linear_cells import Number, algebraic, rational
from .linear_cubes import Ends, Work, shown
from .linear_planes import Plane
from .linear_proof import Condition, Factor, Part, condition
from .ranges import Rejected

Chart: TypeAlias = list[list[int] | None]
Line: TypeAlias = list[int]  # by powers of one coordinate
MOST_STEP = 64
DIGITS = 40


@dataclass(frozen=True, slots=True)
class Span:
    """low <= m^step <= high; `mirrored`: -m too."""

    low: Fraction
    high: Fraction | None
    step: int
    mirrored: bool
    closed: Ends

    @property
    def ends(self) -> Ends:
        """Whether x_0 = 0 and x_0 = 1 belong to it."""
        return self.closed[0] or self.mirrored, self.closed[1]

    def along(self, most: int) -> list[Line]:
        """m^(step k) for k = 0, ..., most in x_0, times one positive polynomial."""
        if self.high is None:
            above, below = [0, 1], [1, -1]
        else:
            unit = lcm(self.low.denominator, self.high.denominator)
            above = [int(self.low * unit), int((self.high - self.low) * unit)]
            below = [unit]
        return [_line([above] * k + [below] * (most - k)) for k in range(most + 1)]


def part(
    data: dict[str, Any], expected: Callable[[list[Condition]], None], dim: int, work: Work
) -> Part:
    """One part: its conditions are the expected ones and hold for all its m and all modes."""
    span = _span(data)
    conditions = [condition(c, 1 + 2 * dim) for c in data["conditions"]]
    expected(conditions)
    for c in conditions:
        sign = (c.constant > 0) - (c.constant < 0)
        for f in c.needed():
            own = _sign(f, span, span.ends if c.strict else None, work)
            sign *= own if f.power % 2 else 1
        if sign < 0 or (c.strict and not sign):
            raise Rejected("a condition has the wrong sign")
    if span.high is None:
        return Part(None if span.mirrored else _root(span.low, 1), None, span.closed)
    high = _root(span.high, span.step)
    low = _mirror(high) if span.mirrored else _root(span.low, 1)
    return Part(low, high, span.closed)


def _span(data: dict[str, Any]) -> Span:
    low, high, step = data["low"], data["high"], data["step"]
    flags = [data["mirrored"], *data["closed"]]
    if len(flags) != 3 or not all(isinstance(f, bool) for f in flags):
        raise Rejected("the ends of a part are malformed")
    if isinstance(step, bool) or not isinstance(step, int) or not 0 < step <= MOST_STEP:
        raise Rejected("the ends of a part are malformed")
    found = Span(
        low=rational(low),
        high=None if high is None else rational(high),
        step=step,
        mirrored=flags[0],
        closed=(flags[1], flags[2]),
    )
    if found.high is None and (found.low or found.closed[1] or (step > 1) is not found.mirrored):
        raise Rejected("an infinite end does not belong to a part")
    if found.high is not None and found.low >= found.high:
        raise Rejected("a part has no inside")
    if step > 1 and found.low:
        raise Rejected("the ends of a part are malformed")
    if found.mirrored and (step % 2 or found.closed[0] is not found.closed[1]):
        raise Rejected("a part is no mirror image of itself")
    return found


# ---- ends


def _root(value: Fraction, n: int) -> Number:
    """The n-th root of a number that is not negative if n > 1, enclosed."""
    for k in range(2, n + 1):
        while n % k == 0 and (exact := _exact_root(value, k)) is not None:
            value, n = exact, n // k
    p = [-value.numerator, *[0] * (n - 1), value.denominator]
    if n == 1:
        low = high = value
    else:
        low = Fraction(_floor_root(value * 10 ** (DIGITS * n), n), 10**DIGITS)
        high = low + Fraction(1, 10**DIGITS)
    found = algebraic({"polynomial": [str(c) for c in p], "low": str(low), "high": str(high)})
    assert found is not None
    return found


def _exact_root(value: Fraction, n: int) -> Fraction | None:
    found = Fraction(
        _floor_root(Fraction(value.numerator), n), _floor_root(Fraction(value.denominator), n)
    )
    return found if found**n == value else None


def _floor_root(value: Fraction, n: int) -> int:
    """The largest whole number whose n-th power is at most a number >= 0."""
    low, high = 0, 1
    while high**n <= value:
        high *= 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**n <= value else (low, middle)
    return low


def _mirror(end: Number) -> Number:
    turned = [c if k % 2 == 0 else -c for k, c in enumerate(end.polynomial)]
    return Number(turned, -end.high, -end.low)


# ---- signs


def _sign(f: Factor, span: Span, strict: Ends | None, work: Work) -> int:
    """The sign of a factor on the part, for all modes."""
    size = len(next(iter(f.plane)))
    if f.plane.keys() == {(1, *(0,) * (size - 1))}:
        (value,) = f.plane.values()
        without_zero = span.low > 0 or (span.low == 0 and not span.ends[0])
        if span.low < 0 or span.mirrored or (strict is not None and not without_zero):
            raise Rejected("a factor is not shown to keep its sign")
        return 1 if value > 0 else -1
    sign = f.stated["sign"]
    if isinstance(sign, bool) or sign not in (1, -1):
        raise Rejected("a factor of the proof is malformed")
    ways = charts(f.plane)
    if [way for way, _ in f.stated["charts"]] != ways:
        raise Rejected("the charts of a factor do not cover the torus")
    for way, tree in f.stated["charts"]:
        here = on_cube(f.plane, way, span, work)
        shown({k: sign * c for k, c in here.items()}, tree, strict, work)
    return int(sign)


def charts(f: Plane, *, odd: bool = False) -> list[Chart]:
    """The charts that cover the torus for a polynomial; null: the axis without a sine.

    `odd`: every term holds an odd number of sines, else an even one.
    """
    dim = len(next(iter(f))) // 2
    if any(sum(key[1 + dim :]) % 2 != odd or max(key[1 + dim :]) > 1 for key in f):
        raise Rejected("a factor changes its sign with the sines")
    sines = [a for a in range(dim) if any(key[1 + dim + a] for key in f)]
    first = None if odd or not sines else sines[0]
    ways: list[list[list[int] | None]] = [
        [[near, sign] for near in (0, 1) for sign in ((1,) if a == first else (1, -1))]
        if a in sines else [None]
        for a in range(dim)
    ]  # fmt: skip
    return [list(way) for way in product(*ways)]


def on_cube(f: Plane, chart: Chart, span: Span, work: Work) -> Plane:
    """A polynomial in x_0 and the coordinates of a chart, times a positive one."""
    dim = len(chart)
    if any(key[0] % span.step for key in f):
        raise Rejected("a factor holds other powers of m than the part")
    found: Plane = {}
    most = max(key[0] for key in f) // span.step
    lines = span.along(most)
    for (m, *rest), c in f.items():
        for k, e in enumerate(lines[m // span.step]):
            key = (*rest, k)
            found[key] = found.get(key, 0) + c * e
    for a, way in enumerate(chart):  # the first y and the first s give way to a last coordinate
        left = dim - a
        known = {(key[0], key[left]) for key in found}
        high = max(key[1 + a] + key[1 + dim + a] for key in f)
        table = {(y, s): _coordinate(way, y, s, high) for y, s in known}
        work.spend(len(found) * (2 * high + 1))
        turned: Plane = {}
        for key, c in found.items():
            rest = [*key[1:left], *key[left + 1 :]]
            for k, e in enumerate(table[key[0], key[left]]):
                if e:
                    into = (*rest, k)
                    turned[into] = turned.get(into, 0) + c * e
        found = turned
    return {key: c for key, c in found.items() if c}


def _coordinate(way: list[int] | None, y: int, s: int, high: int) -> Line:
    """The powers y of sin^2(theta/2), s of sin(theta), times (1 + x^2)^high, by powers of x."""
    if way is None:
        return [0] * y + [1]
    near, sign = way
    rest = high - y - s
    even = [comb(rest, k // 2) if k % 2 == 0 else 0 for k in range(2 * rest + 1)]
    shift = s + (0 if near else 2 * y)
    return [0] * shift + [(2 * sign) ** s * c for c in even]


def _line(factors: list[Line]) -> Line:
    return reduce(_times, factors, [1])


def _times(p: Line, q: Line) -> Line:
    found = [0] * (len(p) + len(q) - 1)
    for i, a in enumerate(p):
        for j, b in enumerate(q):
            found[i + j] += a * b
    return found
