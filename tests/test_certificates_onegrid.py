"""Left sides on the file's own grid, and what is refuted there."""

from fractions import Fraction

import numpy as np
import pytest
import sympy

from iterant.compiler.certificates.certify import certify
from iterant.compiler.scheme import Scheme
from iterant.runtime.contract import Certificate, Refutation, Unproved
from proofs import claim, matrix, pde, radius, scheme_of, verdict, volumes
from test_certificates_matrix import FLOW, HEAT, INFLOW, agreed, constant

SECOND = "(u[k+1, i+1] - 2*u[k+1, i] + u[k+1, i-1])"
BEFORE = SECOND.replace("k+1", "k")
LEFT: dict[str, tuple[str, str, float]] = {  # equation, walls, at most this K
    "backward Euler": (f"u[k+1, i] - 50*{SECOND} = u[k, i]", "u + dn(u) = 0", 1),
    "Crank-Nicolson": (f"u[k+1, i] - 50*{SECOND} = u[k, i] + 50*{BEFORE}", "dn(u) = 0", 1),
    "order 4, Robin": (
        f"u[k+1, i] - 2*{SECOND} + {SECOND}/24 = u[k, i] + {BEFORE}/24", "u + dn(u) = 0", 1,
    ),
    "transport": (
        "u[k+1, i] + 1/2*(u[k+1, i+1] - u[k+1, i-1]) = u[k, i]",
        "u = 0 on x low, u + dn(u) = 0 on x high", 5,
    ),
    "two levels": (f"3/2*u[k+1, i] - 4*{SECOND} = 2*u[k, i] - 1/2*u[k-1, i]", "u + dn(u) = 0", 9),
}  # fmt: skip


UNSTABLE = ("transport", "12, nodes")  # an eigenvalue of modulus 1.09


def iterated(equation: str, walls: str, grid: str = "12") -> Scheme:
    """A scheme node by node between walls."""
    return scheme_of(
        f"scheme own\ndomain x in [0, 1]\ngrid {grid}\nboundary {walls}\nfield u\n"
        f"iterate {equation}\n"
    )


@pytest.mark.parametrize(("name", "grid"), [
    (name, grid) for name in LEFT for grid in ("12", "12, nodes") if (name, grid) != UNSTABLE
])  # fmt: skip
def test_left_sides(name: str, grid: str) -> None:
    equation, walls, most = LEFT[name]
    scheme = iterated(equation, walls, grid)
    found = certify(scheme, claim("l2_stable"))
    assert isinstance(found, Certificate), found
    assert constant(found) <= most
    agreed(found, matrix(scheme, 1.0), volumes(scheme))


def test_left_sides_that_do_not_hold() -> None:
    grows = iterated(f"u[k+1, i] - {SECOND} = u[k, i] + 3*{BEFORE}", "dn(u) = 0")
    found = certify(grows, claim("l2_stable"))
    assert isinstance(found, Refutation)
    agreed(found, matrix(grows, 1.0), volumes(grows))
    transport = iterated(*LEFT["transport"][:2], "12, nodes")
    assert isinstance(certify(transport, claim("l2_stable")), Refutation)
    singular = iterated("u[k+1, i+1] + u[k+1, i-1] = u[k, i]", "dn(u) = 0")
    assert isinstance(certify(singular, claim("l2_stable")), Unproved)


GROWS: dict[str, tuple[str, str, dict[str, str]]] = {
    "a wall that feeds": (HEAT, "1/4000", {"boundary": "u - dn(u) = 0"}),
    "a wall that feeds, rk4 of order 4": (
        HEAT, "1/4000", {"boundary": "u - 3*dn(u) = 0", "space": "order 4", "time": "rk4"},
    ),
    "upwind of 3/2": (FLOW, "3/64", INFLOW),
    "central differences with inflow": (
        FLOW, "1/64", {"boundary": "u = 0 on x low", "space": "order 2", "grid": "64"},
    ),
    "a trained parameter at its value": (
        "dt(u) = a*dxx(u)", "1/100",
        {"boundary": "u + dn(u) = 0", "space": "order 4", "extra": "param a = 1, trainable"},
    ),
    "a pair": ("dt(u) = v;dt(v) = u", "1/100", {"fields": "u, v", "boundary": "u = 0, v = 0"}),
    "two levels": (
        HEAT, "1/200", {"boundary": "u + dn(u) = 0", "space": "order 4",
                        "time": "adams_bashforth2"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GROWS)
def test_refuted_on_its_own_grid(name: str) -> None:
    equation, tau, more = GROWS[name]
    scheme = pde(equation, **more)
    found = verdict(scheme, tau=sympy.Rational(tau))
    assert isinstance(found, Refutation), found
    assert "an eigenvector of the step on this grid grows" in found.statement
    step = matrix(scheme, float(sympy.Rational(tau)))
    assert np.isclose(float(Fraction(found.witness.growth)), radius(step), rtol=1e-6)
    states = [np.array([float(Fraction(v)) for v in values])
              for values in found.witness.state.values()]  # fmt: skip
    moved = np.linalg.matrix_power(step, 40) @ np.concatenate(states)
    assert np.linalg.norm(moved) > np.linalg.norm(np.concatenate(states))
