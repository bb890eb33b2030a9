"""Every refuted claim has a witness that grows in the emitted module, by the factor stated.

The classics outside their sets, each probe; the examples at steps above their limits; states of
nonlinear schemes, near walls, of waves and of methods with several levels.
"""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy

import iterant
from house import ROOT
from iterant.compiler.certificates.certify import certify
from iterant.compiler.certificates.normal import scheme_digest
from iterant.compiler.emit import Artifact, emit
from iterant.compiler.pipeline import lower
from iterant.console import Exit
from iterant.runtime.contract import Refutation
from iterant.witness_pages import picture, table
from iterant.witnesses import Grown, bodies_to, grown
from proofs import claim
from terminal import Capsys, heat, told
from test_classics import CLASSICS, named
from textbook import Classic, probes

NEAR = 1e-6  # relative
EXAMPLES = ROOT / "examples"


def artifact_of(classic: Classic, value: Fraction) -> Artifact:
    """A classic at a value of its parameter, or of its step, with the verdict on l2_stable."""
    scheme = classic.scheme(value if classic.parameter else None)
    tau = None if classic.parameter else sympy.Rational(*value.as_integer_ratio())
    scheme = replace(scheme, step_value=tau if tau is not None else scheme.step_value, steps=8)
    verdict = certify(scheme, claim("l2_stable"), tau=tau)
    code, digest = emit(scheme, lower(scheme), scheme_sha256=scheme_digest(scheme))
    return Artifact(name="classic", source_code=code, certificates=(verdict,), digest=digest,
                    scheme=scheme)  # fmt: skip


def as_stated(artifact: Artifact, found: Refutation) -> Grown:
    """The witness of a refutation, run; modes must grow exactly as stated."""
    run = grown(artifact, found)
    assert run.measured >= run.stated * (1 - NEAR), (found.statement, run.measured)
    if run.kind in {"mode", "bump"}:
        assert run.difference <= NEAR, (found.statement, run.measured)
    return run


@named(CLASSICS)
def test_witnesses_of_refuted_classics_grow_as_stated(classic: Classic) -> None:
    for probe in probes(classic):
        if probe.stable:
            continue
        artifact = artifact_of(classic, probe.value)
        (verdict,) = artifact.certificates
        if isinstance(verdict, Refutation):
            as_stated(artifact, verdict)


# ---- the contract, beyond its limits

# What makes a file of the contract false: words of it, and others in their place.
FALSE: dict[str, dict[str, str]] = {
    "heat": {"0.9 * limit, until 1/20": "1/20000, steps 10"},
    "advection": {"0.9 * limit, until 1": "1/390, steps 10"},
    "wave": {"192, 192, 192": "8, 8, 8", "0.9 * limit, until 1/2": "1/15, steps 10"},
    "beam_warming": {"c = 3/2": "c = 5/2"},
    "perona_malik": {"0.95 * limit": "3/10"},
    "acoustic_fdtd": {"0.9 * limit": "1/90"},
}


@pytest.mark.parametrize("name", FALSE)
def test_witnesses_of_the_contract_grow_as_stated(name: str) -> None:
    text = (EXAMPLES / f"{name}.scheme").read_text()
    for old, new in FALSE[name].items():
        assert old in text, text
        text = text.replace(old, new)
    artifact = iterant.compile(text, force=True)
    found = [v for v in artifact.certificates if isinstance(v, Refutation)]
    assert found, [v.verdict for v in artifact.certificates]
    for verdict in found:
        as_stated(artifact, verdict)


CASE = """scheme case
domain {domain}
grid {grid}
boundary {walls}
field u
{more}equation {equation}
time {time}, steps 60
certify {claim}
"""


def case(**words: str) -> str:
    """A scheme in a few words."""
    plain = {"domain": "x in [0, 1]", "grid": "16", "walls": "periodic", "more": "",
             "claim": "l2_stable"}  # fmt: skip
    return CASE.format(**{**plain, **words})


NONLINEAR = "function g(s) = 1/(1 + s)\n"
HEAT = "dt(u) = lap(u)"
STATES: dict[str, tuple[str, str]] = {  # text, kind
    "near a wall": (case(equation=HEAT, walls="u = 0", time="heun, step 11/5120"), "norm"),
    "the highest mode of a wall": (case(equation=HEAT, walls="u = 0", time="rk4, step 3/1000"),
                                   "mode"),
    "between walls of nodes": (
        case(equation=HEAT, walls="dn(u) = 0", grid="16, nodes", time="explicit_euler, step 1/200"),
        "norm",
    ),
    "sources and wall values": (
        case(equation=HEAT + " + cos(t)", walls="u = 2 + t", time="explicit_euler, step 1/300"),
        "norm",
    ),
    "a cycle": (case(equation=HEAT, time="rkc, stages 4, step 1/90"), "mode"),
    "a weight that varies": (
        case(equation="dt(u) = div(k*grad(u))", more="data k = 1 + x/2\n", walls="u = 0",
             time="explicit_euler, step 1/300"), "norm",
    ),
    "a nonlinear flux": (
        case(equation="dt(u) = div(g(norm2(grad(u)))*grad(u))", more=NONLINEAR,
             domain="x, y in [0, 1]", grid="8, 8", time="explicit_euler, step 1/100"), "norm",
    ),
    "a nonlinear flux near a wall": (
        case(equation="dt(u) = div(g(norm2(grad(u)))*grad(u))", more=NONLINEAR,
             walls="reflecting", time="explicit_euler, step 1/300"), "norm",
    ),
    "waves": (case(equation="dtt(u) = lap(u)", walls="u = 0", time="leapfrog, step 11/160"),
              "mode"),
    "two levels": (case(equation=HEAT, time="adams_bashforth2, step 11/10240"), "mode"),
    "twice the eigenvalue -1": (case(equation="dtt(u) = lap(u)", time="leapfrog, step 1/16"),
                                "slow"),
    "a bump": (case(equation=HEAT, time="explicit_euler, step 1/300", claim="max_principle"),
               "bump"),
}  # fmt: skip


@pytest.mark.parametrize("name", STATES)
def test_states_of_every_kind_grow_as_stated(name: str) -> None:
    text, kind = STATES[name]
    artifact = iterant.compile(text, force=True)
    (verdict,) = artifact.certificates
    assert isinstance(verdict, Refutation), verdict
    run = as_stated(artifact, verdict)
    assert run.kind == kind
    assert run.difference <= NEAR
    assert list(run.first) == list(run.last)
    if kind == "mode":
        bodies = run.bodies_to_many
        assert bodies is not None
        assert run.sizes[min(bodies, len(run.sizes) - 1)] >= 1e6 * (1 - NEAR) or not linear(name)


def linear(name: str) -> bool:
    """Growth of a small state of a nonlinear scheme ends when it is small no more."""
    return "nonlinear" not in name


def test_bodies_to_a_factor() -> None:
    assert bodies_to(10.0) == 6
    assert bodies_to(1.0) is None
    assert bodies_to(2.0, 5.0) == 3


# ---- pages


def run_of(name: str) -> Grown:
    artifact = iterant.compile(STATES[name][0], force=True)
    (verdict,) = artifact.certificates
    assert isinstance(verdict, Refutation)
    return grown(artifact, verdict)


@pytest.mark.parametrize("name", ["near a wall", "a nonlinear flux", "a bump"])
def test_pictures_are_drawn(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    picture(run_of(name), path)
    assert path.read_bytes().startswith(b"\x89PNG")
    assert table(run_of(name)).row_count >= 2


def test_the_command_line_shows_witnesses(
    capsys: Capsys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    heat(step="1/40", claims="l2_stable, max_principle")
    code, out, said = told(capsys, "certify", "heat.scheme", "--show-witness")
    assert code == Exit.REFUTED
    assert "measured in the emitted module" in out
    assert "a factor of 10^6 took" in out
    assert "a bump of height 1 leaves -" in out
    assert "wrote heat.l2_stable.witness.png" in said
    assert Path("heat.max_principle.witness.png").exists()
    code, _, said = told(capsys, "certify", "heat.scheme", "--plot", "a/b.png")
    assert Path("a/b.png").exists()
    assert told(capsys, "certify", "heat.scheme", "--plot", "a.jpg")[0] == Exit.BAD_INPUT
    code, _, said = told(capsys, "certify", "heat.scheme", "--json", "--show-witness")
    assert (code, "--json prints" in said) == (Exit.BAD_INPUT, True)
    heat()
    code, out, said = told(capsys, "certify", "heat.scheme", "--show-witness")
    assert (code, "no claim is refuted" in said) == (Exit.DONE, True)


def test_without_a_library_of_pictures_the_table_is_all(
    capsys: Capsys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    heat(step="1/40")

    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr("iterant.runtime.faults.import_module", missing)
    code, out, said = told(capsys, "certify", "heat.scheme", "--show-witness")
    assert (code, "growth a step" in out) == (Exit.REFUTED, True)
    assert "iterant[viz]" in said
    assert told(capsys, "certify", "heat.scheme", "--plot", "a.png")[0] == Exit.BAD_INPUT


def test_a_witness_on_many_points_is_scaled_and_stays_finite() -> None:
    text = case(equation=HEAT, time="explicit_euler, step 1/10", grid="64")
    artifact = iterant.compile(text, force=True)
    (verdict,) = artifact.certificates
    assert isinstance(verdict, Refutation)
    run = as_stated(artifact, verdict)
    assert np.isfinite(run.sizes).all()
    assert run.measured > 1000
