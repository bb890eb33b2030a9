"""A certificate's scheme run in float64, straight from its JSON: periodic grids, no walls.

It shares nothing with prover, checker or compiler; tests hold mutated certificates against it.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

FUNCTIONS = {
    "exp": np.exp,
    "cos": np.cos,
    "abs": np.abs,
    "min": lambda *a: np.minimum.reduce(np.broadcast_arrays(*a)),
    "max": lambda *a: np.maximum.reduce(np.broadcast_arrays(*a)),
    "harmonic": lambda a, b: 2 * a * b / (a + b),
}


def number(tree: Any, known: Mapping[str, Any]) -> Any:
    """The value of nested lists."""
    if isinstance(tree, str):
        if tree == "pi":
            return np.pi
        return float(Fraction(tree)) if tree.lstrip("-")[0].isdigit() else known[tree]
    word, *rest = tree
    if word == "where":
        return np.where(condition(rest[0], known), number(rest[1], known), number(rest[2], known))
    parts = [number(r, known) for r in rest]
    if word == "+":
        return sum(parts[1:], parts[0])
    if word == "*":
        return np.prod(np.stack(np.broadcast_arrays(*parts)), axis=0)
    if word == "^":
        return parts[0] ** parts[1]
    return FUNCTIONS[word](*parts)


def condition(tree: Any, known: Mapping[str, Any]) -> Any:
    a, b = (number(t, known) for t in tree[1:])
    return {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}[tree[0]](
        a, b
    )


def names(tree: Any) -> set[str]:
    """Every text in nested lists."""
    return {tree} if isinstance(tree, str) else set().union(*map(names, tree))


class Paper:
    """The scheme of a certificate on a periodic grid of n points an axis."""

    def __init__(self, scheme: Mapping[str, Any], n: int) -> None:
        self.scheme, self.shape = scheme, (n,) * len(scheme["axes"])
        self.known: dict[str, Any] = {}
        for p in scheme["parameters"]:
            self.known[p["name"]] = number(p["value"], self.known)
        for a in scheme["axes"]:
            self.known[a["spacing"]] = number(a["value"], self.known)

    def stencil(self, data: Any, values: Any) -> Any:
        total = np.zeros(self.shape)
        for offset, weight in data["weights"]:
            moved = np.roll(values, [-o for o in offset], axis=range(len(offset)))
            total = total + float(Fraction(weight)) * moved
        return number(data["scale"], self.known) * total

    def adjoint(self, data: Any) -> Any:
        weights = [[[-k for k in o], w] for o, w in data["weights"]]
        return {**data, "weights": weights}

    def node(self, k: int, arrays: Mapping[str, Any]) -> Any:
        node = self.scheme["nodes"][k]
        match node["is"]:
            case "read":
                return arrays[node["name"]]
            case "linear":
                return sum(self.stencil(s, self.node(v, arrays)) for s, v in node["terms"])
            case "point":
                given = {f"${i}": self.node(v, arrays) for i, v in enumerate(node["operands"])}
                return number(node["expression"], {**self.known, **given})
            case "flux":
                return -sum(
                    self.stencil(self.adjoint(f["difference"]), self.node(f["flux"], arrays))
                    for f in node["faces"]
                )
        raise ValueError(node["is"])

    def rate(self, name: str, arrays: Mapping[str, Any], terms: list[int] | None) -> Any:
        (rate,) = (r for r in self.scheme["rates"] if r["unknown"] == name)
        return sum(
            number(t["coefficient"], self.known) * self.node(t["node"], arrays)
            for t in (rate["terms"] if terms is None else [rate["terms"][k] for k in terms])
        )

    def body(self, state: Mapping[str, Any], tau: float) -> dict[str, Any]:
        """One body of the step."""
        state = dict(state)
        for stage in self.scheme["step"]["body"]:
            table = stage["table"]
            used = names(
                [[u["slope"], *(c for c, _ in u["combination"])] for u in stage["updates"]]
            )
            for i in range(len(table[0][1]) if table else 1):
                row = {n: number(v[i], self.known) for n, v in table if n in used}
                known = {**self.known, **row, "tau": tau}
                read = {**state, **{n: state[a] for n, a in stage["at"]}}
                new = {}
                for u in stage["updates"]:
                    total = np.zeros(self.shape)
                    for c, a in u["combination"]:
                        total = total + number(c, known) * state[a]
                    if u["unknown"] is not None:
                        rate = self.rate(u["unknown"], read, u["terms"])
                        total = total + number(u["slope"], known) * rate
                    new[u["target"]] = total
                state |= new
                before = dict(state)
                state |= {target: before[source] for target, source in stage["moves"]}
        return state

    def levels(self) -> list[str]:
        fields = [r["unknown"] for r in self.scheme["rates"]]
        arrays = [a["name"] for a in self.scheme["step"]["arrays"] if a["level"]]
        return list(dict.fromkeys([*fields, *arrays]))

    def matrix(self, tau: float) -> Any:
        """The body as a dense matrix on its levels; the scheme must be linear."""
        names, size = self.levels(), int(np.prod(self.shape))
        columns = []
        for k in range(len(names) * size):
            state = {n: np.zeros(self.shape) for n in names}
            state[names[k // size]].flat[k % size] = 1.0
            end = self.body(state, tau)
            columns.append(np.concatenate([end[n].ravel() for n in names]))
        return np.stack(columns, axis=1)
