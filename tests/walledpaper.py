"""A certificate's scheme between the walls of its one axis in float64, straight from its JSON."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from paperwork import Paper, number

PAD = 6  # values beyond each end: what a body's expressions may reach


class WalledPaper(Paper):
    """Arrays hold the values inside; expressions are evaluated with PAD ghosts at each end."""

    def __init__(self, scheme: Mapping[str, Any]) -> None:
        (axis,) = scheme["axes"]
        super().__init__(scheme, axis["count"])
        self.unknown = {u["name"]: u for u in scheme["unknowns"]}
        self.shape = (axis["count"],)

    def ghosts(self, edge: Mapping[str, Any], inward: Any) -> list[float]:
        """Values outside one end, from those inside, counted inward: by the rule of a wall."""
        h = self.known[self.scheme["axes"][0]["spacing"]]
        if edge["rule"] == "none":
            return [(1 + j) * inward[0] - j * inward[1] for j in range(1, PAD + 1)]
        if edge["rule"] == "zero":
            return [0.0] * PAD
        assert edge["rule"] == "wall"
        a, b = number(edge["value"], self.known), number(edge["slope"], self.known)
        found = []
        for j in range(1, PAD + 1):
            image = j - 1 + edge["mirror"]
            if edge["mirror"] == 0:  # a (g + m)/2 + b (g - m)/((2j-1) h) = 0
                s = 2 * b / ((2 * j - 1) * h)
                found.append(inward[image] * (s - a) / (s + a))
            elif edge["mirror"] == 1 and b:  # (g - m)/(2 j h) = -a u_0/b
                found.append(inward[image] - 2 * j * h * a / b * inward[0])
            else:
                assert a
                assert not b
                found.append(0.0 if image < 0 else -inward[image])
        return found

    def node(self, k: int, arrays: Mapping[str, Any]) -> Any:
        node = self.scheme["nodes"][k]
        if node["is"] == "read" and node["kind"] == "coordinate":
            return self.places(node["name"])
        if node["is"] != "read":
            return super().node(k, arrays)
        values = np.asarray(arrays[node["name"]], float)
        pair = self.unknown.get(node["name"], self.scheme["unknowns"][0])["edges"][0]
        if pair[0]["rule"] == "periodic":
            return np.pad(values, PAD, mode="wrap")
        low = self.ghosts(pair[0], values)[::-1]
        return np.concatenate([low, values, self.ghosts(pair[1], values[::-1])])

    def places(self, name: str) -> Any:
        """A coordinate, beyond the ends too."""
        (axis,) = self.scheme["axes"]
        assert axis["name"] == name
        assert axis["placement"] == "cells"
        h = self.known[axis["spacing"]]
        low = number(axis["low"], self.known)
        return low + (np.arange(-PAD, self.shape[0] + PAD) + 0.5) * h

    def rate(self, name: str, arrays: Mapping[str, Any], terms: list[int] | None) -> Any:
        found = super().rate(name, arrays, terms)
        return np.broadcast_to(found, (self.shape[0] + 2 * PAD,))[PAD:-PAD]

    def stencil(self, data: Any, values: Any) -> Any:
        """The ends of the result are nonsense, a reach more each time, and are cut off."""
        total = np.zeros(self.shape[0] + 2 * PAD)
        for (offset,), weight in data["weights"]:
            total = total + number(weight, {}) * np.roll(values, -offset)
        return number(data["scale"], self.known) * total

    def solved(self, stage: Any, rights: Mapping[str, Any]) -> dict[str, Any]:
        """The newest levels that left sides determine, by a dense matrix."""
        pairs, size = stage.get("solves", []), self.shape[0]
        rates = {r["unknown"]: r.get("left", []) for r in self.scheme["rates"]}
        rows = {u["target"]: rates[u["unknown"]] for u in stage["updates"] if u["unknown"]}
        rows = {target: left for target, left in rows.items() if left}
        assert {target for _, target in pairs} == rows.keys()
        if not pairs:
            return {}
        columns = []
        for k in range(len(pairs) * size):
            arrays = {name: np.zeros(size) for name, _ in pairs}
            arrays[pairs[k // size][0]][k % size] = 1.0
            sides = [self.left(left, arrays)[PAD:-PAD] for left in rows.values()]
            columns.append(np.concatenate(sides))
        right = np.concatenate([rights[t] for t in rows])
        new = np.linalg.solve(np.stack(columns, axis=1), right)
        return {t: new[k * size : (k + 1) * size] for k, (_, t) in enumerate(pairs)}

    def volumes(self) -> Any:
        """1, and half on a wall, for every value of the state."""
        found = np.ones(self.shape[0])
        for place, edge in zip((0, -1), self.scheme["unknowns"][0]["edges"][0], strict=True):
            found[place] /= 2 if edge["rule"] == "wall" and edge["mirror"] == 1 else 1
        return np.tile(found, len(self.levels()))
