"""Learned functions, evaluated in NumPy float64 with given weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from ..model import Learned
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
