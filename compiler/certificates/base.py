"""What a theorem of the open set is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import sympy
from sympy import Expr, Symbol

from ...runtime.contract import Json
from ..model import Claim
from ..scheme import Scheme


class Unprovable(ValueError):
    """A theorem does not apply; the text says which hypothesis fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounded:
    """The theorem holds for steps up to `form`, a closed form in parameters and spacings.

    `attained`: it holds at that step too. Several bounds hold together: the least one counts.
    """

    form: Expr
    attained: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """A claim with its proof, for every step up to the least of `bounds` (none: for every step).

    `scale` maps a bound to the value of tau * ||operator|| that the method allows; `mode` is where
    the symbol has its maximum, by unknown: y_a = sin^2(theta_a / 2), for a witness.
    """

    kind: str
    statement: str
    norm: str
    domain: str
    hypotheses: tuple[str, ...]
    bound: str
    proof: dict[str, Json]
    bounds: tuple[Bounded, ...] = ()
    sharp: bool = False
    parameter: str | None = None
    set: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A claim about a scheme; `tau` is the step of the file where that is known."""

    scheme: Scheme
    claim: Claim
    tau: Expr | None = None

    @property
    def part(self) -> str | None:
        """The operator of `of PART`."""
        return self.claim.part


Prover: TypeAlias = Callable[[Question], Proved]


@dataclass(frozen=True, slots=True, kw_only=True)
class Theorem:
    """One kind of certificate: which claims it can prove, and how."""

    name: str
    claims: tuple[str, ...]
    prove: Prover
    sets: bool = False  # it decides claims `for r`
    implicit: bool = False  # it reads the left sides of rates


def is_implicit(scheme: Scheme) -> bool:
    """Whether the newest level of an iterate follows from a left side."""
    return any(rate.left for rate in scheme.rates)


def contains(part: Json, value: Expr) -> bool:
    """True when an exact value lies in a part of a set, by the rational ends that are inside it."""
    assert isinstance(part, dict)
    low, high = part["low_value"], part["high_value"]
    if not value.is_Rational:
        return False
    above = low is None or (value > (a := sympy.Rational(str(low)))) or (
        value == a and bool(part["low_closed"]))  # fmt: skip
    below = high is None or (value < (b := sympy.Rational(str(high)))) or (
        value == b and bool(part["high_closed"]))  # fmt: skip
    return bool(above and below)


def claim_text(claim: Claim) -> str:
    """The claim as the file writes it: "conserves integral(u) of dx"."""
    text = claim.name
    if claim.value is not None:
        text += f" integral({value_text(claim.value)})"
    if claim.part is not None:
        text += f" of {claim.part}"
    return text + (f" for {claim.parameter}" if claim.parameter is not None else "")


def value_text(value: Expr) -> str:
    """The argument of `conserves integral(...)`, without the integral."""
    inner = value.args[0] if type(value).__name__ == "Integral" else value
    return str(inner).replace("**", "^")


def weights_of(value: Expr, fields: tuple[Symbol, ...]) -> dict[Symbol, Expr] | None:
    """{field: constant factor} of a linear integrand, or None."""
    inner = value.args[0] if type(value).__name__ == "Integral" else value
    found: dict[Symbol, Expr] = {}
    for term in sympy.Add.make_args(sympy.expand(inner)):
        factors = sympy.Mul.make_args(term)
        own = [f for f in factors if f in fields]
        rest = sympy.Mul(*(f for f in factors if f not in fields))
        if len(own) != 1 or not rest.is_Rational:
            return None
        found[own[0]] = found.get(own[0], sympy.S.Zero) + rest
    return found
