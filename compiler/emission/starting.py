"""The `start` of an emitted module: inputs, formulas, prepared arrays, the method's start."""

from __future__ import annotations

from sympy import Symbol

from ..graph import Graph
from ..model import Data, Field
from ..naming import attribute, safe
from ..scheme import Scheme
from .learned import Rows
from .module import call_lines, state_names
from .words import weight


def start_lines(
    scheme: Scheme, graph: Graph, formulas: dict[str, tuple[str, tuple[Symbol, ...]]]
) -> list[str]:
    """The body of `start`: fields by their formulas, prepared arrays, the method's start."""
    lines: list[str] = []
    names = []
    for field in scheme.model.fields:
        parts = [s.name for s in field.symbols]
        names += parts
        lines += _given_lines(scheme, safe(field.name), parts, formulas)
    lines += _checks(scheme)
    for data in scheme.model.data:
        parts = [s.name for s in data.symbols]
        names += parts
        lines += _given_lines(scheme, safe(data.name), parts, formulas)
    assert scheme.step is not None
    for array in scheme.step.arrays:
        if array.rate_of is not None:
            names.append(array.name)
            lines += _rate_lines(array.name, array.rate_of.name, formulas)
    if graph.prepare:
        lines += _prepare_lines(scheme, graph)
        names += [a for c in graph.prepare for a in c.writes]
    if any(c.clocked for c in graph.start):
        lines.append("clock = 0")
    rows = Rows(scheme=scheme)
    if any(s in rows.symbols for c in graph.start for s in c.scalars):
        lines.append(f"{rows.targets} = self.weights()")
    for call in graph.start:
        lines += call_lines(scheme, call, names)
    kept = [*state_names(scheme), *(n for n in names if n not in state_names(scheme))]
    rates = {a.name for a in scheme.step.arrays if a.rate_of is not None and not a.level}
    pairs = ", ".join(f'"{safe(n)}": {safe(n)}' for n in kept if n not in rates)
    if any("counts" in line for line in lines):
        lines.insert(0, _counts_line(scheme))
    return [*lines, f"return {{{pairs}}}"]


def _checks(scheme: Scheme) -> list[str]:
    """Faces on a Dirichlet wall are checked, not imposed."""
    return [
        f'layers.check_faces({safe(u.symbol.name)}, PLACES["{safe(u.symbol.name)}"], "{u.field}")'
        for u in scheme.unknowns
        if u.kind == "field"
        and any(
            extra and e.rule == "wall" and e.mirror == 1 and e.slope == 0
            for extra, pair in zip(u.extra, u.edges, strict=True)
            for e in pair
        )
    ]


def _counts_line(scheme: Scheme) -> str:
    """How many points each axis has: fixed, or from the first input."""
    if all(a.count is not None for a in scheme.axes):
        return "counts = COUNTS"
    first = scheme.unknowns[0]
    dim = len(scheme.axes)
    return f"counts = tuple({safe(first.symbol.name)}.shape[-{dim}:])"


def _given_lines(
    scheme: Scheme,
    name: str,
    parts: list[str],
    formulas: dict[str, tuple[str, tuple[Symbol, ...]]],
) -> list[str]:
    """One field or data: its components, by formula where it is not given."""
    if parts == [name] or safe(parts[0]) == name:
        if parts[0] not in formulas:
            return []
        return [f"if {name} is None:", f"    {name} = {_formula_call(parts[0], formulas)}"]
    targets = ", ".join(map(safe, parts)) + ("," if len(parts) == 1 else "")
    unpack = f"{targets} = layers.components({name}, {len(scheme.axes)})"
    if parts[0] not in formulas:
        return [unpack]
    lines = [f"if {name} is None:"]
    lines += [f"    {safe(p)} = {_formula_call(p, formulas)}" for p in parts]
    return [*lines, "else:", f"    {unpack}"]


def _formula_call(part: str, formulas: dict[str, tuple[str, tuple[Symbol, ...]]]) -> str:
    function, scalars = formulas[part]
    extra = "".join(f", self.{attribute(s.name)}" for s in scalars)
    place = f'PLACES["{safe(part)}"]'
    return (
        f"layers.fill({function}(*layers.coordinates({place}, counts, like=self.tau.double())"
        f"{extra}), {place}, counts, like=self.tau)"
    )


def _rate_lines(
    name: str, unknown: str, formulas: dict[str, tuple[str, tuple[Symbol, ...]]]
) -> list[str]:
    """d/dt of an unknown at the start: given, by formula, or 0."""
    value = f"torch.zeros_like({safe(unknown)})"
    if name in formulas:
        function, scalars = formulas[name]
        place = f'PLACES["{safe(unknown)}"]'
        extra = "".join(f", self.{attribute(s.name)}" for s in scalars)
        value = (
            f"layers.fill({function}(*layers.coordinates({place}, counts,"
            f" like=self.tau.double()){extra}), {place}, counts, like=self.tau)"
        )
    return [f"if {safe(name)} is None:", f"    {safe(name)} = {value}"]


def _prepare_lines(scheme: Scheme, graph: Graph) -> list[str]:
    """Arrays that depend on given data and coordinates only."""
    axes = [a.name for a in scheme.axes]
    lines = []
    for call in graph.prepare:
        inputs = (*call.padded, *call.plain)
        if any(a in axes for a in inputs):
            targets = ", ".join(safe(a) for a in axes)
            lines.append(
                f"{targets}{',' if len(axes) == 1 else ''} = layers.coordinates("
                'PLACES["(points)"], counts, like=self.tau, halo=True, whole=True)'
            )
        padded = [
            safe(a) if a in axes else f'layers.pad({safe(a)}, PLACES["{safe(a)}"])'
            for a in call.padded
        ]
        scalars = [f"self.{weight(s)}" for s in call.scalars]
        values = ", ".join([*padded, *map(safe, call.plain), *scalars])
        targets = ", ".join(safe(a) for a in call.writes)
        lines.append(f"{targets} = {safe(call.routine or '')}({values})")
    return lines


def inputs_of(scheme: Scheme, formulas: dict[str, tuple[str, tuple[Symbol, ...]]]) -> list[str]:
    """Arguments of start and forward: fields, data without formula, then rates, then the rest."""
    assert scheme.step is not None
    needed: list[str] = []
    optional: list[str] = []
    items: tuple[Field | Data, ...] = (*scheme.model.fields, *scheme.model.data)
    for item in items:
        first = item.symbols[0].name
        (optional if first in formulas else needed).append(safe(item.name))
    optional += [safe(a.name) for a in scheme.step.arrays if a.rate_of is not None]
    return [f"{n}: Tensor" for n in needed] + [f"{n}: Tensor | None = None" for n in optional]
