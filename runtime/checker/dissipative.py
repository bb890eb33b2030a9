"""Kinds "block" and "symmetric": 0 <= A <= rho and a method that allows tau rho <= beta.

A = sum_j c_j K_j^T G_j K_j + S with c_j >= 0, 0 <= G_j <= g_j and S >= 0; its symbol in
y = sin^2(theta/2) is bounded scale by scale. For Euler steps ||(I - tau A) u|| <= ||u|| as long as
tau rho <= 2, whatever G depends on; a polynomial needs an A that is constant over the step.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from . import walls
from .atoms import Atom, equations, parts, refuse_empty
from .cycles import euler_cycle, weights_kept
from .document import Document, Stencil, parameter_names
from .forms import Sum, key, laurent, nonnegative, plus, scaled, times
from .laws import bounded, by_law, flux_atom, is_law
from .levels import euler_and_older, levels_allow
from .methods import real_interval_holds, tableau
from .places import adjoint, of_unknown
from .polynomials import Bernstein, Polynomial, add, cosines
from .ranges import Rejected
from .weights import Weights
from .words import Claimed, fractions, valued

NORM = "l2, weighted by cell volumes"
SOURCES = "sources and wall values are left out: the difference of two solutions"


class Operator:
    """The bound of one equation's operator, rebuilt from the scheme and held against the proof."""

    def __init__(
        self,
        document: Document,
        name: str,
        atoms: list[Atom],
        proof: dict[str, Any],
        *,
        laws: str = "",
    ) -> None:
        self.document, self.name, self.proof, self.laws = document, name, proof, laws
        self.gradient = False  # slopes of several axes act together
        self.unknown = document.home(name)
        self.atoms = atoms
        self.active = refuse_empty(atoms)
        if laws:
            self.active = [flux_atom(document, a) for a in self.active]
        self.weights = Weights(document, list(proof["weights"]))
        self.names: set[str] = set()
        if proof["unknown"] != self.name:
            raise Rejected("the proof speaks of another unknown")
        walls.require(document, self.unknown, self.active)
        self.rho = self._rho()

    @property
    def fluxes(self) -> bool:
        """Whether there is a flux with a weight."""
        return any(a.kind == "flux" for a in self.active)

    @property
    def sources(self) -> bool:
        """Whether terms or wall values were left out."""
        edges = [e for pair in self.unknown["edges"] for e in pair]
        return len(self.active) < len(self.atoms) or not all(e["homogeneous"] for e in edges)

    def _rho(self) -> Sum:
        """Sum over scales of the supremum of the symbol; each supremum shown by its tree."""
        upper: dict[str, Polynomial] = {}
        lower: dict[str, Polynomial] = {}
        scales: dict[str, Sum] = {}
        for atom in self.active:
            if atom.field != self.name or atom.kind not in {"stencil", "flux"}:
                raise Rejected("a term is no operator of its own unknown")
            self.names |= parameter_names(atom.coefficient, self.document)
            for scale, polynomial, flux in self._symbols(atom):
                for monomial, c in scale.items():
                    text = key(monomial)
                    scales[text] = {monomial: Fraction(1)}
                    upper[text] = add(upper.get(text, {}), polynomial, c)
                    if not flux:
                        lower[text] = add(lower.get(text, {}), polynomial, c)
        self.weights.finished()
        return self._summed(scales, upper, lower)

    def _summed(
        self, scales: dict[str, Sum], upper: dict[str, Polynomial], lower: dict[str, Polynomial]
    ) -> Sum:
        stated = {s["scale"]: s for s in self.proof["scales"]}
        total: Sum = {}
        dim = self.document.dim
        for text, scale in scales.items():
            if text not in stated:
                if upper[text] or lower.get(text):
                    raise Rejected("the proof leaves out a part of the operator")
                continue
            entry = stated.pop(text)
            top = Fraction(entry["sup"])
            Bernstein.of(upper[text], dim).below(top, entry["tree"])
            minus = add({}, lower.get(text, {}), Fraction(-1))
            Bernstein.of(minus, dim).below(Fraction(0), entry["sign"])
            total = plus(total, scaled(scale, top))
        if stated or not total:
            raise Rejected("the proof bounds parts that the operator does not have")
        return total

    def _symbols(self, atom: Atom) -> list[tuple[Sum, Polynomial, bool]]:
        """(scale, symbol, is a flux) of -atom."""
        signs = self.document.signs
        if atom.kind == "stencil":
            scale = laurent(["*", "-1", atom.coefficient, atom.stencil.scale], signs)
            return [(scale, symbol(atom.stencil), False)]
        if not nonnegative(laurent(atom.coefficient, signs)):
            raise Rejected("the coefficient of a flux may be negative")
        found = []
        for face in self.document.nodes[atom.node]["faces"]:
            difference = self.document.stencil(face["difference"])
            high, unit = self._high(self.document.nodes[atom.node], face)
            square = ["*", atom.coefficient, ["^", difference.scale, "2"]]
            scale = times(laurent(square, signs), unit)
            found.append((scaled(scale, high), squared(difference), True))
        return found

    def _high(self, flux: dict[str, Any], face: dict[str, Any]) -> tuple[Fraction, Sum]:
        """The bound of a face's weight, or of the law of its flux, as number * scale."""
        one: Sum = {(): Fraction(1)}
        if face["weight"] is None and not by_law(face):
            return Fraction(1), one
        reading = face["weight"] is None or bool(self.document.reads(face["weight"]))
        by = bool(self.laws and self.weights.entries and is_law(self.weights.entries[0]))
        if by_law(face) or by or (self.laws == "slope" and reading):
            if not (self.laws and by and reading):
                raise Rejected("a flux is no product of a bounded weight and a slope")
            high, unit, gradient = bounded(self.weights, flux, face, self.laws)
            self.gradient = self.gradient or gradient
            return high, unit
        difference = self.document.stencil(face["difference"])
        window = adjoint(of_unknown(self.unknown), difference)
        return self.weights.next_bound(face["weight"], window), one


def symbol(stencil: Stencil) -> Polynomial:
    """The symbol of a stencil that is symmetric along each axis, in y."""
    for offset, weight in stencil.weights.items():
        for axis in range(len(offset)):
            image = tuple(-k if a == axis else k for a, k in enumerate(offset))
            if stencil.weights.get(image) != weight:
                raise Rejected("a stencil is not symmetric along each axis")
    if any(stencil.shift):
        raise Rejected("a stencil leads to another place")
    return cosines(stencil.weights)


def squared(difference: Stencil) -> Polynomial:
    """The symbol of K^T K; where it is not symmetric along each axis the square of the l1 norm."""
    try:
        return symbol(difference.adjoint().after(difference))
    except Rejected:
        total = sum((abs(w) for w in difference.weights.values()), Fraction(0))
        return {(0,) * len(difference.shift): total**2}


def check(document: Document, claimed: Claimed) -> None:
    """The certificate states exactly what is shown."""
    rates = equations(document, claimed.part)
    proofs = claimed.proof["equations"]
    if len(proofs) != len(rates):
        raise Rejected("the proof speaks of other equations")
    laws = "sector" if claimed.kind == "block" else ""
    found = [
        Operator(document, r["unknown"], parts(document, r, claimed.part), p, laws=laws)
        for r, p in zip(rates, proofs, strict=True)
    ]
    if any(r["order"] != 1 for r in rates):
        raise Rejected("an equation is not of first order in time")
    if any(o.fluxes for o in found) != (claimed.kind == "block"):
        raise Rejected("the kind of the certificate is another")
    for o in found:
        if not o.weights.linear and o.sources:
            raise Rejected("a nonlinear equation has sources or wall values")
    rule = str(claimed.proof["method"]["by"])
    texts = hypotheses(document, found)
    if rule == "pair":
        texts |= _values(document, found)
    claimed.says(
        claim="l2_stable",
        statement=_statement(document, [o.name for o in found], rule),
        norm=NORM,
        domain=grids(document, found),
        hypotheses=texts,
    )
    claimed.bounds("||A|| <= ", [(o.name, o.rho) for o in found])
    if rule == "pair":
        _pair(document, claimed, found)
    else:
        beta = allowed(document, claimed, found)
        claimed.limits([(o.rho, beta) for o in found], squared=False, strict=False)


def grids(document: Document, found: list[Operator]) -> str:
    """The walls of the unknowns, and how many points there must be."""
    beyond = set[int]().union(*(o.weights.beyond for o in found))
    named = [(o.name, walls.domain(document, o.unknown)) for o in found]
    return walls.grids(document, named, {a: document.axes[a]["count"] for a in beyond})


def _statement(document: Document, names: list[str], rule: str) -> str:
    if rule == "pair":
        return " and ".join(
            f"max(||{n}[k+1]||, ||{n}[k]||) <= max(||{n}[k]||, ||{n}[k-1]||)" for n in names
        )
    if rule == "levels":
        return "powers of the step stay bounded, uniformly in steps and points"
    assert document.step is not None
    text = " and ".join(f"||{n}[k+1]|| <= ||{n}[k]||" for n in names)
    return text + (" at cycle ends" if document.step["inner"] > 1 else "")


def allowed(document: Document, claimed: Claimed, found: list[Operator]) -> Fraction:
    """The beta of the proof's rule, checked on the stages."""
    rule = claimed.proof["method"]
    (beta,) = fractions(rule, "beta")
    if beta <= 0:
        raise Rejected("the method allows no step")
    constant = all(o.weights.linear and o.weights.steady for o in found)
    if rule["by"] == "levels":
        if not constant:
            raise Rejected("the operator changes from level to level")
        same_every_step(document, found)
        levels_allow(document, beta)
        return beta
    if rule["by"] == "cycle":
        if not constant and not weights_kept(document):
            raise Rejected("the operator changes within a cycle")
        euler_cycle(document, beta)
        return beta
    method = tableau(document)
    if rule["by"] == "euler":
        if not method.convex_at(beta / 2):
            raise Rejected("the method is no such combination of Euler steps")
    elif rule["by"] == "polynomial":
        if not method.frozen and not constant:
            raise Rejected("the operator changes between the stages of the method")
        if not real_interval_holds(method.polynomial(), beta):
            raise Rejected("the stability polynomial leaves [-1, 1]")
    else:
        raise Rejected("the rule of the time method is unknown")
    return beta


def _pair(document: Document, claimed: Claimed, found: list[Operator]) -> None:
    """Du Fort-Frankel: Euler steps of length g = 1/(2 alpha), ||A|| g <= 2, and tau <= g."""
    (alpha,) = fractions(claimed.proof["method"], "alpha")
    euler_and_older(document, alpha)
    box = document.numbers()
    for o in found:
        if valued(o.rho, box, document.signs).high > 4 * alpha:
            raise Rejected("alpha is below a quarter of the operator's norm")
    claimed.limits([({(): 2 * alpha}, Fraction(1))], squared=False, strict=False)


def _values(document: Document, found: list[Operator]) -> set[str]:
    """The numbers that the comparison with alpha rests on."""
    box = document.numbers()
    names = {n for o in found for monomial in o.rho for n, _ in monomial} - {"pi"}
    texts = set()
    for name in names:
        if name in document.parameters and document.parameters[name]["trainable"]:
            raise Rejected("alpha is compared with a norm that is trained")
        low, high = box[name].ends
        texts.add(f"{name} = {low}" if low == high else f"{name} = ?")
    return texts


def same_every_step(document: Document, found: list[Operator]) -> None:
    """The parameters of the operator do not change from step to step."""
    names = set[str]().union(*(o.names | o.weights.names for o in found))
    if any(document.parameters[n]["varies"] for n in names):
        raise Rejected("bounded powers of one step say nothing about steps that differ")


def hypotheses(document: Document, found: list[Operator]) -> set[str]:
    """What the proof rests on."""
    texts = set[str]().union(*(o.weights.hypotheses(o.names) for o in found))
    texts |= walls.held_faces(document)
    if any(o.sources for o in found):
        texts.add(SOURCES)
    return texts
