"""The characteristic polynomials of a scheme over one variable, and what stability asks of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sympy import Expr, Symbol

from ..amplification.characteristic import Reduced, characteristic, reduced
from ..amplification.left import lightened
from ..amplification.ring import Element, Ring
from ..amplification.step import Matrix, NotLinear, step_matrix
from ..scheme import TAU, Scheme
from .base import Unprovable
from .forms import NoForm, Signs, signs
from .steps import exact


@dataclass(frozen=True)
class Family:
    """The polynomials over m = monomial, for any values of its names and the others as fixed."""

    reduced: Reduced
    matrix: Matrix
    monomial: Expr  # in the file's names
    fixed: tuple[str, ...]  # names that have the values of the file
    lefts: tuple[Element, ...] = ()  # what of left sides must differ from 0 for every mode

    @property
    def arrays(self) -> tuple[str, ...]:
        """What lives from one step to the next."""
        return self.matrix.arrays

    @property
    def degree(self) -> int:
        """How many eigenvalues are not 0 for every mode."""
        return len(self.reduced.coefficients) - 1


def time_family(scheme: Scheme) -> Family:
    """In one monomial of the step and all names where that is possible, else in the step alone."""
    marks = signs(scheme)
    sizes = dict.fromkeys(s for e in marks.positive.values() for s in e.free_symbols)
    try:
        ring, matrix = _matrix(scheme, (TAU, *sizes), _signed(marks))
        found = None if matrix.lefts else reduced(ring, characteristic(matrix))
    except (NotLinear, NoForm):
        found = None
    if found is not None and TAU in found.monomial.free_symbols:
        monomial = marks.back(found.monomial)
        return Family(reduced=found, matrix=matrix, monomial=monomial, fixed=())
    return parameter_family(scheme, TAU, {})


def parameter_family(scheme: Scheme, variable: Symbol, known: dict[Expr, Expr]) -> Family:
    """In `variable`, all other names at the values of the file or `known`; raises Unprovable."""
    values = {s: v for s, v in {**exact(scheme), **known}.items() if s != variable}
    words = _Known(values=values, used=set())
    try:
        ring, matrix = _matrix(scheme, (variable,), words)
    except NotLinear as trouble:
        raise Unprovable(str(trouble)) from None
    polynomial = characteristic(matrix)
    determinants = tuple(left.determinant for left in matrix.lefts)
    never_zero = tuple(left.never_zero(ring) for left in matrix.lefts)
    found = reduced(ring, (*polynomial, *determinants, *never_zero))
    assert found is not None, "one name makes one monomial"
    size, last = len(polynomial), len(polynomial) + len(determinants)
    shown, by = found.coefficients[:size], found.coefficients[size:last]
    return Family(
        reduced=replace(found, coefficients=lightened(found.ring, shown, by)),
        matrix=matrix,
        monomial=found.monomial,
        fixed=tuple(sorted(words.used)),
        lefts=found.coefficients[last:],
    )


def _matrix(
    scheme: Scheme, names: tuple[Symbol, ...], words: Callable[[Expr], Expr]
) -> tuple[Ring, Matrix]:
    ring = Ring(len(scheme.axes), names)
    return ring, step_matrix(scheme, ring, words)


@dataclass
class _Known:
    """Values for names, and which of them were asked for."""

    values: dict[Expr, Expr]
    used: set[str]

    def __call__(self, coefficient: Expr) -> Expr:
        self.used |= {str(s) for s in coefficient.free_symbols & self.values.keys()}
        return coefficient.subs(self.values)


def _signed(marks: Signs) -> Callable[[Expr], Expr]:
    """Coefficients in positive names; a parameter that is 0 stays, so that its value is stated."""
    sizes = {s: e for s, e in marks.positive.items() if e != 0}
    return lambda e: e.subs(sizes, simultaneous=True)
