"""Node-by-node schemes: the newest level is the rate itself, older levels move down."""

from __future__ import annotations

from sympy import Symbol

from ..scheme import Array, Stage, Step
from .base import Problem, one_step, stage, update


def level_name(symbol: Symbol, level: int) -> str:
    """Array that holds a level: u at 0, u_old at -1, u_old2 at -2, ..., u_new at 1."""
    if level == 0:
        return str(symbol.name)
    if level > 0:
        return f"{symbol.name}_new"
    return f"{symbol.name}_old" + ("" if level == -1 else str(-level))


def build_iterate(problem: Problem) -> Step:
    """One stage; with depth m the levels u, u_old, ..., u_old<m> are the state.

    Where an equation reads a level that an earlier one has made, each is a stage of its own. The
    missing older levels of a start are copies of the given one.
    """
    read = frozenset().union(*(problem.driven_by(u) for u in problem.unknowns))
    if any(level_name(u, 1) in {s.name for s in read} for u in problem.unknowns):
        return _one_after_another(problem)
    updates, moves = [], []
    for u in problem.unknowns:
        depth = problem.depth.get(u, 0)
        updates.append(update(problem, u, level_name(u, -depth), {}, 1))
        if depth:
            moves += _renamed(u, depth, level_name(u, -depth))
    body = [stage("advance", updates, moves=tuple(moves))]
    arrays, start = _older_levels(problem)
    return one_step("iterate", body, arrays, start=start)


def _one_after_another(problem: Problem) -> Step:
    """A stage an equation, in file order; the new levels take their places at the end."""
    body, moves, arrays = [], [], []
    for number, u in enumerate(problem.unknowns):
        depth = problem.depth.get(u, 0)
        new = level_name(u, 1)
        arrays.append(Array(name=new, like=u))
        moves += _renamed(u, depth, new)
        moves.append((new, level_name(u, -depth)))
        last = number == len(problem.unknowns) - 1
        done = tuple(moves) if last else ()
        body.append(stage(f"equation{number + 1}", [update(problem, u, new, {}, 1)], moves=done))
    older, start = _older_levels(problem)
    return one_step("iterate", body, [*arrays, *older], start=start)


def _renamed(u: Symbol, depth: int, new: str) -> list[tuple[str, str]]:
    """u takes the array `new`, each older level that of the level above it."""
    down = [(level_name(u, -m), level_name(u, 1 - m)) for m in range(1, depth + 1)]
    return [(u.name, new), *down]


def _older_levels(problem: Problem) -> tuple[list[Array], list[Stage]]:
    """Arrays of older levels, and the stage that fills them at the start."""
    names = [(u, level_name(u, -m)) for u in problem.unknowns
             for m in range(1, problem.depth.get(u, 0) + 1)]  # fmt: skip
    arrays = [Array(name=n, like=u, level=True) for u, n in names]
    copies = [update(problem, u, n, {u.name: 1}, 0) for u, n in names]
    return arrays, [stage("start", copies)] if copies else []
