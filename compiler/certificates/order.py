"""`order`: every difference in the interior approximates its derivative to order p.

A stencil is sum_o w_o u(x + o h); with m_k its moments about the place where the result lies, the
lowest total degree with a moment is the derivative that it approximates, and the next degree with
a moment is p higher. Sums, products, compositions and smooth pointwise functions of approximations
of order p are of order p. What is said of walls in the report of `order` is expected, not proved.
"""

from __future__ import annotations

from itertools import islice

import sympy
from sympy import Expr

from ..grid import Flux, Grid, Linear, Point, walk
from ..operators import HarmonicMean
from ..scheme import Scheme
from ..stencil import Stencil
from .atoms import chosen, equations
from .base import Proved, Question, Theorem, Unprovable
from .forms import simple

HIGHEST = 34  # beyond the widest stencil nothing is looked for


def _prove(question: Question) -> Proved:
    scheme = question.scheme
    orders: list[int] = []
    texts: set[str] = set()
    rates = equations(scheme, question.part)
    if any(r.order == 0 for r in rates):
        raise Unprovable("a scheme given node by node names no equation that it approximates")
    for rate in rates:
        for term in chosen(scheme, rate, question.part):
            for node in walk(term.value):
                for stencil in _stencils(node):
                    if _is_value(stencil):
                        continue
                    order, text = order_of(stencil, scheme)
                    orders.append(order)
                    texts.add(text)
    least = str(min(orders)) if orders else "any"
    return Proved(
        kind="order",
        statement=f"interior rows are consistent of order {least} in space",
        norm="pointwise, smooth solutions",
        domain="interior rows",
        hypotheses=(),
        bound="; ".join(sorted(texts)),
        proof={},
    )


def _stencils(node: Grid) -> list[Stencil]:
    """The stencils of a node; the two neighbours of a harmonic mean count as their mean."""
    if isinstance(node, Flux):
        return [f.difference for f in node.faces]
    if isinstance(node, Linear):
        return [] if _one_sided(node) else [s for s, _ in node.terms]
    if isinstance(node, Point):
        shifted = [v for _, v in node.operands if isinstance(v, Linear) and _one_sided(v)]
        if not shifted:
            return []
        if not isinstance(node.expression, HarmonicMean) or len(shifted) != 2:
            raise Unprovable("a value is taken half a cell beside its place")
        (a, x), (b, y) = shifted[0].terms[0], shifted[1].terms[0]
        mean = (*a.weights, *b.weights)
        if x != y or a.shift != b.shift or {s.dim for s in (a, b)} != {a.dim}:
            raise Unprovable("a mean of two different values")
        return [Stencil(weights=tuple((o, w / 2) for o, w in sorted(mean)), scale=a.scale,
                        shift=a.shift)]  # fmt: skip
    return []


def _one_sided(node: Linear) -> bool:
    """A single value half a cell off."""
    if len(node.terms) != 1:
        return False
    ((stencil, _),) = node.terms
    return len(stencil.weights) == 1 and any(stencil.shift)


def _is_value(stencil: Stencil) -> bool:
    """A value at the point itself."""
    return len(stencil.weights) == 1 and not any(stencil.weights[0][0]) and not any(stencil.shift)


def order_of(stencil: Stencil, scheme: Scheme) -> tuple[int, str]:
    """The order of a stencil and what it approximates: "dxx + dyy"; raises Unprovable."""
    degrees = ((d, t) for d, t in enumerate(islice(stencil.taylor(), HIGHEST)) if t)
    leading, following = next(degrees, None), next(degrees, None)
    if leading is None or following is None:
        raise Unprovable("a stencil approximates no derivative")
    degree, derivatives = leading
    parts = []
    for powers, value in sorted(derivatives.items(), reverse=True):
        spacing: Expr = sympy.Mul(*(a.spacing**p for a, p in zip(scheme.axes, powers, strict=True)))
        factor = simple(stencil.scale * spacing)
        if not factor.is_Rational:
            raise Unprovable("a stencil and its spacings are of different degrees")
        size = sympy.Rational(value.numerator, value.denominator) * factor
        parts.append(f"{size}*d{name(scheme, powers)}")
    return following[0] - degree, " + ".join(parts)


def name(scheme: Scheme, powers: tuple[int, ...]) -> str:
    """A derivative: "xxy", "" for a value."""
    return "".join(a.name * p for a, p in zip(scheme.axes, powers, strict=True))


THEOREM = Theorem(name="order", claims=("order",), prove=_prove)
