"""Graph -> Graph: formulas merged, index ranges and halos inferred, variables named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from sympy import Symbol

from .graph import (
    ArrayPlace,
    Call,
    Combine,
    Graph,
    Input,
    Node,
    Pointwise,
    Range,
    Reduce,
    Routine,
    Weight,
    check,
    needed,
)
from .naming import safe


def merge_formulas(graph: Graph) -> Graph:
    """A formula that only one other formula reads becomes part of it: g(s2) * s in one line."""
    return replace(graph, routines=tuple(_merge(r) for r in graph.routines))


def _merge(routine: Routine) -> Routine:
    nodes = routine.nodes()
    written = {i for _, i in routine.outputs}
    for number in reversed(list(nodes)):
        node = nodes.get(number)
        if node is not None and isinstance(node.op, Pointwise):
            nodes[number], absorbed = _absorb(nodes, node, written)
            for source in absorbed:
                del nodes[source]
    users = _users(nodes)
    live = {i for i in nodes if users[i] or i in written}
    return routine.with_nodes({i: nodes[i] for i in nodes if i in live}, routine.outputs)


def _users(nodes: Mapping[int, Node]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {i: [] for i in nodes}
    for number, node in nodes.items():
        for source in node.inputs:
            found[source].append(number)
    return found


def _absorb(
    nodes: Mapping[int, Node], node: Node, written: set[int]
) -> tuple[Node, tuple[int, ...]]:
    """Substitute formulas of operands that are read here only; symbols are kept apart."""
    assert isinstance(node.op, Pointwise)
    inputs: list[int] = []
    symbols: list[Symbol] = []
    absorbed: list[int] = []
    mapping = {}
    users = _users(nodes)
    for source, symbol in zip(node.inputs, node.op.symbols, strict=True):
        child = nodes[source]
        once = len(users[source]) == 1 and source not in written
        if isinstance(child.op, Pointwise) and once and child.inputs:
            inner = {}
            for grandchild, s in zip(child.inputs, child.op.symbols, strict=True):
                inner[s] = _slot(grandchild, inputs, symbols)
            mapping[symbol] = child.op.expression.xreplace(inner)
            absorbed.append(source)
        else:
            mapping[symbol] = _slot(source, inputs, symbols)
    op = Pointwise(expression=node.op.expression.xreplace(mapping), symbols=tuple(symbols))
    return replace(node, op=op, inputs=tuple(inputs)), tuple(absorbed)


def _slot(source: int, inputs: list[int], symbols: list[Symbol]) -> Symbol:
    """The symbol that stands for a node among the inputs, a new one if there is none."""
    if source not in inputs:
        inputs.append(source)
        symbols.append(Symbol(f"#v{source}", real=True))
    return symbols[inputs.index(source)]


def merge_sums(graph: Graph) -> Graph:
    """A multiple of one node inside a sum gives its factor to the sum: tau * (kappa * v)."""
    return replace(graph, routines=tuple(_merge_sums(r) for r in graph.routines))


def _merge_sums(routine: Routine) -> Routine:
    nodes = routine.nodes()
    for number, node in nodes.items():
        if not isinstance(node.op, Combine):
            continue
        pairs = []
        for coefficient, source in zip(node.op.coefficients, node.inputs, strict=True):
            child = nodes[source]
            if isinstance(child.op, Combine) and len(child.inputs) == 1:
                pairs.append((coefficient * child.op.coefficients[0], child.inputs[0]))
            else:
                pairs.append((coefficient, source))
        op = Combine(coefficients=tuple(c for c, _ in pairs))
        nodes[number] = replace(node, op=op, inputs=tuple(i for _, i in pairs))
    users, written = _users(nodes), {i for _, i in routine.outputs}
    live = {i: n for i, n in nodes.items() if users[i] or i in written}
    return routine.with_nodes(live, routine.outputs)


# ---- ranges


def infer_ranges(graph: Graph) -> Graph:
    """Every node's index range, every array's halo; prepared arrays get the range they need."""
    places = {p.name: p for p in graph.places}
    made = {p.name for p in graph.places if not p.ghosts}
    wanted: dict[str, Range] = {}
    done: dict[str, Routine] = {}
    late = [c.routine for c in graph.prepare]
    for routine in sorted(graph.routines, key=lambda r: (r.name in late, _makes(r, made))):
        out = {
            a: wanted.get(a, places[a].extra) if a in made else places[a].extra
            for a, _ in routine.outputs
            if a in places
        }
        done[routine.name] = ranged = _ranges(routine, out)
        for node in ranged.nodes().values():
            if isinstance(node.op, Input) and node.range is not None:
                before = wanted.get(node.op.array)
                wanted[node.op.array] = _cover(before, node.range) if before else node.range
    new = tuple(
        _with_halo(p, wanted.get(p.name, p.extra), prepared=p.name in made) for p in graph.places
    )
    new = _shared_halos(graph, new)
    homes = {p.name: p for p in new}
    lefts = {call.routine for call in graph.lefts}
    routines = tuple(
        _place_inputs(done[r.name], homes, whole=r.name in lefts) for r in graph.routines
    )
    return replace(graph, places=new, routines=routines)


def _makes(routine: Routine, made: set[str]) -> bool:
    """Routines that write frozen or prepared arrays come after those that read them."""
    return any(a in made for a, _ in routine.outputs)


def _ranges(routine: Routine, out: Mapping[str, Range]) -> Routine:
    """From the outputs down: a node's range covers all that its readers need."""
    nodes = routine.nodes()
    wanted: dict[int, Range] = {}
    for array, number in routine.outputs:
        at = out.get(array, ((0, 0),) * len(nodes[number].location))
        wanted[number] = _cover(wanted[number], at) if number in wanted else at
    for number in reversed(list(nodes)):
        node = nodes[number]
        if number not in wanted:
            continue
        for slot, source in enumerate(node.inputs):
            if isinstance(nodes[source].op, Weight):
                continue
            at = node.op.extent if isinstance(node.op, Reduce) else wanted[number]
            need = needed(node, slot, at)
            wanted[source] = _cover(wanted[source], need) if source in wanted else need
    fixed = {i: replace(n, range=wanted.get(i)) for i, n in nodes.items()}
    return routine.with_nodes(fixed, routine.outputs)


def _cover(a: Range, b: Range) -> Range:
    return tuple((min(p[0], q[0]), max(p[1], q[1])) for p, q in zip(a, b, strict=True))


def _with_halo(place: ArrayPlace, wanted: Range, *, prepared: bool) -> ArrayPlace:
    """The halo that all readers together need; a prepared array simply is that large."""
    if prepared:
        return replace(place, extra=wanted)
    halo = tuple(
        (max(0, own[0] - want[0]), max(0, want[1] - own[1]))
        for own, want in zip(place.extra, wanted, strict=True)
    )
    return replace(place, halo=halo)


def _shared_halos(graph: Graph, places: tuple[ArrayPlace, ...]) -> tuple[ArrayPlace, ...]:
    """Arrays that are renamed into one another have one halo, and so have all coordinates."""
    halos = {p.name: p.halo for p in places}
    moves = [m for c in (*graph.start, *graph.body, *graph.finish) for m in c.moves]
    points = [p.name for p in places if p.points]
    moves += [(points[0], other) for other in points[1:]]
    for _ in moves:
        for a, b in moves:
            wide = tuple(
                (max(p[0], q[0]), max(p[1], q[1])) for p, q in zip(halos[a], halos[b], strict=True)
            )
            halos[a] = halos[b] = wide
    return tuple(replace(p, halo=halos[p.name]) for p in places)


def _place_inputs(
    routine: Routine, places: Mapping[str, ArrayPlace], *, whole: bool = False
) -> Routine:
    """Inputs get the range of the array that comes in, with the halo if any of it is read.

    With `whole` every array comes in with its halo.
    """
    nodes = routine.nodes()
    for number, node in nodes.items():
        if not isinstance(node.op, Input) or node.range is None:
            continue
        place = places[node.op.array]
        outside = any(
            low < own_low or high > own_high
            for (low, high), (own_low, own_high) in zip(node.range, place.extra, strict=True)
        )
        at = place.extra
        if outside or whole or (place.points and any(map(any, place.halo))):
            at = tuple(
                (own[0] - halo[0], own[1] + halo[1])
                for own, halo in zip(place.extra, place.halo, strict=True)
            )
        op = Input(array=node.op.array, padded=at != place.extra)
        nodes[number] = replace(node, op=op, range=at)
    return routine.with_nodes(nodes, routine.outputs)


# ---- calls and names


def arrange_calls(graph: Graph) -> Graph:
    """Each call lists its padded and plain arrays in the order in which its routine takes them."""

    def arranged(call: Call) -> Call:
        if call.routine is None:
            return call
        nodes = graph.routine(call.routine).nodes().values()
        inputs = [n.op for n in nodes if isinstance(n.op, Input)]
        return replace(
            call,
            padded=tuple(o.array for o in inputs if o.padded),
            plain=tuple(o.array for o in inputs if not o.padded),
        )

    def whole(call: Call) -> Call:
        nodes = graph.routine(call.routine or "").nodes().values()
        arrays = tuple(n.op.array for n in nodes if isinstance(n.op, Input))
        return replace(call, padded=arrays)

    return replace(
        graph,
        prepare=tuple(map(arranged, graph.prepare)),
        start=tuple(map(arranged, graph.start)),
        body=tuple(map(arranged, graph.body)),
        finish=tuple(map(arranged, graph.finish)),
        watch=tuple((n, arranged(c)) for n, c in graph.watch),
        lefts=tuple(whole(c) for c in graph.lefts),
    )


def name_variables(graph: Graph) -> Graph:
    """Safe, distinct names: an array keeps its own, others are numbered where they clash."""
    return replace(graph, routines=tuple(_named(r, graph.reserved) for r in graph.routines))


def _named(routine: Routine, reserved: frozenset[str]) -> Routine:
    nodes = routine.nodes()
    chosen: dict[int, str] = {}
    arrays = [i for i, n in nodes.items() if isinstance(n.op, Input)]
    own = {safe(a) for a, _ in routine.outputs}
    taken = set(reserved) - own - {safe(nodes[i].op.array) for i in arrays}  # type: ignore[union-attr]
    for number in [*arrays, *(i for i in nodes if i not in arrays)]:
        base = safe(nodes[number].name or f"v{number}")
        name, count = base, 2
        while name in taken:
            name, count = f"{base}{count}", count + 1
        taken.add(name)
        chosen[number] = name
    fixed = {i: replace(n, name=chosen[i]) for i, n in nodes.items()}
    return routine.with_nodes(fixed, routine.outputs)


PASSES: tuple[Callable[[Graph], Graph], ...] = (
    merge_formulas,
    merge_sums,
    infer_ranges,
    arrange_calls,
    name_variables,
)


def run_passes(graph: Graph) -> Graph:
    """All passes in order; the graph is checked after each."""
    graph = check(graph)
    for one in PASSES:
        graph = check(one(graph))
    return graph
