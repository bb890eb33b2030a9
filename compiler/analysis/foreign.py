"""Words of other programs and of textbooks, and what they are called here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

# A word is looked up in small letters without `_` and `-`.
OURS: Mapping[str, str] = {
    "euler": "explicit_euler",
    "forwardeuler": "explicit_euler",
    "eulerforward": "explicit_euler",
    "backwardeuler": "implicit_euler",
    "eulerbackward": "implicit_euler",
    "cn": "crank_nicolson",
    "trapezoidal": "crank_nicolson",
    "rk2": "heun",
    "rk3": "ssprk3",
    "rungekutta4": "rk4",
    "rk45": "dormand_prince",
    "dopri5": "dormand_prince",
    "ab2": "adams_bashforth2",
    "bdf": "bdf2",
    "stormerverlet": "verlet",
    "velocityverlet": "verlet",
    "stable": "l2_stable",
    "stability": "l2_stable",
    "l2": "l2_stable",
    "mass": "conserves",
    "conservation": "conserves",
    "maximumprinciple": "max_principle",
    "positive": "positivity",
    "energydissipation": "energy_decay",
    "left": "low",
    "bottom": "low",
    "lower": "low",
    "min": "low",
    "right": "high",
    "top": "high",
    "upper": "high",
    "max": "high",
    "ln": "log",
    "laplace": "lap",
    "laplacian": "lap",
    "delta": "lap",
    "nabla": "grad",
    "gradient": "grad",
    "divergence": "div",
    "rot": "curl",
    "norm": "norm2",
    "inner": "dot",
    "int": "integral",
    "integrate": "integral",
    "average": "mean",
    "if": "where",
    "piecewise": "where",
    "step": "heaviside",
    "rand": "random_uniform",
    "randn": "random_normal",
    "noise": "random_normal",
    "sgn": "sign",
    "fabs": "abs",
}


def ours(word: str, known: Iterable[str]) -> str | None:
    """What a foreign word is called here, if that is among the known ones."""
    found = OURS.get(re.sub(r"[_-]", "", word.casefold()))
    return found if found is not None and found in known else None


def derivative(
    word: str, fields: Sequence[str], axes: Sequence[str], *, wall: bool = False
) -> str | None:
    """A hint for a derivative in another spelling: u_t, uxx, du (of du/dx), d2u.

    On a wall there is the one along the outward normal alone.

    >>> derivative("u_xx", ["u"], ["x"]), derivative("du", ["u"], ["x"])
    ('a derivative is written dxx(u)', 'derivatives are written dx(u), dt(u)')
    """
    letters = "".join(name for name in (*axes, "t") if len(name) == 1) + "n" * wall
    for name in fields:
        found = re.fullmatch(rf"{re.escape(name)}_?([{letters}]{{1,4}})", word)
        divided = re.fullmatch(rf"d\d?{re.escape(name)}", word)
        if wall and (found or divided):
            return f"the derivative along the outward normal is written dn({name})"
        if found:
            return f"a derivative is written d{found[1]}({name})"
        if divided:
            along = ", ".join(f"d{axis}({name})" for axis in (*axes[:1], "t"))
            return f"derivatives are written {along}"
    return None
