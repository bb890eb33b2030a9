"""The value of a grid expression at any index, inside the grid or on the halo around it.

A field outside the grid has the values of its ghost rule, given data those of theirs, coordinates
continue; everything else is computed there from them. A *box* is a range of indices an axis; each
case below is the definition at one index, written for all indices of a box at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TypeAlias

import numpy as np
from sympy import Expr

from ..grid import Convolution, Face, Flux, Grid, Linear, Network, Point, Read
from ..stencil import Stencil
from .arithmetic import Arithmetic, Number, Values
from .halo import ghost
from .problem import Numbers, Problem

Box: TypeAlias = tuple[range, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What grid expressions are evaluated in: arrays by name, numbers by symbol, the time too.

    `kept` is the context in which frozen flux weights are evaluated, if they are frozen.
    """

    problem: Problem
    arrays: Mapping[str, Values]
    scalars: Numbers
    kept: Context | None = None
    memo: dict[tuple[int, Box], Values] = field(default_factory=dict)

    @property
    def arithmetic(self) -> Arithmetic:
        """The arithmetic."""
        return self.problem.words.arithmetic

    def value(self, expression: Expr, operands: Numbers | None = None) -> Number:
        """An expression in parameters, spacings and the time, and in operands if there are any."""
        return self.problem.value(expression, {**self.scalars, **(operands or {})})


def values(node: Grid, box: Box, context: Context) -> Values:
    """The values of a grid expression at the indices of a box."""
    key = (id(node), box)
    if key not in context.memo:
        context.memo[key] = _values(node, box, context)
    return context.memo[key]


def _values(node: Grid, box: Box, context: Context) -> Values:
    match node:
        case Read(kind="coordinate"):
            return _coordinate(node, box, context)
        case Read():
            return _read(node, box, context)
        case Linear(terms=terms):
            return _sum([stencil_of(s, v, box, context) for s, v in terms], box, context)
        case Point():
            return _point(node, box, context)
        case Flux(faces=faces):
            parts = [_face(f, stencil_box(f.difference.adjoint(), box), context) for f in faces]
            return -_sum(
                [
                    _applied(f.difference.adjoint(), part, context)
                    for f, part in zip(faces, parts, strict=True)
                ],
                box,
                context,
            )
        case Network(function=function, arguments=arguments):
            inputs = [values(argument, box, context) for argument in arguments]
            return np.asarray(context.problem.words.functions[function](*inputs))
        case Convolution(transposed=True):
            return _adjoint(node, box, context)
        case Convolution():
            return _convolved(node, box, context)


# ---- learned kernels


def _convolved(node: Convolution, box: Box, context: Context) -> Values:
    """K v [o, i] = sum_{c, q} K[o, c, q] v[c, i + q - low]; one channel has no axis of its own."""
    kernel = context.problem.kernels[node.kernel]
    reach = [
        range(a.start - low, a.stop + high) for a, (low, high) in zip(box, node.reach, strict=True)
    ]
    around = values(node.operand, tuple(reach), context)
    around = around if around.ndim > len(box) else around[None]
    total = context.arithmetic.full((kernel.shape[0], *shape_of(box)))
    for place in np.ndindex(kernel.shape[2:]):
        window = tuple(slice(q, q + len(a)) for q, a in zip(place, box, strict=True))
        for o, c in np.ndindex(kernel.shape[:2]):
            total[o] = total[o] + kernel[(o, c, *place)] * around[(c, *window)]
    return total if len(total) > 1 else total[0]


def _adjoint(node: Convolution, box: Box, context: Context) -> Values:
    """K^T w by its definition: entry j is <K e_j, w>, without the values on walls."""
    kernels, inner = [node.kernel], node.operand
    reaches = [node.reach]
    while isinstance(inner, Convolution) and inner.transposed:
        kernels.append(inner.kernel)
        reaches.append(inner.reach)
        inner = inner.operand
    assert node.ghosts is not None, "an adjoint ends on the ghosts of an unknown"
    w = values(inner, box, context)
    forward: Grid = Read(symbol=node.ghosts, kind="field", location=node.location)
    for kernel, reach in zip(kernels, reaches, strict=True):
        forward = Convolution(
            kernel=kernel, operand=forward, transposed=False, reach=reach, ghosts=None,
            location=node.location,
        )  # fmt: skip
    name = node.ghosts.name
    lead = context.arrays[name].shape[: -len(box)]
    still = context.arithmetic.full((*lead, *shape_of(box)))

    def response(impulse: Values) -> Values:
        return _values(
            forward, box, replace(context, arrays={**context.arrays, name: impulse}, memo={})
        )

    zero = response(still)
    result = still.copy()
    for place in np.ndindex(result.shape):
        impulse = still.copy()
        impulse[place] = context.arithmetic.number(1)
        result[place] = ((response(impulse) - zero) * w).sum()
    return result


# ---- reading


def _read(node: Read, box: Box, context: Context) -> Values:
    """A field or given data: the array inside, the ghost rule outside."""
    name = node.symbol.name
    array, unknown = context.arrays[name], context.problem.place(name)
    assert unknown.location == node.location, f"{name} does not live at {node.location}"
    sides = context.problem.sides(unknown, context.scalars)
    lead = array.shape[: array.ndim - len(box)]
    result = context.arithmetic.full((*lead, *shape_of(box)))
    for own in np.ndindex(lead):
        for place in np.ndindex(shape_of(box)):
            index = tuple(axis[k] for axis, k in zip(box, place, strict=True))
            result[(*own, *place)] = ghost(array[own] if own else array, index, sides)
    return result


def _coordinate(node: Read, box: Box, context: Context) -> Values:
    """A coordinate at the location, the same along the other axes."""
    axis = [a.symbol for a in context.problem.scheme.axes].index(node.symbol)
    line = [context.problem.coordinate(axis, node.location, i) for i in box[axis]]
    shape = tuple(len(line) if a == axis else 1 for a in range(len(box)))
    column = np.array(line, dtype=context.arithmetic.dtype).reshape(shape)
    return np.broadcast_to(column, shape_of(box))


# ---- combining


def stencil_of(stencil: Stencil, operand: Grid, box: Box, context: Context) -> Values:
    """S v at the indices i of a box: scale * sum_o w_o v[i + o]."""
    return _applied(stencil, values(operand, stencil_box(stencil, box), context), context)


def _applied(stencil: Stencil, around: Values, context: Context) -> Values:
    """S v, given v on the box that S reads."""
    number = context.arithmetic.number
    scale = context.value(stencil.scale)
    reach = stencil.reach
    lead = around.shape[: around.ndim - len(reach)]
    size = [n - a - b for n, (a, b) in zip(around.shape[len(lead) :], reach, strict=True)]
    total = context.arithmetic.full((*lead, *size))
    for offset, weight in stencil.weights:
        starts = [o + a for o, (a, _) in zip(offset, reach, strict=True)]
        window = [slice(s, s + n) for s, n in zip(starts, size, strict=True)]
        everywhere = [slice(None)] * len(lead)
        total = total + number(weight) * around[tuple(everywhere + window)]
    return np.asarray(scale * total)


def _point(node: Point, box: Box, context: Context) -> Values:
    """An expression point by point."""
    operands = {symbol: values(v, box, context) for symbol, v in node.operands}
    return _spread(context.value(node.expression, operands), box, context)


def _face(face: Face, box: Box, context: Context) -> Values:
    """The flux on faces; with frozen weights, the kept weight times the slope of now."""
    if context.kept is None or face.weight is None:
        return values(face.flux, box, context)
    return values(face.weight, box, context.kept) * values(face.slope, box, context)


def _sum(parts: Sequence[Values], box: Box, context: Context) -> Values:
    return reduce(lambda a, b: a + b, parts, context.arithmetic.full(shape_of(box)))


def _spread(value: Number, box: Box, context: Context) -> Values:
    """A result as an array of the box, also when it does not depend on the place."""
    channels = np.shape(value)[: max(0, np.ndim(value) - len(box))]
    result = context.arithmetic.full((*channels, *shape_of(box)))
    result[...] = value
    return result


# ---- boxes


def inside(shape: tuple[int, ...]) -> Box:
    """The indices of an array."""
    return tuple(range(n) for n in shape)


def shape_of(box: Box) -> tuple[int, ...]:
    """The shape of the values in a box."""
    return tuple(len(axis) for axis in box)


def stencil_box(stencil: Stencil, box: Box) -> Box:
    """The indices that a stencil reads for the results in a box."""
    return tuple(
        range(axis.start - below, axis.stop + above)
        for axis, (below, above) in zip(box, stencil.reach, strict=True)
    )
