"""The marks of a factor f(m, y): whole polynomials that hold all its critical values as roots.

f(m, 0), f(m, 1) and the discriminant of f in y are products of marks.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .linear_cells import at, rational
from .linear_planes import Plane, column, columns, degrees
from .polynomials import Line, multiply, trimmed
from .ranges import Rejected


def used_by(plane: Plane, stated: dict[str, Any], marks: list[list[int]]) -> set[int]:
    """The marks of a factor, as it states them."""
    height, wide = degrees(plane)
    used = _ends(stated["low"], marks, column(plane, 0))
    if wide:
        used |= _ends(stated["high"], marks, column(plane, 1))
    if wide > 1:
        constant, powers = _split(stated["discriminant"], marks)
        bound = (2 * wide - 2) * height
        if not constant or sum(e * (len(marks[k]) - 1) for k, e in powers) > bound:
            raise Rejected("a discriminant is not the one stated")
        _discriminant(plane, constant, [(marks[k], e) for k, e in powers], bound)
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


def _discriminant(
    f: Plane, constant: Fraction, powers: list[tuple[list[int], int]], bound: int
) -> None:
    """Two polynomials of degree <= bound in m are one, up to sign: at more points than that."""
    lines = [[int(c) for c in p] for p in columns(f)]
    sign = -1 if len(lines) % 4 in (0, 3) else 1  # (-1)^(n(n-1)/2), n = len - 1
    agreed, t = 0, 0
    while agreed <= bound:
        values = [at(p, Fraction(t)) for p in lines]
        expected = constant * sign * values[-1]
        for mark, e in powers:
            expected *= at(mark, Fraction(t)) ** e
        if values[-1]:
            if _resultant(values, [j * c for j, c in enumerate(values)][1:]) != expected:
                raise Rejected("a discriminant is not the one stated")
            agreed += 1
        t = -t if t > 0 else 1 - t


def _resultant(f: list[int], g: list[int]) -> int:
    """Res(f, g) by subresultants; deg f > deg g > 0."""
    lead, h, sign = 1, 1, 1
    while len(g) > 1:
        apart = len(f) - len(g)
        sign = -sign if not len(f) % 2 and not len(g) % 2 else sign
        f, g = g, [c // (lead * h**apart) for c in _pseudo(f, g)]
        if not g:
            return 0
        lead = f[-1]
        h = lead if apart == 1 else lead**apart // h ** (apart - 1)
    degree = len(f) - 1
    last: int = g[0] ** degree // h ** (degree - 1)
    return sign * last


def _pseudo(f: list[int], g: list[int]) -> list[int]:
    """The remainder of g_n^(deg f - deg g + 1) f by g."""
    for shift in range(len(f) - len(g), -1, -1):
        top = f[-1]
        f = [c * g[-1] for c in f[:-1]]
        for j, c in enumerate(g[:-1]):
            f[j + shift] -= top * c
    while f and not f[-1]:
        f = f[:-1]
    return f
