"""The checker accepts what is proved, and nothing that is not: forgeries, mutants, edited text."""

from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings, strategies as st

import proofs
from iterant.runtime.checker import check
from iterant.runtime.checker.document import digest
from iterant.runtime.contract import Certificate
from paperwork import Paper

SQUARE = "x, y in [0, 1]"
KAPPA = "param kappa = 1/10, positive"
INTEGRAL = proofs.sympy.Symbol("u", real=True)

CASES: dict[str, tuple[str, dict[str, str], str]] = {
    "symmetric": ("dt(u) = kappa*lap(u)", {"domain": SQUARE, "grid": "4, 4"}, "l2_stable"),
    "symmetric, order 4": ("dt(u) = kappa*lap(u)", {"space": "order 4"}, "l2_stable"),
    "rk4": ("dt(u) = kappa*lap(u)", {"time": "rk4"}, "l2_stable"),
    "rkl2": ("dt(u) = kappa*lap(u)", {"time": "rkl2, stages 5"}, "l2_stable"),
    "levels": ("dt(u) = kappa*lap(u)", {"time": "adams_bashforth2"}, "l2_stable"),
    "pair of levels": (
        "dt(u) = kappa*lap(u)", {"time": "du_fort_frankel, alpha 100"}, "l2_stable",
    ),
    "block": (
        "dt(u) = kappa*div(grad(u)/(1 + norm2(grad(u))))", {"domain": SQUARE, "grid": "4, 4"},
        "l2_stable",
    ),
    "frozen": (
        "dt(u) = kappa*div(grad(u)/(1 + norm2(grad(u))))", {"time": "fsi, cycle 3, frozen"},
        "l2_stable",
    ),
    "convex": ("dt(u) = kappa*lap(u)", {}, "max_principle"),
    "upwind": ("dt(u) = -kappa*dx(u)", {"space": "upwind, order 1"}, "l2_stable"),
    "positivity": ("dt(u) = kappa*lap(u)", {"time": "ssprk3"}, "positivity"),
    "skew": ("dtt(u) = kappa*lap(u)", {"time": "leapfrog"}, "l2_stable"),
    "velocity": ("dtt(u) = kappa*lap(u)", {"time": "rk4"}, "l2_stable"),
    "derivative": ("dt(u) = -kappa*dx(u)", {"time": "rk4", "space": "order 4"}, "l2_stable"),
    "telescoping": ("dt(u) = kappa*lap(u) - dx(u^2)", {}, "conserves"),
    "splitting": (
        "dt(u) = kappa*lap(u) - kappa*u", {"time": "strang(heun, explicit_euler)"}, "max_principle",
    ),
    "cycle": ("dt(u) = kappa*lap(u)", {"time": "fed, cycle 4"}, "l2_stable"),
    "order": ("dt(u) = kappa*lap(u)", {"space": "order 6"}, "order"),
}  # fmt: skip


@lru_cache(maxsize=64)
def proved(name: str) -> Certificate:
    """The certificate of a case, for half of the largest step where there is one."""
    equation, more, claim = CASES[name]
    scheme = proofs.pde(equation, extra=KAPPA, **more)
    value = INTEGRAL if claim == "conserves" else None
    first = proofs.certificate(scheme, claim, value=value)
    if first.limit is None:
        return first
    half = proofs.sympy.Rational(first.limit.value) / 2
    return proofs.certificate(scheme, claim, half, value=value)


def plain(name: str) -> dict[str, Any]:
    """A copy of a certificate as the JSON that is written to a file."""
    return proofs.plain(proved(name))


def resealed(data: dict[str, Any]) -> dict[str, Any]:
    """With the digest of the scheme that it now holds."""
    return data | {"scheme_sha256": digest(data["scheme"])}


@pytest.mark.parametrize("name", CASES)
def test_accepts_what_is_proved(name: str) -> None:
    report = check(proved(name))
    assert report.accepted, report.reason
    assert check(plain(name)).accepted


# ---- planted forgeries: two a kind, each sealed with the right digests


def forge(name: str, **changes: Any) -> dict[str, Any]:
    """A certificate with entries replaced, by dotted paths: `limit__value`."""
    data = plain(name)
    for path, new in changes.items():
        *parents, last = path.split("__")
        place: Any = data
        for key in parents:
            place = place[int(key) if key.isdigit() else key]
        place[int(last) if last.isdigit() else last] = new
    return resealed(data)


def longer(name: str, factor: int = 2) -> dict[str, Any]:
    """A limit that is `factor` times what is proved, in every place that states it."""
    data = plain(name)
    old = data["limit"]["closed_form"]
    data["limit"]["closed_form"] = f"{factor}*({old})"
    data["statement"] = data["statement"].replace(old, f"{factor}*({old})")
    data["limit"]["value"] = str(factor * Fraction(data["limit"]["value"]))
    return data


def other_stencil(name: str) -> dict[str, Any]:
    """A scheme whose centre weight is twice as large, under the old proof."""
    data = plain(name)
    node = next(n for n in data["scheme"]["nodes"] if n["is"] == "linear")
    weights = node["terms"][0][0]["weights"]
    largest = max(range(len(weights)), key=lambda i: abs(Fraction(weights[i][1])))
    weights[largest][1] = str(2 * Fraction(weights[largest][1]))
    return resealed(data)


FORGERIES = {
    "symmetric: twice the limit": longer("symmetric"),
    "symmetric: a larger stencil": other_stencil("symmetric"),
    "symmetric: smaller supremum": forge(
        "symmetric", proof__equations__0__scales__0__sup="4", bound="||A|| <= 4*kappa/h^2 for u"
    ),
    "rk4: a longer interval": forge("rk4", proof__method__beta="3"),
    "rkl2: twice the limit": longer("rkl2"),
    "levels: a longer interval": forge("levels", proof__method__beta="2"),
    "levels: twice the limit": longer("levels"),
    "pair: smaller alpha": forge("pair of levels", proof__method__alpha="10"),
    "pair: twice the limit": longer("pair of levels"),
    "block: the weight is bounded by half": forge(
        "block", proof__equations__0__weights__0__sup="1/2"
    ),
    "block: twice the limit": longer("block"),
    "frozen: weights are not kept": forge("frozen", scheme__step__body__0__frozen=""),
    "frozen: another rule": forge("frozen", proof__method__by="euler"),
    "convex: twice the limit": longer("convex"),
    "convex: weights of a larger stencil": other_stencil("convex"),
    "upwind: another claim": forge("upwind", proof__claim="max_principle"),
    "positivity: a longer step": forge("positivity", proof__method__beta="2"),
    "skew: twice the limit": longer("skew"),
    "skew: the limit is attained": forge("skew", limit__attained=True),
    "skew: a larger beta": forge("skew", proof__method__beta="5"),
    "velocity: a larger beta": forge("velocity", proof__method__beta="9"),
    "derivative: a smaller norm": forge("derivative", proof__equations__0__parts__0__norm="1"),
    "telescoping: another quantity": forge(
        "telescoping", claim="conserves integral(2*u)", statement="integral(u^2) is the same"
    ),
    "telescoping: a stencil that does not sum to 0": other_stencil("telescoping"),
    "cycle: a longer interval": forge("cycle", proof__method__beta="3"),
    "cycle: twice the limit": longer("cycle"),
    "order: two more": forge("order", statement="interior rows are consistent of order 8 in space"),
    "order: another stencil": other_stencil("order"),
    "no positive parameter": forge("symmetric", hypotheses=[]),
    "a parameter of any sign": forge("symmetric", scheme__parameters__0__positive=False,
                                     scheme__parameters__0__trainable=True),
    "a step beyond the limit": forge("symmetric", proof__step="1"),
    "a negative step": forge("symmetric", proof__step="-1/100"),
    "other walls": forge("symmetric", domain="x from Dirichlet to Dirichlet; any number of points"),
    "another norm": forge("symmetric", norm="maximum norm"),
    "an unknown kind": forge("symmetric", kind="obvious"),
    "no proof": forge("symmetric", proof={}),
    "a foreign scheme": plain("symmetric") | {"scheme": plain("rk4")["scheme"]},
}  # fmt: skip


@pytest.mark.parametrize("data", FORGERIES.values(), ids=FORGERIES.keys())
def test_planted_forgeries_are_rejected(data: dict[str, Any]) -> None:
    report = check(data)
    assert not report.accepted
    assert report.reason


# ---- mutants


def paths(data: Any, prefix: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON document."""
    found = [prefix] if prefix else []
    children = data.items() if isinstance(data, dict) else (
        enumerate(data) if isinstance(data, list) else ())  # fmt: skip
    for key, child in children:
        found += paths(child, (*prefix, key))
    return found


def mutate(data: dict[str, Any], path: tuple[Any, ...], how: int, number: Fraction) -> None:
    """Change a number, drop an element, or replace a word, in place."""
    *parents, last = path
    place: Any = data
    for key in parents:
        place = place[key]
    old = place[last]
    if isinstance(old, str) and old.lstrip("-").replace("/", "", 1).isdigit():
        place[last] = str(Fraction(old) * number if how % 2 else Fraction(old) + number)
    elif isinstance(old, bool):
        place[last] = not old
    elif isinstance(old, int):
        place[last] = old + (1 if how % 2 else -1)
    elif isinstance(old, list) and old:
        if how % 3 == 0:
            old.pop(how % len(old))
        else:
            old.reverse()
    elif isinstance(old, dict) and old:
        old.pop(sorted(old)[how % len(old)])
    elif isinstance(old, str):
        place[last] = {"+": "*", "*": "+", "periodic": "wall"}.get(old, old[: len(old) // 2])
    else:
        place[last] = "1"


NUMBERS = st.sampled_from([Fraction(n) for n in ("2", "1/2", "-1", "1001/1000", "1/3", "7")])


@settings(max_examples=600, deadline=None)
@given(name=st.sampled_from(sorted(CASES)), data=st.data())
def test_mutated_statements_and_proofs_are_still_true(name: str, data: Any) -> None:
    original, mutant = plain(name), plain(name)
    del original["scheme"]
    path = data.draw(st.sampled_from(paths(original)))
    mutate(mutant, path, data.draw(st.integers(0, 11)), data.draw(NUMBERS))
    assume(mutant != plain(name))
    if not check(mutant).accepted:
        return
    words = ("claim", "norm", "domain", "hypotheses", "scheme", "scheme_sha256")
    assert all(mutant[w] == plain(name)[w] for w in words)
    if original["limit"] is not None:
        assert Fraction(mutant["limit"]["value"]) <= Fraction(original["limit"]["value"])
        assert original["limit"]["attained"] or not mutant["limit"]["attained"]
        assert mutant["limit"]["closed_form"] in mutant["statement"]


LINEAR = [n for n in CASES if n not in {"block", "frozen", "telescoping", "order"}]


@settings(max_examples=400, deadline=None)
@given(name=st.sampled_from(LINEAR), data=st.data())
def test_accepted_mutants_of_the_scheme_are_true(name: str, data: Any) -> None:
    # the digests are made right again, so only the mathematics can reject
    mutant = plain(name)
    parts = [p for p in paths(mutant["scheme"]) if p[0] in {"nodes", "rates", "step"}]
    path = data.draw(st.sampled_from(parts))
    mutate(mutant["scheme"], path, data.draw(st.integers(0, 11)), data.draw(NUMBERS))
    mutant = resealed(mutant)
    assume(mutant["scheme"] != plain(name)["scheme"])
    if not check(mutant).accepted:
        return
    holds_in_float64(mutant)


def holds_in_float64(data: dict[str, Any]) -> None:
    """The claim of a linear certificate on a small torus, at (just below) its limit."""
    limit = data["limit"]
    tau = float(Fraction(limit["value"])) * (1 if limit["attained"] else 0.999)
    paper = Paper(data["scheme"], 8 if len(data["scheme"]["axes"]) == 1 else 4)
    matrix = paper.matrix(tau)
    if not data["statement"].startswith(("powers", "the energy", "max(||")):
        matrix = matrix[: len(data["scheme"]["rates"]) * int(np.prod(paper.shape))]  # the fields
    if data["proof"]["claim"] in {"max_principle", "positivity"}:
        assert matrix.min() >= -1e-9
        assert data["proof"]["claim"] == "positivity" or matrix.sum(axis=1).max() <= 1 + 1e-9
    elif data["statement"].startswith("||"):
        assert np.linalg.norm(matrix, 2) <= 1 + 1e-9
    else:
        assert np.abs(np.linalg.eigvals(matrix)).max() <= 1 + 1e-6


@pytest.mark.parametrize("name", LINEAR)
def test_the_paper_agrees_with_the_proof(name: str) -> None:
    holds_in_float64(plain(name))
