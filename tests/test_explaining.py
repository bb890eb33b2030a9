"""`iterant explain`: its numbers are those of textbooks, of the emitted module, and of runs."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import iterant
from house import ROOT
from iterant.compiler.pipeline import Compiled, prove, source_of
from iterant.emitted import Emitted
from iterant.explaining.curves import curves, surface, tracked, worst
from iterant.explaining.pages import explained, rows
from iterant.explaining.waves import OnWaves

EXAMPLES = ROOT / "examples"
C = "param c = 1, positive\n"
THETA = np.linspace(0, np.pi, 361)
NU = 0.6  # c tau / h, and tau / h^2 in diffusion
S2 = np.sin(THETA / 2) ** 2
Factor = Callable[[], Any]


def text(body: str) -> Compiled:
    """A text, proved."""
    return prove(source_of(f"scheme case\n{body}"))


def on_circle(equation: str, time: str, *, space: str = "order 2", axes: str = "x") -> Compiled:
    """A PDE on 10 points an axis: h = 1/10."""
    dims = axes.count(",") + 1
    return text(
        f"domain {axes} in [0, 1]\ngrid {', '.join(['10'] * dims)}\nboundary periodic\nfield u\n"
        f"{C}equation {equation}\nspace {space}\ntime {time}, steps 10\n"
    )


def iterate(form: str, r: str = "3/5") -> Compiled:
    return text(f"param r = {r}\niterate {form}\n")


# ---- amplification factors of textbooks: the scheme, the factor of each eigenvalue over theta

BOOK: dict[str, tuple[Compiled, Factor]] = {
    "heat": (
        on_circle("dt(u) = dxx(u)", "explicit_euler, step 3/500"), lambda: [1 - 4 * NU * S2],
    ),
    "heat, Heun": (
        on_circle("dt(u) = dxx(u)", "heun, step 3/500"),
        lambda: [1 - 4 * NU * S2 + (4 * NU * S2) ** 2 / 2],
    ),
    "heat, fourth order": (
        on_circle("dt(u) = dxx(u)", "explicit_euler, step 3/500", space="order 4"),
        lambda: [1 - 4 * NU * S2 * (1 + S2 / 3)],
    ),
    "upwind": (
        on_circle("dt(u) = -c*dx(u)", "explicit_euler, step 3/50", space="upwind, order 1"),
        lambda: [1 - NU * (1 - np.exp(-1j * THETA))],
    ),
    "leapfrog": (
        on_circle("dt(u) = -c*dx(u)", "leapfrog, step 3/50"),
        lambda: [-1j * NU * np.sin(THETA) + s * np.sqrt(1 - (NU * np.sin(THETA)) ** 2)
                 for s in (1, -1)],
    ),
    "Lax-Wendroff": (
        iterate("u[k+1,i] = u[k,i] - r/2*(u[k,i+1] - u[k,i-1])"
                " + r^2/2*(u[k,i+1] - 2*u[k,i] + u[k,i-1])"),
        lambda: [1 - 2 * NU**2 * S2 - 1j * NU * np.sin(THETA)],
    ),
    "Crank-Nicolson": (
        iterate("u[k+1,i] - r/2*(u[k+1,i+1] - 2*u[k+1,i] + u[k+1,i-1])"
                " = u[k,i] + r/2*(u[k,i+1] - 2*u[k,i] + u[k,i-1])"),
        lambda: [(1 - 2 * NU * S2) / (1 + 2 * NU * S2)],
    ),
    "waves": (
        on_circle("dtt(u) = c^2*dxx(u)", "leapfrog, step 3/50"),
        lambda: [np.exp(s * 2j * np.arcsin(NU * np.sqrt(S2))) for s in (1, -1)],
    ),
}  # fmt: skip


def step(found: Compiled) -> float:
    return 1.0 if found.scheme.step_value is None else float(found.scheme.step_value)


def nearest(found: Any, expected: Any) -> float:
    """The largest distance of expected eigenvalues (n, M) from those found (M, n)."""
    gaps = np.abs(found[:, :, None] - np.stack(expected, axis=1)[:, None, :])
    return float(gaps.min(axis=1).max())


@pytest.mark.parametrize("name", BOOK)
def test_amplification_factors_are_those_of_textbooks(name: str) -> None:
    found, factor = BOOK[name]
    page = curves(found.scheme, step(found))
    np.testing.assert_allclose(page.theta, THETA)
    assert page.factors.shape == (361, len(factor()))
    # square roots meet in double eigenvalues, which floats know to half of their digits
    assert nearest(page.factors, factor()) <= (1e-7 if name == "waves" else 1e-12)


@pytest.mark.parametrize("name", BOOK)
def test_amplification_factors_are_those_of_the_emitted_module(name: str) -> None:
    found, _ = BOOK[name]
    artifact = iterant.compile(found.model.source.text, force=True)
    n = 24
    module = Emitted(artifact=artifact, counts=(n,))
    theta = 2 * np.pi * np.arange(n)[None] / n
    ours = OnWaves(found.scheme, step(found)).body(theta)
    np.testing.assert_allclose(ours, module.symbols(), atol=1e-12)


def test_staggered_waves_and_stages_on_several_axes_match_the_module() -> None:
    cases = (
        ("acoustic_fdtd", (8, 8)), ("heat", (6, 5)), ("advection", (9,)), ("wave", (4, 4, 4)),
    )  # fmt: skip
    for name, counts in cases:
        found = prove(source_of(EXAMPLES / f"{name}.scheme"))
        artifact = iterant.compile(EXAMPLES / f"{name}.scheme")
        module = Emitted(artifact=artifact, counts=counts)
        lines = [2 * np.pi * np.arange(n) / n for n in counts]
        theta = np.stack([t.ravel() for t in np.meshgrid(*lines, indexing="ij")])
        ours = np.linalg.eigvals(OnWaves(found.scheme, step(found)).body(theta))
        if not module.periodic:
            continue
        theirs = np.linalg.eigvals(module.symbols().reshape(len(theta[0]), *ours.shape[1:] * 2))
        assert np.abs(np.sort(np.abs(ours)) - np.sort(np.abs(theirs))).max() < 1e-6


def test_two_axes_make_a_surface() -> None:
    found = on_circle("dt(u) = lap(u)", "explicit_euler, step 1/500", axes="x, y")
    line, values = surface(found.scheme, step(found), 21)
    s2 = np.sin(line / 2) ** 2
    expected = np.abs(1 - 0.8 * (s2[:, None] + s2[None, :]))
    np.testing.assert_allclose(values, expected, atol=1e-12)
    assert worst(found.scheme, 0.02) == (pytest.approx(15.0), (np.pi, -np.pi))


# ---- phase, size, decay


def test_phase_and_size_of_upwind() -> None:
    found, factor = BOOK["upwind"]
    page = curves(found.scheme, step(found))
    (g,) = factor()
    inner = slice(1, -1)
    phase = -np.angle(g) / (NU * THETA.clip(1e-9))
    np.testing.assert_allclose(page.phase()[inner, 0], phase[inner], rtol=1e-9)
    left = np.abs(g) ** (2 * np.pi / (NU * THETA.clip(1e-9)))
    np.testing.assert_allclose(page.left()[inner, 0], left[inner], rtol=1e-9)
    assert page.travels
    assert (page.phase()[0, 0], page.left()[0, 0]) == (1.0, 1.0)


def test_phase_speed_of_waves_and_of_iterates() -> None:
    found, _ = BOOK["waves"]
    page = curves(found.scheme, step(found))
    expected = 2 * np.arcsin(NU * np.sqrt(S2)) / (NU * THETA.clip(1e-9))
    np.testing.assert_allclose(page.phase()[5:, 0], expected[5:], rtol=1e-6)
    np.testing.assert_allclose(page.left()[5:], 1.0, rtol=1e-9)
    lax, factor = BOOK["Lax-Wendroff"]
    page = curves(lax.scheme, 1.0)
    np.testing.assert_allclose(
        page.phase()[5:-1, 0], (-np.angle(factor()[0]) / (NU * THETA.clip(1e-9)))[5:-1], rtol=1e-4
    )


def test_decay_of_heat() -> None:
    found = on_circle("dt(u) = dxx(u)", "explicit_euler, step 1/1000")
    page = curves(found.scheme, step(found))
    assert not page.travels
    expected = np.log(1 - 0.4 * S2[1:]) / (-0.1 * THETA[1:] ** 2)
    np.testing.assert_allclose(page.decay()[1:, 0], expected, rtol=1e-9)


def test_parasitic_eigenvalues_are_told_from_the_equations_own() -> None:
    found, _ = BOOK["leapfrog"]
    page = curves(found.scheme, step(found))
    (own,) = page.principal
    assert abs(page.factors[0, own] - 1) < 1e-9
    assert abs(page.factors[0, 1 - own] + 1) < 1e-9
    told_ = dict(rows(found, explained(found)))
    assert "parasitic" in " ".join(told_.values())


def test_tracking_follows_crossing_lines() -> None:
    x = np.linspace(-1, 1, 101)
    mixed = np.sort(np.stack([x, -x], axis=1), axis=1).astype(complex)
    found = tracked(mixed).real
    assert min(np.abs(found[:, 0] - s * x).max() for s in (1, -1)) < 1e-12
