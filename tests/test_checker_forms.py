"""Closed forms with roots and half-integer powers: accepted up to the limit, never above."""

from fractions import Fraction
from functools import lru_cache
from typing import Any

import mpmath
import pytest
import sympy
from hypothesis import given, settings, strategies as st

import proofs
from iterant.runtime.checker import check
from iterant.runtime.checker.forms import quotient, squared
from iterant.runtime.checker.ranges import Rejected
from iterant.runtime.checker.trees import parsed
from iterant.runtime.contract import Certificate
from test_checker import resealed

PLANE, SPACE = "x, y in [0, 1]", "x, y, z in [0, 1]"
NUMBERS = "param c = 2, nu = 3, positive\nparam s = -5"
CASES: dict[str, tuple[str, dict[str, str], str]] = {
    "power 3/2": (
        "dtt(u) = c*lap(lap(lap(u)))", {"domain": PLANE, "grid": "4, 8"},
        "hx^3*hy^3/(4*sqrt(c)*(hx^2 + hy^2)^(3/2))",
    ),
    "power 3/2, rk4": (
        "dtt(u) = c*lap(lap(lap(u)))", {"domain": PLANE, "grid": "4, 8", "time": "rk4"},
        "sqrt(2)*hx^3*hy^3/(4*sqrt(c)*(hx^2 + hy^2)^(3/2))",
    ),
    "root of a sum": (
        "dtt(u) = c*lap(u) - nu*u", {"domain": SPACE, "grid": "2, 4, 8"},
        "2*hx*hy*hz/sqrt(4*c*hx^2*hy^2 + 4*c*hx^2*hz^2 + 4*c*hy^2*hz^2 + hx^2*hy^2*hz^2*nu)",
    ),
    "pi in a root": (
        "dtt(u) = pi*lap(u) - pi^3*u", {"domain": PLANE, "grid": "4, 8"},
        "2*hx*hy/(sqrt(pi)*sqrt(pi^2*hx^2*hy^2 + 4*hx^2 + 4*hy^2))",
    ),
    "two roots": (
        "dt(v) = -grad(p)/c;dt(p) = -nu*div(v)",
        {"domain": PLANE, "grid": "4, 8", "fields": "p\nfield v: vector, staggered"},
        "sqrt(c)*hx*hy/(sqrt(nu)*sqrt(hx^2 + hy^2))",
    ),
    "a parameter that is negative": (
        "dtt(u) = -s*lap(lap(lap(u)))", {"domain": PLANE, "grid": "4, 8"},
        "hx^3*hy^3/(4*sqrt(-s)*(hx^2 + hy^2)^(3/2))",
    ),
}  # fmt: skip


@lru_cache(maxsize=32)
def proved(name: str) -> Certificate:
    equation, more, _ = CASES[name]
    scheme = proofs.pde(equation, extra=NUMBERS, **{"time": "leapfrog", **more})
    limit = proofs.certificate(scheme).limit
    assert limit is not None
    near = sympy.Rational(limit.value) * (1 - sympy.Rational(1, 10**9))
    return proofs.certificate(scheme, tau=near)


@pytest.mark.parametrize("name", CASES)
def test_forms_are_accepted(name: str) -> None:
    found = proved(name)
    assert found.limit is not None
    assert found.limit.closed_form == CASES[name][2]
    assert check(found).accepted, check(found).reason


def restated(name: str, form: str, value: Fraction | None = None) -> dict[str, Any]:
    """The certificate with another closed form in every place."""
    data = proofs.plain(proved(name))
    old = data["limit"]["closed_form"]
    data["statement"] = data["statement"].replace(old, form)
    data["limit"]["closed_form"] = form
    if value is not None:
        data["limit"]["value"] = str(value)
    return data


@pytest.mark.parametrize("name", CASES)
def test_forms_above_the_limit_are_rejected(name: str) -> None:
    form = CASES[name][2]
    limit = proved(name).limit
    assert limit is not None
    size = Fraction(limit.value)
    more = Fraction(1000001, 1000000)
    assert not check(restated(name, f"1000001/1000000*({form})")).accepted
    assert not check(restated(name, f"1000001/1000000*({form})", size * more)).accepted
    assert not check(restated(name, form, size * more)).accepted
    assert not check(restated(name, form.replace("(3/2)", "(5/2)") + "*2")).accepted
    below = restated(name, f"({form})*999999/1000000", size / more**2)
    assert not check(below).accepted  # its step is longer
    below["proof"]["step"] = below["scheme"]["step"]["tau"] = None
    assert check(resealed(below)).accepted


@pytest.mark.parametrize("name", CASES)
def test_forms_of_no_positive_number_are_rejected(name: str) -> None:
    form = CASES[name][2]
    for other in (f"-({form})", f"min({form}, -({form}))", f"({form})^(1/3)", f"({form})^1000"):
        assert not check(restated(name, other)).accepted


# ---- squares against numbers

NAMES = ("h", "c", "kappa")
ATOMS = st.sampled_from([*NAMES, "2", "3/7", "(h + c)", "(h^2 + 3*kappa)", "pi"])
POWERS = st.sampled_from(["", "^2", "^(1/2)", "^(3/2)", "^-1", "^-(1/2)"])


@st.composite
def products(draw: st.DrawFn) -> str:
    factors = draw(st.lists(st.tuples(ATOMS, POWERS), min_size=1, max_size=4))
    texts = [f"sqrt({a})" if draw(st.booleans()) else f"{a}{p}" for a, p in factors]
    return "*".join(texts)


@settings(max_examples=200, deadline=None)
@given(text=products(), values=st.tuples(*[st.fractions(Fraction(1, 9), 9)] * 3))
def test_squares_are_those_of_numbers(text: str, values: tuple[Fraction, ...]) -> None:
    signs = dict.fromkeys(NAMES, 1)
    top, bottom = squared(parsed(text), signs)
    with mpmath.workdps(40):
        known = {n: mpmath.mpf(v.numerator) / v.denominator for n, v in
                 zip(NAMES, values, strict=True)} | {"pi": mpmath.pi}  # fmt: skip

        def of(total: Any) -> Any:
            return sum(
                mpmath.mpf(c.numerator) / c.denominator
                * mpmath.fprod(known[n] ** p for n, p in monomial)
                for monomial, c in total.items()
            )  # fmt: skip

        names = {s: sympy.Symbol(s, positive=True) for s in NAMES}
        form = sympy.sympify(text.replace("^", "**"), locals=names)
        exact = form.subs({names[n]: sympy.Rational(str(v)) for n, v in
                           zip(NAMES, values, strict=True)})  # fmt: skip
        expected = mpmath.mpf(str(sympy.N(exact**2, 40)))
        assert abs(of(top) / of(bottom) - expected) <= mpmath.mpf(10) ** -30 * expected


@pytest.mark.parametrize("text", ["h^(1/3)", "(h^(1/2) + c)^2", "h^(c)", "sqrt(sqrt(h))", "q"])
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(Rejected):
        squared(parsed(text), dict.fromkeys(NAMES, 1))
    with pytest.raises(Rejected):
        quotient(parsed(text), dict.fromkeys(NAMES, 1))
