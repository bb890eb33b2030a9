"""What `iterant check` prints: the problem as understood, where it lives, how it is stepped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from .compiler.model import LIMIT, Axis, Equation, Field, Model
from .compiler.scheme import OrderRow, Scheme, Term
from .compiler.walls import Wall
from .runtime.contract import Limit
from .spelling import spelt

Lines = list[tuple[str, str]]  # (heading or "", text)


def report(model: Model, scheme: Scheme | None = None, limit: Limit | None = None) -> Lines:
    """Everything in order; without a scheme only what the model says."""
    symbols = [axis.symbol for axis in model.axes]
    rows: Lines = []
    _add(rows, "equations", (_equation(model, e, symbols) for e in model.equations))
    _add(rows, "energies", (f"{name} = {spelt(e, symbols)}" for name, e, _ in model.energies))
    _add(rows, "domain", _domain(model))
    _add(rows, "unknowns", (_unknown(model, f, scheme) for f in model.fields))
    _add(rows, "given", (_given(d, symbols) for d in model.data))
    _add(rows, "boundary", _boundary(model))
    _add(rows, "start", _start(model, symbols))
    _add(rows, "space", _space(model, scheme))
    _add(rows, "time", _time(model, scheme, limit))
    _add(rows, "watched", (f"{w.name} = {spelt(w.value, symbols)}" for w in model.watches))
    _add(rows, "to prove", _claims(model))
    return rows


def _add(rows: Lines, heading: str, texts: Iterator[str] | Sequence[str]) -> None:
    """Put texts under a heading, which stands on the first line alone."""
    for text in filter(None, texts):
        rows.append((heading, text))
        heading = ""


def _together(pairs: Iterator[tuple[str, str]]) -> Iterator[str]:
    """`x low, y low: ...`: what is the same in several places is said once."""
    places: dict[str, list[str]] = {}
    for place, text in pairs:
        places.setdefault(text, []).append(place)
    yield from (f"{', '.join(names)}: {text}" for text, names in places.items())


def _equation(model: Model, equation: Equation, symbols: Sequence[Any]) -> str:
    """`dt(u) = kappa*lap(u)` and the line that it stands on."""
    right = spelt(equation.right, symbols)
    name = str(equation.unknown)
    match equation.kind:
        case "dt" | "dtt":
            text = f"{equation.kind}({name}) = {right}"
        case "steady":
            text = f"0 = {right}    (for {name})"
        case "iterate" if equation.left is not None:
            text = f"{spelt(equation.left, symbols)} = {right}"
        case "iterate":
            indices = "".join(f", {i}" for i in "ijl"[: len(symbols)])
            text = f"{name}[k+1{indices if '[k' in right else ''}] = {right}"
        case _:
            text = f"{name} = {right}"
    line, _ = model.source.line_column(equation.span.start)
    return f"{text}    ({model.source.name}:{line})"


def _domain(model: Model) -> Iterator[str]:
    """Intervals, and points an axis."""
    grid = model.grid
    yield from _together((a.name, _interval(a)) for a in model.axes)
    if grid.counts is not None:
        kind = f"{grid.quadrature} points" if grid.quadrature else grid.placement
        yield f"{' x '.join(map(str, grid.counts))} {kind}"
    elif grid.spacing is not None:
        spacing = " x ".join(dict.fromkeys(map(spelt, grid.spacing)))
        yield f"spacing {spacing}, as many {grid.placement} as the input has"
    elif model.axes:
        yield "as many points as the input has"
    if model.graph is not None:
        yield "the nodes of a graph given at run time"


def _interval(axis: Axis) -> str:
    if axis.low is None or axis.high is None:
        return "of any length"
    return f"in [{spelt(axis.low)}, {spelt(axis.high)}]"


def _unknown(model: Model, field: Field, scheme: Scheme | None) -> str:
    """What a field is and where its values lie."""
    kind = "vector" if field.vector else "scalar"
    channels = f" of {field.channels} channels" if field.channels > 1 else ""
    text = f"{field.name}: {kind}{channels}"
    if scheme is None:
        return text
    homes = [u for u in scheme.unknowns if u.field == field.name and u.kind == "field"]
    middle = {"cells": "at cell centres", "nodes": "at nodes"}.get(
        model.grid.placement, "at points"
    )
    places = [_place(u, scheme, middle) for u in homes]
    if len(set(places)) == 1:
        return f"{text} {places[0]}"
    parts = (f"{u.symbol} {place}" for u, place in zip(homes, places, strict=True))
    return f"{text}, {', '.join(parts)}"


def _place(unknown: Any, scheme: Scheme, middle: str) -> str:
    """At centres, or on the faces across some axes."""
    across = [a.name for a, half in zip(scheme.axes, unknown.location, strict=True) if half]
    extra = [f"{n:+d} along {a.name}" for a, n in zip(scheme.axes, unknown.extra, strict=True) if n]
    where = f"on the faces across {' and '.join(across)}" if across else middle
    return f"{where} ({', '.join(extra)})" if extra else where


def _given(data: Any, symbols: Sequence[Any]) -> str:
    """Data by formula, or read at run time."""
    if data.formula is None:
        return f"{data.name}: read at run time (--data {data.name}={data.name}.npy)"
    formula = data.formula if len(data.formula) > 1 else data.formula[0]
    return f"{data.name} = {spelt(formula, symbols)}"


def _boundary(model: Model) -> Iterator[str]:
    """The conditions on each face, counted."""
    return _together(face for axis in range(len(model.axes)) for face in _faces(model, axis))


def _faces(model: Model, axis: int) -> Iterator[tuple[str, str]]:
    """The two faces of an axis, each with its conditions."""
    name = model.axes[axis].name
    if any(p.axis == axis for p in model.boundary.periodic):
        yield name, "periodic"
        return
    if any(z.axis == axis for z in model.boundary.zero):
        yield name, "zeros outside"
        return
    for side in ("low", "high"):
        walls = [w for w in model.boundary.walls if w.axis == axis and w.side == side]
        plural = "s" if len(walls) > 1 else ""
        said = ", ".join(map(_condition, walls))
        count = f"{len(walls)} condition{plural}, {said}" if walls else "no condition needed"
        yield f"{name} {side}", count


def _condition(wall: Wall) -> str:
    """`u = 1`, `dn(u) = 0`, `2*u + dn(u) = 0`."""
    name = str(wall.unknown) if wall.operand == "value" else f"{wall.operand}({wall.unknown})"
    parts = [
        word if factor == 1 else f"{spelt(factor)}*{word}"
        for factor, word in ((wall.value, name), (wall.slope, f"dn({name})"))
        if factor != 0
    ]
    return f"{' + '.join(parts)} = {spelt(wall.right)}"


def _start(model: Model, symbols: Sequence[Any]) -> Iterator[str]:
    """Initial values, or that the fields are inputs."""
    if not model.initial and model.fields:
        names = ", ".join(f.name for f in model.fields)
        yield f"{names}: read at run time (--input)"
    for item in model.initial:
        name = f"dt({item.unknown})" if item.rate else str(item.unknown)
        yield f"{name} = {spelt(item.value, symbols)}"


def _space(model: Model, scheme: Scheme | None) -> Iterator[str]:
    """How derivatives are replaced, and the order that was derived."""
    space = model.space
    kind = "spectral" if space.spectral else "upwind" if space.upwind else "central"
    yield f"{kind}" if space.spectral else f"{kind}, order {space.order}"
    if scheme is not None:
        yield from _together((row.place, _order(row)) for row in scheme.order)


def _order(row: OrderRow) -> str:
    if row.order is None and row.leading.startswith("exact"):
        return row.leading
    order = "inconsistent" if row.order is None else f"order {row.order}"
    return f"{order}, {row.leading}" if row.leading else order


def _time(model: Model, scheme: Scheme | None, limit: Limit | None) -> Iterator[str]:
    """The method, what it takes implicitly, the step and how far."""
    if model.time is None:
        if model.iterate_steps is not None:
            yield f"{model.iterate_steps} iterations"
        return
    method = model.time.method
    words = [method.name, *(f"{k} {spelt(v)}" if v is not None else k for k, v in method.options)]
    arguments = f"({', '.join(map(spelt, method.arguments))})" if method.arguments else ""
    yield " ".join([words[0] + arguments, *words[1:]])
    if scheme is not None:
        yield from _split(scheme)
    if model.time.step is not None:
        yield f"step {_step(model, scheme, limit)}"
    count = scheme.steps if scheme is not None else model.time.steps
    until = f"until t = {spelt(model.time.until)}" if model.time.until is not None else ""
    yield " ".join(filter(None, [f"{count} steps" if count is not None else "", until]))


def _split(scheme: Scheme) -> Iterator[str]:
    """Which terms are implicit, which explicit, and which are advanced in turn."""
    terms = [term for rate in scheme.rates for term in rate.terms]
    named = "the one term" if len(terms) == 1 else f"all {len(terms)} terms"
    yield f"implicit: no term; explicit: {named}"
    stages = scheme.step.body if scheme.step is not None else ()
    turns = dict.fromkeys(u.terms for s in stages for u in s.updates if u.terms is not None)
    if turns:
        yield "advanced in turn: " + ", then ".join(
            " and ".join(_term(terms[i], i) for i in turn) for turn in turns
        )


def _term(term: Term, number: int) -> str:
    """A term by its place in the equation and its outermost operators."""
    words = f" ({', '.join(term.words)})" if term.words else ""
    return f"term {number + 1}{words}"


def _step(model: Model, scheme: Scheme | None, limit: Limit | None) -> str:
    """`tau = 9/10 * limit = 3.4e-05`, with the limit's closed form."""
    assert model.time is not None
    step = model.time.step
    text = f"tau = {spelt(step)}"
    if scheme is not None and scheme.step_value is not None:
        exact = spelt(scheme.step_value)
        text += f" = {exact}" if step is not None and step.has(LIMIT) else ""
        if not scheme.step_value.is_Integer:
            text += f" = {float(scheme.step_value):.6g}"
    if limit is not None:
        text += f"; limit = {limit.closed_form}"
    return text


def _claims(model: Model) -> Iterator[str]:
    """The claims that `iterant certify` decides."""
    for claim in model.claims:
        value = f" {spelt(claim.value)}" if claim.value is not None else ""
        part = f" of {claim.part}" if claim.part else ""
        every = f" for {claim.parameter}" if claim.parameter else ""
        yield f"{claim.name}{value}{part}{every}"
