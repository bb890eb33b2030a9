"""Four ways in which a linear step keeps its states in bounds, and what each asks of all modes.

roots   the eigenvalues lie in the closed disc, those on the circle are simple: powers are bounded
energy  W - G* W G >= 0 with positive weights W: the weighted norm never grows (G may have double
        eigenvalues on the circle, as systems have at theta = 0)
conserved  a Hermitian form of each mode is the same after every step, and positive: two groups of
        arrays advanced in turn, as staggered fields are
waves   two levels of one field and lambda^2 - 2 a lambda + 1 with -1 < a <= 1: the energy
        (1 + a)/2 |u[k+1] - u[k]|^2 + (1 - a)/2 |u[k+1] + u[k]|^2 of each mode is the same after
        every step; where a = 1 the mode may drift by the same amount every step

Where the newest level follows from left sides, each adds a condition: its determinant and its
denominators vanish for no mode.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from ..amplification.left import determinant
from ..amplification.ring import Element, Ring
from ..amplification.schur import Quantity, closed_disc, derivative, modulus, open_disc
from ..amplification.step import Matrix
from .conserved import kept_form, minors, valued
from .families import Family
from .scan import values

BOUNDED = "powers of the step stay bounded, uniformly in steps and points"


@dataclass(frozen=True)
class Case:
    """What is asked, and the words for what follows."""

    name: str
    asked: list[Quantity]
    statement: str
    norm: str
    weights: tuple[Fraction, ...] = ()
    form: tuple[tuple[Element, ...], ...] = ()


def roots(found: Family) -> Case:
    """Eigenvalues in the closed disc, simple ones on the circle."""
    ring, polynomial = found.reduced.ring, found.reduced.coefficients
    asked = left_sides(ring, found.lefts) + closed_disc(ring, polynomial)
    if found.degree > 1:
        asked += open_disc(ring, derivative(polynomial))
    name = found.arrays[0]
    alone = len(found.arrays) == 1
    statement = f"||{name}[k+1]|| <= ||{name}[k]||" if alone else BOUNDED
    return Case(name="roots", asked=asked, statement=statement, norm="l2")


def waves(found: Family) -> Case | None:
    """lambda^2 - 2 a lambda + 1 with real a."""
    ring, p = found.reduced.ring, found.reduced.coefficients
    if found.degree != 2 or len(found.arrays) != 2 or p[0] != p[2]:
        return None
    if any(c.degrees()[0] for c in p):
        return None
    asked = [
        *left_sides(ring, found.lefts),
        _quantity(ring, ring.times(p[2], p[2]), "p_2^2", strict=True),
        _quantity(ring, ring.times(p[2], 2 * p[2] + p[1]), "1 - a", strict=False),
        _quantity(ring, ring.times(p[2], 2 * p[2] - p[1]), "1 + a", strict=True),
    ]
    return Case(
        name="waves",
        asked=asked,
        statement="the energy is the same after every step; a drift that is linear in time is"
        " allowed where a = 1",
        norm="energy (1 + a)/2 |u[k+1] - u[k]|^2 + (1 - a)/2 |u[k+1] + u[k]|^2 of each mode",
    )


def energy(matrix: Matrix, at: Fraction) -> Case | None:
    """W - G* W G >= 0 for diagonal W > 0, by the coefficients of det(x I + W - G* W G)."""
    size, ring = len(matrix.arrays), matrix.ring
    weights = _weights(matrix, at)
    if size < 2 or weights is None:
        return None
    table = _gap(matrix, weights)
    asked = left_sides(ring, tuple(left.never_zero(ring) for left in matrix.lefts))
    asked += [
        _quantity(ring, modulus(ring, row.below), f"d_{j + 1}^2", strict=True)
        for j, row in enumerate(matrix.rows)
    ]
    for k in range(1, size + 1):
        total = ring.number(0)
        for chosen in combinations(range(size), k):
            total += determinant(ring, [[table[i][j] for j in chosen] for i in chosen])
        asked.append(_quantity(ring, ring.reduced(total), f"c_{k}", strict=False))
    squares = " + ".join(
        f"{'' if w == 1 else f'{w} '}||{n}||^2" for w, n in zip(weights, matrix.arrays, strict=True)
    )
    return Case(
        name="energy",
        asked=asked,
        statement="the norm of the state never grows",
        norm=f"square root of {squares}",
        weights=weights,
    )


def conserved(matrix: Matrix, along: tuple[Matrix, Fraction] | None = None) -> Case | None:
    """A Hermitian form W > 0 of each mode with G* W G = W.

    `along`: the same step in another variable, and its value, at which the form is taken.
    """
    form = kept_form(matrix if along is None else along[0])
    if form is not None and along is not None:
        form = valued(matrix.ring, form, along[1])
    if form is None:
        return None
    return Case(
        name="conserved",
        asked=minors(matrix.ring, form),
        statement=BOUNDED,
        norm="l2",
        form=tuple(tuple(row) for row in form),
    )


def left_sides(ring: Ring, lefts: tuple[Element, ...]) -> list[Quantity]:
    """|det(a)|^2 prod c_j^2 > 0 for each left side."""
    return [
        _quantity(ring, modulus(ring, left), f"left_{k + 1}", strict=True)
        for k, left in enumerate(lefts)
    ]


def _quantity(ring: Ring, value: Element, name: str, *, strict: bool) -> Quantity:
    return Quantity(value=value, strict=strict, name=name, divisor=ring.number(1))


def _gap(matrix: Matrix, weights: tuple[Fraction, ...]) -> list[list[Element]]:
    """prod_i d_i^2 (W - G* W G), G = diag(1/d) N."""
    ring, size = matrix.ring, len(matrix.arrays)
    others = []
    for i in range(size):
        product = ring.number(1)
        for j, row in enumerate(matrix.rows):
            product = product if i == j else ring.times(product, modulus(ring, row.below))
        others.append(product)
    whole = ring.times(others[0], modulus(ring, matrix.rows[0].below))
    table = [[ring.number(0)] * size for _ in range(size)]
    for a in range(size):
        for b in range(size):
            total = whole * ring.number(weights[a]) if a == b else ring.number(0)
            for i in range(size):
                square = ring.times(ring.conjugate(matrix.entry(i, a)), matrix.entry(i, b))
                total -= ring.times(others[i], square) * ring.number(weights[i])
            table[a][b] = ring.reduced(total)
    return table


def _weights(matrix: Matrix, at: Fraction) -> tuple[Fraction, ...] | None:
    """Weights with w_i |g_ij| = w_j |g_ji| at a sample: those of a symmetriser, if there is one."""
    size = len(matrix.arrays)
    sample = values(matrix, float(at))
    found: dict[int, Fraction] = {0: Fraction(1)}
    queue = [0]
    while queue:
        i = queue.pop()
        for j in range(size):
            forth, back = abs(sample[i, j]), abs(sample[j, i])
            if j not in found and forth > 1e-9 and back > 1e-9:
                found[j] = found[i] * Fraction(forth / back).limit_denominator(10**6)
                queue.append(j)
    if any(not 0 < w < 10**12 for w in found.values()):
        return None
    return tuple(found.get(j, Fraction(1)) for j in range(size))
