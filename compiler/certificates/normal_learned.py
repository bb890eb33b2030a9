"""What is learned, in the exact scheme of a certificate: kernels, curves, steps by the limit."""

from __future__ import annotations

from collections.abc import Mapping

from ...runtime.contract import Json
from ..channels import channels_of, rows_of, source_channels
from ..grid import Convolution, Grid
from ..model import Function, Kernel, is_curve, knots_of
from ..scheme import Scheme
from .expression import tree


def learned_of(scheme: Scheme) -> dict[str, Json]:
    """Kernels, curves and the steps that follow from them; nothing where there are none."""
    curves = [f for f in scheme.model.functions if is_curve(f)]
    if not (scheme.model.kernels or curves):
        return {}
    return {
        "kernels": [_kernel(k, scheme) for k in scheme.model.kernels],
        "curves": [_curve(f) for f in curves],
        "limits": [[str(symbol.name), tree(value)] for symbol, value in scheme.limits],
        "channels": [
            [str(u.symbol.name), channels_of(scheme.model, u.symbol)] for u in scheme.unknowns
        ],
        "rows": [*sorted(str(s.name) for s in rows_of(scheme))],
    }


def _kernel(kernel: Kernel, scheme: Scheme) -> Json:
    return {
        "name": kernel.name,
        "inputs": source_channels(scheme.model, kernel),
        "outputs": kernel.target,
        "size": list(kernel.size),
        "per_step": kernel.per_step,
    }


def _curve(function: Function) -> Json:
    low, high, knots = knots_of(function)
    return {
        "name": function.name,
        "low": tree(low),
        "high": tree(high),
        "knots": knots,
        "per_step": function.per_step,
        "per_channel": function.per_channel,
    }


def convolution(node: Convolution, number: Mapping[Grid, int]) -> Json:
    """A kernel, or its adjoint, on a grid expression."""
    return {
        "is": "convolution",
        "kernel": str(node.kernel.name),
        "operand": number[node.operand],
        "transposed": node.transposed,
        "reach": [list(pair) for pair in node.reach],
        "ghosts": None if node.ghosts is None else str(node.ghosts.name),
        "location": list(node.location),
    }
