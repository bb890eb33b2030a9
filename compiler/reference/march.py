"""Stages and steps by their definition, and the values that a state starts with.

Letters: tau the time step, t the time, c the coefficients of an update.
A state is a dict of arrays by name, without batch dimensions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from sympy import Expr, Symbol

from ..model import TIME
from ..operators import RandomNormal, RandomUniform
from ..scheme import TAU, Rate, Stage, Term, Update
from .arithmetic import Number, Values
from .grid import Context, inside, values
from .implicit import solved
from .problem import Numbers, Problem

State: TypeAlias = dict[str, Values]
Places: TypeAlias = tuple[tuple[Symbol, str], ...]  # symbol -> name of the array it is read from


# ---- one evaluation of the equations


def context(problem: Problem, state: Mapping[str, Values], at: Places, known: Numbers) -> Context:
    """A state as the context of grid expressions; `known` holds the time and a row of a table."""
    arrays = {**state, **{symbol.name: state[name] for symbol, name in at}}
    return Context(problem=problem, arrays=arrays, scalars={**problem.scalars, **known})


def term_value(term: Term, name: str, around: Context) -> Values:
    """coefficient * value at the points of the array of that name."""
    box = inside(around.problem.shape(name))
    product: Values = around.value(term.coefficient) * values(term.value, box, around)
    return product


def rate_value(rate: Rate, terms: tuple[int, ...] | None, around: Context) -> Values:
    """The sum of some terms of an equation, or of all."""
    name = rate.unknown.name
    total = around.arithmetic.full(around.problem.shape(name))
    for k in range(len(rate.terms)) if terms is None else terms:
        total = total + term_value(rate.terms[k], name, around)
    return total


# ---- stages


def updated(update: Update, state: Mapping[str, Values], around: Context) -> Values:
    """sum_j c_j array_j + slope * (terms of the rate of `unknown`)."""
    total = around.arithmetic.full(around.problem.shape(update.target))
    for coefficient, name in update.combination:
        total = total + around.value(coefficient) * state[name]
    if update.unknown is not None:
        rate = rate_value(around.problem.scheme.rate(update.unknown), update.terms, around)
        total = total + around.value(update.slope) * rate
    return total


def staged(
    problem: Problem, stage: Stage, state: State, *, tau: Number, time: Number, kept: Context | None
) -> tuple[State, Context | None]:
    """The state after a stage, once for each row of its table, and the context of kept weights."""
    for row in rows(problem, stage):
        known = {**row, TAU: tau}
        now = time + problem.value(stage.time, known) * tau
        around = context(problem, state, stage.at, {**known, TIME: now})
        if stage.frozen == "save":
            kept = around
        if stage.frozen == "use":
            around = replace(around, kept=kept)
        new = {update.target: updated(update, state, around) for update in stage.updates}
        if stage.solves:
            rights = {u.unknown: new[u.target] for u in stage.updates if has_left(problem, u)}
            later = context(problem, state, stage.at, {**known, TIME: now + tau})
            new |= solved(stage, rights, later)
        state = {**state, **new}
        state |= {target: state[source] for target, source in stage.moves}
    return state, kept


def has_left(problem: Problem, update: Update) -> bool:
    """Whether the target of an update follows from a left side."""
    return update.unknown is not None and bool(problem.scheme.rate(update.unknown).left)


def rows(problem: Problem, stage: Stage) -> Iterator[dict[Symbol, Number]]:
    """The rows of a stage's table; one empty row if it has none."""
    if not stage.table:
        yield {}
        return
    symbols = [symbol for symbol, _ in stage.table]
    for row in zip(*(column for _, column in stage.table), strict=True):
        yield {s: problem.value(v) for s, v in zip(symbols, row, strict=True)}


# ---- steps


def run_all(
    problem: Problem, stages: tuple[Stage, ...], state: State, *, tau: Number, time: Number
) -> State:
    """Stages one after another, with the time step `tau`, from the time `time`."""
    kept: Context | None = None
    for stage in stages:
        state, kept = staged(problem, stage, state, tau=tau, time=time, kept=kept)
    return state


def march(problem: Problem, state: State, *, tau: Number, steps: int, time: Number) -> State:
    """The state after so many steps, counted as the user counts them; none changes nothing."""
    method = problem.scheme.step
    assert method is not None, "a steady law has no steps"
    if not steps:
        return state
    state = run_all(problem, method.start, state, tau=tau, time=time)
    time = time + method.start_steps * tau
    bodies, rest = divmod(steps - method.start_steps, method.inner)
    assert not rest, f"{steps} steps are no whole number of cycles of {method.inner}"
    for k in range(bodies):
        state = run_all(problem.at(k), method.body, state, tau=tau, time=time)
        time = time + problem.value(method.advance) * tau
    return run_all(problem, method.finish, state, tau=tau, time=time)


# ---- starting values


def formula(problem: Problem, expression: Expr, name: str) -> Values:
    """An expression in coordinates and parameters at the points of an array, at t = 0."""
    arithmetic, location = problem.words.arithmetic, problem.place(name).location
    shape = problem.shape(name)
    known: dict[Symbol, Number] = {TIME: arithmetic.number(0)}
    for a, axis in enumerate(problem.scheme.axes):
        line = [problem.coordinate(a, location, i) for i in range(shape[a])]
        column = arithmetic.array(line).reshape([-1 if b == a else 1 for b in range(len(shape))])
        known[axis.symbol] = np.broadcast_to(column, shape)
    for drawn in expression.atoms(RandomNormal, RandomUniform):
        symbol = Symbol(str(drawn))
        known[symbol] = arithmetic.array(random(drawn, shape))
        expression = expression.xreplace({drawn: symbol})
    result: Values = arithmetic.full(shape) + problem.value(expression, known)
    return result


def random(drawn: Expr, shape: tuple[int, ...]) -> Values:
    """Random values by NumPy's PCG64, float64, C order."""
    generator = np.random.Generator(np.random.PCG64(int(drawn.args[0])))
    if isinstance(drawn, RandomNormal):
        return np.asarray(generator.standard_normal(shape))
    return np.asarray(generator.random(shape))


def given_data(problem: Problem) -> State:
    """Data with a formula, at the unknowns."""
    return {
        symbol.name: formula(problem, expression, symbol.name)
        for data in problem.scheme.model.data
        if data.formula is not None
        for symbol, expression in zip(data.symbols, data.formula, strict=True)
    }
