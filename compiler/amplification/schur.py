"""When all roots of a polynomial lie in the closed unit disc: Schur, Cohn, Miller.

For P = sum_j p_j lambda^j of degree n let P# = sum_j conj(p_{n-j}) lambda^j,
E = |p_n|^2 - |p_0|^2 and P_1 = (conj(p_n) P - p_0 P#) / lambda. If E > 0, P has all roots in the
closed disc exactly when P_1 has. If P_1 = 0, P has them there exactly when P' has. Over a family of
polynomials whose leading coefficient is never 0 the set of stable members is closed, so that E >= 0
everywhere and E > 0 on a dense set is enough at each stage. Source: Miller 1971, theorems 6.1, 6.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from math import lcm

from .ring import Element, Ring


@dataclass(frozen=True)
class Quantity:
    """A real polynomial on the torus that must be >= 0 (`strict`: > 0), and what it is.

    `divisor` is the common factor by which the coefficients of the next polynomial were divided.
    """

    value: Element
    strict: bool
    name: str
    divisor: Element


def modulus(ring: Ring, p: Element) -> Element:
    """|p|^2."""
    return ring.times(p, ring.conjugate(p))


def closed_disc(ring: Ring, polynomial: tuple[Element, ...]) -> list[Quantity]:
    """What must hold for all roots to lie in the closed disc."""
    found = [_leading(ring, polynomial)]
    current = polynomial
    while len(current) > 1:
        name = f"E_{len(current) - 1}"
        quantity, after = _stage(ring, current)
        if not quantity and not any(after):
            current = derivative(current)
            continue
        divisor, current = _primitive(ring, after)
        # |p_n| = |p_0| for every mode without P_1 = 0: some root lies outside
        value = quantity or ring.number(-1)
        found.append(Quantity(value=value, strict=False, name=name, divisor=divisor))
        if not quantity:
            break
    return found


def open_disc(ring: Ring, polynomial: tuple[Element, ...]) -> list[Quantity]:
    """What must hold for all roots to lie in the open disc."""
    found = [_leading(ring, polynomial)]
    current = polynomial
    while len(current) > 1 and found[-1].value:
        name = f"E_{len(current) - 1}"
        quantity, after = _stage(ring, current)
        divisor, current = _primitive(ring, after)
        found.append(Quantity(value=quantity, strict=True, name=name, divisor=divisor))
    return found


def _leading(ring: Ring, polynomial: tuple[Element, ...]) -> Quantity:
    """The leading coefficient is never 0."""
    value = modulus(ring, polynomial[-1])
    return Quantity(value=value, strict=True, name="|p_n|^2", divisor=ring.number(1))


def derivative(polynomial: tuple[Element, ...]) -> tuple[Element, ...]:
    """dP / dlambda: its roots lie in the open disc exactly when P's roots on the circle are simple.

    Gauss and Lucas: a root of P' on the circle, where all roots of P lie in the disc, is a double
    root of P.
    """
    return tuple(k * p for k, p in enumerate(polynomial) if k)


def _stage(ring: Ring, p: tuple[Element, ...]) -> tuple[Element, tuple[Element, ...]]:
    """E and P_1."""
    bar = [ring.conjugate(c) for c in p]
    quantity = modulus(ring, p[-1]) - modulus(ring, p[0])
    after = tuple(
        ring.times(bar[-1], c) - ring.times(p[0], d)
        for c, d in zip(p[1:], bar[-2::-1], strict=True)
    )
    return quantity, after


def _primitive(ring: Ring, p: tuple[Element, ...]) -> tuple[Element, tuple[Element, ...]]:
    """The common factor of the coefficients, if it is free of i and s, and what is left."""
    parts = [c for c in p if c]
    common = reduce(lambda a, b: a.gcd(b), parts) if parts else ring.number(1)
    if any(common.degrees()[: 1 + ring.dim]):
        return ring.number(1), p
    common *= lcm(*(int(c.q) for c in common.coeffs()))
    return common, tuple(c / common for c in p)
