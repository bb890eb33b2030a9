"""Cycles of Euler steps whose lengths are real numbers: |prod (1 + c_i z)| <= 1 on [-beta, 0]."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .document import Document
from .methods import stages
from .polynomials import Line, combined, nonnegative_on
from .ranges import Range, Rejected, only
from .trees import Tree, extent

BITS = 190


def euler_cycle(document: Document, beta: Fraction) -> None:
    """With P(-x) = prod (1 - c_i x): 1 - P >= 0 and 1 + P >= 0 for x in [0, beta].

    The coefficients are intervals. Their middles, rounded, make a polynomial; what they may be off
    by on [0, beta] is taken from it. 1 - P is divided by x first, so that both are positive.
    """
    lengths = _lengths(document)
    coefficients = [only(1)]
    for c in lengths:
        shifted = [only(0), *(-(c * a) for a in coefficients)]
        coefficients = [a + b for a, b in zip([*coefficients, only(0)], shifted, strict=True)]
    middles, slack = _rounded(coefficients, beta)
    upper = [-a for a in middles[1:]]  # (1 - P) / x
    lower = [middles[0] + 1, *middles[1:]]
    for p, allowance in ((upper, slack), (lower, slack)):
        least: Line = combined(p, [allowance], Fraction(-1))
        if not nonnegative_on(least, Fraction(0), beta):
            raise Rejected("the cycle is not shown to be stable")


def _rounded(coefficients: list[Range], beta: Fraction) -> tuple[Line, Fraction]:
    """Rational coefficients, and how far they may be off on [0, beta], divided by x or not."""
    middles: Line = []
    slack = Fraction(0)
    for k, a in enumerate(coefficients):
        if not isinstance(a.low, Fraction) or not isinstance(a.high, Fraction):
            raise Rejected("a length of a cycle is not enclosed")
        middle = Fraction(round((a.low + a.high) / 2 * 2**BITS), 2**BITS)
        off = max(a.high - middle, middle - a.low)
        middles.append(middle)
        slack += off * max(beta**k, beta ** max(k - 1, 0))
    return middles, slack


def _lengths(document: Document) -> list[Range]:
    """The c_i of u <- u + c_i tau f(u), all unknowns at once."""
    if document.step is None:
        raise Rejected("there is no time step")
    fields = {r["unknown"] for r in document.rates}
    found = []
    for stage in stages(document.step["body"]):
        if not stage["updates"] and not stage["moves"]:
            continue
        if stage["moves"] or any(name != array for name, array in stage["at"]):
            raise Rejected("a step of the cycle is no Euler step")
        if {u["target"] for u in stage["updates"]} != fields or (
            len(stage["updates"]) != len(fields)
        ):
            raise Rejected("a step of the cycle leaves out an unknown")
        slopes = [_euler(u) for u in stage["updates"]]
        if any(s != slopes[0] for s in slopes):
            raise Rejected("the unknowns take steps of different lengths")
        found.append(extent(slopes[0], {}))
    if not found:
        raise Rejected("the cycle is empty")
    return found


def _euler(update: dict[str, Any]) -> Tree:
    """c of u <- u + c tau f(u)."""
    name, slope = update["unknown"], update["slope"]
    if update["target"] != name or update["combination"] != [["1", name]]:
        raise Rejected("a step of the cycle is no Euler step")
    if update["terms"] is not None or not isinstance(slope, list) or slope[0] != "*":
        raise Rejected("a step of the cycle is no Euler step")
    rest = [f for f in slope[1:] if f != "tau"]
    if len(rest) != len(slope) - 2:
        raise Rejected("a step of the cycle is no Euler step")
    return ["*", "1", *rest]


def weights_kept(document: Document) -> bool:
    """Flux weights are saved once, before the first step that uses them, and used by all."""
    assert document.step is not None
    body = document.step["body"]
    kinds = [s["frozen"] for s in body if s["frozen"] == "save" or s["updates"]]
    return bool(kinds) and kinds[0] == "save" and all(k == "use" for k in kinds[1:])
