"""Learned kernels: K v and its exact adjoint, whose ghosts are those of the field that K reads.

K is centred: of a size k it reads (k - 1) // 2 points below and k // 2 above along an axis.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy
from sympy import Expr, Symbol

from ..channels import kernel_of, quantities
from ..grid import Convolution, Grid
from ..model import Equation, Kernel, Model
from ..operators import AtNode, Convolved, ConvolvedAdjoint, Divergence, Laplacian, Partial
from ..stencil import Location
from .context import Context

Build = Callable[[Expr], Grid]


def reach_of(kernel: Kernel) -> tuple[tuple[int, int], ...]:
    """How far a kernel reads below and above, per axis."""
    return tuple(((k - 1) // 2, k // 2) for k in kernel.size)


def is_convolution(node: Expr) -> bool:
    """Whether a node applies a kernel or its adjoint."""
    return isinstance(node, Convolved | ConvolvedAdjoint)


def convolution(
    context: Context, node: Expr, at: Location, build: Build, *, inner: bool = False
) -> Convolution:
    """K or K^T on what `build` makes of its argument.

    In K.T(K2.T(w)) the adjoint of K2 is `inner`: it reaches beyond the grid, and the ghosts are
    left to K.
    """
    symbol, argument = node.args
    kernel, transposed = kernel_of(context.model, symbol), isinstance(node, ConvolvedAdjoint)
    nested = transposed and isinstance(argument, ConvolvedAdjoint)
    return Convolution(
        kernel=kernel.symbol,
        operand=convolution(context, argument, at, build, inner=True)
        if nested
        else build(argument),
        transposed=transposed,
        reach=reach_of(kernel),
        ghosts=_source(context.model, kernel) if transposed and not inner else None,
        location=at,
    )


def _source(model: Model, kernel: Kernel) -> Symbol | None:
    """The unknown, or data, whose ghosts a kernel reads: the one it names, or the only field."""
    for item in quantities(model):
        if item.name == kernel.source:
            return item.symbols[0]
    return model.fields[0].symbols[0] if len(model.fields) == 1 else None


def misplaced(model: Model, equation: Equation) -> str | None:
    """What a kernel stands in that has no back end: the adjoint has no values beyond the walls."""
    sides = sympy.Tuple(equation.right, equation.left or 0)
    for node in sides.atoms(Divergence, Laplacian, Partial, Convolved):
        if node.atoms(ConvolvedAdjoint):
            return "an operator that reads around the adjoint of a kernel"
    for node in sides.atoms(Convolved, ConvolvedAdjoint):
        if any(len(n.args) > 2 and any(n.args[2:]) for n in node.atoms(AtNode)):
            return "a kernel on a shifted node, such as K(u[k, i + 1]),"
    for node in sides.atoms(ConvolvedAdjoint):
        inner = node.args[1]
        if inner.atoms(ConvolvedAdjoint) and not isinstance(inner, ConvolvedAdjoint):
            return "a formula between the adjoints of two kernels"
        if _source(model, kernel_of(model, node.args[0])) is None:
            return "the adjoint of a kernel that names no field"
    return None
