"""Emitted modules in other hands: torch.compile, torch.export and ONNX give what they give."""

import numpy as np
import pytest
import torch

import iterant
from house import ROOT
from iterant.runtime.frozen import freeze

EXAMPLES = ROOT / "examples"
SHAPES = {"symmetric_resnet": (2, 40), "tnrd": (1, 36, 34), "perona_malik": (2, 12, 10)}


def module_of(name, *, frozen):
    """A module of few steps in float32 and its inputs."""
    text = (EXAMPLES / f"{name}.scheme").read_text()
    for long in ("steps 24", "steps 20", "steps 5"):
        text = text.replace(long, "steps 2")
    module = iterant.compile(text).module(dtype=torch.float32)
    torch.manual_seed(0)
    u = torch.rand(SHAPES[name])
    inputs = (u, u + 0.1) if name == "tnrd" else (u,)
    return (freeze(module) if frozen else module), inputs


@pytest.mark.parametrize("name", SHAPES)
def test_export(name):
    module, inputs = module_of(name, frozen=False)
    exported = torch.export.export(module, inputs)
    with torch.no_grad():
        torch.testing.assert_close(exported.module()(*inputs), module(*inputs))


@pytest.mark.slow
@pytest.mark.parametrize("name", SHAPES)
def test_compile(name):
    module, inputs = module_of(name, frozen=True)
    with torch.no_grad():
        found = torch.compile(module, fullgraph=True)(*inputs)
        torch.testing.assert_close(found, module(*inputs), rtol=1e-5, atol=1e-6)


@pytest.mark.slow
def test_compiled_gradients_reach_all_weights():
    """The bound of a norm stays outside the graph; gradients flow through it all the same."""
    module, inputs = module_of("symmetric_resnet", frozen=False)
    torch.compile(module)(*inputs).square().sum().backward()
    found = [w.grad.clone() for w in module.parameters()]
    module.zero_grad()
    module(*inputs).square().sum().backward()
    for grad, weight in zip(found, module.parameters(), strict=True):
        torch.testing.assert_close(grad, weight.grad, rtol=1e-4, atol=1e-5)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", SHAPES)
def test_onnx(name, tmp_path):
    runtime = pytest.importorskip("onnxruntime")
    module, inputs = module_of(name, frozen=True)
    path = tmp_path / f"{name}.onnx"
    torch.onnx.export(module.requires_grad_(False), inputs, dynamo=True, verbose=False).save(path)
    session = runtime.InferenceSession(str(path))
    given = {i.name: x.numpy() for i, x in zip(session.get_inputs(), inputs, strict=True)}
    (found,) = session.run(None, given)
    with torch.no_grad():
        np.testing.assert_allclose(found, module(*inputs).numpy(), rtol=1e-4, atol=1e-5)
