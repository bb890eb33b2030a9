"""Time methods for du/dt = rate(t, u), each a function from one state to the next.

Letters: t time, tau step, u state (any array); s stages; n steps of a cycle. Tableaux are the
textbook ones; rkc follows Sommeijer, Shampine and Verwer (1998) with damping 2/13, rkl2 Meyer,
Balsara and Aslam (2014), fed and fsi the product and the recursion of the box filter. They are
recalled, so the tests measure their orders and stability polynomials.
"""

from collections.abc import Callable, Sequence
from math import acosh, cos, cosh, pi, sinh
from typing import Any, NamedTuple

from .walls import Array

Rate = Callable[[float, Array], Array]
Step = Callable[[Rate, float, Array, float], Array]


def explicit_euler(rate: Rate, t: float, u: Array, tau: float) -> Array:
    """u + tau f(t, u)."""
    return u + tau * rate(t, u)


def heun(rate: Rate, t: float, u: Array, tau: float) -> Array:
    """u + tau/2 (f(t, u) + f(t + tau, u + tau f(t, u)))."""
    k1 = rate(t, u)
    return u + tau / 2 * (k1 + rate(t + tau, u + tau * k1))


def ssprk3(rate: Rate, t: float, u: Array, tau: float) -> Array:
    """Shu and Osher's third-order method: convex combinations of Euler steps."""
    a = u + tau * rate(t, u)
    b = 3 / 4 * u + 1 / 4 * (a + tau * rate(t + tau, a))
    return 1 / 3 * u + 2 / 3 * (b + tau * rate(t + tau / 2, b))


def rk4(rate: Rate, t: float, u: Array, tau: float) -> Array:
    """The classical fourth-order method."""
    k1 = rate(t, u)
    k2 = rate(t + tau / 2, u + tau / 2 * k1)
    k3 = rate(t + tau / 2, u + tau / 2 * k2)
    k4 = rate(t + tau, u + tau * k3)
    return u + tau / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


class Chebyshev(NamedTuple):
    """The coefficients of a three-term stabilised method; entry j belongs to stage j."""

    mu: list[float]
    nu: list[float]
    mu_tilde: list[float]
    gamma_tilde: list[float]


def rkl2_coefficients(s: int) -> Chebyshev:
    """b_j = (j^2+j-2)/(2j(j+1)), b_0 = b_1 = b_2 = 1/3, w = 4/(s^2+s-2).

    mu_j = (2j-1)/j b_j/b_(j-1), nu_j = -(j-1)/j b_j/b_(j-2), mu~_j = w mu_j, mu~_1 = w b_1,
    gamma~_j = -(1 - b_(j-1)) mu~_j.
    """
    b = [1 / 3] * 3 + [(j * j + j - 2) / (2 * j * (j + 1)) for j in range(3, s + 1)]
    w = 4 / (s * s + s - 2)
    js = range(2, s + 1)
    mu = [0.0, 0.0] + [(2 * j - 1) / j * b[j] / b[j - 1] for j in js]
    nu = [0.0, 0.0] + [-(j - 1) / j * b[j] / b[j - 2] for j in js]
    mu_tilde = [0.0, b[1] * w] + [w * mu[j] for j in js]
    gamma_tilde = [0.0, 0.0] + [-(1 - b[j - 1]) * mu_tilde[j] for j in js]
    return Chebyshev(mu, nu, mu_tilde, gamma_tilde)


def rkc_coefficients(s: int) -> Chebyshev:
    """w0 = 1 + (2/13)/s^2, w1 = T_s'/T_s'', b_j = T_j''/(T_j')^2 at w0, b_0 = b_1 = b_2.

    mu_j = 2 b_j w0/b_(j-1), nu_j = -b_j/b_(j-2), mu~_j = 2 b_j w1/b_(j-1), mu~_1 = b_1 w1,
    gamma~_j = -(1 - b_(j-1) T_(j-1)) mu~_j.
    """
    w0 = 1 + 2 / 13 / s**2
    arc = acosh(w0)
    value = [cosh(j * arc) for j in range(s + 1)]
    first = [j * sinh(j * arc) / sinh(arc) for j in range(s + 1)]
    second = [(j * j * value[j] - w0 * first[j]) / (w0**2 - 1) for j in range(s + 1)]
    b = [0.0, 0.0] + [second[j] / first[j] ** 2 for j in range(2, s + 1)]
    b[0] = b[1] = b[2]
    w1 = first[s] / second[s]
    js = range(2, s + 1)
    mu = [0.0, 0.0] + [2 * b[j] * w0 / b[j - 1] for j in js]
    nu = [0.0, 0.0] + [-b[j] / b[j - 2] for j in js]
    mu_tilde = [0.0, b[1] * w1] + [2 * b[j] * w1 / b[j - 1] for j in js]
    gamma_tilde = [0.0, 0.0] + [-(1 - b[j - 1] * value[j - 1]) * mu_tilde[j] for j in js]
    return Chebyshev(mu, nu, mu_tilde, gamma_tilde)


def stabilised(coefficients: Chebyshev) -> Step:
    """The step Y_s with Y_1 = u + mu~_1 tau f(u) and, for j = 2..s,

    Y_j = (1-mu-nu) u + mu Y_(j-1) + nu Y_(j-2) + mu~ tau f(Y_(j-1)) + gamma~ tau f(u);
    the stage times c_j obey the same recursion.
    """
    mu, nu, mu_tilde, gamma_tilde = coefficients

    def step(rate: Rate, t: float, u: Array, tau: float) -> Array:
        first = rate(t, u)
        older, newer = u, u + mu_tilde[1] * tau * first
        c_older, c_newer = 0.0, mu_tilde[1]
        for j in range(2, len(mu)):
            rest = (1 - mu[j] - nu[j]) * u + mu[j] * newer + nu[j] * older
            pull = mu_tilde[j] * rate(t + c_newer * tau, newer) + gamma_tilde[j] * first
            older, newer = newer, rest + tau * pull
            c = mu[j] * c_newer + nu[j] * c_older + mu_tilde[j] + gamma_tilde[j]
            c_older, c_newer = c_newer, c
        return newer

    return step


def rkl2(s: int) -> Step:
    """Second order, stable up to (s^2+s-2)/4 explicit Euler limits."""
    return stabilised(rkl2_coefficients(s))


def rkc(s: int) -> Step:
    """Second order, damped, stable up to about (s^2-1)/3 explicit Euler limits."""
    return stabilised(rkc_coefficients(s))


def march(step: Step, rate: Rate, u: Array, *, tau: float, n_steps: int) -> Array:
    """n_steps of a one-step method from t = 0."""
    for k in range(n_steps):
        u = step(rate, k * tau, u, tau)
    return u


def lie_splitting(parts: Sequence[tuple[Step, Rate]]) -> Step:
    """Each part over [t, t + tau], one after another."""

    def step(rate: Rate, t: float, u: Array, tau: float) -> Array:
        for method, part in parts:
            u = method(part, t, u, tau)
        return u

    return step


def strang(a: tuple[Step, Rate], b: tuple[Step, Rate]) -> Step:
    """a over [t, t + tau/2], b over [t, t + tau], a over [t + tau/2, t + tau]."""

    def step(rate: Rate, t: float, u: Array, tau: float) -> Array:
        u = a[0](a[1], t, u, tau / 2)
        u = b[0](b[1], t, u, tau)
        return a[0](a[1], t + tau / 2, u, tau / 2)

    return step


def adams_bashforth2(rate: Rate, u: Array, *, tau: float, n_steps: int) -> Array:
    """u + tau (3/2 f_k - 1/2 f_(k-1)), the first step by heun."""
    before, u = rate(0.0, u), heun(rate, 0.0, u, tau)
    for k in range(1, n_steps):
        now = rate(k * tau, u)
        u, before = u + tau * (3 / 2 * now - 1 / 2 * before), now
    return u


def midpoint_leapfrog(rate: Rate, u: Array, *, tau: float, n_steps: int) -> Array:
    """u_(k+1) = u_(k-1) + 2 tau f_k, the first step by heun."""
    older, newer = u, heun(rate, 0.0, u, tau)
    for k in range(1, n_steps):
        older, newer = newer, older + 2 * tau * rate(k * tau, newer)
    return newer


def du_fort_frankel(rate: Rate, u: Array, *, alpha: float, tau: float, n_steps: int) -> Array:
    """u_(k+1) = w (u_k + f_k/(2 alpha)) + (1-w) u_(k-1), w = 4 tau alpha/(1 + 2 tau alpha).

    The first step is by heun.
    """
    w = 4 * tau * alpha / (1 + 2 * tau * alpha)
    older, newer = u, heun(rate, 0.0, u, tau)
    for k in range(1, n_steps):
        extrapolated = newer + rate(k * tau, newer) / (2 * alpha)
        older, newer = newer, w * extrapolated + (1 - w) * older
    return newer


Push = Callable[..., Any]  # (moved, other, tau) -> moved after tau with the other held


def staggered(push_a: Push, push_b: Push, a: Any, b: Any, *, tau: float, n_steps: int) -> Any:
    """(a, b) after n_steps of two groups, each driven by the other, a half a step ahead.

    a goes in and comes out at the time of b: half a push at the start, half a push at the end,
    which together are as accurate as the method.
    """
    for k in range(n_steps):
        a = push_a(a, b, tau if k else tau / 2)
        b = push_b(b, a, tau)
    return (push_a(a, b, tau / 2), b) if n_steps else (a, b)


def symplectic_euler(
    push_a: Push, push_b: Push, a: Any, b: Any, *, tau: float, n_steps: int
) -> Any:
    """(a, b) after n_steps: a pushed by the old b, then b pushed by the new a."""
    for _ in range(n_steps):
        a = push_a(a, b, tau)
        b = push_b(b, a, tau)
    return a, b


def verlet(rate_a: Rate, rate_b: Rate, a: Array, b: Array, *, tau: float, n_steps: int) -> Any:
    """(a, b) after n_steps: half a kick of a at t, b at t + tau/2, half a kick of a at t + tau."""
    for k in range(n_steps):
        t = k * tau
        a = a + tau / 2 * rate_a(t, b)
        b = b + tau * rate_b(t + tau / 2, a)
        a = a + tau / 2 * rate_a(t + tau, b)
    return a, b


def two_level(
    acceleration: Callable[[Array], Array], u: Array, velocity: Array, *, tau: float, n_steps: int
) -> Array:
    """u_(k+1) = 2 u_k - u_(k-1) + tau^2 f(u_k) for dtt(u) = f(u).

    The start u_1 = u_0 + tau dt(u)_0 + tau^2/2 f(u_0) keeps the second order.
    """
    if n_steps == 0:
        return u
    older, newer = u, u + tau * velocity + tau**2 / 2 * acceleration(u)
    for _ in range(n_steps - 1):
        older, newer = newer, 2 * newer - older + tau**2 * acceleration(newer)
    return newer


def fed_cycle(rate: Rate, u: Array, *, tau: float, n: int) -> Array:
    """n Euler steps of tau / (2 cos^2(pi (2i+1)/(4n+2))); together tau n(n+1)/3."""
    for i in range(n):
        u = explicit_euler(rate, 0.0, u, tau / (2 * cos(pi * (2 * i + 1) / (4 * n + 2)) ** 2))
    return u


def fsi_cycle(rate: Rate, u: Array, *, tau: float, n: int) -> Array:
    """u_(k+1) = a_k (u_k + tau f(u_k)) + (1-a_k) u_(k-1), a_k = (4k+2)/(2k+3), u_(-1) = u_0."""
    older = u
    for k in range(n):
        a = (4 * k + 2) / (2 * k + 3)
        older, u = u, a * (u + tau * rate(0.0, u)) + (1 - a) * older
    return u
