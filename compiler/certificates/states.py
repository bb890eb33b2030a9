"""Small grids and states for witnesses: alternating signs, period 4, arches, single bumps."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import cos, pi, sin

import numpy as np

from ..grid import Flux, Linear, Read, walk
from ..reference.arithmetic import Values
from ..scheme import GridAxis, Scheme
from .methods import Foreign, tableau
from .natures import is_constant

SIZES = (4, 8, 16)
MOST_POINTS = 5000


def grids(scheme: Scheme) -> Iterator[tuple[int, ...]]:
    """Small grids on which a state is one on the file's grid too, without those of the same waves.

    On a torus and with constant coefficients `modes` of 8 points are those of 4.
    """
    reaches, seen = reach(scheme), set[tuple[int, ...]]()
    alike = all(axis.periodic for axis in scheme.axes) and is_constant(scheme)
    for size in SIZES:
        counts = []
        for axis, (below, above) in zip(scheme.axes, reaches, strict=True):
            n = size
            if axis.periodic and axis.count is not None and varies(scheme, axis):
                n = axis.count  # what repeats in the state does not repeat in the scheme
            elif axis.periodic:
                if axis.count is not None and axis.count % size:
                    n = 2 if axis.count % 2 == 0 else axis.count
            else:
                n = size + below + above
                n = n if axis.count is None else min(n, axis.count)
            counts.append(n)
        waves = tuple(4 if alike and n % 4 == 0 else n for n in counts)
        if int(np.prod(counts)) <= MOST_POINTS and waves not in seen:
            seen.add(waves)
            yield tuple(counts)


def varies(scheme: Scheme, axis: GridAxis) -> bool:
    """A term or given data depend on the coordinate of an axis."""
    nodes = {node for rate in scheme.rates for term in rate.terms for node in walk(term.value)}
    read = {node.symbol for node in nodes if isinstance(node, Read)}
    formulas = [
        f for d in scheme.model.data if read.intersection(d.symbols) for f in d.formula or ()
    ]
    return axis.symbol in read or any(axis.symbol in f.free_symbols for f in formulas)


def reach(scheme: Scheme) -> list[tuple[int, int]]:
    """How far a body reaches along each axis, roughly: twice the widest stencil a stage."""
    widest = 1
    for rate in scheme.rates:
        for term in rate.terms:
            for node in walk(term.value):
                stencils = [s for s, _ in node.terms] if isinstance(node, Linear) else []
                stencils += [f.difference for f in node.faces] if isinstance(node, Flux) else []
                for s in stencils:
                    widest = max([widest, *(r for pair in s.reach for r in pair)])
    try:
        stages = tableau(scheme).stages
    except Foreign:
        stages = 1
    return [(2 * widest * stages, 2 * widest * stages) for _ in scheme.axes]


def modes(scheme: Scheme, counts: tuple[int, ...]) -> Iterator[tuple[str, Values]]:
    """Products of waves along the axes: alternating signs, period 4, and the constant."""
    per_axis: list[list[tuple[str, list[Fraction]]]] = []
    for axis, n in zip(scheme.axes, counts, strict=True):
        per_axis.append(_waves(scheme, axis.periodic, axis.count, n))
    for chosen in product(*per_axis):
        names = {f"{name} along {axis.name}" for (name, _), axis in
                 zip(chosen, scheme.axes, strict=True)}  # fmt: skip
        values = np.empty(counts, dtype=object)
        for index in np.ndindex(*counts):
            value = Fraction(1)
            for i, (_, wave) in zip(index, chosen, strict=True):
                value *= wave[i]
            values[index] = value
        if any(values.flat):
            yield ", ".join(sorted(names)), values


def _waves(
    scheme: Scheme, periodic: bool, count: int | None, n: int
) -> list[tuple[str, list[Fraction]]]:
    signs = [Fraction((-1) ** i) for i in range(n)]
    if periodic:
        found = (
            [("alternating", signs)]
            if n % 2 == 0
            else [("highest wave", _rounded([cos(2 * pi * (n // 2) * i / n) for i in range(n)]))]
        )
        if n % 4 == 0:
            found.append(("period 4", [Fraction((1, 0, -1, 0)[i % 4]) for i in range(n)]))
        return [*found, ("constant", [Fraction(1)] * n)]
    if count == n:  # the file's own grid: its walls are part of it
        bump = _rounded([sin(pi * (i + 0.5) / n) for i in range(n)])
        return [
            ("alternating", signs),
            ("alternating under an arch", [s * b for s, b in zip(signs, bump, strict=True)]),
        ]
    (below, above) = reach(scheme)[0]
    inner = n - below - above
    if count is None:
        below, above, inner = 0, 0, n
    if inner < 1:
        return []
    arch = _rounded([sin(pi * (i + 0.5) / inner) for i in range(inner)])
    patch = [Fraction(0)] * below + arch + [Fraction(0)] * above
    return [("alternating under an arch", [s * b for s, b in zip(signs, patch, strict=True)])]


def _rounded(values: list[float]) -> list[Fraction]:
    return [Fraction(round(v * 1000), 1000) for v in values]
