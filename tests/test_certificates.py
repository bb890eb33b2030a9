"""Limits against textbooks, and against dense matrices: never too large, sharp where they say so.

Closed forms are those of von Neumann analysis as in Strikwerda (2004), Hundsdorfer and Verwer
(2003) and LeVeque (2007); the sums of central weights of order 4, 6, 8 are 16/3, 272/45, 2048/315,
those of staggered differences 7/3, 149/60, 2161/840 times 1/h (Fornberg 1988).
"""

from dataclasses import dataclass

import pytest
import sympy

from iterant.compiler.scheme import Scheme
from iterant.runtime.checker import check
from iterant.runtime.contract import Certificate
from proofs import closed, limit_of, matrix, norm, pde, radius, value, verdict, volumes

SQUARE, CUBE = "x, y in [0, 1]", "x, y, z in [0, 1]"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A scheme, the limit that textbooks give, and whether one step keeps the norm."""

    scheme: Scheme
    limit: str
    kind: str
    one_step: bool = True
    beyond: float | None = 1.01  # a step this much longer grows on the grid of the case


def heat(limit: str, *, kind: str = "symmetric", beyond: float | None = 1.01, **more: str) -> Case:
    equation = more.pop("equation", "dt(u) = kappa*lap(u)")
    extra = more.pop("extra", "param kappa = 1/10, positive")
    return Case(scheme=pde(equation, extra=extra, **more), limit=limit, kind=kind, beyond=beyond)


def waves(limit: str, **more: str) -> Case:
    equation = more.pop("equation", "dtt(u) = c^2*lap(u)")
    extra = more.pop("extra", "param c = 2, positive")
    more = {"time": "leapfrog"} | more
    return Case(scheme=pde(equation, extra=extra, **more), limit=limit, kind="skew", one_step=False)


DISSIPATIVE = {
    "heat 1-D": heat("h^2/(2*kappa)"),
    "heat 2-D": heat("h^2/(4*kappa)", domain=SQUARE, grid="6, 6"),
    "heat 3-D": heat("h^2/(6*kappa)", domain=CUBE, grid="4, 4, 4"),
    "heat, unequal spacings": heat(
        "1/(2*kappa*(1/hx^2 + 1/hy^2))", domain=SQUARE, grid="4, 8"
    ),
    "heat, order 4": heat("3*h^2/(8*kappa)", space="order 4"),
    "heat, order 6": heat("45*h^2/(136*kappa)", space="order 6"),
    "heat, order 8": heat("315*h^2/(1024*kappa)", space="order 8"),
    "heat, order 8, 2-D": heat(
        "315*h^2/(2048*kappa)", space="order 8", domain=SQUARE, grid="8, 8"
    ),
    "biharmonic 1-D": heat("h^4/(8*kappa)", equation="dt(u) = -kappa*d(u, x, 4)"),
    "biharmonic 2-D": heat(
        "h^4/(32*kappa)", equation="dt(u) = -kappa*lap(lap(u))", domain=SQUARE, grid="6, 6"
    ),
    "sixth derivative": heat("h^6/(32*kappa)", equation="dt(u) = kappa*d(u, x, 6)"),
    "heat with decay": heat(
        "2*h^2/(h^2*lam + 4*kappa)",
        equation="dt(u) = kappa*lap(u) - lam*u",
        extra="param kappa = 1/10, lam = 3, positive",
    ),
    "two terms": heat(
        "2*h^4/(4*h^2*kappa + 16*lam)",
        equation="dt(u) = kappa*lap(u) - lam*d(u, x, 4)",
        extra="param kappa = 1/10, lam = 3, positive",
    ),
    "Dirichlet cells": heat("h^2/(2*kappa)", boundary="u = 0"),
    "Dirichlet nodes": heat("h^2/(2*kappa)", boundary="u = 0", grid="31, nodes", beyond=1.01),
    "Neumann cells": heat("h^2/(2*kappa)", boundary="reflecting", grid="32"),
    "Neumann nodes": heat("h^2/(2*kappa)", boundary="dn(u) = 0", grid="12, nodes"),
    "Robin cells": heat(
        "h^2/(2*kappa)", boundary="2*u + dn(u) = 0 on x low, u = 0 on x high", grid="32"
    ),
    "mixed walls 2-D": heat(
        "h^2/(4*kappa)",
        domain=SQUARE,
        grid="12, 12",
        boundary="u = 0 on x low, dn(u) = 0 on x high, periodic on y",
        beyond=1.02,
    ),
    "order 4 between walls": heat("3*h^2/(8*kappa)", boundary="u = 0", space="order 4"),
    "order 4 on Neumann nodes": heat(
        "3*h^2/(8*kappa)", boundary="dn(u) = 0", grid="12, nodes", space="order 4"
    ),
    "div grad of order 4": heat(
        "18*h^2/(49*kappa)", equation="dt(u) = kappa*div(grad(u))", space="order 4"
    ),
    "heun": heat("h^2/(2*kappa)", time="heun"),
    "midpoint": heat("h^2/(2*kappa)", time="midpoint"),
    "rkl2, 8 stages": heat("35*h^2/(4*kappa)", time="rkl2, stages 8"),
    "rkl2, 15 stages": heat("119*h^2/(4*kappa)", time="rkl2, stages 15"),
    "fsi": heat("h^2/(2*kappa)", time="fsi, cycle 5", beyond=1.1),
    "layered plate": heat(
        "h^2/4",
        kind="block",
        equation="dt(u) = div(k*grad(u))",
        extra="data k = where(x < 1/2, 1, 1/10)",
        domain=SQUARE,
        grid="8, 8",
        boundary="reflecting",
        beyond=None,
    ),
    "data within a range": heat(
        "h^2/6", kind="block", equation="dt(u) = div(k*grad(u))", extra="data k: in [1, 3]",
        beyond=None,
    ),
}  # fmt: skip

WAVES = {
    "wave 1-D": waves("h/c"),
    "wave 2-D": waves("h/(c*sqrt(2))", domain=SQUARE, grid="6, 6"),
    "wave 3-D": waves("h/(c*sqrt(3))", domain=CUBE, grid="2, 2, 2"),
    "wave, order 4": waves("h*sqrt(3)/(2*c)", space="order 4"),
    "wave, order 6": waves("h*sqrt(45/68)/c", space="order 6"),
    "wave, order 8": waves("h*sqrt(315/512)/c", space="order 8"),
    "wave, order 8, 2-D": waves("h*sqrt(315/1024)/c", space="order 8", domain=SQUARE, grid="4, 4"),
    "wave, unequal spacings": waves("1/(c*sqrt(1/hx^2 + 1/hy^2))", domain=SQUARE, grid="4, 8"),
    "wave, verlet": waves("h/c", time="verlet"),
    "wave between Dirichlet walls": waves("h/c", boundary="u = 0"),
    "stiff beam": waves("h^2/(2*c)", equation="dtt(u) = -c^2*d(u, x, 4)"),
    "Klein-Gordon": waves(
        "2*h/sqrt(4*c^2 + h^2*lam)",
        equation="dtt(u) = c^2*lap(u) - lam*u",
        extra="param c = 2, lam = 9, positive",
    ),
    "acoustics 2-D": waves(
        "h/(c*sqrt(2))",
        equation="dt(v) = -grad(p)/rho;dt(p) = -rho*c^2*div(v)",
        fields="p\nfield v: vector, staggered",
        extra="param c = 2, rho = 3, positive",
        domain=SQUARE,
        grid="4, 4",
    ),
    "acoustics 3-D": waves(
        "h/(c*sqrt(3))",
        equation="dt(v) = -grad(p)/rho;dt(p) = -rho*c^2*div(v)",
        fields="p\nfield v: vector, staggered",
        extra="param c = 2, rho = 3, positive",
        domain=CUBE,
        grid="2, 2, 2",
    ),
    "acoustics of order 4": waves(
        "6*h/(7*c*sqrt(2))",
        equation="dt(v) = -grad(p)/rho;dt(p) = -rho*c^2*div(v)",
        fields="p\nfield v: vector, staggered",
        extra="param c = 2, rho = 3, positive",
        domain=SQUARE,
        grid="4, 4",
        space="order 4",
    ),
    "Maxwell between conducting walls": waves(
        "h*sqrt(epsilon*mu)/sqrt(2)",
        equation="dt(H) = vector(-dy(E), dx(E))/mu;dt(E) = (dx(H[1]) - dy(H[0]))/epsilon",
        fields="E\nfield H: vector, staggered",
        extra="param mu = 2, epsilon = 3, positive",
        boundary="E = 0",
        domain=SQUARE,
        grid="4, 4",
    ),
    "Maxwell 3-D": waves(
        "h*sqrt(epsilon*mu)/sqrt(3)",
        equation="dt(H) = -curl(E)/mu;dt(E) = curl(H)/epsilon",
        fields="E: vector, staggered\nfield H: vector, staggered",
        extra="param mu = 2, epsilon = 3, positive",
        domain=CUBE,
        grid="2, 2, 2",
    ),
    "Schroedinger": waves(
        "h^2",
        equation="dt(re) = -dxx(im)/2;dt(im) = dxx(re)/2",
        fields="re, im",
        extra="",
        boundary="re = 0, im = 0",
        time="symplectic_euler",
    ),
    "acoustics by symplectic Euler": waves(
        "h/c",
        equation="dt(v) = -dx(p);dt(p) = -c^2*dx(v)",
        fields="p\nfield v: staggered",
        time="symplectic_euler",
    ),
    "acoustics by Verlet": waves(
        "h/c",
        equation="dt(v) = -dx(p);dt(p) = -c^2*dx(v)",
        fields="p\nfield v: staggered",
        time="verlet",
    ),
    "transport by the midpoint rule": waves("h/c", equation="dt(u) = -c*dx(u)"),
}


def named(cases: dict[str, Case]) -> object:
    return pytest.mark.parametrize("case", cases.values(), ids=cases.keys())


def claimed(case: Case) -> Certificate:
    found = verdict(case.scheme)
    assert isinstance(found, Certificate), found
    assert check(found).accepted, check(found).reason
    return found


@pytest.mark.parametrize("case", {**DISSIPATIVE, **WAVES}.values(), ids=[*DISSIPATIVE, *WAVES])
def test_limits_of_textbooks(case: Case) -> None:
    found = claimed(case)
    assert found.kind == case.kind
    assert found.limit is not None
    assert sympy.simplify(closed(found.limit.closed_form) / closed(case.limit)) == 1
    assert found.limit.attained == case.one_step


@named(DISSIPATIVE)
def test_one_step_keeps_the_norm_up_to_the_limit(case: Case) -> None:
    if any(d.formula is None for d in case.scheme.model.data):
        pytest.skip("data are inputs")
    largest = value(limit_of(case.scheme))
    weights = volumes(case.scheme)
    assert norm(matrix(case.scheme, largest), weights) <= 1 + 1e-12
    assert norm(matrix(case.scheme, largest / 3), weights) <= 1 + 1e-12
    if case.beyond is not None:
        assert norm(matrix(case.scheme, case.beyond * largest), weights) > 1 + 1e-6


@named(WAVES)
def test_waves_stay_bounded_below_the_limit(case: Case) -> None:
    largest = value(limit_of(case.scheme))
    step = matrix(case.scheme, 0.999 * largest)
    assert radius(step) <= 1 + 1e-6  # a drift is a double root at 1
    assert radius(matrix(case.scheme, 1.01 * largest)) > 1.01
