"""Any explicit Runge-Kutta method by its Butcher tableau: rk4, midpoint, ralston, ... as data.

k_i = f(t + c_i tau, u + tau sum_{j<i} a_ij k_j);  u <- u + tau sum_i b_i k_i. A slope is kept in
an array only if a later stage but the next needs it; the sum with the weights b runs along.
Sources: Butcher 2016; Bogacki and Shampine 1989; Dormand and Prince 1980.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import Rational, Symbol

from ..scheme import Array, Stage, Step, Update
from .base import Facts, Integrator, Problem, one_step, stage, update
from .polynomials import imaginary_bound_squared, real_bound

F = Fraction


@dataclass(frozen=True, slots=True)
class Tableau:
    """Rows of the strictly lower triangle, and the weights."""

    a: tuple[tuple[Fraction, ...], ...]  # row i has i entries; row 0 is empty
    b: tuple[Fraction, ...]
    order: int

    @property
    def c(self) -> tuple[Fraction, ...]:
        """Times of the stages."""
        return tuple(sum(row, F(0)) for row in self.a)

    def polynomial(self) -> tuple[Fraction, ...]:
        """P(z) = 1 + sum_n z^n b A^{n-1} 1."""
        s = len(self.b)
        vector = [F(1)] * s
        coefficients = [F(1)]
        for _ in range(s):
            coefficients.append(sum((w * v for w, v in zip(self.b, vector, strict=True)), F(0)))
            vector = [sum((x * vector[j] for j, x in enumerate(row)), F(0)) for row in self.a]
        return tuple(coefficients)


def _rows(*flat: Fraction | int) -> tuple[tuple[Fraction, ...], ...]:
    """The triangle from its entries row by row."""
    rows: list[tuple[Fraction, ...]] = [()]
    entries = [F(x) for x in flat]
    while entries:
        size = len(rows)
        rows.append(tuple(entries[:size]))
        entries = entries[size:]
    return tuple(rows)


TABLEAUS = {
    "midpoint": Tableau(_rows(F(1, 2)), (F(0), F(1)), 2),
    "ralston": Tableau(_rows(F(2, 3)), (F(1, 4), F(3, 4)), 2),
    "kutta3": Tableau(_rows(F(1, 2), -1, 2), (F(1, 6), F(2, 3), F(1, 6)), 3),
    "bogacki_shampine": Tableau(
        _rows(F(1, 2), 0, F(3, 4)), (F(2, 9), F(1, 3), F(4, 9)), 3
    ),
    "rk4": Tableau(
        _rows(F(1, 2), 0, F(1, 2), 0, 0, 1), (F(1, 6), F(1, 3), F(1, 3), F(1, 6)), 4
    ),
    "rk38": Tableau(
        _rows(F(1, 3), F(-1, 3), 1, 1, -1, 1), (F(1, 8), F(3, 8), F(3, 8), F(1, 8)), 4
    ),
    "dormand_prince": Tableau(
        _rows(
            F(1, 5), F(3, 40), F(9, 40), F(44, 45), F(-56, 15), F(32, 9),
            F(19372, 6561), F(-25360, 2187), F(64448, 6561), F(-212, 729),
            F(9017, 3168), F(-355, 33), F(46732, 5247), F(49, 176), F(-5103, 18656),
        ),
        (F(35, 384), F(0), F(500, 1113), F(125, 192), F(-2187, 6784), F(11, 84)),
        5,
    ),
}  # fmt: skip


def steps_of(problem: Problem, tableau: Tableau, name: str) -> Step:
    """Lay a tableau out as stages."""
    us, s = problem.unknowns, len(tableau.b)
    y = {u: [u.name] + [problem.extra(u, f"s{i + 1}") for i in range(1, s)] for u in us}
    acc = {u: problem.extra(u, "sum") for u in us}
    k = {u: [problem.extra(u, f"k{i + 1}") for i in range(s)] for u in us}
    kept = [any(tableau.a[m][i] for m in range(i + 2, s)) for i in range(s)]
    body: list[Stage] = []
    for i in range(s):
        updates: list[Update] = []
        for u in us:
            updates += _stage_updates(problem, tableau, u, i, (y[u], acc[u], k[u], kept))
        at = tuple((u, y[u][i]) for u in us)
        time = problem.time(Rational(tableau.c[i].numerator, tableau.c[i].denominator))
        body.append(stage(f"stage{i + 1}", updates, at=at, time=time))
    used = {p.target for st in body for p in st.updates}
    arrays = [Array(name=n, like=u) for u in us for n in (*y[u][1:], acc[u], *k[u]) if n in used]
    return one_step(name, body, arrays)


def _stage_updates(
    problem: Problem,
    tableau: Tableau,
    u: Symbol,
    i: int,
    names: tuple[list[str], str, list[str], list[bool]],
) -> list[Update]:
    """What one stage writes for one unknown: its slope if kept, the next state, the running sum."""
    y, acc, k, kept = names
    s, tau = len(tableau.b), problem.tau
    started = any(tableau.b[:i])
    updates = []
    if kept[i]:
        updates.append(update(problem, u, k[i], {}, 1))
    if i < s - 1:
        row = tableau.a[i + 1]
        older = {k[j]: tau * _r(row[j]) for j in range(i) if row[j]}
        updates.append(update(problem, u, y[i + 1], {u.name: 1, **older}, tau * _r(row[i])))
    if tableau.b[i]:
        last = not any(tableau.b[i + 1 :])
        target = u.name if last else acc
        base = acc if started else u.name
        updates.append(update(problem, u, target, {base: 1}, tau * _r(tableau.b[i])))
    return updates


def _r(value: Fraction) -> Rational:
    return Rational(value.numerator, value.denominator)


def _integrator(name: str, tableau: Tableau) -> Integrator:
    """A named tableau as a method; the linear facts follow from its polynomial."""

    def facts(options: Mapping[str, Any]) -> Facts:
        p = tableau.polynomial()
        return Facts(real=real_bound(p), imaginary_squared=imaginary_bound_squared(p), polynomial=p)

    def build(problem: Problem) -> Step:
        return steps_of(problem, tableau, name)

    return Integrator(name=name, order=tableau.order, laws=(1,), facts=facts, build=build)


RK4 = _integrator("rk4", TABLEAUS["rk4"])
MIDPOINT = _integrator("midpoint", TABLEAUS["midpoint"])
RALSTON = _integrator("ralston", TABLEAUS["ralston"])
KUTTA3 = _integrator("kutta3", TABLEAUS["kutta3"])
BOGACKI_SHAMPINE = _integrator("bogacki_shampine", TABLEAUS["bogacki_shampine"])
RK38 = _integrator("rk38", TABLEAUS["rk38"])
DORMAND_PRINCE = _integrator("dormand_prince", TABLEAUS["dormand_prince"])


def user_tableau(options: Mapping[str, Any]) -> Tableau:
    """`runge_kutta, a (a21, a31, a32, ...), b (b1, ...)`: the strict lower triangle row by row."""
    b = tuple(F(int(x.p), int(x.q)) for x in options["b"])
    a = _rows(*(F(int(x.p), int(x.q)) for x in options.get("a", ())))
    if len(a) != len(b) or any(len(row) != i for i, row in enumerate(a)):
        raise ValueError(f"{len(b)} weights b need {len(b) * (len(b) - 1) // 2} entries a")
    if sum(b) != 1:
        raise ValueError("the weights b must add to 1")
    return Tableau(a, b, _order(a, b))


def _order(a: tuple[tuple[Fraction, ...], ...], b: tuple[Fraction, ...]) -> int:
    """Order of a tableau up to 4 by the conditions of the rooted trees."""
    s = len(b)
    c = [sum(row, F(0)) for row in a]
    ac = [sum((a[i][j] * c[j] for j in range(i)), F(0)) for i in range(s)]
    ac2 = [sum((a[i][j] * c[j] ** 2 for j in range(i)), F(0)) for i in range(s)]
    aac = [sum((a[i][j] * ac[j] for j in range(i)), F(0)) for i in range(s)]

    def total(values: list[Fraction]) -> Fraction:
        return sum((w * v for w, v in zip(b, values, strict=True)), F(0))

    if total(c) != F(1, 2):
        return 1
    if total([x**2 for x in c]) != F(1, 3) or total(ac) != F(1, 6):
        return 2
    fourth = (
        total([x**3 for x in c]) == F(1, 4)
        and total([x * y for x, y in zip(c, ac, strict=True)]) == F(1, 8)
        and total(ac2) == F(1, 12)
        and total(aac) == F(1, 24)
    )
    return 4 if fourth else 3


def _user_facts(options: Mapping[str, Any]) -> Facts:
    p = user_tableau(options).polynomial()
    return Facts(real=real_bound(p), imaginary_squared=imaginary_bound_squared(p), polynomial=p)


def _user_build(problem: Problem) -> Step:
    try:
        tableau = user_tableau(problem.options)
    except (KeyError, ValueError) as error:
        problem.faults.error(
            problem.span,
            f"this tableau is not complete: {error}",
            "write `runge_kutta, a (1/2, 0, 1/2), b (1/6, 2/3, 1/6)`",
        )
        return one_step("runge_kutta", [])
    return steps_of(problem, tableau, "runge_kutta")


RUNGE_KUTTA = Integrator(
    name="runge_kutta", order=0, laws=(1,), facts=_user_facts, build=_user_build
)
