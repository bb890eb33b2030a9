"""Which names a proof keeps as variables, and coefficients as polynomials in them.

An `Element` is a polynomial in the kept names and in the waves e^{i theta_a} of all axes, in
powers of either sign: {(powers of the names, n_1, ..., n_d): coefficient}.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from .document import Document
from .forms import Sum, quotient
from .ranges import Rejected
from .trees import Tree, names, number, replaced
from .words import Claimed

Element: TypeAlias = dict[tuple[int, ...], Fraction]
MOST_TERMS = 4_000_000  # in one product


@dataclass(slots=True)
class Names:
    """The variable m = prod name^power, the names at their values, and what was met on the way.

    A name of sign -1 stands for its size; the parameter of a claim `for r` is r itself.
    """

    powers: dict[str, int]
    values: dict[str, Fraction]
    signs: dict[str, int]
    parameter: str | None
    positives: set[str]  # the step and the spacings
    dim: int
    kept: tuple[str, ...] = ()
    vanished: set[str] = field(default_factory=set)  # names whose sign is 0
    inverted: set[str] = field(default_factory=set)  # kept names that some coefficient divides by
    below: list[Element] = field(default_factory=list)  # other denominators
    known: dict[str, tuple[Element, Element]] = field(default_factory=dict)

    def split(self, tree: Tree) -> tuple[Element, Element]:
        """(top, bottom) of a coefficient; a bottom of one monomial is divided out."""
        text = repr(tree)
        if text not in self.known:
            self.known[text] = self._split(tree)
        return self.known[text]

    def _split(self, tree: Tree) -> tuple[Element, Element]:
        used = names(tree)
        self.vanished |= {n for n in used if n not in self.values and self.signs.get(n) == 0}
        for name in used & self.values.keys():
            tree = replaced(tree, name, str(self.values[name]))
        top, bottom = quotient(tree, self.signs)
        if not bottom:
            raise Rejected("a coefficient divides by zero")
        above, under = self._element(top), self._element(bottom)
        if len(under) == 1:
            ((key, c),) = under.items()
            above = {self._over(k, key): x / c for k, x in above.items()}
            self.inverted |= {n for n, e in zip(self.kept, key, strict=False) if e}
            return above, self.number(1)
        least = map(min, zip(*under, strict=True))
        self.inverted |= {n for n, e in zip(self.kept, least, strict=False) if e}
        if under not in self.below:
            self.below.append(under)
        return above, under

    def _over(self, key: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(a - b for a, b in zip(key, other, strict=True))

    def _element(self, total: Sum) -> Element:
        found: Element = {}
        for monomial, c in total.items():
            powers = dict(monomial)
            if powers.keys() - set(self.kept):
                raise Rejected("a coefficient is no rational function of the names")
            found[(*(powers.get(n, 0) for n in self.kept), *self.still)] = c
        return found

    def positive(self, below: Element) -> bool:
        """A denominator that is positive because the names in it are."""
        signed = self.powers.keys() | self.positives if self.parameter is None else set()
        used = {n for key in below for n, e in zip(self.kept, key, strict=False) if e}
        return used <= signed and all(c > 0 for c in below.values())

    @property
    def still(self) -> tuple[int, ...]:
        """The powers of all waves in what is the same for every mode."""
        return (0,) * self.dim

    def number(self, c: int) -> Element:
        """A number."""
        return {(*(0 for _ in self.kept), *self.still): Fraction(c)} if c else {}


def names_of(document: Document, claimed: Claimed) -> Names:
    """The names of the proof: all that occur have a known sign or a value, or one is asked for."""
    variable, fixed = claimed.proof["variable"], claimed.proof["fixed"]
    parameter = claimed.certificate["parameter"]
    if not isinstance(variable, dict) or not isinstance(fixed, list):
        raise Rejected("the variable of the proof is malformed")
    if any(isinstance(e, bool) or not isinstance(e, int) or not e for e in variable.values()):
        raise Rejected("the variable of the proof is malformed")
    if len(set(fixed)) != len(fixed) or variable.keys() & set(fixed):
        raise Rejected("a name is both fixed and free")
    if {"tau", "t"} & (document.parameters.keys() | document.spacings):
        raise Rejected("a parameter has the name of the step or of the time")
    signs = document.signs | {"tau": 1}
    if parameter is not None:
        if parameter not in document.parameters or variable not in ({}, {parameter: 1}):
            raise Rejected("the variable of the proof is not the parameter of the claim")
        if parameter in fixed:
            raise Rejected("a name is both fixed and free")
        signs = {parameter: 1}
    elif variable and variable.get("tau", 0) <= 0:
        raise Rejected("the variable of the proof does not grow with the step")
    if any(not signs.get(n) for n in variable):
        raise Rejected("the sign of a name in the variable is not known")
    for own in map(document.parameters.get, variable):
        if own is not None and own["declared"] and own["positive"] and own["low"] is None:
            raise Rejected("the set of a positive parameter has no low end")
    values = _values(document, claimed, fixed, parameter)
    found = Names(variable, values, signs, parameter, {"tau"} | document.spacings, document.dim)
    free = {n for n, s in signs.items() if s and n not in found.values}
    found.kept = tuple(sorted(_occurring(document) & free))
    if variable.keys() - set(found.kept):
        raise Rejected("a name in the variable does not occur")
    return found


def _values(
    document: Document, claimed: Claimed, fixed: list[str], parameter: str | None
) -> dict[str, Fraction]:
    """The exact values of the names that the proof fixes."""
    box = document.numbers()
    trees = {n: p["value"] for n, p in document.parameters.items()}
    trees |= {a["spacing"]: a["value"] for a in document.axes}
    found = {}
    for name in fixed:
        if name == "tau" and parameter is not None:
            found[name] = _step(document, claimed)
            continue
        low, high = box[name].ends
        own = document.parameters.get(name)
        if own is not None and (own["trainable"] or own["varies"]):
            raise Rejected(f"{name!r} has no fixed value")
        if low != high or not isinstance(low, Fraction):
            raise Rejected(f"{name!r} has no exact value")
        if parameter is not None and parameter in _behind(name, trees):
            raise Rejected(f"the value of {name!r} depends on that of {parameter!r}")
        found[name] = low
    return found


def _step(document: Document, claimed: Claimed) -> Fraction:
    """The step of the scheme, a number."""
    own = None if document.step is None else document.step["tau"]
    stated = {number(t) for t in (own, claimed.proof["step"]) if t is not None}
    if len(stated) != 1 or None in stated:
        raise Rejected("the step has no exact value")
    return next(value for value in stated if value is not None)


def _behind(name: str, trees: dict[str, Tree]) -> set[str]:
    """All names that the value of a name depends on."""
    found: set[str] = set()
    stack = [name]
    while stack:
        inner = names(trees.get(stack.pop()) or "0") - found
        found |= inner
        stack += inner
    return found


def _occurring(document: Document) -> set[str]:
    """Every name in a coefficient of the equations and of the body of the step."""
    found: set[str] = set()
    for tree in _coefficients(document):
        found |= names(tree)
    return found


def _coefficients(document: Document) -> Iterator[Tree]:
    for node in document.nodes:
        if node["is"] == "linear":
            yield from (stencil["scale"] for stencil, _ in node["terms"])
        elif node["is"] == "point":
            yield node["expression"]
        elif node["is"] == "flux":
            yield from (face["difference"]["scale"] for face in node["faces"])
    for rate in document.rates:
        yield from (t["coefficient"] for t in (*rate["terms"], *rate.get("left", ())))
    for stage in document.step["body"] if document.step is not None else ():
        for _, values in stage["table"]:
            yield from values
        for update in stage["updates"]:
            yield update["slope"]
            yield from (c for c, _ in update["combination"])


def times(a: Element, b: Element) -> Element:
    """a b."""
    if len(a) * len(b) > MOST_TERMS:
        raise Rejected("the step is too large")
    found: Element = {}
    for p, c in a.items():
        for q, d in b.items():
            key = tuple(map(int.__add__, p, q))
            found[key] = found.get(key, Fraction(0)) + c * d
    return {k: c for k, c in found.items() if c}


def plus(a: Element, b: Element) -> Element:
    """a + b."""
    found = dict(a)
    for key, c in b.items():
        found[key] = found.get(key, Fraction(0)) + c
    return {k: c for k, c in found.items() if c}


def wave(offset: tuple[int, ...], kept: int) -> Element:
    """e^{i k.theta}."""
    if any(abs(k) > 64 for k in offset):
        raise Rejected("a stencil is too wide")
    return {(*(0,) * kept, *offset): Fraction(1)}
