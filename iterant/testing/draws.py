"""Strategies of hypothesis: random texts of classic families, fields, and parameters.

The library is loaded when a strategy is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from ..compiler.emit import Artifact
from ..runtime.faults import UserError, need
from .families import FAMILIES

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

SMALL = 64  # denominators, but for those of the ends


def schemes(*families: str, stable: bool | None = None) -> SearchStrategy[str]:
    """Texts of valid schemes with `certify l2_stable`, of the named families or of all.

    Families: "heat", "advection", "advection_diffusion", "wave", "iterate" (node by node, one to
    three levels). `stable`: with a step that is certified to be below the limit (True), or with
    one that is drawn without regard to it (False); None draws both. An iterate has no step, and
    its coefficients are drawn.
    """
    st = _strategies("random schemes")
    unknown = [name for name in families if name not in FAMILIES]
    if unknown:
        known = ", ".join(FAMILIES)
        raise UserError(f"there is no family {unknown[0]!r} of schemes", f"known: {known}")
    chosen = families or tuple(FAMILIES)
    found: SearchStrategy[str] = st.one_of(*(FAMILIES[name](st, stable) for name in chosen))
    return found


def fields(
    artifact: Artifact | Sequence[int], *, scale: float = 1.0, batch: Sequence[int] = ()
) -> SearchStrategy[Any]:
    """Random fields in float64: noise, a spike, alternating signs, a long wave, or nothing.

    For a shape a tensor of that shape; for an artifact a dict of inputs by field, as
    `iterant.run` takes them, on its own grid, or on a small one where the size is free.
    """
    st = _strategies("random fields")
    if not isinstance(artifact, Artifact):
        return _tensor(st, (*batch, *artifact), scale)
    plan = artifact.module().plan
    counts = plan.counts or tuple(range(6, 6 + len(plan.axes)))
    shapes = {}
    for name in plan.fields:
        places = [plan.places[part] for part in plan.components[name]]
        parts = [tuple(n + e for n, e in zip(counts, p.extra, strict=True)) for p in places]
        if not plan.is_vector(name):
            shapes[name] = _tensor(st, (*batch, *parts[0]), scale)
        elif len(set(parts)) == 1:
            shapes[name] = _tensor(st, (*batch, len(parts), *parts[0]), scale)
        else:
            shapes[name] = st.tuples(*(_tensor(st, (*batch, *p), scale) for p in parts))
    inputs: SearchStrategy[Any] = st.fixed_dictionaries(shapes)
    return inputs


def parameters(artifact: Artifact) -> SearchStrategy[Mapping[str, Fraction]]:
    """Values of the parameters by name within their declared sets, as `iterant.compile` takes them.

    A parameter without a set keeps the value of the file.
    """
    st = _strategies("random parameters")
    scheme = artifact.scheme
    if scheme is None:
        raise UserError("an artifact that was not compiled here does not say what its sets are")
    found = {}
    for param in scheme.model.params:
        if param.of_limit or not (param.positive or param.interval):
            continue
        low, high = param.interval or (None, None)
        bottom = Fraction(1, 100) if low is None and param.positive else _end(low, -10)
        top = _end(high, 10)
        ends = (bottom, max(top, bottom))
        fine = max(SMALL, *(end.denominator for end in ends))
        found[param.name] = st.fractions(*ends, max_denominator=fine)
    values: SearchStrategy[Mapping[str, Fraction]] = st.fixed_dictionaries(found)
    return values


def _end(value: Any, infinite: int) -> Fraction:
    """An end of a set as an exact number."""
    if value is None or not value.is_Rational:
        return Fraction(infinite)
    return Fraction(int(value.p), int(value.q))


def _tensor(st: Any, shape: tuple[int, ...], scale: float) -> SearchStrategy[Any]:
    """One tensor of a shape."""
    import torch

    def made(kind: str, seed: int) -> Any:
        values = scale * KINDS[kind](shape, np.random.default_rng(seed))
        return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float64))

    found: SearchStrategy[Any] = st.builds(made, st.sampled_from(list(KINDS)), st.integers(0, 999))
    return found


def _spike(shape: tuple[int, ...], random: np.random.Generator) -> Any:
    values = np.zeros(shape)
    values[tuple(int(random.integers(n)) for n in shape)] = 1.0
    return values


def _alternating(shape: tuple[int, ...], _: np.random.Generator) -> Any:
    return 1.0 - 2.0 * (np.indices(shape).sum(axis=0) % 2)


def _long_wave(shape: tuple[int, ...], random: np.random.Generator) -> Any:
    phase = sum(x / n for x, n in zip(np.indices(shape), shape, strict=True))
    return np.sin(2 * np.pi * (phase + random.uniform()))


KINDS: Mapping[str, Any] = {
    "noise": lambda shape, random: random.standard_normal(shape),
    "spike": _spike,
    "alternating": _alternating,
    "long wave": _long_wave,
    "nothing": lambda shape, _: np.zeros(shape),
}


def _strategies(what: str) -> Any:
    return need("hypothesis.strategies", extra="test", to=what)
