"""Kind "matrix": the step G on one grid does not let a norm with weights H grow.

H - G^T H G >= 0, with H the cell volumes V, or another H with V <= H <= K^2 V: then the powers of G
satisfy ||G^k u|| <= K ||u|| in the norm of the cell volumes. G is formed here from the scheme.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from . import walls
from .definite import Matrix, Vector, require, whole
from .document import Document
from .mesh_step import Step
from .ranges import Rejected
from .words import Claimed

NORM = "l2, weighted by cell volumes"
LEFT_OUT = "sources and wall values are left out: the difference of two solutions"
DECIMAL = re.compile(r"\d+(\.\d+)?")


def check(document: Document, claimed: Claimed) -> None:
    """The certificate states exactly what is shown."""
    proof = claimed.proof
    if proof["claim"] != "l2_stable" or claimed.part is not None:
        raise Rejected("one grid does not show this claim")
    step = Step(document)
    kernel = [_vector(pair, len(step.rows)) for pair in proof["kernel"]]
    rows, below = whole(step.rows)
    volumes, double = whole([{k: v} for k, v in enumerate(step.volumes)])
    constant = None
    if proof["weights"] is None:
        require(_gap(rows, below, volumes), kernel)
    else:
        weights, unit = _weights(proof["weights"], len(step.rows))  # H is weights / unit
        constant = str(proof["constant"])
        if not DECIMAL.fullmatch(constant):
            raise Rejected("the constant of the proof is no decimal")
        above = Fraction(constant) ** 2
        require(_sum(weights, double, volumes, -unit))
        require(_sum(volumes, above.numerator * unit, weights, -above.denominator * double))
        require(_gap(rows, below, weights), kernel)
    claimed.says(
        claim="l2_stable",
        statement=statement(step, constant),
        norm=NORM,
        domain=domain(step),
        hypotheses=hypotheses(step, claimed.certificate["hypotheses"]),
    )
    claimed.no_limit()
    bound = "||G|| <= 1" if constant is None else f"||G^k|| <= {constant}"
    if claimed.certificate["bound"] != bound:
        raise Rejected(f"the certificate's bound is not what is shown: {bound!r}")


def _vector(pair: Any, size: int) -> tuple[int, Vector]:
    place, entries = pair
    found = {int(k): Fraction(c) for k, c in entries}
    if not all(0 <= k < size for k in found):
        raise Rejected("a vector of a kernel is longer than the state")
    return int(place), found


def _weights(data: Any, size: int) -> tuple[Matrix, int]:
    """A symmetric matrix from the rows of its lower triangle, and the denominator of all."""
    below = int(data["denominator"])
    if below <= 0 or [len(row) for row in data["rows"]] != list(range(1, size + 1)):
        raise Rejected("the weights of the proof are malformed")
    found: Matrix = []
    for i, row in enumerate(data["rows"]):
        found.append({})
        for j, entry in enumerate(row):
            if c := int(entry):
                found[i][j] = found[j][i] = c
    return found, below


def _sum(a: Matrix, p: int, b: Matrix, q: int) -> Matrix:
    """p a + q b."""
    return [
        {j: p * x.get(j, 0) + q * y.get(j, 0) for j in x.keys() | y.keys()}
        for x, y in zip(a, b, strict=True)
    ]


def _gap(rows: Matrix, below: int, weights: Matrix) -> Matrix:
    """below^2 H - R^T H R for a step R/below."""
    moved = []  # H R
    for row in weights:
        found: dict[int, int] = {}
        for k, c in row.items():
            for j, r in rows[k].items():
                found[j] = found.get(j, 0) + c * r
        moved.append(found)
    gap = [{j: below**2 * c for j, c in row.items()} for row in weights]
    for i, row in enumerate(rows):
        for j, r in row.items():
            into = gap[j]
            for k, c in moved[i].items():
                into[k] = into.get(k, 0) - r * c
    return gap


# ---- in words


def statement(step: Step, constant: str | None) -> str:
    """The claim in symbols."""
    assert step.document.step is not None
    cycle = " at cycle ends" if step.document.step["inner"] > 1 else ""
    if len(step.arrays) == 1:
        u = step.arrays[0]
        if constant is None:
            return f"||{u}[k+1]|| <= ||{u}[k]||{cycle}"
        return f"||{u}[k]|| <= {constant} ||{u}[0]|| for every k{cycle}"
    if constant is None:
        return f"the norm of the state never grows{cycle}"
    return f"powers of the step stay below {constant}{cycle}"


def domain(step: Step) -> str:
    """The walls, and the one grid that the proof speaks of."""
    document = step.document
    fields = [(n, u) for n, u in document.unknowns.items() if u["kind"] == "field"]
    named = [(n, walls.domain(document, u)) for n, u in fields]
    texts = list(dict.fromkeys(t for _, t in named))
    joined = texts[0] if len(texts) == 1 else "; ".join(f"{n}: {t}" for n, t in named)
    sizes = ", ".join(f"{a['count']} points along {a['name']}" for a in document.axes)
    return f"{joined}; {sizes}, this grid alone"


def hypotheses(step: Step, stated: list[str]) -> set[str]:
    """The numbers that the proof rests on, and more where they are stated: the file's values."""
    mesh, document = step.mesh, step.document
    shown = {f"{n} = {mesh.names[n]}" for n in mesh.used & mesh.names.keys() | document.spacings}
    shown |= {t for t in stated if t in {f"{n} = {x}" for n, x in mesh.names.items()}}
    edges = [e for u in document.unknowns.values() for pair in u["edges"] for e in pair]
    if step.sources or not all(e["homogeneous"] for e in edges):
        shown.add(LEFT_OUT)
    return shown
