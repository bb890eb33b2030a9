"""What a certificate says in words and closed forms, held against what was derived."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .document import Document
from .elementary import pi_range
from .forms import Sum, nonnegative, plus, positive, quotient, scaled, squared, times
from .ranges import Range, Rejected, only
from .trees import Tree, alternatives, extent, number, parsed


def fractions(data: dict[str, Any], *names: str) -> list[Fraction]:
    """Numbers of the proof, exactly."""
    found = []
    for name in names:
        value = number(data.get(name))
        if value is None:
            raise Rejected(f"the proof lacks the number {name!r}")
        found.append(value)
    return found


@dataclass(frozen=True, slots=True)
class Claimed:
    """The statements of a certificate, and the document that it speaks of."""

    certificate: dict[str, Any]
    document: Document

    @property
    def kind(self) -> str:
        """The theorem."""
        return str(self.certificate["kind"])

    @property
    def proof(self) -> dict[str, Any]:
        """The hints of the prover."""
        found: dict[str, Any] = self.certificate["proof"]
        return found

    @property
    def part(self) -> str | None:
        """The operator or unknown of `of PART`."""
        part = self.proof["part"]
        return None if part is None else str(part)

    def says(
        self, *, claim: str, statement: str, norm: str, domain: str, hypotheses: Iterable[str]
    ) -> None:
        """The words of the certificate are these, no more and no fewer."""
        limit = self.certificate["limit"]
        if limit is not None:
            relation = "<=" if limit["attained"] else "<"
            statement += f" for 0 < tau {relation} {limit['closed_form']}"
        part = "" if self.part is None else f" of {self.part}"
        expected = {
            "claim": claim + part,
            "statement": statement,
            "norm": norm,
            "domain": domain,
            "hypotheses": sorted(set(hypotheses)),
        }
        for name, text in expected.items():
            if self.certificate[name] != text:
                raise Rejected(f"the certificate's {name} is not what is shown: {text!r}")

    def bounds(self, head: str, named: list[tuple[str, Sum]]) -> None:
        """The text of `bound` states each bound: "||A|| <= 8/h^2 for u; ..."."""
        texts = str(self.certificate["bound"]).split("; ")
        if len(texts) != len(named):
            raise Rejected("the bounds of the certificate are not those shown")
        for text, (name, rho) in zip(texts, named, strict=True):
            tail = f" for {name}"
            if not text.startswith(head) or not text.endswith(tail):
                raise Rejected("a bound is not written as one")
            tree = parsed(text[len(head) : len(text) - len(tail)])
            top, bottom = quotient(tree, self.document.signs)
            if plus(top, scaled(times(rho, bottom), Fraction(-1))):
                raise Rejected("a bound of the certificate is not the one shown")

    def limits(self, pairs: list[tuple[Sum, Fraction]], *, squared: bool, strict: bool) -> None:
        """tau * rho <= beta (or tau^2 * rho <= beta) for every step up to the stated limit."""
        limit = self.certificate["limit"]
        if limit is None:
            raise Rejected("the certificate states no limit")
        if limit["symbol"] != "tau" or (strict and limit["attained"]):
            raise Rejected("the limit is attained only in the certificate")
        forms = list(alternatives(parsed(limit["closed_form"])))
        for rho, beta in pairs:
            if not any(self._suffices(f, rho, beta, squares=squared) for f in forms):
                raise Rejected("the limit of the certificate is not shown")
        self._value(forms, Fraction(limit["value"]))
        self._step(forms, strict=not limit["attained"])

    def least_of(self, others: list[str]) -> None:
        """The limit is at most each of these closed forms, whatever the parameters are."""
        limit = self.certificate["limit"]
        if limit is None or limit["symbol"] != "tau":
            raise Rejected("the certificate states no limit")
        forms = list(alternatives(parsed(limit["closed_form"])))
        for other in others:
            for form in alternatives(parsed(other)):
                if not any(f == form or self._always(f, form, strict=False) for f in forms):
                    raise Rejected("the limit is above that of a part")
        self._value(forms, Fraction(limit["value"]))
        self._step(forms, strict=not limit["attained"])

    def no_limit(self) -> None:
        """The claim holds for every step."""
        if self.certificate["limit"] is not None or self.proof["step"] is not None:
            raise Rejected("the claim does not depend on the step")

    def _suffices(self, form: Tree, rho: Sum, beta: Fraction, *, squares: bool) -> bool:
        """beta - form * rho >= 0 (form^2 if `squares`) for all positive names."""
        signs = self.document.signs
        top, bottom = squared(form, signs) if squares else quotient(form, signs)
        if positive(scaled(bottom, Fraction(-1))):
            top, bottom = scaled(top, Fraction(-1)), scaled(bottom, Fraction(-1))
        if not positive(top) or not positive(bottom):
            return False
        return nonnegative(plus(scaled(bottom, beta), scaled(times(top, rho), Fraction(-1))))

    def _value(self, forms: list[Tree], value: Fraction) -> None:
        """The rational limit lies in (0, least closed form], and no form is negative."""
        box = self.document.numbers()
        for form in forms:
            low, square = extent(form, box).low, self._squares(form, box)
            below = low >= value or (square is not None and value**2 <= square)
            if value <= 0 or low <= 0 or not below:
                raise Rejected("the rational limit is above the closed form")

    def _step(self, forms: list[Tree], *, strict: bool) -> None:
        """The step of the file is positive and at most each form, exactly or by enclosures."""
        assert self.document.step is not None
        stated = [self.proof["step"], self.document.step["tau"]]
        steps = [step for step in stated if step is not None]
        if len(steps) == 2 and steps[0] != steps[1]:
            raise Rejected("the proof speaks of another step than the scheme")
        box = self.document.numbers()
        for step in steps:
            if extent(step, box).low <= 0:
                raise Rejected("the step is not positive")
            if not all(self._at_most(step, form, strict=strict) for form in forms):
                raise Rejected("the step is above the limit")

    def _always(self, step: Tree, form: Tree, *, strict: bool) -> bool:
        """step <= form for all values of the names, by squares of closed forms."""
        signs = self.document.signs
        try:
            a, b = squared(step, signs), squared(form, signs)
        except Rejected:
            return False
        left, right = times(a[0], b[1]), times(b[0], a[1])
        gap = plus(right, scaled(left, Fraction(-1)))
        known = all(positive(s) for s in (a[1], b[1]))
        return known and nonnegative(gap) and bool(gap or not strict)

    def _at_most(self, step: Tree, form: Tree, *, strict: bool) -> bool:
        """step <= form, by their squares as closed forms or as numbers."""
        if self._always(step, form, strict=strict):
            return True
        box = self.document.numbers()
        high, low = extent(step, box).high, extent(form, box).low
        if high < low or (high == low and not strict):
            return True
        exact = self._squares(step, box), self._squares(form, box)
        if None in exact or strict:
            return False
        return exact[0] == exact[1]

    def _squares(self, tree: Tree, box: dict[str, Range]) -> Fraction | None:
        """The square of a value, if it is rational."""
        try:
            top, bottom = squared(tree, self.document.signs)
        except Rejected:
            return None
        a, b = (valued(s, box, self.document.signs) for s in (top, bottom))
        found = a * b.inverse()
        return found.low if found.low == found.high and isinstance(found.low, Fraction) else None


def valued(total: Sum, box: dict[str, Range], signs: dict[str, int]) -> Range:
    """The range of a sum of monomials; a name of sign -1 stands for its size."""
    found = only(0)
    for monomial, c in total.items():
        part = only(c)
        for name, power in monomial:
            x = pi_range() if name == "pi" else box[name]
            part = part * (-x if signs.get(name) == -1 else x).power(power)
        found += part
    return found
