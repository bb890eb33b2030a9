"""Grid expressions: how a grid function is computed from others, each at one location.

Every grid function lives at one `Location` (per axis 0 at points, 1 half a cell lower). On the halo
outside the grid a field takes the values of its boundary's ghost rule, given data those of theirs,
and every derived grid function is computed there from them: this one rule gives compositions,
fluxes and exact adjoints their meaning at walls.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from sympy import Expr, Symbol

from .stencil import Location, Stencil


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A field's component, an auxiliary array, given data or a coordinate, where it lives."""

    symbol: Symbol
    kind: str  # "field" | "data" | "coordinate"
    location: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """sum_k S_k v_k: stencils of grid expressions, all arriving at one location."""

    terms: tuple[tuple[Stencil, Grid], ...]
    location: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A pointwise expression in symbols that stand for grid functions at one location.

    Other free symbols are parameters and the time; `Called` functions are those of the model.
    """

    expression: Expr
    operands: tuple[tuple[Symbol, Grid], ...]
    location: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One part of a flux: slope s = K u, weight g, flux g * s (or any `flux` when g is None).

    `difference` is K; the divergence takes -K^T of the flux.
    """

    axis: int
    difference: Stencil
    slope: Grid
    weight: Grid | None
    flux: Grid


@dataclass(frozen=True, slots=True, kw_only=True)
class Flux:
    """-sum_a K_a^T Phi_a with Phi_a = g_a K_a u: `div(g * grad(u))`, structure held."""

    operand: Grid
    faces: tuple[Face, ...]
    location: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A learned function of grid functions at one location, applied point by point."""

    function: Symbol
    arguments: tuple[Grid, ...]
    location: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Convolution:
    """K v, a learned kernel on a grid function, or with `transposed` its exact adjoint K^T v.

    K v [o, i] = sum_{c, q} K[o, c, q] v[c, i + q - (size - 1) // 2]: `reach` is, per axis, how far
    K reads below and above. K^T is the adjoint on the grid, of filling the ghosts of `ghosts` as
    well; with None it reaches beyond the grid, where the adjoint of another kernel takes it up.
    """

    kernel: Symbol
    operand: Grid
    transposed: bool
    reach: tuple[tuple[int, int], ...]
    ghosts: Symbol | None
    location: Location


Grid: TypeAlias = Read | Linear | Point | Flux | Network | Convolution


def children(node: Grid) -> tuple[Grid, ...]:
    """The grid expressions that a node reads directly."""
    match node:
        case Read():
            return ()
        case Linear(terms=terms):
            return tuple(v for _, v in terms)
        case Point(operands=operands):
            return tuple(v for _, v in operands)
        case Flux(faces=faces):
            return tuple(f.flux for f in faces)
        case Network(arguments=arguments):
            return arguments
        case Convolution(operand=operand):
            return (operand,)


def walk(node: Grid) -> Iterator[Grid]:
    """The node and everything below it, each distinct one once, operands first."""
    seen: set[Grid] = set()
    stack: list[tuple[Grid, bool]] = [(node, False)]
    while stack:
        current, done = stack.pop()
        if done:
            yield current
        elif current not in seen:
            seen.add(current)
            stack.append((current, True))
            stack.extend((c, False) for c in reversed(children(current)))


def reads(node: Grid) -> frozenset[Symbol]:
    """The fields' symbols that a grid expression depends on."""
    return frozenset(n.symbol for n in walk(node) if isinstance(n, Read) and n.kind == "field")
