"""The taps of a stencil as text: reading order, a common factor, weights as numbers."""

from __future__ import annotations

from fractions import Fraction

import sympy

from ..printer import number
from ..stencil import Stencil


def ordered(stencil: Stencil) -> list[tuple[tuple[int, ...], Fraction]]:
    """Taps in reading order: positive weights first, the centre last among equals."""
    return sorted(
        stencil.weights, key=lambda p: (p[1] < 0, sum(map(abs, p[0])), [-k for k in p[0]])
    )


def common_factor(taps: list[tuple[Fraction, str]]) -> tuple[str, list[tuple[Fraction, str]]]:
    """A common factor of all weights: 0.25 * (a + b - c - d)."""
    sizes = {abs(w) for w, _ in taps}
    if len(sizes) != 1 or sizes == {Fraction(1)}:
        return "", taps
    size = next(iter(sizes))
    text, _ = number(sympy.Rational(size.numerator, size.denominator))
    return f"({text})" if "/" in text else text, [(w / size, t) for w, t in taps]


def sum_of_taps(taps: list[tuple[Fraction, str]]) -> str:
    """Weights as numbers; taps of one weight are added before they are multiplied."""
    groups: dict[tuple[Fraction, int], list[str]] = {}
    for number_, (weight, text) in enumerate(taps):
        groups.setdefault((weight, number_ if abs(weight) == 1 else -1), []).append(text)
    out = ""
    for (weight, _), texts in groups.items():
        size = abs(weight)
        if size == 1:
            part = f" {'-' if weight < 0 else '+'} ".join(texts)
        else:
            factor, _ = number(sympy.Rational(size.numerator, size.denominator))
            factor = f"({factor})" if "/" in factor else factor
            joined = texts[0] if len(texts) == 1 else f"({' + '.join(texts)})"
            part = f"{factor} * {joined}"
        if not out:
            out = f"-{part}" if weight < 0 else part
        else:
            out += f" {'-' if weight < 0 else '+'} {part}"
    return out
