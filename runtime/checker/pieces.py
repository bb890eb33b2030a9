"""Rational functions of "@" on an interval: |x|, min and max decided, bounds decided by Sturm."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .elementary import sqrt_at
from .polynomials import (
    Line,
    combined,
    common,
    derivative,
    divided,
    multiply,
    nonnegative_on,
    roots_between,
    squarefree,
    trimmed,
    value,
)
from .ranges import ONE, ZERO, Range, Rejected, only
from .trees import Tree, number

LONGEST = 60  # the highest degree


@dataclass(frozen=True, slots=True)
class Quotient:
    """top / bottom, without common factors."""

    top: Line
    bottom: Line


def reduced(top: Line, bottom: Line) -> Quotient:
    """A quotient in lowest terms."""
    if not bottom:
        raise Rejected("a denominator is zero")
    if max(len(top), len(bottom)) > LONGEST:
        raise Rejected("a rational function has too high a degree")
    if not top:
        return Quotient([], [ONE])
    shared = common(top, bottom)
    return Quotient(divided(top, shared)[0], divided(bottom, shared)[0])


class Piece:
    """Rational functions on one interval, which may be unbounded."""

    def __init__(self, box: Range) -> None:
        self.box = box

    def of(self, tree: Tree) -> Quotient:
        """The rational function that a formula is on the interval."""
        if tree == "@":
            return Quotient([ZERO, ONE], [ONE])
        if isinstance(tree, str):
            found = number(tree)
            if found is None:
                raise Rejected("a formula of several names is not decided by Sturm")
            return Quotient(trimmed([found]), [ONE])
        word, *arguments = tree
        if word == "^":
            return self._power(self.of(arguments[0]), number(arguments[1]))
        parts = [self.of(a) for a in arguments]
        match word:
            case "+" | "*" | "max" | "min":
                rule = {"+": plus, "*": times, "max": self._larger, "min": self._smaller}[word]
                total = parts[0]
                for part in parts[1:]:
                    total = rule(total, part)
                return total
            case "abs":
                return self._larger(parts[0], minus(parts[0]))
            case "relu":
                return self._larger(parts[0], Quotient([], [ONE]))
        raise Rejected(f"{word!r} is no rational function")

    def _power(self, base: Quotient, n: Fraction | None) -> Quotient:
        if n is not None and n.denominator == 2:
            root = Quotient(root_of(base.top), root_of(base.bottom))
            return self._power(self._larger(root, minus(root)), Fraction(n.numerator))
        if n is None or n.denominator > 1 or abs(n) > LONGEST:
            raise Rejected("a power is no rational function")
        if n < 0:
            if not base.top:
                raise Rejected("a denominator is zero")
            base, n = Quotient(base.bottom, base.top), -n
        total = Quotient([ONE], [ONE])
        for _ in range(int(n)):
            total = times(total, base)
        return total

    def _larger(self, a: Quotient, b: Quotient) -> Quotient:
        gap = plus(a, minus(b))
        if self.nonnegative(multiply(gap.top, gap.bottom)):
            return a
        if self.nonnegative([-c for c in multiply(gap.top, gap.bottom)]):
            return b
        raise Rejected("a kink lies inside an interval")

    def _smaller(self, a: Quotient, b: Quotient) -> Quotient:
        return minus(self._larger(minus(a), minus(b)))

    # ---- signs

    def nonnegative(self, p: Line) -> bool:
        """p >= 0 on the interval."""
        return not p or nonnegative_on(self._on_unit(p), ZERO, ONE)

    def positive(self, p: Line) -> bool:
        """p > 0 on the closed interval, and not of smaller degree at infinity."""
        if not p or not self.nonnegative(p):
            return False
        unit = squarefree(self._on_unit(p))
        return value(unit, ZERO) != 0 and roots_between(unit, ZERO, ONE) == 0

    def _on_unit(self, p: Line) -> Line:
        """(1 - z)^n p(s(z)) for z in [0, 1]: s = a + z/(1-z), b - z/(1-z), or a + z (b - a)."""
        low, high = self.box.ends
        if isinstance(low, Fraction) and isinstance(high, Fraction):
            return _substituted(p, [low, high - low], [ONE])
        if isinstance(low, Fraction):
            return _substituted(p, [low, 1 - low], [ONE, -ONE])
        if isinstance(high, Fraction):
            return _substituted(p, [high, -1 - high], [ONE, -ONE])
        raise Rejected("a formula is decided by Sturm on the whole line: it has to be cut at 0")

    # ---- bounds

    def slope_within(self, f: Quotient, bounds: Range) -> bool:
        """low <= f' <= high; f' = (N'D - ND') / D^2."""
        self._no_pole(f)
        top = combined(multiply(derivative(f.top), f.bottom),
                       multiply(f.top, derivative(f.bottom)), -ONE)  # fmt: skip
        return self._between(trimmed(top), multiply(f.bottom, f.bottom), bounds)

    def sector_within(self, f: Quotient, bounds: Range) -> bool:
        """low s <= f <= high s where s >= 0, the other way round where s <= 0."""
        self._no_pole(f)
        if self.box.low < 0 < self.box.high:
            raise Rejected("an interval holds 0 inside")
        side = ONE if self.box.low >= 0 else -ONE
        square = multiply(f.bottom, f.bottom)
        top = [side * c for c in multiply(f.top, f.bottom)]
        return self._between(top, multiply([ZERO, side], square), bounds)

    def value_within(self, f: Quotient, bounds: Range) -> bool:
        """low <= f <= high."""
        self._no_pole(f)
        return self._between(multiply(f.top, f.bottom), multiply(f.bottom, f.bottom), bounds)

    def _no_pole(self, f: Quotient) -> None:
        if not (self.positive(f.bottom) or self.positive([-c for c in f.bottom])):
            raise Rejected("a denominator may vanish")

    def _between(self, top: Line, bottom: Line, bounds: Range) -> bool:
        """low <= top/bottom <= high with bottom >= 0."""
        found = True
        if isinstance(bounds.low, Fraction):
            found = self.nonnegative(combined(top, bottom, -bounds.low))
        if isinstance(bounds.high, Fraction):
            above = combined([bounds.high * c for c in bottom], top, -ONE)
            found = found and self.nonnegative(above)
        return found


def root_of(p: Line) -> Line:
    """The polynomial whose square p is."""
    found: Line = [ZERO] * (len(p) // 2 + 1)
    lead = sqrt_at(p[-1]) if p else only(0)
    if len(p) % 2 != 1 or lead.low != lead.high or not isinstance(lead.low, Fraction):
        raise Rejected("a root is no rational function")
    top = len(p) // 2
    found[top] = lead.low
    for k in range(top - 1, -1, -1):
        known = sum((found[i] * found[top + k - i] for i in range(k + 1, top)), ZERO)
        found[k] = (p[top + k] - known) / (2 * lead.low)
    if multiply(found, found) != p:
        raise Rejected("a root is no rational function")
    return found


def _substituted(p: Line, top: Line, bottom: Line) -> Line:
    """bottom^n p(top / bottom)."""
    found: Line = []
    power: Line = [ONE]
    for c in reversed(p):
        found = combined(multiply(found, top), power, c)
        power = multiply(power, bottom)
    return found


def plus(a: Quotient, b: Quotient) -> Quotient:
    """a + b."""
    top = combined(multiply(a.top, b.bottom), multiply(b.top, a.bottom))
    return reduced(top, multiply(a.bottom, b.bottom))


def times(a: Quotient, b: Quotient) -> Quotient:
    """a * b."""
    return reduced(multiply(a.top, b.top), multiply(a.bottom, b.bottom))


def minus(a: Quotient) -> Quotient:
    """-a."""
    return Quotient([-c for c in a.top], a.bottom)
