"""What later stages do not have yet: analysed fully, then refused by one Diagnostic."""

from __future__ import annotations

import sympy

from ..integrators import METHODS
from ..model import Equation, Function, Learned, Model, Param
from ..operators import (
    AtNode,
    BoundaryIntegral,
    Divergence,
    GraphLaplacian,
    Integral,
    Laplacian,
    Mean,
    Neighbours,
    Partial,
    Variation,
)
from ..source import Faults
from .convolution import misplaced

_WORDS = {
    Variation: "the variation of an energy",
    GraphLaplacian: "an unknown on a graph",
    Neighbours: "an unknown on a graph",
    Integral: "an integral inside an equation",
    BoundaryIntegral: "an integral inside an equation",
    Mean: "a mean inside an equation",
}
_DERIVATIVES = (Divergence, Laplacian, Partial)


def refuse_later(model: Model, faults: Faults) -> None:
    """Say once, for the first part that has no back end, what is not there yet."""
    found = next(iter(_missing(model)), None)
    if found is not None:
        span, what = found
        faults.error(
            span,
            f"{what} is not there yet",
            "this version compiles explicit steps and linear iterates; the text itself is right",
        )


def _missing(model: Model) -> list[tuple]:  # type: ignore[type-arg]
    """(span, what) of everything that this version cannot compile, in reading order."""
    found = []
    if model.graph is not None:
        found.append((model.graph.span, "an unknown on a graph"))
    if model.grid.placement == "quadrature":
        found.append((model.grid.span, "a quadrature grid"))
    if model.space.spectral and model.space.span is not None:
        found.append((model.space.span, "`space spectral`"))
    if model.time is not None and model.time.method.name not in METHODS:
        found.append((model.time.method.name_span, f"the time method {model.time.method.name}"))
    found += [(s.name_span, f"the solver {s.name}") for s in model.solves]
    found += [(f.span, what) for f in model.functions for what in _in_function(f)]
    found += [(p.span, what) for p in model.params for what in _in_param(p, model)]
    found += [(e.span, what) for e in model.equations for what in _in_equation(e, model)]
    found += [
        (w.span, f"a condition on {w.operand}(u)")
        for w in model.boundary.walls
        if w.operand != "value"
    ]
    found += [
        (f.span, "a vector with channels") for f in model.fields if f.vector and f.channels > 1
    ]
    if not model.equations:
        found.append(
            (
                model.fields[0].span if model.fields else model.grid.span,
                "a scheme without an equation",
            )
        )
    return sorted(found, key=lambda pair: pair[0].start)


def _in_function(function: Function) -> list[str]:
    """What one function asks for that has no back end."""
    words = []
    if function.lipschitz is not None:
        words.append("the option `lipschitz`")
    network = isinstance(function.body, Learned) and function.body.kind == "mlp"
    if network and (function.per_step or function.per_channel):
        words.append("a learned function of its own `per step` or `per channel`")
    return words


def _in_param(param: Param, model: Model) -> list[str]:
    """What one parameter asks for that has no back end."""
    if param.of_limit and model.time is not None:
        return ["a parameter that holds `limit` beside a time method"]
    return []


def _in_equation(equation: Equation, model: Model) -> list[str]:
    """What one equation holds that has no back end."""
    sides = sympy.Tuple(equation.right, equation.left or 0)
    words = [w for kind, w in _WORDS.items() if sides.atoms(kind)]
    words += [w] if (w := misplaced(model, equation)) else []
    if equation.kind in ("steady", "fixed_point"):
        words.append("an equation without dt(u)")
    if any(n.args[2:] for d in sides.atoms(*_DERIVATIVES) for n in d.atoms(AtNode)):
        words.append("a derivative of a node, such as lap(u[k, i]),")
    if any(p.args[1].name == "t" for p in sides.atoms(Partial)):
        words.append("a time derivative inside a right side")
    return words
