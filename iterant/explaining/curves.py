"""Curves over theta: amplification factors, and what they do to phase and size of waves.

lambda = e^{sigma tau} for the equation itself. Of a step's eigenvalues each sigma has one that is
near e^{sigma tau} for long waves; it is followed to theta = pi. phase: arg(lambda)/arg(e^{sigma
tau}); left: |lambda / e^{sigma tau}| after the time in which the wave travels its own length;
decay: ln|lambda| / Re(sigma tau) where waves do not travel. The others are parasitic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..compiler.scheme import Scheme
from .waves import OnWaves, Waves, long_waves

POINTS = 361  # theta from 0 to pi
FLAT = 1e-9  # a part of sigma tau that is none


@dataclass(frozen=True, kw_only=True)
class Curves:
    """theta (M,), the eigenvalues of a body (M, n) as continuous curves, and the principal ones.

    `exact` (M, p) is sigma tau of the equation, `principal` (p,) says which eigenvalue follows it.
    """

    theta: Waves
    factors: Waves
    exact: Waves
    principal: tuple[int, ...]

    @property
    def travels(self) -> bool:
        """Whether the equation's waves travel."""
        return bool(np.abs(self.exact.imag).max(initial=0.0) > FLAT)

    def phase(self) -> Waves:
        """Numerical phase speed over exact, (M, p); 1 at theta = 0."""
        turned = np.unwrap(np.angle(self.factors[:, self.principal]), axis=0)
        with np.errstate(all="ignore"):
            ratio = turned / self.exact.imag
        return _from_limit(ratio, self.exact.imag)

    def left(self) -> Waves:
        """Size after one wavelength of travel over the exact size, (M, p)."""
        with np.errstate(all="ignore"):
            lost = np.log(np.abs(self.factors[:, self.principal])) - self.exact.real
            found = np.exp(lost * 2 * np.pi / np.abs(self.exact.imag))
        return _from_limit(found, self.exact.imag)

    def decay(self) -> Waves:
        """Numerical decay rate over exact, (M, p); 1 at theta = 0."""
        with np.errstate(all="ignore"):
            found = np.log(np.abs(self.factors[:, self.principal])) / self.exact.real
        return _from_limit(found, self.exact.real)


def _from_limit(ratio: Waves, below: Waves) -> Waves:
    """1 where the ratio is 0/0: long waves are exact."""
    return np.where(np.abs(below) <= FLAT, 1.0, ratio)


def curves(scheme: Scheme, tau: float, direction: tuple[float, ...] | None = None) -> Curves:
    """Along a direction of theta, the first axis by default; raises NotLinear."""
    dim = len(scheme.axes)
    unit = direction or tuple(float(a == 0) for a in range(dim))
    line = np.linspace(0.0, np.pi, POINTS)
    theta = np.outer(unit, line)
    factors = tracked(np.linalg.eigvals(OnWaves(scheme, tau).body(theta)))
    exact = _exact(scheme, tau, theta, factors)
    step = scheme.step
    advance = 1.0 if step is None else float(step.advance)
    exact = exact * (1.0 if _is_iterate(scheme) else advance)
    return Curves(theta=line, factors=factors, exact=exact, principal=_followed(factors, exact))


def surface(scheme: Scheme, tau: float, points: int = 97) -> tuple[Waves, Waves]:
    """(theta (points,), largest |lambda| (points, points)) over the first two axes."""
    line = np.linspace(-np.pi, np.pi, points)
    table = np.meshgrid(line, line, indexing="ij")
    rest = [np.zeros(points * points)] * (len(scheme.axes) - 2)
    theta = np.stack([*(t.ravel() for t in table), *rest])
    factors = np.abs(np.linalg.eigvals(OnWaves(scheme, tau).body(theta))).max(axis=1)
    return line, factors.reshape(points, points)


def worst(scheme: Scheme, tau: float) -> tuple[float, tuple[float, ...]]:
    """The largest |lambda| on a fine grid of waves, and where."""
    dim = len(scheme.axes)
    count = {1: 721, 2: 73, 3: 25}.get(dim, 9)
    lines = [np.linspace(0 if a == 0 else -np.pi, np.pi, count) for a in range(dim)]
    theta = np.stack([t.ravel() for t in np.meshgrid(*lines, indexing="ij")])
    sizes = np.abs(np.linalg.eigvals(OnWaves(scheme, tau).body(theta))).max(axis=1)
    at = int(np.argmax(sizes * (1 - 1e-12 * np.arange(sizes.size) / sizes.size)))
    return float(sizes[at]), tuple(float(t) for t in theta[:, at])


# ---- eigenvalues as curves


def tracked(values: Waves) -> Waves:
    """Eigenvalues (M, n) in an order in which each column is continuous.

    Each next row takes the order nearest to the straight line through the last two.
    """
    found = np.array(values)
    for k in range(1, len(found)):
        guess = found[k - 1] if k == 1 else 2 * found[k - 1] - found[k - 2]
        gaps = np.abs(guess[:, None] - found[k][None, :])
        order = np.empty(found.shape[1], dtype=int)
        for _ in range(found.shape[1]):
            i, j = np.unravel_index(int(np.argmin(gaps)), gaps.shape)
            order[i] = j
            gaps[i, :], gaps[:, j] = np.inf, np.inf
        found[k] = found[k][order]
    return found


def _followed(factors: Waves, exact: Waves) -> tuple[int, ...]:
    """Which eigenvalue is near e^{sigma tau} for long waves, each taken once."""
    few = slice(2, max(4, len(factors) // 24))
    free, found = list(range(factors.shape[1])), []
    for j in range(exact.shape[1]):
        gaps = [np.abs(factors[few, i] - np.exp(exact[few, j])).max() for i in free]
        found.append(free.pop(int(np.argmin(gaps))))
        if not free:
            break
    return tuple(found)


# ---- the equation itself


def _is_iterate(scheme: Scheme) -> bool:
    return any(rate.order == 0 for rate in scheme.rates)


def _exact(scheme: Scheme, tau: float, theta: Waves, factors: Waves) -> Waves:
    """sigma tau, (M, p): eigenvalues of the equation's own symbol, two for each dtt."""
    if _is_iterate(scheme):
        return _long_wave_law(theta, factors)
    own = OnWaves(scheme, tau, long_waves).rates(theta)
    orders = {rate.order for rate in scheme.rates}
    if orders == {2}:
        roots = np.sqrt(tracked(np.linalg.eigvals(own)).astype(complex))
        return tracked(np.concatenate([roots, -roots], axis=1)) * tau
    if orders != {1}:
        raise ValueError("equations of first and of second order in time are mixed")
    return tracked(np.linalg.eigvals(own)) * tau


def _long_wave_law(theta: Waves, factors: Waves) -> Waves:
    """Of an iterate the law that long waves follow: ln(lambda) = a i theta, or b (i theta)^2."""
    size = np.linalg.norm(theta, axis=0)
    principal = int(np.argmin(np.abs(factors[0] - 1)))
    near = np.log(factors[1, principal].astype(complex)) / size[1]
    if abs(near.imag) > 100 * size[1] ** 2:
        return np.asarray(1j * near.imag * size)[:, None]
    return np.asarray(near.real / size[1] * size**2)[:, None].astype(complex)
