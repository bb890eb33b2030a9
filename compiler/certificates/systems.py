"""First-order systems that are skew: two groups each driven by the other, or odd stencils.

With one unknown p in a group, A = -sum_q B_pq C_qp. With three in each and C_qp antisymmetric in
(q, p), C is a curl: |k x v|^2 <= |k|^2 |v|^2 by Lagrange's identity, whatever the symbols k are,
and lambda |k|^2 is half the trace of -B C.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

import sympy
from sympy import Expr, Symbol

from ...runtime.contract import Json
from ..scheme import Scheme
from ..stencil import Stencil, stencil
from .atoms import Atom, Constant, Source, atoms, equations, home
from .base import Unprovable
from .energy import Energy, squared
from .forms import NoForm, Signs, names_in, simple
from .symbol import Peak, peak
from .walls import Mirror, mirror_of, parity, walls_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupling:
    """Two groups; `small` is the group of one unknown, `composed` the atoms of B C on it."""

    groups: tuple[tuple[Symbol, ...], tuple[Symbol, ...]]
    small: tuple[Symbol, ...]
    composed: tuple[Atom, ...]
    sources: bool
    names: frozenset[str]


def coupling(scheme: Scheme, part: str | None, marks: Signs) -> Coupling:
    """The two groups of a system with B_pq = -lambda_q C_qp^T; raises Unprovable."""
    parts = {r.unknown: atoms(scheme, r, part) for r in equations(scheme, part)}
    sources = any(isinstance(a, Source) for own in parts.values() for a in own)
    links: dict[tuple[Symbol, Symbol], list[Constant]] = {}
    for owner, own in parts.items():
        for atom in own:
            if isinstance(atom, Source):
                continue
            if not isinstance(atom, Constant) or atom.field == owner:
                raise Unprovable(f"the equation of '{owner}' is not driven by the others alone,"
                                 " linearly and with constant coefficients")  # fmt: skip
            links.setdefault((owner, atom.field), []).append(atom)
    first, second = _groups(tuple(parts), links)
    small, large = (first, second) if len(first) == 1 else (second, first)
    curl = len(small) == len(large) == 3 and _is_curl(small, large, links)
    if len(small) != 1 and not curl:
        raise Unprovable("neither group of the system has a single unknown, and there is no curl")
    composed: list[Atom] = []
    ratios: set[Expr] = set()
    for p in small:
        for q in large:
            back, forth = links.get((p, q), []), links.get((q, p), [])
            if not back and not forth and curl:
                continue
            ratios.add(_adjoint(back, forth, marks, f"'{p}' and '{q}'"))
            _mirrored(scheme, p, q, forth)
            composed += [_composed(b, c, small[0], len(small)) for b in back for c in forth]
    if curl and len(ratios) != 1:
        raise Unprovable("the two curls are not adjoint to each other with one constant")
    names = frozenset(names_in(a.coefficient for own in links.values() for a in own))
    return Coupling(groups=(first, second), small=small[:1], composed=tuple(composed),
                    sources=sources, names=names)  # fmt: skip


def _composed(b: Constant, c: Constant, field: Symbol, size: int) -> Constant:
    """A part of B C; of a curl it counts half, since |k|^2 is half the trace."""
    half = sympy.Rational(1, 2) if size > 1 else sympy.S.One
    return Constant(
        coefficient=half * b.coefficient * c.coefficient,
        stencil=b.stencil.after(c.stencil),
        field=field,
    )


def _is_curl(
    small: tuple[Symbol, ...],
    large: tuple[Symbol, ...],
    links: dict[tuple[Symbol, Symbol], list[Constant]],
) -> bool:
    """C_qp = -C_pq about their middles, in an order of q in which C_pp is missing."""
    without = [[q for q in large if not links.get((q, p))] for p in small]
    if any(len(qs) != 1 for qs in without) or len({qs[0] for qs in without}) != len(small):
        return False
    order = [qs[0] for qs in without]
    for i, p in enumerate(small):
        for j, r in enumerate(small):
            one, other = links.get((order[j], p), []), links.get((order[i], r), [])
            if i != j and not (len(one) == len(other) == 1 and _opposite(one[0], other[0])):
                return False
    return True


def _opposite(a: Constant, b: Constant) -> bool:
    """The same difference with the other sign, wherever its result lies."""
    wa, wb = (
        {tuple(2 * k + s for k, s in zip(o, x.stencil.shift, strict=True)): w
         for o, w in x.stencil.weights}
        for x in (a, b)
    )  # fmt: skip
    if wa.keys() != wb.keys():
        return False
    sums = (
        wa[o].numerator * a.coefficient * a.stencil.scale / wa[o].denominator
        + wb[o].numerator * b.coefficient * b.stencil.scale / wb[o].denominator
        for o in wa
    )
    return all(simple(s) == 0 for s in sums)


def _groups(
    unknowns: tuple[Symbol, ...], links: dict[tuple[Symbol, Symbol], list[Constant]]
) -> tuple[tuple[Symbol, ...], tuple[Symbol, ...]]:
    """The first equation's group and the other, each driven only by the other."""
    side = {unknowns[0]: 0}
    for _ in unknowns:
        for owner, driver in links:
            for x, y in ((owner, driver), (driver, owner)):
                if x in side:
                    side.setdefault(y, 1 - side[x])
    if any(side.get(o) == side.get(d) for o, d in links) or side.keys() != set(unknowns):
        raise Unprovable("the unknowns do not split into two groups, each driven by the other")
    first = tuple(u for u in unknowns if side[u] == 0)
    return first, tuple(u for u in unknowns if side[u] == 1)


def _adjoint(back: list[Constant], forth: list[Constant], marks: Signs, who: str) -> Expr:
    """The lambda > 0 of B = -lambda C^T, one for all stencils."""
    ratios = set()
    rest = list(forth)
    for b in back:
        match = next((c for c in rest if _ratio(b.stencil, c.stencil.adjoint())), None)
        if match is None:
            raise Unprovable(f"the couplings of {who} are not adjoint to each other")
        rest.remove(match)
        factor = _ratio(b.stencil, match.stencil.adjoint())
        assert factor is not None
        scale = b.coefficient * b.stencil.scale / (match.coefficient * match.stencil.scale)
        ratios.add(simple(-factor * scale))
    if rest or len(ratios) != 1:
        raise Unprovable(f"the couplings of {who} are not adjoint to each other")
    ratio = ratios.pop()
    try:
        found = marks.monomials(ratio)
    except NoForm as trouble:
        raise Unprovable(f"the couplings of {who} have no ratio of known sign: {trouble}") from None
    if not found or any(f < 0 for f in found.values()):
        raise Unprovable(f"the couplings of {who} have the same sign: solutions grow")
    return ratio


def _ratio(a: Stencil, b: Stencil) -> Expr | None:
    """The factor f with weights of a = f * weights of b."""
    wa, wb = dict(a.weights), dict(b.weights)
    if wa.keys() != wb.keys() or a.shift != b.shift or not wa:
        return None
    offset = next(iter(wa))
    factor = wa[offset] / wb[offset]
    if any(wa[o] != factor * wb[o] for o in wa):
        return None
    return sympy.Rational(factor.numerator, factor.denominator)


def _mirrored(scheme: Scheme, p: Symbol, q: Symbol, forth: list[Constant]) -> None:
    """C maps mirror images of p to those of q at every wall."""
    own, other = home(scheme, p), home(scheme, q)
    for axis, end in walls_of(scheme, own):
        mirror: Mirror = mirror_of(scheme, own, axis, end)
        edge = other.edges[axis][end]
        for atom in forth:
            expected = mirror.along(atom.stencil) * parity(own.edges[axis][end])
            place = mirror_of(scheme, other, axis, end).place if edge.rule == "wall" else None
            if expected == 0 or parity(edge) != expected or place != mirror.place:
                side = f"{scheme.axes[axis].name} {('low', 'high')[end]}"
                raise Unprovable(f"'{q}' does not mirror at {side} as the difference of '{p}' does")


# ---- odd stencils


def derivative_bound(
    scheme: Scheme, parts: tuple[Atom, ...], owner: Symbol, marks: Signs
) -> Energy:
    """||S||^2 for a sum of stencils with S^T = -S on a torus: the square of the sum of their norms.

    A stencil along several axes is taken apart by axis, so that each symbol is a polynomial in y.
    """
    unknown = home(scheme, owner)
    if walls_of(scheme, unknown):
        raise Unprovable("skew stencils on walls are no restriction of those on a torus")
    found = Energy(unknown=unknown, owner=owner, sources=any(isinstance(a, Source) for a in parts))
    total: Expr = sympy.S.Zero
    found.parts = []
    for atom in parts:
        if isinstance(atom, Source):
            continue
        if not isinstance(atom, Constant) or atom.field != owner:
            raise Unprovable(f"a term of '{owner}' is no stencil with constant coefficients")
        if atom.stencil.adjoint() != atom.stencil.scaled(Fraction(-1)):
            raise Unprovable(f"a stencil of '{owner}' is neither symmetric nor antisymmetric")
        found.names |= names_in([atom.coefficient])
        for one in by_axis(atom.stencil):
            size, shown = norm_of(one)
            found.parts.append({"norm": str(size), "tree": shown})
            total += sympy.Rational(size.numerator, size.denominator) * _size(
                atom.coefficient * one.scale, marks
            )
    if total == 0:
        raise Unprovable(f"the equation of '{owner}' has no operator in this part")
    for term in sympy.Add.make_args(sympy.expand(total**2)):
        factor, monomial = term.as_coeff_Mul(rational=True)
        bound = Fraction(int(factor.p), int(factor.q))
        found.groups[monomial] = Peak(bound=bound, reached=bound, where=(), tree=0)
        found.signs_of_stencils[monomial] = 0
    return found


def by_axis(whole: Stencil) -> list[Stencil]:
    """The parts of a stencil along each axis alone, and the rest."""
    groups: dict[int, list[tuple[tuple[int, ...], Fraction]]] = {}
    for offset, weight in whole.weights:
        axes = [a for a, k in enumerate(offset) if k]
        groups.setdefault(axes[0] if len(axes) == 1 else -1, []).append((offset, weight))
    return [stencil(pairs, scale=whole.scale, shift=whole.shift) for pairs in groups.values()]


def _size(expression: Expr, marks: Signs) -> Expr:
    """|coefficient|, of a single sign."""
    try:
        found = marks.monomials(expression)
    except NoForm as trouble:
        raise Unprovable(f"a coefficient has no closed form of known sign: {trouble}") from None
    factors = list(found.values())
    if not (all(f > 0 for f in factors) or all(f < 0 for f in factors)):
        raise Unprovable("a coefficient has no known sign")
    return sympy.Add(*(sympy.Rational(abs(f).numerator, abs(f).denominator) * m
                       for m, f in found.items()))  # fmt: skip


def norm_of(one: Stencil) -> tuple[Fraction, Json]:
    """A rational not below the norm of a stencil, and the tree of halvings that shows it."""
    top = peak(squared(one), one.dim)
    return root_above(top.bound), top.tree


def root_above(x: Fraction) -> Fraction:
    """A square root, or a rational of twelve digits above it."""
    p, q = isqrt(x.numerator), isqrt(x.denominator)
    if p * p == x.numerator and q * q == x.denominator:
        return Fraction(p, q)
    scale = 10**12
    return Fraction(isqrt(x.numerator * scale**2 // x.denominator) + 1, scale)
