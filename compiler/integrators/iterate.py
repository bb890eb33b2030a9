"""Node-by-node schemes: the newest level is the rate itself, older levels move down."""

from __future__ import annotations

from ..scheme import Array, Step
from .base import Problem, one_step, stage, update


def build_iterate(problem: Problem) -> Step:
    """One stage; with depth m the levels u, u_old, ..., u_old<m> are the state.

    The missing older levels of a start are copies of the given one.
    """
    updates, moves, arrays, start = [], [], [], []
    for u in problem.unknowns:
        depth = problem.depth.get(u, 0)
        levels = [u.name] + [
            f"{u.name}_old" + ("" if m == 1 else str(m)) for m in range(1, depth + 1)
        ]
        new = levels[-1] if depth else u.name
        updates.append(update(problem, u, new, {}, 1))
        if depth:
            moves += [(levels[0], levels[-1])]
            moves += [(levels[m], levels[m - 1]) for m in range(1, depth + 1)]
            arrays += [Array(name=n, like=u, level=True) for n in levels[1:]]
            start += [update(problem, u, n, {u.name: 1}, 0) for n in levels[1:]]
    body = [stage("advance", updates, moves=tuple(moves))]
    first = [stage("start", start)] if start else []
    return one_step("iterate", body, arrays, start=first)
