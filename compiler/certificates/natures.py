"""What kind of step it is: linear, constant, steady, normal, of one level."""

from __future__ import annotations

from ..grid import Grid, reads
from ..model import TIME
from ..scheme import Scheme
from .atoms import Constant, Diffusive, Source, atoms
from .base import Unprovable
from .energy import depends


def is_normal(scheme: Scheme) -> bool:
    """One unknown, stencils with constant coefficients, on a torus."""
    if len(scheme.rates) != 1 or scheme.rates[0].order > 1:
        return False
    (rate,) = scheme.rates
    parts = atoms(scheme, rate, None)
    periodic = all(axis.periodic for axis in scheme.axes)
    return periodic and all(
        isinstance(a, Source) or (isinstance(a, Constant) and a.field == rate.unknown)
        for a in parts
    )


def is_linear(scheme: Scheme) -> bool:
    """No weight depends on a field: growth is that of a difference of two solutions."""
    return all(
        isinstance(a, Source | Constant)
        or (
            isinstance(a, Diffusive) and not any(f.weight and reads(f.weight) for f in a.flux.faces)
        )
        for rate in scheme.rates
        for a in atoms(scheme, rate, None)
    )


def is_steady(scheme: Scheme) -> bool:
    """Nothing that multiplies a field changes in time: what grows in one body grows in each."""
    for rate in scheme.rates:
        for a in atoms(scheme, rate, None):
            if isinstance(a, Source):
                continue
            faces = a.flux.faces if isinstance(a, Diffusive) else ()
            weights = [f.weight for f in faces if f.weight is not None]
            if a.coefficient.has(TIME) or not all(_is_steady_weight(scheme, w) for w in weights):
                return False
    return True


def _is_steady_weight(scheme: Scheme, weight: Grid) -> bool:
    try:
        return depends(scheme, weight)[3]
    except Unprovable:
        return False


def has_one_level(scheme: Scheme) -> bool:
    """The state between steps is the fields alone."""
    return scheme.step is not None and not any(a.level for a in scheme.step.arrays)


def is_constant(scheme: Scheme) -> bool:
    """Linear with coefficients that vary neither in space nor in time."""
    if any(term.coefficient.has(TIME) for rate in scheme.rates for term in rate.left):
        return False
    return all(
        isinstance(a, Source)
        or (isinstance(a, Constant) and not a.coefficient.has(TIME))
        or (
            isinstance(a, Diffusive)
            and not a.coefficient.has(TIME)
            and all(f.weight is None for f in a.flux.faces)
        )
        for rate in scheme.rates
        for a in atoms(scheme, rate, None)
    )
