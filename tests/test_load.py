"""Emitted text becomes a module whose tracebacks show the text."""

import traceback
from pathlib import Path

import pytest
import torch

from iterant.runtime.load import load

TEXT = (Path(__file__).parent / "handmade" / "perona_malik.py").read_text()


def test_the_module_runs() -> None:
    module = load(TEXT, name="perona_malik", dtype=torch.float32)
    assert module.tau.dtype == torch.float32
    assert float(module.contrast.detach()) == pytest.approx(0.05)
    u = torch.rand(2, 5, 4)
    assert module(u).shape == u.shape
    assert module(u).dtype == torch.float32
    again = load(TEXT, name="perona_malik")
    assert type(again).plan.body[0].function is type(module).plan.body[0].function


def test_tracebacks_show_the_text() -> None:
    module = load(TEXT, name="perona_malik")
    with pytest.raises(IndexError) as caught:
        module(torch.tensor(1.0))
    shown = "".join(traceback.format_exception(caught.value))
    assert "<iterant perona_malik" in shown
    assert "layers.pad(u, PLACES" in shown


def test_faulty_texts_leave_nothing() -> None:
    with pytest.raises(ValueError, match="broken has none"):
        load("import torch\n", name="broken")
    with pytest.raises(ZeroDivisionError):
        load("1 / 0\n", name="broken")
    with pytest.raises(ZeroDivisionError):
        load("1 / 0\n", name="broken")
