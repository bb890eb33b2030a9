"""Rounding: a step in floating point stays within the bound that is stated, for every array."""

from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, strategies as st

import iterant
from iterant import api
from iterant.console import Exit
from iterant.rounding import DIGITS, NoStatement, roundings, statements
from terminal import Capsys, told

HEAD = "scheme case\ndomain x in [0, 1], y in [0, 1]\ngrid 12, 9\nboundary periodic\n"
LINE = "scheme case\ndomain x in [0, 1]\ngrid 24\nboundary periodic\n"
HEAT = "field u\nparam kappa = 1/3\nequation dt(u) = kappa*lap(u)\n"
TEXTS = {
    "heat": HEAD + HEAT + "time explicit_euler, step 0.95*limit, steps 2\n",
    "heat of order 6": LINE + "space order 6\n" + HEAT + "time heun, step limit, steps 2\n",
    "advection": LINE + "param a = 5/7\nfield u\n"
    "equation dt(u) = -a*dx(u) + dxx(u)/50\ntime rk4, step 1/100, steps 2\n",
    "cycle": LINE + HEAT + "time rkl2, stages 4, step limit, steps 2\n",
    "wave": HEAD + "field u\nequation dtt(u) = lap(u)\ntime leapfrog, step 0.9*limit, steps 2\n",
    "rotation": LINE + "field p, q\nequation dt(p) = dxx(q)\nequation dt(q) = -dxx(p)\n"
    "time symplectic_euler, step 1/1000, steps 2\n",
    "node by node": "scheme case\nfield u\nparam r = 2/7\n"
    "iterate u[k+1, i] = (1 - r)^2*u[k, i] + r*u[k, i+1]/(1 + r/3) - u[k-1, i]/4\n",
}  # fmt: skip
TYPES = {"float32": torch.float32, "float64": torch.float64, "bfloat16": torch.bfloat16}


@cache
def compiled(text: str) -> str:
    return iterant.compile(text, force=True).source_code


def module_of(name: str) -> Any:
    return api.load(compiled(TEXTS[name]))


def state_of(module: Any, seed: int, signs: bool) -> dict[str, torch.Tensor]:
    """Values that every kind of number holds, so that rounding is all that differs."""
    draw = torch.Generator().manual_seed(seed)
    counts = module.plan.counts or (16,)
    found = {}
    for name in module.plan.levels:
        values = torch.randint(-127, 128, counts, generator=draw).double() / 16
        found[name] = values.sign() if signs else values
    return found


def norm(state: dict[str, torch.Tensor]) -> float:
    return float(sum((v.double() ** 2).sum() for v in state.values()) ** 0.5)


@pytest.fixture(scope="module", params=TEXTS)
def ways(request: pytest.FixtureRequest) -> Any:
    """A module in float64, and with its bound in each coarser kind of number."""
    bounds = [r for r in roundings(module_of(request.param)) if r.dtype != "float64"]
    assert bounds
    coarse = [(r, TYPES[r.dtype], module_of(request.param).to(TYPES[r.dtype])) for r in bounds]
    return module_of(request.param).double(), coarse


@given(seed=st.integers(0, 2**32), signs=st.booleans())
def test_no_step_is_further_off(ways: Any, seed: int, signs: bool) -> None:
    exact, coarse = ways
    state = state_of(exact, seed, signs)
    with torch.no_grad():
        wanted = exact.step(state)
        for bound, kind, module in coarse:
            found = module.step({n: v.to(kind) for n, v in state.items()})
            gap = norm({n: found[n].double() - wanted[n] for n in wanted})
            assert gap <= float(bound.eps) * norm(state)


def test_figures_of_the_heat_equation() -> None:
    """u + tau kappa (four neighbours - 4 u)/h^2: a few dozen units in the last place."""
    found = {r.dtype: r.eps for r in roundings(module_of("heat"))}
    assert set(found) == set(DIGITS)
    assert 4 * Fraction(1, 2**24) < found["float32"] < 40 * Fraction(1, 2**24)
    assert found["float64"] < 40 * Fraction(1, 2**53) < found["float32"] < found["bfloat16"]


def test_a_step_without_weights_is_exact_but_for_its_sum() -> None:
    text = "scheme case\nfield u\niterate u[k+1, i] = u[k, i+1]/2 + u[k, i-1]/2\n"
    module = api.load(iterant.compile(text, force=True).source_code)
    (single,) = (r for r in roundings(module) if r.dtype == "float32")
    assert Fraction(1, 2**24) <= single.eps <= 4 * Fraction(1, 2**24)


SILENT = {
    "walls": ("boundary periodic", "boundary u = 0", "periodic"),
    "a source": ("kappa*lap(u)", "kappa*lap(u) + 1/3", "source"),
    "not linear": ("kappa*lap(u)", "kappa*lap(u) - u^3", "power of an array"),
    "a function": ("kappa*lap(u)", "kappa*lap(u) + tanh(u)", "function"),
    "products": ("kappa*lap(u)", "u*lap(u)", "multiplied"),
    "the time": ("kappa*lap(u)", "(1 + t)*lap(u)", "time"),
}


@pytest.mark.parametrize("name", SILENT)
def test_where_nothing_is_said(name: str) -> None:
    old, new, reason = SILENT[name]
    text = TEXTS["heat"].replace(old, new).replace("0.95*limit", "1/1000")
    module = api.load(iterant.compile(text, force=True).source_code)
    with pytest.raises(NoStatement, match=reason):
        roundings(module)


def test_the_statement() -> None:
    artifact = iterant.compile(TEXTS["heat"] + "certify l2_stable\n")
    said = list(statements(artifact))
    assert [text.split(":")[0] for text in said] == [f"rounding in {d}" for d in DIGITS]
    assert all("grow by (1 + " in text for text in said)
    artifact = iterant.compile(TEXTS["wave"] + "certify l2_stable\n")
    said = list(statements(artifact))
    assert not any("grow" in text for text in said)


def test_on_the_command_line(tmp_path: Path, capsys: Capsys) -> None:
    path = tmp_path / "heat.scheme"
    path.write_text(TEXTS["heat"] + "certify l2_stable\n")
    code, out, _ = told(capsys, "certify", str(path), "--rounding")
    assert code == Exit.DONE
    assert "rounding in float32: a step is computed to within 1.25e-6" in out
    code, _, said = told(capsys, "certify", str(path), "--rounding", "--json")
    assert code == Exit.BAD_INPUT
    assert "leave out --rounding" in said
