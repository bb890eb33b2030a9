"""Refutations by a defective eigenvalue on the unit circle: growth in proportion to the steps."""

from dataclasses import replace
from fractions import Fraction

import flint
import numpy as np
import pytest
import sympy

from iterant.compiler.certificates.certify import certify
from iterant.compiler.certificates.defects import SLOWLY, _on_circle
from iterant.compiler.scheme import Scheme
from iterant.runtime.contract import Refutation, Verdict
from proofs import claim, matrix, pde, scheme_of, verdict
from sampled import Drawn, drawn, tenfold

PLANE = {"domain": "x, y in [0, 1]", "grid": "16, 16"}
SPACE = {"domain": "x, y, z in [0, 1]", "grid": "16, 16, 16"}
LEAP = {"time": "leapfrog"}
LIMITS: dict[str, tuple[str, dict[str, str], str]] = {  # the limit itself, which is not stable
    "advection": ("dt(u) = -dx(u)", LEAP, "1/16"),
    "advection, two axes": ("dt(u) = -dx(u) - dy(u)", LEAP | PLANE, "1/32"),
    "advection, three axes": ("dt(u) = -dx(u) - dy(u) - dz(u)", LEAP | SPACE, "1/48"),
    "wave": ("dtt(u) = lap(u)", LEAP, "1/16"),
    "wave, two axes": ("dtt(u) = 2*lap(u)", LEAP | PLANE, "1/32"),
    "wave, three axes": ("dtt(u) = 3*lap(u)", LEAP | SPACE, "1/48"),
    "wave, velocities": ("dtt(u) = lap(u)", {"time": "verlet"}, "1/16"),
    "acoustics": ("dt(u) = -dx(v); dt(v) = -dx(u)", {"time": "verlet", "fields": "u, v"}, "1/8"),
    "an even grid": ("dtt(u) = lap(u)", LEAP | {"grid": "6"}, "1/6"),
}


def refuted(found: Verdict) -> Refutation:
    assert isinstance(found, Refutation), found
    assert found.witness.mode.endswith(SLOWLY), found
    assert "defective" in found.statement
    return found


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_that_is_not_attained_is_refuted(name: str) -> None:
    equation, words, tau = LIMITS[name]
    scheme = pde(equation, **words)
    found = refuted(verdict(scheme, tau=sympy.Rational(tau)))
    assert found.limit is not None
    assert not found.limit.attained
    assert Fraction(found.limit.value) == Fraction(tau)
    assert float(Fraction(found.witness.growth)) >= 2
    below = verdict(scheme, tau=sympy.Rational(tau) * sympy.Rational(999, 1000))
    assert below.verdict == "certified"


@pytest.mark.parametrize("name", ["advection", "wave", "acoustics"])
def test_powers_of_the_dense_step_grow_like_their_number(name: str) -> None:
    equation, words, tau = LIMITS[name]
    found = refuted(verdict(pde(equation, **words), tau=sympy.Rational(tau)))
    assert 16 % found.witness.points[0] == 0
    step = matrix(pde(equation, **words), float(Fraction(tau)))
    sizes = [np.linalg.norm(np.linalg.matrix_power(step, n), 2) for n in (100, 1000)]
    assert sizes[1] > 8 * sizes[0]
    assert sizes[1] < 20 * sizes[0]


def test_the_drift_of_an_equation_is_no_counter_example() -> None:
    for rate, time in (("dtt(u) = lap(u)", "leapfrog"), ("dtt(u) = dxx(u)", "verlet")):
        found = verdict(pde(rate, time=time), tau=sympy.Rational(1, 20))
        assert found.verdict == "certified"
    drifting = scheme_of("scheme a\nfield u, v\niterate u[k+1,i] = u[k,i] + v[k,i]\n"
                         "iterate v[k+1,i] = v[k,i]\n")  # fmt: skip
    assert certify(drifting, claim("l2_stable")).verdict != "refuted"
    heat = scheme_of(
        "scheme a\nfield u, v\n"
        "iterate u[k+1,i] = u[k,i] + (u[k,i+1] - 2*u[k,i] + u[k,i-1])/4 + v[k,i]\n"
        "iterate v[k+1,i] = v[k,i] + (v[k,i+1] - 2*v[k,i] + v[k,i-1])/4\n"
    )
    assert certify(heat, claim("l2_stable")).verdict == "unproved"


def turned(*, coupled: bool) -> Scheme:
    """Two turns by arctan(4/3), the second of which drives the first."""
    more = (" + w[k,i]", " + z[k,i]") if coupled else ("", "")
    return scheme_of(
        "scheme turned\nfield u, v, w, z\n"
        f"iterate u[k+1,i] = 3/5*u[k,i] + 4/5*v[k,i]{more[0]}\n"
        f"iterate v[k+1,i] = -4/5*u[k,i] + 3/5*v[k,i]{more[1]}\n"
        "iterate w[k+1,i] = 3/5*w[k,i] + 4/5*z[k,i]\n"
        "iterate z[k+1,i] = -4/5*w[k,i] + 3/5*z[k,i]\n"
    )


def test_eigenvalues_that_are_no_roots_of_unity() -> None:
    found = refuted(certify(turned(coupled=True), claim("l2_stable")))
    assert "roots of 5*z^2 + (-6)*z + 5" in found.statement
    assert certify(turned(coupled=False), claim("l2_stable")).verdict == "certified"


@pytest.mark.parametrize(
    ("coefficients", "wanted"),
    [
        ([1, 1], True), ([-1, 1], False), ([1, 0, 1], True), ([1, 1, 1], True),
        ([5, -6, 5], True), ([1, -3, 1], False), ([1, 2, 3], False), ([2, 1], False),
        ([1, 1, 1, 1, 1], True), ([1, -1, -1, -1, 1], False), ([1, 0, -1, 0, 1], True),
        ([1, 1, 0, -1, -1, -1, -1, -1, 0, 1, 1], False),
    ],
)  # fmt: skip
def test_which_polynomials_have_all_roots_on_the_circle(
    coefficients: list[int], wanted: bool
) -> None:
    assert _on_circle(flint.fmpq_poly(coefficients)) is wanted
    roots = np.abs(np.roots(coefficients[::-1]))
    assert bool(np.allclose(roots, 1, atol=1e-9)) is (wanted or coefficients == [-1, 1])


# ---- random schemes


def repeated(seed: int) -> Drawn:
    """A scheme twice: its copy is driven by it, so that each eigenvalue is defective."""
    own = drawn(seed, 1)
    one = {n: own.weights[n] for n in own.fields}
    zero = (0,) * own.dim
    names = {n: f"{n}{n}" for n in own.fields}
    copy = {
        names[n]: {(names[f], k, o): c for (f, k, o), c in row.items()}
        | {(n, 0, zero): Fraction(1)}
        for n, row in one.items()
    }
    return replace(own, fields=(*own.fields, *names.values()), weights=one | copy)


def test_random_schemes_with_a_driven_copy() -> None:
    """Whatever is refuted so has powers that grow at least like their number."""
    slow = 0
    for seed in range(60):
        scheme = repeated(seed)
        found = certify(scheme_of.__wrapped__(scheme.text), claim("l2_stable"))
        if not isinstance(found, Refutation) or not found.witness.mode.endswith(SLOWLY):
            continue
        slow += 1
        ratio = tenfold(scheme.torus(tuple(found.witness.points)))
        assert 5 < ratio < 2000, scheme.text  # a block of four grows like n^3
    assert slow >= 3
