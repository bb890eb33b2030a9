"""The reference evaluator: what a scheme means on one grid, computed by its definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sympy import Symbol

from ..grid import Grid
from ..model import TIME
from ..scheme import Scheme, Term
from . import march
from .arithmetic import ARITHMETICS, Values
from .grid import Box, Context, inside, values
from .march import State
from .networks import Layers
from .problem import Problem, problem


@dataclass(frozen=True, kw_only=True)
class Evaluator:
    """The meaning of a scheme on one grid, in "exact" or "float64" arithmetic; slow and plain.

    `counts` is needed where the scheme leaves the size free. `parameters` replaces values of the
    file by name, `weights` holds the layers of learned functions by name: (W, b) each, W (out, in).
    A state holds arrays by name, without batch dimensions: Fractions (dtype object) or float64.
    Raises NotRational where exact arithmetic has no value.
    """

    scheme: Scheme
    counts: tuple[int, ...] | None = None
    arithmetic: str = "float64"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    weights: Mapping[str, Layers] = field(default_factory=dict)

    @cached_property
    def problem(self) -> Problem:
        """The scheme with its numbers."""
        return problem(
            self.scheme,
            self.counts,
            arithmetic=ARITHMETICS[self.arithmetic],
            parameters=self.parameters,
            weights=self.weights,
        )

    @cached_property
    def data(self) -> State:
        """Data with a formula, at the unknowns."""
        return march.given_data(self.problem)

    def state(self, given: Mapping[str, Any]) -> State:
        """Arrays of this arithmetic, with data that have a formula; rates not given are 0."""
        number = self.problem.words.arithmetic
        arrays = self.scheme.step.arrays if self.scheme.step else ()
        still = {a.name: number.full(self.problem.shape(a.name)) for a in arrays if a.rate_of}
        return {**self.data, **still, **{name: number.array(a) for name, a in given.items()}}

    def initial(self) -> State:
        """Fields and their rates as the `initial` statement says, 0 where it is silent."""
        names = {s.name for f in self.scheme.model.fields for s in f.symbols}
        arrays = self.scheme.step.arrays if self.scheme.step else ()
        rates = {a.rate_of: a.name for a in arrays if a.rate_of}
        zero = self.problem.words.arithmetic
        state = {n: zero.full(self.problem.shape(n)) for n in (*names, *rates.values())}
        for start in self.scheme.model.initial:
            name = rates[start.unknown] if start.rate else start.unknown.name
            state[name] = march.formula(self.problem, start.value, name)
        return state

    # ---- parts

    def context(self, state: Mapping[str, Any], *, time: Any = 0) -> Context:
        """A state at a time as the context of grid expressions."""
        known = {TIME: self.problem.words.arithmetic.number(time)}
        return march.context(self.problem, self.state(state), (), known)

    def values(self, node: Grid, box: Box, state: Mapping[str, Any], *, time: Any = 0) -> Values:
        """A grid expression at the indices of a box, inside the grid or outside."""
        return values(node, box, self.context(state, time=time))

    def apply_term(self, term: Term, state: Mapping[str, Any], *, time: Any = 0) -> Values:
        """One term of an equation, at the points of its unknown."""
        owner = next(r.unknown for r in self.scheme.rates if any(t is term for t in r.terms))
        return march.term_value(term, owner.name, self.context(state, time=time))

    def rate(self, symbol: Symbol, state: Mapping[str, Any], *, time: Any = 0) -> Values:
        """The right side of the equation of an unknown."""
        around = self.context(state, time=time)
        return march.rate_value(self.scheme.rate(symbol), None, around)

    def impulse_response(self, symbol: Symbol, of: Symbol, index: tuple[int, ...]) -> Values:
        """Column `index` of the linear part: rate(state with u[index] = 1) - rate(state 0)."""
        number = self.problem.words.arithmetic
        names = [u.symbol.name for u in self.scheme.unknowns]
        zero = {n: number.full(self.problem.shape(n)) for n in names if n not in self.data}
        impulse = {**zero, of.name: zero[of.name].copy()}
        impulse[of.name][index] = number.number(1)
        difference: Values = self.rate(symbol, impulse) - self.rate(symbol, zero)
        return difference

    # ---- steps

    def step(self, state: Mapping[str, Any], tau: Any, *, time: Any = 0) -> State:
        """One body of the time method on raw levels: a step, or a cycle of them."""
        number = self.problem.words.arithmetic.number
        assert self.scheme.step is not None, "a steady law has no steps"
        body, given = self.scheme.step.body, self.state(state)
        return march.run_all(self.problem, body, given, tau=number(tau), time=number(time))

    def run(self, state: Mapping[str, Any], tau: Any, steps: int, *, time: Any = 0) -> State:
        """The state after so many steps: start stages, bodies, finish stages."""
        number = self.problem.words.arithmetic.number
        given = self.state(state)
        return march.march(self.problem, given, tau=number(tau), steps=steps, time=number(time))

    def box(self, name: str) -> Box:
        """The indices of the array of that name."""
        return inside(self.problem.shape(name))
