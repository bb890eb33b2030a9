"""Where coordinates in flux weights are read: cells and nodes, faces, points and corners."""

import json
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import proofs
import strategies
from iterant.compiler.certificates.normal import normal
from iterant.compiler.reference.evaluator import Evaluator
from iterant.compiler.scheme import Scheme
from iterant.compiler.source import SchemeError
from iterant.runtime.checker import check
from iterant.runtime.checker.document import Document
from iterant.runtime.checker.places import layout
from iterant.runtime.contract import Certificate
from proofs import closed, matrix, norm, pde, scheme_of, verdict, volumes
from test_checker import resealed

X, BOTH = "x in [0, 1]", "x, y in [0, 1]"

# (weight, options, claim, "" or how the domain ends, None where nothing may be certified)
CASES: dict[str, tuple[str, dict[str, str], str, str | None]] = {
    "cells, periodic": ("x", {}, "l2_stable", "any number of points"),
    "cells, walls": ("x", {"boundary": "u = 0"}, "l2_stable", "any number of points"),
    # face 0 of periodic nodes lies half a spacing below the low end
    "nodes, periodic": ("x", {"grid": "8, nodes"}, "l2_stable", None),
    "nodes, periodic, shifted": ("1 + x", {"grid": "8, nodes"}, "l2_stable", "at least 8 along x"),
    "nodes, Dirichlet": (
        "x", {"grid": "8, nodes", "boundary": "u = 0"}, "l2_stable", "any number of points",
    ),
    "nodes, one Dirichlet end": (
        "x", {"grid": "8, nodes", "boundary": "u = 0 on x low, dn(u) = 0 on x high"}, "l2_stable",
        None,
    ),
    # the images of a weight in x do not mirror at a wall that carries a node
    "nodes, Neumann": ("1 + x", {"grid": "8, nodes", "boundary": "dn(u) = 0"}, "l2_stable", None),
    "nodes, Neumann, extremes": (
        "1 + x", {"grid": "8, nodes", "boundary": "dn(u) = 0"}, "max_principle",
        "at least 8 along x",
    ),
    "nodes, Neumann, a weight that is negative outside": (
        "x", {"grid": "8, nodes", "boundary": "dn(u) = 0"}, "max_principle", None,
    ),
    "nodes, the other axis": (
        "x", {"domain": BOTH, "grid": "6, 5, nodes",
              "boundary": "u = 0 on x, dn(u) = 0 on y"}, "max_principle", "any number of points",
    ),
    "forward": (
        "1 + x", {"domain": BOTH, "grid": "4, 4", "space": "order 2, flux forward",
                  "boundary": "reflecting"}, "l2_stable", "at least 4 along x",
    ),
    "forward, a weight that is negative outside": (
        "x", {"domain": BOTH, "grid": "4, 4", "space": "order 2, flux forward",
              "boundary": "reflecting"}, "l2_stable", None,
    ),
    "forward on nodes": (
        "x", {"domain": BOTH, "grid": "4, 4, nodes", "space": "order 2, flux forward",
              "boundary": "u = 0"}, "l2_stable", "any number of points",
    ),
    "corners, periodic": (
        "x", {"domain": BOTH, "grid": "4, 4", "space": "order 2, flux corners"}, "l2_stable",
        "any number of points",
    ),
    "corners, the other axis": (
        "y", {"domain": BOTH, "grid": "4, 4", "space": "order 2, flux corners",
              "boundary": "dn(u) = 0 on x, periodic on y"}, "l2_stable", "any number of points",
    ),
    "order 4, the other axis": (
        "y", {"domain": BOTH, "grid": "6, 6", "space": "order 4",
              "boundary": "dn(u) = 0 on x, periodic on y"}, "l2_stable", "any number of points",
    ),
}  # fmt: skip


def case(name: str) -> tuple[Scheme, str]:
    weight, more, claim, _ = CASES[name]
    return pde(f"dt(u) = div(({weight})*grad(u))", **{"grid": "8", **more}), claim


@pytest.mark.parametrize("name", CASES)
def test_coordinates_of_weights(name: str) -> None:
    scheme, claim = case(name)
    found, ending = verdict(scheme, claim), CASES[name][3]
    if ending is None:
        assert not isinstance(found, Certificate)
        return
    assert isinstance(found, Certificate), found
    assert found.domain.endswith(ending)
    assert check(found).accepted, check(found).reason
    holds(scheme, found)


def holds(scheme: Scheme, found: Certificate, counts: tuple[int, ...] | None = None) -> None:
    """The claim at its limit for dense matrices, with the spacings of this scheme."""
    assert found.limit is not None
    spacings = {str(s): float(v) for s, v in scheme.spacings.items()}
    form = closed(found.limit.closed_form)
    tau = float(form.subs({s: spacings[str(s)] for s in form.free_symbols if str(s) in spacings}))
    step = matrix(scheme, tau, counts)
    if found.claim == "l2_stable":
        assert norm(step, volumes(scheme, counts)) <= 1 + 1e-12
    else:
        assert step.min() >= -1e-12
        assert step.sum(axis=1).max() <= 1 + 1e-12


@pytest.mark.parametrize("name", CASES)
def test_places_are_those_of_the_reference(name: str) -> None:
    scheme, _ = case(name)
    run, document = Evaluator(scheme=scheme), Document(normal(scheme))
    for axis, data in enumerate(scheme.axes):
        found = layout(document, axis)
        assert found is not None
        first, intervals = found
        h = float(data.spacing_value)
        assert np.isclose(float(run.problem.coordinate(axis, (0, 0), 0)), float(first) * h)
        assert np.isclose(intervals * h, 1)


# ---- random ones: also on other grids that the certificate names


@st.composite
def weighted(draw: st.DrawFn) -> strategies.Case:
    """Diffusion with a weight in the coordinates, everywhere that a gradient can be taken."""
    dim, nodes = draw(st.integers(1, 2)), draw(st.booleans())
    boundary, around = draw(strategies.walls(("u",), dim, nodes=nodes))
    counts = draw(strategies.sizes(dim))
    if nodes:
        counts = tuple(n if p else max(n, 2) for n, p in zip(counts, around, strict=True))
    names = strategies.NAMES[:dim]
    weight = draw(st.sampled_from(["{}", "1 - {}", "1 + {}", "{}^2", "exp({})", "{}*(1 - {})",
                                   "1/20 + {}", "21/20 - {}"]))  # fmt: skip
    name = draw(st.sampled_from(names))
    return strategies.Case(
        text=f"scheme weighted\ndomain {', '.join(names)} in [0, 1]\n"
        f"grid {', '.join(map(str, counts))}{', nodes' if nodes else ''}\n{boundary}field u\n"
        f"equation dt(u) = div(({weight.replace('{}', name)})*grad(u))\n"
        f"{draw(strategies.space(dim))}"
        "time explicit_euler, step 1/1000, steps 1\n",
        counts=counts,
    )


def with_points(text: str, counts: tuple[int, ...], more: int) -> Scheme:
    """The scheme of a text on other grids."""
    line = next(x for x in text.splitlines() if x.startswith("grid "))
    kind = ", nodes" if line.endswith(", nodes") else ""
    other = f"grid {', '.join(str(n + more) for n in counts)}{kind}"
    return scheme_of(text.replace(line, other))


@settings(max_examples=50, deadline=None)
@given(case=weighted(), more=st.sampled_from([-1, 0, 1, 2]))
def test_random_weights_in_coordinates(case: strategies.Case, more: int) -> None:
    try:
        scheme = scheme_of(case.text)
    except SchemeError:
        return
    for claim in ("l2_stable", "max_principle"):
        found = verdict(scheme, claim)
        if not isinstance(found, Certificate):
            continue
        assert check(found).accepted, check(found).reason
        holds(scheme, found)
        if min(case.counts) + more >= 2 and (more > 0 or "at least" not in found.domain):
            other = with_points(case.text, case.counts, more)
            if len(other.spacings) == len(scheme.spacings):
                holds(other, found)


# ---- forgeries


def forged(name: str, **axis: Any) -> dict[str, Any]:
    """The certificate of a case with entries of its first axis replaced."""
    scheme, claim = case(name)
    data = proofs.plain(proofs.certificate(scheme, claim))
    data["scheme"]["axes"][0] |= axis
    return resealed(data)


HX = {"extra": "param hx = 3, positive", "domain": BOTH, "grid": "4, 8"}


FORGERIES = {
    "cells that are nodes": forged("cells, periodic", placement="nodes"),
    "another low end": forged("cells, periodic", low="-1"),
    "a longer axis": forged("cells, periodic", length="2"),
    "fewer points": forged("cells, walls", count=7),
    "an unknown placement": forged("cells, walls", placement="corners"),
    "a count that is no number": forged("cells, walls", count=True),
    "a negative axis": forged("cells, walls", value="-1/8", length="-1"),
    "points that are nodes": forged("corners, periodic", placement="nodes"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_forged_places_are_rejected(name: str) -> None:
    assert not check(FORGERIES[name]).accepted


def test_a_condition_on_the_grid_belongs_to_the_claim() -> None:
    scheme, claim = case("forward")
    data = proofs.plain(proofs.certificate(scheme, claim))
    data["domain"] = data["domain"].replace(", at least 4 along x", "")
    assert not check(data).accepted


def test_a_parameter_named_like_a_spacing() -> None:
    scheme = pde("dt(u) = hx*lap(u)", **HX)
    found = proofs.certificate(scheme)
    assert found.limit is not None
    assert Fraction(found.limit.value) == Fraction(1, 2 * 3 * (16 + 64))
    assert check(found).accepted
    data = json.loads(json.dumps(proofs.plain(found)).replace("hx_", "hx"))
    assert not check(resealed(data)).accepted


@pytest.mark.parametrize(
    ("how", "limit", "rests"),
    [
        ("in [1/20, 1/5]", "5*h^2/4", ("kappa in [1/20, 1/5]",)),
        ("positive", "5*h^2/2", ("kappa = 1/10",)),
    ],
)
def test_parameters_in_formulas_of_data(how: str, limit: str, rests: tuple[str, ...]) -> None:
    extra = f"param kappa = 1/10, {how}\ndata c = kappa*(1 + x)"
    scheme = pde("dt(u) = div(c*grad(u))", extra=extra, boundary="reflecting")
    found = proofs.certificate(scheme)
    assert (found.hypotheses, found.limit and found.limit.closed_form) == (rests, limit)
    assert check(found).accepted
    data = proofs.plain(found)
    data["hypotheses"] = []
    assert not check(data).accepted
