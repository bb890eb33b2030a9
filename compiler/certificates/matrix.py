"""`matrix`: linear schemes with known numbers on one grid, by the matrix G of their step.

Statement: on the grid of the file the norm of the cell volumes V never grows, H - G^T H G >= 0 for
H = V; else powers of the step stay bounded, ||G^k|| <= K, by H - G^T H G >= 0 with another H,
V <= H <= K^2 V. Hypotheses: linear, rational coefficients that do not change in time, a step and
parameters that are known. Says nothing about any other grid. Source: Strikwerda, Wade 1997 (the
Kreiss matrix theorem: bounded powers and such norms are the same).
"""

from __future__ import annotations

from fractions import Fraction

import sympy
from sympy import Expr

from ...runtime.contract import Json
from ..grid import reads
from ..scheme import TAU, Scheme
from .base import Proved, Question, Theorem, Unprovable
from .definite import Kernel, Matrix, kernel_if_semidefinite, whole
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
    volumes: Matrix = [{k: v} for k, v in enumerate(grid.volumes)]
    scales = [float(v) for v in grid.volumes]
    kernel = kernel_if_semidefinite(_gap(grid, volumes), scales)
    if kernel is not None:
        return _proved(grid, tau, kernel, None)
    found = weights(grid)
    kernel = kernel_if_semidefinite(_gap(grid, found.matrix()), scales)
    if kernel is None or not _between(grid, found):
        raise Unprovable("no norm was found in which the powers of the step do not grow")
    return _proved(grid, tau, kernel, found)


def _gap(grid: OneGrid, matrix: Matrix) -> Matrix:
    """H - G^T H G, over one denominator."""
    rows, below = whole(grid.rows)
    weights, unit = whole(matrix)
    found = [{j: below**2 * c for j, c in row.items()} for row in weights]
    for i, row in enumerate(weights):
        moved: dict[int, int] = {}
        for k, c in row.items():
            for j, g in rows[k].items():
                moved[j] = moved.get(j, 0) + c * g
        for j, g in rows[i].items():
            into = found[j]
            for m, c in moved.items():
                into[m] = into.get(m, 0) - g * c
    scale = below**2 * unit
    return [{j: Fraction(c, scale) for j, c in row.items() if c} for row in found]


def _between(grid: OneGrid, found: Weights) -> bool:
    """V <= H <= K^2 V."""
    above, scales = Fraction(found.constant) ** 2, [float(v) for v in grid.volumes]
    low, high = found.matrix(), [{j: -c for j, c in row.items()} for row in found.matrix()]
    for k, v in enumerate(grid.volumes):
        low[k][k] = low[k].get(k, Fraction(0)) - v
        high[k][k] = high[k].get(k, Fraction(0)) + above * v
    return all(kernel_if_semidefinite(m, scales) == [] for m in (low, high))


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


THEOREM = Theorem(name="matrix", claims=("l2_stable",), prove=_prove)
