"""Kind "dominant": the left side of an iterate is a diagonally dominant Z-matrix, weights are >= 0.

A u[k+1] = sum_l B_l u[k-l] with stencils a, b_l: a_o <= 0 for o != 0, s = sum a > 0, b_lo >= 0 and
sum b <= s. Where u[k+1] is largest, s u[k+1] <= sum b max(u[k], ...). Ghosts of walls keep that:
even ones are values inside; others stand beside the point itself and have a factor in [-1, 1], so
that at worst b_0 loses the weight of the ghost. Every condition is p + q r >= 0 in one parameter.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from . import walls
from .document import Document, Offset
from .lines import NOTHING, Line, Weights, plus
from .ranges import Rejected
from .trees import number
from .walls import vanishes
from .words import Claimed

NORMS = {"max_principle": "maximum norm", "l2_stable": "l2, weighted by cell volumes"}
LEFT_OUT = "sources and inflow are left out"


class Rows:
    """The conditions under which one body is a convex combination, or loses values."""

    def __init__(self, document: Document, claim: str, parameter: str | None) -> None:
        self.document, self.weights = document, Weights(document, parameter, set())
        self.pairs: set[int] = set()
        self.zeros = False
        rate, newest, self.levels = _only(document)
        self.unknown = document.home(rate["unknown"])
        origin = (0,) * document.dim
        left = (
            self.weights.of(rate["left"]) if newest else {"": {origin: (Fraction(1), Fraction(0))}}
        )
        right = self.weights.of(rate["terms"])
        if left.keys() != {newest} or not right.keys() <= set(self.levels):
            raise Rejected("a side of the equation reads other arrays")
        (self.left,), self.right = left.values(), list(right.values())
        self.positive = NOTHING  # > 0
        for line in self.left.values():
            self.positive = plus(self.positive, line)
        total = NOTHING
        self.conditions: list[Line] = []  # >= 0
        for offset, line in self.left.items():
            if offset != origin:
                self.conditions.append(plus(NOTHING, line, Fraction(-1)))
        for stencil in self.right:
            for line in stencil.values():
                self.conditions.append(line)
                total = plus(total, line)
            self.conditions.append(self._beside_walls(stencil))
        for axis, pair in enumerate(self.unknown["edges"]):
            for end, edge in enumerate(pair):
                self._taken(self.left, axis, end, edge)  # only a row sum grows where it is taken
        self.balance = plus(self.positive, total, Fraction(-1))
        if claim != "positivity":
            self.conditions.append(self.balance)
        if claim == "l2_stable":
            self._columns()

    def _beside_walls(self, stencil: dict[Offset, Line]) -> Line:
        """b_0 less what ghosts may take from it, at a point beside every such wall."""
        rest = stencil.get((0,) * self.document.dim, NOTHING)
        for axis, pair in enumerate(self.unknown["edges"]):
            taken = [self._taken(stencil, axis, end, pair[end]) for end in (0, 1)]
            if any(taken[0]) and taken[0] == taken[1] and self.document.axes[axis]["count"] != 1:
                self.pairs.add(axis)
                taken.pop()
            for line in taken:
                rest = plus(rest, line, Fraction(-1))
        return rest

    def _taken(
        self, stencil: dict[Offset, Line], axis: int, end: int, edge: dict[str, Any]
    ) -> Line:
        outside = {o: w for o, w in stencil.items()
                   if any(w) and (o[axis] > 0 if end else o[axis] < 0)}  # fmt: skip
        if edge["rule"] == "periodic" or not outside:
            return NOTHING
        if edge["rule"] == "zero":
            self.zeros = True
            return NOTHING
        if edge["rule"] != "wall":
            raise Rejected("values are read where nothing is said about them")
        if edge["mirror"] != -1 and vanishes(edge["value"]) and not vanishes(edge["slope"]):
            return NOTHING
        if any(sum(abs(k) for k in o) != 1 for o in outside):
            raise Rejected("a stencil reaches beyond the first ghost of a wall")
        value, slope = self.weights.line(edge["value"]), self.weights.line(edge["slope"])
        if value[1] or slope[1]:
            raise Rejected("a wall depends on the parameter")
        if edge["mirror"] == -1 and not slope[0] and value[0]:
            return NOTHING
        if edge["mirror"] != 0 or value[0] * slope[0] < 0 or not (value[0] or slope[0]):
            raise Rejected("ghosts of a wall are no combination of values")
        total = NOTHING
        for line in outside.values():
            total = plus(total, line)
        return total

    def _columns(self) -> None:
        """Columns are rows of such a matrix too: stencils are symmetric along axes with walls."""
        if len(self.levels) > 1:
            raise Rejected("several levels have no one norm")
        for axis, pair in enumerate(self.unknown["edges"]):
            if pair[0]["rule"] == "periodic":
                continue
            for stencil in (self.left, *self.right):
                for offset, line in stencil.items():
                    image = (*offset[:axis], -offset[axis], *offset[axis + 1 :])
                    if stencil.get(image, NOTHING) != line:
                        raise Rejected("a stencil is not symmetric along an axis with walls")

    # ---- in words

    def statement(self, claim: str) -> str:
        """The claim in symbols."""
        u = self.levels[0]
        if claim == "l2_stable":
            return f"||{u}[k+1]|| <= ||{u}[k]||"
        old = [f"{u}[k]" if k == 0 else f"{u}[k-{k}]" for k in range(len(self.levels))]
        if claim == "positivity":
            held = " and ".join(f"{v} >= 0" for v in old)
            return f"{u}[k+1] >= 0 where {held} and wall values are"
        edges = [e for pair in self.unknown["edges"] for e in pair]
        walled = any(e["rule"] == "wall" and not vanishes(e["value"]) for e in edges)
        loses = any(self.balance) or self.zeros
        text = ", ".join([*old, *["wall values"] * walled, *["0"] * loses])
        return f"min({text}) <= {u}[k+1] <= max({text})"

    def hypotheses(self) -> set[str]:
        """What the proof rests on."""
        weights, document = self.weights, self.document
        texts = {f"{n} = {weights.value(n)}" for n in weights.used}
        edges = [e for pair in self.unknown["edges"] for e in pair]
        inflow = any(
            e["rule"] == "wall" and not e["homogeneous"] and vanishes(e["value"]) for e in edges
        )
        assert document.step is not None
        return texts | ({LEFT_OUT} if weights.sources or inflow else set())


def _only(document: Document) -> tuple[dict[str, Any], str, list[str]]:
    """The equation of an iterate of one stage, its newest level or "", and its levels by age."""
    step = document.step
    if step is None or len(document.rates) != 1 or len(step["body"]) != 1:
        raise Rejected("the theorem speaks of one equation, advanced in one stage")
    (rate,), (stage,) = document.rates, step["body"]
    if rate["order"] != 0 or stage["at"] or stage["table"] or len(stage["updates"]) != 1:
        raise Rejected("the theorem speaks of iterates")
    (update,), solves = stage["updates"], stage.get("solves", [])
    plain = update["unknown"] == rate["unknown"] and update["terms"] is None
    if not plain or update["combination"] or number(update["slope"]) != 1:
        raise Rejected("the newest level is not what the equation says")
    u, older = rate["unknown"], [a for a in step["arrays"] if a["level"]]
    if any(a["like"] != u for a in older) or any(document.home(u)["extra"]):
        raise Rejected("the levels are not those of the unknown")
    moved = dict(map(tuple, stage["moves"]))
    left = [u, *(a["name"] for a in older)]
    after = {moved.get(name, name): name for name in left}  # where each array is found
    levels = [u]
    while levels[-1] != update["target"] and len(levels) < len(left):
        levels.append(after.get(levels[-1], u))  # the value of before, which is as old again
    if len(moved) != len(stage["moves"]) or not moved.keys() <= set(left) or (
        after.get(update["target"]) != u or sorted(levels) != sorted(left)
    ):  # fmt: skip
        raise Rejected("the levels are not moved in turn")
    if bool(rate.get("left")) != bool(solves) or [t for _, t in solves] != (
        [update["target"]] * bool(solves)
    ):
        raise Rejected("a stage does not solve for what its left side determines")
    return rate, solves[0][0] if solves else "", levels


def check(document: Document, claimed: Claimed) -> None:
    """The certificate states exactly what is shown."""
    claim, parameter = str(claimed.proof["claim"]), claimed.certificate["parameter"]
    if claim not in {*NORMS, "positivity"} or claimed.part is not None:
        raise Rejected("dominant left sides do not show this claim")
    rows = Rows(document, claim, parameter)
    words, named = rows.statement(claim), claim
    if parameter is None:
        if any(p < 0 for p, _ in rows.conditions) or rows.positive[0] <= 0:
            raise Rejected("a weight is negative, or weights sum to more than the left side's")
        if claimed.certificate["set"]:
            raise Rejected("a claim about numbers speaks of no set")
    else:
        words += f" for {parameter} in {_interval(document, claimed, rows, parameter)}"
        named = f"{claim} for {parameter}"
    claimed.no_limit()
    claimed.says(
        claim=named,
        statement=words,
        norm=NORMS.get(claim, "componentwise"),
        domain=walls.grids(
            document,
            [(rows.levels[0], walls.domain(document, rows.unknown))],
            dict.fromkeys(rows.pairs, 2),
        ),
        hypotheses=rows.hypotheses(),
    )
    if claimed.certificate["bound"] != "":
        raise Rejected("the theorem states no bound")


def _interval(document: Document, claimed: Claimed, rows: Rows, parameter: str) -> str:
    """The stated interval, with every condition at its ends, and the file's value in it."""
    (stated,) = claimed.certificate["set"]
    ends: list[Fraction | None] = []
    for side in ("low", "high"):
        end = stated[side]
        if end != stated[f"{side}_value"] or stated[f"{side}_closed"] is not (end is not None):
            raise Rejected("an interval of the set is not written as one")
        ends.append(None if end is None else Fraction(end))
    low, high = ends
    if low is None or (high is not None and high < low):
        raise Rejected("an interval of the set is empty, or has no low end")
    for p, q in rows.conditions:
        if p + q * low < 0 or (q < 0 if high is None else p + q * high < 0):
            raise Rejected("a weight may be negative in the set")
    p, q = rows.positive
    if p + q * low <= 0 or (q < 0 if high is None else p + q * high <= 0):
        raise Rejected("the left side may be singular in the set")
    value = document.values[parameter]
    if document.parameters[parameter]["varies"] or value.low < low or (
        high is not None and value.high > high
    ):  # fmt: skip
        raise Rejected("the value of the file lies outside the set")
    return f"[{low}, oo)" if high is None else f"[{low}, {high}]"
