"""Verdicts for people, for programs (`certify --json`), and for the checker (`.cert.json`)."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from .runtime.checker import Report, check
from .runtime.checker.frozen import check_weights
from .runtime.contract import Certificate, Limit, Refutation, Unproved, Verdict
from .runtime.faults import UserError

FORMAT = "iterant certificates 1"


def lines(verdict: Verdict) -> Iterator[tuple[str, str]]:
    """A verdict as lines of text, each with its style."""
    match verdict:
        case Certificate():
            yield f"{verdict.claim}: certified", "green"
            yield f"  {verdict.statement}", ""
            yield f"  norm {verdict.norm}; {verdict.domain}", "dim"
            if verdict.hypotheses:
                yield f"  rests on: {'; '.join(verdict.hypotheses)}", "dim"
            yield from _limit_line(verdict.limit)
        case Refutation():
            yield f"{verdict.claim}: refuted", "bold red"
            yield f"  {verdict.statement}", ""
            points = " x ".join(map(str, verdict.witness.points))
            witness = verdict.witness
            per = "a step" if witness.steps == 1 else f"in {witness.steps} steps"
            grows = f"grows by {witness.growth} {per}"
            if witness.other is not None:
                grows = f"come apart by {witness.growth} {per}"
            elif witness.mode.startswith("a single bump"):
                grows = f"of height 1 leaves a value of -{witness.growth}"
            yield f"  witness: {witness.mode} on {points} points {grows}", ""
            yield from _limit_line(verdict.limit)
            if verdict.hint:
                yield f"  hint: {verdict.hint}", "cyan"
        case Unproved():
            yield f"{verdict.claim}: unproved", "yellow"
            yield f"  {verdict.reason}", ""
            if verdict.tried:
                yield f"  tried: {'; '.join(verdict.tried)}", "dim"
            if verdict.certified_up_to or verdict.refuted_from:
                low, high = verdict.certified_up_to or "0", verdict.refuted_from or "infinity"
                yield f"  certified up to {low}, refuted from {high}", ""


def _limit_line(limit: Limit | None) -> Iterator[tuple[str, str]]:
    if limit is not None:
        bound = "<=" if limit.attained else "<"
        value = float(Fraction(limit.value))
        yield f"  holds for {limit.symbol} {bound} {limit.closed_form} = {value:.6g}", ""


def as_json(verdicts: Sequence[Verdict]) -> str:
    """The list that `certify --json` prints: what is unknown is null, and so is infinity.

    Numbers are rounded to the safe side: a limit down, the ends of a set inwards.
    """
    return json.dumps([_plain(verdict) for verdict in verdicts], indent=2, allow_nan=False)


def _plain(verdict: Verdict) -> dict[str, Any]:
    """One verdict; what it does not speak of is null."""
    limit: Limit | None = getattr(verdict, "limit", None)
    witness = getattr(verdict, "witness", None)
    return {
        "claim": verdict.claim,
        "verdict": verdict.verdict,
        "norm": getattr(verdict, "norm", None),
        "domain": getattr(verdict, "domain", None),
        "parameter": verdict.claim.partition(" for ")[2] or None,
        "set": [_interval(part) for part in getattr(verdict, "set", ())],
        "limit": None
        if limit is None
        else {
            "symbol": limit.symbol,
            "closed_form": limit.closed_form,
            "value": rounded_down(limit.value),
        },
        "witness": None
        if witness is None
        else {"mode": witness.mode, "points": list(witness.points), "growth": witness.growth},
        "reason": getattr(verdict, "reason", None),
    }


def _interval(part: Mapping[str, Any]) -> dict[str, Any]:
    """One interval of a parameter's set; an end that there is not is null."""
    low, high = part["low_value"], part["high_value"]
    return {
        "low": part["low"],
        "high": part["high"],
        "low_value": None if low is None else -rounded_down(str(-Fraction(low))),
        "high_value": None if high is None else rounded_down(high),
        "low_closed": part["low_closed"],
        "high_closed": part["high_closed"],
    }


def rounded_down(value: str) -> float:
    """The largest float that is not above an exact number.

    >>> rounded_down("1/3") <= 1 / 3, rounded_down("1/4"), rounded_down(f"{10**400}") > 1e308
    (True, 0.25, True)
    """
    exact, most = Fraction(value), Fraction(sys.float_info.max)
    near = float(min(max(exact, -most), most))
    return near if Fraction(near) <= exact else math.nextafter(near, -math.inf)


# ---- the file that the checker reads


def as_file(name: str, digest: str, verdicts: Sequence[Verdict]) -> str:
    """The text of a `.cert.json`: every verdict with everything in it, and whose code it is for."""
    listed = [{"verdict": verdict.verdict, **asdict(verdict)} for verdict in verdicts]
    page = {"format": FORMAT, "name": name, "code_sha256": digest, "verdicts": listed}
    return json.dumps(page, indent=1, ensure_ascii=True) + "\n"


def from_file(text: str, path: str) -> list[dict[str, Any]]:
    """The verdicts of a `.cert.json`; raises UserError when it is none."""
    hint = "iterant certify SCHEME -o FILE writes them"
    page = _page(text)
    if page is None:
        raise UserError(f"{path} holds no certificates: it is no JSON object", hint)
    if page.get("format") != FORMAT:
        found = page.get("format")
        said = f"its format is {found!r}" if found is not None else "it names no format"
        raise UserError(f"{path} holds no certificates: {said}, and {FORMAT!r} is read", hint)
    found = page.get("verdicts")
    whole = isinstance(found, list) and all(
        isinstance(v, dict) and isinstance(v.get("verdict"), str) for v in found
    )
    if not isinstance(found, list) or not whole:
        raise UserError(f"{path} holds no certificates: its verdicts are malformed", hint)
    return found


def holds_certificates(text: str) -> bool:
    """Whether a text is a `.cert.json`, by what it says of itself."""
    page = _page(text)
    return page is not None and str(page.get("format")).startswith("iterant certificates")


def _page(text: str) -> dict[str, Any] | None:
    """The JSON object of a text, if it is one."""
    try:
        page = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return page if isinstance(page, dict) else None


def checked(
    verdicts: Sequence[Verdict | Mapping[str, Any]], code: str, weights: bytes | None = None
) -> list[Report]:
    """What the checker says to each certificate among the verdicts, for this code.

    With `weights`, the bytes of a safetensors file, it is asked about their numbers as well.
    """
    reports = []
    for verdict in verdicts:
        if isinstance(verdict, Certificate):
            data = asdict(verdict)
        elif isinstance(verdict, Mapping) and verdict.get("verdict") == "certified":
            data = {k: v for k, v in verdict.items() if k != "verdict"}
        else:
            continue
        report = check(data, code)
        if report.accepted and weights is not None:
            report = check_weights(data, weights)
        reports.append(report)
    return reports
