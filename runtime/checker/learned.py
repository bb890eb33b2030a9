"""Kind "learned": u[k+1] = a u + sum_j d_j f_j - sum_j c_j K_j^T Phi_j(K_j u), weights trained.

With 0 <= Phi_j(s) / s <= L_j and N_j >= ||K_j|| the matrix a - sum_j c_j K_j^T G_j K_j is symmetric
between a - T and a, T = sum_j c_j L_j N_j^2; its norm is a where T <= 2 a. Shown here: T is a
rational share <= 1 of 2 a, whatever the norms and the sectors of curves are; a and the d_j are >= 0
with the sum 1; each flux lies in its sector. That N_j bounds ||K_j|| is the theorem of the emitted
`norm_bound`, and for weights that are frozen a number that is computed here again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import inf
from typing import Any

from .document import Document
from .forms import plus, quotient, scaled, times
from .ranges import Range, Rejected
from .trees import Tree, extent, number, replaced
from .words import Claimed

LINE = Range(-inf, inf)


@dataclass
class Block:
    """One equation taken apart; trees are in the file's names."""

    keep: list[Tree] = field(default_factory=list)
    data: dict[str, list[Tree]] = field(default_factory=dict)
    parts: list[tuple[Tree, str, Tree]] = field(default_factory=list)  # factor, kernel, Phi in "$0"


def check(document: Document, claimed: Claimed) -> None:
    """The statement for all values of the weights."""
    if len(document.rates) != 1 or claimed.part is not None:
        raise Rejected("the theorem speaks of one whole iterate")
    _one_stage(document)
    rate = document.rates[0]
    block = _block(document, rate)
    limits = _limits(document)
    sectors = claimed.proof["sectors"]
    if len(sectors) != len(block.parts):
        raise Rejected("each part has one sector")
    total: list[Tree] = ["+"]
    for (factor, kernel, flux), sector in zip(block.parts, sectors, strict=True):
        _ghosts(document, kernel)
        high = _sector(document, flux, sector)
        total.append(["*", factor, high, ["^", ["norm", kernel], "2"]])
    share = number(claimed.proof["share"])
    if share is None or not 0 < share <= 1:
        raise Rejected("the step is not a share of its limit")
    keep: Tree = ["+", "0", *block.keep]
    for name, formula in limits.items():
        total = replaced(total, name, formula)
    _equal(document, total, ["*", str(2 * share), keep])
    _weights(document, block, keep)
    name = rate["unknown"]
    others = "".join(f", ||{f}||" for f in block.data)
    right = f"max(||{name}[k]||{others})" if others else f"||{name}[k]||"
    claimed.says(
        claim="l2_stable",
        statement=f"||{name}[k+1]|| <= {right} for all values of the weights",
        norm="l2",
        domain="every grid",
        hypotheses=[text for p, text in document.texts.items() if p not in limits],
    )
    if claimed.certificate["bound"] != f"the step is {share} of its limit":
        raise Rejected("the share of the limit is another one")
    claimed.no_limit()


def _one_stage(document: Document) -> None:
    """The iterate is its rate, nothing more."""
    step = document.step
    if step is None or step["method"] != "iterate" or step["arrays"] or step["start"]:
        raise Rejected("the theorem speaks of an iterate with one level")
    update = {"target": document.rates[0]["unknown"], "combination": [], "slope": "1"}
    update |= {"unknown": document.rates[0]["unknown"], "terms": None}
    stage = {"at": [], "updates": [update], "moves": [], "table": [], "frozen": ""}
    if step["body"] != [stage] or step["finish"] or document.rates[0]["order"] != 0:
        raise Rejected("the theorem speaks of an iterate with one stage")


# ---- the equation


def _block(document: Document, rate: dict[str, Any]) -> Block:
    block = Block()
    for term in rate["terms"]:
        node = document.nodes[term["node"]]
        if node["is"] == "convolution":
            block.parts.append(_part(document, rate["unknown"], term["coefficient"], node))
            continue
        for read, weight in _values(document, node):
            tree = ["*", term["coefficient"], weight]
            if read["kind"] == "data":
                block.data.setdefault(read["name"], []).append(tree)
            elif read["kind"] == "field" and read["name"] == rate["unknown"]:
                block.keep.append(tree)
            else:
                raise Rejected("the equation reads another unknown")
    if not block.parts:
        raise Rejected("there is no learned kernel")
    return block


def _values(document: Document, node: dict[str, Any]) -> list[tuple[dict[str, Any], Tree]]:
    """Values at the point itself with their weights."""
    if node["is"] == "read":
        return [(node, "1")]
    if node["is"] != "linear":
        raise Rejected("a term is neither a learned block nor u or data")
    found: list[tuple[dict[str, Any], Tree]] = []
    for data, operand in node["terms"]:
        stencil, inner = document.stencil(data), document.nodes[operand]
        if inner["is"] != "read" or set(stencil.weights) != {(0,) * document.dim}:
            raise Rejected("a term reads around the point")
        (weight,) = stencil.weights.values()
        found.append((inner, ["*", str(weight), stencil.scale]))
    return found


def _part(
    document: Document, unknown: str, coefficient: Tree, node: dict[str, Any]
) -> tuple[Tree, str, Tree]:
    """-coefficient * K^T Phi(K u): K and K^T are of one kernel, on the unknown and its ghosts."""
    flux: Tree = "$0"
    inner = document.nodes[node["operand"]]
    if inner["is"] == "point" and len(inner["operands"]) == 1:
        flux, inner = inner["expression"], document.nodes[inner["operands"][0]]
    elif inner["is"] == "network" and len(inner["arguments"]) == 1:
        flux, inner = ["curve", inner["function"]], document.nodes[inner["arguments"][0]]
    kernel = document.kernels.get(node["kernel"])
    if inner["is"] != "convolution" or kernel is None:
        raise Rejected("a part is not K^T Phi(K u)")
    read = document.nodes[inner["operand"]]
    own = read["is"] == "read" and read["kind"] == "field" and read["name"] == unknown
    turned = node["transposed"] and not inner["transposed"] and node["ghosts"] == unknown
    reach = [[(k - 1) // 2, k // 2] for k in kernel["size"]]
    same = inner["kernel"] == node["kernel"] and inner["reach"] == node["reach"] == reach
    if not (own and turned and same and kernel["inputs"] == 1):
        raise Rejected("a part is not K^T Phi(K u) with one kernel on the unknown")
    return ["*", "-1", coefficient], node["kernel"], flux


def _ghosts(document: Document, kernel: str) -> None:
    """The norm of a kernel is bounded for these walls; they hold no values."""
    unknown = document.unknowns[document.rates[0]["unknown"]]
    for edge in (e for pair in unknown["edges"] for e in pair):
        mirrored = (edge["value"] == "0") != (edge["slope"] == "0")
        odd = edge["slope"] == "0"
        placed = edge["mirror"] in ((0, -1) if odd else (0, 1))
        wall = edge["rule"] == "wall" and mirrored and placed and edge["homogeneous"]
        if edge["rule"] not in {"periodic", "zero"} and not wall:
            raise Rejected(f"the norm of {kernel} has no bound for these walls")


def _limits(document: Document) -> dict[str, Tree]:
    """Parameters that hold `limit`: they have no value and no set of their own."""
    limits: dict[str, Tree] = dict(document.limits)
    for name in limits:
        own = document.parameters.get(name)
        if own is None or own["value"] is not None or own["declared"] or own["trainable"]:
            raise Rejected("a step by the limit has a value of its own")
    return limits


# ---- what is shown


def _equal(document: Document, left: Tree, right: Tree) -> None:
    """Two formulas are one rational function; norms and sectors are names."""
    signs = {**document.signs, **dict.fromkeys(document.parameters, 1), "s": 1, "$0": 1}
    (a, b), (c, d) = (quotient(_named(t), _known(t, signs)) for t in (left, right))
    if plus(times(a, d), scaled(times(c, b), Fraction(-1))) or not (b and d):
        raise Rejected("two formulas are not the same")


def _named(tree: Tree) -> Tree:
    """["norm", K] as the name "norm(K)"."""
    if isinstance(tree, str):
        return tree
    if tree[0] in {"norm", "sector"}:
        return f"{tree[0]}({tree[1]})"
    return [tree[0], *(_named(t) for t in tree[1:])]


def _known(tree: Tree, signs: dict[str, int]) -> dict[str, int]:
    """Every name stands for itself: an identity needs no signs."""
    if isinstance(tree, str):
        return signs
    found = {f"{tree[0]}({tree[1]})": 1} if tree[0] in {"norm", "sector"} else {}
    for part in tree[1:]:
        found |= _known(part, signs)
    return {**signs, **found}


def _sector(document: Document, flux: Tree, claimed: dict[str, Any]) -> Tree:
    """L with 0 <= Phi(s)/s <= L: a number, or that of a curve's table."""
    high = claimed["high"]
    if not isinstance(flux, str) and flux[0] == "curve":
        curve = document.curves.get(flux[1])
        if curve is None or high != ["sector", flux[1]] or not _through_zero(curve):
            raise Rejected("a sector is not that of its curve")
        return high
    value, ratio = number(high), claimed["ratio"]
    if value is None or value <= 0:
        raise Rejected("a sector has no end")
    if not _is_multiple(flux, ratio):
        _equal(document, replaced(flux, "$0", "s"), ["*", "s", ratio])
    found = extent(ratio, {**document.sets, "s": LINE})
    if found.low < 0 or found.high > value:
        raise Rejected("a flux leaves its sector")
    return high


def _through_zero(curve: dict[str, Any]) -> bool:
    """One of the knots is 0, inside the others: the curve passes through it."""
    low, high = number(curve["low"]), number(curve["high"])
    if low is None or high is None or not low < 0 < high or curve["knots"] < 3:
        return False
    return bool((-low * (curve["knots"] - 1) / (high - low)).denominator == 1)


def _is_multiple(flux: Tree, ratio: Tree) -> bool:
    """Phi is written as s * ratio: the factors are the same, one of them s."""
    factors = [flux] if isinstance(flux, str) or flux[0] != "*" else list(flux[1:])
    if "$0" not in factors:
        return False
    factors.remove("$0")
    own = ["*", *(replaced(f, "$0", "s") for f in factors)]
    others = ["*", ratio] if isinstance(ratio, str) or ratio[0] != "*" else ratio
    return _ordered(own) == _ordered(others) or (len(own) == 1 and ratio == "1")


def _ordered(tree: Tree) -> Tree:
    """The summands and factors of an expression in one order."""
    if isinstance(tree, str):
        return tree
    parts = [_ordered(t) for t in tree[1:]]
    return [tree[0], *(sorted(parts, key=repr) if tree[0] in {"+", "*"} else parts)]


def _weights(document: Document, block: Block, keep: Tree) -> None:
    """a and the weights of data are >= 0, and their sum is at most 1."""
    box = document.sets
    parts = [keep, *(["+", "0", *trees] for trees in block.data.values())]
    if any(extent(tree, box).low < 0 for tree in parts):
        raise Rejected("a weight of u or of data may be negative")
    if extent(["+", *parts], box).high > 1:
        _equal(document, ["+", *parts], "1")
