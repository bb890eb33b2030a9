"""Strategies of `iterant.testing`: valid texts, inputs, parameters; and what they need."""

import builtins
import sys
from typing import Any

import pytest
import torch
from hypothesis import given, settings, strategies as st

import iterant
from house import ROOT
from iterant.runtime.contract import Refutation, Unproved
from iterant.runtime.faults import UserError
from iterant.testing import fields, parameters, schemes
from iterant.testing.families import FAMILIES

EXAMPLES = ROOT / "examples"


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=6)
@given(data=st.data())
def test_texts_of_a_family_are_valid(family: str, data: st.DataObject) -> None:
    text = data.draw(schemes(family))
    artifact = iterant.compile(text, force=True)
    assert artifact.certificates[0].claim == "l2_stable"
    stable = iterant.compile(data.draw(schemes(family, stable=True)), force=True)
    assert not isinstance(stable.certificates[0], Refutation | Unproved)


@settings(max_examples=20)
@given(data=st.data())
def test_fields_and_parameters_are_inputs(data: st.DataObject) -> None:
    artifact = iterant.compile(EXAMPLES / "acoustic_fdtd.scheme", grid=(6, 6))
    given_fields = data.draw(fields(artifact, scale=0.1))
    assert artifact.module().start(**given_fields)["p"].shape == (6, 6)
    values = data.draw(parameters(artifact))
    assert iterant.compile(EXAMPLES / "acoustic_fdtd.scheme", params=values).certified
    alone = data.draw(fields((3, 4), batch=(2,)))
    assert alone.shape == (2, 3, 4)
    assert alone.dtype == torch.float64


def test_strategies_need_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("hypothesis"):
            raise ImportError(name)
        return whole(name, *rest, **more)

    for name in [n for n in sys.modules if n.startswith("hypothesis.strategies")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.setattr("iterant.runtime.faults.import_module", without)
    with pytest.raises(UserError, match=r"needs hypothesis.*iterant\[test\]"):
        schemes()


def test_unknown_families_are_told() -> None:
    with pytest.raises(UserError, match="no family 'heet'"):
        schemes("heet")
