"""Marching: every way gives what the module's own steps give; faults, stops and resumes."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from handmade.acoustic import Acoustic
from handmade.fsi import Fsi
from handmade.gray_scott import GrayScott
from handmade.heat import heat
from handmade.perona_malik import PeronaMalik
from handmade.wave import wave
from iterant.runtime import layers
from iterant.runtime.drivers import ways
from iterant.runtime.drivers.inplace import InPlace
from iterant.runtime.drivers.march import march
from iterant.runtime.plan import PERIODIC, REFLECT, Side
from iterant.runtime.problem import bind


def right(t: Any, x: Any) -> Any:
    return torch.sin(t) + 0.1 * x[0]


NODE = Side("wall", -1, 1.0, 0.0, 0.3)
ROBIN = Side("wall", 0, 1.0, 2.0, 0.5)
TIMED = Side("wall", 0, 1.0, 0.0, right)


@dataclasses.dataclass(frozen=True)
class Case:
    """A module and the shapes of its inputs."""

    module: nn.Module
    shapes: Mapping[str, tuple[Any, ...]]
    steps: int = 8

    def inputs(self, dtype: torch.dtype) -> dict[str, Any]:
        def array(seed: int, shape: Any) -> Any:
            if isinstance(shape[0], tuple):
                return tuple(array(seed + k, s) for k, s in enumerate(shape))
            return layers.random_uniform(seed, shape).to(dtype)

        return {name: array(7 * i, shape) for i, (name, shape) in enumerate(self.shapes.items())}


def cases() -> dict[str, Case]:
    mixed = ((REFLECT, NODE), (PERIODIC, PERIODIC))
    return {
        "heat periodic": Case(heat(2), {"u": (17, 12)}),
        "heat batch": Case(heat(2, *mixed), {"u": (2, 3, 5, 6)}),
        "heat 1 x 1": Case(heat(2, *mixed), {"u": (1, 1)}),
        "heat 1 x 5": Case(heat(2), {"u": (1, 5)}),
        "heat wide halo": Case(heat(2, *mixed, halo=3), {"u": (2, 4)}),
        "heat timed walls": Case(heat(2, (TIMED, ROBIN), (NODE, TIMED)), {"u": (6, 5)}),
        "heat 1-D": Case(heat(1), {"u": (256,)}),
        "heat 3-D": Case(heat(3, *mixed, (NODE, NODE)), {"u": (2, 5, 4, 6)}),
        "perona_malik": Case(PeronaMalik(), {"u": (3, 20, 9)}),
        "wave 2-D": Case(wave(2), {"u": (9, 11), "old": (9, 11)}),
        "wave 3-D": Case(wave(3), {"u": (5, 6, 7)}),
        "gray_scott": Case(GrayScott(), {"u": (2, 8, 9), "v": (8, 9)}),
        "fsi": Case(Fsi(), {"u": (2, 10), "f": (10,)}),
        "acoustic": Case(Acoustic(), {"p": (2, 6, 5), "v": ((7, 5), (6, 6))}),
    }


CASES = cases()
TOLERANCE = {torch.float32: 2e-5, torch.float64: 1e-13}


def own(case: Case, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The module's own steps."""
    module: Any = case.module
    with torch.no_grad():
        state = module.start(**inputs)
        bodies = case.steps // module.plan.inner
        for index in range(bodies):
            state = module.step(state, index)
        found = module.finish(state, bodies)
    return found if isinstance(found, dict) else {module.plan.fields[0]: found}


def flat(value: Any) -> Tensor:
    parts = value if isinstance(value, tuple) else (value,)
    return torch.cat([p.double().flatten() for p in parts])


def same(found: Mapping[str, Any], wanted: Mapping[str, Any], tolerance: float) -> None:
    assert found.keys() == wanted.keys()
    for name in wanted:
        torch.testing.assert_close(
            flat(found[name]), flat(wanted[name]), rtol=tolerance, atol=tolerance
        )


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Force a way of marching."""

    def force(name: str) -> None:
        monkeypatch.setattr(ways, "_name", lambda *_: name)

    return force


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize("name", CASES)
def test_eager_march_is_the_modules_own_steps(name: str, dtype: torch.dtype) -> None:
    case = CASES[name]
    inputs = case.inputs(dtype)
    outcome = march(case.module, inputs, steps=case.steps, compile="never")
    assert outcome.steps == case.steps
    same(outcome.value, own(case, inputs), TOLERANCE[dtype])


FIXED = {
    "compiled": ["heat batch", "heat timed walls", "perona_malik", "wave 2-D", "gray_scott", "fsi"],
    "loop": ["heat 1-D", "heat timed walls", "perona_malik", "wave 2-D", "fsi", "acoustic"],
}
EVERY = [(way, name) for way in FIXED for name in CASES]
QUICK = [(way, name) for way, name in EVERY if name in FIXED[way]]
MARKED = [pytest.param(*c, marks=[] if c in QUICK else [pytest.mark.slow]) for c in EVERY]


@pytest.mark.parametrize(("way", "name"), MARKED)
def test_fast_marches_are_the_modules_own_steps(way: str, name: str, only: Any) -> None:
    only(way)
    case = CASES[name]
    dtype = torch.float64 if name in {"heat batch", "fsi", "acoustic"} else torch.float32
    inputs = case.inputs(dtype)
    outcome = march(case.module, inputs, steps=case.steps, compile="always")
    same(outcome.value, own(case, inputs), TOLERANCE[dtype])


def test_leapfrog_needs_two_buffers() -> None:
    case = CASES["wave 2-D"]
    with torch.no_grad():
        problem, _, state = bind(case.module, case.inputs(torch.float64))
        way = ways.make("eager", problem, {})
        assert isinstance(way, InPlace)
        way.put(state)
        way.advance(0, 5)
    assert len(way.pool) == 2
    assert len(way.programs) == 2


def test_rows_begin_on_cache_lines() -> None:
    case = Case(heat(2), {"u": (2, 9, 200)}, steps=3)
    inputs = case.inputs(torch.float32)
    with torch.no_grad():
        problem, _, state = bind(case.module, inputs)
        way = ways.make("eager", problem, {})
        assert isinstance(way, InPlace)
        way.put(state)
        way.advance(0, 3)
        for buffer in way.pool:
            assert buffer.full.shape == (2, 11, 202)
            assert all(row.data_ptr() % 64 == 0 for part in buffer.inner for row in part)
    same(way.take(), own(case, inputs), TOLERANCE[torch.float32])


def test_given_values_stay() -> None:
    case = CASES["fsi"]
    inputs = case.inputs(torch.float64)
    copies = {name: value.clone() for name, value in inputs.items()}
    tau = case.module.tau.clone()
    march(case.module, inputs, until=5.0, compile="never")
    assert all(torch.equal(inputs[name], copies[name]) for name in inputs)
    assert torch.equal(case.module.tau, tau)


def test_until_ends_there() -> None:
    u = torch.rand(8, 8)
    outcome = march(heat(2, tau=0.2), {"u": u}, until=1.1, watch={"t": lambda _, t: t})
    assert outcome.steps == 6
    assert outcome.times[-1] == pytest.approx(1.1, abs=1e-15)
    assert outcome.watched["t"] == outcome.times
    short = march(heat(2, tau=0.2), {"u": u}, until=1.0)
    assert short.steps == 5
    assert march(heat(2), {"u": u}, steps=0).value["u"].equal(u)


def test_frames_and_watched_values() -> None:
    frames: list[float] = []
    outcome = march(
        heat(2, tau=0.125),
        {"u": torch.rand(2, 8, 8)},
        steps=10,
        every=0.5,
        on_frame=lambda t, fields: frames.append(t),
        watch={"mean": lambda f, t: f["u"].mean(dim=(-2, -1))},
    )
    assert frames == [0.0, 0.5, 1.0, 1.25]
    assert outcome.times == tuple(frames)
    assert outcome.watched["mean"] == pytest.approx([outcome.watched["mean"][0]] * 4, rel=1e-6)


def test_whole_numbers_and_numpy_arrays_are_taken() -> None:
    u = torch.arange(12).reshape(3, 4)
    found = march(heat(2), {"u": u.numpy()}).value["u"]
    assert found.dtype == torch.float32
    assert torch.equal(found, march(heat(2), {"u": u.float()}).value["u"])
    assert march(heat(2), {"u": u}, dtype="float64").value["u"].dtype == torch.float64
