"""An emitted module in float64, stepped from any state on a grid of any size.

Arrays are those that live from step to step, by the names of the emitted text, each of shape
(batch..., points of its axes). A *body* is a step, or a cycle of them. The homogeneous part of a
body is what it makes of the difference of two states: step(d) - step(0).
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor

from .compiler.emit import Artifact
from .compiler.grid import Read, walk
from .compiler.naming import attribute
from .runtime.plan import Place, Plan, Side
from .runtime.problem import plan_of

Arrays: TypeAlias = dict[str, Tensor]
DOUBLE = torch.float64
SCALES = (1e-3, 1.0, 100.0)  # of states on which linearity shows


def places_count(artifact: Artifact) -> bool:
    """Whether terms read given data or coordinates: such a step knows where on the grid it is."""
    scheme = artifact.scheme
    if scheme is None:
        return True
    terms = [term for rate in scheme.rates for term in (*rate.terms, *rate.left)]
    nodes = (node for term in terms for node in walk(term.value))
    return any(isinstance(node, Read) and node.kind != "field" for node in nodes)


@dataclass(eq=False, kw_only=True)
class Emitted:
    """The module of an artifact on a grid of `counts` points with the file's spacings.

    `values` replace parameters that are buffers, `tau` the step. Given data without a formula are
    drawn from their declared range, or are its upper end where `largest`.
    """

    artifact: Artifact
    counts: tuple[int, ...]
    tau: float | None = None
    values: Mapping[str, float] = field(default_factory=dict)
    random: torch.Generator = field(default_factory=lambda: torch.Generator().manual_seed(0))
    largest: bool = False

    @cached_property
    def module(self) -> Any:
        """A module of its own, with the step and the values."""
        module = self.artifact.module(dtype=DOUBLE)
        wanted = dict(self.values) | ({} if self.tau is None else {"tau": self.tau})
        for name, value in wanted.items():
            word = "tau" if name == "tau" and self.tau is not None else attribute(name)
            getattr(module, word).fill_(value)
        return module

    @cached_property
    def plan(self) -> Plan:
        """The plan of the module."""
        return plan_of(self.module)

    @cached_property
    def static(self) -> Arrays:
        """What a state holds besides the levels: given data, and what depends on them alone."""
        if not places_count(self.artifact):
            return {}
        state = self.start({})
        return {n: a for n, a in state.items() if n not in self.plan.levels}

    # ---- states

    def start(self, fields: Mapping[str, Tensor]) -> Arrays:
        """The module's own start from arrays of fields; those that are not given are 0."""
        plan, given = self.plan, dict[str, Any]()
        for word, parameter in inspect.signature(self.module.start).parameters.items():
            name = plan.called(word)
            formula = parameter.default is not inspect.Parameter.empty
            if formula and (name in plan.data or name not in plan.components):
                continue
            names = plan.components.get(name, (word,))
            if name in plan.data:
                parts = tuple(self._data(name, part) for part in names)
            else:
                parts = tuple(fields.get(part, self._still(part)) for part in names)
            given[word] = parts if plan.is_vector(name) else parts[0]
        with torch.no_grad():
            return dict(self.module.start(**given))

    def shape(self, name: str) -> tuple[int, ...]:
        """Points an axis of an array."""
        extra = self.plan.places[name].extra
        return tuple(n + e for n, e in zip(self.counts, extra, strict=True))

    def zero(self, *batch: int) -> Arrays:
        """The state that is 0 everywhere."""
        return {n: torch.zeros((*batch, *self.shape(n)), dtype=DOUBLE) for n in self.plan.levels}

    def noise(self, *batch: int) -> Arrays:
        """Normal random numbers, 0 on faces that a wall holds at its value."""
        found = {}
        for name in self.plan.levels:
            values = torch.randn((*batch, *self.shape(name)), dtype=DOUBLE, generator=self.random)
            found[name] = values * self.free(name)
        return found

    def free(self, name: str) -> Tensor:
        """1, and 0 on the faces of an array that a wall holds at its value."""
        place = self.plan.places[name]
        found = torch.ones(self.shape(name), dtype=DOUBLE)
        for axis, sides in enumerate(place.sides):
            for end, side in zip((0, -1), sides, strict=True):
                if held(place, axis, side):
                    found.select(axis, end).zero_()
        return found

    def volumes(self, name: str) -> Tensor:
        """Cells that belong to the points of an array: half of one where a point lies on a wall."""
        found = torch.ones(self.shape(name), dtype=DOUBLE)
        for axis, sides in enumerate(self.plan.places[name].sides):
            for end, side in zip((0, -1), sides, strict=True):
                if side.rule == "wall" and side.mirror == 1:
                    found.select(axis, end).mul_(0.5)
        return found

    def _still(self, name: str) -> Tensor:
        """0, and its value on the faces that a wall holds."""
        place = self.plan.places[name]
        found = torch.zeros(self.shape(name), dtype=DOUBLE)
        for axis, sides in enumerate(place.sides):
            for end, side in zip((0, -1), sides, strict=True):
                if held(place, axis, side) and not callable(side.right):
                    found.select(axis, end).fill_(side.right / side.value)
        return found

    def _data(self, name: str, part: str) -> Tensor:
        low, high = self._range(name)
        top = high if math.isfinite(high) else (1.0 if low < 1 else low + 1)
        shape = self.shape(part)
        if self.largest:
            return torch.full(shape, top, dtype=DOUBLE)
        bottom = low if math.isfinite(low) else min(-1.0, top - 1)
        drawn = torch.rand(shape, dtype=DOUBLE, generator=self.random)
        return bottom + (top - bottom) * drawn

    def _range(self, name: str) -> tuple[float, float]:
        model = None if self.artifact.scheme is None else self.artifact.scheme.model
        declared = next((d.interval for d in model.data if d.name == name), None) if model else None
        if declared is None:
            return -math.inf, math.inf
        low, high = (None if end is None else float(end) for end in declared)
        return -math.inf if low is None else low, math.inf if high is None else high

    # ---- steps

    def step(self, levels: Arrays, index: int = 0) -> Arrays:
        """One body; an array that no level enters is repeated for each sample."""
        with torch.no_grad():
            after = self.module.step({**self.static, **levels}, index)
        batch = torch.broadcast_shapes(
            *(a.shape[: a.ndim - len(self.counts)] for a in levels.values())
        )  # type: ignore[no-untyped-call]
        return {n: after[n].expand(*batch, *self.shape(n)) for n in self.plan.levels}

    def moved(self, levels: Arrays, index: int = 0) -> Arrays:
        """The homogeneous part of one body."""
        after, base = self.step(levels, index), self.step(self.zero(), index)
        return {n: after[n] - base[n] for n in after}

    @cached_property
    def sources(self) -> float:
        """The largest value that one body makes of zeros, at the time 0."""
        return max(float(a.abs().max()) for a in self.step(self.zero()).values())

    @cached_property
    def bare(self) -> bool:
        """Nothing comes from nothing: a state of zeros stays one."""
        return self.sources == 0

    @cached_property
    def linear(self) -> bool:
        """Whether the homogeneous part adds up, on random states of several sizes."""
        for scale in SCALES:
            one, two = ({n: scale * a for n, a in self.noise(2).items()} for _ in range(2))
            both = self.moved({n: one[n] - 2 * two[n] for n in one})
            apart = self.moved(one), self.moved(two)
            for n, found in both.items():
                gap = float((found - apart[0][n] + 2 * apart[1][n]).abs().max())
                if not gap <= 1e-9 * max(scale, float(found.abs().max())):
                    return False
        return True

    # ---- a linear body as matrices

    @property
    def periodic(self) -> bool:
        """A torus: every array has as many points as its axes, and no wall."""
        places = [self.plan.places[n] for n in self.plan.levels]
        return all(
            side.rule == "periodic" for p in places for pair in p.sides for side in pair
        ) and not any(any(p.extra) for p in places)

    def symbols(self) -> np.ndarray[Any, Any]:
        """G(theta) of a linear body on a torus, theta_a = 2 pi j_a / N_a: (N_1, ..., N_d, n, n).

        Fourier transforms of the answers to an impulse in each array; where the step knows places
        there is no such matrix.
        """
        return self._symbols

    @cached_property
    def _symbols(self) -> np.ndarray[Any, Any]:
        names, dim = self.plan.levels, len(self.counts)
        impulses = self.zero(len(names))
        for j, name in enumerate(names):
            impulses[name][(j, *(0,) * dim)] = 1.0
        after = self.moved(impulses)
        found = np.stack([after[n].numpy() for n in names])  # (to, from, axes...)
        waves = np.fft.fftn(found, axes=tuple(range(2, 2 + dim)))
        return np.moveaxis(waves, (0, 1), (-2, -1))

    def dense(self) -> np.ndarray[Any, Any]:
        """The matrix of a linear body on all values of all arrays, in the order of the levels."""
        return self._dense

    @cached_property
    def _dense(self) -> np.ndarray[Any, Any]:
        sizes = [math.prod(self.shape(n)) for n in self.plan.levels]
        units, first = self.zero(sum(sizes)), 0
        for name, size in zip(self.plan.levels, sizes, strict=True):
            rows = torch.arange(size)
            units[name].view(sum(sizes), size)[first + rows, rows] = self.free(name).reshape(-1)
            first += size
        after = self.moved(units)
        columns = [after[n].reshape(sum(sizes), -1) for n in self.plan.levels]
        return np.asarray(torch.cat(columns, dim=1).T.numpy())

    @property
    def size(self) -> int:
        """Values of all arrays together."""
        return sum(math.prod(self.shape(n)) for n in self.plan.levels)


def held(place: Place, axis: int, side: Side) -> bool:
    """Whether an array has values that lie on a wall which holds them."""
    return bool(place.extra[axis]) and side.rule == "wall" and side.mirror == 1 and not side.slope
