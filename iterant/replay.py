"""`iterant verify --replay`: the emitted module against the scheme of its certificate, in float64.

The scheme of a certificate is exact data. One step of it is computed here by definition, stencil by
stencil, from the module's own state and from the same state with an impulse in one array. Values
that depend on a wall are left out: what is outside the grid is not a number, and spreads.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np

from . import api
from .compiler.naming import attribute, safe
from .inverse import inverted
from .meanings import value
from .runtime.faults import UserError

TOLERANCE = 1e-9  # relative to the largest value of the step
LARGE = 200_000  # points
POINTS = {1: 64, 2: 24, 3: 16}  # an axis, where the size is free


class Replay:
    """One step of a certificate's scheme on arrays by name; NaN is what lies outside."""

    def __init__(self, scheme: Mapping[str, Any], module: Any, tau: float) -> None:
        self.scheme, self.module = scheme, module
        self.names: dict[str, float] = {"tau": tau}
        for parameter in scheme["parameters"]:
            name, exact = parameter["name"], parameter["value"]
            known = exact is not None and not parameter["trainable"]
            own = getattr(module, attribute(name), None)
            self.names[name] = (
                value(exact, self.names) if known or own is None else float(own.detach())
            )
        for axis in scheme["axes"]:
            self.names[axis["spacing"]] = value(axis["value"], self.names)
        self.kept: dict[tuple[int, int], Any] = {}

    def step(self, arrays: Mapping[str, Any]) -> dict[str, Any]:
        """The arrays after one body."""
        found = dict(arrays)
        for stage in self.scheme["step"]["body"]:
            symbols = [symbol for symbol, _ in stage["table"]]
            rows = list(zip(*(column for _, column in stage["table"]), strict=True)) or [()]
            for row in rows:
                table = {s: value(v, self.names) for s, v in zip(symbols, row, strict=True)}
                found.update(self._stage(stage, found, {**self.names, **table}))
                moved = {target: found[source] for target, source in stage["moves"]}
                found.update(moved)
        return found

    def _stage(
        self, stage: Mapping[str, Any], arrays: Mapping[str, Any], names: Mapping[str, float]
    ) -> dict[str, Any]:
        """The simultaneous updates of a stage."""
        seen = {**arrays, **{symbol: arrays[array] for symbol, array in stage["at"]}}
        nodes = self._nodes(seen, names, stage["frozen"])
        rates = {rate["unknown"]: rate for rate in self.scheme["rates"]}
        written = {}
        for update in stage["updates"]:
            parts = [value(c, names) * arrays[array] for c, array in update["combination"]]
            slope = value(update["slope"], names)
            if update["unknown"] is not None:
                chosen = update["terms"]
                parts += [
                    slope * value(term["coefficient"], names) * nodes[term["node"]]
                    for number, term in enumerate(rates[update["unknown"]]["terms"])
                    if chosen is None or number in chosen
                ]
            written[update["target"]] = reduce(np.add, parts)
        if "solves" in stage:
            rows = {u["target"]: rates[u["unknown"]].get("left", ()) for u in stage["updates"]}
            written.update(self._solved(stage, {t: r for t, r in rows.items() if r}, seen, written))
        return written

    def _solved(
        self,
        stage: Mapping[str, Any],
        rows: Mapping[str, Any],
        seen: Mapping[str, Any],
        rights: Mapping[str, Any],
    ) -> dict[str, Any]:
        """The targets whose left sides are the right sides."""

        def left(new: Mapping[str, Any]) -> list[Any]:
            nodes = self._nodes({**seen, **new}, self.names, "")
            return [
                sum(value(t["coefficient"], self.names) * nodes[t["node"]] for t in row)
                for row in rows.values()
            ]

        new = inverted(left, [s for s, _ in stage["solves"]], [rights[t] for t in rows])
        return {target: new[symbol] for symbol, target in stage["solves"]}

    def _nodes(
        self, arrays: Mapping[str, Any], names: Mapping[str, float], frozen: str
    ) -> list[Any]:
        """The value of every grid expression, operands before what is made of them."""
        found: list[Any] = []
        for number, node in enumerate(self.scheme["nodes"]):
            match node["is"]:
                case "read":
                    found.append(self._read(node, arrays))
                case "linear":
                    parts = [self._applied(s, found[k], names) for s, k in node["terms"]]
                    found.append(reduce(np.add, parts))
                case "point":
                    operands = {f"${i}": found[k] for i, k in enumerate(node["operands"])}
                    found.append(value(node["expression"], {**names, **operands}))
                case "flux":
                    found.append(self._flux(number, node, found, names, frozen))
                case _:
                    found.append(self._learned(node, found))
        return found

    def _read(self, node: Mapping[str, Any], arrays: Mapping[str, Any]) -> Any:
        """A field, given data, or a coordinate half a cell below that of the point."""
        array = arrays.get(node["name"], np.nan)  # a newest level that is not made yet
        for axis, half in zip(self.scheme["axes"], node["location"], strict=True):
            if node["kind"] == "coordinate" and node["name"] == axis["name"]:
                array = array - half / 2 * self.names[axis["spacing"]]
        return array

    def _learned(self, node: Mapping[str, Any], found: list[Any]) -> Any:
        """A learned function is the module's own: its weights stand in no certificate."""
        import torch

        arguments = (torch.from_numpy(found[k]) for k in node["arguments"])
        with torch.no_grad():
            return getattr(self.module, attribute(node["function"]))(*arguments).numpy()

    def _flux(
        self,
        number: int,
        node: Mapping[str, Any],
        found: list[Any],
        names: Mapping[str, float],
        frozen: str,
    ) -> Any:
        """-sum of K^T flux; weights that are frozen for a cycle are those of its first stage."""
        total: Any = 0.0
        for place, face in enumerate(node["faces"]):
            flux = found[face["flux"]]
            if face["weight"] is not None and frozen == "save":
                self.kept[number, place] = found[face["weight"]]
            if face["weight"] is not None and frozen == "use":
                flux = self.kept[number, place] * found[face["slope"]]
            back = {**face["difference"], "weights": [
                [[-k for k in offset], w] for offset, w in face["difference"]["weights"]
            ]}  # fmt: skip
            total = total - self._applied(back, flux, names)
        return total

    def _applied(self, stencil: Mapping[str, Any], array: Any, names: Mapping[str, float]) -> Any:
        """scale * sum of w_o u[i + o]."""
        taps = [value(w, {}) * self._shifted(array, offset) for offset, w in stencil["weights"]]
        return value(stencil["scale"], names) * reduce(np.add, taps)

    def _shifted(self, array: Any, offset: list[int]) -> Any:
        """u[i + o]: around a periodic axis, and nothing from beyond a wall."""
        if np.ndim(array) == 0:
            return array
        for axis, k in enumerate(offset):
            array = np.roll(array, -k, axis)
            if k and not self.scheme["axes"][axis]["periodic"]:
                array = array.copy()
                edge = slice(-k, None) if k > 0 else slice(0, -k)
                array[(slice(None),) * axis + (edge,)] = np.nan
        return array


def replayed(verdicts: Sequence[Mapping[str, Any]], code: str) -> list[str]:
    """A sentence on each scheme among the certificates; raises UserError where code differs."""
    schemes = {v["scheme_sha256"]: v["scheme"] for v in verdicts if v["verdict"] == "certified"}
    return [compared(scheme, code) for scheme in schemes.values()]


def compared(scheme: Mapping[str, Any], code: str) -> str:
    """A sentence on the agreement of one step; raises UserError where there is none."""
    import torch

    if "kernels" in scheme:
        return "not replayed: what is learned has no numbers in a certificate; --weights has them"

    module: Any = api.load(code).double()
    plan = module.plan
    d = len(plan.axes)
    counts = plan.counts or (POINTS.get(d, 12),) * d
    state = {n: a for n, a in _state(module, counts).items() if n in plan.places}
    levels = {n: a for n, a in state.items() if n in plan.levels}
    worst, count = 0.0, 0
    poke = [(), *((name,) for name in levels)]
    # A large grid is stepped once, with an impulse in every array.
    for poked in poke if math.prod(counts) <= LARGE else [tuple(levels)]:
        begin = {name: array.clone() for name, array in state.items()}
        for name in poked:
            begin[name][tuple(n // 2 for n in begin[name].shape)] += 1.0
        with torch.no_grad():
            after = module.step(dict(begin), 0)
        tau = float(getattr(module, "tau", 1.0))
        found = Replay(scheme, module, tau).step(_aligned(scheme, plan, begin, points=True))
        for name, ours in _aligned(scheme, plan, {n: after[n] for n in levels}).items():
            known = np.isfinite(found[name]) & np.isfinite(ours)
            count += int(known.sum())
            size = max(1.0, float(np.abs(ours[known]).max(initial=0.0)))
            gap = np.abs(found[name] - ours)[known].max(initial=0.0)
            worst = max(worst, float(gap) / size)
    if not count:
        raise UserError("every point of this grid depends on a wall: nothing can be replayed")
    if worst > TOLERANCE:
        raise UserError(f"the module's step differs from the certificate's scheme by {worst:.2g}")
    return f"impulse responses agree at {count} values to {worst:.1e}"


def _state(module: Any, counts: tuple[int, ...]) -> dict[str, Any]:
    """The module's state from random fields and data between 1/2 and 3/2."""
    import torch

    draw = torch.Generator().manual_seed(0)

    def random(name: str) -> Any:
        extra = module.plan.places[name].extra
        shape = [n + e for n, e in zip(counts, extra, strict=True)]
        return torch.rand(shape, dtype=torch.float64, generator=draw) + 0.5

    arguments: dict[str, Any] = {}
    for word, parameter in inspect.signature(module.start).parameters.items():
        name = module.plan.called(word)
        if name in module.plan.data and parameter.default is not inspect.Parameter.empty:
            continue
        parts = tuple(random(part) for part in module.plan.components.get(name, (word,)))
        arguments[word] = parts if module.plan.is_vector(name) else parts[0]
    with torch.no_grad():
        return dict(module.start(**arguments))


def _aligned(
    scheme: Mapping[str, Any], plan: Any, arrays: Mapping[str, Any], *, points: bool = False
) -> dict[str, Any]:
    """Arrays on one index box by the scheme's names: index i of each stands at i cells, or half
    a cell lower; what an array lacks is not a number. `points`: the coordinates of i cells too.
    """
    homes = {safe(u["name"]): u for u in scheme["unknowns"]}
    likes = {safe(a["name"]): a["name"] for a in scheme["step"]["arrays"]}
    named = {**{k: u["name"] for k, u in homes.items()}, **likes}
    locations = {u["name"]: u["location"] for u in scheme["unknowns"]}
    locations |= {a["name"]: locations[a["like"]] for a in scheme["step"]["arrays"]}
    starts, found = {}, {}
    for key in (k for k in arrays if k in named):
        place = plan.places[key]
        half = locations[named[key]]
        starts[key] = [
            o / h + s / 2 for o, h, s in zip(place.origin, place.spacing, half, strict=True)
        ]
    if not starts:
        raise UserError("the module and the certificate share no array")
    low = [min(column) for column in zip(*starts.values(), strict=True)]
    offsets = {k: [round(a - b) for a, b in zip(s, low, strict=True)] for k, s in starts.items()}
    shapes = [[n + o for n, o in zip(arrays[k].shape, offsets[k], strict=True)] for k in starts]
    box = [max(column) for column in zip(*shapes, strict=True)]
    spacing = plan.places[next(iter(starts))].spacing
    for a, axis in enumerate(scheme["axes"] if points else ()):
        line = (low[a] + np.arange(box[a])) * spacing[a]
        found[axis["name"]] = np.moveaxis(np.broadcast_to(line, [*box[:a], *box[a + 1 :], box[a]]),
                                          -1, a)  # fmt: skip
    for key, offset in offsets.items():
        whole = np.full(box, np.nan)
        inner = tuple(slice(o, o + n) for o, n in zip(offset, arrays[key].shape, strict=True))
        whole[inner] = arrays[key].numpy()
        found[named[key]] = whole
    return found
