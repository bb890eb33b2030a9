"""Every problem is sound: its text says what its solution solves, its twin shows its order."""

import re

import numpy as np
import pytest

from problems import PROBLEMS, Problem
from problems.meaning import residuals

# Node by node there is no equation; the solutions of `diffusing` are those of the grid.
DISCRETE = ("beam_warming", "crank_nicolson", "diffusing")
CONTINUOUS = [p for p in PROBLEMS if not p.name.startswith(DISCRETE)]


def by_name(problem: Problem) -> str:
    return problem.name


def gaps(problem: Problem, text: str) -> list[tuple[str, float]]:
    """What is left of each equation, initial value and wall of a text for the exact solution."""
    domain = re.search(r"^domain (.*)$", text, re.MULTILINE)
    assert domain
    box = [(float(a), float(b)) for a, b in re.findall(r"\[(\S+), (\S+)\]", domain[1])]
    return list(residuals(text, problem.exact, box))


def test_names_are_unique() -> None:
    names = [problem.name for problem in PROBLEMS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("problem", PROBLEMS, ids=by_name)
def test_the_twin_shows_the_stated_order(problem: Problem) -> None:
    observed = problem.orders(problem.twin)
    assert observed == pytest.approx([problem.order] * len(observed), abs=0.1)


@pytest.mark.parametrize("problem", PROBLEMS, ids=by_name)
def test_each_level_is_a_text_and_a_state_of_its_own(problem: Problem) -> None:
    texts = [problem.text(n) for n in problem.sizes]
    assert all(text.startswith(f"scheme {problem.name}\n\n") for text in texts)
    assert problem.inputs(problem.sizes[0]) or len(set(texts)) == len(texts)
    for n in problem.sizes:
        start, end = problem.state(n, 0.0), problem.state(n)
        assert start.keys() == end.keys()
        assert problem.error(n, end) == 0
        assert problem.error(n, start) > 0.01
        for name, value in problem.inputs(n).items():
            np.testing.assert_array_equal(np.asarray(value), np.asarray(start[name]))


@pytest.mark.parametrize("problem", CONTINUOUS, ids=by_name)
def test_the_exact_solution_solves_what_the_text_says(problem: Problem) -> None:
    found = gaps(problem, problem.text(problem.sizes[0]))
    assert sum(what.startswith("dt") for what, _ in found) >= len(problem.exact)
    assert [gap for _, gap in found] == pytest.approx([0.0] * len(found), abs=1e-6)


@pytest.mark.parametrize("problem", CONTINUOUS, ids=by_name)
def test_a_slip_in_the_text_is_found(problem: Problem) -> None:
    text = problem.text(problem.sizes[0])
    for line in (r"equation [a-z]+\([a-z]+\)", r"initial [a-z]+"):
        wrong = re.sub(rf"^({line} =)", r"\1 1/50 +", text, flags=re.MULTILINE | re.IGNORECASE)
        assert wrong != text
        assert max(gap for _, gap in gaps(problem, wrong)) > 0.01
