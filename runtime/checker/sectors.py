"""Sector and slopes of a pointwise function: low <= f(s)/s <= high, low <= f' <= high.

Units do what a substitution would: where the formula keeps its form when a positive parameter p
and s are multiplied by c and c^k, and then multiplies by c^m, f(s; p) = p^m f(s / p^k; 1), and all
bounds are p^(m - k) times those for p = 1.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .ranges import Range, Rejected, only
from .slopes import Slopes, names_in
from .trees import NUMBER, Tree, extent, number, replaced

HOMOGENEOUS = {"abs", "relu"}
COMPARED = {"max", "min", "<", "<=", ">", ">="}
KEYS = {"units", "fixed", "slope", "slope_cuts", "sector", "sector_cuts"}


@dataclass(frozen=True, slots=True)
class Shown:
    """Bounds times the product of powers `scale` of positive parameters; None: not bounded."""

    scale: dict[str, Fraction]
    sector: Range | None
    slope: Range | None


def check_sector(
    phi: Tree,
    claimed: Mapping[str, Any],
    proof: Mapping[str, Any],
    sets: Mapping[str, Range],
    positive: Collection[str],
) -> Shown:
    """The bounds of a formula in "@", held against what is claimed; raises Rejected.

    `sets` bounds every other name, `positive` names those that are > 0. Claimed are
    {"scale": {name: power}, "sector": [low, high] or null, "slope": the same}.
    """
    if set(proof) != KEYS:
        raise Rejected("the proof of a sector has missing or unknown entries")
    found = shown(phi, proof, sets, positive)
    stated = {n: Fraction(p) for n, p in claimed["scale"].items()}
    if found.scale != {n: p for n, p in stated.items() if p}:
        raise Rejected("the scale of a sector is another")
    for part, bounds in (("sector", found.sector), ("slope", found.slope)):
        if claimed[part] is not None and bounds != interval(claimed[part]):
            raise Rejected(f"the {part} that is claimed is not the one shown")
    return found


def shown(
    phi: Tree, proof: Mapping[str, Any], sets: Mapping[str, Range], positive: Collection[str]
) -> Shown:
    """What the proof shows of a formula."""
    tree, scale = phi, dict[str, Fraction]()
    for name, variable, result in proof["units"]:
        if name not in positive or name == "@":
            raise Rejected("only a positive parameter can be scaled away")
        k, m = Fraction(variable), Fraction(result)
        unit = units(tree, {name: Fraction(1), "@": k})
        if unit is not None and unit != m:
            raise Rejected("a formula is not homogeneous as claimed")
        tree = replaced(tree, name, "1")
        scale[name] = m - k
    names = {n for n in names_in(tree) if not NUMBER.fullmatch(n)} - {"@", "pi"}
    slopes = Slopes(tree, {n: sets[n] for n in names})
    sector = slope = None
    by_slope = proof["sector_cuts"] == "slope"
    if proof["sector"] is not None and not by_slope:
        sector = interval(proof["sector"])
        slopes.sector(sector, proof["sector_cuts"])
    if proof["slope"] is not None:
        slope = interval(proof["slope"])
        slopes.slope(slope, proof["slope_cuts"], through_zero=sector is not None)
    if by_slope:
        sector = _through_zero(tree, slope, {n: sets[n] for n in names})
        if sector != interval(proof["sector"]):
            raise Rejected("a sector is not that of the slopes")
    return Shown({n: p for n, p in scale.items() if p}, sector, slope)


def _through_zero(tree: Tree, slope: Range | None, box: Mapping[str, Range]) -> Range:
    """f(0) = 0: then f(s)/s lies where f' does."""
    if slope is None or extent(tree, {**box, "@": only(0)}) != only(0):
        raise Rejected("a function is not shown to vanish at 0")
    return slope


def interval(pair: Any) -> Range:
    """Two rational ends."""
    low, high = pair
    found = Range(Fraction(low), Fraction(high))
    if found.low > found.high:
        raise Rejected("the ends of an interval are in the wrong order")
    return found


def units(tree: Tree, given: Mapping[str, Fraction]) -> Fraction | None:
    """The power of c by which a formula is multiplied; None of zero, which has every unit."""
    if isinstance(tree, str):
        return None if number(tree) == 0 else given.get(tree, Fraction(0))
    word, *arguments = tree
    if word == "^":
        base, exponent = arguments
        n = number(exponent)
        unit = units(base, given)
        if n is not None:
            return None if unit is None else unit * n
        _plain(exponent, given)
        _plain(base, given)
        return Fraction(0)
    if word == "where":
        _condition(arguments[0], given)
        return _alike([units(a, given) for a in arguments[1:]])
    parts = [units(a, given) for a in arguments]
    if word == "*":
        return None if None in parts else sum((p for p in parts if p is not None), Fraction(0))
    if word == "+" or word in HOMOGENEOUS | COMPARED:
        return _alike(parts)
    if word in {"sign", "heaviside"} or not any(parts):
        return Fraction(0)
    raise Rejected(f"{word!r} of a quantity that has a unit")


def _condition(tree: Tree, given: Mapping[str, Fraction]) -> None:
    word, *arguments = tree
    if word in {"and", "or", "not"}:
        for a in arguments:
            _condition(a, given)
        return
    _alike([units(a, given) for a in arguments])


def _plain(tree: Tree, given: Mapping[str, Fraction]) -> None:
    if units(tree, given):
        raise Rejected("an exponent has a unit")


def _alike(parts: list[Fraction | None]) -> Fraction | None:
    known = {p for p in parts if p is not None}
    if len(known) > 1:
        raise Rejected("a formula adds quantities of different units")
    return known.pop() if known else None


__all__ = ["Shown", "check_sector", "interval", "shown", "units"]
