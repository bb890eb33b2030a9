"""Counter-examples by modes: an eigenvalue of a step on e^{2 pi i j.x / N} outside the unit disc.

The matrix of the step on a mode is read off the replayed scheme itself: the wave cos(theta.x) in
one array, 0 in the others, one body in ball arithmetic; G = A + iB appears as A cos - B sin. Its
eigenvalues are enclosed, so the stated growth is a lower bound. Floats only choose where to look.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from math import gcd, prod
from typing import Any

import flint
import numpy as np
from sympy import Expr

from ...runtime.contract import Json, Witness
from ..reference.arithmetic import Singular, Values
from ..scheme import Scheme
from .base import is_implicit
from .replay import Replay, State, lower, replays

SIZES = (1, 2, 3, 4, 5, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
MOST_POINTS = 5000
MOST_SOLVED = 256  # newest levels of a left side, which is solved as a dense matrix
ENOUGH = 48  # points an axis: finer tori are for schemes that grow in long waves alone
FEWEST = 4  # points an axis of a witness, where the mode fits
HUGE = 1e150  # where floats overflow
LEAST = 1e-9  # growth above 1 that is worth a look
PRECISE = 256  # bits: powers of a matrix with multiple eigenvalues lose two or three a squaring


def growing_mode(scheme: Scheme, tau: Expr) -> Witness | None:
    """The mode of fastest growth, on a small torus with the file's spacings; None if none grows.

    The scheme must be linear with constant coefficients. Of modes that grow alike that on the
    smallest torus is taken.
    """
    if scheme.step is None or not all(axis.periodic for axis in scheme.axes):
        return None
    found: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
    first, best = None, 1 + LEAST
    for counts in _tori(scheme):
        first = first or replays(scheme, counts, tau)
        replay = replace(first, counts=counts, roughly=True)
        try:
            where, growth = _worst(_responses(scheme, replay), counts)
        except Singular:  # a left side that is singular for some mode of this torus
            continue
        if growth > best:
            found.append((where, counts))
            best = (growth - 1) * 1.01 + 1
        if found and min(counts) >= ENOUGH:
            break
    for where, counts in reversed(found):
        assert first is not None
        where, counts = _smallest(where, counts)
        replay = replace(first, counts=counts, exactly=False)
        try:
            return _enclosed(scheme, replay, where)
        except Singular:
            continue
    return None


def _smallest(
    where: tuple[int, ...], counts: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The same mode on the smallest torus of at least four points along each axis, if there are."""
    shorter = []
    for j, n in zip(where, counts, strict=True):
        period = n // gcd(j, n)
        shorter.append(next(m for m in range(period, n + 1, period)
                            if n % m == 0 and m >= min(n, FEWEST)))  # fmt: skip
    moved = tuple(j * m // n for j, m, n in zip(where, shorter, counts, strict=True))
    return moved, tuple(shorter)


def _tori(scheme: Scheme) -> Iterator[tuple[int, ...]]:
    """Small tori whose waves are waves of the file's grid too."""
    most = MOST_SOLVED // len(scheme.rates) if is_implicit(scheme) else MOST_POINTS
    for size in SIZES:
        counts = tuple(
            size if axis.count is None or axis.count % size == 0 else 0 for axis in scheme.axes
        )
        if all(counts) and prod(counts) <= most:
            yield counts
    own = tuple(axis.count or 0 for axis in scheme.axes)
    if all(own) and prod(own) <= most:
        yield own


def state_arrays(scheme: Scheme) -> tuple[str, ...]:
    """The arrays that live from one step to the next."""
    assert scheme.step is not None
    fields = [str(u.symbol.name) for u in scheme.unknowns if u.kind == "field"]
    return (*fields, *(a.name for a in scheme.step.arrays if a.level))


def _moved(replay: Replay, name: str, values: Values, zero: State) -> State:
    """One body on a state that is 0 but for one array, minus `zero`, one on the zero state."""
    one = replay.step(replay.arrays({name: values}))
    return {key: one[key] - zero[key] for key in one}


def _responses(scheme: Scheme, replay: Replay) -> np.ndarray[Any, Any]:
    """G(theta) for all modes of the torus in floats: Fourier transforms of impulse responses."""
    names = state_arrays(scheme)
    table = np.empty((len(names), len(names), *replay.counts), dtype=complex)
    zero = replay.step(replay.arrays({}))
    for j, source in enumerate(names):
        bump = np.zeros(replay.counts)
        bump[(0,) * len(replay.counts)] = 1
        moved = _moved(replay, source, bump, zero)
        for i, target in enumerate(names):
            table[i, j] = np.fft.fftn(np.asarray(moved[target], dtype=float))
    return table


def _worst(table: np.ndarray[Any, Any], counts: tuple[int, ...]) -> tuple[tuple[int, ...], float]:
    """The mode with the largest eigenvalue, the lowest such mode on a tie."""
    half = np.moveaxis(table[:, :, : counts[0] // 2 + 1], (0, 1), (-2, -1))
    half = np.nan_to_num(half, nan=0.0, posinf=HUGE, neginf=-HUGE)
    radius = np.abs(np.linalg.eigvals(half)).max(axis=-1)
    best = float(radius.max())
    place = np.unravel_index(int((radius >= best * (1 - 1e-12)).argmax()), radius.shape)
    return tuple(map(int, place)), best


def _enclosed(scheme: Scheme, replay: Replay, where: tuple[int, ...]) -> Witness | None:
    """The mode with a rigorous lower bound of its growth, and a state that holds it."""
    names, counts = state_arrays(scheme), replay.counts
    with flint.ctx.workprec(PRECISE):
        matrix = _on_mode(replay, names, counts, where)
        growth = _radius(matrix)
    if growth <= 1:
        return None
    growth = Fraction(int(growth * 10**12), 10**12)
    along = ", ".join(
        f"2 pi {j}/{n} along {axis.name}"
        for j, n, axis in zip(where, counts, scheme.axes, strict=True)
    )
    state = _eigenstate(matrix, names, counts, where)
    inner = scheme.step.inner if scheme.step is not None else 1
    flat: Json = {name: [str(v) for v in values.flat] for name, values in state.items()}
    return Witness(
        mode=f"theta = {along}", points=counts, growth=str(growth), steps=inner, state=flat
    )


def _radius(matrix: flint.acb_mat) -> Fraction:
    """A lower bound of the spectral radius."""
    try:
        return max(lower(abs(root)) for root in matrix.eig())
    except ValueError:  # eigenvalues that balls do not tell apart
        return by_traces(matrix)


def by_traces(matrix: flint.acb_mat) -> Fraction:
    """|tr G^n| <= size * radius^n, for n = 2^k and 2^k + 1."""
    size = matrix.nrows()
    best, power = Fraction(0), matrix
    for k in range(1, 25):
        power = power * power
        for n, table in ((2**k, power), (2**k + 1, power * matrix)):
            bound = abs(sum((table[i, i] for i in range(size)), flint.acb(0))) / size
            if bound.is_finite() and lower(bound) > 0:
                best = max(best, lower((bound.log() / n).exp()))
    return best


def _on_mode(
    replay: Replay, names: tuple[str, ...], counts: tuple[int, ...], where: tuple[int, ...]
) -> flint.acb_mat:
    """G on the mode, in balls: A cos(phi) - B sin(phi) read at phi = 0 and where sin is largest."""
    phases = _phases(counts, where)
    cosines = np.frompyfunc(lambda p: (flint.arb(p) * 2).cos_pi(), 1, 1)(phases)
    sines = np.frompyfunc(lambda p: (flint.arb(p) * 2).sin_pi(), 1, 1)(phases)
    floats = np.vectorize(float, otypes=[float])(sines)
    place = np.unravel_index(int(np.abs(floats).argmax()), counts)
    origin = (0,) * len(counts)
    columns, zero = [], replay.step(replay.arrays({}))
    for source in names:
        moved = _moved(replay, source, cosines, zero)
        column = []
        for target in names:
            real = moved[target][origin]
            still = abs(floats[place]) < 1e-6  # cos is +-1 everywhere: the wave has no phase
            imaginary = flint.arb(0) if still else (
                (real * cosines[place] - moved[target][place]) / sines[place]
            )  # fmt: skip
            column.append(flint.acb(real, imaginary))
        columns.append(column)
    size = len(names)
    return flint.acb_mat([[columns[j][i] for j in range(size)] for i in range(size)])


def _phases(counts: tuple[int, ...], where: tuple[int, ...]) -> Values:
    """j.x / N mod 1 at every point, as exact rationals."""
    phases: Values = np.empty(counts, dtype=object)
    for x in np.ndindex(*counts):
        total = sum((Fraction(j * k, n) for j, k, n in zip(where, x, counts, strict=True)),
                    Fraction(0)) % 1  # fmt: skip
        phases[x] = flint.fmpq(total.numerator, total.denominator)
    return phases


def _eigenstate(
    matrix: flint.acb_mat, names: tuple[str, ...], counts: tuple[int, ...], where: tuple[int, ...]
) -> dict[str, Values]:
    """The real part of the growing eigenvector times the wave, rounded to rationals."""
    size = len(names)
    table = np.array([[complex(matrix[i, j]) for j in range(size)] for i in range(size)])
    roots, vectors = np.linalg.eig(table)
    vector = vectors[:, int(np.abs(roots).argmax())]
    vector = vector / vector[int(np.abs(vector).argmax())]
    phases = np.vectorize(lambda p: float(p.p) / float(p.q), otypes=[float])(_phases(counts, where))
    wave = np.exp(2j * np.pi * phases)
    return {
        name: np.vectorize(lambda v: Fraction(round(v * 10**9), 10**9), otypes=[object])(
            (vector[i] * wave).real
        )
        for i, name in enumerate(names)
    }
