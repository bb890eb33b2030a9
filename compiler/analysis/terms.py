"""What a formula means while it is read: values with their rank, operators, conditions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from sympy import Expr, Symbol
from sympy.logic.boolalg import Boolean

from ..source import Span


class Refusal(Exception):
    """A fault at a place; whoever reads the formula notes it and goes on with the others."""

    def __init__(self, span: Span, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.span, self.message, self.hint = span, message, hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A value: its components in sympy, and what sympy does not know about it.

    `size` counts the nodes of the tree with repetition, since traversals see repetitions; `order`
    is the highest derivative in it; `number` says that it holds no symbol, `uniform` that it holds
    parameters at most; `channels` is None for a parameter of a function, which takes any.
    """

    parts: tuple[Expr, ...]
    vector: bool = False
    channels: int | None = 1
    size: int = 1
    order: int = 0
    number: bool = False
    uniform: bool = False
    span: Span

    @property
    def scalar(self) -> Expr:
        """The only component."""
        (part,) = self.parts
        return part

    @property
    def rank(self) -> str:
        """In words."""
        return "vector" if self.vector else "scalar"

    def at(self, span: Span) -> Term:
        """The same value read at another place."""
        return replace(self, span=span)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operators:
    """A sum of operator words with coefficients, such as `1 + 2*lap + lap^2`.

    A word is a tuple of operator names, the outermost first; the empty word is the identity.
    """

    words: tuple[tuple[tuple[str, ...], Expr], ...]
    constant: bool  # no coefficient varies in space
    span: Span

    def at(self, span: Span) -> Operators:
        """The same operator read at another place."""
        return replace(self, span=span)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """True or false at a point."""

    holds: Boolean
    size: int
    span: Span


Result: TypeAlias = "Term | Operators | Condition | None"  # None: a fault has been told

NODES = 8_000  # in a formula with everything written out


def cover(span: Span, *items: Term | Condition) -> int:
    """The size of a node over these items."""
    size = 1 + sum(item.size for item in items)
    if size > NODES:
        raise Refusal(
            span,
            f"this formula has more than {NODES} terms when everything in it is written out",
            "name its parts as data or as unknowns of their own",
        )
    return size


def join(terms: Sequence[Term], span: Span) -> int | None:
    """The channels of a combination: one channel goes with any number."""
    known = {term.channels for term in terms} - {1, None}
    if len(known) > 1:
        first = next(term for term in terms if term.channels in known)
        other = next(t for t in terms if t.channels in known and t.channels != first.channels)
        raise Refusal(
            other.span,
            f"this has {other.channels} channels, what it is combined with has {first.channels}",
        )
    if known:
        return known.pop()
    return None if any(term.channels is None for term in terms) else 1


def symbol(name: str) -> Symbol:
    """The real symbol of a name."""
    return Symbol(name, real=True)


def combined(parts: tuple[Expr, ...], terms: Sequence[Term], span: Span) -> Term:
    """A term made of others, vector if one of them is."""
    return Term(
        parts=parts,
        vector=any(term.vector for term in terms),
        channels=join(terms, span),
        size=cover(span, *terms),
        order=max((term.order for term in terms), default=0),
        number=all(term.number for term in terms),
        uniform=all(term.uniform for term in terms),
        span=span,
    )
