"""What a time method is: facts that certificates rest on, and how it lays out its stages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy
from sympy import Expr, Symbol

from ..grid import reads
from ..scheme import TAU, Rate, Stage, Step, Update
from ..source import Faults, Span

Polynomial = tuple[Fraction, ...]  # coefficients of 1, z, z^2, ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """The equations that a method advances, the step it takes, and the user's options."""

    rates: tuple[Rate, ...]
    options: Mapping[str, Any]
    arguments: tuple[Any, ...]
    faults: Faults
    span: Span
    tau: Expr = TAU
    clock: Expr = sympy.S.Zero  # when this method starts within the step (splittings)
    selection: Mapping[Symbol, tuple[int, ...]] = field(default_factory=dict)  # terms, if not all
    taken: frozenset[str] = frozenset()  # names of arrays in use
    depth: Mapping[Symbol, int] = field(default_factory=dict)  # older levels of `iterate`

    def time(self, share: Any) -> Expr:
        """A stage's time after the step's start, in units of TAU, at a share of this step."""
        return self.clock + sympy.sympify(share) * self.tau / TAU

    @property
    def unknowns(self) -> tuple[Symbol, ...]:
        """The unknowns in file order."""
        return tuple(r.unknown for r in self.rates)

    def extra(self, symbol: Symbol, suffix: str) -> str:
        """Name of an array beside an unknown: u_old, H[0]_old; with an underscore if taken."""
        name = f"{symbol.name}_{suffix}"
        while name in self.taken:
            name += "_"
        return name

    def letter(self, name: str) -> Symbol:
        """A symbol for a coefficient of a table, apart from all names of the text."""
        while name in self.taken:
            name += "_"
        return Symbol(name, real=True)

    def terms(self, symbol: Symbol) -> tuple[int, ...] | None:
        """The terms of a rate that this method advances (None: all)."""
        return self.selection.get(symbol)

    def driven_by(self, symbol: Symbol) -> frozenset[Symbol]:
        """The fields that the rate of an unknown reads."""
        rate = next(r for r in self.rates if r.unknown == symbol)
        chosen = self.terms(symbol)
        parts = rate.terms if chosen is None else tuple(rate.terms[i] for i in chosen)
        return frozenset().union(*(reads(t.value) for t in parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Exact linear stability of a method with given options.

    `real`: largest beta with |P| <= 1 on [-beta, 0]. `imaginary_squared`: largest b^2 with
    |P(iy)| <= 1 for |y| <= b. `pair_squared`: bound of tau^2 ||A|| for two groups each driven only
    by the other, or for dtt; stable strictly below it. `ssp`: convex combination of explicit
    Euler steps of this many tau. `polynomial`: the stability polynomial, where there is one.
    """

    real: Fraction | None = None
    imaginary_squared: Fraction | None = None
    pair_squared: Fraction | None = None
    ssp: Fraction | None = None
    polynomial: Polynomial | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Integrator:
    """A time method: one file, one line in the table of `integrators/__init__.py`.

    `order` is its order in tau; `laws` the orders of equations that it advances as they are (1 for
    dt, 2 for dtt); `facts(options)` what certificates may use; `build(problem)` its stages. One
    that `splits` tells the additive terms of an equation apart, in the order of the file.
    """

    name: str
    order: int
    laws: tuple[int, ...]
    facts: Callable[[Mapping[str, Any]], Facts]
    build: Callable[[Problem], Step]
    splits: bool = False


# ---- stages, in the words of a methods section


def update(
    problem: Problem,
    symbol: Symbol,
    target: str,
    combination: Mapping[str, Any],
    slope: Any,
) -> Update:
    """target <- sum of coefficients times arrays + slope * rate(symbol)."""
    pairs = tuple((sympy.sympify(c), a) for a, c in combination.items() if c != 0)
    slope = sympy.sympify(slope)
    return Update(
        target=target,
        combination=pairs,
        slope=slope,
        unknown=symbol if slope != 0 else None,
        terms=problem.terms(symbol),
    )


def stage(name: str, updates: list[Update], **more: Any) -> Stage:
    """A stage that reads the fields' own arrays unless `at` says otherwise."""
    return Stage(name=name, at=more.pop("at", ()), updates=tuple(updates), **more)


def moves_only(moves: list[tuple[str, str]]) -> Stage:
    """A stage that only renames arrays."""
    return Stage(name="rename", at=(), updates=(), moves=tuple(moves))


def one_step(name: str, body: list[Stage], arrays: Any = (), **more: Any) -> Step:
    """A step without start and finish that advances the clock by one tau."""
    return Step(
        method=name,
        arrays=tuple(arrays),
        start=tuple(more.get("start", ())),
        start_steps=more.get("start_steps", 0),
        body=tuple(body),
        finish=tuple(more.get("finish", ())),
        inner=more.get("inner", 1),
        advance=sympy.sympify(more.get("advance", 1)),
    )


def groups(problem: Problem) -> tuple[tuple[Symbol, ...], tuple[Symbol, ...]] | None:
    """The two groups of a system each of which is driven only by the other; the first equation's
    group comes first. None if there are no such groups.
    """
    first = {problem.unknowns[0]}
    second: set[Symbol] = set()
    grown = True
    while grown:
        before = len(first), len(second)
        for symbol in problem.unknowns:
            driven = problem.driven_by(symbol)
            if symbol in first:
                second |= driven
            elif symbol in second:
                first |= driven
            elif driven & first:
                second.add(symbol)
            elif driven & second:
                first.add(symbol)
        grown = (len(first), len(second)) != before
    if first & second or len(problem.unknowns) < 2 or not second:
        return None
    rest = [s for s in problem.unknowns if s not in first | second]
    ordered = tuple(s for s in problem.unknowns if s in first or s in rest)
    return ordered, tuple(s for s in problem.unknowns if s in second)
