"""Quotients of sums of monomials in positive names, with rational coefficients.

A `Sum` maps a monomial, ((name, power), ...) sorted by name, to its coefficient.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TypeAlias

from .ranges import Rejected
from .trees import Tree, number

Monomial: TypeAlias = tuple[tuple[str, int], ...]
Sum: TypeAlias = dict[Monomial, Fraction]
Quotient: TypeAlias = tuple[Sum, Sum]
ONE: Sum = {(): Fraction(1)}


def plus(a: Sum, b: Sum) -> Sum:
    """a + b."""
    found = {m: a.get(m, Fraction(0)) + b.get(m, Fraction(0)) for m in a.keys() | b.keys()}
    return {m: c for m, c in found.items() if c}


def times(a: Sum, b: Sum) -> Sum:
    """a * b."""
    found: Sum = {}
    for m, c in a.items():
        for n, d in b.items():
            powers = dict(m)
            for name, power in n:
                powers[name] = powers.get(name, 0) + power
            key = tuple(sorted((k, p) for k, p in powers.items() if p))
            found[key] = found.get(key, Fraction(0)) + c * d
    return {m: c for m, c in found.items() if c}


def scaled(a: Sum, factor: Fraction) -> Sum:
    """factor * a."""
    return {m: c * factor for m, c in a.items() if factor}


def quotient(tree: Tree, signs: Mapping[str, int]) -> Quotient:
    """An expression as numerator and denominator; a name c of sign -1 stands for -|c|."""
    if isinstance(tree, str):
        value = number(tree)
        if value is not None:
            return ({(): value} if value else {}), ONE
        sign = 1 if tree == "pi" else signs.get(tree)
        if sign is None:
            raise Rejected(f"the sign of {tree!r} is not known")
        return ({((tree, 1),): Fraction(sign)} if sign else {}), ONE
    word, *arguments = tree
    if word == "^":
        exponent = number(arguments[1])
        if exponent is None or exponent.denominator != 1 or abs(exponent) > 64:
            raise Rejected("a power in a closed form is no integer")
        return _power(quotient(arguments[0], signs), int(exponent))
    parts = [quotient(a, signs) for a in arguments]
    if word not in {"+", "*"}:
        raise Rejected(f"{word!r} in a closed form")
    total = parts[0]
    for top, bottom in parts[1:]:
        over = times(total[1], bottom)
        if word == "*":
            total = times(total[0], top), over
        else:
            total = plus(times(total[0], bottom), times(top, total[1])), over
    return total


def _power(base: Quotient, n: int) -> Quotient:
    top, bottom = base if n >= 0 else (base[1], base[0])
    if not bottom:
        raise Rejected("a closed form divides by zero")
    total: Quotient = (ONE, ONE)
    for _ in range(abs(n)):
        total = times(total[0], top), times(total[1], bottom)
    return total


def laurent(tree: Tree, signs: Mapping[str, int]) -> Sum:
    """An expression that is a sum of monomials; a denominator must be a single one."""
    top, bottom = quotient(tree, signs)
    if len(bottom) != 1:
        raise Rejected("a coefficient has a sum in its denominator")
    ((monomial, c),) = bottom.items()
    return times(top, {tuple((n, -p) for n, p in monomial): 1 / c})


def squared(tree: Tree, signs: Mapping[str, int]) -> Quotient:
    """The square of a product of half-integer powers; x^(p/2) stands for a real number only where
    x >= 0, and its square is x^p there. What the sign of the product was is lost.
    """
    if not isinstance(tree, str) and tree[0] == "sqrt":
        return quotient(tree[1], signs)
    if not isinstance(tree, str) and tree[0] == "*":
        total: Quotient = (ONE, ONE)
        for factor in tree[1:]:
            top, bottom = squared(factor, signs)
            total = times(total[0], top), times(total[1], bottom)
        return total
    if not isinstance(tree, str) and tree[0] == "^":
        exponent = number(tree[2])
        if exponent is None or exponent.denominator > 2 or abs(exponent) > 64:
            raise Rejected("a power in a closed form is no half of an integer")
        if exponent.denominator == 2:
            return _power(quotient(tree[1], signs), exponent.numerator)
        return _power(squared(tree[1], signs), int(exponent))
    return _power(quotient(tree, signs), 2)


def positive(a: Sum) -> bool:
    """Shown to be > 0: every coefficient is."""
    return bool(a) and all(c > 0 for c in a.values())


def nonnegative(a: Sum) -> bool:
    """Shown to be >= 0."""
    return all(c >= 0 for c in a.values())


def key(monomial: Monomial) -> str:
    """The text of a monomial: "h^-2 kappa^1"."""
    return " ".join(f"{name}^{power}" for name, power in monomial)
