"""Emitted text: golden files, layout, determinism, digests, names, life without the compiler."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from iterant.compiler.emit import digest_of
from iterant.compiler.pipeline import compile_text
from iterant.compiler.source import Source
from variants import explicit_variant

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden"
NAMES = (
    "acoustic_fdtd",
    "advection",
    "beam_warming",
    "burgers_neural_closure",
    "crank_nicolson_nodes",
    "fsi",
    "gray_scott",
    "heat",
    "maxwell_tm",
    "perona_malik",
    "schroedinger",
    "variable_heat",
    "wave",
)


def emitted(name: str) -> str:
    """The text of an example; implicit ones in their explicit variant."""
    path = ROOT / "examples" / f"{name}.scheme"
    return compile_text(Source(path.name, explicit_variant(name, path.read_text()))).source_code


@pytest.mark.parametrize("name", NAMES)
def test_golden(name):
    """The text as it was when it was last looked at; ITERANT_GOLDEN=write renews it on purpose."""
    golden = GOLDEN / f"{name}.py"
    text = emitted(name)
    if os.environ.get("ITERANT_GOLDEN") == "write":
        GOLDEN.mkdir(exist_ok=True)
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_golden_files_are_formatted_and_clean():
    """ruff format would change nothing; no unused name, no undefined one."""
    ruff = Path(sys.executable).with_name("ruff")
    for command in (["format", "--check"], ["check", "--select", "E,F,W,I,UP,B,SIM,RET,C4"]):
        found = subprocess.run(
            [ruff, *command, "--isolated", "--line-length", "100", str(GOLDEN)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("name", ["fsi", "tnrd"])
def test_same_bytes_in_every_process(name):
    """Two processes with different hash seeds emit the same text."""
    command = "import sys; from iterant.compiler.pipeline import compile_text; "
    command += "sys.stdout.write(compile_text(sys.argv[1]).source_code)"
    path = str(ROOT / "examples" / f"{name}.scheme")
    texts = [
        subprocess.run(
            [sys.executable, "-c", command, path], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert texts[0] == texts[1]


def test_digest_binds_the_text():
    """The digest is that of the text with its own line blanked; any other change breaks it."""
    artifact = compile_text(ROOT / "examples" / "heat.scheme")
    assert artifact.digest == f"sha256:{digest_of(artifact.source_code)}"
    edited = artifact.source_code.replace("- 4 *", "- 3 *")
    assert edited != artifact.source_code
    assert artifact.digest != f"sha256:{digest_of(edited)}"


REDUCED = (
    "__init__", "convolutions", "curves", "faults", "ghosts", "halo", "layers", "norms/__init__",
    "norms/reflections", "norms/tables", "padding", "plan", "shapes", "weights",
)  # fmt: skip
RUN = """
import importlib.util, sys, torch
spec = importlib.util.spec_from_file_location("emitted", sys.argv[1])
room = importlib.util.module_from_spec(spec); spec.loader.exec_module(room)
kind = next(v for v in vars(room).values() if isinstance(v, type) and hasattr(v, "plan"))
torch.manual_seed(0)
with torch.no_grad():
    out = kind()(*[torch.rand(*map(int, s.split("x")), dtype=torch.float64) for s in sys.argv[3:]])
torch.save(out, sys.argv[2])
assert "iterant.compiler" not in sys.modules
"""


@pytest.mark.parametrize(("name", "shapes"), [("perona_malik", ["9x7"]), ("fsi", ["6x5"])])
def test_runs_without_compiler(name, shapes, tmp_path):
    """Ghosts, adjoints and transfers of the runtime are all that a module needs."""
    package = tmp_path / "iterant" / "runtime"
    package.mkdir(parents=True)
    (tmp_path / "iterant" / "__init__.py").write_text("")
    for word in REDUCED:
        (package / word).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / "runtime" / f"{word}.py", package / f"{word}.py")
    text = tmp_path / "emitted.py"
    text.write_text(emitted(name))
    out = tmp_path / "out.pt"
    hide = "import sys; sys.meta_path[:] = [f for f in sys.meta_path if 'editable' not in repr(f)]"
    (tmp_path / "sitecustomize.py").write_text(hide)
    subprocess.run(
        [sys.executable, "-P", "-c", RUN, str(text), str(out), *shapes], check=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    torch.manual_seed(0)
    inputs = [torch.rand(*map(int, s.split("x")), dtype=torch.float64) for s in shapes]
    path = ROOT / "examples" / f"{name}.scheme"
    with torch.no_grad():
        expected = compile_text(path).module()(*inputs)
    assert torch.equal(torch.load(out), expected)


WILD = """scheme torch
  "quotes ''' and \\\\ backslash # no comment"
domain layers, nn in [0, 1]
grid 4, 5
boundary periodic
field self, class
param lambda = 1/7, train = 2
function math(super) = super^2
equation dt(self) = lambda * lap(self) + train * class
equation dt(class) = math(self)
time heun, step 1/1000, steps 2
"""


def test_wild_names_and_texts():
    """Names that Python or the frame uses, and text that would end a docstring."""
    artifact = compile_text(Source("a\nimport os.scheme", WILD))
    state = {k: torch.rand(4, 5, dtype=torch.float64) for k in ("self_", "class_")}
    value = artifact.module()(**state)
    assert set(value) == {"self", "class"}
    assert "\nimport os" not in artifact.source_code


def test_batches_and_gradients():
    """Any leading batch axes; the gradient of a parameter is that of finite differences."""
    module = compile_text(ROOT / "examples" / "perona_malik.scheme").module(dtype=torch.float64)
    u = torch.rand(2, 3, 6, 5, dtype=torch.float64)
    value = module(u)
    assert torch.allclose(value[1, 2], module(u[1, 2]))
    raw = next(module.parameters())
    (gradient,) = torch.autograd.grad(value.square().sum(), raw)
    with torch.no_grad():
        before = raw.clone()
        ends = []
        for step in (1e-5, -1e-5):
            raw.copy_(before + step)
            ends.append(module(u).square().sum())
    assert gradient.item() == pytest.approx(float(ends[0] - ends[1]) / 2e-5, rel=1e-5)
