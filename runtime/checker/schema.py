"""The form of an exact scheme: which entries each part has, no more and no fewer."""

from __future__ import annotations

from typing import Any

from .ranges import Rejected
from .trees import bounded, number

SCHEME = "schema axes parameters unknowns nodes rates step"
AXIS = "name spacing value low length count placement periodic"
PLACEMENTS = ("cells", "nodes", "lattice", "sampled")
PARAMETER = "name value low high declared positive trainable varies"
UNKNOWN = "name field kind location extra edges"
EDGE = "rule mirror value slope homogeneous"
TERM = "words coefficient node"
FACE = "axis difference slope weight flux"
STENCIL = "weights scale shift"
STEP = "method tau arrays start start_steps body finish inner advance"
ARRAY = "name like level rate_of"
STAGE = "at updates moves table frozen"
UPDATE = "target combination slope unknown terms"
NODES = {
    "read": "is name kind location",
    "linear": "is terms location",
    "point": "is expression operands location",
    "flux": "is operand faces location",
    "network": "is function arguments location",
}
TAU = "tau"
WORDS = frozenset(
    "+ * ^ where < <= > >= == != and or not exp log sqrt sin cos tan sinh cosh tanh abs sign min"
    " max erf heaviside sigmoid relu softplus gelu harmonic norm sector".split()
)
LEARNED = "kernels curves limits rows channels"
KERNEL = "name inputs outputs size per_step"
CURVE = "name low high knots per_step per_channel"
CONVOLUTION = "is kernel operand transposed reach ghosts location"


def keys(data: Any, names: str, more: str = "") -> None:
    """A dictionary with exactly these entries, and perhaps some more."""
    wanted = set(names.split())
    if not isinstance(data, dict) or not wanted <= data.keys() <= wanted | set(more.split()):
        raise Rejected("a part of the scheme has missing or unknown entries")


def check_form(scheme: dict[str, Any], *, implicit: bool, learned: bool) -> None:
    """Every part of the scheme has its form, and names are not used twice.

    `implicit`: a rate may have a left side, and a stage may solve for newest levels. `learned`:
    kernels, curves and steps by the limit are declared.
    """
    keys(scheme, f"{SCHEME} {LEARNED}" if learned else SCHEME)
    _powers(scheme)
    known = _names(scheme, learned=learned)
    if learned:
        _learned(scheme)
    _axes(scheme["axes"])
    for parameter in scheme["parameters"]:
        keys(parameter, PARAMETER)
        _flags(parameter, "declared positive trainable varies")
    for unknown in scheme["unknowns"]:
        _unknown(unknown, len(scheme["axes"]))
    for node in scheme["nodes"]:
        if learned and node["is"] == "convolution":
            keys(node, CONVOLUTION)
            _flags(node, "transposed")
        else:
            _node(node, len(scheme["axes"]), known)
    for rate in scheme["rates"]:
        keys(rate, "unknown order terms", "left" if implicit else "")
        for term in (*rate["terms"], *rate.get("left", ())):
            keys(term, TERM)
            _formula(term["coefficient"], known | {TAU})
    if not {n["name"] for n in scheme["nodes"] if n["is"] == "read"} <= _read(scheme):
        raise Rejected("a grid expression reads something that is not declared")
    if scheme["step"] is not None:
        _step(scheme["step"], known | {TAU}, implicit=implicit)
    for names in (
        [u["name"] for u in scheme["unknowns"]],
        [a["name"] for a in scheme["axes"]],
        [
            *(p["name"] for p in scheme["parameters"]),
            *{a["spacing"] for a in scheme["axes"]},
            *(a["name"] for a in scheme["axes"]),
            "t",
            "pi",
        ],
        [r["unknown"] for r in scheme["rates"]],
    ):
        if len(set(names)) != len(names):
            raise Rejected("a name of the scheme is used twice")


def _powers(data: Any) -> None:
    """No power anywhere is too large to be evaluated."""
    if isinstance(data, dict):
        for part in data.values():
            _powers(part)
    elif isinstance(data, list) and data and data[0] == "^":
        bounded(data)
    elif isinstance(data, list):
        for part in data:
            _powers(part)


def _names(scheme: dict[str, Any], *, learned: bool) -> set[str]:
    """What coefficients may speak of."""
    parts = [scheme["parameters"], scheme["axes"]]
    parts += [scheme["kernels"], scheme["curves"]] if learned else []
    found = {"t", "pi"} | {a["spacing"] for a in scheme["axes"]}
    found |= {name for name, *_ in scheme["limits"]} if learned else set()
    return found | {p["name"] for part in parts for p in part}


def _read(scheme: dict[str, Any]) -> set[str]:
    """What grid expressions may read: fields, data, coordinates, and arrays of the step."""
    step = scheme["step"] or {"arrays": [], "start": [], "body": [], "finish": []}
    stages = [stage for part in ("start", "body", "finish") for stage in step[part]]
    found = {p["name"] for key in ("unknowns", "axes") for p in scheme[key]}
    found |= {a["name"] for a in step["arrays"]}
    found |= {name for stage in stages for name, _ in (*stage["at"], *stage.get("solves", ()))}
    return found | {u["target"] for stage in stages for u in stage["updates"]}


def _formula(tree: Any, known: set[str]) -> None:
    """Numbers, names that are declared, and operations that have a meaning."""
    if isinstance(tree, str):
        if number(tree) is None and tree not in known:
            raise Rejected(f"a formula of the scheme speaks of {tree!r}")
        return
    word, *rest = tree
    if word not in WORDS or not rest or (word == "^" and len(rest) != 2):
        raise Rejected("a formula of the scheme is malformed")
    for part in rest:
        _formula(part, known)


def _learned(scheme: dict[str, Any]) -> None:
    """Kernels and curves have their entries, and names of their own."""
    for kernel in scheme["kernels"]:
        keys(kernel, KERNEL)
        _flags(kernel, "per_step")
        _whole(kernel["size"], len(scheme["axes"]))
        _whole([kernel["inputs"], kernel["outputs"]], 2)
        if min(*kernel["size"], kernel["inputs"], kernel["outputs"]) < 1:
            raise Rejected("a kernel of the scheme is empty")
    for curve in scheme["curves"]:
        keys(curve, CURVE)
        _flags(curve, "per_step per_channel")
        _whole([curve["knots"]], 1)
    _rows(scheme)
    pairs = [(name, count) for name, count in scheme["channels"]]
    _whole([count for _, count in pairs], len(scheme["unknowns"]))
    if [name for name, _ in pairs] != [u["name"] for u in scheme["unknowns"]]:
        raise Rejected("the channels of an unknown are not told")
    names = [item["name"] for key in ("kernels", "curves") for item in scheme[key]]
    limited = [name for name, _ in scheme["limits"]]
    if len(set(names)) != len(names) or len(set(limited)) != len(limited):
        raise Rejected("a name of the scheme is used twice")


def _rows(scheme: dict[str, Any]) -> None:
    """The names that have one row a step are known, and say so of themselves."""
    known = {item["name"]: item for key in ("kernels", "curves") for item in scheme[key]}
    known |= {p["name"]: {"per_step": p["varies"]} for p in scheme["parameters"]}
    known |= {name: {"per_step": True} for name, _ in scheme["limits"]}
    if not all(known.get(name, {}).get("per_step") for name in scheme["rows"]):
        raise Rejected("a weight of the scheme has no row a step")


def _axes(axes: list[dict[str, Any]]) -> None:
    values: dict[str, Any] = {}
    for axis in axes:
        keys(axis, AXIS)
        _flags(axis, "periodic")
        _whole([] if axis["count"] is None else [axis["count"]], int(axis["count"] is not None))
        if axis["placement"] not in PLACEMENTS:
            raise Rejected("an axis of the scheme has an unknown placement")
        if values.setdefault(axis["spacing"], axis["value"]) != axis["value"]:
            raise Rejected("two spacings have one name")


def _flags(data: dict[str, Any], names: str) -> None:
    if not all(isinstance(data[n], bool) for n in names.split()):
        raise Rejected("a flag of the scheme is neither true nor false")


def _whole(values: Any, size: int) -> None:
    """A list of so many whole numbers."""
    good = isinstance(values, list) and len(values) == size
    if not good or any(isinstance(v, bool) or not isinstance(v, int) for v in values):
        raise Rejected("a place in the scheme is malformed")


def _unknown(unknown: dict[str, Any], dim: int) -> None:
    keys(unknown, UNKNOWN + (" formula low high" if unknown.get("kind") == "data" else ""))
    _whole(unknown["location"], dim)
    _whole(unknown["extra"], dim)
    if len(unknown["edges"]) != dim or unknown["kind"] not in {"field", "data"}:
        raise Rejected("an unknown of the scheme is malformed")
    for pair in unknown["edges"]:
        if len(pair) != 2 or (pair[0]["rule"] == "periodic") != (pair[1]["rule"] == "periodic"):
            raise Rejected("an unknown of the scheme is malformed")
        for edge in pair:
            keys(edge, EDGE)
            _flags(edge, "homogeneous")
            if edge["mirror"] not in (-1, 0, 1) or edge["rule"] not in (
                "periodic", "wall", "zero", "none",
            ):  # fmt: skip
                raise Rejected("a wall of the scheme is malformed")


def _node(node: dict[str, Any], dim: int, known: set[str]) -> None:
    keys(node, NODES[node["is"]])
    _whole(node["location"], dim)
    if node["is"] == "point":
        _formula(node["expression"], known | {f"${k}" for k in range(len(node["operands"]))})
    if node["is"] == "linear":
        for stencil, _ in node["terms"]:
            _stencil(stencil, dim, known)
    if node["is"] == "read" and node["kind"] not in {"field", "data", "coordinate"}:
        raise Rejected("a grid expression reads something unknown")
    for face in node.get("faces", ()):
        keys(face, FACE)
        _stencil(face["difference"], dim, known)


def _stencil(data: dict[str, Any], dim: int, known: set[str]) -> None:
    keys(data, STENCIL)
    _formula(data["scale"], known)
    _whole(data["shift"], dim)
    for offset, _ in data["weights"]:
        _whole(offset, dim)


def _step(step: dict[str, Any], known: set[str], *, implicit: bool) -> None:
    keys(step, STEP)
    _whole([step["start_steps"], step["inner"]], 2)
    for array in step["arrays"]:
        keys(array, ARRAY)
        _flags(array, "level")
    for part in ("start", "body", "finish"):
        for stage in step[part]:
            keys(stage, STAGE, "solves" if implicit else "")
            rows = {len(column) for _, column in stage["table"]}
            if stage["frozen"] not in ("", "save", "use") or len(rows) > 1:
                raise Rejected("a stage of the time method is malformed")
            own = known | {name for name, _ in stage["table"]}
            for update in stage["updates"]:
                keys(update, UPDATE)
                for tree in (update["slope"], *(c for c, _ in update["combination"])):
                    _formula(tree, own)
                if (update["slope"] == "0") != (update["unknown"] is None):
                    raise Rejected("a slope without an unknown, or the other way round")
