"""Halos against their definition, read from section 2 of the language and written out in loops."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, strategies as st
from numpy.typing import NDArray
from torch import Tensor

from iterant.runtime import layers, padding
from iterant.runtime.halo import concatenated
from iterant.runtime.plan import NONE, PERIODIC, REFLECT, Place, Side

Array = NDArray[np.float64]
ZERO = Side("zero")


def ghost(v: Array, j: int, sides: Any, rights: tuple[float, float], h: float) -> float:
    """Ghost j before one line of values, by definition; at the far end the line is reversed."""

    def u(i: int) -> float:
        if i < len(v):
            return float(v[i])
        return ghost(v[::-1], i - len(v) + 1, sides[::-1], rights[::-1], h)

    side, c = sides[0], rights[0]
    a, b, n = side.value, side.slope, len(v)
    if side.rule == "periodic":
        return float(v[-j % n])
    if side.rule == "zero":
        return 0.0
    if side.rule == "none":  # the straight line onward
        return float(v[0] + j * (v[0] - v[min(1, n - 1)]))
    if side.mirror == 0 and b == 0:
        return 2 * c / a - u(j - 1)
    if side.mirror == 0 and a == 0:
        return u(j - 1) + (2 * j - 1) * h * c / b
    if side.mirror == 0:  # a (g + m)/2 + b (g - m)/d = c solved for g
        d, m = (2 * j - 1) * h, u(j - 1)
        return (2 * d * c - a * d * m + 2 * b * m) / (a * d + 2 * b)
    if side.mirror == -1:
        return c / a if j == 1 else 2 * c / a - u(j - 2)
    inside = float(v[0]) if n == 1 and sides[1].mirror == 1 else u(j)
    if b == 0:
        return 2 * c / a - inside
    return inside + 2 * j * h * (c - a * float(v[0])) / b


def reference(u: Array, place: Place, t: float) -> Array:
    """u with its halo, axis after axis, line by line."""
    sizes = u.shape
    for axis, (low, high) in enumerate(place.halo):
        h = place.spacing[axis]
        out = np.empty([n + (low + high) * (k == axis) for k, n in enumerate(u.shape)])
        n = u.shape[axis]
        others = [range(m) if k != axis else (0,) for k, m in enumerate(u.shape)]
        for where in itertools.product(*others):
            position = tuple(slice(None) if k == axis else i for k, i in enumerate(where))
            line = u[position]
            index = [i - (place.halo[k][0] if k < axis else 0) for k, i in enumerate(where)]
            x = [
                o + s * (i % m if ends[0].rule == "periodic" else i)
                for o, s, i, m, ends in zip(
                    place.origin, place.spacing, index, sizes, place.sides, strict=True
                )
            ]
            rights = []
            for far, side in enumerate(place.sides[axis]):
                first, outward = (sizes[axis] - 1, 1) if far else (0, -1)
                wall = first + outward * {0: 0.5, 1: 0.0, -1: 1.0}[side.mirror]
                x[axis] = place.origin[axis] + wall * h
                rights.append(side.right(t, x) if callable(side.right) else side.right)
            sides, both = place.sides[axis], (rights[0], rights[1])
            before = [ghost(line, j, sides, both, h) for j in range(low, 0, -1)]
            back = line[::-1], sides[::-1], both[::-1]
            after = [ghost(back[0], j, *back[1:], h) for j in range(1, high + 1)]
            out[position] = [*before, *line, *after]
        assert out.shape[axis] == n + low + high
        u = out
    return u


def travelling(t: Any, x: Any) -> Any:
    return 1 + t + sum((k + 1) * c for k, c in enumerate(x))


def still(t: Any, x: Any) -> Any:
    return 2 + x[0] * x[-1]


WALLS = [
    REFLECT,
    Side("wall", 0, 1.0, 0.0, 0.7),
    Side("wall", 0, 0.0, 1.0, -0.3),
    Side("wall", 0, 2.0, 1.5, 0.4),
    Side("wall", 0, 1.0, 0.0, travelling),
    Side("wall", 0, 0.0, 2.0, still),
    Side("wall", 0, 1.0, 1.0, travelling),
    Side("wall", -1, 1.0, 0.0, 0.0),
    Side("wall", -1, 2.0, 0.0, 0.9),
    Side("wall", -1, 1.0, 0.0, still),
    Side("wall", -1, 1.0, 0.0, travelling),
    Side("wall", 1, 0.0, 1.0, 0.0),
    Side("wall", 1, 0.0, 1.0, 0.6),
    Side("wall", 1, 1.0, 2.0, 0.8),
    Side("wall", 1, 3.0, 1.0, travelling),
    Side("wall", 1, 1.0, 0.0, 0.0),
    Side("wall", 1, 1.0, 0.0, still),
    ZERO,
    NONE,
]


def place_of(halos: Any, sides: Any) -> Place:
    dim = len(halos)
    return Place(
        origin=(0.25, -1.0, 2.0)[:dim],
        spacing=(0.5, 0.25, 2.0)[:dim],
        extra=(0, 1, 0)[:dim],
        halo=tuple(halos),
        sides=tuple(sides),
    )


pairs = st.one_of(st.just((PERIODIC, PERIODIC)), st.tuples(*[st.sampled_from(WALLS)] * 2))
widths = st.tuples(st.integers(0, 8), st.integers(0, 8))


@st.composite
def problems(draw: st.DrawFn) -> tuple[Place, Tensor]:
    dim = draw(st.integers(1, 3))
    sizes = [draw(st.integers(1, 5 if dim == 3 else 11)) for _ in range(dim)]
    halos = [draw(widths) for _ in range(dim)]
    sides = [draw(pairs) for _ in range(dim)]
    seed = draw(st.integers(0, 2**20))
    batch = draw(st.sampled_from([(), (2,), (1, 2)]))
    u = layers.random_normal(seed, (*batch, *sizes))
    return place_of(halos, sides), u


def close(found: Tensor, wanted: Tensor) -> bool:
    # reflections repeat at small sizes, so that affine conditions pile up: compare to the size
    return bool((found - wanted).abs().max() <= 1e-12 * (1 + wanted.abs().max()))


@given(problems(), st.floats(0, 2))
def test_halo_is_its_definition(problem: tuple[Place, Tensor], t: float) -> None:
    place, u = problem
    time = torch.tensor(t, dtype=torch.float64)
    found = layers.pad(u, place, time)
    dim = len(place.halo)
    flat, batch = found.reshape(-1, *found.shape[-dim:]), u.reshape(-1, *u.shape[-dim:])
    for one, start in zip(flat, batch, strict=True):
        wanted = torch.from_numpy(reference(start.numpy(), place, t))
        assert close(one, wanted)
    assert torch.equal(layers.crop(found, place), u)
    assert close(concatenated(u, place, time), found)


@given(problems())
def test_fold_is_the_adjoint(problem: tuple[Place, Tensor]) -> None:
    place, u = problem
    linear = padding.homogeneous(place)
    p = layers.pad(u, linear)
    w = layers.random_normal(7, tuple(p.shape))
    left, right = (p * w).sum(), (u * layers.fold(w, place)).sum()
    scale = p.norm() * w.norm() + u.norm() * layers.fold(w, place).norm()
    assert abs(left - right) <= 1e-13 * scale + 1e-300


def named(side: Side) -> str:
    """The same in every process, so that several may share the tests."""
    right = getattr(side.right, "__name__", side.right)
    return f"{side.rule}, {side.mirror}, {side.value}, {side.slope}, {right}"


@pytest.mark.parametrize("side", WALLS, ids=named)
def test_gradients_of_pad_and_fold(side: Side) -> None:
    place = place_of([(2, 1), (1, 3)], [(side, side), (PERIODIC, PERIODIC)])
    u = layers.random_normal(0, (2, 3, 4)).requires_grad_()
    t = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda u: layers.pad(u, place), (u,))
    assert torch.autograd.gradgradcheck(lambda u: layers.pad(u, place) ** 2, (u,))
    assert torch.autograd.gradcheck(lambda u, t: layers.pad(u, place, t), (u, t))
    w = layers.random_normal(1, (2, 6, 8)).requires_grad_()
    assert torch.autograd.gradcheck(lambda w: layers.fold(w, place), (w,))


def test_transforms_and_forward_mode_pass() -> None:
    place = place_of([(1, 1)], [(REFLECT, Side("wall", 0, 1.0, 0.0, 2.0))])
    u = layers.random_normal(0, (3, 5))

    def energy(u: Tensor) -> Tensor:
        return layers.pad(u, place).diff().square().sum()

    rows = torch.func.vmap(torch.func.grad(energy))(u)
    each = [torch.func.grad(energy)(row) for row in u]
    assert torch.allclose(rows, torch.stack(each))
    _, slope = torch.func.jvp(energy, (u,), (torch.ones_like(u),))
    assert torch.allclose(slope, rows.sum())


@pytest.mark.parametrize(
    "side",
    [
        Side("wall", 0, 0.0, 0.0, 1.0),
        Side("wall", -1, 1.0, 1.0, 1.0),
        Side("wall", 2, 1.0, 0.0, 1.0),
        Side("wall", 0, -4.0, 1.0, 1.0),
        Side("mirror"),
    ],
    ids=named,
)
def test_impossible_walls_are_refused(side: Side) -> None:
    with pytest.raises(ValueError, match=r"condition on a wall|leaves ghost 1 free|ghost rule"):
        layers.pad(torch.zeros(4), place_of([(1, 1)], [(side, side)]))


def test_coordinates() -> None:
    place = place_of([(1, 0), (0, 2)], [(PERIODIC, PERIODIC), (REFLECT, REFLECT)])
    like = torch.zeros((), dtype=torch.float32)
    x, y = layers.coordinates(place, (2, 3), like=like)
    assert x.dtype == torch.float32
    assert x.tolist() == [[0.25], [0.75]]
    assert y.tolist() == [[-1.0, -0.75, -0.5, -0.25]]
    x, y = layers.coordinates(place, (2, 3), like=like, halo=True)
    assert x.flatten().tolist() == [0.75, 0.25, 0.75]  # a periodic ghost is a point inside
    assert y.shape == (1, 6)


EXACT: list[tuple[Callable[[Array], Array], Callable[[Array], Array]]] = [
    (lambda x: 1 + 2 * x, lambda x: 2 + 0 * x),
    (np.sin, np.cos),
]


@pytest.mark.parametrize(("f", "df"), EXACT)
def test_linear_functions_pass_walls(f: Any, df: Any) -> None:
    # a halo continues what satisfies the condition: exactly for lines, to h^2 for smooth values
    n, h, a = 16, 1 / 16, 0.0
    for value, slope in ((1.0, 0.0), (0.0, 1.0), (2.0, 3.0)):
        low = value * f(a) - slope * df(a)
        high = value * f(a + 1) + slope * df(a + 1)
        sides = (Side("wall", 0, value, slope, low), Side("wall", 0, value, slope, high))
        place = Place(origin=(h / 2,), spacing=(h,), extra=(0,), halo=((3, 3),), sides=(sides,))
        x = h / 2 + h * np.arange(-3, n + 3)
        p = layers.pad(torch.from_numpy(f(x[3:-3])), place)
        bound = 1e-12 if f(1.0) == 3.0 else 10 * h**2
        assert math.isclose(0, float((p - torch.from_numpy(f(x))).abs().max()), abs_tol=bound)
