"""The marks of a factor f(m, y): whole polynomials that hold all its critical values as roots.

f(m, 0), f(m, 1) and the discriminant of f in y are products of marks.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .linear_cells import rational
from .linear_discriminants import is_discriminant
from .linear_planes import Plane, column, degrees
from .polynomials import Line, multiply, trimmed
from .ranges import Rejected


def used_by(plane: Plane, stated: dict[str, Any], marks: list[list[int]]) -> set[int]:
    """The marks of a factor, as it states them."""
    wide = degrees(plane)[1]
    used = _ends(stated["low"], marks, column(plane, 0))
    if wide:
        used |= _ends(stated["high"], marks, column(plane, 1))
    if wide > 1:
        constant, powers = _split(stated["discriminant"], marks)
        product = tuple((tuple(marks[k]), e) for k, e in powers)
        if not is_discriminant(tuple(sorted(plane.items())), constant, product):
            raise Rejected("a discriminant is not the one stated")
        used |= {k for k, _ in powers}
    return used


def _split(data: Any, marks: list[list[int]]) -> tuple[Fraction, list[tuple[int, int]]]:
    constant, powers = data
    for k, e in powers:
        if any(isinstance(x, bool) or not isinstance(x, int) for x in (k, e)):
            raise Rejected("a mark of the proof is malformed")
        if not 0 <= k < len(marks) or e < 1:
            raise Rejected("a mark of the proof is malformed")
    return rational(constant), [(k, e) for k, e in powers]


def _ends(data: Any, marks: list[list[int]], line: Line) -> set[int]:
    """A polynomial in m is the stated product of marks."""
    constant, powers = _split(data, marks)
    if sum(e * (len(marks[k]) - 1) for k, e in powers) != max(0, len(line) - 1):
        raise Rejected("a critical polynomial is not the one stated")
    product = trimmed([constant])
    for k, e in powers:
        for _ in range(e):
            product = multiply(product, [Fraction(c) for c in marks[k]])
    if product != line:
        raise Rejected("a critical polynomial is not the one stated")
    return {k for k, _ in powers}
