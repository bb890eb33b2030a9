"""Forged certificates of schemes whose newest level follows from a left side."""

from collections.abc import Callable
from typing import Any

import pytest

from iterant.runtime.checker import check
from iterant.runtime.checker.document import digest
from linearcases import plain
from test_checker_linear_forgeries import PART, forged, part, swapped

FACTOR = "a factor that cancels"
WAVE = "implicit wave"
THETA = "theta method"
LEFT = f"{PART}/conditions/0"


def conditions(name: str) -> list[Any]:
    """The conditions of the first part."""
    found: list[Any] = part(name)["conditions"]
    return found


def without(name: str, *keys: str) -> dict[str, Any]:
    """A certificate with an entry of its proof or its first stage left out."""
    data = plain(name)
    for key in keys:
        data["proof"].pop(key, None)
        data["scheme"]["step"]["body"][0].pop(key, None)
        data["scheme"]["rates"][0].pop(key, None)
    return data | {"scheme_sha256": digest(data["scheme"])}


def times(terms: list[Any], factor: list[Any]) -> list[Any]:
    """A number of a mode, [m, y, w, coefficient], times one without w."""
    found: dict[tuple[int, ...], int] = {}
    for *key, c in terms:
        for *other, d in factor:
            at = tuple(a + b for a, b in zip(key, other, strict=True))
            found[at] = found.get(at, 0) + int(c) * int(d)
    return [[*key, str(c)] for key, c in found.items() if c]


def multiplied(name: str, factor: list[Any]) -> dict[str, Any]:
    """The polynomial of the proof times a factor, and nothing else changed."""
    shown = [times(p, factor) for p in plain(name)["proof"]["polynomial"]]
    return forged(name, ("proof/polynomial", shown))


FORGERIES: dict[str, Callable[[], dict[str, Any]]] = {
    "a left side that is singular for one mode": lambda: swapped(
        FACTOR, "(-1, 1)", "(-1, 1]", ("proof/parts/1/closed", [False, True]),
        ("set/1/high_closed", True),
    ),
    "a singular left side between two cells": lambda: joined(FACTOR),
    "an omitted condition": lambda: forged(THETA, (f"{PART}/conditions", conditions(THETA)[1:])),
    "an omitted condition of two": lambda: forged(
        "both directions", (f"{PART}/conditions", [
            conditions("both directions")[0], *conditions("both directions")[2:]]),
    ),
    "conditions in another order": lambda: forged(
        THETA, (f"{PART}/conditions", [*conditions(THETA)[1:], conditions(THETA)[0]]),
    ),
    "a condition that is not strict": lambda: forged(THETA, (f"{LEFT}/strict", False)),
    "another determinant": lambda: forged(
        THETA, (LEFT, {**conditions(THETA)[0], "factors": [], "constant": "1"}),
    ),
    "the determinant of another": lambda: forged(THETA, (LEFT, conditions(WAVE)[0])),
    "a determinant without its square": lambda: forged(THETA, (f"{LEFT}/factors/0/power", 1)),
    "a determinant of a degree that would fill the memory": lambda: forged(
        THETA, (f"{LEFT}/factors", [{"terms": [[500, 500, "2"]], "power": 500}]),
    ),
    "no polynomial": lambda: without(THETA, "polynomial"),
    "a polynomial that is not asked for": lambda: forged("heat", ("proof/polynomial", [])),
    "the polynomial of another": lambda: forged(
        THETA, ("proof/polynomial", plain("Gauss-Seidel")["proof"]["polynomial"]),
    ),
    "a polynomial of another degree": lambda: forged(
        THETA, ("proof/polynomial", plain(WAVE)["proof"]["polynomial"]),
    ),
    "a polynomial that is 0": lambda: forged(THETA, ("proof/polynomial", [[], []])),
    "a polynomial times a factor": lambda: multiplied(THETA, [[0, 0, 0, "2"]]),
    "a polynomial times a factor that vanishes": lambda: multiplied(
        THETA, [[0, 1, 0, "1"], [0, 0, 0, "-1"]],
    ),
    "a power of w": lambda: forged(THETA, ("proof/polynomial", [[[0, 0, 2, "1"]]] * 2)),
    "no left side": lambda: without(THETA, "left"),
    "nothing solved for": lambda: without(THETA, "solves"),
    "an explicit step": lambda: without(THETA, "left", "solves"),
    "the schema of explicit steps": lambda: forged(THETA, ("scheme/schema", 3)),
    "another newest level": lambda: forged(
        THETA, ("scheme/step/body/0/solves", [["u", "u"]]),
    ),
    "a target twice": lambda: forged(
        THETA, ("scheme/step/body/0/solves", [["u_new", "u"], ["v_new", "u"]]),
    ),
    "another left side": lambda: forged(
        THETA, ("scheme/rates/0/left", plain(THETA)["scheme"]["rates"][0]["terms"]),
    ),
    "a left side of half the size": lambda: forged(
        THETA, ("scheme/rates/0/left/0/coefficient", "1/2"),
    ),
    "solved for before the first step": lambda: forged(
        WAVE, ("scheme/step/start", plain(WAVE)["scheme"]["step"]["body"]),
    ),
    "another theorem": lambda: forged("Gauss-Seidel, fixed", ("kind", "symmetric")),
    "sums that stay": lambda: forged("Gauss-Seidel, fixed", ("kind", "telescoping")),
}  # fmt: skip


def joined(name: str) -> dict[str, Any]:
    """Neighbouring parts of a set as one, with the end between them inside."""
    data = plain(name)
    first, second = data["proof"]["parts"][:2]
    first["inside"] += [first["high"], *second["inside"]]
    first["samples"] += second["samples"]
    first["high"], first["closed"] = second["high"], [first["closed"][0], second["closed"][1]]
    del data["proof"]["parts"][1]
    low, high = data["set"][:2]
    before = data["statement"]
    low |= {k: v for k, v in high.items() if k.startswith("high")}
    del data["set"][1]
    data["statement"] = before.replace("-1) or (-1, ", "")
    return data


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES.keys())
def test_planted_forgeries_are_rejected(forgery: Callable[[], dict[str, Any]]) -> None:
    report = check(forgery())
    assert not report.accepted
    assert not report.reason.startswith("malformed"), report.reason
