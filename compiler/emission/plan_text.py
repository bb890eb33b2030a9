"""The plan and the places of an emitted module, as the text of data."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Symbol

from ..graph import ArrayPlace, Call, Graph
from ..naming import safe
from ..scheme import Scheme, Unknown
from .words import Words, weight

POINTS = "(points)"  # the place of coordinates; no array can be called so


@dataclass(slots=True, kw_only=True)
class Places:
    """What the entries of PLACES need; `walls` collects functions of varying right sides."""

    scheme: Scheme
    words: Words
    walls: dict[str, str]


def places_text(places: Places, graph: Graph) -> list[str]:
    """Entries of PLACES, one an array."""
    scheme = places.scheme
    homes = {u.symbol: u for u in scheme.unknowns}
    entries = []
    axes = {a.name for a in scheme.axes}
    for place in (p for p in graph.places if p.name not in axes):
        unknown = homes[place.like]
        sides = [
            f"({_side(places, unknown, place, (a, 0))}, {_side(places, unknown, place, (a, 1))})"
            for a in range(len(scheme.axes))
        ]
        entries.append(
            f'    "{safe(place.name)}": ' + _place(scheme, place, places.words, sides) + ","
        )
    return entries


def points_text(scheme: Scheme, words: Words, halo: list[tuple[int, int]]) -> str:
    """The place of the points themselves, for coordinates."""
    sides = ["(PERIODIC, PERIODIC)" if a.periodic else "(NONE, NONE)" for a in scheme.axes]
    dim = len(scheme.axes)
    place = ArrayPlace(
        name=POINTS, like=scheme.unknowns[0].symbol, location=(0,) * dim,
        extra=((0, 0),) * dim, halo=tuple(halo),
    )  # fmt: skip
    return f'    "{POINTS}": ' + _place(scheme, place, words, sides) + ","


def _place(scheme: Scheme, place: ArrayPlace, words: Words, sides: list[str]) -> str:
    origin = [words.number(_origin(scheme, place, a)) for a in range(len(scheme.axes))]
    spacing = [words.number(a.spacing_value) for a in scheme.axes]
    extra = [str(stop - start) for start, stop in place.extra]
    halo = [f"({low}, {high})" for low, high in place.halo]
    channels = f", channels={place.channels}" if place.channels > 1 else ""
    return (
        f"Place(origin={_tuple(origin)}, spacing={_tuple(spacing)}, extra={_tuple(extra)},"
        f" halo={_tuple(halo)}, sides={_tuple(sides)}{channels})"
    )


def _origin(scheme: Scheme, place: ArrayPlace, axis: int) -> Expr:
    """The coordinate of the first value: cells at half a spacing, nodes by their end."""
    a = scheme.axes[axis]
    start = first_point(scheme, axis) + place.extra[axis][0] * a.spacing_value
    return start - a.spacing_value / 2 if place.location[axis] else start


def first_point(scheme: Scheme, axis: int) -> Expr:
    """The coordinate of unknown 0 along an axis."""
    a = scheme.axes[axis]
    if scheme.model.grid.placement != "nodes" or a.periodic:
        offset = a.spacing_value / 2 if scheme.model.grid.placement == "cells" else 0
        return a.low + offset
    edges = {u.edges[axis][0].mirror for u in scheme.unknowns if u.kind == "field"}
    return a.low + (a.spacing_value if -1 in edges else 0)


def _side(places: Places, unknown: Unknown, place: ArrayPlace, where: tuple[int, int]) -> str:
    """The ghost rule of one side, (axis, end), as text."""
    axis, end = where
    edge = unknown.edges[axis][end]
    if not place.ghosts or edge.rule == "none":
        return "NONE"
    if edge.rule == "periodic":
        return "PERIODIC"
    if edge.rule == "zero":
        return 'Side("zero")'
    if (edge.mirror, edge.value, edge.right) == (0, 0, 0):
        return "REFLECT"
    value, slope = (_constant(places, e) for e in (edge.value, edge.slope))
    return f'Side("wall", {edge.mirror}, {value}, {slope}, {_right(places, unknown, where)})'


def _constant(places: Places, value: Expr) -> str:
    """A number of a condition; parameters at their values."""
    params = {p.symbol: p.value for p in places.scheme.model.params}
    return places.words.number(value.subs(params))


def _right(places: Places, unknown: Unknown, where: tuple[int, int]) -> str:
    """The right side: a number, or the name of a function of time and coordinates."""
    scheme, (axis, end) = places.scheme, where
    right = unknown.edges[axis][end].right
    right = right.subs({p.symbol: p.value for p in scheme.model.params})
    if right.is_number:
        return places.words.number(right)
    side = ("low", "high")[end]
    name = f"wall_{safe(unknown.symbol.name)}_{safe(scheme.axes[axis].name)}_{side}"
    axes = ", ".join(safe(a.name) for a in scheme.axes)
    places.walls[name] = (
        f"def {name}(t: Tensor, at: tuple[Tensor, ...]) -> Tensor:\n"
        f'    """{_plain(right)} on {scheme.axes[axis].name} {side}."""\n'
        f"    {axes}{',' if len(scheme.axes) == 1 else ''} = at\n"
        f"    return {places.words.printer({}).text(right)}\n"
    )
    return name


def _plain(e: Expr) -> str:
    return str(e).replace("**", "^")


def _tuple(items: list[str]) -> str:
    return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"


def stage_text(scheme: Scheme, call: Call, function: str, words: Words) -> str:
    """One `Stage(...)` of the plan."""
    parts = [f"function={function}", f"padded={_words(call.padded)}"]
    if call.plain:
        parts.append(f"plain={_words(call.plain)}")
    names = [weight(s) for s in (*call.scalars, *call.networks)]
    if names:
        parts.append(f"scalars={_tuple([_quoted(n) for n in names])}")
    columns = [(s, v) for s, v in call.table if not is_time(call, s)]
    if columns:
        table = ", ".join(f'"{safe(s.name)}": {table_name(call, s)}' for s, _ in columns)
        parts.append(f"table={{{table}}}")
    parts.append(f"writes={_words(call.writes)}")
    if call.moves:
        moves = [f"({_quoted(safe(a))}, {_quoted(safe(b))})" for a, b in call.moves]
        parts.append(f"moves={_tuple(moves)}")
    parts += _times(call, words)
    parts += ["solves=True"] if call.solves else []
    return f"Stage({', '.join(parts)})"


def _times(call: Call, words: Words) -> list[str]:
    """When it evaluates; only said where it matters."""
    if any(is_time(call, s) for s, _ in call.table):
        name = next(s for s, _ in call.table if is_time(call, s))
        times = [f"times={table_name(call, name)}"]
    else:
        times = [f"time={words.number(call.time)}"] if call.time != 0 else []
    return (times if call.clocked else []) + (["timed=True"] if call.timed else [])


def is_time(call: Call, symbol: Symbol) -> bool:
    """Whether a column of the table is the time of evaluation."""
    return symbol in call.time.free_symbols


def table_name(call: Call, symbol: Symbol) -> str:
    """EXTRAPOLATE_A: the constant that holds a column."""
    return f"{safe(call.routine or '')}_{safe(symbol.name)}".upper()


def _words(names: tuple[str, ...]) -> str:
    return _tuple([_quoted(safe(n)) for n in names]) if names else "()"


def _quoted(name: str) -> str:
    return f'"{name}"'
