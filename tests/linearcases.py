"""Schemes on one axis whose certificates of kind "linear" the tests of the checker share."""

import json
from dataclasses import asdict, replace
from functools import lru_cache
from typing import Any

from iterant.compiler.certificates.assemble import assembled, limit_of
from iterant.compiler.certificates.base import Question
from iterant.compiler.certificates.linear import THEOREM
from iterant.compiler.scheme import Scheme
from proofs import claim, pde, scheme_of

C = "param c = 1/10, positive"
STILL = "param c = 1/10, in [0, 2]"
BOTH = "param c = 1, positive\nparam kappa = 1/100, positive"
ADVECTED, DIFFUSED = "dt(u) = -c*dx(u)", "dt(u) = c*lap(u)"
MIXED = "dt(u) = -c*dx(u) + kappa*lap(u)"
UPWIND = {"space": "upwind, order 3"}
ACOUSTICS = "dt(u) = -c*dx(v); dt(v) = -a*dx(u)"
PAIR = {"fields": "u, v", "extra": C + "\nparam a = 2, positive"}

EQUATIONS: dict[str, tuple[str, dict[str, str]]] = {
    "heat": (DIFFUSED, {}),
    "upwind": (ADVECTED, {"space": "upwind, order 1"}),
    "leapfrog": (ADVECTED, {"time": "leapfrog"}),
    "leapfrog, order 4": (ADVECTED, {"time": "leapfrog", "space": "order 4"}),
    "rk4 to the left": (ADVECTED, {"time": "rk4", "extra": "param c = -1/10"}),
    "rk4, order 3": (ADVECTED, {"time": "rk4", **UPWIND}),
    "rk4 with diffusion": (MIXED, {"time": "rk4", "extra": BOTH}),
    "adams_bashforth2": (DIFFUSED, {"time": "adams_bashforth2"}),
    "adams_bashforth2, order 3": (ADVECTED, {"time": "adams_bashforth2", **UPWIND}),
    "ssprk3 or still": (ADVECTED, {"time": "ssprk3", "extra": STILL}),
    "heun with a source": (f"{MIXED} - u + x", {"time": "heun", "extra": BOTH}),
    "du_fort_frankel": (MIXED, {"time": "du_fort_frankel, alpha 100", "extra": BOTH}),
    "rkl2": (DIFFUSED, {"time": "rkl2, stages 3"}),
    "rkc": (DIFFUSED, {"time": "rkc, stages 3"}),
    "fsi": (DIFFUSED, {"time": "fsi, cycle 3"}),
    "strang": (MIXED, {"time": "strang(heun, ssprk3)", "extra": BOTH}),
    "lie": ("dt(u) = kappa*lap(u) - u",
            {"time": "lie_splitting(explicit_euler, heun)", "extra": BOTH}),
    "bilaplacian": ("dt(u) = -c*lap(lap(u))", {"time": "bogacki_shampine"}),
    "third derivative": ("dt(u) = -c*d(u, x, 3)", {"time": "kutta3"}),
    "wave": ("dtt(u) = c*lap(u)", {"time": "leapfrog"}),
    "wave or still": ("dtt(u) = c*lap(u)", {"time": "verlet", "extra": STILL}),
    "acoustics": (ACOUSTICS, {"time": "verlet", **PAIR}),
    "acoustics, rk4": (ACOUSTICS, {"time": "rk4", **PAIR}),
    "reaction": ("dt(u) = c*lap(u) - u + v/2; dt(v) = c*lap(v) - v", {"time": "heun", **PAIR}),
}  # fmt: skip

ITERATES: dict[str, tuple[str, str]] = {
    "Beam-Warming": (
        "r = 1/2, in [0, 4]",
        "u[k+1,i] = u[k,i]-r*(3*u[k,i]-4*u[k,i-1]+u[k,i-2])/2+r^2*(u[k,i]-2*u[k,i-1]+u[k,i-2])/2",
    ),
    "Lax-Wendroff": (
        "r = 1/2",
        "u[k+1,i] = u[k,i] - r/2*(u[k,i+1] - u[k,i-1]) + r^2/2*(u[k,i+1] - 2*u[k,i] + u[k,i-1])",
    ),
    "midpoint": ("r = 1/2", "u[k+1,i] = u[k-1,i] - r*(u[k,i+1] - u[k,i-1])"),
    "Du Fort-Frankel": (
        "r = 1/2", "u[k+1,i] = ((1-2*r)*u[k-1,i] + 2*r*(u[k,i+1] + u[k,i-1]))/(1+2*r)",
    ),
    "a pole": ("r = 1/2", "u[k+1,i] = (u[k,i] + r*u[k,i-1])/r/5"),
    "a pole that cancels": (
        "r = 1/2", "u[k+1,i] = (1/4 + r/4)/(1 + r)*u[k,i+1] + u[k,i]/4",
    ),
    "roots of cubics": (
        "r = 1/3", "u[k+1,i] = u[k,i]/2 - r*u[k,i-1] + r^2*(u[k,i+1] - 2*u[k,i])",
    ),
    "three levels": (
        "r = 1/3", "u[k+1,i] = r*u[k-2,i] + r^2*u[k-1,i-1]/2 - r*u[k,i+1]/4",
    ),
    "backward differences": (
        "r = 1/10", "u[k+1,i] = (4*u[k,i] - u[k-1,i])/3 + r*(u[k,i-1] - 2*u[k,i] + u[k,i+1])",
    ),
    "two intervals": ("r = 1/2", "u[k+1,i] = u[k,i] - r*(r-1)*(r-2)*(u[k,i] - u[k,i-1])"),
    "staggered": (
        "r = 1/2",
        "u[k+1,i] = 0.9*u[k,i]+r*(v[k,i+1]-v[k,i]); v[k+1,i] = v[k,i] + r*(u[k+1,i]-u[k+1,i-1])",
    ),
    "Yee": (
        "r = 1/2",
        "u[k+1,i] = u[k,i] + r*(v[k,i+1] - v[k,i]); v[k+1,i] = v[k,i] + r*(u[k+1,i] - u[k+1,i-1])",
    ),
    "coupled": (
        "r = 1/2", "u[k+1,i] = u[k,i]/2 + r*v[k,i+1]/4; v[k+1,i] = v[k,i]/2 + u[k,i-1]/4",
    ),
}  # fmt: skip

DIFFERENCE = "({0}[{1},i+1] - 2*{0}[{1},i] + {0}[{1},i-1])"
NEW, OLD, OLDER = (DIFFERENCE.format("u", k) for k in ("k+1", "k", "k-1"))
NEW_V, OLD_V = (DIFFERENCE.format("v", k) for k in ("k+1", "k"))
IMPLICIT: dict[str, tuple[str, str]] = {
    "theta method": ("r = 1/2", f"u[k+1,i] - r/4*{NEW} = u[k,i] + 3*r/4*{OLD}"),
    "box scheme": (
        "r = 3", "(1+r)*u[k+1,i+1] + (1-r)*u[k+1,i] = (1-r)*u[k,i+1] + (1+r)*u[k,i]",
    ),
    "Gauss-Seidel": ("r = 3/2", "u[k+1,i] - r/2*u[k+1,i-1] = (1-r)*u[k,i] + r/2*u[k,i+1]"),
    "a factor that cancels": ("r = 1/2", "u[k+1,i] - r*u[k+1,i-1] = u[k,i] - r*u[k,i-1]"),
    "denominators on both sides": (
        "r = 1/4", f"u[k+1,i]/(1+r) - u[k+1,i-1]/(9-r) = u[k,i]/(3+r) + r*{OLD}/9",
    ),
    "implicit wave": (
        "r = 1", f"u[k+1,i] - r^2/6*{NEW} = 2*u[k,i] - u[k-1,i] + 2*r^2/3*{OLD} + r^2/6*{OLDER}",
    ),
    "third order": (
        "r = 1", f"u[k+1,i] - 5*r/12*{NEW} = u[k,i] + 2*r/3*{OLD} - r/12*{OLDER}",
    ),
    "both directions": (
        "r = 3",
        ("(1+r)*v[k+1,i] - r*v[k+1,i-1] = (1-r)*u[k,i] + r*u[k,i+1];"
         "(1+r)*u[k+1,i] - r*u[k+1,i+1] = (1-r)*v[k+1,i] + r*v[k+1,i-1]"),
    ),
    "Schroedinger": (
        "r = 3",
        (f"u[k+1,i] + r/2*{NEW_V} = u[k,i] - r/2*{OLD_V};"
         f"v[k+1,i] - r/2*{NEW} = v[k,i] + r/2*{OLD}"),
    ),
    "coupled by the newest level": (
        "r = 1/2",
        f"2*u[k+1,i] - r*v[k+1,i] - r*{NEW} = u[k,i]; v[k+1,i] + r*u[k+1,i-1]/3 = v[k,i]/2",
    ),
}  # fmt: skip
ITERATES |= IMPLICIT
# also at the value of the file alone
FIXED = ("Du Fort-Frankel", "three levels", "coupled", "Gauss-Seidel")
CASES = [*EQUATIONS, *ITERATES, *(f"{name}, fixed" for name in FIXED)]


def scheme(name: str) -> Scheme:
    """The scheme of a case."""
    if name in EQUATIONS:
        equation, more = EQUATIONS[name]
        return pde(equation, **{"extra": C, **more})
    value, text = ITERATES[name.removesuffix(", fixed")]
    fields = "field u, v\n" if "v[" in text else ""
    lines = "".join(f"iterate {t}\n" for t in text.split(";"))
    return scheme_of(f"scheme case\nparam {value}\n{fields}{lines}")


@lru_cache(maxsize=128)
def written(name: str) -> str:
    """The certificate of a case as the JSON that is written to a file."""
    own, parameter = scheme(name), "r" if name in ITERATES else None
    asked = replace(claim("l2_stable"), parameter=parameter)
    proved = THEOREM.prove(Question(scheme=own, claim=asked))
    return json.dumps(asdict(assembled(own, asked, proved, limit_of(own, proved), None)))


def plain(name: str) -> dict[str, Any]:
    """A fresh copy of it."""
    found: dict[str, Any] = json.loads(written(name))
    return found
