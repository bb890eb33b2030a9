"""Implicit iterates as a whole: every way of marching, gradients, bounds, documents, the graph."""

import numpy as np
import pytest
import sympy
import torch

import iterant
from implicits import STEPS
from iterant.compiler.certificates.normal import normal
from iterant.compiler.graph import Inner
from iterant.compiler.pipeline import lower, prove
from iterant.compiler.properties import adjoints, formula, norm_bound, shape
from iterant.compiler.reference import Evaluator, Singular
from iterant.compiler.source import Source
from iterant.runtime.contract import Status
from iterant.runtime.faults import UserError

WALLED = """
scheme coupled
domain x in [0, 1], y in [0, 2]
grid 5, 4
boundary u = 1 on x, dn(u) = t on y low, 2*u + dn(u) = 0 on y high,
  dn(v) = 0 on x low, v = x on y, v = 0 on x high
field u, v
data f
param r = 3/4, positive, trainable
iterate u[k+1, i, j] - r/4 * (u[k+1, i+1, j] - 2*u[k+1, i, j] + u[k+1, i-1, j]) - v[k+1, i, j]/5
  = u[k, i, j] + u[k-1, i, j]/3 + f[i, j], steps 6
iterate 2*v[k+1, i, j] + r*u[k+1, i, j+1]/6 - v[k+1, i, j-1]/4 = v[k, i, j] * u[k, i, j]
"""
ADI = """
scheme alternating
domain x, y in [0, 1]
grid 6, 6
boundary u = 0 on x, w = 0 on x, periodic on y
field w, u
param r = 2
iterate w[k+1, i, j] - r * (w[k+1, i+1, j] - 2*w[k+1, i, j] + w[k+1, i-1, j]) = u[k, i, j]
iterate u[k+1, i, j] - r * (u[k+1, i, j+1] - 2*u[k+1, i, j] + u[k+1, i, j-1]) = w[k+1, i, j]
"""
RING = """
scheme ring
param r = 5
iterate u[k+1, i] - r/2 * (u[k+1, i+1] - 2*u[k+1, i] + u[k+1, i-1]) = u[k, i], steps 8
"""


def drawn(names, shape):
    torch.manual_seed(2)
    return {name: torch.rand(2, *shape, dtype=torch.float64) for name in names}


# ---- ways of marching


@pytest.mark.parametrize("way", ["never", "always", "differentiable", "in segments"])
def test_every_way_computes_what_the_reference_says(way):
    """Walls that move, a coefficient, three levels: the newest one's walls are at its time."""
    artifact = iterant.compile(WALLED, force=True)
    module, inputs = artifact.module(), drawn("uvf", (5, 4))
    more = {
        "never": {"compile": "never"},
        "always": {"compile": "always"},
        "differentiable": {"differentiable": True, "compile": "never"},
        "in segments": {"differentiable": True, "segments": 2, "compile": "never"},
    }[way]
    outcome = iterant.run(module, inputs, **more)
    forward = module(**inputs)
    for sample in range(2):
        state = {name: value[sample].numpy() for name, value in inputs.items()}
        expected = Evaluator(scheme=artifact.scheme).run(state, 1, 6)
        for name in "uv":
            for found in (outcome.value, forward):
                value = found[name][sample].detach().numpy()
                np.testing.assert_allclose(value, expected[name], atol=1e-13)


def test_exact_arithmetic_solves_the_same():
    u = np.array([3, 1, 4, 1, 5])
    scheme = iterant.compile(RING).scheme
    exact = Evaluator(scheme=scheme, counts=(5,), arithmetic="exact").run({"u": u}, 1, STEPS)
    plain = Evaluator(scheme=scheme, counts=(5,)).run({"u": u}, 1, STEPS)
    np.testing.assert_allclose(exact["u"].astype(float), plain["u"], atol=1e-14)
    with pytest.raises(Singular):
        Evaluator(
            scheme=scheme, counts=(4,), arithmetic="exact", parameters={"r": sympy.Rational(-1, 2)}
        ).run({"u": u[:4]}, 1, 1)


def test_checkpoints_resume_bit_for_bit(tmp_path):
    module, inputs = iterant.compile(WALLED, force=True).module(), drawn("uvf", (5, 4))
    half = iterant.run(module, inputs, steps=3, checkpoint=str(tmp_path / "half"))
    rest = iterant.run(module, inputs, steps=6, resume=half.checkpoint)
    whole = iterant.run(module, inputs, steps=6)
    assert all(torch.equal(rest.value[n], whole.value[n]) for n in "uv")


def test_single_precision_and_batches():
    module = iterant.compile(WALLED, force=True).module()
    inputs = drawn("uvf", (5, 4))
    double = iterant.run(module, inputs)
    single = iterant.run(module, {n: v.float() for n, v in inputs.items()})
    for name in "uv":
        found, wanted = single.value[name], double.value[name]
        assert found.dtype == torch.float32
        torch.testing.assert_close(found.double(), wanted, atol=1e-5, rtol=0)
        torch.testing.assert_close(module(*(v[1] for v in inputs.values()))[name], wanted[1])


# ---- gradients


def test_gradients_of_state_data_and_coefficient():
    """Through six steps of a coupled system, against differences and the march."""
    module, inputs = iterant.compile(WALLED, force=True).module(), drawn("uvf", (5, 4))
    inputs = {name: value[0].requires_grad_() for name, value in inputs.items()}
    (raw,) = module.parameters()

    def loss():
        found = module(**inputs)
        return (found["u"] ** 2).sum() + (found["v"] ** 3).sum()

    leaves = [*inputs.values(), raw]
    wanted = torch.autograd.grad(loss(), leaves)
    outcome = iterant.run(module, inputs, differentiable=True, segments=2)
    marched = (outcome.value["u"] ** 2).sum() + (outcome.value["v"] ** 3).sum()
    for found, own in zip(
        torch.autograd.grad(marched, [*inputs.values(), raw]), wanted, strict=True
    ):
        torch.testing.assert_close(found, own)
    with torch.no_grad():
        for value, gradient in zip(leaves, wanted, strict=True):
            way, before, ends = torch.randn_like(value), value.clone(), []
            for step in (1e-6, -1e-6):
                value.copy_(before + step * way)
                ends.append(float(loss()))
            value.copy_(before)
            slope = (ends[0] - ends[1]) / 2e-6
            assert float((gradient * way).sum()) == pytest.approx(slope, rel=1e-6, abs=1e-7)


def test_the_backward_pass_keeps_no_factorisation():
    """One solution and the coefficients a step: the adjoint solve needs nothing else."""
    module = iterant.compile(RING.replace("r = 5", "r = 5, trainable")).module()
    u = torch.rand(64, dtype=torch.float64, requires_grad=True)
    seen, todo, kept = set(), [module(u).grad_fn], 0
    while todo:
        node = todo.pop()
        if node is not None and node not in seen:
            seen.add(node)
            todo += [parent for parent, _ in node.next_functions]
            kept += sum(t.numel() for t in getattr(node, "saved_tensors", ()) if t.numel() > 1)
    assert kept == 8 * 64


# ---- bounds


@pytest.mark.parametrize(("n", "walls"), [(64, ""), (400, "walled")])
def test_backward_euler_stays_bounded_at_any_ratio(n, walls):
    """r = 1000: the largest value never grows, and a wave decays by 1 / (1 + r(1 - cos a))."""
    text = RING.replace("r = 5", "r = 1000")
    if walls:
        place = f"domain x in [0, 1]\ngrid {n}, nodes\nboundary u = 0\nfield u\nparam"
        text = text.replace("param", place)
    u = torch.rand(n, dtype=torch.float64)
    outcome = iterant.run(iterant.compile(text).module(), {"u": u}, steps=200)
    assert outcome.status is Status.DONE
    assert float(outcome.value["u"].abs().max()) <= float(u.abs().max()) * (1 + 1e-12)
    angle = torch.pi / (n + 1) if walls else 2 * torch.pi / n
    points = torch.arange(1, n + 1, dtype=torch.float64)
    wave = torch.sin(angle * points)
    factor = 1 / (1 + 1000 * (1 - np.cos(angle)))
    after = iterant.run(iterant.compile(text).module(), {"u": wave}, steps=8).value["u"]
    torch.testing.assert_close(after, wave * factor**8, atol=1e-11, rtol=0)


def test_alternating_directions_solve_lines():
    """Each stage couples one axis alone; the factor of a mode is the product of both."""
    module = iterant.compile(ADI).module()
    solves = [s for s in module.plan.body if s.solves]
    assert [s.writes for s in solves] == [("w_new",), ("u_new",)]
    i = torch.arange(6, dtype=torch.float64)
    wave = torch.outer(torch.sin(torch.pi * (i + 0.5) / 6), torch.cos(2 * torch.pi * i / 6))
    found = module(torch.zeros_like(wave), wave)["u"]
    factor = 1 / ((1 + 4 * (1 - np.cos(np.pi / 6))) * (1 + 4 * (1 - np.cos(np.pi / 3))))
    torch.testing.assert_close(found, factor * wave)


def test_a_singular_run_is_told_before_its_first_step():
    module = iterant.compile(RING).module()
    module.r.fill_(-0.5)
    with pytest.raises(UserError, match=r"singular on 6 points with r = -0.5, for mode 3 of 6"):
        iterant.run(module, {"u": torch.rand(6)})
    assert iterant.run(module, {"u": torch.rand(5)}).status is Status.DONE


# ---- documents and the graph


def test_documents_tell_left_sides():
    """Only schemes that have one: all others keep their documents byte for byte."""
    document = normal(iterant.compile(ADI).scheme)
    assert document["schema"] == 4
    for rate, stage in zip(document["rates"], document["step"]["body"], strict=True):
        reads = {document["nodes"][t["node"]].get("name") for t in rate["left"]}
        assert stage["solves"] == [[f"{rate['unknown']}_new"] * 2]
        assert f"{rate['unknown']}_new" in reads
    plain = normal(iterant.compile(RING.replace("u[k+1, i+1]", "u[k, i+1]")
                                   .replace("u[k+1, i-1]", "u[k, i-1]")).scheme)  # fmt: skip
    assert plain["schema"] == 3
    assert "left" not in plain["rates"][0]
    assert "solves" not in plain["step"]["body"][0]


def test_a_solve_is_an_op_with_adjoint_and_norm():
    """The adjoint's rows are the transposes; 1/(|c| - ||N||) bounds the inverse where it may."""
    text = RING.replace("u[k+1, i+1] - 2", "3/2 * u[k+1, i+1] - 2")
    graph = lower(prove(Source("text.scheme", text)).scheme)
    (node,) = [n for n in graph.routine("solve_u").nodes().values() if isinstance(n.op, Inner)]
    assert shape(node, (7,)) == (7,)
    assert formula(node) == "left(new) = right, solved"
    (adjoint,) = adjoints(node.op)
    (r,) = node.op.scalars
    dense = ring_matrix(node.op, r)
    np.testing.assert_array_equal(ring_matrix(adjoint, r), dense.T)
    bound = float(norm_bound(node.op).subs(r, sympy.Rational(3, 10)))
    assert np.linalg.norm(np.linalg.inv(dense), 2) <= bound < 1.1
    assert norm_bound(node.op).subs(r, 10) == sympy.oo


def ring_matrix(op, r, n=7):
    """The left side on a ring of n points, where r is 3/10."""
    matrix = np.zeros((n, n))
    for row in op.rows:
        for _, coefficient, stencil in row:
            for offset, weight in stencil.weights:
                for i in range(n):
                    value = float(coefficient.subs(r, sympy.Rational(3, 10)) * weight)
                    matrix[i, (i + offset[0]) % n] += value
    return matrix
