"""Sums of products of powers of positive numbers: the closed forms in which bounds are stated.

A coefficient such as kappa/h^2 or rho*c^2 is a sum of *monomials*: a rational number times powers
of spacings, parameters and pi, all positive. The sign of a parameter is that of its declared set,
or that of its value where it has none and is not trained; then the sign is a hypothesis.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import inf

import sympy
from sympy import Expr, Symbol

from ..model import Param
from ..scheme import Scheme
from .extent import extent
from .interval import Box, Interval, NoRange


class NoForm(ArithmeticError):
    """An expression that is no sum of monomials with known signs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What stands for each symbol so that every name is positive: c, or -c where c < 0."""

    positive: Mapping[Symbol, Expr]
    texts: Mapping[str, str]  # parameter name -> hypothesis

    def monomials(self, expression: Expr) -> dict[Expr, Fraction]:
        """The expression as {monomial: rational factor}; every monomial is positive."""
        replaced = sympy.expand(expression.xreplace(dict(self.positive)))
        found: dict[Expr, Fraction] = {}
        for term in sympy.Add.make_args(replaced):
            factor, rest = term.as_coeff_Mul(rational=True)
            if factor == 0:
                continue
            if not factor.is_Rational or not _is_monomial(rest):
                raise NoForm(f"{term} is no product of powers of positive numbers")
            found[rest] = found.get(rest, Fraction(0)) + Fraction(int(factor.p), int(factor.q))
        return {m: f for m, f in found.items() if f}

    def nonnegative(self, expression: Expr) -> bool:
        """True when every monomial has a factor >= 0."""
        return all(f >= 0 for f in self.monomials(expression).values())

    def back(self, form: Expr) -> Expr:
        """A closed form in the file's own names."""
        names = {s for e in self.positive.values() for s in e.free_symbols}
        signs = {
            next(iter(e.free_symbols)): (s, e.could_extract_minus_sign())
            for s, e in self.positive.items()
            if e.free_symbols
        }
        return form.xreplace({n: -signs[n][0] if signs[n][1] else signs[n][0] for n in names})

    def hypotheses(self, names: Iterable[str]) -> tuple[str, ...]:
        """What is assumed of the parameters of these names."""
        return tuple(self.texts[n] for n in sorted(set(names)) if n in self.texts)


def _is_monomial(expression: Expr) -> bool:
    """A product of integer powers of positive symbols and pi."""
    return all(
        _is_size(p.base) and p.exp.is_Integer if p.is_Pow else _is_size(p) or p == 1
        for p in sympy.Mul.make_args(expression)
    )


def _is_size(expression: Expr) -> bool:
    """A name that stands for a positive number: one of a parameter of either sign does not."""
    return bool(expression.is_Symbol and expression.is_positive) or expression is sympy.pi


def signs(scheme: Scheme) -> Signs:
    """The signs of spacings and parameters of a scheme."""
    positive: dict[Symbol, Expr] = {}
    texts: dict[str, str] = {}
    for axis in scheme.axes:
        positive[axis.spacing] = Symbol(axis.spacing.name, positive=True)
    for param in scheme.model.params:
        sign, text = _sign(param, scheme)
        texts[str(param.symbol.name)] = text
        if sign:
            positive[param.symbol] = sign * Symbol(param.symbol.name, positive=True)
        elif text.endswith(" = 0"):
            positive[param.symbol] = sympy.S.Zero
    return Signs(positive=positive, texts=texts)


def _sign(param: Param, scheme: Scheme) -> tuple[int, str]:
    """1, -1 or 0 (unknown) and the hypothesis that says so."""
    name = str(param.symbol.name)
    box = parameter_box(scheme)[param.symbol]
    if param.interval is not None:
        low, high = param.interval
        text = f"{name} in [{written(low, '-oo')}, {written(high, 'oo')}]"
        return 1 if box.low >= 0 else -1 if box.high <= 0 else 0, text
    if param.positive:
        return 1, f"{name} > 0"
    if param.trainable or param.of_limit:
        return 0, f"{name} real"
    try:
        value = extent(param.value, parameter_values(scheme))
    except NoRange:
        return 0, f"{name} real"
    sign = (value.low > 0) - (value.high < 0)
    relation = {1: "> 0", -1: "< 0", 0: "= 0"}[sign]
    if sign == 0 and not value.low == value.high == 0:
        return 0, f"{name} real"
    return sign, f"{name} {relation}"


def written(end: Expr | None, infinite: str) -> str:
    """An end of a set in a hypothesis: a number, or an infinity."""
    if end is None or end in {sympy.oo, -sympy.oo}:
        return infinite
    return str(end) if end.is_Rational else "?"


def parameter_box(scheme: Scheme) -> dict[Symbol, Interval]:
    """The set of each parameter; without one the whole line."""
    return sets_of(scheme.model.params)


def sets_of(params: Iterable[Param]) -> dict[Symbol, Interval]:
    """The set of each of these parameters."""
    listed = tuple(params)
    values = values_of(listed)
    return {p.symbol: _set(p, values) for p in listed}


def _end(end: Expr | None, values: Box, side: int, default: Fraction | float) -> Fraction | float:
    if end is None or end in {sympy.oo, -sympy.oo}:
        return default
    found = extent(end, values)
    return found.high if side > 0 else found.low


def parameter_values(scheme: Scheme) -> dict[Symbol, Interval]:
    """The value of each parameter, the set of a trained one; later ones may use earlier ones."""
    return values_of(scheme.model.params)


def values_of(params: Iterable[Param]) -> dict[Symbol, Interval]:
    """The same of these parameters."""
    found: dict[Symbol, Interval] = {}
    for param in params:
        if param.of_limit or param.value is None:
            continue
        try:
            value = extent(param.value, found)
        except NoRange:
            continue
        found[param.symbol] = _set(param, found) if param.trainable else value
    return found


def _set(param: Param, values: Box) -> Interval:
    low, high = param.interval or (None, None)
    return Interval(
        _end(low, values, -1, Fraction(0) if param.positive else -inf),
        _end(high, values, 1, inf),
    )


def simple(form: Expr) -> Expr:
    """A closed form as sympy simplifies it; a product of powers of names and numbers is simple.

    To ask sympy, which loads its units of physics first, takes longer than most proofs.
    """
    factors = sympy.Mul.make_args(form)
    plain = all(f.is_Atom or (f.is_Pow and f.base.is_Atom and f.exp.is_Number) for f in factors)
    return form if plain else sympy.simplify(form)


def names_in(expressions: Iterable[Expr]) -> set[str]:
    """The names of all symbols that occur."""
    return {str(s.name) for e in expressions for s in e.free_symbols}


def text(expression: Expr) -> str:
    """An expression as the language writes it."""
    return str(expression).replace("**", "^")
