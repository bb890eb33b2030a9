"""Graph -> Artifact: names, statements, the frame of the template, the digest."""

from __future__ import annotations

import hashlib
import re
import textwrap
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined
from sympy import Symbol

from .artifact import Artifact
from .emission.functions import calls_of, formulas_text, function_text, routine_text
from .emission.layout import layout
from .emission.learned import Rows, weights_doc, weights_lines
from .emission.module import finish_lines, init_lines, state_names, step_lines
from .emission.plan_text import Places, is_time, places_text, points_text, stage_text, table_name
from .emission.starting import inputs_of, start_lines
from .emission.words import Words, plain_text, weight
from .graph import Call, Graph, Input
from .model import Data, Field
from .naming import class_name, safe
from .printer import number
from .scheme import Scheme, Step


def emit(scheme: Scheme, graph: Graph, *, scheme_sha256: str) -> tuple[str, str]:
    """(source text, digest): deterministic, laid out as ruff would."""
    words = Words(
        scheme=scheme,
        file=plain_text(scheme.model.source.name.rsplit("/", 1)[-1]),
        extents={p.name: p.extra for p in graph.places},
        channels={p.name: p.channels for p in graph.places},
    )
    context = _context(scheme, graph, words) | {"scheme_sha256": scheme_sha256}
    template = Environment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
        autoescape=False,
    ).from_string(_template())  # fmt: skip
    text = layout(template.render(context))
    digest = digest_of(text)
    return text.replace('DIGEST = ""', f'DIGEST = "sha256:{digest}"'), f"sha256:{digest}"


def digest_of(text: str) -> str:
    """sha256 of an emitted text with its digest line blanked."""
    blank = re.sub(r'^DIGEST = ".*"$', 'DIGEST = ""', text, flags=re.MULTILINE)
    return hashlib.sha256(blank.encode()).hexdigest()


def _template() -> str:
    return resources.files(__package__).joinpath("templates/module.py.jinja").read_text("utf-8")


def _context(scheme: Scheme, graph: Graph, words: Words) -> dict[str, Any]:
    """Everything that the template lays into its frame."""
    assert scheme.step is not None
    calls = calls_of(graph)
    formulas, formula_texts = _formulas(scheme, words)
    routines = [routine_text(scheme, r, calls[r.name], words) for r in graph.routines]
    functions: list[list[str]] = []
    done: set[Symbol] = set()
    while set(words.used) - done:
        for symbol in [s for s in words.used if s not in done]:
            done.add(symbol)
            functions.insert(0, function_text(scheme, words.used[symbol], words))
    walls: dict[str, str] = {}
    places = places_text(Places(scheme=scheme, words=words, walls=walls), graph)
    halo = _coordinate_halo(scheme, graph)
    if graph.prepare and halo is not None:
        places.append(points_text(scheme, words, halo))
    start = start_lines(scheme, graph, formulas)
    inputs = inputs_of(scheme, formulas)
    rows = Rows(scheme=scheme)
    text = {
        "title": _title(scheme),
        "equations": _equations(scheme, words),
        "method": _method(scheme),
        "letters": _letters(scheme),
        "constants": _constants(scheme, graph, words),
        "places": places,
        "walls": list(walls.values()),
        "functions": ["\n".join(f) for f in (*functions, *routines, *formula_texts)],
        "class_name": class_name(scheme.model.name),
        "class_doc": _class_doc(scheme),
        "plan": _plan(scheme, graph, words),
        "init": init_lines(scheme, words),
        "weights": weights_lines(rows, words) if rows.symbols else [],
        "weights_doc": weights_doc(rows),
        "inputs": ", ".join(["self", *inputs]),
        "names": ", ".join(i.split(":")[0] for i in inputs),
        "start": start,
        "step": step_lines(scheme, graph),
        "finish": finish_lines(scheme, graph),
        "several": len(scheme.model.fields) > 1,
        "bodies": _bodies(scheme.step),
    }
    return text | _imports(text)


def _imports(text: dict[str, Any]) -> dict[str, Any]:
    """Only the words that the text uses are imported."""
    everything = repr(text)
    words = ("NONE", "PERIODIC", "REFLECT", "Place", "Plan", "Side", "Stage")
    used = [
        w for w in words if re.search(rf"\b{w}\b", everything) or w in ("Place", "Plan", "Stage")
    ]
    return {
        "math": "math." in everything,
        "runtime": ", ".join(w for w in ("inner", "layers") if f"{w}." in everything),
        "plan_words": ", ".join(used),
    }


def _formulas(
    scheme: Scheme, words: Words
) -> tuple[dict[str, tuple[str, tuple[Symbol, ...]]], list[list[str]]]:
    """Initial values and data by formula: component -> (function, scalars), and the functions."""
    found: dict[str, tuple[str, tuple[Symbol, ...]]] = {}
    texts: list[list[str]] = []

    def add(part: str, expression: Any, kind: str) -> None:
        name = f"{kind}_{safe(part)}"
        lines, scalars = formulas_text(scheme, name, f"{kind} {part}", [(part, expression)], words)
        found[part] = (name, scalars)
        texts.append(lines)

    starts = {i.unknown.name: i.value for i in scheme.model.initial if not i.rate}
    if starts:
        for u in scheme.unknowns:
            if u.kind == "field":
                add(u.symbol.name, starts.get(u.symbol.name, 0 * scheme.axes[0].symbol), "initial")
    for data in scheme.model.data:
        for symbol, formula in zip(data.symbols, data.formula or (), strict=False):
            add(symbol.name, formula, "given")
    assert scheme.step is not None
    rates = {i.unknown: i.value for i in scheme.model.initial if i.rate}
    for array in scheme.step.arrays:
        if array.rate_of in rates and rates[array.rate_of] != 0:
            add(array.name, rates[array.rate_of], "rate")
    return found, texts


def _coordinate_halo(scheme: Scheme, graph: Graph) -> list[tuple[int, int]] | None:
    """How far beyond the points coordinates are needed by the prepared arrays."""
    places = {p.name: p for p in graph.places}
    names = [a.name for a in scheme.axes]
    return [places[n].halo[i] for i, n in enumerate(names)] if set(names) <= set(places) else None


# ---- words of the head


def _title(scheme: Scheme) -> str:
    doc = scheme.model.doc.rstrip(".")
    text = f"{scheme.model.name}: {doc}." if doc else f"{scheme.model.name}."
    return "\n".join(textwrap.wrap(plain_text(text), 92))


def _equations(scheme: Scheme, words: Words) -> list[str]:
    """The equations as they stand in the file, with their lines."""
    spans = dict.fromkeys(e.span for e in scheme.model.equations)
    found = []
    for span in spans:
        line, _ = scheme.model.source.line_column(span.start)
        text = " ".join(scheme.model.source.quote(span).split())
        text = text.removeprefix("equation ").removeprefix("iterate ")
        text = plain_text(text)
        found += textwrap.wrap(f"{text}    [{words.file}:{line}]", 92, subsequent_indent="    ")
    return found


def _method(scheme: Scheme) -> str:
    assert scheme.step is not None
    step = f", tau = {number(scheme.step_value)[0]}" if scheme.step_value is not None else ""
    spacing = ", ".join(f"{s} = {v}" for s, v in scheme.spacings.items())
    return f"{scheme.step.method}{step}; {spacing}."


def _letters(scheme: Scheme) -> list[str]:
    """A legend of letters and shapes."""
    axes = ", ".join(a.name.upper() for a in scheme.axes)
    names = ", ".join(a.name for a in scheme.axes)
    fields = ", ".join(f.name for f in scheme.model.fields)
    params = ", ".join(p.name for p in scheme.model.params)
    tail = f"; parameters {params}" if params else ""
    return [
        f"Letters: unknown {fields}; tau step{tail}; axes {names}.",
        f"Shapes: (..., {axes}) with any leading batch axes; ghosts are added by `layers.pad`.",
    ]


def _bodies(step: Step) -> str:
    """How often `step` runs: steps of the start are taken off, inner steps count as one."""
    text = f"STEPS - {step.start_steps}" if step.start_steps else "STEPS"
    return f"{text} // {step.inner}" if step.inner != 1 else text


def _class_doc(scheme: Scheme) -> str:
    assert scheme.step is not None
    steps = f"{scheme.steps} steps" if scheme.steps is not None else "Steps"
    return f"{steps} of {scheme.step.method}."


def _constants(scheme: Scheme, graph: Graph, words: Words) -> list[str]:
    """STEPS, COUNTS, scales of stencils, tables."""
    assert scheme.step is not None
    lines = [f"STEPS = {scheme.steps if scheme.steps is not None else 1}"]
    counts = [a.count for a in scheme.axes]
    if all(c is not None for c in counts):
        lines.append(f"COUNTS = ({', '.join(map(str, counts))}{',' if len(counts) == 1 else ''})")
    lines += [f"{n} = {v}  # {c}" for n, (v, c) in sorted(words.constants.items())]
    for call in (*graph.start, *graph.body, *graph.finish):
        for symbol, values in call.table:
            if call.clocked or not is_time(call, symbol):
                row = ", ".join(number(v)[0] for v in values)
                line = f"{table_name(call, symbol)} = ({row}{',' if len(values) == 1 else ''})"
                if line not in lines:
                    lines.append(line)
    return lines


def _plan(scheme: Scheme, graph: Graph, words: Words) -> str:
    """The plan as one expression."""
    assert scheme.step is not None

    def stages(calls: tuple[Call, ...]) -> str:
        texts = [stage_text(scheme, c, safe(c.routine or ""), words) for c in calls]
        return f"({', '.join(texts)},)"

    fields = [f.name for f in scheme.model.fields]
    items: tuple[Field | Data, ...] = (*scheme.model.fields, *scheme.model.data)
    components = ", ".join(
        f'"{f.name}": ({", ".join(_q(safe(s.name)) for s in f.symbols)},)' for f in items
    )
    data = [d.name for d in scheme.model.data]
    watched = zip(scheme.watches, graph.watch, strict=True)
    spelt = {name: safe(name) for name in (*fields, *data)}
    spelt |= {watch.name: safe(call.writes[0]) for watch, (_, call) in watched}
    spelt |= {str(s.name): weight(s) for s in Rows(scheme=scheme).symbols}
    spelt = {name: word for name, word in spelt.items() if word != name}
    fixed = all(a.count is not None for a in scheme.axes)
    parts = [
        f"axes={_names([a.name for a in scheme.axes])}",
        f"counts={'COUNTS' if fixed else 'None'}",
        f"fields={_names(fields)}",
        f"components={{{components}}}",
        f"data={_names(data)}",
        "places=PLACES",
        f"levels={_names([safe(n) for n in state_names(scheme)])}",
        f"body={stages(graph.body)}",
    ]
    if graph.watch:
        parts.append(f"watch={stages(tuple(c for _, c in graph.watch))}")
    parts += [f"start_steps={scheme.step.start_steps}"] if scheme.step.start_steps else []
    parts += [f"inner={scheme.step.inner}"] if scheme.step.inner != 1 else []
    parts += [f"advance={number(scheme.step.advance)[0]}"] if scheme.step.advance != 1 else []
    parts += [f"{key}={_names(names)}" for key, names in Rows(scheme=scheme).named.items()]
    pairs = ", ".join(f"{_q(name)}: {_q(word)}" for name, word in spelt.items())
    parts += [f"spelt={{{pairs}}}"] if spelt else []
    return f"Plan({', '.join([*parts, 'steps=STEPS'])})"


def _names(names: list[str]) -> str:
    return f"({', '.join(map(_q, names))}{',' if len(names) == 1 else ''})"


def _q(name: str) -> str:
    return f'"{name}"'


__all__ = ["Artifact", "Input", "digest_of", "emit"]
