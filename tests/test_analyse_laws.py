"""Laws: equations sorted and matched, iterates and their levels, energies, starts, claims."""

import pytest

from iterant.compiler.analysis.words import TIME_METHODS
from iterant.compiler.integrators import METHODS
from models import model, short, told, warned

ROD = "domain x in [0, 1]\ngrid 8\nboundary periodic\nfield u, v\nparam c = 1/2, positive\ndata f\n"
TIME = "time rk4, step 1/10, until 1\n"
RATIO = "param r = 1/4, in [0, 1]\n"


def laws(text: str) -> list[str]:
    """Show every equation as `dt u: right`, or `iterate u: left = right`."""
    return [
        f"{e.kind} {e.unknown}: " + (f"{short(e.left)} = " if e.left else "") + short(e.right)
        for e in model(text).equations
    ]


FORMS = {
    "dt(u) + c*dx(u) = 0": "dt u: -c*u_x",
    "0 = dt(u) - lap(u)": "dt u: lap(u)",
    "2*dt(u)/3 = lap(u)": "dt u: 3*lap(u)/2",
    "dtt(u) + c*dt(u) = lap(u)": "dtt u: -c*Partial(u, t, 1) + lap(u)",
    "(dtt + c*dt)*u = lap(u)": "dtt u: -c*Partial(u, t, 1) + lap(u)",
    "dt(dt(u)) = d(u, x, 2)": "dtt u: u_xx",
    "f*dt(u) = 1": "dt u: 1/f",
    "-lap(u) = f": "steady u: -f - lap(u)",
    "lap(u) = v": "steady u: -v + lap(u)",
    "u = f + integral(u)": "fixed_point u: f + Integral(u)",
    "dt(u) = 0": "dt u: 0",
}


@pytest.mark.parametrize(("equation", "law"), FORMS.items())
def test_equations_are_sorted(equation: str, law: str) -> None:
    solve = "" if law.startswith("dt") else "solve gmres for u\n"
    assert (
        laws(f"{ROD}equation dt(v) = u\nequation {equation}\n{TIME}{solve}")[1].replace(
            "u_t", "Partial(u, t, 1)"
        )
        == law
    )


UNSORTED = {
    "dt(u) = dt(u)": "the derivative in time must stand as dt(u) times a factor",
    "dt(u)^2 = 1": "the derivative in time must stand as dt(u) times a factor",
    "lap(dt(u)) = u": "the derivative in time must stand as dt(u) times a factor",
    "(c - 1/2)*dt(u) = 1": "the factor of the derivative in time is zero",
    "dt(u) = dt(v)": "derivatives in time of 'u' and 'v', one is wanted",
    "dt(u*v) = 1": "'u*v' is no unknown, and 'dt' is taken of an unknown field itself",
    "dt(c) = 1": "'c' is a parameter, and 'dt' is taken of an unknown field itself",
    "x = 1": "this equation holds no unknown that has no equation yet",
    "dt(v) = 1": "'v' has two equations, one is wanted",
}


@pytest.mark.parametrize(("equation", "said"), UNSORTED.items())
def test_equations_that_determine_nothing(equation: str, said: str) -> None:
    (fault,) = told(f"{ROD}equation dt(v) = u\nequation {equation}\n{TIME}")
    assert said in fault


def test_steady_equations_are_matched_to_their_operator() -> None:
    text = f"{ROD}equation lap(v) = u\nequation v - 3*lap(u) = f\nsolve gmres\n"
    assert laws(text) == ["steady v: -u + lap(v)", "steady u: -f + v - 3*lap(u)"]
    crossed = f"{ROD}equation v + u = f\nequation lap(u) = v\nsolve gmres\n"
    assert laws(crossed) == ["steady v: -f + u + v", "steady u: -v + lap(u)"]


def test_a_vector_equation_is_one_a_component() -> None:
    plate = "domain x, y in [0, 1]\ngrid 8, 8\nboundary periodic\nfield p\nfield w: vector\n"
    text = f"{plate}equation dt(w) = -grad(p)\nequation dt(p) = -div(w)\n{TIME}"
    assert laws(text) == ["dt w[0]: -p_x", "dt w[1]: -p_y", "dt p: -div(w[0], w[1])"]
    assert laws(f"{plate}equation dt(w) = 0\nequation dt(p) = 0\n{TIME}")[:2] == [
        "dt w[0]: 0",
        "dt w[1]: 0",
    ]


# ---- iterates

LEVELS = {
    "u[k, i] = u[k-1, i]": "AtNode(u, 0, 0)",
    "u[k+2, i] = 2*u[k+1, i] - u[k, i]": "-AtNode(u, -1, 0) + 2*AtNode(u, 0, 0)",
    "u[k+1, i+1] = u[k, i]": "AtNode(u, 0, -1)",
    "u[k+1, j] = u[k, j-2]": "AtNode(u, 0, -2)",
    "u[k+1, i, j] = u[k, 1+i, j-2]": "AtNode(u, 0, 1, -2)",
    "2*u[k+1, i] = u[k, i]": "AtNode(u, 0, 0)/2",
    "(1 + r)*u[k+1, i] - u[k, i] = 0": "AtNode(u, 0, 0)/(r + 1)",
    "u[k+1, i] = u[k-1, i] + r*(u[k, i+1] - u[k+1, i])": (
        "(r*AtNode(u, 0, 1) + AtNode(u, -1, 0))/(r + 1)"
    ),
    "u[k+1, i] = r*u[k+1, i-1] + u[k, i]": (
        "-r*AtNode(u, 1, -1) + AtNode(u, 1, 0) = AtNode(u, 0, 0)"
    ),
    "u[k+1, i]^2 = u[k, i]": "AtNode(u, 1, 0)**2 = AtNode(u, 0, 0)",
    "u[k+1] = r*u[k] + u[k-1]": "r*u + AtNode(u, -1)",
}


@pytest.mark.parametrize(("line", "law"), LEVELS.items())
def test_levels_are_counted_from_the_newest(line: str, law: str) -> None:
    assert laws(f"{RATIO}iterate {line}\n") == [f"iterate u: {law}"]


def test_what_is_advanced_already_may_be_read() -> None:
    text = (
        f"{RATIO}iterate a[k+1, i] = a[k, i] - r*(b[k, i] - b[k, i-1])\n"
        "iterate b[k+1, i] = b[k, i] - r*(a[k+1, i+1] - a[k+1, i])\n"
    )
    first, second = model(text).equations
    assert (first.left, second.left) == (None, None)
    assert "AtNode(a, 1, 1)" in str(second.right)


COUPLED = {
    "a[k+1, i] + b[k+1, i] = a[k, i]\niterate a[k+1, i] - b[k+1, i] = b[k, i]": ["b", "a"],
    "b[k+1, i] + a[k+1, i] = a[k, i]\niterate b[k+1, i] = a[k, i-1]": ["a", "b"],
    "a[k+1, i] - b[k+1, i] = a[k, i]\niterate b[k+1, i] + a[k+1, i+1] = b[k, i]": ["a", "b"],
}


@pytest.mark.parametrize(("lines", "names"), COUPLED.items())
def test_lines_of_a_coupled_system_have_unknowns_of_their_own(lines: str, names: list[str]) -> None:
    found = model(f"field a, b\niterate {lines}\n").equations
    assert [str(e.unknown) for e in found] == names


def test_iterates_on_domains_and_graphs() -> None:
    domain = "domain x in [0, 1]\ngrid 8\nboundary periodic\nfield u\ndata f\n"
    assert laws(f"{domain}{RATIO}iterate u[k+1, i] = u[k, i] + r*f[i+1] + f\n") == [
        "iterate u: f + r*AtNode(f, 0, 1) + AtNode(u, 0, 0)"
    ]
    graph = "graph undirected\nfield z: channels 3\n"
    assert laws(f"{graph}iterate z[k+1] = z[k] - laplacian(z[k])\n") == [
        "iterate z: z - GraphLaplacian(z)"
    ]
    line = "iterate z[k+1, i] = z[k, i] - sum(z[k, i] - z[k, j], j in neighbours(i))\n"
    assert laws(graph + line) == [
        "iterate z: z - Neighbours(sum, AtNode(z, 0, i) - AtNode(z, 0, j))"
    ]


NO_ITERATES = {
    "u[k, i] = u[k, i] - u[k, i-1]": "the left side is no newer level than the right side",
    "u[k+1, i] = u[k+2, i]": "the newest level stands on the left side",
    "u[k+1, i] = u[k+1, i] + u[k, i]": "the newest level cancels",
    "u[k+1, i] = u[k, i, j]": "'u' has two node indices here, and one on the left",
    "u[k+1, i] = u[k, 2*i]": "this index is i with a whole number added",
    "u[k+1, i] = u": "the level of 'u' is missing",
    "u[k+1, i] = u[k, i-40]": "is wider than 33 points",
    "u[k+1] = u[k, i]": "'u' is a whole field here, so it is indexed as u[k]",
}


@pytest.mark.parametrize(("line", "said"), NO_ITERATES.items())
def test_iterates_that_advance_nothing(line: str, said: str) -> None:
    (fault,) = told(f"iterate {line}\n")
    assert said in fault


# ---- energies, starts, claims


def test_energies_are_numbers_with_a_density() -> None:
    text = (
        f"{ROD}equation dt(v) = 0\nenergy E = 2*integral(u^2/2) + 3*D\n"
        f"energy D = integral(norm2(grad(u))) + boundary_integral(u^2)\n{TIME}watch E\n"
    )
    found = model(f"{text}equation dt(u) = -variation(E, u)\n")
    assert short(found.equations[-1].right) == (
        "-Variation(u**2 + 3*BoundaryIntegral(u**2) + 3*u_x**2, u)"
    )
    assert short(found.watches[0].value) == str(found.energies[1][1]).replace(
        "Partial(u, x, 1)", "u_x"
    )
    assert told(f"{ROD}equation dt(u) = v\nequation dt(v) = u\nenergy E = u^2\n{TIME}") == [
        "u^2: the energy 'E' is no number, since it varies in space"
    ]


PROBLEMS = {
    "watch u": "u: what is watched must be one number, and this varies in space",
    "watch m = integral(u) + x": "integral(u) + x: what is watched must be one number",
    "certify conserves u": "u: what 'conserves' is about must be one number",
    "certify conserves": "conserves: 'conserves' wants to know what",
    "certify l2_stable of grad": "grad: 'grad' does not occur in the equations",
    "certify l2_stable for c2": "c2: 'c2' has no range for which the claim could be proved",
    "initial u = 1, u = 2": "u: 'u' has two initial values",
    "initial dt(u) = 1": "dt(u): 'dt(u)' has no initial value",
    "initial w2 = grad(u)": "w2: unknown field 'w2'",
    "initial u = v": "v: 'v' is a field, which has no place in an initial value",
    "space order 3": "3: central differences have an even order, not 3",
    "space upwind, order 2": "2: upwind differences have order 1 or 3, not 2",
    "solve cg for u": "u: 'u' has an equation in time, so it is not solved for",
}


@pytest.mark.parametrize(("line", "said"), PROBLEMS.items())
def test_what_goes_with_a_law(line: str, said: str) -> None:
    text = f"{ROD}param c2 = 1\nequation dt(u) = lap(u)*c2\nequation dt(v) = c*u\n{TIME}{line}\n"
    assert told(text)[0].startswith(said)


def test_zero_is_the_default_start() -> None:
    text = f"{ROD}equation dtt(u) = lap(u)\nequation dt(v) = u\n{TIME}initial v = x\n"
    found = [(str(i.unknown), i.rate, str(i.value)) for i in model(text).initial]
    assert found == [("v", False, "x"), ("u", False, "0"), ("u", True, "0")]


def test_statements_that_do_not_go_together() -> None:
    graph = "graph undirected\nfield z\nequation dt(z) = -laplacian(z)\n" + TIME
    assert told(f"{graph}boundary periodic\nspace order 4\n") == [
        f"{word}: '{word}' belongs to a domain, and this scheme lives on a graph"
        for word in ("boundary", "space")
    ]
    rod = f"{ROD}equation dt(u) = lap(u)\nequation dt(v) = c*u\n{TIME}"
    assert warned(f"{rod}solve cg\n") == ["'rk4' is explicit, so this solver has nothing to do"]
    (fault,) = told(
        f"{ROD}param a = 1, positive, in [-1, 1]\nequation dt(u) = a*v\n{TIME}"
        "equation dt(v) = c*u\n"
    )
    assert fault == "a: 'a' is declared positive, and its interval begins below zero, at -1"


def test_every_time_method_has_its_options_here() -> None:
    assert set(METHODS) <= TIME_METHODS.keys()
