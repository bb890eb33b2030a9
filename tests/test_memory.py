"""The memory of a run, known before it is taken: rehearsed on shapes, beside what runs take."""

from pathlib import Path
from typing import Any

import pytest
import torch

import iterant
from equality import CONTRACT, contract
from iterant.console import Exit
from iterant.runtime import kernels
from iterant.runtime.drivers import memory
from iterant.runtime.drivers.inplace import InPlace
from iterant.runtime.inner import kept
from iterant.runtime.problem import Problem, bind
from terminal import EXAMPLES, Capsys, heat, told

NAMES = sorted(CONTRACT)


def problem_of(name: str) -> tuple[Problem, Any]:
    """A contract file on its tiny grid, bound to random inputs, and its state."""
    counts = CONTRACT[name][0]
    case, sized = contract(name, counts)
    module = iterant.compile(case.text, force=True, **sized).module(dtype=torch.float64)
    plan = module.plan
    inputs = {}
    for field in (*plan.fields, *plan.data):
        parts = [
            torch.rand([n + e for n, e in zip(counts, plan.places[part].extra, strict=True)])
            for part in plan.components[field]
        ]
        inputs[field] = tuple(parts) if plan.is_vector(field) else parts[0]
    problem, _, state = bind(module, inputs, dtype=torch.float64)
    return problem, state


@pytest.mark.parametrize("name", NAMES)
def test_a_rehearsal_counts_what_a_run_takes(name: str) -> None:
    problem, state = problem_of(name)
    levels = {n: state[n] for n in problem.plan.levels}
    static = {n: a for n, a in state.items() if n not in levels}
    kept.forget()
    ledger = memory.Ledger()
    with ledger:
        way = InPlace(problem, static, kernels.plain, name="eager")
        way.put(levels)
        copies = [array.clone() for array in levels.values()]
        way.advance(0, 1)
        copies += [array.clone() for array in way.take().values()]
    read = {n for turn in problem.turns for n in (*turn.stage.padded, *turn.stage.plain)}
    arrays = sum(a.nbytes for n, a in state.items() if n in levels or n in read)
    assert memory.needed(problem) >= ledger.peak + arrays - 8 * 64
    assert memory.needed(problem) <= ledger.peak + arrays + 16 * max(a.numel() for a in copies)


@pytest.mark.parametrize("name", NAMES)
def test_a_run_without_a_network_is_rehearsed_only_where_it_may_matter(name: str) -> None:
    problem, _ = problem_of(name)
    written = {n for turn in problem.turns for n in turn.stage.writes}
    arrays = {*problem.plan.levels, *written}
    least = 8 * sum(torch.Size(problem.shape(n)).numel() for n in arrays)
    if not kernels.learned(problem.scalars.values()):
        assert memory.needed(problem) < memory.MOST * least


def test_the_system_says_how_much_is_free() -> None:
    free = memory.available(torch.device("cpu"))
    assert free is None or 2**20 < free < 2**60
    assert memory.available(torch.device("meta")) is None


@pytest.fixture
def tight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with 1 GiB."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(memory, "available", lambda _: 2**30)


@pytest.mark.usefixtures("tight")
def test_a_grid_that_does_not_fit_is_refused_where_it_was_said(capsys: Capsys) -> None:
    code, _, said = told(capsys, "run", heat(), "--grid", "900000000", "-o", "a.npz")
    assert code == Exit.BAD_INPUT
    first, shown, carets, hint = said.splitlines()
    assert first.startswith("--grid: this run on 900000000 points in float64 needs about 4")
    assert first.endswith("GiB of memory, and 1.0 GiB are free")
    assert (shown, carets) == ("  --grid 900000000", "         " + 9 * "^")
    assert hint.startswith("  hint: about 1")
    assert not Path("a.npz").exists()
    text = Path("heat.scheme").read_text().replace("grid     16", "grid     900000000")
    Path("heat.scheme").write_text(text)
    code, _, said = told(capsys, "run", "heat.scheme")
    assert code == Exit.BAD_INPUT
    assert said.startswith("heat.scheme:3:1: this run on 900000000 points")
    code, _, said = told(capsys, "run", "heat.scheme", "--grid", "1000")
    assert code == Exit.DONE, said


@pytest.mark.usefixtures("tight")
def test_a_picture_that_does_not_fit_is_refused_at_its_name(
    capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    from test_cli_run import photo

    monkeypatch.setattr(memory, "available", lambda _: 2**12)
    words = ("--input", photo(), "--output", "b.png")
    code, _, said = told(capsys, "run", str(EXAMPLES / "perona_malik.scheme"), *words)
    assert code == Exit.BAD_INPUT
    assert said.startswith("--input: this run on 9 by 12 points in float32 needs about ")


@pytest.mark.usefixtures("tight")
def test_a_call_is_refused_too() -> None:
    with pytest.raises(iterant.UserError, match=r"needs about .* GiB of memory, and 1\.0 GiB"):
        iterant.run(iterant.compile(EXAMPLES / "heat.scheme", grid=(40_000, 40_000)))


@pytest.mark.parametrize(
    "fault",
    [
        MemoryError(),
        RuntimeError("[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: can't allocate"),
        torch.OutOfMemoryError("CUDA out of memory"),
    ],
)
def test_memory_that_ends_after_all_is_told_plainly(
    capsys: Capsys, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: Exception
) -> None:
    def broken(*_: object) -> int:
        raise fault

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("iterant.commands.check", broken)
    code, _, said = told(capsys, "check", heat())
    assert code == Exit.BAD_INPUT
    assert said.startswith("there is not enough memory for this\n  hint: ")
