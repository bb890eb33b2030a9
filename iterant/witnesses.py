"""The witness of a refuted claim, run in the emitted module in float64: does it grow as stated?

A witness is a state on a small torus, or one that vanishes near walls. How it grows:

mode    a wave e^{i theta.x}, or a state that stays a multiple of itself or of two: the amplitudes
        a_k of a run satisfy a_{k+1} = lambda a_k, or a_{k+2} = t a_{k+1} - d a_k, and the growth
        is the largest modulus of a root
part    of several levels, a state with a part that grows: what the norm grows by in the end is
        that of the part which grows fastest
slow    growth in proportion to the steps: what the norm grows by in as many as are stated
norm    any other state: the growth is that of the norm in one body
pair    two states: the growth is that of their distance in one body
bump    a single bump that leaves values of the other sign: the growth is the size of the least
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, log, prod
from typing import Any

import numpy as np
import torch

from .compiler.certificates.defects import SLOWLY
from .compiler.emit import Artifact
from .compiler.naming import safe
from .emitted import DOUBLE, Arrays, Emitted, places_count
from .runtime.contract import Json, Refutation

FIRST = 12  # bodies in which the growth is measured
MANY = 1e6  # the factor that is spoken of
HUGE = 10**300  # a growth that no float holds
MOST_BODIES = 4000
LARGEST_POINTS = 2_000_000  # times bodies, of a run to that factor
FITS = 1e-7  # relative, of a run that a recurrence describes
_THETA = re.compile(r"2 pi (\d+)/(\d+) along (\w+)")


@dataclass(frozen=True, kw_only=True)
class Grown:
    """A witness that was run. `sizes` are norms before the first body and after each, from 1."""

    claim: str
    mode: str
    kind: str
    points: tuple[int, ...]
    steps: int  # in a body
    stated: float
    measured: float
    sizes: tuple[float, ...]
    first: Mapping[str, np.ndarray[Any, Any]]
    last: Mapping[str, np.ndarray[Any, Any]]

    @property
    def per(self) -> str:
        """`a step`, or `in 3 steps`."""
        steps = self.steps * (len(self.sizes) - 1 if self.kind == "slow" else 1)
        return "a step" if steps == 1 else f"in {steps} steps"

    @property
    def height(self) -> float:
        """The largest value of the state."""
        return max(float(np.abs(a).max()) for a in self.first.values())

    @property
    def difference(self) -> float:
        """Relative, of the measured growth from the stated one."""
        return abs(self.measured - self.stated) / self.stated

    @property
    def bodies_to_many(self) -> int | None:
        """Bodies to a factor of 10^6; None where the growth is not repeated."""
        return None if self.kind in {"bump", "slow", "pair"} else bodies_to(self.stated)


def bodies_to(growth: float, factor: float = MANY) -> int | None:
    """Bodies until a growth a body reaches a factor."""
    return max(1, ceil(log(factor) / log(growth))) if growth > 1 else None


def grown(artifact: Artifact, found: Refutation) -> Grown:
    """Run the witness of a refutation."""
    witness = found.witness
    module = _module(artifact, tuple(witness.points))
    start = _start(module, artifact, witness.points, witness.state)
    growth = Fraction(witness.growth)
    stated = float(growth) if growth < HUGE else float("inf")
    if witness.other is not None:
        return _apart(module, artifact, found, start)
    kind = _kind(witness.mode)
    wave = _wave(module, witness.mode)
    inner = 1 if artifact.scheme is None or artifact.scheme.step is None else (
        artifact.scheme.step.inner)  # fmt: skip
    bodies = witness.steps // inner if kind == "slow" else _bodies(module, stated, kind)
    orbit, sizes, last = _orbit(module, start, bodies)
    measured: float | None
    if kind == "bump":
        after = _body(module, start, 0)
        top = max(float(a.abs().max()) for a in start.values())
        measured = -min(float(a.min()) for a in after.values()) / top
    elif kind == "slow":
        measured = sizes[-1]
    elif (measured := _eigenvalue([_amplitudes(s, wave) for s in orbit])) is None:
        several = len(module.plan.levels) > 1 and module.linear
        kind = "part" if several else "norm"
        measured = sizes[-1] / sizes[-2] if several else _norm_ratio(module, start)
    return Grown(
        claim=found.claim, mode=witness.mode, kind=kind, points=module.counts,
        steps=inner if kind == "slow" else witness.steps, stated=stated, measured=measured,
        sizes=tuple(sizes), first={n: a.numpy() for n, a in start.items()}, last=last,
    )  # fmt: skip


def _apart(module: Emitted, artifact: Artifact, found: Refutation, one: Arrays) -> Grown:
    """The distance of two states, before the first body and after each."""
    witness = found.witness
    two = _start(module, artifact, witness.points, witness.other)
    first = {n: one[n] - two[n] for n in one}
    last, sizes = first, [1.0]
    for k in range(FIRST):
        one, two = module.step(one, k), module.step(two, k)
        last = {n: one[n] - two[n] for n in one}
        sizes.append(_size(module, last) / _size(module, first))
    return Grown(
        claim=found.claim, mode=witness.mode, kind="pair", points=module.counts,
        steps=witness.steps, stated=float(Fraction(witness.growth)), measured=sizes[1],
        sizes=tuple(sizes), first={n: a.numpy() for n, a in first.items()},
        last={n: a.numpy() for n, a in last.items()},
    )  # fmt: skip


def _kind(mode: str) -> str:
    """What the words of a mode say of how it grows."""
    if mode.startswith("a single bump"):
        return "bump"
    return "slow" if mode.endswith(SLOWLY) else "mode"


# ---- the state


def _module(artifact: Artifact, points: tuple[int, ...]) -> Emitted:
    """On the witness' grid, or on the file's own where the step knows places."""
    counts = artifact.module().plan.counts
    own = counts is not None and places_count(artifact)
    return Emitted(artifact=artifact, counts=tuple(counts) if own else points, largest=True)


def _start(module: Emitted, artifact: Artifact, counts: Sequence[int], state: Json) -> Arrays:
    """The witness' arrays; an older level that it does not name holds what its field does."""
    assert isinstance(state, dict)
    step = None if artifact.scheme is None else artifact.scheme.step
    arrays = {} if step is None else {a.name: a for a in step.arrays if a.level}
    start, points = module.zero(), tuple(counts)
    for name in [*state, *arrays]:
        array = arrays.get(name)
        older = array is not None and array.rate_of is None
        source = name if name in state else str(array.like.name) if older and array else ""
        if source in state:
            word = safe(name)
            small = _shaped(state[source], points, module.plan.places[word].extra)
            start[word] = _on_grid(small, module.shape(word), module.plan.places[word].sides)
    return start


def _shaped(values: Any, points: tuple[int, ...], extra: Sequence[int]) -> Any:
    table = np.array([float(Fraction(str(v))) for v in values])
    return table.reshape([n + e for n, e in zip(points, extra, strict=True)])


def _on_grid(small: Any, shape: tuple[int, ...], sides: Sequence[Any]) -> torch.Tensor:
    """Repeated along periodic axes, followed by zeros towards a wall."""
    for axis, (n, pair) in enumerate(zip(shape, sides, strict=True)):
        have = small.shape[axis]
        if have == n:
            continue
        if pair[0].rule == "periodic" and n % have == 0:
            small = np.concatenate([small] * (n // have), axis=axis)
        else:
            more = [(0, n - m if a == axis else 0) for a, m in enumerate(small.shape)]
            small = np.pad(small, more)
    return torch.from_numpy(np.ascontiguousarray(small)).to(DOUBLE)


# ---- the run


def _body(module: Emitted, state: Arrays, index: int) -> Arrays:
    """One body: of the difference of two solutions where there are sources or wall values."""
    return module.step(state, index) if module.bare else module.moved(state, index)


def _bodies(module: Emitted, stated: float, kind: str) -> int:
    """Enough to see the growth, and to 10^6 where that is affordable."""
    wanted = 1 if kind == "bump" else max(FIRST, bodies_to(stated) or 0)
    affordable = LARGEST_POINTS // max(1, module.size)
    return min(wanted, max(FIRST, affordable), MOST_BODIES)


def _orbit(
    module: Emitted, state: Arrays, bodies: int
) -> tuple[list[Arrays], list[float], dict[str, Any]]:
    """The first states, all sizes from 1, and the last state.

    The states of a linear run are scaled back before they leave the range of numbers; sizes are
    those of the run without scaling.
    """
    linear = module.linear
    orbit, sizes, scale = [state], [1.0], 1.0
    first = _size(module, state)
    for k in range(bodies):
        state = _body(module, state, k)
        now = _size(module, state)
        sizes.append(scale * now / first)
        if not np.isfinite(now) or sizes[-1] > 1e150:
            break
        if k < FIRST:
            orbit.append({n: a * scale for n, a in state.items()})
        if linear and now > 1e3 * first:
            state = {n: a * (first / now) for n, a in state.items()}
            scale *= now / first
    return orbit, sizes, {n: (a * scale).numpy() for n, a in state.items()}


def _size(module: Emitted, state: Arrays) -> float:
    """The norm of a state, weighted by cells."""
    squares = (float((module.volumes(n) * a**2).sum()) for n, a in state.items())
    return float(np.sqrt(sum(squares)))


def _norm_ratio(module: Emitted, start: Arrays) -> float:
    """By how much the norm of what is not 0 grows in one body."""
    after = _body(module, start, 0)
    names = [n for n, a in start.items() if bool(a.any())]
    sizes = [_size(module, {n: s[n] for n in names}) for s in (start, after)]
    return sizes[1] / sizes[0]


# ---- the growth of a mode


def _wave(module: Emitted, mode: str) -> Any:
    """e^{-i theta.x} on the grid for a mode that is named by theta; None for other states."""
    parts = {name: (int(j), int(n)) for j, n, name in _THETA.findall(mode)}
    if set(parts) != set(module.plan.axes):
        return None
    phase: Any = 0.0
    for name, x in zip(module.plan.axes, np.indices(module.counts), strict=True):
        j, n = parts[name]
        phase = phase + j / n * x
    return np.exp(-2j * np.pi * phase)


def _amplitudes(state: Arrays, wave: Any) -> Any:
    """The part of each array along the wave, or all values."""
    if wave is None:
        return np.concatenate([a.numpy().ravel() for a in state.values()]).astype(complex)
    points = prod(wave.shape)
    return np.array([complex((wave * a.numpy()).sum()) / points for a in state.values()])


def _eigenvalue(orbit: list[Any]) -> float | None:
    """The largest modulus of a root of the recurrence of one or two terms that a run follows."""
    if len(orbit) < 4 or not all(np.isfinite(a).all() for a in orbit):
        return None
    before, after = np.stack(orbit[:-1]), np.stack(orbit[1:])
    first = np.vdot(before, after) / np.vdot(before, before)
    if np.abs(after - first * before).max() <= FITS * np.abs(after).max():
        return float(abs(_last_ratio(orbit)))
    a, b, c = (np.concatenate(orbit[k : len(orbit) - 2 + k]) for k in range(3))
    size = np.abs(c).max()
    (t, d), *_ = np.linalg.lstsq(np.stack([b, -a], axis=1) / size, c / size, rcond=None)
    if np.abs(t * b - d * a - c).max() > FITS * size:
        return None
    return float(np.abs(np.roots([1, -t, d])).max())


def _last_ratio(orbit: list[Any]) -> complex:
    """lambda from the last two states: what decays has gone."""
    before, after = orbit[-2:]
    return complex(np.vdot(before, after) / np.vdot(before, before))
