"""Training: errors fall, runs go on bit for bit, the certified set is never left; frozen files."""

import json
import math

import numpy as np
import pytest
import torch
from PIL import Image

import iterant
from iterant.cli import main
from iterant.runtime.contract import Status
from iterant.runtime.frozen import freeze, load_weights, save_weights, verify_weights, weights_of
from iterant.runtime.training.batches import Noisy, Paired, Pairs
from iterant.runtime.training.driver import Training

TEXT = """scheme small
domain x
grid spacing 1
boundary reflecting
field u
data f
kernel K: u -> 4, size 3, trainable, per step
param fidelity = 1/10, in [0, 1/2], trainable, per step
function phi(s) = spline(s, knots = 9), trainable, per channel
param tau = 0.99 * limit
iterate u[k+1] = u[k] - tau * K.T(phi(K(u[k]))) - fidelity * (u[k] - f), steps 3
certify l2_stable
"""


def module_of(text=TEXT, dtype=torch.float64):
    artifact = iterant.compile(text)
    return artifact, artifact.module(dtype=dtype)


def examples(count=40):
    """Piecewise constant signals of 48 points, with noise."""
    rng = np.random.default_rng(0)
    clean = np.repeat(rng.uniform(0, 1, (count, 6)), 8, axis=1)
    noisy = clean + 0.1 * rng.standard_normal(clean.shape)
    clean, noisy = torch.from_numpy(clean), torch.from_numpy(noisy)
    return Pairs(inputs={"u": noisy, "f": noisy}, target=clean, size=8, held=10)


def test_training_lowers_the_error_on_what_is_held_out():
    _, module = module_of()
    outcome = iterant.train(module, examples(), steps=60, rate=1e-2)
    errors = outcome.watched["held_out"]
    assert outcome.status is Status.DONE
    assert min(errors) < 0.8 * errors[0]


def test_the_best_weights_are_kept():
    _, module = module_of()
    data = examples()
    outcome = iterant.train(module, data, steps=40, rate=0.3, every=4)
    ((inputs, target),) = data.held_out()
    error = float(torch.nn.functional.mse_loss(module(**inputs).detach(), target))
    assert error == pytest.approx(min(outcome.watched["held_out"]), rel=1e-12)


def test_patience_ends_a_run():
    _, module = module_of()
    outcome = iterant.train(module, examples(), steps=500, rate=3.0, every=1, patience=3)
    assert outcome.status is Status.CONVERGED
    assert outcome.steps < 500


def test_a_run_goes_on_from_a_checkpoint_bit_for_bit(tmp_path, monkeypatch):
    _, whole = module_of()
    data = examples()
    iterant.train(whole, data, steps=20, every=5)
    _, part = module_of()
    done = Training.done
    monkeypatch.setattr(
        Training, "done", lambda self, n: Status.INTERRUPTED if n >= 10 else done(self, n)
    )
    first = iterant.train(part, data, steps=20, every=5, checkpoint=str(tmp_path / "c"))
    assert first.status is Status.INTERRUPTED
    monkeypatch.undo()
    _, again = module_of()
    iterant.train(again, data, steps=20, every=5, resume=first.checkpoint)
    for a, b in zip(whole.parameters(), again.parameters(), strict=True):
        assert torch.equal(a, b)


def test_segments_give_the_same_gradient():
    _, a = module_of()
    _, b = module_of()
    data = examples()
    iterant.train(a, data, steps=5)
    iterant.train(b, data, steps=5, segments=2)
    for one, other in zip(a.parameters(), b.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("steps", "every"), [(120, 40), pytest.param(2000, 1, marks=pytest.mark.slow)]
)
def test_adversarial_training_never_leaves_the_certified_set(steps, every):
    """Random losses at rates up to 10: states on the way are certified anew."""
    artifact, module = module_of()
    torch.manual_seed(3)
    optimiser = torch.optim.SGD(module.parameters(), lr=1.0)
    u, f = torch.randn(2, 4, 40, dtype=torch.float64)
    for step in range(steps):
        optimiser.param_groups[0]["lr"] = 10 ** float(torch.empty(()).uniform_(-3, 1))
        optimiser.zero_grad()
        found = module(u, f)
        (torch.randn_like(found) * found).sum().backward()
        optimiser.step()
        bound = torch.maximum(u.norm(dim=1), f.norm(dim=1))
        assert bool((module(u, f).norm(dim=1) <= bound * (1 + 1e-12)).all()), step
        if step % every == 0:
            report = verify_weights(artifact.certificates[0], weights_of(module))
            assert report.accepted, (step, report.reason)


# ---- files of weights


@pytest.fixture
def trained(tmp_path):
    artifact, module = module_of()
    iterant.train(module, examples(), steps=10, rate=1e-2)
    path = tmp_path / "w.safetensors"
    (proof,) = save_weights(module, path, artifact.certificates)
    return artifact, module, path, proof


def test_frozen_weights_are_those_of_the_run(trained):
    artifact, module, path, _ = trained
    found = artifact.module(dtype=torch.float64, weights=path)
    u = torch.randn(3, 50, dtype=torch.float64)
    assert torch.equal(found(u, u), module(u, u))
    assert not any(w.requires_grad for w in found.parameters())
    assert torch.equal(freeze(module)(u, u), module(u, u))


def test_changed_weights_are_refused(trained):
    _, module, path, proof = trained
    raw = bytearray(path.read_bytes())
    raw[-9] ^= 1
    assert "other weights" in verify_weights(proof, bytes(raw)).reason
    path.write_bytes(bytes(raw))
    with pytest.raises(iterant.UserError, match="other weights"):
        load_weights(module, path, (proof,))


def test_steps_above_the_limit_are_refused(trained):
    artifact, module, path, _ = trained
    found = freeze(module)
    found.frozen_tau_ *= 1.05
    with pytest.raises(iterant.UserError, match="above the limit"):
        save_weights(found, path, artifact.certificates)


def test_a_curve_outside_its_sector_is_refused(trained):
    artifact, module, path, _ = trained
    found = freeze(module)
    found.frozen_phi[0, 2] = -0.01
    with pytest.raises(iterant.UserError, match="leaves its sector"):
        save_weights(found, path, artifact.certificates)


def test_a_parameter_outside_its_set_is_refused(trained):
    artifact, module, path, _ = trained
    found = freeze(module)
    found.frozen_fidelity[1] = 0.7
    with pytest.raises(iterant.UserError, match="outside its set"):
        save_weights(found, path, artifact.certificates)


def test_weights_of_another_text_are_refused(trained):
    _, _, path, _ = trained
    _, other = module_of(TEXT.replace("steps 3", "steps 4"))
    with pytest.raises(iterant.UserError, match="another emitted text"):
        load_weights(other, path)


def test_no_file_of_weights_is_told(trained, tmp_path):
    _, module, _, _ = trained
    (tmp_path / "x.safetensors").write_bytes(b"no weights")
    with pytest.raises(iterant.UserError, match="holds no weights"):
        load_weights(module, tmp_path / "x.safetensors")
    with pytest.raises(iterant.UserError, match="cannot be read"):
        load_weights(module, tmp_path / "none.safetensors")


# ---- examples


def test_noise_and_patches_follow_from_seed_and_step():
    images = [torch.rand(3, 40, 50, dtype=torch.float64) for _ in range(3)]
    data = Noisy(clean=images, names=("u", "f"), sigma=0.1, patch=16, size=5)
    (a, target), (b, _) = data.batch(7), data.batch(7)
    assert torch.equal(a["u"], b["u"])
    assert target.shape == (5, 16, 16)
    assert a["u"] is a["f"]
    assert float((a["u"] - target).std()) == pytest.approx(0.1, rel=0.2)
    assert len(data.held_out()) == 1


def test_pairs_are_cut_alike():
    images = [torch.rand(40, 50, dtype=torch.float64) for _ in range(3)]
    data = Paired(given=[2 * i for i in images], clean=images, names=("u",), patch=16, size=4)
    inputs, target = data.batch(0)
    assert torch.allclose(inputs["u"], 2 * target)
    ((held, clean),) = data.held_out()
    assert torch.allclose(held["u"], 2 * clean)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Noisy(clean=[torch.rand(9, 9)], names=("u",), sigma=1.0), "held out"),
        (lambda: Noisy(clean=[torch.rand(9, 9)] * 2, names=("u",), sigma=1.0), "9 pixels"),
        (lambda: Pairs(inputs={"u": torch.rand(3, 4)}, target=torch.rand(2, 4)), "one number"),
        (lambda: Pairs(inputs={"u": torch.rand(3, 4)}, target=torch.rand(3, 4), held=3), "held"),
        (
            lambda: Paired(given=[torch.rand(80, 80)] * 2, clean=[torch.rand(70, 80)] * 2,
                           names=("u",)),
            "differ",
        ),
    ],
)  # fmt: skip
def test_examples_that_cannot_be_taken_are_told(make, said):
    with pytest.raises(iterant.UserError, match=said):
        make()


def test_nothing_to_train_is_told():
    text = "scheme a\ndomain x\ngrid spacing 1\nboundary periodic\nfield u\n"
    module = iterant.compile(text + "equation dt(u) = dxx(u)\ntime heun, steps 2\n").module()
    with pytest.raises(iterant.UserError, match="nothing to train"):
        iterant.train(module, examples(), steps=2)
    with pytest.raises(iterant.UserError, match="takes one, not a text"):
        iterant.train(text, examples(), steps=2)


# ---- the command

IMAGE = TEXT.replace("domain x", "domain x, y").replace("size 3", "size (3, 3)")


def test_command_trains_and_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(1)
    (tmp_path / "images").mkdir()
    for number in range(3):
        steps = np.kron(rng.uniform(40, 220, (6, 6)), np.ones((8, 8)))
        Image.fromarray(steps.astype(np.uint8)).save(tmp_path / "images" / f"{number}.png")
    (tmp_path / "small.scheme").write_text(IMAGE)
    words = ["train", "small.scheme", "--data", "images", "--out", "w.safetensors"]
    words += ["--steps", "6", "--patch", "32", "--batch", "2", "--noise", "0.1"]
    assert main([*words, "--plot", "curve.png"]) == 0
    assert (tmp_path / "curve.png").stat().st_size > 1000
    (proof,) = json.loads((tmp_path / "w.cert.json").read_text())["verdicts"]
    assert proof.pop("verdict") == "certified"
    raw = (tmp_path / "w.safetensors").read_bytes()
    assert verify_weights(proof, raw).accepted
    assert main(["compile", "small.scheme", "-o", "small.py"]) == 0
    verify = ["verify", "small.py", "w.cert.json", "--weights"]
    assert main([*verify, "w.safetensors"]) == 0
    (tmp_path / "x.safetensors").write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    assert main([*verify, "x.safetensors"]) == 1
    assert main(words) == 2  # the weights exist already
    run = ["run", "small.scheme", "--weights", "w.safetensors", "--input", "images/0.png"]
    assert main([*run, "--output", "out.png"]) == 0
    assert math.isfinite(np.asarray(Image.open("out.png")).mean())
    Image.fromarray(np.full((4, 40), 99, np.uint8)).save("thin.png")
    assert main(["run", "small.scheme", "--input", "thin.png", "--output", "thin2.png"]) == 0
    said = capsys.readouterr().err
    assert said.count("32 points an axis or more, and this one has 4") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--data", "none", "--out", "w.safetensors"], "is no folder"),
        (["--data", ".", "--out", "w.safetensors"], "holds no image"),
        (["--data", ".", "--out", "w.pt"], "does not end in .safetensors"),
        (["--data", ".", "--out", "w.safetensors", "--steps", "0"], "from 1 on"),
        (["--data", ".", "--out", "w.safetensors", "--rate", "0"], "above 0"),
        (["--data", ".", "--out", "w.safetensors", "--held", "-1"], "from 0 on"),
    ],
)
def test_command_tells_what_is_wrong(words, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.scheme").write_text(IMAGE)
    assert main(["train", "small.scheme", *words]) == 2
    assert said in capsys.readouterr().err
