"""The order of the differences in space, seen: one body from smooth fields on three grids.

Each grid has a third of the spacing of the one before, the step is the same. A body is a smooth
function of the differences, so that what it makes of smooth fields converges at their order:
log_3 of |s_h - s_{h/3}| / |s_{h/3} - s_{h/9}| at the points that all three share.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import sympy
import torch

from ..compiler.discretise import discretise
from ..compiler.emit import Artifact, emit
from ..compiler.integrators.du_fort_frankel import ALPHA
from ..compiler.pipeline import lower, understand
from ..compiler.scheme import GridAxis, Scheme
from ..compiler.source import Faults
from ..compiler.stepping import substituted
from ..emitted import DOUBLE, Arrays, Emitted

if TYPE_CHECKING:
    from .trials import Trial

COARSE = {1: 27, 2: 13, 3: 7}
ROUGH = 0.35  # below the order: the next term of the expansion
ROUNDING = 2e-15  # of fields between 0 and 2
SHORT = 1e-2  # of the file's step: no stage of a long method is run beyond its interval


def of_order(trial: Trial) -> str:
    """Interior rows are consistent of that order."""
    found = re.search(r"order (\d+)", trial.certificate.statement)
    scheme = trial.emitted.artifact.scheme
    if found is None or scheme is None or not _can_be_refined(scheme):
        return "the checker alone: no finer grids can be made of this one"
    claimed, dim = int(found[1]), len(scheme.axes)
    counts = tuple(_wanted(a, COARSE.get(dim, 5)) for a in scheme.axes)
    grids = [counts]
    for _ in range(2):
        grids.append(tuple(_third(a, n) for a, n in zip(scheme.axes, grids[-1], strict=True)))
    tau = _step(scheme, counts)
    ends = [_after(scheme, g, tau) for g in grids]
    first = max(_gap(ends[0], ends[0], ends[1], scheme).values(), default=0.0)
    second = max(_gap(ends[0], ends[1], ends[2], scheme).values(), default=0.0)
    if second <= ROUNDING:
        return "order: no error is left"
    seen = math.log(first / second) / math.log(3) if first > 0 else 0.0
    if seen < claimed - ROUGH:
        trial.broken(f"differences on grids of {grids} converge with order {seen:.2f}")
    return f"order {seen:.2f} on grids of {' and '.join(str(g[0]) for g in grids)} points"


def _can_be_refined(scheme: Scheme) -> bool:
    """A domain with intervals, and no data or learned functions, whose formulas may be rough."""
    ends = all(a.length is not None and a.count is not None for a in scheme.axes)
    learned = any(not isinstance(f.body, sympy.Basic) for f in scheme.model.functions)
    return ends and not scheme.model.data and not learned


def _more(axis: GridAxis) -> int:
    """Points beyond length / spacing: 1 for nodes on both ends, -1 where both ends are walls."""
    assert axis.count is not None
    return int(axis.count - axis.length / axis.spacing_value)


def _length(axis: GridAxis) -> float:
    assert axis.length is not None
    return float(axis.length)


def _wanted(axis: GridAxis, n: int) -> int:
    return n + _more(axis)


def _third(axis: GridAxis, n: int) -> int:
    return 3 * (n - _more(axis)) + _more(axis)


def _after(scheme: Scheme, counts: tuple[int, ...], tau: float) -> tuple[Emitted, Arrays]:
    """One body of the scheme on another grid, from smooth fields."""
    source = scheme.model.source
    model = understand(source, Faults(source), grid=counts)
    found = discretise(model)
    assert found.step is not None
    found = replace(
        found,
        step=substituted(found.step, {ALPHA: sympy.S.One}),
        step_value=sympy.Rational(1, 1000),
        steps=1,
    )
    code, digest = emit(found, lower(found), scheme_sha256="")
    artifact = Artifact(name=model.name, source_code=code, certificates=(), digest=digest,
                        scheme=found)  # fmt: skip
    module = Emitted(artifact=artifact, counts=counts, tau=tau)
    return module, module.step(_smooth(module, scheme))


def _step(scheme: Scheme, counts: tuple[int, ...]) -> float:
    """A small part of the file's step, longer where the coarsest grid is coarser than its own."""
    own = float(scheme.step_value) if scheme.step_value is not None else 1.0
    wider = (a.count / n for a, n in zip(scheme.axes, counts, strict=True) if a.count)
    return SHORT * own * max(1.0, min(wider, default=1.0))


def _smooth(module: Emitted, scheme: Scheme) -> Arrays:
    """1 + a product of waves of one period on the domain, others for each array."""
    found = {}
    for number, name in enumerate(module.plan.levels):
        values = torch.ones((), dtype=DOUBLE)
        for axis, line in zip(scheme.axes, _lines(module, name), strict=True):
            phase = 2 * math.pi * (line - float(axis.low)) / _length(axis)
            values = values[..., None] * torch.from_numpy(np.sin(phase + 0.4 + 0.7 * number))
        found[name] = (1 + values).to(DOUBLE)
    return found


def _lines(module: Emitted, name: str) -> list[np.ndarray]:
    """Coordinates of the points of an array along each axis."""
    place = module.plan.places[name]
    return [
        o + h * np.arange(n)
        for o, h, n in zip(place.origin, place.spacing, module.shape(name), strict=True)
    ]


def _gap(
    shared: tuple[Emitted, Arrays],
    one: tuple[Emitted, Arrays],
    two: tuple[Emitted, Arrays],
    scheme: Scheme,
) -> dict[str, float]:
    """The largest difference of two results, at inner points of the coarsest grid."""
    found = {}
    for name in one[1]:
        lines = [
            x if axis.periodic else x[_inner(x, axis)]
            for axis, x in zip(scheme.axes, _lines(shared[0], name), strict=True)
        ]
        values = []
        for module, arrays in (one, two):
            index = []
            for x, own in zip(lines, _lines(module, name), strict=True):
                at = (x - own[0]) / (own[1] - own[0])
                assert np.abs(at - np.round(at)).max() < 1e-6, "the grids share no points"
                index.append(np.round(at).astype(int))
            values.append(arrays[name].numpy()[np.ix_(*index)])
        found[name] = float(np.abs(values[0] - values[1]).max(initial=0.0))
    return found


def _inner(x: np.ndarray, axis: GridAxis) -> np.ndarray:
    """The middle third of a line between walls."""
    low, length = float(axis.low), _length(axis)
    return (x > low + length / 3) & (x < low + 2 * length / 3)
