"""Whole runs against the reference: forward from stated initial values, the driver, compiled code.

The driver marches in place on padded buffers; eager and compiled it must give what the definition
gives. A few cases are compiled always, the others in the slow tests.
"""

import pytest
import torch
from hypothesis import HealthCheck, given, settings, strategies as st

import iterant
from equality import CONTRACT, FILES, TOLERANCE, close, contract, packed, prepare, told, unpacked
from implicits import implicit_nodes, implicit_walls
from strategies import Case, pdes, staggered, upwind
from test_equality_cases import TEXTS, named

COMPILED = ["heat", "perona_malik", "variable_heat", "maxwell_tm"]


def by_name(equal):
    """The inputs of a run by the names of fields and data."""
    given = packed(equal.scheme, equal.samples, torch.float64)
    groups = (*equal.scheme.model.fields, *equal.scheme.model.data)
    present = [g.name for g in groups if g.symbols[0].name in equal.samples[0]]
    return dict(zip(present, [g for g in given if g is not None], strict=True))


def run(case, *, how="never", **overrides):
    """The driver's outcome against the reference."""
    equal = prepare(case, **overrides)
    outcome = iterant.run(equal.module, by_name(equal), steps=equal.steps, compile=how)
    equal.check(outcome.value, TOLERANCE[torch.float64])


@pytest.mark.parametrize(("name", "counts"), FILES, ids=str)
def test_driver_in_place(name, counts):
    case, sized = contract(name, counts)
    run(case, **sized)


@settings(max_examples=40)
@given(
    st.one_of(
        pdes(),
        upwind(),
        implicit_nodes(),
        implicit_walls(),
        staggered().filter(lambda case: len(case.counts) > 1),
    )
)
def test_driver_on_random_texts(case):
    told(run, case)


def test_driver_takes_a_vector_of_one_component():
    run(Case(text=TEXTS["a vector of one component"], counts=(3,), steps=2))


def test_driver_takes_the_names_of_the_text():
    run(Case(text=named({"field": "lambda", "data": "float"}), counts=(3, 2), steps=1))


@pytest.mark.parametrize("name", COMPILED)
def test_compiled(name):
    case, sized = contract(name, CONTRACT[name][0])
    run(case, how="always", **sized)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "counts"), FILES, ids=str)
def test_every_file_compiled(name, counts):
    case, sized = contract(name, counts)
    run(case, how="always", **sized)


@pytest.mark.slow
@settings(max_examples=20, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.one_of(pdes(), upwind(), staggered(), implicit_nodes(), implicit_walls()))
def test_random_texts_compiled(case):
    told(run, case, how="always")


STATED = [(n, c) for n, c in FILES if "initial" in contract(n, c)[0].text]


@pytest.mark.parametrize(("name", "counts"), STATED, ids=str)
def test_forward_from_stated_initial_values(name, counts):
    case, sized = contract(name, counts)
    equal = prepare(case, **sized, steps=case.steps)
    tau = float(equal.scheme.step_value)
    initial = equal.evaluator.initial()
    expected = equal.evaluator.run(initial, tau, case.steps)
    with torch.no_grad():
        output = equal.module()
    for part, values in unpacked(equal.scheme, output).items():
        close(values, expected[part], initial, 1e-12, part)
