"""Schemes on several axes whose modes enter through one real number z in [0, 1].

With a symmetric operator the step of any method is a function of the symbol, with central
differences of its square. All quantities are polynomials in m and z then, and the theory of one
axis decides them with z in place of y: exactly, where z takes both of the values 0 and 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice, product
from typing import Any, TypeAlias

import flint
import numpy as np

from ...runtime.contract import Json
from .cube import Budget, Undecided, tree
from .ring import Element, Ring, coefficients
from .schur import Quantity
from .torus import Piece, Span, charts, on_cube, piece, terms

Terms: TypeAlias = dict[tuple[int, ...], flint.fmpq]
CANDIDATES = 3
MARGINS = (Fraction(1, 10**10), Fraction(1, 10**7), Fraction(1, 10**4))
POINTS = {2: 64, 3: 24}
ZOOMS = 24


@dataclass(frozen=True)
class Through:
    """z, what is asked as polynomials in m and z, and trees that show 0 <= z <= 1.

    `number` is z, or a root of it that changes its sign with theta. `exactly`: z takes both of
    these values, so that no longer set is possible.
    """

    number: Piece
    squared: bool
    asked: list[Quantity]
    charts: Json
    exactly: bool


def through(
    ring: Ring, polynomial: tuple[Element, ...], asked: list[Quantity], budget: Budget
) -> Through | None:
    """The reduction to one number, if there is one."""
    small = Ring(1, ring.names)
    for t, root in islice(_numbers(ring, polynomial), CANDIDATES):
        powers = _Powers(ring=ring, number=t)
        found = [_expressed(ring, q.value, powers) for q in asked]
        if any(f is None for f in found):
            continue
        for low, high, exactly in _ranges(ring, t if root is None else root):
            a, width = (flint.fmpq(x.numerator, x.denominator) for x in (low, high - low))
            z = piece(ring, (t - a) / width if root is None else root * 2 / width, 1)
            try:
                shown = _within(z, budget.share(4), squared=root is not None)
            except Undecided:
                continue
            y = small.y[0]
            moved = a + width * y if root is None else width * width * y / 4
            values = [_composed(small, f, moved) for f in found if f is not None]
            over = [replace(q, value=v, divisor=small.number(1))
                    for q, v in zip(asked, values, strict=True)]  # fmt: skip
            return Through(z, squared=root is not None, asked=over, charts=shown, exactly=exactly)
    return None


def through_number(
    proof: dict[str, Json], ring: Ring, found: Through, asked: list[Quantity]
) -> dict[str, Json]:
    """A proof over m and z with z itself, and divisors as they are in the recursion."""
    conditions = proof["conditions"]
    assert isinstance(conditions, list)
    whole: list[Json] = []
    for stated, q in zip(conditions, asked, strict=True):
        assert isinstance(stated, dict)
        whole.append({**stated, "divisor": terms(piece(ring, q.divisor, 1))})
    number: Json = [[*k[1:], str(c)] for k, c in sorted(found.number.terms.items())]
    shown: Json = {"terms": number, "squared": found.squared, "charts": found.charts}
    return {**proof, "conditions": whole, "number": shown}


def _numbers(
    ring: Ring, polynomial: tuple[Element, ...]
) -> Iterator[tuple[Element, Element | None]]:
    """Real coefficients of powers of m, and squares of imaginary ones with these as their roots."""
    found: dict[str, tuple[Element, Element | None]] = {}
    for p in polynomial:
        for c in coefficients(p, 2 + 2 * ring.dim).values():
            parts = coefficients(c, 0)
            if len(parts) != 1:
                continue
            ((imaginary, t),) = parts.items()
            t -= t.to_dict().get((0,) * len(ring.generators), flint.fmpq(0))
            if t:
                t /= t.leading_coefficient()
                found.setdefault(str(t), (ring.times(t, t), t) if imaginary else (t, None))
    yield from sorted(found.values(), key=lambda n: (n[0].total_degree(), len(n[0].to_dict())))


# ---- polynomials in a number


@dataclass
class _Powers:
    """Powers of a number in normal form, reduced by one another so that each has a pivot."""

    ring: Ring
    number: Element
    rows: list[tuple[tuple[int, ...], Terms, Terms]] = field(default_factory=list)
    last: Element | None = None

    def expressed(self, value: Element) -> Terms | None:
        """{(j,): c_j} with value = sum_j c_j number^j, if there are such c_j."""
        rest, found = dict(value.to_dict()), Terms()
        most = int(value.total_degree()) // int(self.number.total_degree())
        for j in range(most + 1):
            if not rest:
                break
            if j == len(self.rows):
                self._extend()
            pivot, row, own = self.rows[j]
            if pivot in rest:
                factor = rest[pivot] / row[pivot]
                rest = _plus(rest, row, -factor)
                found = _plus(found, own, factor)
        return None if rest else found

    def _extend(self) -> None:
        ring = self.ring
        self.last = ring.number(1) if self.last is None else ring.times(self.last, self.number)
        row: Terms = dict(self.last.to_dict())
        own: Terms = {(len(self.rows),): flint.fmpq(1)}
        for pivot, other, its in self.rows:
            if pivot in row:
                factor = row[pivot] / other[pivot]
                row, own = _plus(row, other, -factor), _plus(own, its, -factor)
        self.rows.append((max(row), row, own))


def _plus(a: Terms, b: Terms, factor: flint.fmpq) -> Terms:
    found = dict(a)
    for key, c in b.items():
        found[key] = found.get(key, flint.fmpq(0)) + factor * c
    return {key: c for key, c in found.items() if c != 0}


def _expressed(ring: Ring, value: Element, powers: _Powers) -> dict[int, Terms] | None:
    """A quantity by powers of m, each a polynomial in the number."""
    found = {}
    for k, c in coefficients(value, 2 + 2 * ring.dim).items():
        own = powers.expressed(c)
        if own is None:
            return None
        found[int(k)] = own
    return found


def _composed(small: Ring, found: dict[int, Terms], y: Element) -> Element:
    total, m = small.number(0), small.name(small.names[0])
    for k, own in found.items():
        for (j,), c in own.items():
            total += m**k * y**j * c
    return total


# ---- between which values it lies


def _within(z: Piece, budget: Budget, *, squared: bool) -> Json:
    """Trees for z >= 0 and 1 - z >= 0 on every chart; of a root for 1 - z, with both signs."""
    span = Span(low=Fraction(0), high=Fraction(1), step=1, ends=(True, True))
    rest = {k: -c for k, c in z.terms.items()}
    zero = (0,) * (1 + 2 * z.dim)
    rest[zero] = rest.get(zero, flint.fmpq(0)) + 1
    other = Piece(terms={k: c for k, c in rest.items() if c != 0}, power=1, dim=z.dim)
    found: list[Json] = []
    for way in charts(z.odd, z.dim, mirrored=not squared):
        shown = [other] if squared else [z, other]
        trees = [tree(on_cube(p, way, span), budget, strict=None) for p in shown]
        found.append([[None if w is None else list(w) for w in way], *trees])
    return found


def _ranges(ring: Ring, t: Element) -> Iterator[tuple[Fraction, Fraction, bool]]:
    """Intervals to try: between values at special angles, then around those of a search."""
    own = piece(ring, t, 1).terms
    values = list(_at_special(own, ring.dim))
    low, high = min(values), max(values)
    ends = [sign * _largest(own, ring.dim, sign) for sign in (-1, 1)]
    near = 1e-9 * (ends[1] - ends[0])
    sharp = [ends[0] > low - near, ends[1] < high + near]
    if low < high and all(sharp):
        yield low, high, True
    for margin in MARGINS:
        beyond = Fraction(ends[1] - ends[0]) * margin
        bounds = [(Fraction(e) + s * beyond).limit_denominator(10**15)
                  for e, s in zip(ends, (-1, 1), strict=True)]  # fmt: skip
        yield low if sharp[0] else bounds[0], high if sharp[1] else bounds[1], False


def _at_special(own: Terms, dim: int) -> Iterator[Fraction]:
    """Values where every sine is rational; without sines at quarters too."""
    quarters = [(Fraction(k, 4), Fraction(0)) for k in (1, 3)]
    places = [(Fraction(0), Fraction(0)), (Fraction(1), Fraction(0)),
              (Fraction(1, 2), Fraction(1)), (Fraction(1, 2), Fraction(-1))]  # fmt: skip
    odd = [any(k[1 + dim + a] for k in own) for a in range(dim)]
    for point in product(*(places if o else [*places[:3], *quarters] for o in odd)):
        total = Fraction(0)
        for key, c in own.items():
            term = Fraction(int(c.p), int(c.q))
            for a, (y, s) in enumerate(point):
                term *= y ** key[1 + a] * s ** key[1 + dim + a]
            total += term
        yield total


def _largest(own: Terms, dim: int, sign: int) -> float:
    """About the largest value of sign * t: a grid, then finer ones around the best point."""
    line = 2 * np.pi * np.arange(POINTS[dim]) / POINTS[dim]
    center, width, best = np.zeros(dim), np.pi, -np.inf
    offsets = line - np.pi
    for _ in range(ZOOMS):
        grid: Any = np.meshgrid(*(c + offsets for c in center), indexing="ij")
        values = np.zeros(grid[0].shape)
        for key, c in own.items():
            term = np.full(grid[0].shape, sign * float(c.p) / float(c.q))
            for a, theta in enumerate(grid):
                y, s = key[1 + a], key[1 + dim + a]
                term = term * np.sin(theta / 2) ** (2 * y) * np.sin(theta) ** s
            values += term
        place = np.unravel_index(int(values.argmax()), values.shape)
        if values[place] > best:
            best = float(values[place])
            center = np.array([g[place] for g in grid])
        width /= 4
        offsets = np.linspace(-width, width, 9)
    return best
