"""What a scheme lacks as a whole: a statement that another one needs, an unknown's equation."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr

from .. import syntax as tree
from ..model import Equation, Method
from ..operators import Called, Elementary, Operator, Where
from ..source import Span
from .declare import KEYWORDS, every, keyword
from .methods import is_sampled
from .scope import Scope
from .words import TIME_METHODS

LAWS = (tree.EquationStatement, tree.IterateStatement, tree.EnergyStatement)


def written(program: tree.Program) -> set[str]:
    """The keywords of all statements, also of those that cannot be read."""
    found = {KEYWORDS[type(statement)] for statement in program.statements}
    for broken in program.broken:
        found.update(broken.keywords or KEYWORDS.values())
    return found


def check_law(program: tree.Program, scope: Scope) -> None:
    """There is something to solve, and it is either an iterate or equations."""
    words = written(program)
    if program.statements and not words & {"equation", "iterate", "energy"}:
        first = next((s for s in program.statements if KEYWORDS[type(s)] != "scheme"), None)
        place = keyword(first or program.statements[0])
        scope.faults.error(
            place,
            "there is nothing to solve: an equation, an iterate or an energy is missing",
            "as in equation dt(u) = lap(u)",
        )
    iterates = every(program.statements, tree.IterateStatement)
    for equation in every(program.statements, tree.EquationStatement)[:1]:
        if iterates:
            later = max(equation, iterates[0], key=lambda s: s.span.start)
            scope.faults.error(
                keyword(later), "a scheme is an equation or an iterate, and not both"
            )
    _check_graph(program, scope)
    for time in every(program.statements, tree.TimeStatement)[:1]:
        if iterates and "equation" not in words:
            scope.faults.error(
                keyword(time),
                "an iterate is the scheme itself, so it takes no time method",
                "its length is an option of it: iterate u[k+1] = ..., steps 20",
            )


def _check_graph(program: tree.Program, scope: Scope) -> None:
    """On a graph there are no coordinates, and so nothing that needs them."""
    if not every(program.statements, tree.GraphStatement) or scope.axes:
        return
    kinds = (tree.GridStatement, tree.BoundaryStatement, tree.SpaceStatement)
    for statement in program.statements:
        if isinstance(statement, kinds):
            scope.faults.error(
                keyword(statement),
                f"'{KEYWORDS[type(statement)]}' belongs to a domain,"
                " and this scheme lives on a graph",
            )


def check_fields(
    program: tree.Program, equations: Sequence[Equation], scope: Scope, *, complete: bool
) -> None:
    """Every unknown has an equation, unless an energy alone is minimised."""
    words = written(program)
    if not complete or not words & {"equation", "iterate"}:
        return
    known = {equation.unknown for equation in equations}
    for name in scope.of_kind("field"):
        entry = scope.names[name]
        lacking = [part for part in (entry.term.parts if entry.term else ()) if part not in known]
        if lacking and entry.item is not None and name not in scope.disputed:
            word = "iterate" if every(program.statements, tree.IterateStatement) else "equation"
            scope.faults.error(entry.span, f"the unknown '{name}' has no {word}, and it needs one")


def check_grid(program: tree.Program, scope: Scope) -> None:
    """A domain has a grid."""
    words = written(program)
    statements = program.statements
    laws = [s for s in statements if isinstance(s, LAWS)]
    if not laws:
        return
    if scope.axes and not words & {"grid"} and not is_sampled(statements):
        domain = every(statements, tree.DomainStatement)[0]
        scope.faults.error(
            keyword(domain), "a grid is missing: a domain needs one", "as in grid 128, 128"
        )


def has_place(program: tree.Program, scope: Scope) -> bool:
    """Whether it is said where the unknowns live; else nothing can be said of the formulas."""
    statements = program.statements
    graphs = every(statements, tree.GraphStatement)
    if graphs and scope.axes:
        domain = every(statements, tree.DomainStatement)[0]
        later = max(graphs[0], domain, key=lambda s: s.span.start)
        scope.faults.error(keyword(later), "a scheme has a graph or a domain, and not both")
        return False
    if scope.axes or scope.lattice or written(program) & {"graph", "iterate"}:
        return True
    for grid in every(statements, tree.GridStatement)[:1]:
        scope.faults.error(
            keyword(grid),
            "a domain is missing: a grid needs its coordinates",
            "as in domain x in [0, 1]",
        )
        return False
    for law in [s for s in statements if isinstance(s, LAWS)][:1]:
        scope.faults.error(
            keyword(law),
            "a domain is missing: it is not said where the unknowns live",
            "as in domain x, y in [0, 1], or graph undirected",
        )
    return False


def check_methods(
    program: tree.Program,
    equations: Sequence[Equation],
    solves: Sequence[Method],
    scope: Scope,
    *,
    complete: bool,
) -> None:
    """Equations in time need a time method, all others a solver."""
    words = written(program)
    statements = program.statements
    if not complete or every(statements, tree.IterateStatement):
        return
    in_time = [e for e in equations if e.kind in ("dt", "dtt")]
    others = [e for e in equations if e.kind in ("steady", "fixed_point")]
    if in_time and "time" not in words:
        scope.faults.error(
            _start(in_time[0].span, "equation"),
            "a time method is missing, which an equation with dt needs",
            "as in time explicit_euler, step 0.9 * limit, until 1",
        )
    for time in every(statements, tree.TimeStatement)[:1]:
        if equations and not in_time and "energy" not in words:
            scope.faults.error(
                keyword(time), "no equation has a dt, so a time method has nothing to do"
            )
    if others and "solve" not in words:
        hint = (
            f"as in solve fft for {others[0].field}"
            if in_time
            else "as in solve cg, tolerance 1e-8"
        )
        scope.faults.error(
            _start(others[0].span, "equation"),
            f"a solver is missing, which the equation of '{others[0].field}' needs",
            f"as in solve {hint}",
        )
    _check_time(program, equations, words, scope)
    _check_targets(program, equations, solves, scope)
    if not equations and every(statements, tree.EnergyStatement) and "solve" not in words:
        energy = every(statements, tree.EnergyStatement)[0]
        scope.faults.error(
            keyword(energy), "a solver is missing, which the energy needs to be minimised"
        )


def _check_time(
    program: tree.Program, equations: Sequence[Equation], words: set[str], scope: Scope
) -> None:
    """What a time method or a solver asks of the equations."""
    in_time = [e for e in equations if e.kind in ("dt", "dtt")]
    for time in every(program.statements, tree.TimeStatement)[:1]:
        name = time.method.name
        known = TIME_METHODS.get(name.name)
        if known and known.needs == "pair" and [e.kind for e in in_time] == ["dt"]:
            scope.faults.error(
                name.span,
                f"'{name.name}' is for equations of second order in time, with dtt,"
                " or for two unknowns that drive each other",
            )
        if known and "method" in known.arguments:
            _check_addends(in_time, name.name, scope)
        if known and known.needs == "energy" and "energy" not in words:
            scope.faults.error(
                name.span, f"'{name.name}' is for the gradient flow of an energy, and there is none"
            )
        idle = known and not known.implicit and len(in_time) == len(equations)
        for solve in every(program.statements, tree.SolveStatement):
            if idle and not solve.target:
                scope.faults.warn(
                    keyword(solve), f"'{name.name}' is explicit, so this solver has nothing to do"
                )
    for solve in every(program.statements, tree.SolveStatement):
        name = solve.method.name
        if name.name == "tridiagonal" and len(scope.axes) > 1:
            scope.faults.error(
                name.span,
                f"'tridiagonal' solves in one dimension, and this domain has {len(scope.axes)}",
            )


def _check_addends(in_time: Sequence[Equation], name: str, scope: Scope) -> None:
    """A splitting advances the first additive term of each equation by itself, then the others.

    Walls are counted for the whole right side, so that no derivative of a part may cancel in it.
    """
    for equation in in_time:
        place = _start(equation.span, "equation")
        apart = set[Expr]().union(*(addend.atoms(Operator) for addend in equation.addends))
        lost = apart - equation.right.atoms(Operator)
        zero = "0" if equation.unknown.name == equation.field else f"0*{equation.field}"
        if len(equation.addends) < 2:
            scope.faults.error(
                place,
                f"the equation of '{equation.field}' has one additive term,"
                f" so '{name}' has nothing for its second method",
                f"add {zero} where a method has nothing to do: {zero} + ..., or ... + {zero}",
            )
        elif any(not isinstance(term, Where | Elementary | Called) for term in lost):
            scope.faults.error(
                place,
                f"terms of this equation cancel, and '{name}' would advance them one by one",
                "leave out what cancels",
            )


def _check_targets(
    program: tree.Program, equations: Sequence[Equation], solves: Sequence[Method], scope: Scope
) -> None:
    """`for psi` names an unknown that is solved within every stage."""
    kinds = {equation.field: equation.kind for equation in equations}
    for statement in every(program.statements, tree.SolveStatement):
        target = statement.target
        if target and kinds.get(target.name) in ("dt", "dtt"):
            scope.faults.error(
                target.span, f"'{target.name}' has an equation in time, so it is not solved for"
            )
    seen: set[str | None] = set()
    for solve in solves:
        if solve.target in seen:
            what = f"for '{solve.target}'" if solve.target else "without a target"
            scope.faults.error(solve.name_span, f"a second solver {what}, where one is wanted")
        seen.add(solve.target)


def _start(span: Span, word: str) -> Span:
    return Span(span.start, span.start + len(word))
