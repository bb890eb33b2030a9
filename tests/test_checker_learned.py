"""The checker of kind "learned": planted forgeries, and mutants held against dense norms."""

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, event, given, settings, strategies as st

import iterant
import proofs
from iterant.runtime.checker import check
from paperwork import number
from test_checker import NUMBERS, mutate, paths
from test_checker_linear_forgeries import changed

HEAD = "scheme paper\ndomain x\ngrid spacing 1\nboundary {wall}\nfield u\ndata f\n"
TAIL = "param tau = 0.99 * limit\niterate u[k+1] = {right}, steps 2\ncertify {claim}\n"
KERNEL = "kernel K: u -> 3, size 3, trainable, per step\n"
FIDELITY = "param fidelity = 1/5, in [0, 1/2], trainable, per step\n"
PM = "param contrast = 1/2, positive, trainable\nfunction phi(s) = s / (1 + (s / contrast)^2)\n"
CURVE = "function phi(s) = spline(s, knots = 5), trainable, per channel\n"
SOFT = "param width = 2, in [1, 3], trainable\nfunction phi(s) = s / sqrt(1 + (s / width)^2)\n"
BLOCK = "u[k] - tau * K.T(phi(K(u[k])))"
DENOISE = f"{BLOCK} - fidelity * (u[k] - f)"
CASES = {
    "block": ("reflecting", KERNEL + PM, BLOCK, "l2_stable"),
    "data": ("u = 0", KERNEL + FIDELITY + CURVE, DENOISE, "l2_stable"),
    "pairs": ("periodic", KERNEL + FIDELITY + SOFT, DENOISE, "nonexpansive"),
    "zeros": ("zero", KERNEL, "u[k] - tau * K.T(K(u[k]))", "l2_stable"),
}


@lru_cache
def written(name: str) -> iterant.Certificate:
    """The certificate of a case."""
    wall, declared, right, claim = CASES[name]
    head = (
        HEAD.format(wall=wall) if "f)" in right else HEAD.format(wall=wall).replace("data f\n", "")
    )
    text = head + declared + TAIL.format(right=right, claim=claim)
    (found,) = iterant.certify(text)
    assert isinstance(found, iterant.Certificate)
    assert found.kind == "learned"
    return found


def plain(name: str) -> dict[str, Any]:
    """A copy of it as JSON."""
    return proofs.plain(written(name))


def forged(name: str, *changes: tuple[str, Any]) -> dict[str, Any]:
    """With entries replaced, and the right digest."""
    return changed(plain(name), *changes)


@pytest.mark.parametrize("name", CASES)
def test_accepts_what_is_proved(name: str) -> None:
    report = check(plain(name))
    assert report.accepted, report.reason


def at(name: str, part: str, key: str, value: str) -> str:
    """The path of an entry in a list of the scheme, by one of its values."""
    entries = plain(name)["scheme"][part]
    return f"scheme/{part}/{next(i for i, e in enumerate(entries) if e[key] == value)}"


def node(name: str, kind: str, last: bool = True) -> str:
    nodes = plain(name)["scheme"]["nodes"]
    found = [i for i, n in enumerate(nodes) if n["is"] == kind]
    return f"scheme/nodes/{found[-1 if last else 0]}"


def longer(name: str, factor: str) -> tuple[str, Any]:
    """The step by its formula, multiplied."""
    formula = plain(name)["scheme"]["limits"][0][1]
    return "scheme/limits/0/1", ["*", factor, formula]


FORGERIES: dict[str, Callable[[], dict[str, Any]]] = {
    "a longer step": lambda: forged("block", longer("block", "51/50")),
    "a longer step with its share": lambda: forged(
        "block", longer("block", "2"), ("proof/share", "99/50"),
        ("bound", "the step is 99/50 of its limit"),
    ),
    "a negative step": lambda: forged(
        "block", longer("block", "-1"), ("proof/share", "-99/100"),
        ("bound", "the step is -99/100 of its limit"),
    ),
    "another share in words": lambda: forged("data", ("bound", "the step is 1/2 of its limit")),
    "every grid": lambda: forged("block", ("domain", "every grid")),
    "fewer points": lambda: forged("data", ("domain", "every grid of 2 points an axis or more")),
    "walls with a slope and a value": lambda: forged(
        "data", ("scheme/unknowns/0/edges/0/0/slope", "1")
    ),
    "walls with values": lambda: forged(
        "data", ("scheme/unknowns/0/edges/0/1/homogeneous", False)
    ),
    "open ends": lambda: forged("zeros", ("scheme/unknowns/0/edges/0/0/rule", "none")),
    "a sector that is lower": lambda: forged(
        "block", ("proof/sectors/0/claimed/sector", ["0", "1/2"]), longer("block", "2")
    ),
    "no sector": lambda: forged("block", ("proof/sectors/0", {"by": "identity"})),
    "a curve that is no curve": lambda: forged("block", ("proof/sectors/0", {"by": "curve"})),
    "a curve without a knot at 0": lambda: forged("data", ("scheme/curves/0/knots", 4)),
    "slopes of a curve": lambda: forged(
        "data", ("claim", "nonexpansive"), ("proof/claim", "nonexpansive"),
        ("statement", plain("pairs")["statement"]),
    ),
    "another kernel on the way back": lambda: forged(
        "zeros", (f"{node('zeros', 'convolution')}/kernel", "L")
    ),
    "no adjoint": lambda: forged("zeros", (f"{node('zeros', 'convolution')}/transposed", False)),
    "twice the adjoint": lambda: forged(
        "zeros", (f"{node('zeros', 'convolution', last=False)}/transposed", True)
    ),
    "ghosts of nobody": lambda: forged("zeros", (f"{node('zeros', 'convolution')}/ghosts", None)),
    "a wider reach": lambda: forged(
        "zeros", (f"{node('zeros', 'convolution')}/reach", [[2, 2]])
    ),
    "a kernel of two channels": lambda: forged("zeros", ("scheme/kernels/0/inputs", 2)),
    "data of three channels": lambda: forged("data", ("scheme/channels/1/1", 3)),
    "a weight above 1": lambda: forged(
        "data", (at("data", "parameters", "name", "fidelity") + "/high", "2"),
        ("hypotheses", ["fidelity in [0, 2]"]),
    ),
    "a step with a value of its own": lambda: forged(
        "zeros", (at("zeros", "parameters", "name", "tau") + "/value", "1/10")
    ),
    "a step that is trained": lambda: forged(
        "zeros", (at("zeros", "parameters", "name", "tau") + "/trainable", True)
    ),
    "a second stage": lambda: forged(
        "zeros", ("scheme/step/body", 2 * plain("zeros")["scheme"]["step"]["body"])
    ),
    "another method": lambda: forged("zeros", ("scheme/step/method", "rk4")),
    "no hypotheses": lambda: forged("pairs", ("hypotheses", [])),
    "another norm": lambda: forged("pairs", ("norm", "maximum norm")),
    "a rate of the derivative": lambda: forged("zeros", ("scheme/rates/0/order", 1)),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGERIES)
def test_planted_forgeries_are_rejected(name: str) -> None:
    report = check(FORGERIES[name]())
    assert not report.accepted, report.reason


# ---- mutants: what is accepted is true of dense matrices

POINTS = 34


def rows(kernel: Any, edges: Any, reach: Any) -> Any:
    """K as a matrix, its ghosts by their rules: (outputs * points, points)."""
    (below, above), columns = reach, []
    for column in np.eye(POINTS):
        line = column
        for end, width in ((0, below), (1, above)):
            line = _ghosts(line, column, edges[0][end], end, width)
        columns.append([np.correlate(line, taps, "valid") for taps in kernel])
    return np.moveaxis(np.array(columns), 0, -1).reshape(-1, POINTS)


def _ghosts(line: Any, column: Any, edge: Any, end: int, width: int) -> Any:
    if edge["rule"] == "periodic":
        ghosts = column[-width:] if end == 0 else column[:width]
    elif edge["rule"] == "zero":
        ghosts = np.zeros(width)
    else:
        shift = {0: 0, 1: 1, -1: -1}[edge["mirror"]]
        sign = 1.0 if edge["value"] == "0" else -1.0
        inner = column if end == 0 else column[::-1]
        found = [
            sign * inner[j - 1 + shift] if j + shift >= 1 else 0.0 for j in range(1, width + 1)
        ]
        ghosts = np.array(found[::-1] if end == 0 else found)
    return np.concatenate([ghosts, line] if end == 0 else [line, ghosts])


def true(data: dict[str, Any], random: np.random.Generator) -> None:
    """Norms do not grow, or distances, for random weights with the step of their true norms."""
    scheme, known = data["scheme"], dict[str, Any]()
    known |= {a["spacing"]: number(a["value"], {}) for a in scheme["axes"]}
    for own in scheme["parameters"]:
        low = 0.0 if own["low"] is None else number(own["low"], known)
        high = 3.0 if own["high"] is None else number(own["high"], known)
        known[own["name"]] = low + (high - low) * random.uniform(0.02, 1)
    (kernel,) = scheme["kernels"]
    taps = random.standard_normal((kernel["outputs"], *kernel["size"]))
    (taps_,) = kernel["size"]
    reach = ((taps_ - 1) // 2, taps_ // 2)
    matrix = rows(taps, scheme["unknowns"][0]["edges"], reach)
    table = random.uniform(0, 2, 5)
    measures = {"norm": np.linalg.norm(matrix, 2), "sector": table.max()}

    def filled(tree: Any) -> Any:
        if isinstance(tree, str):
            return tree
        if tree[0] in measures:
            return str(Fraction(float(measures[tree[0]])))
        return [tree[0], *map(filled, tree[1:])]

    for name, formula in scheme["limits"]:
        known[name] = number(filled(formula), known)
    states = [10.0 ** random.uniform(-2, 1.5) * random.standard_normal(POINTS) for _ in "uvf"]
    after = [_stepped(scheme, state, states[2], known, (matrix, table)) for state in states[:2]]
    if "v[k+1]" in data["statement"]:
        before = np.linalg.norm(states[0] - states[1])
        assert np.linalg.norm(after[0] - after[1]) <= before * (1 + 1e-9)
        return
    bound = np.linalg.norm(states[0])
    if "||f||" in data["statement"]:
        bound = max(bound, np.linalg.norm(states[2]))
    assert np.linalg.norm(after[0]) <= bound * (1 + 1e-9)


def _stepped(scheme: Any, u: Any, f: Any, known: dict[str, Any], weights: Any) -> Any:
    """u[k+1], node by node."""
    matrix, table = weights
    values: list[Any] = []
    for node_ in scheme["nodes"]:
        match node_["is"]:
            case "read":
                values.append(u if node_["kind"] == "field" else f)
            case "linear":
                parts = [
                    number(s["scale"], known) * float(Fraction(w)) * np.roll(values[k], -o[0])
                    for s, k in node_["terms"]
                    for o, w in s["weights"]
                ]
                values.append(sum(parts))
            case "convolution":
                v = values[node_["operand"]]
                turned = node_["transposed"]
                values.append(matrix.T @ v.ravel() if turned else matrix @ v.ravel())
            case "point":
                inner = {f"${i}": values[k] for i, k in enumerate(node_["operands"])}
                values.append(number(node_["expression"], {**known, **inner}))
            case "network":
                s = values[node_["arguments"][0]]
                values.append(s * np.interp(np.abs(s), np.arange(5.0), table))
    rate = scheme["rates"][0]["terms"]
    return sum(number(t["coefficient"], known) * values[t["node"]] for t in rate)


@pytest.mark.parametrize("name", CASES)
def test_the_truth_is_told(name: str) -> None:
    for seed in range(20):
        true(plain(name), np.random.default_rng(seed))


@settings(max_examples=300, deadline=None)
@given(name=st.sampled_from(sorted(CASES)), data=st.data())
def test_accepted_mutants_are_true(name: str, data: st.DataObject) -> None:
    mutant = plain(name)
    for _ in range(data.draw(st.integers(1, 2))):
        part = data.draw(st.sampled_from(["scheme", "scheme", "proof"]))
        path = data.draw(st.sampled_from([p for p in paths(mutant) if p and p[0] == part]))
        mutate(mutant, path, data.draw(st.integers(0, 5)), data.draw(NUMBERS))
    mutant = changed(mutant)
    assume(mutant != plain(name))
    report = check(mutant)
    event("accepted" if report.accepted else "rejected")
    if report.accepted:
        true(mutant, np.random.default_rng(data.draw(st.integers(0, 99))))
