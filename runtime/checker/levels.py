"""Methods of two levels for dissipative equations, read off their stages."""

from __future__ import annotations

from fractions import Fraction

from .document import Document
from .forms import plus, quotient, scaled, times
from .methods import factor, owners, stages
from .polynomials import Line, combined, nonnegative_on, roots_between, squarefree, value
from .ranges import Rejected
from .trees import Tree, number


def levels_allow(document: Document, beta: Fraction) -> None:
    """Roots of x^2 - t(z) x + d(z) lie in the disc and |d| < 1 for z in [-beta, 0].

    u_new = c u + e tau f(u) + d tau f_old, and f_old <- f(u).
    """
    step = document.step
    if step is None or len(document.rates) != 1 or len(step["body"]) != 1:
        raise Rejected("the step keeps several levels of several unknowns")
    (name,) = (r["unknown"] for r in document.rates)
    (stage,) = step["body"]
    levels = [a["name"] for a in step["arrays"] if a["level"]]
    updates = {u["target"]: u for u in stage["updates"]}
    if len(levels) != 1 or stage["table"] or stage["moves"] or len(stage["updates"]) != 2:
        raise Rejected("the step keeps other levels than an older slope")
    (old,) = levels
    if updates.keys() != {name, old} or dict(map(tuple, stage["at"])).get(name, name) != name:
        raise Rejected("the step keeps other levels than an older slope")
    kept, new = updates[old], updates[name]
    if kept["combination"] or number(kept["slope"]) != 1 or kept["unknown"] != name:
        raise Rejected("the step keeps something else than the older slope")
    if any(u["terms"] is not None for u in stage["updates"]) or new["unknown"] != name:
        raise Rejected("a part of the equation is advanced")
    shares = {array: factor(c) for c, array in new["combination"]}
    e, power = factor(new["slope"])
    if len(shares) != len(new["combination"]) or not shares.keys() <= {name, old} or power != 1:
        raise Rejected("the step combines other arrays")
    (c, at_state), (d, at_slope) = shares.get(name, (Fraction(0), 0)), shares.get(old, (0, 1))
    if at_state != 0 or at_slope != 1:
        raise Rejected("a coefficient has an unexpected power of tau")
    _disc([c, e], [Fraction(0), -Fraction(d)], beta)


def _disc(trace: Line, product: Line, beta: Fraction) -> None:
    one: Line = [Fraction(1)]
    for sign in (Fraction(1), Fraction(-1)):
        inside = combined(one, product, sign)
        simple = squarefree(inside)
        if value(inside, -beta) <= 0 or value(inside, Fraction(0)) <= 0:
            raise Rejected("the product of the roots reaches the unit circle")
        if len(simple) > 1 and roots_between(simple, -beta, Fraction(0)):
            raise Rejected("the product of the roots reaches the unit circle")
        edge = combined(combined(one, product), trace, sign)
        if not nonnegative_on(edge, -beta, Fraction(0)):
            raise Rejected("a root leaves the unit disc")


def euler_and_older(document: Document, alpha: Fraction) -> None:
    """u_new = W (u + f(u)/(2 alpha)) + (1 - W) u_old, W = 2b/(1 + b), b = 2 alpha tau."""
    if document.step is None or alpha <= 0 or len(document.step["body"]) != 1:
        raise Rejected("the step is not that of Du Fort and Frankel")
    (stage,) = list(stages(document.step["body"]))
    own, at = owners(document), dict(map(tuple, stage["at"]))
    levels = {a["name"] for a in document.step["arrays"] if a["level"]}
    if {u["unknown"] for u in stage["updates"]} != {r["unknown"] for r in document.rates}:
        raise Rejected("an unknown is not advanced")
    if len(stage["updates"]) != len(document.rates) or stage["table"]:
        raise Rejected("an unknown is advanced twice")
    b: Tree = ["*", str(2 * alpha), "tau"]
    over: Tree = ["^", ["+", "1", b], "-1"]
    for update in stage["updates"]:
        name, old = update["unknown"], update["target"]
        shares = {array: c for c, array in update["combination"]}
        moves = [m for m in stage["moves"] if name in m or old in m]
        if (
            shares.keys() != {name, old}
            or sorted(moves) != sorted([[name, old], [old, name]])
            or own.get(old) != name
            or old not in levels
            or at.get(name, name) != name
            or update["terms"] is not None
        ):
            raise Rejected("the step is not that of Du Fort and Frankel")
        _same(shares[name], ["*", "2", b, over])
        _same(shares[old], ["*", ["+", "1", ["*", "-1", b]], over])
        _same(update["slope"], ["*", "2", "tau", over])


def _same(tree: Tree, other: Tree) -> None:
    """Two rational functions of tau are one."""
    signs: dict[str, int] = {"tau": 1}
    a, b = quotient(tree, signs), quotient(other, signs)
    if plus(times(a[0], b[1]), scaled(times(b[0], a[1]), Fraction(-1))):
        raise Rejected("a coefficient is not that of Du Fort and Frankel")
