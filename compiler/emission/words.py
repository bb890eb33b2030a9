"""What all routines of a text share: constants, functions, how numbers are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy
from sympy import Expr, Symbol

from ..architectures.scalars import free_scalars
from ..graph import Range
from ..model import Function
from ..naming import attribute, safe
from ..printer import Printer, number
from ..scheme import STEP_TIME, TAU, Scheme

# the compiler's own scalars; a user's parameter of such a name gets an underscore
OWN = {TAU: "tau", STEP_TIME: "t"}


def scalar(symbol: Symbol) -> str:
    """A scalar argument's name."""
    return OWN.get(symbol, safe(symbol.name))


def weight(symbol: Symbol) -> str:
    """A scalar as an attribute of the module."""
    return OWN.get(symbol, attribute(symbol.name))


@dataclass(slots=True, kw_only=True)
class Words:
    """Constants are collected as they are met: INV_H2 = 65536, the square of 1/h."""

    scheme: Scheme
    file: str
    extents: Mapping[str, Range]
    channels: Mapping[str, int] = field(default_factory=dict)  # of arrays
    constants: dict[str, tuple[str, str]] = field(default_factory=dict)  # name -> (value, comment)
    used: dict[Symbol, Function] = field(default_factory=dict)

    def scale(self, scale: Expr) -> str:
        """The text of a stencil's scale: a named constant, or nothing if it is 1."""
        value = scale.subs(self.scheme.spacings)
        if value == 1:
            return ""
        name = _constant_name(scale)
        self.constants[name] = (self.number(value), str(scale).replace("**", "^"))
        return name

    def number(self, value: Expr) -> str:
        """An exact number as text."""
        return number(sympy.nsimplify(value) if value.is_Float else value)[0]

    def printer(self, names: Mapping[Symbol, str]) -> Printer:
        """A printer for the given operands; everything else is a scalar argument."""
        scalars = frozenset({TAU, *(p.symbol for p in self.scheme.model.params)})
        return Printer(names={**OWN, **names}, call=self.call, scalars=scalars)

    def call(self, symbol: Symbol, arguments: list[str]) -> str:
        """A call of a declared function, with the scalars that its body needs."""
        function = self.scheme.model.function(symbol)
        self.used[symbol] = function
        extra = [safe(s.name) for s in scalars_of(self.scheme, function)]
        return f"{safe(function.name)}({', '.join([*arguments, *extra])})"


def plain_text(text: str) -> str:
    """Text of a file inside a docstring: no quotes that end it, no backslash, no control sign."""
    plain = text.replace("\\", "/").replace('"', "'")
    return "".join(c for c in plain if c.isprintable())


def _constant_name(scale: Expr) -> str:
    """h**-2 -> INV_H2; hx**-1 * hy**-1 -> INV_HX_HY."""
    powers = scale.as_powers_dict()
    over = [f"{s}{p if p != 1 else ''}" for s, p in sorted(powers.items(), key=str) if p > 0]
    under = [f"{s}{-p if p != -1 else ''}" for s, p in sorted(powers.items(), key=str) if p < 0]
    head = "_".join(over)
    return "_".join(filter(None, [head, "INV" if under else "", *under])).upper()


def scalars_of(scheme: Scheme, function: Function) -> tuple[Symbol, ...]:
    """The parameters that a function's body needs, those of the functions it calls included."""
    if not isinstance(function.body, sympy.Basic):
        return ()
    found = free_scalars(scheme.model, function.body) - set(function.parameters)
    order = [p.symbol for p in scheme.model.params]
    return tuple(sorted(found, key=lambda s: (order.index(s) if s in order else -1, s.name)))
