"""Steps against limits: exact where both are rational or their squares are, else by enclosures."""

from __future__ import annotations

from fractions import Fraction

import sympy
from sympy import Expr

from ..scheme import Scheme
from .base import Bounded, Unprovable
from .extent import extent
from .forms import parameter_values, simple
from .interval import Box, Interval, NoRange


def values(scheme: Scheme) -> Box:
    """Enclosures of the spacings and parameters: the value in the file, the set where trained."""
    found = parameter_values(scheme)
    return found | {s: extent(v, found) for s, v in scheme.spacings.items()}


def exact(scheme: Scheme) -> dict[Expr, Expr]:
    """Spacings and parameters that are not trained by their exact values."""
    found: dict[Expr, Expr] = {}
    for param in scheme.model.params:
        if not param.of_limit and param.value is not None and not param.trainable:
            found[param.symbol] = sympy.sympify(param.value).subs(found)
    return found | {s: sympy.sympify(v).subs(found) for s, v in scheme.spacings.items()}


def enclosure(scheme: Scheme, expression: Expr) -> Interval:
    """The value of an expression in parameters and spacings."""
    number = expression.subs(exact(scheme))
    try:
        return extent(number, values(scheme))
    except NoRange as trouble:
        raise Unprovable(f"the step has no known value: {trouble}") from None


def rounded_down(scheme: Scheme, form: Expr) -> Fraction:
    """A rational not above the value of a closed form; the value itself where it is rational."""
    found = enclosure(scheme, form)
    if not isinstance(found.low, Fraction) or found.low <= 0:
        raise Unprovable(
            "the limit has no positive value for all values of the trained parameters;"
            " give them ranges, as in `in [1/100, 1]`"
        )
    if found.low == found.high:
        return found.low
    digits = (
        15 - len(str(int(1 / found.low))) if found.low >= 1 else 15 + len(str(int(1 / found.low)))
    )
    scale = 10**digits
    return Fraction(int(found.low * scale), scale)


def least(scheme: Scheme, bounds: tuple[Bounded, ...]) -> tuple[Bounded, ...]:
    """The bounds that count: those above another by a constant factor are left out."""
    kept: list[Bounded] = []
    for bound in dict.fromkeys(bounds):
        smaller = False
        for other in list(kept):
            ratio = simple(other.form / bound.form)
            if ratio.is_number:
                if _at_most(ratio, sympy.S.One):
                    smaller = True
                else:
                    kept.remove(other)
        if not smaller:
            kept.append(bound)
    return tuple(kept)


def _at_most(a: Expr, b: Expr) -> bool:
    """a <= b of two positive exact numbers."""
    gap = sympy.expand(b**2 - a**2)
    if gap.is_Rational:
        return bool(gap >= 0)
    return extent(gap, {}).low >= 0


def compared(scheme: Scheme, bounds: tuple[Bounded, ...], tau: Expr) -> bool:
    """True when 0 < tau <= each bound (< where it is not attained), rigorously."""
    return positive(scheme, tau) and all(_within(scheme, tau, b) for b in bounds)


def positive(scheme: Scheme, tau: Expr) -> bool:
    """True when the step is shown to be > 0."""
    return enclosure(scheme, tau).low > 0


def _within(scheme: Scheme, tau: Expr, bound: Bounded) -> bool:
    ratio = simple(tau / bound.form)
    square = sympy.expand(ratio**2) if ratio.is_number else None
    if square is None or not square.is_Rational:
        square = sympy.expand(ratio.subs(exact(scheme)) ** 2)
    if square.is_Rational:
        return bool(square <= 1 if bound.attained else square < 1)
    top = enclosure(scheme, square).high
    return top < 1 or (bound.attained and top == 1)
