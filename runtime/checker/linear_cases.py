"""Three ways in which a linear step keeps its states in bounds, and what each asks of all modes.

roots   the eigenvalues lie in the closed disc, those on the circle are simple. |p_n|^2 > 0 and
        E >= 0 along the recursion of Schur, Cohn and Miller, never identically 0, put the roots of
        P into the disc; all of this strictly for dP/dlambda makes unit roots simple (Gauss, Lucas).
        Powers stay bounded uniformly in modes (Hairer, Wanner, lemma V.7.3); one array never grows
energy  W - G* W G >= 0 with weights W > 0: all sums of its principal minors are >= 0
waves   two arrays, P = lambda^2 - 2 a lambda + 1 with real -1 < a <= 1: each array satisfies
        x[k+1] - 2a x[k] + x[k-1] = 0 (Cayley, Hamilton), which keeps the energy
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from math import lcm
from typing import TypeAlias

from .linear_left import begun, on_left_sides
from .linear_modes import MOST, conjugate, mode, modulus, product, raised, still
from .linear_names import Element, Names
from .linear_planes import Plane, content, degrees, one, plus, power, quotient, times, without
from .linear_proof import Condition
from .linear_roots import (
    Family,
    characteristic,
    denominators_below,
    in_one_variable,
    leading,
    matrix_of,
    next_one,
    square_root,
    stage,
    sums_of_minors,
)
from .linear_step import Step
from .ranges import Rejected

BOUNDED = "powers of the step stay bounded, uniformly in steps and points"
DRIFT = (
    "the energy is the same after every step; a drift that is linear in time is allowed where a = 1"
)
ENERGY = "energy (1 + a)/2 |u[k+1] - u[k]|^2 + (1 - a)/2 |u[k+1] + u[k]|^2 of each mode"
Expected: TypeAlias = Callable[[list[Condition]], None]
Case: TypeAlias = tuple[str, str, Expected]  # statement, norm, what the conditions must be


def roots(step: Step, names: Names, weights: list[Fraction]) -> Case:
    """Eigenvalues in the closed disc, simple ones on the circle."""
    polynomial = characteristic(step, names)

    def expected(conditions: list[Condition]) -> None:
        p, stated = _begun(step, names, polynomial, conditions)
        _chain(p, stated, names.dim, strict=False)
        if p.degree > 1:
            _chain(p.derivative(), stated, names.dim, strict=True)
        nothing_left(stated)

    _no_weights(weights)
    if len(step.arrays) > 1:
        return BOUNDED, "l2", expected
    (name,) = step.arrays
    return f"||{name}[k+1]|| <= ||{name}[k]||", "l2", expected


def _chain(p: Family, stated: Iterator[Condition], dim: int, *, strict: bool) -> None:
    """The recursion from P down to degree 0."""
    same(stated, "|p_n|^2", modulus(p.terms[-1]), p.scale**2, strict=True)
    while p.degree:
        value, after = stage(p)
        if not value:
            if strict or any(after):
                raise Rejected("a root lies outside the disc")
            p = p.derivative()
            continue
        found = same(stated, f"E_{p.degree}", value, p.scale**2, strict=strict)
        p = next_one(p, after, mode(found.divisor, dim))


def waves(step: Step, names: Names, weights: list[Fraction]) -> Case:
    """lambda^2 - 2 a lambda + 1 with real a."""
    polynomial = characteristic(step, names)

    def expected(conditions: list[Condition]) -> None:
        p, stated = _begun(step, names, polynomial, conditions)
        first, middle, last = p.terms
        if first != last or any(c != conjugate(c) for c in p.terms):
            raise Rejected("the step is not lambda^2 - 2 a lambda + 1")
        twice = plus(last, last)
        same(stated, "p_2^2", product(last, last), p.scale**2, strict=True)
        same(stated, "1 - a", product(last, plus(twice, middle)), p.scale**2, strict=False)
        same(stated, "1 + a", product(last, plus(twice, middle, -1)), p.scale**2, strict=True)
        nothing_left(stated)

    _no_weights(weights)
    if len(step.arrays) != 2 or len(polynomial) != 3:
        raise Rejected("the step is not lambda^2 - 2 a lambda + 1")
    return DRIFT, ENERGY, expected


def energy(step: Step, names: Names, weights: list[Fraction]) -> Case:
    """W - G* W G >= 0, multiplied by denominators that are not 0."""
    if len(weights) != len(step.arrays) or any(w <= 0 for w in weights):
        raise Rejected("the weights of the norm are malformed")
    if len(names.kept) > 1 or any(names.powers != {n: 1} for n in names.kept):
        raise Rejected("the norm does not depend on its names through the variable alone")
    below, matrix = matrix_of(step, names)
    size = range(len(matrix))
    terms = iter(in_one_variable(names, [e for row in matrix for e in row] + [below]))
    table = [[next(terms) for _ in size] for _ in size]
    square = modulus(next(terms))
    if not step.lefts and not still(square):
        raise Rejected("a denominator depends on the mode")
    common = content([square])
    unit = lcm(*(w.denominator for w in weights))
    gap = _gap(table, square, [int(w * unit) for w in weights])
    sums = sums_of_minors(gap, one(1 + 2 * names.dim), (product, plus, without))

    def expected(conditions: list[Condition]) -> None:
        never_zero = on_left_sides(step, names, conditions)
        stated = iter(conditions[len(step.lefts) :])
        root, factor = _denominators(stated, names, len(table), modes=bool(step.lefts))
        whole = mode(root, names.dim)
        denominators_below(names, product(never_zero, whole))
        for k in range(1, len(table) + 1):
            value = product(sums[k], raised(whole, k))
            value = quotient(value, raised(without(square, common), k))
            scale = (-factor / (common * unit)) ** k
            same(stated, f"c_{k}", value, scale, strict=False)
        nothing_left(stated)

    squares = " + ".join(
        f"{'' if w == 1 else f'{w} '}||{n}||^2" for w, n in zip(weights, step.arrays, strict=True)
    )
    return "the norm of the state never grows", f"square root of {squares}", expected


def _gap(table: list[list[Plane]], square: Plane, weights: list[int]) -> list[list[Plane]]:
    """|B|^2 W - (B G)* W (B G)."""
    size = range(len(table))
    found = []
    for a in size:
        row = []
        for b in size:
            entry = {k: c * weights[a] for k, c in square.items()} if a == b else {}
            for i in size:
                square_of_row = product(conjugate(table[i][a]), table[i][b])
                entry = plus(entry, square_of_row, -weights[i])
            row.append(entry)
        found.append(row)
    return found


def _denominators(
    stated: Iterator[Condition], names: Names, size: int, *, modes: bool
) -> tuple[Plane, Fraction]:
    """The product of the squares of the rows' denominators, each > 0."""
    factors, factor = list[tuple[Plane, int]](), Fraction(1)
    for j in range(size):
        own = next(stated, None)
        if own is None or own.name != f"d_{j + 1}^2" or not own.strict:
            raise Rejected("the conditions of the proof are not those of the step")
        factor *= own.constant
        factors += [(f.plane, f.power) for f in own.factors]
    return _of_denominators(names, factors, modes=modes), factor


def _of_denominators(
    names: Names, factors: list[tuple[Plane, int]], *, modes: bool = False
) -> Plane:
    """A product of polynomials of a degree that can be meant, in m alone but for `modes`."""
    found = one(2 if names.dim == 1 else 1 + 2 * names.dim)
    bare = modes or all(still(p) for p, _ in factors)
    if not bare or sum(sum(degrees(p)) * e for p, e in factors) > MOST:
        raise Rejected("a denominator is not one of the step")
    for p, e in factors:
        found = times(found, power(p, e))
    return found


# ---- conditions


def _begun(
    step: Step, names: Names, polynomial: list[Element], conditions: list[Condition]
) -> tuple[Family, Iterator[Condition]]:
    """The polynomial that the conditions are about, and those that are about it."""
    if step.lefts:
        return begun(step, names, polynomial, conditions)
    return _scaled(names, polynomial, conditions[0]), iter(conditions)


def _scaled(names: Names, polynomial: list[Element], first: Condition) -> Family:
    """The polynomial whose leading coefficient has the square that is stated first."""
    if any(f.power % 2 for f in first.factors):
        raise Rejected("a leading coefficient is no square")
    root = _of_denominators(names, [(f.plane, f.power // 2) for f in first.factors])
    return leading(names, polynomial, root, square_root(first.constant))


def same(
    stated: Iterator[Condition], name: str, value: Plane, scale: Fraction, *, strict: bool
) -> Condition:
    """The next condition is scale * value = constant * prod factor^power, with a real value."""
    condition = next(stated, None)
    if condition is None or condition.name != name or condition.strict != strict:
        raise Rejected("the conditions of the proof are not those of the step")
    if not value and not condition.constant and not condition.factors:
        return condition
    if not value or not _may_be(value, condition):
        raise Rejected("a quantity of the proof is not that of the step")
    found, dim = one(len(next(iter(value)))), len(next(iter(value))) // 2
    for f in condition.factors:
        whole = mode(f.plane, dim)
        for _ in range(f.power):
            found = product(found, whole)
    a = scale.numerator * condition.constant.denominator
    b = scale.denominator * condition.constant.numerator
    if found.keys() != value.keys() or any(a * c != b * found[k] for k, c in value.items()):
        raise Rejected("a quantity of the proof is not that of the step")
    return condition


def _may_be(value: Plane, condition: Condition) -> bool:
    """The factors are of a degree that their product can have; products of sines may lower it."""
    most, size = degrees(value), len(degrees(value)) // 2
    powers = [(degrees(f.plane), f.power) for f in condition.factors]
    own = [sum(e * p[k] for p, e in powers) for k in range(size + 1)]
    lowered = [2 * (most[k] + most[k + size]) for k in range(1, size + 1)]
    return own[0] == most[0] and all(a <= b for a, b in zip(own[1:], lowered, strict=True))


def nothing_left(stated: Iterator[Condition]) -> None:
    """All conditions were asked for."""
    if next(stated, None) is not None:
        raise Rejected("the proof states more conditions than there are")


def _no_weights(weights: list[Fraction]) -> None:
    if weights:
        raise Rejected("the norm has no weights")


CASES: Mapping[str, Callable[[Step, Names, list[Fraction]], Case]] = {
    "roots": roots,
    "waves": waves,
    "energy": energy,
}
