"""The halo that running modules fill is the one that the reference defines value by value."""

from fractions import Fraction

import numpy as np
import torch
from hypothesis import given, strategies as st
from sympy import Rational

import handbuilt as by
from iterant.compiler import scheme as s
from iterant.compiler.reference import Evaluator
from iterant.runtime import layers
from iterant.runtime.plan import PERIODIC, Place, Side

NUMBERS = st.fractions(-2, 2, max_denominator=4)


@st.composite
def sides(draw, axis, dim, placement):
    """One wall, stated for the scheme and for the plan; the right side moves along the wall."""
    a, b = draw(st.sampled_from([(1, 0), (2, 0), (0, 1), (0, 3), (1, 1), (2, 3)]))
    mirror = 0 if placement == "cells" else 1 if b else -1
    steady, moving = draw(NUMBERS), draw(NUMBERS)
    slopes = [draw(NUMBERS) if c != axis else Fraction(0) for c in range(dim)]
    return wall(mirror, (a, b), (steady, moving, slopes))


def wall(mirror, factors, right):
    """a u + b dn(u) = c_0 + c_1 t + sum_a s_a x_a for the scheme, and for the plan."""
    steady, moving, slopes = right
    formula = Rational(steady) + Rational(moving) * s.STEP_TIME
    formula += sum(Rational(w) * by.coordinate(c) for c, w in enumerate(slopes))

    def values(t, coordinates):
        along = (float(w) * x for w, x in zip(slopes, coordinates, strict=True))
        return sum(along, float(steady) + float(moving) * t)

    a, b = factors
    return by.wall(mirror, a, b, formula), Side("wall", mirror, float(a), float(b), values)


@st.composite
def grids(draw, placement):
    """Both sides of every axis, as the scheme and as the plan state them."""
    around = draw(st.lists(st.booleans(), min_size=1, max_size=3))
    both = []
    for axis, wraps in enumerate(around):
        if wraps:
            both.append((by.PERIODIC, (PERIODIC, PERIODIC)))
        else:
            low, high = (draw(sides(axis, len(around), placement)) for _ in range(2))
            both.append(((low[0], high[0]), (low[1], high[1])))
    return both


def fill(pairs, u, halo, placement):
    """u with its halo by the reference, and by the runtime."""
    dim = u.ndim
    scheme = by.scheme(
        [by.unknown([edges for edges, _ in pairs])],
        [],
        spacing=Rational(3, 4),
        placement=placement,
    )
    origin = tuple(0.375 if placement == "cells" else 0.75 * (e[0].mirror == -1) for e, _ in pairs)
    place = Place(
        origin=origin,
        spacing=(0.75,) * dim,
        extra=(0,) * dim,
        halo=((halo, halo),) * dim,
        sides=tuple(both for _, both in pairs),
    )
    box = tuple(range(-halo, n + halo) for n in u.shape)
    expected = Evaluator(scheme=scheme, counts=u.shape).values(
        by.field(location=(0,) * dim), box, {"u": u}, time=0.7
    )
    found = layers.pad(torch.tensor(u), place, torch.tensor(0.7, dtype=torch.float64))
    return expected, found.numpy()


@given(st.data(), st.sampled_from(["cells", "nodes"]), st.integers(1, 5))
def test_halo_of_running_modules(data, placement, halo):
    pairs = data.draw(grids(placement))
    u = np.random.default_rng(halo).standard_normal([data.draw(st.integers(1, 4)) for _ in pairs])
    expected, found = fill(pairs, u, halo, placement)
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-11)


def test_right_sides_wrap():
    low, high = (wall(0, (1, 0), (Fraction(0), Fraction(0), slopes)) for slopes in ([1, 0],) * 2)
    pairs = [(by.PERIODIC, (PERIODIC, PERIODIC)), ((low[0], high[0]), (low[1], high[1]))]
    expected, found = fill(pairs, np.array([[1.0], [2.0]]), 1, "cells")
    np.testing.assert_allclose(found, expected)
