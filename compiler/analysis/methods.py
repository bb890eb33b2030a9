"""Space, time, solvers, claims and what is watched, against the tables of words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sympy import Expr

from .. import syntax as tree
from ..model import Method, Space, Time
from ..source import Given, Span
from ..walls import Boundary
from . import exact
from .declare import every, keyword
from .expressions import scalar
from .options import Options, read_options
from .params import NUMBERS
from .place import Place, number_word
from .scope import Scope, suggest
from .words import HOW_FAR, SOLVERS, SPACE, TIME_METHODS


def read_space(statements: Sequence[tree.Statement], scope: Scope) -> Space:
    """`space order 4`."""
    place = Place(scope=scope, what="a space option", kinds=NUMBERS)
    for statement in every(statements, tree.SpaceStatement)[:1]:
        options = read_options(statement.options, SPACE, place, of="'space'")
        upwind, spectral = "upwind" in options, "spectral" in options
        order = options.get("order", 1 if upwind else 2)
        _check_order(order, options, scope)
        return Space(
            order=order,
            upwind=upwind,
            spectral=spectral,
            average=options.get("average", "harmonic"),
            flux=options.get("flux", "half_points"),
            span=statement.span,
        )
    return Space()


def _check_order(order: int, options: Options, scope: Scope) -> None:
    error = scope.faults.error
    if "upwind" in options and "spectral" in options:
        error(options.places["spectral"], "'spectral' and 'upwind' exclude each other")
        return
    if "order" not in options:
        return
    place = options.places["order"]
    if "spectral" in options:
        error(place, "a spectral discretisation has no order")
    elif "upwind" in options and order not in (1, 3):
        error(place, f"upwind differences have order 1 or 3, not {order}")
    elif "upwind" not in options and order % 2:
        error(place, f"central differences have an even order, not {order}")
    elif order > 32:
        error(place, f"order {order} needs a stencil wider than 33 points")


def check_spectral(statements: Sequence[tree.Statement], boundary: Boundary, scope: Scope) -> None:
    """Spectral differences need both sides of every axis to be one."""
    spans = [wall.span for wall in boundary.walls] + [zero.span for zero in boundary.zero]
    words = [o.name for s in every(statements, tree.SpaceStatement) for o in s.options]
    for word in (word for word in words if word.name == "spectral" and spans):
        later = max((word.span, min(spans, key=lambda s: s.start)), key=lambda s: s.start)
        scope.faults.error(later, "'spectral' needs a periodic boundary, and this one has walls")


def is_sampled(statements: Sequence[tree.Statement]) -> bool:
    """Whether a network stands for the unknown, taken at random points instead of a grid."""
    solves = every(statements, tree.SolveStatement)
    return any(solve.method.name.name == "neural_energy_descent" for solve in solves)


# ---- time


def read_time(
    statements: Sequence[tree.Statement], scope: Scope, given: Mapping[str, Given[Any]]
) -> Time | None:
    """`time rkl2, stages 8, step 0.9 * limit, until 1`; `given` replaces steps and until."""
    for statement in every(statements, tree.TimeStatement)[:1]:
        place = Place(scope=scope, what="a time option", kinds=NUMBERS)
        name = statement.method.name
        known = TIME_METHODS.get(name.name)
        if known is None:
            scope.faults.error(
                name.span,
                f"unknown time method '{name.name}'",
                suggest(name.name, TIME_METHODS, most=40),
            )
        takes = {**HOW_FAR, **(known.options if known else _all_options())}
        options = read_options(statement.options, takes, place, of=f"'{name.name}'")
        arguments = _arguments(statement.method, place) if known else ()
        how_far = {key: options.get(key) for key in HOW_FAR}
        _check_how_far(statement, options, how_far, given, scope)
        if given:
            how_far |= {"steps": None, "until": None}
            how_far |= {key: _READ[key](number.value) for key, number in given.items()}
        place_of_steps = given["steps"].span if "steps" in given else options.places.get("steps")
        _check_cycle(how_far["steps"], options, place_of_steps or keyword(statement), scope)
        if known is None:
            return None
        method = Method(
            name=name.name,
            name_span=name.span,
            arguments=arguments,
            options=options.pairs(HOW_FAR),
            span=statement.span,
        )
        return Time(
            method=method,
            step=how_far["step"],
            until=how_far["until"],
            steps=how_far["steps"],
            span=statement.span,
        )
    return None


_READ: Mapping[str, Callable[[Any], Any]] = {"steps": int, "until": exact.rational}


def check_given(
    statements: Sequence[tree.Statement], given: Mapping[str, Given[Any]], scope: Scope
) -> None:
    """How far, said from outside, by the rules of what is said in the file."""
    if len(given) == 2:
        scope.faults.error(
            given["until"].span, "'steps' and 'until' both say how far, and one is wanted"
        )
    for name, number in given.items():
        if number.value <= 0:
            scope.faults.error(number.span, f"'{name}' must be positive, and {number.value} is not")
    if "until" in given and every(statements, tree.IterateStatement):
        place = given["until"].span
        scope.faults.error(place, "an iterate has no time to run until", "it counts steps instead")


def _all_options() -> dict[str, Any]:
    return {key: takes for method in TIME_METHODS.values() for key, takes in method.options.items()}


def _check_how_far(
    statement: tree.TimeStatement,
    options: Options,
    how_far: Mapping[str, Any],
    given: Mapping[str, Any],
    scope: Scope,
) -> None:
    """Either steps or until, and not both."""
    if "steps" in options and "until" in options:
        later = max(options.words["steps"].start, options.words["until"].start)
        place = next(p for p in options.words.values() if p.start == later)
        scope.faults.error(place, "'steps' and 'until' both say how far, and one is wanted")
    elif (
        "steps" not in options and "until" not in options and not given.keys() & {"steps", "until"}
    ):
        scope.faults.error(
            keyword(statement),
            "it is not said how far: 'steps' or 'until' is missing",
            "as in until 1",
        )


def _check_cycle(steps: int | None, options: Options, place: Span, scope: Scope) -> None:
    cycle = options.get("cycle")
    if steps and cycle and steps % cycle:
        scope.faults.error(place, f"{steps} steps are no multiple of the cycle, which is {cycle}")


def _arguments(method: tree.Method, place: Place) -> tuple[Expr | str, ...]:
    """`strang(heun, rk4)`, `theta(1/2)`."""
    name, scope = method.name, place.scope
    wanted = TIME_METHODS[name.name].arguments
    if len(method.arguments) != len(wanted):
        scope.faults.error(
            name.span,
            f"'{name.name}' takes {number_word(len(wanted))} argument{'s' * (len(wanted) != 1)}"
            f" and is given {number_word(len(method.arguments)) if method.arguments else 'none'}",
        )
        return ()
    found: list[Expr | str] = []
    for kind, argument in zip(wanted, method.arguments, strict=True):
        node = argument.value
        if kind == "number":
            term = scalar(node, place)
            if term and not all(sign in (0, 1) for sign in _distances(term.scalar)):
                scope.faults.error(node.span, f"the weight of '{name.name}' lies between 0 and 1")
            found += [term.scalar] if term else []
        elif isinstance(node, tree.Name) and node.name in TIME_METHODS:
            if TIME_METHODS[node.name].arguments:
                scope.faults.error(
                    node.span, f"'{node.name}' needs arguments, so it cannot be a part of another"
                )
            found.append(node.name)
        else:
            word = scope.faults.source.quote(node.span)
            scope.faults.error(
                node.span, f"unknown time method '{word}'", suggest(word, TIME_METHODS, most=40)
            )
    return tuple(found)


def _distances(value: Expr) -> tuple[int | None, int | None]:
    return exact.number_sign(value), exact.number_sign(1 - value)


# ---- solvers


def read_solves(statements: Sequence[tree.Statement], scope: Scope) -> tuple[Method, ...]:
    """`solve multigrid, cycle v, ...`, `solve fft for psi`."""
    found = []
    for statement in every(statements, tree.SolveStatement):
        place = Place(scope=scope, what="a solver's option", kinds=NUMBERS)
        name = statement.method.name
        known = SOLVERS.get(name.name)
        if known is None:
            scope.faults.error(
                name.span, f"unknown solver '{name.name}'", suggest(name.name, SOLVERS, most=40)
            )
        takes = (
            known if known is not None else {k: t for s in SOLVERS.values() for k, t in s.items()}
        )
        options = read_options(statement.options, takes, place, of=f"'{name.name}'")
        if statement.method.arguments and known is not None:
            scope.faults.error(
                name.span, f"'{name.name}' takes no arguments", "its options follow a comma"
            )
        target = statement.target
        kinds = ("field", "function") if name.name == "neural_energy_descent" else ("field",)
        if target and scope.find(target, *kinds, what="field") is None:
            continue
        if known is None:
            continue
        found.append(
            Method(
                name=name.name,
                name_span=name.span,
                options=options.pairs(),
                target=target.name if target else None,
                span=statement.span,
            )
        )
    return tuple(found)
