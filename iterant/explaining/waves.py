"""A linear scheme on waves e^{i theta.x/h}, in floats and at any theta: of its inner rows.

theta (d, M) holds M waves; walls are left out. A stencil with weights w_o and a half-cell shift e
has the symbol sum_o w_o e^{i (o + e/2).theta}; its long-wave part is the lowest degree of the
Taylor series of that, the derivative which the stencil stands for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeAlias

import numpy as np
import sympy
from sympy import Expr, Symbol

from ..compiler.amplification.step import NotLinear, affine
from ..compiler.certificates.steps import exact
from ..compiler.grid import Flux, Grid, Linear, Point, Read, reads
from ..compiler.model import TIME
from ..compiler.scheme import TAU, Scheme, Stage, Term, Update
from ..compiler.stencil import Stencil

Waves: TypeAlias = np.ndarray[Any, Any]  # complex
Rows: TypeAlias = Mapping[str, Waves]  # array -> (M, n): what it is made of
DEGREES = 34  # beyond the widest stencil nothing is looked for


def symbol(stencil: Stencil, theta: Waves) -> Waves:
    """sum_o w_o e^{i (o + e/2).theta}, (M,), without the scale."""
    total = np.zeros(theta.shape[1], dtype=complex)
    for offset, weight in stencil.weights:
        place = np.array([o + e / 2 for o, e in zip(offset, stencil.shift, strict=True)])
        total += float(weight) * np.exp(1j * (place @ theta))
    return total


def long_waves(stencil: Stencil, theta: Waves) -> Waves:
    """The lowest degree of the symbol: sum_p c_p (i theta)^p, (M,)."""
    lowest = next((t for t in islice(stencil.taylor(), DEGREES) if t), {})
    total = np.zeros(theta.shape[1], dtype=complex)
    for powers, value in lowest.items():
        total += float(value) * np.prod((1j * theta) ** np.array(powers)[:, None], axis=0)
    return total


@dataclass(frozen=True)
class OnWaves:
    """A scheme with the numbers of its file and a step; raises NotLinear where it is none."""

    scheme: Scheme
    tau: float
    of: Callable[[Stencil, Waves], Waves] = symbol
    known: dict[Expr, Expr] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.known.update(exact(self.scheme) | {TAU: sympy.Float(self.tau, 17)})
        params = {p.symbol: p.value for p in self.scheme.model.params if not p.of_limit}
        self.known.update({s: v for s, v in params.items() if s not in self.known})

    @property
    def fields(self) -> tuple[str, ...]:
        """The unknowns of the equations."""
        return tuple(str(r.unknown.name) for r in self.scheme.rates)

    @property
    def arrays(self) -> tuple[str, ...]:
        """The arrays that live from step to step."""
        levels = () if self.scheme.step is None else self.scheme.step.arrays
        fields = [str(u.symbol.name) for u in self.scheme.unknowns if u.kind == "field"]
        return (*fields, *(a.name for a in levels if a.level))

    def number(self, expression: Any, row: Mapping[Symbol, Expr] | None = None) -> float:
        """A coefficient with the numbers of the file."""
        form = sympy.sympify(expression)
        if row:
            form = form.subs(row)
        form = form.subs(self.known).subs(self.known)
        if form.has(TIME):
            raise NotLinear("a coefficient changes in time")
        if form.free_symbols:
            raise NotLinear(f"{min(map(str, form.free_symbols))} has no value here")
        return float(form)

    # ---- matrices

    def rates(self, theta: Waves) -> Waves:
        """The right sides on the unknowns, (M, n, n): d^order u / dt^order = rates @ u."""
        unit = self._units(self.fields, theta)
        rows = [
            self._total([self._term(t, unit, theta) for t in r.terms], theta, len(self.fields))
            for r in self.scheme.rates
        ]
        return np.stack(rows, axis=1)

    def body(self, theta: Waves) -> Waves:
        """One body of the method on the arrays of its state, (M, n, n)."""
        step = self.scheme.step
        if step is None:
            raise NotLinear("there is no time step")
        state = self._units(self.arrays, theta)
        for stage in step.body:
            state = self._stage(stage, state, theta)
        return np.stack([state[name] for name in self.arrays], axis=1)

    def _units(self, names: tuple[str, ...], theta: Waves) -> dict[str, Waves]:
        size = len(names)
        lines = np.eye(size, dtype=complex)
        return {n: np.broadcast_to(lines[j], (theta.shape[1], size)) for j, n in enumerate(names)}

    # ---- stages

    def _stage(self, stage: Stage, state: Rows, theta: Waves) -> dict[str, Waves]:
        """A stage, once for each row of its table."""
        columns = [[(s, v) for v in values] for s, values in stage.table]
        now = dict(state)
        for row in zip(*columns, strict=True) if columns else [()]:
            read = {**now, **{str(s.name): now[a] for s, a in stage.at}}
            new = {u.target: self._update(u, now, read, dict(row), theta) for u in stage.updates}
            if stage.solves:
                new |= self._solved(stage, new, theta)
            now |= new
            now |= {target: now[source] for target, source in stage.moves}
        return now

    def _update(
        self, update: Update, now: Rows, read: Rows, row: Mapping[Symbol, Expr], theta: Waves
    ) -> Waves:
        parts = [self.number(c, row) * now[name] for c, name in update.combination]
        if update.unknown is not None:
            terms = self.scheme.rate(update.unknown).terms
            chosen = range(len(terms)) if update.terms is None else update.terms
            slope = self.number(update.slope, row)
            parts += [slope * self._term(terms[k], read, theta) for k in chosen]
        return self._total(parts, theta, len(self.arrays))

    def _solved(self, stage: Stage, rights: Rows, theta: Waves) -> dict[str, Waves]:
        """The newest levels that left sides determine, wave by wave."""
        names = tuple(str(s.name) for s, _ in stage.solves)
        unit = self._units(names, theta)
        updates = [u for u in stage.updates if u.unknown is not None]
        left = np.stack(
            [
                self._total(
                    [self._term(t, unit, theta) for t in self.scheme.rate(u.unknown).left],
                    theta, len(names),
                )
                for u in updates if u.unknown is not None
            ], axis=1,
        )  # fmt: skip
        found = np.linalg.solve(left, np.stack([rights[u.target] for u in updates], axis=1))
        return {target: found[:, j] for j, (_, target) in enumerate(stage.solves)}

    # ---- grid expressions

    def _term(self, term: Term, read: Rows, theta: Waves) -> Waves:
        size = next(iter(read.values())).shape[1]
        return self.number(term.coefficient) * self._value(term.value, read, theta, size)

    def _value(self, node: Grid, read: Rows, theta: Waves, size: int) -> Waves:
        """The homogeneous part of a grid expression; sources are left out."""
        if not reads(node):
            return np.zeros((theta.shape[1], size), dtype=complex)
        parts: list[Waves] = []
        match node:
            case Read():
                return read[str(node.symbol.name)]
            case Linear(terms=terms):
                parts = [
                    self.number(s.scale)
                    * self.of(s, theta)[:, None]
                    * self._value(inner, read, theta, size)
                    for s, inner in terms
                ]
            case Point():
                parts = [
                    self.number(c) * self._value(inner, read, theta, size)
                    for c, inner in affine(node)
                ]
            case Flux(faces=faces):
                for face in faces:
                    back = face.difference.adjoint()
                    inner = self._value(face.flux, read, theta, size)
                    parts.append(-self.number(back.scale) * self.of(back, theta)[:, None] * inner)
            case _:
                raise NotLinear("a learned function is not linear")
        return self._total(parts, theta, size)

    @staticmethod
    def _total(parts: list[Waves], theta: Waves, size: int) -> Waves:
        zero = np.zeros((theta.shape[1], size), dtype=complex)
        return sum(parts, zero)
