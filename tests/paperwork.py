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
                new |= self.solved(stage, new)
                state |= new
                before = dict(state)
                state |= {target: before[source] for target, source in stage["moves"]}
        return state

    def left(self, terms: list[Any], arrays: Mapping[str, Any]) -> Any:
        return sum(number(t["coefficient"], self.known) * self.node(t["node"], arrays)
                   for t in terms)  # fmt: skip

    def solved(self, stage: Any, rights: Mapping[str, Any]) -> dict[str, Any]:
        """The newest levels that left sides determine, mode by mode; not numbers if singular."""
        pairs = stage.get("solves", [])
        rates = {r["unknown"]: r.get("left", []) for r in self.scheme["rates"]}
        rows = {u["target"]: rates[u["unknown"]] for u in stage["updates"] if u["unknown"]}
        rows = {target: left for target, left in rows.items() if left}
        if not pairs:
            assert not rows
            return {}
        assert {target for _, target in pairs} == rows.keys()
        zero = {name: np.zeros(self.shape) for name, _ in pairs}
        columns = []
        for name, _ in pairs:
            bump = np.zeros(self.shape)
            bump.flat[0] = 1.0
            arrays = {**zero, name: bump}
            columns.append([self.left(left, arrays) for left in rows.values()])
        axes = tuple(range(2, 2 + len(self.shape)))
        table = np.moveaxis(np.fft.fftn(np.array(columns), axes=axes), (0, 1), (-1, -2))
        right = np.fft.fftn(np.array([rights[t] for t in rows]), axes=[a - 1 for a in axes])
        try:
            waves = np.linalg.solve(table, np.moveaxis(right, 0, -1)[..., None])[..., 0]
        except np.linalg.LinAlgError:
            return {target: np.full(self.shape, np.nan) for _, target in pairs}
        values = np.fft.ifftn(np.moveaxis(waves, -1, 0), axes=[a - 1 for a in axes]).real
        return {target: values[k] for k, (_, target) in enumerate(pairs)}

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
