"""Parts of a proof on several axes whose modes enter through one number z in [0, 1].

The proof states z as a polynomial in y and the sines, with trees for z >= 0 and 1 - z >= 0 on every
chart; or a root r of it, z = r^2, all of whose terms hold an odd number of sines: then r turns its
sign with theta, and 1 - r >= 0 on all charts says that |r| <= 1. The conditions are polynomials in
m and z: with z put in they must be those of the step, and that they hold for all z in [0, 1] is
shown as on one axis, with z in place of y.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import lcm
from typing import Any

from .linear_cells import rational
from .linear_cubes import Work, shown
from .linear_modes import mode, product, real
from .linear_planes import Plane, degrees, one, plus
from .linear_proof import Condition, Factor, Part, part as part_on_one_axis, plane
from .linear_torus import Span, charts, on_cube
from .ranges import Rejected


def part(
    data: dict[str, Any], expected: Callable[[list[Condition]], None], dim: int, work: Work
) -> Part:
    """One part: its conditions are the expected ones and hold for all its m and all modes."""
    number, unit = _number(data["number"]["terms"], dim)
    squared = data["number"]["squared"]
    if not isinstance(squared, bool):
        raise Rejected("the number of the proof is malformed")
    _between(number, unit, data["number"]["charts"], squared, work)
    z, below = (_square(number), unit**2) if squared else (mode(number, dim), unit)
    divisors = [plane(c["divisor"], 1 + 2 * dim) for c in data["conditions"]]

    def put_in(conditions: list[Condition]) -> None:
        most = max(degrees(f.plane)[1] for c in conditions for f in c.factors)
        powers = _powers(z, most, work)
        pairs = zip(conditions, divisors, strict=True)
        expected([_put_in(c, divisor, powers, below) for c, divisor in pairs])

    bare = [{**c, "divisor": []} for c in data["conditions"]]
    return part_on_one_axis({**data, "conditions": bare}, put_in)


def _number(data: Any, dim: int) -> tuple[Plane, int]:
    """z = number / unit from terms [powers of y, of the sines, coefficient]."""
    unit = lcm(*(rational(text).denominator for *_, text in data))
    terms = [[0, *key, str(rational(text) * unit)] for *key, text in data]
    return plane(terms, 1 + 2 * dim), unit


def _between(number: Plane, unit: int, stated: Any, squared: bool, work: Work) -> None:
    """0 <= z <= 1 for all modes."""
    span = Span(Fraction(0), Fraction(1), 1, False, (True, True))
    rest = plus({(0,) * len(next(iter(number))): unit}, number, -1)
    ways, asked = charts(number, odd=squared), [rest] if squared else [number, rest]
    if [way for way, *_ in stated] != ways or any(len(s) != 1 + len(asked) for s in stated):
        raise Rejected("the charts of a number do not cover the torus")
    for way, *trees in stated:
        for p, tree in zip(asked, trees, strict=True):
            shown(on_cube(p, way, span, work), tree, None, work)


def _square(root: Plane) -> Plane:
    """r^2 of a sum of products of an odd number of sines: sin = -i w, so that r^2 = -(...)^2."""
    size = len(next(iter(root))) // 2
    turned = {key: -c if sum(key[1 + size :]) % 4 == 3 else c for key, c in root.items()}
    return {key: -c for key, c in product(turned, turned).items()}


def _powers(number: Plane, most: int, work: Work) -> list[Plane]:
    """number^0, ..., number^most."""
    found = [one(len(next(iter(number))))]
    for _ in range(most):
        work.spend(len(found[-1]) * len(number))
        found.append(product(found[-1], number))
    return found


def _put_in(condition: Condition, divisor: Plane, powers: list[Plane], unit: int) -> Condition:
    """A condition in m and z as one in m, y and the sines."""
    constant, factors = condition.constant, []
    for f in condition.factors:
        most = degrees(f.plane)[1]
        total: Plane = {}
        for (m, z), c in f.plane.items():
            moved = {(key[0] + m, *key[1:]): e for key, e in powers[z].items()}
            total = plus(total, moved, c * unit ** (most - z))
        constant /= Fraction(unit) ** (most * f.power)
        factors.append(Factor(real(total), f.power, f.stated))
    return Condition(condition.name, condition.strict, constant, factors, divisor)
