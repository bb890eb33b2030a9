"""Expressions: nested lists ["+", a, b] over names and numbers "p/q", and closed forms as text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import reduce
from typing import Any, TypeAlias

from .elementary import pi_range
from .functions import FUNCTIONS, exp, log, sqrt
from .ranges import Range, Rejected, only

Tree: TypeAlias = Any  # str | list[Tree]
Box: TypeAlias = Mapping[str, Range]
NUMBER = re.compile(r"-?\d+(/[1-9]\d*)?")
DEEPEST = 200
MOST_BITS = 100_000  # of a number that an expression may come to
MOST_POWER = 64  # of a sum: its terms are written out
NAME_BITS = 64


def number(tree: Tree) -> Fraction | None:
    """The rational that a leaf is, or None."""
    return Fraction(tree) if isinstance(tree, str) and NUMBER.fullmatch(tree) else None


def names(tree: Tree) -> set[str]:
    """Every name in an expression but pi."""
    if isinstance(tree, str):
        return set() if number(tree) is not None or tree == "pi" else {tree}
    return set().union(*(names(a) for a in tree[1:]))


def replaced(tree: Tree, old: Tree, new: Tree) -> Tree:
    """The expression with every occurrence of one subexpression replaced."""
    if tree == old:
        return new
    return tree if isinstance(tree, str) else [tree[0], *(replaced(a, old, new) for a in tree[1:])]


def bounded(tree: Tree) -> int:
    """About how many bits its values take; raises Rejected where a power is too large to be taken.

    9^(9^9) is short to write, and nobody can wait for it.
    """
    if isinstance(tree, str):
        value = number(tree)
        return NAME_BITS if value is None else _bits(value)
    found = sum(bounded(a) for a in tree[1:])
    if tree[0] == "^" and len(tree) == 3:
        exponent = number(tree[2])
        if exponent is not None:
            size = abs(exponent.numerator)
            if size > MOST_POWER and _holds_sum(tree[1]):
                raise Rejected("a power of a sum is too large to be written out")
            found = max(1, size) * bounded(tree[1])
    if found > MOST_BITS:
        raise Rejected("a power is too large to be evaluated")
    return found


def _bits(value: Fraction) -> int:
    return value.numerator.bit_length() + value.denominator.bit_length()


def _holds_sum(tree: Tree) -> bool:
    return not isinstance(tree, str) and (tree[0] == "+" or any(map(_holds_sum, tree[1:])))


def extent(tree: Tree, box: Box) -> Range:
    """A range that holds every value of the expression on the box."""
    if isinstance(tree, str):
        value = number(tree)
        if value is not None:
            return only(value)
        if tree == "pi":
            return pi_range()
        if tree not in box:
            raise Rejected(f"nothing bounds {tree!r}")
        return box[tree]
    word, *arguments = tree
    if word == "where":
        return _where(arguments, box)
    if word == "^":
        return _power(arguments, box)
    parts = [extent(a, box) for a in arguments]
    if word == "+":
        return reduce(Range.__add__, parts)
    if word == "*":
        return reduce(Range.__mul__, parts)
    if word not in FUNCTIONS:
        raise Rejected(f"no rule for {word!r}")
    return FUNCTIONS[word](*parts)


def _power(arguments: list[Tree], box: Box) -> Range:
    base, exponent = extent(arguments[0], box), number(arguments[1])
    if exponent is not None and exponent.denominator == 1:
        return base.power(int(exponent))
    if exponent is not None and exponent.denominator == 2:
        return sqrt(base).power(exponent.numerator)
    found: Range = exp(extent(arguments[1], box) * log(base))
    return found


def _where(arguments: list[Tree], box: Box) -> Range:
    held = decided(arguments[0], box)
    if held is not None:
        return extent(arguments[1 if held else 2], box)
    return extent(arguments[1], box).joined(extent(arguments[2], box))


def decided(tree: Tree, box: Box) -> bool | None:
    """Whether a condition holds everywhere (True) or nowhere (False) on the box."""
    word, *arguments = tree
    if word == "not":
        found = decided(arguments[0], box)
        return None if found is None else not found
    if word in {"and", "or"}:
        found_all = [decided(a, box) for a in arguments]
        if (word == "or") in found_all:
            return bool(word == "or")
        return None if None in found_all else bool(word == "and")
    if word in {">", ">="}:
        return decided([{">": "<", ">=": "<="}[word], arguments[1], arguments[0]], box)
    if word not in {"<", "<="}:
        return None
    a, b = extent(arguments[0], box), extent(arguments[1], box)
    if (a.high < b.low) or (word == "<=" and a.high == b.low):
        return True
    if (a.low > b.high) or (word == "<" and a.low == b.high):
        return False
    return None


# ---- closed forms as text


TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_]\w*(?:\[\d+\])?)|(.))")


def parsed(text: str) -> Tree:
    """A closed form such as "h^2/(4*kappa)" or "min(a, sqrt(2)*b)" as nested lists."""
    tokens = [m for m in TOKEN.findall(text.strip()) if any(m)]
    reader = _Reader(tokens)
    found = reader.sum()
    if reader.at < len(tokens):
        raise Rejected(f"{text!r} is no closed form")
    bounded(found)
    return found


class _Reader:
    """Sums of products of powers, read from the left."""

    def __init__(self, tokens: list[tuple[str, str, str]]) -> None:
        self.tokens, self.at, self.depth = tokens, 0, 0

    def next_is(self, *signs: str) -> str:
        """Take one of these signs if it is next."""
        if self.at < len(self.tokens) and self.tokens[self.at][2] in signs:
            self.at += 1
            return self.tokens[self.at - 1][2]
        return ""

    def sum(self) -> Tree:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Rejected("a closed form is nested too deeply")
        total = self.product()
        while sign := self.next_is("+", "-"):
            term = self.product()
            total = ["+", total, term if sign == "+" else ["*", "-1", term]]
        self.depth -= 1
        return total

    def product(self) -> Tree:
        if self.next_is("-"):
            return ["*", "-1", self.product()]
        total = self.power()
        while sign := self.next_is("*", "/"):
            factor = self.power()
            total = ["*", total, factor if sign == "*" else ["^", factor, "-1"]]
        return total

    def power(self) -> Tree:
        base = self.atom()
        if self.next_is("^"):
            sign = self.next_is("-")
            exponent = self.atom()
            return ["^", base, f"-{exponent}" if sign else exponent]
        return base

    def atom(self) -> Tree:
        if self.next_is("("):
            inner = self.sum()
            self._expect(")")
            return str(value) if (value := rational(inner)) is not None else inner
        if self.at >= len(self.tokens):
            raise Rejected("a closed form ends too early")
        digits, name, _ = self.tokens[self.at]
        self.at += 1
        if digits:
            return str(Fraction(digits))
        if not name:
            raise Rejected("a closed form holds a sign where a number or a name is due")
        if name in {"sqrt", "min"} and self.next_is("("):
            arguments = [self.sum()]
            while self.next_is(","):
                arguments.append(self.sum())
            self._expect(")")
            return [name, *arguments]
        return name

    def _expect(self, sign: str) -> None:
        if not self.next_is(sign):
            raise Rejected(f"a closed form lacks {sign!r}")


def rational(tree: Tree) -> Fraction | None:
    """The value of an expression of numbers only, by the four operations, or None."""
    if isinstance(tree, str):
        return number(tree)
    parts = [rational(a) for a in tree[1:]]
    if None in parts or tree[0] not in {"+", "*", "^"}:
        return None
    values = [p for p in parts if p is not None]
    if tree[0] == "^":
        base, exponent = values
        if exponent.denominator != 1 or not base:
            return None
        if abs(exponent) * _bits(base) > MOST_BITS:
            raise Rejected("a power is too large to be evaluated")
        return base ** int(exponent)
    return sum(values, Fraction(0)) if tree[0] == "+" else reduce(lambda a, b: a * b, values)


def alternatives(tree: Tree) -> Iterator[Tree]:
    """The members of a minimum, or the expression itself."""
    if not isinstance(tree, str) and tree[0] == "min":
        yield from tree[1:]
    else:
        yield tree
