"""Forged sectors and slopes, and forged certificates that two states come no further apart.

Planted forgeries are rejected; mutants that are accepted state something true.
"""

import copy
from dataclasses import asdict
from fractions import Fraction
from functools import lru_cache
from typing import Any

import pytest

from fluxes import NAMED, text, verdicts
from iterant.runtime.checker import check
from iterant.runtime.checker.ranges import Range, Rejected
from iterant.runtime.checker.sectors import check_sector, units
from iterant.runtime.checker.slopes import Slopes
from iterant.runtime.contract import Certificate
from test_checker import resealed
from test_sectors import POSITIVE, SETS, bounds

PM = "s / (1 + (s/l)^2)"
CHARBONNIER = "s / sqrt(1 + (s/l)^2)"
EXPONENTIAL = "s * exp(-s^2 / (2*l^2))"
HUBER = "max(-l, min(l, s))"
TUKEY = "where(abs(s) <= l, s * (1 - s^2/l^2)^2, 0)"
SHOWN = (PM, CHARBONNIER, EXPONENTIAL, HUBER, TUKEY, "alpha * tanh(s/l)", "relu(s)")


@lru_cache(maxsize=64)
def parts(body: str) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    found = bounds(body)
    return found.tree, found.claimed, found.proof


def copied(body: str) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    return copy.deepcopy(parts(body))


def rejected(tree: Any, claimed: Any, proof: Any, **sets: Range) -> None:
    with pytest.raises((Rejected, ValueError, LookupError, TypeError)):
        check_sector(tree, claimed, proof, {**SETS, **sets}, POSITIVE)


@pytest.mark.parametrize("body", SHOWN)
def test_what_is_shown_is_accepted(body: str) -> None:
    check_sector(*copied(body), SETS, POSITIVE)


# ---- bounds that are too tight


@pytest.mark.parametrize("body", SHOWN)
@pytest.mark.parametrize("part", ["sector", "slope"])
@pytest.mark.parametrize("end", [0, 1])
def test_tighter_bounds_are_rejected(body: str, part: str, end: int) -> None:
    tree, claimed, proof = copied(body)
    inward = Fraction(1, 10**6) * (1 - 2 * end)
    for place in (claimed, proof):
        place[part][end] = str(Fraction(place[part][end]) + inward)
    rejected(tree, claimed, proof)


def test_bounds_of_another_flux_are_rejected() -> None:
    tree, _, _ = copied(PM)
    rejected(tree, *copied(CHARBONNIER)[1:])
    rejected(copied(EXPONENTIAL)[0], *copied(CHARBONNIER)[1:])


def test_claims_that_the_proof_does_not_hold_are_rejected() -> None:
    tree, claimed, proof = copied(PM)
    rejected(tree, claimed | {"slope": ["0", "1"]}, proof)
    rejected(tree, claimed | {"scale": {"l": "1"}}, proof)
    rejected(tree, claimed, {k: v for k, v in proof.items() if k != "units"})


# ---- trees of cuts


def test_trees_that_leave_a_part_out_are_rejected() -> None:
    tree, claimed, proof = copied(CHARBONNIER)
    for cuts in ("ranges", "exact", ["@", "0", "ranges"], ["@", "0", "ranges", "trusted"],
                 ["@", "1", "ranges", "ranges"], ["l", "0", "ranges", "ranges"]):  # fmt: skip
        rejected(tree, claimed, proof | {"slope_cuts": cuts})
    inner = ["@", "-1", "ranges", "ranges"]  # a cut outside its half
    rejected(tree, claimed, proof | {"slope_cuts": ["@", "0", "ranges", inner]})


def test_exact_leaves_are_for_rational_pieces() -> None:
    tree, claimed, proof = copied(EXPONENTIAL)
    rejected(tree, claimed, proof | {"slope_cuts": ["@", "0", "exact", "exact"]})
    tree, claimed, proof = copied(HUBER)  # a kink lies inside
    rejected(tree, claimed, proof | {"slope_cuts": ["@", "0", "exact", "exact"]})


def test_conditions_are_decided_on_every_leaf() -> None:
    tree, claimed, proof = copied(TUKEY)
    rejected(tree, claimed, proof | {"slope_cuts": ["@", "0", "exact", "exact"]})


# ---- jumps


@pytest.mark.parametrize(
    ("tree", "cuts"),
    [
        (["sign", "@"], ["@", "0", "exact", "exact"]),
        (["*", ["abs", "@"], ["^", "@", "-1"]], ["@", "0", "exact", "exact"]),
        (["where", ["<", "@", "1"], "0", "1"], ["@", "0", "exact", ["@", "1", "exact", "exact"]]),
        (["*", ["abs", ["+", "@", "-1"]], ["^", ["+", "@", "-1"], "-1"]],
         ["@", "0", "exact", ["@", "1", "exact", "exact"]]),
        (["tanh", ["^", "@", "-1"]], ["@", "0", "ranges", "ranges"]),
    ],
)  # fmt: skip
def test_a_jump_has_no_slopes(tree: Any, cuts: Any) -> None:
    with pytest.raises(Rejected):
        Slopes(tree, {}).slope(Range(Fraction(-2), Fraction(2)), cuts, through_zero=False)


def test_a_value_at_one_point_alone_is_a_jump() -> None:
    # 1 - sign(s - 1)^2 is 1 at s = 1 and 0 elsewhere
    spike = ["+", "1", ["*", "-1", ["^", ["sign", ["+", "@", "-1"]], "2"]]]
    cuts = ["@", "0", "exact", ["@", "1", "exact", "exact"]]
    slopes = Slopes(["+", "@", spike], {})
    with pytest.raises(Rejected):
        slopes.slope(Range(Fraction(0), Fraction(1)), cuts, through_zero=True)
    with pytest.raises(Rejected):
        slopes.sector(Range(Fraction(0), Fraction(1)), cuts)
    slopes.sector(Range(Fraction(0), Fraction(2)), cuts)


def test_a_sector_by_slopes_needs_a_zero() -> None:
    tree, claimed, proof = copied("softplus(s)")
    claimed["sector"] = proof["sector"] = proof["slope"]
    rejected(tree, claimed, proof | {"sector_cuts": "slope"})


# ---- units


def test_units_must_be_those_of_the_formula() -> None:
    tree, claimed, proof = copied("alpha * tanh(s/l)")
    for k, m in (("0", "0"), ("1", "1"), ("-1", "0")):
        changed = [[n, k, m] if n == "l" else [n, a, b] for n, a, b in proof["units"]]
        rejected(tree, claimed, proof | {"units": changed})
    with pytest.raises(Rejected):
        check_sector(tree, claimed, proof, SETS, ("alpha",))


def test_units_add_only_where_they_are_alike() -> None:
    given_units = {"l": Fraction(1), "@": Fraction(1)}
    assert units(["+", "l", "@"], given_units) == 1
    assert units(["*", "0", "l"], given_units) is None
    for tree in (["+", "1", "@"], ["exp", "@"], ["max", "@", "2"], ["^", "2", "@"],
                 ["where", ["<", "@", "1"], "@", "l"]):  # fmt: skip
        with pytest.raises(Rejected):
            units(tree, given_units)


# ---- certificates


@lru_cache(maxsize=8)
def certificate(name: str, axes: str = "x") -> dict[str, Any]:
    (found,) = verdicts(text(NAMED[name], "nonexpansive", step="1/64", axes=axes, walls="periodic"))
    assert isinstance(found, Certificate)
    plain = asdict(found)
    return plain | {"hypotheses": list(plain["hypotheses"]), "set": []}


def forged(name: str = "Charbonnier", axes: str = "x") -> dict[str, Any]:
    return copy.deepcopy(certificate(name, axes))


def law(data: dict[str, Any]) -> dict[str, Any]:
    """The entry of the first flux."""
    entry: dict[str, Any] = data["proof"]["equations"][0]["weights"][0]
    return entry


def refused(data: dict[str, Any]) -> None:
    report = check(data)
    assert not report.accepted, report.reason


@pytest.mark.parametrize("axes", ["x", "x, y"])
def test_the_certificates_are_accepted(axes: str) -> None:
    report = check(forged(axes=axes))
    assert report.accepted, report.reason


def test_a_flux_that_is_not_monotone_is_refused() -> None:
    data = forged()
    other = verdicts(text(NAMED["Perona-Malik, rational"], "l2_stable", step="1/64",
                          walls="periodic"))[0]  # fmt: skip
    assert isinstance(other, Certificate)
    data["scheme"] = copy.deepcopy(asdict(other)["scheme"])
    refused(resealed(data))
    entry = copied(PM)[2]
    law(data).update({k: entry[k] for k in ("slope", "slope_cuts", "sector", "sector_cuts")})
    refused(resealed(data))
    law(data)["slope"] = ["0", "1"]
    refused(resealed(data))


def test_more_than_is_shown_is_refused() -> None:
    for change in ("claim", "kind", "statement", "norm", "domain", "bound"):
        data = forged()
        data[change] = {"claim": "l2_stable", "kind": "block"}.get(change, "u")
        refused(data)
    data = forged()
    data["limit"]["closed_form"], data["limit"]["value"] = "h^2", "1/4"
    data["statement"] = data["statement"].replace("h^2/2", "h^2")
    refused(data)


def test_fluxes_are_neither_left_out_nor_taken_twice() -> None:
    for keep in (0, 2):
        data = forged()
        entries = data["proof"]["equations"][0]["weights"]
        data["proof"]["equations"][0]["weights"] = (entries * 2)[:keep]
        refused(data)
    data = forged()
    data["proof"]["equations"][0]["weights"] = [{"fixed": [], "sup": "1", "tree": 0,
                                                 "substitute": None}]  # fmt: skip
    refused(data)


def test_slopes_that_lie_elsewhere_are_refused() -> None:
    data = forged(axes="x, y")
    (found,) = verdicts(text(NAMED["Charbonnier"], "l2_stable", step="1/64", axes="x, y",
                             walls="periodic", place="half_points"))  # fmt: skip
    assert isinstance(found, Certificate)
    data["scheme"] = copy.deepcopy(asdict(found)["scheme"])
    refused(resealed(data))


def test_walls_with_values_are_refused_for_gradients() -> None:
    (found,) = verdicts(text(NAMED["Charbonnier"], "nonexpansive", step="1/64", axes="x, y"))
    assert isinstance(found, Certificate)
    data = asdict(found) | {"hypotheses": list(found.hypotheses), "set": []}
    assert check(data).accepted
    for unknown in data["scheme"]["unknowns"]:
        for edge in (e for pair in unknown["edges"] for e in pair):
            edge["homogeneous"] = False
    refused(resealed(data))


def test_a_method_that_is_no_combination_of_euler_steps_is_refused() -> None:
    (found,) = verdicts(text(NAMED["Charbonnier"], "l2_stable", step="1/64", method="rk4",
                             walls="periodic"))  # fmt: skip
    source = text(NAMED["Charbonnier"], "order", step="1/64", method="rk4", walls="periodic")
    (order,) = verdicts(source)
    assert not isinstance(found, Certificate)
    assert isinstance(order, Certificate)
    data = forged()
    data["scheme"] = copy.deepcopy(asdict(order)["scheme"])
    for by in ("euler", "polynomial"):
        data["proof"]["method"]["by"] = by
        refused(resealed(data))
