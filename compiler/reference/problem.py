"""A scheme with numbers in it: where its points lie, its parameters, its walls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
import sympy
from sympy import Expr, Symbol

from ..channels import rows_of
from ..model import Function, Learned, is_curve
from ..scheme import Edge, Scheme, Unknown
from ..stencil import Location
from .arithmetic import Arithmetic, Number, Values
from .halo import Index, Side
from .networks import Layers, curve, perceptron
from .pointwise import Words, interpret

Numbers: TypeAlias = Mapping[Symbol, Number]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A scheme on one grid: parameters and spacings by symbol; per axis count and first point.

    `kept` holds the matrices of left sides, which are the same in every step. `kernels` are
    (out, in, size...), with one row a step those in `rows`, as are scalars and tables of curves.
    """

    scheme: Scheme
    words: Words
    scalars: Numbers
    counts: tuple[int, ...]
    first: tuple[Number, ...]
    kept: dict[str, Values] = field(default_factory=dict, compare=False)
    kernels: Mapping[Symbol, Values] = field(default_factory=dict)
    weights: Mapping[str, Any] = field(default_factory=dict)
    rows: frozenset[Symbol] = frozenset()

    def at(self, step: int) -> Problem:
        """The problem of one step: its own row of all weights that have one a step."""
        if not self.rows:
            return self

        def chosen(weights: Mapping[Symbol, Any]) -> dict[Symbol, Any]:
            return {s: w[step] if s in self.rows else w for s, w in weights.items()}

        scalars, kernels = chosen(self.scalars), chosen(self.kernels)
        weights = {**self.weights, **{s.name: w for s, w in chosen(self.tables).items()}}
        words = _words(self.scheme, self.words.arithmetic, scalars, weights)
        return replace(self, scalars=scalars, kernels=kernels, words=words, rows=frozenset())

    @property
    def tables(self) -> dict[Symbol, Any]:
        """The tables of learned curves."""
        curves = (f for f in self.scheme.model.functions if is_curve(f))
        return {f.symbol: np.asarray(self.weights[f.name]) for f in curves}

    def value(self, expression: Expr, known: Numbers | None = None) -> Number:
        """An expression in parameters, spacings and what else is known."""
        return interpret(expression, {**self.scalars, **(known or {})}, self.words)

    def place(self, name: str) -> Unknown:
        """The unknown whose place and ghost rules the array of that name has."""
        step = self.scheme.step
        likes: dict[str, str] = {}
        if step is not None:
            likes = {s.name: target for stage in step.body for s, target in stage.solves}
            likes |= {a.name: a.like.name for a in step.arrays}
        while name in likes:
            name = likes[name]
        return next(u for u in self.scheme.unknowns if u.symbol.name == name)

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of the array of that name."""
        return tuple(n + e for n, e in zip(self.counts, self.place(name).extra, strict=True))

    # ---- coordinates

    def coordinate(self, axis: int, location: Location, i: int) -> Number:
        """first + (i - location/2) h, linear over walls too; a periodic index wraps."""
        if self.scheme.axes[axis].periodic:
            i %= self.counts[axis]
        number = self.words.arithmetic.number
        return self.first[axis] + (i - number(location[axis]) / 2) * self.spacing(axis)

    def spacing(self, axis: int) -> Number:
        """The spacing of an axis."""
        return self.scalars[self.scheme.axes[axis].spacing]

    def position(self, location: Location, index: Index) -> dict[Symbol, Number]:
        """The coordinates of one point of a location by their symbols."""
        axes = enumerate(self.scheme.axes)
        return {axis.symbol: self.coordinate(a, location, index[a]) for a, axis in axes}

    # ---- walls

    def sides(self, unknown: Unknown, known: Numbers) -> tuple[tuple[Side, Side], ...]:
        """The ghost rules of an unknown, given the parameters and the time."""
        return tuple(
            (self._side(unknown, a, 0, known), self._side(unknown, a, 1, known))
            for a in range(len(self.counts))
        )

    def _side(self, unknown: Unknown, axis: int, end: int, known: Numbers) -> Side:
        edge = unknown.edges[axis][end]
        return Side(
            rule=edge.rule,
            mirror=edge.mirror,
            h=self.spacing(axis),
            a=self.value(edge.value, known),
            b=self.value(edge.slope, known),
            c=self._right(unknown, edge, axis, end, known),
        )

    def _right(
        self, unknown: Unknown, edge: Edge, axis: int, end: int, known: Numbers
    ) -> Callable[[Index], Number]:
        """The wall's right side beside an outermost unknown, taken at the point on the wall."""
        outward = (2 * end - 1) * (1 - edge.mirror) * self.spacing(axis) / 2

        def right(index: Index) -> Number:
            point = self.position(unknown.location, index)
            point[self.scheme.axes[axis].symbol] += outward
            return self.value(edge.right, {**known, **point})

        return right


# ---- making one


def problem(
    scheme: Scheme,
    counts: tuple[int, ...] | None,
    *,
    arithmetic: Arithmetic,
    parameters: Mapping[str, Any],
    weights: Mapping[str, Layers],
) -> Problem:
    """A scheme with its numbers; `counts` are needed where the scheme leaves the size free."""
    stated = tuple(axis.count for axis in scheme.axes)
    sizes = tuple(n for n in (counts or stated) if n is not None)
    assert len(sizes) == len(scheme.axes), "a scheme of free size needs counts"
    assert all(s in {None, n} for s, n in zip(stated, sizes, strict=True)), (stated, sizes)
    words = Words(arithmetic=arithmetic, functions={})
    scalars: dict[Symbol, Number] = {}
    for param in scheme.model.params:
        given = parameters.get(param.name, param.value)
        if isinstance(given, np.ndarray):
            scalars[param.symbol] = given
            continue
        scalars[param.symbol] = interpret(sympy.sympify(given), scalars, words)
    for symbol, value in scheme.spacings.items():
        scalars[symbol] = interpret(value, scalars, words)
    words = _words(scheme, arithmetic, scalars, weights)
    first = tuple(_first(scheme, a, scalars, words) for a in range(len(sizes)))
    return Problem(
        scheme=scheme, words=words, scalars=scalars, counts=sizes, first=first,
        kernels={k.symbol: np.asarray(weights[k.name]) for k in scheme.model.kernels},
        weights=weights,
        rows=rows_of(scheme),
    )  # fmt: skip


def _words(
    scheme: Scheme, arithmetic: Arithmetic, scalars: Numbers, weights: Mapping[str, Any]
) -> Words:
    """Declared functions at these parameters, learned ones by their weights."""
    functions: dict[Symbol, Callable[..., Number]] = {}
    words = Words(arithmetic=arithmetic, functions=functions)
    for function in scheme.model.functions:
        functions[function.symbol] = _function(function, scalars, words, weights)
    return words


def _function(
    function: Function, scalars: Numbers, words: Words, weights: Mapping[str, Any]
) -> Callable[..., Number]:
    """A declared function as a function of numbers."""
    definition = function.body
    if is_curve(function):
        return curve(function, np.asarray(weights[function.name]))
    if isinstance(definition, Learned):
        return perceptron(definition, weights.get(function.name, ()))

    def body(*arguments: Number) -> Number:
        known = {**scalars, **dict(zip(function.parameters, arguments, strict=True))}
        return interpret(definition, known, words)

    return body


def _first(scheme: Scheme, axis: int, scalars: Numbers, words: Words) -> Number:
    """The first point: half a spacing inside on cells; on nodes the low end, or one after u = c."""
    low = interpret(scheme.axes[axis].low, scalars, words)
    h = scalars[scheme.axes[axis].spacing]
    if scheme.model.grid.placement == "cells":
        return low + h / 2
    centred = (u for u in scheme.unknowns if u.kind == "field" and not u.location[axis])
    return low + h if any(u.edges[axis][0].mirror == -1 for u in centred) else low
