"""Dense matrices of one step of a classic scheme, on a small torus.

By the reference evaluator, and by the equations as they are written, without it.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from iterant.compiler.operators import AtNode
from iterant.compiler.reference.evaluator import Evaluator
from proofs import levels
from textbook import Classic

MOST = 300  # points of a dense matrix
POINTS = {1: (24,), 2: (8, 8), 3: (4, 4, 4)}


@dataclass(frozen=True)
class Torus:
    """A linear step that commutes with shifts: responses[i, j] of array i to an impulse in j."""

    responses: Any

    @property
    def matrix(self) -> Any:
        """The dense matrix."""
        rows = [np.concatenate([_circulant(r) for r in row], axis=1) for row in self.responses]
        return np.concatenate(rows)

    @property
    def radius(self) -> float:
        """The largest modulus of an eigenvalue: of the dense matrix, of its blocks if it is big."""
        if self.responses[0].size > MOST:
            modes = np.fft.fftn(self.responses, axes=range(2, self.responses.ndim))
            blocks = np.moveaxis(modes, (0, 1), (-2, -1))
        else:
            blocks = self.matrix
        return float(np.abs(np.linalg.eigvals(blocks)).max())


def dense(classic: Classic, value: Fraction | float) -> Torus:
    """One step on its raw levels, by the reference evaluator."""
    scheme = classic.scheme()
    counts = classic.counts or POINTS[len(scheme.axes)]
    given = {} if classic.parameter is None else {classic.parameter: sympy.sympify(value)}
    free = all(axis.count is None for axis in scheme.axes)
    run = Evaluator(scheme=scheme, counts=counts if free else None, parameters=given)
    tau = 1.0 if classic.parameter is not None else float(value)
    return torus(lambda state: run.step(state, tau), levels(scheme), run.problem.counts)


def torus(step: Any, names: list[str], counts: tuple[int, ...]) -> Torus:
    """The responses to one impulse in each array; that no more is to say is held against a state.

    Convolved with a random state they must give its step.
    """
    zero = {name: np.zeros(counts) for name in names}
    found = np.zeros((len(names), len(names), *counts))
    for j, source in enumerate(names):
        bump = np.zeros(counts)
        bump[(0,) * len(counts)] = 1.0
        moved = step({**zero, source: bump})
        found[:, j] = [np.asarray(moved[target], float) for target in names]
    dice = np.random.default_rng(0)
    state = dice.standard_normal((len(names), *counts))
    given = step(dict(zip(names, state, strict=True)))
    after = np.stack([np.asarray(given[n], float) for n in names])
    axes = tuple(range(1, state.ndim))
    waves, modes = np.fft.fftn(state, axes=axes), np.fft.fftn(found, axes=[a + 1 for a in axes])
    convolved = np.fft.ifftn(np.einsum("ij...,j...->i...", modes, waves), axes=axes).real
    assert np.allclose(convolved, after, rtol=1e-9, atol=1e-9 * np.abs(after).max())
    return Torus(found)


def _circulant(response: Any) -> Any:
    """The matrix whose column p is the response shifted by p."""
    shifts = np.ndindex(*response.shape)
    axes = tuple(range(response.ndim))
    return np.stack([np.roll(response, p, axes).ravel() for p in shifts], axis=1)


def pencil(classic: Classic, value: Fraction | float) -> Torus:
    """The equations as they are written, A u[k+1] = sum_l B_l u[k-l], solved mode by mode."""
    model = classic.model
    known = {p.symbol: p.value for p in model.params}
    known |= {p.symbol: sympy.sympify(value) for p in model.params if p.name == classic.parameter}
    names = [str(e.unknown.name) for e in model.equations]
    counts = classic.counts or POINTS[len(model.axes)]
    parts = []
    for equation in model.equations:
        left = equation.left or AtNode(equation.unknown, sympy.S.One, *(0 for _ in counts))
        parts.append(sympy.expand((left - equation.right).subs(known)))
    deepest = min(int(n.args[1]) for p in parts for n in p.atoms(AtNode))
    tables = np.zeros((2 - deepest, len(names), len(names), *counts))
    for row, part in enumerate(parts):
        for node in part.atoms(AtNode):
            column = names.index(str(node.args[0].name))
            where = tuple(-int(o) % n for o, n in zip(node.args[2:], counts, strict=True))
            tables[(1 - int(node.args[1]), row, column, *where)] += float(part.coeff(node))
    modes = np.moveaxis(np.fft.fftn(tables, axes=range(3, tables.ndim)), (1, 2), (-2, -1))
    axes = range(len(counts))
    return Torus(np.moveaxis(np.fft.ifftn(_companion(modes), axes=axes).real, (-2, -1), (0, 1)))


def _companion(tables: Any) -> Any:
    """u[k+1] = -A^-1 sum_l B_l u[k-l] on all levels at once."""
    solved = -np.linalg.solve(tables[0], np.concatenate(list(tables[1:]), axis=-1))
    size, width = solved.shape[-2:]
    below = np.broadcast_to(np.eye(width - size, width), (*solved.shape[:-2], width - size, width))
    return np.concatenate([solved, below], axis=-2)


def grows(step: Torus) -> bool:
    """Powers up to 1024 that grow at least linearly, or leave the floating-point numbers."""
    sizes, power = [], step.matrix
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(10):
            power = power @ power
            if not np.isfinite(power).all():
                return True
            sizes.append(np.linalg.norm(power, 2))
    return bool(sizes[-1] > 2 * sizes[-3])
