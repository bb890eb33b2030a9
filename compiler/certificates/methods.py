"""What a time method does, found by running its stages on the test equation, exactly.

One level, all unknowns at once: each stage value is y = sum_j a_j (tau f(y_j)) + u, so the stages
are a Butcher tableau (A, b). Its stability polynomial is 1 + z b^T (I - zA)^-1 1, and it is a
convex combination of explicit Euler steps of length tau/r where the tableau is absolutely monotonic
at -r (Kraaijevanger 1991): K = [A; b], r K (I + r K)^-1 >= 0 with row sums <= 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import flint
import sympy
from sympy import Expr, Symbol

from ..scheme import TAU, Scheme, Stage, Update

Vector = tuple[Fraction, ...]  # factor of tau f(y_1), tau f(y_2), ...
Value = dict[tuple[int, int], Fraction]  # (-1: u, j: f(y_j); power of tau) -> factor
State = tuple[Symbol, Value]  # whose array it is, and what it holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Tableau:
    """y_i = u + sum_j a_ij tau f(y_j), then u + sum_j b_j tau f(y_j); `frozen`: weights kept."""

    a: tuple[Vector, ...]
    b: Vector
    frozen: bool

    @property
    def polynomial(self) -> flint.fmpq_poly:
        """The stability polynomial in z."""
        z = flint.fmpq_poly([0, 1])
        values: list[flint.fmpq_poly] = []
        for row in (*self.a, self.b):
            y = flint.fmpq_poly([1])
            for c, v in zip(row, values, strict=False):
                y += flint.fmpq(c.numerator, c.denominator) * z * v
            values.append(y)
        return values[-1]


class Foreign(ValueError):
    """Stages that no tableau describes: several levels, groups in turn, coefficients with tau."""


def expanded(stages: Sequence[Stage]) -> Iterator[tuple[Stage, dict[Symbol, Expr]]]:
    """The stages in the order in which they run, a row of a table each."""
    for stage in stages:
        rows = len(stage.table[0][1]) if stage.table else 1
        for i in range(rows):
            yield stage, {s: values[i] for s, values in stage.table}


def power_of_tau(expression: Expr) -> tuple[Fraction, int]:
    """A coefficient as (rational, power of tau); raises Foreign for anything else."""
    factor, rest = expression.as_coeff_Mul(rational=True)
    base, power = rest.as_base_exp()
    if not factor.is_Rational or not (rest == 1 or (base == TAU and power.is_Integer)):
        raise Foreign(f"the coefficient {expression} is no rational number times a power of tau")
    return Fraction(int(factor.p), int(factor.q)), 0 if rest == 1 else int(power)


def owners(scheme: Scheme) -> dict[str, Symbol]:
    """Which unknown each array belongs to."""
    arrays = () if scheme.step is None else scheme.step.arrays
    found = {a.name: a.like for a in arrays}
    return found | {str(r.unknown.name): r.unknown for r in scheme.rates}


def tableau(scheme: Scheme) -> Tableau:
    """The Butcher tableau of the step's body; raises Foreign where there is none."""
    if scheme.step is None:
        raise Foreign("there is no time step")
    fields = [r.unknown for r in scheme.rates]
    if any(a.level and a.name not in {str(f.name) for f in fields} for a in scheme.step.arrays):
        raise Foreign("the method keeps older levels")
    arrays: dict[str, State] = {str(f.name): (f, {(-1, 0): Fraction(1)}) for f in fields}
    rows: list[Value] = []
    saved, frozen = False, True
    for stage, row in expanded(scheme.step.body):
        places = dict(stage.at)
        points = [arrays.get(places.get(f, str(f.name))) for f in fields]
        if any(u.slope != 0 for u in stage.updates):
            rows.append(_common(points, fields))
            frozen = frozen and stage.frozen == "use" and saved
        if stage.frozen == "save":
            saved, frozen = True, frozen and not rows
        arrays |= {u.target: _updated(u, row, arrays, len(rows) - 1) for u in stage.updates}
        if any(source not in arrays for _, source in stage.moves):
            raise Foreign("an array is moved that nothing has written")
        arrays |= {target: arrays[source] for target, source in stage.moves}
    final = _common([arrays[str(f.name)] for f in fields], fields)
    return _tableau(rows, final, frozen)


def _common(points: list[State | None], fields: list[Symbol]) -> Value:
    """The state that all unknowns have in common."""
    for point, field in zip(points, fields, strict=True):
        if point is None or point[0] != field:
            raise Foreign("an unknown is read from an array that is not its own")
    values = [p[1] for p in points if p is not None]
    if any(v != values[0] for v in values):
        raise Foreign("the unknowns are not advanced from one common state")
    return values[0]


def _updated(
    update: Update, row: dict[Symbol, Expr], arrays: dict[str, State], stage: int
) -> State:
    """The new array as a combination of u and of the slopes f(y_j), and whose it is."""
    found: Value = {}
    owners: set[Symbol] = set()
    for c, name in update.combination:
        if name not in arrays:
            raise Foreign("the method keeps older levels")
        owner, values = arrays[name]
        owners.add(owner)
        factor, power = power_of_tau(c.xreplace(row))
        for (key, p), value in values.items():
            found[key, p + power] = found.get((key, p + power), Fraction(0)) + factor * value
    if update.slope != 0:
        if update.terms is not None or update.unknown is None:
            raise Foreign("the terms of an equation are advanced one after the other")
        owners.add(update.unknown)
        factor, power = power_of_tau(update.slope.xreplace(row))
        found[stage, power] = found.get((stage, power), Fraction(0)) + factor
    if len(owners) != 1:
        raise Foreign("a stage combines arrays of different unknowns")
    return owners.pop(), {k: v for k, v in found.items() if v}


def _tableau(rows: list[Value], final: Value, frozen: bool) -> Tableau:
    lines = []
    for row in (*rows, final):
        slopes = {key for key in row if key[0] >= 0}
        if (
            row.get((-1, 0)) != 1
            or slopes != {(j, 1) for j, _ in slopes}
            or any(key[0] < 0 and key != (-1, 0) for key in row)
        ):
            raise Foreign("a stage is no state plus slopes")
        lines.append(tuple(row.get((j, 1), Fraction(0)) for j in range(len(rows))))
    return Tableau(a=tuple(lines[:-1]), b=lines[-1], frozen=frozen)


# ---- convex combinations of Euler steps


def monotone_at(method: Tableau, r: Fraction) -> bool:
    """True when the tableau is absolutely monotonic at -r."""
    rows = (*method.a, method.b)
    size = len(rows)
    found: list[list[Fraction]] = []  # rows of (I + rK)^-1 K, K = [A 0; b 0]
    sums: list[Fraction] = []  # rows of (I + rK)^-1 e
    for i, row in enumerate(rows):
        line = [*row, *[Fraction(0)] * (size - len(row))]
        total = Fraction(1)
        for j in range(i):
            c = r * row[j] if j < len(row) else Fraction(0)
            if c:
                line = [x - c * y for x, y in zip(line, found[j], strict=True)]
                total -= c * sums[j]
        found.append(line)
        sums.append(total)
    return all(x >= 0 for line in found for x in line) and all(s >= 0 for s in sums)


def strong_stability(method: Tableau) -> Fraction:
    """The largest r at which the tableau is absolutely monotonic, rounded down to 1/1024."""
    if not monotone_at(method, Fraction(1, 1024)):
        return Fraction(0)
    low, high = 1, 1024 * (2 * len(method.b) + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if monotone_at(method, Fraction(middle, 1024)) else (low, middle)
    return Fraction(low, 1024)


# ---- cycles of Euler steps of unequal length


def box_filter_cycle(scheme: Scheme) -> int | None:
    """n where the body is n Euler steps of lengths tau / (2 cos^2(pi (2i + 1) / (4n + 2))).

    Their product is the box filter D_n(theta) / (2n + 1), cos theta = 1 + z, with |P| <= 1 on
    [-2, 0] (Grewenig, Weickert, Bruhn 2010). None for any other body.
    """
    if scheme.step is None:
        return None
    lengths: list[Expr] = []
    for stage, row in expanded(scheme.step.body):
        if not stage.updates and not stage.moves:
            continue
        euler = {u.target for u in stage.updates} == {str(r.unknown.name) for r in scheme.rates}
        found = {sympy.expand(u.slope.xreplace(row) / TAU) for u in stage.updates}
        if not euler or len(found) != 1 or stage.moves or not all(map(_is_euler, stage.updates)):
            return None
        if any(array != str(s.name) for s, array in stage.at):
            return None
        lengths.append(found.pop())
    n = len(lengths)
    angles = (sympy.pi * (2 * i + 1) / (4 * n + 2) for i in range(n))
    expected = {sympy.expand(1 / (2 * sympy.cos(a) ** 2)) for a in angles}
    return n if n and set(lengths) == expected and len(expected) == n else None


def _is_euler(update: Update) -> bool:
    return (
        update.terms is None
        and update.unknown is not None
        and (
            str(update.unknown.name) == update.target
            and update.combination == ((1, update.target),)
        )
    )


def keeps_weights(scheme: Scheme) -> bool:
    """Every stage uses flux weights that are saved once, before the first of them."""
    stages = () if scheme.step is None else scheme.step.body
    kinds = [s.frozen for s in stages if s.frozen == "save" or s.updates]
    return bool(kinds) and kinds[0] == "save" and all(k == "use" for k in kinds[1:])
