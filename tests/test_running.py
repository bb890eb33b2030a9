"""What happens around the steps: blow-up, Ctrl-C, resuming, no compiler, many sizes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from handmade.fsi import Fsi
from handmade.heat import heat
from handmade.wave import wave
from iterant.runtime import kernels
from iterant.runtime.contract import Status
from iterant.runtime.drivers import ways
from iterant.runtime.drivers.march import march
from iterant.runtime.faults import UserError
from iterant.runtime.plan import REFLECT
from iterant.runtime.solve import RunFailedError


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Force a way of marching."""

    def force(name: str) -> None:
        monkeypatch.setattr(ways, "_name", lambda *_: name)

    return force


# ---- blow-up

BOX = heat(2, (REFLECT, REFLECT), (REFLECT, REFLECT))  # one module: its graph is compiled once


def unstable(tau: float) -> Any:
    BOX.tau.fill_(tau)
    return BOX


@pytest.mark.parametrize("way", ["eager", "compiled", "loop"])
def test_guard_names_step_and_place(way: str, only: Any) -> None:
    only(way)
    u = torch.rand(12, 9)
    u[4, 7] = 2.5e38  # tau is too large: the largest value overflows first
    outcome = march(unstable(1.2), {"u": u}, steps=500)
    assert outcome.status is Status.BLEW_UP
    assert outcome.steps == 0
    assert "u became " in outcome.message
    assert "in step 1 (t = 1.2) at x = 4.5, y = 7.5 (index 4, 7)" in outcome.message
    assert torch.equal(outcome.value["u"], u)


@pytest.mark.parametrize("way", ["eager", "compiled", "loop"])
def test_guard_goes_back_to_the_last_good_state(way: str, only: Any) -> None:
    only(way)
    u = torch.rand(12, 9)
    module = unstable(0.6)
    outcome = march(module, {"u": u}, steps=2000)
    assert outcome.status is Status.BLEW_UP
    assert 50 < outcome.steps < 2000
    assert torch.isfinite(outcome.value["u"]).all()
    again = march(module, {"u": u}, steps=outcome.steps)
    assert torch.equal(again.value["u"], outcome.value["u"])
    with torch.no_grad():
        step = module.step({"u": outcome.value["u"]}, outcome.steps)
    assert not torch.isfinite(step["u"]).all()
    assert f"in step {outcome.steps + 1} " in outcome.message


def test_guard_sees_every_level_and_sample() -> None:
    old = torch.zeros(2, 6, 6)
    old[1, 2, 3] = -3.0e38  # u - old is too large after one step, and only there
    u = torch.zeros(2, 6, 6)
    u[1, 2, 3] = 3.0e38
    outcome = march(wave(2), {"u": u, "old": old})
    assert outcome.status is Status.BLEW_UP
    assert "x = 2.5, y = 3.5 (index 2, 3), sample 1" in outcome.message


def test_runs_begin_with_finite_values() -> None:
    old = torch.zeros(6, 6)
    old[2, 3] = -torch.inf
    with pytest.raises(UserError, match=r"old is -inf at x = 2.5, y = 3.5 \(index 2, 3\)"):
        march(wave(2), {"u": torch.zeros(6, 6), "old": old})


def test_a_fault_can_be_an_exception() -> None:
    with pytest.raises(RunFailedError, match="u became ") as caught:
        march(unstable(0.6), {"u": torch.rand(12, 9)}, steps=2000, compile="never", throw=True)
    assert caught.value.outcome.status is Status.BLEW_UP


def test_large_sums_are_no_blow_up() -> None:
    u = torch.full((64, 64), 1e36)
    assert march(heat(2), {"u": u}).status is Status.DONE


def test_guard_can_be_left_out() -> None:
    u = torch.full((4, 4), torch.nan)
    assert march(heat(2), {"u": u}, guard=False).status is Status.DONE


# ---- Ctrl-C and resuming


def interrupting(at: float) -> Any:
    def look(fields: Any, t: float) -> float:
        if t == at:
            signal.raise_signal(signal.SIGINT)
        return t

    return look


@pytest.mark.parametrize("way", ["eager", "compiled", "loop"])
def test_interrupted_run_resumes_bit_for_bit(way: str, only: Any, tmp_path: Path) -> None:
    only(way)
    module = Fsi()
    inputs = {"u": torch.rand(40), "f": torch.rand(40)}
    every = 0.4 * 3  # a cycle
    whole = march(module, inputs, steps=48, every=every, watch={"t": lambda _, t: t})
    first = march(
        module,
        inputs,
        steps=48,
        every=every,
        watch={"t": interrupting(whole.times[5])},
        checkpoint=str(tmp_path),
    )
    assert first.status is Status.INTERRUPTED
    assert first.steps == 20
    assert first.checkpoint == str(tmp_path)
    rest = march(
        module, inputs, steps=48, every=every, watch={"t": lambda _, t: t}, resume=str(tmp_path)
    )
    assert rest.status is Status.DONE
    assert rest.steps == 48
    assert torch.equal(rest.value["u"], whole.value["u"])
    assert rest.times == whole.times
    assert rest.watched == whole.watched


def test_resumed_runs_go_the_way_they_went(tmp_path: Path) -> None:
    u = torch.rand(16, 16)
    march(heat(2), {"u": u}, steps=3, compile="never", checkpoint=str(tmp_path))
    seen = []
    original = ways.make

    def look(name: str, *rest: Any) -> Any:
        seen.append(name)
        return original(name, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ways, "make", look)
        march(heat(2), {"u": u}, steps=5, compile="always", resume=str(tmp_path))
    assert seen == ["eager"]


def test_checkpoints_of_other_runs_are_refused(tmp_path: Path) -> None:
    u = torch.rand(16, 16)
    march(heat(2), {"u": u}, steps=3, checkpoint=str(tmp_path))
    march(heat(2), {"u": u}, steps=4, resume=str(tmp_path))
    for module, field in (
        (heat(2, tau=0.1), u),
        (heat(2), u.double()),
        (heat(2), torch.rand(16, 17)),
        (heat(2, (REFLECT, REFLECT), (REFLECT, REFLECT)), u),
    ):
        with pytest.raises(UserError, match="checkpoint of another run"):
            march(module, {"u": field}, steps=4, resume=str(tmp_path))
    with pytest.raises(UserError, match="holds no checkpoint"):
        march(heat(2), {"u": u}, resume=str(tmp_path / "nowhere"))


def test_the_second_ctrl_c_stops_at_once() -> None:
    def look(fields: Any, t: float) -> float:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        return t

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        march(heat(2), {"u": torch.rand(4, 4)}, watch={"t": look})
    assert signal.getsignal(signal.SIGINT) is before


# ---- faults of the user


@pytest.mark.parametrize(
    ("inputs", "options", "words"),
    [
        ({}, {}, "no values are given for u"),
        ({"u": torch.rand(4, 4), "v": 1}, {}, "v is no input"),
        ({"u": torch.rand(4)}, {}, "u has 1 axis, and the domain has x, y"),
        ({"u": torch.rand(0, 4)}, {}, "u of size 0 by 4 holds no point"),
        ({"u": torch.rand(4, 4)}, {"steps": -1}, "cannot run -1 steps"),
        ({"u": torch.rand(4, 4)}, {"until": -1.0}, "a run cannot end at the time -1"),
        ({"u": torch.rand(4, 4)}, {"until": float("nan")}, "cannot end at the time nan"),
        ({"u": torch.rand(4, 4)}, {"compile": "maybe"}, "'maybe' is no wish"),
    ],
)
def test_bad_requests_are_explained(inputs: Any, options: Any, words: str) -> None:
    with pytest.raises(UserError, match=words):
        march(heat(2), inputs, **options)


def test_sizes_must_agree() -> None:
    with pytest.raises(UserError, match="f is of size 9, and the grid asks for 10"):
        march(Fsi(), {"u": torch.rand(10), "f": torch.rand(9)})
    with pytest.raises(UserError, match="multiple of 4 steps"):
        march(Fsi(), {"u": torch.rand(10), "f": torch.rand(10)}, steps=6)
    old = {"u": torch.rand(8, 8), "old": torch.rand(8, 9)}
    with pytest.raises(UserError, match="old is of size 8 by 9, and the grid asks for 8 by 8"):
        march(wave(2), old)


# ---- compiling


def test_short_runs_are_not_compiled() -> None:
    made = len(kernels._made)
    march(heat(2), {"u": torch.rand(64, 64)}, steps=100)
    assert len(kernels._made) == made


NO_COMPILER = """
import torch
from handmade.heat import heat
from iterant.runtime.drivers.march import march
u = torch.rand(33, 21)
eager = march(heat(2), {"u": u}, compile="never").value["u"]
for _ in range(2):
    assert torch.equal(march(heat(2), {"u": u}, compile="always").value["u"], eager)
"""


def test_without_a_compiler_runs_are_eager(tmp_path: Path) -> None:
    # a process of its own: what the compiler remembers of a failure would spoil other tests
    hidden = {"CXX": "no_such_compiler", "TORCHINDUCTOR_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", NO_COMPILER],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent,
        env={**os.environ, **hidden},
    )
    (line,) = done.stderr.splitlines()
    assert line.startswith("running without compiled kernels: InvalidCxxCompiler")


def test_many_sizes_make_few_kernels(only: Any) -> None:
    only("compiled")
    module = heat(2)
    made = len(kernels._made)
    for n in range(20, 32):
        u = torch.rand(n, 2 * n)
        found = march(module, {"u": u}, compile="always").value["u"]
        torch.testing.assert_close(found, march(module, {"u": u}, compile="never").value["u"])
    assert len(kernels._made) - made <= kernels.STATIC_SIZES + 1


# ---- progress


def test_progress_shows_on_a_terminal_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    u = torch.rand(8, 8)
    march(heat(2), {"u": u}, steps=4, progress=True)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    march(
        heat(2),
        {"u": u},
        steps=4,
        progress=True,
        watch={"slow": lambda *_: time.sleep(0.15) or 0.0},
    )
    shown = capsys.readouterr().err
    assert "Heat" in shown
    assert "steps/s" in shown
