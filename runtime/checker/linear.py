"""Kind "linear": steps with constant coefficients on a torus, mode by mode.

What is asked of the modes depends on the names through one variable m, or the names have values.
Each part of the proof is an interval of m in which all conditions of its case hold for every mode.
Sources: Miller 1971; Hairer, Wanner, Solving ODEs II, lemma V.7.3 (uniformly bounded powers).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .document import Document
from .forms import Sum, plus, quotient, scaled, times
from .linear_cases import BOUNDED, CASES, DRIFT, Expected
from .linear_cells import rational
from .linear_cubes import Work
from .linear_forms import conserved
from .linear_names import Names, names_of
from .linear_proof import Part, part
from .linear_sets import shown
from .linear_step import Step
from .linear_through import part as part_through
from .linear_torus import part as part_of_torus
from .ranges import Rejected
from .trees import parsed
from .words import Claimed

SHORT = Fraction(1, 10**18)  # digits of a limit end before an end that does not belong to it
LEFT_OUT = "sources are left out: the difference of two solutions"


def check(document: Document, claimed: Claimed) -> None:
    """The certificate states exactly what is shown."""
    if claimed.part is not None or claimed.proof["claim"] != "l2_stable":
        raise Rejected("the theorem speaks of whole equations")
    names = names_of(document, claimed)
    step = Step(document, names, claimed.proof.get("polynomial"))
    if "polynomial" in claimed.proof and not step.lefts:
        raise Rejected("a polynomial is stated that follows from no left side")
    weights = [rational(w) for w in claimed.proof["weights"]]
    if claimed.proof["case"] == "conserved":
        if weights:
            raise Rejected("the norm has no weights")
        statement, norm, expected = conserved(step, names, claimed.proof["form"])
    else:
        statement, norm, expected = CASES[claimed.proof["case"]](step, names, weights)
    work = Work()
    parts = [_part(data, expected, document.dim, work) for data in claimed.proof["parts"]]
    if not parts:
        raise Rejected("the proof has no part")
    if len(step.arrays) > 1:
        _same_every_step(document, names)
    _at_zero(document, names, parts)
    assert document.step is not None
    if statement not in {BOUNDED, DRIFT} and (document.step["start"] or document.step["finish"]):
        raise Rejected("steps are taken that are no bodies")
    if statement != BOUNDED and document.step["inner"] > 1:
        statement += " at cycle ends"
    if names.parameter is None:
        _up_to(claimed, names, parts)
        claim = "l2_stable"
    else:
        intervals = _set(document, claimed, names, parts)
        claim = f"l2_stable for {names.parameter}"
        statement += f" for {names.parameter} in {' or '.join(intervals)}"
    claimed.says(
        claim=claim,
        statement=statement,
        norm=norm,
        domain="all periodic grids",
        hypotheses=_hypotheses(document, names, step),
    )
    _variable(claimed, names)


def _part(data: dict[str, Any], expected: Expected, dim: int, work: Work) -> Part:
    """A part on one axis, through one number, or on cubes."""
    if dim == 1:
        return part(data, expected)
    return (part_through if "number" in data else part_of_torus)(data, expected, dim, work)


def _same_every_step(document: Document, names: Names) -> None:
    """The parameters do not change from step to step."""
    if any(document.parameters[n]["varies"] for n in names.kept if n in document.parameters):
        raise Rejected("bounded powers of one step say nothing about steps that differ")


def _at_zero(document: Document, names: Names, parts: list[Part]) -> None:
    """A parameter whose set holds 0 makes m = 0: that belongs to the part then."""
    zero = {
        n for n in names.powers if names.parameter is None and n in document.parameters
        and document.parameters[n]["declared"] and 0 in document.sets[n].ends
    }  # fmt: skip
    if not zero:
        return
    places = [k for k, n in enumerate(names.kept) if n in zero]
    for below in names.below:
        if all(any(key[k] for k in places) for key in below):
            raise Rejected("a denominator vanishes with a parameter")
    if zero & names.inverted or any(names.powers[n] < 0 for n in zero):
        raise Rejected("the scheme divides by a parameter whose set holds 0")
    if not all(p.closed[0] for p in parts):
        raise Rejected("nothing is shown where a parameter is 0")


def _hypotheses(document: Document, names: Names, step: Step) -> set[str]:
    """Signs of the names in m, values of the others, sources."""
    free = {n for n in names.powers if n != names.parameter} | names.vanished
    texts = {document.texts[n] for n in free if n in document.texts}
    texts |= {f"{n} = {value}" for n, value in names.values.items()}
    return texts | ({LEFT_OUT} if step.sources else set())


def _variable(claimed: Claimed, names: Names) -> None:
    """The text of `bound` is m = prod name^power."""
    text = str(claimed.certificate["bound"])
    if not text.startswith("m = "):
        raise Rejected("the variable of the certificate is not the one shown")
    top, bottom = quotient(parsed(text[4:]), names.signs)
    if plus(top, scaled(times(_monomial(names.powers), bottom), Fraction(-1))):
        raise Rejected("the variable of the certificate is not the one shown")


def _monomial(powers: dict[str, int]) -> Sum:
    return {tuple(sorted(powers.items())): Fraction(1)}


# ---- steps up to a limit


def _up_to(claimed: Claimed, names: Names, parts: list[Part]) -> None:
    """tau^e rest <= m*, from m = 0 on."""
    if claimed.certificate["set"] or len(parts) != 1:
        raise Rejected("a claim about steps speaks of no set")
    (found,) = parts
    if found.low is None or not found.low.rational or found.low.low:
        raise Rejected("the steps do not begin at 0")
    high = found.high
    if high is None:
        claimed.no_limit()
        return
    rest = dict(names.powers)
    e = rest.pop("tau", 0)
    if e not in (1, 2):
        raise Rejected("the variable is no simple power of the step")
    rho, open_end = _monomial(rest), not found.closed[1]
    p, stated = high.polynomial, claimed.certificate["limit"]
    if open_end and stated is not None and stated["attained"]:
        claimed.limits([(rho, high.low * (1 - SHORT))], squared=e == 2, strict=False)
    elif high.rational:
        claimed.limits([(rho, high.low)], squared=e == 2, strict=open_end)
    elif len(p) == 3 and not p[1] and e == 1:
        square = Fraction(-p[0], p[2])
        claimed.limits([(times(rho, rho), square)], squared=True, strict=open_end)
    else:
        claimed.limits([(rho, high.low)], squared=e == 2, strict=False)


# ---- sets of a parameter


def _set(document: Document, claimed: Claimed, names: Names, parts: list[Part]) -> list[str]:
    """The intervals of the set as text; the value of the file lies in one of them."""
    if claimed.certificate["limit"] is not None:
        raise Rejected("a claim about a set states no limit")
    if claimed.proof["step"] is not None and "tau" not in names.values:
        raise Rejected("the claim does not depend on the step")
    stated = claimed.certificate["set"]
    if len(stated) != len(parts):
        raise Rejected("the set of the certificate is not the one shown")
    low, high = document.values[str(names.parameter)].ends
    if not isinstance(low, Fraction) or not isinstance(high, Fraction):
        raise Rejected("the value of the parameter is not known")
    intervals = [shown(data, p, (low, high)) for data, p in zip(stated, parts, strict=True)]
    if not any(inside for _, inside in intervals):
        raise Rejected("the value of the file lies outside the set")
    return [text for text, _ in intervals]
