"""Counter-examples that grow in proportion to the steps: a defective eigenvalue on the circle.

On the torus of 4 points an axis the modes are powers of i, so that the matrix of the step on each
is exact over Q(i): G = A + iB, from impulses replayed in rationals. Where its minimal polynomial
over Q has a factor f^2, f irreducible with all roots on the unit circle, powers of G grow at least
like the number of steps. A state x with f(G)^2 x = 0 and f(G) x != 0 is then replayed on the torus,
and both are read off the replay, in rationals: x[k] = (a + b k) lambda^k, b != 0, over the roots.

Eigenvalues 1 are left alone: a drift may be that of the equation. Source: Golub, Van Loan, Matrix
Computations, 7.6 (the Jordan form); roots on the circle by t = lambda + 1/lambda in [-2, 2].
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import flint
import numpy as np
from sympy import Expr

from ...runtime.contract import Json, Witness
from ..amplification.algebraic import real_roots
from ..reference.arithmetic import Singular, Values
from ..scheme import Scheme
from .modes import state_arrays
from .quotients import root_below
from .replay import Replay, replays

MOST_ARRAYS = 12
BODIES = 16  # after which the growth is stated,
MOST_BODIES = 256  # or more, until the state has doubled
SLOWLY = "growing in proportion to the steps"
I_POWERS = ((1, 0), (0, -1), (-1, 0), (0, 1))  # (-i)^k


@dataclass(frozen=True)
class Defect:
    """A mode j / N, the factor f, and the state by its values of cos and of sin in each array."""

    where: tuple[int, ...]
    factor: flint.fmpq_poly
    state: dict[str, tuple[Fraction, Fraction]]


def slow_growth(scheme: Scheme, tau: Expr) -> tuple[str, Witness] | None:
    """The first such state, and words for its eigenvalue; None where there is none.

    The scheme must be linear with constant coefficients.
    """
    if scheme.step is None or not all(axis.periodic for axis in scheme.axes):
        return None
    names, counts = state_arrays(scheme), _counts(scheme)
    if len(names) > MOST_ARRAYS:
        return None
    replay = replays(scheme, counts, tau)
    if not replay.exactly:
        return None
    try:
        responses = {name: _moved(replay, name) for name in names}
    except Singular:
        return None
    for where in product(*map(range, counts)):
        if all(2 * j <= n for j, n in zip(where[:1], counts, strict=False)):
            for found in _defects(_on_mode(responses, names, counts, where), names, where):
                witness = _replayed(scheme, replay, found)
                if witness is not None:
                    return _words(found.factor), witness
    return None


def _counts(scheme: Scheme) -> tuple[int, ...]:
    """Four points an axis, or fewer where the waves of four are no waves of the file's grid."""
    return tuple(
        4 if axis.count is None else next(n for n in (4, 2, 1) if axis.count % n == 0)
        for axis in scheme.axes
    )


def _moved(replay: Replay, name: str) -> dict[str, Values]:
    """One body on an impulse, minus one on the zero state."""
    bump = np.full(replay.counts, Fraction(0), dtype=object)
    bump[(0,) * len(replay.counts)] = Fraction(1)
    return replay.difference({name: bump})


# ---- the step on a mode


def _on_mode(
    responses: dict[str, dict[str, Values]],
    names: tuple[str, ...],
    counts: tuple[int, ...],
    where: tuple[int, ...],
) -> flint.fmpq_mat:
    """G = A + iB as [[A, -B], [B, A]], which acts on values of real and of imaginary parts."""
    size = len(names)
    table: list[list[Fraction]] = [[Fraction(0)] * (2 * size) for _ in range(2 * size)]
    for b, source in enumerate(names):
        for a, target in enumerate(names):
            for place in np.ndindex(*counts):
                turns = sum(4 * j * x // n for j, x, n in zip(where, place, counts, strict=True))
                re, im = I_POWERS[turns % 4]
                value = responses[source][target][place]
                table[a][b] += re * value
                table[size + a][size + b] += re * value
                table[a][size + b] -= im * value
                table[size + a][b] += im * value
    flat = [flint.fmpq(v.numerator, v.denominator) for row in table for v in row]
    return flint.fmpq_mat(2 * size, 2 * size, flat)


def _defects(
    matrix: flint.fmpq_mat, names: tuple[str, ...], where: tuple[int, ...]
) -> Iterator[Defect]:
    """Factors of the minimal polynomial that are double, with their states."""
    size, minimal = len(names), matrix.minpoly()
    for factor, power in minimal.factor()[1]:
        if power < 2 or not _on_circle(factor):
            continue
        rest = _at(minimal / factor**2, matrix)
        apart = _at(factor, matrix) * rest
        for k in range(2 * size):
            if any(apart[i, k] != 0 for i in range(2 * size)):
                column = [Fraction(int(rest[i, k].p), int(rest[i, k].q)) for i in range(2 * size)]
                state = {n: (column[i], column[size + i]) for i, n in enumerate(names)}
                yield Defect(where=where, factor=factor, state=state)
                break


def _at(p: flint.fmpq_poly, matrix: flint.fmpq_mat) -> flint.fmpq_mat:
    """p(matrix)."""
    size = matrix.nrows()
    one = flint.fmpq_mat(size, size, [int(i == j) for i in range(size) for j in range(size)])
    found = one * 0
    for c in reversed(p.coeffs()):
        found = found * matrix + one * c
    return found


def _on_circle(f: flint.fmpq_poly) -> bool:
    """All roots of an irreducible polynomial have modulus 1, and none is 1."""
    c = f.coeffs()
    if len(c) == 2:
        return bool(c[0] == c[1])
    if c != c[::-1]:
        return False
    half = len(c) // 2
    t = flint.fmpq_poly([0, 1])
    both = [flint.fmpq_poly([2]), t]  # x^k + x^-k by powers of t
    while len(both) <= half:
        both.append(t * both[-1] - both[-2])
    folded = sum((both[k] * c[half + k] for k in range(1, half + 1)), flint.fmpq_poly([c[half]]))
    roots = real_roots([folded.numer()])
    return len(roots) == half and all(r.low > -2 and r.high < 2 for r in roots)


def _words(f: flint.fmpq_poly) -> str:
    if f.degree() == 1:
        return "the eigenvalue -1 is defective"
    shown = str(f).replace("x", "z")
    return f"the eigenvalues at the roots of {shown}, of modulus 1, are defective"


# ---- the replay


def _replayed(scheme: Scheme, replay: Replay, found: Defect) -> Witness | None:
    """The state on the torus: f(G)^2 x = 0, f(G) x != 0 in rationals, and by how much it grew."""
    counts, names = replay.counts, list(found.state)
    start = {name: _wave(found, name, counts) for name in names}
    orbit = [start]
    for _ in range(2 * found.factor.degree()):
        orbit.append(_stepped(replay, orbit[-1], names))
    if any(_combined(found.factor**2, orbit)) or not any(_combined(found.factor, orbit)):
        return None
    state, bodies, ratio = start, 0, Fraction(1)
    while bodies < BODIES or (ratio < 4 and bodies < MOST_BODIES):
        state, bodies = _stepped(replay, state, names), bodies + 1
        ratio = _squared(state) / _squared(start)
    if ratio <= 1:
        return None
    growth = root_below(ratio)
    along = ", ".join(
        f"2 pi {j}/{n} along {axis.name}"
        for j, n, axis in zip(found.where, counts, scheme.axes, strict=True)
    )
    flat: Json = {name: [str(v) for v in values.flat] for name, values in start.items()}
    steps = bodies * (scheme.step.inner if scheme.step is not None else 1)
    return Witness(
        mode=f"theta = {along}, {SLOWLY}",
        points=counts,
        growth=str(growth),
        steps=steps,
        state=flat,
    )


def _wave(found: Defect, name: str, counts: tuple[int, ...]) -> Values:
    """Re((a + ib) e^{i theta.x}) = a cos - b sin."""
    real, imaginary = found.state[name]
    values: Values = np.empty(counts, dtype=object)
    for place in np.ndindex(*counts):
        turns = sum(4 * j * x // n for j, x, n in zip(found.where, place, counts, strict=True))
        re, im = I_POWERS[-turns % 4]
        values[place] = Fraction(real * re - imaginary * im)
    return values


def _stepped(replay: Replay, state: dict[str, Values], names: list[str]) -> dict[str, Values]:
    moved = replay.difference(state)
    return {name: moved[name] for name in names}


def _combined(p: flint.fmpq_poly, orbit: list[dict[str, Values]]) -> list[Any]:
    """sum_k p_k x[k], all values."""
    weights = [Fraction(int(c.p), int(c.q)) for c in p.coeffs()]
    return [
        sum((w * state[name][place] for w, state in zip(weights, orbit, strict=False)), Fraction(0))
        for name in orbit[0]
        for place in np.ndindex(*orbit[0][name].shape)
    ]


def _squared(state: dict[str, Values]) -> Fraction:
    """The sum of squares of all values."""
    return sum((Fraction(v) ** 2 for a in state.values() for v in a.flat), Fraction(0))
