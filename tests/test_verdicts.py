"""`certify --json`: the fields of the contract, each of its kind, for every verdict there is."""

import json
import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import pytest

import iterant
from house import ROOT
from iterant.console import Exit
from iterant.runtime.contract import Certificate, Limit, Refutation, Unproved, Verdict, Witness
from iterant.verdicts import as_json, rounded_down
from terminal import EXAMPLES, HEAT, Capsys, told

Schema = Mapping[str, Callable[[Any], bool]]


def text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def number(value: Any) -> bool:
    return isinstance(value, float | int) and math.isfinite(value)


def null(value: Any) -> bool:
    return value is None


def either(*kinds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: any(kind(value) for kind in kinds)


def record(fields: Schema) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, dict)
        and list(value) == list(fields)
        and all(kind(value[name]) for name, kind in fields.items())
    )


def listed(kind: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(map(kind, value))


INTERVAL = {
    "low": either(text, null),
    "high": either(text, null),
    "low_value": either(number, null),
    "high_value": either(number, null),
    "low_closed": lambda value: isinstance(value, bool),
    "high_closed": lambda value: isinstance(value, bool),
}
VERDICT = {
    "claim": text,
    "verdict": lambda value: value in {"certified", "refuted", "unproved"},
    "norm": either(text, null),
    "domain": either(text, null),
    "parameter": either(text, null),
    "set": listed(record(INTERVAL)),
    "limit": either(record({"symbol": text, "closed_form": text, "value": number}), null),
    "witness": either(
        record({"mode": text, "points": listed(lambda n: type(n) is int), "growth": text}), null
    ),
    "reason": either(text, null),
}


def check(verdict: Any) -> None:
    """One verdict has the fields, and those that its kind must have."""
    assert list(verdict) == list(VERDICT)
    for name, kind in VERDICT.items():
        assert kind(verdict[name]), (name, verdict[name])
    given = {name for name, value in verdict.items() if value is not None}
    wanted = {
        "certified": {"norm", "domain"},
        "refuted": {"witness"},
        "unproved": {"reason"},
    }
    for kind, names in wanted.items():
        assert (names <= given) == (verdict["verdict"] == kind)


def strictly(shown: str) -> Any:
    """JSON without the words that only Python reads."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    return json.loads(shown, parse_constant=refuse)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.scheme")), ids=lambda path: path.stem)
def test_every_file_of_the_contract(capsys: Capsys, path: Any) -> None:
    code, out, said = told(capsys, "certify", str(path), "--json")
    if code == Exit.BAD_INPUT:
        assert out == ""
        assert f"{path.name}:" in said
        return
    verdicts = strictly(out)
    assert len(verdicts) == path.read_text().split("certify")[1].split("\n")[0].count(",") + 1
    for verdict in verdicts:
        check(verdict)
        claimed = verdict["claim"].partition(" for ")[2] or None
        assert verdict["parameter"] == claimed
    kinds = {verdict["verdict"] for verdict in verdicts}
    assert (code == Exit.DONE) == (kinds == {"certified"})


LIMIT = Limit(symbol="tau", closed_form="h^2/4", value="1/3", attained=True)
PART = {
    "low": "0",
    "high": "sqrt(2)",
    "low_value": "1/3",
    "high_value": "14142/10000",
    "low_closed": True,
    "high_closed": False,
}
CERTIFICATE = {
    "kind": "linear",
    "statement": "it holds",
    "norm": "l2",
    "domain": "Z^1",
    "hypotheses": (),
    "bound": "1",
    "proof": {},
    "scheme": {},
    "scheme_sha256": "",
}
WITNESS = Witness(mode="m = 3", points=(8, 8), growth="3/2", steps=4, state={})
VERDICTS: list[Verdict] = [
    Certificate(claim="l2_stable", limit=LIMIT, **CERTIFICATE),
    Certificate(
        claim="l2_stable of dx for c",
        parameter="c",
        set=(PART, {**PART, "high": None, "high_value": None}),
        **CERTIFICATE,
    ),
    Refutation(claim="l2_stable", statement="it grows", witness=WITNESS, limit=LIMIT),
    Refutation(claim="l2_stable for c", statement="it grows", witness=WITNESS),
    Unproved(claim="energy_decay", reason="nobody knows"),
]


def test_every_kind_of_verdict() -> None:
    shown = strictly(as_json(VERDICTS))
    for verdict in shown:
        check(verdict)
    assert [verdict["parameter"] for verdict in shown] == [None, "c", None, "c", None]
    (first, second) = shown[1]["set"]
    assert Fraction(first["low_value"]) >= Fraction(1, 3)
    assert first["low_value"] == pytest.approx(1 / 3, rel=1e-15)
    assert Fraction(first["high_value"]) <= Fraction(14142, 10000)
    assert (second["high"], second["high_value"]) == (None, None)
    assert strictly(as_json([])) == []


def test_a_refuted_claim_and_a_limit_from_the_command_line(capsys: Capsys, tmp_path: Any) -> None:
    path = tmp_path / "heat.scheme"
    path.write_text(HEAT.format(step="1/10", claims="l2_stable, contraction").lstrip())
    code, out, _ = told(capsys, "certify", str(path), "--json")
    assert code == Exit.REFUTED
    refuted, unproved = strictly(out)
    check(refuted)
    check(unproved)
    assert len(refuted["witness"]["points"]) == 1


@pytest.mark.parametrize("value", ["1/3", "-1/3", "1/10", "0", "-7", f"{10**400}", f"1/{10**400}"])
def test_rounding_is_down(value: str) -> None:
    found = rounded_down(value)
    assert math.isfinite(found)
    assert Fraction(found) <= Fraction(value)
    above = math.nextafter(found, math.inf)
    assert math.isinf(above) or Fraction(above) > Fraction(value)


def test_the_documented_fields_are_these() -> None:
    page = (ROOT / "docs" / "certificates.md").read_text()
    for name in (*VERDICT, *INTERVAL):
        assert f"`{name}`" in page, name
    assert iterant.certify(HEAT.format(step="1/1000", claims="l2_stable"))
