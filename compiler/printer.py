"""sympy -> torch text, by precedence; numbers are exact until they are printed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import sympy
from sympy import Expr, Symbol

from . import operators as m
from .naming import safe

ADD, MUL, UNARY, POW, ATOM = range(1, 6)
_DIGITS = 9  # longest decimal that is printed for a rational


@dataclass(frozen=True, slots=True, kw_only=True)
class Printer:
    """Prints expressions; `names` says how a symbol is written, `call` how a function is called."""

    names: Mapping[Symbol, str]
    call: Callable[[Symbol, list[str]], str]
    scalars: frozenset[Symbol] = frozenset()

    def text(self, expression: Expr, level: int = 0) -> str:
        """The expression as text, in parentheses if it binds looser than `level`."""
        text, own = self._print(expression)
        return f"({text})" if own < level else text

    def _print(self, e: Expr) -> tuple[str, int]:
        if e.is_Symbol:
            return self.names.get(e, safe(e.name)), ATOM
        if e.is_number and not e.has(m.Operator):
            return number(e)
        if not e.free_symbols and e.atoms(*_MEANING) and not e.has(m.Called, m.Where):
            return number(e.replace(lambda n: type(n) in _MEANING, _written_out))
        if e.is_Add:
            return self._sum(e), ADD
        if e.is_Mul:
            return self._product(e)
        if e.is_Pow:
            return self._power(e)
        if isinstance(e, sympy.logic.boolalg.BooleanFunction | sympy.core.relational.Relational):
            return self._boolean(e)
        return self._function(e), ATOM

    # ---- arithmetic

    def _sum(self, e: Expr) -> str:
        terms = sorted(e.as_ordered_terms(), key=lambda t: not t.is_number)
        if _negative(terms[0]) and (first := next((t for t in terms if not _negative(t)), None)):
            terms.remove(first)
            terms.insert(0, first)
        text = self.text(terms[0], ADD)
        for term in terms[1:]:
            sign = "-" if _negative(term) else "+"
            text += f" {sign} {self.text(-term if sign == '-' else term, MUL)}"
        return text

    def _product(self, e: Expr) -> tuple[str, int]:
        coefficient, rest = e.as_coeff_Mul(rational=True)
        over, under = [], []
        for factor in sympy.Mul.make_args(rest):
            base, exponent = factor.as_base_exp()
            if exponent.is_Rational and exponent.is_negative:
                under.append(base**-exponent)
            else:
                over.append(factor)
        over.sort(key=self._weight)
        sign, front, back = _coefficient(coefficient)
        head = ([front] if front else []) + [
            self.text(f, MUL + (i > 0 or bool(front))) for i, f in enumerate(over)
        ]
        text = " * ".join(head) or "1"
        tail = [self.text(f, UNARY) for f in under] + ([back] if back else [])
        text += "".join(f" / {t}" for t in tail)
        if sign > 0:
            return text, MUL
        alone = len(over) == 1 and not front and not tail and "**" in text
        return (f"-({text})" if alone and not text.startswith("(") else f"-{text}"), UNARY - 1

    def _weight(self, factor: Expr) -> tuple[bool, bool, bool, str]:
        """Scalars first: their product is one number; then functions, arrays, sums last."""
        scalar = factor.free_symbols <= self.scalars
        return (not scalar, factor.is_Add, not isinstance(factor, m.Called), str(factor))

    def _power(self, e: Expr) -> tuple[str, int]:
        base, exponent = e.as_base_exp()
        if exponent.is_Rational and exponent.is_negative:
            return f"1 / {self.text(base**-exponent, UNARY)}", MUL
        if exponent == sympy.Rational(1, 2):
            return f"torch.sqrt({self.text(base)})", ATOM
        if base == sympy.E:
            return f"torch.exp({self.text(exponent)})", ATOM
        low, high = self.text(base, ATOM), self.text(exponent, ATOM)
        tight = _simple(low) and _simple(high)
        return f"{low}**{high}" if tight else f"{low} ** {high}", POW

    # ---- functions

    def _function(self, e: Expr) -> str:
        if isinstance(e, m.Called):
            return self.call(e.args[0], [self.text(a) for a in e.args[1:]])
        if isinstance(e, m.Where):
            return self._where(e)
        if isinstance(e, m.HarmonicMean):
            a, b = (self.text(x, UNARY) for x in e.args)
            return f"torch.where({a} + {b} == 0, 0 * {a}, 2 * {a} * {b} / ({a} + {b}))"
        if isinstance(e, m.RandomNormal | m.RandomUniform):
            kind = "normal" if isinstance(e, m.RandomNormal) else "uniform"
            return f"layers.random_{kind}({e.args[0]}, shape)"
        if isinstance(e, sympy.Max | sympy.Min):
            return self._extreme(e)
        if isinstance(e, sympy.Heaviside):
            return f"(0.5 + 0.5 * torch.sign({self.text(e.args[0])}))"
        word = _FUNCTIONS[type(e)]
        return f"{word}({', '.join(self.text(a) for a in e.args)})"

    def _where(self, e: Expr) -> str:
        condition, yes, no = e.args
        texts = [self.text(yes), self.text(no)]
        if yes.is_number and no.is_number:
            arrays = sorted(condition.free_symbols - self.scalars, key=str)
            like = arrays or sorted(condition.free_symbols, key=str)
            texts[0] = f"torch.full_like({self.text(like[0])}, {texts[0]})"
        return f"torch.where({self.text(condition)}, {texts[0]}, {texts[1]})"

    def _extreme(self, e: Expr) -> str:
        word, bound = ("maximum", "min") if isinstance(e, sympy.Max) else ("minimum", "max")
        numbers = [a for a in e.args if a.is_number]
        rest = sorted((a for a in e.args if not a.is_number), key=str)
        text = self.text(rest[0])
        for other in rest[1:]:
            text = f"torch.{word}({text}, {self.text(other)})"
        for value in numbers:
            text = f"torch.clamp({text}, {bound}={self.text(value)})"
        return text

    def _boolean(self, e: Expr) -> tuple[str, int]:
        if isinstance(e, sympy.core.relational.Relational):
            left, right = self.text(e.lhs, ADD), self.text(e.rhs, ADD)
            return f"{left} {e.rel_op} {right}", 0
        if isinstance(e, sympy.Not):
            return f"~({self.text(e.args[0])})", UNARY
        sign = " & " if isinstance(e, sympy.And) else " | "
        parts = sorted(e.args, key=sympy.default_sort_key)
        return sign.join(f"({self.text(a)})" for a in parts), 0


_FUNCTIONS = {
    sympy.exp: "torch.exp", sympy.log: "torch.log", sympy.sin: "torch.sin",
    sympy.cos: "torch.cos", sympy.tan: "torch.tan", sympy.sinh: "torch.sinh",
    sympy.cosh: "torch.cosh", sympy.tanh: "torch.tanh", sympy.Abs: "torch.abs",
    sympy.sign: "torch.sign", sympy.erf: "torch.erf", m.Sigmoid: "torch.sigmoid",
    m.Relu: "torch.relu", m.Softplus: "nn.functional.softplus", m.Gelu: "nn.functional.gelu",
}  # fmt: skip


_MEANING: dict[type[Expr], Callable[[Expr], Expr]] = {
    m.Sigmoid: lambda s: 1 / (1 + sympy.exp(-s)),
    m.Relu: lambda s: sympy.Max(s, 0),
    m.Softplus: lambda s: sympy.log(1 + sympy.exp(s)),
    m.Gelu: lambda s: s * (1 + sympy.erf(s / sympy.sqrt(2))) / 2,
}


def _written_out(node: Expr) -> Expr:
    """A function of a number by what it means."""
    return _MEANING[type(node)](node.args[0])


def _simple(text: str) -> bool:
    """A name or a number: what a power hugs."""
    return text.replace("_", "").replace(".", "").isalnum()


def _negative(term: Expr) -> bool:
    return bool(term.could_extract_minus_sign() and term.as_coeff_Mul()[0].is_negative)


def _coefficient(value: Expr) -> tuple[int, str, str]:
    """(sign, text in front, text to divide by): 1/3 divides, 1/4 is 0.25, 2/3 is 2 * .. / 3."""
    sign = -1 if value < 0 else 1
    value = abs(value)
    if value == 1:
        return sign, "", ""
    decimal = _decimal(Fraction(int(value.p), int(value.q)))
    if decimal:
        return sign, decimal, ""
    return sign, "" if value.p == 1 else str(value.p), str(value.q)


def number(value: Expr) -> tuple[str, int]:
    """A number: integers and short decimals as they are, p / q, multiples of pi, else a float."""
    if value.is_Rational:
        fraction = Fraction(int(value.p), int(value.q))
        text = _decimal(fraction) or f"{fraction.numerator} / {fraction.denominator}"
        return text, MUL if "/" in text else (UNARY if fraction < 0 else ATOM)
    ratio = value / sympy.pi
    if ratio.is_Rational:
        factor = "" if ratio == 1 else f"{number(ratio)[0]} * "
        return f"{factor}math.pi", ATOM if ratio == 1 else MUL
    rounded = float(value.evalf(40))
    return repr(rounded), ATOM if rounded >= 0 else UNARY


def _decimal(value: Fraction) -> str:
    """The exact decimal of a rational if it is short, else nothing."""
    if value.denominator == 1 and abs(value.numerator) < 10**15:
        return str(value.numerator)
    text = repr(float(value))
    exact = Fraction(text) == value
    return text if exact and len(text.lstrip("-0.")) <= _DIGITS and "e" not in text else ""
