"""Left sides in prover and checker: systems, Cramer's rule, common factors, against numpy."""

import random
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy

from iterant.compiler.amplification import left as prover
from iterant.compiler.amplification.ring import Ring
from iterant.compiler.certificates.certify import certify
from iterant.runtime.checker import linear_names as names, linear_rows as checker
from iterant.runtime.contract import Refutation, Unproved, Verdict
from proofs import claim, scheme_of

R = sympy.Symbol("r", positive=True)
RING = Ring(1, (R,))
KNOWN = names.Names({"r": 1}, {}, {"r": 1}, "r", set(), 1, ("r",))
POINTS = [(theta, r) for theta in (0.0, 0.4, 1.9, np.pi) for r in (0.3, 1.0, 2.7)]


def laurent(rng: random.Random) -> dict[tuple[int, int], Fraction]:
    """Powers of r and of e^{i theta}, and whole coefficients."""
    places = {(rng.randint(0, 2), rng.randint(-2, 2)) for _ in range(rng.randint(1, 3))}
    return {place: Fraction(rng.randint(1, 5) * rng.choice((-1, 1))) for place in places}


def at(element: dict[tuple[int, int], Fraction], theta: float, r: float) -> complex:
    """Its value."""
    return complex(sum(float(c) * r**k * np.exp(1j * n * theta) for (k, n), c in element.items()))


def in_ring(element: dict[tuple[int, int], Fraction]) -> Any:
    """The same in y, s and i."""
    total = RING.number(0)
    for (k, n), c in element.items():
        total += RING.times(RING.name(R, k), RING.wave((n,))) * RING.number(c)
    return RING.reduced(total)


def value(p: Any, theta: float, r: float) -> complex:
    """An element of the ring at a mode."""
    y, s = np.sin(theta / 2) ** 2, np.sin(theta)
    return complex(sum(
        float(c.p) / float(c.q) * 1j ** int(k[0]) * s ** int(k[1]) * y ** int(k[3]) * r ** int(k[4])
        for k, c in p.to_dict().items()
    ))  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_newest_levels_are_those_of_a_dense_solve(seed: int) -> None:
    rng = random.Random(seed)
    size = rng.randint(1, 3)
    unknowns, state = [f"w{k}" for k in range(size)], ["u", "v"]
    table = [[laurent(rng) for _ in unknowns] for _ in unknowns]
    right = [[laurent(rng) for _ in state] for _ in unknowns]
    under = [({(0, 0): Fraction(1)}, {(0, 0): Fraction(2), (1, 0): Fraction(1)})[rng.randrange(2)]
             for _ in range(2 * size)]  # fmt: skip
    rows = [
        [dict(zip(unknowns, line, strict=True)) for line in table],
        [dict(zip(state, line, strict=True)) for line in right],
    ]
    mine = [
        {unknowns[j]: prover.Row(below=in_ring(under[j + size * k]),
                                 entries={n: in_ring(e) for n, e in rows[k][j].items()})
         for j in range(size)}
        for k in range(2)
    ]  # fmt: skip
    found, one = prover.solved(RING, mine[0], mine[1], unknowns)
    other = [
        [checker.Row(rows[k][j], checker.times_factor({}, under[j + size * k]))
         for j in range(size)]
        for k in range(2)
    ]  # fmt: skip
    again, two = checker.solved(KNOWN, other[0], other[1], unknowns)
    for theta, r in POINTS:
        a = np.array([[at(e, theta, r) for e in line] for line in table])
        b = np.array([[at(e, theta, r) for e in line] for line in right])
        below = np.array([at(e, theta, r) for e in under])
        if abs(np.linalg.det(a)) < 1e-6:
            continue
        exact = np.linalg.solve(a / below[:size, None], b / below[size:, None])
        for k, name in enumerate(unknowns):
            ours, theirs = found[name], again[k]
            below_k = checker.multiplied_out(KNOWN, theirs.below)
            for j, source in enumerate(state):
                first = value(ours.entries[source], theta, r) / value(ours.below, theta, r)
                second = at(theirs.entries[source], theta, r) / at(below_k, theta, r)
                assert abs(first - exact[k, j]) <= 1e-8 * (1 + abs(exact[k, j]))
                assert abs(second - exact[k, j]) <= 1e-8 * (1 + abs(exact[k, j]))
        for whole, part in ((value(one.determinant, theta, r), at(two.determinant, theta, r)),):
            assert abs(whole - part) <= 1e-8 * (1 + abs(whole))
            assert abs(whole - np.linalg.det(a)) <= 1e-8 * (1 + abs(whole))
        assert abs(value(one.below, theta, r) - np.prod(below[:size])) <= 1e-9


def test_equations_that_share_a_newest_level_are_one_system() -> None:
    number = RING.number(1)
    reads = {"a": "u", "b": "vw", "c": "x", "d": "wz", "e": "xz"}
    rows = {n: prover.Row(below=number, entries=dict.fromkeys(e, number)) for n, e in reads.items()}
    assert prover.systems(rows) == [("a",), ("b", "c", "d", "e")]
    mine = [checker.Row({x: KNOWN.number(1) for x in e}) for e in reads.values()]
    assert checker.coupled(mine) == [[0], [1, 2, 3, 4]]


def test_a_determinant_is_divided_out_as_often_as_it_goes() -> None:
    rng = random.Random(5)
    left = in_ring({(0, 0): Fraction(1), (1, 0): Fraction(1), (1, -1): Fraction(-1)})
    bare = tuple(in_ring(laurent(rng)) for _ in range(3))
    heavy = tuple(RING.times(RING.times(p, left), left) for p in bare)
    found = prover.lightened(RING, heavy, [left])
    scale = found[0].coeffs()[0] / bare[0].coeffs()[0]
    assert [p * scale for p in bare] == list(found)
    assert prover.lightened(RING, heavy, []) == heavy


# ---- verdicts


def answer(line: str, value: str = "1/2") -> Verdict:
    """The verdict on a scheme with a parameter r, for all r."""
    text = f"scheme case\nparam r = {value}\niterate {line}\n"
    return certify(scheme_of(text), replace(claim("l2_stable"), parameter="r"))


def test_a_left_side_that_is_singular_for_some_mode_has_no_proof() -> None:
    found = answer("r*u[k+1, i] + r*u[k+1, i+1] = u[k, i] + u[k, i+1]", "1")
    assert isinstance(found, Unproved)
    assert "the left side is singular for some mode" in found.reason


def test_a_singular_left_side_hides_behind_no_common_factor() -> None:
    line = "u[k+1, i] - 2*r*u[k+1, i-1] = u[k, i] - 2*r*u[k, i-1]"
    found = answer(line, "1/4")
    assert found.verdict == "certified"
    assert "(-1/2, 1/2)" in found.statement
    text = f"scheme case\nparam r = -1/2\niterate {line}\n"
    at_end = certify(scheme_of(text), replace(claim("l2_stable"), parameter="r"))
    assert isinstance(at_end, Unproved)


def test_growth_is_told_where_other_modes_have_no_newest_level() -> None:
    found = answer("u[k+1, i] + 2*r*u[k+1, i+1] = 2*u[k, i]/3")  # singular at theta = pi
    assert isinstance(found, Refutation)
    assert found.witness.points[0] % 2


def test_degrees_that_are_too_high_end_in_a_verdict() -> None:
    wide = " + ".join(f"(1/9 + r^{k})*u[k+1, i+{k}]" for k in range(1, 6))
    far = " + ".join(f"r^{k}/3*u[k, i-{k}] + r/{k}*u[k-1, i+{k}]" for k in range(1, 6))
    found = answer(f"9*u[k+1, i] + {wide} = u[k, i] + {far}", "1/1000")
    assert isinstance(found, Unproved)
    assert "too high a degree" in found.reason
