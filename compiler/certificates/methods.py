"""What a time method does, found by running its stages on the test equation, exactly.

One level, all unknowns at once: each stage value is y = sum_j a_j (tau f(y_j)) + u, so the stages
are a Butcher tableau (A, b). Its stability polynomial is 1 + z b^T (I - zA)^-1 1, and it is a
convex combination of explicit Euler steps of length tau/r where the tableau is absolutely monotonic
at -r (Kraaijevanger 1991): K = [A; b], r K (I + r K)^-1 >= 0 with row sums <= 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeAlias

import flint
import sympy
from sympy import Expr, Symbol

from ..scheme import TAU, Scheme, Stage, Step, Update

Line: TypeAlias = Any  # a row of factors, or a polynomial in z
Value = dict[int, Line]  # power of tau -> what it multiplies
State = tuple[Symbol, Value]  # whose array it is, and what it holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Tableau:
    """y_i = u + sum_j a_ij tau f(y_j), then u + sum_j b_j tau f(y_j), of `step` for `fields`.

    `polynomial` is that of stability in z; with `frozen` the weights are kept over the step.
    """

    step: Step
    fields: tuple[Symbol, ...]
    stages: int
    frozen: bool
    polynomial: flint.fmpq_poly = field(compare=False)


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
    return _tableau(scheme.step, tuple(r.unknown for r in scheme.rates))


@lru_cache(maxsize=64)  # each theorem and each claim asks
def _tableau(step: Step, fields: tuple[Symbol, ...]) -> Tableau:
    if any(a.level and a.name not in {str(f.name) for f in fields} for a in step.arrays):
        raise Foreign("the method keeps older levels")
    z = flint.fmpq_poly([0, 1])
    linear = _Algebra(one=z**0, zero=0 * z, slope=lambda _, y: {p - 1: z * q for p, q in y.items()})
    values = list(_run(step, fields, linear))
    if any(value.keys() != {0} or value[0][0] != 1 for value in values):
        raise Foreign("a stage is no state plus slopes")
    return Tableau(
        step=step,
        fields=fields,
        stages=len(values) - 1,
        frozen=_is_frozen(step),
        polynomial=values[-1][0],
    )


@lru_cache(maxsize=64)
def rows(method: Tableau) -> tuple[Line, ...]:
    """The rows of A and then b, as matrices of one line."""
    size = method.stages + 1
    unit = [flint.fmpq_mat(1, size, [int(i == j) for i in range(size)]) for j in range(size)]
    basis = _Algebra(one=unit[0], zero=0 * unit[0], slope=lambda j, _: {0: unit[j + 1]})
    found = []
    for value in _run(method.step, method.fields, basis):
        slopes: Line = value.get(1, basis.zero)
        if not value.keys() <= {0, 1} or value.get(0) != basis.one or slopes[0, 0] != 0:
            raise Foreign("a stage is no state plus slopes")
        found.append(flint.fmpq_mat(1, size - 1, slopes.entries()[1:]))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Algebra:
    """What u is, what nothing is, and what the slope at the j-th state is."""

    one: Line
    zero: Line
    slope: Callable[[int, Value], Value]


def _run(step: Step, fields: tuple[Symbol, ...], algebra: _Algebra) -> Iterator[Value]:
    """The states at which slopes are evaluated, then the last one."""
    arrays: dict[str, State] = {str(f.name): (f, {0: algebra.one}) for f in fields}
    number = 0
    for stage, row in expanded(step.body):
        places = dict(stage.at)
        points = [arrays.get(places.get(f, str(f.name))) for f in fields]
        rate: Value = {}
        if any(u.slope != 0 for u in stage.updates):
            point = _common(points, fields)
            yield point
            rate = algebra.slope(number, point)
            number += 1
        arrays |= {u.target: _updated(u, row, arrays, rate, algebra.zero) for u in stage.updates}
        if any(source not in arrays for _, source in stage.moves):
            raise Foreign("an array is moved that nothing has written")
        arrays |= {target: arrays[source] for target, source in stage.moves}
    yield _common([arrays[str(f.name)] for f in fields], fields)


def _is_frozen(step: Step) -> bool:
    """Every slope is evaluated with weights that are saved before the first of them."""
    saved, frozen, first = False, True, True
    for stage, _ in expanded(step.body):
        if any(u.slope != 0 for u in stage.updates):
            first = False
            frozen = frozen and stage.frozen == "use" and saved
        if stage.frozen == "save":
            saved, frozen = True, frozen and first
    return frozen


def _common(points: list[State | None], fields: tuple[Symbol, ...]) -> Value:
    """The state that all unknowns have in common."""
    for point, own in zip(points, fields, strict=True):
        if point is None or point[0] != own:
            raise Foreign("an unknown is read from an array that is not its own")
    values = [p[1] for p in points if p is not None]
    if any(v != values[0] for v in values):
        raise Foreign("the unknowns are not advanced from one common state")
    return values[0]


def _updated(
    update: Update, row: dict[Symbol, Expr], arrays: dict[str, State], rate: Value, zero: Line
) -> State:
    """The new array as a combination of u and of the slopes f(y_j), and whose it is."""
    parts: list[tuple[Value, Fraction, int]] = []
    owners: set[Symbol] = set()
    for c, name in update.combination:
        if name not in arrays:
            raise Foreign("the method keeps older levels")
        owner, values = arrays[name]
        owners.add(owner)
        parts.append((values, *power_of_tau(c.xreplace(row))))
    if update.slope != 0:
        if update.terms is not None or update.unknown is None:
            raise Foreign("the terms of an equation are advanced one after the other")
        owners.add(update.unknown)
        parts.append((rate, *power_of_tau(update.slope.xreplace(row))))
    if len(owners) != 1:
        raise Foreign("a stage combines arrays of different unknowns")
    found: Value = {}
    for values, factor, power in parts:
        for p, q in values.items():
            share = flint.fmpq(factor.numerator, factor.denominator) * q
            found[p + power] = found.get(p + power, zero) + share
    return owners.pop(), {p: q for p, q in found.items() if q != zero}


# ---- convex combinations of Euler steps


def monotone_at(method: Tableau, r: flint.fmpq) -> bool:
    """True when the tableau is absolutely monotonic at -r."""
    found: list[Line] = []  # rows of (I + rK)^-1 K, K = [A 0; b 0]
    sums: list[flint.fmpq] = []  # rows of (I + rK)^-1 e
    for row in rows(method):
        line, total = row, flint.fmpq(1)
        for c, other, other_sum in zip(row.entries(), found, sums, strict=False):
            if c:
                line -= r * c * other
                total -= r * c * other_sum
        found.append(line)
        sums.append(total)
    return all(x >= 0 for line in found for x in line.entries()) and all(s >= 0 for s in sums)


def strong_stability(method: Tableau) -> Fraction:
    """The largest r at which the tableau is absolutely monotonic, rounded down to 1/1024."""
    if not monotone_at(method, flint.fmpq(1, 1024)):
        return Fraction(0)
    low, high = 1, 1024 * (2 * method.stages + 1)
    while high - low > 1:
        middle = (low + high) // 2
        holds = monotone_at(method, flint.fmpq(middle, 1024))
        low, high = (middle, high) if holds else (low, middle)
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
