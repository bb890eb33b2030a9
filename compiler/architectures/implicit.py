"""Implicit stages: right sides first, then a solve for each block of coupled left sides.

A stage that solves left(new) = right becomes a routine that computes right sides into arrays of
their own, and for each block the routine of its left sides and one that holds the solve.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sympy import Expr, Symbol

from ..graph import Call, Inner, Routine, Row
from ..grid import Grid, Linear, Read, reads
from ..integrators.iterate import coupled
from ..scheme import Array, Rate, Scheme, Stage
from ..stencil import Stencil, identity
from .draft import Draft
from .scalars import moving_walls, scalars_of

Part = tuple[Routine, Call, Routine, Call]  # a left side and its call, a solve and its call


def right_name(scheme: Scheme, unknown: Symbol) -> str:
    """The array of a right side: u_right."""
    assert scheme.step is not None
    name, taken = f"{unknown.name}_right", {a.name for a in scheme.step.arrays}
    while name in taken | scheme.model.names:
        name += "_"
    return name


def inner_arrays(scheme: Scheme) -> tuple[Array, ...]:
    """Right sides, and newest levels as left sides read them, where they are no arrays yet."""
    assert scheme.step is not None
    known = {a.name: a.like for a in scheme.step.arrays}
    known |= {str(u.symbol.name): u.symbol for u in scheme.unknowns}
    rights = [r.unknown for r in scheme.rates if r.left]
    found = [Array(name=right_name(scheme, u), like=u) for u in rights]
    for stage in scheme.step.body:
        for symbol, target in stage.solves:
            if symbol.name not in known:
                found.append(Array(name=str(symbol.name), like=known[target]))
    return tuple(found)


def solving(scheme: Scheme, stage: Stage, taken: set[str]) -> Iterator[Part]:
    """The blocks of a stage; routines get names that are not taken."""
    rates = [scheme.rate(u.unknown) for u in stage.updates if u.unknown is not None]
    for block in coupled([r for r in rates if r.left]):
        left, inside = _left(scheme, stage, block, taken)
        yield left, inside, *_solve(scheme, stage, block, left=left, inside=inside, taken=taken)


def _left(
    scheme: Scheme, stage: Stage, block: tuple[Rate, ...], taken: set[str]
) -> tuple[Routine, Call]:
    """left(new levels) -> one row an equation."""
    draft, home = Draft(scheme=scheme, at={}, kept={}, hoist=False), _home(scheme, block)
    for symbol, _ in _solved(stage, block):
        draft.array(str(symbol.name), home)
    rows = [
        (name, draft.terms(r.left, home, name=f"left_{r.unknown.name}"))
        for name, r in zip(_rights(scheme, block), block, strict=True)
    ]
    doc = f"the left side of {' and '.join(str(r.unknown) for r in block)}"
    routine = draft.routine(_fresh(f"left_{block[0].unknown.name}", taken), doc, rows)
    return routine, Call(routine=routine.name, scalars=scalars_of(scheme, routine))


def _solve(
    scheme: Scheme,
    stage: Stage,
    block: tuple[Rate, ...],
    *,
    left: Routine,
    inside: Call,
    taken: set[str],
) -> tuple[Routine, Call]:
    """The new levels with left(new levels) = right sides."""
    draft, home = Draft(scheme=scheme, at={}, kept={}, hoist=False), _home(scheme, block)
    solved, timed = _solved(stage, block), moving_walls(scheme)
    inputs = tuple(draft.array(name, home) for name in _rights(scheme, block))
    op = Inner(
        left=left.name,
        new=tuple(str(s.name) for s, _ in solved),
        rows=tuple(_row(r, [s for s, _ in solved]) for r in block),
        scalars=inside.scalars,
        timed=timed,
        part=0,
    )
    outputs = [
        (target, draft.add(replace(op, part=k), inputs, home, name=target))
        for k, (_, target) in enumerate(solved)
    ]
    targets = tuple(target for _, target in solved)
    doc = f"{', '.join(targets)} <- new with {left.name}(new) = {', '.join(_rights(scheme, block))}"
    routine = draft.routine(_fresh(f"solve_{block[0].unknown.name}", taken), doc, outputs)
    return routine, Call(
        routine=routine.name,
        scalars=inside.scalars,
        writes=targets,
        time=stage.time + 1,
        timed=timed,
        clocked=timed,
        solves=True,
    )


def _solved(stage: Stage, block: tuple[Rate, ...]) -> list[tuple[Symbol, str]]:
    """The newest levels of a block, with their targets."""
    seen = frozenset().union(*(reads(t.value) for r in block for t in r.left))
    return [(symbol, target) for symbol, target in stage.solves if symbol in seen]


def _rights(scheme: Scheme, block: tuple[Rate, ...]) -> list[str]:
    return [right_name(scheme, r.unknown) for r in block]


def _home(scheme: Scheme, block: tuple[Rate, ...]) -> tuple[int, ...]:
    return scheme.unknown(block[0].unknown).location


def _fresh(name: str, taken: set[str]) -> str:
    """A name that is not taken yet, and is from now on."""
    found, number = name, 2
    while found in taken:
        found, number = f"{name}{number}", number + 1
    taken.add(found)
    return found


def _row(rate: Rate, new: list[Symbol]) -> Row:
    """A left side as coefficients times stencils of the newest levels."""
    return tuple(
        (new.index(symbol), coefficient, stencil)
        for term in rate.left
        for symbol, coefficient, stencil in _taps(term.value, term.coefficient)
    )


def _taps(value: Grid, coefficient: Expr) -> Iterator[tuple[Symbol, Expr, Stencil]]:
    match value:
        case Read(symbol=symbol):
            yield symbol, coefficient, identity(len(value.location))
        case Linear(terms=terms):
            for stencil, operand in terms:
                assert isinstance(operand, Read), "a sum of stencils is flat"
                yield operand.symbol, coefficient, stencil
        case _:
            raise AssertionError(f"{type(value).__name__} on a left side")
