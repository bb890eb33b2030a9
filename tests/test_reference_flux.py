"""What `div(F(grad u))` is worth at walls: symmetry, dissipation, conservation, exact gradients.

Certificates rest on L = -K^T G K in volume-weighted products. Here L is taken column by column
from the reference, in exact rationals, for every flux, order, wall and placement.
"""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from iterant.compiler.analyse import analyse
from iterant.compiler.discretise import discretise
from iterant.compiler.parse import parse
from iterant.compiler.reference import Evaluator
from iterant.compiler.source import Source

COUNTS = (4, 3)
WALLS = {
    "periodic": "periodic",
    "reflecting": "reflecting",
    "fixed": "u = 0",
    "robin": "u + dn(u) = 0",
    "mixed": "u = 0 on x low, dn(u) = 0 on x high, periodic on y",
}
LINEAR = "data k = 1 + x^2 * y\nequation dt(u) = div(k * grad(u))\n"
NONLINEAR = "function g(q) = 1 / (1 + q)\nequation dt(u) = div(g(norm2(grad(u))) * grad(u))\n"
CASES = list(product(("half_points", "forward", "corners"), (2, 4), WALLS, ("cells", "nodes")))


def lost(flux, order, walls, placement):
    """Why L is not -K^T G K there, or "" where it is."""
    if flux == "forward" and order > 2 and walls != "periodic":
        return "a forward difference of higher order has no mirror image"
    if flux == "forward" and placement == "nodes" and walls not in {"periodic", "fixed"}:
        return "the weight of a wall node's forward difference is not its mirror image's"
    if order > 2 and walls == "robin":
        return "ghosts of a Robin wall beyond the first do not continue the flux"
    if order > 2 and placement == "nodes" and walls in {"fixed", "mixed"}:
        return "data continue about half a cell outside, u about the wall node"
    return ""


def evaluator(flux, order, walls, placement, law):
    nodes = ", nodes" if placement == "nodes" else ""
    text = (
        f"scheme flux\ndomain x, y in [0, 2]\ngrid 4, 3{nodes}\nboundary {WALLS[walls]}\nfield u\n"
        f"{law}space order {order}, flux {flux}\ntime explicit_euler, step 1/100, steps 1\n"
    )
    scheme = discretise(analyse(parse(Source("flux.scheme", text))))
    return Evaluator(scheme=scheme, arithmetic="exact" if law is LINEAR else "float64")


def volumes(found):
    """The volume of each point: half a cell for a node on a wall."""
    sides = []
    for n, (low, high) in zip(COUNTS, found.scheme.unknowns[0].edges, strict=True):
        line = [Fraction(1)] * n
        for end, edge in ((0, low), (-1, high)):
            line[end] /= 2 if edge.mirror == 1 else 1
        sides.append(line)
    return np.multiply.outer(*(np.array(side, dtype=object) for side in sides)).ravel()


def matrix(found):
    """V L, column by column; the walls are homogeneous, so that L 0 = 0."""
    u = found.scheme.unknowns[0].symbol
    columns = []
    for index in np.ndindex(COUNTS):
        impulse = np.zeros(COUNTS, dtype=int)
        impulse[index] = 1
        columns.append(found.rate(u, {"u": impulse}).ravel())
    return volumes(found)[:, None] * np.array(columns).T


@pytest.mark.parametrize("case", CASES, ids=str)
def test_linear_fluxes(case):
    """Symmetric; dissipative; conservative where no wall takes anything."""
    weighted = matrix(evaluator(*case, LINEAR))
    assert (weighted == weighted.T).all() == (not lost(*case))
    if not lost(*case) and case != ("corners", 2, "robin", "nodes"):
        assert np.linalg.eigvalsh(weighted.astype(float)).max() < 1e-9
    if case[2] in {"periodic", "reflecting"}:
        assert (weighted.sum(axis=0) == 0).all() == (not lost(*case))


def test_corners_on_nodes_grow_at_a_coarse_robin_wall():
    # h = 2/3: the ghost u_1 - 2h u_0 has the wrong sign beside u_0, and its mean smooths backwards.
    case = ("corners", 2, "robin", "nodes")
    assert np.linalg.eigvalsh(matrix(evaluator(*case, LINEAR)).astype(float)).max() > 1


@pytest.mark.parametrize("case", [c for c in CASES if c[0] != "half_points"], ids=str)
def test_nonlinear_fluxes_are_exact_gradients(case):
    """The derivative of a gradient is symmetric: one gradient vector a node, or a corner."""
    found = evaluator(*case, NONLINEAR)
    symbol, u = found.scheme.unknowns[0].symbol, np.random.default_rng(0).standard_normal(COUNTS)
    columns = []
    for index in np.ndindex(COUNTS):
        step = np.zeros(COUNTS)
        step[index] = 1e-5
        ahead, behind = (found.rate(symbol, {"u": u + sign * step}) for sign in (1, -1))
        columns.append((ahead - behind).ravel() / 2e-5)
    weighted = volumes(found).astype(float)[:, None] * np.array(columns).T
    symmetric = np.abs(weighted - weighted.T).max() < 1e-8 * np.abs(weighted).max()
    flux, _, walls, placement = case
    data_play_no_part = placement == "nodes" and walls in {"fixed", "mixed"} and flux == "corners"
    gradient = data_play_no_part or not lost(*case)
    gradient &= walls != "robin"
    gradient &= not (flux == "forward" and placement == "cells" and walls in {"fixed", "mixed"})
    assert symmetric == gradient
