"""Walls: mirror images of grid functions, and operators that are sums over edges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .atoms import Atom
from .document import Document, Stencil
from .forms import laurent, nonnegative
from .ranges import Rejected
from .trees import Tree, number

EVEN, ODD, NEITHER = 1, -1, 0


def sides(unknown: dict[str, Any]) -> list[tuple[int, int]]:
    """(axis, end) of every side that is not periodic."""
    return [
        (axis, end)
        for axis, pair in enumerate(unknown["edges"])
        for end in (0, 1)
        if pair[end]["rule"] != "periodic"
    ]


def place(unknown: dict[str, Any], axis: int, end: int) -> Fraction:
    """Where a wall lies: spacings after point 0 at the low end, after point n at the high one."""
    beyond = {0: Fraction(1, 2), 1: Fraction(0), -1: Fraction(1)}[
        unknown["edges"][axis][end]["mirror"]
    ]
    half = Fraction(unknown["location"][axis], 2)
    return unknown["extra"][axis] - 1 - half + beyond if end else -half - beyond


def vanishes(tree: Tree) -> bool:
    """A coefficient that is the number 0."""
    return number(tree) == 0


def parity(edge: dict[str, Any]) -> int:
    """Neumann walls continue evenly, Dirichlet walls oddly."""
    if edge["rule"] != "wall" or vanishes(edge["value"]) == vanishes(edge["slope"]):
        return NEITHER
    return EVEN if vanishes(edge["value"]) else ODD


@dataclass(frozen=True, slots=True)
class Wall:
    """A wall of an unknown at which grid functions are mirrored."""

    document: Document
    axis: int
    end: int
    place: Fraction

    def of(self, index: int) -> int:
        """EVEN, ODD or NEITHER: what a node does under reflection."""
        node = self.document.nodes[index]
        match node["is"]:
            case "read" if node["kind"] == "coordinate":
                return NEITHER if node["name"] == self.document.axes[self.axis]["name"] else EVEN
            case "read":
                unknown = self.document.unknowns.get(node["name"])
                if unknown is None or place(unknown, self.axis, self.end) != self.place:
                    return NEITHER
                return parity(unknown["edges"][self.axis][self.end])
            case "linear":
                return one(
                    self.along(self.document.stencil(s)) * self.of(k) for s, k in node["terms"]
                )
            case "point":
                return formula(node["expression"], [self.of(k) for k in node["operands"]])
            case "flux":
                return one(
                    self.along(self.document.stencil(f["difference"])) * self.of(f["flux"])
                    for f in node["faces"]
                )
            case "network":
                return EVEN if all(self.of(k) == EVEN for k in node["arguments"]) else NEITHER
        return NEITHER

    def along(self, stencil: Stencil) -> int:
        """Whether the weights are symmetric (EVEN) or antisymmetric (ODD) along the axis."""
        found = set()
        for offset, weight in stencil.weights.items():
            image = list(offset)
            image[self.axis] = -stencil.shift[self.axis] - offset[self.axis]
            other = stencil.weights.get(tuple(image), Fraction(0))
            found.add(EVEN if other == weight else ODD if other == -weight else NEITHER)
        return one(found)


def one(parities: Iterable[int]) -> int:
    """The parity that all have, NEITHER when they differ."""
    found = set(parities)
    return found.pop() if len(found) == 1 else NEITHER


def formula(tree: Tree, parities: list[int]) -> int:
    """The parity of a formula in operands of known parities, by the rules of signs."""
    if isinstance(tree, str):
        return parities[int(tree[1:])] if tree.startswith("$") else EVEN
    parts = [formula(a, parities) for a in tree[1:]]
    if all(p == EVEN for p in parts):
        return EVEN
    if NEITHER in parts:
        return NEITHER
    word = tree[0]
    if word == "*":
        return EVEN if parts.count(ODD) % 2 == 0 else ODD
    if word == "+":
        return one(parts)
    if word == "^":
        exponent = number(tree[2])
        if exponent is None or exponent.denominator != 1:
            return NEITHER
        return EVEN if exponent % 2 == 0 else ODD
    if word in {"abs", "cos", "cosh"}:
        return EVEN
    return ODD if word in {"sin", "tan", "tanh", "sinh", "erf", "sign"} else NEITHER


# ---- energy forms on grids with walls


def require(document: Document, unknown: dict[str, Any], atoms: list[Atom]) -> None:
    """Bounds on Z^d hold on this unknown's grid, or Rejected."""
    walls = sides(unknown)
    if not walls or all(unknown["edges"][a][e]["rule"] == "zero" for a, e in walls):
        return
    if all(_mirrors(document, unknown, atoms, a, e) for a, e in walls):
        return
    if not _edges(document, unknown, atoms, walls):
        raise Rejected("the walls neither mirror nor add edges")


def edges_everywhere(document: Document, unknown: dict[str, Any], atoms: list[Atom]) -> bool:
    """The operator is a sum over edges, those at walls included."""
    return _edges(document, unknown, atoms, sides(unknown))


def mirrors_everywhere(document: Document, unknown: dict[str, Any], atoms: list[Atom]) -> bool:
    """Every operator maps mirror images to mirror images at every wall, or zeros surround all."""
    walls = sides(unknown)
    zeros = all(unknown["edges"][a][e]["rule"] == "zero" for a, e in walls)
    return zeros or all(_mirrors(document, unknown, atoms, a, e) for a, e in walls)


def _mirrors(
    document: Document, unknown: dict[str, Any], atoms: list[Atom], axis: int, end: int
) -> bool:
    if parity(unknown["edges"][axis][end]) == NEITHER:
        return False
    wall = Wall(document, axis, end, place(unknown, axis, end))
    for atom in atoms:
        if atom.kind == "stencil" and wall.along(atom.stencil) != EVEN:
            return False
        if atom.kind == "flux":
            for face in document.nodes[atom.node]["faces"]:
                if wall.along(document.stencil(face["difference"])) == NEITHER:
                    return False
                if face["weight"] is None and wall.of(face["flux"]) != wall.of(face["slope"]):
                    return False
                if face["weight"] is not None and wall.of(face["weight"]) != EVEN:
                    return False
    return True


def _edges(
    document: Document, unknown: dict[str, Any], atoms: list[Atom], walls: list[tuple[int, int]]
) -> bool:
    if any(unknown["extra"]) or any(unknown["location"]):
        return False
    for atom in atoms:
        if atom.kind == "stencil" and not neighbours_only(atom.stencil):
            return False
        if atom.kind == "flux" and not all(
            is_edge(document.stencil(f["difference"]), f["axis"])
            for f in document.nodes[atom.node]["faces"]
        ):
            return False
    return all(_dissipates(document, unknown["edges"][a][e]) for a, e in walls)


def neighbours_only(stencil: Stencil) -> bool:
    """Weights at the point and, equal in pairs, at its nearest neighbours along the axes."""
    return not any(stencil.shift) and all(
        sum(abs(k) for k in o) <= 1 and stencil.weights.get(tuple(-k for k in o)) == w
        for o, w in stencil.weights.items()
    )


def is_edge(stencil: Stencil, axis: int) -> bool:
    """A difference of two neighbours along one axis."""
    if len(stencil.weights) != 2:
        return False
    (low, a), (high, b) = sorted(stencil.weights.items())
    step = [y - x for x, y in zip(low, high, strict=True)]
    return a == -b and step == [int(i == axis) for i in range(len(low))]


def _dissipates(document: Document, edge: dict[str, Any]) -> bool:
    """a u + b dn(u) = 0 with a b >= 0 half a cell outside, a Dirichlet node, or zeros."""
    if edge["rule"] == "zero":
        return edge["mirror"] in (0, -1)
    if edge["rule"] != "wall" or (vanishes(edge["value"]) and vanishes(edge["slope"])):
        return False
    if edge["mirror"] == -1:
        return vanishes(edge["slope"])
    if edge["mirror"] != 0:
        return False
    return nonnegative(laurent(["*", edge["value"], edge["slope"]], document.signs))


# ---- in words


def domain(document: Document, unknown: dict[str, Any]) -> str:
    """The walls as a certificate writes them."""
    texts = []
    for axis, (low, high) in zip(document.axes, unknown["edges"], strict=True):
        if low["rule"] == "periodic":
            texts.append(f"{axis['name']} periodic")
        else:
            texts.append(f"{axis['name']} from {_kind(low)} to {_kind(high)}")
    return ", ".join(texts)


def _kind(edge: dict[str, Any]) -> str:
    if edge["rule"] != "wall":
        return {"zero": "zeros", "none": "nothing"}.get(edge["rule"], str(edge["rule"]))
    if vanishes(edge["slope"]):
        return "Dirichlet"
    return "Neumann" if vanishes(edge["value"]) else "Robin"


def grids(
    document: Document, named: list[tuple[str, str]], least: Mapping[int, int] | None = None
) -> str:
    """One text for all unknowns, or one each; `least`: the numbers of points that it takes."""
    texts = list(dict.fromkeys(t for _, t in named))
    joined = texts[0] if len(texts) == 1 else "; ".join(f"{n}: {t}" for n, t in named)
    axes = sorted((least or {}).items())
    conditions = [f", at least {n} along {document.axes[a]['name']}" for a, n in axes]
    return f"{joined}; any number of points{''.join(conditions)}"


def held_faces(document: Document) -> set[str]:
    """What is said of unknowns with faces on a Dirichlet wall: they hold its value there."""
    found = set()
    for name, unknown in document.unknowns.items():
        for extra, pair in zip(unknown["extra"], unknown["edges"], strict=True):
            on_wall = [e for e in pair if e["rule"] == "wall" and e["mirror"] == 1]
            if unknown["kind"] == "field" and extra and any(parity(e) == ODD for e in on_wall):
                found.add(f"'{name}' holds the wall's value on its faces there")
    return found
