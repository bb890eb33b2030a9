"""The modified equation: what a linear scheme solves, to the leading terms of its truncation error.

Space: a stencil is its leading derivative plus the next degree of its Taylor series. Time: a method
of order q takes L to L + c tau^q L^{q+1} (dtt: L + 2 c tau^q L^{q/2+1}), c its error constant. Of
an iterate with one level the logarithm of its symbol is expanded, in cells and steps. Source:
Warming and Hyett 1974.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from itertools import islice
from typing import TypeAlias

import sympy
from sympy import Expr, Symbol

from ..compiler.amplification.step import NotLinear, affine
from ..compiler.grid import Flux, Grid, Linear, Point, Read, reads
from ..compiler.scheme import TAU, GridAxis, Rate, Scheme, Term
from ..compiler.stencil import Stencil
from ..spelling import spelt
from .method import method_of

Powers: TypeAlias = tuple[int, ...]  # of dx, dy, dz
Series: TypeAlias = dict[Powers, Expr]  # derivative -> factor
DEGREES = 34  # beyond the widest stencil nothing is looked for
LOGARITHM = 4  # degree to which the symbol of an iterate is expanded
MOST_TERMS = 12


def modified(scheme: Scheme) -> list[str]:
    """The modified equation of each unknown, or what is known of its errors; raises NotLinear."""
    orders = {rate.order for rate in scheme.rates}
    if orders == {0}:
        return [_of_iterate(scheme, rate) for rate in scheme.rates]
    found = [_of_equation(scheme, rate) for rate in scheme.rates]
    method = method_of(scheme)
    if method is None or len(scheme.rates) > 1:
        error = None if method is None else method.error()
        if error is not None:
            found.append(f"time: order {error[0]}, error constant {error[1]}")
    return found


def _of_equation(scheme: Scheme, rate: Rate) -> str:
    """dt(u) = L u + what the differences add + what the method adds."""
    exact, more = _expanded(scheme, rate)
    name = str(rate.unknown.name)
    own, error = exact.get(name, {}), more.get(name, {})
    method = method_of(scheme) if len(scheme.rates) == 1 else None
    found = None if method is None else method.error()
    if method is not None and found is not None:
        order, constant = found
        factor = sympy.Rational(constant.numerator, constant.denominator) / _rational(
            method.advance
        )
        power = order + 1 if rate.order == 1 else order // 2 + 1
        repeated = reduce(_times, [own] * power)
        error = _plus(error, _scaled(repeated, factor * rate.order * TAU**order))
    others = {n: s for n, s in exact.items() if n != name}
    law = _text(scheme, {name: own, **others})
    dots = "dt" if rate.order == 1 else "dtt"
    return f"{dots}({name}) = {law} + ({_text(scheme, {**more, name: error}) or '0'}) + ..."


def _rational(value: object) -> Expr:
    return sympy.Rational(str(value))


# ---- stencils


def _expanded(scheme: Scheme, rate: Rate) -> tuple[dict[str, Series], dict[str, Series]]:
    """The derivatives that the terms stand for, and the next ones, by field."""
    exact: dict[str, Series] = {}
    more: dict[str, Series] = {}
    for term in rate.terms:
        for name, (leading, following) in _pair(term.value, scheme).items():
            coefficient = term.coefficient
            exact[name] = _plus(exact.get(name, {}), _scaled(leading, coefficient))
            more[name] = _plus(more.get(name, {}), _scaled(following, coefficient))
    return exact, more


def _pair(node: Grid, scheme: Scheme) -> dict[str, tuple[Series, Series]]:
    """(leading derivatives, next ones) of a grid expression by field."""
    if not reads(node):
        return {}
    parts: list[tuple[Expr, tuple[Series, Series], Grid]] = []
    one = ({(0,) * len(scheme.axes): sympy.S.One}, dict[Powers, Expr]())
    match node:
        case Read():
            return {str(node.symbol.name): one}
        case Linear(terms=terms):
            parts = [(s.scale, _of_stencil(s, scheme), inner) for s, inner in terms]
        case Point():
            parts = [(c, one, inner) for c, inner in affine(node)]
        case Flux(faces=faces):
            backs = [(f.difference.adjoint(), f.flux) for f in faces]
            parts = [(-b.scale, _of_stencil(b, scheme), inner) for b, inner in backs]
        case _:
            raise NotLinear("a learned function is not linear")
    found: dict[str, tuple[Series, Series]] = {}
    for factor, (leading, following), inner in parts:
        for name, (own, next_) in _pair(inner, scheme).items():
            before = found.get(name, ({}, {}))
            error = _plus(_times(leading, next_), _times(following, own))
            found[name] = (
                _plus(before[0], _scaled(_times(leading, own), factor)),
                _plus(before[1], _scaled(error, factor)),
            )
    return found


def _of_stencil(stencil: Stencil, scheme: Scheme) -> tuple[Series, Series]:
    """The first two degrees of the Taylor series that are not 0."""
    degrees = [t for t in islice(stencil.taylor(), DEGREES) if t]
    first, second = ([*degrees, {}, {}])[:2]
    return _with_spacing(first, scheme.axes), _with_spacing(second, scheme.axes)


def _with_spacing(moments: Mapping[Powers, object], axes: tuple[GridAxis, ...]) -> Series:
    return {
        powers: _rational(value)
        * sympy.Mul(*(a.spacing**p for a, p in zip(axes, powers, strict=True)))
        for powers, value in moments.items()
    }


# ---- iterates


def _of_iterate(scheme: Scheme, rate: Rate) -> str:
    """ln of the symbol of u[k+1] = sum of u[k], as derivatives in cells, a step."""
    name = str(rate.unknown.name)
    levels = frozenset[Symbol]().union(*(reads(t.value) for t in rate.terms))
    newest = frozenset[Symbol]().union(*(reads(t.value) for t in rate.left))
    if {str(s.name) for s in levels} != {name} or len(newest) > 1 or _reads_others(scheme, rate):
        return f"{name}: no expansion is made of several levels or unknowns"
    zero = (0,) * len(scheme.axes)
    right = _symbol(scheme, rate.terms)
    left = _symbol(scheme, rate.left) if rate.left else {zero: sympy.S.One}
    ends = [sympy.simplify(s.get(zero, sympy.S.Zero)) for s in (right, left)]
    if ends[0] != ends[1] or ends[1] == 0:
        return f"{name}: constants are not kept, so that no equation is approximated"
    logarithm = _plus(_logarithm(right, zero), _scaled(_logarithm(left, zero), -sympy.S.One))
    return f"dt({name}) = {_text(scheme, {name: logarithm})} + ..., in cells and steps"


def _reads_others(scheme: Scheme, rate: Rate) -> bool:
    """Whether the newest level of another unknown, or one that is made first, is read."""
    step = scheme.step
    stages = () if step is None else step.body
    return len(stages) > 1 or (bool(rate.left) and len(scheme.rates) > 1)


def _symbol(scheme: Scheme, terms: tuple[Term, ...]) -> Series:
    """The Taylor series of a side of an iterate."""
    total: Series = {}
    for term in terms:
        total = _plus(total, _scaled(_taylor(term.value, scheme), term.coefficient))
    return total


def _logarithm(series: Series, zero: Powers) -> Series:
    """ln of a series, less that of its value at 0."""
    small = {p: c / series[zero] for p, c in series.items() if p != zero}
    power, found = small, dict[Powers, Expr]()
    for k in range(1, LOGARITHM + 1):
        share = sympy.Rational((-1) ** (k + 1), k)
        found = _plus(found, _scaled(power, share))
        power = _cut(_times(power, small))
    return found


def _taylor(node: Grid, scheme: Scheme) -> Series:
    """The Taylor series of a grid expression that reads one field, in cells."""
    zero = (0,) * len(scheme.axes)
    match node:
        case Read():
            return {zero: sympy.S.One}
        case Linear(terms=terms):
            found: Series = {}
            for stencil, inner in terms:
                own = {
                    p: _rational(v)
                    for degree in islice(stencil.taylor(), LOGARITHM + 1)
                    for p, v in degree.items()
                }
                product = _cut(_times(own, _taylor(inner, scheme)))
                found = _plus(found, _scaled(product, stencil.scale))
            return found
        case Point():
            found = {}
            for factor, inner in affine(node):
                found = _plus(found, _scaled(_taylor(inner, scheme), factor))
            return found
    raise NotLinear("a flux or a learned function stands in an iterate")


# ---- series in derivatives


def _plus(a: Series, b: Series) -> Series:
    return {p: a.get(p, sympy.S.Zero) + b.get(p, sympy.S.Zero) for p in {**a, **b}}


def _times(a: Series, b: Series) -> Series:
    found: Series = {}
    for p, c in a.items():
        for q, d in b.items():
            key = tuple(i + j for i, j in zip(p, q, strict=True))
            found[key] = found.get(key, sympy.S.Zero) + c * d
    return found


def _scaled(a: Series, factor: Expr) -> Series:
    return {p: c * factor for p, c in a.items()}


def _cut(a: Series) -> Series:
    return {p: c for p, c in a.items() if sum(p) <= LOGARITHM}


# ---- in words


def _text(scheme: Scheme, parts: Mapping[str, Series]) -> str:
    """`-c*dx(u) + c*(h - c*tau)/2*dxx(u)`, lowest derivatives first."""
    words = []
    for name, series in parts.items():
        for powers in sorted(series, key=lambda p: (sum(p), tuple(-i for i in p))):
            factor = sympy.factor(sympy.expand(series[powers]))
            if factor == 0:
                continue
            word = derivative(scheme, powers, name)
            sign = "-" if factor == -1 else ""
            words.append(sign + word if abs(factor) == 1 else f"{_factor(factor)}*{word}")
    if len(words) > MOST_TERMS:
        words = [*words[:MOST_TERMS], "..."]
    return " + ".join(words).replace("+ -", "- ")


def _factor(factor: Expr) -> str:
    text = spelt(factor)
    return f"({text})" if factor.is_Add else text


def derivative(scheme: Scheme, powers: Powers, name: str) -> str:
    """`u`, `dxx(u)`, `d(u, x, 6)`, `d(u, x^2, y^4)`."""
    letters = "".join(a.name * p for a, p in zip(scheme.axes, powers, strict=True))
    if not letters:
        return name
    used = [(a.name, p) for a, p in zip(scheme.axes, powers, strict=True) if p]
    if sum(powers) <= 4 and all(len(n) == 1 for n, _ in used):
        return f"d{letters}({name})"
    if len(used) == 1:
        return f"d({name}, {used[0][0]}, {used[0][1]})"
    return f"d({name}, {', '.join(f'{n}^{p}' for n, p in used)})"
