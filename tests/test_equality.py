"""Emitted modules compute what the reference says a scheme means: eager PyTorch, every step.

Random texts on a handful of points, and the contract's explicit files on tiny grids; two samples a
batch, float64 to 1e-12 and float32 to 1e-5 of the largest value on the way.
"""

import pytest
import torch
from hypothesis import given, settings, strategies as st

from equality import FILES, TOLERANCE, compare, contract, told
from implicits import implicit_nodes, implicit_walls
from lattices import node_by_node
from strategies import pdes, staggered, upwind
from vectors import collocated, electric, walled_iterates


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize(("name", "counts"), FILES, ids=str)
def test_contract_file(name, counts, dtype):
    case, sized = contract(name, counts)
    compare(case, dtype=dtype, **sized)


# ---- random texts


KINDS = (
    node_by_node,
    walled_iterates,
    implicit_nodes,
    implicit_walls,
    pdes,
    upwind,
    collocated,
    staggered,
    electric,
)


@pytest.mark.parametrize("strategy", KINDS)
@settings(max_examples=30)
@given(data=st.data())
def test_random_text(strategy, data):
    told(compare, data.draw(strategy()))


@settings(max_examples=40)
@given(pdes())
def test_random_text_in_single_precision(case):
    told(compare, case, dtype=torch.float32)


@pytest.mark.slow
@settings(max_examples=2000)
@given(st.one_of(pdes(), pdes(), *(strategy() for strategy in KINDS)))
def test_many_random_texts(case):
    told(compare, case)
