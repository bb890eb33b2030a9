"""The order of the differences in space, seen: one body from smooth fields on three grids.

Each grid has a third of the spacing of the one before, the step is the same. A body is a smooth
function of the differences, so that what it makes of smooth fields converges at their order:
log_3 of |s_h - s_{h/3}| / |s_{h/3} - s_{h/9}| at the points that all three share.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

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
from ..emitted import DOUBLE, Arrays, Emitted, places_count

if TYPE_CHECKING:
    from .trials import Trial

Masks: TypeAlias = Mapping[str, np.ndarray]
COARSE = {1: (27, 81), 2: (13, 27), 3: (7, 13)}  # points an axis; then, if these are too few
ROUGH = 0.35  # below the order: the next term of the expansion
ROUNDING = 2e-15  # of fields between 0 and 2
SMALL, NOISY, TRIES = 1e-6, 20.0, 20  # noise, what may become of it, how often a step is quartered
SHORT = 1e-2  # of the file's step: no stage of a long method is run beyond its interval


def of_order(trial: Trial) -> str:
    """Interior rows are consistent of that order; finer grids are asked before it is denied."""
    found = re.search(r"order (\d+)", trial.certificate.statement)
    scheme = trial.emitted.artifact.scheme
    if found is None or scheme is None or not _can_be_refined(scheme) or _has_seam(trial):
        return "the checker alone: no finer grids can be made of this one"
    seen: float | None = None
    for points in COARSE.get(len(scheme.axes), (5, 7)):
        seen = _seen(scheme, points)
        if seen is None:
            return "the checker alone: walls reach every point of the coarsest grid"
        if seen >= int(found[1]) - ROUGH:
            break
    else:
        trial.broken(f"differences converge with order {seen:.2f}")
    return "order: no error is left" if seen == math.inf else f"order {seen:.2f} on three grids"


def _seen(scheme: Scheme, points: int) -> float | None:
    """The order between three grids, the coarsest of so many points an axis.

    None where walls reach all of it, infinity where no error is left.
    """
    counts = tuple(_wanted(a, points) for a in scheme.axes)
    grids = [counts]
    for _ in range(2):
        grids.append(tuple(_third(a, n) for a, n in zip(scheme.axes, grids[-1], strict=True)))
    modules = [_on_grid(scheme, g) for g in grids]
    tau = _quiet(modules[-1], _step(scheme, counts))
    ends = [(m, _after(m, scheme, tau)) for m in modules]
    inner = _inner(*ends[0])
    if not all(mask.any() for mask in inner.values()):
        return None
    first, second = (_gap(ends[0][0], one, two, inner) for one, two in pairwise(ends))
    if second <= ROUNDING:
        return math.inf
    return math.log(first / second) / math.log(3) if first > 0 else 0.0


def _can_be_refined(scheme: Scheme) -> bool:
    """A domain with intervals, and no data or learned functions, whose formulas may be rough."""
    ends = all(a.length is not None and a.count is not None for a in scheme.axes)
    learned = any(not isinstance(f.body, sympy.Basic) for f in scheme.model.functions)
    return ends and not scheme.model.data and not learned


def _more(axis: GridAxis) -> int:
    """Points beyond length / spacing: 1 for nodes on both ends, -1 where both ends are walls."""
    assert axis.count is not None
    return int(axis.count - axis.length / axis.spacing_value)


def _has_seam(trial: Trial) -> bool:
    """Whether a coefficient may jump where a periodic axis begins: a coordinate is not periodic."""
    artifact = trial.emitted.artifact
    assert artifact.scheme is not None
    return places_count(artifact) and any(axis.periodic for axis in artifact.scheme.axes)


def _length(axis: GridAxis) -> float:
    assert axis.length is not None
    return float(axis.length)


def _wanted(axis: GridAxis, n: int) -> int:
    return n + _more(axis)


def _third(axis: GridAxis, n: int) -> int:
    return 3 * (n - _more(axis)) + _more(axis)


def _on_grid(scheme: Scheme, counts: tuple[int, ...]) -> Emitted:
    """The scheme on another grid."""
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
    return Emitted(artifact=artifact, counts=counts)


def _quiet(finest: Emitted, tau: float) -> float:
    """A step at which noise does not grow on the finest grid, where it would hide all else."""
    noise = {n: SMALL * a for n, a in finest.noise().items()}
    for _ in range(TRIES):
        finest.module.tau.fill_(tau)
        after = finest.moved(noise)
        if all(float(a.abs().max()) <= NOISY * SMALL for a in after.values()):
            break
        tau /= 4
    return tau


def _after(module: Emitted, scheme: Scheme, tau: float) -> Arrays:
    """One body from smooth fields."""
    module.module.tau.fill_(tau)
    return module.step(_smooth(module, scheme))


def _step(scheme: Scheme, counts: tuple[int, ...]) -> float:
    """A small part of the file's step, longer where the coarsest grid is coarser than its own."""
    own = float(scheme.step_value) if scheme.step_value is not None else 1.0
    wider = (a.count / n for a, n in zip(scheme.axes, counts, strict=True) if a.count)
    return SHORT * own * max(1.0, min(wider, default=1.0))


def _smooth(module: Emitted, scheme: Scheme) -> Arrays:
    """1 + a product of waves of one period on the domain, of slopes about 1; others for each array.

    Steeper ones leave the range in which a nonlinear flux is near its expansion.
    """
    found = {}
    height = min(1.0, *(_length(axis) / (4 * math.pi) for axis in scheme.axes))
    for number, name in enumerate(module.plan.levels):
        values = torch.ones((), dtype=DOUBLE)
        for axis, line in zip(scheme.axes, _lines(module, name), strict=True):
            phase = 2 * math.pi * (line - float(axis.low)) / _length(axis)
            values = values[..., None] * torch.from_numpy(np.sin(phase + 0.4 + 0.7 * number))
        found[name] = (1 + height * values).to(DOUBLE)
    return found


def _lines(module: Emitted, name: str) -> list[np.ndarray]:
    """Coordinates of the points of an array along each axis."""
    place = module.plan.places[name]
    return [
        o + h * np.arange(n)
        for o, h, n in zip(place.origin, place.spacing, module.shape(name), strict=True)
    ]


def _inner(module: Emitted, after: Arrays) -> dict[str, np.ndarray]:
    """Where a body on the coarsest grid reads nothing that depends on a wall.

    What lies in the reach of a wall is changed; points that do not notice are inner ones.
    """
    scheme = module.artifact.scheme
    assert scheme is not None
    changed = {}
    for name, values in _smooth(module, scheme).items():
        place = module.plan.places[name]
        for axis, (sides, halo) in enumerate(zip(place.sides, place.halo, strict=True)):
            if sides[0].rule != "periodic":
                width = max(1, *halo)
                values.narrow(axis, 0, min(width, values.shape[axis])).add_(1.0)
                start = max(0, values.shape[axis] - width)
                values.narrow(axis, start, values.shape[axis] - start).add_(1.0)
        changed[name] = values
    other = module.step(changed)
    return {n: (after[n] - other[n]).abs().numpy() <= ROUNDING for n in after}


def _gap(
    coarse: Emitted, one: tuple[Emitted, Arrays], two: tuple[Emitted, Arrays], inner: Masks
) -> float:
    """The largest difference of two results, at inner points of the coarsest grid."""
    found = 0.0
    for name, mask in inner.items():
        values = []
        for module, arrays in (one, two):
            index = []
            for x, own in zip(_lines(coarse, name), _lines(module, name), strict=True):
                at = (x - own[0]) / (own[1] - own[0])
                assert np.abs(at - np.round(at)).max() < 1e-6, "the grids share no points"
                index.append(np.round(at).astype(int))
            values.append(arrays[name].numpy()[np.ix_(*index)])
        found = max(found, float(np.abs(values[0] - values[1])[mask].max(initial=0.0)))
    return found
