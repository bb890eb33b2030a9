"""Whether a value is one number or varies in space."""

from __future__ import annotations

from sympy import Basic, Expr

from ..operators import (
    AtNode,
    AtPoint,
    BoundaryIntegral,
    Integral,
    Mean,
    RandomNormal,
    RandomUniform,
)
from .scope import Scope


def varies(expression: Expr, scope: Scope) -> bool:
    """Whether a value holds coordinates, unknowns, data or noise outside of integrals and means."""
    coordinates = frozenset(axis.symbol for axis in scope.axes)
    local = set(coordinates)
    for name in scope.of_kind("field", "data"):
        term = scope.names[name].term
        local.update(term.parts if term else ())
    return _meets(expression, frozenset(local), coordinates)


def _meets(expression: Basic, local: frozenset[Basic], free: frozenset[Basic]) -> bool:
    """Whether a tree holds one of these outside of what is integrated over all free coordinates."""
    stack = [expression]
    while stack:
        node = stack.pop()
        match node:
            case Mean() | BoundaryIntegral():
                continue
            case Integral() if len(node.args) == 1:
                continue
            case Integral():
                left = free - {bound.args[0] for bound in node.args[1:]}
                inner = local if left else frozenset()
                if _meets(node.args[0], inner - (free - left), left):
                    return True
            case AtPoint():
                stack.extend(node.args[1:])
            case AtNode() | RandomNormal() | RandomUniform():
                return True
            case _ if node in local:
                return True
            case _:
                stack.extend(node.args)
    return False
