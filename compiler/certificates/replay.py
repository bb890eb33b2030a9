"""Exact replays: a scheme on a small grid with the file's spacings, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import sympy
from sympy import Expr
from sympy.logic.boolalg import Boolean

from ..budget import checkpoint
from ..operators import HarmonicMean, Where
from ..reference import march
from ..reference.arithmetic import EXACT, FLOAT64, Arithmetic, NotRational, Values
from ..reference.problem import Problem, problem
from ..scheme import Scheme, Unknown
from .balls import BALLS
from .expression import inline
from .steps import exact

State = dict[str, Values]


class NoReplay(ValueError):
    """A scheme that cannot be replayed with rigorous numbers."""


@dataclass(frozen=True)
class Replay:
    """The scheme on `counts` points with the file's spacings and parameters, and a step."""

    scheme: Scheme
    counts: tuple[int, ...]
    tau: Expr
    exactly: bool  # rational arithmetic, else balls
    roughly: bool = False  # float64: tells where to look, and proves nothing

    @cached_property
    def problem(self) -> Problem:
        """The scheme with its numbers."""
        axes = tuple(replace(a, count=None) for a in self.scheme.axes)
        free = replace(self.scheme, axes=axes)
        return problem(free, self.counts, arithmetic=self.arithmetic, parameters={}, weights={})

    @property
    def arithmetic(self) -> Arithmetic:
        """Rationals, balls or floats."""
        return FLOAT64 if self.roughly else EXACT if self.exactly else BALLS

    def arrays(self, given: Mapping[str, Any]) -> State:
        """A state with data, rates that are not given 0."""
        step = self.scheme.step
        arrays = step.arrays if step else ()
        number = self.arithmetic
        still = {a.name: number.full(self.problem.shape(a.name)) for a in arrays if a.level}
        fields = {
            str(u.symbol.name): number.full(self.problem.shape(str(u.symbol.name)))
            for u in self.scheme.unknowns
            if u.kind == "field"
        }
        data = {**march.given_data(self.problem), **self._input_data()}
        return {**fields, **still, **data, **{n: number.array(a) for n, a in given.items()}}

    def _input_data(self) -> State:
        """Data that are inputs: their largest declared value everywhere."""
        found: State = {}
        for data in self.scheme.model.data:
            if data.formula is not None:
                continue
            high = data.interval[1] if data.interval is not None else sympy.S.One
            value = high if high.is_Rational else sympy.S.One
            for symbol in data.symbols:
                shape = self.problem.shape(str(symbol.name))
                found[str(symbol.name)] = self.arithmetic.full(shape, value)
        return found

    def step(self, state: Mapping[str, Values]) -> State:
        """One body of the method."""
        checkpoint()
        step = self.scheme.step
        assert step is not None
        tau = self.arithmetic.number(self.tau)
        zero = self.arithmetic.number(sympy.S.Zero)
        try:
            return march.run_all(self.problem, step.body, dict(state), tau=tau, time=zero)
        except (NotRational, ZeroDivisionError, KeyError, TypeError) as trouble:
            raise NoReplay(str(trouble)) from trouble

    def difference(self, given: Mapping[str, Any]) -> State:
        """One body on a state minus one on the zero state: the linear homogeneous part."""
        zero = {name: np.zeros_like(np.asarray(a, dtype=object)) for name, a in given.items()}
        one, base = self.step(self.arrays(given)), self.step(self.arrays(zero))
        return {name: one[name] - base[name] for name in one}

    def squared(self, unknown: Unknown, values: Values) -> Any:
        """The square of the volume-weighted norm: half cells where a point lies on a wall."""
        total = self.arithmetic.number(0)
        for index in np.ndindex(values.shape):
            weight = Fraction(1)
            for axis, (i, pair) in enumerate(zip(index, unknown.edges, strict=True)):
                for end, edge in ((0, pair[0]), (values.shape[axis] - 1, pair[1])):
                    if edge.rule == "wall" and edge.mirror == 1 and i == end:
                        weight /= 2
            total = total + self.arithmetic.number(weight) * values[index] * values[index]
        return total


def replays(scheme: Scheme, counts: tuple[int, ...], tau: Expr) -> Replay:
    """The replay in rationals where every value is rational, else in balls."""
    number = sympy.sympify(tau).subs(exact(scheme))
    formulas = [inline(f.body, scheme.model) for f in scheme.model.functions
                if isinstance(f.body, sympy.Expr)]  # fmt: skip
    formulas += [inline(f, scheme.model) for d in scheme.model.data for f in d.formula or ()]
    free = {p.symbol: p.value for p in scheme.model.params if p.trainable}
    number = number.subs(free)
    formulas += _coefficients(scheme)
    rational = number.is_Rational and all(_is_rational(f) for f in formulas)
    found = Replay(scheme=scheme, counts=counts, tau=number, exactly=bool(rational))
    try:
        _ = found.problem
    except NotRational:
        return Replay(scheme=scheme, counts=counts, tau=number, exactly=False)
    return found


def _coefficients(scheme: Scheme) -> list[Expr]:
    """What the time method multiplies by: some cycles have roots of integers there."""
    stages = () if scheme.step is None else scheme.step.body
    found = [sympy.sympify(v) for s in stages for _, column in s.table for v in column]
    for update in (u for s in stages for u in s.updates):
        found += [sympy.sympify(c) for c in (update.slope, *(c for c, _ in update.combination))]
    return found


def _is_rational(formula: Expr) -> bool:
    """Only the four operations and integer powers."""
    return all(
        e.is_Symbol or e.is_Rational or e.is_Add or e.is_Mul
        or isinstance(e, Boolean | Where | HarmonicMean | sympy.Min | sympy.Max | sympy.Abs)
        or (e.is_Pow and e.exp.is_Integer)
        for e in sympy.preorder_traversal(formula)
    )  # fmt: skip


def lower(value: Any) -> Fraction:
    """A rational not above a rational or a ball."""
    if isinstance(value, Fraction | int):
        return Fraction(value)
    if not value.is_finite():
        raise NoReplay("a value is not enclosed")
    mantissa, exponent = value.lower().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
