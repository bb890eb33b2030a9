"""The exact scheme inside a certificate, read once into plain Python; every part is checked."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Any

from .ranges import End, Range, Rejected
from .schema import check_form
from .trees import Box, Tree, extent, names, rational

Offset = tuple[int, ...]
SCHEMA = 3
SCHEMA_WITH_LEFT = 4  # newest levels follow from left sides
SCHEMA_WITH_KERNELS = 5  # something is learned: kernels or curves


def digest(document: Any) -> str:
    """sha256 of the canonical text of a JSON document."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Stencil:
    """S u[i] = scale * sum_o w_o u[i + o]; `shift` as in the scheme."""

    weights: dict[Offset, Fraction]
    scale: Tree
    shift: Offset

    def adjoint(self) -> Stencil:
        """The transpose on Z^d."""
        flipped = {tuple(-k for k in o): w for o, w in self.weights.items()}
        return Stencil(flipped, self.scale, tuple(-k for k in self.shift))

    def after(self, inner: Stencil) -> Stencil:
        """self applied to what `inner` gives."""
        found: dict[Offset, Fraction] = {}
        for o, w in self.weights.items():
            for p, v in inner.weights.items():
                at = tuple(a + b for a, b in zip(o, p, strict=True))
                found[at] = found.get(at, Fraction(0)) + w * v
        shift = tuple(a + b for a, b in zip(self.shift, inner.shift, strict=True))
        kept = {o: w for o, w in found.items() if w}
        return Stencil(kept, ["*", self.scale, inner.scale], shift)

    def same(self, other: Stencil) -> bool:
        """Equal weights and place (scales are compared by the caller)."""
        return self.weights == other.weights and self.shift == other.shift


def stencil(data: Any, dim: int) -> Stencil:
    """A stencil of the document."""
    weights = {tuple(o): Fraction(w) for o, w in data["weights"]}
    if len(weights) != len(data["weights"]) or any(len(o) != dim for o in weights):
        raise Rejected("a stencil is malformed")
    return Stencil(weights, data["scale"], tuple(data["shift"]))


def identity(dim: int) -> Stencil:
    """The stencil that changes nothing."""
    return Stencil({(0,) * dim: Fraction(1)}, "1", (0,) * dim)


class Document:
    """Lookups in the scheme: nodes, unknowns, parameters with their sets, signs and values."""

    def __init__(self, data: dict[str, Any]) -> None:
        if data.get("schema") not in (SCHEMA, SCHEMA_WITH_LEFT, SCHEMA_WITH_KERNELS):
            raise Rejected("the certificate's scheme has an unknown schema")
        self.implicit = data["schema"] == SCHEMA_WITH_LEFT
        self.learned = data["schema"] == SCHEMA_WITH_KERNELS
        check_form(data, implicit=self.implicit, learned=self.learned)
        self.kernels: dict[str, Any] = {k["name"]: k for k in data.get("kernels", ())}
        self.curves: dict[str, Any] = {c["name"]: c for c in data.get("curves", ())}
        self.limits: list[list[Any]] = list(data.get("limits", ()))
        self.channels: dict[str, int] = dict(data.get("channels", ()))
        self.rows: frozenset[str] = frozenset(data.get("rows", ()))
        self.data = data
        self.axes: list[dict[str, Any]] = data["axes"]
        self.nodes: list[dict[str, Any]] = data["nodes"]
        self.rates: list[dict[str, Any]] = data["rates"]
        self.step: dict[str, Any] | None = data["step"]
        self.unknowns: dict[str, dict[str, Any]] = {u["name"]: u for u in data["unknowns"]}
        self.parameters: dict[str, dict[str, Any]] = {p["name"]: p for p in data["parameters"]}
        self.spacings = {a["spacing"] for a in self.axes}
        for number, node in enumerate(self.nodes):
            if any(k >= number or k < 0 for k in operands(node)):
                raise Rejected("the grid expressions are not in order")
        self.values = self._values()
        if any(extent(a["value"], self.values).low <= 0 for a in self.axes):
            raise Rejected("a spacing is not positive")
        self.sets = {n: self._set(p, self.values) for n, p in self.parameters.items()}
        for name, value in self.values.items():
            own = self.sets[name]
            strict = self.parameters[name]["positive"] and value.high <= 0
            if strict or value.high < own.low or value.low > own.high:
                raise Rejected(f"the value of {name!r} is not in the set that is declared for it")
        self.signs, self.texts = self._signs()

    @property
    def dim(self) -> int:
        """Number of axes."""
        return len(self.axes)

    def home(self, name: str) -> dict[str, Any]:
        """Where a field lives; a velocity lives where its unknown does."""
        if name not in self.unknowns and self.step is not None:
            name = next((a["like"] for a in self.step["arrays"] if a["name"] == name), name)
        if name not in self.unknowns:
            raise Rejected(f"nothing is said about the unknown {name!r}")
        return self.unknowns[name]

    def stencil(self, data: Any) -> Stencil:
        """A stencil of this dimension."""
        return stencil(data, self.dim)

    def reads(self, number: int) -> set[str]:
        """The fields that a node depends on."""
        found: set[str] = set()
        stack = [number]
        while stack:
            node = self.nodes[stack.pop()]
            if node["is"] == "read" and node["kind"] == "field":
                found.add(node["name"])
            stack += operands(node)
        return found

    def below(self, number: int) -> list[dict[str, Any]]:
        """The node and everything it is made of."""
        found: dict[int, dict[str, Any]] = {}
        stack = [number]
        while stack:
            k = stack.pop()
            if k not in found:
                found[k] = self.nodes[k]
                stack += operands(self.nodes[k])
        return list(found.values())

    # ---- parameters

    def _values(self) -> dict[str, Range]:
        found: dict[str, Range] = {}
        for name, parameter in self.parameters.items():
            if parameter["value"] is not None:
                try:
                    value = extent(parameter["value"], found)
                except Rejected:
                    continue
                trained = parameter["trainable"]
                found[name] = self._set(parameter, found) if trained else value
        return found

    def _set(self, parameter: dict[str, Any], values: Box) -> Range:
        def end(tree: Tree | None, default: End, low: bool) -> End:
            if tree is None:
                return default
            found = extent(tree, values)
            return found.low if low else found.high

        least = Fraction(0) if parameter["positive"] else -inf
        return Range(end(parameter["low"], least, True), end(parameter["high"], inf, False))

    def _signs(self) -> tuple[dict[str, int], dict[str, str]]:
        """Sign of every name (missing: unknown), and how its set is written as a hypothesis."""
        signs = dict.fromkeys(self.spacings, 1)
        texts: dict[str, str] = {}
        for name, parameter in self.parameters.items():
            low, high = self.sets[name].ends
            if parameter["declared"]:
                texts[name] = f"{name} in {set_text(parameter)}"
                if low >= 0 or high <= 0:
                    signs[name] = 1 if low >= 0 else -1
            elif parameter["positive"]:
                signs[name], texts[name] = 1, f"{name} > 0"
            else:
                self._by_value(name, parameter, signs, texts)
        return signs, texts

    def _by_value(
        self, name: str, parameter: dict[str, Any], signs: dict[str, int], texts: dict[str, str]
    ) -> None:
        """A parameter without a set that is not trained has the sign of its value."""
        texts[name] = f"{name} real"
        if parameter["trainable"] or name not in self.values:
            return
        low, high = self.values[name].ends
        if low > 0 or high < 0 or low == high == 0:
            signs[name] = (low > 0) - (high < 0)
            texts[name] = f"{name} " + {1: "> 0", -1: "< 0", 0: "= 0"}[signs[name]]

    def numbers(self) -> dict[str, Range]:
        """Parameters and spacings: the value in the file, the set where trained."""
        found = dict(self.values)
        for axis in self.axes:
            found[axis["spacing"]] = extent(axis["value"], found)
        return found


def operands(node: dict[str, Any]) -> list[int]:
    """The numbers of the nodes that a node is made of."""
    match node["is"]:
        case "read":
            return []
        case "linear":
            return [k for _, k in node["terms"]]
        case "point":
            return list(node["operands"])
        case "network":
            return list(node["arguments"])
        case "convolution":
            return [node["operand"]]
        case "flux":
            parts = [f[p] for f in node["faces"] for p in ("slope", "weight", "flux")]
            return [node["operand"], *(k for k in parts if k is not None)]
    raise Rejected("a grid expression of unknown kind")


def set_text(declared: dict[str, Any]) -> str:
    """A set as a certificate writes it: [1/2, oo]."""
    ends = []
    for tree, infinite in ((declared["low"], "-oo"), (declared["high"], "oo")):
        value = None if tree is None else rational(tree)
        ends.append(infinite if tree is None else "?" if value is None else str(value))
    return f"[{ends[0]}, {ends[1]}]"


def parameter_names(tree: Tree, document: Document) -> set[str]:
    """The parameters in an expression."""
    return names(tree) & document.parameters.keys()
