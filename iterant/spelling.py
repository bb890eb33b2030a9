"""Formulas as a `.scheme` file writes them, from the sympy trees of the model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Add, Expr, Symbol
from sympy.core.function import UndefinedFunction
from sympy.printing.str import StrPrinter

from .compiler.operators import Partial


def spelt(value: Any, axes: Sequence[Symbol] = ()) -> str:
    """A formula in the words of the language.

    `axes` lets sums of squares of all first derivatives be read as norm2(grad(u)).
    """
    if isinstance(value, tuple):
        return "vector(" + ", ".join(spelt(part, axes) for part in value) + ")"
    printer = _Printer()
    printer.axes = tuple(axes)
    return str(printer.doprint(_with_norms(value, tuple(axes))))


def _with_norms(value: Expr, axes: tuple[Symbol, ...]) -> Expr:
    """Write |grad u|^2 as one word."""
    bases = {p.args[0] for p in value.atoms(Partial)} if axes and hasattr(value, "atoms") else set()
    words = {}
    for base in bases:
        total = Add(*(Partial(base, axis, 1) ** 2 for axis in axes))
        words[total] = Symbol(f"norm2(grad({spelt(base, axes)}))")
    return value.xreplace(words) if words else value


_WORDS = {
    "Laplacian": "lap",
    "BoundaryIntegral": "boundary_integral",
    "Mean": "mean",
    "Variation": "variation",
    "Where": "where",
    "Sigmoid": "sigmoid",
    "Relu": "relu",
    "Softplus": "softplus",
    "Gelu": "gelu",
    "GraphLaplacian": "laplacian",
    "Abs": "abs",
    "Max": "max",
    "Min": "min",
    "RandomNormal": "random_normal",
    "RandomUniform": "random_uniform",
}


class _Printer(StrPrinter):  # type: ignore[misc]
    """sympy's own, with `^` for powers and the operators of the language."""

    printmethod = "_spelt"  # not `_sympystr`, by which the operators give their class names
    axes: tuple[Symbol, ...] = ()

    def _print_Pow(self, expr: Any, rational: bool = False) -> str:
        return str(super()._print_Pow(expr, rational)).replace("**", "^")

    def _print_Partial(self, expr: Any) -> str:
        operand, axis, order = expr.args
        if order <= 2:
            return f"d{str(axis) * int(order)}({self._print(operand)})"
        return f"d({self._print(operand)}, {axis}, {order})"

    def _print_Divergence(self, expr: Any) -> str:
        parts = expr.args
        inside = self._gradient(parts)
        if inside is not None:
            return f"div({inside})"
        if all(isinstance(part, Symbol) and "[" in part.name for part in parts):
            return f"div({parts[0].name.partition('[')[0]})"
        return "div(vector(" + ", ".join(self._print(part) for part in parts) + "))"

    def _gradient(self, parts: Sequence[Any]) -> str | None:
        """`g * grad(u)` where every part is the same factor of a derivative of one function."""
        if len(parts) != len(self.axes):
            return None
        slopes = [
            [
                f
                for f in part.as_ordered_factors()
                if isinstance(f, Partial) and f.args[1:] == (a, 1)
            ]
            for part, a in zip(parts, self.axes, strict=True)
        ]
        if not all(len(s) == 1 for s in slopes) or len({s[0].args[0] for s in slopes}) != 1:
            return None
        factors = {part / s[0] for part, s in zip(parts, slopes, strict=True)}
        if len(factors) != 1:
            return None
        gradient = f"grad({self._print(slopes[0][0].args[0])})"
        factor = factors.pop()
        return gradient if factor == 1 else f"{self.parenthesize(factor, 50)}*{gradient}"

    def _print_Called(self, expr: Any) -> str:
        return f"{expr.args[0]}({self.stringify(expr.args[1:], ', ')})"

    def _print_Convolved(self, expr: Any) -> str:
        return f"{expr.args[0]}({self._print(expr.args[1])})"

    def _print_ConvolvedAdjoint(self, expr: Any) -> str:
        return f"{expr.args[0]}.T({self._print(expr.args[1])})"

    def _print_AtNode(self, expr: Any) -> str:
        name, level, *offsets = expr.args
        indices = [_shifted("k", level), *map(_shifted, "ijl", offsets)]
        return f"{name}[{', '.join(indices)}]"

    def _print_AtPoint(self, expr: Any) -> str:
        return f"{expr.args[0]}({self.stringify(expr.args[1:], ', ')})"

    def _print_Integral(self, expr: Any) -> str:
        bounds = [f"{y} in [{self._print(a)}, {self._print(b)}]" for y, a, b in expr.args[1:]]
        return f"integral({', '.join([self._print(expr.args[0]), *bounds])})"

    def _print_Neighbours(self, expr: Any) -> str:
        return f"{expr.args[0]}({self._print(expr.args[1])}, j in neighbours(i))"

    def _print_Function(self, expr: Any) -> str:
        if isinstance(type(expr), UndefinedFunction):
            return str(super()._print_Function(expr))
        name = type(expr).__name__
        return f"{_WORDS.get(name, name)}({self.stringify(expr.args, ', ')})"

    _print_Max = _print_Min = _print_Abs = _print_Function

    def _print_And(self, expr: Any) -> str:
        return " and ".join(self.parenthesize(a, 30) for a in expr.args)

    def _print_Or(self, expr: Any) -> str:
        return " or ".join(self.parenthesize(a, 20) for a in expr.args)

    def _print_Not(self, expr: Any) -> str:
        return f"not {self.parenthesize(expr.args[0], 100)}"


def _shifted(name: str, offset: Any) -> str:
    """`i+1`; on graphs the offset is the index itself."""
    if not getattr(offset, "is_Integer", False):
        return str(offset)
    return name if offset == 0 else f"{name}{int(offset):+d}"
