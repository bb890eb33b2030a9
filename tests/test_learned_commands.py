"""Every command and `iterant.testing` on a scheme with learned parts."""

import pytest

import iterant
from iterant.cli import main
from iterant.testing import assert_certificate_holds
from test_training import TEXT


def test_claims_of_learned_blocks_are_held_for_drawn_weights():
    assert assert_certificate_holds(TEXT) == (
        "l2_stable: norms of u over 3 steps, for 6 draws of all weights",
    )
    pairs = TEXT.replace("l2_stable", "nonexpansive").replace(
        "spline(s, knots = 9), trainable, per channel", "relu(s)"
    )
    (said,) = assert_certificate_holds(pairs)
    assert said.startswith("nonexpansive: distances of two states over 3 steps")


def test_commands_of_a_learned_scheme(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.scheme").write_text(TEXT)
    assert main(["check", "small.scheme"]) == 0
    assert "inconsistent" not in capsys.readouterr().out
    assert main(["compile", "small.scheme", "-o", "small.py"]) == 0
    assert main(["certify", "small.scheme", "-o", "small.cert.json"]) == 0
    capsys.readouterr()
    assert main(["verify", "small.py", "small.cert.json", "--replay"]) == 0
    assert "not replayed" in capsys.readouterr().out
    assert main(["explain", "small.scheme"]) == 2
    assert "its kernels are learned" in capsys.readouterr().err
    assert main(["graph", "small.scheme", "-o", "small.svg"]) == 0


PARTS = """scheme parts
domain x
grid spacing 1
boundary periodic
field u
{declared}
equation dt(u) = dxx(u) / 4 - {term}
time explicit_euler, step 1/10, steps 2
certify l2_stable of dxx, conserves integral(u) of dxx, order
"""


@pytest.mark.parametrize(
    ("declared", "term"),
    [
        ("kernel K: u -> 2, size 3, trainable", "K.T(tanh(K(u)))"),
        ("function phi(s) = spline(s, knots = 5), trainable", "phi(u)"),
    ],
)
def test_nothing_is_certified_that_the_checker_would_refuse(declared, term):
    """Theorems that know nothing of what is learned are not asked, for parts of it neither."""
    artifact = iterant.compile(PARTS.format(declared=declared, term=term))
    assert {c.verdict for c in artifact.certificates} == {"unproved"}
    assert all("symmetric" not in c.reason for c in artifact.certificates)
