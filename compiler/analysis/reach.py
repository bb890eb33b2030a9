"""How often each unknown is differentiated along each axis, and with which leading coefficient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy
from sympy import Expr, Symbol

from ..model import TIME
from ..operators import (
    AtPoint,
    BoundaryIntegral,
    Convolved,
    ConvolvedAdjoint,
    Divergence,
    Integral,
    Laplacian,
    Mean,
    Partial,
    Variation,
    Where,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The highest derivative of an unknown along an axis.

    `step` is the highest that is taken at once: `lap(lap(u))` has total 4 and step 2.
    `learned` says that a kernel reads around the unknown.
    """

    total: int = 0
    step: int = 0
    learned: bool = False

    def __or__(self, other: Reach) -> Reach:
        return Reach(
            total=max(self.total, other.total),
            step=max(self.step, other.step),
            learned=self.learned or other.learned,
        )

    def after(self, order: int) -> Reach:
        """Under one more derivative."""
        return Reach(total=self.total + order, step=max(self.step, order), learned=self.learned)


Reaches = Mapping[tuple[Symbol, int], Reach]
_NOWHERE = (Integral, BoundaryIntegral, Mean, AtPoint)


def reaches(expression: Expr, unknowns: frozenset[Symbol], axes: Sequence[Symbol]) -> Reaches:
    """Of every unknown in an expression along every axis."""
    done: dict[Expr, Reaches] = {}
    return _reaches(expression, unknowns, axes, done)


def _reaches(
    node: Expr, unknowns: frozenset[Symbol], axes: Sequence[Symbol], done: dict[Expr, Reaches]
) -> Reaches:
    if node in done:
        return done[node]
    if node in unknowns:
        return {(node, axis): Reach() for axis in range(len(axes))}
    inner = [_reaches(part, unknowns, axes, done) for part in node.args]
    found: dict[tuple[Symbol, int], Reach] = {}
    if not isinstance(node, _NOWHERE):
        for number, part in enumerate(inner):
            for (unknown, axis), reach in part.items():
                by = part.get((node.args[-1], axis), Reach())
                along = axes[axis]
                here = _under(node, reach, number=number, axis=axis, along=along, by=by)
                found[unknown, axis] = found.get((unknown, axis), here) | here
    done[node] = found
    return found


def _under(
    node: Expr,
    reach: Reach,
    *,
    number: int,
    axis: int,
    along: Symbol,
    by: Reach,
) -> Reach:
    """A reach seen through one more node of the tree."""
    match node:
        case Laplacian():
            return reach.after(2)
        case Partial():
            return reach.after(int(node.args[2])) if node.args[1] == along else reach
        case Divergence():
            return reach.after(1) if number == axis else reach
        case Variation():
            return Reach(total=reach.total + by.total, step=max(reach.step, by.step))
        case Convolved() | ConvolvedAdjoint():
            return Reach(total=reach.total, step=reach.step, learned=True)
        case _:
            return reach


def leading(node: Expr, unknown: Symbol, axis: int, order: int, axes: Sequence[Symbol]) -> Expr:
    """The coefficient of the derivative of this order along an axis, which is the highest one.

    What multiplies a derivative is taken as it is; a coefficient that cannot be told is a Dummy.
    """
    if order < 0 or not node.has(unknown):
        return sympy.S.Zero
    if node == unknown:
        return sympy.S.One if order == 0 else sympy.S.Zero

    def inner(part: Expr, less: int = 0) -> Expr:
        return leading(part, unknown, axis, order - less, axes)

    match node:
        case Laplacian():
            return inner(node.args[0], 2)
        case Partial() if node.args[1] == TIME:
            return sympy.S.Zero
        case Partial():
            return (
                inner(node.args[0], int(node.args[2]))
                if node.args[1] == axes[axis]
                else sympy.S.Zero
            )
        case Divergence():
            return inner(node.args[axis], 1)
        case sympy.Add():
            return sympy.Add(*(inner(part) for part in node.args))
        case sympy.Mul():
            return sympy.Add(
                *(
                    inner(part) * sympy.Mul(*(node.args[:n] + node.args[n + 1 :]))
                    for n, part in enumerate(node.args)
                )
            )
        case sympy.Pow(args=(base, exponent)) if not exponent.has(unknown):
            return exponent * base ** (exponent - 1) * inner(base)
        case Where(args=(condition, yes, no)):
            return Where(condition, inner(yes), inner(no))
        case _:
            known = all(inner(part) == 0 for part in node.args if isinstance(part, Expr))
            return sympy.S.Zero if known else sympy.Dummy("unknown", real=True)
