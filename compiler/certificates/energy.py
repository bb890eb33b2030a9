"""u - tau A u with A symmetric and 0 <= A <= rho: the theorem behind `block` and `symmetric`.

A = sum_j c_j K_j^T G_j K_j + S with c_j >= 0, 0 <= G_j <= g_j, S >= 0 a sum of stencils whose
symbol is a polynomial in y = sin^2(theta/2). Then rho = sum over scales of the supremum of the
symbol of sum_j c_j g_j K_j^T K_j + S, and
  one stage, or a convex combination of Euler steps:  ||u_new|| <= ||u||  for tau rho <= 2r, since
    ||(I - tau A) u||^2 = ||u||^2 - <A u, (2 tau - tau^2 A) u>, whatever G depends on;
  any polynomial P of a constant A:  ||P(-tau A)|| <= max |P| on [-tau rho, 0].
Source: Alt, Schrader, Augustin, Peter, Weickert 2022 for the block.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Protocol

import sympy
from sympy import Expr, Symbol

from ...runtime.contract import Json
from ..grid import Face, Flux, Grid, Network, Point, Read, reads, walk
from ..model import TIME
from ..scheme import Scheme, Unknown
from ..stencil import Stencil
from .atoms import Atom, Constant, Diffusive, Other, Source, atoms, equations, home
from .base import Unprovable
from .forms import NoForm, Signs, names_in, text
from .laws import SLOPE, Law, as_flux, by_law, law
from .places import read_by
from .symbol import Peak, Polynomial, autocorrelation, nonnegative, peak, plus, scaled, symbol
from .walls import reason_against
from .weights import free_in, weight


@dataclass(slots=True, kw_only=True)
class Energy:
    """0 <= A <= rho for one unknown, with what the proof says about it."""

    unknown: Unknown
    owner: Symbol
    groups: dict[Expr, Peak] = field(default_factory=dict)
    weights: list[Json] = field(default_factory=list)
    parts: list[Json] | None = None  # norms of skew stencils
    signs_of_stencils: dict[Expr, Json] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    data: set[str] = field(default_factory=set)
    fixed: set[str] = field(default_factory=set)
    beyond: set[int] = field(default_factory=set)
    fluxes: bool = False
    linear: bool = True
    steady: bool = True
    sources: bool = False
    gradient: bool = False  # slopes of several axes act together
    active: tuple[Atom, ...] = ()

    @property
    def rho(self) -> Expr:
        """The bound, a sum of monomials in positive names."""
        return sympy.Add(
            *(sympy.Rational(p.bound.numerator, p.bound.denominator) * m
              for m, p in self.groups.items())
        )  # fmt: skip

    @property
    def proof(self) -> dict[str, Json]:
        """The part of a proof that speaks of this unknown."""
        return {
            "unknown": str(self.unknown.symbol.name),
            "scales": [
                {"scale": monomial_key(m), "sup": str(p.bound), "tree": p.tree,
                 "sign": self.signs_of_stencils[m]}
                for m, p in self.groups.items()
            ],
            "weights": self.weights,
            **({} if self.parts is None else {"parts": self.parts}),
        }  # fmt: skip


def monomial_key(monomial: Expr) -> str:
    """One text for each monomial: "h^-2 kappa^1", names sorted, "" for 1."""
    powers = sorted((str(b), int(e)) for b, e in monomial.as_powers_dict().items() if b != 1)
    return " ".join(f"{b}^{e}" for b, e in powers)


def energy(
    scheme: Scheme,
    parts: tuple[Atom, ...],
    owner: Symbol,
    unknown: Unknown,
    signs: Signs,
    *,
    laws: str | None = None,
) -> Energy:
    """0 <= A <= rho for the atoms of one equation; raises Unprovable.

    `owner` is the field that the atoms must read, `unknown` where it lives. `laws`: which bound of
    a flux Phi(s) counts, that of Phi(s)/s or that of Phi'; None: weights only.
    """
    found = Energy(unknown=unknown, owner=owner, sources=any(isinstance(a, Source) for a in parts))
    active: tuple[Atom, ...] = tuple(a for a in parts if not isinstance(a, Source))
    found.active = active = tuple(map(as_flux, active)) if laws else active
    if not active:
        raise Unprovable(f"the equation of '{owner}' has no spatial operator in this part")
    sums = Sums(laws=laws)
    for atom in active:
        try:
            _take(scheme, atom, found, signs, sums)
        except NoForm as trouble:
            raise Unprovable(f"a coefficient has no closed form of known sign: {trouble}") from None
    reason = reason_against(scheme, unknown, active, signs)
    if reason is not None:
        raise Unprovable(reason)
    dim = len(scheme.axes)
    for monomial, polynomial in sums.upper.items():
        sign = nonnegative(sums.lower[monomial], dim) if sums.lower.get(monomial) else 0
        if sign is None:
            raise Unprovable(
                f"the operator of '{owner}' is not shown to be dissipative: its symbol changes sign"
                f" or its terms of scale {text(monomial)} do"
            )
        top = peak(polynomial, dim)
        if top.bound > 0:
            found.groups[monomial], found.signs_of_stencils[monomial] = top, sign
    if not found.groups:
        raise Unprovable(f"the operator of '{owner}' is zero")
    return found


@dataclass(slots=True, kw_only=True)
class Sums:
    """Symbols by scale: of all of A, and of its stencils alone."""

    upper: dict[Expr, Polynomial] = field(default_factory=dict)
    lower: dict[Expr, Polynomial] = field(default_factory=dict)
    laws: str | None = None


def _take(scheme: Scheme, atom: Atom, found: Energy, signs: Signs, sums: Sums) -> None:
    """Add one atom's symbol to the sums."""
    owner = found.owner
    if isinstance(atom, Constant) and atom.field == owner:
        polynomial = symbol(atom.stencil)
        if polynomial is None:
            raise Unprovable(f"a stencil of '{owner}' is not symmetric along each axis")
        found.names |= names_in([atom.coefficient])
        for m, factor in signs.monomials(-atom.coefficient * atom.stencil.scale).items():
            for into in (sums.upper, sums.lower):
                into[m] = plus(into.get(m, {}), scaled(polynomial, factor))
    elif isinstance(atom, Diffusive) and atom.field == owner:
        if not signs.nonnegative(atom.coefficient):
            raise Unprovable(f"the flux of '{owner}' has a coefficient that may be negative")
        found.names |= names_in([atom.coefficient])
        found.fluxes = True
        _take_faces(atom, found, signs, sums, scheme)
    elif isinstance(atom, Constant | Diffusive):
        raise Unprovable(f"the equation of '{owner}' reads '{atom.field}' too")
    else:
        assert isinstance(atom, Other)
        raise Unprovable(f"a term of '{owner}' is neither a stencil nor a flux -K^T g K {owner}")


def _take_faces(atom: Diffusive, found: Energy, signs: Signs, sums: Sums, scheme: Scheme) -> None:
    upper = sums.upper
    for face in atom.flux.faces:
        high = _high(scheme, atom.flux, face, found, sums.laws)
        polynomial = squared(face.difference)
        scale = atom.coefficient * face.difference.scale**2
        for m, factor in signs.monomials(scale * high.scale).items():
            upper[m] = plus(upper.get(m, {}), scaled(polynomial, factor * high.number))


@dataclass(frozen=True, slots=True)
class _High:
    number: Fraction = Fraction(1)
    scale: Expr = sympy.S.One


def _high(scheme: Scheme, flux: Flux, face: Face, found: Energy, laws: str | None) -> _High:
    """The bound of a face's weight, or of the law of its flux."""
    if face.weight is None and not by_law(face):
        return _High()
    nonlinear = face.weight is None or bool(reads(face.weight))
    if face.weight is not None and not (laws == SLOPE and nonlinear):
        try:
            bound, linear, steady = weighed(scheme, face.weight, [face.difference], found)
        except Unprovable:
            if laws is None or not nonlinear:
                raise
        else:
            found.linear = found.linear and linear
            found.steady = found.steady and steady
            return _High(bound)
    if laws is None:
        raise Unprovable("a flux is no product of a weight and a slope")
    shown = ruled(scheme, flux, face, laws, found)
    found.linear = False
    found.gradient = found.gradient or shown.gradient
    return _High(shown.high, shown.scale)


class Rests(Protocol):
    """What a proof rests on, gathered weight by weight."""

    unknown: Unknown
    weights: list[Json]
    names: set[str]
    data: set[str]
    fixed: set[str]
    beyond: set[int]


def weighed(
    scheme: Scheme, node: Grid, differences: list[Stencil], found: Rests
) -> tuple[Fraction, bool, bool]:
    """The bound of a weight, whether it reads no field, and whether it is steady."""
    bound = weight(scheme, node, read_by(found.unknown, differences))
    names, data, linear, steady = depends(scheme, node)
    found.weights.append(bound.proof)
    found.fixed |= bound.fixed
    found.beyond |= bound.beyond
    found.names |= names
    found.data |= data
    return bound.high, linear, steady


def ruled(scheme: Scheme, flux: Flux, face: Face, laws: str, found: Rests) -> Law:
    """The bound of the law of a face."""
    shown = law(scheme, flux, face, laws)
    found.weights.append(shown.entry)
    found.fixed |= shown.fixed
    found.names |= shown.names
    return shown


def depends(scheme: Scheme, node: Grid) -> tuple[set[str], set[str], bool, bool]:
    """Of a flux weight: parameters, data, whether it reads no field, whether it is steady."""
    names: set[str] = set()
    data: set[str] = set()
    steady = True
    for inner in walk(node):
        if isinstance(inner, Flux | Network):
            raise Unprovable("a flux weight holds a flux or a learned function")
        if isinstance(inner, Read) and inner.kind == "data":
            data.add(str(inner.symbol.name))
        own = {s for s, _ in inner.operands} if isinstance(inner, Point) else set()
        free = free_in(scheme, inner) - own
        names |= {str(s.name) for s in free}
        steady = steady and TIME not in free
    return names, data, not reads(node), steady


@lru_cache(maxsize=256)  # each theorem and each claim asks
def squared(difference: Stencil) -> Polynomial:
    """The symbol of K^T K, or the square of the l1 norm where it is not even along each axis."""
    found = symbol(autocorrelation(difference))
    if found is not None:
        return found
    total = sum((abs(w) for _, w in difference.weights), Fraction(0))
    return {(0,) * difference.dim: total**2}


def energies(
    scheme: Scheme, part: str | None, signs: Signs, *, laws: str | None = None
) -> list[Energy]:
    """The bound of each equation that a claim speaks of."""
    return [
        energy(
            scheme,
            atoms(scheme, rate, part),
            rate.unknown,
            home(scheme, rate.unknown),
            signs,
            laws=laws,
        )
        for rate in equations(scheme, part)
    ]
