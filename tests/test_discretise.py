"""Stencils: exact on polynomials, exact adjoints, the order by moments; the scheme of a text."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy
from hypothesis import given, strategies as st

from iterant.compiler.discretisation.order import consistency
from iterant.compiler.grid import Flux, Linear, walk
from iterant.compiler.pipeline import prove
from iterant.compiler.source import SchemeError, Source
from iterant.compiler.stencil import along, central, identity, staggered, stencil

ONE = sympy.S.One


@given(st.integers(1, 6), st.integers(1, 4), st.data())
def test_central_exact_on_polynomials(derivative, half_order, data):
    """Order p differentiates polynomials of degree < m + p exactly."""
    order = 2 * half_order
    degree = data.draw(st.integers(0, derivative + order - 1))
    total = sum(w * Fraction(p) ** degree for p, w in central(derivative, order))
    assert total == (sympy.factorial(derivative) if degree == derivative else 0)


@given(st.sampled_from([0, 1, 3]), st.integers(1, 4), st.booleans(), st.data())
def test_staggered_exact_on_polynomials(derivative, half_order, to_face, data):
    """The same half a cell off: points at offset - 1/2 of a face, + 1/2 of a point."""
    order = 2 * half_order
    degree = data.draw(st.integers(0, derivative + order - 1))
    shift = Fraction(1, 2) if to_face else Fraction(-1, 2)
    pairs = staggered(derivative, order, to_face=to_face)
    total = sum(w * (p + shift) ** degree for p, w in pairs)
    assert total == (sympy.factorial(derivative) if degree == derivative else 0)


offsets = st.tuples(st.integers(-3, 3), st.integers(-3, 3))
stencils = st.dictionaries(offsets, st.fractions(-9, 9, max_denominator=7), max_size=6).map(
    lambda d: stencil(d.items(), scale=ONE, shift=(0, 0))
)


@given(stencils, stencils)
def test_algebra(a, b):
    """Composition is commutative on Z^d, and the adjoint reverses it; the identity is neutral."""
    assert a.after(b) == b.after(a)
    assert a.after(b).adjoint() == b.adjoint().after(a.adjoint())
    assert a.after(identity(2)) == a
    assert a.adjoint().adjoint() == a


@given(stencils, st.data())
def test_adjoint_identity(a, data):
    """<S u, v> = <u, S^T v> for compactly supported u, v, exactly."""
    values = st.dictionaries(offsets, st.integers(-9, 9), max_size=8)
    u, v = data.draw(values), data.draw(values)

    def product(s, x, y):
        return sum(
            w * x.get((i + o, j + p), 0) * c for (i, j), c in y.items() for (o, p), w in s.weights
        )

    assert product(a, u, v) == product(a.adjoint(), v, u)


@pytest.mark.parametrize(
    ("pairs", "found"),
    [
        (central(2, 2), (2, 2, Fraction(1, 12))),
        (central(2, 8), (2, 8, Fraction(-1, 3150))),
        (central(1, 4), (1, 4, Fraction(-1, 30))),
        (central(4, 2), (4, 2, Fraction(1, 6))),
        (((-1, Fraction(-1)), (0, Fraction(1))), (1, 1, Fraction(-1, 2))),
    ],
)
def test_leading_error(pairs, found):
    """The textbook's leading truncation terms."""
    degree, order, error = consistency(along(pairs, 0, dim=1, scale=ONE))
    assert (degree, order, next(iter(error.values()))) == found


BASE = """scheme t
domain x in [0, 1], y in [0, 1]
grid 8, 8
boundary periodic
field u
{more}equation dt(u) = {right}
{space}time explicit_euler, step 1/10000, steps 1
"""


def scheme(right, space="", more=""):
    text = BASE.format(right=right, space=space + "\n" if space else "", more=more)
    return prove(Source("t.scheme", text)).scheme


ORDERS = [
    ("lap(u)", "", 2),
    ("lap(u)", "space order 6", 6),
    ("dx(u) + dxy(u)", "space order 4", 4),
    ("-(1 + lap)^2 * u", "", 2),
    ("div((1 + u^2) * grad(u))", "space order 4", 4),
    ("div((1 + u^2) * grad(u))", "space flux forward", 1),
    ("-dx(u)", "space upwind, order 3", 3),
    ("-dx(u^2 / 2)", "space upwind, order 1", 1),
]


@pytest.mark.parametrize(("right", "space", "order"), ORDERS)
def test_interior_order(right, space, order):
    """The consistency order of the interior rows."""
    assert scheme(right, space).order[0].order == order


def terms_sum(found):
    """All linear terms as one dict offset -> coefficient."""
    total: dict = {}
    for term in found.rates[0].terms:
        for s, _ in term.value.terms if isinstance(term.value, Linear) else [(identity(2), None)]:
            for o, w in s.weights:
                value = term.coefficient * s.scale * sympy.Rational(w.numerator, w.denominator)
                total[o] = total.get(o, 0) + value
    return {o: w for o, w in total.items() if w != 0}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("(1 + lap)^2 * u", "u + 2*lap(u) + lap(lap(u))"),
        ("lap * lap * u", "lap(lap(u))"),
        ("lap(2*u - dx(u))", "2*lap(u) - lap(dx(u))"),
        ("div(grad(u))", "lap(u)"),
        ("dx(dy(u))", "dxy(u)"),
    ],
)
def test_equal_meanings(left, right):
    """Two spellings of one operator are the same stencil."""
    assert terms_sum(scheme(left)) == terms_sum(scheme(right))


def test_flux_is_held():
    """div(g grad u) keeps slopes and weights; the divergence is minus the slope's adjoint."""
    found = scheme("div(1 / (1 + norm2(grad(u))) * grad(u))").rates[0].terms[0].value
    assert isinstance(found, Flux)
    for axis, face in enumerate(found.faces):
        assert face.axis == axis
        assert face.weight is not None
        reach = face.difference.weights
        assert {w for _, w in reach} == {1, -1}


def test_harmonic_mean_of_data():
    """A coefficient inside div is averaged harmonically at the faces."""
    found = scheme("div(k * grad(u))", more="data k = 1 + x\n").rates[0].terms[0].value
    text = " ".join(str(n.expression) for n in walk(found) if hasattr(n, "expression"))
    assert "HarmonicMean" in text


@pytest.mark.parametrize(
    "right",
    ["variation(E, u)", "integral(u)", "mean(u) - u"],
)
def test_later_back_ends_are_refused(right):
    """What has no back end yet is analysed fully and then refused by one Diagnostic."""
    more = "energy E = integral(u^2)\n" if "variation" in right else ""
    with pytest.raises(SchemeError, match="not there yet"):
        scheme(right, more=more)


def test_levels_that_an_earlier_equation_made():
    """A system node by node: the second equation reads the newest level of the first."""
    text = """scheme yee
field E, H
param c = 1/2
iterate E[k+1, i] = E[k, i] + c*(H[k, i] - H[k, i-1])
iterate H[k+1, i] = H[k, i] + c*(E[k+1, i+1] - E[k+1, i]) + 1/3*E[k, i]
"""
    step = prove(Source("t.scheme", text)).scheme.step
    assert [s.name for s in step.body] == ["equation1", "equation2"]
    assert dict(step.body[1].moves)["E"] == "E_new"
    assert {a.name for a in step.arrays} == {"E_new", "H_new"}
