"""`gershgorin`: u_t = -A u with neighbour stencils, walls included row by row.

Statement: the matrix A on the grid is symmetric in the product of cell volumes, its entries off the
diagonal are <= 0, and in every row |a_ii| >= sum |a_ij|. By Gershgorin's discs 0 <= A <= rho, rho
the largest |a_ii| + sum |a_ij|: sufficient, and attained by no grid between walls. A Robin end of
nodes, a u + b dn(u) = 0 with a b >= 0, adds 2 a/(b h) times the weight of its neighbour; every
other wall leaves the sum of an inner row or less. Hypotheses: constant coefficients, a one-step
method. Source: Gershgorin 1931; Varga, Gershgorin and His Circles, 2004.
"""

from __future__ import annotations

from fractions import Fraction

import sympy
from sympy import Expr

from ..scheme import Edge, Scheme
from .allowance import allowance
from .atoms import Constant, Source, atoms, equations, home
from .base import Bounded, Proved, Question, Theorem, Unprovable
from .dissipative import NORM, hypotheses
from .energy import Energy
from .forms import NoForm, Signs, names_in, signs, text
from .symbol import Peak
from .walls import domain, grids, is_neighbour_sum

Sum = dict[Expr, Fraction]  # monomial -> factor


def _prove(question: Question) -> Proved:
    scheme, marks = question.scheme, signs(question.scheme)
    rates = equations(scheme, question.part)
    if any(r.order != 1 for r in rates):
        raise Unprovable("an equation is not of first order in time")
    pairs: set[int] = set()
    try:
        found = [_rows(scheme, question.part, k, marks, pairs) for k in range(len(rates))]
    except NoForm as trouble:
        raise Unprovable(f"a weight has no closed form of known sign: {trouble}") from None
    allowed = allowance(scheme, found, marks)
    if not isinstance(allowed.rule, dict) or allowed.rule["by"] != "polynomial":
        raise Unprovable("the time method is no one-step method")
    beta = sympy.Rational(allowed.beta.numerator, allowed.beta.denominator)
    names = [str(e.unknown.symbol.name) for e in found]
    statement = " and ".join(f"||{n}[k+1]|| <= ||{n}[k]||" for n in names)
    return Proved(
        kind="gershgorin",
        statement=statement + (" at cycle ends" if allowed.cycle else ""),
        norm=NORM,
        domain=grids(
            scheme,
            [(n, domain(scheme, e.unknown)) for n, e in zip(names, found, strict=True)],
            pairs=pairs,
        ),
        hypotheses=hypotheses(scheme, found, marks),
        bound="; ".join(
            f"||A|| <= {text(marks.back(e.rho))} for {n}" for n, e in zip(names, found, strict=True)
        ),
        proof={"equations": list(names), "method": allowed.rule},
        bounds=tuple(
            Bounded(form=sympy.factor(marks.back(beta / e.rho)), attained=True) for e in found
        ),
    )


def _rows(scheme: Scheme, part: str | None, k: int, marks: Signs, pairs: set[int]) -> Energy:
    """0 <= A <= rho of one equation; raises Unprovable."""
    rate = equations(scheme, part)[k]
    parts = atoms(scheme, rate, part)
    unknown = home(scheme, rate.unknown)
    name = str(unknown.symbol.name)
    found = Energy(unknown=unknown, owner=rate.unknown,
                   sources=any(isinstance(a, Source) for a in parts))  # fmt: skip
    if any(unknown.extra) or any(unknown.location):
        raise Unprovable(f"'{name}' lies on faces")
    weights: dict[tuple[int, ...], Sum] = {}
    for atom in parts:
        if isinstance(atom, Source):
            continue
        if not isinstance(atom, Constant) or atom.field != rate.unknown:
            raise Unprovable(f"a term of '{name}' is no stencil of its own with constant weights")
        if not is_neighbour_sum(atom.stencil):
            raise Unprovable(
                f"a stencil of '{name}' reaches beyond neighbours, or is not symmetric"
            )
        found.names |= names_in([atom.coefficient])
        scale = marks.monomials(atom.coefficient * atom.stencil.scale)
        for offset, w in atom.stencil.weights:
            _add(weights.setdefault(offset, {}), scale, w)
    origin = (0,) * len(scheme.axes)
    near, total, loss = {o: s for o, s in weights.items() if o != origin}, Sum(), Sum()
    for offset, line in near.items():
        if any(c < 0 for c in line.values()):
            raise Unprovable(f"the weight of '{name}' at offset {offset} may be negative")
        _add(total, line)
    _add(loss, weights.get(origin, {}), Fraction(-1))
    gap = dict(loss)
    _add(gap, total, Fraction(-1))
    if any(c < 0 for c in gap.values()):
        raise Unprovable(f"the diagonal of '{name}' does not dominate its rows")
    _add(loss, total)
    for axis, pair in enumerate(unknown.edges):
        for end, edge in enumerate(pair):
            unit = tuple((2 * end - 1) * int(a == axis) for a in range(len(origin)))
            if near.get(unit) and _adds(edge, marks, f"{scheme.axes[axis].name}"):
                pairs.add(axis)
                found.names |= names_in([edge.value, edge.slope])
                share = marks.monomials(2 * scheme.axes[axis].spacing * edge.value / edge.slope)
                for m, c in near[unit].items():
                    _add(loss, {sympy.expand(m * f): c * g for f, g in share.items()})
    found.groups = {m: Peak(bound=c, reached=c, where=(), tree=0) for m, c in loss.items()}
    if not found.groups:
        raise Unprovable(f"the operator of '{name}' is zero")
    return found


def _adds(edge: Edge, marks: Signs, axis: str) -> bool:
    """Whether a wall adds to its row, a Robin end of nodes; raises Unprovable for others."""
    if edge.rule in {"periodic", "zero"}:
        return False
    if edge.rule != "wall" or (edge.value == 0 and edge.slope == 0):
        raise Unprovable(f"values are read beyond a wall of {axis}, where nothing is said")
    if edge.value == 0 or edge.slope == 0:
        if edge.slope == 0 and edge.mirror == 1:
            raise Unprovable(f"an unknown lies on a Dirichlet wall of {axis}")
        return False
    if not marks.nonnegative(edge.value * edge.slope):
        raise Unprovable(f"a wall of {axis} may feed the norm")
    return edge.mirror == 1


def _add(into: Sum, what: Sum, factor: Fraction = Fraction(1)) -> None:
    for m, c in what.items():
        into[m] = into.get(m, Fraction(0)) + factor * c
        if not into[m]:
            del into[m]


THEOREM = Theorem(name="gershgorin", claims=("l2_stable",), prove=_prove)
