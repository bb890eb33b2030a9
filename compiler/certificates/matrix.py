"""`matrix`: linear schemes with known numbers on one grid, by the matrices of A new = B old.

Statement: on the grid of the file the norm of the cell volumes V never grows, H - G^T H G >= 0 for
H = V, G = A^-1 B; else powers of the step stay bounded, ||G^k|| <= K, by another H = A^T W A with
A^T W A - B^T W B >= 0, V <= H <= K^2 V. Hypotheses: linear, rational coefficients that do not
change in time, a step and parameters that are known. Says nothing about any other grid. Source:
Strikwerda, Wade 1997 (the Kreiss matrix theorem: bounded powers and such norms are the same).
"""

from __future__ import annotations

from fractions import Fraction

import sympy
from sympy import Expr

from ...runtime.contract import Json
from ..grid import reads
from ..scheme import TAU, Scheme
from .base import Proved, Question, Theorem, Unprovable
from .definite import (
    Kernel,
    Matrix,
    combined,
    congruent,
    kernel_if_semidefinite,
    transposed,
)
from .dissipative import NORM
from .forms import text
from .onegrid import OneGrid, one_grid
from .powers import Weights, weights
from .steps import exact
from .walls import domain

LEFT_OUT = "sources and wall values are left out: the difference of two solutions"


def _prove(question: Question) -> Proved:
    scheme, tau = question.scheme, question.tau
    if question.part is not None:
        raise Unprovable("it speaks of whole equations")
    if scheme.model.time is not None and tau is None:
        raise Unprovable("it needs a step that is known")
    tau = sympy.S.One if tau is None else tau
    grid = one_grid(scheme, tau)
    kernel = _never_grows(grid)
    if kernel is not None:
        return _proved(grid, tau, kernel, None)
    found = weights(grid)
    scales = [float(v) for v in grid.volumes]
    old, new = (congruent(rows, found.matrix()) for rows in (grid.left, grid.rows))
    kernel = kernel_if_semidefinite(combined(old, 1, new, -1), scales)
    if kernel is None or not _between(grid, old, Fraction(found.constant) ** 2):
        raise Unprovable("no norm was found in which the powers of the step do not grow")
    return _proved(grid, tau, kernel, found)


def _never_grows(grid: OneGrid) -> Kernel | None:
    """V - B^T A^-T V A^-1 B >= 0, by [[V, B^T], [B, A V^-1 A^T]] >= 0 where A is not I.

    The matrix of both is banded where its rows are taken in turn: 2k of V, 2k + 1 of A.
    """
    volumes: Matrix = [{k: v} for k, v in enumerate(grid.volumes)]
    scales = [float(v) for v in grid.volumes]
    if grid.explicit:
        gap = combined(volumes, 1, congruent(grid.rows, volumes), -1)
        return kernel_if_semidefinite(gap, scales)
    inverse: Matrix = [{k: 1 / v} for k, v in enumerate(grid.volumes)]
    corner = congruent(transposed(grid.left), inverse)
    sizes = [float(row.get(k, 1)) for k, row in enumerate(corner)]
    if kernel_if_semidefinite(corner, sizes) != [] or not all(corner):
        raise Unprovable("the left side is singular: it determines no newest level")
    block: Matrix = [{} for _ in range(2 * len(volumes))]
    for k, v in enumerate(grid.volumes):
        block[2 * k][2 * k] = v
        block[2 * k + 1] |= {2 * j + 1: c for j, c in corner[k].items()}
        for j, c in grid.rows[k].items():
            block[2 * k + 1][2 * j] = block[2 * j][2 * k + 1] = c
    both = [x for pair in zip(scales, sizes, strict=True) for x in pair]
    return kernel_if_semidefinite(block, both)


def _between(grid: OneGrid, weights: Matrix, above: Fraction) -> bool:
    """V <= H <= K^2 V."""
    volumes: Matrix = [{k: v} for k, v in enumerate(grid.volumes)]
    scales = [float(v) for v in grid.volumes]
    pairs = (combined(weights, 1, volumes, -1), combined(volumes, above, weights, -1))
    return all(kernel_if_semidefinite(m, scales) == [] for m in pairs)


def _proved(grid: OneGrid, tau: Expr, kernel: Kernel, found: Weights | None) -> Proved:
    constant = None if found is None else found.constant
    vectors: Json = [[k, [[j, str(c)] for j, c in sorted(v.items())]] for k, v in kernel]
    shown: Json = None if found is None else {
        "denominator": str(found.denominator),
        "rows": [[str(c) for c in row[: k + 1]] for k, row in enumerate(found.entries)],
    }  # fmt: skip
    return Proved(
        kind="matrix",
        statement=_statement(grid, constant),
        norm=NORM,
        domain=_domain(grid.scheme),
        hypotheses=_hypotheses(grid, tau),
        bound="||G|| <= 1" if constant is None else f"||G^k|| <= {constant}",
        proof={"kernel": vectors, "weights": shown, "constant": constant},
    )


# ---- in words


def _statement(grid: OneGrid, constant: str | None) -> str:
    assert grid.scheme.step is not None
    cycle = " at cycle ends" if grid.scheme.step.inner > 1 else ""
    if len(grid.arrays) == 1:
        u = grid.arrays[0]
        if constant is None:
            return f"||{u}[k+1]|| <= ||{u}[k]||{cycle}"
        return f"||{u}[k]|| <= {constant} ||{u}[0]|| for every k{cycle}"
    if constant is None:
        return f"the norm of the state never grows{cycle}"
    return f"powers of the step stay below {constant}{cycle}"


def _domain(scheme: Scheme) -> str:
    """The walls, and the one grid that the proof speaks of."""
    fields = [u for u in scheme.unknowns if u.kind == "field"]
    named = [(str(u.symbol.name), domain(scheme, u)) for u in fields]
    texts = list(dict.fromkeys(t for _, t in named))
    joined = texts[0] if len(texts) == 1 else "; ".join(f"{n}: {t}" for n, t in named)
    sizes = ", ".join(f"{a.count} points along {a.name}" for a in scheme.axes)
    return f"{joined}; {sizes}, this grid alone"


def _hypotheses(grid: OneGrid, tau: Expr) -> tuple[str, ...]:
    scheme = grid.scheme
    values = {**exact(scheme), TAU: tau}
    names = set(grid.names) | set(scheme.spacings)
    texts = {f"{n} = {text(sympy.sympify(values[n]).subs(exact(scheme)))}" for n in names}
    edges = [e for u in scheme.unknowns for pair in u.edges for e in pair]
    terms = [term for rate in scheme.rates for term in rate.terms]
    if any(e.right != 0 for e in edges) or any(not reads(t.value) for t in terms):
        texts.add(LEFT_OUT)
    return tuple(sorted(texts))


THEOREM = Theorem(name="matrix", claims=("l2_stable",), prove=_prove, implicit=True)
