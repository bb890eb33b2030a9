"""Numbers a + b w of a mode, w = i sin(theta), w^2 = -4y(1 - y); a, b are polynomials in m, y."""

from __future__ import annotations

from typing import TypeAlias

from .linear_planes import Plane, plus, times, without

Pair: TypeAlias = tuple[Plane, Plane]
SQUARE: Plane = {(0, 1): -4, (0, 2): 4}  # w^2


def modulus(pair: Pair) -> Plane:
    """|a + b w|^2 = a^2 - b^2 w^2."""
    a, b = pair
    return plus(times(a, a), times(times(b, b), SQUARE), -1)


def conjugate(pair: Pair) -> Pair:
    """a - b w."""
    a, b = pair
    return a, {k: -c for k, c in b.items()}


def product(p: Pair, q: Pair) -> Pair:
    """p q."""
    (a, b), (c, d) = p, q
    real = plus(times(a, c), times(times(b, d), SQUARE))
    return real, plus(times(a, d), times(b, c))


def total(p: Pair, q: Pair, factor: int = 1) -> Pair:
    """p + factor q."""
    return plus(p[0], q[0], factor), plus(p[1], q[1], factor)


def part_of(p: Pair, divisor: int) -> Pair:
    """p / divisor for a common divisor of its coefficients."""
    return without(p[0], divisor), without(p[1], divisor)
