"""The analysis: exact numbers, operators as factors, ranks, names, values from outside."""

import sys
from fractions import Fraction

import pytest
from sympy import Rational, pi

from iterant.compiler.budget import budget
from iterant.compiler.source import SchemeError
from models import model, short, told, warned

PLATE = (
    "domain x, y in [0, 1]\ngrid 8, 8\nboundary periodic\nfield u\nfield w: vector\n"
    "param c = 1/2, positive\nparam q = 2*c\ndata f\nequation dt(w) = lap(w)\n"
    "time rk4, step 1/10, until 1\n"
)


def right(formula: str, more: str = "") -> str:
    """Show what `dt(u) = formula` means."""
    return short(model(f"{PLATE}{more}equation dt(u) = {formula}\n").equations[-1].right)


def fault(formula: str, more: str = "") -> str:
    """Show the only thing that is said about `dt(u) = formula`."""
    (only,) = told(f"{PLATE}{more}equation dt(u) = {formula}\n")
    return only


# ---- exact numbers

VALUES = {
    "0.1": Rational(1, 10),
    "1e-3": Rational(1, 1000),
    "1/3 + 1/6": Rational(1, 2),
    "2^10 - 1": Rational(1023),
    "(2/3)^-2": Rational(9, 4),
    "32*pi/4": 8 * pi,
    "sqrt(4/9)": Rational(2, 3),
    "max(1/3, 0.3)": Rational(1, 3),
    "abs(1/3 - pi/3)": pi / 3 - Rational(1, 3),
    "where(pi > 3, 1/7, 2)": Rational(1, 7),
    "where(1 == 2/2 and not 1 < 0, 5, 6)": Rational(5),
    "where(3 in [pi, 4], 5, 6)": Rational(6),
    "exp(0) + log(1) + sin(pi) + relu(0 - 0)": Rational(1),
}


@pytest.mark.parametrize(("text", "value"), VALUES.items())
def test_numbers_are_exact(text: str, value: Rational) -> None:
    found = model(f"{PLATE}param a = {text}\nequation dt(u) = a\n").param("a").value
    assert (found - value).simplify() == 0


REFUSED = {
    "1/0": "0: division by zero",
    "1/(2 - 2)": "(2 - 2): division by zero",
    "1/(c - c)": "(c - c): division by zero",
    "1/(q - 1)": "(q - 1): division by zero at the values of the parameters",
    "1/((sqrt(2) + 1)*(sqrt(2) - 1) - 1)": (
        "((sqrt(2) + 1)*(sqrt(2) - 1) - 1): this number cannot be told from zero"
    ),
    "0^-1": "0: division by zero, since zero has no negative powers",
    "sqrt(-1)": "-1: 'sqrt' of a number that is negative",
    "sqrt(-c)": "sqrt(-c): 'sqrt' has no finite real value here",
    "log(0)": "0: 'log' of a number that is not positive",
    "log(-pi)": "-pi: 'log' of a number that is not positive",
    "tan(pi/2)": "tan(pi/2): 'tan' has no finite real value here",
    "(-8)^(1/3)": "(-8): this power of a negative number is not real",
    "(-2)^u": "(-2): this power of a negative number is not real",
    "2^(2^64)": "(2^64): an exponent may be at most 64",
    "2^(2^63)": "(2^63): an exponent may be at most 64",
    "(10^50)^64": "64: this number is too large",
    "(u^60)^60": "60: an exponent may be at most 64",
    "u^-65": "-65: an exponent may be at most 64",
    "exp(10^6)": "exp(10^6): this number is too large",
    "(1 + lap)^65 * u": "65: an operator is raised to a whole number from 1 to 64",
    "(1 + lap)^64 * u": (
        "(1 + lap)^64: a derivative of order 34 needs a stencil wider than 33 points"
    ),
    "d(u, x, 40)": "40: a derivative of order 40 needs a stencil wider than 33 points",
}


@pytest.mark.parametrize(("formula", "said"), REFUSED.items())
def test_no_number_runs_away(formula: str, said: str) -> None:
    with budget(60):  # written out it would take hours
        assert fault(formula) == said


def test_powers_are_never_expanded() -> None:
    assert right("(u + c)^64 * (u - c)^63") == "(-c + u)**63*(c + u)**64"


GROWING = {
    "norm2(grad(" * 20 + "u" + "))" * 20: "terms when everything in it is written out",
    "+".join(f"sin({n}*u)" for n in range(4000)): "this formula has more than",
    "+".join(["u"] * 20_000): "this formula has more than",
}


@pytest.mark.parametrize("formula", GROWING, ids=["doubling", "sines", "sum"])
def test_formulas_do_not_blow_up(formula: str) -> None:
    with budget(60):  # written out it would take hours
        assert GROWING[formula] in fault(formula)


def test_parameters_do_not_blow_up() -> None:
    chain = "".join(f"param p{n} = p{n - 1} * (1 + p{n - 1})\n" for n in range(1, 60))
    assert told(f"{PLATE}param p0 = 2\n{chain}equation dt(u) = p59\n")


def test_nesting_is_bounded_by_the_reader_only() -> None:
    before = sys.getrecursionlimit()
    assert right("sin(" * 190 + "u" + ")" * 190).startswith("sin(sin(")
    assert right("(" * 190 + "u" + "+1)" * 190) == "u + 190"
    assert sys.getrecursionlimit() == before


# ---- operators

LAWS = {
    "(1 + lap)^2 * u": "u + 2*lap(u) + lap(lap(u))",
    "(1 + lap)*(1 + lap)*u": "u + 2*lap(u) + lap(lap(u))",
    "(1 + lap)(u) + lap*(u + lap(u))": "u + lap(u) + lap(u + lap(u))",
    "(1 - lap)*(1 + lap)*u": "u - lap(lap(u))",
    "(lap - lap)*u": "0",
    "dx*(u*dx)*f": "Partial(u*f_x, x, 1)",
    "lap * (c/2) * u": "lap(c*u/2)",
    "lap^2 * u": "lap(lap(u))",
    "c * lap * u * f": "c*lap(f*u)",
    "lap * u / 2": "lap(u/2)",
    "2 * (lap / 4) * u": "lap(u)/2",
    "(u*dx + c*dy) * f": "c*f_y + u*f_x",
    "(dx + dy)^2 * u": "u_x_x + 2*u_y_x + u_y_y",
    "-lap*u": "-lap(u)",
    "div * grad * u": "div(u_x, u_y)",
    "dxx(u) + d(u, x, 2)": "2*u_xx",
    "dxxy(u)": "u_xx_y",
    "dot(w, grad(u))": "w[0]*u_x + w[1]*u_y",
    "norm2(w)": "w[0]**2 + w[1]**2",
    "curl(w)": "-w[0]_y + w[1]_x",
    "dot(curl(u), vector(1, 0))": "u_y",
    "lap(3) + dx(c) + u": "u",
    "where(x in [0, 1/2], u, 0)": "Where((0 <= x) & (x <= 1/2), u, 0)",
    "integral(u(p, y), p in [0, 1])": "Integral(AtPoint(u, p, y), (p, 0, 1))",
    "u(x, y) + u": "2*u",
}


@pytest.mark.parametrize(("formula", "meaning"), LAWS.items())
def test_operators(formula: str, meaning: str) -> None:
    assert right(formula) == meaning


MISPLACED = {
    "u * lap": "lap: this operator has nothing to its right",
    "u - (1 + lap)^2": "(1 + lap)^2: this operator has nothing to its right",
    "u / lap": "lap: nothing can be divided by an operator",
    "(f*dx)^2 * u": "(f*dx)^2: an operator with a coefficient that varies",
    "lap(u) + grad(u)": "grad(u): a scalar and a vector cannot be added",
    "w * w": "w: two vectors cannot be multiplied",
    "u / w": "w: nothing can be divided by a vector",
    "sin(w)": "sin: 'sin' takes scalars and this is a vector",
    "grad(w)": "grad: 'grad' takes a scalar and this is a vector",
    "w[2]": "2: 'w' has no component 2, only 0, 1",
    "w": "w: the right side is a vector and the left side is a scalar",
    "laplacian(u)": "laplacian: 'laplacian' belongs to a graph",
    "u(1, 2)": "1: 'u' is taken at x or at a name bound by an integral here",
    "limit * u": "limit: 'limit' has no place in an equation",
    "random_normal(seed = 1)": "random_normal: 'random_normal' has no place in an equation",
    "h * u": "h: 'h' is reserved: it is the spacing of the grid",
    "dxz(u)": "dxz: 'dxz' is a derivative along something that is no coordinate",
    "mlp(1, 2)": "mlp: 'mlp' is a whole right side",
}


@pytest.mark.parametrize(("formula", "said"), MISPLACED.items())
def test_ranks_and_places(formula: str, said: str) -> None:
    assert fault(formula).startswith(said)


# ---- names


def test_every_fault_is_told_and_none_twice() -> None:
    said = told(
        f"{PLATE}param a = kapa\ninitial u = kapa + sine(x)\n"
        "equation dt(u) = kapa*u + lapp(u) + v[0]\nwatch m = integral(v)\n"
    )
    assert [line.split(": ")[0] for line in said] == ["kapa", "sine", "lapp", "v"]


def test_faulty_declarations_make_no_noise() -> None:
    said = told(
        "domain x in [0, 1]\ngrid 8\nboundary periodic\nfield u: chanels 2\nparam a = 1/0\n"
        "function g(s) = s + t\nequation dt(u) = a*g(u)*lap(u)\n"
        "time rk4, stepp 1/10, untill 1\ncertify l2_stable of lap for a\n"
    )
    assert [line.split(": ")[0] for line in said] == ["chanels", "0", "t", "stepp", "untill"]


def test_helpers_that_nothing_uses_are_warned_of() -> None:
    text = f"{PLATE}function g(s) = s\nkernel K: u -> 2, size 3\nequation dt(u) = lap(u)\n"
    assert warned(text) == [
        f"the {what} is never used" for what in ("param 'q'", "function 'g'", "kernel 'K'")
    ]


def test_derived_parameters_are_written_out() -> None:
    assert right("q*u") == "2*c*u"
    assert model(f"{PLATE}equation dt(u) = q*u\n").param("q").value == 1
    assert right("r*u", "param r = 2*c, trainable\n") == "r*u"
    claim = f"{PLATE}equation dt(u) = q*lap(u)\ncertify l2_stable for q\n"
    assert told(claim) == ["q: 'q' follows from other parameters, so ask for one of those"]


# ---- values from outside


def test_values_from_outside_replace_those_of_the_file() -> None:
    text = f"{PLATE}equation dt(u) = q*lap(u)\n"
    found = model(text, params={"c": Fraction(3, 2)}, grid=(5, 6), until=Fraction(1, 7))
    assert (found.param("c").value, found.param("q").value) == (Rational(3, 2), 3)
    assert found.grid.counts == (5, 6)
    assert found.time
    assert (found.time.until, found.time.steps) == (Rational(1, 7), None)
    found = model(text, steps=3)
    assert found.time
    assert (found.time.until, found.time.steps) == (None, 3)
    assert model("iterate u[k+1, i] = u[k, i], steps 2\n", steps=3).iterate_steps == 3


LATTICE = "iterate u[k+1, i] = u[k, i], steps 2\n"
OUTSIDE = (
    ({"params": {"cc": Fraction(1)}}, "cc: the file has no parameter 'cc'"),
    ({"params": {"u": Fraction(1)}}, "u: 'u' is a field of the file, not a parameter"),
    ({"params": {"c": Fraction(-1)}}, "-1: 'c' is declared positive, and its value is not"),
    ({"params": {"c": Fraction(10**700)}}, f"{10**700}: this number is too large"),
    ({"grid": (5,)}, "(5,): one size for two coordinates: x, y"),
    ({"grid": (5, 0)}, "(5, 0): a size is a whole number, 1 or more, not 0"),
    ({"grid": (10**6, 10**6)}, "(1000000, 1000000): this grid has more than 10^10 unknowns"),
    ({"until": Fraction(0)}, "0: 'until' must be positive, and 0 is not"),
    ({"steps": 0}, "0: 'steps' must be positive, and 0 is not"),
    ({"steps": 1, "until": 1}, "1: 'steps' and 'until' both say how far, and one is wanted"),
)


@pytest.mark.parametrize(("given", "said"), OUTSIDE)
def test_values_from_outside_are_checked(given: dict[str, object], said: str) -> None:
    assert told(f"{PLATE}equation dt(u) = q*lap(u)\n", **given) == [said]


def test_values_from_outside_that_have_no_place_are_not_ignored() -> None:
    assert told(LATTICE, until=1) == ["1: an iterate has no time to run until"]
    assert told(LATTICE, grid=(5,)) == [
        "(5,): the file has no `grid`: its size is that of the input"
    ]
    spaced = PLATE.replace("grid 8, 8", "grid spacing 1").replace(" in [0, 1]", "")
    (said,) = told(f"{spaced}equation dt(u) = q*lap(u)\n", grid=(5, 5))
    assert "the size of the grid is that of the input" in said


def test_the_words_of_a_value_stand_beside_the_fault() -> None:
    with pytest.raises(SchemeError) as caught:
        model(f"{PLATE}equation dt(u) = q*lap(u)\n", grid=(5,), params={"c": Fraction(-1)})
    assert str(caught.value) == (
        "params: 'c' is declared positive, and its value is not\n  c = -1\n      ^^\n"
        "grid: one size for two coordinates: x, y\n  grid = (5,)\n         ^^^^\n"
        "  hint: as in grid 64,64"
    )
