"""How many boundary conditions the equations need, derived for each unknown, axis and side.

Second order needs one on each side, fourth order two. Where an unknown is differentiated once, the
signs of the characteristic speeds decide: one condition for each characteristic that comes in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import sympy
from sympy import Expr, Symbol

from ..model import Equation
from ..operators import AtNode
from . import exact
from .reach import Reach, leading, reaches


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Conditions that a group of unknowns needs on the two sides of an axis.

    `low` and `high` are exact counts. `either`: one is enough, on any of the two sides. `sure` is
    False where the sign of a speed is not known, so that each side gets one. `step` is the highest
    derivative taken at once: one homogeneous rule serves each factor of a composed operator of
    second-order steps. `learned`: a kernel reads around the unknown, so each side needs a rule.
    """

    unknowns: tuple[Symbol, ...]
    axis: int
    low: int
    high: int
    either: bool = False
    sure: bool = True
    step: int = 2
    learned: bool = False

    def on(self, side: str) -> int:
        """The count on a side."""
        return self.low if side == "low" else self.high


def needs(
    equations: Sequence[Equation],
    unknowns: frozenset[Symbol],
    axes: Sequence[Symbol],
    values: Mapping[Symbol, Expr],
) -> list[Need]:
    """What all equations together need, axis by axis."""
    total: dict[tuple[Symbol, int], Reach] = {}
    for equation in equations:
        for expression in (equation.right, equation.left):
            found = reaches(expression, unknowns, axes) if expression is not None else {}
            for key, reach in found.items():
                total[key] = total.get(key, Reach()) | reach
    needed = _lattice(equations, len(axes))
    for axis in range(len(axes)):
        once = []
        for unknown in sorted((u for u, a in total if a == axis), key=str):
            reach = total[unknown, axis]
            if reach.total == 1:
                once.append(unknown)
            elif reach.total > 1 or reach.learned:
                needed.append(
                    _own(unknown, axis, reach, equations=equations, axes=axes, values=values)
                )
        needed += _groups(once, axis, equations, axes, values)
    return needed


def _lattice(equations: Sequence[Equation], axes: int) -> list[Need]:
    """Of node-by-node schemes: a rule on each side beyond which a neighbour is read."""
    found: dict[tuple[Symbol, int], set[str]] = {}
    for equation in equations:
        for side in (equation.right, equation.left or sympy.S.Zero):
            for node in side.atoms(AtNode):
                for axis, offset in enumerate(node.args[2:][:axes]):
                    if offset.is_Integer and offset != 0:
                        sides = found.setdefault((node.args[0], axis), set())
                        sides.add("low" if offset < 0 else "high")
    return [
        Need(unknowns=(unknown,), axis=axis, low="low" in sides, high="high" in sides, step=1)
        for (unknown, axis), sides in found.items()
    ]


def _own(
    unknown: Symbol,
    axis: int,
    reach: Reach,
    *,
    equations: Sequence[Equation],
    axes: Sequence[Symbol],
    values: Mapping[Symbol, Expr],
) -> Need:
    """Of an unknown of order two or more: half of it on each side, the odd one by its sign."""
    half, odd = divmod(reach.total, 2)
    low = high = half
    sure = True
    if odd:
        own = next((e for e in equations if e.unknown == unknown), None)
        slope = leading(own.right, unknown, axis, reach.total, axes) if own else sympy.S.Zero
        sign = sign_of(slope, values)
        sure = sign is not None
        turned = (sign or 0) * (-1) ** half  # for dt(u) = s * d(u, x, 2 * half + 1)
        low += turned < 0 or not sure
        high += turned > 0 or not sure
    return Need(
        unknowns=(unknown,),
        axis=axis,
        low=low,
        high=high,
        sure=sure,
        step=reach.step,
        learned=reach.learned,
    )


def _groups(
    once: Sequence[Symbol],
    axis: int,
    equations: Sequence[Equation],
    axes: Sequence[Symbol],
    values: Mapping[Symbol, Expr],
) -> list[Need]:
    """Of unknowns that are differentiated once along an axis, coupled groups at a time."""
    own = {e.unknown: e for e in equations}
    speeds = {
        (row, column): leading(own[row].right, column, axis, 1, axes).xreplace(dict(values))
        for row in once
        if row in own
        for column in once
    }
    found = []
    left = list(once)
    while left:
        group = _connected(left[0], once, speeds)
        left = [unknown for unknown in left if unknown not in group]
        kinds = {own[u].kind for u in group if u in own}
        found.append(_group(group, axis, kinds, speeds))
    return found


def _connected(
    start: Symbol, once: Sequence[Symbol], speeds: Mapping[tuple[Symbol, Symbol], Expr]
) -> tuple[Symbol, ...]:
    group, waiting = [start], [start]
    while waiting:
        here = waiting.pop()
        for other in once:
            coupled = any(speeds.get(pair, 0) != 0 for pair in ((here, other), (other, here)))
            if coupled and other not in group:
                group.append(other)
                waiting.append(other)
    return tuple(unknown for unknown in once if unknown in group)


def _group(
    group: tuple[Symbol, ...],
    axis: int,
    kinds: set[str],
    speeds: Mapping[tuple[Symbol, Symbol], Expr],
) -> Need:
    if kinds == {"dt"}:
        rows = [[speeds.get((row, column), sympy.S.Zero) for column in group] for row in group]
        counts = incoming(rows)
        if counts is None and len(group) == 1 and (sign := sign_of(rows[0][0], {})):
            counts = int(sign < 0), int(sign > 0)
        if counts is not None:
            return Need(unknowns=group, axis=axis, low=counts[0], high=counts[1])
    if len(group) == 1 and "steady" in kinds:
        return Need(unknowns=group, axis=axis, low=1, high=1, either=True)
    if not any(value != 0 for value in speeds.values()):
        return Need(unknowns=group, axis=axis, low=0, high=0)
    return Need(unknowns=group, axis=axis, low=1, high=1, sure=False)


def incoming(rows: list[list[Expr]]) -> tuple[int, int] | None:
    """Characteristics of dt(U) = M dx(U) that come in at the low and at the high side.

    An eigenvalue m travels with speed -m. For real eigenvalues, Descartes' rule of signs counts the
    negative and the positive ones exactly. None when an entry is no number.
    """
    if any(exact.number_sign(entry) is None for row in rows for entry in row):
        return None
    coefficients = [exact.number_sign(c) for c in sympy.Matrix(rows).charpoly().all_coeffs()]
    if None in coefficients:
        return None
    signs = [sign for sign in coefficients if sign is not None]
    turned = [sign * (-1) ** n for n, sign in enumerate(reversed(signs))]
    return _changes(turned), _changes(signs)


def _changes(signs: Sequence[int]) -> int:
    kept = [sign for sign in signs if sign]
    return sum(a != b for a, b in pairwise(kept))


def sign_of(value: Expr, values: Mapping[Symbol, Expr]) -> int | None:
    """The sign of a coefficient that may vanish here and there."""
    value = value.xreplace(dict(values))
    if value.is_zero:
        return 0
    if value.is_nonnegative:
        return 1
    return -1 if value.is_nonpositive else None
