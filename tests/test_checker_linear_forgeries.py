"""Forgeries of certificates of kind "linear", two a way of cheating, sealed with right digests."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from iterant.runtime.checker import check
from iterant.runtime.checker.document import digest
from linearcases import plain


def changed(data: dict[str, Any], *changes: tuple[str, Any]) -> dict[str, Any]:
    """With entries replaced, by paths such as "proof/parts/0/closed", and the right digest."""
    for path, new in changes:
        *parents, last = path.split("/")
        place: Any = data
        for key in parents:
            place = place[int(key) if isinstance(place, list) else key]
        place[int(last) if isinstance(place, list) else last] = new
    return data | {"scheme_sha256": digest(data["scheme"])}


def forged(name: str, *changes: tuple[str, Any]) -> dict[str, Any]:
    """A certificate with entries replaced."""
    return changed(plain(name), *changes)


def swapped(name: str, old: str, new: str, *changes: tuple[str, Any]) -> dict[str, Any]:
    """The same with a word of the statement replaced."""
    return forged(name, ("statement", plain(name)["statement"].replace(old, new)), *changes)


def end(value: str) -> dict[str, Any]:
    """A rational end of a part."""
    x = Fraction(value)
    return {"polynomial": [str(-x.numerator), str(x.denominator)], "low": value, "high": value}


def part(name: str) -> dict[str, Any]:
    """The first part of a proof."""
    found: dict[str, Any] = plain(name)["proof"]["parts"][0]
    return found


PART = "proof/parts/0"
CURVED = f"{PART}/conditions/1/factors/1"  # its discriminant counts
FORGERIES: dict[str, Callable[[], dict[str, Any]]] = {
    "a limit 1e-6 above": lambda: swapped(
        "heat", "h^2/(2*c)", "1000001*h^2/(2000000*c)",
        ("limit/closed_form", "1000001*h^2/(2000000*c)"),
    ),
    "a limit 1e-6 above, and the part": lambda: swapped(
        "heat", "h^2/(2*c)", "1000001*h^2/(2000000*c)",
        ("limit/closed_form", "1000001*h^2/(2000000*c)"), (f"{PART}/high", end("1000001/2000000")),
    ),
    "a limit that is attained": lambda: swapped(
        "leapfrog", "tau < h", "tau <= h", ("limit/attained", True), (f"{PART}/closed", [True] * 2),
    ),
    "a limit that is attained, without a word in the proof": lambda: swapped(
        "wave", "tau < h", "tau <= h", ("limit/attained", True),
    ),
    "a set with its end": lambda: swapped(
        "midpoint", "(-1, 1)", "(-1, 1]", (f"{PART}/closed", [False, True]),
        ("set/0/high_closed", True),
    ),
    "a gap left out": lambda: swapped(
        "two intervals", "[0, 1] or [2,", "[0,",
        ("proof/parts", plain("two intervals")["proof"]["parts"][1:]),
        (f"{PART}/low", end("0")), ("set", plain("two intervals")["set"][1:]),
        ("set/0/low", "0"), ("set/0/low_value", "0"),
    ),
    "a sample left out": lambda: forged("two intervals", (f"{PART}/samples", [])),
    "a mark that is none": lambda: forged(
        "rk4, order 3", (f"{PART}/marks", [["0", "1"]] * len(part("rk4, order 3")["marks"])),
    ),
    "another discriminant": lambda: forged(
        "rk4, order 3", (f"{CURVED}/discriminant/0", "7"),
    ),
    "a discriminant without a mark": lambda: forged(
        "rk4, order 3", (f"{CURVED}/discriminant/1", []),
    ),
    "an end that is one of two roots": lambda: forged(
        "rk4, order 3", (f"{PART}/high/low", "0"), (f"{PART}/high/high", "100"),
    ),
    "a sample beyond its cell": lambda: forged("rk4, order 3", (f"{PART}/samples/0", "100")),
    "a factor left out": lambda: forged("upwind", (f"{PART}/conditions/1/factors", [])),
    "a condition left out": lambda: forged(
        "leapfrog", (f"{PART}/conditions", part("leapfrog")["conditions"][:2]),
    ),
    "a strict condition that is not": lambda: forged(
        "leapfrog", (f"{PART}/conditions/3/strict", False),
    ),
    "a divisor of zero": lambda: forged("adams_bashforth2", (f"{PART}/conditions/1/divisor", [])),
    "another divisor": lambda: forged(
        "adams_bashforth2", (f"{PART}/conditions/1/divisor", [[1, 0, "1"]]),
    ),
    "a hypothesis less": lambda: forged("heat", ("hypotheses", [])),
    "a parameter of any sign": lambda: forged(
        "heat", ("hypotheses", ["c real"]), ("scheme/parameters/0/positive", False),
        ("scheme/parameters/0/low", None), ("scheme/parameters/0/trainable", True),
    ),
    "a positive parameter that may be negative": lambda: forged(
        "heat", ("hypotheses", ["c in [-oo, oo]"]), ("scheme/parameters/0/declared", True),
        ("scheme/parameters/0/low", None),
    ),
    "another first step": lambda: forged(
        "upwind", ("scheme/step/start", plain("leapfrog")["scheme"]["step"]["start"]),
    ),
    "a power that would fill the memory": lambda: forged(
        "heat", (f"{PART}/conditions/0/factors", [{"terms": [[1, 0, "2"]], "power": 10**9}]),
    ),
    "a degree that would fill the memory": lambda: forged(
        "heat", (f"{PART}/conditions/0/factors", [{"terms": [[10**9, 0, "2"]], "power": 2}]),
    ),
    "another variable": lambda: forged("heat", ("proof/variable", {"tau": 1, "c": 1, "h": -1})),
    "a value that is not that of the file": lambda: forged(
        "rk4 with diffusion", ("hypotheses", ["c = 1/2", "h = 1/16", "kappa = 1/100"]),
    ),
    "a source that is not told": lambda: forged(
        "heun with a source", ("hypotheses", ["c = 1", "h = 1/16", "kappa = 1/100"]),
    ),
    "a norm of one array for two": lambda: swapped(
        "adams_bashforth2", "powers of the step stay bounded, uniformly in steps and points",
        "||u[k+1]|| <= ||u[k]||",
    ),
    "every step of a cycle": lambda: swapped("fsi", " at cycle ends", ""),
    "other weights": lambda: forged("acoustics, rk4", ("proof/weights", ["1", "1"])),
    "negative weights": lambda: forged("acoustics, rk4", ("proof/weights", ["1", "-2"])),
    "walls": lambda: forged("heat", ("scheme/unknowns/0/edges/0/0/rule", "wall"),
                    ("scheme/unknowns/0/edges/0/1/rule", "wall")),
    "no torus": lambda: forged("heat", ("scheme/axes/0/periodic", False)),
    "a parameter that differs from step to step": lambda: forged(
        "leapfrog", ("scheme/parameters/0/varies", True),
    ),
    "a file outside its set": lambda: forged("midpoint", ("scheme/parameters/0/value", "11/10")),
    "the scheme of another": lambda: forged("upwind", ("scheme", plain("heat")["scheme"])),
    "the proof of another": lambda: forged("upwind", ("proof", plain("heat")["proof"])),
    "a step above the limit": lambda: forged("heat", ("proof/step", "1/10")),
    "a second axis": lambda: forged("heat", ("scheme/axes", plain("heat")["scheme"]["axes"] * 2)),
    "another centre": lambda: forged("heat", ("scheme/nodes/1/terms/0/0/weights/1/1", "-3")),
    "another stage": lambda: forged("rk4, order 3", ("scheme/step/body/0/updates/0/slope", "tau")),
    "no proof": lambda: forged("heat", ("proof/parts", [])),
}  # fmt: skip


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES.keys())
def test_planted_forgeries_are_rejected(forgery: Callable[[], dict[str, Any]]) -> None:
    report = check(forgery())
    assert not report.accepted
    assert not report.reason.startswith("malformed")
