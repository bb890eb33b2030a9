"""Explicit schemes as residual networks: one routine a stage, one block a step."""

from __future__ import annotations

from dataclasses import replace

import sympy
from sympy import Expr, Symbol

from ..channels import channels, channels_of
from ..graph import ArrayPlace, Call, Graph, NetworkOp, Pointwise, Routine
from ..grid import Flux, Grid, Read, walk
from ..model import is_curve
from ..naming import safe
from ..scheme import STEP_TIME, Array, Scheme, Stage, Update
from ..stencil import Location
from .draft import Draft, prepared
from .implicit import inner_arrays, right_name, solving
from .scalars import free_of, moving_walls, scalars_of


def build(scheme: Scheme) -> Graph:
    """The graph of an explicit scheme; ranges and halos are inferred by the passes."""
    assert scheme.step is not None
    kept: dict[Grid, str] = {}
    frozen = _frozen_weights(scheme)
    routines: dict[str, Routine] = {}
    parts: dict[str, list[Call]] = {"start": [], "body": [], "finish": []}
    reserved, lefts = _reserved(scheme), list[Call]()
    stages = {"start": scheme.step.start, "body": scheme.step.body, "finish": scheme.step.finish}
    for part, calls in parts.items():
        for stage in stages[part]:
            routine, call = _stage(scheme, stage, kept, frozen)
            if routine is not None:
                name = _unique(routine, routines, reserved)
                routines[name] = replace(routine, name=name)
                call = replace(call, routine=name)
            calls += _calls(scheme, stage, call, routines=routines, lefts=lefts, reserved=reserved)
    watch = tuple(_watches(scheme, kept))
    prepare = _prepare(scheme, kept)
    if prepare is not None:
        name = _unique(prepare[0], routines, reserved)
        prepare = replace(prepare[0], name=name), replace(prepare[1], routine=name)
        routines[name] = prepare[0]
    routines |= {r.name: r for r, _ in watch}
    return Graph(
        name=scheme.model.name,
        routines=tuple(routines.values()),
        places=_places(scheme, kept, frozen),
        prepare=(prepare[1],) if prepare is not None else (),
        start=tuple(parts["start"]),
        body=tuple(parts["body"]),
        finish=tuple(parts["finish"]),
        watch=tuple((r.name, c) for r, c in watch),
        lefts=tuple(lefts),
        reserved=reserved | frozenset(map(safe, routines)) | frozenset(map(safe, kept.values())),
    )


def _unique(routine: Routine, routines: dict[str, Routine], reserved: frozenset[str]) -> str:
    """Its own name; an equal routine is shared, a different one of that name gets a number."""
    name, number = routine.name, 2
    while name in routines or name in reserved:
        other = routines.get(name)
        if other and other.nodes() == routine.nodes() and other.outputs == routine.outputs:
            return name
        name, number = f"{routine.name}{number}", number + 1
    return name


def _reserved(scheme: Scheme) -> frozenset[str]:
    """Names of the text, arrays and letters of tables, as they are written in emitted code."""
    assert scheme.step is not None
    stages = (*scheme.step.start, *scheme.step.body, *scheme.step.finish)
    letters = {s.name for stage in stages for s, _ in stage.table}
    arrays = {a.name for a in (*scheme.step.arrays, *inner_arrays(scheme))}
    return frozenset(map(safe, scheme.model.names | letters | arrays)) | {"tau", "t"}


# ---- stages


def _stage(
    scheme: Scheme, stage: Stage, kept: dict[Grid, str], frozen: dict[Grid, str]
) -> tuple[Routine | None, Call]:
    """One stage as a routine and its call."""
    if not stage.updates and not (stage.frozen == "save" and frozen):
        return None, Call(routine=None, moves=stage.moves)
    own = dict(kept)
    if stage.frozen == "use":
        own |= frozen
    draft = Draft(scheme=scheme, at=dict(stage.at), kept=own)
    outputs: list[tuple[str, int]] = []
    if stage.frozen == "save":
        outputs += [(name, draft.grid(node, name=name)) for node, name in frozen.items()]
    for u in stage.updates:
        outputs.append((_written(scheme, u), _update(scheme, draft, u)))
    kept |= {n: a for n, a in own.items() if n not in frozen}
    routine = draft.routine(stage.name, _doc(scheme, stage), outputs)
    symbols = scalars_of(scheme, routine, stage)
    timed = STEP_TIME in free_of(scheme, routine)
    call = Call(
        routine=stage.name,
        timed=timed,
        clocked=timed or moving_walls(scheme),
        scalars=symbols,
        networks=tuple(
            dict.fromkeys(
                n.op.function
                for n in routine.nodes().values()
                if isinstance(n.op, NetworkOp)
                and not is_curve(scheme.model.function(n.op.function))
            )
        ),
        table=stage.table,
        writes=tuple(a for a, _ in outputs),
        moves=stage.moves,
        time=stage.time,
    )
    return routine, call


def _calls(
    scheme: Scheme,
    stage: Stage,
    call: Call,
    *,
    routines: dict[str, Routine],
    lefts: list[Call],
    reserved: frozenset[str],
) -> list[Call]:
    """The calls of a stage: its routine, the solves of its left sides, then its moves."""
    calls = [replace(call, moves=())] if call.routine is not None else []
    for left, inside, solve, outside in solving(scheme, stage, {*routines, *reserved}):
        routines |= {left.name: left, solve.name: solve}
        lefts.append(inside)
        calls.append(outside)
    if calls:
        return [*calls[:-1], replace(calls[-1], moves=call.moves)]
    return [call] if call.moves else []


def _written(scheme: Scheme, update: Update) -> str:
    """The array that an update writes: its target, or the right side where there is a left one."""
    rate = None if update.unknown is None else scheme.rate(update.unknown)
    return right_name(scheme, rate.unknown) if rate is not None and rate.left else update.target


def _update(scheme: Scheme, draft: Draft, update: Update) -> int:
    """combination + slope * rate."""
    like = _home(scheme, update.target)
    pairs: list[tuple[Expr, int]] = []
    for coefficient, array in update.combination:
        pairs.append((coefficient, draft.array(array, like)))
    if update.slope != 0 and update.unknown is not None:
        rate = scheme.rate(update.unknown)
        chosen = rate.terms if update.terms is None else tuple(rate.terms[i] for i in update.terms)
        if chosen:
            name = f"rate_{update.unknown.name}"
            pairs.append((update.slope, draft.terms(chosen, like, name=name)))
    if not pairs:
        return draft.add(Pointwise(expression=sympy.S.Zero, symbols=()), (), like, name="zero")
    return draft.combine(pairs, like, name=f"new_{_written(scheme, update)}")


def _home(scheme: Scheme, array: str) -> Location:
    """The location of an array: its own unknown's or that of the unknown it is like."""
    assert scheme.step is not None
    for u in scheme.unknowns:
        if u.symbol.name == array:
            return u.location
    like = next(a.like for a in scheme.step.arrays if a.name == array)
    return scheme.unknown(like).location


def _doc(scheme: Scheme, stage: Stage) -> str:
    """What the stage does, in one line of formulas."""
    texts = []
    for u in stage.updates:
        parts = [f"{_text(c)}{a}" for c, a in u.combination]
        if u.slope != 0 and u.terms != ():
            assert u.unknown is not None
            rate = f"{_RATE_WORDS[scheme.rate(u.unknown).order]}({u.unknown})"
            rate = rate if u.terms is None else f"(part of {rate})"
            parts.append(f"{_text(u.slope)}{rate}")
        if u.unknown is not None and scheme.rate(u.unknown).left:
            texts.append(f"{_written(scheme, u)} <- the right side of {u.unknown}")
            continue
        texts.append(f"{u.target} <- " + (" + ".join(parts).replace("+ -", "- ") or "0"))
    return "; ".join(texts) or "the weights of the flux, held for a cycle"


_RATE_WORDS = {0: "next", 1: "dt", 2: "dtt"}


def _text(coefficient: Expr) -> str:
    if coefficient == 1:
        return ""
    if coefficient == -1:
        return "-"
    text = str(coefficient).replace("**", "^")
    return f"({text})*" if coefficient.is_Add else f"{text}*"


# ---- what is computed once


def _frozen_weights(scheme: Scheme) -> dict[Grid, str]:
    """Flux weights that a cycle holds: grid expression -> array; those that never change stay."""
    assert scheme.step is not None
    if not any(s.frozen == "save" for s in scheme.step.body):
        return {}
    found: dict[Grid, str] = {}
    for rate in scheme.rates:
        for term in rate.terms:
            for node in walk(term.value):
                for face in node.faces if isinstance(node, Flux) else ():
                    weight = face.weight
                    if weight is not None and weight not in found and not prepared(weight):
                        letter = scheme.axes[face.axis].name
                        name = f"weight_{letter}"
                        number = sum(v.startswith(name) for v in found.values())
                        found[weight] = name + (str(number + 1) if number else "")
    return found


def _prepare(scheme: Scheme, kept: dict[Grid, str]) -> tuple[Routine, Call] | None:
    """The routine that computes what depends on given data only."""
    if not kept:
        return None
    draft = Draft(scheme=scheme, at={}, kept={}, hoist=False)
    outputs = [(name, draft.grid(node, name=name)) for node, name in kept.items()]
    routine = draft.routine("prepare", "what depends on given data only, computed once", outputs)
    symbols = scalars_of(scheme, routine)
    return routine, Call(routine="prepare", scalars=symbols, writes=tuple(kept.values()))


def _watches(scheme: Scheme, kept: dict[Grid, str]) -> list[tuple[Routine, Call]]:
    """Watched numbers: sums over the grid, and a formula of them."""
    found = []
    for count, watch in enumerate(scheme.watches):
        word = watch.name if watch.name.isidentifier() else f"watched[{count}]"
        draft = Draft(scheme=scheme, at={}, kept=kept)
        pairs = [(s, draft.integral(total, f"sum{i}")) for i, (s, total) in enumerate(watch.sums)]
        zero = (0,) * len(scheme.axes)
        op = Pointwise(expression=watch.expression, symbols=tuple(s for s, _ in pairs))
        number = draft.add(op, tuple(i for _, i in pairs), zero, name="value")
        name = f"watch_{word}"
        routine = draft.routine(name, f"the watched {watch.name}", [(word, number)])
        scalars = scalars_of(scheme, routine)
        found.append((routine, Call(routine=name, scalars=scalars, writes=(word,))))
    return found


# ---- places


def _places(
    scheme: Scheme, kept: dict[Grid, str], frozen: dict[Grid, str]
) -> tuple[ArrayPlace, ...]:
    """Where every array lives; ranges of prepared ones and halos come with the passes."""
    assert scheme.step is not None
    dim = len(scheme.axes)
    none = ((0, 0),) * dim
    found = [
        ArrayPlace(
            name=u.symbol.name,
            like=u.symbol,
            location=u.location,
            extra=tuple((0, e) for e in u.extra),
            halo=none,
            channels=channels_of(scheme.model, u.symbol),
        )
        for u in scheme.unknowns
    ]
    homes: dict[Symbol, ArrayPlace] = {p.like: p for p in found}
    extra: tuple[Array, ...] = (*scheme.step.arrays, *inner_arrays(scheme))
    found += [replace(homes[a.like], name=a.name) for a in extra]
    if any(n.kind == "coordinate" for k in kept for n in walk(k) if isinstance(n, Read)):
        zero = (0,) * dim
        like = scheme.unknowns[0].symbol
        found += [
            ArrayPlace(name=a.name, like=like, location=zero, extra=none, halo=none, points=True)
            for a in scheme.axes
        ]
    first = scheme.unknowns[0].symbol
    found += [
        ArrayPlace(
            name=name,
            like=first,
            location=node.location,
            extra=none,
            halo=none,
            ghosts=False,
            channels=channels(scheme.model, node),
        )
        for node, name in (kept | frozen).items()
    ]
    return tuple(found)
