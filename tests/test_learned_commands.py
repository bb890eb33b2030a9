"""Every command and `iterant.testing` on a scheme with learned parts."""

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
