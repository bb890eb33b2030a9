"""Text and certificate: whatever is edited, alone or together with its digest, what is rejected."""

import re
from functools import lru_cache
from typing import Any

import pytest

import iterant
from iterant.replay import replayed
from iterant.runtime.checker import check, code_digest
from iterant.runtime.contract import Certificate
from iterant.runtime.faults import UserError
from proofs import plain
from test_checker import resealed

HEAT = """scheme rod
domain x in [0, 1]
grid 16
boundary u = 0
field u
param kappa = 1/10, positive
equation dt(u) = kappa*lap(u)
time {time}
certify l2_stable, conserves integral(u)
"""
TAU = "torch.tensor(0.015625, dtype=torch.float64)"


@lru_cache(maxsize=8)
def made(time: str = "explicit_euler, step 1/64, steps 10") -> tuple[str, Certificate]:
    """An emitted text and its certificate."""
    artifact = iterant.compile(HEAT.format(time=time))
    found = artifact.certificates[0]
    assert isinstance(found, Certificate)
    return artifact.source_code, found


def signed(code: str, **changes: str) -> str:
    """A text with entries replaced, and its digest made right again."""
    for name, value in changes.items():
        code = re.sub(rf'^{name} = ".*"$', f'{name} = "{value}"', code, flags=re.MULTILINE)
    return re.sub(r'^DIGEST = ".*"$', f'DIGEST = "{code_digest(code)}"', code, flags=re.MULTILINE)


def rewritten(data: dict[str, Any], code: str) -> dict[str, Any]:
    """A certificate that says that it was made for this text."""
    return data | {"code_sha256": code_digest(code)}


@pytest.mark.parametrize(
    "time",
    ["explicit_euler, step 1/64, steps 10", "explicit_euler, step 1/2 * limit, until 1",
     "rkl2, step limit, steps 3", "fsi, cycle 3, step limit, steps 6",
     "fed, cycle 4, step 9/10 * limit, steps 8", "strang(heun, heun), step limit, steps 2"],
)  # fmt: skip
def test_a_text_and_its_certificate_are_accepted(time: str) -> None:
    if time.startswith("strang"):
        artifact = iterant.compile(
            HEAT.replace("kappa*lap(u)", "kappa*lap(u) - u").format(time=time)
        )
    else:
        artifact = iterant.compile(HEAT.format(time=time))
    found = [c for c in artifact.certificates if isinstance(c, Certificate)]
    assert found
    assert iterant.verify(artifact)
    assert all(c.scheme["step"]["tau"] is not None for c in found)  # type: ignore[index,call-overload]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("self.register_buffer", "self.register_buffer "),
        (TAU, "torch.tensor(0.03125, dtype=torch.float64)"),
        ("DIGEST", "# DIGEST"),
        ('"""rod', '"""Rod'),
    ],
)
def test_an_edited_text_is_rejected(old: str, new: str) -> None:
    code, found = made()
    assert old in code
    assert check(found, code).accepted
    assert not check(found, code.replace(old, new, 1)).accepted


BEGIN = "        super().__init__()\n"
EDITS = {
    "another step": (TAU, "torch.tensor(0.03125, dtype=torch.float64)"),
    "twice the step": (TAU, "torch.tensor(2 * 0.015625, dtype=torch.float64)"),
    "a step by a name": (TAU, "torch.tensor(STEPS, dtype=torch.float64)"),
    "a step that is no tensor": (TAU, "0.015625"),
    "another step after": (
        "    def start(", "        self.tau = torch.tensor(0.1)\n\n    def start(",
    ),
    "a step twice": (
        BEGIN, BEGIN + f'        self.register_buffer("tau", {TAU})\n',
    ),
    "no step": ('register_buffer("tau"', 'register_buffer("step"'),
    "inner steps": ("steps=STEPS,", "steps=STEPS,\n        inner=2,"),
    "a longer body": ("steps=STEPS,", "steps=STEPS,\n        advance=2.0,"),
    "no plan": ("plan = Plan(", "plan = dict("),
    "no Python": ("import torch\n", "import torch torch\n"),
    "two digests": ("\nSTEPS = ", '\nDIGEST = "" + str(1) + ""\nSTEPS = '),
    "a digest in a docstring": ('"""rod', '"""\nDIGEST = "sha256:0"\nrod'),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_an_edited_text_with_its_digests_made_right_is_rejected(name: str) -> None:
    code, found = made()
    old, new = EDITS[name]
    assert old in code
    edited = signed(code.replace(old, new, 1))
    report = check(rewritten(plain(found), edited), edited)
    assert not report.accepted
    assert report.reason


def test_the_certificate_of_another_step_is_rejected() -> None:
    code, _ = made()
    _, other = made("explicit_euler, step 1/128, steps 10")
    data = plain(other)
    assert check(data).accepted
    assert not check(data, code).accepted
    assert not check(rewritten(data, code), code).accepted
    claimed = signed(code, SCHEME=f"sha256:{data['scheme_sha256']}")
    report = check(rewritten(data, claimed), claimed)
    assert report.reason == "the step of the text is not that of the certificate"


def test_a_certificate_without_a_step_is_for_no_text() -> None:
    code, found = made()
    data = plain(found)
    data["scheme"]["step"]["tau"] = data["proof"]["step"] = None
    data = resealed(data)
    assert check(data).accepted  # of every step up to the limit
    claimed = signed(code, SCHEME=f"sha256:{data['scheme_sha256']}")
    assert not check(rewritten(data, claimed), claimed).accepted


@pytest.mark.parametrize("tau", ["1/8", "-1/64", "0"])
def test_a_step_beyond_the_limit_is_rejected_in_both(tau: str) -> None:
    code, found = made()
    data = plain(found)
    data["scheme"]["step"]["tau"] = data["proof"]["step"] = tau
    data = resealed(data)
    number = tau.replace("/", " / ")
    claimed = signed(code.replace("0.015625", number), SCHEME=f"sha256:{data['scheme_sha256']}")
    assert not check(rewritten(data, claimed), claimed).accepted


def test_a_proof_of_another_step_than_the_scheme_is_rejected() -> None:
    _, found = made()
    data = plain(found)
    data["proof"]["step"] = "1/100"
    assert check(data).reason == "the proof speaks of another step than the scheme"


def test_what_functions_compute_is_for_the_replay() -> None:
    # whoever rewrites the text, its digest and the certificate is not found out by digests
    code, found = made()
    assert "2 * u" in code
    edited = signed(code.replace("2 * u", "3 * u"))
    data = rewritten(plain(found), edited)
    assert check(data, edited).accepted
    with pytest.raises(UserError, match="differs from the certificate's scheme"):
        replayed([data | {"verdict": "certified"}], edited)
