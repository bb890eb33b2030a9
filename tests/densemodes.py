"""What a certificate of kind "linear" states, held against eigenvalues of many modes in float64.

It reads the scheme and the words of the certificate, never its proof, and shares nothing with
prover or checker: impulses through one body of the step, their Fourier transforms, numpy's linalg.
"""

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import sympy

from paperwork import Paper

MODES = {1: 192, 2: 24, 3: 12}  # points an axis, by their number
SLACK = 1e-9  # of |g|, and of norms
ROOT_SLACK = 2e-6  # of eigenvalues of matrices that are not normal
GROWTH = 30  # from 2^10 to 2^20 steps: bounded powers stay, a Jordan block grows by 1000


class Trial:
    """A certificate's scheme at some values of its names and of the step."""

    def __init__(self, scheme: dict[str, Any], values: dict[str, float]) -> None:
        self.paper = Paper(scheme, MODES[len(scheme["axes"])])
        self.paper.known |= values
        self.arrays = [u["name"] for u in scheme["unknowns"] if u["kind"] == "field"]
        self.arrays += [a["name"] for a in scheme["step"]["arrays"] if a["level"]]
        given = {n["name"] for n in scheme["nodes"] if n["is"] == "read"}
        self.zero = {n: np.zeros(self.paper.shape) for n in {*self.arrays, *given}}

    def matrices(self, tau: float) -> Any:
        """G(theta) for all theta_a = 2 pi j_a / MODES."""
        base = self.paper.body(self.zero, tau)
        columns = []
        for source in self.arrays:
            bump = np.zeros(self.paper.shape)
            bump.flat[0] = 1.0
            moved = self.paper.body({**self.zero, source: bump}, tau)
            columns.append([np.fft.fftn(moved[n] - base[n]).ravel() for n in self.arrays])
        return np.moveaxis(np.array(columns), (0, 1, 2), (2, 1, 0))


# ---- the values for which a certificate speaks


def chosen(data: dict[str, Any], random: np.random.Generator) -> dict[str, float]:
    """Values of names that the hypotheses allow; the file's own where they are silent."""
    scheme = data["scheme"]
    found: dict[str, float] = {}
    spacings = sorted({a["spacing"] for a in scheme["axes"]})
    for name in [*(p["name"] for p in scheme["parameters"]), *spacings]:
        for text in data["hypotheses"]:
            word, _, rest = text.partition(" ")
            if word == name:
                found[name] = _value(rest, random)
    for spacing in spacings:
        found.setdefault(spacing, float(10 ** random.uniform(-1, 1)))
    return found


def _value(rest: str, random: np.random.Generator) -> float:
    size = float(10 ** random.uniform(-1, 1))
    if rest.startswith("in ["):
        low, high = (t.strip() for t in rest[4:-1].split(","))
        a = -20.0 if low == "-oo" else float(Fraction(low))
        b = 20.0 if high == "oo" else float(Fraction(high))
        return float(random.choice([a, b, random.uniform(a, b)]))
    if rest.startswith("= "):
        return float(Fraction(rest[2:]))
    return {"> 0": size, "< 0": -size, "real": float(random.choice([-size, size]))}[rest]


def steps(data: dict[str, Any], values: dict[str, float]) -> Iterator[tuple[float, bool]]:
    """Steps that the certificate allows, and whether powers may be looked at there."""
    limit = data["limit"]
    if data["parameter"] is not None:
        yield float(Fraction(data["scheme"]["step"]["tau"] or 1)), True
        return
    if limit is None:
        yield from ((tau, True) for tau in (1e-3, 0.3, 1.0, 50.0))
        return
    most = closed(limit["closed_form"], values)
    own = Paper(data["scheme"], 1).known
    assert float(Fraction(limit["value"])) <= closed(limit["closed_form"], own) * (1 + 1e-12)
    if not np.isfinite(most):  # a parameter that is 0: every step is allowed
        most = 10.0
    exact = not re.search(r"\d{9}", limit["closed_form"])
    yield most * (1 if limit["attained"] else 1 - 1e-7), limit["attained"] and exact
    yield from ((most * f, True) for f in (0.9, 0.5, 0.07))


def closed(text: str, values: dict[str, float]) -> float:
    """A closed form in floats."""
    form, symbols = _form(text, tuple(sorted(values)))
    value = form.subs(dict(zip(symbols, (values[n] for n in sorted(values)), strict=True)))
    return np.inf if value.has(sympy.zoo, sympy.oo) else float(value)


@lru_cache(maxsize=512)
def _form(text: str, names: tuple[str, ...]) -> tuple[sympy.Expr, list[sympy.Symbol]]:
    symbols = [sympy.Symbol(n) for n in names]
    known = dict(zip(names, symbols, strict=True)) | {"min": sympy.Min}
    return sympy.sympify(text.replace("^", "**"), locals=known), symbols


def members(data: dict[str, Any], random: np.random.Generator) -> Iterator[tuple[float, bool]]:
    """Values of the parameter that the set holds, and whether powers may be looked at there."""
    nudge = 1e-7 if data["scheme"]["schema"] == 3 else 1e-5  # a left side may be singular there
    for interval in data["set"]:
        ends = []
        for side in ("low", "high"):
            text, sign = interval[side], -1.0 if side == "low" else 1.0
            if text is None:
                ends.append(sign * 30.0)
                continue
            end, inner = closed(text, {}), float(Fraction(interval[f"{side}_value"]))
            assert sign * inner <= sign * end + 1e-9
            ends.append(end)
            belongs = interval[f"{side}_closed"]
            yield end - sign * (0.0 if belongs else nudge) * max(1.0, abs(end)), belongs
        low, high = ends
        inside = (0.02, 0.5, 0.93, random.uniform(0.01, 0.99))
        yield from ((low + (high - low) * float(f), True) for f in inside)


# ---- what it says of them


def holds(data: dict[str, Any], random: np.random.Generator, draws: int = 1) -> None:
    """Everything that is stated, at steps and parameters drawn from what it is stated for."""
    assert data["domain"] == "all periodic grids"
    for _ in range(draws):
        values = chosen(data, random)
        if data["parameter"] is None:
            _at(data, values, powers=True)
        for member, powers in members(data, random):
            _at(data, {**values, data["parameter"]: member}, powers=powers)
    if data["parameter"] is not None:
        _own_value(data)


def _at(data: dict[str, Any], values: dict[str, float], *, powers: bool) -> None:
    trial = Trial(data["scheme"], values)
    for tau, inside in steps(data, values):
        with np.errstate(all="ignore"):
            matrices = trial.matrices(tau)
        stated(data, trial.arrays, matrices, powers=powers and inside)


def _own_value(data: dict[str, Any]) -> None:
    """The file's value lies in the set, and the statement lists its intervals."""
    value = Paper(data["scheme"], 1).known[data["parameter"]]
    texts = []
    inside = False
    for i in data["set"]:
        low = -np.inf if i["low"] is None else closed(i["low"], {})
        high = np.inf if i["high"] is None else closed(i["high"], {})
        inside = inside or low - 1e-9 <= value <= high + 1e-9
        left, right = "[" if i["low_closed"] else "(", "]" if i["high_closed"] else ")"
        texts.append(f"{left}{i['low'] or '-oo'}, {i['high'] or 'oo'}{right}")
    assert inside
    assert data["statement"].endswith(f" for {data['parameter']} in {' or '.join(texts)}")


def stated(data: dict[str, Any], arrays: list[str], matrices: Any, *, powers: bool) -> None:
    """The statement for the matrices of all modes."""
    assert np.isfinite(matrices).all()
    text = data["statement"]
    if text.startswith("||"):
        assert matrices.shape[1:] == (1, 1)
        assert np.abs(matrices).max() <= 1 + SLACK
    elif text.startswith("powers of the step stay bounded"):
        assert np.abs(np.linalg.eigvals(matrices)).max() <= 1 + ROOT_SLACK
        assert not powers or growth(matrices) < GROWTH
    elif text.startswith("the norm of the state never grows"):
        weights = [_weight(data["norm"], n) for n in arrays]
        assert len(weights) == data["norm"].count("||^2")
        root = np.sqrt(weights)
        scaled = root[:, None] * matrices / root[None, :]
        assert np.linalg.norm(scaled, 2, axis=(1, 2)).max() <= 1 + SLACK
    else:
        assert text.startswith("the energy is the same after every step")
        trace = np.trace(matrices, axis1=1, axis2=2)
        assert np.abs(np.linalg.det(matrices) - 1).max() <= SLACK
        assert np.abs(trace.imag).max() <= SLACK
        assert trace.real.max() <= 2 + SLACK
        assert trace.real.min() > -2


def _weight(norm: str, name: str) -> float:
    found = re.search(rf"([\d/]+ )?\|\|{re.escape(name)}\|\|\^2", norm)
    assert found is not None
    return float(Fraction(found[1].strip())) if found[1] else 1.0


def growth(matrices: Any) -> float:
    """By how much powers grow from 2^10 to 2^20, for the worst mode."""
    sizes = []
    power = matrices
    with np.errstate(all="ignore"):
        for _ in range(20):
            power = power @ power
            sizes.append(np.abs(power).max(axis=(1, 2)))
        early = np.maximum(np.max(sizes[:10], axis=0), 1e-3)
        ratio = np.max(sizes[10:], axis=0) / early
    return float(np.nan_to_num(ratio, nan=np.inf).max())
