"""The characteristic polynomial of a step in m and y, and the quantities of Schur, Cohn and Miller.

For P = sum_j p_j lambda^j of degree n: E = |p_n|^2 - |p_0|^2, P_1 = (conj(p_n) P - p_0 P#)/lambda.
The coefficients are numbers of a mode; conj turns the sign of w = i sin(theta).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import isqrt, lcm
from typing import TypeAlias, TypeVar

from .linear_modes import conjugate, from_waves, mode, modulus, product, still
from .linear_names import Element, Names, plus as added, times as multiplied
from .linear_planes import Plane, column, content, plus, quotient, times, without
from .linear_rows import common, multiplied_out
from .linear_step import Step
from .polynomials import divided, squarefree
from .ranges import Rejected


@dataclass(frozen=True, slots=True)
class Family:
    """scale * sum_j terms_j lambda^j."""

    scale: Fraction
    terms: list[Plane]

    @property
    def degree(self) -> int:
        """The degree in lambda."""
        return len(self.terms) - 1

    def derivative(self) -> Family:
        """d/dlambda."""
        turned = [{k: j * c for k, c in p.items()} for j, p in enumerate(self.terms)]
        return reduced(self.scale, turned[1:])


def reduced(scale: Fraction, terms: list[Plane]) -> Family:
    """Without a common numerical factor."""
    common = content(terms)
    return Family(scale * common, [without(p, common) for p in terms])


# ---- the polynomial of a step


Entry = TypeVar("Entry")
Ring: TypeAlias = tuple[Callable[[Entry, Entry], Entry], Callable[[Entry, Entry], Entry],
                        Callable[[Entry, int], Entry]]  # fmt: skip


def sums_of_minors(matrix: list[list[Entry]], one: Entry, ring: Ring[Entry]) -> list[Entry]:
    """(-1)^k times the sum of all principal minors of size k, k = 0, 1, ...: Faddeev, Leverrier.

    `ring` holds product, sum, and the quotient by a whole number.
    """
    multiply, add, over = ring
    size = range(len(matrix))
    found, turned = [one], [list(row) for row in matrix]
    for k in size:
        if k:
            for i in size:
                turned[i][i] = add(turned[i][i], found[-1])
            turned = [
                [reduce(add, (multiply(matrix[i][x], turned[x][j]) for x in size)) for j in size]
                for i in size
            ]
        found.append(over(reduce(add, (turned[i][i] for i in size)), -(k + 1)))
    return found


def matrix_of(
    step: Step, names: Names, arrays: list[str] | None = None
) -> tuple[Element, list[list[Element]]]:
    """B and B G of all arrays or of some, with B a common denominator."""
    chosen = step.arrays if arrays is None else arrays
    rows = [row for name, row in zip(step.arrays, step.rows, strict=True) if name in chosen]
    below = common(row.below for row in rows)
    matrix = []
    for row in rows:
        rest = multiplied_out(names, below, row.below)
        matrix.append([multiplied(rest, row.entries.get(name, {})) for name in chosen])
    return multiplied_out(names, below), matrix


def characteristic(step: Step, names: Names) -> list[Element]:
    """det(lambda B - B G) by powers of lambda, without roots 0."""
    below, matrix = matrix_of(step, names, _read(step))
    over = lambda e, k: {key: c / k for key, c in e.items()}  # noqa: E731
    sums = sums_of_minors(matrix, names.number(1), (multiplied, added, over))
    powers = [names.number(1)]
    for _ in matrix:
        powers.append(multiplied(powers[-1], below))
    found = [multiplied(c, b) for c, b in zip(reversed(sums), powers, strict=True)]
    return found[next(j for j, c in enumerate(found) if c) :]


def _read(step: Step) -> list[str]:
    """The arrays that some array reads which is read itself: all others make roots 0."""
    rows = dict(zip(step.arrays, step.rows, strict=True))
    live = step.arrays
    while len(fewer := [n for n in live if any(n in rows[m].entries for m in live)]) < len(live):
        live = fewer
    return live


def in_one_variable(names: Names, polynomial: list[Element]) -> list[Plane]:
    """Coefficients as polynomials in m = prod name^power, up to a monomial and a number."""
    direction = [names.powers.get(n, 0) for n in names.kept]
    count = len(direction)
    keys = [key for p in polynomial for key in p]
    base = keys[-1][:count]
    steps = {key: _multiple(key[:count], base, direction) for key in keys}
    low = min(steps.values())
    scale = lcm(*(c.denominator for p in polynomial for c in p.values()))
    return [
        from_waves({(steps[key] - low, *key[count:]): int(c * scale) for key, c in p.items()})
        for p in polynomial
    ]


def _multiple(powers: tuple[int, ...], base: tuple[int, ...], direction: list[int]) -> int:
    """The k with powers = base + k direction."""
    apart = [p - b for p, b in zip(powers, base, strict=True)]
    k = next((a // d for a, d in zip(apart, direction, strict=True) if d), 0)
    if any(a != k * d for a, d in zip(apart, direction, strict=True)):
        raise Rejected("the step depends on its names through more than the variable")
    return k


def leading(names: Names, polynomial: list[Element], root: Plane, factor: Fraction) -> Family:
    """The polynomial scaled so that its leading coefficient is factor * root.

    `root` must vanish wherever a denominator of the scheme does.
    """
    terms = in_one_variable(names, polynomial)
    lead = terms[-1]
    if not still(lead) or not still(root):
        raise Rejected("the leading coefficient depends on the mode")
    denominators_below(names, root)
    common = content([lead])
    primitive = without(lead, common)
    whole = mode(root, names.dim)
    scaled = [quotient(times(p, whole), primitive) for p in terms]
    return reduced(factor / common, scaled)


def denominators_below(names: Names, root: Plane) -> None:
    """A polynomial in m vanishes wherever a denominator of the scheme does."""
    for below in names.below:
        if not names.positive(below):
            (line,) = in_one_variable(names, [below])
            simple = squarefree(column(line, 0))
            if not still(line) or (len(simple) > 1 and divided(column(root, 0), simple)[1]):
                raise Rejected("a denominator of the scheme may vanish")
    if names.parameter in names.inverted and column(root, 0)[0]:
        raise Rejected("the scheme divides by the parameter")


def square_root(c: Fraction) -> Fraction:
    """The root of the square of a rational."""
    if c > 0:
        found = Fraction(isqrt(c.numerator), isqrt(c.denominator))
        if found**2 == c:
            return found
    raise Rejected("a leading coefficient is no square")


# ---- the recursion


def stage(p: Family) -> tuple[Plane, list[Plane]]:
    """E and the coefficients of P_1, both without scale^2."""
    last, first = conjugate(p.terms[-1]), p.terms[0]
    value = plus(modulus(last), modulus(first), -1)
    after = [
        plus(product(last, c), product(first, conjugate(d)), -1)
        for c, d in zip(p.terms[1:], p.terms[-2::-1], strict=True)
    ]
    return value, after


def next_one(p: Family, after: list[Plane], divisor: Plane) -> Family:
    """P_1 / divisor."""
    if not divisor:
        raise Rejected("a division by zero")
    common = content([divisor])
    primitive = without(divisor, common)
    return reduced(p.scale**2 / common, [quotient(c, primitive) for c in after])
