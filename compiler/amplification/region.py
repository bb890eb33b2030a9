"""The set of m on tori of several axes: how far it may reach by lines, and a proof on the cube.

On the edges of the torus (each theta but one is 0 or pi) and on its diagonals the theory of one
axis gives an interval that the set cannot leave. Where all modes hold on it, it is the set; else
the largest growth over a grid of modes, in floats, says how much shorter an interval to try.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from itertools import product
from math import gcd
from typing import TypeAlias

from ...runtime.contract import Json
from ..budget import checkpoint
from .algebraic import Algebraic
from .cube import Budget, Ends, Exact, Undecided
from .heavy import Plane
from .line import Condition, Part, condition, parts
from .ring import Element, Ring
from .schur import Quantity
from .torus import Demand, Span, demand, evidence

DIGITS = 10**12
MOST_DISCRIMINANT = 2500
MOST_LINES = 30_000_000
FAR = 2**20  # no set is looked for beyond
EASY = 40  # that part of a budget is spent before the modes of a grid are looked at
NEAR = Fraction(1, 10**7)  # how far floats may be off
SHORTER = tuple(1 - Fraction(1, n) for n in (10**6, 10**4, 10**3, 20))


# (low, high) -> about the interval between them in which no mode grows
Estimate: TypeAlias = Callable[[Fraction, Fraction], tuple[float, float]]


@dataclass(frozen=True)
class Patch:
    """An interval low <= m <= high^(1/step) with its proof; `sharp`: it cannot be longer.

    `mirrored`: only even powers of m occur, so that -m is in the set with m; `closed`: which ends
    belong to it.
    """

    span: Span
    mirrored: bool
    closed: Ends
    sharp: bool
    conditions: tuple[Json, ...]


def patches(
    ring: Ring,
    quantities: list[Quantity],
    low: Fraction | None,
    high: Fraction | None,
    estimate: Estimate,
) -> Iterator[Patch]:
    """The parts of the set that could be proved, in order.

    Infinite ones begin at 0, or are the whole line where only even powers of m occur.
    """
    demands, exact = tuple(demand(ring, q) for q in quantities), Exact()
    for part in _on_lines(ring, quantities, low, high):
        if part.low is None:
            found = _line(demands, exact) if part.high is None else None
        elif part.high is None and part.low.rational != 0:
            continue
        else:
            found = _patch(demands, part, part.low, estimate, Budget(exact=exact))
        if found is not None:
            yield found


def _line(demands: tuple[Demand, ...], exact: Exact) -> Patch | None:
    """All m: those from 0 on, and their mirror images."""
    step = _step(demands)
    if step % 2:
        return None
    span = Span(low=Fraction(0), high=None, step=step, ends=(True, False))
    return _proved(demands, span, Budget(exact=exact), mirrored=True, sharp=True)


def _patch(
    demands: tuple[Demand, ...],
    part: Part,
    low: Algebraic,
    estimate: Estimate,
    budget: Budget,
) -> Patch | None:
    high, mirrored = part.high, low.high < 0 and _step(demands) % 2 == 0
    start = Fraction(0) if mirrored else _above(low)
    if start < 0 and any(f.variable and f.power % 2 for d in demands for f in d.pieces):
        return None  # m itself changes its sign
    first = mirrored or low.rational is None or part.closed_low
    step = _step(demands) if start == 0 else 1
    if high is None:
        sharp, top = True, Fraction(FAR)
        whole = [Span(low=Fraction(0), high=None, step=1, ends=(first, False))]
    else:
        (end, sharp), top = _power(high, step), high.low
        whole = [Span(low=start, high=end, step=step, ends=(first, last))
                 for last in dict.fromkeys((part.closed_high or not sharp, False))]  # fmt: skip
    for span in whole:
        found = _proved(demands, span, budget.share(EASY), mirrored=mirrored, sharp=sharp)
        if found is not None:
            return found
    begin, reached = (Fraction(x) for x in estimate(start, top))
    moved = begin > start + NEAR * (top - start)  # the set begins later
    for span in whole if not moved and reached > top * (1 - NEAR) else ():
        found = _proved(demands, span, budget.share(4), mirrored=mirrored, sharp=sharp)
        if found is not None:
            return found
    if moved:
        start, step, mirrored, first = begin, 1, False, True
    top = min(top, reached)
    for factor in SHORTER:
        less = (top - start) * (1 - factor)
        ends = -_floor(-start - less) if moved else start, _floor(top - less)
        if ends[0] < ends[1]:
            span = Span(low=ends[0], high=ends[1] ** step, step=step, ends=(first, True))
            found = _proved(demands, span, budget.share(2), mirrored=mirrored, sharp=False)
            if found is not None:
                return found
    return None


def _proved(
    demands: tuple[Demand, ...], span: Span, budget: Budget, *, mirrored: bool, sharp: bool
) -> Patch | None:
    before = budget.exact.spent
    try:
        shown = evidence(demands, span, budget)
    except Undecided:
        budget.exact.spent = before
        return None
    low, high = span.ends
    return Patch(
        span=span,
        mirrored=mirrored,
        closed=(high if mirrored else low, high),
        sharp=sharp,
        conditions=tuple(shown),
    )


def _above(end: Algebraic) -> Fraction:
    """The end where it is rational, else a rational of twelve digits above it."""
    return end.high if end.rational is not None else -_floor(-end.high)


def _floor(x: Fraction) -> Fraction:
    """Twelve digits behind the point."""
    return Fraction(x * DIGITS // 1, DIGITS)


def _power(end: Algebraic, step: int) -> tuple[Fraction, bool]:
    """The end to a power where that is rational, else a rational of twelve digits below it."""
    number = end.radical
    power = None if number is None else number**step
    if power is not None and power.is_Rational:
        return Fraction(int(power.p), int(power.q)), True
    return _floor(end.low) ** step, False


def _step(demands: tuple[Demand, ...]) -> int:
    """The largest g such that only powers of m^g occur."""
    powers = [f.power for d in demands for f in d.pieces if f.variable]
    powers += [k[0] for d in demands for f in d.pieces if not f.variable for k in f.terms]
    return reduce(gcd, powers, 0) or 1


# ---- lines


def _on_lines(
    ring: Ring, quantities: list[Quantity], low: Fraction | None, high: Fraction | None
) -> list[Part]:
    """The parts of the set of m that hold on every edge and diagonal."""
    asked: dict[str, Condition] = {}
    for line in _lines(ring):
        for q in quantities:
            checkpoint()
            moved = ring.reduced(q.value.compose(*line, ctx=ring.context))
            if any(moved.degrees()[: 1 + ring.dim]):
                continue  # a line that the theory of one axis does not speak of
            bare = replace(q, value=moved, divisor=ring.number(1))
            found = condition(bare, y=2 + ring.dim, m=2 + 2 * ring.dim)
            if not any(heavy(f.plane) for f in found.factors):
                asked.setdefault(f"{q.strict} {moved}", found)
    chosen, work = list[Condition](), 0
    for c in sorted(asked.values(), key=_work):  # the search on cubes does without the others
        work += _work(c)
        if work <= MOST_LINES:
            chosen.append(c)
    return parts(tuple(chosen), low, high)


def _work(c: Condition) -> int:
    """What the discriminants of a condition take, as their degrees say."""
    sizes = ((len(f.plane) - 1, max(p.degree() for p in f.plane)) for f in c.factors)
    return sum(int(n**4 * m**2) for n, m in sizes)


def heavy(f: Plane) -> bool:
    """The discriminant would take longer than all the rest."""
    wide = len(f) - 1
    return wide * wide * max(p.degree() for p in f) > MOST_DISCRIMINANT


def _lines(ring: Ring) -> Iterator[list[Element]]:
    """Images of the generators: y of one axis runs, the others are 0, 1, or run along with it."""
    y, s = ring.y[0], ring.s[0]
    zero, one = ring.number(0), ring.number(1)
    choices = [(zero, zero), (one, zero), (y, s), (y, -s)]
    for chosen in product(choices, repeat=ring.dim):
        if not any(c[0] == y for c in chosen) or next(c for c in chosen if c[0] == y)[1] != s:
            continue
        images = list(ring.generators)
        for a, (ya, sa) in enumerate(chosen):
            images[1 + a], images[2 + ring.dim + a] = sa, ya
        yield images
