"""A time method on the test equation dt(u) = (z/tau) u, or dtt(u) = (z/tau)^2 u: its factor.

A body takes the levels of the state to R(z) times themselves. Of several levels the principal
eigenvalue is lambda(z) = e^z (1 + c z^{q+1} + ...), q the order and c the error constant; for dtt
ln(lambda)^2 = z^2 (1 + 2 c z^q + ...).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import flint
import numpy as np
import sympy
from sympy import Expr, Symbol

from ..compiler.amplification.step import NotLinear
from ..compiler.scheme import TAU, Scheme, Stage

Values: TypeAlias = Any  # numbers, arrays of numbers or polynomials in z
Row: TypeAlias = list[Values]
HIGHEST = 16  # no method of the table has this order


@dataclass(frozen=True)
class Method:
    """The method of a scheme whose unknowns are all advanced at once."""

    scheme: Scheme
    order: int  # of the equations in time

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels of one unknown: its field first."""
        assert self.scheme.step is not None
        own = self.scheme.rates[0].unknown
        older = [a.name for a in self.scheme.step.arrays if a.level and a.like == own]
        return (str(own.name), *older)

    def body(self, z: Values, one: Values) -> list[Row]:
        """The matrix of a body on the levels; `one` is 1 in the arithmetic of z."""
        step = self.scheme.step
        assert step is not None
        size, zero = len(self.levels), 0 * one
        state = {n: [one if i == j else zero for j in range(size)]
                 for i, n in enumerate(self.levels)}  # fmt: skip
        rate = z if self.order == 1 else z * z
        for stage in step.body:
            self._run(stage, state, rate, zero)
        return [state[n] for n in self.levels]

    def _run(self, stage: Stage, state: dict[str, Row], rate: Values, zero: Values) -> None:
        """A stage, once for each row of its table, in place."""
        own = self.scheme.rates[0].unknown
        columns = [[(s, v) for v in values] for s, values in stage.table]
        for row in zip(*columns, strict=True) if columns else [()]:
            read = dict(stage.at).get(own, str(own.name))
            new = {}
            for update in stage.updates:
                total = [zero] * len(self.levels)
                for c, name in update.combination:
                    total = _plus(total, state[name], _number(c, dict(row)))
                if update.unknown is not None:
                    slope = _number(update.slope, dict(row))
                    total = _plus(total, [rate * v for v in state[read]], slope)
                new[update.target] = total
            state |= new
            state |= {target: state[source] for target, source in stage.moves}

    def factors(self, z: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Eigenvalues of a body for each z of an array, (M, levels)."""
        z = np.asarray(z, dtype=complex)
        rows = self.body(z, np.ones_like(z))
        return np.linalg.eigvals(np.moveaxis(np.array(rows), -1, 0))

    def error(self) -> tuple[int, Fraction] | None:
        """(q, c); None where nothing is left up to a high order, or a coefficient is no ratio."""
        try:
            excess = self._excess()
        except NotLinear:
            return None
        for power in range(2, HIGHEST):
            if excess[power] != 0:
                c = Fraction(int(excess[power].p), int(excess[power].q))
                return power - 1, c
        return None

    def _excess(self) -> flint.fmpq_series:
        """ln(lambda) - z as a power series, lambda the root that is 1 at z = 0."""
        root = self._root(self._characteristic())
        excess: flint.fmpq_series = root.log() - self._path
        return excess

    @property
    def advance(self) -> flint.fmpq:
        """How many taus a body covers."""
        assert self.scheme.step is not None
        length = sympy.sympify(self.scheme.step.advance)
        return flint.fmpq(int(length.p), int(length.q))

    @property
    def _path(self) -> flint.fmpq_series:
        """z times the taus of a body."""
        return flint.fmpq_series([flint.fmpq(0), self.advance], prec=HIGHEST)

    def _characteristic(self) -> list[flint.fmpq_poly]:
        """Coefficients of det(lambda - body(z)) by powers of lambda, Faddeev and LeVerrier."""
        z = flint.fmpq_poly([0, 1])
        g = self.body(z, flint.fmpq_poly([1]))
        size = len(g)
        m = [[flint.fmpq_poly([int(i == j)]) for j in range(size)] for i in range(size)]
        found = [flint.fmpq_poly([1])]
        for k in range(1, size + 1):
            product = _times(g, m)
            trace = sum((product[i][i] for i in range(size)), flint.fmpq_poly([0]))
            found.append(-trace / k)
            m = [[product[i][j] + (found[-1] if i == j else 0) for j in range(size)]
                 for i in range(size)]  # fmt: skip
        return found[::-1]

    def _root(self, polynomial: list[flint.fmpq_poly]) -> flint.fmpq_series:
        """The root near e^z by Newton's iteration on power series."""
        zero = flint.fmpq_series([0], prec=HIGHEST)
        p = [flint.fmpq_series(list(c.coeffs()) or [0], prec=HIGHEST) for c in polynomial]
        root: flint.fmpq_series = self._path.exp()
        for _ in range(HIGHEST):
            value, slope = zero, zero
            for c in reversed(p):
                slope = slope * root + value
                value = value * root + c
            root -= value / slope
        return root


def _times(a: list[Row], b: list[Row]) -> list[Row]:
    size = len(a)
    return [
        [sum((a[i][k] * b[k][j] for k in range(size)), flint.fmpq_poly([0])) for j in range(size)]
        for i in range(size)
    ]


def _plus(total: Row, row: Row, factor: Expr) -> Row:
    scale: Any = float(factor)
    if isinstance(row[0], flint.fmpq_poly):
        if not factor.is_Rational:
            raise NotLinear(f"the coefficient {factor} of the method is no rational number")
        scale = flint.fmpq(int(factor.p), int(factor.q))
    return [a + scale * b for a, b in zip(total, row, strict=True)]


def _number(expression: Any, row: dict[Symbol, Expr]) -> Expr:
    """A coefficient for tau = 1."""
    form = sympy.sympify(expression).subs(row).subs(TAU, 1)
    if form.free_symbols:
        raise NotLinear(f"the coefficient {form} of the method is no number")
    return form


def method_of(scheme: Scheme) -> Method | None:
    """The method on the test equation, or None where it has none: parts in turn, mixed orders."""
    step = scheme.step
    orders = {r.order for r in scheme.rates}
    if step is None or len(orders) != 1 or not orders <= {1, 2}:
        return None
    several = len(scheme.rates) > 1
    parts = any(u.terms is not None for s in step.body for u in s.updates)
    if parts or (several and not _at_once(scheme)):
        return None
    return Method(scheme, orders.pop())


def _at_once(scheme: Scheme) -> bool:
    """Every stage takes all unknowns alike, so that one of them stands for all."""
    from ..compiler.certificates.methods import Foreign, tableau

    try:
        tableau(scheme)
    except Foreign:
        return False
    return True
