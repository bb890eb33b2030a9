"""The class of an emitted module: weights, start, step, finish, forward."""

from __future__ import annotations

from collections.abc import Iterable

import sympy

from ..graph import Call, Graph
from ..model import Learned, Param, is_curve
from ..naming import attribute, safe
from ..scheme import Scheme
from .learned import Rows, full_text, init_of_learned
from .plan_text import is_time, table_name
from .words import Words, weight


def init_lines(scheme: Scheme, words: Words) -> list[str]:
    """Buffers, parameters that keep their range, learned functions."""
    lines = []
    step = scheme.step_value if scheme.step_value is not None else sympy.S.One
    lines.append(_buffer("tau", words.number(step)))
    for p in scheme.model.params:
        if p.of_limit or not _needed(scheme, p):
            continue
        name, value = attribute(p.name), words.number(p.value)
        if not p.trainable:
            lines.append(_buffer(name, value))
            continue
        start = f"torch.tensor({_float(value)}, dtype=torch.float64)"
        if p.per_step or p.per_channel:
            start = full_text(scheme, p, _float(value))
        lines.append(f"self.{name} = nn.Parameter({start})")
        if p.interval is not None:
            low, high = (words.number(x) for x in p.interval)
            lines.append(f'layers.keep_within(self, "{name}", {low}, {high})')
        elif p.positive:
            lines.append(f'layers.keep_positive(self, "{name}")')
    lines += init_of_learned(Rows(scheme=scheme))
    for seed, f in enumerate(f for f in scheme.model.functions if isinstance(f.body, Learned)):
        assert isinstance(f.body, Learned)
        if is_curve(f):
            continue
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
        rows = Rows(scheme=scheme)
        scalars = [
            rows.argument(s) if s in rows.symbols else f"self.{weight(s)}"
            for s in (*call.scalars, *call.networks)
        ]
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
    if (rows := Rows(scheme=scheme)).symbols:
        lines.append(f"{rows.targets} = self.weights() if weights is None else weights")
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


def finish_lines(scheme: Scheme, graph: Graph) -> list[str]:
    """The body of `finish`: fields at one time, a tensor for one unknown, a dict for several."""
    lines = [f'{safe(n)} = state["{safe(n)}"]' for n in _read_arrays(graph.finish)]
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
        whole = parts[0]
        if field.vector:
            comma = "," if len(parts) == 1 else ""
            whole = f"layers.joined(({', '.join(parts)}{comma}), {len(scheme.axes)})"
        values.append((field.name, whole))
    if len(values) == 1:
        return [*lines, f"return {values[0][1]}"]
    pairs = ", ".join(f'"{name}": {text}' for name, text in values)
    return [*lines, f"return {{{pairs}}}"]
