"""Splittings: which terms each part advances, what is refused, and emitted modules beside twins."""

import re

import numpy as np
import pytest
import torch

import iterant
from equality import compare
from iterant.compiler.analyse import analyse
from iterant.compiler.discretise import discretise
from iterant.compiler.parse import parse
from iterant.compiler.source import Source
from problems import driven
from strategies import Case
from test_orders import solve

STRANG = "strang(heun, rk4)"
PARTS = {
    "the first as it is written": ("dt(u) = sin(u) + dxx(u)", ["sin(u)", "Partial(u, x, 2)"]),
    "under a sign": ("dt(u) = -u^3 + dxx(u) - x", ["-u**3", "Partial(u, x, 2)", "-x"]),
    "a bracket": ("dt(u) = (u - u^3) + dxx(u)", ["-u**3 + u", "Partial(u, x, 2)"]),
    "a bracket around all": ("dt(u) = (u + dxx(u))", ["u", "Partial(u, x, 2)"]),
    "a product": (
        "dt(u) = rho*(dxx(u) - u) + x", ["rho*(-u + Partial(u, x, 2))", "x"],
    ),
    "a call": ("dt(u) = f(u) + dxx(u)", ["Called(f, u)", "Partial(u, x, 2)"]),
    "operators": ("dt(u) = (1 + dxx)*u + x", ["u + Partial(u, x, 2)", "x"]),
    "equal terms": ("dt(u) = u + dxx(u) + u", ["u", "Partial(u, x, 2)", "u"]),
    "nothing": ("dt(u) = 0 + dxx(u)", ["0", "Partial(u, x, 2)"]),
    "solved": ("rho*dt(u) - dxx(u) = u + x", ["Partial(u, x, 2)/rho", "u/rho", "x/rho"]),
    "solved to the right": ("dxx(u) + u = dt(u)", ["Partial(u, x, 2)", "u"]),
    "solved, negative": ("-dt(u) = u + dxx(u)", ["-u", "-Partial(u, x, 2)"]),
    "solved, a side of 0": ("dt(u) - u - x = 0", ["u", "x"]),
    "solved, inside a product": (
        "rho*(dt(u) - dxx(u)) - u = 0", ["Partial(u, x, 2)", "u/rho"],
    ),
}  # fmt: skip


def text(*equations, time=STRANG, fields="field u\n", walls="periodic", more=""):
    """A scheme on six cells."""
    laws = "".join(f"equation {e}\n" for e in equations)
    return (
        f"scheme parts\ndomain x in [0, 1]\ngrid 6\nboundary {walls}\n{fields}"
        f"param rho = 2, positive\nfunction f(a) = sin(a) - a^3\n{laws}{more}"
        f"time {time}, step 1/200, steps 5\n"
    )


def model(source):
    return analyse(parse(Source("parts.scheme", source)))


def advanced(source):
    """Which terms each stage that evaluates something advances, by unknown."""
    body = discretise(model(source)).step.body
    return [{str(u.unknown): u.terms for u in s.updates if u.unknown is not None} for s in body]


@pytest.mark.parametrize("name", PARTS)
def test_addends(name):
    """They stand in the order of the file and add up to the right side."""
    equation, expected = PARTS[name]
    (found,) = model(text(equation)).equations
    assert [str(addend) for addend in found.addends] == expected
    assert (sum(found.addends) - found.right).expand() == 0


def test_components_have_their_own_addends():
    source = text("dt(w) = vector(w[0]^2) + dxx(w) - grad(w[0])", fields="field w: vector\n")
    (found,) = model(source).equations
    assert list(map(str, found.addends)) == [
        "w[0]**2", "Partial(w[0], x, 2)", "-Partial(w[0], x, 1)",
    ]  # fmt: skip


@pytest.mark.parametrize("time", ["lie_splitting(explicit_euler, heun)", STRANG])
def test_the_first_addend_may_be_several_terms(time):
    """All of them belong to the first part, and nothing else does."""
    first, *_ = stages = advanced(text("dt(u) = rho*(dxx(u) - u) + dx(u) - 2*u", time=time))
    assert first == {"u": (0, 1)}
    assert {s["u"] for s in stages} == {(0, 1), (2, 3)}
    halves = [s["u"] for s in stages]
    assert (halves[-1] == (0, 1)) is (time == STRANG)


def test_an_upwinded_addend_is_several_terms():
    source = text("dt(u) = -dx(u^2) + dxx(u)", time="lie_splitting(heun, heun)")
    source = source.replace("time ", "space upwind\ntime ")
    rate = discretise(model(source)).rates[0]
    own = [k for k, term in enumerate(rate.terms) if term.words == ("dx",)]
    assert advanced(source)[0]["u"] == tuple(own)
    assert [term.addend for term in rate.terms] == [0] * len(own) + [1]


def test_terms_merge_within_an_addend_only():
    together = discretise(model(text("dt(u) = u + dxx(u) + u", time="heun"))).rates[0]
    apart = discretise(model(text("dt(u) = u + dxx(u) + u"))).rates[0]
    assert [(t.addend, t.coefficient) for t in together.terms] == [(None, 1), (None, 2)]
    assert [(t.addend, t.coefficient) for t in apart.terms] == [(0, 1), (1, 1), (2, 1)]


def test_each_equation_of_a_system_has_its_own_first():
    source = text("dt(v) = 0 + u", "dt(u) = dxx(u) + v - u", fields="field u, v\n")
    first, *_, last = advanced(source)
    assert first == last == {"v": (), "u": (0,)}
    assert {"v": (0,), "u": (1, 2)} in advanced(source)


def test_a_velocity_goes_with_the_first():
    first, *_ = stages = advanced(text("dtt(u) = dxx(u) - u"))
    assert first == {"u": (0,), "u_t": (0,)}
    assert {"u": (), "u_t": (1,)} in stages


REFUSED = {
    "one term": (["dt(u) = dxx(u)"], ["has one additive term"]),
    "a bracket under a sign": (["dt(u) = -(u + dxx(u))"], ["has one additive term"]),
    "one term, solved": (["dt(u) - u = 0"], ["has one additive term"]),
    "every equation": (["dt(u) = v", "dt(v) = -u"], ["of 'u' has one", "of 'v' has one"]),
    "what cancels": (["dt(u) = dxx(u) - dxx(u) + dx(u)"], ["terms of this equation cancel"]),
    "dt that cancels": (["dt(u) = dt(u) - dt(u) + u"], ["terms of this equation cancel"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    """All at once, each at its equation; without a splitting the texts are right."""
    equations, expected = REFUSED[name]
    fields = "field u, v\n" if len(equations) > 1 else "field u\n"
    with pytest.raises(iterant.SchemeError) as caught:
        model(text(*equations, fields=fields))
    faults = caught.value.diagnostics
    assert len(faults) == len(expected)
    for fault, equation, words in zip(faults, equations, expected, strict=True):
        assert words in fault.message
        assert text(*equations, fields=fields)[fault.span.start :].startswith(
            f"equation {equation}"
        )
    model(text(*equations, fields=fields, time="heun"))


@pytest.mark.parametrize(("field", "zero"), [("u", "0"), ("u: vector", "0*u")])
def test_the_hint_is_a_remedy(field, zero):
    with pytest.raises(iterant.SchemeError, match=re.escape(f"{zero} + ..., or ... + {zero}")):
        model(text("dt(u) = dxx(u)", fields=f"field {field}\n"))
    model(text(f"dt(u) = {zero} + dxx(u)", fields=f"field {field}\n"))
    model(text(f"dt(u) = dxx(u) + {zero}", fields=f"field {field}\n"))


def test_parts_keep_no_history():
    with pytest.raises(iterant.SchemeError, match="keeps a history of its own"):
        discretise(model(text("dt(u) = dxx(u) + u", time="strang(adams_bashforth2, heun)")))


# ---- emitted modules

EMITTED = {
    "nothing for the first": text("dt(u) = 0 + dxx(u)"),
    "nothing for the second": text("dt(u) = dxx(u) + 0", time="lie_splitting(rkl2, rk4)"),
    "nothing at all": text("dt(u) = 0 + 0"),
    "solved": text("rho*dt(u) - dxx(u) = u + sin(t)", walls="u = t on x low, dn(u) = 1 on x high"),
    "a product of a sum": text("dt(u) = rho*(dxx(u) - u) + f(u)", time="strang(ssprk3, rkl2)"),
    "a velocity": text("dtt(u) = dxx(u) - sin(u) + t"),
    "a velocity by verlet": text("dtt(u) = -sin(u) + dxx(u)", time="strang(verlet, heun)"),
    "a system": text("dt(v) = 0 + u", "dt(u) = dxx(u) + v - t*u", fields="field u, v\n"),
    "a vector": text("dt(w) = dxx(w) - vector(w[0]^3)", fields="field w: vector\n"),
    "nothing of a vector": text("dt(w) = 0*w + dxx(w)", fields="field w: vector\n"),
    "by the wind": text("dt(u) = u - dx(u^2) + dxx(u)", more="space upwind\n"),
}


@pytest.mark.parametrize("name", EMITTED)
def test_emitted(name):
    """The emitted module computes what the reference does."""
    compare(Case(text=EMITTED[name], counts=(6,), steps=5))


@pytest.mark.parametrize("problem", driven.PROBLEMS, ids=lambda p: p.name)
def test_emitted_beside_the_twins(problem):
    """Each part sees sources and walls at the times of the twin."""
    found, expected = solve(problem, 32), problem.twin(32)
    for name in expected:
        np.testing.assert_allclose(found[name], expected[name], atol=1e-13)


def test_a_part_with_nothing_to_do():
    """0 in front of the right side leaves all of it to the second method."""
    u = torch.linspace(-1, 1, 6, dtype=torch.float64)
    split, whole = (
        iterant.compile(text(f"dt(u) = {right}", time=time), force=True).module()(u)
        for right, time in (("0 + f(u)", STRANG), ("f(u)", "rk4"))
    )
    torch.testing.assert_close(split, whole, rtol=0, atol=1e-15)
