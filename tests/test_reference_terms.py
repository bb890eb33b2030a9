"""Every term of the language's calculus against NumPy rolls on widely padded arrays.

This shares neither stencils nor fluxes with the compiler: ghosts come from the twins, derivatives
from solved moment equations, and every operator is written from the language's own sentences.
Letters: u, v fields; H the width of the halo; K a difference to faces, face i below point i.
"""

from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from iterant.compiler.analyse import analyse
from iterant.compiler.discretise import discretise
from iterant.compiler.parse import parse
from iterant.compiler.reference import Evaluator
from iterant.compiler.source import Source
from twins.walls import CLOSED, PERIODIC, Wall, pad, place

H = 14
LENGTHS = (1.5, 2.0)


def weights(derivative, points):
    """Weights w with sum_k w_k p_k^m = m! [m = derivative] for m < number of points."""
    powers = np.vander(points, increasing=True).T
    right = np.zeros(len(points))
    right[derivative] = factorial(derivative)
    return np.linalg.solve(powers, right)


class Plane:
    """Two axes with a halo: what a term needs to be computed by rolls."""

    def __init__(self, counts, walls, order, nodes):
        self.counts, self.walls, self.order, self.nodes = counts, walls, order, nodes
        ends = zip(counts, LENGTHS, walls, strict=True)
        lines = [place(n, 0, length, pair, nodes=nodes) for n, length, pair in ends]
        self.h = [h for _, h in lines]
        self.x, self.y = np.meshgrid(
            *(self.coordinate(a, lines[a][0]) for a in (0, 1)), indexing="ij"
        )

    def coordinate(self, axis, line):
        """Linear beyond walls; a periodic one comes round."""
        index = np.arange(-H, len(line) + H)
        if self.walls[axis] is PERIODIC:
            index %= len(line)
        return line[0] + index * self.h[axis]

    def wide(self, u):
        return pad(u, self.walls, self.h, H, nodes=self.nodes)

    def even(self, k):
        """Given data continue evenly, about the wall node where there is one."""
        pairs = [PERIODIC if p is PERIODIC else CLOSED for p in self.walls]
        if not self.nodes:
            return pad(k, pairs, self.h, H)
        for axis, pair in enumerate(self.walls):
            line = np.moveaxis(k, axis, 0)
            index = [self.mirrored(i, len(line), pair) for i in range(-H, len(line) + H)]
            k = np.moveaxis(line[index], 0, axis)
        return k

    def mirrored(self, i, n, pair):
        """The index inside that a datum beyond the nodes repeats."""
        while pair is not PERIODIC and not 0 <= i < n:
            low, high = (0 if wall.b else 1 for wall in pair)
            i = -i - low if i < 0 else 2 * (n - 1) - i + high
        return i % n

    def crop(self, p):
        return p[H:-H, H:-H]

    # ---- differences

    def along(self, p, axis, pairs, scale):
        return sum(w * np.roll(p, -o, axis) for o, w in pairs) * scale

    def d(self, p, axis, derivative):
        reach = (derivative + self.order - 1) // 2
        points = np.arange(-reach, reach + 1)
        pairs = list(zip(points, weights(derivative, points.astype(float)), strict=True))
        return self.along(p, axis, pairs, self.h[axis] ** -derivative)

    def half(self, p, axis, derivative, *, to_face):
        """Differences and means half a cell off: point i - 1/2 is face i."""
        points = np.arange(-self.order // 2, self.order // 2) + 0.5
        offsets = (points - 0.5).astype(int) if to_face else (points + 0.5).astype(int)
        pairs = list(zip(offsets, weights(derivative, points), strict=True))
        return self.along(p, axis, pairs, self.h[axis] ** -derivative)

    def lap(self, p):
        return self.d(p, 0, 2) + self.d(p, 1, 2)

    def div(self, flux):
        """-K^T: of the two axes' fluxes at their faces."""
        return sum(self.half(flux(axis), axis, 1, to_face=False) for axis in (0, 1))

    # ---- fluxes

    def face_mean(self, k, axis, average):
        low = np.roll(k, 1, axis)
        if average == "arithmetic":
            return self.half(k, axis, 0, to_face=True)
        return 2 * low * k / (low + k)

    def slopes(self, p, axis):
        """The gradient at the faces of one axis (`half_points`)."""
        across = self.half(p, axis, 1, to_face=True)
        return across, self.half(self.d(p, 1 - axis, 1), axis, 0, to_face=True)

    def forward(self, p):
        return [self.half(p, axis, 1, to_face=False) for axis in (0, 1)]

    def corner(self, p):
        gradient = []
        for axis in (0, 1):
            mean = self.half(p, 1 - axis, 0, to_face=True)
            gradient.append(self.half(mean, axis, 1, to_face=True))
        return gradient


def g(q):
    return 1 / (1 + q)


def isotropic(plane, p, flux):
    """div(g(|grad u|^2) grad(u)) by each of the three fluxes."""
    if flux == "half_points":

        def across(axis):
            s, other = plane.slopes(p, axis)
            return g(s**2 + other**2) * s

        return plane.div(across)
    gradient = plane.forward(p) if flux == "forward" else plane.corner(p)
    weight = g(gradient[0] ** 2 + gradient[1] ** 2)
    total = 0
    for axis in (0, 1):
        part = weight * gradient[axis]
        if flux == "forward":
            total = total + plane.half(part, axis, 1, to_face=True)
        else:
            mean = plane.half(part, 1 - axis, 0, to_face=False)
            total = total + plane.half(mean, axis, 1, to_face=False)
    return total


def conduction(plane, p, average):
    k = plane.even(1 + plane.crop(plane.x) ** 2 * plane.crop(plane.y))
    return plane.div(lambda a: plane.face_mean(k, a, average) * plane.half(p, a, 1, to_face=True))


TERMS = {
    "lap(u)": lambda q, u, v, s: q.lap(u),
    "2*dxx(u) + 3*dyy(v)": lambda q, u, v, s: 2 * q.d(u, 0, 2) + 3 * q.d(v, 1, 2),
    "dx(u) - dy(v)": lambda q, u, v, s: q.d(u, 0, 1) - q.d(v, 1, 1),
    "dxy(u)": lambda q, u, v, s: q.d(q.d(u, 0, 1), 1, 1),
    "u * dx(v) + dy(u^2 / 2)": lambda q, u, v, s: u * q.d(v, 0, 1) + q.d(u**2 / 2, 1, 1),
    "dx(sin(x) * v) * y": lambda q, u, v, s: q.d(np.sin(q.x) * v, 0, 1) * q.y,
    "lap(u * v)": lambda q, u, v, s: q.lap(u * v),
    "norm2(grad(u))": lambda q, u, v, s: q.d(u, 0, 1) ** 2 + q.d(u, 1, 1) ** 2,
    "div(u * grad(v))": lambda q, u, v, s: q.div(
        lambda a: q.half(u, a, 0, to_face=True) * q.half(v, a, 1, to_face=True)
    ),
    "div((2 + x^2) * grad(u))": lambda q, u, v, s: q.div(
        lambda a: (2 + coordinate_at_faces(q, a) ** 2) * q.half(u, a, 1, to_face=True)
    ),
    "div(k * grad(u))": lambda q, u, v, s: conduction(q, u, s),
    "div(g(norm2(grad(u))) * grad(u))": lambda q, u, v, s: isotropic(q, u, s),
}
PERIODIC_TERMS = {
    "lap(lap(u))": lambda q, u, v, s: q.lap(q.lap(u)),
    "(1 + lap)^2 * u": lambda q, u, v, s: u + 2 * q.lap(u) + q.lap(q.lap(u)),
    "d(u, x, 3) + d(v, y, 4)": lambda q, u, v, s: q.d(u, 0, 3) + q.d(v, 1, 4),
}
SPACES = {
    "div(k * grad(u))": ("average", ("harmonic", "arithmetic")),
    "div(g(norm2(grad(u))) * grad(u))": ("flux", ("half_points", "forward", "corners")),
}


def coordinate_at_faces(plane, axis):
    """x where the flux across an axis lies: half a spacing lower along x itself."""
    return plane.x if axis == 1 else plane.x - plane.h[0] / 2


# ---- the same walls, as numbers and as text

NUMBERS = st.sampled_from([-1.0, 0.0, 0.5, 2.0])


@st.composite
def conditions(draw, *, nodes, periodic=False):
    """Per axis the pair of walls for both fields, and the statement that says so."""
    pairs, said = [], []
    for name in "xy":
        if periodic or draw(st.booleans()):
            pairs.append(PERIODIC)
            said.append(f"periodic on {name}")
            continue
        both = []
        for side in ("low", "high"):
            a, b = draw(st.sampled_from([(1, 0), (2, 0), (0, 1), (0, 2), (1, 1), (1, 2)]))
            both.append(Wall(float(a), float(b), draw(NUMBERS)))
            said += [f"{a}*{f} + {b}*dn({f}) = {both[-1].c} on {name} {side}" for f in "uv"]
        pairs.append(tuple(both))
    statement = ", ".join(said).replace("0*u + ", "").replace("0*v + ", "")
    return pairs, statement.replace(" + 0*dn(u)", "").replace(" + 0*dn(v)", "")


def check(data, term, oracle, *, periodic=False):
    nodes = data.draw(st.booleans())
    pairs, said = data.draw(conditions(nodes=nodes, periodic=periodic))
    counts = tuple(data.draw(st.integers(2 if nodes else 1, 4)) for _ in "xy")
    order = data.draw(st.sampled_from([2, 4]))
    word, choices = SPACES.get(term, ("order", (str(order),)))
    choice = data.draw(st.sampled_from(choices))
    text = (
        f"scheme term\ndomain x in [0, 3/2], y in [0, 2]\ngrid {counts[0]}, {counts[1]}"
        f"{', nodes' if nodes else ''}\nboundary {said}\nfield u, v\ndata k = 1 + x^2 * y\n"
        f"function g(q) = 1 / (1 + q)\nequation dt(u) = {term} + lap(u) + 7/2\n"
        f"equation dt(v) = lap(v) + div(k * grad(v))\nspace order {order}, {word} {choice}\n"
        "time explicit_euler, step 1/1000, steps 1\n"
    ).replace(f"order {order}, order {order}", f"order {order}")
    scheme = discretise(analyse(parse(Source("term.scheme", text))))
    u, v = np.random.default_rng(0).uniform(-1, 1, (2, *counts))
    symbol = scheme.unknowns[0].symbol
    found = Evaluator(scheme=scheme).rate(symbol, {"u": u, "v": v})
    plane = Plane(counts, pairs, order, nodes)
    wide_u, wide_v = plane.wide(u), plane.wide(v)
    expected = plane.crop(oracle(plane, wide_u, wide_v, choice) + plane.lap(wide_u)) + 3.5
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9, err_msg=text)


@pytest.mark.parametrize("term", TERMS)
@settings(max_examples=25)
@given(data=st.data())
def test_term(term, data):
    check(data, term, TERMS[term])


@pytest.mark.parametrize("term", PERIODIC_TERMS)
@settings(max_examples=10)
@given(data=st.data())
def test_periodic_term(term, data):
    check(data, term, PERIODIC_TERMS[term], periodic=True)
