"""A time method as its stages define it: a Butcher tableau, found by running them on names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .document import Document
from .polynomials import Line, combined, multiply, nonnegative_on
from .ranges import Rejected
from .trees import Tree, number, replaced

# (the state: -1, slope f(y_j): j; power of tau) -> factor
Value = dict[tuple[int, int], Fraction]
State = tuple[str, Value]  # whose array it is, and what it holds


@dataclass(frozen=True, slots=True)
class Tableau:
    """y_i = u + sum_j a_ij tau f(y_j), i = 1..s; the last row is the new state."""

    rows: list[list[Fraction]]
    frozen: bool

    def polynomial(self) -> Line:
        """The stability polynomial in z."""
        stages: list[Line] = []
        for row in self.rows:
            y: Line = [Fraction(1)]
            for a, earlier in zip(row, stages, strict=False):
                y = combined(y, [Fraction(0), *earlier], a)
            stages.append(y)
        return stages[-1]

    def convex_at(self, r: Fraction) -> bool:
        """Every stage is a convex combination of u and of Euler steps of length tau/r.

        y_i = c_i u + sum_j m_ij (y_j + tau/r f(y_j)) with m = rK (I + rK)^-1 >= 0, c >= 0.
        """
        lines: list[list[Fraction]] = []
        shares: list[Fraction] = []
        for row in self.rows:
            line = [r * a for a in row]
            share = Fraction(1)
            for j, a in enumerate(row):
                if j < len(lines):
                    line = [x - r * a * y for x, y in zip(line, lines[j], strict=True)]
                    share -= r * a * shares[j]
            lines.append(line)
            shares.append(share)
        return all(x >= 0 for line in lines for x in line) and all(s >= 0 for s in shares)


def factor(tree: Tree) -> tuple[Fraction, int]:
    """A coefficient as a rational number and a power of tau."""
    value = number(tree)
    if value is not None:
        return value, 0
    if tree == "tau":
        return Fraction(1), 1
    if isinstance(tree, list) and tree[0] == "*":
        total, power = Fraction(1), 0
        for part in tree[1:]:
            c, p = factor(part)
            total, power = total * c, power + p
        return total, power
    if isinstance(tree, list) and tree[0] == "+":
        parts = [factor(p) for p in tree[1:]]
        if len({p for _, p in parts}) == 1:
            return sum((c for c, _ in parts), Fraction(0)), parts[0][1]
    if isinstance(tree, list) and tree[0] == "^":
        exponent = number(tree[2])
        if exponent is not None and exponent.denominator == 1:
            c, p = factor(tree[1])
            if c or exponent >= 0:
                return c ** int(exponent), p * int(exponent)
    raise Rejected("a coefficient of the time method is no rational number times a power of tau")


def stages(listed: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The stages in the order in which they run, tables written out."""
    for stage in listed:
        table = stage["table"]
        for i in range(len(table[0][1]) if table else 1):
            row = {name: values[i] for name, values in table}
            yield {**stage, "updates": [_filled(u, row) for u in stage["updates"]]}


def _filled(update: dict[str, Any], row: dict[str, Tree]) -> dict[str, Any]:
    def put(tree: Tree) -> Tree:
        for name, value in row.items():
            tree = replaced(tree, name, value)
        return tree

    pairs = [[put(c), array] for c, array in update["combination"]]
    return {**update, "combination": pairs, "slope": put(update["slope"])}


def owners(document: Document) -> dict[str, str]:
    """Which unknown each array belongs to."""
    assert document.step is not None
    found = {r["unknown"]: r["unknown"] for r in document.rates}
    return {a["name"]: a["like"] for a in document.step["arrays"]} | found


def tableau(document: Document) -> Tableau:
    """The tableau of the body of the step, or Rejected."""
    if document.step is None:
        raise Rejected("there is no time step")
    fields = [r["unknown"] for r in document.rates]
    if any(a["level"] and a["name"] not in fields for a in document.step["arrays"]):
        raise Rejected("the method keeps older levels")
    arrays: dict[str, State] = {f: (f, {(-1, 0): Fraction(1)}) for f in fields}
    rows: list[Value] = []
    saved, frozen = False, True
    for stage in stages(document.step["body"]):
        at = dict(map(tuple, stage["at"]))
        if any(number(u["slope"]) != 0 for u in stage["updates"]):
            rows.append(_common([arrays[at.get(f, f)] for f in fields], fields))
            frozen = frozen and stage["frozen"] == "use" and saved
        if stage["frozen"] == "save":
            saved, frozen = True, frozen and not rows
        fresh = {u["target"]: _new(u, arrays, len(rows) - 1) for u in stage["updates"]}
        if len(fresh) != len(stage["updates"]):
            raise Rejected("an array is written twice in one stage")
        arrays |= fresh
        before = dict(arrays)
        arrays |= {target: before[source] for target, source in stage["moves"]}
    final = _common([arrays[f] for f in fields], fields)
    return Tableau([_row(v, len(rows)) for v in (*rows, final)], frozen)


def _common(states: list[State], fields: list[str]) -> Value:
    """The state that all unknowns have in common."""
    if [owner for owner, _ in states] != fields:
        raise Rejected("an unknown is read from an array that is not its own")
    if any(value != states[0][1] for _, value in states):
        raise Rejected("the unknowns are not advanced from one common state")
    return states[0][1]


def _new(update: dict[str, Any], arrays: dict[str, State], stage: int) -> State:
    found: Value = {}
    whose: set[str] = set()
    for tree, name in update["combination"]:
        owner, values = arrays[name]
        whose.add(owner)
        c, power = factor(tree)
        for (key, p), x in values.items():
            found[key, p + power] = found.get((key, p + power), Fraction(0)) + c * x
    c, power = factor(update["slope"])
    if c:
        whose.add(update["unknown"])
        if update["terms"] is not None:
            raise Rejected("a stage adds a part of a slope")
        found[stage, power] = found.get((stage, power), Fraction(0)) + c
    if len(whose) != 1:
        raise Rejected("a stage combines arrays of different unknowns")
    return whose.pop(), {k: x for k, x in found.items() if x}


def _row(value: Value, size: int) -> list[Fraction]:
    allowed = {(-1, 0)} | {(j, 1) for j in range(size)}
    if value.get((-1, 0)) != 1 or not value.keys() <= allowed:
        raise Rejected("a stage is no state plus tau times slopes")
    return [value.get((j, 1), Fraction(0)) for j in range(size)]


def real_interval_holds(p: Line, beta: Fraction) -> bool:
    """|p| <= 1 on [-beta, 0]."""
    one: Line = [Fraction(1)]
    low, high = combined(one, p), combined(one, p, Fraction(-1))
    return all(nonnegative_on(q, -beta, Fraction(0)) for q in (low, high))


def imaginary_interval_holds(p: Line, squared: Fraction) -> bool:
    """|p(iy)| <= 1 for 0 <= y^2 <= squared: 1 - even(-w)^2 - w odd(-w)^2 >= 0, w = y^2."""
    even = [c * (-1) ** k for k, c in enumerate(p[0::2])]
    odd = [c * (-1) ** k for k, c in enumerate(p[1::2])]
    size = combined(multiply(even, even), [Fraction(0), *multiply(odd, odd)])
    return nonnegative_on(combined([Fraction(1)], size, Fraction(-1)), Fraction(0), squared)
