"""The two sides of an implicit step, left(new) = right(old), as explicit steps of their own."""

from __future__ import annotations

from dataclasses import replace

import sympy
from sympy import Symbol

from ..scheme import Array, Scheme, Stage, Step, Update
from .base import Unprovable


def right_side(scheme: Scheme) -> Scheme:
    """The step that leaves right(old) where the newest levels belong."""
    step, stage = _only(scheme)
    rates = tuple(replace(r, left=()) for r in scheme.rates)
    body = (replace(stage, solves=()),)
    return replace(scheme, rates=rates, step=replace(step, body=body, arrays=_named(scheme)))


def left_side(scheme: Scheme) -> Scheme:
    """The step that turns the newest levels, where they are found after a step, into left(new)."""
    step, stage = _only(scheme)
    found = {target: _after(stage, target) for _, target in stage.solves}
    rates = tuple(replace(r, terms=r.left, left=()) if r.left else r for r in scheme.rates)
    updates = tuple(
        Update(target=found[u.target], combination=(), slope=sympy.S.One, unknown=u.unknown)
        for u in stage.updates
        if u.target in found
    )
    at = tuple((newest, found[target]) for newest, target in stage.solves)
    only = Stage(name=stage.name, at=at, updates=updates)
    return replace(scheme, rates=rates, step=replace(step, body=(only,), arrays=_named(scheme)))


def _only(scheme: Scheme) -> tuple[Step, Stage]:
    step = scheme.step
    if step is None or len(step.body) != 1 or not step.body[0].solves:
        raise Unprovable("the left sides belong to one stage of several")
    return step, step.body[0]


def _after(stage: Stage, target: str) -> str:
    """Where an array is found after the moves of the stage."""
    return next((new for new, source in stage.moves if source == target), target)


def _named(scheme: Scheme) -> tuple[Array, ...]:
    """The arrays, and one for each newest level, which has the place of its target."""
    step, stage = _only(scheme)
    likes = {a.name: a.like for a in step.arrays}
    fields = {str(u.symbol.name): u.symbol for u in scheme.unknowns}

    def home(target: str) -> Symbol:
        return likes.get(target) or fields[target]

    more = (Array(name=str(newest.name), like=home(t)) for newest, t in stage.solves)
    return (*step.arrays, *more)
