"""The budget of time: it ends whatever is at work, and what was proved before is kept."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from typing import Any

import flint
import pytest
import sympy

from iterant import proving
from iterant.cli import main
from iterant.compiler.amplification import heavy
from iterant.compiler.budget import OutOfTime, at_work, budget, checkpoint, heard, left, share
from iterant.compiler.certificates import certify as prover, linear
from iterant.compiler.certificates.certify import certify
from iterant.console import Exit
from iterant.runtime.checker import check
from iterant.runtime.contract import Certificate, Unproved
from proofs import claim, pde, scheme_of

BEYOND = 2.0  # s of processor time that may pass after the deadline
SPACE = {"domain": "x, y, z in [0, 1]", "grid": "16, 16, 16"}
FLOW = "dt(u) = -c*dx(u) - c*dy(u) - c*dz(u) + kappa*lap(u)"
BOTH = "param c = 1, positive\nparam kappa = 1/100, positive"


def forever() -> None:
    while True:
        checkpoint()


def plane(wide: int, degree: int) -> heavy.Plane:
    """A polynomial in m and y with all its terms."""
    rng = random.Random(wide)
    return tuple(
        flint.fmpz_poly([rng.randint(-(9**9), 9**9) for _ in range(degree + 1)])
        for _ in range(wide + 1)
    )


def test_an_inner_budget_leaves_the_outer_one_its_time() -> None:
    with budget(1000):
        with pytest.raises(OutOfTime), budget(0.01):
            forever()
        rest = left()
        assert rest is not None
        assert 900 < rest <= 1000
        with budget(None):
            assert left() is not None
        with pytest.raises(OutOfTime), budget(share(1e-5)):
            forever()
    assert left() is None
    with pytest.raises(OutOfTime), budget(0.01), budget(1000):
        forever()


def test_a_budget_holds_in_any_thread() -> None:
    found: list[str] = []

    def work() -> None:
        try:
            with budget(0.01):
                forever()
        except OutOfTime:
            found.append("ended")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == ["ended"]


def test_a_timer_that_rings_at_any_moment_leaves_nothing_behind() -> None:
    rng = random.Random(0)
    for _ in range(200):
        outer, inner = rng.choice([0.001, 0.002]), rng.choice([0.001, 9])
        with suppress(OutOfTime), budget(outer), budget(inner):
            while True:
                with budget(rng.choice([0.0003, 1])):
                    checkpoint()
                for _ in range(5000):
                    pass
        assert left() is None


# ---- calls that no timer can break into


def test_another_process_gives_the_same_answers() -> None:
    x, y, z = flint.fmpq_mpoly_ctx.get(["x", "y", "z"], flint.Ordering.lex).gens()
    large = (x + 2 * y - z / 3 + 1) ** 30 * (x * y - z) ** 2
    assert len(large) > heavy.TERMS
    here = heavy.factored(large)
    wide = plane(10, 16)
    assert heavy.work(wide) > heavy.WORK
    own = heavy.discriminant(wide)
    heavy._discriminant.cache_clear()
    with budget(1000):
        assert sorted(map(str, heavy.factored(large)[1])) == sorted(map(str, here[1]))
        assert heavy.factored(large)[0] == here[0]
        assert heavy.discriminant(wide) == own


def test_a_call_of_minutes_ends_at_the_deadline() -> None:
    before = time.process_time()
    with pytest.raises(OutOfTime), budget(0.2):
        heavy.discriminant(plane(60, 60))
    assert time.process_time() - before < 0.2 + BEYOND


def test_without_another_process_the_answer_is_found_here(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = plane(10, 16)
    own = heavy.discriminant(wide)
    heavy._discriminant.cache_clear()
    monkeypatch.setattr(heavy.sys, "executable", "/nowhere")
    with budget(1000):
        assert heavy.discriminant(wide) == own


# ---- claims


@pytest.mark.parametrize("seconds", [0.05, 0.5])
@pytest.mark.parametrize(
    ("time_", "space"), [("heun", "upwind, order 3"), ("rk4", "order 4"), ("ssprk3", "")]
)
def test_what_takes_seconds_ends_in_time(time_: str, space: str, seconds: float) -> None:
    scheme = pde(FLOW, extra=BOTH, time=time_, space=space, **SPACE)
    tau = sympy.Rational(1, 1000)
    before = time.process_time()
    with budget(seconds):
        found = certify(replace(scheme, step_value=tau), claim("l2_stable"), tau=tau)
    assert time.process_time() - before < seconds + BEYOND
    assert isinstance(found, Unproved)
    assert "not decided within" in found.reason or "no interval" in found.reason


def late(*_: Any, **__: Any) -> None:
    raise OutOfTime


def test_a_limit_that_was_proved_survives(monkeypatch: pytest.MonkeyPatch) -> None:
    scheme = pde("dt(u) = dxx(u)")
    tau = sympy.Rational(1, 100)
    monkeypatch.setattr(prover, "refute", late)
    with budget(1000):
        found = certify(replace(scheme, step_value=tau), claim("l2_stable"), tau=tau)
    assert isinstance(found, Unproved)
    assert found.certified_up_to == "1/512"
    assert "above the certified limit h^2/2" in found.reason
    assert "not decided within 1000 seconds" in found.reason


def test_the_part_of_a_set_that_was_proved_survives(monkeypatch: pytest.MonkeyPatch) -> None:
    scheme = scheme_of(
        "scheme two\nparam r = 1/2\niterate u[k+1,i] = u[k,i] - r*(r-1)*(r-2)*(u[k,i] - u[k,i-1])\n"
    )
    asked = replace(claim("l2_stable"), parameter="r")
    whole = certify(scheme, asked)
    assert isinstance(whole, Certificate)
    assert len(whole.set) == 2
    every = linear.stretches

    def first(*given: Any, **named: Any) -> Iterator[Any]:
        yield next(every(*given, **named))
        raise OutOfTime

    monkeypatch.setattr(linear, "stretches", first)
    found = certify(scheme, asked)
    assert isinstance(found, Certificate)
    assert found.set == whole.set[:1]
    assert check(found).accepted


def test_a_step_that_is_neither_has_a_bracket(monkeypatch: pytest.MonkeyPatch) -> None:
    scheme = pde("dt(u) = dxx(u)")
    tau = sympy.Rational(1, 100)
    refute = prover.refute
    monkeypatch.setattr(
        prover, "refute", lambda s, c, t, *more: None if t == tau else refute(s, c, t, *more)
    )
    found = certify(replace(scheme, step_value=tau), claim("l2_stable"), tau=tau)
    assert isinstance(found, Unproved)
    assert found.certified_up_to == "1/512"
    assert found.refuted_from is not None
    assert Fraction(found.refuted_from) > Fraction(1, 100)


# ---- what is shown meanwhile


def test_what_is_at_work_is_heard() -> None:
    found: list[str] = []
    with heard(found.append):
        certify(pde("dt(u) = dxx(u)"), claim("l2_stable"))
    assert found == ["l2_stable: symmetric"]
    at_work("nobody listens")


def test_a_long_proof_is_told_on_the_command_line(
    tmp_path: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_: Any, **__: Any) -> None:
        at_work("l2_stable: slow")
        forever()

    path = tmp_path / "rod.scheme"
    path.write_text(
        "scheme rod\ndomain x in [0, 1]\ngrid 16\nboundary periodic\nfield u\n"
        "equation dt(u) = dxx(u)\ntime explicit_euler, step 1/1000, steps 1\ncertify l2_stable\n"
    )
    monkeypatch.setattr(proving, "PATIENCE", 0.02)
    monkeypatch.setattr("iterant.compiler.pipeline.certify", slow)
    assert main(["certify", str(path), "--prove-seconds", "0.5"]) == Exit.UNPROVED
    out, said = capsys.readouterr()
    assert "still at l2_stable: slow after 0 s" in said
    assert "not decided within 0.5 seconds" in out
