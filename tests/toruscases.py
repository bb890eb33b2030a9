"""Schemes on several axes whose certificates of kind "linear" the tests of the checker share."""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import lru_cache
from typing import Any

from iterant.compiler.certificates.assemble import assembled, limit_of
from iterant.compiler.certificates.base import Question
from iterant.compiler.certificates.linear import THEOREM
from iterant.compiler.scheme import Scheme
from mutants import Change, Data, Random, pick, proof_whole, shown
from proofs import claim, pde, scheme_of

PLANE, SPACE = "x, y in [0, 1]", "x, y, z in [0, 1]"
C = "param c = 1/10, positive"
ALONG = "dt(u) = -c*dx(u) - c*dy(u)"
EQUATIONS: dict[str, tuple[str, dict[str, str]]] = {
    "heat": ("dt(u) = c*lap(u)", {}),
    "upwind": (ALONG, {"space": "upwind, order 1"}),
    "rk4, diffusion": ("dt(u) = c*lap(u)", {"time": "rk4"}),
    "leapfrog": (ALONG, {"time": "leapfrog"}),
    "wave": ("dtt(u) = c*lap(u)", {"time": "leapfrog"}),
    "heat, three axes": ("dt(u) = c*lap(u)", {"domain": SPACE}),
}


def twice(k: str) -> str:
    """Second differences along both axes at one level, added up."""
    along = (
        f"u[{k},i+1,j] - 2*u[{k},i,j] + u[{k},i-1,j]",
        f"u[{k},i,j+1] - 2*u[{k},i,j] + u[{k},i,j-1]",
    )
    return f"({along[0]} + {along[1]})"


ITERATES: dict[str, tuple[str, str]] = {
    "donor cell": (
        "r = 1/4", "u[k+1,i,j] = (1 - 2*r)*u[k,i,j] + r*u[k,i-1,j] + r*u[k,i,j-1]",
    ),
    "unequal speeds": (
        "r = 1/4", "u[k+1,i,j] = (2/3 - r)*u[k,i,j] + r*u[k,i-1,j] + 1/3*u[k,i,j-1]",
    ),
    "corners": (
        "r = 1/4",
        "u[k+1,i,j] = (1-r)^2*u[k,i,j] + r*(1-r)*(u[k,i-1,j] + u[k,i,j-1]) + r^2*u[k,i-1,j-1]",
    ),
    "Lax-Wendroff": (
        "r = 1/4",
        ("u[k+1,i,j] = u[k,i,j] - r/2*(u[k,i+1,j] - u[k,i-1,j] + u[k,i,j+1] - u[k,i,j-1])"
         f" + r^2/2*{twice('k')}"
         " + r^2/4*(u[k,i+1,j+1] - u[k,i+1,j-1] - u[k,i-1,j+1] + u[k,i-1,j-1])"),
    ),
    "midpoint": (
        "r = 1/4",
        "u[k+1,i,j] = u[k-1,i,j] - r*(u[k,i+1,j] - u[k,i-1,j] + u[k,i,j+1] - u[k,i,j-1])",
    ),
    "Adams-Bashforth": (
        "r = 1/10",
        (f"u[k+1,i,j] = u[k,i,j] + 3*r/2*{twice('k')}"
         f" - r/2*{twice('k-1')}"),
    ),
    "Du Fort-Frankel": (
        "r = 1/2",
        ("u[k+1,i,j] = ((1 - 4*r)*u[k-1,i,j]"
         " + 2*r*(u[k,i+1,j] + u[k,i-1,j] + u[k,i,j+1] + u[k,i,j-1]))/(1 + 4*r)"),
    ),
    "a mixed derivative": (
        "r = 1/4",
        (f"u[k+1,i,j] = u[k,i,j] + 1/4*{twice('k')}"
         " + r/8*(u[k,i+1,j+1] - u[k,i+1,j-1] - u[k,i-1,j+1] + u[k,i-1,j-1])"),
    ),
    "two fields": (
        "r = 1/2",
        ("u[k+1,i,j] = u[k,i,j]/2 + r*v[k,i+1,j-1]/4;"
         "v[k+1,i,j] = v[k,i,j]/2 + r*u[k,i-1,j+1]/4"),
    ),
    "still at one value": ("r = 1/2", "u[k+1,i,j] = u[k,i,j] - r*(u[k,i,j] - u[k,i-1,j-1])"),
    "donor cell, three axes": (
        "r = 1/4",
        "u[k+1,i,j,l] = (1-3*r)*u[k,i,j,l] + r*u[k,i-1,j,l] + r*u[k,i,j-1,l] + r*u[k,i,j,l-1]",
    ),
    "Yee": (
        "r = 1/4, positive",
        ("e[k+1,i,j] = e[k,i,j] + r*(q[k,i,j] - q[k,i-1,j] - p[k,i,j] + p[k,i,j-1]);"
         "p[k+1,i,j] = p[k,i,j] - r*(e[k+1,i,j+1] - e[k+1,i,j]);"
         "q[k+1,i,j] = q[k,i,j] + r*(e[k+1,i+1,j] - e[k+1,i,j])"),
    ),
    "stress and velocity": (
        "r = 1/4",
        ("a[k+1,i,j] = a[k,i,j] + 3*r*(v[k,i,j] - v[k,i-1,j]) + r*(w[k,i,j] - w[k,i,j-1]);"
         "b[k+1,i,j] = b[k,i,j] + r*(v[k,i,j] - v[k,i-1,j]) + 3*r*(w[k,i,j] - w[k,i,j-1]);"
         "v[k+1,i,j] = v[k,i,j] + r*(a[k+1,i+1,j] - a[k+1,i,j]);"
         "w[k+1,i,j] = w[k,i,j] + r*(b[k+1,i,j+1] - b[k+1,i,j])"),
    ),
    "theta method": (
        "r = 1/4", f"u[k+1,i,j] - r/4*{twice('k+1')} = u[k,i,j] + 3*r/4*{twice('k')}",
    ),
    "upwind, implicit": (
        "r = 3, in [0, 10]", "(1+2*r)*u[k+1,i,j] - r*u[k+1,i-1,j] - r*u[k+1,i,j-1] = u[k,i,j]",
    ),
    "alternating directions": (
        "r = 3",
        ("v[k+1,i,j] + r*(v[k+1,i+1,j] - v[k+1,i-1,j]) = u[k,i,j] - r*(u[k,i,j+1] - u[k,i,j-1]);"
         "u[k+1,i,j] + r*(u[k+1,i,j+1] - u[k+1,i,j-1])"
         " = v[k+1,i,j] - r*(v[k+1,i+1,j] - v[k+1,i-1,j])"),
    ),
    "implicit wave": (
        "r = 1",
        (f"u[k+1,i,j] - r^2/6*{twice('k+1')} = 2*u[k,i,j] - u[k-1,i,j]"
         f" + 2*r^2/3*{twice('k')} + r^2/6*{twice('k-1')}"),
    ),
    "Schroedinger": (
        "r = 3",
        (f"u[k+1,i,j] + r*{twice('k+1').replace('u[', 'v[')}"
         f" = u[k,i,j] - r*{twice('k').replace('u[', 'v[')};"
         f"v[k+1,i,j] - r*{twice('k+1')} = v[k,i,j] + r*{twice('k')}"),
    ),
}  # fmt: skip
CASES = [*EQUATIONS, *ITERATES]


def scheme(name: str) -> Scheme:
    """The scheme of a case."""
    if name in EQUATIONS:
        equation, more = EQUATIONS[name]
        grid = "16, 16, 16" if more.get("domain") == SPACE else "16, 16"
        return pde(equation, **{"extra": C, "domain": PLANE, "grid": grid, **more})
    value, text = ITERATES[name]
    lines = "".join(f"iterate {t}\n" for t in text.split(";"))
    names = ", ".join(t.split("[")[0].split("*")[-1].strip() for t in text.split(";"))
    fields = f"field {names}\n"
    return scheme_of(f"scheme case\nparam {value}\n{fields}{lines}")


@lru_cache(maxsize=64)
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


# ---- changes of proofs by cubes


def factors(data: Data) -> list[Data]:
    """The factors whose sign is shown."""
    parts = data["proof"]["parts"]
    return [f for p in parts for c in p["conditions"] for f in c["factors"] if "charts" in f]


def nodes(tree: Any) -> Iterator[list[Any]]:
    """All inner nodes of a tree."""
    if isinstance(tree, list) and tree:
        yield tree
        for branch in tree[2:] if tree[0] == "halve" else tree[3]:
            yield from nodes(branch)


def _node(data: Data, random: Random) -> list[Any]:
    trees = [tree for f in factors(data) for _, tree in f["charts"]]
    return pick([n for t in trees for n in nodes(t)], random)  # type: ignore[no-any-return]


def leaf(data: Data, other: Data, random: Random) -> None:
    """A branch is cut off."""
    node = _node(data, random)
    branches = node if node[0] == "halve" else node[3]
    branches[int(random.integers(2 if node[0] == "halve" else 0, len(branches)))] = 0


def whole_tree(data: Data, other: Data, random: Random) -> None:
    """The tree of another chart."""
    charts = pick(factors(data), random)["charts"]
    pick(charts, random)[1] = pick(pick(factors(other), random)["charts"], random)[1]


def node(data: Data, other: Data, random: Random) -> None:
    """Another axis, other flips, an axis of zeros left out."""
    found = _node(data, random)
    if found[0] == "halve":
        found[1] = int(random.integers(4))
    elif random.random() < 0.5:
        found[2] = [] if found[2] else [int(random.integers(3))]
    else:
        k = int(random.integers(len(found[3])))
        found[1].pop(k)
        found[3].pop(k)


def chart(data: Data, other: Data, random: Random) -> None:
    """A chart is left out, or its sign turned."""
    charts = pick(factors(data), random)["charts"]
    k = int(random.integers(len(charts)))
    own = [w for w in charts[k][0] if w is not None]
    if own and random.random() < 0.5:
        way = pick(own, random)
        way[int(random.integers(2))] *= -1
    else:
        charts.pop(k)


def sign(data: Data, other: Data, random: Random) -> None:
    """A factor has the other sign, and the constant too."""
    condition = pick(pick(data["proof"]["parts"], random)["conditions"], random)
    pick([f for f in condition["factors"] if "sign" in f], random)["sign"] *= -1
    if random.random() < 0.7:
        minus = condition["constant"].startswith("-")
        condition["constant"] = condition["constant"][1:] if minus else "-" + condition["constant"]


def terms(data: Data, other: Data, random: Random) -> None:
    """The terms of another factor."""
    pick(factors(data), random)["terms"] = pick(factors(other), random)["terms"]


def end(data: Data, other: Data, random: Random) -> None:
    """Another end of the part, of its power or of its mirror image, and the set to match."""
    k = int(random.integers(len(data["proof"]["parts"])))
    part = data["proof"]["parts"][k]
    match int(random.integers(4)):
        case 0:
            part["step"] = int(pick([1, 2, 3, 4], random))
        case 1:
            part["mirrored"] = not part["mirrored"]
        case 2:
            part["low"] = pick(["-1", "0", "1/100"], random)
        case _:
            part["high"] = pick([None, "1/3", "1", "101/400"], random)
    if data["set"] and random.random() < 0.5:
        own = data["set"][k]
        before = shown(own)
        for side in ("low", "high"):
            own[side] = own[f"{side}_value"] = part[side]
        data["statement"] = data["statement"].replace(before, shown(own))


TREES: tuple[Change, ...] = (leaf, whole_tree, node, chart, sign, terms, end, end, proof_whole)
