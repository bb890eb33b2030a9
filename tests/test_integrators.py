"""Every time method of the table: its stability polynomial, its order, the facts it states."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
import sympy
from sympy import Rational, Symbol

from iterant.compiler.grid import Read
from iterant.compiler.integrators import METHODS
from iterant.compiler.integrators.base import Problem
from iterant.compiler.integrators.butcher import TABLEAUS, user_tableau
from iterant.compiler.integrators.chebyshev import rkc_coefficients, rkl2_coefficients
from iterant.compiler.scheme import TAU, Rate, Step, Term
from iterant.compiler.source import Faults, Source, Span

SPAN = Span(0, 1)
U, Z = Symbol("u", real=True), Symbol("z")
TABLEAU = {
    "a": tuple(Rational(x) for x in ("1/2", 0, "1/2", 0, 0, 1)),
    "b": tuple(Rational(x) for x in ("1/6", "1/3", "1/3", "1/6")),
}
OPTIONS = {"runge_kutta": TABLEAU, "rkl2": {"stages": 6}, "rkc": {"stages": 6},
           "fsi": {"cycle": 6}, "fed": {"cycle": 6}}  # fmt: skip
ONE_STEP = [n for n in METHODS if METHODS[n].laws == (1,) and not n.startswith(("lie", "strang"))
            and n not in ("adams_bashforth2", "du_fort_frankel", "symplectic_euler")]  # fmt: skip


def problem(name: str) -> Problem:
    """dt(u) = lambda u as a problem of a method."""
    read = Read(symbol=U, kind="field", location=(0,))
    term = Term(words=(), coefficient=sympy.S.One, value=read, span=SPAN)
    rate = Rate(unknown=U, order=1, terms=(term,), span=SPAN)
    faults = Faults(Source("t.scheme", "x"))
    return Problem(rates=(rate,), options=OPTIONS.get(name, {}), arguments=(), faults=faults,
                   span=SPAN)  # fmt: skip


def amplification(step: Step) -> sympy.Expr:
    """u after one body as a polynomial of z = lambda tau, from u = 1."""
    values: dict[str, sympy.Expr] = {"u": sympy.S.One}
    for stage in step.body:
        rows = zip(*(v for _, v in stage.table), strict=True) if stage.table else [()]
        for row in rows:
            at = dict(stage.at)
            slope_of = values[at.get(U, "u")] * Z / TAU
            symbols = dict(zip((s for s, _ in stage.table), row, strict=True))
            new = {}
            for u in stage.updates:
                total = sum((c * values[a] for c, a in u.combination), sympy.S.Zero)
                new[u.target] = sympy.expand((total + u.slope * slope_of).subs(symbols))
            values |= new
            values |= {a: values[b] for a, b in stage.moves} | {}
    return sympy.expand(values["u"])


@pytest.mark.parametrize("name", ONE_STEP)
def test_polynomial_and_order(name):
    """P(z) agrees with exp(c z) up to the method's order, c the time that a body covers."""
    method = METHODS[name]
    step = method.build(problem(name))
    p = sympy.Poly(amplification(step), Z)
    order = method.order or 4
    for n in range(order + 1):
        expected = sympy.Rational(step.advance) ** n / sympy.factorial(n)
        assert abs(float(p.coeff_monomial(Z**n) - expected)) < 1e-9 * float(expected)
    stated = method.facts(OPTIONS.get(name, {})).polynomial
    if stated is not None:
        assert [sympy.Rational(c.numerator, c.denominator) for c in stated] == p.all_coeffs()[::-1]


@pytest.mark.parametrize("name", ONE_STEP)
def test_real_interval(name):
    """|P| <= 1 on [-beta, 0], and beyond it soon no more; fsi and fed state that of one step."""
    facts = METHODS[name].facts(OPTIONS.get(name, {}))
    assert facts.real is not None
    p = sympy.lambdify(Z, amplification(METHODS[name].build(problem(name))))
    beta = float(facts.real)
    assert all(abs(p(-beta * i / 400)) <= 1 + 1e-9 for i in range(401))
    assert any(abs(p(-beta * (1 + 0.02 * i))) > 1 for i in range(1, 6))


@pytest.mark.parametrize("name", ONE_STEP)
def test_imaginary_interval(name):
    """|P(iy)| <= 1 up to the stated bound and not just beyond it."""
    facts = METHODS[name].facts(OPTIONS.get(name, {}))
    assert facts.imaginary_squared is not None
    p = sympy.lambdify(Z, amplification(METHODS[name].build(problem(name))))
    bound = float(facts.imaginary_squared) ** 0.5
    assert all(abs(p(1j * bound * i / 100)) <= 1 + 1e-9 for i in range(101))
    if name not in ("rkc", "rkl2", "fsi", "fed"):
        assert abs(p(1j * (bound * 1.01 + 0.05))) > 1


def test_fsi_and_fed_are_one_polynomial():
    """Both have D_n(theta) / (2n + 1), cos theta = 1 + z, and the time n(n+1)/3."""
    fsi, fed = (amplification(METHODS[n].build(problem(n))) for n in ("fsi", "fed"))
    difference = sympy.Poly((fsi - fed).evalf(30), Z)
    assert all(abs(c) < 1e-12 for c in difference.all_coeffs())
    assert METHODS["fsi"].build(problem("fsi")).advance == 14


@pytest.mark.parametrize("name", ["rkl2", "rkc"])
@pytest.mark.parametrize("stages", [3, 4, 8, 16])
def test_chebyshev_times(name, stages):
    """The stage times end at the whole step and the rows add to 1."""
    found = {"rkl2": rkl2_coefficients, "rkc": rkc_coefficients}[name](stages)
    mu, nu, m, g = found.rows[-1]
    c = (Fraction(0), *found.times)
    assert mu * c[-1] + nu * c[-2] + m + g == 1
    assert found.beta >= (stages**2 - 1) * Fraction(1, 2)


@pytest.mark.parametrize("name", TABLEAUS)
def test_tableau_order(name):
    """The order conditions give the stated order (up to 4)."""
    tableau = TABLEAUS[name]
    flat = tuple(Rational(x.numerator, x.denominator) for row in tableau.a for x in row)
    b = tuple(Rational(x.numerator, x.denominator) for x in tableau.b)
    assert user_tableau({"a": flat, "b": b}).order == min(tableau.order, 4)


@pytest.mark.parametrize(("a", "b"), [((), (1, 1)), ((1,), (1,)), ((), ())])
def test_incomplete_tableau(a, b):
    """A tableau that does not fit is a Diagnostic."""
    options = {"a": tuple(map(Rational, a)), "b": tuple(map(Rational, b))}
    given = replace(problem("runge_kutta"), options=options)
    METHODS["runge_kutta"].build(given)
    assert "tableau" in given.faults.errors[0].message


def test_verlet_of_one_group():
    """An unknown that drives itself is a Diagnostic, and no step."""
    given = problem("verlet")
    assert not METHODS["verlet"].build(given).body
    assert "two groups" in given.faults.errors[0].message


def test_table_loads():
    """Every line of the table points at a method of that name."""
    for name in METHODS:
        assert METHODS[name].name == name
