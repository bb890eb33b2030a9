"""What a checker needs to see that conditions hold on a part of the line, as JSON.

part        low, high: an algebraic number {"polynomial", "low", "high"} or null; closed: both ends
marks       integer polynomials whose roots part the cells, each by its coefficients c_0, c_1, ...
samples     a rational in every cell, in order
inside      the critical values between neighbouring cells
conditions  constant and factors of each quantity; `divisor`, by which the next polynomial of the
            recursion was divided; of a factor its terms [m-power, y-power, "c"] and
            its multiplicity; where its sign counts, as [constant, [[mark, power], ...]],
            f(m, 0) as low, f(m, 1) as high, and the discriminant in y
"""

from __future__ import annotations

import flint

from ...runtime.contract import Json
from .heavy import Plane, discriminant
from .line import Condition, End, Factor, Part, high_end, low_end
from .ring import Element, Ring

Mark = tuple[int, ...]


def evidence(conditions: tuple[Condition, ...], part: Part) -> dict[str, Json]:
    """The proof for one part."""
    marks: dict[Mark, int] = {}
    for end in (part.low, part.high):
        if end is not None:
            marks.setdefault(end.polynomial, len(marks))
    stated: list[Json] = [_condition(c, marks) for c in conditions]
    return {
        "low": algebraic(part.low),
        "high": algebraic(part.high),
        "closed": [part.closed_low, part.closed_high],
        "marks": [[str(c) for c in mark] for mark in marks],
        "samples": [str(c.sample) for c in part.cells],
        "inside": [algebraic(c.low) for c in part.cells[1:]],
        "conditions": stated,
    }


def algebraic(end: End) -> Json:
    """An algebraic number by its polynomial and an isolating interval."""
    if end is None:
        return None
    polynomial: Json = [str(c) for c in end.polynomial]
    return {"polynomial": polynomial, "low": str(end.low), "high": str(end.high)}


def _condition(condition: Condition, marks: dict[Mark, int]) -> Json:
    factors: list[Json] = [
        _factor(f, marks, needed=condition.strict or f.power % 2 == 1) for f in condition.factors
    ]
    return {
        "name": condition.name,
        "strict": condition.strict,
        "constant": str(condition.constant),
        "factors": factors,
        "divisor": _terms(condition.divisor),
    }


def _factor(factor: Factor, marks: dict[Mark, int], *, needed: bool) -> Json:
    found: dict[str, Json] = {"terms": _terms(factor.plane), "power": factor.power}
    if needed:
        found["low"] = _split(low_end(factor.plane), marks)
        if len(factor.plane) > 1:
            found["high"] = _split(high_end(factor.plane), marks)
        if len(factor.plane) > 2:
            found["discriminant"] = _split(discriminant(factor.plane), marks)
    return found


def _terms(f: Plane) -> Json:
    return [[k, j, str(c)] for j, p in enumerate(f) for k, c in enumerate(p.coeffs()) if c != 0]


def _split(p: flint.fmpz_poly, marks: dict[Mark, int]) -> Json:
    """A polynomial as constant * prod marks^power."""
    constant, factors = p.factor()
    powers: list[Json] = []
    for f, e in factors:
        mark = tuple(int(c) for c in f.coeffs())
        powers.append([marks.setdefault(mark, len(marks)), int(e)])
    return [str(constant), powers]


def numbers(ring: Ring, polynomial: tuple[Element, ...]) -> Json:
    """p_0, ..., p_n by their terms [m-power, y-powers, w-powers, "c"], w_a = i sin(theta_a).

    A real scheme has i to an even power beside an even number of sines, else to an odd one.
    """
    d = ring.dim
    found: list[Json] = []
    for p in polynomial:
        terms: list[Json] = []
        for key, c in sorted(p.to_dict().items()):
            sines = key[1 : 1 + d]
            turned = -1 if (sum(sines) - key[0]) % 4 else 1  # i^e prod s = i^(e - |w|) prod w
            terms.append([int(key[2 + 2 * d]), *map(int, key[2 + d : 2 + 2 * d]),
                          *map(int, sines), str(c * turned)])  # fmt: skip
        found.append(terms)
    return found
