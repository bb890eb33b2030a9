"""Emitted functions: routines, the user's functions, initial values, data by formula."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from sympy import Basic, Expr, Symbol

from ..architectures.scalars import free_scalars
from ..graph import Call, Graph, Input, Routine
from ..model import Function
from ..naming import safe
from ..operators import RandomNormal, RandomUniform
from ..scheme import Scheme
from .statements import Writer
from .words import Words, plain_text, scalar, scalars_of

_DOC = 84  # what a docstring line may hold within 100 columns


def routine_text(scheme: Scheme, routine: Routine, call: Call, words: Words) -> list[str]:
    """`def advance(u, tau, kappa) -> Tensor:` with its formula lines."""
    writer = Writer(scheme=scheme, routine=routine, words=words)
    lines, returned = writer.write()
    names = {n.op.array: n.name for n in routine.nodes().values() if isinstance(n.op, Input)}
    arguments = [names[a] for a in (*call.padded, *call.plain)]
    arguments += [scalar(s) for s in call.scalars]
    typed = [f"{a}: Tensor" for a in arguments]
    typed += [f"{safe(s.name)}: nn.Module" for s in call.networks]
    columns = [s for s, _ in call.table if s not in call.time.free_symbols]
    typed += [f"{safe(s.name)}: float" for s in columns]
    typed += ["t: Tensor"] if call.timed else []
    several = len(routine.outputs) > 1
    result = f"tuple[{', '.join(['Tensor'] * len(routine.outputs))}]" if several else "Tensor"
    head = f"def {safe(routine.name)}({', '.join(typed)}) -> {result}:"
    doc = doc_lines(routine.doc)
    return [head, *(f"    {line}" for line in (*doc, *lines, f"return {returned}"))]


def doc_lines(doc: str) -> list[str]:
    """A docstring: one line if it fits, else one formula a line."""
    parts = doc.split("; ")
    if len(doc) <= _DOC:
        return [f'"""{doc}."""']
    wrapped = [w for p in parts for w in textwrap.wrap(p, _DOC)]
    head, *rest = wrapped
    return [f'"""{head}', *rest, '"""']


def function_text(scheme: Scheme, function: Function, words: Words) -> list[str]:
    """A declared function with the scalars that its body needs."""
    assert isinstance(function.body, Basic)
    arguments = [s.name for s in (*function.parameters, *scalars_of(scheme, function))]
    typed = ", ".join(f"{safe(a)}: Tensor" for a in arguments)
    value = words.printer({}).text(function.body)
    if not function.body.free_symbols & set(function.parameters):  # one value, at all points
        first = safe(function.parameters[0].name)
        number = function.body.is_number
        value = f"torch.full_like({first}, {value})" if number else (
            f"torch.zeros_like({first}) + {value}")  # fmt: skip
    line, _ = scheme.model.source.line_column(function.span.start)
    return [
        f"def {safe(function.name)}({typed}) -> Tensor:",
        *(f"    {t}" for t in doc_lines(f"{_written(scheme, function)}, {words.file}:{line}")),
        f"    return {value}",
    ]


def _written(scheme: Scheme, function: Function) -> str:
    """The right side of a function as it stands in the file."""
    text = scheme.model.source.quote(function.span).partition("=")[2].split("#")[0]
    return plain_text(" ".join(text.split()))


def formulas_text(
    scheme: Scheme, name: str, doc: str, values: Iterable[tuple[str, Expr]], words: Words
) -> tuple[list[str], tuple[Symbol, ...]]:
    """A function of the coordinates that returns one value a name, and the scalars it takes."""
    pairs = list(values)
    params = [p.symbol for p in scheme.model.params]
    axes = [a.symbol for a in scheme.axes]
    found = {s for _, e in pairs for s in free_scalars(scheme.model, e)}
    scalars = tuple(p for p in params if p in found)
    typed = ", ".join(f"{safe(s.name)}: Tensor" for s in (*axes, *scalars))
    result = f"tuple[{', '.join(['Tensor'] * len(pairs))}]" if len(pairs) > 1 else "Tensor"
    lines = [f"def {name}({typed}) -> {result}:", f'    """{doc}."""']
    if any(e.has(RandomNormal, RandomUniform) for _, e in pairs):
        shapes = ", ".join(f"{safe(a.name)}.shape" for a in axes)
        lines.append(f"    shape = torch.broadcast_shapes({shapes})")
    printer = words.printer({})
    texts = []
    for _, expression in pairs:
        text = printer.text(expression)
        if not expression.free_symbols & set(axes):
            text = f"torch.full_like({safe(axes[0].name)}, {text})"
        texts.append(text)
    lines.append(f"    return {', '.join(texts)}")
    return lines, scalars


def calls_of(graph: Graph) -> dict[str, Call]:
    """Routine -> a call of it (all calls of a routine take the same arguments)."""
    calls = (*graph.prepare, *graph.start, *graph.body, *graph.finish, *graph.lefts)
    calls += tuple(c for _, c in graph.watch)
    return {c.routine: c for c in reversed(calls) if c.routine is not None}
