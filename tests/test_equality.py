"""Emitted modules compute what the reference says a scheme means: eager PyTorch, every step.

Random texts on a handful of points, and the contract's explicit files on tiny grids; two samples a
batch, float64 to 1e-12 and float32 to 1e-5 of the largest value on the way.
"""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, strategies as st

import iterant
from house import ROOT
from iterant.compiler.model import Learned
from iterant.compiler.reference import Evaluator
from lattices import node_by_node
from strategies import Case, pdes, staggered, upwind

TOLERANCE = {torch.float64: 1e-12, torch.float32: 1e-5}
# Contract files with an explicit method: tiny grids, and the step of the file where it needs one.
CONTRACT = {
    "acoustic_fdtd": [(5, 4), (1, 2)],
    "advection": [(7,), (1,)],
    "beam_warming": [(7,), (1,)],
    "burgers_neural_closure": [(6,), (1,)],
    "fsi": [(5, 4), (1, 1)],
    "heat": [(5, 4), (2, 1)],
    "maxwell_tm": [(5, 4), (1, 2)],
    "perona_malik": [(5, 4), (1, 3)],
    "schroedinger": [(7,), (1,)],
    "variable_heat": [(5, 4), (1, 2)],
    "wave": [(4, 3, 2), (1, 1, 1)],
}


# ---- both sides of the equality


def inputs_of(scheme, evaluator):
    """Random arrays by name, one a sample: fields, and data without a formula."""
    rng = np.random.default_rng(3)
    names = [u.symbol.name for u in scheme.unknowns if u.symbol.name not in evaluator.data]
    return [
        {name: rng.uniform(-1, 1, evaluator.problem.shape(name)) for name in names}
        for _ in range(2)
    ]


def learned(scheme, module):
    """Random weights for every mlp, put into the module, and as the reference wants them."""
    found = {}
    for function in scheme.model.functions:
        if isinstance(function.body, Learned):
            torch.manual_seed(5)
            layers = [m for m in module.modules() if isinstance(m, torch.nn.Linear)]
            for layer in layers:
                torch.nn.init.normal_(layer.weight, std=0.5)
                torch.nn.init.normal_(layer.bias, std=0.5)
            found[function.name] = [
                (m.weight.detach().double().numpy(), m.bias.detach().double().numpy())
                for m in layers
            ]
    return found


def packed(scheme, samples, dtype):
    """The module's arguments in its order: first those that it needs, then those it can make."""
    started = {i.unknown.name for i in scheme.model.initial}
    needed, optional = [], []
    for group in (*scheme.model.fields, *scheme.model.data):
        names = [s.name for s in group.symbols]
        if names[0] not in samples[0]:
            optional.append(None)
            continue
        parts = [torch.tensor(np.stack([s[n] for s in samples]), dtype=dtype) for n in names]
        value = vector(parts, len(scheme.axes)) if group.vector else parts[0]
        (optional if started and group in scheme.model.fields else needed).append(value)
    return needed + optional


def vector(parts, dim):
    """(..., d, ...) where the components have one shape, else a tuple."""
    same = len({p.shape for p in parts}) == 1
    return torch.stack(parts, dim=-1 - dim) if same else tuple(parts)


def unpacked(scheme, output):
    """What a module returns as arrays by component name, samples first."""
    output = output if isinstance(output, dict) else {scheme.model.fields[0].name: output}
    found = {}
    for field in scheme.model.fields:
        values = output[field.name]
        if field.vector:
            parts = values if isinstance(values, tuple) else values.unbind(-1 - len(scheme.axes))
        else:
            parts = [values]
        named = zip(field.symbols, parts, strict=True)
        found |= {symbol.name: part.detach().double().numpy() for symbol, part in named}
    return found


def compare(case, *, dtype=torch.float64, file="", **overrides):
    """start, bodies and finish of the emitted module against the reference, sample by sample."""
    artifact = iterant.compile(Path(file) if file else case.text, force=True, **overrides)
    module, scheme = artifact.module(dtype=dtype), artifact.scheme
    evaluator = Evaluator(scheme=scheme, counts=case.counts, weights=learned(scheme, module))
    samples = inputs_of(scheme, evaluator)
    bodies = (case.steps - scheme.step.start_steps) // scheme.step.inner
    steps = scheme.step.start_steps + bodies * scheme.step.inner
    with torch.no_grad():
        state = module.start(*packed(scheme, samples, dtype))
        for index in range(bodies):
            state = module.step(state, index)
        found = unpacked(scheme, module.finish(state, bodies))
    tau = float(scheme.step_value or 1)
    for number, sample in enumerate(samples):
        rates = {n: a for n, a in evaluator.initial().items() if n not in found}
        expected = evaluator.run({**rates, **sample}, tau, steps)
        for name, values in found.items():
            close(values[number], expected[name], sample, TOLERANCE[dtype], name)


def close(found, expected, sample, tolerance, name):
    """Equal to a share of the largest value before or after."""
    assert found.shape == expected.shape, name
    scale = max(np.abs(expected).max(), *(np.abs(a).max() for a in sample.values()))
    assert np.isfinite(scale), f"{name} is not finite"
    np.testing.assert_allclose(found / scale, expected / scale, atol=tolerance, err_msg=name)


# ---- the contract


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize(
    ("name", "counts"), [(n, c) for n, grids in CONTRACT.items() for c in grids], ids=str
)
def test_contract_file(name, counts, dtype):
    path = ROOT / "examples" / f"{name}.scheme"
    text = path.read_text()
    sized = {} if "spacing" in text or "domain" not in text else {"grid": counts}
    steps = 20 if name == "fsi" else 3
    compare(Case(text=text, counts=counts, steps=steps), dtype=dtype, file=str(path), **sized)


# ---- random texts


@pytest.mark.parametrize("strategy", [node_by_node, pdes, upwind, staggered])
@given(data=st.data())
def test_random_text(strategy, data):
    compare(data.draw(strategy()))


@given(pdes())
def test_random_text_in_single_precision(case):
    compare(case, dtype=torch.float32)
