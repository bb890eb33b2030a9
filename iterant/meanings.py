"""Expressions of a certificate on arrays of numpy: the words of its trees, and their values."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy as np


def _each(function: Callable[[float], float]) -> Callable[[Any], Any]:
    return np.vectorize(function, otypes=[np.float64])


def _gelu(s: Any) -> Any:
    return s * (1 + _each(math.erf)(s / math.sqrt(2))) / 2


def _harmonic(a: Any, b: Any) -> Any:
    total = np.where(a + b == 0, 1.0, a + b)
    return np.where(a + b == 0, 0.0, 2 * a * b / total)


WORDS: Mapping[str, Callable[..., Any]] = {
    "+": lambda *terms: reduce(np.add, terms),
    "*": lambda *factors: reduce(np.multiply, factors),
    "^": np.power, "exp": np.exp, "log": np.log, "sqrt": np.sqrt,
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "sinh": np.sinh, "cosh": np.cosh,
    "tanh": np.tanh, "abs": np.abs, "sign": np.sign, "erf": _each(math.erf),
    "min": lambda *values: reduce(np.minimum, values),
    "max": lambda *values: reduce(np.maximum, values),
    "heaviside": lambda s: np.heaviside(s, 0.5),
    "sigmoid": lambda s: 1 / (1 + np.exp(-s)), "relu": lambda s: np.maximum(s, 0),
    "softplus": lambda s: np.logaddexp(s, 0), "gelu": _gelu, "harmonic": _harmonic,
    "where": np.where,
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal,
    "==": np.equal, "!=": np.not_equal, "and": np.logical_and, "or": np.logical_or,
    "not": np.logical_not,
}  # fmt: skip


def value(tree: Any, names: Mapping[str, Any]) -> Any:
    """The value of an expression of a certificate.

    >>> float(value(["*", "1/2", ["^", "h", "-1"]], {"h": 0.25}))
    2.0
    """
    if isinstance(tree, str):
        if tree == "pi":
            return math.pi
        if tree in names:
            return names[tree]
        top, _, bottom = tree.partition("/")
        return float(int(top)) / float(int(bottom or 1))
    word, *arguments = tree
    return WORDS[word](*(value(a, names) for a in arguments))
