"""`iterant explain`: error constants, modified equations, what is printed and drawn."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from iterant.compiler.amplification.step import NotLinear
from iterant.compiler.pipeline import Compiled, prove, source_of
from iterant.compiler.scheme import Scheme
from iterant.console import Exit
from iterant.explaining.curves import curves
from iterant.explaining.method import method_of
from iterant.explaining.modified import modified
from iterant.explaining.pages import angle, explained, rows, wavelengths
from iterant.explaining.pictures import figure, spectrum
from proofs import pde
from terminal import Capsys, heat, told
from test_explaining import BOOK, EXAMPLES, NU, THETA, iterate, on_circle

# ---- methods


@pytest.mark.parametrize(
    ("method", "order", "constant"),
    [
        ("explicit_euler", 1, "-1/2"), ("heun", 2, "-1/6"), ("ssprk3", 3, "-1/24"),
        ("rk4", 4, "-1/120"), ("adams_bashforth2", 2, "-5/12"), ("leapfrog", 2, "-1/6"),
        ("rkl2, stages 5", 2, "-1/14"), ("du_fort_frankel, alpha 1/2", 1, "-1/2"),
    ],
)  # fmt: skip
def test_error_constants(method: str, order: int, constant: str) -> None:
    found = method_of(pde("dt(u) = dxx(u)", time=method))
    assert found is not None
    assert found.error() == (order, Fraction(constant))


def test_error_constants_of_waves_and_of_methods_without_one() -> None:
    waves = method_of(pde("dtt(u) = dxx(u)", time="leapfrog"))
    assert waves is not None
    assert waves.error() == (2, Fraction(-1, 24))
    irrational = method_of(pde("dt(u) = dxx(u)", time="fed, cycle 2"))
    assert irrational is not None
    assert irrational.error() is None
    split = pde("dt(u) = dxx(u) - u", time="strang(heun, heun)")
    assert method_of(split) is None


def test_factors_of_methods_on_the_test_equation() -> None:
    z = np.array([-2.0 + 0.5j, 1j, -0.3])
    rk4 = method_of(pde("dt(u) = dxx(u)", time="rk4"))
    assert rk4 is not None
    expected = 1 + z + z**2 / 2 + z**3 / 6 + z**4 / 24
    np.testing.assert_allclose(rk4.factors(z)[:, 0], expected, rtol=1e-14)
    midpoint = method_of(pde("dt(u) = dxx(u)", time="leapfrog"))
    assert midpoint is not None
    roots = midpoint.factors(z)
    np.testing.assert_allclose(roots**2 - 2 * z[:, None] * roots, 1.0, atol=1e-12)


def test_the_spectrum_lies_where_the_symbol_does() -> None:
    found = on_circle("dt(u) = -c*dx(u)", "rk4, step 1/20")
    points = spectrum(explained(found))
    assert np.abs(points.real).max() < 1e-12
    assert points.imag.max() == pytest.approx(0.5)


# ---- modified equations


@pytest.mark.parametrize(
    ("equation", "time", "space", "said"),
    [
        ("dt(u) = -c*dx(u)", "explicit_euler", "upwind, order 1",
         "dt(u) = -c*dx(u) + (-c*(c*tau - h)/2*dxx(u)) + ..."),
        ("dt(u) = -c*dx(u)", "leapfrog", "order 2",
         "dt(u) = -c*dx(u) + (c*(c*tau - h)*(c*tau + h)/6*dxxx(u)) + ..."),
        ("dt(u) = dxx(u)", "explicit_euler", "order 2",
         "dt(u) = dxx(u) + ((h^2 - 6*tau)/12*dxxxx(u)) + ..."),
        ("dtt(u) = c^2*dxx(u)", "leapfrog", "order 2",
         "dtt(u) = c^2*dxx(u) + (-c^2*(c*tau - h)*(c*tau + h)/12*dxxxx(u)) + ..."),
        ("dt(u) = dxx(u)", "rk4", "order 4",
         "dt(u) = dxx(u) + (-h^4/90*d(u, x, 6) - tau^4/120*d(u, x, 10)) + ..."),
    ],
)  # fmt: skip
def test_modified_equations(equation: str, time: str, space: str, said: str) -> None:
    found = on_circle(equation, f"{time}, step 1/1000", space=space)
    assert modified(found.scheme)[0] == said


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (BOOK["Lax-Wendroff"][0],
         "dt(u) = -r*di(u) + r*(r - 1)*(r + 1)/6*diii(u) + r^2*(r - 1)*(r + 1)/8*diiii(u) + ..."),
        (BOOK["Crank-Nicolson"][0], "dt(u) = r*dii(u) + r/12*diiii(u) + ..."),
        (iterate("u[k+1,i] = u[k-1,i] - r*(u[k,i+1] - u[k,i-1])"), "no expansion"),
        (iterate("u[k+1,i] = u[k,i]/2"), "constants are not kept"),
    ],
)  # fmt: skip
def test_modified_equations_of_iterates(form: Compiled, said: str) -> None:
    assert said in modified(form.scheme)[0]


def test_a_modified_equation_is_nearer_to_what_the_scheme_does() -> None:
    """Upwind: |lambda| is that of the numerical diffusion, up to the next order."""
    found, factor = BOOK["upwind"]
    small = THETA[:40]
    diffusion = 0.5 * NU * (1 - NU)
    (g,) = factor()
    gap = np.abs(np.log(np.abs(g[:40])) + diffusion * small**2)
    assert (gap[1:] <= 0.2 * small[1:] ** 4).all()
    assert modified(found.scheme)


# ---- pages


def test_angles_are_told_as_shares_of_pi() -> None:
    said = [angle(t) for t in (0.0, np.pi, -np.pi / 2, 3 * np.pi / 4, 0.3001 * np.pi)]
    assert said == ["0", "pi", "-pi/2", "3 pi/4", "0.3001 pi"]


def test_growth_is_told() -> None:
    found = on_circle("dt(u) = -dx(u)", "heun, step 1/10")
    said = [line for _, line in rows(found, explained(found))]
    assert "the largest |lambda| is 1.11803399, at theta = pi/2 along x" in said
    assert "it grows by 1.11803 a step, by 10^6 in 124 steps" in said


def test_wavelengths_are_numbers_of_the_curves() -> None:
    found, factor = BOOK["upwind"]
    table = list(wavelengths(explained(found)))
    assert table[0][0] == "4"
    assert float(table[0][1]) == pytest.approx(abs(factor()[0][180]), abs=1e-5)


@pytest.mark.parametrize("name", ["heat", "advection", "acoustic_fdtd", "beam_warming", "wave"])
def test_figures_are_drawn(name: str) -> None:
    drawn = figure(explained(prove(source_of(EXAMPLES / f"{name}.scheme"))))
    titles = " ".join(axes.get_title() for axes in drawn.axes)
    assert "|lambda|" in titles
    assert ("stability region" in titles) == (name in {"heat", "advection"})
    assert ("phase" in titles) == (name != "heat")


def nonlinear() -> Scheme:
    return prove(source_of(EXAMPLES / "perona_malik.scheme")).scheme


def test_nonlinear_schemes_are_no_matrices_over_waves() -> None:
    with pytest.raises(NotLinear):
        curves(nonlinear(), 0.1)


def test_the_command(capsys: Capsys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    heat()
    code, out, said = told(capsys, "explain", "heat.scheme", "-o", "a.png")
    assert code == Exit.DONE
    assert "no |lambda| is above 1" in out
    assert "modified" in out
    assert "walls" in out
    assert "decay rate / exact" in out
    assert Path("a.png").read_bytes().startswith(b"\x89PNG")
    for name in ("a.html", "a.svg"):
        assert told(capsys, "explain", "heat.scheme", "-o", name)[0] == Exit.DONE
    assert "data:image/png;base64," in Path("a.html").read_text()
    assert told(capsys, "explain", "heat.scheme", "--param", "kappa=1/5")[0] == Exit.DONE
    for words in (["heat.scheme", "-o", "a.jpg"], [str(EXAMPLES / "perona_malik.scheme")]):
        code, _, said = told(capsys, "explain", *words)
        assert code == Exit.BAD_INPUT
    assert "it is not linear" in said
