"""Stabilised Runge-Kutta methods in s stages: rkc (Chebyshev) and rkl2 (Legendre). Order 2.

Y_0 = u,  Y_1 = Y_0 + m_1 tau f(Y_0),
Y_j = mu_j Y_{j-1} + nu_j Y_{j-2} + (1 - mu_j - nu_j) Y_0 + m_j tau f(Y_{j-1}) + g_j tau f(Y_0).
All coefficients are rational. For symmetric operators, tau rho <= beta:
rkl2: P(z) = a_s + b_s P_s(1 + w_1 z), beta = 2/w_1 = (s^2 + s - 2)/2.
rkc:  P(z) = a_s + b_s T_s(w_0 + w_1 z), beta = (w_0 + 1)/w_1, damping w_0 = 1 + 2/(13 s^2).
Sources: Sommeijer, Shampine, Verwer 1998; Meyer, Balsara, Aslam 2014.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import Rational

from ..scheme import Array, Step, Update
from .base import Facts, Integrator, Problem, one_step, stage, update

F = Fraction


@dataclass(frozen=True, slots=True)
class Coefficients:
    """m_1, the rows (mu, nu, m, g) for j = 2..s, and the stability bound beta."""

    first: Fraction
    rows: tuple[tuple[Fraction, Fraction, Fraction, Fraction], ...]
    beta: Fraction

    @property
    def times(self) -> tuple[Fraction, ...]:
        """c_1, ..., c_{s-1}: when the stages j = 2..s evaluate f, by the same recursion."""
        c = [F(0), self.first]
        for mu, nu, m, g in self.rows:
            c.append(mu * c[-1] + nu * c[-2] + m + g)
        return tuple(c[1:-1])


def rkl2_coefficients(s: int) -> Coefficients:
    """Legendre: b_j = (j^2 + j - 2) / (2 j (j + 1)), w_1 = 4 / (s^2 + s - 2)."""
    b = [F(1, 3)] * 3 + [F(j * j + j - 2, 2 * j * (j + 1)) for j in range(3, s + 1)]
    w1 = F(4, s * s + s - 2)
    rows = []
    for j in range(2, s + 1):
        mu = F(2 * j - 1, j) * b[j] / b[j - 1]
        nu = -F(j - 1, j) * b[j] / b[j - 2]
        rows.append((mu, nu, mu * w1, -(1 - b[j - 1]) * mu * w1))
    return Coefficients(b[1] * w1, tuple(rows), 2 / w1)


def rkc_coefficients(s: int) -> Coefficients:
    """Chebyshev with damping 2/13: b_j = T_j''(w_0) / T_j'(w_0)^2, w_1 = T_s'(w_0) / T_s''(w_0)."""
    w0 = 1 + F(2, 13 * s * s)
    t, d, dd = [F(1), w0], [F(0), F(1)], [F(0), F(0)]
    for _ in range(2, s + 1):
        t.append(2 * w0 * t[-1] - t[-2])
        d.append(2 * t[-2] + 2 * w0 * d[-1] - d[-2])
        dd.append(4 * d[-2] + 2 * w0 * dd[-1] - dd[-2])
    w1 = d[s] / dd[s]
    b = [dd[j] / d[j] ** 2 if j > 1 else F(0) for j in range(s + 1)]
    b[0] = b[1] = b[2]
    rows = []
    for j in range(2, s + 1):
        m = 2 * b[j] * w1 / b[j - 1]
        rows.append((2 * b[j] * w0 / b[j - 1], -b[j] / b[j - 2], m, -(1 - b[j - 1] * t[j - 1]) * m))
    return Coefficients(b[1] * w1, tuple(rows), (w0 + 1) / w1)


def stages_of(options: Mapping[str, Any]) -> int:
    """The option `stages`, 8 if it is not given."""
    return int(options.get("stages", 8))


def _build(problem: Problem, name: str, coefficients: Coefficients) -> Step:
    us, tau = problem.unknowns, problem.tau
    y, old, k = ({u: problem.extra(u, s) for u in us} for s in ("stage", "stage_old", "slope"))
    first: list[Update] = []
    inner: list[Update] = []
    last: list[Update] = []
    names = ("mu", "nu", "m", "g0", "c")
    letters = tuple(problem.letter(name) for name in names)
    row = tuple(map(_r, coefficients.rows[-1]))
    for u in us:
        first.append(update(problem, u, y[u], {u.name: 1}, _r(coefficients.first) * tau))
        first.append(update(problem, u, old[u], {u.name: 1}, 0))
        first.append(update(problem, u, k[u], {}, 1))
        for found, target, (mu, nu, m, g) in (
            (inner, old[u], letters[:4]),
            (last, u.name, row),
        ):
            recursion = {y[u]: mu, old[u]: nu, u.name: 1 - mu - nu, k[u]: g * tau}
            found.append(update(problem, u, target, recursion, m * tau))
    at = tuple(y.items())
    swap = tuple(m for u in us for m in ((y[u], old[u]), (old[u], y[u])))

    columns = zip(*coefficients.rows[:-1], strict=True)
    table = tuple((s, tuple(map(_r, c))) for s, c in zip(letters, columns, strict=False))
    table += ((letters[4], tuple(map(_r, coefficients.times[:-1]))),)
    body = [stage("first", first, time=problem.time(0))]
    if len(coefficients.rows) > 1:
        time = problem.time(letters[4])
        body.append(stage("recur", inner, at=at, moves=swap, table=table, time=time))
    body.append(stage("last", last, at=at, time=problem.time(_r(coefficients.times[-1]))))
    arrays = [Array(name=a[u], like=u) for u in us for a in (y, old, k)]
    return one_step(name, body, arrays)


def _r(value: Fraction) -> Rational:
    return Rational(value.numerator, value.denominator)


def _method(name: str, coefficients: Callable[[int], Coefficients]) -> Integrator:
    def facts(options: Mapping[str, Any]) -> Facts:
        return Facts(real=coefficients(stages_of(options)).beta, imaginary_squared=F(0))

    def build(problem: Problem) -> Step:
        return _build(problem, name, coefficients(stages_of(problem.options)))

    return Integrator(name=name, order=2, laws=(1,), facts=facts, build=build)


RKL2 = _method("rkl2", rkl2_coefficients)
RKC = _method("rkc", rkc_coefficients)
