"""Boundary conditions: how many the equations need, and what is made of those that are written."""

import pytest
from sympy import Matrix, Rational, S

from iterant.compiler.analysis.needs import incoming
from models import model, told, warned

ROD = "domain x in [0, 1]\ngrid 64\nfield u\n"
PLATE = "domain x, y in [0, 1]\ngrid 8, 8\n"
SOUND = (
    PLATE + "field p\nfield v: vector, staggered\n"
    "equation dt(p) = -div(v)\nequation dt(v) = -grad(p)\n"
)
TIME = "time rk4, step 1/10, until 1\n"


def rod(equation: str, boundary: str, more: str = "") -> str:
    return f"{ROD}{more}equation {equation}\nboundary {boundary}\n{TIME}"


def walls(text: str) -> list[str]:
    """List the walls as `u x low: 1*u + 0*dn = 0`."""
    found = model(text)
    return [
        f"{w.unknown} {found.axes[w.axis].name} {w.side}: {w.value} {w.slope} {w.right}"
        + ("" if w.operand == "value" else f" of {w.operand}")
        for w in found.boundary.walls
    ]


# What each equation needs on the low and on the high side of x.
NEEDS = {
    "dt(u) = dxx(u)": (1, 1),
    "dt(u) = div(u^2 * grad(u))": (1, 1),
    "dtt(u) = dxx(u)": (1, 1),
    "dt(u) = dxx(u) - 3*dx(u)": (1, 1),
    "dt(u) = -d(u, x, 4)": (2, 2),
    "dt(u) = -dxx(d(u, x, 4))": (3, 3),
    "dt(u) = -3*dx(u)": (1, 0),
    "dt(u) = 3*dx(u)": (0, 1),
    "dt(u) = -dx(3*u)": (1, 0),
    "dt(u) = -u*dx(u)": (1, 1),
    "dt(u) = -dx(u^2 / 2)": (1, 1),
    "dt(u) = -(1 + u^2)*dx(u)": (1, 0),
    "dt(u) = -d(u, x, 3)": (1, 2),
    "dt(u) = d(u, x, 3)": (2, 1),
    "dt(u) = d(u, x, 5)": (2, 3),
    "dt(u) = u - u^3": (0, 0),
    "dt(u) = integral(u) - u": (0, 0),
}


@pytest.mark.parametrize(("equation", "needed"), NEEDS.items())
def test_conditions_are_counted(equation: str, needed: tuple[int, int]) -> None:
    every = ("u = 0", "dn(u) = 0", "lap(u) = 0")
    for low in range(4):
        for high in range(4):
            on = [f"{c} on x low" for c in every[:low]] + [f"{c} on x high" for c in every[:high]]
            said = told(rod(equation, ", ".join(on))) if on else told(rod(equation, "periodic"))
            enough = low >= needed[0] and high >= needed[1]
            many = (low > needed[0] > 0) or (high > needed[1] > 0)
            assert bool(said) == bool(on and (many or not enough)), (equation, on, said)
    assert not told(rod(equation, "reflecting"))


def test_one_homogeneous_rule_serves_composed_operators() -> None:
    assert walls(rod("dt(u) = -lap(lap(u))", "u = 0")) == ["u x low: 1 0 0", "u x high: 1 0 0"]
    assert not told(rod("dt(u) = u - (1 + lap)^2 * u", "dn(u) = 0"))
    (fault,) = told(rod("dt(u) = -lap(lap(u))", "u = 1"))
    assert fault == (
        "boundary: a boundary condition is missing: 'u' needs two on x low, x high and has one"
    )
    assert walls(rod("dt(u) = -lap(lap(u))", "u = 1, lap(u) = 2"))[:2] == [
        "u x low: 1 0 1",
        "u x low: 1 0 2 of lap",
    ]


def test_waves_need_one_of_a_pair() -> None:
    both = ["p x low: 1 0 0", "p x high: 1 0 0", "p y low: 1 0 0", "p y high: 1 0 0"]
    assert walls(SOUND + "boundary p = 0\n" + TIME) == both
    assert walls(SOUND + "boundary v = 0\n" + TIME) == [
        "v[0] x low: 1 0 0",
        "v[0] x high: 1 0 0",
        "v[1] y low: 1 0 0",
        "v[1] y high: 1 0 0",
    ]
    assert walls(SOUND + "boundary p = 0, v = 0\n" + TIME) == both
    assert warned(SOUND + "boundary p = 0, v = 0\n" + TIME) == [
        "'v = 0' is not needed on x low, since 'p = 0' is used"
    ]
    (fault,) = told(SOUND + "boundary v[0] = 0 on x\n" + TIME)
    assert "'p' or 'v[1]' needs one on y low, y high and has none" in fault


def test_characteristics_of_systems() -> None:
    pair = [[S.Zero, S.One], [S.One, S.Zero]]
    assert incoming(pair) == (1, 1)
    assert incoming([[-S(3), S.One], [S.One, -S(3)]]) == (2, 0)
    assert incoming([[S(3), S.One], [S.One, S.Zero]]) == (1, 1)
    turned = Matrix([[1, 2, 0], [2, 1, 0], [0, 0, 0]])
    assert incoming(turned.tolist()) == (1, 1)
    two = f"{ROD}field w\nequation dt(u) = -2*dx(u) + dx(w)\nequation dt(w) = dx(u) - 2*dx(w)\n"
    assert walls(two + "boundary u = 0 on x low, w = 0 on x low\n" + TIME) == [
        "u x low: 1 0 0",
        "w x low: 1 0 0",
    ]
    assert told(two + "boundary u = 0 on x\n" + TIME)


def test_reflecting_mirrors_what_is_differentiated() -> None:
    assert walls(SOUND + "boundary reflecting\n" + TIME) == [
        "p x low: 0 1 0",
        "p x high: 0 1 0",
        "p y low: 0 1 0",
        "p y high: 0 1 0",
    ]
    flow = PLATE + "field v: vector\nequation dt(v) = lap(v)\nboundary reflecting on x low,"
    assert walls(flow + "v = 0 on x high, periodic on y\n" + TIME) == [
        "v[0] x low: 1 0 0",
        "v[1] x low: 0 1 0",
        "v[0] x high: 1 0 0",
        "v[1] x high: 1 0 0",
    ]


def test_conditions_are_linear_equations() -> None:
    text = rod("dt(u) = dxx(u)", "3*u - a*dn(u)/2 = 2*u + sin(t) + 1", "param a = 2, positive\n")
    assert walls(text)[0] == "u x low: 1 -a/2 sin(t) + 1"
    assert walls(rod("dt(u) = dxx(u)", "dn(u) = 1/2 on x low, 2*u = 1 on x high")) == [
        "u x low: 0 1 1/2",
        "u x high: 2 0 1",
    ]
    for condition in ("u^2 = 1", "u*dn(u) = 0", "sin(u) = 0"):
        assert "linear" in told(rod("dt(u) = dxx(u)", condition))[0]
    assert "no other derivatives" in told(rod("dt(u) = dxx(u)", "dx(u) = 0"))[0]
    assert "more than one" in told(rod("dt(u) = dxx(u)", "u = w", "field w\n"))[-1]
    assert "no unknown" in told(rod("dt(u) = dxx(u)", "1 = t"))[0]


CONTRADICTIONS = (
    "u = 0, u = 1 on x low",
    "u = 0, dn(u) = 0",
    "reflecting, u = 1 on x low",
    "periodic, u = 0 on x high",
    "periodic on x, reflecting",
    "u = 0 on x, reflecting on x high",
)


@pytest.mark.parametrize("boundary", CONTRADICTIONS)
def test_contradictions_are_told_once(boundary: str) -> None:
    (fault,) = told(rod("dt(u) = dxx(u)", boundary))
    assert "contradicts" in fault or "needs one condition on x low and has two" in fault


def test_repetition_is_a_warning() -> None:
    text = rod("dt(u) = dxx(u)", "u = 1, 2*u = 2 on x low")
    assert warned(text) == ["this repeats a condition for 'u' on x low, and the first one is used"]
    assert len(walls(text)) == 2
    outflow = warned(rod("dt(u) = -3*dx(u)", "u = 0"))
    assert outflow == ["'u = 0' is not needed on x high, since no characteristic comes in there"]


def test_nodes_that_are_read_need_a_rule() -> None:
    line = "iterate u[k+1, i] = u[k, i-1]\n"
    assert walls(f"{ROD}{line}boundary u = 0 on x low\n") == ["u x low: 1 0 0"]
    assert walls(f"{line}boundary u = 0 on i low\n") == ["u i low: 1 0 0"]
    assert told(f"{ROD}{line}boundary u = 0 on x high\n")
    free = model(line)
    assert [periodic.axis for periodic in free.boundary.periodic] == [0]


def test_the_sign_of_a_speed_may_be_declared() -> None:
    for options, side in (("= 2, positive", "low"), ("= -2", "high"), ("= 1/2, in [0, 1]", "low")):
        text = rod("dt(u) = -a*dx(u)", f"u = 0 on x {side}", f"param a {options}\n")
        assert walls(text) == [f"u x {side}: 1 0 0"]
    given = rod("dt(u) = -a*dx(u)", "u = 0 on x low", "param a = 2\n")
    assert told(given, params={"a": Rational(-2)})
