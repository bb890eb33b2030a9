"""Kind "matrix": the step A new = B old on one grid does not let a norm with weights H grow.

With G = A^-1 B, H - G^T H G >= 0. For H the cell volumes V this is [[V, B^T], [B, A V^-1 A^T]] >= 0
and A V^-1 A^T > 0. Another H = A^T W A is given by W: A^T W A - B^T W B >= 0, and V <= H <= K^2 V,
so that powers satisfy ||G^k u|| <= K ||u|| in the norm of the cell volumes, and A is not singular.
A and B are formed here from the scheme.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any, TypeAlias

from . import walls
from .definite import Matrix, Vector, require, whole
from .document import Document
from .mesh_step import Step
from .ranges import Rejected
from .words import Claimed

NORM = "l2, weighted by cell volumes"
LEFT_OUT = "sources and wall values are left out: the difference of two solutions"
DECIMAL = re.compile(r"\d+(\.\d+)?")
Kernel: TypeAlias = list[tuple[int, Vector]]


def check(document: Document, claimed: Claimed) -> None:
    """The certificate states exactly what is shown."""
    proof = claimed.proof
    if proof["claim"] != "l2_stable" or claimed.part is not None:
        raise Rejected("one grid does not show this claim")
    step = Step(document)
    kernel = [_vector(pair, 2 * len(step.rows)) for pair in proof["kernel"]]
    constant = None
    if proof["weights"] is None:
        _never_grows(step, kernel)
    else:
        constant = str(proof["constant"])
        if not DECIMAL.fullmatch(constant):
            raise Rejected("the constant of the proof is no decimal")
        _bounded(step, kernel, proof["weights"], Fraction(constant) ** 2)
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


def _never_grows(step: Step, kernel: Kernel) -> None:
    volumes, double = whole([{k: v} for k, v in enumerate(step.volumes)])
    rows, below = whole(step.rows)
    if all(row == {k: 1} for k, row in enumerate(step.left)):
        require(_sum(volumes, below**2, _congruent(rows, volumes), -1), kernel)
        return
    left, unit = whole(step.left)
    inverse, _ = whole([{k: double / v} for k, v in enumerate(step.volumes)])
    corner = _congruent(_transposed(left), inverse)
    if not all(any(row.values()) for row in corner):
        raise Rejected("the left side is singular")
    require(corner)
    # Rows of both parts are taken in turn, so that the matrix is banded.
    block: list[dict[int, Fraction]] = [{} for _ in range(2 * len(volumes))]
    for k, volume in enumerate(step.volumes):
        block[2 * k][2 * k] = volume
        for j, c in corner[k].items():
            block[2 * k + 1][2 * j + 1] = Fraction(c, unit**2 * double)
        for j, b in step.rows[k].items():
            block[2 * k + 1][2 * j] = block[2 * j][2 * k + 1] = b
    require(whole(block)[0], kernel)


def _bounded(step: Step, kernel: Kernel, data: Any, above: Fraction) -> None:
    volumes, double = whole([{k: v} for k, v in enumerate(step.volumes)])
    weights, unit = _weights(data, len(step.rows))
    (left, a), (rows, b) = whole(step.left), whole(step.rows)
    old, new = _congruent(left, weights), _congruent(rows, weights)  # over unit a^2, unit b^2
    require(_sum(old, double, volumes, -unit * a**2))
    require(_sum(volumes, above.numerator * unit * a**2, old, -above.denominator * double))
    require(_sum(old, b**2, new, -(a**2)), kernel)


def _transposed(rows: Matrix) -> Matrix:
    found: Matrix = [{} for _ in rows]
    for i, row in enumerate(rows):
        for j, c in row.items():
            found[j][i] = c
    return found


def _congruent(rows: Matrix, weights: Matrix) -> Matrix:
    """R^T W R."""
    found: Matrix = [{} for _ in rows]
    for i, row in enumerate(weights):
        moved: dict[int, int] = {}  # row i of W R
        for k, c in row.items():
            for j, r in rows[k].items():
                moved[j] = moved.get(j, 0) + c * r
        for j, r in rows[i].items():
            into = found[j]
            for k, c in moved.items():
                into[k] = into.get(k, 0) + r * c
    return found


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
