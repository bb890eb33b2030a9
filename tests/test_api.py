"""The Python functions: exactly what `import iterant` promises, and nothing loaded before."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import iterant
from terminal import EXAMPLES, HEAT

TEXT = HEAT.format(step="0.9 * limit", claims="l2_stable").lstrip()
UNSTABLE = HEAT.format(step="1/10", claims="l2_stable").lstrip()
PERONA = EXAMPLES / "perona_malik.scheme"


def test_public_names_exist_and_are_listed() -> None:
    for name in iterant.__all__:
        assert getattr(iterant, name) is not None
        assert name in dir(iterant)
    assert iterant.__version__
    with pytest.raises(AttributeError, match="has no attribute 'solve'"):
        iterant.solve  # noqa: B018


def test_the_session_of_the_reference() -> None:
    artifact = iterant.compile(str(PERONA))
    assert "class PeronaMalik(nn.Module):" in artifact.source_code
    assert isinstance(artifact.certificates[0], iterant.Certificate)
    assert isinstance(artifact, iterant.Artifact)
    module = artifact.module()
    noisy = torch.rand(2, 3, 9, 8, requires_grad=True)
    smooth = module(noisy)
    assert smooth.shape == noisy.shape
    smooth.sum().backward()
    assert noisy.grad is not None
    outcome = iterant.run(artifact, {"u": noisy.detach()}, steps=20, dtype="float64", progress=True)
    assert isinstance(outcome, iterant.Outcome)
    assert outcome.status is iterant.Status.DONE
    assert outcome.value["u"].dtype == torch.float64
    torch.testing.assert_close(outcome.value["u"].float(), smooth.detach(), rtol=1e-4, atol=1e-5)
    assert iterant.verify(artifact)


def test_a_text_a_path_and_an_artifact_are_the_same() -> None:
    path = Path(PERONA)
    artifacts = [iterant.compile(path), iterant.compile(str(path))]
    assert artifacts[0].source_code == artifacts[1].source_code
    text = iterant.compile(path.read_text())
    assert text.name == "perona_malik"
    outcome = iterant.run(TEXT)
    assert outcome.value["u"].dtype == torch.float64
    assert len(outcome.watched["warmth"]) == len(outcome.times) == 11


def test_values_of_the_file_are_replaced() -> None:
    artifact = iterant.compile(TEXT, params={"kappa": 0.2}, grid=(8,), steps=3)
    (verdict,) = artifact.certificates
    assert isinstance(verdict, iterant.Certificate)
    assert verdict.limit is not None
    assert Fraction(verdict.limit.value) <= Fraction(1, 64) / (2 * Fraction(1, 5))
    assert iterant.run(artifact).value["u"].shape == (8,)
    assert iterant.run(artifact).steps == 3


def test_faults_are_raised_with_everything() -> None:
    with pytest.raises(iterant.SchemeError) as caught:
        iterant.compile("scheme a\ndomian x\nfeild u\n")
    assert len(caught.value.diagnostics) >= 2
    with pytest.raises(iterant.SchemeError, match="cannot read this file"):
        iterant.compile("nowhere.scheme")
    with pytest.raises(iterant.SchemeError, match="cannot read this file"):
        iterant.compile(Path("nowhere"))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"params": {"kappa": -1}}, "params: 'kappa' is declared positive, and its value is not"),
        ({"params": {"kapa": 1}}, "params: the file has no parameter 'kapa'"),
        ({"params": {"kappa": "much"}}, "params: 'much' is no number"),
        ({"params": {"kappa": float("nan")}}, "params: nan is no number"),
        ({"grid": (8, 8)}, "grid: two sizes for one coordinate: x"),
        ({"grid": (0,)}, "grid: a size is a whole number, 1 or more, not 0"),
        ({"grid": (8.5,)}, "grid: whole numbers are wanted here"),
        ({"grid": 8}, "grid: whole numbers are wanted here"),
        ({"steps": 0}, "steps: 'steps' must be positive, and 0 is not"),
        ({"steps": 2.5}, "steps: whole numbers are wanted here"),
        ({"until": -1}, "until: 'until' must be positive, and -1 is not"),
    ],
)
def test_values_given_by_a_call_are_told_apart_from_the_file(values: Any, said: str) -> None:
    with pytest.raises(iterant.SchemeError) as caught:
        iterant.compile(TEXT, **values)
    (fault,) = caught.value.diagnostics
    assert str(caught.value).startswith(said)
    assert fault.span.source is not None
    ((name, value),) = values.get("params", values).items()
    assert f"  {name} = {value}\n" in str(caught.value)


def test_numbers_of_other_libraries_are_numbers() -> None:
    for value in (np.float64(0.2), np.int64(1), Fraction(1, 5), "1/5", 0.2):
        artifact = iterant.compile(TEXT, params={"kappa": value}, grid=[np.int64(8)])
        assert artifact.certificates


def test_a_refuted_claim_raises_unless_forced() -> None:
    with pytest.raises(iterant.CertificateError) as caught:
        iterant.compile(UNSTABLE)
    assert isinstance(caught.value, iterant.SchemeError)
    assert isinstance(caught.value.artifact.certificates[0], iterant.Refutation)
    assert isinstance(iterant.certify(UNSTABLE)[0], iterant.Refutation)
    forced = iterant.compile(UNSTABLE, force=True)
    assert not iterant.verify(forced)
    assert iterant.run(forced, steps=2).status is iterant.Status.DONE


def test_modules_load_from_text_and_files(tmp_path: Path) -> None:
    artifact = iterant.compile(PERONA)
    (tmp_path / "pm.py").write_text(artifact.source_code)
    image = torch.rand(6, 5)
    expected = artifact.module()(image)
    for source in (artifact, artifact.source_code, tmp_path / "pm.py", str(tmp_path / "pm.py")):
        torch.testing.assert_close(iterant.load(source)(image), expected)
    assert iterant.load(artifact, dtype="float64").tau.dtype == torch.float64
    with pytest.raises(iterant.UserError, match="runs are in float64 or float32"):
        iterant.load(artifact, dtype="int8")


def test_arrays_of_numpy_are_inputs() -> None:
    artifact = iterant.compile(PERONA)
    image = np.random.default_rng(0).random((5, 4))
    outcome = iterant.run(artifact, {"u": image}, steps=1)
    assert outcome.value["u"].dtype == torch.float64
    with pytest.raises(iterant.UserError, match="no values are given for u"):
        iterant.run(artifact)
    with pytest.raises(iterant.UserError, match="v is no input"):
        iterant.run(artifact, {"u": image, "v": image})
