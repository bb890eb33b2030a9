"""What every op of the IR is as an operator: shape, adjoint, bound of its norm, formula."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import sympy
from sympy import Expr

from .graph import (
    AdjointOp,
    Combine,
    ConvolutionOp,
    Coordinate,
    Inner,
    Input,
    NetworkOp,
    Node,
    Op,
    Pointwise,
    Reduce,
    Row,
    StencilOp,
    Weight,
)
from .stencil import Stencil


def shape(node: Node, counts: tuple[int, ...]) -> tuple[int, ...]:
    """Values a node computes along each axis when the axes have `counts` points."""
    if node.range is None or isinstance(node.op, Weight | Reduce):
        return ()
    return tuple(n + stop - start for n, (start, stop) in zip(counts, node.range, strict=True))


def adjoints(op: Op) -> tuple[Stencil | Inner, ...] | None:
    """The transposes by which a linear op sends its result back to each input; None if nonlinear.

    That of a solve is the solve of the transposed left sides, a part for each input. On the halo
    the adjoint is followed by `fold`, the adjoint of filling it.
    """
    match op:
        case StencilOp(stencils=stencils):
            return tuple(s.adjoint() for s in stencils)
        case AdjointOp(differences=differences):
            return tuple(d.scaled(Fraction(-1)) for d in differences)
        case Inner(new=new):
            return tuple(replace(op.adjoint(), part=k) for k in range(len(new)))
        case _:
            return None


def norm_bound(op: Op) -> Expr | None:
    """An upper bound of the l2 norm of a linear op on Z^d (input norms added); None if nonlinear.

    ||S|| <= scale * sum |w| for a stencil (Young), sum |c| for a combination. A left side c u + N u
    has ||L^-1|| <= 1 / (|c| - ||N||), infinite where that is not positive (Neumann's series).
    """
    match op:
        case StencilOp(stencils=stencils):
            return sympy.Add(*(_young(s) for s in stencils))
        case AdjointOp(differences=differences):
            return sympy.Add(*(_young(d) for d in differences))
        case Combine(coefficients=coefficients):
            return sympy.Add(*(sympy.Abs(c) for c in coefficients))
        case Input() | Coordinate() | Weight():
            return sympy.S.One
        case Inner(rows=rows):
            return _neumann(rows[0]) if len(rows) == 1 else None
        case Pointwise() | NetworkOp() | Reduce() | ConvolutionOp():
            return None


def _young(stencil: Stencil) -> Expr:
    total = sum((abs(w) for _, w in stencil.weights), Fraction(0))
    return stencil.scale * sympy.Rational(total.numerator, total.denominator)


def _neumann(row: Row) -> Expr:
    """1 / (|c| - ||N||) with c the coefficient of the node itself."""
    own, others = sympy.S.Zero, sympy.S.Zero
    for _, coefficient, stencil in row:
        centre = (0,) * stencil.dim
        for offset, weight in stencil.weights:
            part = (
                coefficient * stencil.scale * sympy.Rational(weight.numerator, weight.denominator)
            )
            own, others = (own + part, others) if offset == centre else (own, others + abs(part))
    gap = sympy.Abs(own) - others
    return sympy.Piecewise((1 / gap, gap > 0), (sympy.oo, True))


def formula(node: Node) -> str:
    """The node as a line of a methods section."""
    return node.formula or _PLAIN.get(type(node.op), type(node.op).__name__)


_PLAIN = {
    Input: "array",
    Weight: "scalar",
    Combine: "linear combination",
    Pointwise: "pointwise",
    Inner: "left(new) = right, solved",
}
