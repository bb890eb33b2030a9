"""Inner solves: left(new) = right on every kind of grid, adjoints, gradients, what is singular.

A left side here is a sum of weighted neighbours with a strong diagonal; a solution is put back into
it. Nothing of the compiler is needed.
"""

import itertools
from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

from iterant.runtime.faults import UserError
from iterant.runtime.inner import inverse, kept, solve
from iterant.runtime.inner.left import Left
from iterant.runtime.layers import crop
from iterant.runtime.plan import NONE, PERIODIC, REFLECT, Place, Side

WALLS = {
    "periodic": (PERIODIC, PERIODIC),
    "cells": (Side("wall", 0, 1.0, 0.0, 0.5), Side("wall", 0, 2.0, 1.0)),
    "nodes": (Side("wall", -1, 1.0, 0.0, 2.0), Side("wall", 1, 0.0, 1.0, -1.0)),
    "robin": (Side("wall", 1, 1.0, 1.0, 0.25), REFLECT),
    "moving": (Side("wall", 0, 1.0, 0.0, lambda t, at: t + 0 * at[0]), NONE),
}
SHAPES = [
    ((7,), ["periodic"], 1, ((1, 1),), "Fourier"),
    ((1,), ["periodic"], 2, ((2, 1),), "Fourier"),
    ((6, 3), ["periodic", "cells"], 2, ((2, 1), (0, 0)), "Fourier"),
    ((3, 2), ["cells", "cells"], 2, ((0, 0), (0, 0)), "Fourier"),
    ((), [], 2, (), "Fourier"),
    ((2,), ["cells"], 1, ((2, 1),), "Dense"),
    ((1,), ["nodes"], 2, ((1, 1),), "Dense"),
    ((4,), ["moving"], 1, ((1, 0),), "Dense"),
    ((5, 4), ["periodic", "robin"], 2, ((1, 1), (1, 2)), "Dense"),
    ((3, 4), ["nodes", "robin"], 1, ((1, 1), (1, 1)), "Dense"),
    ((3, 4), ["robin", "nodes"], 2, ((0, 0), (1, 1)), "Dense"),
    ((500,), ["cells"], 1, ((1, 1),), "Lines"),
    ((777,), ["nodes"], 2, ((2, 1),), "Lines"),
    ((3, 460, 2), ["periodic", "robin", "cells"], 1, ((0, 1), (1, 1), (0, 0)), "Lines"),
    ((40, 50), ["cells", "robin"], 1, ((1, 1), (1, 2)), "Sparse"),
]


@dataclass(frozen=True, eq=False, kw_only=True)
class Sums:
    """row r: sum over columns c and offsets o of weights[r, c, o] * new_c[i + o], times g off 0."""

    weights: np.ndarray
    offsets: tuple[tuple[int, ...], ...]
    reach: tuple[tuple[int, int], ...]

    def __call__(self, *arguments):
        m = len(self.weights)
        padded, (g,) = arguments[:m], arguments[m:]
        rows = [
            sum(
                float(self.weights[r, c, k]) * (g if any(o) else 1.0) * self.moved(padded[c], o)
                for c in range(m)
                for k, o in enumerate(self.offsets)
            )
            for r in range(m)
        ]
        return tuple(rows) if m > 1 else rows[0]

    def moved(self, padded, offset):
        place = replace(PLAIN, halo=self.reach)
        rolled = padded
        for axis, o in enumerate(offset):
            rolled = rolled.roll(-o, axis - len(offset))
        return crop(rolled, place)


PLAIN = Place(origin=(), spacing=(), extra=(), halo=(), sides=())


def case(sizes, walls, m, reach, seed=0):
    """(left, arguments of solve) for a random left side with a strong diagonal."""
    dim = len(sizes)
    place = Place(
        origin=(0.0,) * dim,
        spacing=(0.5,) * dim,
        extra=(0,) * dim,
        halo=reach,
        sides=tuple(WALLS[w] for w in walls),
    )
    offsets = tuple(itertools.product(*[range(-low, high + 1) for low, high in reach]))
    weights = np.random.default_rng(seed).uniform(-0.3, 0.3, (m, m, len(offsets)))
    weights[range(m), range(m), offsets.index((0,) * dim)] = 4
    function = Sums(weights=weights, offsets=offsets, reach=reach)
    return function, {"places": (place,) * m, "reach": reach}


def left_of(function, arguments, sizes):
    return Left(function=function, sizes=tuple(sizes), **arguments)


def rights(sizes, m, batch=(2,), dtype=torch.float64):
    torch.manual_seed(1)
    return tuple(torch.rand((*batch, *sizes), dtype=dtype) for _ in range(m))


G = torch.tensor(0.7, dtype=torch.float64)
T = torch.tensor(0.4, dtype=torch.float64)


def parts(found):
    return (found,) if isinstance(found, torch.Tensor) else found


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_solution_put_back(shape, dtype):
    """A(solve(f)) = f, also with right sides on walls, by the method that fits the grid."""
    sizes, walls, m, reach, kind = shape
    function, arguments = case(sizes, walls, m, reach)
    f = rights(sizes, m, dtype=dtype)
    new = parts(solve(function, f, (G,), t=T, **arguments))
    left = left_of(function, arguments, sizes)
    tolerance = 1e-13 if dtype == torch.float64 else 3e-6
    for found, wanted in zip(left(new, (G,), T.to(dtype)), f, strict=True):
        assert found.dtype == dtype
        torch.testing.assert_close(found, wanted, atol=tolerance, rtol=0)
    made = inverse.made(left, (G,), f[0])
    assert type(getattr(made, "matrices", made)).__name__ == kind


@pytest.mark.parametrize(("sizes", "walls", "m", "reach", "kind"), SHAPES, ids=str)
def test_adjoint(sizes, walls, m, reach, kind):
    """<L^-1 f, w> = <f, L^-T w>."""
    function, arguments = case(sizes, walls, m, reach)
    f, w = rights(sizes, m), rights(sizes, m)[::-1]
    made = inverse.made(left_of(function, arguments, sizes), (G,), f[0])
    forward = sum((a * b).sum() for a, b in zip(made.apply(f), w, strict=True))
    back = sum((a * b).sum() for a, b in zip(f, made.transposed().apply(w), strict=True))
    torch.testing.assert_close(forward, back, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize(
    ("sizes", "walls", "m", "reach"), [c[:4] for c in SHAPES if np.prod(c[0]) < 13], ids=str
)
def test_gradients(sizes, walls, m, reach):
    """Of right sides and coefficients, twice, against differences; transforms agree."""
    function, arguments = case(sizes, walls, m, reach)
    f = tuple(x.requires_grad_() for x in rights(sizes, m, batch=()))
    g = G.clone().requires_grad_()

    def run(g, *f):
        return solve(function, f, (g,), t=T, **arguments)

    assert torch.autograd.gradcheck(run, (g, *f))
    assert torch.autograd.gradgradcheck(run, (g, *f))
    loose = [x.detach() for x in (g, *f)]
    wanted = torch.autograd.functional.jacobian(lambda g: run(g, *loose[1:]), loose[0])
    for mode in (torch.func.jacrev, torch.func.jacfwd):
        for found, own in zip(parts(mode(run)(*loose)), parts(wanted), strict=True):
            torch.testing.assert_close(found, own)


@settings(max_examples=60)
@given(data=st.data())
def test_random_left_sides(data):
    """Any walls, sizes down to one point, reaches beyond the grid, several unknowns."""
    dim = data.draw(st.integers(1, 3))
    sizes = data.draw(st.tuples(*[st.integers(1, 5)] * dim))
    walls = data.draw(st.tuples(*[st.sampled_from(sorted(WALLS))] * dim))
    reach = data.draw(st.tuples(*[st.tuples(st.integers(0, 2), st.integers(0, 1))] * dim))
    m = data.draw(st.integers(1, 2))
    function, arguments = case(sizes, walls, m, reach, seed=data.draw(st.integers(0, 9)))
    diagonal = function.weights == 4
    small = replace(function, weights=np.where(diagonal, 4, function.weights / 6**dim))
    f = rights(sizes, m)
    new = parts(solve(small, f, (G,), t=T, **arguments))
    for found, wanted in zip(left_of(small, arguments, sizes)(new, (G,), T), f, strict=True):
        torch.testing.assert_close(found, wanted, atol=1e-11, rtol=0)


def test_lines_are_what_dense_inverses_are(monkeypatch):
    """Substructuring gives the same solution and the same adjoint."""
    sizes, walls, m, reach = (901,), ["robin"], 2, ((2, 1),)
    function, arguments = case(sizes, walls, m, reach)
    left, f = left_of(function, arguments, sizes), rights(sizes, m)
    cut = inverse.made(left, (G,), f[0])
    monkeypatch.setattr(inverse, "SMALL_LINE", 10_000)
    dense = inverse.made(left, (G,), f[0])
    for a, b in ((cut, dense), (cut.transposed(), dense.transposed())):
        for found, wanted in zip(a.apply(f), b.apply(f), strict=True):
            torch.testing.assert_close(found, wanted, atol=1e-13, rtol=0)


# ---- what is kept


def test_factors_are_kept_until_a_coefficient_changes():
    """Also where it is written behind autograd's back, and where another size comes between."""
    function, arguments = case((8,), ["periodic"], 1, ((1, 1),))
    f, g = rights((8,), 1), G.clone()
    kept._made.clear()
    first = solve(function, f, (g,), **arguments)
    solve(function, rights((9,), 1), (g,), **arguments)
    assert torch.equal(solve(function, f, (g.clone(),), **arguments), first)
    assert len(kept._made) == 2
    g.data.fill_(0.2)
    second = solve(function, f, (g,), **arguments)
    (back,) = left_of(function, arguments, (8,))((second,), (g,))
    torch.testing.assert_close(back, f[0])
    for number in range(2 * kept.MOST):
        solve(function, f, (g + number / 100,), **arguments)
    assert len(kept._made) == kept.MOST


def test_half_precision_is_solved_in_single():
    function, arguments = case((8,), ["cells"], 1, ((1, 1),))
    f = rights((8,), 1)
    found = solve(function, (f[0].bfloat16(),), (G.bfloat16(),), **arguments)
    wanted = solve(function, (f[0].bfloat16().float(),), (G.bfloat16(),), **arguments)
    assert found.dtype == torch.bfloat16
    assert torch.equal(found, wanted.bfloat16())


@pytest.mark.parametrize("walls", ["periodic", "cells"])
def test_whole_graphs_see_through_a_solve(walls):
    function, arguments = case((8,), [walls], 1, ((1, 1),))
    f = rights((8,), 1)

    def run(f, g):
        return solve(function, (f,), (g,), **arguments)

    compiled = torch.compile(run, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(f[0], G), run(f[0], G))


# ---- what is singular


def differences(u, g):
    """g * u minus the mean of both neighbours."""
    return g * u[..., 1:-1] - 0.5 * (u[..., 2:] + u[..., :-2])


SINGULAR = [
    (
        "periodic",
        8,
        1.0,
        "the left side is singular on 8 points with g = 1, for mode 0 of 8 points",
    ),
    ("periodic", 8, -1.0, "on 8 points with g = -1, for mode 4 of 8 points"),
    ("periodic", 12, 0.5, "on 12 points with g = 0.5, for mode 2 of 12 points"),
    ("reflect", 8, 1.0, "the left side is singular on 8 points with g = 1"),
    ("reflect", 900, 1.0, "the left side is singular on 900 points with g = 1"),
    ("held", 7, 0.0, "the left side is singular on 7 points with g = 0"),
]


@pytest.mark.parametrize(("wall", "size", "value", "said"), SINGULAR)
def test_singular_left_sides_are_told(wall, size, value, said):
    """With the size, the coefficients and the mode; the same left side elsewhere is solved."""
    walls = {"reflect": (REFLECT, REFLECT), "held": (Side("wall", -1, 1.0),) * 2}
    sides = walls.get(wall, WALLS["periodic"])
    place = Place(origin=(0.0,), spacing=(1.0,), extra=(0,), halo=((1, 1),), sides=(sides,))
    g, f = torch.tensor(value, dtype=torch.float64), rights((size,), 1)
    arguments = {"places": (place,), "reach": ((1, 1),)}
    with pytest.raises(UserError) as caught:
        solve(differences, f, (g,), **arguments)
    assert said in caught.value.message
    assert bool(torch.isfinite(solve(differences, f, (g + 2.7,), **arguments)).all())


def test_large_grids_between_walls_need_scipy(monkeypatch):
    """One sentence says what to install; smaller ones are solved without it."""
    function, arguments = case((70, 70), ["cells", "cells"], 1, ((1, 1), (1, 1)))
    monkeypatch.setitem(__import__("sys").modules, "scipy.sparse.linalg", None)
    monkeypatch.setattr(inverse, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"70 by 70 points between walls needs scipy.*\[solve\]"):
        solve(function, rights((70, 70), 1), (G,), **arguments)
    assert solve(function, rights((36, 36), 1), (G,), **arguments).shape == (2, 36, 36)
