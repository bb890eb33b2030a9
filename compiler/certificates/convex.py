"""`convex`: each new value is a convex combination of old ones: max_principle, positivity, l2.

One Euler step is u_i + tau (sum_j w_ij u_j - d_i u_i) with w_ij >= 0 and sum_j w_ij <= d_i, weights
by any state in [0, sup g]. For tau d <= 1 all weights are >= 0 with sum <= 1; a method that is a
convex combination of Euler steps of length tau/r allows tau d <= r. A wall adds what its ghosts
take from the point: nothing where they are even or known, the ghost's weight where they are odd.

l2_stable: with constant coefficients and ghosts that never add, columns sum to at most 1 too, and
||A||_2^2 <= ||A||_1 ||A||_oo. Sources: Hundsdorfer, Verwer 2003; Kraaijevanger 1991.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import sympy
from sympy import Expr, Symbol

from ...runtime.contract import Json
from ..grid import Face, Flux, reads
from ..scheme import Edge, Scheme, Unknown
from ..stencil import Offset
from .atoms import Atom, Constant, Diffusive, Source, atoms, equations, home
from .base import Bounded, Proved, Question, Theorem, Unprovable
from .dissipative import NORM, data_text
from .energy import ruled, weighed
from .forms import NoForm, Signs, names_in, signs, text
from .laws import SECTOR
from .methods import Foreign, strong_stability, tableau
from .walls import domain, grids, kind

Sum = dict[Expr, Fraction]  # monomial -> factor
Pairs = Iterator[tuple[Offset, Offset, Sum]]


@dataclass(slots=True, kw_only=True)
class Rows:
    """The weights of one equation's rows, per unit of tau, as sums of positive monomials."""

    unknown: Unknown
    neighbours: dict[Offset, Sum] = field(default_factory=dict)  # upper bounds, >= 0
    loss: Sum = field(default_factory=dict)  # upper bound of d
    balance: Sum = field(default_factory=dict)  # sum_j w_ij - d_i, exact
    weights: list[Json] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    data: set[str] = field(default_factory=set)
    fixed: set[str] = field(default_factory=set)
    sources: bool = False
    constant: bool = True
    pairs: set[int] = field(default_factory=set)  # axes that need at least two points
    beyond: set[int] = field(default_factory=set)  # axes that need at least the file's


def _add(into: Sum, what: Sum, factor: Fraction = Fraction(1)) -> None:
    for m, c in what.items():
        into[m] = into.get(m, Fraction(0)) + factor * c
        if not into[m]:
            del into[m]


def rows_of(scheme: Scheme, parts: tuple[Atom, ...], owner: Symbol, marks: Signs) -> Rows:
    """The rows of one equation; raises Unprovable where a weight may be negative."""
    found = Rows(unknown=home(scheme, owner), sources=any(isinstance(a, Source) for a in parts))
    stencil: dict[Offset, Sum] = {}
    try:
        for atom in parts:
            if isinstance(atom, Source):
                continue
            if not isinstance(atom, Constant | Diffusive) or atom.field != owner:
                raise Unprovable(f"a term of '{owner}' is no combination of its own values")
            found.names |= names_in([atom.coefficient])
            if isinstance(atom, Constant):
                scale = marks.monomials(atom.coefficient * atom.stencil.scale)
                for offset, w in atom.stencil.weights:
                    _add(stencil.setdefault(offset, {}), scale, w)
            else:
                found.constant = False
                _take_flux(scheme, atom, found, marks)
    except NoForm as trouble:
        raise Unprovable(f"a weight has no closed form of known sign: {trouble}") from None
    _take_stencil(stencil, found, owner)
    _fold(scheme, found, marks)
    found.loss = {m: c for m, c in found.loss.items() if c > 0}  # growth only helps
    if not found.loss:
        raise Unprovable(f"the equation of '{owner}' has no operator in this part")
    return found


def _take_stencil(stencil: dict[Offset, Sum], found: Rows, owner: Symbol) -> None:
    for offset, weights in stencil.items():
        _add(found.balance, weights)
        if not any(offset):
            _add(found.loss, weights, Fraction(-1))
            continue
        if any(c < 0 for c in weights.values()):
            raise Unprovable(f"the weight of '{owner}' at offset {offset} may be negative")
        _add(found.neighbours.setdefault(offset, {}), weights)


def _take_flux(scheme: Scheme, atom: Diffusive, found: Rows, marks: Signs) -> None:
    """Faces that share a weight form one matrix g * sum_a K_a^T K_a on their points."""
    if not marks.nonnegative(atom.coefficient):
        raise Unprovable("the coefficient of a flux may be negative")
    groups: dict[object, list[Face]] = {}
    for face in atom.flux.faces:
        groups.setdefault((face.weight, face.slope.location), []).append(face)
    for faces in groups.values():
        high, scale = _high(scheme, atom.flux, faces, found)
        for o, p, entry in _matrix(atom.coefficient * scale, faces, marks):
            if o == p:
                _add(found.loss, entry, high)
                continue
            if any(c > 0 for c in entry.values()):
                raise Unprovable("two points of one flux attract each other with a negative weight")
            offset = tuple(b - a for a, b in zip(o, p, strict=True))
            _add(found.neighbours.setdefault(offset, {}), entry, -high)


def _high(scheme: Scheme, flux: Flux, faces: list[Face], found: Rows) -> tuple[Fraction, Expr]:
    """The bound of the weight that faces share, or of its law, and its scale."""
    if (node := faces[0].weight) is None:
        return Fraction(1), sympy.S.One
    try:
        return weighed(scheme, node, [f.difference for f in faces], found)[0], sympy.S.One
    except Unprovable:
        if not reads(node):
            raise
    shown = ruled(scheme, flux, faces[0], SECTOR, found)
    return shown.high, shown.scale


def _matrix(coefficient: Expr, faces: list[Face], marks: Signs) -> Pairs:
    """sum_a k_a(o) k_a(p), row by row since of a wide difference the first row decides."""
    parts: list[tuple[Sum, dict[Offset, Fraction]]] = []
    for k in (face.difference for face in faces):
        if sum(w for _, w in k.weights) != 0:  # then the rows of the matrix sum to 0
            raise Unprovable("a slope does not vanish on constants")
        parts.append((marks.monomials(coefficient * k.scale**2), dict(k.weights)))
    for o in dict.fromkeys(o for _, weights in parts for o in weights):
        row: dict[Offset, Sum] = {}
        for scale, weights in parts:
            for p, w in weights.items() if o in weights else ():
                _add(row.setdefault(p, {}), scale, weights[o] * w)
        yield from ((o, p, entry) for p, entry in row.items())


# ---- walls


def _fold(scheme: Scheme, found: Rows, marks: Signs) -> None:
    """What the ghosts of walls take from the weight at the point."""
    unknown = found.unknown
    for axis, pair in enumerate(unknown.edges):
        odd = []
        for end, edge in enumerate(pair):
            outside = {o: s for o, s in found.neighbours.items() if (o[axis] > 0) == bool(end)
                       and o[axis] and s}  # fmt: skip
            place = f"{scheme.axes[axis].name} {('low', 'high')[end]}"
            taken = _taken(edge, outside, axis, place, marks)
            if taken:
                odd.append(taken)
        if len(odd) == 2 and odd[0] == odd[1] and scheme.axes[axis].count != 1:
            found.pairs.add(axis)
            odd.pop()
        for taken in odd:
            _add(found.loss, taken)


def _taken(edge: Edge, outside: dict[Offset, Sum], axis: int, place: str, marks: Signs) -> Sum:
    """The weight that odd ghosts of one wall take from the point; raises Unprovable."""
    even = edge.rule == "wall" and edge.value == 0
    if edge.rule in {"periodic", "zero"} or even or not outside:
        return {}
    if edge.rule != "wall":
        raise Unprovable(f"values are read beyond {place}, where nothing is said about them")
    if any(sum(map(abs, o)) != 1 for o in outside):
        raise Unprovable(f"the stencil reaches beyond the first ghost at {place}")
    if edge.mirror == -1 and edge.slope == 0:
        return {}
    if edge.mirror != 0 or not marks.nonnegative(edge.value * edge.slope):
        raise Unprovable(f"the ghosts at {place} are no combination of values with weights >= 0")
    total: Sum = {}
    for weights in outside.values():
        _add(total, weights)
    return total


def _columns(found: Rows) -> None:
    """Column sums are at most 1: constant coefficients, and ghosts that never add."""
    if not found.constant:
        raise Unprovable("columns of weights by the state are not bounded; see `block`")
    for axis, pair in enumerate(found.unknown.edges):
        for end, edge in enumerate(pair):
            reached = any(o[axis] and (o[axis] > 0) == bool(end) for o in found.neighbours)
            if edge.rule == "wall" and reached and kind(edge) != "Dirichlet":
                raise Unprovable(f"a {kind(edge)} wall adds to the columns beside it")


# ---- the theorem


def _prove(question: Question) -> Proved:
    scheme, claim = question.scheme, question.claim.name
    marks = signs(scheme)
    try:
        r = strong_stability(tableau(scheme))
    except Foreign as trouble:
        raise Unprovable(f"the time method is no combination of Euler steps: {trouble}") from None
    if r == 0:
        raise Unprovable("the time method is no convex combination of Euler steps")
    if any(rate.order != 1 for rate in equations(scheme, question.part)):
        raise Unprovable("an equation is not of first order in time")
    found = [
        rows_of(scheme, atoms(scheme, rate, question.part), rate.unknown, marks)
        for rate in equations(scheme, question.part)
    ]
    for rows in found:
        if claim != "positivity" and any(c > 0 for c in rows.balance.values()):
            raise Unprovable(f"the weights of '{rows.unknown.symbol}' may sum to more than 1")
        if claim == "l2_stable":
            _columns(rows)
    limits = tuple(
        Bounded(form=sympy.factor(marks.back(_rational(r) / _form(rows.loss))), attained=True)
        for rows in found
    )
    return Proved(
        kind="convex",
        statement=" and ".join(_statement(claim, rows) for rows in found),
        norm={"l2_stable": NORM, "max_principle": "maximum norm"}.get(claim, "componentwise"),
        domain=_domain(scheme, found),
        hypotheses=_hypotheses(scheme, found, marks),
        bound="; ".join(
            f"loss <= {text(marks.back(_form(rows.loss)))} for {rows.unknown.symbol.name}"
            for rows in found
        ),
        proof={
            "equations": [{"unknown": str(rows.unknown.symbol.name), "weights": rows.weights}
                          for rows in found],
            "method": {"by": "euler", "beta": str(r)},
        },
        bounds=limits,
        sharp=True,
    )  # fmt: skip


def _rational(x: Fraction) -> Expr:
    return sympy.Rational(x.numerator, x.denominator)


def _form(total: Sum) -> Expr:
    return sympy.Add(*(_rational(c) * m for m, c in total.items()))


def _statement(claim: str, rows: Rows) -> str:
    u = str(rows.unknown.symbol.name)
    if claim == "l2_stable":
        return f"||{u}[k+1]|| <= ||{u}[k]||"
    if claim == "positivity":
        return f"{u}[k+1] >= 0 where {u}[k] >= 0 and wall values are"
    others = ["wall values"] * _has_values(rows.unknown) + ["0"] * _loses(rows)
    values = ", ".join([f"{u}[k]", *others])
    return f"min({values}) <= {u}[k+1] <= max({values})"


def _has_values(unknown: Unknown) -> bool:
    return any(kind(e) in {"Dirichlet", "Robin"} for pair in unknown.edges for e in pair)


def _loses(rows: Rows) -> bool:
    """Row sums below 1: a decay, or padding by zeros."""
    zeros = any(e.rule == "zero" for pair in rows.unknown.edges for e in pair)
    return bool(rows.balance) or zeros


def _domain(scheme: Scheme, found: list[Rows]) -> str:
    named = [(str(r.unknown.symbol.name), domain(scheme, r.unknown)) for r in found]
    pairs, beyond = (set[int]().union(*sets) for sets in
                     ([r.pairs for r in found], [r.beyond for r in found]))  # fmt: skip
    return grids(scheme, named, beyond=beyond, pairs=pairs)


def _hypotheses(scheme: Scheme, found: list[Rows], marks: Signs) -> tuple[str, ...]:
    texts: set[str] = set()
    values = {p.name: p.value for p in scheme.model.params}
    for rows in found:
        texts |= set(marks.hypotheses(rows.names - rows.fixed))
        texts |= {f"{n} = {text(values[n])}" for n in rows.fixed}
        texts |= {data_text(scheme, n) for n in rows.data}
        slopes = any(
            e.rule == "wall" and e.right != 0 and e.value == 0
            for pair in rows.unknown.edges for e in pair
        )  # fmt: skip
        if rows.sources or slopes:
            texts.add("sources and inflow are left out")
    return tuple(sorted(texts - {""}))


THEOREM = Theorem(name="convex", claims=("max_principle", "positivity", "l2_stable"), prove=_prove)
