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
from typing import Any

from .document import Document
from .forms import plus, quotient, scaled, times
from .ranges import Rejected
from .sectors import check_sector
from .trees import Tree, extent, number, rational, replaced
from .words import Claimed

MOST = 32  # points between mirrors


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
    rate, limits = document.rates[0], _limits(document)
    claim = claimed.proof["claim"]
    if claim not in ("l2_stable", "nonexpansive"):
        raise Rejected("the theorem does not speak of this claim")
    block, sectors = blocks_of(document, claimed.proof)
    points = points_of(document)
    total: list[Tree] = ["+"]
    for (factor, kernel, _), high in zip(block.parts, sectors, strict=True):
        total.append(["*", factor, high, ["^", ["norm", kernel], "2"]])
    share = number(claimed.proof["share"])
    if share is None or not 0 < share <= 1:
        raise Rejected("the step is not a share of its limit")
    keep: Tree = ["+", "0", *block.keep]
    for name, formula in limits.items():
        total = replaced(total, name, formula)
    _equal(document, total, ["*", str(2 * share), keep])
    _weights(document, block, keep)
    proofs = claimed.proof["sectors"]
    fixed = {n for sector in proofs for n in sector.get("proof", {}).get("fixed", ())}
    texts = {n: t for n, t in document.texts.items() if n not in limits and n not in fixed}
    values = [f"{n} = {_value(document, n)}" for n in fixed]
    claimed.says(
        claim=claim,
        statement=_statement(rate["unknown"], list(block.data), claim),
        norm="l2",
        domain="every grid" if points is None else f"every grid of {points} points an axis or more",
        hypotheses=[*texts.values(), *values],
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
            if document.channels[read["name"]] != document.channels[rate["unknown"]]:
                raise Rejected("data with other channels than the unknown")
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
    if not (own and turned and same and kernel["inputs"] == document.channels[unknown]):
        raise Rejected("a part is not K^T Phi(K u) with one kernel on the unknown")
    return ["*", "-1", coefficient], node["kernel"], flux


def blocks_of(document: Document, proof: dict[str, Any]) -> tuple[Block, list[Tree]]:
    """The equation taken apart, and the end of the sector of each of its fluxes."""
    block = _block(document, document.rates[0])
    sectors = proof["sectors"]
    if len(sectors) != len(block.parts):
        raise Rejected("each part has one sector")
    pairs = zip(block.parts, sectors, strict=True)
    return block, [_high(document, flux, own, proof["claim"]) for (_, _, flux), own in pairs]


def rules_of(document: Document) -> tuple[tuple[str, str], ...]:
    """How the unknown is continued, per axis and side; walls hold no values. Raises Rejected."""
    unknown = document.unknowns[document.rates[0]["unknown"]]
    return tuple((_rule(low), _rule(high)) for low, high in unknown["edges"])


def points_of(document: Document) -> int | None:
    """Points between mirrors for which norms are bounded: those of the grid, 32 at most."""
    pairs = zip(document.axes, rules_of(document), strict=True)
    mirrored = [a["count"] or MOST for a, pair in pairs if not set(pair) <= {"periodic", "zero"}]
    return min([MOST, *mirrored]) if mirrored else None


def _rule(edge: dict[str, Any]) -> str:
    if edge["rule"] in {"periodic", "zero"}:
        return str(edge["rule"])
    odd = edge["slope"] == "0"
    known = edge["rule"] == "wall" and (edge["value"] == "0") != odd and edge["homogeneous"]
    if not known or edge["mirror"] not in ((0, -1) if odd else (0, 1)):
        raise Rejected("the norm of a kernel has no bound for these walls")
    return ("odd" if odd else "even") + ("_node" if edge["mirror"] else "")


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
    signs = {
        **document.signs,
        **dict.fromkeys(document.parameters, 1),
    }
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


def _statement(name: str, data: list[str], claim: str) -> str:
    if claim == "nonexpansive":
        given = f", the same {' and '.join(data)}" if data else ""
        pair = f"||{name}[k+1] - v[k+1]|| <= ||{name}[k] - v[k]||"
        return f"{pair} for all {name}, v{given} and weights"
    others = "".join(f", ||{f}||" for f in data)
    right = f"max(||{name}[k]||{others})" if others else f"||{name}[k]||"
    return f"||{name}[k+1]|| <= {right} for all values of the weights"


def _value(document: Document, name: str) -> str:
    """The value at which a parameter is held; one that is trained is not held."""
    own = document.parameters[name]
    value = rational(own["value"]) if own["value"] is not None else None
    if own["trainable"] or value is None:
        raise Rejected(f"{name} does not keep its value")
    return str(value)


def _high(document: Document, flux: Tree, sector: dict[str, Any], claim: str) -> Tree:
    """L with 0 <= Phi(s)/s <= L (nonexpansive: 0 <= Phi' <= L): a number, or that of a curve."""
    if sector["by"] == "identity":
        if flux != "$0":
            raise Rejected("a flux is not the identity")
        return "1"
    if not isinstance(flux, str) and flux[0] == "curve":
        curve = document.curves.get(flux[1])
        if sector["by"] != "curve" or curve is None or claim != "l2_stable":
            raise Rejected("a sector is not that of its curve")
        if not _through_zero(curve):
            raise Rejected("a curve does not pass through 0")
        return ["sector", flux[1]]
    held = {n: document.values[n] for n in sector["proof"]["fixed"]}
    positive = {
        n for n, p in document.parameters.items() if p["positive"] or document.sets[n].low > 0
    }
    phi = replaced(flux, "$0", "@")
    found = check_sector(
        phi, sector["claimed"], sector["proof"], {**document.sets, **held}, positive
    )
    bounds = found.sector if claim == "l2_stable" else found.slope
    if bounds is None or bounds.low < 0 or not isinstance(bounds.high, Fraction):
        raise Rejected("a flux leaves its sector")
    if any(document.parameters[n]["varies"] and document.parameters[n]["trainable"]
           for n in found.scale):  # fmt: skip
        raise Rejected("a sector is another one a step or a channel")
    powers = [["^", n, str(p)] for n, p in found.scale.items()]
    return ["*", str(bounds.high), *powers] if powers else str(bounds.high)


def _through_zero(curve: dict[str, Any]) -> bool:
    """One of the knots is 0, inside the others: the curve passes through it."""
    low, high = number(curve["low"]), number(curve["high"])
    if low is None or high is None or not low < 0 < high or curve["knots"] < 3:
        return False
    return bool((-low * (curve["knots"] - 1) / (high - low)).denominator == 1)


def _weights(document: Document, block: Block, keep: Tree) -> None:
    """a and the weights of data are >= 0, and their sum is at most 1."""
    box = document.sets
    parts = [keep, *(["+", "0", *trees] for trees in block.data.values())]
    if any(extent(tree, box).low < 0 for tree in parts):
        raise Rejected("a weight of u or of data may be negative")
    if extent(["+", *parts], box).high > 1:
        _equal(document, ["+", *parts], "1")
