"""From a syntax tree to the semantic model: names, ranks, exact values, boundary conditions.

All faults of a file are collected and raised once, as one SchemeError. Statements whose back end is
not there yet are analysed like all others; later stages refuse them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

from .analysis import (
    conditions,
    declare,
    faces,
    fixed,
    functions,
    grids,
    iterates,
    methods,
    outcomes,
    params as parameters,
    quantities,
    require,
)
from .analysis.equations import component_fields, read_equations
from .analysis.needs import needs
from .analysis.require import LAWS
from .analysis.scope import Scope
from .model import Equation, Model
from .source import Faults, Given, Span, given
from .syntax import BoundaryStatement, Program, SchemeStatement
from .walls import Boundary

FRAMES = 12_000  # of the interpreter: 200 nested brackets are some thousands of calls


def analyse(
    program: Program,
    *,
    params: Mapping[str, Fraction | Given[Fraction]] | None = None,
    grid: tuple[int, ...] | Given[tuple[int, ...]] | None = None,
    until: Fraction | Given[Fraction] | None = None,
    steps: int | Given[int] | None = None,
    faults: Faults | None = None,
) -> Model:
    """The model of a program; raises one SchemeError with every fault of it.

    `params`, `grid`, `until` and `steps` replace values of the file; their faults are told where
    they were given. `faults` holds those that reading the text has found already.
    """
    faults = faults or Faults(program.source)
    scope = Scope(faults=faults)
    numbers = {name: given("params", name, value) for name, value in (params or {}).items()}
    ends: dict[str, Any] = {"until": until, "steps": steps}
    how_far = {key: given(key, key, value) for key, value in ends.items() if value is not None}
    counts = None if grid is None else given("grid", "grid", grid)
    model = None
    if not any("domain" in broken.keywords for broken in program.broken):
        with _room():
            _declare(program, scope, numbers)
            model = _model(program, scope, counts, how_far)
    faults.check()
    assert model is not None, "a model that cannot be made has faults"
    return model


def _declare(program: Program, scope: Scope, given: Mapping[str, Given[Fraction]]) -> None:
    """Every name and what it means, each kind after those that it may hold."""
    statements = program.statements
    scope.told.update(name for broken in program.broken for name in broken.names)
    scope.closed = all(broken.names for broken in program.broken)
    declare.check_single(statements, scope)
    declare.reserve(statements, scope)
    declare.declare_axes(statements, scope)
    declare.declare_names(statements, scope)
    iterates.declare_lattice(statements, scope)
    parameters.read_params(statements, scope, given)
    parameters.read_intervals(statements, scope)
    quantities.read_fields(statements, scope)
    quantities.read_kernels(statements, scope)
    functions.read_functions(statements, scope)
    quantities.read_data(statements, scope)


def _model(
    program: Program,
    scope: Scope,
    counts: Given[tuple[int, ...]] | None,
    how_far: Mapping[str, Given[Any]],
) -> Model | None:
    """Everything but the declarations; None where the scheme line is missing."""
    statements = program.statements
    require.check_law(program, scope)
    if not require.has_place(program, scope):
        return None
    sampled = methods.is_sampled(statements)
    energies = functions.read_energies(statements, scope, sampled=sampled)
    equations, iterate_steps, complete = _laws(program, scope, how_far.get("steps"))
    space = methods.read_space(statements, scope)
    boundary = _boundary(program, equations, scope, complete=complete)
    solves = methods.read_solves(statements, scope)
    require.check_grid(program, scope)
    require.check_fields(program, equations, scope, complete=complete)
    require.check_methods(program, equations, solves, scope, complete=complete)
    methods.check_spectral(statements, boundary, scope)
    initial = outcomes.read_initial(statements, equations, scope, complete=complete)
    methods.check_given(statements, how_far, scope)
    time = methods.read_time(statements, scope, how_far)
    claims = outcomes.read_claims(statements, equations, scope, complete=complete)
    watches = outcomes.read_watches(statements, scope)
    graph = grids.read_graph(statements, scope)
    grid = grids.read_grid(statements, scope, counts)
    grid = grid or grids.gridless(statements, scope, counts)
    fixed.check_fixed(statements, scope)
    scope.tell_unused()
    head = next(iter(declare.every(statements, SchemeStatement)), None)
    if head is None:
        return None
    return Model(
        name=head.name.name,
        doc=head.doc,
        source=program.source,
        axes=scope.faced,
        grid=grid,
        graph=graph,
        fields=tuple(scope.items("field")),
        data=tuple(scope.items("data")),
        params=tuple(scope.items("param")),
        functions=tuple(scope.items("function")),
        kernels=tuple(scope.items("kernel")),
        equations=equations,
        energies=energies,
        boundary=boundary,
        initial=initial,
        space=space,
        time=time,
        iterate_steps=iterate_steps,
        solves=solves,
        claims=claims,
        watches=watches,
        warnings=scope.faults.warnings,
    )


def _laws(
    program: Program, scope: Scope, given: Given[int] | None
) -> tuple[tuple[Equation, ...], int | None, bool]:
    """Equations and iterates, the steps of these, and whether all could be read."""
    equations, complete = read_equations(program.statements, scope)
    iterated, steps, whole = iterates.read_iterates(program.statements, scope, given)
    broken = {word for b in program.broken for word in b.keywords or ("equation",)}
    complete = complete and whole and not broken & {"equation", "iterate"}
    return (*equations, *iterated), steps, complete


def _boundary(
    program: Program, equations: Sequence[Equation], scope: Scope, *, complete: bool
) -> Boundary:
    """Conditions as written against those that the equations need."""
    statements = program.statements
    rules, readable = conditions.read_conditions(statements, scope)
    if scope.lattice and not rules:
        return faces.all_periodic(scope)
    symbols = [axis.symbol for axis in scope.faced]
    unknowns = frozenset(component_fields(scope))
    sampled = methods.is_sampled(statements)
    needed = needs(equations, unknowns, symbols, scope.values) if complete and not sampled else []
    hidden = any("boundary" in (b.keywords or ("boundary",)) for b in program.broken)
    laws = [statement for statement in statements if isinstance(statement, LAWS)]
    place = [*declare.every(statements, BoundaryStatement), *laws]
    return faces.resolve(
        rules,
        needed,
        scope,
        complete=readable and not hidden,
        missing=declare.keyword(place[0]) if place else Span(0, 1),
    )


@contextmanager
def _room() -> Iterator[None]:
    """Enough frames for deeply nested formulas, which sympy walks by recursion."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
