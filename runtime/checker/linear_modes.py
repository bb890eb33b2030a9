"""Numbers of a mode: polynomials in m, y_a = sin^2(theta_a/2) and w_a = i sin(theta_a).

Powers stand as (m, y_1, ..., y_d, w_1, ..., w_d), those of w are 0 or 1: w_a^2 = -4 y_a (1 - y_a).
A number is real where only products of an even number of different w occur; in sines these are
w_a w_b = -sin(theta_a) sin(theta_b).
"""

from __future__ import annotations

from functools import lru_cache

from .linear_planes import Plane, Powers, one, times
from .ranges import Rejected

MOST = 512  # degrees and multiplicities


def conjugate(p: Plane) -> Plane:
    """The complex conjugate: all w change their signs."""
    return {key: -c if _waves(key) % 2 else c for key, c in p.items()}


def product(p: Plane, q: Plane) -> Plane:
    """p q."""
    found = times(p, q)
    size = len(next(iter(found))) // 2 if found else 0
    for y in range(1, 1 + size):
        found = _squared(found, y, y + size)
    return found


def modulus(p: Plane) -> Plane:
    """|p|^2, which is real."""
    return product(p, conjugate(p))


def raised(p: Plane, n: int) -> Plane:
    """p^n of a number that is not 0."""
    found = one(len(next(iter(p), ())))
    for _ in range(n):
        found = product(found, p)
    return found


def real(p: Plane) -> Plane:
    """A real number by powers of m, y and, on several axes, of the sines."""
    if any(_waves(key) % 2 for key in p):
        raise Rejected("a quantity of the step is not real")
    return {_shown(key): -c if _waves(key) % 4 else c for key, c in p.items()}


def mode(p: Plane, dim: int) -> Plane:
    """The number that `real` shows so."""
    whole = {(*key, 0) if dim == 1 else key: c for key, c in p.items()}
    if any(_waves(key) % 2 for key in whole):
        raise Rejected("a quantity of the step is not real")
    return {key: -c if _waves(key) % 4 else c for key, c in whole.items()}


def still(p: Plane) -> bool:
    """The number is the same for every mode."""
    return not any(any(key[1:]) for key in p)


def from_waves(p: Plane) -> Plane:
    """sum c m^k e^{i n.theta}, with powers (k, n_1, ..., n_d), by y and w."""
    dim = len(next(iter(p))) - 1 if p else 0
    found = p
    for _ in range(dim):  # the first axis that is left goes to the end as (y, w)
        turned: Plane = {}
        for (k, n, *rest), c in found.items():
            for (y, w), factor in _wave(n).items():
                key = (k, *rest, y, w)
                turned[key] = turned.get(key, 0) + factor * c
        found = turned
    return {(key[0], *key[1::2], *key[2::2]): c for key, c in found.items() if c}


@lru_cache(maxsize=256)
def _wave(n: int) -> Plane:
    """e^{i n theta} = (1 - 2y + w)^n, and with -w for n < 0."""
    if abs(n) > MOST:
        raise Rejected("a stencil is too wide")
    sign = 1 if n > 0 else -1
    turn: Plane = {(0, 0): 1, (1, 0): -2, (0, 1): sign}
    found: Plane = {(0, 0): 1}
    for _ in range(abs(n)):
        found = _squared(times(found, turn), 0, 1)
    return found


def _squared(p: Plane, y: int, w: int) -> Plane:
    """p with w^2 = -4y + 4y^2."""
    found: Plane = {}
    for key, c in p.items():
        if key[w] < 2:
            found[key] = found.get(key, 0) + c
            continue
        turned = [*key[:w], key[w] - 2, *key[w + 1 :]]
        for factor in (-4, 4):
            turned[y] += 1
            into = tuple(turned)
            found[into] = found.get(into, 0) + factor * c
    return {key: c for key, c in found.items() if c}


def _waves(key: Powers) -> int:
    return sum(key[1 + len(key) // 2 :])


def _shown(key: Powers) -> Powers:
    return key[:2] if len(key) == 3 else key
