"""Kind "order": the moments of every stencil in the interior, summed again."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import factorial
from typing import Any

from .atoms import chosen, equations
from .document import Document, Stencil
from .forms import laurent
from .ranges import Rejected
from .words import Claimed

HIGHEST = 34


def check(document: Document, claimed: Claimed) -> None:
    """The certificate states exactly what is shown."""
    orders: list[int] = []
    texts: set[str] = set()
    for rate in equations(document, claimed.part):
        if rate["order"] == 0:
            raise Rejected("a scheme given node by node names no equation")
        for term in chosen(document, rate, claimed.part):
            for stencil in _stencils(document, term["node"]):
                at_point = {(0,) * document.dim}
                if stencil.weights.keys() == at_point and not any(stencil.shift):
                    continue
                order, text = _order(document, stencil)
                orders.append(order)
                texts.add(text)
    claimed.says(
        claim="order",
        statement=f"interior rows are consistent of order {min(orders, default='any')} in space",
        norm="pointwise, smooth solutions",
        domain="interior rows",
        hypotheses=(),
    )
    if claimed.certificate["bound"] != "; ".join(sorted(texts)):
        raise Rejected("the derivatives of the certificate are not those shown")
    claimed.no_limit()


def _stencils(document: Document, number: int) -> Iterator[Stencil]:
    """Every stencil below a node; the two neighbours of a harmonic mean as their mean."""
    for node in document.below(number):
        if node["is"] == "flux":
            yield from (document.stencil(f["difference"]) for f in node["faces"])
        elif node["is"] == "linear" and not _one_sided(document, node):
            yield from (document.stencil(s) for s, _ in node["terms"])
        elif node["is"] == "point":
            beside = [k for k in node["operands"] if _one_sided(document, document.nodes[k])]
            if beside:
                yield _mean(document, node, beside)


def _one_sided(document: Document, node: dict[str, Any]) -> bool:
    if node["is"] != "linear" or len(node["terms"]) != 1:
        return False
    stencil = document.stencil(node["terms"][0][0])
    return len(stencil.weights) == 1 and any(stencil.shift)


def _mean(document: Document, node: dict[str, Any], beside: list[int]) -> Stencil:
    if node["expression"][0] != "harmonic" or len(beside) != 2:
        raise Rejected("a value is taken half a cell beside its place")
    (a, x), (b, y) = (document.nodes[k]["terms"][0] for k in beside)
    first, second = document.stencil(a), document.stencil(b)
    if x != y or first.shift != second.shift or a["scale"] != b["scale"]:
        raise Rejected("a mean of two different values")
    half = Fraction(1, 2)
    weights = {o: half * w for s in (first, second) for o, w in s.weights.items()}
    return Stencil(weights, first.scale, first.shift)


def _order(document: Document, stencil: Stencil) -> tuple[int, str]:
    """The distance between the first two degrees with a moment, and what the first one is."""
    degrees = (d for d in range(HIGHEST) if _taylor(stencil, d))
    first, second = next(degrees, None), next(degrees, None)
    if first is None or second is None:
        raise Rejected("a stencil approximates no derivative")
    parts = []
    for powers, value in sorted(_taylor(stencil, first).items(), reverse=True):
        spacing = [["^", a["spacing"], str(p)] for a, p in zip(document.axes, powers, strict=True)]
        factor = laurent(["*", stencil.scale, *spacing], document.signs)
        if factor.keys() != {()}:
            raise Rejected("a stencil and its spacings are of different degrees")
        letters = "".join(a["name"] * p for a, p in zip(document.axes, powers, strict=True))
        parts.append(f"{value * factor[()]}*d{letters}")
    return second - first, " + ".join(parts)


def _taylor(stencil: Stencil, degree: int) -> dict[tuple[int, ...], Fraction]:
    """sum_o w_o prod_a (o_a + shift_a/2)^p_a / p_a! for all powers of one total degree."""
    found = {}
    for powers in product(range(degree + 1), repeat=len(stencil.shift)):
        if sum(powers) != degree:
            continue
        total = Fraction(0)
        for offset, weight in stencil.weights.items():
            for o, s, p in zip(offset, stencil.shift, powers, strict=True):
                weight *= (o + Fraction(s, 2)) ** p / factorial(p)
            total += weight
        if total:
            found[powers] = total
    return found
