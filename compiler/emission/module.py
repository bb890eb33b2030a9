"""The class of an emitted module: weights, start, step, finish, forward."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Symbol

from ..graph import Call, Graph
from ..model import Data, Field, Learned, Param
from ..naming import attribute, safe
from ..scheme import Scheme
from .plan_text import is_time, table_name
from .words import Words


def init_lines(scheme: Scheme, words: Words) -> list[str]:
    """Buffers, parameters that keep their range, learned functions."""
    lines = []
    if scheme.step_value is not None:
        lines.append(_buffer("tau", words.number(scheme.step_value)))
    for p in scheme.model.params:
        if p.of_limit or not _needed(scheme, p):
            continue
        name, value = attribute(p.name), words.number(p.value)
        if not p.trainable:
            lines.append(_buffer(name, value))
            continue
        lines.append(
            f"self.{name} = nn.Parameter(torch.tensor({_float(value)}, dtype=torch.float64))"
        )
        if p.interval is not None:
            low, high = (words.number(x) for x in p.interval)
            lines.append(f'layers.keep_within(self, "{name}", {low}, {high})')
        elif p.positive:
            lines.append(f'layers.keep_positive(self, "{name}")')
    for seed, f in enumerate(f for f in scheme.model.functions if isinstance(f.body, Learned)):
        assert isinstance(f.body, Learned)
        sizes = ", ".join(map(str, f.body.sizes))
        activation = dict(f.body.options).get("activation", "tanh")
        lines.append(
            f'self.{attribute(f.name)} = layers.Mlp(({sizes}), "{activation}", seed={seed})'
        )
    return lines or ["pass"]


def _buffer(name: str, value: str) -> str:
    return f'self.register_buffer("{name}", torch.tensor({_float(value)}, dtype=torch.float64))'


def _float(value: str) -> str:
    return value if any(c in value for c in "./e") or "math" in value else f"{value}.0"


def _needed(scheme: Scheme, param: Param) -> bool:
    return bool(param.value.is_number)


def state_names(scheme: Scheme) -> list[str]:
    """Fields' components and levels: the state between steps."""
    assert scheme.step is not None
    fields = [u.symbol.name for u in scheme.unknowns if u.kind == "field"]
    levels = [a.name for a in scheme.step.arrays if a.level]
    return fields + [n for n in levels if n not in fields]


def call_lines(scheme: Scheme, call: Call, written: Iterable[str]) -> list[str]:
    """The statements of one call: pads, the function, renames; a loop if it has a table."""
    lines: list[str] = []
    if call.routine is not None:
        time = ", t" if call.clocked else ""
        padded = [f'layers.pad({safe(a)}, PLACES["{safe(a)}"]{time})' for a in call.padded]
        scalars = [f"self.{attribute(s.name)}" for s in (*call.scalars, *call.networks)]
        columns = [s for s, _ in call.table if not is_time(call, s)]
        values = [*padded, *map(safe, call.plain), *scalars, *(safe(s.name) for s in columns)]
        values += ["t"] if call.timed else []
        if call.clocked:
            lines.append(f"t = {_clock(call)}")
        targets = ", ".join(safe(a) for a in call.writes)
        lines.append(f"{targets} = {safe(call.routine)}({', '.join(values)})")
    if call.moves:
        targets = ", ".join(safe(a) for a, _ in call.moves)
        sources = ", ".join(safe(b) for _, b in call.moves)
        lines.append(f"{targets} = {sources}")
    return _looped(call, lines)


def _clock(call: Call) -> str:
    """The time of evaluation: (index + offset) * tau."""
    if call.time == 0:
        return "clock * self.tau"
    text = str(call.time) if not call.time.free_symbols else safe(str(call.time))
    return f"(clock + {text}) * self.tau"


def _looped(call: Call, lines: list[str]) -> list[str]:
    """A table makes a loop over its rows."""
    if not call.table:
        return lines
    shown = [s for s, _ in call.table if call.clocked or not is_time(call, s)]
    names = ", ".join(safe(s.name) for s in shown)
    tables = ", ".join(table_name(call, s) for s in shown)
    loop = (
        f"for {names} in zip({tables}, strict=True):"
        if len(shown) > 1
        else (f"for {names} in {tables}:")
    )
    return [loop, *(f"    {line}" for line in lines)]


def step_lines(scheme: Scheme, graph: Graph) -> list[str]:
    """The body of `step`: take the arrays from the state, run the calls, give the new state."""
    names = state_names(scheme)
    reads = _read_arrays(graph.body)
    given = [n for n in reads if n not in names and not _made(n, graph.body)]
    lines = [f'{safe(n)} = state["{safe(n)}"]' for n in (*names, *given) if n in reads]
    if any(c.clocked for c in graph.body):
        assert scheme.step is not None
        lines.append(f"clock = {_clock_of(scheme)}")
    for call in graph.body:
        lines += call_lines(scheme, call, names)
    changed = [n for n in names if _made(n, graph.body)]
    pairs = ", ".join(f'"{safe(n)}": {safe(n)}' for n in changed)
    lines.append(
        f"return {{**state, {pairs}}}"
        if len(changed) < len(names) or given
        else f"return {{{pairs}}}"
    )
    return lines


def _clock_of(scheme: Scheme) -> str:
    assert scheme.step is not None
    advance = scheme.step.advance
    text = "index" if advance == 1 else f"{advance} * index"
    return f"{scheme.step.start_steps} + {text}" if scheme.step.start_steps else text


def _read_arrays(calls: tuple[Call, ...]) -> list[str]:
    found: dict[str, None] = {}
    for call in calls:
        found |= dict.fromkeys((*call.padded, *call.plain))
        found |= dict.fromkeys(b for _, b in call.moves)
    return list(found)


def _made(name: str, calls: tuple[Call, ...]) -> bool:
    return any(name in c.writes or any(name == a for a, _ in c.moves) for c in calls)


def start_lines(
    scheme: Scheme, graph: Graph, formulas: dict[str, tuple[str, tuple[Symbol, ...]]], words: Words
) -> list[str]:
    """The body of `start`: fields by their formulas, prepared arrays, the method's start."""
    lines: list[str] = []
    names = []
    for field in scheme.model.fields:
        parts = [s.name for s in field.symbols]
        names += parts
        lines += _given_lines(scheme, safe(field.name), parts, formulas)
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
    for call in graph.start:
        lines += call_lines(scheme, call, names)
    kept = [*state_names(scheme), *(n for n in names if n not in state_names(scheme))]
    rates = {a.name for a in scheme.step.arrays if a.rate_of is not None and not a.level}
    pairs = ", ".join(f'"{safe(n)}": {safe(n)}' for n in kept if n not in rates)
    if any("counts" in line for line in lines):
        lines.insert(0, _counts_line(scheme))
    return [*lines, f"return {{{pairs}}}"]


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
    if len(parts) == 1:
        if parts[0] not in formulas:
            return []
        call = _formula_call(parts[0], formulas)
        return [f"if {name} is None:", f"    {name} = {call}"]
    targets = ", ".join(map(safe, parts))
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
                'PLACES["(points)"], counts, like=self.tau, halo=True)'
            )
        padded = [
            safe(a) if a in axes else f'layers.pad({safe(a)}, PLACES["{safe(a)}"])'
            for a in call.padded
        ]
        scalars = [f"self.{attribute(s.name)}" for s in call.scalars]
        values = ", ".join([*padded, *map(safe, call.plain), *scalars])
        targets = ", ".join(safe(a) for a in call.writes)
        lines.append(f"{targets} = {safe(call.routine or '')}({values})")
    return lines


def finish_lines(scheme: Scheme, graph: Graph) -> list[str]:
    """The body of `finish`: fields at one time, a tensor for one unknown, a dict for several."""
    lines = []
    reads = _read_arrays(graph.finish)
    for name in reads:
        lines.append(f'{safe(name)} = state["{safe(name)}"]')
    if any(c.clocked for c in graph.finish):
        lines.append(f"clock = {_clock_of(scheme)}")
    for call in graph.finish:
        lines += call_lines(scheme, call, ())
    values = []
    for field in scheme.model.fields:
        parts = [
            safe(s.name) if _made(s.name, graph.finish) else f'state["{safe(s.name)}"]'
            for s in field.symbols
        ]
        whole = (
            parts[0]
            if len(parts) == 1
            else (f"layers.joined(({', '.join(parts)}), {len(scheme.axes)})")
        )
        values.append((safe(field.name), whole))
    if len(values) == 1:
        return [*lines, f"return {values[0][1]}"]
    pairs = ", ".join(f'"{name}": {text}' for name, text in values)
    return [*lines, f"return {{{pairs}}}"]


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
