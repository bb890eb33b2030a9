"""Learned blocks: emitted modules against the reference, adjoints, norms that never grow."""

import pytest
import torch
from hypothesis import given, settings

import iterant
from blocks import blocks, kernel_iterates
from equality import TOLERANCE, compare, told
from test_equality_runs import run


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@settings(max_examples=40)
@given(case=blocks())
def test_block_is_what_the_reference_says(case, dtype):
    told(compare, case, dtype=dtype)


@settings(max_examples=40)
@given(kernel_iterates())
def test_kernels_are_what_the_reference_says(case):
    told(compare, case)


@settings(max_examples=20)
@given(blocks())
def test_driver_runs_blocks(case):
    told(run, case)


@settings(max_examples=60)
@given(blocks())
def test_blocks_are_certified_and_never_grow(case):
    artifact = iterant.compile(case.text)
    assert artifact.certified, artifact.certificates
    assert iterant.verify(artifact)
    module = artifact.module(dtype=torch.float64)
    torch.manual_seed(1)
    with torch.no_grad():
        for weight in module.parameters():
            weight += torch.randn_like(weight)
        u, f = (torch.randn(8, *case.counts, dtype=torch.float64) for _ in "uf")
        given = (u, f) if module.plan.data else (u,)
        state = module.start(*given)
        axes = tuple(range(1, u.ndim))
        for index in range(case.steps):
            before = state["u"].norm(dim=axes)
            state = module.step(state, index)
            bound = torch.maximum(before, f.norm(dim=axes)) if module.plan.data else before
            assert bool((state["u"].norm(dim=axes) <= bound * (1 + 1e-12)).all())
