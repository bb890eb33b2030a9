"""Contract files as the reference understands them, against their twins in plain NumPy loops."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

import twins
from house import ROOT
from implicits import implicit_nodes
from iterant.compiler.analyse import analyse
from iterant.compiler.discretise import discretise
from iterant.compiler.parse import parse
from iterant.compiler.reference import Evaluator
from iterant.compiler.source import Source
from lattices import node_by_node

RNG = np.random.default_rng(2024)
EXPLICIT = ("gray_scott", "imex_euler", "explicit_euler")  # of a file with an implicit method


def scheme_of(text, counts=None):
    return discretise(analyse(parse(Source("text.scheme", text)), grid=counts))


def contract(name, counts=None):
    """A contract file on a grid of another size; gray_scott with an explicit method."""
    text = Path(ROOT / "examples" / f"{name}.scheme").read_text()
    file, implicit, explicit = EXPLICIT
    if name == file:
        text = text.replace(implicit, explicit).replace("solve    fft\n", "")
    return scheme_of(text, counts)


def run(name, state, tau, steps, *, counts=None, **more):
    """The state after some steps by the reference; `counts` only where the file states them."""
    shape = counts or np.shape(next(iter(state.values())))
    return Evaluator(scheme=contract(name, counts), counts=shape, **more).run(state, tau, steps)


def agree(found, expected):
    scale = np.abs(expected).max() + 1e-300
    np.testing.assert_allclose(found / scale, np.asarray(expected) / scale, atol=1e-12)


@pytest.mark.parametrize("counts", [(5, 4), (1, 3), (2, 2), (1, 1)])
def test_heat(counts):
    u = RNG.random(counts)
    found = run("heat", {"u": u}, 0.01, 3, counts=counts)
    agree(found["u"], twins.heat(u, n_steps=3, tau=0.01))


@pytest.mark.parametrize("counts", [(6, 5), (2, 1), (4, 3)])
def test_variable_heat(counts):
    u = RNG.random(counts)
    found = run("variable_heat", {"u": u}, 0.02, 2, counts=counts)
    agree(found["u"], twins.variable_heat(u, n_steps=2, tau=0.02))


@pytest.mark.parametrize("shape", [(5, 4), (1, 6), (1, 1), (3, 2)])
def test_perona_malik(shape):
    u = RNG.random(shape)
    agree(run("perona_malik", {"u": u}, 0.2, 4)["u"], twins.perona_malik(u, n_steps=4, tau=0.2))


@pytest.mark.parametrize("shape", [(5, 4), (1, 3)])
def test_fsi(shape):
    u = RNG.random(shape)
    agree(run("fsi", {"u": u}, 0.2, 20)["u"], twins.fsi(u, n_steps=20, tau=0.2))


@pytest.mark.parametrize("n", [1, 2, 7])
def test_advection(n):
    u = RNG.random(n)
    found = run("advection", {"u": u}, 0.05, 3, counts=(n,))
    agree(found["u"], twins.advection(u, n_steps=3, tau=0.05))


@pytest.mark.parametrize("n", [1, 2, 7])
def test_beam_warming(n):
    u = RNG.random(n)
    agree(run("beam_warming", {"u": u}, 1, 3)["u"], twins.beam_warming(u, n_steps=3))


@pytest.mark.parametrize("n", [1, 2, 3, 7])
def test_crank_nicolson_nodes(n):
    u = RNG.random(n)
    found = run("crank_nicolson_nodes", {"u": u}, 1, 3)["u"]
    agree(found, twins.crank_nicolson_nodes(u, n_steps=3))


@pytest.mark.parametrize("n", [1, 2, 9])
def test_burgers_without_its_network(n):
    u = RNG.standard_normal(n)
    sizes = (2, 32, 32, 1)
    still = [(np.zeros((b, a)), np.zeros(b)) for a, b in itertools.pairwise(sizes)]
    found = run(
        "burgers_neural_closure", {"u": u}, 0.01, 3, counts=(n,), weights={"closure": still}
    )
    agree(found["u"], twins.burgers(u, n_steps=3, tau=0.01))


def test_gray_scott():
    u, v = RNG.random((2, 5, 4))
    found = run("gray_scott", {"u": u, "v": v}, 1, 4, counts=(5, 4))
    for name, expected in zip("uv", twins.gray_scott(u, v, n_steps=4, tau=1), strict=True):
        agree(found[name], expected)


@pytest.mark.parametrize("counts", [(5, 4), (1, 2)])
def test_acoustics(counts):
    p, *v = RNG.standard_normal((3, *counts))
    state = {"p": p, "v[0]": v[0], "v[1]": v[1]}
    found = run("acoustic_fdtd", state, 0.02, 3, counts=counts)
    pressure, velocity = twins.acoustic_fdtd(p, np.array(v), n_steps=3, tau=0.02)
    agree(found["p"], pressure)
    agree(np.array([found["v[0]"], found["v[1]"]]), velocity)


@pytest.mark.parametrize("counts", [(5, 4), (1, 2)])
def test_maxwell(counts):
    n, m = counts
    E, Hx, Hy = (RNG.standard_normal(s) for s in ((n, m), (n, m + 1), (n + 1, m)))
    found = run("maxwell_tm", {"E": E, "H[0]": Hx, "H[1]": Hy}, 0.02, 3, counts=counts)
    E, H = twins.maxwell_tm(E, (Hx, Hy), n_steps=3, tau=0.02)
    for name, expected in {"E": E, "H[0]": H[0], "H[1]": H[1]}.items():
        agree(found[name], expected)


@pytest.mark.parametrize("n", [1, 2, 9])
def test_schroedinger(n):
    re, im = RNG.standard_normal((2, n))
    found = run("schroedinger", {"re": re, "im": im}, 0.3, 3, counts=(n,))
    for name, expected in zip(
        ("re", "im"), twins.schroedinger(re, im, n_steps=3, tau=0.3), strict=True
    ):
        agree(found[name], expected)


@pytest.mark.parametrize("counts", [(5, 4, 3), (1, 2, 1)])
def test_wave(counts):
    u, v = RNG.standard_normal((2, *counts))
    found = run("wave", {"u": u, "u_t": v}, 0.01, 3, counts=counts)
    agree(found["u"], twins.wave(u, v, n_steps=3, tau=0.01))


@given(st.one_of(node_by_node(), implicit_nodes()))
def test_node_by_node(case):
    """The text means the sum that it was written from."""
    rng = np.random.default_rng(1)
    levels = {f: [rng.standard_normal(case.counts)] * 3 for f in case.fields}
    evaluator = Evaluator(scheme=scheme_of(case.text), counts=case.counts)
    found = evaluator.run({f: u[0] for f, u in levels.items()}, 1, case.steps)
    for _ in range(case.steps):
        new = case.advanced(levels)
        levels = {f: [new[f], *levels[f][:2]] for f in case.fields}
    for f in case.fields:
        scale = max(1.0, np.abs(levels[f][0]).max())
        np.testing.assert_allclose(found[f] / scale, levels[f][0] / scale, atol=1e-12)
