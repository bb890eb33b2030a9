"""Verdicts of the prover against textbooks: right, wrong or open, and how long each took.

`python tests/judging.py` prints the figures; with `--write` they are put on docs/certificates.md.
"""

import re
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import sympy

from iterant.compiler.certificates.certify import certify
from iterant.compiler.certificates.steps import exact
from iterant.runtime.checker import check
from iterant.runtime.contract import Certificate, Refutation, Verdict
from proofs import claim, closed
from textbook import ROUGH, Classic, End, allowed, classics, probes

SMALL = 1e-8  # relative: of ends that are shown by digits


@dataclass(frozen=True)
class Answer:
    """One verdict against the textbook, with the reason where it is not right.

    "digits": the set is right to twelve digits, and the book has a closed form.
    """

    what: str
    mark: str
    reason: str
    seconds: float  # of processor time


def asked(classic: Classic, value: Fraction | None, parameter: str | None) -> tuple[Verdict, float]:
    """The verdict on l2_stable, and the processor time that it took."""
    question = replace(claim("l2_stable"), parameter=parameter)
    scheme = classic.scheme(value if classic.parameter else None)
    tau = None if value is None or classic.parameter else sympy.Rational(*value.as_integer_ratio())
    scheme = scheme if tau is None else replace(scheme, step_value=tau)
    start = time.process_time()
    found = certify(scheme, question, tau=tau)
    seconds = time.process_time() - start
    if isinstance(found, Certificate):
        report = check(found)
        assert report.accepted, report.reason
    return found, seconds


def beside(classic: Classic) -> list[Answer]:
    """Inside and outside each end."""
    found = []
    declared = any(p.interval for p in classic.model.params)  # a claim is about the whole set then
    for probe in probes(classic):
        parameter = classic.parameter if probe.stable and declared else None
        verdict, seconds = asked(classic, probe.value, parameter)
        right, wrong = (Certificate, Refutation) if probe.stable else (Refutation, Certificate)
        mark = "wrong" if isinstance(verdict, wrong) else "open"
        mark = "right" if isinstance(verdict, right) else mark
        reason = f"{verdict.verdict} {getattr(verdict, 'reason', verdict)}"
        what = f"{'inside' if probe.stable else 'outside'} at {probe.value}"
        found.append(Answer(what, mark, "" if mark == "right" else reason, seconds))
    return found


@cache
def whole(classic: Classic) -> Answer:
    """The set or the limit against the textbook's."""
    verdict, seconds = asked(classic, None, classic.parameter)
    if isinstance(verdict, Certificate):
        mark, reason = compared(classic, shown(classic, verdict))
    elif classic.stable and isinstance(verdict, Refutation):
        mark, reason = "wrong", verdict.statement
    else:
        mark = "open" if classic.stable else "right"
        reason = str(getattr(verdict, "reason", ""))
    return Answer("whole", mark, "" if mark == "right" else reason, seconds)


def shown(classic: Classic, verdict: Certificate) -> list[tuple[End, End]]:
    """The set that a certificate states, its ends as closed forms."""
    if classic.parameter is not None:
        parts: list[Any] = list(verdict.set)
        return [
            (ended(p["low"], p["low_closed"], -sympy.oo), ended(p["high"], p["high_closed"]))
            for p in parts
        ]
    limit = verdict.limit
    if limit is None:
        return [(End(sympy.S.Zero, False), End(sympy.oo, False))]
    return [(End(sympy.S.Zero, False), ended(limit.closed_form, limit.attained))]


def ended(form: str | None, belongs: bool, without: sympy.Expr = sympy.oo) -> End:
    return End(without if form is None else closed(form), belongs)


def compared(classic: Classic, parts: list[tuple[End, End]]) -> tuple[str, str]:
    """The mark for a set, and what is not the textbook's."""
    words = f"{parts} instead of {classic.stable}"
    if classic.sufficient:
        inside = all(
            any(classic.number(p) <= classic.number(e) for _, p in parts) for _, e in classic.stable
        )
        return ("right" if inside else "open"), words
    if len(parts) != len(classic.stable):
        more = any(not covered(classic, part) for part in parts)
        return ("wrong" if more else "open"), words
    pairs = [(p, e, side) for part, expected in zip(parts, classic.stable, strict=True)
             for p, e, side in zip(part, expected, (-1, 1), strict=True)]  # fmt: skip
    marks = {end_mark(classic, p, e, side) for p, e, side in pairs}
    return next(m for m in ("wrong", "open", "digits", "right") if m in marks), words


def covered(classic: Classic, part: tuple[End, End]) -> bool:
    """A part of the set lies within one of the textbook's."""
    low, high = (classic.number(e) for e in part)
    ends = [[classic.number(e) for e in pair] for pair in classic.stable]
    return any(a - SMALL <= low and high <= b + SMALL for a, b in ends)


def end_mark(classic: Classic, found: End, expected: End, side: int) -> str:
    """`side` is +1 for an upper end: a larger one claims too much."""
    a, b = classic.number(found), classic.number(expected)
    if not np.isfinite([a, b]).all():
        return "right" if a == b else "wrong" if side * (a - b) > 0 else "open"
    beyond = side * (a - b)
    if expected.rough:
        return "right" if abs(beyond) <= ROUGH * abs(b) else "wrong" if beyond > 0 else "open"
    if same(classic, found.value, expected.value):
        declared = not allowed(classic, b) and side < 0
        at_end = found.belongs == expected.belongs or declared
        return "right" if at_end else "wrong" if found.belongs else "open"
    if beyond > 1e-15 * abs(b):
        return "wrong"
    exactly = (expected.value**2).subs(known(classic)).is_Rational
    near = abs(beyond) <= SMALL * abs(b)
    return "open" if not near else "digits" if exactly else "right"


def same(classic: Classic, a: sympy.Expr, b: sympy.Expr) -> bool:
    """Equal as closed forms, or with the numbers of the file, by their squares."""
    if a == b:
        return True
    one, two = (x.subs(known(classic)) for x in (a, b))
    near = abs(float(one) - float(two)) <= 1e-14 * abs(float(two))
    return near and not two.has(sympy.CRootOf) and sympy.simplify(one**2 - two**2) == 0


def known(classic: Classic) -> dict[sympy.Symbol, sympy.Expr]:
    """The numbers of the file by the names of closed forms."""
    if classic.parameter is not None:
        return {}
    numbers = {str(s): v for s, v in exact(classic.scheme()).items()}
    return {sympy.Symbol(n, positive=True): v for n, v in numbers.items()}


def silent(found: list[Answer]) -> list[Answer]:
    """Verdicts that say neither."""
    return [a for a in found if a.mark == "open"]


def answers(cases: list[Classic]) -> dict[Classic, list[Answer]]:
    """All verdicts on the entries that the discretisation takes."""
    return {c: [whole(c), *beside(c)] for c in cases}


# ---- figures


PAGE = Path(__file__).resolve().parent.parent / "docs" / "certificates.md"
MARKED = re.compile(r"(<!-- measured: classics -->\n).*?(<!-- end -->)", re.DOTALL)


def figures(every: Mapping[Classic, list[Answer]]) -> str:
    """A row for each family: verdicts and how many are right, and processor times."""
    families = dict.fromkeys(c.family for c in every)
    heads = ("family", "schemes", "verdicts", "right", "right to twelve digits", "open", "wrong",
             "median", "worst")  # fmt: skip
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    lines += [_row(f.replace("_", " "), {c: a for c, a in every.items() if c.family == f})
              for f in families]  # fmt: skip
    return "\n".join([*lines, _row("all", every), ""])


def _row(name: str, every: Mapping[Classic, list[Answer]]) -> str:
    found = [a for some in every.values() for a in some]
    marks = Counter(a.mark for a in found)
    seconds = [a.seconds for a in found]
    counts = (marks[m] for m in ("right", "digits", "open", "wrong"))
    times = f"{1e3 * median(seconds):.1f} ms | {max(seconds):.2f} s"
    return f"| {name} | {len(every)} | {len(found)} | {' | '.join(map(str, counts))} | {times} |"


def report(cases: list[Classic], *, write: bool) -> None:
    """Print what is not right, and the figures; with `write` put these on their page."""
    every = answers(cases)
    for classic, some in every.items():
        for a in some:
            if a.mark != "right":
                print(f"{a.mark}: {classic.label}: {a.what}: {a.reason[-200:]}")
    table = figures(every)
    print(table)
    if write:
        text, count = MARKED.subn(lambda m: f"{m[1]}\n{table}\n{m[2]}", PAGE.read_text())
        assert count == 1
        PAGE.write_text(text)


if __name__ == "__main__":
    report(classics(), write="--write" in sys.argv)
