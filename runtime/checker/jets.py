"""Values, slopes and curvatures of a formula in "@" on a box, by the rules of calculus.

A jet holds ranges of f, f' and f'', of f'/f where f has no zero, and of f/s where s is a factor.
Of a product A B the slope is held twice: as A'B + AB', and as B (A' + A (B'/B)), which keeps its
sign where the first loses it to rounding of ranges: (s / sqrt(1 + s^2))' > 0. At kinks of |x|, min
and max the slope is the range between both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from . import functions
from .elementary import pi_range
from .germs import ANY, NOTHING, Germ, Size, plain
from .ranges import ONE, ZERO, End, Range, Rejected, only
from .trees import Box, Tree, extent, number

HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Jet:
    """f, f', f'', and where they are known f'/f and f/s."""

    value: Size
    slope: Size
    bend: Size
    log: Size | None = None
    quotient: Size | None = None


def constant(value: Range) -> Jet:
    """A number."""
    known = NOTHING if value.low > 0 or value.high < 0 else None
    zero = NOTHING if value == only(0) else None
    return Jet(plain(value), NOTHING, NOTHING, known, zero)


class Place:
    """A box of the variable: plain, or from 0 or to infinity with sizes by powers of u."""

    def __init__(self, low: End, high: End, *, germ: bool) -> None:
        self.box = Range(low, high)
        one = plain(only(1))
        self.germ = Germ()
        value, log = plain(self.box), None
        if germ:
            sign, power, top = self._kind()
            self.germ = Germ(top)
            value = Size(power, only(sign))
            log = Size(-power, only(sign))
        elif low > 0 or high < 0:
            log = plain(self.box.inverse())
        self.variable = Jet(value, one, NOTHING, log, one)

    def _kind(self) -> tuple[int, Fraction, Fraction]:
        """The sign of s, the power of u that it is, and the largest u."""
        low, high = self.box.ends
        if low == 0 and isinstance(high, Fraction):
            return 1, ONE, high
        if high == 0 and isinstance(low, Fraction):
            return -1, ONE, -low
        if isinstance(low, Fraction) and low > 0 and not isinstance(high, Fraction):
            return 1, -ONE, 1 / low
        if isinstance(high, Fraction) and high < 0 and not isinstance(low, Fraction):
            return -1, -ONE, -1 / high
        raise Rejected("a germ that lies neither at 0 nor at infinity")


class Calculus:
    """Jets of formulas on one place, parameters in a box."""

    def __init__(self, place: Place, box: Box) -> None:
        self.place, self.box, self.germ = place, box, place.germ

    def jet(self, tree: Tree) -> Jet:
        """The jet of an expression without conditions."""
        if tree == "@":
            return self.place.variable
        if isinstance(tree, str):
            return constant(extent(tree, self.box))
        word, *arguments = tree
        if word == "^":
            return self._power(arguments)
        parts = [self.jet(a) for a in arguments]
        if word in {"+", "*", "max", "min"}:
            rule = {"+": self._sum, "*": self._product, "max": self._larger}.get(word)
            total = parts[0]
            for part in parts[1:]:
                total = rule(total, part) if rule else self._smaller(total, part)
            return total
        if word not in RULES:
            raise Rejected(f"no rule for the slope of {word!r}")
        return RULES[word](self, *parts)

    def _sum(self, a: Jet, b: Jet) -> Jet:
        add = self.germ.add
        value, slope = add(a.value, b.value), add(a.slope, b.slope)
        quotient = add(a.quotient, b.quotient) if a.quotient and b.quotient else None
        return Jet(value, slope, add(a.bend, b.bend), self._log(value, slope), quotient)

    def _log(self, value: Size, slope: Size) -> Size | None:
        if value.part.low > 0 or value.part.high < 0:
            return self.germ.times(slope, self.germ.raised(value, -ONE))
        return None

    def _product(self, a: Jet, b: Jet) -> Jet:
        g = self.germ
        slope = g.add(g.times(a.slope, b.value), g.times(a.value, b.slope))
        for x, y in ((a, b), (b, a)):
            if y.log:
                other = g.times(y.value, g.add(x.slope, g.times(x.value, y.log)))
                slope = g.meet(other, slope)
        bend = g.add(g.times(a.bend, b.value), g.times(a.value, b.bend))
        bend = g.add(bend, g.scaled(Fraction(2), g.times(a.slope, b.slope)))
        log = g.add(a.log, b.log) if a.log and b.log else None
        quotient = g.times(a.quotient, b.value) if a.quotient else None
        if b.quotient:
            quotient = g.times(a.value, b.quotient)
        return Jet(g.times(a.value, b.value), slope, bend, log, quotient)

    def _power(self, arguments: list[Tree]) -> Jet:
        base, n = self.jet(arguments[0]), number(arguments[1])
        if n is None or n.denominator > 2:
            if base.value.part.low < 0:
                raise Rejected("a power of a number that may be negative")
            exponent = self.jet(arguments[1])
            return self._exp(self._product(exponent, self._logarithm(base)))
        if n == 0:
            return constant(only(1))
        g = self.germ
        value = g.raised(base.value, n)
        first = g.scaled(n, g.raised(base.value, n - 1) if n != 1 else plain(only(1)))
        second = NOTHING if n == 1 else g.scaled(
            n * (n - 1), g.raised(base.value, n - 2) if n != 2 else plain(only(1)))  # fmt: skip
        log = g.scaled(n, base.log) if base.log else None
        quotient = None
        if base.quotient and n.denominator == 1 and n > 0:
            quotient = g.times(base.quotient, g.raised(base.value, n - 1) if n > 1 else
                               plain(only(1)))  # fmt: skip
        return self.composed(base, (value, first, second), log, quotient)

    def composed(
        self,
        inner: Jet,
        outer: tuple[Size, Size, Size],
        log: Size | None = None,
        quotient: Size | None = None,
    ) -> Jet:
        """The chain rule: f(a), f'(a) a', f''(a) a'^2 + f'(a) a''."""
        g = self.germ
        value, first, second = outer
        slope = g.times(first, inner.slope)
        bend = g.add(g.times(second, g.times(inner.slope, inner.slope)),
                     g.times(first, inner.bend))  # fmt: skip
        return Jet(value, slope, bend, log or self._log(value, slope), quotient)

    # ---- kinks

    def _larger(self, a: Jet, b: Jet) -> Jet:
        gap = self.germ.add(a.value, self.germ.scaled(-ONE, b.value)).part
        if gap.low >= 0 or gap.high <= 0:
            return a if gap.low >= 0 else b
        value = functions.largest(*(self.germ.range(x.value) for x in (a, b)))
        quotient = self.germ.join(a.quotient, b.quotient) if a.quotient and b.quotient else None
        return Jet(plain(value), self.germ.join(a.slope, b.slope), ANY, None, quotient)

    def _smaller(self, a: Jet, b: Jet) -> Jet:
        return self.minus(self._larger(self.minus(a), self.minus(b)))

    def minus(self, a: Jet) -> Jet:
        """-a."""
        return self._product(constant(only(-1)), a)

    def absolute(self, a: Jet) -> Jet:
        """|a|."""
        return self._larger(a, self.minus(a))

    def positive_part(self, a: Jet) -> Jet:
        """max(a, 0)."""
        return self._larger(a, constant(only(0)))

    # ---- elementary functions

    def _exp(self, a: Jet) -> Jet:
        g = self.germ
        value = g.exp(a.value)
        bend = g.times(value, g.add(a.bend, g.times(a.slope, a.slope)))
        return Jet(value, g.times(value, a.slope), bend, a.slope)

    def _logarithm(self, a: Jet) -> Jet:
        g = self.germ
        inverse = g.raised(a.value, -ONE)
        second = g.scaled(-ONE, g.times(inverse, inverse))
        return self.composed(a, (plain(functions.log(g.range(a.value))), inverse, second))

    def faded(self, a: Jet, rate: int) -> Size:
        """e^(-rate |a|) where a has one sign and no bound, else any number."""
        part = a.value.part
        if a.value.power >= 0 or part.low <= 0 <= part.high:
            return ANY
        sign = -1 if part.low > 0 else 1
        found = self.germ.exp(self.germ.scaled(Fraction(sign * rate), a.value))
        return found if found.power > 0 else ANY

    def tanh(self, a: Jet) -> Jet:
        """1 - tanh^2 <= 4 e^(-2|a|)."""
        g = self.germ
        value = functions.FUNCTIONS["tanh"](g.range(a.value))
        first = plain(only(1) + -value.power(2))
        fade = g.scaled(Fraction(4), self.faded(a, 2))
        first = Size(fade.power, Range(ZERO, fade.part.high)) if fade.power > 0 else first
        second = g.scaled(Fraction(-2), g.times(plain(value), first))
        return self.composed(a, (plain(value), first, second))

    def sigmoid(self, a: Jet) -> Jet:
        """(1 + tanh(a/2)) / 2."""
        half = constant(only(HALF))
        inner = self.tanh(self._product(half, a))
        return self._product(half, self._sum(constant(only(1)), inner))

    def softplus(self, a: Jet) -> Jet:
        """Its slope is the sigmoid's value, its curvature the sigmoid's slope."""
        value = functions.FUNCTIONS["softplus"](self.germ.range(a.value))
        alone = self.sigmoid(Jet(a.value, plain(only(1)), NOTHING))
        return self.composed(a, (plain(value), alone.value, alone.slope))

    def erf(self, a: Jet) -> Jet:
        """2 / sqrt(pi) e^(-a^2)."""
        g = self.germ
        value = functions.FUNCTIONS["erf"](g.range(a.value))
        bell = g.exp(g.scaled(-ONE, g.raised(a.value, Fraction(2))))
        first = g.times(plain(only(2) * functions.sqrt(pi_range()).inverse()), bell)
        second = g.scaled(Fraction(-2), g.times(a.value, first))
        return self.composed(a, (plain(value), first, second))

    def gelu(self, a: Jet) -> Jet:
        """A (1 + erf(a / sqrt 2)) / 2."""
        inner = self._product(constant(functions.sqrt(only(HALF))), a)
        half = constant(only(HALF))
        return self._product(a, self._sum(half, self._product(half, self.erf(inner))))

    def wave(self, a: Jet, names: tuple[str, str], sign: int) -> Jet:
        """Sine and cosine, plain and hyperbolic: f' = sign * other, f'' = +- f."""
        x = self.germ.range(a.value)
        found, other = (PLAIN[n](x) for n in names)
        back = found if names[0] in {"sinh", "cosh"} else -found
        return self.composed(a, (plain(found), plain(only(sign) * other), plain(back)))


def _cosh(x: Range) -> Range:
    return functions.sqrt(only(1) + functions.FUNCTIONS["sinh"](x).power(2))


PLAIN: Mapping[str, Callable[[Range], Range]] = {**functions.FUNCTIONS, "cosh": _cosh}
RULES: Mapping[str, Callable[..., Jet]] = {
    "exp": Calculus._exp,
    "log": Calculus._logarithm,
    "tanh": Calculus.tanh,
    "sigmoid": Calculus.sigmoid,
    "softplus": Calculus.softplus,
    "erf": Calculus.erf,
    "gelu": Calculus.gelu,
    "abs": Calculus.absolute,
    "relu": Calculus.positive_part,
    "sin": lambda c, a: c.wave(a, ("sin", "cos"), 1),
    "cos": lambda c, a: c.wave(a, ("cos", "sin"), -1),
    "sinh": lambda c, a: c.wave(a, ("sinh", "cosh"), 1),
    "cosh": lambda c, a: c.wave(a, ("cosh", "sinh"), 1),
}
