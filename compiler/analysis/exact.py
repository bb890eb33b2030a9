"""Exact arithmetic on terms that cannot run away: sizes are checked before sympy evaluates."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import sympy
from sympy import Expr, Rational

from ..source import Span
from .terms import Refusal, Term, combined

BITS = 2000  # of a numerator or denominator
EXPONENT = 64
LARGEST = Rational(10) ** 300
SMALLEST = Rational(1, 10**30)
_TOO_LARGE = "this number is too large"


def rational(number: Fraction | int) -> Rational:
    """An exact number of sympy's."""
    return Rational(number.numerator, number.denominator)


def constant(value: Rational | int, span: Span) -> Term:
    """An exact number as a term."""
    return checked(Term(parts=(sympy.sympify(value),), number=True, uniform=True, span=span))


def add(terms: Sequence[Term], span: Span) -> Term:
    """The sum of terms of one rank."""
    first = terms[0]
    for term in terms:
        if term.vector != first.vector:
            raise Refusal(term.span, f"a {first.rank} and a {term.rank} cannot be added")
    parts = tuple(sympy.Add(*column) for column in zip(*(t.parts for t in terms), strict=True))
    return checked(combined(parts, terms, span))


def negative(term: Term, span: Span) -> Term:
    """The term with its sign changed."""
    return combined(tuple(-part for part in term.parts), [term], span)


def multiply(terms: Sequence[Term], span: Span) -> Term:
    """The product of scalars with at most one vector."""
    vectors = [term for term in terms if term.vector]
    if len(vectors) > 1:
        raise Refusal(vectors[1].span, "two vectors cannot be multiplied", "dot(a, b) is a scalar")
    factor = sympy.Mul(*(term.scalar for term in terms if not term.vector))
    parts = tuple(factor * part for part in vectors[0].parts) if vectors else (factor,)
    return checked(combined(parts, terms, span))


def divide(above: Term, below: Term, span: Span) -> Term:
    """The quotient; a divisor that is zero is refused."""
    if below.vector:
        raise Refusal(below.span, "nothing can be divided by a vector")
    if is_zero(below):
        raise Refusal(below.span, "division by zero")
    return checked(
        combined(tuple(part / below.scalar for part in above.parts), [above, below], span)
    )


def power(base: Term, exponent: Term, span: Span) -> Term:
    """A power of a scalar, with everything checked before sympy sees it."""
    if base.vector:
        raise Refusal(base.span, "a vector has no powers", "norm2(v) is the square of its length")
    if exponent.vector:
        raise Refusal(exponent.span, "an exponent is a scalar")
    _check_power(base, exponent)
    result = base.scalar**exponent.scalar
    if base.scalar not in result.args and result.has(sympy.I):
        raise Refusal(base.span, "this power of a negative number is not real")
    return checked(combined((result,), [base, exponent], span))


def _check_power(base: Term, exponent: Term) -> None:
    """Refuse exponents over 64, also in powers of powers, and numbers that grow too large."""
    power, inner = exponent.scalar, base.scalar.as_base_exp()[1]
    total = power * inner if inner.is_Rational else power
    if power.is_Rational and max(abs(power), abs(total)) > EXPONENT:
        raise Refusal(exponent.span, f"an exponent may be at most {EXPONENT}")
    if not power.is_Rational and exponent.number and magnitude(exponent) > EXPONENT:
        raise Refusal(exponent.span, f"an exponent may be at most {EXPONENT}")
    if is_zero(base) and sign(exponent) == -1:
        raise Refusal(base.span, "division by zero, since zero has no negative powers")
    if power.is_Rational and power.q.bit_length() > EXPONENT:
        raise Refusal(exponent.span, "this exponent has too many digits")
    coefficient = base.scalar.as_coeff_Mul()[0]
    if coefficient.is_Rational and power.is_Rational and _bits(coefficient) * abs(power) > BITS:
        raise Refusal(exponent.span, _TOO_LARGE)
    if base.number and sign(base) == -1 and not power.is_Integer:
        raise Refusal(base.span, "this power of a negative number is not real")


def checked(term: Term) -> Term:
    """The term if its components are finite, real numbers of bearable size, or formulas.

    Exponents that grow by multiplication, as in u*u*...*u, are bounded as written ones are.
    """
    for part in term.parts:
        if part in (sympy.nan, sympy.zoo, sympy.oo, -sympy.oo):
            raise Refusal(term.span, "this is not a finite number")
        coefficient = part.as_coeff_Mul()[0]
        if coefficient.is_Rational and _bits(coefficient) > BITS:
            raise Refusal(term.span, _TOO_LARGE)
        powers = (f.exp for f in sympy.Mul.make_args(part) if f.is_Pow)
        if any(power.is_Rational and abs(power) > EXPONENT for power in powers):
            raise Refusal(term.span, f"an exponent may be at most {EXPONENT}")
    if term.number and not term.vector:
        _check_number(term)
    return term


def _check_number(term: Term) -> None:
    """A number that is no fraction has a size and a sign that can be computed."""
    if term.scalar.is_Rational:
        return
    value = _value(term.scalar)
    if not value.is_comparable:
        raise Refusal(term.span, "this number cannot be told from zero")
    if abs(value) > LARGEST:
        raise Refusal(term.span, _TOO_LARGE)


def _bits(number: Rational) -> int:
    return max(int(number.p).bit_length(), int(number.q).bit_length())


def magnitude(term: Term) -> Rational | Expr:
    """The size of a number, exact or to a few digits; 0 where it cannot be told."""
    value = abs(_value(term.scalar))
    return value if value.is_number and value.is_comparable else sympy.S.Zero


def is_zero(term: Term) -> bool:
    """Whether a term is zero, or a number that cannot be told from zero."""
    if term.vector or not term.number:
        return all(part is sympy.S.Zero for part in term.parts)
    if term.scalar.is_Rational:
        return bool(term.scalar == 0)
    value = abs(_value(term.scalar))
    return bool(value.is_comparable and value < SMALLEST)


def sign(term: Term) -> int | None:
    """-1, 0 or 1 for a number, None where it cannot be told."""
    if not term.number or term.vector:
        return None
    return number_sign(term.scalar)


def number_sign(value: Expr) -> int | None:
    """-1, 0 or 1 for a sympy number, None where it cannot be told."""
    if not value.is_Rational:
        value = _value(value)
        if not value.is_comparable:
            return None
        if abs(value) < SMALLEST:
            return 0
    return int(bool(value > 0)) - int(bool(value < 0))


def _value(number: Expr) -> Expr:
    """The number itself if rational, else fifteen digits of it."""
    return number if number.is_Rational else sympy.N(number, 15)
