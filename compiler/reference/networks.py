"""Learned functions, evaluated in NumPy float64 with given weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from ..model import Function, Learned, knots_of
from ..operators import Gelu, Relu, Sigmoid, Softplus
from .arithmetic import FLOAT64, Callback, Values

Layers: TypeAlias = Sequence[tuple[Values, Values]]  # (weight (out, in), bias (out,)) a layer

ACTIVATIONS: dict[str, Callback] = {
    "elu": lambda s: np.where(s > 0, s, np.expm1(np.minimum(s, 0))),
    "gelu": FLOAT64.functions[Gelu],
    "identity": lambda s: s,
    "leaky_relu": lambda s: np.where(s > 0, s, s / 100),
    "relu": FLOAT64.functions[Relu],
    "sigmoid": FLOAT64.functions[Sigmoid],
    "silu": lambda s: s * FLOAT64.functions[Sigmoid](s),
    "sin": np.sin,
    "softplus": FLOAT64.functions[Softplus],
    "tanh": np.tanh,
}


def perceptron(learned: Learned, layers: Layers) -> Callable[..., Values]:
    """`mlp(...)`: x <- activation(W x + b) layer after layer, the last one without activation.

    Called with one array an input, it returns the only output, point by point.
    """
    assert learned.kind == "mlp", f"no reference for learned functions of kind {learned.kind!r}"
    name = dict(learned.options).get("activation", "tanh")
    activation = ACTIVATIONS[str(name)]

    def network(*inputs: Values) -> Values:
        x = np.stack(np.broadcast_arrays(*inputs), axis=-1)
        for k, (weight, bias) in enumerate(layers):
            x = x @ np.asarray(weight).T + np.asarray(bias)
            if k < len(layers) - 1:
                x = activation(x)
        return np.asarray(x[..., 0])

    return network


def curve(function: Function, table: Values) -> Callable[..., Values]:
    """`spline(...)`: straight between knots, phi(s_j) = r_j s_j, slopes a and b outside.

    The table holds (a, r_0, ..., b) without the knot at 0 along its last axis, one row a channel
    where each has its own.
    """
    low, high, knots = knots_of(function)
    at = np.linspace(float(low), float(high), knots)
    zero = round(float(-low * (knots - 1) / (high - low)))
    at[zero] = 0.0

    def single(s: Values, row: Values) -> Values:
        heights = at * np.insert(row[1:-1], zero, 0.0)
        inside = np.interp(s, at, heights)
        below = np.where(s < at[0], row[0] * (s - at[0]), 0.0)
        return np.asarray(inside + below + np.where(s > at[-1], row[-1] * (s - at[-1]), 0.0))

    def network(s: Values) -> Values:
        if table.ndim == 1:
            return np.asarray(single(s, table))
        return np.stack([single(part, row) for part, row in zip(s, table, strict=True)])

    return network
