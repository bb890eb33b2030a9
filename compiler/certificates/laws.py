"""Laws of fluxes: Phi(s) of a face's own slope s, or g(|s|) s of a gradient s at one place.

`l2_stable` needs 0 <= Phi(s)/s <= L, `nonexpansive` 0 <= Phi' <= L: Phi(a) - Phi(b) = d (a - b)
with 0 <= d <= L. Of a gradient the flux is that of a convex function of s, whose second derivatives
are g and g + 2 |s|^2 g', the slope of g(s^2) s: a symmetric matrix between 0 and L takes d's place.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import sympy
from sympy import Expr, Symbol

from ...runtime.contract import Json
from ..grid import Face, Flux, Grid, Linear, Point, Read, reads
from ..scheme import Scheme
from ..stencil import identity
from .atoms import Atom, Diffusive, Other, is_product
from .base import Unprovable
from .expression import inline
from .sectors import VARIABLE, sector_of

SECTOR, SLOPE = "sector", "slope"


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """0 <= Phi(s)/s, or Phi', <= high * scale; `gradient`: the slopes of all axes enter."""

    high: Fraction
    scale: Expr
    entry: Json
    names: frozenset[str]
    fixed: frozenset[str]
    gradient: bool


def as_flux(atom: Atom) -> Atom:
    """A flux whose faces' formulas are no products g * s, with slopes of one field, as a flux."""
    if not isinstance(atom, Other) or not isinstance(atom.node, Flux):
        return atom
    operand = atom.node.operand
    if not isinstance(operand, Read) or operand.kind != "field":
        return atom
    own = all(
        f.slope == Linear(terms=((f.difference, operand),), location=f.slope.location)
        and (f.weight is None or is_product(f.flux, f.weight, f.slope))
        for f in atom.node.faces
    )
    if not own or atom.stencil != identity(atom.stencil.dim):
        return atom
    return Diffusive(coefficient=atom.coefficient, flux=atom.node, field=operand.symbol)


def by_law(face: Face) -> bool:
    """The flux of a face is no product g * s."""
    return face.weight is None and face.flux != face.slope


def law(scheme: Scheme, flux: Flux, face: Face, wanted: str) -> Law:
    """The bound of a face's sector or slope; raises Unprovable."""
    formula, gradient = _formula(scheme, flux, face, wanted)
    found = sector_of(formula, scheme.model)
    pair = found.sector if wanted == SECTOR else found.slope
    if pair is None:
        raise Unprovable(f"the {_called(wanted)} has no finite bounds")
    if pair[0] < 0:
        low = float(pair[0])
        raise Unprovable(
            f"the {_called(wanted)} falls to {low:.6g}"
            + ("" if found.scale == 1 else f" * {found.scale}".replace("**", "^"))
            + (": the flux is not monotone" if wanted == SLOPE else ": the flux goes backward")
        )
    return Law(
        high=pair[1],
        scale=found.scale,
        entry={**found.proof, wanted: [str(p) for p in pair]},
        names=found.names,
        fixed=found.fixed,
        gradient=gradient,
    )


def _called(wanted: str) -> str:
    return "slope of a flux" if wanted == SLOPE else "ratio of a flux to its slope"


def _formula(scheme: Scheme, flux: Flux, face: Face, wanted: str) -> tuple[Expr, bool]:
    """Phi in VARIABLE, and whether the slopes of all axes enter."""
    node = face.flux if face.weight is None else face.weight
    if not isinstance(node, Point) or any(not reads(v) for _, v in node.operands):
        raise Unprovable("a flux depends on more than slopes and parameters")
    formula = inline(node.expression, scheme.model)
    factor = sympy.S.One if face.weight is None else VARIABLE
    symbols = [s for s, _ in node.operands]
    if all(v == face.slope for _, v in node.operands):
        return factor * formula.xreplace(dict.fromkeys(symbols, VARIABLE)), False
    if face.weight is None:
        raise Unprovable("a flux depends on other slopes than its own")
    if wanted == SLOPE and not _one_gradient(flux, [v for _, v in node.operands]):
        raise Unprovable(
            "a flux depends on slopes that lie elsewhere than its own; `space flux forward` and"
            " `flux corners` take one gradient a place"
        )
    found = _radial(formula, symbols)
    if found.free_symbols & set(symbols):
        raise Unprovable("a flux depends on more than the length of the gradient")
    return factor * found, True


def _one_gradient(flux: Flux, slopes: list[Grid]) -> bool:
    """All faces lie at one place, have one weight, and it depends on exactly their slopes."""
    faces = flux.faces
    return (
        len({f.slope.location for f in faces}) == 1
        and len({f.weight for f in faces}) == 1
        and len({f.axis for f in faces}) == len(faces) == len(slopes)
        and set(slopes) == {f.slope for f in faces}
    )


def _radial(formula: Expr, symbols: list[Symbol]) -> Expr:
    """c (s_1^2 + ... + s_d^2) by c s^2, wherever the sum stands."""
    if not formula.args or not formula.has(*symbols):
        return formula
    inner = [_radial(a, symbols) for a in formula.args]
    if not formula.is_Add:
        return formula.func(*inner)
    squares = {s**2: s for s in symbols}
    groups: dict[Expr, set[Symbol]] = {}
    rest: list[Expr] = []
    for part in inner:
        factor, own = part.as_independent(*symbols)
        if own in squares:
            groups.setdefault(factor, set()).add(squares[own])
        else:
            rest.append(part)
    for factor, found in groups.items():
        whole = found == set(symbols)
        rest += [factor * VARIABLE**2] if whole else [factor * s**2 for s in found]
    return sympy.Add(*rest)
