"""Exact difference stencils: integer offsets, rational weights, one scale of grid spacings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import count
from math import factorial, lcm, prod
from operator import add
from typing import TypeAlias

import flint
import sympy
from sympy import Expr

Offset: TypeAlias = tuple[int, ...]
Location: TypeAlias = tuple[int, ...]  # per axis: 0 at the unknowns' points, 1 half a cell lower


@dataclass(frozen=True, slots=True, kw_only=True)
class Stencil:
    """S u [i] = scale * sum_o w_o u[i + o], shift-invariant.

    `weights` is sorted by offset and holds no zero. `scale` is a positive expression in the grid
    spacings, such as hx**-2. `shift` says per axis where the result lies: 0 where the argument
    does, +1 from points to faces, -1 back. Face i lies half a cell below point i, so that
    (u[i] - u[i-1]) / h is at face i and (F[i+1] - F[i]) / h at point i: offsets stay integers.
    """

    weights: tuple[tuple[Offset, Fraction], ...]
    scale: Expr
    shift: Offset

    def __hash__(self) -> int:
        # Wide stencils have thousands of weights, and a Fraction is slow to hash: equality looks
        # at all of them, the hash at the ends.
        ends = (self.weights[0], self.weights[-1]) if self.weights else ()
        return hash((len(self.weights), ends, self.scale, self.shift))

    @property
    def dim(self) -> int:
        """Number of axes."""
        return len(self.shift)

    @property
    def reach(self) -> tuple[tuple[int, int], ...]:
        """Per axis how far it reads below and above, both as non-negative numbers."""
        columns = tuple(zip(*(o for o, _ in self.weights), strict=True)) or ((0,),) * self.dim
        return tuple((max(0, -min(c)), max(0, *c)) for c in columns)

    def integral(self) -> tuple[dict[Offset, int], int]:
        """(weights as integers, the denominator that they share)."""
        common = lcm(*(w.denominator for _, w in self.weights))
        return {o: w.numerator * (common // w.denominator) for o, w in self.weights}, common

    def adjoint(self) -> Stencil:
        """The transpose on Z^d: <S u, v> = <u, S^T v>; exact under each boundary's ghosts."""
        return stencil(
            ((tuple(-k for k in o), w) for o, w in self.weights),
            scale=self.scale,
            shift=tuple(-s for s in self.shift),
        )

    def scaled(self, factor: Fraction) -> Stencil:
        """factor * S."""
        return stencil(
            ((o, factor * w) for o, w in self.weights), scale=self.scale, shift=self.shift
        )

    def after(self, inner: Stencil) -> Stencil:
        """The composition: self applied to the result of `inner`."""
        product = _in_shifts(self) * _in_shifts(inner)
        low = [-(a + b) for (a, _), (b, _) in zip(self.reach, inner.reach, strict=True)]
        pairs = (
            (
                tuple(int(p) + o for p, o in zip(powers, low, strict=True)),
                Fraction(int(w.p), int(w.q)),
            )
            for powers, w in product.to_dict().items()
        )
        shift = tuple(map(add, self.shift, inner.shift))
        return stencil(pairs, scale=self.scale * inner.scale, shift=shift)

    def taylor(self) -> Iterator[dict[Offset, Fraction]]:
        """For degree 0, 1, 2, ...: c_p of sum_o w_o u(x + o + e) = sum_p c_p d^p u(x), h = 1.

        c_p = sum_o w_o prod_a (o_a + e_a)^p_a / p_a!, e the half-cell shift; zeros are left out.
        """
        weights, common = self.integral()
        moments = _Moments({
            tuple(2 * o + e for o, e in zip(offset, self.shift, strict=True)): w
            for offset, w in weights.items()
        })  # fmt: skip
        for degree in count():
            found = {}
            for powers in _powers(degree, self.dim):
                if moment := moments.of(powers):
                    share = common * 2**degree * prod(map(factorial, powers))
                    found[powers] = Fraction(moment, share)
            yield found


def _in_shifts(stencil: Stencil) -> flint.fmpq_mpoly:
    """The stencil as a polynomial in the shifts along the axes, its reach below factored out."""
    shifts = flint.fmpq_mpoly_ctx.get([f"E{a}" for a in range(stencil.dim)])
    low = [below for below, _ in stencil.reach]
    return shifts.from_dict(
        {tuple(map(add, o, low)): flint.fmpq(w.numerator, w.denominator)
         for o, w in stencil.weights}
    )  # fmt: skip


def _powers(degree: int, dim: int) -> Iterator[Offset]:
    """All exponents of a total degree, in lexicographic order."""
    if dim == 1:
        yield (degree,)
    else:
        for first in range(degree + 1):
            yield from ((first, *rest) for rest in _powers(degree - first, dim - 1))


@dataclass(frozen=True, slots=True)
class _Moments:
    """sum_x w_x prod_a x_a^p_a by powers p: one axis after the other, each sum made once."""

    weights: Mapping[Offset, int]
    known: dict[int, _Moments] = field(default_factory=dict)  # by the power along the last axis

    def of(self, powers: Offset) -> int:
        if not powers:
            return self.weights.get((), 0)
        *others, power = powers
        if power not in self.known:
            summed: dict[Offset, int] = {}
            for (*place, x), w in self.weights.items():
                summed[tuple(place)] = summed.get(tuple(place), 0) + w * x**power
            self.known[power] = _Moments({p: w for p, w in summed.items() if w})
        return self.known[power].of(tuple(others))


def stencil(pairs: Iterable[tuple[Offset, Fraction]], *, scale: Expr, shift: Offset) -> Stencil:
    """Collect equal offsets, drop zeros, sort: the normal form."""
    collected: dict[Offset, Fraction] = {}
    for offset, weight in pairs:
        collected[offset] = collected[offset] + weight if offset in collected else weight
    weights = tuple(sorted((o, w) for o, w in collected.items() if w))
    return Stencil(weights=weights, scale=scale, shift=shift)


def identity(dim: int) -> Stencil:
    """The stencil that changes nothing."""
    return stencil([((0,) * dim, Fraction(1))], scale=sympy.S.One, shift=(0,) * dim)


@lru_cache(maxsize=512)
def weights_1d(derivative: int, points: tuple[int, ...]) -> tuple[Fraction, ...]:
    """Finite-difference weights of `derivative` at 0 on integer points (unit spacing), exact."""
    table = sympy.finite_diff_weights(derivative, [sympy.Integer(p) for p in points], 0)
    return tuple(Fraction(int(w.p), int(w.q)) for w in map(sympy.Rational, table[derivative][-1]))


def central(derivative: int, order: int) -> tuple[tuple[int, Fraction], ...]:
    """Central weights of even `order` for a derivative on integer points, times h^-derivative."""
    reach = (derivative + order - 1) // 2
    points = tuple(range(-reach, reach + 1))
    pairs = zip(points, weights_1d(derivative, points), strict=True)
    return tuple((p, w) for p, w in pairs if w)


def staggered(derivative: int, order: int, *, to_face: bool) -> tuple[tuple[int, Fraction], ...]:
    """Weights half a cell off the points: `derivative` 0 averages, odd ones differentiate.

    The points are +-1/2, +-3/2, ...: integers in units of h/2, so the weights carry 2^derivative.
    """
    count = derivative + order - 1
    count += count % 2
    halves = tuple(range(1 - count, count, 2))
    factor = Fraction(2) ** derivative
    low = 1 if to_face else -1  # a point at -1/2 from face i is u[i-1]; from point i it is F[i]
    weights = weights_1d(derivative, halves)
    return tuple(((q - low) // 2, factor * w) for q, w in zip(halves, weights, strict=True) if w)


def along(
    pairs: Iterable[tuple[int, Fraction]], axis: int, *, dim: int, scale: Expr, shift: int = 0
) -> Stencil:
    """Lay one-dimensional weights along one axis of a d-dimensional grid."""
    laid = ((tuple(o if a == axis else 0 for a in range(dim)), w) for o, w in pairs)
    return stencil(laid, scale=scale, shift=tuple(shift if a == axis else 0 for a in range(dim)))
