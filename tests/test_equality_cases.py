"""Texts on which the emitted module and the reference once disagreed, as small as they get.

Names of the user's are a family of their own: whatever a text calls its parts, the emitted module
computes the same.
"""

import pytest
import torch

import iterant
from equality import compare
from strategies import Case


def line(equation, *, boundary="periodic", declared="", time="explicit_euler", more=""):
    """A text on three cells of an interval."""
    return (
        f"scheme case\ndomain x in [1, 2]\ngrid 3\nboundary {boundary}\nfield u\n{declared}"
        f"equation {equation}\n{more}time {time}, step 1/100, steps 6\n"
    )


def plate(equation, *, boundary="reflecting", declared="", more=""):
    """A text on 3 x 4 cells of a square."""
    return (
        f"scheme case\ndomain x, y in [0, 1]\ngrid 3, 4\nboundary {boundary}\nfield u\n{declared}"
        f"equation {equation}\n{more}time explicit_euler, step 1/1000, steps 3\n"
    )


TEXTS = {
    "frozen weights that never change": plate(
        "dt(u) = div(norm2(grad(x * y)) * grad(u)) + div(exp(-u^2) * grad(u))"
    ).replace("explicit_euler, step 1/1000", "fsi, cycle 3, frozen, step 1/1000"),
    "coordinate in a flux on a periodic axis": line("dt(u) = div((2 + x^2) * grad(u))"),
    "coordinate in a derivative on a periodic axis": line("dt(u) = dx(x * u)"),
    "right side along a periodic axis": plate(
        "dt(u) = lap(u) + dxy(u)", boundary="u = x on y, periodic on x"
    ),
    "coordinate in a forward flux": plate(
        "dt(u) = div((2 + y^2) * grad(u))", more="space flux forward\n"
    ),
    "third-order upwind before an outflow": line(
        "dt(u) = -dx(u)", boundary="u = 0 on x low", more="space upwind, order 3\n"
    ),
    "a vector of one component": line(
        "dt(v) = -grad(u)",
        declared="field v: vector, staggered\n",
        more="equation dt(u) = -div(v)\n",
    ),
    "a function that is one number": plate(
        "dt(u) = div(g(u) * grad(u)) + g(u)", declared="function g(r) = 2\n"
    ),
    "a function that is one parameter": plate(
        "dt(u) = div(g(u) * grad(u)) - dx(g(u) * u)",
        declared="param a = 3/4, positive\nfunction g(r) = a + 1\n",
    ),
    "param named like a spacing": plate(
        "dt(u) = hx * lap(u)", declared="param hx = 3/4, positive\n"
    ),
    "param named tau": line("dt(u) = tau * lap(u)", declared="param tau = 3/4, positive\n"),
    "param named a with fsi": line(
        "dt(u) = a * lap(u)", declared="param a = 3/4, positive\n", time="fsi, cycle 3"
    ),
    "param named mu with rkl2": line(
        "dt(u) = mu * lap(u)", declared="param mu = 3/4\n", time="rkl2, stages 4"
    ),
    "param named u_sum with rk4": line(
        "dt(u) = u_sum * lap(u)", declared="param u_sum = 3/4\n", time="rk4"
    ),
    "second order in time by a first-order method": line("dtt(u) = lap(u)", time="rk4"),
    "walls that move": line(
        "dt(u) = lap(u) + sin(t)", boundary="u = t on x low, dn(u) = t^2 on x high", time="rk4"
    ),
    "walls that move, several steps": line(
        "dt(u) = lap(u)", boundary="u = t on x low, dn(u) = 1 on x high", time="adams_bashforth2"
    ),
    "walls that move within a cycle": line(
        "dt(u) = lap(u)", boundary="u = t on x low, dn(u) = 1 on x high", time="fsi, cycle 3"
    ),
}
# Words that mean something in Python, in torch, in emitted modules, or in the compiler.
NAMES = (
    "state index counts zip range lambda None True float torch Tensor nn layers Place first advance"
    " step forward plan training half double to type self strict super flux_x u_x given prepare"
    " start finish STEPS COUNTS INV_H PLACES Stage Side REFLECT g uu_mid uu_old tau_ x_given e E I"
    " S N beta gamma T_destination buffers modules __init__ _0 _g _speed k_near v f"
).split()
ROLES = {
    "scheme": "case",
    "axis": "x",
    "field": "uu",
    "data": "kk",
    "param": "pp",
    "function": "gg",
}


def named(names):
    """A text that calls its parts by these names."""
    scheme, x, u, k, p, g = (ROLES | names).values()
    return (
        f"scheme {scheme}\ndomain {x} in [0, 1], zz in [0, 2/3]\ngrid 3, 2\nboundary periodic\n"
        f"field {u}\ndata {k}\nparam {p} = 3/4, positive\nfunction {g}(q) = 1 / (1 + q)\n"
        f"equation dt({u}) = {p} * lap({u}) + div({k} * grad({u})) + {u} * d{x}({u})"
        f" + div({g}(norm2(grad({u}))) * grad({u})) + sin({x}) * {g}({k})\n"
        "time heun, step 1/1000, steps 2\n"
    )


def parties():
    """Six names at a time in the six roles, so that each name plays each role once."""
    for shift in range(6):
        for start in range(0, len(NAMES), 6):
            names = NAMES[start : start + 6]
            turned = names[shift:] + names[:shift]
            yield dict(zip(ROLES, turned, strict=False))


@pytest.mark.parametrize("name", TEXTS)
def test_case(name):
    counts = (3, 4) if "grid 3, 4" in TEXTS[name] else (3,)
    compare(Case(text=TEXTS[name], counts=counts, steps=6))


def test_derivative_of_an_older_level():
    text = "domain x in [0, 1]\ngrid 3\nboundary u = 1\nfield u\n"
    text += "iterate u[k+1] = u[k] + lap(u[k-1])/100 + u[k-2]*dx(u[k])/10\n"
    compare(Case(text=f"scheme case\n{text}", counts=(3,), steps=4))


def test_fields_read_across_different_walls_share_their_nodes():
    text = "domain x in [0, 1]\ngrid 4, nodes\nfield u, v\n"
    text += "boundary dn(u) = 1 on x low, dn(v) = 1 on x low, u = 0 on x high, v = 2 on x high\n"
    text += "iterate u[k+1, i] = u[k, i]/2\niterate v[k+1, i] = x * u[k, i+1] * v[k, i-1]\n"
    compare(Case(text=f"scheme case\n{text}", counts=(4,), steps=3))


def test_unknowns_named_like_levels():
    text = "scheme case\nfield u, u_old, u_new\n"
    text += "iterate u[k+1, i] = u[k, i+1]/2 + u[k-1, i]/3, steps 4\n"
    text += "iterate u_old[k+1, i] = u[k+1, i-1]/2\niterate u_new[k+1, i] = u_new[k, i-1]\n"
    u, v, w = before, _, _ = torch.rand(3, 5, dtype=torch.float64)
    found = iterant.compile(text).module()(u, v, w)
    for _ in range(4):
        before, u = u, u.roll(-1) / 2 + before / 3
        v, w = u.roll(1) / 2, w.roll(1)
    for name, value in {"u": u, "u_old": v, "u_new": w}.items():
        torch.testing.assert_close(found[name], value)


@pytest.mark.parametrize("names", list(parties()), ids=lambda names: "-".join(names.values()))
def test_names(names):
    compare(Case(text=named(names), counts=(3, 2), steps=1))
