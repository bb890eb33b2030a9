"""Intervals of a set as text and as data: an end is that of a part, or a rational inside it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .forms import squared
from .linear_cells import Number
from .linear_proof import Part
from .ranges import Rejected
from .trees import extent, number, parsed

KEYS = {"low", "high", "low_value", "high_value", "low_closed", "high_closed"}


def shown(data: Any, part: Part, value: tuple[Fraction, Fraction]) -> tuple[str, bool]:
    """How the statement writes an interval of `set`: [0, 2], (0, sqrt(2)); if it holds `value`."""
    closed = (data["low_closed"], data["high_closed"])
    if data.keys() != KEYS or any(a is not b for a, b in zip(closed, part.closed, strict=True)):
        raise Rejected("an interval of the set is not the one shown")
    low = _end(data["low"], data["low_value"], part.low, -1)
    high = _end(data["high"], data["high_value"], part.high, 1)
    if low is not None and high is not None and low > high:
        raise Rejected("an interval of the set is empty")
    roots = [None if data[side] is None or number(data[side]) is not None else end
             for side, end in (("low", part.low), ("high", part.high))]  # fmt: skip
    above = low is None or _inside(value[0], low, roots[0], closed[0], -1)
    below = high is None or _inside(value[1], high, roots[1], closed[1], 1)
    left = f"{'[' if closed[0] else '('}{'-oo' if low is None else data['low']}"
    right = f"{'oo' if high is None else data['high']}{']' if closed[1] else ')'}"
    return f"{left}, {right}", above and below


def _inside(value: Fraction, near: Fraction, root: Number | None, closed: bool, side: int) -> bool:
    """The value is on the inner side of an end, of which `near` is a rational inside or itself.

    Next to an end that is stated as the square root of a rational squares are compared.
    """
    if side * (near - value) > 0 or (closed and value == near):
        return True
    if root is None or not root.low <= value <= root.high or len(root.polynomial) != 3:
        return False
    c, b, a = root.polynomial
    if b or root.low < 0 < root.high:
        return False
    square = Fraction(-c, a) * (1 if root.low >= 0 else -1)
    return side * (square - value * abs(value)) > 0


def _end(text: str | None, inner: Any, end: Number | None, side: int) -> Fraction | None:
    """The low (side -1) or high end that is stated, or a rational inside it; None: infinite."""
    if end is None:
        if text is not None or inner is not None:
            raise Rejected("an interval of the set is not the one shown")
        return None
    nearest, stated = end.low if side > 0 else end.high, number(inner)
    if text is None or stated is None or side * stated > side * nearest:
        raise Rejected("an interval of the set is not the one shown")
    exact = number(text)
    if exact is None and _is_root(text, end):
        return nearest
    if exact is None or side * exact > side * nearest:
        raise Rejected("an interval of the set is not the one shown")
    return exact


def _is_root(text: str, end: Number) -> bool:
    """A text is the square root of a rational that the end is."""
    top, bottom = squared(parsed(text), {})
    p, near = end.polynomial, extent(parsed(text), {})
    if len(p) != 3 or p[1] or top.keys() != {()} or bottom.keys() != {()}:
        return False
    above, below = near.low > 0 and end.low >= 0, near.high < 0 and end.high <= 0
    return (above or below) and top[()] * p[2] == -bottom[()] * p[0]
