"""What a theorem of the open set is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import sympy
from sympy import Expr, Symbol

from ...runtime.contract import Json
from ..model import Claim, is_curve
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
    ends: tuple[tuple[Expr | None, Expr | None], ...] = ()  # the exact ones of each part of it


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
    learned: bool = False  # it knows learned kernels and curves


def is_learned(scheme: Scheme) -> bool:
    """Whether kernels or curves are learned, of which most theorems know nothing."""
    return bool(scheme.model.kernels) or any(map(is_curve, scheme.model.functions))


def is_implicit(scheme: Scheme) -> bool:
    """Whether the newest level of an iterate follows from a left side."""
    return any(rate.left for rate in scheme.rates)


def contains(part: Json, ends: tuple[Expr | None, Expr | None], value: Expr) -> bool:
    """True when a number lies in a part of a set, its ends compared by their squares.

    Ends and values whose squares are not rational are compared by the rationals inside the part.
    """
    assert isinstance(part, dict)
    sides = zip(("low", "high"), ends, (1, -1), strict=True)
    return all(end is None or _beyond(value, end, part, side, way) for side, end, way in sides)


def _beyond(value: Expr, end: Expr, part: dict[str, Json], side: str, way: int) -> bool:
    """The value is on the inner side of an end, or is the end, which belongs to the part."""
    a, b = _signed_square(value), _signed_square(end)
    if a is None or b is None:
        inner = sympy.Rational(str(part[f"{side}_value"]))
        return bool(value.is_Rational and way * (value - inner) > 0)
    return bool(way * (a - b) > 0 or (a == b and part[f"{side}_closed"]))


def _signed_square(x: Expr) -> Expr | None:
    """x |x|, which grows with x, where it is rational."""
    square = sympy.expand(x**2)
    return square * sympy.sign(x) if square.is_Rational else None


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
