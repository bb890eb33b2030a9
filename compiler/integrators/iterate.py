"""Node-by-node schemes: the newest level is the rate itself, older levels move down."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sympy import Symbol

from ..grid import reads
from ..model import Model
from ..scheme import Array, Rate, Stage, Step
from .base import Problem, one_step, stage, update


def level_name(symbol: Symbol, level: int, taken: Collection[str]) -> str:
    """Array that holds a level: u at 0, u_old at -1, u_old2 at -2, ..., u_new at 1.

    With an underscore if the text has given that name away.
    """
    if level == 0:
        return str(symbol.name)
    name = f"{symbol.name}_new"
    if level < 0:
        name = f"{symbol.name}_old" + ("" if level == -1 else str(-level))
    while name in taken:
        name += "_"
    return name


def level_symbol(model: Model, symbol: Symbol, level: int) -> Symbol:
    """The symbol by which grid expressions read a level of an unknown."""
    return symbol if level == 0 else Symbol(level_name(symbol, level, model.names), real=True)


def build_iterate(problem: Problem) -> Step:
    """One stage; with depth m the levels u, u_old, ..., u_old<m> are the state.

    Where an equation reads a level that another one makes, each block of coupled equations is a
    stage of its own. The missing older levels of a start are copies of the given one.
    """
    made = {_name(problem, u, 1) for u in problem.unknowns}
    if any(made & _driven_by(problem, r) for r in problem.rates):
        return _one_after_another(problem)
    updates, moves, targets = [], [], {}
    for u in problem.unknowns:
        depth = problem.depth.get(u, 0)
        targets[u] = _name(problem, u, -depth)
        updates.append(update(problem, u, targets[u], {}, 1))
        if depth:
            moves += _renamed(problem, u, targets[u])
    solves = _solves(problem, problem.rates, targets)
    body = [stage("advance", updates, moves=tuple(moves), solves=solves)]
    arrays, start = _older_levels(problem)
    return one_step("iterate", body, arrays, start=start)


def _one_after_another(problem: Problem) -> Step:
    """A stage a block, those that others read first; new levels take their places at the end."""
    body, moves, arrays = [], [], []
    new = {u: _name(problem, u, 1) for u in problem.unknowns}
    for u in problem.unknowns:
        arrays.append(Array(name=new[u], like=u))
        moves += _renamed(problem, u, new[u])
        moves.append((new[u], _name(problem, u, -problem.depth.get(u, 0))))
    order = _in_order(problem)
    for number, block in enumerate(order):
        updates = [update(problem, r.unknown, new[r.unknown], {}, 1) for r in block]
        done = tuple(moves) if number == len(order) - 1 else ()
        solves = _solves(problem, block, new)
        body.append(stage(f"equation{number + 1}", updates, moves=done, solves=solves))
    older, start = _older_levels(problem)
    return one_step("iterate", body, [*arrays, *older], start=start)


# ---- levels


def _name(problem: Problem, u: Symbol, level: int) -> str:
    return level_name(u, level, problem.taken)


def _renamed(problem: Problem, u: Symbol, new: str) -> list[tuple[str, str]]:
    """u takes the array `new`, each older level that of the level above it."""
    older = range(1, problem.depth.get(u, 0) + 1)
    down = [(_name(problem, u, -m), _name(problem, u, 1 - m)) for m in older]
    return [(u.name, new), *down]


def _older_levels(problem: Problem) -> tuple[list[Array], list[Stage]]:
    """Arrays of older levels, and the stage that fills them at the start."""
    names = [(u, _name(problem, u, -m)) for u in problem.unknowns
             for m in range(1, problem.depth.get(u, 0) + 1)]  # fmt: skip
    arrays = [Array(name=n, like=u, level=True) for u, n in names]
    copies = [update(problem, u, n, {u.name: 1}, 0) for u, n in names]
    return arrays, [stage("start", copies)] if copies else []


# ---- blocks


def _driven_by(problem: Problem, rate: Rate) -> frozenset[str]:
    """The arrays that the right side of an equation reads."""
    return frozenset(str(s.name) for s in problem.driven_by(rate.unknown))


def _on_the_left(rate: Rate) -> dict[str, Symbol]:
    """The newest levels that the left side of an equation reads."""
    return {str(s.name): s for term in rate.left for s in reads(term.value)}


def _solves(
    problem: Problem, rates: Collection[Rate], targets: Mapping[Symbol, str]
) -> tuple[tuple[Symbol, str], ...]:
    """What left sides read -> the target that it stands for."""
    found = {name: s for rate in rates for name, s in _on_the_left(rate).items()}
    made = {_name(problem, r.unknown, 1): targets[r.unknown] for r in rates}
    return tuple((found[name], target) for name, target in made.items() if name in found)


def _in_order(problem: Problem) -> list[tuple[Rate, ...]]:
    """The blocks, in file order but for those that read what a later one makes."""
    waiting, order = _blocks(problem), []
    while waiting:
        late = {_name(problem, r.unknown, 1) for block in waiting for r in block}
        ready = next(b for b in waiting if not any(_driven_by(problem, r) & late for r in b))
        waiting.remove(ready)
        order.append(ready)
    return order


def _blocks(problem: Problem) -> list[tuple[Rate, ...]]:
    """Equations whose unknowns stand on each other's left sides are one block."""
    home = {r.unknown: {r.unknown} for r in problem.rates}
    owner = {_name(problem, r.unknown, 1): r.unknown for r in problem.rates}
    for rate in problem.rates:
        for name in _on_the_left(rate):
            joined = home[rate.unknown] | home[owner[name]]
            home |= dict.fromkeys(joined, joined)
    blocks = dict.fromkeys(frozenset(home[r.unknown]) for r in problem.rates)
    return [tuple(r for r in problem.rates if r.unknown in block) for block in blocks]


def coupled(rates: Sequence[Rate]) -> list[tuple[Rate, ...]]:
    """Rates whose left sides share a newest level, together: each group is a system of its own."""
    groups: list[tuple[set[str], list[Rate]]] = []
    for rate in rates:
        near = [g for g in groups if g[0] & _on_the_left(rate).keys()]
        names = set(_on_the_left(rate)).union(*(g[0] for g in near))
        joined = [r for g in near for r in g[1]]
        groups = [g for g in groups if g not in near]
        groups.append((names, [*joined, rate]))
    return [tuple(r for r in rates if r in group) for _, group in groups]
