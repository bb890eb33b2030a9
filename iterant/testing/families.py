"""Families of linear schemes as texts; every text is valid, and claims l2_stable.

Each function gets the module of strategies, so that hypothesis is loaded by who asks for one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

AXES = ("x", "y", "z")
POINTS = "8"  # an axis
NUMBERS = ("1/10", "1/3", "1/2", "1", "2")
WALLS = ("boundary periodic", "boundary u = 0", "boundary dn(u) = 0", "boundary reflecting")


def heat(st: Any, stable: bool | None) -> Any:
    """dt(u) = kappa lap(u) - b u, between walls of one kind, one to three axes."""
    methods = ("explicit_euler", "heun", "ssprk3", "rk4", "rkl2, stages 5", "fed, cycle 3")

    def made(kappa: str, decay: str, **rest: Any) -> str:
        params, equation = f"param kappa = {kappa}, positive", f"dt(u) = kappa*lap(u){decay}"
        return _pde(params=params, equation=equation, **rest)

    return st.builds(
        made,
        kappa=st.sampled_from(NUMBERS),
        decay=st.sampled_from(("", " - u/2")),
        dim=st.sampled_from((1, 1, 2, 3)),
        wall=st.sampled_from(WALLS),
        method=st.sampled_from(methods),
        step=_steps(st, stable, (1, 5, 50)),
    )


def advection(st: Any, stable: bool | None) -> Any:
    """dt(u) = -c dx(u), upwind or central, on a circle."""

    def made(c: str, pair: tuple[str, str], step: str) -> str:
        space, method = pair
        params, equation = f"param c = {c}, positive", "dt(u) = -c*dx(u)"
        return _pde(params=params, equation=equation, space=space, method=method, step=step)

    pairs = [("upwind, order 1", m) for m in ("explicit_euler", "heun", "ssprk3", "rk4")]
    pairs += [("upwind, order 3", m) for m in ("ssprk3", "rk4")]
    pairs += [(f"order {p}", m) for p in (2, 4) for m in ("leapfrog", "ssprk3", "rk4")]
    steps = _steps(st, stable, (4, 15, 100))
    return st.builds(made, st.sampled_from(NUMBERS), st.sampled_from(pairs), steps)


def advection_diffusion(st: Any, stable: bool | None) -> Any:
    """dt(u) = a dxx(u) - c dx(u), upwind or central, on a circle."""

    def made(a: str, c: str, **rest: Any) -> str:
        params = f"param a = {a}, positive\nparam c = {c}, positive"
        return _pde(params=params, equation="dt(u) = a*dxx(u) - c*dx(u)", **rest)

    return st.builds(
        made,
        a=st.sampled_from(NUMBERS),
        c=st.sampled_from(NUMBERS),
        space=st.sampled_from(("order 2", "upwind, order 1")),
        method=st.sampled_from(("explicit_euler", "heun", "ssprk3", "rk4")),
        step=_steps(st, stable, (20, 300, 3000)),
    )


def wave(st: Any, stable: bool | None) -> Any:
    """dtt(u) = c^2 lap(u), one or two axes."""

    def made(c: str, wall: str, order: int, **rest: Any) -> str:
        space = f"order {order if wall == WALLS[0] else 2}"
        params, equation = f"param c = {c}, positive", "dtt(u) = c^2*lap(u)"
        return _pde(params=params, equation=equation, wall=wall, space=space, **rest)

    return st.builds(
        made,
        c=st.sampled_from(NUMBERS),
        wall=st.sampled_from(WALLS[:3]),
        order=st.sampled_from((2, 4)),
        dim=st.sampled_from((1, 1, 2)),
        method=st.sampled_from(("leapfrog", "verlet", "rk4")),
        step=_steps(st, stable, (3, 12, 60)),
    )


def iterate(st: Any, stable: bool | None) -> Any:
    """u[k+1, i] as a combination of one to three levels, or its newest level on both sides."""
    numbers = ("1/4", "1/2", "3/4", "1") if stable else ("1/4", "1/2", "1", "5/4", "2", "-1/3")
    return st.builds(
        lambda form, r: (
            f"scheme random_iterate\nparam r = {r}\niterate {form}\ncertify l2_stable\n"
        ),
        st.sampled_from(CONTRACTIVE if stable else (*CONTRACTIVE, *OTHERS)),
        st.sampled_from(numbers),
    )


# Stable for 0 <= r <= 1, each.
CONTRACTIVE = (
    "u[k+1, i] = u[k, i] - r*(u[k, i] - u[k, i-1])",
    "u[k+1, i] = u[k, i] + r/2*(u[k, i+1] - 2*u[k, i] + u[k, i-1])",
    "u[k+1, i] = u[k, i] - r/2*(u[k, i+1] - u[k, i-1]) + r^2/2*(u[k, i+1] - 2*u[k, i] + u[k, i-1])",
    "u[k+1, i] = (u[k, i+1] + u[k, i-1])/2 - r/2*(u[k, i+1] - u[k, i-1])",
    "u[k+1, i] = ((1 - 2*r)*u[k-1, i] + 2*r*(u[k, i+1] + u[k, i-1]))/(1 + 2*r)",
    "u[k+1, i] = u[k-1, i]/2 + r/4*(u[k, i+1] + u[k, i-1])",
)
OTHERS = (
    "u[k+1, i] = u[k-1, i] - r*(u[k, i+1] - u[k, i-1])",
    "u[k+1, i] = u[k, i] - r/2*(u[k, i+1] - u[k, i-1])",
    "u[k+1, i] = r*u[k-2, i] + u[k-1, i-1]/2 - r*u[k, i+1]/4",
    "u[k+1, i] - r*(u[k+1, i+1] - 2*u[k+1, i] + u[k+1, i-1]) = u[k, i]",
)


def _steps(st: Any, stable: bool | None, rates: tuple[int, ...]) -> Any:
    """Shares of the limit, or plain numbers; `rates` are steps a unit of time."""
    shares = ["limit / 2", "9/10 * limit", "99/100 * limit"]
    plain = [f"1/{n}" for n in rates]
    chosen = shares if stable else plain if stable is False else shares + plain
    return st.sampled_from(chosen)


def _pde(
    *,
    params: str,
    equation: str,
    method: str,
    step: str,
    dim: int = 1,
    wall: str = WALLS[0],
    space: str = "order 2",
) -> str:
    names, sizes = ", ".join(AXES[:dim]), ", ".join([POINTS] * dim)
    return (
        f"scheme random_case\ndomain {names} in [0, 1]\ngrid {sizes}\n"
        f"{wall}\nfield u\n{params}\nequation {equation}\nspace {space}\n"
        f"time {method}, step {step}, steps 60\ncertify l2_stable\n"
    )


FAMILIES: Mapping[str, Callable[[Any, bool | None], Any]] = {
    "heat": heat,
    "advection": advection,
    "advection_diffusion": advection_diffusion,
    "wave": wave,
    "iterate": iterate,
}
