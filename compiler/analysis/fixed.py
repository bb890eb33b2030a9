"""Places whose numbers are fixed when a scheme is compiled: no trained value can reach them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from .. import syntax as tree
from .declare import every
from .scope import Scope, names_in

Fixed = tuple[str, Any]  # what the place is called, and the formulas in it


def check_fixed(statements: Sequence[tree.Statement], scope: Scope) -> None:
    """Tell of trainable parameters where their first value would silently stand for all."""
    bodies = _bodies(statements)
    trained = {p.name for p in scope.items("param") if p.trainable or p.per_step or p.per_channel}
    for what, formulas in _places(statements):
        for name in names_in(formulas):
            source = _source(name.name, bodies, trained)
            if source is None:
                continue
            depends = f" depends on '{source}', which" if source != name.name else ""
            own = next(p for p in scope.items("param") if p.name == source)
            kind = "is trainable" if own.trainable else "has more than one value"
            scope.faults.error(
                name.span,
                f"'{name.name}'{depends} {kind}, and {what} is fixed when the scheme is compiled",
                "use a parameter of its own there, one that is not trainable",
            )


def _places(statements: Sequence[tree.Statement]) -> Iterator[Fixed]:
    """Every place that holds numbers alone in the emitted text."""
    for boundary in every(statements, tree.BoundaryStatement):
        sides = tuple((c.left, c.right) for c in boundary.conditions if c.right is not None)
        yield "a condition on a wall", sides
    for domain in every(statements, tree.DomainStatement):
        yield "an interval of the domain", tuple(axis.interval for axis in domain.axes)
    for grid in every(statements, tree.GridStatement):
        yield "the spacing of the grid", _values(grid.options, "spacing")
    for time in every(statements, tree.TimeStatement):
        yield "the step", _values(time.options, "step")
        yield "the end of a run", _values(time.options, "until")
    for params in every(statements, tree.ParamStatement):
        words = {option.name.name for option in params.options}
        if "in" in words and "trainable" not in words:
            values = tuple(definition.value for definition in params.definitions)
            yield "the value of a parameter with an interval of its own", values


def _values(options: Sequence[tree.Option], word: str) -> tuple[Any, ...]:
    return tuple(option.value for option in options if option.name.name == word)


def _bodies(statements: Sequence[tree.Statement]) -> dict[str, set[str]]:
    """The names that each parameter and each function is defined by."""
    found: dict[str, set[str]] = {}
    for params in every(statements, tree.ParamStatement):
        for definition in params.definitions:
            found[definition.name.name] = {name.name for name in names_in(definition.value)}
    for function in every(statements, tree.FunctionStatement):
        own = {name.name for name in function.parameters}
        found[function.name.name] = {name.name for name in names_in(function.body)} - own
    return found


def _source(name: str, bodies: dict[str, set[str]], trained: set[str]) -> str | None:
    """The trainable parameter behind a name, the name itself first."""
    seen, ahead = {name}, [name]
    while ahead:
        here = ahead.pop()
        if here in trained:
            return here
        new = bodies.get(here, set()) - seen
        seen |= new
        ahead += sorted(new)
    return None
