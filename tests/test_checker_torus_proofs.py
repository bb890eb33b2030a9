"""The checker of linear steps on several axes: proofs, their mutants, and planted forgeries."""

import time
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import densemodes
import mutants
import toruscases
from iterant.runtime.checker import check
from test_checker_linear import no_stronger
from test_checker_linear_forgeries import changed
from toruscases import CASES, plain

CHANGES = (*toruscases.TREES, *toruscases.TREES, *mutants.CHANGES)


@pytest.mark.parametrize("name", CASES)
def test_accepts_what_is_proved_and_it_is_true(name: str) -> None:
    data = plain(name)
    start = time.process_time()
    report = check(data)
    assert report.accepted, report.reason
    assert time.process_time() - start < 0.5
    densemodes.holds(data, np.random.default_rng(7), draws=2)


@pytest.mark.parametrize("name", CASES)
def test_a_step_or_a_set_beyond_the_stated_one_is_told_by_modes(name: str) -> None:
    data = plain(name)
    ends = [(i, s) for i in data["set"] for s in ("low", "high") if i[s] not in (None, "0")]
    if data["limit"] is not None:
        data["limit"]["closed_form"] = f"102/100*({data['limit']['closed_form']})"
        data["limit"]["attained"] = True
    elif not ends:
        return  # true for all steps
    for interval, side in ends:
        size = densemodes.closed(interval[side], {})
        interval[side] = str(size + (0.02 if side == "high" else -0.02))
    with pytest.raises(AssertionError):
        densemodes.holds(data, np.random.default_rng(7), draws=2)


def mutated(count: int, seed: int) -> None:
    """Every accepted mutant states something true."""
    random = np.random.default_rng(seed)
    texts = [toruscases.written(name) for name in CASES]
    accepted = 0
    seen: Counter[str] = Counter()
    for change, original, mutant in mutants.mutants(texts, count, random, CHANGES):
        seen[change] += 1
        report = check(mutant)
        assert report.reason
        if report.accepted:
            accepted += 1
            densemodes.holds(mutant, np.random.default_rng(accepted))
            if mutant["scheme"] == original["scheme"]:
                no_stronger(original, mutant)
    assert 40 * accepted >= count
    assert seen.keys() >= {c.__name__ for c in toruscases.TREES}


@pytest.mark.parametrize("seed", range(2))
def test_accepted_mutants_are_true(seed: int) -> None:
    mutated(400, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(200, 220))
def test_many_accepted_mutants_are_true(seed: int) -> None:
    mutated(2000, seed)


# ---- planted forgeries


def forged(name: str, *changes: tuple[str, Any]) -> dict[str, Any]:
    """A certificate with entries replaced, sealed again."""
    return changed(plain(name), *changes)


def first(name: str) -> dict[str, Any]:
    """The first part of a proof."""
    return dict(plain(name)["proof"]["parts"][0])


def place(name: str, wanted: Callable[[dict[str, Any]], bool]) -> str:
    """The path of the first factor that is wanted."""
    for k, condition in enumerate(first(name)["conditions"]):
        for j, factor in enumerate(condition["factors"]):
            if "charts" in factor and wanted(factor):
                return f"{PART}/conditions/{k}/factors/{j}"
    raise LookupError(name)


def wider(name: str, end: str | None, **more: Any) -> dict[str, Any]:
    """The part goes on, the set and the statement with it."""
    own = plain(name)["set"][0]
    before = mutants.shown(own)
    own |= {"high": end, "high_value": end} | more
    words = plain(name)["statement"].replace(before, mutants.shown(own))
    return forged(name, ("set", [own]), ("statement", words), (f"{PART}/high", end))


PART = "proof/parts/0"
MANY = place("Lax-Wendroff", lambda f: len(f["charts"]) > 1)
BRANCHED = place("donor cell", lambda f: any(t for _, t in f["charts"]))


def factor_of(name: str, path: str) -> dict[str, Any]:
    data: Any = plain(name)
    for key in path.split("/"):
        data = data[int(key) if isinstance(data, list) else key]
    return dict(data)


def charts_of(name: str, path: str) -> list[Any]:
    return list(factor_of(name, path)["charts"])


def minus(name: str) -> list[Any]:
    """The form of a proof with the other sign."""
    return [
        [[[*powers, str(-Fraction(c))] for *powers, c in entry] for entry in row]
        for row in plain(name)["proof"]["form"]
    ]


FORGERIES: dict[str, Callable[[], dict[str, Any]]] = {
    "a leaf that is negative": lambda: forged(
        "donor cell", (f"{BRANCHED}/charts", [[w, 0] for w, _ in charts_of("donor cell", BRANCHED)])
    ),
    "a chart left out": lambda: forged(
        "Lax-Wendroff", (f"{MANY}/charts", charts_of("Lax-Wendroff", MANY)[:-1])
    ),
    "a chart twice": lambda: forged(
        "Lax-Wendroff", (f"{MANY}/charts", charts_of("Lax-Wendroff", MANY)[:1] * 4)
    ),
    "charts of y where a sine occurs": lambda: forged(
        "Lax-Wendroff", (f"{MANY}/charts", [[[None, None], 0]])
    ),
    "the other sign": lambda: forged(
        "Lax-Wendroff", (f"{MANY}/sign", -factor_of("Lax-Wendroff", MANY)["sign"])
    ),
    "no sign": lambda: forged("Lax-Wendroff", (f"{MANY}/sign", 0)),
    "a wider part": lambda: wider("donor cell", "51/100"),
    "a part a millionth wider": lambda: wider("donor cell", "500001/1000000"),
    "a part without an end": lambda: changed(
        wider("donor cell", None, high_closed=False), (f"{PART}/closed", [True, False])
    ),
    "an open end that is closed": lambda: changed(
        wider("midpoint", "1/2", low_closed=True, high_closed=True),
        (f"{PART}/closed", [True, True]), (f"{PART}/high", first("midpoint")["high"]),
    ),
    "another power of m": lambda: forged("Lax-Wendroff", (f"{PART}/step", 4)),
    "no mirror image": lambda: forged("Lax-Wendroff", (f"{PART}/mirrored", False)),
    "a mirror image that is none": lambda: forged(
        "donor cell", (f"{PART}/mirrored", True), (f"{PART}/step", 2)
    ),
    "a condition left out": lambda: forged(
        "midpoint", (f"{PART}/conditions", first("midpoint")["conditions"][:-1])
    ),
    "a strict condition that is not": lambda: forged(
        "Adams-Bashforth", (f"{PART}/conditions/3/strict", False)
    ),
    "a divisor of zero": lambda: forged("Adams-Bashforth", (f"{PART}/conditions/1/divisor", [])),
    "another divisor": lambda: forged(
        "Adams-Bashforth", (f"{PART}/conditions/1/divisor", [[0, 1, 0, 0, 0, "1"]])
    ),
    "terms of another polynomial": lambda: forged(
        "donor cell", (f"{BRANCHED}/terms", [[0, 0, 0, 0, 0, "1"]])
    ),
    "terms on one axis": lambda: forged("donor cell", (f"{BRANCHED}/terms", [[0, 0, "1"]])),
    "a factor left out": lambda: forged("donor cell", (f"{PART}/conditions/1/factors", [])),
    "a degree that would fill the memory": lambda: forged(
        "donor cell", (f"{BRANCHED}/terms", [[512, 512, 512, 0, 0, "1"]]),
        (f"{BRANCHED}/power", 512),
    ),
    "walls": lambda: forged(
        "heat", ("scheme/unknowns/0/edges/1/0/rule", "wall"),
        ("scheme/unknowns/0/edges/1/1/rule", "wall"),
    ),
    "no torus along the second axis": lambda: forged("heat", ("scheme/axes/1/periodic", False)),
    "one axis": lambda: forged("heat", ("scheme/axes", plain("heat")["scheme"]["axes"][:1])),
    "the scheme of another": lambda: forged("donor cell", ("scheme", plain("corners")["scheme"])),
    "the proof of another": lambda: forged("corners", ("proof", plain("donor cell")["proof"])),
    "a number above 1": lambda: forged(
        "heat", (f"{PART}/number/terms", [[1, 0, 0, 0, "1"], [0, 1, 0, 0, "1"]])
    ),
    "a number below 0": lambda: forged(
        "heat", (f"{PART}/number/terms", [[1, 0, 0, 0, "-1/2"], [0, 1, 0, 0, "-1/2"]])
    ),
    "a number of one axis": lambda: forged(
        "heat", (f"{PART}/number/terms", [[1, 0, 0, 0, "1"]])
    ),
    "a root that is taken for the number": lambda: forged(
        "midpoint", (f"{PART}/number/squared", False)
    ),
    "a number that is taken for its root": lambda: forged(
        "heat", (f"{PART}/number/squared", True)
    ),
    "a root above 1": lambda: forged(
        "midpoint", (f"{PART}/number/terms", [[0, 0, 1, 0, "2/3"], [0, 0, 0, 1, "2/3"]])
    ),
    "a root without its mirror image": lambda: forged(
        "midpoint", (f"{PART}/number/charts", first("midpoint")["number"]["charts"][:8])
    ),
    "a number without charts": lambda: forged("heat", (f"{PART}/number/charts", [])),
    "a tree of a number left out": lambda: forged(
        "heat", (f"{PART}/number/charts", [c[:2] for c in first("heat")["number"]["charts"]])
    ),
    "a number with a name in it": lambda: forged(
        "heat", (f"{PART}/number/terms", [[1, 1, 0, 0, 0, "1/2"]])
    ),
    "another form": lambda: forged(
        "Yee", ("proof/form/0/0", [[0, 0, 0, 0, 0, "3"]])
    ),
    "a form that is not positive": lambda: forged("Yee", ("proof/form", minus("Yee"))),
    "a form that is not Hermitian": lambda: forged("Yee", ("proof/form/0/1", [])),
    "a form of too few arrays": lambda: forged(
        "Yee", ("proof/form", [row[:2] for row in plain("Yee")["proof"]["form"][:2]])
    ),
    "a form of nothing": lambda: forged("Yee", ("proof/form", [[[]] * 3] * 3)),
    "a minor left out": lambda: forged(
        "Yee", (f"{PART}/conditions", first("Yee")["conditions"][:2])
    ),
    "a form up to its limit": lambda: changed(
        wider("Yee", "sqrt(2)/2", high_value="7/10", high_closed=True),
        (f"{PART}/closed", [True, True]), (f"{PART}/high", first("Yee")["high"]),
    ),
    "a form with weights": lambda: forged("Yee", ("proof/weights", ["1", "1", "1"])),
    "a form for roots": lambda: forged("Yee", ("proof/case", "roots")),
    "no part": lambda: forged("donor cell", ("proof/parts", [])),
}  # fmt: skip


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES.keys())
def test_planted_forgeries_are_rejected(forgery: Callable[[], dict[str, Any]]) -> None:
    report = check(forgery())
    assert not report.accepted
    assert not report.reason.startswith("malformed")
