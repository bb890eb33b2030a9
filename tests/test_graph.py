"""The IR: what check() catches, ranges at the borders, passes that keep the meaning."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import sympy

from iterant.compiler.architectures.resnet import build
from iterant.compiler.graph import Combine, Input, Pointwise, check, digraph_of, reading
from iterant.compiler.passes import PASSES, run_passes
from iterant.compiler.pipeline import lower, prove
from iterant.compiler.properties import adjoints, norm_bound, shape as node_shape
from iterant.compiler.show import dot, show_graph
from iterant.compiler.source import Source

EXAMPLES = Path(__file__).parent.parent / "examples"


def scheme(name="perona_malik"):
    path = EXAMPLES / f"{name}.scheme"
    return prove(Source(path.name, path.read_text())).scheme


def test_every_pass_keeps_a_checked_graph():
    """check() holds after each pass, and the passes are idempotent as a whole."""
    graph = check(build(scheme()))
    for one in PASSES:
        graph = check(one(graph))
    again = run_passes(graph)
    assert show_graph(again) == show_graph(graph)


def test_ranges_of_perona_malik():
    """Slopes across x live on n+1 faces of x; the image needs one ghost on each side."""
    graph = lower(scheme())
    nodes = {n.name: n for n in graph.routine("advance").nodes().values()}
    assert nodes["u_x"].range == ((0, 1), (0, 0))
    assert nodes["u"].range == ((-1, 1), (-1, 1))
    assert graph.place("u").halo == ((1, 1), (1, 1))


def test_structure_is_held():
    """The divergence knows the slopes whose adjoint it takes."""
    graph = lower(scheme())
    nodes = graph.routine("advance").nodes()
    adjoint = next(n for n in nodes.values() if type(n.op).__name__ == "AdjointOp")
    slopes = [nodes[i] for i in adjoint.op.of]
    assert [s.op.stencils[0] for s in slopes] == list(adjoint.op.differences)


def broken(change):
    graph = lower(scheme())
    routine = graph.routine("advance")
    nodes = dict(routine.nodes())
    change(nodes)
    bad = replace(routine, digraph=digraph_of(nodes))
    return replace(graph, routines=(bad,))


def narrow(nodes):
    i = next(i for i, n in nodes.items() if isinstance(n.op, Input))
    nodes[i] = replace(nodes[i], range=((0, 0), (0, 0)))


def moved(nodes):
    i = next(i for i, n in nodes.items() if isinstance(n.op, Pointwise))
    nodes[i] = replace(nodes[i], location=(1, 1))


def looped(nodes):
    last = max(nodes)
    nodes[last] = replace(nodes[last], inputs=(*nodes[last].inputs[:-1], last),
                          op=Combine(coefficients=(sympy.S.One, sympy.S.One)))  # fmt: skip


@pytest.mark.parametrize("change", [narrow, moved, looped])
def test_check_catches(change):
    """A range too small, a wrong location, a cycle: our own faults, found at once."""
    with pytest.raises(AssertionError):
        check(broken(change))


@pytest.mark.parametrize("name", ["perona_malik", "variable_heat", "wave"])
def test_adjoints_and_norm_bounds(name):
    """<S u, v> = <u, S^T v> on Z^d, and no dense norm exceeds the stated bound."""
    found = scheme(name)
    for routine in lower(found).routines:
        for node in routine.nodes().values():
            transposes = adjoints(node.op)
            if transposes is None:
                continue
            bound = float(norm_bound(node.op).subs(found.spacings))
            dense = [dense_matrix(t, found) for t in transposes]
            together = np.concatenate(dense, axis=0)
            assert np.linalg.norm(together, 2) <= bound * (1 + 1e-12)
            for slot, matrix in enumerate(dense):
                forward = dense_matrix(reading(node, slot), found)
                sign = -1 if type(node.op).__name__ == "AdjointOp" else 1
                np.testing.assert_allclose(matrix, sign * forward.T, atol=0)


def dense_matrix(operator, found, n=4):
    """The matrix of a stencil on the torus of n points an axis; weights of equal places add."""
    shape = (n,) * operator.dim
    matrix = np.zeros((n**operator.dim,) * 2)
    scale = float(sympy.sympify(operator.scale).subs(found.spacings))
    for row, index in enumerate(np.ndindex(shape)):
        for offset, weight in operator.weights:
            place = tuple((i + o) % n for i, o in zip(index, offset, strict=True))
            matrix[row, np.ravel_multi_index(place, shape)] += scale * float(weight)
    return matrix


def test_shapes():
    """A node's size follows from the counts: n + 1 faces across x."""
    nodes = {n.name: n for n in lower(scheme()).routine("advance").nodes().values()}
    assert node_shape(nodes["u_x"], (7, 5)) == (8, 5)
    assert node_shape(nodes["u"], (7, 5)) == (9, 7)


def test_equal_texts_have_equal_graphs():
    """The content hash is the same for the same text and differs for another one."""
    first, second = lower(scheme()), lower(scheme())
    assert first.digest() == second.digest()
    assert first.digest() != lower(scheme("fsi")).digest()


def test_digraph_and_drawing():
    """Routines are networkx graphs; the drawing quotes every label."""
    graph = lower(scheme("fsi"))
    for routine in graph.routines:
        assert nx.is_directed_acyclic_graph(routine.digraph)
    text = dot(graph)
    assert text.count("subgraph") == len(graph.routines)
    assert text.count('"') % 2 == 0
