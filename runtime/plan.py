"""The plan of an emitted module: which function reads and writes which arrays, as data.

Emitted code states it beside its functions; drivers march by it, in place or functionally. It
imports nothing of ours and no torch, so that reading a plan is cheap.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Side:
    """Ghost rule of one side of one axis: value * u + slope * dn(u) = right at the wall.

    `rule` is "periodic", "wall", "zero" or "none" (a straight line onward). `mirror` says where
    the wall lies: 0 half a spacing outside the last unknown (cells), 1 on the last unknown, -1 a
    whole spacing outside it; ghost j = 1, 2, ... mirrors unknown j - 1 + mirror from this side.
    `right` is a number, or a function (t, coordinates) -> values on the wall, where `coordinates`
    holds one broadcastable array an axis.
    """

    rule: str
    mirror: int = 0
    value: float = 0.0
    slope: float = 0.0
    right: float | Callable[..., Any] = 0.0


PERIODIC = Side("periodic")
REFLECT = Side("wall", 0, 0.0, 1.0)
NONE = Side("none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an array lives: per axis its first point, spacing, extra points, halo and ghost rules.

    An array has count + extra values along an axis; `origin` is the coordinate of the first one.
    More than one of `channels` are an axis of their own before those of the grid.
    """

    origin: tuple[float, ...]
    spacing: tuple[float, ...]
    extra: tuple[int, ...]
    halo: tuple[tuple[int, int], ...]
    sides: tuple[tuple[Side, Side], ...]
    channels: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One pure function and its arrays.

    Called as function(*padded, *plain, *scalars, *table values, [t]) -> one tensor or a tuple, in
    the order of `writes`. `padded` arrays come with their halo filled, `plain` ones without.
    `scalars` name attributes of the module (0-dim tensors or submodules). With a `table` it runs
    once for each row, moves included. `moves` renames arrays afterwards, all at once: (target,
    source). `time` is the time of evaluation after the step's start, in units of tau: of ghosts,
    and of the function when `timed`; `times` gives each row of the table its own. Without a
    function there are only moves.
    """

    function: Callable[..., Any] | None
    padded: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    scalars: tuple[str, ...] = ()
    table: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    writes: tuple[str, ...] = ()
    moves: tuple[tuple[str, str], ...] = ()
    time: float = 0.0
    timed: bool = False
    times: tuple[float, ...] = ()
    solves: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything a driver needs to march an emitted module.

    `fields` are the inputs and outputs by name in order of declaration, `data` what is given;
    `components` names the arrays of each (one for a scalar). These are the names of the file;
    `spelt` says how the text spells those that mean something else in it: {"lambda": "lambda_"}.
    `levels` are the arrays that make
    the state between steps. `prepare` runs once (arrays that depend on given data only), `start`
    once and advances the clock by `start_steps` steps, `body` every step, `finish` once at the end
    on a copy (fields synchronised in time). One body counts as `inner` steps and `advance` taus.

    The module's own `start(fields and data...)` makes the state before the first body (initial
    values and data by formula, `prepare` and `start` included), `finish(state, bodies)` the fields
    at one time; drivers run bodies by this plan between them. `watch` holds stages that write one
    number a sample each. `weights` names the scalars that the module's own `weights()` returns, in
    its order; those of them in `per_step` have one row a body.
    """

    axes: tuple[str, ...]
    counts: tuple[int, ...] | None  # None: any size
    fields: tuple[str, ...]
    components: Mapping[str, tuple[str, ...]]
    data: tuple[str, ...]
    places: Mapping[str, Place]
    levels: tuple[str, ...]
    body: tuple[Stage, ...]
    prepare: tuple[Stage, ...] = ()
    start: tuple[Stage, ...] = ()
    start_steps: int = 0
    finish: tuple[Stage, ...] = ()
    inner: int = 1
    advance: float = 1.0
    steps: int = 1
    watch: tuple[Stage, ...] = ()
    spelt: Mapping[str, str] = field(default_factory=dict)
    weights: tuple[str, ...] = ()
    per_step: tuple[str, ...] = ()

    def is_vector(self, name: str) -> bool:
        """Whether a field or data has components, even if it is one alone."""
        return self.components.get(name, (name,)) not in {(name,), (self.spelt.get(name),)}

    def called(self, word: str) -> str:
        """The name in the file of an array, an argument or a watched number of the text."""
        for name, parts in self.components.items():
            if word in parts:
                return f"{name}[{parts.index(word)}]" if self.is_vector(name) else name
        return next((name for name, spelt in self.spelt.items() if spelt == word), word)
