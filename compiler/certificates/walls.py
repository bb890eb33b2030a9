"""Under which walls a bound on Z^d is a bound on the grid, in volume-weighted products.

Mirror: with even (Neumann) and odd (Dirichlet) walls a grid function continues by reflection to a
periodic one. Where every operator maps such continuations to such ones, the step on the grid is the
step on the torus on an invariant subspace, whose norm is the volume-weighted one.

Edges: two-point differences make an operator of edges sum_e w_e (u_i - u_j)^2 with 0 <= w_e <= g; a
wall a u + b dn(u) = 0 with a b >= 0 adds an edge whose weight lies between 0 (Neumann) and that of
a Dirichlet wall, so the operator lies between theirs. Cells, and Dirichlet ends of nodes.

Zero: padding by zeros is the compression of the operator on Z^d.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import sympy
from sympy import Expr, Symbol

from ..grid import Convolution, Flux, Grid, Linear, Network, Point, Read
from ..scheme import Edge, Scheme, Unknown
from ..stencil import Stencil
from .atoms import Atom, Constant, Diffusive
from .forms import NoForm, Signs

EVEN, ODD, NEITHER = 1, -1, 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """Parities about one wall: `axis`, `end` (0 low, 1 high)."""

    scheme: Scheme
    axis: int
    end: int
    place: Fraction  # of the wall, in spacings from point 0, or from the end of the axis

    def unknown(self, symbol: Symbol) -> Unknown | None:
        """The unknown or data of a symbol, velocities and older levels left out."""
        return next((u for u in self.scheme.unknowns if u.symbol == symbol), None)

    def of(self, node: Grid) -> int:
        """EVEN, ODD or NEITHER: how the continuation of a grid function mirrors."""
        match node:
            case Read(kind="coordinate", symbol=symbol):
                return NEITHER if symbol == self.scheme.axes[self.axis].symbol else EVEN
            case Read(symbol=symbol):
                unknown = self.unknown(symbol)
                if unknown is None or wall_place(unknown, self.axis, self.end) != self.place:
                    return NEITHER
                return parity(unknown.edges[self.axis][self.end])
            case Linear(terms=terms):
                return _common(self.along(s) * self.of(v) for s, v in terms)
            case Point(expression=expression, operands=operands):
                return _formula(expression, {s: self.of(v) for s, v in operands})
            case Flux(faces=faces):
                return _common(self.along(f.difference) * self.of(f.flux) for f in faces)
            case Convolution():
                return NEITHER
            case Network(arguments=arguments):
                return EVEN if all(self.of(a) == EVEN for a in arguments) else NEITHER

    def along(self, stencil: Stencil) -> int:
        """EVEN when the weights are symmetric along the axis, ODD when antisymmetric."""
        return _reflected(stencil, self.axis)


@lru_cache(maxsize=1024)  # each wall of an axis asks, and each claim
def _reflected(stencil: Stencil, axis: int) -> int:
    """The parity of the weights under o -> -o - e along an axis, e the half-cell shift."""
    weights, _ = stencil.integral()
    signs = set()
    for offset, weight in weights.items():
        image = -offset[axis] - stencil.shift[axis]
        other = weights.get((*offset[:axis], image, *offset[axis + 1 :]))
        if other is None or abs(other) != abs(weight):
            return NEITHER
        signs.add(EVEN if other == weight else ODD)
    return signs.pop() if len(signs) == 1 else NEITHER


def mirror_of(scheme: Scheme, unknown: Unknown, axis: int, end: int) -> Mirror:
    """The mirror of an unknown's wall."""
    return Mirror(scheme=scheme, axis=axis, end=end, place=wall_place(unknown, axis, end))


def wall_place(unknown: Unknown, axis: int, end: int) -> Fraction:
    """Where the wall lies, in spacings from point 0 at the low end, from point n at the high."""
    edge = unknown.edges[axis][end]
    outward = Fraction({0: 1, 1: 0, -1: 2}[edge.mirror], 2)
    outermost = -Fraction(unknown.location[axis], 2) + (unknown.extra[axis] - 1 if end else 0)
    return outermost + outward if end else outermost - outward


def parity(edge: Edge) -> int:
    """How a ghost rule mirrors, its right side left out."""
    if edge.rule != "wall":
        return NEITHER
    if edge.value == 0 and edge.slope != 0:
        return EVEN
    return ODD if edge.slope == 0 and edge.value != 0 else NEITHER


def _common(parities: Iterable[int]) -> int:
    found = set(parities)
    return found.pop() if len(found) == 1 else NEITHER


def _formula(expression: Expr, parities: Mapping[Symbol, int]) -> int:
    """The parity of a pointwise formula: what changing the sign of its odd operands does to it."""
    if NEITHER in parities.values():
        return NEITHER
    flipped = {s: -s for s, p in parities.items() if p == ODD and s in expression.free_symbols}
    if not flipped:
        return EVEN
    image = sympy.expand(expression.xreplace(flipped))
    for sign in (EVEN, ODD):
        if image == sympy.expand(sign * expression):
            return sign
    return NEITHER


# ---- energy forms


def walls_of(scheme: Scheme, unknown: Unknown) -> list[tuple[int, int]]:
    """(axis, end) of every side that is not periodic."""
    return [
        (a, end)
        for a, pair in enumerate(unknown.edges)
        for end, edge in enumerate(pair)
        if edge.rule != "periodic"
    ]


def reason_against(
    scheme: Scheme, unknown: Unknown, parts: tuple[Atom, ...], signs: Signs
) -> str | None:
    """Why bounds on Z^d say nothing about this unknown's walls, or None if they hold."""
    walls = walls_of(scheme, unknown)
    if not walls:
        return None
    if all(unknown.edges[a][e].rule == "zero" for a, e in walls):
        return None
    mirrored = _against_mirror(scheme, unknown, parts, walls)
    if mirrored is None or edges_everywhere(scheme, unknown, parts, signs):
        return None
    return mirrored


def mirrors_everywhere(scheme: Scheme, unknown: Unknown, parts: tuple[Atom, ...]) -> bool:
    """Every operator maps mirror images to mirror images at every wall, or zeros surround all."""
    walls = walls_of(scheme, unknown)
    zeros = all(unknown.edges[a][e].rule == "zero" for a, e in walls)
    return zeros or _against_mirror(scheme, unknown, parts, walls) is None


def _against_mirror(
    scheme: Scheme, unknown: Unknown, parts: tuple[Atom, ...], walls: list[tuple[int, int]]
) -> str | None:
    for axis, end in walls:
        mirror = mirror_of(scheme, unknown, axis, end)
        place = f"{scheme.axes[axis].name} {('low', 'high')[end]}"
        own = parity(unknown.edges[axis][end])
        if own == NEITHER:
            return (
                f"the wall at {place} is neither even nor odd, and the operator is no sum of edges"
            )
        for atom in parts:
            if isinstance(atom, Constant) and mirror.along(atom.stencil) != EVEN:
                return f"the stencil is not symmetric about the wall at {place}"
            if isinstance(atom, Diffusive) and not _mirrors(atom.flux, mirror):
                return f"the flux weights do not mirror at {place}"
    return None


def _mirrors(flux: Flux, mirror: Mirror) -> bool:
    return all(
        mirror.along(f.difference) != NEITHER
        and (
            mirror.of(f.flux) == mirror.of(f.slope)
            if f.weight is None
            else mirror.of(f.weight) == EVEN
        )
        for f in flux.faces
    )


def edges_everywhere(
    scheme: Scheme, unknown: Unknown, parts: tuple[Atom, ...], signs: Signs
) -> bool:
    """The operator is a sum over edges, those at walls included."""
    if any(unknown.extra) or any(unknown.location):
        return False
    for atom in parts:
        if isinstance(atom, Constant) and not is_neighbour_sum(atom.stencil):
            return False
        if isinstance(atom, Diffusive) and not all(
            is_edge(f.difference, f.axis) for f in atom.flux.faces
        ):
            return False
    return all(_dissipates(unknown.edges[a][e], signs) for a, e in walls_of(scheme, unknown))


def is_edge(stencil: Stencil, axis: int) -> bool:
    """(u[i+1] - u[i]) / h along one axis, wherever the result lies."""
    if len(stencil.weights) != 2:
        return False
    (low, a), (high, b) = stencil.weights
    unit = tuple(int(i == axis) for i in range(stencil.dim))
    return a == -b and tuple(y - x for x, y in zip(low, high, strict=True)) == unit


def is_neighbour_sum(stencil: Stencil) -> bool:
    """sum_a c_a (u[i+1] - 2 u[i] + u[i-1]) along the axes, plus a multiple of u[i]."""
    weights = dict(stencil.weights)
    return all(
        sum(map(abs, o)) <= 1 and weights.get(tuple(-k for k in o)) == w for o, w in weights.items()
    ) and not any(stencil.shift)


def _dissipates(edge: Edge, signs: Signs) -> bool:
    """A wall a u + b dn(u) = 0 with a b >= 0, half a cell outside, or a Dirichlet node outside."""
    if edge.rule == "zero":
        return edge.mirror in {0, -1}
    if edge.rule != "wall" or (edge.value == 0 and edge.slope == 0):
        return False
    if edge.mirror == -1:
        return bool(edge.slope == 0)
    if edge.mirror != 0:
        return False
    try:
        return signs.nonnegative(edge.value * edge.slope)
    except NoForm:
        return False


# ---- in words


def domain(scheme: Scheme, unknown: Unknown) -> str:
    """The walls of an unknown in words, such as "x periodic, y from Dirichlet to Neumann"."""
    return ", ".join(
        f"{axis.name} periodic" if low.rule == "periodic"
        else f"{axis.name} from {kind(low)} to {kind(high)}"
        for axis, (low, high) in zip(scheme.axes, unknown.edges, strict=True)
    )  # fmt: skip


def kind(edge: Edge) -> str:
    """The name of a ghost rule."""
    if edge.rule != "wall":
        return {"zero": "zeros", "none": "nothing"}.get(edge.rule, edge.rule)
    if edge.slope == 0:
        return "Dirichlet"
    return "Neumann" if edge.value == 0 else "Robin"


def grids(
    scheme: Scheme,
    named: list[tuple[str, str]],
    *,
    beyond: Iterable[int] = (),
    pairs: Iterable[int] = (),
) -> str:
    """One text for all unknowns, or one each where their walls differ; how many points it takes.

    At least two along `pairs`, and those of the file along `beyond`.
    """
    texts = dict.fromkeys(t for _, t in named)
    joined = next(iter(texts)) if len(texts) == 1 else "; ".join(f"{n}: {t}" for n, t in named)
    least = dict.fromkeys(pairs, 2)
    least |= {a: max(scheme.axes[a].count or 0, least.get(a, 0)) for a in beyond}
    conditions = [f", at least {n} along {scheme.axes[a].name}" for a, n in sorted(least.items())]
    return f"{joined}; any number of points{''.join(conditions)}"


def held_faces(scheme: Scheme) -> tuple[str, ...]:
    """Components with faces on an odd wall: proofs speak of states that hold its value there."""
    held = sorted(
        str(u.symbol.name)
        for u in scheme.unknowns
        if u.kind == "field"
        and any(
            extra and edge.rule == "wall" and edge.mirror == 1 and parity(edge) == ODD
            for extra, pair in zip(u.extra, u.edges, strict=True)
            for edge in pair
        )
    )
    return tuple(f"'{name}' holds the wall's value on its faces there" for name in held)
