"""Laws of fluxes: Phi(s) of a face's own slope, or g(|s|) s of a gradient at one place."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .atoms import Atom, is_product
from .document import Document, identity
from .forms import Sum, laurent
from .ranges import Range, Rejected
from .sectors import shown
from .slopes import names_in
from .trees import NUMBER, Tree, replaced
from .weights import Weights

LAWS = ("sector", "slope")


def flux_atom(document: Document, atom: Atom) -> Atom:
    """A flux whose faces' formulas are no products g * s, with slopes of one field, as a flux."""
    node = document.nodes[atom.node]
    if atom.kind != "other" or node["is"] != "flux":
        return atom
    operand = document.nodes[node["operand"]]
    own = operand["is"] == "read" and operand["kind"] == "field"
    for face in node["faces"]:
        slope = document.nodes[face["slope"]]
        own = own and slope["is"] == "linear"
        own = own and slope["terms"] == [[face["difference"], node["operand"]]]
        own = own and (face["weight"] is None or is_product(document, face))
    if not own or atom.stencil.weights != identity(document.dim).weights or any(atom.stencil.shift):
        return atom
    scale = ["*", atom.coefficient, atom.stencil.scale]
    return Atom("flux", scale, atom.stencil, atom.node, operand["name"])


def by_law(face: dict[str, Any]) -> bool:
    """The flux of a face is no product g * s."""
    return face["weight"] is None and face["flux"] != face["slope"]


def is_law(entry: dict[str, Any]) -> bool:
    """An entry of a proof that bounds a law instead of a weight."""
    return "units" in entry


def formula(
    document: Document, flux: dict[str, Any], face: dict[str, Any], wanted: str
) -> tuple[Tree, bool]:
    """Phi in "@", and whether the slopes of all axes enter."""
    number = face["flux"] if face["weight"] is None else face["weight"]
    node = document.nodes[number]
    if node["is"] != "point" or not all(document.reads(k) for k in node["operands"]):
        raise Rejected("a flux depends on more than slopes and parameters")
    places = [f"${k}" for k in range(len(node["operands"]))]
    tree = node["expression"]
    gradient = any(k != face["slope"] for k in node["operands"])
    if gradient:
        if face["weight"] is None or (
            wanted == "slope" and not _one_gradient(document, flux, node)
        ):
            raise Rejected("a flux depends on other slopes than its own")
        tree = radial(tree, set(places))
    else:
        for place in places:
            tree = replaced(tree, place, "@")
    if names_in(tree) & set(places):
        raise Rejected("a flux depends on more than the length of a gradient")
    return (tree if face["weight"] is None else ["*", "@", tree]), gradient


def _one_gradient(document: Document, flux: dict[str, Any], node: dict[str, Any]) -> bool:
    """All faces lie at one place and have one weight, a formula of exactly their slopes."""
    faces = flux["faces"]
    slopes = [f["slope"] for f in faces]
    places = {tuple(document.nodes[k]["location"]) for k in slopes}
    return (
        len(places) == 1
        and len({f["weight"] for f in faces}) == 1
        and len(set(slopes)) == len(slopes) == len({f["axis"] for f in faces})
        and sorted(node["operands"]) == sorted(slopes)
    )


def radial(tree: Tree, places: set[str]) -> Tree:
    """c ($0^2 + ... + $n^2) by c "@"^2, wherever the sum stands."""
    if isinstance(tree, str):
        return tree
    inner = [radial(a, places) for a in tree[1:]]
    if tree[0] != "+":
        return [tree[0], *inner]
    groups: dict[str, tuple[list[Tree], set[str]]] = {}
    rest: list[Tree] = []
    for part in inner:
        found = _square(part, places)
        if found is None:
            rest.append(part)
            continue
        factors, place = found
        groups.setdefault(repr(factors), (factors, set()))[1].add(place)
    for factors, members in groups.values():
        squares = ["@"] if members == places else sorted(members)
        rest += [["*", *factors, ["^", p, "2"]] for p in squares]
    return ["+", *rest]


def _square(part: Tree, places: set[str]) -> tuple[list[Tree], str] | None:
    """The other factors, and the $k, of c $k^2."""
    factors = part[1:] if isinstance(part, list) and part[0] == "*" else [part]
    own = [f for f in factors if isinstance(f, list) and f[0] == "^" and f[1] in places]
    rest = [f for f in factors if f not in own]
    if len(own) != 1 or own[0][2] != "2" or any(names_in(f) & places for f in rest):
        return None
    return rest, str(own[0][1])


def bounded(
    weights: Weights, flux: dict[str, Any], face: dict[str, Any], wanted: str
) -> tuple[Fraction, Sum, bool]:
    """0 <= Phi(s)/s, or Phi', <= number * scale, and whether the slopes of all axes enter."""
    document = weights.document
    if not weights.entries:
        raise Rejected("the proof leaves out a flux")
    entry, *weights.entries = weights.entries
    tree, gradient = formula(document, flux, face, wanted)
    names = {n for n in names_in(tree) if not NUMBER.fullmatch(n)} - {"@", "pi"}
    if not names <= document.parameters.keys():
        raise Rejected("a flux depends on more than slopes and parameters")
    sets = dict(document.sets)
    for name in entry["fixed"]:
        if document.parameters[name]["trainable"]:
            raise Rejected("a trained parameter is held fixed")
        sets[name] = document.values[name]
    found = shown(tree, entry, sets, positive(document) - set(entry["fixed"]))
    pair: Range | None = found.sector if wanted == "sector" else found.slope
    if pair is None or pair.low < 0 or not isinstance(pair.high, Fraction):
        raise Rejected("a law of a flux is not shown to lie between 0 and a bound")
    weights.fixed |= set(entry["fixed"])
    weights.names |= names
    weights.linear = False
    scale = ["*", "1", *(["^", n, str(p)] for n, p in found.scale.items())]
    return pair.high, laurent(scale, document.signs), gradient


def positive(document: Document) -> set[str]:
    """The parameters that are > 0: by their sets, or by a hypothesis that is stated."""
    return {
        name
        for name, parameter in document.parameters.items()
        if document.texts[name] == f"{name} > 0"
        or (parameter["declared"] and document.sets[name].low > 0)
    }
