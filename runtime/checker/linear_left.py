"""Left sides that are singular for no mode, and the characteristic polynomial that follows.

A mode for which det(a) is 0 has no newest level, and a factor that cancels in a quotient would hide
it. So the conditions of a proof begin with one for each left side, "left_1", "left_2", ...: a
polynomial in m and the mode that is > 0 everywhere, and that |det(a)|^2 divides up to denominators
of the scheme, which vanish nowhere. Then det(a) vanishes nowhere, and the eigenvalues are the roots
of any polynomial in proportion to the characteristic one whose leading coefficient vanishes
nowhere. The proof states which one its conditions are about.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import reduce
from math import lcm
from typing import Any

from .linear_modes import MOST, from_waves, mode, modulus, product
from .linear_names import Element, Names
from .linear_planes import Plane, content, degrees, one, power, quotient, times, without
from .linear_proof import Condition, plane
from .linear_roots import Family, denominators_below, in_one_variable, reduced
from .linear_rows import Left
from .linear_step import Step
from .ranges import Rejected


def begun(
    step: Step, names: Names, polynomial: list[Element], conditions: list[Condition]
) -> tuple[Family, Iterator[Condition]]:
    """The polynomial of the proof, and the conditions behind those on left sides."""
    never_zero = on_left_sides(step, names, conditions)
    found = _stated(step, names, polynomial)
    leading = modulus(found.terms[-1])
    denominators_below(names, product(never_zero, leading))
    return found, iter(conditions[len(step.lefts) :])


def on_left_sides(step: Step, names: Names, conditions: list[Condition]) -> Plane:
    """The product of what the first conditions state to be > 0; no left side is singular there."""
    found = one(1 + 2 * names.dim)
    if len(conditions) < len(step.lefts):
        raise Rejected("nothing is shown of a left side")
    for k, (left, condition) in enumerate(zip(step.lefts, conditions, strict=False)):
        if condition.name != f"left_{k + 1}" or not condition.strict:
            raise Rejected("nothing is shown of a left side")
        found = product(found, _holds_the_determinant(names, left, condition))
    return found


def _holds_the_determinant(names: Names, left: Left, condition: Condition) -> Plane:
    """|det(a)|^2 divides a stated polynomial times squares of denominators."""
    shown = [(f.plane, f.power) for f in condition.factors]
    if any(e * sum(degrees(p)) > MOST for p, e in shown):
        raise Rejected("a left side is not that of the step")
    size = 2 if names.dim == 1 else 1 + 2 * names.dim
    stated = mode(reduce(times, (power(p, e) for p, e in shown), one(size)), names.dim)
    square, below = (modulus(_exactly(names, e)) for e in (left.determinant, left.below))
    square = without(square, content([square]))
    whole = product(stated, below)
    if any(any(key[1 + names.dim :]) for key in square):  # products of sines: no plain division
        whole = without(whole, content([whole]))
        if whole not in (square, {key: -c for key, c in square.items()}):
            raise Rejected("a left side is not that of the step")
    else:
        quotient(whole, square)
    return stated


def _exactly(names: Names, element: Element) -> Plane:
    """A number of a mode by its own powers of m, the one name; no power of m is left out.

    Negative powers are: a proof excludes m = 0 where the scheme divides by the name.
    """
    count = len(names.kept)
    if count > 1 or any(names.powers != {n: 1} for n in names.kept):
        raise Rejected("a left side depends on its names through more than the variable")
    low = min(0, *(key[0] for key in element)) if count else 0
    scale = lcm(*(c.denominator for c in element.values()))
    return from_waves(
        {((key[0] - low) if count else 0, *key[count:]): int(c * scale)
         for key, c in element.items()}
    )  # fmt: skip


def _stated(step: Step, names: Names, polynomial: list[Element]) -> Family:
    """The polynomial of the proof: p_j q_n = q_j p_n with that of the step, q."""
    own, data = in_one_variable(names, polynomial), step.polynomial
    if not isinstance(data, list) or len(data) != len(own):
        raise Rejected("the polynomial of the proof is not that of the step")
    found = [_number(p, names.dim) for p in data]
    if not found[-1] or any(
        product(p, own[-1]) != product(q, found[-1]) for p, q in zip(found, own, strict=True)
    ):
        raise Rejected("the polynomial of the proof is not that of the step")
    return reduced(Fraction(1), found)


def _number(data: Any, dim: int) -> Plane:
    """Terms [power of m, powers of y, powers of w, coefficient]."""
    found = plane(data, 1 + 2 * dim)
    if any(e > 1 for key in found for e in key[1 + dim :]):
        raise Rejected("the polynomial of the proof is malformed")
    return found
